// How two runtime specs differ, in a reader's words.
#ifndef SPECGEN_DIFF_SPEC_DIFF_H_
#define SPECGEN_DIFF_SPEC_DIFF_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "specgen/base/verdict.h"
#include "specgen/json/json_tree.h"

namespace specgen {

enum class ChangeKind : uint8_t {
  kAdded,
  kRemoved,
  kChanged,
  kMoved,      // a mount, to another destination
  kReordered,  // the same things in another order
};

// "added", "removed", ...
std::string_view ChangeKindName(ChangeKind kind);
// '+', '-', '~'.
char ChangeKindSign(ChangeKind kind);

struct Change {
  ChangeKind kind = ChangeKind::kChanged;
  // What part of the spec: "mounts", "capabilities", ... (README.md).
  std::string_view section;
  std::string subject;  // "/proc/acpi", "CAP_SYS_ADMIN"
  std::string text;     // "/proc/acpi is newly masked"
};

// The changes from `before` to `after`, section by section; empty if both mean
// the same to a runtime: key order, white space and the order of mount options
// do not count. What has no words of its own is named by its JSON pointer, so
// nothing is passed over.
std::vector<Change> DiffSpecs(const JsonNode& before, const JsonNode& after);

// What an engine says in place of a spec: "a refusal: why"; or "a spec".
std::string OutcomeText(Outcome outcome, std::string_view message);

// The change from one answer to another, where one of them is no spec.
Change OutcomeChange(Outcome before, std::string_view before_message,
                     Outcome after, std::string_view after_message);

// A value as compact JSON with sorted keys, of repeated ones the last; of an
// object without the members `but`.
std::string CanonicalJson(const JsonNode& node,
                          absl::Span<const std::string_view> but = {});

}  // namespace specgen

#endif  // SPECGEN_DIFF_SPEC_DIFF_H_
