#include "specgen/host/eval_symlinks.h"

#include <memory>
#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "specgen/host/file_tree.h"
#include "specgen/host/host_snapshot.h"

namespace specgen {
namespace {

// The same tree that Go was asked about.
constexpr std::string_view kTree = R"({"cwd": "/tmp/gen", "entries": [
{"path": "/tmp/gen/f", "type": "file"},
{"path": "/tmp/gen/d", "type": "dir"},
{"path": "/tmp/gen/lf", "type": "symlink", "target": "f"},
{"path": "/tmp/gen/d/up", "type": "symlink", "target": "../d"},
{"path": "/tmp/gen/d/dd", "type": "symlink", "target": ".."},
{"path": "/tmp/gen/d/dot", "type": "symlink", "target": "."},
{"path": "/tmp/gen/abs", "type": "symlink", "target": "/tmp/gen/d"},
{"path": "/tmp/gen/dslash", "type": "symlink", "target": "d/"},
{"path": "/tmp/gen/fslash", "type": "symlink", "target": "f/"},
{"path": "/tmp/gen/messy", "type": "symlink",
 "target": "//tmp//gen/./d/.."},
{"path": "/tmp/gen/loop", "type": "symlink", "target": "loop"}
]})";

// "!" for an error.
std::string Eval(const FileTree& files, std::string_view path) {
  std::string resolved = "!";
  if (!EvalSymlinks(files, path, &resolved)) {
    EXPECT_EQ(resolved, "!");
  }
  return resolved;
}

struct Row {
  std::string_view path;
  std::string_view resolved;
};

// Answers of Go itself.
constexpr Row kRows[] = {
    {"", "."},
    {"/", "/"},
    {"//", "/"},
    {"f/", "!"},
    {"f//", "!"},
    {"lf/", "!"},
    {"lf", "f"},
    {"f/.", "!"},
    {"f/..", "!"},
    {"d/up/..", "."},
    {"d/..", "."},
    {"..", ".."},
    {"../..", "../.."},
    {"../gen/f", "../gen/f"},
    {"./d", "d"},
    {"abs/..", "/tmp/gen"},
    {"/tmp/gen/f/", "!"},
    {"d/dd/d/dd", "."},
    {"d/dot/dot/dot", "d"},
    {"dslash", "d"},
    {"dslash/..", "."},
    {"fslash", "!"},
    {"messy/f", "/tmp/gen/f"},
    {"messy", "/tmp/gen"},
    {"/..", "/"},
    {"/../tmp", "/tmp"},
    {"loop", "!"},
    {"d/../f/", "!"},
    {"../nope/..", "!"},
    {"f/../f", "!"},
    {"abs/../../gen", "/tmp/gen"},
    {"../gen/d/up", "../gen/d"},
};

TEST(EvalSymlinksTest, MatchesGo) {
  const auto host = HostSnapshot::Parse(kTree, "tree.json");
  ASSERT_TRUE(host.ok()) << host.status();
  for (const Row& row : kRows) {
    EXPECT_EQ(Eval((*host)->files, row.path), row.resolved) << row.path;
  }
}

TEST(EvalSymlinksTest, FollowsUpTo255Links) {
  // More than the 40 of the kernel.
  std::string json = R"({"entries": [{"path": "/l0", "type": "dir"})";
  for (int i = 1; i <= 300; ++i) {
    const std::string link = std::to_string(i);
    const std::string target = std::to_string(i - 1);
    json += R"(,{"path": "/l)";
    json += link;
    json += R"(", "type": "symlink", "target": "l)";
    json += target;
    json += "\"}";
  }
  const auto host = HostSnapshot::Parse(json + "]}", "links.json");
  ASSERT_TRUE(host.ok()) << host.status();
  EXPECT_EQ(Eval((*host)->files, "/l255"), "/l0");
  EXPECT_EQ(Eval((*host)->files, "/l256"), "!");
}

TEST(EvalSymlinksTest, GrowingLinksEnd) {
  // Each turn makes the rest of the path longer.
  const auto host = HostSnapshot::Parse(
      R"({"entries": [{"path": "/x", "type": "symlink",
                       "target": "x/x/x/x/x/x/x/x/x/x/x/x/x/x/x/x/x"}]})",
      "grow.json");
  ASSERT_TRUE(host.ok()) << host.status();
  EXPECT_EQ(Eval((*host)->files, "/x"), "!");
}

}  // namespace
}  // namespace specgen
