// Bundles whose plugin has changed its rootfs between two starts, in a mount
// namespace where everything is really mounted.
#include "specgen/bundle/start_steps.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "specgen/base/own_namespace.h"
#include "specgen/base/temp_directory.h"
#include "specgen/bundle/bundle_record.h"
#include "specgen/bundle/existing_bundle.h"
#include "specgen/bundle/trusted_path.h"
#include "specgen/host/live_host.h"
#include "specgen/host/mount_table.h"

namespace specgen {
namespace {

namespace fs = std::filesystem;

class StartStepsTest : public testing::Test {
 protected:
  StartStepsTest() {
    temp_.Write("b/config.json", "{}");
    fs::create_directories(temp_ / "b/rootfs/a/vol");
    fs::create_directory(temp_ / "b/propagated-mount");
    fs::create_directories(temp_ / "victim/a/vol");
    temp_.Write("victim/crontab", "the host's own");
    fs::permissions(temp_ / "b", fs::perms(0700));
    record_.id = "plug";
    record_.at = temp_ / "b";
    record_.directories = {{temp_ / "run", 0711}, {temp_ / "run/plug", 0700}};
    record_.shares_mount = true;
    record_.mount_in_rootfs = "/a/vol";
    Record();
  }

  void Record() {
    const int fd = open((temp_ / "b").c_str(), O_RDONLY | O_DIRECTORY);
    ASSERT_TRUE(WriteBundleRecord(fd, "b", record_).ok());
    close(fd);
  }

  absl::Status Start() {
    return StartExistingBundle(temp_ / "b", Trust::kAnyone);
  }
  absl::Status Stop() {
    return StopExistingBundle(temp_ / "b", Trust::kAnyone);
  }
  absl::Status Remove(bool with_data = false) {
    return RemoveExistingBundle(temp_ / "b", Trust::kAnyone, with_data);
  }

  // What is mounted below the temporary directory.
  std::string Mounts() {
    absl::StatusOr<std::vector<MountPoint>> mounts = LiveHost().MountPoints();
    EXPECT_TRUE(mounts.ok());
    std::vector<std::string> found;
    for (const MountPoint& mount : *mounts) {
      if (absl::StartsWith(mount.path, temp_.path() + "/")) {
        found.push_back(mount.path.substr(temp_.path().size() + 1));
      }
    }
    return absl::StrJoin(found, " ");
  }

  void Mount(std::string_view what, std::string_view where) {
    ASSERT_EQ(mount((temp_ / what).c_str(), (temp_ / where).c_str(), nullptr,
                    MS_BIND, nullptr),
              0);
  }

  // Whether the descriptor table is as before, for leaks.
  static size_t OpenFiles() {
    size_t count = 0;
    for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
      count += entry.path().empty() ? 0 : 1;
    }
    return count;
  }

  TempDirectory temp_;
  BundleRecord record_;
};

constexpr std::string_view kBoth = "b/propagated-mount b/rootfs/a/vol";

TEST_F(StartStepsTest, StartsAndStopsAndStartsAgain) {
  InOwnNamespace([&] {
    const size_t files = OpenFiles();
    for (int round = 0; round < 3; ++round) {
      ASSERT_TRUE(Start().ok()) << Start();
      EXPECT_EQ(Mounts(), kBoth);
      // Once more changes nothing.
      ASSERT_TRUE(Start().ok());
      EXPECT_EQ(Mounts(), kBoth);
      // One is seen in the other, and what is mounted in one as well.
      temp_.Write("b/rootfs/a/vol/file", "x");
      EXPECT_EQ(temp_.Read("b/propagated-mount/file"), "x");
      fs::create_directory(temp_ / "b/rootfs/a/vol/v");
      Mount("victim", "b/rootfs/a/vol/v");
      EXPECT_EQ(temp_.Read("b/propagated-mount/v/crontab"), "the host's own");
      struct stat st;
      ASSERT_EQ(stat((temp_ / "run").c_str(), &st), 0);
      EXPECT_EQ(st.st_mode & 0777, 0711u);
      temp_.Write("run/plug/p.sock", "");
      ASSERT_TRUE(Stop().ok()) << Stop();
      EXPECT_EQ(Mounts(), "");
      EXPECT_FALSE(fs::exists(temp_ / "run/plug"));
      EXPECT_TRUE(fs::exists(temp_ / "run"));
      EXPECT_EQ(temp_.Read("victim/crontab"), "the host's own");
      ASSERT_TRUE(Stop().ok());
    }
    EXPECT_EQ(OpenFiles(), files);
  });
}

// A plugin is root in its rootfs: it puts there what it wants.
TEST_F(StartStepsTest, NothingIsMountedWhereAChangedRootfsLeads) {
  const std::string rootfs = temp_ / "b/rootfs";
  const std::string victim = temp_ / "victim";
  const auto link = [&](const std::string& target, const std::string& at) {
    return [=] {
      fs::remove_all(rootfs + at);
      fs::create_symlink(target, rootfs + at);
    };
  };
  const std::vector<std::pair<std::string, std::function<void()>>> kChanges = {
      {"absolute link", link(victim, "/a/vol")},
      {"relative link", link("../../../victim", "/a/vol")},
      {"link above", link(victim + "/a", "/a")},
      {"relative link above", link("../../victim/a", "/a")},
      {"link to a link",
       [&] {
         link("/a/next", "/a/vol")();
         link(victim, "/a/next")();
       }},
      {"link inside the rootfs", link("/", "/a/vol")},
      {"link to itself", link("vol", "/a/vol")},
      {"magic link", link("/proc/self/root" + victim, "/a/vol")},
      {"magic link to the working directory", link("/proc/self/cwd", "/a/vol")},
      {"link to the machine's root", link("/proc/1/root/etc", "/a/vol")},
      {"link to the bundle", link("../..", "/a/vol")},
      {"file",
       [&] {
         fs::remove_all(rootfs + "/a/vol");
         temp_.Write("b/rootfs/a/vol", "");
       }},
      {"file above",
       [&] {
         fs::remove_all(rootfs + "/a");
         temp_.Write("b/rootfs/a", "");
       }},
      {"pipe",
       [&] {
         fs::remove_all(rootfs + "/a/vol");
         ASSERT_EQ(mkfifo((rootfs + "/a/vol").c_str(), 0600), 0);
       }},
  };
  for (const auto& [name, function] : kChanges) {
    const auto& change = function;  // no binding, which clang 14 cannot capture
    SCOPED_TRACE(name);
    InOwnNamespace([&] {
      ASSERT_TRUE(Start().ok());
      ASSERT_TRUE(Stop().ok());
      change();
      const std::string record = temp_.Read("b/specgen.json");
      const absl::Status status = Start();
      EXPECT_EQ(temp_.Read("b/specgen.json"), record);
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
      EXPECT_TRUE(absl::StrContains(status.message(), "has changed its rootfs"))
          << status;
      // Neither there, nor anywhere else, and nothing is left of the rest.
      EXPECT_EQ(Mounts(), "");
      EXPECT_FALSE(fs::exists(temp_ / "run/plug"));
      EXPECT_TRUE(Stop().ok());
      EXPECT_EQ(Mounts(), "");
      EXPECT_EQ(temp_.Read("victim/crontab"), "the host's own");
      EXPECT_TRUE(fs::is_empty(temp_ / "victim/a/vol"));
      fs::remove_all(rootfs);
      fs::create_directories(rootfs + "/a/vol");
    });
  }
}

// Any changes, also while it runs: what is mounted lies in the bundle, and
// goes.
TEST_F(StartStepsTest, ManyRandomChanges) {
  InOwnNamespace([&] {
    std::mt19937 random(1);
    const std::string rootfs = temp_ / "b/rootfs";
    const std::vector<std::string> kPlaces = {"/a", "/a/vol", "/b", "/b/vol",
                                              "/a/vol/x"};
    const std::vector<std::string> kTargets = {
        temp_ / "victim",
        "../../../victim",
        "/a",
        "b",
        "vol",
        "..",
        ".",
        "/proc/self/root" + (temp_ / "victim"),
        "/proc/self/cwd",
        "missing"};
    const auto pick = [&](const std::vector<std::string>& from) {
      return from[random() % from.size()];
    };
    // Not through a link, which would lead the test itself elsewhere.
    const auto is_inside = [&](const std::string& place) {
      const fs::path above = fs::path(rootfs + place).parent_path();
      std::error_code error;
      return fs::canonical(above, error) == above;
    };
    int started = 0;
    int refused = 0;
    for (int round = 0; round < 400; ++round) {
      const std::string place = pick(kPlaces);
      if (!is_inside(place)) continue;
      std::error_code error;
      const int what = static_cast<int>(random() % 5);
      if (what == 0) {
        fs::create_directory(rootfs + place, error);
      } else if (what == 1) {
        const std::string to = pick(kPlaces);
        if (is_inside(to)) fs::rename(rootfs + place, rootfs + to, error);
      } else if (fs::is_empty(rootfs + place, error) ||
                 fs::is_symlink(rootfs + place)) {
        fs::remove(rootfs + place, error);
        if (what == 2) {
          std::ofstream(rootfs + place).put('x');
        } else if (what == 3) {
          fs::create_symlink(pick(kTargets), rootfs + place, error);
        }
      }
      if (random() % 3 == 0) {
        EXPECT_TRUE(Stop().ok());
        EXPECT_EQ(Mounts(), "") << round;
      } else {
        const absl::Status status = Start();
        ++(status.ok() ? started : refused);
        EXPECT_FALSE(absl::StrContains(Mounts(), "victim")) << round;
      }
      EXPECT_EQ(temp_.Read("victim/crontab"), "the host's own");
      EXPECT_TRUE(fs::is_empty(temp_ / "victim/a/vol"));
    }
    EXPECT_GT(started, 20);
    EXPECT_GT(refused, 20);
    EXPECT_TRUE(Stop().ok());
    EXPECT_EQ(Mounts(), "");
  });
}

TEST_F(StartStepsTest, WhatAPluginMovedWhileItRanIsUnmountedThere) {
  InOwnNamespace([&] {
    ASSERT_TRUE(Start().ok());
    fs::rename(temp_ / "b/rootfs/a", temp_ / "b/rootfs/a2");
    fs::create_directory(temp_ / "b/rootfs/a");
    fs::create_symlink(temp_ / "victim", temp_ / "b/rootfs/a/vol");
    Mount("victim", "victim/a/vol");
    EXPECT_EQ(Mounts(), "b/propagated-mount b/rootfs/a2/vol victim/a/vol");
    ASSERT_TRUE(Stop().ok());
    EXPECT_EQ(Mounts(), "victim/a/vol");
    EXPECT_FALSE(Start().ok());
    EXPECT_EQ(Mounts(), "victim/a/vol");
  });
}

TEST_F(StartStepsTest, WhatAPluginMovedBeyondTheLengthOfPathsIsUnmounted) {
  InOwnNamespace([&] {
    ASSERT_TRUE(Start().ok());
    // Each directory goes into a new one: no path is too long for that.
    const std::string name(250, 'd');
    const std::string rootfs = temp_ / "b/rootfs";
    for (int i = 0; i < 20; ++i) {
      fs::create_directory(rootfs + "/new");
      fs::rename(rootfs + "/a", rootfs + "/new/" + name);
      fs::rename(rootfs + "/new", rootfs + "/a");
    }
    ASSERT_TRUE(Stop().ok());
    EXPECT_EQ(Mounts(), "");
    ASSERT_TRUE(Start().ok());
    EXPECT_EQ(Mounts(), "b/propagated-mount b/rootfs/a/vol");
  });
}

TEST_F(StartStepsTest, AMissingDirectoryIsMadeInTheRootfs) {
  InOwnNamespace([&] {
    fs::remove_all(temp_ / "b/rootfs/a");
    ASSERT_TRUE(Start().ok());
    EXPECT_EQ(Mounts(), kBoth);
  });
}

TEST_F(StartStepsTest, DirectoriesOfAMountsSourceStayInTheRootfs) {
  record_.directories.insert(record_.directories.begin(),
                             {temp_ / "b/rootfs/src/new", 0755});
  Record();
  InOwnNamespace([&] {
    ASSERT_TRUE(Start().ok());
    EXPECT_TRUE(fs::is_directory(temp_ / "b/rootfs/src/new"));
    ASSERT_TRUE(Stop().ok());
    fs::remove_all(temp_ / "b/rootfs/src");
    fs::create_symlink(temp_ / "victim", temp_ / "b/rootfs/src");
    EXPECT_FALSE(Start().ok());
    EXPECT_FALSE(fs::exists(temp_ / "victim/new"));
  });
}

TEST_F(StartStepsTest, NothingIsMadeInWhatIsMountedUponTheRootfs) {
  record_.directories.insert(record_.directories.begin(),
                             {temp_ / "b/rootfs/a/new", 0755});
  Record();
  for (const char* place : {"b/rootfs", "b/rootfs/a"}) {
    InOwnNamespace([&] {
      fs::create_directories(temp_ / "cover/other");
      ASSERT_EQ(mount((temp_ / "cover").c_str(), (temp_ / place).c_str(),
                      nullptr, MS_BIND, nullptr),
                0);
      const absl::Status status = Start();
      EXPECT_TRUE(absl::IsUnavailable(status)) << status;
      EXPECT_EQ(std::distance(fs::directory_iterator(temp_ / "cover"), {}), 1);
    });
  }
}

TEST_F(StartStepsTest, OnlyWhatWasMadeGoes) {
  InOwnNamespace([&] {
    // There before: not ours.
    temp_.Write("run/plug/precious", "x");
    ASSERT_TRUE(Start().ok());
    ASSERT_TRUE(Stop().ok());
    EXPECT_EQ(temp_.Read("run/plug/precious"), "x");
    fs::remove_all(temp_ / "run");
    // Ours, but exchanged since.
    ASSERT_TRUE(Start().ok());
    fs::rename(temp_ / "run/plug", temp_ / "run/moved");
    temp_.Write("run/plug/precious", "x");
    ASSERT_TRUE(Stop().ok());
    EXPECT_EQ(temp_.Read("run/plug/precious"), "x");
    fs::remove_all(temp_ / "run");
    ASSERT_TRUE(Start().ok());
    fs::remove_all(temp_ / "run/plug");
    fs::create_directory_symlink(temp_ / "victim", temp_ / "run/plug");
    ASSERT_TRUE(Stop().ok());
    EXPECT_EQ(temp_.Read("victim/crontab"), "the host's own");
    fs::remove(temp_ / "run/plug");
    // Ours, with a link and with something mounted in it.
    ASSERT_TRUE(Start().ok());
    fs::create_directory_symlink(temp_ / "victim", temp_ / "run/plug/link");
    fs::create_directory(temp_ / "run/plug/m");
    Mount("victim", "run/plug/m");
    EXPECT_EQ(Stop().code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(temp_.Read("victim/crontab"), "the host's own");
    ASSERT_EQ(umount((temp_ / "run/plug/m").c_str()), 0);
    EXPECT_TRUE(Stop().ok());
    EXPECT_FALSE(fs::exists(temp_ / "run/plug"));
    EXPECT_EQ(temp_.Read("victim/crontab"), "the host's own");
  });
}

TEST_F(StartStepsTest, OnlyTheVeryDirectoryThatWasMadeGoes) {
  record_.shares_mount = false;
  record_.mount_in_rootfs.clear();
  Record();
  for (const std::string_view other : {"", "device", "inode", "born"}) {
    ASSERT_TRUE(Start().ok());
    record_ = ParseBundleRecord(temp_.Read("b/specgen.json")).value();
    ASSERT_EQ(record_.made.size(), 2u);
    BundleRecord::Made& made = record_.made.back();
    made.device += other == "device" ? 1 : 0;
    made.inode += other == "inode" ? 1 : 0;
    made.born += other == "born" ? 1 : 0;
    Record();
    EXPECT_TRUE(Stop().ok());
    EXPECT_EQ(fs::exists(temp_ / "run/plug"), !other.empty()) << other;
    fs::remove_all(temp_ / "run");
    record_.made.clear();
    Record();
  }
}

TEST_F(StartStepsTest, ModesAreAsWithDockerdsUmask) {
  record_.directories = {{temp_ / "run", 0777}, {temp_ / "run/plug", 0732}};
  Record();
  InOwnNamespace([&] {
    ASSERT_TRUE(Start().ok());
    EXPECT_EQ(fs::status(temp_ / "run").permissions(), fs::perms(0755));
    EXPECT_EQ(fs::status(temp_ / "run/plug").permissions(), fs::perms(0710));
  });
}

TEST_F(StartStepsTest, WhatIsNamedAlikeIsNotTheRootfs) {
  InOwnNamespace([&] {
    ASSERT_TRUE(Start().ok());
    fs::create_directory(temp_ / "b/rootfs2");
    Mount("b/propagated-mount", "b/rootfs2");
    EXPECT_TRUE(Stop().ok());
    EXPECT_EQ(Mounts(), "b/rootfs2");
  });
}

TEST_F(StartStepsTest, ABundleWithoutADirectoryOfMountsStops) {
  record_.shares_mount = false;
  record_.mount_in_rootfs.clear();
  Record();
  fs::remove(temp_ / "b/propagated-mount");
  InOwnNamespace([&] {
    ASSERT_TRUE(Start().ok());
    const absl::Status status = Stop();
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_FALSE(fs::exists(temp_ / "run/plug"));
  });
}

TEST_F(StartStepsTest, MountsOfOthersStay) {
  InOwnNamespace([&] {
    Mount("victim", "b/rootfs/a/vol");
    EXPECT_EQ(Start().code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(Mounts(), "b/rootfs/a/vol");
    EXPECT_TRUE(Stop().ok());
    EXPECT_EQ(Remove().code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(Mounts(), "b/rootfs/a/vol");
    ASSERT_EQ(umount((temp_ / "b/rootfs/a/vol").c_str()), 0);
    // A disk for the volumes, say.
    Mount("victim", "b/propagated-mount");
    record_.mount_in_rootfs.clear();
    Record();
    EXPECT_TRUE(Start().ok());
    EXPECT_TRUE(Stop().ok());
    EXPECT_EQ(Mounts(), "b/propagated-mount");
    EXPECT_EQ(Remove(/*with_data=*/true).code(),
              absl::StatusCode::kUnavailable);
    EXPECT_EQ(temp_.Read("victim/crontab"), "the host's own");
    EXPECT_TRUE(fs::exists(temp_ / "b/config.json"));
  });
}

// Not even the mode of what is mounted where the plugin's sockets were.
TEST_F(StartStepsTest, WhatIsMountedAmongTheSocketsStaysAsItIs) {
  InOwnNamespace([&] {
    ASSERT_TRUE(Start().ok());
    fs::create_directories(temp_ / "run/plug/sub/m");
    fs::permissions(temp_ / "victim", fs::perms(0751));
    Mount("victim", "run/plug/sub/m");
    EXPECT_FALSE(Stop().ok());
    EXPECT_EQ(fs::status(temp_ / "victim").permissions(), fs::perms(0751));
    EXPECT_EQ(temp_.Read("victim/crontab"), "the host's own");
  });
}

// A umask that takes directories away from their owner.
TEST_F(StartStepsTest, RemovesUnderAnyUmask) {
  InOwnNamespace([&] {
    const mode_t before = umask(0277);
    const absl::Status started = Start();
    const absl::Status removed = Remove();
    EXPECT_EQ(umask(before), mode_t{0277});
    EXPECT_TRUE(started.ok()) << started;
    EXPECT_TRUE(removed.ok()) << removed;
    std::vector<std::string> left;
    for (const auto& entry : fs::directory_iterator(temp_.path())) {
      left.push_back(entry.path().filename());
    }
    EXPECT_EQ(absl::StrJoin(left, " "), "victim");
  });
}

TEST_F(StartStepsTest, RemovesAllThatWasMade) {
  InOwnNamespace([&] {
    ASSERT_TRUE(Start().ok());
    temp_.Write("run/plug/p.sock", "");
    fs::create_directory(temp_ / "b/propagated-mount/v");
    Mount("victim", "b/propagated-mount/v");
    fs::create_directory_symlink(temp_ / "victim", temp_ / "b/rootfs/link");
    // A volume that is still mounted is data.
    const std::string mounts = Mounts();
    EXPECT_EQ(Remove().code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(Mounts(), mounts);
    EXPECT_TRUE(fs::exists(temp_ / "run/plug/p.sock"));
    const absl::Status status = Remove(/*with_data=*/true);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_EQ(Mounts(), "");
    std::vector<std::string> left;
    for (const auto& entry : fs::directory_iterator(temp_.path())) {
      left.push_back(entry.path().filename());
    }
    EXPECT_EQ(absl::StrJoin(left, " "), "victim");
    EXPECT_EQ(temp_.Read("victim/crontab"), "the host's own");
    EXPECT_EQ(Remove().code(), absl::StatusCode::kNotFound);
  });
}

TEST_F(StartStepsTest, RemovesNothingElse) {
  const auto refused = [&](std::string_view why) {
    const absl::Status status = Remove();
    EXPECT_FALSE(status.ok());
    EXPECT_TRUE(absl::StrContains(status.message(), why)) << status;
    EXPECT_TRUE(fs::exists(temp_ / "b/rootfs/a/vol"));
  };
  temp_.Write("b/notes", "mine");
  refused("b/notes: is not of specgen");
  fs::remove(temp_ / "b/notes");
  temp_.Write("b/propagated-mount/v/state", "data");
  refused("holds data of volumes (v/state)");
  fs::remove_all(temp_ / "b/propagated-mount/v");
  fs::permissions(temp_ / "b/specgen.json", fs::perms(0666));
  refused("may have written it");
  fs::permissions(temp_ / "b/specgen.json", fs::perms(0600));
  fs::permissions(temp_ / "b", fs::perms(0777));
  refused("may change what is in it");
  fs::permissions(temp_ / "b", fs::perms(0700));
  const std::string record = temp_.Read("b/specgen.json");
  temp_.Write("b/specgen.json", "{");
  refused("no JSON");
  fs::remove(temp_ / "b/specgen.json");
  refused("is no bundle that this specgen made");
  temp_.Write("elsewhere.json", record);
  fs::create_symlink(temp_ / "elsewhere.json", temp_ / "b/specgen.json");
  refused("is no bundle that this specgen made");
  fs::remove(temp_ / "b/specgen.json");
  temp_.Write("b/specgen.json", record);
  // By another name, it is not where it was made to be.
  fs::rename(temp_ / "b", temp_ / "c");
  fs::create_directory_symlink("c", temp_ / "b");
  refused("is no directory");
  EXPECT_EQ(StartExistingBundle(temp_ / "victim", Trust::kAnyone).code(),
            absl::StatusCode::kInvalidArgument);
  fs::remove(temp_ / "b");
  EXPECT_EQ(StartExistingBundle(temp_ / "c", Trust::kAnyone).code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace specgen
