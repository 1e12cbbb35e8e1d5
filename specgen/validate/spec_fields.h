// The fields of an OCI runtime spec, version by version, as data.
//
// Facts of github.com/opencontainers/runtime-spec at its tags v1.0.0-rc1 to
// v1.3.0: config.md, config-linux.md, specs-go/config.go. Where they and the
// JSON Schema beside them disagree, the text decides.
#ifndef SPECGEN_VALIDATE_SPEC_FIELDS_H_
#define SPECGEN_VALIDATE_SPEC_FIELDS_H_

#include <cstdint>
#include <string_view>

#include "absl/types/span.h"
#include "specgen/validate/oci_version.h"

namespace specgen {

enum class FieldKind : uint8_t {
  kString,
  kBool,
  kInteger,    // within SpecField::min and max
  kObject,     // of SpecField::fields
  kStringMap,  // any key to a string
  kObjectMap,  // any key to an object of SpecField::fields
  kAnyObject,  // not looked into: what the text leaves to others
};

// What a string must look like.
struct FieldForm {
  bool (*matches)(std::string_view text);
  std::string_view name;  // "a size such as 64KB, 2MB or 1GB"
};

// One of the strings that a field may be.
struct FieldValue {
  std::string_view text;
  OciVersion since = kOldestOci;
};

// A field, and the versions that have it.
struct SpecField {
  std::string_view key;
  FieldKind kind = FieldKind::kString;
  bool list = false;  // a list of such values
  absl::Span<const SpecField> fields = {};
  absl::Span<const FieldValue> values = {};  // empty: any
  // Limits; numbers above 2^63-1 are allowed only where max is -1 (uint64).
  int64_t min = INT64_MIN;
  int64_t max = INT64_MAX;

  OciVersion since = kOldestOci;
  OciVersion until = kNewestOci;
  // In an object that is there, this field must be, too.
  bool required = false;
  OciVersion required_since = kOldestOci;
  OciVersion required_until = kNewestOci;
  // Null: any.
  const FieldForm* form = nullptr;
  // A list that must have an item.
  bool not_empty = false;
};

// The document itself. Fields of the same key follow each other where a version
// changed what it is.
absl::Span<const SpecField> SpecFields();

}  // namespace specgen

#endif  // SPECGEN_VALIDATE_SPEC_FIELDS_H_
