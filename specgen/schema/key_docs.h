// What the keys of a config.json mean, in a reader's words.
#ifndef SPECGEN_SCHEMA_KEY_DOCS_H_
#define SPECGEN_SCHEMA_KEY_DOCS_H_

#include <cstdint>
#include <string_view>

#include "absl/types/span.h"

namespace specgen {

struct KeyDoc {
  // Where the key stands: "mounts.source" is the source of an item of mounts.
  std::string_view path;
  // As `docker plugin inspect` spells the last one (moby
  // api/types/plugin.go).
  std::string_view inspected;
  std::string_view description;
  // Values, or items of a list, separated by blanks.
  std::string_view examples;
  // What it is if it is not there, as JSON; "" if that is nothing.
  std::string_view otherwise;
};

// All keys, each once.
absl::Span<const KeyDoc> KeyDocs();

// The one of that path; null if there is none, which config_schema_test knows
// to be none of those that plugin_schema.h has.
const KeyDoc* KeyDocOf(std::string_view path);

}  // namespace specgen

#endif  // SPECGEN_SCHEMA_KEY_DOCS_H_
