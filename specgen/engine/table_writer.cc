#include "specgen/engine/table_writer.h"

#include <cstddef>
#include <string_view>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "specgen/engine/cpp_names.h"
#include "specgen/engine/list_edit.h"

namespace specgen::engine {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

std::string Literal(const std::string& text) {
  return absl::StrCat("\"", absl::CHexEscape(text), "\"");
}

// Writes one behaviour: the arrays that its lists are, and then itself.
class BehaviourWriter {
 public:
  // The names of the arrays start with `prefix`.
  explicit BehaviourWriter(std::string prefix) : prefix_(std::move(prefix)) {}

  // The members of the struct that stands for `message`, as initialisers.
  std::string Members(const Message& message, const std::string& path) {
    const Reflection& reflection = *message.GetReflection();
    std::vector<std::string> members;
    for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor& field = *message.GetDescriptor()->field(i);
      const std::string name = absl::StrCat(path, "_", field.name());
      if (IsSection(field)) {
        members.push_back(
            Members(reflection.GetMessage(message, &field), name));
        continue;
      }
      members.push_back(
          absl::StrCat(".", field.name(), " = ", Member(message, field, name)));
    }
    return absl::StrJoin(members, ",\n     ");
  }

  const std::string& arrays() const { return arrays_; }

 private:
  std::string Member(const Message& message, const FieldDescriptor& field,
                     const std::string& name) {
    const Reflection& reflection = *message.GetReflection();
    if (IsEdited(field)) {
      if (reflection.FieldSize(message, &field) == 0) return "{}";
      return List(reflection.GetRepeatedMessage(message, &field, 0),
                  ItemsOf(field), IsBitSet(field), name);
    }
    if (field.is_repeated()) return List(message, field, false, name);
    if (IsOptional(field) && !reflection.HasField(message, &field)) {
      return "std::nullopt";
    }
    return Value(message, field, -1, name);
  }

  // All values of a repeated field, as an array's name or as a set of bits.
  std::string List(const Message& message, const FieldDescriptor& field,
                   bool bits, const std::string& name) {
    const int size = message.GetReflection()->FieldSize(message, &field);
    if (size == 0) return "{}";
    std::vector<std::string> items;
    items.reserve(static_cast<size_t>(size));
    for (int i = 0; i < size; ++i) {
      items.push_back(Value(message, field, i, absl::StrCat(name, i)));
    }
    const std::string type = CppValueType(field);
    if (bits) {
      return absl::StrCat("static_cast<", type, ">(",
                          absl::StrJoin(items, " | "), ")");
    }
    absl::StrAppend(&arrays_, "constexpr ", type, " ", prefix_, name,
                    "[] = {\n    ", absl::StrJoin(items, ",\n    "), "};\n");
    return prefix_ + name;
  }

  std::string Value(const Message& message, const FieldDescriptor& field,
                    int index, const std::string& name) {
    const Reflection& r = *message.GetReflection();
    const bool one = index < 0;
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_BOOL:
        return r.GetBool(message, &field) ? "true" : "false";
      case FieldDescriptor::CPPTYPE_UINT32:
        return absl::StrCat(r.GetUInt32(message, &field));
      case FieldDescriptor::CPPTYPE_INT64:
        return absl::StrCat(r.GetInt64(message, &field));
      case FieldDescriptor::CPPTYPE_ENUM: {
        const google::protobuf::EnumValueDescriptor& value =
            one ? *r.GetEnum(message, &field)
                : *r.GetRepeatedEnum(message, &field, index);
        return absl::StrCat(field.enum_type()->name(),
                            "::", CppValueName(value));
      }
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return absl::StrCat(
            "{",
            Members(one ? r.GetMessage(message, &field)
                        : r.GetRepeatedMessage(message, &field, index),
                    name),
            "}");
      default:
        return Literal(one ? r.GetString(message, &field)
                           : r.GetRepeatedString(message, &field, index));
    }
  }

  std::string prefix_;
  std::string arrays_;
};

// The index of the one of `list` that is called `name`.
template <typename List>
size_t IndexOf(const std::string& name, const List& list) {
  size_t i = 0;
  while (list[i].name() != name) ++i;
  return i;
}

std::string RuleSource(const Release& release) {
  return absl::StrCat(
      "UserNamespaceRule::",
      CppValueName(*UserNamespaceRule_descriptor()->FindValueByNumber(
          release.user_namespace())));
}

std::string ReleaseSource(const Release& release, const EngineTable& table) {
  return absl::StrCat(
      "    {", Literal(release.name()), ", ", Literal(release.date()), ", ",
      Literal(release.tag()), ", &kBehaviours[",
      IndexOf(release.behaviour(), table.behaviours), "], ",
      RuleSource(release), ", ", release.hidden() ? "true" : "false", ", ",
      Literal(release.presumed()), ", nullptr, \"\"},\n");
}

std::string BuildSource(const Build& build, const EngineTable& table) {
  const size_t release = IndexOf(build.release(), table.releases);
  return absl::StrCat("    {", Literal(build.name()), ", ",
                      Literal(build.date()), ", ", Literal(build.package()),
                      ", &kBehaviours[",
                      IndexOf(build.behaviour(), table.behaviours), "], ",
                      RuleSource(table.releases[release]), ", false, ",
                      Literal(build.presumed()), ", &kReleases[", release,
                      "], ", Literal(build.by()), "},\n");
}

}  // namespace

std::string TableSource(const EngineTable& table) {
  std::string arrays;
  std::string behaviours;
  for (size_t i = 0; i < table.behaviours.size(); ++i) {
    const Behaviour& behaviour = table.behaviours[i];
    BehaviourWriter writer(absl::StrCat("k", i));
    const std::string members = writer.Members(behaviour, "");
    absl::StrAppend(&arrays, "\n// ", behaviour.name(), "\n", writer.arrays());
    absl::StrAppend(&behaviours, "    {", members, "},\n");
  }
  std::string releases;
  for (const Release& release : table.releases) {
    releases += ReleaseSource(release, table);
  }
  std::string modules;
  size_t module_count = 0;
  for (size_t i = 0; i < table.releases.size(); ++i) {
    if (table.releases[i].module().empty()) continue;
    ++module_count;
    absl::StrAppend(&modules, "    {", Literal(table.releases[i].module()),
                    ", &kReleases[", i, "]},\n");
  }
  std::string builds;
  for (const Build& build : table.builds) builds += BuildSource(build, table);
  std::string distributions;
  for (const Distribution& distribution : table.distributions) {
    absl::StrAppend(&distributions, "    {", Literal(distribution.name()), ", ",
                    Literal(distribution.mark()), ", ",
                    Literal(distribution.presumed()), "},\n");
  }
  std::string differences;
  for (const Difference& difference : table.differences) {
    absl::StrAppend(&differences, "    {", Literal(difference.engines()), ", ",
                    Literal(difference.what()), ", ", Literal(difference.why()),
                    "},\n");
  }
  return absl::StrCat(
      "// Made of releases.textproto and behaviours.textproto by "
      "compile_table; do\n// not edit.\n"
      "#include <array>\n\n"
      "#include \"specgen/engine/engine_table.h\"\n\n"
      "namespace specgen {\nnamespace {\n",
      arrays, "\nconstexpr Behaviour kBehaviours[] = {\n", behaviours,
      "};\n\nconstexpr Release kReleases[] = {\n", releases,
      "};\n\nconstexpr std::array<Release, ", table.builds.size(),
      "> kBuilds = {{\n", builds, "}};\n\nconstexpr std::array<EngineModule, ",
      module_count, "> kModules = {{\n", modules,
      "}};\n\nconstexpr std::array<Distribution, ", table.distributions.size(),
      "> kDistributions = {{\n", distributions,
      "}};\n\nconstexpr std::array<KnownDifference, ", table.differences.size(),
      "> kDifferences = {{\n", differences,
      "}};\n\n}  // namespace\n\n"
      "const absl::Span<const Behaviour> kBehaviourTable = kBehaviours;\n"
      "const absl::Span<const Release> kReleaseTable = kReleases;\n"
      "const absl::Span<const Release> kBuildTable = kBuilds;\n"
      "const absl::Span<const EngineModule> kModuleTable = kModules;\n"
      "const absl::Span<const Distribution> kDistributionTable = "
      "kDistributions;\n"
      "const absl::Span<const KnownDifference> kDifferenceTable = "
      "kDifferences;\n"
      "const std::string_view kTableDate = ",
      Literal(table.date), ";\n\n}  // namespace specgen\n");
}

}  // namespace specgen::engine
