#include "specgen/host/folder_overlay.h"

#include <sys/stat.h>

#include <cerrno>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "specgen/base/arena.h"
#include "specgen/host/host_snapshot.h"

namespace specgen {
namespace {

constexpr std::string_view kTree = R"({"entries": [
{"path": "/a/file", "type": "file", "mode": "0600", "uid": 5},
{"path": "/a/link", "type": "symlink", "target": "b/c"},
{"path": "/a/up", "type": "symlink", "target": ".."},
{"path": "/ro/there", "type": "dir"}
], "mounts": [{"path": "/a", "flags": ["nosuid"]},
              {"path": "/ro", "flags": ["ro"]}],
"thermal_throttle_cpus": [2], "user_namespace": true, "rootlesskit": true,
"detached_network_namespace": true, "unified_cgroups": true, "cwd": "/a"})";

class FolderOverlayTest : public testing::Test {
 protected:
  FolderOverlayTest()
      : host_(*HostSnapshot::Parse(kTree, "tree.json")),
        overlay_(*host_, &arena_) {}

  std::string Make(std::string_view path, int expected_error = 0) {
    std::string_view planned;
    EXPECT_EQ(overlay_.MakeFolder(path, 0700, &planned), expected_error)
        << path;
    return std::string(planned);
  }

  int Stat(std::string_view path) {
    facts_ = {};
    return overlay_.Stat(path, &facts_);
  }
  int Lstat(std::string_view path) {
    facts_ = {};
    return overlay_.Lstat(path, &facts_);
  }

  const std::unique_ptr<HostSnapshot> host_;
  Arena arena_;
  FolderOverlay overlay_;
  FileFacts facts_;
};

TEST_F(FolderOverlayTest, ForwardsTheOtherFacts) {
  EXPECT_EQ(overlay_.ThermalThrottleCpus(), (std::vector<uint32_t>{2}));
  EXPECT_TRUE(overlay_.InUserNamespace());
  EXPECT_TRUE(overlay_.UnderRootlessKit());
  EXPECT_TRUE(overlay_.DetachedNetworkNamespace());
  EXPECT_TRUE(overlay_.UnifiedCgroups());
}

TEST_F(FolderOverlayTest, SeesPlannedFolders) {
  EXPECT_EQ(Stat("/a/b"), ENOENT);
  EXPECT_EQ(Make("/a/b"), "/a/b");
  EXPECT_EQ(Stat("/a/b"), 0);
  EXPECT_EQ(facts_.mode, S_IFDIR | 0700u);
  EXPECT_EQ(Lstat("/a/b/"), 0);
  EXPECT_EQ(Lstat("/a/b/."), 0);
  EXPECT_EQ(Lstat("/a/./b/../b"), 0);
  EXPECT_EQ(Lstat("/a/b/.."), 0);
  EXPECT_EQ(Lstat("/a/up/a/b"), 0);
  EXPECT_EQ(Lstat("/a/b/x"), ENOENT);
  EXPECT_EQ(overlay_.planned_count(), 1u);
}

TEST_F(FolderOverlayTest, SeesTheHostThroughPlannedFolders) {
  Make("/a/b");
  EXPECT_EQ(Lstat("/a/b/../file"), 0);
  EXPECT_EQ(facts_.mode, S_IFREG | 0600u);
  EXPECT_EQ(facts_.uid, 5u);
  EXPECT_EQ(Lstat("/a/b/../file/"), ENOTDIR);
  EXPECT_EQ(Lstat("/a/b/../file/x"), ENOTDIR);
  std::string target;
  EXPECT_EQ(overlay_.ReadLink("/a/b/../link", &target), 0);
  EXPECT_EQ(target, "b/c");
  EXPECT_EQ(overlay_.ReadLink("/a/b/../file", &target), EINVAL);
  EXPECT_EQ(overlay_.ReadLink("/a/b", &target), EINVAL);
  EXPECT_EQ(overlay_.ReadLink("/a/b/x", &target), ENOENT);
}

TEST_F(FolderOverlayTest, FollowsLinksToPlannedFolders) {
  EXPECT_EQ(Stat("/a/link"), ENOENT);
  Make("/a/b");
  Make("/a/b/c");
  EXPECT_EQ(Stat("/a/link"), 0);
  EXPECT_TRUE(S_ISDIR(facts_.mode));
  EXPECT_EQ(Lstat("/a/link"), 0);
  EXPECT_TRUE(S_ISLNK(facts_.mode));
  EXPECT_EQ(Make("/a/link/d"), "/a/link/d");
  EXPECT_EQ(Lstat("/a/b/c/d"), 0);
}

TEST_F(FolderOverlayTest, ListsPlannedFolders) {
  Make("/a/zz");
  Make("/a/b");
  Make("/a/b/c");
  Make("/new");
  std::vector<std::string> names = {"old"};
  EXPECT_EQ(overlay_.ListFolder("/a", &names), 0);
  EXPECT_EQ(names, (std::vector<std::string>{"b", "file", "link", "up", "zz"}));
  EXPECT_EQ(overlay_.ListFolder("/a/b/", &names), 0);
  EXPECT_EQ(names, (std::vector<std::string>{"c"}));
  EXPECT_EQ(overlay_.ListFolder("/a/link", &names), 0);
  EXPECT_TRUE(names.empty());
  EXPECT_EQ(overlay_.ListFolder("/a/up", &names), 0);
  EXPECT_EQ(names, (std::vector<std::string>{"a", "new", "ro"}));
  EXPECT_EQ(overlay_.ListFolder("/a/file", &names), ENOTDIR);
  EXPECT_EQ(overlay_.ListFolder("/a/none", &names), ENOENT);
}

TEST_F(FolderOverlayTest, ListsRelativePlannedFolders) {
  Make("r");
  std::vector<std::string> names;
  EXPECT_EQ(overlay_.ListFolder(".", &names), 0);
  EXPECT_EQ(names, (std::vector<std::string>{"file", "link", "r", "up"}));
}

TEST_F(FolderOverlayTest, PlannedFoldersHaveTheMountOfTheirPlace) {
  Make("/a/b");
  Make("/a/b/c");
  uint64_t flags = 0;
  EXPECT_EQ(overlay_.MountFlags("/a/b/c", &flags), 0);
  EXPECT_EQ(flags, kMountNoSuid);
  EXPECT_EQ(overlay_.MountFlags("/a/b/d", &flags), ENOENT);
  Make("/x");
  EXPECT_EQ(overlay_.MountFlags("/x", &flags), 0);
  EXPECT_EQ(flags, 0u);
}

TEST_F(FolderOverlayTest, MakeFolderFailsAsTheKernelDoes) {
  Make("/", EEXIST);
  Make("//", EEXIST);
  Make("", ENOENT);
  Make("/a", EEXIST);
  Make("/a/", EEXIST);
  Make("/a/.", EEXIST);
  Make("/a/..", EEXIST);
  Make("/none/.", ENOENT);
  Make("/none/x", ENOENT);
  Make("/a/file", EEXIST);
  Make("/a/file/", EEXIST);
  Make("/a/file/x", ENOTDIR);
  Make("/a/file/.", ENOTDIR);
  Make("/a/link", EEXIST);
  Make("/a/link/", EEXIST);
  Make("/a/link/x", ENOENT);
  Make("/ro/x", EROFS);
  Make("/ro/there", EEXIST);
  Make("/ro/there/x", EROFS);
  Make("/a/" + std::string(256, 'x'), ENAMETOOLONG);
  Make("/a/" + std::string(255, 'x'));
  Make(std::string(5000, '/'), ENAMETOOLONG);
  Make(std::string("/a/\0x", 5), EINVAL);
  EXPECT_EQ(overlay_.planned_count(), 1u);
}

TEST_F(FolderOverlayTest, MakeFolderTwice) {
  Make("/a/b");
  Make("/a/b", EEXIST);
  Make("/a/up/a/b", EEXIST);
  Make("/a/b/.", EEXIST);
  EXPECT_EQ(overlay_.MakeFolder("/a/n", 0755, nullptr), 0);
  EXPECT_EQ(overlay_.planned_count(), 2u);
}

TEST_F(FolderOverlayTest, ModesKeepOnlyPermissionBits) {
  EXPECT_EQ(overlay_.MakeFolder("/a/n", 0177777, nullptr), 0);
  EXPECT_EQ(Stat("/a/n"), 0);
  EXPECT_EQ(facts_.mode, S_IFDIR | 07777u);
}

TEST_F(FolderOverlayTest, DoesNotKnowWhereTheWorkingFolderIs) {
  Make("/a/b");
  EXPECT_EQ(Stat("b"), ENOENT);  // though "/a" is the working folder
  EXPECT_EQ(Make("b"), "b");
}

TEST_F(FolderOverlayTest, RelativePathsAboveTheWorkingFolder) {
  EXPECT_EQ(Make("../n"), "../n");
  EXPECT_EQ(Make("../n/m"), "../n/m");
  EXPECT_EQ(Stat("../n/m/../../n"), 0);
  EXPECT_EQ(Make("../../k"), "../../k");
  EXPECT_EQ(Make("x/../k", ENOENT), "");
  EXPECT_EQ(Make("x"), "x");
  EXPECT_EQ(Make("x/../k"), "k");
  EXPECT_EQ(Stat("k"), 0);
}

}  // namespace
}  // namespace specgen
