// What Docker's own specs break of the rules: things that a plugin asks for and
// Docker passes on unchecked, and one that old engines do by themselves. Tests
// that take the validator for an oracle share the list.
#ifndef SPECGEN_VALIDATE_KNOWN_VIOLATIONS_H_
#define SPECGEN_VALIDATE_KNOWN_VIOLATIONS_H_

#include <string_view>

#include "absl/strings/match.h"
#include "specgen/validate/validator.h"

namespace specgen {

struct KnownViolation {
  std::string_view rule;
  std::string_view start;  // of the pointer
  std::string_view end;
  std::string_view why;
};

// Each is in a recorded spec.
inline constexpr KnownViolation kKnownViolations[] = {
    {"type", "/process", "/args", "null: the plugin has no entrypoint or args"},
    {"no-args", "/process", "", "the plugin has no entrypoint and no args"},
    {"relative-path", "/process", "/cwd", "the plugin's workdir"},
    {"unknown-capability", "/process/capabilities/", "", "the plugin's"},
    {"relative-destination", "/mounts/", "/destination", "the plugin's"},
    {"bind-option", "/mounts/", "", "the plugin's mount has no bind option"},
    {"empty-path", "/root/", "path", "the rootfs that the engine was given"},
    {"device-rule-type", "/linux/resources/devices/", "/type",
     "the plugin's FIFO, for which engines since 20.10 make a rule of type p"},
    {"limits", "/linux/devices/", "/fileMode",
     "engines before 23.0 put the file type's bits into it"},
};

// Null: it is none.
inline const KnownViolation* FindKnownViolation(const SpecFinding& finding) {
  for (const KnownViolation& known : kKnownViolations) {
    if (finding.rule == known.rule &&
        absl::StartsWith(finding.pointer, known.start) &&
        absl::EndsWith(finding.pointer, known.end)) {
      return &known;
    }
  }
  return nullptr;
}

// Whether it breaks a rule of the spec, or has a key that its version does not
// have or that is there twice: Docker writes none of those.
inline bool CountsAgainstDocker(const SpecFinding& finding) {
  return finding.severity != SpecSeverity::kWarning ||
         finding.rule == "unknown-key" || finding.rule == "other-version" ||
         finding.rule == "duplicate-key" || finding.rule == "oci-version";
}

}  // namespace specgen

#endif  // SPECGEN_VALIDATE_KNOWN_VIOLATIONS_H_
