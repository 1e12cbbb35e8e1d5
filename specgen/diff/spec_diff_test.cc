#include "specgen/diff/spec_diff.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
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

TEST(SpecDiffTest, PartsThatOneSideHas) {
  const struct {
    std::string_view a;
    std::string_view b;
    std::string_view changes;
  } kCases[] = {
      {R"({"process":{"capabilities":{}}})", R"({"process":{}})",
       "- capabilities: capabilities is no longer there (it was {})\n"},
      {R"({"process":{}})", R"({"process":{"capabilities":{}}})",
       "+ capabilities: capabilities is now {}\n"},
      {R"({"linux":{"resources":{}}})", R"({"linux":{}})",
       "- resources: there are no limits on resources and devices any more\n"},
      {R"({"linux":{}})", R"({"linux":{"resources":{}}})",
       "+ resources: there are limits on resources and devices\n"},
      // Without mounts, whatever is called options is no mount's.
      {R"({"options":["a","b"]})", R"({"options":["b","a"]})",
       "~ spec: options changes from [\"a\",\"b\"] to [\"b\",\"a\"]\n"},
      // Of the same destination, or the same path, in their order.
      {R"({"mounts":[{"destination":"/a","source":"/1"},)"
       R"({"destination":"/a","source":"/2"}]})",
       R"({"mounts":[{"destination":"/a","source":"/3"},)"
       R"({"destination":"/a","source":"/4"}]})",
       "~ mounts: /a: the source changes from \"/1\" to \"/3\"\n"
       "~ mounts: /a: the source changes from \"/2\" to \"/4\"\n"},
      {R"({"linux":{"devices":[{"path":"/d","uid":1},{"path":"/d","uid":2}]}})",
       R"({"linux":{"devices":[{"path":"/d","uid":3},{"path":"/d","uid":4}]}})",
       "~ devices: /d: uid changes from 1 to 3\n"
       "~ devices: /d: uid changes from 2 to 4\n"},
  };
  for (const auto& [a, b, changes] : kCases) EXPECT_EQ(Diff(a, b), changes);
}

// Each operand of each condition, at its edges.
TEST(SpecDiffTest, EveryWord) {
  const struct {
    std::string_view a;
    std::string_view b;
    std::string_view changes;
  } kCases[] = {
      {"[]", "{}", "~ spec: the spec changes from [] to {}\n"},
      {"1", "2", "~ spec: the spec changes from 1 to 2\n"},
      {"[1]", "[1,2]", "+ spec: 1 is now 2\n"},
      {R"({"mounts":[{"destination":"/a","source":["a","b"]}]})",
       R"({"mounts":[{"destination":"/a","source":["b","a"]}]})",
       "~ mounts: mounts.0.source.0 changes from a to b\n"
       "~ mounts: mounts.0.source.1 changes from b to a\n"},
      {R"({"linux":{"namespaces":[{"type":"pid","options":["a","b"]}]}})",
       R"({"linux":{"namespaces":[{"type":"pid","options":["b","a"]}]}})",
       "~ namespaces: namespaces.0.options.0 changes from a to b\n"
       "~ namespaces: namespaces.0.options.1 changes from b to a\n"},
      {R"({"process":{"env":[1]}})", R"({"process":{"env":["1"]}})",
       "~ environment: env.0 changes from 1 to 1\n"},
      // One part's changes do not hide the next one's.
      {R"({"linux":{"maskedPaths":["/a"],"readonlyPaths":[1],)"
       R"("devices":[{"path":"/a"},{"path":"/b"}]}})",
       R"({"linux":{"maskedPaths":[],"readonlyPaths":["1"],)"
       R"("devices":[{"path":"/b"},{"path":"/a"}]}})",
       "- masked paths: /a is no longer masked\n"
       "~ read-only paths: readonlyPaths.0 changes from 1 to 1\n"
       "~ devices: devices.0.path changes from /a to /b\n"
       "~ devices: devices.1.path changes from /b to /a\n"},
      {R"({"linux":{"namespaces":[{"type":"pid","x":[1],"y":1}]}})",
       R"({"linux":{"namespaces":[{"type":"pid","x":1,"y":[1]}]}})",
       "~ namespaces: namespaces.0.x changes from [1] to 1\n"
       "~ namespaces: namespaces.0.y changes from 1 to [1]\n"},
      {R"({"linux":{"namespaces":[{"type":"pid","x":{"z":1},"y":1}]}})",
       R"({"linux":{"namespaces":[{"type":"pid","x":1,"y":{"z":1}}]}})",
       "~ namespaces: namespaces.0.x changes from {\"z\":1} to 1\n"
       "~ namespaces: namespaces.0.y changes from 1 to {\"z\":1}\n"},
      {R"({"a":1})", R"({"b":1})",
       "- spec: a is no longer there (it was 1)\n"
       "+ spec: b is now 1\n"},
      {R"({"a":1})", R"({"a":"1"})", "~ spec: a changes from 1 to 1\n"},
      {R"({"a":{"b":1}})", R"({"a":{"b":1,"c":2}})", "+ spec: a.c is now 2\n"},
      {R"({"a":[true,false,null,1.50,"x",{"c":1,"b":2}]})", R"({})",
       "- spec: a is no longer there (it was "
       "[true,false,null,1.50,\"x\",{\"b\":2,\"c\":1}])\n"},
      {R"({"process":[]})", R"({"process":{"cwd":"/"}})",
       "~ spec: process changes from [] to {\"cwd\":\"/\"}\n"
       "+ process: cwd is now /\n"},
      {R"({"mounts":5})", R"({"mounts":[{"destination":"/a"}]})",
       "~ spec: mounts changes from 5 to [{\"destination\":\"/a\"}]\n"
       "+ mounts: /a is mounted from nothing\n"},
      {R"({"linux":[]})", R"({"linux":{"x":1}})",
       "~ spec: linux changes from [] to {\"x\":1}\n"
       "+ linux: x is now 1\n"},
      {R"({"linux":{"namespaces":{}}})",
       R"({"linux":{"namespaces":[{"type":"pid"}]}})",
       "~ linux: namespaces changes from {} to [{\"type\":\"pid\"}]\n"
       "- namespaces: it no longer shares the host's pid namespace: it has one "
       "of its own\n"},
      {R"({"linux":{"maskedPaths":"/a"}})",
       R"({"linux":{"maskedPaths":["/a"]}})",
       "~ linux: maskedPaths changes from /a to [\"/a\"]\n"
       "+ masked paths: /a is newly masked\n"},
      {R"({"linux":{"readonlyPaths":"/a"}})",
       R"({"linux":{"readonlyPaths":["/a"]}})",
       "~ linux: readonlyPaths changes from /a to [\"/a\"]\n"
       "+ read-only paths: /a is newly read-only\n"},
      {R"({"linux":{"devices":{}}})",
       R"({"linux":{"devices":[{"path":"/a"}]}})",
       "~ linux: devices changes from {} to [{\"path\":\"/a\"}]\n"
       "+ devices: the device /a is there\n"},
      {R"({"linux":{"resources":[]}})", R"({"linux":{"resources":{"x":1}}})",
       "~ linux: resources changes from [] to {\"x\":1}\n"
       "+ resources: x is now 1\n"},
      {R"({"process":{"env":"A=1"}})", R"({"process":{"env":["A=1"]}})",
       "~ process: env changes from A=1 to [\"A=1\"]\n"
       "+ environment: A is set to \"1\"\n"},
      {R"({"x":{"a":1,"a":2}})", R"({"x":{"a":2}})", ""},
      {R"({"x":{"y":1}})", R"({"x":5})",
       "~ spec: x changes from {\"y\":1} to 5\n"},
      {R"({"x":5})", R"({"x":{"y":1}})",
       "~ spec: x changes from 5 to {\"y\":1}\n"},
      {R"({"linux":{"maskedPaths":[1]}})", R"({"linux":{"maskedPaths":["1"]}})",
       "~ masked paths: maskedPaths.0 changes from 1 to 1\n"},
      {R"({"linux":{"maskedPaths":[]}})", R"({"linux":{}})",
       "- masked paths: maskedPaths is no longer there (it was [])\n"},
      {R"({"linux":{}})", R"({"linux":{"readonlyPaths":[]}})",
       "+ read-only paths: readonlyPaths is now []\n"},
      {R"({"linux":{"namespaces":[{"type":"pid","x":{"y":[1,2]}}]}})",
       R"({"linux":{"namespaces":[{"type":"pid","x":{"y":[1,3,4]}}]}})",
       "~ namespaces: namespaces.0.x.y.1 changes from 2 to 3\n"
       "+ namespaces: namespaces.0.x.y.2 is now 4\n"},
      {R"({"linux":{"namespaces":[{"type":"pid","x":1,"z":1}]}})",
       R"({"linux":{"namespaces":[{"type":"pid","x":"1","w":1}]}})",
       "+ namespaces: namespaces.0.w is now 1\n"
       "~ namespaces: namespaces.0.x changes from 1 to 1\n"
       "- namespaces: namespaces.0.z is no longer there (it was 1)\n"},
      {R"({"mounts":[{"destination":"/a","options":["a","b"]},1]})",
       R"({"mounts":[{"destination":"/a","options":["b","a"]},"1"]})",
       "+ mounts:  is mounted from nothing\n"
       "- mounts:  is no longer mounted (it was from nothing)\n"},
      {R"({"mounts":[{"destination":"/a","x":{"options":["a","b"]}}]})",
       R"({"mounts":[{"destination":"/a","x":{"options":["b","a"]}}]})",
       "~ mounts: /a: x.options changes from [\"a\",\"b\"] to [\"b\",\"a\"]\n"},
      {R"({"process":{"options":["a","b"]}})",
       R"({"process":{"options":["b","a"]}})",
       "~ process: options changes from [\"a\",\"b\"] to [\"b\",\"a\"]\n"},
      {R"({"linux":{"maskedPaths":["/a","/a"]}})",
       R"({"linux":{"maskedPaths":["/a"]}})",
       "- masked paths: /a is no longer masked\n"},
      {R"({"linux":{"maskedPaths":["/a"]}})",
       R"({"linux":{"maskedPaths":["/a","/a"]}})",
       "+ masked paths: /a is newly masked\n"},
      {R"({"linux":{"readonlyPaths":["/a","/b"]}})",
       R"({"linux":{"readonlyPaths":["/b","/c"]}})",
       "+ read-only paths: /c is newly read-only\n"
       "- read-only paths: /a is no longer read-only by itself\n"},
      {R"({"linux":{"readonlyPaths":["/a","/b"]}})",
       R"({"linux":{"readonlyPaths":["/b","/a"]}})",
       "~ read-only paths: the read-only paths are the same in another "
       "order\n"},
      {R"({"process":{"capabilities":{"bounding":["A"]}}})",
       R"({"process":{"capabilities":{"bounding":["A","A"]}}})",
       "~ capabilities: the capabilities are the same in another order, or "
       "repeated\n"},
      {R"({"process":{"capabilities":{"bounding":["A"]}}})",
       R"({"process":{"capabilities":{"bounding":["A"],"permitted":[]}}})",
       "~ capabilities: the capabilities are the same in another order, or "
       "repeated\n"},
      {R"({"process":{"capabilities":{"bounding":["A"]}}})",
       R"({"process":{"capabilities":{"bounding":["A"],"other":["A"]}}})",
       "~ capabilities: A is now bounding, other (before: bounding)\n"},
      {R"({"process":{"capabilities":["A"]}})",
       R"({"process":{"capabilities":["A","B"]}})",
       "+ capabilities: B is added (bounding, effective, inheritable, "
       "permitted)\n"},
      {R"({"process":{"capabilities":"x"}})",
       R"({"process":{"capabilities":["A"]}})",
       "+ capabilities: A is added (bounding, effective, inheritable, "
       "permitted)\n"},
      {R"({"process":{"capabilities":{"bounding":["A"],"bounding":["B"]}}})",
       R"({"process":{"capabilities":{"bounding":["A","B"]}}})",
       "~ capabilities: the capabilities are the same in another order, or "
       "repeated\n"},
      {R"({"process":{"capabilities":{"bounding":["A","B"],"effective":["A"]}}})",
       R"({"process":{"capabilities":{"bounding":["A","B"],"effective":["B"]}}})",
       "~ capabilities: B is now bounding, effective (before: bounding)\n"
       "~ capabilities: A is now bounding (before: bounding, effective)\n"},
      {R"({"process":{"env":["A"]}})", R"({"process":{"env":["A="]}})",
       "~ environment: the variables are the same in another order, or "
       "repeated\n"},
      {R"({"process":{"env":["A"]}})", R"({"process":{"env":[]}})",
       "- environment: A is no longer set (it was \"\")\n"},
      {R"({"process":{"env":["A=1","B=2"]}})",
       R"({"process":{"env":["B=2","A=1"]}})",
       "~ environment: the variables are the same in another order, or "
       "repeated\n"},
      {R"({"process":{"env":["A=1","A=2"]}})", R"({"process":{"env":["A=2"]}})",
       "~ environment: the variables are the same in another order, or "
       "repeated\n"},
      {R"({"process":{"env":["A=x=y"]}})", R"({"process":{"env":["A=x=z"]}})",
       "~ environment: A changes from \"x=y\" to \"x=z\"\n"},
      {R"({"mounts":[]})", R"({"mounts":[{"destination":"/a"}]})",
       "+ mounts: /a is mounted from nothing\n"},
      {R"({"mounts":[{"destination":"/a","type":"t","source":"s","options":["o","p"]}]})",
       R"({"mounts":[]})",
       "- mounts: /a is no longer mounted (it was from s, type t, o p)\n"},
      {R"({"mounts":[{"source":"/s"}]})", R"({"mounts":[{"source":"/t"}]})",
       "+ mounts:  is mounted from /t\n"
       "- mounts:  is no longer mounted (it was from /s)\n"},
      {R"({"mounts":[{"destination":"/a","source":"tmpfs","type":"tmpfs"}]})",
       R"({"mounts":[{"destination":"/b","source":"tmpfs","type":"tmpfs"}]})",
       "+ mounts: /b is mounted from tmpfs, type tmpfs\n"
       "- mounts: /a is no longer mounted (it was from tmpfs, type tmpfs)\n"},
      {R"({"mounts":[{"destination":"/a","source":"/s","type":"bind"}]})",
       R"({"mounts":[{"destination":"/b","source":"/s","type":"other"}]})",
       "+ mounts: /b is mounted from /s, type other\n"
       "- mounts: /a is no longer mounted (it was from /s, type bind)\n"},
      {R"({"mounts":[{"destination":"/a"},{"destination":"/b"},{"destination":"/c"}]})",
       R"({"mounts":[{"destination":"/c"},{"destination":"/b"},{"destination":"/a"}]})",
       "~ mounts: the mounts are made in another order\n"},
      {R"({"mounts":[{"destination":"/a"},{"destination":"/b"}]})",
       R"({"mounts":[{"destination":"/a"},{"destination":"/c"},{"destination":"/b"}]})",
       "+ mounts: /c is mounted from nothing\n"},
      {R"({"mounts":[{"destination":"/a","type":"t"}]})",
       R"({"mounts":[{"destination":"/a","type":"u"}]})",
       "~ mounts: /a: the type changes from \"t\" to \"u\"\n"},
      {R"({"mounts":[{"destination":"/a","options":["x"]}]})",
       R"({"mounts":[{"destination":"/a","options":["x","x"]}]})",
       "+ mounts: mounts.0.options.1 is now x\n"},
      {R"({"mounts":[{"destination":"/a","options":"x"}]})",
       R"({"mounts":[{"destination":"/a","options":"y"}]})",
       "~ mounts: mounts.0.options changes from x to y\n"},
      {R"({"mounts":[{"destination":"/a","more":1}]})",
       R"({"mounts":[{"destination":"/a","more":2}]})",
       "~ mounts: /a: more changes from 1 to 2\n"},
      {R"({"mounts":[{"destination":"/a","source":"/1"},{"destination":"/a","source":"/2"}]})",
       R"({"mounts":[{"destination":"/a","source":"/2"},{"destination":"/a","source":"/3"}]})",
       "~ mounts: /a: the source changes from \"/1\" to \"/3\"\n"
       "~ mounts: the mounts are made in another order\n"},
      {R"({"mounts":[{"destination":"/a","source":"/1"}]})",
       R"({"mounts":[{"destination":"/a","source":"/1"},{"destination":"/a","source":"/1"}]})",
       "+ mounts: /a is mounted from /1\n"},
      {R"({"linux":{"resources":{"pids":{"limit":1}}}})",
       R"({"linux":{"resources":{"pids":{"limit":2}}}})",
       "~ resources: pids.limit changes from 1 to 2\n"},
      {R"({"linux":{"x":1}})", R"({"linux":{"x":2}})",
       "~ linux: x changes from 1 to 2\n"},
      {R"({"linux":{"namespaces":[{"type":"pid"},{"type":"ipc"}]}})",
       R"({"linux":{}})",
       "+ namespaces: it shares the host's ipc namespace\n"
       "+ namespaces: it shares the host's pid namespace\n"},
      {R"({"linux":{}})",
       R"({"linux":{"namespaces":[{"type":"pid","path":"/p"}]}})",
       "- namespaces: it no longer shares the host's pid namespace: it has one "
       "at /p\n"},
      {R"({"linux":{"devices":[{"path":"/a"},{"path":"/a"}]}})",
       R"({"linux":{"devices":[{"path":"/a"}]}})",
       "- devices: the device /a is no longer there\n"},
      {R"({"linux":{"devices":[{"path":"/a"}]}})",
       R"({"linux":{"devices":[{"path":"/a"},{"path":"/a"}]}})",
       "+ devices: the device /a is there\n"},
      {R"({"linux":{"devices":[{"path":"/a"},{"path":"/b"}]}})",
       R"({"linux":{"devices":[{"path":"/b"},{"path":"/a"}]}})",
       "~ devices: devices.0.path changes from /a to /b\n"
       "~ devices: devices.1.path changes from /b to /a\n"},
      {R"({"linux":{"devices":[{"path":"/a"}]}})", R"({"linux":{}})",
       "- devices: the device /a is no longer there\n"},
      {R"({"linux":{}})", R"({"linux":{"devices":[{"path":"/a"}]}})",
       "+ devices: the device /a is there\n"},
      {R"({"linux":{"resources":{"devices":[{"allow":true,"type":"c","major":1,"minor":3,"access":"r"}]}}})",
       R"({"linux":{"resources":{"devices":[{"allow":true,"type":"b","major":1,"access":"rw"}]}}})",
       "+ device rules: new device rule: allow b 1:* rw\n"
       "- device rules: device rule gone: allow c 1:3 r\n"},
      {R"({"linux":{"resources":{"devices":[{"access":"r"}]}}})",
       R"({"linux":{"resources":{"devices":[{"allow":false,"access":"r"}]}}})",
       "~ device rules: the device rules are written in another form\n"},
      {R"({"linux":{"resources":{"devices":[{"access":"r"},{"access":"w"}]}}})",
       R"({"linux":{"resources":{"devices":[{"access":"w"},{"access":"r"}]}}})",
       "~ device rules: the device rules are the same in another order\n"},
      {R"({"linux":{"resources":{"devices":[]}}})",
       R"({"linux":{"resources":{}}})",
       "- device rules: devices is no longer there (it was [])\n"},
      {R"({"linux":{"resources":{}}})",
       R"({"linux":{"resources":{"devices":[]}}})",
       "+ device rules: devices is now []\n"},
      {R"({"linux":{"resources":{"devices":[{"allow":"true","type":"a"}]}}})",
       R"({"linux":{"resources":{"devices":[{"allow":true,"type":"a"}]}}})",
       "+ device rules: new device rule: allow a *:* \n"
       "- device rules: device rule gone: deny a *:* \n"},
  };
  for (const auto& [a, b, changes] : kCases) {
    EXPECT_EQ(Diff(a, b), changes) << a << " and " << b;
  }
}

TEST(SpecDiffTest, CanonicalJson) {
  const auto tree =
      JsonTree::Parse(
          R"({"b":[true,false,null,1.50,"x"],"a":{},"a":{"d":"","c":[]}})", "a")
          .value();
  EXPECT_EQ(CanonicalJson(tree->root()),
            R"({"a":{"c":[],"d":""},"b":[true,false,null,1.50,"x"]})");
  EXPECT_EQ(CanonicalJson(tree->root(), {"b"}), R"({"a":{"c":[],"d":""}})");
  EXPECT_EQ(CanonicalJson(tree->root(), {"c", "a"}),
            R"({"b":[true,false,null,1.50,"x"]})");
}

TEST(SpecDiffTest, KindsHaveNamesAndSigns) {
  std::string all;
  for (ChangeKind kind :
       {ChangeKind::kAdded, ChangeKind::kRemoved, ChangeKind::kChanged,
        ChangeKind::kMoved, ChangeKind::kReordered}) {
    absl::StrAppend(&all, ChangeKindName(kind),
                    std::string(1, ChangeKindSign(kind)), " ");
  }
  EXPECT_EQ(all, "added+ removed- changed~ moved~ reordered~ ");
}

// What stands before each of many is cut beyond 512 bytes, between characters.
TEST(SpecDiffTest, LongNames) {
  const auto cut = [](const std::string& name) {
    std::string out = Diff(absl::StrCat(R"({"x":{")", name, R"(":{"y":1}}})"),
                           absl::StrCat(R"({"x":{")", name, R"(":{"y":2}}})"));
    EXPECT_TRUE(out.ends_with(".y changes from 1 to 2\n")) << out;
    return out.substr(0, out.find("y changes")).substr(8);
  };
  const auto x = [](size_t count) { return std::string(count, 'x'); };
  // "x." before it, and "." behind.
  EXPECT_EQ(cut(x(509)), absl::StrCat("x.", x(509), "."));
  EXPECT_EQ(cut(x(510)), absl::StrCat("x.", x(382), "[...]", x(127), "."));
  EXPECT_EQ(cut(x(381) + "\u00E4" + x(200)),
            absl::StrCat("x.", x(381), "[...]", x(127), "."));
  EXPECT_EQ(cut(x(380) + "\u00E4" + x(200)),
            absl::StrCat("x.", x(380), "\u00E4[...]", x(127), "."));
  EXPECT_EQ(cut(x(400) + "\u00E4" + x(126)),
            absl::StrCat("x.", x(382), "[...]", x(126), "."));
  EXPECT_EQ(cut(x(400) + "\u00E4" + x(125)),
            absl::StrCat("x.", x(382), "[...]\u00E4", x(125), "."));
}

// What is deeper than 64 levels is told as a whole.
TEST(SpecDiffTest, DeepDocuments) {
  const auto deep = [](size_t levels, int value) {
    std::string text = absl::StrCat(value);
    for (size_t i = 0; i < levels; ++i)
      text = absl::StrCat(R"({"a":)", text, "}");
    return text;
  };
  EXPECT_THAT(Diff(deep(65, 1), deep(65, 2)),
              testing::EndsWith(".a.a changes from 1 to 2\n"));
  EXPECT_THAT(Diff(deep(66, 1), deep(66, 2)),
              testing::EndsWith(R"(.a.a changes from {"a":1} to {"a":2})"
                                "\n"));
}

// The same of what has no words of its own.
TEST(SpecDiffTest, DeepNamespaces) {
  const auto diff = [](int levels) {
    const auto spec = [&](int value) {
      std::string text = absl::StrCat(value);
      for (int i = 0; i < levels; ++i) {
        text = absl::StrCat(R"({"a":)", text, "}");
      }
      return absl::StrCat(R"({"linux":{"namespaces":[{"type":"pid","x":)", text,
                          "}]}}");
    };
    return Diff(spec(1), spec(2));
  };
  EXPECT_THAT(diff(60), testing::EndsWith(".a changes from 1 to 2\n"));
  EXPECT_THAT(diff(80), testing::HasSubstr(".a changes from {\"a\":{\"a\":"));
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
      "+ namespaces: it shares the host's pid namespace\n"
      "- namespaces: it no longer shares the host's time namespace: it has one "
      "of its own\n"
      "+ masked paths: /c is newly masked\n"
      "- masked paths: /a is no longer masked\n"
      "+ devices: the device /dev/b is there\n"
      "- devices: the device /dev/a is no longer there\n"
      "+ device rules: new device rule: allow a *:* rwm\n"
      "- device rules: device rule gone: deny a *:* rwm\n");
  EXPECT_EQ(Diff(R"({"linux":{"devices":[{"path":""}]}})",
                 R"({"linux":{"devices":[]}})"),
            "- devices: the device without a path is no longer there\n");
  EXPECT_EQ(Diff(R"({"linux":{"maskedPaths":["/a","/b"]}})",
                 R"({"linux":{"maskedPaths":["/b","/a"]}})"),
            "~ masked paths: the masked paths are the same in another order\n");
}

TEST(SpecDiffTest, Namespaces) {
  const auto diff = [](std::string_view before, std::string_view after) {
    return Diff(absl::StrCat(R"({"linux":{"namespaces":[)", before, "]}}"),
                absl::StrCat(R"({"linux":{"namespaces":[)", after, "]}}"));
  };
  constexpr std::string_view kPid = R"({"type":"pid"})";
  constexpr std::string_view kPidOf = R"({"type":"pid","path":"/p"})";
  constexpr std::string_view kIpc = R"({"type":"ipc"})";
  EXPECT_EQ(diff(kPid, ""),
            "+ namespaces: it shares the host's pid namespace\n");
  EXPECT_EQ(diff(kPidOf, ""),
            "+ namespaces: it shares the host's pid namespace\n");
  EXPECT_EQ(diff("", kPid),
            "- namespaces: it no longer shares the host's pid namespace: it "
            "has one of its own\n");
  EXPECT_EQ(diff("", kPidOf),
            "- namespaces: it no longer shares the host's pid namespace: it "
            "has one at /p\n");
  EXPECT_EQ(diff(kPid, kPidOf),
            "~ namespaces: its pid namespace is now one at /p (before: of "
            "its own)\n");
  EXPECT_EQ(diff(absl::StrCat(kPid, ",", kIpc), absl::StrCat(kIpc, ",", kPid)),
            "~ namespaces: the namespaces are the same in another order\n");
  EXPECT_EQ(diff(kPid, absl::StrCat(kPid, ",", kPid)),
            "~ namespaces: its pid namespace is now one of its own, of its own "
            "(before: of its own)\n");
  EXPECT_EQ(diff(kPid, kPid), "");
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
  // Debian's build had that before Docker's own, for a reason of its own.
  EXPECT_EQ(Between("20.10.24+dfsg1", "23.0.0"),
            "-20.10.24+dfsg1 U+0008 and U+000C in a text are \\u0008 and "
            "\\u000c (Debian builds with Go 1.19)\n");
  EXPECT_EQ(Between("23.0.0", "20.10.24+dfsg1"),
            "+20.10.24+dfsg1 U+0008 and U+000C in a text are \\u0008 and "
            "\\u000c (Debian builds with Go 1.19)\n");
}

// Oldest first; what is undone, newest first.
TEST(EngineChangesTest, StandInOrder) {
  const Behaviour& old = *FindRelease("1.13.0").value()->behaviour;
  const Behaviour& now = *FindRelease("28.5.2").value()->behaviour;
  std::vector<const Behaviour*> forth;
  for (const EngineChange& change : ChangesBetween(old, now)) {
    EXPECT_FALSE(change.undone);
    forth.push_back(change.behaviour);
  }
  EXPECT_GT(forth.size(), 5u);
  EXPECT_TRUE(std::is_sorted(forth.begin(), forth.end()));
  std::vector<const Behaviour*> back;
  for (const EngineChange& change : ChangesBetween(now, old)) {
    EXPECT_TRUE(change.undone);
    back.push_back(change.behaviour);
  }
  EXPECT_TRUE(std::is_sorted(back.rbegin(), back.rend()));
  EXPECT_EQ(back.size(), forth.size());
}

TEST(EngineChangesTest, Advisories) {
  EXPECT_EQ(
      AdvisoryIds("/proc/x (CVE-2017-16539, GHSA-6fw5-f8r9-fgfm)"),
      (std::vector<std::string>{"CVE-2017-16539", "GHSA-6fw5-f8r9-fgfm"}));
  EXPECT_TRUE(AdvisoryIds("the OCI version is 1.0.1").empty());
}

// ---- Many of one kind

// `count` texts that `item` makes of their numbers, with commas.
std::string Many(size_t count, const std::function<std::string(size_t)>& item) {
  std::string all;
  for (size_t i = 0; i < count; ++i) {
    absl::StrAppend(&all, i == 0 ? "" : ",", item(i));
  }
  return all;
}

// A spec with many of something; `side` is 0 or 1.
struct ManyCase {
  const char* about;
  std::function<std::string(size_t count, int side)> spec;
};

std::vector<ManyCase> ManyCases() {
  return {
      {"annotations",
       [](size_t n, int side) {
         return absl::StrCat(R"({"annotations":{)",
                             Many(n,
                                  [&](size_t i) {
                                    return absl::StrCat("\"a", i, "\":", side);
                                  }),
                             "}}");
       }},
      {"members of the spec",
       [](size_t n, int side) {
         return absl::StrCat("{",
                             Many(n,
                                  [&](size_t i) {
                                    return absl::StrCat("\"a", i, "\":", side);
                                  }),
                             "}");
       }},
      {"members of process and of linux",
       [](size_t n, int side) {
         const std::string all = Many(n / 2, [&](size_t i) {
           return absl::StrCat("\"a", i, "\":", side);
         });
         return absl::StrCat(R"({"process":{)", all, R"(},"linux":{)", all,
                             "}}");
       }},
      {"members of one device",
       [](size_t n, int side) {
         return absl::StrCat(R"({"linux":{"devices":[{"path":"/d",)",
                             Many(n,
                                  [&](size_t i) {
                                    return absl::StrCat("\"a", i, "\":", side);
                                  }),
                             "}]}}");
       }},
      {"members of one namespace",  // without words of their own
       [](size_t n, int side) {
         return absl::StrCat(R"({"linux":{"namespaces":[{"type":"t",)",
                             Many(n,
                                  [&](size_t i) {
                                    return absl::StrCat("\"a", i, "\":", side);
                                  }),
                             "}]}}");
       }},
      {"options",
       [](size_t n, int side) {
         return absl::StrCat(R"({"mounts":[{"destination":"/d","options":[)",
                             Many(n,
                                  [&](size_t i) {
                                    return absl::StrCat("\"o", i, "_", side,
                                                        "\"");
                                  }),
                             "]}]}");
       }},
      {"mounts, which have options, among many members",
       [](size_t n, int side) {
         return absl::StrCat(
             "{",
             Many(n / 2,
                  [](size_t i) { return absl::StrCat("\"a", i, "\":1"); }),
             R"(,"mounts":[)",
             Many(n / 2,
                  [](size_t i) {
                    return absl::StrCat(R"({"destination":"/)", i,
                                        R"(","options":["b","a"]})");
                  }),
             side == 0 ? "" : ",1", "]}");
       }},
      {"devices, paths, rules and namespaces",
       [](size_t n, int side) {
         n /= 4;
         return absl::StrCat(
             R"({"linux":{"maskedPaths":[)",
             Many(n,
                  [&](size_t i) {
                    return absl::StrCat("\"/", i, "_", side, "\"");
                  }),
             R"(],"devices":[)",
             Many(n,
                  [&](size_t i) {
                    return absl::StrCat(R"({"path":"/)", i, R"(","major":)",
                                        side, "}");
                  }),
             R"(],"namespaces":[)",
             Many(n,
                  [&](size_t i) {
                    return absl::StrCat(R"({"type":"n)",
                                        i + static_cast<size_t>(side), "\"}");
                  }),
             R"(],"resources":{"devices":[)",
             Many(n,
                  [&](size_t i) {
                    return absl::StrCat(R"({"major":)", i, R"(,"minor":)", side,
                                        "}");
                  }),
             "]}}}");
       }},
      {"environment and capabilities",
       [](size_t n, int side) {
         n /= 2;
         return absl::StrCat(
             R"({"process":{"env":[)",
             Many(n,
                  [&](size_t i) {
                    return absl::StrCat("\"N", i, "=", side, "\"");
                  }),
             R"(],"capabilities":{"bounding":[)",
             Many(n, [&](size_t i) { return absl::StrCat("\"C", i, "\""); }),
             R"(],"permitted":[)",
             Many(side == 0 ? 0 : n,
                  [&](size_t i) { return absl::StrCat("\"C", i, "\""); }),
             "]}}}");
       }},
  };
}

TEST(SpecDiffTest, TheWorkGrowsWithWhatThereIs) {
  for (const ManyCase& many : ManyCases()) {
    constexpr size_t kCount = 4000;
    const auto a = JsonTree::Parse(many.spec(kCount, 0), "a").value();
    const auto b = JsonTree::Parse(many.spec(kCount, 1), "b").value();
    JsonNode::looked_at() = 0;
    EXPECT_FALSE(DiffSpecs(a->root(), b->root()).empty()) << many.about;
    EXPECT_LT(JsonNode::looked_at(), 100 * kCount) << many.about;
  }
}

// What takes the square of the number of items, takes minutes here.
TEST(SpecDiffTest, TwoHundredThousandOfEach) {
  for (const ManyCase& many : ManyCases()) {
    constexpr size_t kCount = 200000;
    const auto a = JsonTree::Parse(many.spec(kCount, 0), "a").value();
    const auto b = JsonTree::Parse(many.spec(kCount, 1), "b").value();
    EXPECT_FALSE(DiffSpecs(a->root(), b->root()).empty()) << many.about;
  }
}

// A long name stands before each of many things: the output would be the
// product of both.
TEST(SpecDiffTest, LongNamesAreCutWhereTheyAreRepeated) {
  constexpr size_t kLength = 100000;
  constexpr size_t kCount = 2000;
  const std::string name(kLength, 'x');
  const auto number = [](size_t i) { return absl::StrCat("\"a", i, "\""); };
  const auto member = [](int side) {
    return [=](size_t i) { return absl::StrCat("\"a", i, "\":", side); };
  };
  const std::vector<std::pair<std::string, std::string>> cases = {
      {absl::StrCat(R"({"annotations":{")", name, R"(":{)",
                    Many(kCount, member(0)), "}}}"),
       absl::StrCat(R"({"annotations":{")", name, R"(":{)",
                    Many(kCount, member(1)), "}}}")},
      {absl::StrCat(R"({"mounts":[{"destination":"/)", name, R"(","options":[)",
                    Many(kCount, number), "]}]}"),
       absl::StrCat(R"({"mounts":[{"destination":"/)", name, R"("}]})")},
      {absl::StrCat(R"({"mounts":[{"destination":"/)", name, R"(",)",
                    Many(kCount, member(0)), "}]}"),
       absl::StrCat(R"({"mounts":[{"destination":"/)", name, R"(",)",
                    Many(kCount, member(1)), "}]}")},
      {absl::StrCat(R"({"linux":{"devices":[{"path":"/)", name, R"(",)",
                    Many(kCount, member(0)), "}]}}"),
       absl::StrCat(R"({"linux":{"devices":[{"path":"/)", name, R"(",)",
                    Many(kCount, member(1)), "}]}}")},
      {R"({"process":{"capabilities":{"bounding":[]}}})",
       absl::StrCat(R"({"process":{"capabilities":{")", name, R"(":[)",
                    Many(kCount, number), "]}}}")},
  };
  for (const auto& [before, after] : cases) {
    const std::string out = Diff(before, after);
    EXPECT_LT(out.size(), 4 * kLength + 1200 * kCount) << before.substr(0, 30);
    EXPECT_GT(out.size(), 10 * kCount) << before.substr(0, 30);
  }
}

}  // namespace
}  // namespace specgen
