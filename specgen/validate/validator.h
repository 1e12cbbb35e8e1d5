// Checks an OCI runtime spec against the rules of its version.
#ifndef SPECGEN_VALIDATE_VALIDATOR_H_
#define SPECGEN_VALIDATE_VALIDATOR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "specgen/json/json_tree.h"
#include "specgen/validate/oci_version.h"

namespace specgen {

enum class SpecSeverity : uint8_t {
  // A rule of the version is broken: a runtime may refuse the spec.
  kError,
  // Allowed or let pass, but likely not what was meant.
  kWarning,
};

struct SpecFinding {
  SpecSeverity severity = SpecSeverity::kError;
  // Which rule, as README.md lists them: "type", "duplicate-namespace", ...
  std::string_view rule;
  std::string pointer;  // RFC 6901
  TextPosition position;
  std::string message;
};

struct SpecReport {
  std::string oci_version;  // as the document has it
  // The rules that were applied.
  OciVersionRange rules = {kNewestOci, kNewestOci};
  std::vector<SpecFinding> findings;  // in the order of the text

  bool has_errors() const;
};

// Checks the document. `as`, if given, takes the place of its own ociVersion.
SpecReport ValidateSpec(const JsonTree& spec,
                        std::optional<OciVersionRange> as = std::nullopt);

}  // namespace specgen

#endif  // SPECGEN_VALIDATE_VALIDATOR_H_
