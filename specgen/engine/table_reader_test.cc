#include "specgen/engine/table_reader.h"

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace specgen::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string ReadFile(const std::string& name) {
  std::ifstream in("specgen/engine/" + name, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  EXPECT_FALSE(text.empty()) << name;
  return text;
}

// The section of the first behaviour, which sets every value: that of the real
// table. Two behaviours and three releases follow in these tests.
std::string FirstBehaviour() {
  std::string text = ReadFile("behaviours.textproto");
  return text.substr(0, text.find("\n}\n") + 3);
}

// Lines are counted from the start of what is added.
constexpr std::string_view kSecond = R"(behaviour {
  name: "1.12.1"
  based_on: "1.12.0"
  changes: "the mounts are sorted"
  sources: "plugin/plugin.go"
  init_spec { sorts_mounts: true }
  default_spec {
    masked_paths { drop: "/proc/kcore" }
  }
}
)";

constexpr std::string_view kReleases = R"(date: "2016-12-31"
release { name: "1.12.0" date: "2016-07-28" tag: "v1.12.0" behaviour: "1.12.0" user_namespace: NOTHING }
release { name: "1.12.1" date: "2016-08-17" tag: "v1.12.1" behaviour: "1.12.1" user_namespace: NOTHING }
)";

struct Result {
  std::vector<std::string> problems;
  EngineTable table;
};

Result Read(std::string_view releases, std::string_view second) {
  // In front stands the first behaviour: on one line, to count easily.
  static const std::string* const kFirst = [] {
    std::string line;
    for (std::string_view rest = *new std::string(FirstBehaviour());
         !rest.empty();) {
      const size_t end = rest.find('\n');
      if (rest[0] != '#') absl::StrAppend(&line, rest.substr(0, end), " ");
      rest.remove_prefix(end + 1);
    }
    return new std::string(line + "\n");
  }();
  Result result;
  result.problems =
      ReadEngineTable({"r", std::string(releases)},
                      {"b", absl::StrCat(*kFirst, second)}, &result.table);
  return result;
}

// The problems where `from` of the second behaviour is `to`.
std::vector<std::string> InBehaviour(std::string_view from,
                                     std::string_view to) {
  const std::string text = absl::StrReplaceAll(kSecond, {{from, to}});
  EXPECT_NE(text, kSecond) << from;
  return Read(kReleases, text).problems;
}

// The problems where `from` of the releases is `to`.
std::vector<std::string> InReleases(std::string_view from,
                                    std::string_view to) {
  const std::string text = absl::StrReplaceAll(kReleases, {{from, to}});
  EXPECT_NE(text, kReleases) << from;
  return Read(text, kSecond).problems;
}

TEST(ReadEngineTable, ReadsTheRealTable) {
  EngineTable table;
  EXPECT_THAT(
      ReadEngineTable({"releases", ReadFile("releases.textproto")},
                      {"behaviours", ReadFile("behaviours.textproto")}, &table),
      IsEmpty());
  EXPECT_FALSE(table.behaviours.empty());
  EXPECT_FALSE(table.releases.empty());
}

TEST(ReadEngineTable, MakesEachBehaviourComplete) {
  const Result result = Read(kReleases, kSecond);
  ASSERT_THAT(result.problems, IsEmpty());
  ASSERT_EQ(result.table.behaviours.size(), 2u);
  const Behaviour& first = result.table.behaviours[0];
  const Behaviour& second = result.table.behaviours[1];
  EXPECT_EQ(second.name(), "1.12.1");
  EXPECT_EQ(second.based_on(), "1.12.0");
  EXPECT_THAT(second.changes(), ElementsAre("the mounts are sorted"));
  EXPECT_THAT(second.sources(), ElementsAre("plugin/plugin.go"));
  EXPECT_FALSE(first.init_spec().sorts_mounts());
  EXPECT_TRUE(second.init_spec().sorts_mounts());
  EXPECT_TRUE(second.init_spec().mounts_from_settings());
  EXPECT_EQ(second.default_spec().oci_version(), "1.0.0-rc1");
  ASSERT_EQ(second.default_spec().masked_paths_size(), 1);
  EXPECT_THAT(second.default_spec().masked_paths(0).add(),
              ElementsAre("/proc/latency_stats", "/proc/timer_stats",
                          "/proc/sched_debug"));
}

// What comes of the masked paths, or what is wrong.
std::vector<std::string> Masked(std::string_view edits) {
  const Result result =
      Read(kReleases,
           absl::StrReplaceAll(
               kSecond, {{"masked_paths { drop: \"/proc/kcore\" }", edits}}));
  if (!result.problems.empty()) return result.problems;
  const auto& list = result.table.behaviours[1].default_spec().masked_paths();
  return {list.Get(0).add().begin(), list.Get(0).add().end()};
}

TEST(ListEdits, AddDropAndSort) {
  EXPECT_THAT(
      Masked(R"(masked_paths { add: ["/z", "/y"] })"),
      ElementsAre("/proc/kcore", "/proc/latency_stats", "/proc/timer_stats",
                  "/proc/sched_debug", "/z", "/y"));
  EXPECT_THAT(
      Masked(R"(masked_paths { add: ["/z", "/y"] before: "/proc/timer_stats" }
                masked_paths { add: "/a" before: "/y" drop: "/proc/kcore" })"),
      ElementsAre("/proc/latency_stats", "/z", "/a", "/y", "/proc/timer_stats",
                  "/proc/sched_debug"));
  EXPECT_THAT(Masked(R"(masked_paths { add: "/a" sort: true })"),
              ElementsAre("/a", "/proc/kcore", "/proc/latency_stats",
                          "/proc/sched_debug", "/proc/timer_stats"));
  // Moved.
  EXPECT_THAT(
      Masked(R"(masked_paths { drop: "/proc/kcore" add: "/proc/kcore" })"),
      ElementsAre("/proc/latency_stats", "/proc/timer_stats",
                  "/proc/sched_debug", "/proc/kcore"));
}

TEST(ListEdits, AreRefused) {
  EXPECT_THAT(Masked(R"(masked_paths { drop: "/none" })"),
              ElementsAre("b:9: behaviour 1.12.1: masked_paths: drops "
                          "\"/none\", which is not in the list; take it out "
                          "here"));
  EXPECT_THAT(Masked(R"(masked_paths {
                          add: "/proc/kcore" })"),
              ElementsAre("b:10: behaviour 1.12.1: masked_paths: adds "
                          "\"/proc/kcore\", which is in the list already; "
                          "drop it first to move it"));
  EXPECT_THAT(Masked(R"(masked_paths { add: ["/a", "/a"] })"),
              ElementsAre("b:9: behaviour 1.12.1: masked_paths: adds \"/a\", "
                          "which is in the list already; drop it first to "
                          "move it"));
  EXPECT_THAT(Masked(R"(masked_paths { add: "/a" before: "/none" })"),
              ElementsAre("b:9: behaviour 1.12.1: masked_paths: no \"/none\" "
                          "is in the list to stand before; name an item that "
                          "is"));
  EXPECT_THAT(Masked(R"(mounts { change { destination: "/none" } })"),
              ElementsAre("b:9: behaviour 1.12.1: mounts: changes \"/none\", "
                          "which is not in the list; add it"));
  EXPECT_THAT(Masked(R"(mounts { drop: "/none" })"),
              ElementsAre("b:9: behaviour 1.12.1: mounts: drops \"/none\", "
                          "which is not in the list; take it out here"));
  EXPECT_THAT(Masked(R"(mounts { add { destination: "/proc" } })"),
              ElementsAre("b:9: behaviour 1.12.1: mounts: adds \"/proc\", "
                          "which is in the list already; drop it first to "
                          "move it"));
  EXPECT_THAT(
      Masked(R"(mounts { change { destination: "/proc"
                                  options { add: "nodev" } } })"),
      ElementsAre("b:10: behaviour 1.12.1: mounts: options: adds \"nodev\", "
                  "which is in the list already; drop it first to move it"));
  EXPECT_THAT(Masked(R"(devices { add { path: "/dev/fuse" type: "c" } })"),
              ElementsAre("b:9: behaviour 1.12.1: devices: adds "
                          "\"/dev/fuse\", which is in the list already; drop "
                          "it first to move it"));
  EXPECT_THAT(
      Masked(R"(device_rules { add { access: "rwm" } })"),
      ElementsAre("b:9: behaviour 1.12.1: device_rules: adds { access: "
                  "\"rwm\" }, which is in the list already; drop it first to "
                  "move it"));
}

TEST(ListEdits, ChangeAMount) {
  const Result result = Read(
      kReleases,
      absl::StrReplaceAll(
          kSecond, {{"masked_paths { drop: \"/proc/kcore\" }",
                     R"(mounts { change { destination: "/dev" source: "none"
                                 options { drop: "nosuid" add: "ro" } } }
               mounts { add { destination: "/new" } before: "/dev" }
               device_rules { drop { allow: false access: "rwm" } })"}}));
  ASSERT_THAT(result.problems, IsEmpty());
  const DefaultSpec& spec = result.table.behaviours[1].default_spec();
  const auto& mounts = spec.mounts(0).add();
  EXPECT_EQ(mounts[0].destination(), "/proc");
  EXPECT_EQ(mounts[1].destination(), "/new");
  EXPECT_EQ(mounts[2].destination(), "/dev");
  EXPECT_EQ(mounts[2].type(), "tmpfs");
  EXPECT_EQ(mounts[2].source(), "none");
  EXPECT_THAT(mounts[2].options(0).add(),
              ElementsAre("strictatime", "mode=755", "ro"));
  EXPECT_EQ(spec.device_rules(0).add(0).minor(), 5);
}

TEST(Behaviours, AreRefused) {
  EXPECT_THAT(InBehaviour("sorts_mounts: true", "sorts_mounts: false"),
              ElementsAre("b:7: behaviour 1.12.1: sorts_mounts is false "
                          "already in what this is based on; take it out"));
  EXPECT_THAT(InBehaviour("sorts_mounts", "sorts_mount"),
              ElementsAre(testing::StartsWith("b:7:26: ")));
  EXPECT_THAT(InBehaviour("based_on: \"1.12.0\"", "based_on: \"1.11\""),
              ElementsAre("b:2: behaviour 1.12.1: based_on: \"1.11\" is no "
                          "behaviour that stands before it; name one that "
                          "does"));
  EXPECT_THAT(InBehaviour("based_on: \"1.12.0\"", ""),
              ElementsAre("b:2: behaviour 1.12.1: based_on: \"\" is no "
                          "behaviour that stands before it; name one that "
                          "does"));
  constexpr char kUnexplained[] =
      "b:2: behaviour 1.12.1: says not what changed, and where that can be "
      "seen; add `changes` and `sources`";
  EXPECT_THAT(InBehaviour("changes: \"the mounts are sorted\"", ""),
              ElementsAre(kUnexplained));
  EXPECT_THAT(InBehaviour("sources: \"plugin/plugin.go\"", ""),
              ElementsAre(kUnexplained));
  EXPECT_THAT(InBehaviour("the mounts", "the m\\xc3\\xb6unts"),
              ElementsAre("b:2: behaviour 1.12.1: \"the m\\xc3\\xb6unts are "
                          "sorted\" is not printable ASCII; write it so"));
  EXPECT_THAT(
      InBehaviour("masked_paths { drop: \"/proc/kcore\" }",
                  "device_rules { add { type: \"c\" access: \"r<\" } }"),
      ElementsAre("b:2: behaviour 1.12.1: access \"r<\" would need an escape "
                  "in JSON, which the encoder does not write"));
  EXPECT_THAT(
      InBehaviour("masked_paths { drop: \"/proc/kcore\" }",
                  "devices { add { path: \"/dev/x\" type: \"char\" } }"),
      ElementsAre("b:2: behaviour 1.12.1: device type \"char\" is not one "
                  "letter"));
  EXPECT_THAT(
      InBehaviour("masked_paths { drop: \"/proc/kcore\" }",
                  "device_rules { add { allow: true type: \"cb\" } }"),
      ElementsAre("b:2: behaviour 1.12.1: device type \"cb\" is not one "
                  "letter"));
}

TEST(Behaviours, TheFirstSetsEveryValue) {
  constexpr std::string_view kReleaseOfFirst = R"(date: "2016-12-31"
release { name: "1.12.0" date: "2016-07-28" tag: "v1.12.0" behaviour: "1.12.0" user_namespace: NOTHING }
)";
  EngineTable table;
  std::vector<std::string> problems = ReadEngineTable(
      {"r", std::string(kReleaseOfFirst)},
      {"b", absl::StrReplaceAll(FirstBehaviour(),
                                {{"    sorts_mounts: false\n", ""}})},
      &table);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_THAT(problems[0],
              testing::EndsWith(": behaviour 1.12.0: sorts_mounts of InitSpec "
                                "is not set; the first behaviour sets every "
                                "value"));
  table = {};
  problems = ReadEngineTable(
      {"r", std::string(kReleaseOfFirst)},
      {"b",
       absl::StrReplaceAll(FirstBehaviour(),
                           {{"  sources", "  based_on: \"x\"\n  sources"}})},
      &table);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_THAT(problems[0], testing::HasSubstr("is the first, and cannot"));
}

TEST(Behaviours, StandInOrderOnce) {
  const Result twice = Read(kReleases, absl::StrCat(kSecond, kSecond));
  ASSERT_FALSE(twice.problems.empty());
  EXPECT_EQ(twice.problems[0],
            "b:12: behaviour 1.12.1: is there twice; take one out");
  const std::string older =
      absl::StrReplaceAll(kSecond, {{"\"1.12.1\"", "\"1.11.0\""}});
  const Result unordered = Read(kReleases, older);
  ASSERT_FALSE(unordered.problems.empty());
  EXPECT_EQ(unordered.problems[0],
            "b:2: behaviour 1.11.0: is older than 1.12.0, which stands before "
            "it; move it up");
}

TEST(Behaviours, HaveReleases) {
  EXPECT_THAT(
      InReleases("behaviour: \"1.12.1\"", "behaviour: \"1.12.0\""),
      ElementsAre("b:2: behaviour 1.12.1: no release has it; add one to "
                  "releases.textproto, or take it out"));
  EXPECT_THAT(InReleases("name: \"1.12.1\"", "name: \"1.12.2\""),
              ElementsAre("b:2: behaviour 1.12.1: its first release is 1.12.2; "
                          "call it so, here and there"));
}

TEST(Releases, AreRefused) {
  EXPECT_THAT(InReleases("behaviour: \"1.12.1\"", "behaviour: \"1\""),
              ElementsAre("r:3: release 1.12.1: behaviour: \"1\" is none of "
                          "behaviours.textproto; name one, or add it there",
                          "b:2: behaviour 1.12.1: no release has it; add one "
                          "to releases.textproto, or take it out"));
  EXPECT_THAT(InReleases("2016-08-17", "2016-02-30"),
              ElementsAre("r:3: release 1.12.1: date: \"2016-02-30\" is no "
                          "day; write YYYY-MM-DD"));
  EXPECT_THAT(InReleases("2016-08-17", "17 August"),
              ElementsAre("r:3: release 1.12.1: date: \"17 August\" is no "
                          "day; write YYYY-MM-DD"));
  EXPECT_THAT(InReleases("2016-08-17", "2017-01-01"),
              ElementsAre("r:3: release 1.12.1: is newer than the table, which "
                          "is of 2016-12-31; set the date of the table"));
  EXPECT_THAT(InReleases("date: \"2016-12-31\"", "date: \"today\""),
              ElementsAre("r: date: \"today\" is no day; write YYYY-MM-DD"));
  EXPECT_THAT(
      InReleases("behaviour: \"1.12.1\" user_namespace: NOTHING",
                 "behaviour: \"1.12.1\""),
      ElementsAre("r:3: release 1.12.1: does not say what it does in a user "
                  "namespace; set user_namespace"));
  EXPECT_THAT(InReleases("v1.12.1", "v1.12.0"),
              ElementsAre("r:3: release 1.12.1: its tag, v1.12.0, is that of "
                          "another; correct one"));
  EXPECT_THAT(InReleases("tag: \"v1.12.1\"", ""),
              ElementsAre("r:3: release 1.12.1: has no name or no tag; write "
                          "both"));
  EXPECT_THAT(
      InReleases("v1.12.1", "v1.12.1\\n"),
      ElementsAre("r:3: release 1.12.1: \"v1.12.1\\n\" is not printable "
                  "ASCII; write it so"));
  EXPECT_THAT(InReleases("release {", "relaese {"),
              ElementsAre(testing::StartsWith("r:2:9: ")));
}

// With one more line behind the releases.
std::vector<std::string> WithLine(std::string_view line) {
  return Read(absl::StrCat(kReleases, line, "\n"), kSecond).problems;
}

TEST(Releases, ThatArePresumedDoAsTheOneBefore) {
  constexpr std::string_view kNext =
      R"(release { name: "1.12.2" date: "2016-08-18" tag: "v1.12.2" behaviour: "$0" user_namespace: $1 presumed: "because" })";
  const auto with = [&](std::string_view behaviour, std::string_view rule) {
    return WithLine(
        absl::StrReplaceAll(kNext, {{"$0", behaviour}, {"$1", rule}}));
  };
  EXPECT_THAT(with("1.12.1", "NOTHING"), IsEmpty());
  constexpr char kProblem[] =
      "r:4: release 1.12.2: is presumed, but not to do as 1.12.1, which stands "
      "before it; give it the same behaviour and user_namespace";
  EXPECT_THAT(with("1.12.0", "NOTHING"), ElementsAre(kProblem));
  EXPECT_THAT(with("1.12.1", "ROOTLESS"), ElementsAre(kProblem));
  EXPECT_THAT(InReleases("behaviour: \"1.12.0\"",
                         "presumed: \"x\" behaviour: \"1.12.0\""),
              ElementsAre("r:2: release 1.12.0: is the first, and presumed to "
                          "be as none; record it"));
}

TEST(Releases, HaveModulesOfTheirOwn) {
  const auto with = [](std::string_view first, std::string_view second) {
    return Read(absl::StrReplaceAll(
                    kReleases,
                    {{"tag: \"v1.12.0\"",
                      absl::StrCat("tag: \"v1.12.0\" module: \"", first, "\"")},
                     {"tag: \"v1.12.1\"",
                      absl::StrCat("tag: \"v1.12.1\" module: \"", second,
                                   "\"")}}),
                kSecond)
        .problems;
  };
  EXPECT_THAT(with("2.0.0-beta.1", "2.0.0-beta.2"), IsEmpty());
  for (std::string_view second : {"2.0.0-beta.1", "beta.2", "v2.0.0-beta.2"}) {
    EXPECT_THAT(with("2.0.0-beta.1", second),
                ElementsAre(absl::StrCat(
                    "r:3: release 1.12.1: module: \"", second,
                    "\" is no version, or that of another; write one such as "
                    "2.0.0-beta.24")));
  }
}

TEST(Builds, AreOfReleases) {
  constexpr std::string_view kBuild =
      R"(build { name: "1.12.1+x1" release: "1.12.1" by: "Somebody" date: "2016-09-01" package: "p 1" behaviour: "1.12.0" })";
  const auto with = [&](std::string_view what, std::string_view by) {
    return WithLine(absl::StrReplaceAll(kBuild, {{what, by}}));
  };
  EXPECT_THAT(with("p 1", "p 2"), IsEmpty());
  EXPECT_THAT(with("release: \"1.12.1\"", "release: \"1.12.9\""),
              ElementsAre("r:4: build 1.12.1+x1: release: \"1.12.9\" is none "
                          "that stands here; name one"));
  EXPECT_THAT(with("by: \"Somebody\"", ""),
              ElementsAre("r:4: build 1.12.1+x1: does not say whose it is; set "
                          "by"));
  EXPECT_THAT(with("2016-09-01", "soon"),
              ElementsAre("r:4: build 1.12.1+x1: date: \"soon\" is no day; "
                          "write YYYY-MM-DD"));
  EXPECT_THAT(with("p 1", "v1.12.0"),
              ElementsAre("r:4: build 1.12.1+x1: its tag, v1.12.0, is that of "
                          "another; correct one"));
  EXPECT_THAT(
      with("behaviour: \"1.12.0\"", "behaviour: \"1.12.0\" presumed: \"x\""),
      ElementsAre("r:4: build 1.12.1+x1: is presumed, but not to do as "
                  "1.12.1, which it is of; give it that behaviour"));
  EXPECT_THAT(
      WithLine(absl::StrCat(
          kBuild, "\n",
          absl::StrReplaceAll(kBuild, {{"p 1", "p 2"}, {"+x1", "+x0"}}))),
      ElementsAre("r:5: build 1.12.1+x0: is not newer than 1.12.1+x1, which "
                  "stands before it; move it up"));
}

TEST(Distributions, SayWhoseTheyAreAndWhy) {
  EXPECT_THAT(
      WithLine(R"(distribution { name: "X" mark: "-x" presumed: "y" })"),
      IsEmpty());
  EXPECT_THAT(WithLine(R"(distribution { name: "X" mark: "-x" })"),
              ElementsAre("r:4: distribution X: has no name, mark or presumed; "
                          "write all of them"));
  EXPECT_THAT(
      WithLine(R"(distribution { name: "X" mark: "-X" presumed: "y" })"),
      ElementsAre("r:4: distribution X: mark: is looked for in lower "
                  "case; write it so"));
}

TEST(Releases, StandInOrderOnce) {
  constexpr std::string_view kMore =
      R"(release { name: "$0" date: "2016-08-17" tag: "t" behaviour: "1.12.1" user_namespace: NOTHING }
)";
  const auto with = [&](std::string_view name) {
    return Read(absl::StrCat(kReleases,
                             absl::StrReplaceAll(kMore, {{"$0", name}})),
                kSecond)
        .problems;
  };
  EXPECT_THAT(with("1.12.10"), IsEmpty());
  EXPECT_THAT(with("1.13.0-rc1"), IsEmpty());
  EXPECT_THAT(with("1.12.1"),
              ElementsAre("r:4: release 1.12.1: is there twice; take one out"));
  for (std::string_view older : {"1.12.1-rc2", "1.12.1-beta", "1.9.3"}) {
    EXPECT_EQ(with(older)[0],
              absl::StrCat("r:4: release ", older,
                           ": is older than 1.12.1, "
                           "which stands before it; move it up"));
  }
}

}  // namespace
}  // namespace specgen::engine
