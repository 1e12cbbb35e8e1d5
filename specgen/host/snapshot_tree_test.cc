#include "specgen/host/snapshot_tree.h"

#include <sys/stat.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "specgen/host/file_tree.h"

namespace specgen {
namespace {

using Problem = SnapshotTreeBuilder::Problem;

constexpr FileFacts kDirectory = {.mode = S_IFDIR | 0700};
constexpr FileFacts kFile = {.mode = S_IFREG | 0600};
constexpr FileFacts kLink = {.mode = S_IFLNK | 0777};

// "PLACE: MESSAGE", with the first place behind it; "" for none.
std::string Text(const std::optional<Problem>& problem) {
  if (!problem.has_value()) return "";
  std::string text = absl::StrCat(problem->place, ": ", problem->message);
  if (problem->first_place.has_value()) {
    absl::StrAppend(&text, ", first at ", *problem->first_place);
  }
  return text;
}

class SnapshotTreeTest : public testing::Test {
 protected:
  std::string Finish() { return Text(builder_.Finish(&tree_)); }
  const SnapshotTree::File& File(std::string_view path) {
    const SnapshotTree::Id id = tree_->FindByPath(path);
    EXPECT_NE(id, SnapshotTree::kNone) << path;
    return tree_->file(id == SnapshotTree::kNone ? SnapshotTree::kRoot : id);
  }

  SnapshotTreeBuilder builder_{5};  // files at most
  std::unique_ptr<const SnapshotTree> tree_;
};

TEST_F(SnapshotTreeTest, HoldsTheRootWhateverIsAdded) {
  EXPECT_EQ(Finish(), "");
  const SnapshotTree::File& root = tree_->file(SnapshotTree::kRoot);
  EXPECT_EQ(root.path, "/");
  EXPECT_EQ(root.name(), "");
  EXPECT_EQ(root.facts.mode, S_IFDIR | 0755u);
  EXPECT_EQ(root.directory, SnapshotTree::kRoot);
  EXPECT_TRUE(tree_->Entries(root).empty());
  EXPECT_EQ(tree_->working_directory(), SnapshotTree::kNone);
  EXPECT_EQ(tree_->FindByPath("/x"), SnapshotTree::kNone);
}

TEST_F(SnapshotTreeTest, JoinsFilesInAnyOrder) {
  EXPECT_EQ(Text(builder_.AddFile("/b/z", kLink, "y", 1)), "");
  EXPECT_EQ(Text(builder_.AddFile("/b/a", kFile, "", 2)), "");
  EXPECT_EQ(Text(builder_.AddFile("/b", kDirectory, "", 3)), "");
  EXPECT_EQ(Text(builder_.AddFile("/", kDirectory, "", 4)), "");
  builder_.SetWorkingDirectory("/c", 5);
  EXPECT_EQ(Finish(), "");
  EXPECT_EQ(File("/").facts.mode, S_IFDIR | 0700u);
  EXPECT_EQ(File("/b").facts.mode, S_IFDIR | 0700u);
  EXPECT_EQ(File("/b/z").target, "y");
  EXPECT_EQ(File("/b/z").name(), "z");
  EXPECT_EQ(File("/b/z").directory, tree_->FindByPath("/b"));
  EXPECT_EQ(tree_->working_directory(), tree_->FindByPath("/c"));
  std::vector<std::string_view> names;
  for (const SnapshotTree::Id id : tree_->Entries(File("/b"))) {
    names.push_back(tree_->file(id).name());
  }
  EXPECT_EQ(names, (std::vector<std::string_view>{"a", "z"}));
  EXPECT_EQ(tree_->FindEntry(tree_->FindByPath("/b"), "a"),
            tree_->FindByPath("/b/a"));
  EXPECT_EQ(tree_->FindEntry(tree_->FindByPath("/b"), "b"),
            SnapshotTree::kNone);
}

TEST_F(SnapshotTreeTest, MountFlagsReachDownToTheNextMount) {
  builder_.AddFile("/m/x/y", kFile, "", 1);
  builder_.AddMount("/m", kMountReadOnly, 2);
  builder_.AddMount("/m/x/y", kMountNoDev, 3);
  EXPECT_EQ(Finish(), "");
  EXPECT_EQ(File("/").mount_flags, 0u);
  EXPECT_EQ(File("/m").mount_flags, kMountReadOnly);
  EXPECT_EQ(File("/m/x").mount_flags, kMountReadOnly);
  EXPECT_EQ(File("/m/x/y").mount_flags, kMountNoDev);
}

TEST_F(SnapshotTreeTest, APathIsAddedOnce) {
  EXPECT_EQ(Text(builder_.AddFile("/x", kFile, "", 7)), "");
  EXPECT_EQ(Text(builder_.AddFile("/x", kFile, "", 8)),
            "8: \"/x\" twice, first at 7");
  EXPECT_EQ(Text(builder_.AddFile("/", kFile, "", 9)),
            "9: \"/\" is always a dir");
  EXPECT_EQ(Text(builder_.AddFile("/", kDirectory, "", 10)), "");
  EXPECT_EQ(Text(builder_.AddFile("/", kDirectory, "", 11)),
            "11: \"/\" twice, first at 10");
}

TEST_F(SnapshotTreeTest, NothingLiesInAFile) {
  builder_.AddFile("/x/y/z", kFile, "", 1);
  builder_.AddFile("/x", kLink, "y", 2);
  EXPECT_EQ(Finish(),
            "1: \"/x/y\" cannot lie in \"/x\", which is of type \"symlink\"");
}

TEST_F(SnapshotTreeTest, MountPoints) {
  builder_.AddFile("/l", kLink, "y", 1);
  builder_.AddMount("/l", 0, 2);
  EXPECT_EQ(Finish(), "2: mount point \"/l\" is a symlink");
}

TEST_F(SnapshotTreeTest, MountPointsTwice) {
  builder_.AddMount("/m", 0, 1);
  builder_.AddMount("/m", 0, 2);
  EXPECT_EQ(Finish(), "2: mount point \"/m\" twice");
}

TEST_F(SnapshotTreeTest, TheWorkingDirectoryIsNoFile) {
  builder_.AddFile("/x", kFile, "", 1);
  builder_.SetWorkingDirectory("/x", 2);
  EXPECT_EQ(Finish(), "2: \"cwd\" \"/x\" is not a dir");
}

// Those that are implied count too.
TEST_F(SnapshotTreeTest, NotMoreFilesThanAllowed) {
  EXPECT_EQ(Text(builder_.AddFile("/a/b/c/d", kFile, "", 1)), "");
  EXPECT_EQ(Finish(), "");
  SnapshotTreeBuilder builder(5);
  EXPECT_EQ(Text(builder.AddFile("/a/b/c/d/e", kFile, "", 1)), "");
  EXPECT_EQ(Text(builder.Finish(&tree_)), "1: more than 5 files");
}

}  // namespace
}  // namespace specgen
