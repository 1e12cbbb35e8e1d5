#include "specgen/engine/cpp_names.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "specgen/engine/list_edit.h"

namespace specgen::engine {
namespace {

using google::protobuf::FieldDescriptor;

}  // namespace

std::string CppValueName(const google::protobuf::EnumValueDescriptor& value) {
  std::string out = "k";
  bool upper = true;
  for (char c : value.name()) {
    if (c == '_') {
      upper = true;
    } else {
      out += upper ? c : absl::ascii_tolower(static_cast<unsigned char>(c));
      upper = false;
    }
  }
  return out;
}

bool IsSection(const FieldDescriptor& field) {
  return !field.is_repeated() &&
         field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         !absl::EndsWith(field.message_type()->name(), "DefaultSpec");
}

bool IsBitSet(const FieldDescriptor& field) {
  return IsEdited(field) &&
         ItemsOf(field).cpp_type() == FieldDescriptor::CPPTYPE_ENUM;
}

bool IsOptional(const FieldDescriptor& field) {
  return field.has_optional_keyword() &&
         field.cpp_type() == FieldDescriptor::CPPTYPE_INT64;
}

std::string CppValueType(const FieldDescriptor& field) {
  if (IsEdited(field)) return CppValueType(ItemsOf(field));
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return "bool";
    case FieldDescriptor::CPPTYPE_UINT32:
      return "uint32_t";
    case FieldDescriptor::CPPTYPE_INT64:
      return "int64_t";
    case FieldDescriptor::CPPTYPE_ENUM:
      return field.enum_type()->name();
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return field.message_type()->name();
    default:
      return "std::string_view";
  }
}

std::string CppMemberType(const FieldDescriptor& field) {
  const std::string type = CppValueType(field);
  if (IsBitSet(field)) return type;
  if (field.is_repeated()) return absl::StrCat("absl::Span<const ", type, ">");
  return IsOptional(field) ? absl::StrCat("std::optional<", type, ">") : type;
}

}  // namespace specgen::engine
