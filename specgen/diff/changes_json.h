// Changes as programs read them: the shape stands in README.md.
#ifndef SPECGEN_DIFF_CHANGES_JSON_H_
#define SPECGEN_DIFF_CHANGES_JSON_H_

#include <vector>

#include "specgen/diff/engine_changes.h"
#include "specgen/diff/spec_diff.h"
#include "specgen/json/json_builder.h"

namespace specgen {

// Adds the members "changes" and "why" to the object that `json` is in.
void AddChangesJson(const std::vector<Change>& changes,
                    const std::vector<EngineChange>& why, JsonBuilder* json);

}  // namespace specgen

#endif  // SPECGEN_DIFF_CHANGES_JSON_H_
