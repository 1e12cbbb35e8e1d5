#include "specgen/schema/config_schema.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "specgen/engine/engine.h"
#include "specgen/engine/release_range.h"
#include "specgen/json/json_builder.h"
#include "specgen/plugin/plugin_schema.h"
#include "specgen/schema/key_docs.h"

namespace specgen {
namespace {

class SchemaWriter {
 public:
  SchemaWriter(absl::Span<const Release> releases, std::string_view presumed)
      : releases_(releases), presumed_(presumed) {}

  std::string Write() {
    json_.Object();
    json_.Key("$schema").String("https://json-schema.org/draft/2020-12/schema");
    json_.Key("$id").String(absl::StrCat(
        "urn:specgen:docker-plugin-config:", releases_.front().name,
        releases_.size() == 1 ? "" : "..",
        releases_.size() == 1 || ReachesNewest() ? "" : releases_.back().name));
    json_.Key("title").String("config.json of a Docker plugin");
    json_.Key("description")
        .String(absl::StrCat(
            "What an author writes for docker plugin create; of Docker ",
            Runs([](const Release&) { return true; }), "."));
    // Of what is to stay true when newer releases come, nothing is said of
    // some.
    if (releases_.size() == 1 || !ReachesNewest()) {
      json_.KeyIfAny("$comment", presumed_);
    }
    json_.Key("type").String("object");
    Members(kConfigSchema, "", "#");
    return json_.EndObject().Finish();
  }

 private:
  bool Reads(const Release& release, const Field& field) const {
    return (field.keys & (release.behaviour->keys | Field::kAlways)) != 0;
  }
  bool AnyReads(const Field& field) const {
    return field.type != FieldType::kNone &&
           std::any_of(
               releases_.begin(), releases_.end(),
               [&](const Release& release) { return Reads(release, field); });
  }

  bool ReachesNewest() const {
    return &releases_.back() == &AllReleases().back();
  }

  // Which releases, in words that stay true when newer ones come.
  std::string Runs(absl::FunctionRef<bool(const Release&)> holds) const {
    std::string runs = ReleaseRuns(releases_, holds);
    if (!ReachesNewest()) return runs;
    std::string_view text = runs;
    return absl::ConsumeSuffix(&text,
                               absl::StrCat(" to ", releases_.back().name))
               ? absl::StrCat(text, " and later")
               : runs;
  }

  static std::string PathOf(std::string_view above, const Field& field) {
    return absl::StrCat(above, above.empty() ? "" : ".", field.name);
  }

  // The members of the object that stands at `path`, which is `pointer` in the
  // schema that is written.
  void Members(const Schema& schema, std::string_view path,
               const std::string& pointer) {
    json_.Key("properties").Object();
    if (path.empty()) {
      json_.Key("$schema").Object().Key("description");
      json_.String("The schema of this file, for editors. No engine reads it.");
      json_.EndObject();
    }
    for (const Field& field : schema.fields) {
      if (!AnyReads(field)) continue;
      json_.Key(field.name).Object();
      Value(field, PathOf(path, field),
            absl::StrCat(pointer, "/properties/", field.name));
      json_.EndObject();
    }
    json_.EndObject();
    json_.Key("patternProperties").Object();
    for (const Field& field : schema.fields) {
      if (!AnyReads(field)) continue;
      const std::string others =
          OtherSpellings(field.name, KeyDocOf(PathOf(path, field))->inspected);
      if (others.empty()) continue;
      json_.Key(absl::StrCat("^(", others, ")$")).Object();
      json_.Key("$ref").String(
          absl::StrCat(pointer, "/properties/", field.name));
      json_.EndObject();
    }
    json_.EndObject();
  }

  // "Ipchost|IpcHost|ipcHost".
  static std::string OtherSpellings(std::string_view name,
                                    std::string_view inspected) {
    std::vector<std::string> spellings;
    const auto add = [&](std::string spelling) {
      if (spelling != name && std::find(spellings.begin(), spellings.end(),
                                        spelling) == spellings.end()) {
        spellings.push_back(std::move(spelling));
      }
    };
    const auto first = [](char letter, std::string_view word) {
      return absl::StrCat(std::string(1, letter), word.substr(1));
    };
    add(first(absl::ascii_toupper(name[0]), name));
    add(std::string(inspected));
    add(first(absl::ascii_tolower(inspected[0]), inspected));
    return absl::StrJoin(spellings, "|");
  }

  void Type(std::string_view type) {
    // encoding/json passes over null.
    json_.Key("type").Strings(std::vector<std::string_view>{type, "null"});
  }

  void Value(const Field& field, const std::string& path,
             const std::string& pointer) {
    const KeyDoc& doc = *KeyDocOf(path);
    std::string description(doc.description);
    if (!std::all_of(
            releases_.begin(), releases_.end(),
            [&](const Release& release) { return Reads(release, field); })) {
      absl::StrAppend(
          &description, " Only read by Docker ",
          Runs([&](const Release& release) { return Reads(release, field); }),
          ".");
    }
    json_.Key("description").String(description);
    if (!Reads(releases_.back(), field)) json_.Key("deprecated").Bool(true);
    if (!doc.otherwise.empty()) json_.Key("default").Json(doc.otherwise);
    switch (field.type) {
      case FieldType::kNone:
        break;
      case FieldType::kString:
      case FieldType::kOptionalString:
        Type("string");
        Examples(doc);
        break;
      case FieldType::kBool:
        Type("boolean");
        break;
      case FieldType::kUint32:
        Type("integer");
        json_.Key("minimum").Integer(0);
        json_.Key("maximum").Integer(UINT32_MAX);
        break;
      case FieldType::kObject:
        Type("object");
        Members(*field.schema, path, pointer);
        break;
      case FieldType::kStrings:
        Type("array");
        json_.Key("items").Object();
        Type("string");
        Examples(doc);
        json_.EndObject();
        break;
      case FieldType::kInterfaceTypes:
        Type("array");
        json_.Key("items").Object();
        InterfaceType();
        Examples(doc);
        json_.EndObject();
        break;
      case FieldType::kObjects:
        Type("array");
        json_.Key("items").Object();
        Type("object");
        Members(*field.schema, path, absl::StrCat(pointer, "/items"));
        json_.EndObject();
        break;
    }
  }

  // Engines that read the raw text refuse null, and crash on a slash at the
  // start: see FieldDecoder::InterfaceType.
  void InterfaceType() {
    if (std::any_of(
            releases_.begin(), releases_.end(), [](const Release& release) {
              return release.behaviour->interface_types == InterfaceTypes::kRaw;
            })) {
      json_.Key("type").String("string");
      json_.Key("pattern").String("^(?!/)");
    } else {
      Type("string");
    }
  }

  void Examples(const KeyDoc& doc) {
    if (doc.examples.empty()) return;
    json_.Key("examples")
        .Strings(
            std::vector<std::string_view>(absl::StrSplit(doc.examples, ' ')));
  }

  const absl::Span<const Release> releases_;
  const std::string_view presumed_;
  JsonBuilder json_;
};

}  // namespace

std::string ConfigSchema(absl::Span<const Release> releases,
                         std::string_view presumed) {
  return SchemaWriter(releases, presumed).Write();
}

}  // namespace specgen
