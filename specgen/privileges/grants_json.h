// Grants as programs read them: the shape stands in README.md.
#ifndef SPECGEN_PRIVILEGES_GRANTS_JSON_H_
#define SPECGEN_PRIVILEGES_GRANTS_JSON_H_

#include <string_view>
#include <vector>

#include "specgen/json/json_builder.h"
#include "specgen/privileges/grants.h"

namespace specgen {

// Adds the member `key`, a list of them, to the object that `json` is in.
void AddGrantsJson(std::string_view key, const std::vector<Grant>& grants,
                   JsonBuilder* json);

}  // namespace specgen

#endif  // SPECGEN_PRIVILEGES_GRANTS_JSON_H_
