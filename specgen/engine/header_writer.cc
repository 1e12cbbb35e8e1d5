#include "specgen/engine/header_writer.h"

#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "specgen/engine/cpp_names.h"
#include "specgen/engine/list_edit.h"

namespace specgen::engine {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::SourceLocation;

// The comments of a declaration, above it and behind it, as C++ comments.
template <typename Declared>
std::string Comments(const Declared& declared, std::string_view indent) {
  SourceLocation location;
  if (!declared.GetSourceLocation(&location)) return "";
  std::string out;
  for (const std::string& comment :
       {location.leading_comments, location.trailing_comments}) {
    if (comment.empty()) continue;
    for (std::string_view line :
         absl::StrSplit(absl::StripTrailingAsciiWhitespace(comment), '\n')) {
      absl::StrAppend(&out, indent, "//", line, "\n");
    }
  }
  return out;
}

void WriteEnum(const EnumDescriptor& type, std::string* out) {
  // A set of values is bits of one number; its values are used by themselves.
  const bool bits = absl::EndsWith(type.value(0)->name(), "_UNSET");
  *out += Comments(type, "");
  absl::StrAppend(out, bits ? "enum " : "enum class ", type.name(),
                  bits ? " : uint32_t {\n" : " : uint8_t {\n");
  std::string names;
  for (int i = bits ? 1 : 0; i < type.value_count(); ++i) {
    const EnumValueDescriptor& value = *type.value(i);
    const std::string name = CppValueName(value);
    *out += Comments(value, "  ");
    absl::StrAppend(out, "  ", name, " = ",
                    bits ? absl::StrCat("1u << ", value.number())
                         : absl::StrCat(value.number()),
                    ",\n");
    absl::StrAppend(&names, "    {",
                    bits ? name : absl::StrCat(type.name(), "::", name), ", \"",
                    name, "\"},\n");
  }
  absl::StrAppend(out, "};\ninline constexpr NamedValue<", type.name(), "> k",
                  type.name(), "Values[] = {\n", names,
                  "};\nconstexpr absl::Span<const NamedValue<", type.name(),
                  ">> ValuesOf(", type.name(), " /*any*/) {\n  return k",
                  type.name(), "Values;\n}\n\n");
}

bool HasSections(const Descriptor& type) {
  for (int i = 0; i < type.field_count(); ++i) {
    if (IsSection(*type.field(i))) return true;
  }
  return false;
}

// The members that stand for the fields of `type`, and what calls `visit` with
// each of them. Of a struct with sections, its own texts (name, changes) are
// not visited.
void WriteMembers(const Descriptor& type, std::string_view owner,
                  std::string* members, std::string* visits) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (IsSection(field)) {
      absl::StrAppend(members, "\n", Comments(*field.message_type(), "  "));
      *members += '\n';
      WriteMembers(*field.message_type(), owner, members, visits);
      continue;
    }
    *members += Comments(field, "  ");
    absl::StrAppend(members, "  ", CppMemberType(field), " ", field.name(),
                    ";\n");
    if (!HasSections(type) ||
        field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      absl::StrAppend(visits, "    visit(\"", field.name(), "\", &", owner,
                      "::", field.name(), ");\n");
    }
  }
}

void WriteStruct(const Descriptor& type, std::string* out) {
  std::string members;
  std::string visits;
  WriteMembers(type, type.name(), &members, &visits);
  absl::StrAppend(
      out, Comments(type, ""), "struct ", type.name(), " {\n", members,
      "\n  // Calls visit(name, pointer to member) for each value, in order.\n"
      "  template <typename Visit>\n"
      "  static constexpr void ForEachField(Visit visit) {\n",
      visits, "  }\n};\n\n");
}

std::string Header(std::string_view guard, std::string_view includes,
                   std::string_view body) {
  return absl::StrCat(
      "// Made of engine_table.proto by write_headers; do not edit.\n"
      "#ifndef SPECGEN_ENGINE_",
      guard, "_H_\n#define SPECGEN_ENGINE_", guard, "_H_\n\n", includes,
      "\nnamespace specgen {\n\n", body,
      "}  // namespace specgen\n\n#endif  // SPECGEN_ENGINE_", guard, "_H_\n");
}

// Writes the structs of the items of `type`'s lists, and then its own.
void WriteWithItems(const Descriptor& type, std::string* out) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (IsEdited(field) &&
        ItemsOf(field).cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      WriteWithItems(*ItemsOf(field).message_type(), out);
    }
  }
  WriteStruct(type, out);
}

}  // namespace

std::string DefaultSpecHeader(const FileDescriptor& file) {
  std::string body;
  WriteWithItems(*file.FindMessageTypeByName("DefaultSpec"), &body);
  return Header("DEFAULT_SPEC",
                "#include <cstdint>\n#include <optional>\n"
                "#include <string_view>\n\n#include \"absl/types/span.h\"\n",
                body);
}

std::string BehaviourHeader(const FileDescriptor& file) {
  std::string body =
      "// A value of an enum, with its name.\ntemplate <typename Enum>\n"
      "struct NamedValue {\n  Enum value;\n  std::string_view name;\n};\n"
      "// ValuesOf(E()) has all the values of the enum E.\n\n";
  for (int i = 0; i < file.enum_type_count(); ++i) {
    WriteEnum(*file.enum_type(i), &body);
  }
  const Descriptor& behaviour = *file.FindMessageTypeByName("Behaviour");
  for (int i = 0; i < behaviour.field_count(); ++i) {
    if (!IsSection(*behaviour.field(i))) continue;
    const Descriptor& section = *behaviour.field(i)->message_type();
    for (int k = 0; k < section.enum_type_count(); ++k) {
      WriteEnum(*section.enum_type(k), &body);
    }
  }
  WriteStruct(behaviour, &body);
  return Header("BEHAVIOUR",
                "#include <cstdint>\n#include <string_view>\n\n"
                "#include \"absl/types/span.h\"\n"

                "#include \"specgen/engine/default_spec.h\"\n",
                body);
}

}  // namespace specgen::engine
