// Writes behaviour.h and default_spec.h, when specgen is built.
#ifndef SPECGEN_ENGINE_HEADER_WRITER_H_
#define SPECGEN_ENGINE_HEADER_WRITER_H_

#include <string>

#include "google/protobuf/descriptor.h"

namespace specgen::engine {

// `file` is engine_table.proto, with its comments.
//
// default_spec.h: DefaultSpec, and the structs of what its lists hold.
std::string DefaultSpecHeader(const google::protobuf::FileDescriptor& file);
// behaviour.h: the enums, and Behaviour.
std::string BehaviourHeader(const google::protobuf::FileDescriptor& file);

}  // namespace specgen::engine

#endif  // SPECGEN_ENGINE_HEADER_WRITER_H_
