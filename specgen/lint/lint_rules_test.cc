// Every rule has a section in README.md, an example in which it finds
// something, and one in which no rule does.
//
//   lint_rules_test DIRECTORY
#include "specgen/lint/lint_rules.h"

#include <filesystem>
#include <iostream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "specgen/base/files.h"
#include "specgen/engine/release_range.h"
#include "specgen/lint/linter.h"

namespace specgen {
namespace {

const std::string* directory = nullptr;

std::string Read(const std::string& name) {
  absl::StatusOr<std::string> text =
      ReadWholeFile(absl::StrCat(*directory, "/", name));
  EXPECT_TRUE(text.ok()) << text.status();
  return text.ok() ? *text : "";
}

// The rules that find something in that example of `rule`; "" after an error.
std::multiset<std::string_view> FoundIn(const LintRule& rule,
                                        std::string_view which,
                                        std::string* messages) {
  const std::string name =
      absl::StrCat("examples/", rule.id, "_", which, ".json");
  const std::string text = Read(name);
  LintRequest request;
  request.plugin = text;
  request.name = name;
  request.releases = FindReleases(rule.example_engines).value();
  absl::StatusOr<std::vector<LintFinding>> findings = Lint(request);
  EXPECT_TRUE(findings.ok()) << findings.status();
  std::multiset<std::string_view> found;
  if (!findings.ok()) return found;
  for (const LintFinding& finding : *findings) {
    found.insert(finding.rule->id);
    absl::StrAppend(messages, "\n  ", finding.rule->id, " ", finding.message);
  }
  return found;
}

TEST(LintRulesTest, BadExamplesShowTheirRuleAndNoOther) {
  for (const LintRule& rule : LintRules()) {
    std::string messages;
    const std::multiset<std::string_view> found =
        FoundIn(rule, "bad", &messages);
    EXPECT_GT(found.count(rule.id), 0u) << rule.id << messages;
    EXPECT_EQ(found.count(rule.id), found.size()) << rule.id << messages;
  }
}

TEST(LintRulesTest, NothingIsFoundInGoodExamples) {
  for (const LintRule& rule : LintRules()) {
    std::string messages;
    EXPECT_TRUE(FoundIn(rule, "good", &messages).empty())
        << rule.id << messages;
  }
}

TEST(LintRulesTest, EveryRuleHasASection) {
  const std::string readme = Read("README.md");
  for (const LintRule& rule : LintRules()) {
    EXPECT_TRUE(absl::StrContains(
        readme, absl::StrCat("\n### ", rule.id, " ", rule.name, "\n")))
        << rule.id;
  }
}

TEST(LintRulesTest, EveryExampleHasARule) {
  std::set<std::string> wanted;
  for (const LintRule& rule : LintRules()) {
    wanted.insert(absl::StrCat(rule.id, "_bad.json"));
    wanted.insert(absl::StrCat(rule.id, "_good.json"));
  }
  std::set<std::string> there;
  for (const auto& entry : std::filesystem::directory_iterator(
           absl::StrCat(*directory, "/examples"))) {
    there.insert(entry.path().filename());
  }
  EXPECT_EQ(there, wanted);
}

TEST(LintRulesTest, IdsAndNamesAreUnique) {
  std::set<std::string_view> seen;
  for (const LintRule& rule : LintRules()) {
    EXPECT_TRUE(seen.insert(rule.id).second) << rule.id;
    EXPECT_TRUE(seen.insert(rule.name).second) << rule.name;
    EXPECT_EQ(FindLintRule(rule.id), &rule);
    EXPECT_EQ(FindLintRule(rule.name), &rule);
  }
  EXPECT_EQ(FindLintRule("SG000"), nullptr);
}

TEST(LinterTest, FindsThePluginInEachShape) {
  constexpr std::string_view kConfig =
      R"({"entrypoint":["/p"],"interface":{"types":["docker.volumedriver"],)"
      R"("socket":"s"}})";
  const std::string texts[] = {
      std::string(kConfig),
      absl::StrCat(R"({"plugin":{"Id":"a","Config":)", kConfig, "}}"),
      absl::StrCat(R"({"Id":"a","Config":)", kConfig, "}"),
      absl::StrCat(R"([{"Id":"a","Name":"n","Config":)", kConfig,
                   R"(},{"Id":"b","Name":"m","Config":{}}])"),
  };
  for (const std::string& text : texts) {
    LintRequest request;
    request.plugin = text;
    request.name = "x";
    if (text[0] == '[') request.plugin_name = "n";
    request.releases = FindReleases("28.5.2").value();
    absl::StatusOr<std::vector<LintFinding>> findings = Lint(request);
    ASSERT_TRUE(findings.ok()) << findings.status();
    ASSERT_EQ(findings->size(), 1u) << text;
    EXPECT_EQ((*findings)[0].rule->name, "interface-type");
  }
}

TEST(LinterTest, ColumnsInBytesAndInCharacters) {
  LintRequest request;
  request.plugin =
      "{\"entrypoint\": [\"/\xC3\xA4\"], \"interface\": {\"types\": "
      "[\"docker.volumedriver/1.0\"], \"socket\": \"s\"}, \"netwrok\": {}}";
  request.name = "x";
  request.releases = FindReleases("28.5.2").value();
  absl::StatusOr<std::vector<LintFinding>> findings = Lint(request);
  ASSERT_TRUE(findings.ok());
  ASSERT_EQ(findings->size(), 1u);
  EXPECT_EQ((*findings)[0].position.column, 93u);
  EXPECT_EQ((*findings)[0].code_point_column, 92u);
}

}  // namespace
}  // namespace specgen

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc != 2) {
    std::cerr << "usage: lint_rules_test DIRECTORY\n";
    return 2;
  }
  const std::string directory = argv[1];
  specgen::directory = &directory;
  return RUN_ALL_TESTS();
}
