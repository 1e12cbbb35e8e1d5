// The rules of `specgen lint`: one table, which the text, the SARIF output, the
// docs and the tests go by.
#ifndef SPECGEN_LINT_LINT_RULES_H_
#define SPECGEN_LINT_LINT_RULES_H_

#include <cstdint>
#include <string_view>

#include "absl/types/span.h"

namespace specgen {

enum class LintLevel : uint8_t { kNote, kWarning, kError };

// "note", "warning", "error": also SARIF's levels.
std::string_view LintLevelName(LintLevel level);

// In the order of the table, which never changes: ids are for good.
enum class LintRuleId : uint8_t {
  kRefused,
  kCrash,
  kUnknownKey,
  kKeyNotRead,
  kDuplicateKey,
  kUnknownCapability,
  kDuplicateCapability,
  kNullSource,
  kEmptySource,
  kNullDevicePath,
  kBindOption,
  kMountOption,
  kDevMountLost,
  kDotDotPath,
  kRelativePath,
  kWorkdirInProc,
  kNotSettable,
  kInterfaceType,
  kNoInterface,
  kDuplicateName,
  kDuplicateDestination,
  kHiddenMount,
  kNoEntrypoint,
  kNetworkType,
  kPropagatedMountPath,
};

// Each rule has a section in README.md, and two files in examples/:
// ID_bad.json, where it finds something, and ID_good.json, where no rule does.
struct LintRule {
  std::string_view id;    // "SG001"
  std::string_view name;  // "refused"
  LintLevel level;
  std::string_view summary;  // one line
  // The range of engines that the examples are for; "" is the newest.
  std::string_view example_engines = "";
};

absl::Span<const LintRule> LintRules();

const LintRule& GetLintRule(LintRuleId id);

// The rule of that id or name; null if there is none.
const LintRule* FindLintRule(std::string_view id_or_name);

}  // namespace specgen

#endif  // SPECGEN_LINT_LINT_RULES_H_
