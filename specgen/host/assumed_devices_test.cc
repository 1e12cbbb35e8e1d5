#include "specgen/host/assumed_devices.h"

#include <sys/stat.h>

#include <cerrno>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "specgen/host/file_tree.h"
#include "specgen/host/host.h"
#include "specgen/host/host_snapshot.h"
#include "specgen/host/machine_facts.h"

namespace specgen {
namespace {

TEST(LikelyDevice, KnowsNumbersByName) {
  struct Case {
    std::string_view path;
    uint32_t type, major, minor;
  };
  for (const Case& c : {
           Case{"/dev/fuse", S_IFCHR, 10, 229},
           Case{"/dev/net/tun", S_IFCHR, 10, 200},
           Case{"/dev/mem", S_IFCHR, 1, 1},
           Case{"/dev/sda", S_IFBLK, 8, 0},
           Case{"/dev/nvme0n1", S_IFBLK, 259, 0},
           Case{"/dev/loop0", S_IFBLK, 7, 0},
           Case{"/dev/loop-control", S_IFCHR, 10, 237},
           Case{"/dev//sda", S_IFBLK, 8, 0},
           Case{"/dev/../dev/mem", S_IFCHR, 1, 1},
           Case{"/dev/sg0", S_IFCHR, 21, 0},
           Case{"/dev/sd", S_IFCHR, 1, 3},
           Case{"/dev/other", S_IFCHR, 1, 3},
           Case{"/dev/", S_IFCHR, 1, 3},
           Case{"/fuse", S_IFCHR, 1, 3},
           Case{"", S_IFCHR, 1, 3},
       }) {
    const FileFacts facts = LikelyDevice(c.path);
    EXPECT_EQ(facts.mode, c.type | 0666) << c.path;
    EXPECT_EQ(facts.major, c.major) << c.path;
    EXPECT_EQ(facts.minor, c.minor) << c.path;
  }
}

TEST(IsBehindDevice, KnowsNodesFromDirectories) {
  for (std::string_view path :
       {"/dev/fuse/", "/dev/fuse//", "/dev/fuse/.", "/dev//fuse/",
        "/dev/x/../fuse/", "/dev/net/tun/", "/dev/sda/", "/dev/loop0/"}) {
    EXPECT_TRUE(IsBehindDevice(path)) << path;
  }
  for (std::string_view path :
       {"", "/", "/dev/fuse", "/dev/fuse/..", "/dev/", "/dev/dri/", "/dev/md/",
        "/dev/md/x/", "/dev/disk/by-id/", "/dev/input/by-path/", "/dev/mapper/",
        "/fuse/"}) {
    EXPECT_FALSE(IsBehindDevice(path)) << path;
  }
}

TEST(AssumedDevices, AreOnlyThoseThatAreMissing) {
  absl::StatusOr<std::unique_ptr<HostSnapshot>> base = HostSnapshot::Parse(
      R"({"entries": [{"path": "/dev/sda", "type": "block", "mode": "0660",
                       "uid": 0, "gid": 6, "major": 8, "minor": 16},
                      {"path": "/dev/dir", "type": "dir"}]})",
      "host");
  ASSERT_TRUE(base.ok());
  AssumedDevices host(**base);
  FileFacts facts;
  EXPECT_EQ(host.files.Lstat("/dev/fuse", &facts), ENOENT);
  for (std::string_view path :
       {"/dev/fuse", "/dev/sda", "/dev/dir", "/dev/sda/x", "/dev/kvm/", ""}) {
    host.Add(path);
  }
  EXPECT_EQ(host.paths().size(), 2u);
  EXPECT_TRUE(host.paths().contains("/dev/sda/x"));
  ASSERT_EQ(host.files.Lstat("/dev/fuse", &facts), 0);
  EXPECT_EQ(facts.minor, 229u);
  ASSERT_EQ(host.files.Stat("/dev/fuse", &facts), 0);
  EXPECT_EQ(facts.minor, 229u);
  ASSERT_EQ(host.files.Lstat("/dev/sda", &facts), 0);
  EXPECT_EQ(facts.minor, 16u);
  ASSERT_EQ(host.files.Stat("/dev/dir", &facts), 0);
  EXPECT_TRUE(S_ISDIR(facts.mode));
  EXPECT_EQ(host.files.Lstat("/dev/other", &facts), ENOENT);
  // As if the node were there.
  EXPECT_EQ(host.files.Lstat("/dev/kvm/", &facts), ENOTDIR);
}

// In a directory that only root may search.
TEST(AssumedDevices, AreThoseThatMayNotBeSeen) {
  class Closed final : public FileTree {
    int Lstat(std::string_view, FileFacts*) const override { return EACCES; }
    int Stat(std::string_view, FileFacts*) const override { return EACCES; }
    int ReadLink(std::string_view, std::string*) const override {
      return EACCES;
    }
    int ListDirectory(std::string_view,
                      std::vector<std::string>*) const override {
      return EACCES;
    }
    int MountFlags(std::string_view, uint64_t*) const override {
      return EACCES;
    }
    int WorkingDirectory(std::string*) const override { return EACCES; }
  };
  const Closed closed;
  const MachineFacts facts;
  const Host base(closed, facts);
  AssumedDevices host(base);
  host.Add("/dev/closed/x");
  EXPECT_TRUE(host.paths().contains("/dev/closed/x"));
  // The rootfs of a plugin that is not here.
  host.AddFolder("/lib/plugins");
  FileFacts found;
  for (std::string_view path : {"/lib/plugins", "/lib/plugins/id/rootfs/a"}) {
    EXPECT_EQ(host.files.Lstat(path, &found), 0) << path;
    EXPECT_TRUE(S_ISDIR(found.mode));
    EXPECT_EQ(host.files.Stat(path, &found), 0) << path;
  }
  EXPECT_EQ(host.files.Lstat("/lib/plugins2", &found), EACCES);
  EXPECT_EQ(host.files.Stat("/lib", &found), EACCES);
}

}  // namespace
}  // namespace specgen
