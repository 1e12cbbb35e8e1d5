#include "specgen/host/planned_tree.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "specgen/base/arena.h"
#include "specgen/host/file_tree.h"
#include "specgen/host/host_snapshot.h"
#include "specgen/host/plan.h"

namespace specgen {
namespace {

using Directories = std::vector<std::pair<std::string, uint32_t>>;

// A tree with a plan of its own.
class Planner {
 public:
  explicit Planner(const FileTree& under) : tree_(under, &arena_, &plan_) {}

  // Runs MkdirAll; returns the message, "" if none. The tree may keep views of
  // `path`.
  std::string Make(std::string_view path, uint32_t mode = 0700) {
    return std::string(tree_.MkdirAll(path, mode).message());
  }

  Directories plan() const {
    Directories plan;
    for (const PlannedFolder& directory : plan_) {
      plan.emplace_back(directory.path, directory.mode);
    }
    return plan;
  }
  std::string PlanText() const {
    return absl::StrJoin(plan_, " ",
                         [](std::string* out, const PlannedFolder& directory) {
                           absl::StrAppend(out, directory.path);
                         });
  }

  const PlannedTree& tree() const { return tree_; }
  size_t bytes_used() const { return arena_.bytes_used(); }

 private:
  Arena arena_;
  std::vector<PlannedFolder> plan_;
  PlannedTree tree_;
};

class PlannedTreeTest : public testing::Test {
 protected:
  explicit PlannedTreeTest(std::string_view json = R"({"entries": [
        {"path": "/a/file", "type": "file", "mode": "0600", "uid": 5},
        {"path": "/a/link", "type": "symlink", "target": "b/c"},
        {"path": "/a/up", "type": "symlink", "target": ".."},
        {"path": "/ro/there", "type": "dir"}
        ], "mounts": [{"path": "/a", "flags": ["nosuid"]},
                      {"path": "/ro", "flags": ["ro"]}], "cwd": "/a"})")
      : host_(*HostSnapshot::Parse(json, "tree.json")),
        planner_(host_->files) {}

  std::string Make(std::string_view path, uint32_t mode = 0700) {
    return planner_.Make(path, mode);
  }
  int Stat(std::string_view path) {
    facts_ = {};
    return tree_.Stat(path, &facts_);
  }
  int Lstat(std::string_view path) {
    facts_ = {};
    return tree_.Lstat(path, &facts_);
  }

  const std::unique_ptr<HostSnapshot> host_;
  Planner planner_;
  const PlannedTree& tree_ = planner_.tree();
  FileFacts facts_;
};

TEST_F(PlannedTreeTest, SeesWhatIsPlanned) {
  EXPECT_EQ(Stat("/a/b"), ENOENT);
  EXPECT_EQ(Make("/a/b"), "");
  EXPECT_EQ(Stat("/a/b"), 0);
  EXPECT_EQ(facts_.mode, S_IFDIR | 0700u);
  EXPECT_EQ(Lstat("/a/b/"), 0);
  EXPECT_EQ(Lstat("/a/b/."), 0);
  EXPECT_EQ(Lstat("/a/./b/../b"), 0);
  EXPECT_EQ(Lstat("/a/b/.."), 0);
  EXPECT_EQ(Lstat("/a/up/a/b"), 0);
  EXPECT_EQ(Lstat("/a/b/x"), ENOENT);
  EXPECT_EQ(planner_.PlanText(), "/a/b");
}

// Nothing is looked up in between.
TEST_F(PlannedTreeTest, SeesAllOfSeveralLevels) {
  EXPECT_EQ(Make("/a/b/c/d"), "");
  EXPECT_EQ(planner_.PlanText(), "/a/b /a/b/c /a/b/c/d");
  for (const std::string_view path : {"/a/b", "/a/b/c", "/a/b/c/d"}) {
    EXPECT_EQ(Stat(path), 0) << path;
  }
  EXPECT_EQ(Stat("/a/b/d"), ENOENT);
}

TEST_F(PlannedTreeTest, SeesWhatWasPlannedBefore) {
  Arena arena;
  std::vector<PlannedFolder> plan = {{"/a/b", 0755}};
  PlannedTree tree(host_->files, &arena, &plan);
  EXPECT_EQ(tree.Stat("/a/b", &facts_), 0);
  EXPECT_EQ(facts_.mode, S_IFDIR | 0755u);
  EXPECT_TRUE(tree.MkdirAll("/a/b/c", 0700).ok());
  ASSERT_EQ(plan.size(), 2u);
  EXPECT_EQ(plan[1].path, "/a/b/c");
}

TEST_F(PlannedTreeTest, SeesTheTreeBelowThroughWhatIsPlanned) {
  Make("/a/b");
  EXPECT_EQ(Lstat("/a/b/../file"), 0);
  EXPECT_EQ(facts_.mode, S_IFREG | 0600u);
  EXPECT_EQ(facts_.uid, 5u);
  EXPECT_EQ(Lstat("/a/b/../file/"), ENOTDIR);
  EXPECT_EQ(Lstat("/a/b/../file/x"), ENOTDIR);
  std::string target;
  EXPECT_EQ(tree_.ReadLink("/a/b/../link", &target), 0);
  EXPECT_EQ(target, "b/c");
  EXPECT_EQ(tree_.ReadLink("/a/b/../file", &target), EINVAL);
  EXPECT_EQ(tree_.ReadLink("/a/b", &target), EINVAL);
  EXPECT_EQ(tree_.ReadLink("/a/b/x", &target), ENOENT);
}

TEST_F(PlannedTreeTest, FollowsLinksToWhatIsPlanned) {
  EXPECT_EQ(Stat("/a/link"), ENOENT);
  Make("/a/b");
  Make("/a/b/c");
  EXPECT_EQ(Stat("/a/link"), 0);
  EXPECT_TRUE(S_ISDIR(facts_.mode));
  EXPECT_EQ(Lstat("/a/link"), 0);
  EXPECT_TRUE(S_ISLNK(facts_.mode));
  EXPECT_EQ(Make("/a/link/d"), "");
  EXPECT_EQ(Lstat("/a/b/c/d"), 0);
  EXPECT_EQ(planner_.PlanText(), "/a/b /a/b/c /a/link/d");
}

TEST_F(PlannedTreeTest, ListsWhatIsPlanned) {
  Make("/a/zz");
  Make("/a/b/c");
  Make("/new");
  std::vector<std::string> names = {"old"};
  EXPECT_EQ(tree_.ListDirectory("/a", &names), 0);
  EXPECT_EQ(names, (std::vector<std::string>{"b", "file", "link", "up", "zz"}));
  EXPECT_EQ(tree_.ListDirectory("/a/b/", &names), 0);
  EXPECT_EQ(names, (std::vector<std::string>{"c"}));
  EXPECT_EQ(tree_.ListDirectory("/a/link", &names), 0);
  EXPECT_TRUE(names.empty());
  EXPECT_EQ(tree_.ListDirectory("/a/up", &names), 0);
  EXPECT_EQ(names, (std::vector<std::string>{"a", "new", "ro"}));
  EXPECT_EQ(tree_.ListDirectory("/a/file", &names), ENOTDIR);
  EXPECT_EQ(tree_.ListDirectory("/a/none", &names), ENOENT);
}

TEST_F(PlannedTreeTest, ListsWhatIsPlannedByARelativePath) {
  Make("r");
  std::vector<std::string> names;
  EXPECT_EQ(tree_.ListDirectory(".", &names), 0);
  EXPECT_EQ(names, (std::vector<std::string>{"file", "link", "r", "up"}));
}

TEST_F(PlannedTreeTest, PlannedDirectoriesHaveTheMountOfTheirPlace) {
  Make("/a/b/c");
  uint64_t flags = 0;
  EXPECT_EQ(tree_.MountFlags("/a/b/c", &flags), 0);
  EXPECT_EQ(flags, kMountNoSuid);
  EXPECT_EQ(tree_.MountFlags("/a/b/d", &flags), ENOENT);
  Make("/x");
  EXPECT_EQ(tree_.MountFlags("/x", &flags), 0);
  EXPECT_EQ(flags, 0u);
}

TEST_F(PlannedTreeTest, FailsAsTheKernelDoes) {
  const std::string too_long(256, 'x');
  const std::string long_enough(255, 'x');
  EXPECT_EQ(Make("/"), "");
  EXPECT_EQ(Make("//"), "");
  EXPECT_EQ(Make(""), "mkdir : no such file or directory");
  EXPECT_EQ(Make("/a/.."), "");
  EXPECT_EQ(Make("/a/file"), "mkdir /a/file: not a directory");
  EXPECT_EQ(Make("/a/file/x"), "mkdir /a/file: not a directory");
  EXPECT_EQ(Make("/a/link"), "mkdir /a/link: file exists");
  EXPECT_EQ(Make("/a/link/x"), "mkdir /a/link: file exists");
  EXPECT_EQ(Make("/ro/there"), "");
  EXPECT_EQ(Make("/ro/there/x"), "mkdir /ro/there/x: read-only file system");
  EXPECT_EQ(Make("/a/" + too_long),
            absl::StrCat("mkdir /a/", too_long, ": file name too long"));
  EXPECT_EQ(planner_.PlanText(), "");
  const std::string path = "/a/" + long_enough;
  EXPECT_EQ(Make(path), "");
  EXPECT_EQ(planner_.PlanText(), path);
}

TEST_F(PlannedTreeTest, MakesNothingTwice) {
  Make("/a/b");
  Make("/a/b");
  Make("/a/up/a/b");
  Make("/a/b/.");
  EXPECT_EQ(planner_.PlanText(), "/a/b");
}

TEST_F(PlannedTreeTest, FilesKeepOnlyPermissionBitsOfTheMode) {
  EXPECT_EQ(Make("/a/n", 0177777), "");
  EXPECT_EQ(planner_.plan(), (Directories{{"/a/n", 0177777}}));
  EXPECT_EQ(Stat("/a/n"), 0);
  EXPECT_EQ(facts_.mode, S_IFDIR | 07777u);
}

TEST_F(PlannedTreeTest, KnowsWhereTheWorkingDirectoryIs) {
  Make("/a/b");
  EXPECT_EQ(Stat("b"), 0);
  EXPECT_EQ(Make("b"), "");
  EXPECT_EQ(Make("b/c"), "");
  EXPECT_EQ(Stat("/a/b/c"), 0);
  EXPECT_EQ(planner_.PlanText(), "/a/b b/c");
}

TEST_F(PlannedTreeTest, RelativePathsAboveTheWorkingDirectory) {
  Make("../n");
  Make("../n/m");
  EXPECT_EQ(Stat("../n/m/../../n"), 0);
  Make("../../k");
  Make("x/../k");
  EXPECT_EQ(Stat("k"), 0);
  EXPECT_EQ(planner_.PlanText(), "../n ../n/m ../../k x /a/k");
}

// What the recorded requests were run on, as far as they look at it.
class MkdirAllTest : public PlannedTreeTest {
 protected:
  MkdirAllTest()
      : PlannedTreeTest(R"({"entries": [
{"path": "/tmp/specgen-ref/run", "type": "dir"},
{"path": "/tmp/specgen-ref/src", "type": "dir"},
{"path": "/tmp/specgen-ref/src/file", "type": "file"},
{"path": "/tmp/real/deep", "type": "dir"},
{"path": "/tmp/link", "type": "symlink", "target": "real/deep"},
{"path": "/tmp/dangling", "type": "symlink", "target": "nowhere"},
{"path": "/tmp/loop", "type": "symlink", "target": "loop"}
], "mounts": [{"path": "/ro", "flags": ["ro"]},
              {"path": "/ro/rw", "flags": []}],
"cwd": "/tmp/real"})") {}
};

TEST_F(MkdirAllTest, DoesNothingForADirectory) {
  for (const std::string_view path :
       {"/", "//", "/.", "/tmp", "/tmp/", "/tmp/link", "/tmp/link/", ".",
        "deep", "..", "/tmp/specgen-ref/src/../src//."}) {
    EXPECT_EQ(Make(path), "") << path;
  }
  EXPECT_TRUE(planner_.plan().empty());
}

// The rows below are recorded answers of an engine.
TEST_F(MkdirAllTest, MakesOneDirectory) {
  EXPECT_EQ(Make("/tmp/specgen-ref/run/0123456789abcdef", 0755), "");
  EXPECT_EQ(planner_.plan(),
            (Directories{{"/tmp/specgen-ref/run/0123456789abcdef", 0755}}));
}

TEST_F(MkdirAllTest, MakesParentsFirstAndEachOnce) {
  EXPECT_EQ(Make("/tmp/specgen-ref/run/0123456789abcdef"), "");
  EXPECT_EQ(Make("/tmp/specgen-ref/src/b/c"), "");
  EXPECT_EQ(Make("/tmp/specgen-ref/src/b/c"), "");
  EXPECT_EQ(Make("/tmp/specgen-ref/src/b"), "");
  EXPECT_EQ(planner_.plan(),
            (Directories{{"/tmp/specgen-ref/run/0123456789abcdef", 0700},
                         {"/tmp/specgen-ref/src/b", 0700},
                         {"/tmp/specgen-ref/src/b/c", 0700}}));
}

TEST_F(MkdirAllTest, MakesWhatLiesBeforeDotDot) {
  EXPECT_EQ(Make("/tmp/specgen-ref/src/a/../d"), "");
  EXPECT_EQ(planner_.plan(), (Directories{{"/tmp/specgen-ref/src/a", 0700},
                                          {"/tmp/specgen-ref/src/d", 0700}}));
}

TEST_F(MkdirAllTest, RefusesAFileOnTheWay) {
  for (const std::string_view path :
       {"/tmp/specgen-ref/src/file", "/tmp/specgen-ref/src/file/x",
        "/tmp/specgen-ref/src/file/x/y/z"}) {
    EXPECT_EQ(Make(path), "mkdir /tmp/specgen-ref/src/file: not a directory")
        << path;
  }
  EXPECT_TRUE(planner_.plan().empty());
}

// The rows from here on are answers of Go itself on such a tree.
TEST_F(MkdirAllTest, NamesThePathAsItWasGiven) {
  EXPECT_EQ(Make("//tmp/./specgen-ref/src/file//x"),
            "mkdir //tmp/./specgen-ref/src/file/: file exists");
  EXPECT_EQ(Make("/tmp/specgen-ref/src/file/"),
            "mkdir /tmp/specgen-ref/src/file/: file exists");
  EXPECT_EQ(Make("/tmp/specgen-ref/src/file/."),
            "mkdir /tmp/specgen-ref/src/file: not a directory");
  EXPECT_EQ(Make("/tmp/specgen-ref/src/file/../new"),
            "mkdir /tmp/specgen-ref/src/file: not a directory");
}

TEST_F(MkdirAllTest, CleansThePlan) {
  EXPECT_EQ(Make("//tmp//specgen-ref/./src/n1//./n2/"), "");
  EXPECT_EQ(planner_.plan(),
            (Directories{{"/tmp/specgen-ref/src/n1", 0700},
                         {"/tmp/specgen-ref/src/n1/n2", 0700}}));
}

TEST_F(MkdirAllTest, RelativePaths) {
  EXPECT_EQ(Make("a/b"), "");
  EXPECT_EQ(Make("./a/c/"), "");
  EXPECT_EQ(Make("../x"), "");
  EXPECT_EQ(Make("deep/../a"), "");
  EXPECT_EQ(Make(""), "mkdir : no such file or directory");
  EXPECT_EQ(planner_.PlanText(), "a a/b a/c ../x");
}

TEST_F(MkdirAllTest, RelativeAndAbsoluteNamesAreOfTheSameDirectories) {
  EXPECT_EQ(Make("run/x"), "");
  EXPECT_EQ(Lstat("/tmp/real/run/x"), 0);
  EXPECT_EQ(Stat("/tmp/real/deep/../run"), 0);
  EXPECT_EQ(Make("/tmp/real/run/x/y"), "");
  EXPECT_EQ(Lstat("run/x/y"), 0);
  EXPECT_EQ(Lstat("./run/../../real/run/x/y"), 0);
  EXPECT_EQ(Make("/tmp/new"), "");
  EXPECT_EQ(Lstat("../new"), 0);
  EXPECT_EQ(Make("../new/z"), "");
  EXPECT_EQ(Make("/tmp/new/z"), "");
  EXPECT_EQ(Lstat("/tmp/new/z"), 0);
  EXPECT_EQ(Lstat("/run"), ENOENT);
  EXPECT_EQ(Lstat("new"), ENOENT);
  EXPECT_EQ(planner_.PlanText(),
            "run run/x /tmp/real/run/x/y /tmp/new ../new/z");
  std::vector<std::string> names;
  EXPECT_EQ(tree_.ListDirectory("/tmp/real", &names), 0);
  EXPECT_EQ(names, (std::vector<std::string>{"deep", "run"}));
}

TEST_F(MkdirAllTest, WithoutAWorkingDirectory) {
  const auto empty = HostSnapshot::Empty();
  EXPECT_EQ(Planner(empty->files).Make("a/b"),
            "mkdir a: no such file or directory");
}

TEST_F(MkdirAllTest, ThroughLinks) {
  EXPECT_EQ(Make("/tmp/link/a/b"), "");
  // The same directories by their true names.
  EXPECT_EQ(Make("/tmp/real/deep/a/b"), "");
  EXPECT_EQ(Make("/tmp/real/./deep/../deep/a/c"), "");
  EXPECT_EQ(planner_.PlanText(),
            "/tmp/link/a /tmp/link/a/b /tmp/real/deep/a/c");
}

TEST_F(MkdirAllTest, DotDotAfterALinkLeavesTheTrueDirectory) {
  EXPECT_EQ(Make("/tmp/link/../side"), "");
  // Not filepath.Clean's /tmp/side.
  EXPECT_EQ(planner_.PlanText(), "/tmp/real/side");
}

TEST_F(MkdirAllTest, DotDotBeforeALinkIsNoReasonForTheTrueDirectory) {
  EXPECT_EQ(Make("../link/a"), "");
  EXPECT_EQ(Make("../link/b"), "");
  EXPECT_EQ(Make("../real/deep/a"), "");
  EXPECT_EQ(planner_.PlanText(), "../link/a ../link/b");
}

TEST_F(MkdirAllTest, DanglingLinksAreInTheWay) {
  EXPECT_EQ(Make("/tmp/dangling"), "mkdir /tmp/dangling: file exists");
  EXPECT_EQ(Make("/tmp/dangling/x"), "mkdir /tmp/dangling: file exists");
  EXPECT_EQ(Make("/tmp/dangling/x/y"), "mkdir /tmp/dangling: file exists");
  EXPECT_EQ(Make("/tmp/dangling/"), "mkdir /tmp/dangling/: file exists");
  EXPECT_EQ(Make("/tmp/loop/x"), "mkdir /tmp/loop: file exists");
  EXPECT_TRUE(planner_.plan().empty());
}

TEST_F(MkdirAllTest, ALinkNoLongerDanglesOnceItsTargetIsPlanned) {
  EXPECT_EQ(Make("/tmp/nowhere"), "");
  EXPECT_EQ(Make("/tmp/dangling/x"), "");
  EXPECT_EQ(Make("/tmp/nowhere/x"), "");
  EXPECT_EQ(planner_.PlanText(), "/tmp/nowhere /tmp/dangling/x");
}

TEST_F(MkdirAllTest, LongNames) {
  const std::string name(256, 'n');
  const std::string path = "/tmp/new/" + name + "/x";
  EXPECT_EQ(Make(path), "mkdir /tmp/new/" + name + ": file name too long");
  // As in Go, what was made before the failure stays.
  EXPECT_EQ(planner_.PlanText(), "/tmp/new");
}

TEST_F(MkdirAllTest, LongPaths) {
  std::string path = "/tmp";
  while (path.size() < 1 << 20) path += "/d";
  const std::string last = path.substr(0, 4096);  // "/tmp" and 2046 "/d"
  EXPECT_EQ(Make(path), "mkdir " + last + ": file name too long");
  const Directories plan = planner_.plan();
  EXPECT_EQ(plan.size(), 2045u);
  EXPECT_EQ(plan.back().first, path.substr(0, 4094));
}

// However the levels are named: not one copy of the path for each of them,
// which would be 500 times the path. The index takes its entries from the same
// arena.
TEST_F(MkdirAllTest, DeepPathsTakeMemoryInProportion) {
  for (const std::string_view start : {"/tmp/a", "/tmp/link", "/tmp//b"}) {
    Planner planner(host_->files);
    std::string path(start);
    while (path.size() < 4000) path += start == "/tmp//b" ? "/.//d" : "/d";
    EXPECT_EQ(planner.Make(path), "");
    EXPECT_LE(planner.bytes_used(), 100 * path.size()) << start;
    const Directories plan = planner.plan();
    EXPECT_GT(plan.size(), 790u);
    for (size_t i = 1; i < plan.size(); ++i) {
      ASSERT_EQ(plan[i].first, plan[i - 1].first + "/d");
    }
  }
}

TEST_F(MkdirAllTest, NulBytes) {
  using std::string_literals::operator""s;
  EXPECT_EQ(Make("/tmp/n/a\0b/c"s), "mkdir /tmp/n/a\0b: invalid argument"s);
  EXPECT_EQ(planner_.PlanText(), "/tmp/n");
}

TEST_F(MkdirAllTest, ReadOnlyMounts) {
  EXPECT_EQ(Make("/ro/a"), "mkdir /ro/a: read-only file system");
  EXPECT_EQ(Make("/ro/a/b"), "mkdir /ro/a: read-only file system");
  EXPECT_EQ(Make("/ro/a/b/c"), "mkdir /ro/a: read-only file system");
  EXPECT_TRUE(planner_.plan().empty());
  EXPECT_EQ(Make("/ro/rw/a/b"), "");
  EXPECT_EQ(planner_.PlanText(), "/ro/rw/a /ro/rw/a/b");
}

TEST_F(MkdirAllTest, ManyWaysUpAndDownTakeLittleTime) {
  std::string path = "/tmp/link";
  while (path.size() < 4000) path += "/n/../m/./";
  EXPECT_EQ(Make(path), "");
  EXPECT_GT(planner_.plan().size(), 2u);
}

// Counts what is asked of it, by the six calls.
class CountedTree : public FileTree {
 public:
  explicit CountedTree(const FileTree& under) : under_(under) {}
  int Lstat(std::string_view path, FileFacts* facts) const override {
    ++calls_;
    return under_.Lstat(path, facts);
  }
  int Stat(std::string_view path, FileFacts* facts) const override {
    ++calls_;
    return under_.Stat(path, facts);
  }
  int ReadLink(std::string_view path, std::string* target) const override {
    ++calls_;
    return under_.ReadLink(path, target);
  }
  int ListDirectory(std::string_view path,
                    std::vector<std::string>* names) const override {
    ++calls_;
    return under_.ListDirectory(path, names);
  }
  int MountFlags(std::string_view path, uint64_t* flags) const override {
    ++calls_;
    return under_.MountFlags(path, flags);
  }
  int WorkingDirectory(std::string* path) const override {
    ++calls_;
    return under_.WorkingDirectory(path);
  }
  size_t calls() const { return calls_; }

 private:
  const FileTree& under_;
  mutable size_t calls_ = 0;
};

// /run/docker is for root's eyes, and dockerd is root.
TEST_F(MkdirAllTest, WhatThisUserMayNotSeeIsMade) {
  class Closed final : public CountedTree {
   public:
    using CountedTree::CountedTree;
    int Lstat(std::string_view path, FileFacts* facts) const override {
      return path.starts_with("/tmp/specgen-ref/")
                 ? EACCES
                 : CountedTree::Lstat(path, facts);
    }
    int Stat(std::string_view path, FileFacts* facts) const override {
      return path.starts_with("/tmp/specgen-ref/")
                 ? EACCES
                 : CountedTree::Stat(path, facts);
    }
  };
  const Closed closed(host_->files);
  Planner planner(closed);
  for (int again = 0; again < 2; ++again) {
    EXPECT_EQ(planner.Make("/tmp/specgen-ref/x/y"), "");
    EXPECT_EQ(planner.PlanText(), "/tmp/specgen-ref/x /tmp/specgen-ref/x/y");
  }
  FileFacts facts;
  EXPECT_EQ(planner.tree().Lstat("/tmp/specgen-ref/x", &facts), 0);
  EXPECT_EQ(planner.tree().Lstat("/tmp/specgen-ref/z", &facts), EACCES);
  EXPECT_EQ(planner.tree().Stat("/tmp/specgen-ref/z", &facts), EACCES);
}

// Lookups, not levels: what most specs need costs as little as it can.
TEST_F(MkdirAllTest, IsCheapWhereLittleIsMissing) {
  const auto calls = [this](std::string_view path) {
    const CountedTree counted(host_->files);
    Planner planner(counted);
    EXPECT_EQ(planner.Make(path), "") << path;
    EXPECT_EQ(planner.bytes_used(), 0u) << path;
    return counted.calls();
  };
  EXPECT_EQ(calls("/tmp/specgen-ref/run"), 1u);
  EXPECT_EQ(calls("/tmp/specgen-ref/run/id"), 3u);
  EXPECT_EQ(calls("/tmp/specgen-ref/new/id"), 5u);
  EXPECT_EQ(calls("/new/id"), 5u);
  // Also after something was planned.
  const CountedTree counted(host_->files);
  Planner planner(counted);
  planner.Make("/tmp/new");
  const size_t before = counted.calls();
  planner.Make("/tmp/specgen-ref/src");
  EXPECT_EQ(counted.calls(), before + 1);
}

// There is a short way for the usual paths where nothing is planned yet. It
// gives what the long way gives: for each path of up to three of these names.
TEST_F(MkdirAllTest, TheShortWayGivesWhatTheLongWayGives) {
  const std::string long_name(256, 'l');
  const std::vector<std::string> names = {
      "tmp",  "link",    "real", "deep", "dangling", "loop", "src",
      "file", long_name, "ro",   "x",    ".",        "..",   ""};
  std::vector<std::string> paths;
  for (const std::string_view begin : {"", "/", "/tmp/", "/tmp/specgen-ref/"}) {
    for (const std::string& one : names) {
      paths.push_back(absl::StrCat(begin, one));
      for (const std::string& two : names) {
        paths.push_back(absl::StrCat(begin, one, "/", two));
        for (const std::string& three : names) {
          paths.push_back(absl::StrCat(begin, one, "/", two, "/", three));
        }
      }
    }
  }
  size_t planned = 0;
  size_t refused = 0;
  for (const std::string& path : paths) {
    Planner short_way(host_->files);
    const std::string message = short_way.Make(path);
    Planner long_way(host_->files);
    ASSERT_EQ(long_way.Make("/elsewhere"), "");
    ASSERT_EQ(long_way.Make(path), message) << path;
    std::string expected = "/elsewhere";
    if (const std::string plan = short_way.PlanText(); !plan.empty()) {
      absl::StrAppend(&expected, " ", plan);
      ++planned;
    }
    ASSERT_EQ(long_way.PlanText(), expected) << path;
    FileFacts facts;
    if (message.empty()) {
      ASSERT_EQ(short_way.tree().Stat(path, &facts), 0) << path;
      ASSERT_TRUE(S_ISDIR(facts.mode)) << path;
    } else {
      ++refused;
    }
  }
  EXPECT_GT(planned, 1000u);
  EXPECT_GT(refused, 1000u);
}

}  // namespace
}  // namespace specgen
