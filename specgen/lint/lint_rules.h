// The rules of `specgen lint`. A rule is one entry, beside the function that
// finds what it is about, in the file of its topic (rules_*.cc): the text, JSON
// and SARIF output, --explain, README.md and the tests go by that entry.
#ifndef SPECGEN_LINT_LINT_RULES_H_
#define SPECGEN_LINT_LINT_RULES_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/types/span.h"

namespace specgen {

class LintContext;

enum class LintLevel : uint8_t { kNote, kWarning, kError };

// "note", "warning", "error": also SARIF's levels.
std::string_view LintLevelName(LintLevel level);

struct LintRule {
  std::string_view id;    // "SG001"; ids are for good
  std::string_view name;  // "refused"
  LintLevel level;
  std::string_view summary;  // one line
  // Paragraphs, with line feeds where README.md has them.
  std::string_view explanation;
  // A config in which the rule finds something and no other does, and one in
  // which no rule does: what is added to ExampleConfig, or all of it.
  std::string_view bad;
  std::string_view good;
  // Looks for it in a plugin's config; null for what is no config at all.
  void (*find)(LintContext* lint) = nullptr;
  // The range of engines that the examples are for; "" is the newest.
  std::string_view example_engines = "";
  // It only looks at what engines take the text for and answer, so that it may
  // be anything.
  bool asks_engines = false;
  // It says what is meant by keys, also where they make it no plugin.
  bool finds_misspelt = false;
  // Of a weakness, one of the following.
  std::string_view security_severity = "";
};

// A rule finds a weakness if by all that it finds a plugin does more than its
// config says, on an engine or a runtime. How grave that is says the base score
// of CVSS 3.1, where the attacker is who made the plugin, which somebody
// installs (AV:L/AC:L/PR:N/UI:R).
inline constexpr std::string_view kReachesHost = "8.6";     // S:C/C:H/I:H/A:H
inline constexpr std::string_view kDoesMoreInside = "5.3";  // S:U/C:L/I:L/A:L

// All of them, by id.
absl::Span<const LintRule> LintRules();

// The rule of that id or name, in letters of either case; null if there is
// none.
const LintRule* FindLintRule(std::string_view id_or_name);

// The whole text of an example.
std::string ExampleConfig(std::string_view example);

// What `specgen lint --explain` prints; ends with a line feed.
std::string ExplainRule(const LintRule& rule);

// The same in Markdown, for who shows a page of it.
std::string ExplainRuleInMarkdown(const LintRule& rule);

// The rule's section of README.md.
std::string RuleSection(const LintRule& rule);

// Where that is read: https://...#sg001-refused
std::string RuleUrl(const LintRule& rule);

// Those of each file.
absl::Span<const LintRule> EngineRules();
absl::Span<const LintRule> MountRules();
absl::Span<const LintRule> PathRules();
absl::Span<const LintRule> DeviceLintRules();
absl::Span<const LintRule> InterfaceRules();
absl::Span<const LintRule> SettingsRules();
absl::Span<const LintRule> ProcessRules();

}  // namespace specgen

#endif  // SPECGEN_LINT_LINT_RULES_H_
