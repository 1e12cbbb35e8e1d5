#include "specgen/lint/lint_rules.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/home.h"

namespace specgen {
namespace {

std::vector<LintRule> AllRules() {
  std::vector<LintRule> all;
  for (const absl::Span<const LintRule> rules :
       {EngineRules(), MountRules(), PathRules(), DeviceLintRules(),
        InterfaceRules(), SettingsRules(), ProcessRules()}) {
    all.insert(all.end(), rules.begin(), rules.end());
  }
  std::sort(all.begin(), all.end(),
            [](const LintRule& a, const LintRule& b) { return a.id < b.id; });
  return all;
}

// Which engines the examples are for, behind "in".
std::string ForItsEngines(const LintRule& rule) {
  return rule.example_engines.empty()
             ? ""
             : absl::StrCat(", for Docker ", rule.example_engines);
}

std::string Capitalised(std::string_view word) {
  std::string text(word);
  text[0] = absl::ascii_toupper(static_cast<unsigned char>(text[0]));
  return text;
}

// What it is about and what it finds, in Markdown.
std::string WithExamples(const LintRule& rule) {
  return absl::StrCat(
      rule.explanation, "\n\nIt finds something in", ForItsEngines(rule),
      ":\n\n```json\n", ExampleConfig(rule.bad),
      "```\n\nand nothing in:\n\n```json\n", ExampleConfig(rule.good), "```\n");
}

}  // namespace

std::string_view LintLevelName(LintLevel level) {
  switch (level) {
    case LintLevel::kNote:
      return "note";
    case LintLevel::kWarning:
      return "warning";
    case LintLevel::kError:
      return "error";
  }
  return "";
}

absl::Span<const LintRule> LintRules() {
  static const std::vector<LintRule>* const kAll =
      new std::vector<LintRule>(AllRules());
  return *kAll;
}

const LintRule* FindLintRule(std::string_view id_or_name) {
  for (const LintRule& rule : LintRules()) {
    if (absl::EqualsIgnoreCase(rule.id, id_or_name) ||
        absl::EqualsIgnoreCase(rule.name, id_or_name)) {
      return &rule;
    }
  }
  return nullptr;
}

std::string ExampleConfig(std::string_view example) {
  constexpr std::string_view kBase =
      R"(  "entrypoint": ["/bin/volumes"],
  "interface": {"types": ["docker.volumedriver/1.0"], "socket": "volumes.sock"})";
  if (absl::StartsWith(example, "{")) return absl::StrCat(example, "\n");
  return absl::StrCat("{\n", kBase, example.empty() ? "" : ",\n  ", example,
                      "\n}\n");
}

std::string RuleSection(const LintRule& rule) {
  return absl::StrCat("### ", rule.id, " ", rule.name, "\n\n",
                      Capitalised(LintLevelName(rule.level)), ": ",
                      rule.summary, ".\n\n", WithExamples(rule));
}

std::string RuleUrl(const LintRule& rule) {
  return absl::StrCat(kHome, "/blob/main/specgen/lint/README.md#",
                      absl::AsciiStrToLower(rule.id), "-", rule.name);
}

std::string ExplainRule(const LintRule& rule) {
  return absl::StrCat(rule.id, " ", rule.name, " (", LintLevelName(rule.level),
                      "): ", rule.summary, ".\n\n", rule.explanation,
                      "\n\nIt finds something in", ForItsEngines(rule), ":\n\n",
                      ExampleConfig(rule.bad), "\nand nothing in:\n\n",
                      ExampleConfig(rule.good));
}

std::string ExplainRuleInMarkdown(const LintRule& rule) {
  return absl::StrCat(Capitalised(rule.summary), ".\n\n", WithExamples(rule));
}

}  // namespace specgen
