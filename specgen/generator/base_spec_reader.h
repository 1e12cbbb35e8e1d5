// Reads a spec to start from, in place of an engine's default spec.
#ifndef SPECGEN_GENERATOR_BASE_SPEC_READER_H_
#define SPECGEN_GENERATOR_BASE_SPEC_READER_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "specgen/engine/engine.h"
#include "specgen/generator/base_spec.h"

namespace specgen {

// Whether InitSpec of that behaviour has a parameter for the spec to start
// from: 1.13.0-dev to 1.13.0-rc4. Later engines take their default spec only.
bool TakesBaseSpec(const Behaviour& behaviour);

// Reads an OCI runtime spec as that engine's Go structs would hold it: keys
// that they do not have are dropped, values of a wrong type are refused. Errors
// are "FILE:LINE:COL: message" (kInvalidArgument), or kFailedPrecondition if
// the engine takes no base spec. Nothing of `json` is pointed to.
absl::StatusOr<std::shared_ptr<const BaseSpec>> ReadBaseSpec(
    const Behaviour& behaviour, std::string_view json,
    std::string_view file_name);

}  // namespace specgen

#endif  // SPECGEN_GENERATOR_BASE_SPEC_READER_H_
