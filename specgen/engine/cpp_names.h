// How what engine_table.proto declares is called in C++.
#ifndef SPECGEN_ENGINE_CPP_NAMES_H_
#define SPECGEN_ENGINE_CPP_NAMES_H_

#include <string>

#include "google/protobuf/descriptor.h"

namespace specgen::engine {

// "CRASHES_ON_NULL" as "kCrashesOnNull".
std::string CppValueName(const google::protobuf::EnumValueDescriptor& value);

// Whether the fields of the message in `field`, of a Behaviour, are the
// behaviour's own: a section. Else the message is a struct in it.
bool IsSection(const google::protobuf::FieldDescriptor& field);

// Whether `field` is a set of an enum's values: bits of one number.
bool IsBitSet(const google::protobuf::FieldDescriptor& field);

// Whether a value may be absent: std::optional. Only in what lists hold, since
// each behaviour has every value.
bool IsOptional(const google::protobuf::FieldDescriptor& field);

// The type of one value, of a list's item, or of a bit set.
std::string CppValueType(const google::protobuf::FieldDescriptor& field);

// The type of the member that stands for `field`.
std::string CppMemberType(const google::protobuf::FieldDescriptor& field);

}  // namespace specgen::engine

#endif  // SPECGEN_ENGINE_CPP_NAMES_H_
