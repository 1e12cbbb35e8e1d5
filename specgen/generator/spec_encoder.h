// Writes a spec as JSON.
#ifndef SPECGEN_GENERATOR_SPEC_ENCODER_H_
#define SPECGEN_GENERATOR_SPEC_ENCODER_H_

#include "specgen/base/buffer.h"
#include "specgen/engine/engine.h"
#include "specgen/generator/base_spec.h"
#include "specgen/generator/spec.h"

namespace specgen {

// Appends `spec`, which InitSpec made of `base`, to `json`: byte for byte what
// Go's json.Marshal makes of that engine's structs. The order of members, and
// which are left out when they are empty, is decided here and nowhere else.
void EncodeSpec(const Behaviour& behaviour, const BaseSpec& base,
                const Spec& spec, Buffer* json);

}  // namespace specgen

#endif  // SPECGEN_GENERATOR_SPEC_ENCODER_H_
