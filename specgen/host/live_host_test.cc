#include "specgen/host/live_host.h"

#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "specgen/base/temp_directory.h"
#include "specgen/host/host.h"
#include "specgen/host/mount_table.h"

namespace specgen {
namespace {

using std::string_literals::operator""s;

constexpr decltype(statfs::f_type) kCgroup2 = 0x63677270;

class LiveHostTest : public testing::Test {
 protected:
  LiveHostTest() {
    system_.proc = dir_ / "proc";
    system_.sys = dir_ / "sys";
  }

  TempDirectory dir_;
  LiveSystem system_;  // nothing of it is there
};

TEST_F(LiveHostTest, TellsWhatAFileIs) {
  const LiveHost host;
  ASSERT_EQ(mkfifo((dir_ / "fifo").c_str(), 0640), 0);
  ASSERT_EQ(chmod((dir_ / "fifo").c_str(), 04751), 0);
  std::filesystem::create_symlink("fifo", dir_ / "link");
  FileFacts facts;
  for (const std::string_view name : {"fifo", "link"}) {
    ASSERT_EQ(host.files.Stat(dir_ / name, &facts), 0);
    EXPECT_EQ(facts.mode, S_IFIFO | 04751u);
    EXPECT_EQ(facts.uid, geteuid());
    EXPECT_EQ(facts.gid, getegid());
    EXPECT_EQ(facts.major, 0u);
    EXPECT_EQ(facts.minor, 0u);
  }
  ASSERT_EQ(host.files.Lstat(dir_ / "link", &facts), 0);
  EXPECT_EQ(facts.mode, S_IFLNK | 0777u);
  EXPECT_EQ(host.files.Lstat(dir_ / "link/", &facts), ENOTDIR);
  ASSERT_EQ(host.files.Lstat(dir_.path(), &facts), 0);
  EXPECT_EQ(facts.mode, S_IFDIR | 0700u);
}

TEST_F(LiveHostTest, DeviceNumbers) {
  const LiveHost host;
  FileFacts facts;
  ASSERT_EQ(host.files.Stat("/dev/null", &facts), 0);
  EXPECT_EQ(facts.mode & S_IFMT, uint32_t{S_IFCHR});
  EXPECT_EQ(facts.major, 1u);
  EXPECT_EQ(facts.minor, 3u);
}

TEST_F(LiveHostTest, PathsAreBytes) {
  const LiveHost host;
  dir_.Write("a\xff\n", "");
  FileFacts facts;
  EXPECT_EQ(host.files.Lstat(dir_ / "a\xff\n", &facts), 0);
  std::vector<std::string> names;
  EXPECT_EQ(host.files.ListDirectory(dir_.path(), &names), 0);
  EXPECT_EQ(names, std::vector<std::string>{"a\xff\n"});
}

TEST_F(LiveHostTest, EveryCallGivesTheKernelsErrno) {
  const LiveHost host;
  dir_.Write("file", "");
  std::filesystem::create_symlink("loop", dir_ / "loop");
  for (const auto& [path, error] :
       {std::pair{dir_ / "none", ENOENT},
        {"", ENOENT},
        {dir_ / "file/x", ENOTDIR},
        {dir_ / "loop/x", ELOOP},
        {dir_ / std::string(256, 'n'), ENAMETOOLONG},
        {"/" + std::string(5000, '/'), ENAMETOOLONG},
        {dir_.path() + "\0x"s, EINVAL},
        {std::string(5000, '\0'), EINVAL}}) {
    FileFacts facts;
    std::string target;
    std::vector<std::string> names;
    uint64_t flags;
    EXPECT_EQ(host.files.Lstat(path, &facts), error) << path;
    EXPECT_EQ(host.files.Stat(path, &facts), error) << path;
    EXPECT_EQ(host.files.ReadLink(path, &target), error) << path;
    EXPECT_EQ(host.files.ListDirectory(path, &names), error) << path;
    EXPECT_EQ(host.files.MountFlags(path, &flags), error) << path;
  }
}

TEST_F(LiveHostTest, LongestPath) {
  const LiveHost host;
  FileFacts facts;
  EXPECT_EQ(host.files.Lstat("/" + std::string(4094, '/'), &facts), 0);
  EXPECT_EQ(host.files.Lstat("/" + std::string(4095, '/'), &facts),
            ENAMETOOLONG);
}

TEST_F(LiveHostTest, ReadLink) {
  const LiveHost host;
  const std::string target = "../" + std::string(4092, 'x');
  std::filesystem::create_symlink(target, dir_ / "link");
  std::string read;
  ASSERT_EQ(host.files.ReadLink(dir_ / "link", &read), 0);
  EXPECT_EQ(read, target);
  EXPECT_EQ(host.files.ReadLink(dir_.path(), &read), EINVAL);
}

TEST_F(LiveHostTest, ListsSortedNames) {
  const LiveHost host;
  for (const std::string_view name : {"b", "a", "B", ".x", "a.b"}) {
    dir_.Write(name, "");
  }
  std::vector<std::string> names = {"old"};
  ASSERT_EQ(host.files.ListDirectory(dir_.path(), &names), 0);
  EXPECT_EQ(names, (std::vector<std::string>{".x", "B", "a", "a.b", "b"}));
  EXPECT_EQ(host.files.ListDirectory(dir_ / "a", &names), ENOTDIR);
}

TEST_F(LiveHostTest, MountFlagsAreThoseOfStatfs) {
  system_.statfs = [](const char* path, struct statfs* answer) {
    std::memset(answer, 0, sizeof(*answer));
    if (std::string_view(path) != "/x") {
      errno = EIO;
      return -1;
    }
    answer->f_flags = 0x1426;
    return 0;
  };
  const LiveHost host(system_);
  uint64_t flags;
  ASSERT_EQ(host.files.MountFlags("/x", &flags), 0);
  EXPECT_EQ(flags, 0x1426u);
  EXPECT_EQ(host.files.MountFlags("/y", &flags), EIO);
  EXPECT_EQ(LiveHost().files.MountFlags("/dev/null", &flags), 0);
}

TEST_F(LiveHostTest, ThermalThrottleDirectoriesOfPossibleCpus) {
  dir_.Write("sys/devices/system/cpu/possible", "0-1,4\n");
  dir_.Write("sys/devices/system/cpu/cpu1/thermal_throttle/x", "");
  dir_.Write("sys/devices/system/cpu/cpu2/thermal_throttle/x", "");
  dir_.Write("sys/devices/system/cpu/cpu4/thermal_throttle", "");
  const LiveHost host(system_);
  EXPECT_EQ(host.facts.possible_cpus(), (std::vector<uint32_t>{0, 1, 4}));
  EXPECT_EQ(host.facts.thermal_throttle_cpus(), (std::vector<uint32_t>{1, 4}));
  // Only the first look counts, as in dockerd.
  dir_.Write("sys/devices/system/cpu/cpu0/thermal_throttle", "");
  EXPECT_EQ(host.facts.thermal_throttle_cpus(), (std::vector<uint32_t>{1, 4}));
}

// Up to and including the number of CPUs, as moby counts.
TEST_F(LiveHostTest, CpusWhenThePossibleOnesAreNotKnown) {
  system_.usable_cpus = 2;
  EXPECT_EQ(LiveHost(system_).facts.possible_cpus(),
            (std::vector<uint32_t>{0, 1, 2}));
  dir_.Write("sys/devices/system/cpu/possible", "what");
  dir_.Write("sys/devices/system/cpu/cpu2/thermal_throttle", "");
  const LiveHost host(system_);
  EXPECT_EQ(host.facts.possible_cpus(), (std::vector<uint32_t>{0, 1, 2}));
  EXPECT_EQ(host.facts.thermal_throttle_cpus(), std::vector<uint32_t>{2});
}

TEST_F(LiveHostTest, UserNamespace) {
  EXPECT_FALSE(LiveHost(system_).facts.in_user_namespace());
  dir_.Write("proc/self/uid_map", "         0          0 4294967295\n");
  EXPECT_FALSE(LiveHost(system_).facts.in_user_namespace());
  dir_.Write("proc/self/uid_map", "         0     100000      65536\n");
  EXPECT_TRUE(LiveHost(system_).facts.in_user_namespace());
}

TEST_F(LiveHostTest, RootlessKit) {
  EXPECT_FALSE(LiveHost(system_).facts.under_rootlesskit());
  EXPECT_FALSE(LiveHost(system_).facts.detached_network_namespace());
  system_.rootlesskit_state_dir = dir_ / "state";
  EXPECT_TRUE(LiveHost(system_).facts.under_rootlesskit());
  EXPECT_FALSE(LiveHost(system_).facts.detached_network_namespace());
  dir_.Write("state/netns", "");
  EXPECT_TRUE(LiveHost(system_).facts.detached_network_namespace());
}

TEST_F(LiveHostTest, RootlessKitOfThisProcess) {
  setenv("ROOTLESSKIT_STATE_DIR", "/x", 1);
  EXPECT_TRUE(LiveHost().facts.under_rootlesskit());
  setenv("ROOTLESSKIT_STATE_DIR", "", 1);
  EXPECT_FALSE(LiveHost().facts.under_rootlesskit());
  unsetenv("ROOTLESSKIT_STATE_DIR");
  EXPECT_FALSE(LiveHost().facts.under_rootlesskit());
  EXPECT_GE(LiveSystem::FromProcess().usable_cpus, 1u);
}

TEST_F(LiveHostTest, UnifiedCgroups) {
  EXPECT_FALSE(LiveHost(system_).facts.unified_cgroups());
  system_.sys = "/s";
  system_.statfs = [](const char* path, struct statfs* answer) {
    EXPECT_EQ(std::string_view(path), "/s/fs/cgroup");
    answer->f_type = kCgroup2;
    return 0;
  };
  EXPECT_TRUE(LiveHost(system_).facts.unified_cgroups());
  system_.statfs = [](const char*, struct statfs* answer) {
    answer->f_type = kCgroup2 + 1;
    return 0;
  };
  EXPECT_FALSE(LiveHost(system_).facts.unified_cgroups());
}

TEST_F(LiveHostTest, MountPoints) {
  EXPECT_EQ(LiveHost(system_).MountPoints().status().message(),
            absl::StrCat(system_.proc,
                         "/self/mountinfo: no such file or "
                         "directory: check the path"));
  dir_.Write("proc/self/mountinfo", "29 1 8:2 / / rw,nodev - ext4 x rw\n");
  EXPECT_EQ(*LiveHost(system_).MountPoints(),
            (std::vector<MountPoint>{{"/", kMountNoDev}}));
  EXPECT_TRUE(LiveHost().MountPoints().ok());
}

TEST_F(LiveHostTest, WorkingDirectory) {
  const std::filesystem::path old = std::filesystem::current_path();
  std::filesystem::create_directory(dir_ / "real");
  std::filesystem::create_symlink("real", dir_ / "link");
  std::filesystem::current_path(dir_ / "link");
  const absl::StatusOr<std::string> there = LiveHost::WorkingDirectory();
  std::filesystem::remove(dir_ / "real");
  const absl::StatusOr<std::string> gone = LiveHost::WorkingDirectory();
  std::filesystem::current_path(old);
  EXPECT_EQ(*there, dir_ / "real");
  EXPECT_EQ(gone.status().message(),
            "the working folder: no such file or directory: change to a "
            "folder that is there");
}

TEST_F(LiveHostTest, ManyThreadsAskAtOnce) {
  dir_.Write("sys/devices/system/cpu/possible", "0-7");
  const LiveHost host(system_);
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back(
        [&] { EXPECT_EQ(host.facts.possible_cpus().size(), 8u); });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(ParseCpuListTest, WhatMobyUnderstands) {
  const auto parse = [](std::string_view text) {
    return absl::StrJoin(ParseCpuList(text), " ");
  };
  EXPECT_EQ(parse("0"), "0");
  EXPECT_EQ(parse("0-3"), "0 1 2 3");
  EXPECT_EQ(parse(" \t0-1,8,10-11\r\n\n"), "0 1 8 10 11");
  EXPECT_EQ(parse("+1-+2"), "1 2");
  EXPECT_EQ(parse("3,1,2-3"), "1 2 3");
  EXPECT_EQ(parse("3-1,2"), "2");
  EXPECT_EQ(parse("65535"), "65535");
  EXPECT_EQ(ParseCpuList("0-65535").size(), 65536u);
  for (const std::string_view bad :
       {"", "\n", ",", "0,", "0-", "-1", "0-1-2", "0 - 1", "a", "1a", "++1",
        "3-1", "0x1", "65536", "0-65536", "99999999999999999999",
        "0-65535,0"}) {
    EXPECT_EQ(parse(bad), "") << bad;
  }
}

TEST(IsUidMapOfUserNamespaceTest, TheRuleOfMoby) {
  for (const std::string_view first :
       {"0 0 4294967295", "         0          0 4294967295\n",
        "0 0 4294967295 more\n", "0 0 4294967295\n1 2 3\n",
        // No user namespaces in this kernel, or not understood.
        "", "x\n", "0 0\n", "0 0 x\n", " \n"}) {
    EXPECT_FALSE(IsUidMapOfUserNamespace(first)) << first;
  }
  for (const std::string_view other :
       {"0 1000 1\n1 100000 65536\n", "0 0 4294967294\n", "1 0 4294967295\n",
        "0 1 4294967295\n", "\n", "\n0 0 4294967295\n"}) {
    EXPECT_TRUE(IsUidMapOfUserNamespace(other)) << other;
  }
}

}  // namespace
}  // namespace specgen
