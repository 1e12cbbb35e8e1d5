// Sets of releases in few words.
#ifndef SPECGEN_CLI_RELEASE_RANGES_H_
#define SPECGEN_CLI_RELEASE_RANGES_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "specgen/engine/engine.h"

namespace specgen {

// The releases for which `holds`, as "1.13.0 to 18.09.0, 20.10.14": runs of
// releases that stand beside each other by version. "" if there is none.
std::string ReleaseRanges(absl::FunctionRef<bool(const Release&)> holds);

}  // namespace specgen

#endif  // SPECGEN_CLI_RELEASE_RANGES_H_
