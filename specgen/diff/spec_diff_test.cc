#include "specgen/diff/spec_diff.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "specgen/diff/engine_changes.h"
#include "specgen/engine/engine.h"
#include "specgen/json/json_tree.h"

namespace specgen {
namespace {

// The changes as "SIGN SECTION: TEXT", a line each.
std::string Diff(std::string_view before, std::string_view after) {
  std::unique_ptr<JsonTree> a = JsonTree::Parse(before, "a").value();
  std::unique_ptr<JsonTree> b = JsonTree::Parse(after, "b").value();
  std::string out;
  for (const Change& change : DiffSpecs(a->root(), b->root())) {
    absl::StrAppend(&out, std::string(1, ChangeKindSign(change.kind)), " ",
                    change.section, ": ", change.text, "\n");
  }
  return out;
}

TEST(SpecDiffTest, SameMeaningIsNoChange) {
  EXPECT_EQ(
      Diff(R"({"a": 1, "b": {"c": [1, 2]}})", R"({"b":{"c":[1,2]},"a":1})"),
      "");
  EXPECT_EQ(Diff(R"({"hostname": "a\u0062"})", R"({"hostname": "ab"})"), "");
  EXPECT_EQ(
      Diff(R"({"mounts":[{"destination":"/a","options":["ro","bind"]}]})",
           R"({"mounts":[{"destination":"/a","options":["bind","ro"]}]})"),
      "");
}

TEST(SpecDiffTest, EveryMemberCounts) {
  EXPECT_EQ(Diff(R"({"ociVersion":"1.0.0","x":{"y":1}})",
                 R"({"ociVersion":"1.1.0","x":{"y":2,"z":[3]}})"),
            "~ spec: ociVersion changes from 1.0.0 to 1.1.0\n"
            "~ spec: x.y changes from 1 to 2\n"
            "+ spec: x.z is now [3]\n");
  EXPECT_EQ(Diff(R"({"process":{"cwd":"/","noNewPrivileges":true}})",
                 R"({"process":{"cwd":"/x"}})"),
            "~ process: cwd changes from / to /x\n"
            "- process: noNewPrivileges is no longer there (it was true)\n");
}

TEST(SpecDiffTest, Capabilities) {
  EXPECT_EQ(Diff(R"({"process":{"capabilities":{"bounding":["A","B","C"],)"
                 R"("inheritable":["A","B"]}}})",
                 R"({"process":{"capabilities":{"bounding":["A","B","D"]}}})"),
            "+ capabilities: D is added (bounding)\n"
            "- capabilities: C is removed (it was bounding)\n"
            "~ capabilities: A, B are now bounding (before: bounding, "
            "inheritable)\n");
  EXPECT_EQ(
      Diff(R"({"process":{"capabilities":["A"]}})",
           R"({"process":{"capabilities":{"bounding":["A"],)"
           R"("effective":["A"],"inheritable":["A"],"permitted":["A"]}}})"),
      "~ capabilities: the capabilities are written in another form: they "
      "stand in sets, not in one list, or the other way round\n");
  EXPECT_EQ(Diff(R"({"process":{"capabilities":["A","B"]}})",
                 R"({"process":{"capabilities":["B","A"]}})"),
            "~ capabilities: the capabilities are the same in another order, "
            "or repeated\n");
}

TEST(SpecDiffTest, Environment) {
  EXPECT_EQ(Diff(R"({"process":{"env":["A=1","B=2"]}})",
                 R"({"process":{"env":["A=2","C=3"]}})"),
            "~ environment: A changes from \"1\" to \"2\"\n"
            "+ environment: C is set to \"3\"\n"
            "- environment: B is no longer set (it was \"2\")\n");
}

TEST(SpecDiffTest, Mounts) {
  EXPECT_EQ(
      Diff(R"({"mounts":[{"destination":"/a","source":"/x","type":"bind"},)"
           R"({"destination":"/b","source":"/y","options":["ro"]},)"
           R"({"destination":"/c","source":"tmpfs"}]})",
           R"({"mounts":[{"destination":"/d","source":"/x","type":"bind"},)"
           R"({"destination":"/b","source":"/z","options":["rw"]},)"
           R"({"destination":"/e","source":"tmpfs"}]})"),
      "~ mounts: the mount of /x moves from /a to /d\n"
      "~ mounts: /b: the source changes from \"/y\" to \"/z\"\n"
      "~ mounts: /b gets the option rw\n"
      "~ mounts: /b loses the option ro\n"
      "+ mounts: /e is mounted from tmpfs\n"
      "- mounts: /c is no longer mounted (it was from tmpfs)\n");
  EXPECT_EQ(Diff(R"({"mounts":[{"destination":"/a"},{"destination":"/b"}]})",
                 R"({"mounts":[{"destination":"/b"},{"destination":"/a"}]})"),
            "~ mounts: the mounts are made in another order\n");
}

TEST(SpecDiffTest, Linux) {
  EXPECT_EQ(
      Diff(R"({"linux":{"namespaces":[{"type":"pid"},{"type":"ipc"}],)"
           R"("maskedPaths":["/a","/b"],"devices":[{"path":"/dev/a"}],)"
           R"("resources":{"devices":[{"allow":false,"access":"rwm"}]}}})",
           R"({"linux":{"namespaces":[{"type":"ipc"},{"type":"time"}],)"
           R"("maskedPaths":["/b","/c"],"devices":[{"path":"/dev/b"}],)"
           R"("resources":{"devices":[{"allow":true,"access":"rwm"}]}}})"),
      "+ namespaces: it gets a namespace: time\n"
      "- namespaces: it shares the host's namespace: pid\n"
      "+ masked paths: /c is newly masked\n"
      "- masked paths: /a is no longer masked\n"
      "+ devices: the device /dev/b is there\n"
      "- devices: the device /dev/a is no longer there\n"
      "+ device rules: new device rule: allow a *:* rwm\n"
      "- device rules: device rule gone: deny a *:* rwm\n");
  EXPECT_EQ(Diff(R"({"linux":{"maskedPaths":["/a","/b"]}})",
                 R"({"linux":{"maskedPaths":["/b","/a"]}})"),
            "~ masked paths: the masked paths are the same in another order\n");
}

// Whatever differs in meaning is named, also in documents of odd types.
TEST(SpecDiffTest, OddDocuments) {
  const std::string_view kDocuments[] = {
      "{}",
      R"({"mounts":5})",
      R"({"mounts":[5]})",
      R"({"process":[]})",
      R"({"linux":{"namespaces":{}}})",
      R"({"process":{"env":{"a":1}}})",
      R"({"process":{"capabilities":"x"}})",
      R"({"linux":{"resources":5}})",
      "[]",
      "[1]",
      "1",
      R"({"linux":{}})",
      R"({"process":{}})",
      R"({"process":{"env":[]}})",
      R"({"process":{"env":[1]}})",
      R"({"process":{"env":["1"]}})",
      R"({"process":{"capabilities":[]}})",
      R"({"mounts":[]})",
      R"({"mounts":[{"options":["a","a"]}]})",
      R"({"mounts":[{"options":["a"]}]})",
      R"({"linux":{"namespaces":[]}})",
      R"({"linux":{"namespaces":[{}]}})",
      R"({"linux":{"namespaces":[{"x":1}]}})",
      R"({"linux":{"maskedPaths":[1]}})",
      R"({"linux":{"maskedPaths":["1"]}})",
      R"({"linux":{"devices":[]}})",
      R"({"linux":{"devices":[{},{"x":1}]}})",
      R"({"linux":{"devices":[{"x":1}]}})",
      R"({"linux":{"resources":{}}})",
      R"({"linux":{"resources":{"devices":[]}}})"};
  for (std::string_view a : kDocuments) {
    for (std::string_view b : kDocuments) {
      EXPECT_EQ(Diff(a, b).empty(), a == b) << a << " and " << b;
    }
  }
  EXPECT_EQ(Diff(R"({"mounts":[{"options":["a","b"]}]})",
                 R"({"mounts":[{"options":["b","a"]}]})"),
            "");
}

std::string Between(std::string_view from, std::string_view to) {
  const auto behaviour = [](std::string_view name) {
    return FindRelease(name).value()->behaviour;
  };
  std::string out;
  for (const EngineChange& change :
       ChangesBetween(*behaviour(from), *behaviour(to))) {
    absl::StrAppend(&out, change.undone ? "-" : "+", change.behaviour->name,
                    " ", change.text, "\n");
  }
  return out;
}

TEST(EngineChangesTest, AlongOneLine) {
  EXPECT_EQ(Between("20.10.0", "20.10.14"),
            "+20.10.14 the default capabilities are no longer inheritable "
            "(CVE-2022-24769, GHSA-2mm7-x5h6-5pvq)\n");
  EXPECT_EQ(Between("20.10.14", "20.10.0"),
            "-20.10.14 the default capabilities are no longer inheritable "
            "(CVE-2022-24769, GHSA-2mm7-x5h6-5pvq)\n");
  EXPECT_EQ(Between("28.5.2", "28.5.2"), "");
}

TEST(EngineChangesTest, AcrossLinesAFixOfBothIsNoDifference) {
  EXPECT_EQ(Between("20.10.27", "23.0.8"),
            "+23.0.0 a device's fileMode is its permissions only\n");
}

TEST(EngineChangesTest, Advisories) {
  EXPECT_EQ(
      AdvisoryIds("/proc/x (CVE-2017-16539, GHSA-6fw5-f8r9-fgfm)"),
      (std::vector<std::string>{"CVE-2017-16539", "GHSA-6fw5-f8r9-fgfm"}));
  EXPECT_TRUE(AdvisoryIds("the OCI version is 1.0.1").empty());
}

}  // namespace
}  // namespace specgen
