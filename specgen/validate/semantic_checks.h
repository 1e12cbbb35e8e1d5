// What a runtime spec must be beyond the types of its fields.
#ifndef SPECGEN_VALIDATE_SEMANTIC_CHECKS_H_
#define SPECGEN_VALIDATE_SEMANTIC_CHECKS_H_

#include "specgen/json/json_tree.h"
#include "specgen/validate/finding_list.h"
#include "specgen/validate/oci_version.h"

namespace specgen {

// Checks what a document says, as far as it has the right types; the rest is
// not reported again.
void CheckMeaning(const JsonNode& spec, const OciVersionRange& rules,
                  FindingList* findings);

}  // namespace specgen

#endif  // SPECGEN_VALIDATE_SEMANTIC_CHECKS_H_
