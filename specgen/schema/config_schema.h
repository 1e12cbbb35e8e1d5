// The JSON Schema of a plugin's config.json, for editors and validators.
#ifndef SPECGEN_SCHEMA_CONFIG_SCHEMA_H_
#define SPECGEN_SCHEMA_CONFIG_SCHEMA_H_

#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "specgen/engine/engine.h"

namespace specgen {

// A schema (draft 2020-12) of what an author writes, made from the tables that
// the generator reads configs by (specgen/plugin/plugin_schema.h) and from
// those of the engines. It takes what every one of `releases`, which is not
// empty, would read, and refuses values of types that one of them refuses.
//
// A key that not all of them read says so, and is deprecated if the last one
// does not. Unknown keys are taken, as by Docker. Docker knows keys in any
// case; the schema knows them as its documentation writes them, and as `docker
// plugin inspect` prints them.
//
// `presumed`, what is presumed of the releases, becomes a comment;
// not of those up to the newest, which the schema calls "and later".
//
// Ends with a line feed. The same releases give the same bytes.
std::string ConfigSchema(absl::Span<const Release> releases,
                         std::string_view presumed = "");

}  // namespace specgen

#endif  // SPECGEN_SCHEMA_CONFIG_SCHEMA_H_
