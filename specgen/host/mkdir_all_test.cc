#include "specgen/host/mkdir_all.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "specgen/base/arena.h"
#include "specgen/host/folder_overlay.h"
#include "specgen/host/host_snapshot.h"

namespace specgen {
namespace {

// What the recorded requests were run on, as far as they look at it.
constexpr std::string_view kReferenceTree = R"({"entries": [
{"path": "/tmp/specgen-ref/run", "type": "dir"},
{"path": "/tmp/specgen-ref/src", "type": "dir"},
{"path": "/tmp/specgen-ref/src/file", "type": "file"},
{"path": "/tmp/real/deep", "type": "dir"},
{"path": "/tmp/link", "type": "symlink", "target": "real/deep"},
{"path": "/tmp/dangling", "type": "symlink", "target": "nowhere"},
{"path": "/tmp/loop", "type": "symlink", "target": "loop"}
], "mounts": [{"path": "/ro", "flags": ["ro"]},
              {"path": "/ro/rw", "flags": []}],
"cwd": "/tmp/real"})";

using Folders = std::vector<std::pair<std::string, uint32_t>>;

class MkdirAllTest : public testing::Test {
 protected:
  MkdirAllTest()
      : host_(*HostSnapshot::Parse(kReferenceTree, "tree.json")),
        overlay_(*host_, &arena_) {}

  // Runs MkdirAll; returns the message, "" if none.
  std::string Make(std::string_view path, uint32_t mode = 0700) {
    const absl::Status status =
        MkdirAll(path, mode, &overlay_,
                 [this](std::string_view folder, uint32_t folder_mode) {
                   folders_.emplace_back(folder, folder_mode);
                 });
    return std::string(status.message());
  }

  const std::unique_ptr<HostSnapshot> host_;
  Arena arena_;
  FolderOverlay overlay_;
  Folders folders_;
};

TEST_F(MkdirAllTest, DoesNothingForAFolder) {
  for (const std::string_view path :
       {"/", "//", "/.", "/tmp", "/tmp/", "/tmp/link", "/tmp/link/", ".",
        "deep", "..", "/tmp/specgen-ref/src/../src//."}) {
    EXPECT_EQ(Make(path), "") << path;
  }
  EXPECT_TRUE(folders_.empty());
}

// The rows below are recorded answers of an engine.
TEST_F(MkdirAllTest, MakesOneFolder) {
  EXPECT_EQ(Make("/tmp/specgen-ref/run/0123456789abcdef", 0755), "");
  EXPECT_EQ(folders_,
            (Folders{{"/tmp/specgen-ref/run/0123456789abcdef", 0755}}));
}

TEST_F(MkdirAllTest, MakesParentsFirstAndEachOnce) {
  EXPECT_EQ(Make("/tmp/specgen-ref/run/0123456789abcdef"), "");
  EXPECT_EQ(Make("/tmp/specgen-ref/src/b/c"), "");
  EXPECT_EQ(Make("/tmp/specgen-ref/src/b/c"), "");
  EXPECT_EQ(Make("/tmp/specgen-ref/src/b"), "");
  EXPECT_EQ(folders_, (Folders{{"/tmp/specgen-ref/run/0123456789abcdef", 0700},
                               {"/tmp/specgen-ref/src/b", 0700},
                               {"/tmp/specgen-ref/src/b/c", 0700}}));
}

TEST_F(MkdirAllTest, MakesWhatLiesBeforeDotDot) {
  EXPECT_EQ(Make("/tmp/specgen-ref/src/a/../d"), "");
  EXPECT_EQ(folders_, (Folders{{"/tmp/specgen-ref/src/a", 0700},
                               {"/tmp/specgen-ref/src/d", 0700}}));
}

TEST_F(MkdirAllTest, RefusesAFileOnTheWay) {
  for (const std::string_view path :
       {"/tmp/specgen-ref/src/file", "/tmp/specgen-ref/src/file/x",
        "/tmp/specgen-ref/src/file/x/y/z"}) {
    EXPECT_EQ(Make(path), "mkdir /tmp/specgen-ref/src/file: not a directory")
        << path;
  }
  EXPECT_TRUE(folders_.empty());
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
  EXPECT_EQ(folders_, (Folders{{"/tmp/specgen-ref/src/n1", 0700},
                               {"/tmp/specgen-ref/src/n1/n2", 0700}}));
}

TEST_F(MkdirAllTest, RelativePaths) {
  EXPECT_EQ(Make("a/b"), "");
  EXPECT_EQ(Make("./a/c/"), "");
  EXPECT_EQ(Make("../x"), "");
  EXPECT_EQ(Make("deep/../a"), "");
  EXPECT_EQ(Make(""), "mkdir : no such file or directory");
  EXPECT_EQ(
      folders_,
      (Folders{{"a", 0700}, {"a/b", 0700}, {"a/c", 0700}, {"../x", 0700}}));
}

TEST_F(MkdirAllTest, WithoutAWorkingFolder) {
  const auto empty = HostSnapshot::Empty();
  Arena arena;
  FolderOverlay overlay(*empty, &arena);
  const auto ignore = [](std::string_view, uint32_t) {};
  EXPECT_EQ(MkdirAll("a/b", 0700, &overlay, ignore).message(),
            "mkdir a: no such file or directory");
}

TEST_F(MkdirAllTest, ThroughLinks) {
  EXPECT_EQ(Make("/tmp/link/a/b"), "");
  // The same folders by their true names.
  EXPECT_EQ(Make("/tmp/real/deep/a/b"), "");
  EXPECT_EQ(Make("/tmp/real/./deep/../deep/a/c"), "");
  EXPECT_EQ(folders_, (Folders{{"/tmp/link/a", 0700},
                               {"/tmp/link/a/b", 0700},
                               {"/tmp/real/deep/a/c", 0700}}));
}

TEST_F(MkdirAllTest, DotDotAfterALinkLeavesTheTrueFolder) {
  EXPECT_EQ(Make("/tmp/link/../side"), "");
  // Not filepath.Clean's /tmp/side.
  EXPECT_EQ(folders_, (Folders{{"/tmp/real/side", 0700}}));
}

TEST_F(MkdirAllTest, DanglingLinksAreInTheWay) {
  EXPECT_EQ(Make("/tmp/dangling"), "mkdir /tmp/dangling: file exists");
  EXPECT_EQ(Make("/tmp/dangling/x"), "mkdir /tmp/dangling: file exists");
  EXPECT_EQ(Make("/tmp/dangling/"), "mkdir /tmp/dangling/: file exists");
  EXPECT_EQ(Make("/tmp/loop/x"), "mkdir /tmp/loop: file exists");
  EXPECT_TRUE(folders_.empty());
}

TEST_F(MkdirAllTest, ALinkNoLongerDanglesOnceItsTargetIsPlanned) {
  EXPECT_EQ(Make("/tmp/nowhere"), "");
  EXPECT_EQ(Make("/tmp/dangling/x"), "");
  EXPECT_EQ(Make("/tmp/nowhere/x"), "");
  EXPECT_EQ(folders_,
            (Folders{{"/tmp/nowhere", 0700}, {"/tmp/dangling/x", 0700}}));
}

TEST_F(MkdirAllTest, LongNames) {
  const std::string name(256, 'n');
  EXPECT_EQ(Make("/tmp/new/" + name + "/x"),
            "mkdir /tmp/new/" + name + ": file name too long");
  // As in Go, what was made before the failure stays.
  EXPECT_EQ(folders_, (Folders{{"/tmp/new", 0700}}));
}

TEST_F(MkdirAllTest, LongPaths) {
  std::string path = "/tmp";
  while (path.size() < 1 << 20) path += "/d";
  const std::string last = path.substr(0, 4096);  // "/tmp" and 2046 "/d"
  EXPECT_EQ(Make(path), "mkdir " + last + ": file name too long");
  EXPECT_EQ(folders_.size(), 2045u);
  EXPECT_EQ(folders_.back().first, path.substr(0, 4094));
}

// However the levels are named: not one copy of the path for each of them.
TEST_F(MkdirAllTest, DeepPathsTakeMemoryInProportion) {
  for (const std::string_view start : {"/tmp/a", "/tmp/link", "/tmp//b"}) {
    folders_.clear();
    std::string path(start);
    while (path.size() < 4000) path += start == "/tmp//b" ? "/.//d" : "/d";
    const size_t before = arena_.bytes_used();
    EXPECT_EQ(Make(path), "");
    EXPECT_GT(folders_.size(), 790u);
    EXPECT_LE(arena_.bytes_used() - before, 16 * path.size()) << start;
    for (size_t i = 1; i < folders_.size(); ++i) {
      ASSERT_EQ(folders_[i].first, folders_[i - 1].first + "/d");
    }
  }
}

TEST_F(MkdirAllTest, NulBytes) {
  using std::string_literals::operator""s;
  EXPECT_EQ(Make("/tmp/n/a\0b/c"s), "mkdir /tmp/n/a\0b: invalid argument"s);
  EXPECT_EQ(folders_, (Folders{{"/tmp/n", 0700}}));
}

TEST_F(MkdirAllTest, ReadOnlyMounts) {
  EXPECT_EQ(Make("/ro/a/b"), "mkdir /ro/a: read-only file system");
  EXPECT_EQ(Make("/ro/rw/a/b"), "");
  EXPECT_EQ(folders_, (Folders{{"/ro/rw/a", 0700}, {"/ro/rw/a/b", 0700}}));
}

TEST_F(MkdirAllTest, ManyWaysUpAndDownTakeLittleTime) {
  std::string path = "/tmp/link";
  while (path.size() < 4000) path += "/n/../m/./";
  EXPECT_EQ(Make(path), "");
  EXPECT_GT(folders_.size(), 2u);
}

}  // namespace
}  // namespace specgen
