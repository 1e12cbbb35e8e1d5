// Any bytes as a string of ours: written as JSON and quoted as Go does.
//
// Must never: write what simdjson, specgen's own reader and a plain parser do
// not read back as the same text, write beyond its buffer, or escape other than
// Go does.
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "fuzz/input.h"
#include "fuzz/invariants.h"
#include "fuzz/json_oracle.h"
#include "simdjson.h"
#include "specgen/base/arena.h"
#include "specgen/json/go_string.h"
#include "specgen/json/json_index.h"
#include "specgen/json/json_reader.h"
#include "specgen/json/json_writer.h"

namespace specgen::fuzz {
namespace {

constexpr JsonShape kStringList = {"list", JsonShape::kStrings};

void CheckString(std::string_view text) {
  const auto details = [&] { return Quote(text); };
  const std::string expected = GoUtf8(text);
  Require(ToValidUtf8(text) == expected, "text is made valid as Go does",
          details);
  Require(IsValidUtf8(text) == (expected == text),
          "valid text is known as such", details);

  std::string json;
  JsonWriter writer(&json);
  writer.Raw('[');
  writer.String(text);
  writer.Raw(',');
  writer.String("");
  writer.Raw(",\"");
  writer.Integer(static_cast<int64_t>(Hash(text)));
  writer.Raw("\"]");
  writer.Finish();
  const std::string problem = CheckShape(json, kStringList);
  Require(problem.empty(), "strings are written as Go writes them",
          [&] { return absl::StrCat(problem, "\n", json); });

  // A plain parser.
  const std::string_view quoted =
      std::string_view(json).substr(1, json.rfind(",\"\",") - 1);
  const std::optional<std::string> plain = UnquoteJson(quoted);
  Require(plain == expected, "a plain parser reads the string back", details);
  // Our reader.
  static JsonIndex* const index = new JsonIndex;
  static Arena* const arena = new Arena;
  arena->Reset();
  Require(index->Build(json) == JsonIndex::Result::kOk, "JSON is read back",
          details);
  JsonReader reader(*index, arena);
  std::string_view ours;
  reader.EnterArray();
  reader.NextItem();
  Require(reader.String(&ours) && ours == expected,
          "specgen reads the string back", details);
  while (reader.NextItem()) reader.Skip();
  reader.ExpectEnd();
  Require(reader.ok(), "specgen reads the list back", details);
  // simdjson.
  static auto* const parser = new simdjson::dom::parser;
  simdjson::dom::array list;
  std::string_view theirs, number;
  const bool parsed =
      parser->parse(json.data(), json.size()).get_array().get(list) ==
          simdjson::SUCCESS &&
      list.at(0).get_string().get(theirs) == simdjson::SUCCESS &&
      list.at(2).get_string().get(number) == simdjson::SUCCESS;
  Require(parsed && theirs == expected, "simdjson reads the string back",
          details);
  Require(number == std::to_string(static_cast<int64_t>(Hash(text))),
          "numbers are written in full", details);
  Require(StripJson(IndentJson(json)) == json,
          "the pretty form differs in white space only", details);

  const std::string go = Quote(text);
  Require(UnquoteGo(go) == std::string(text), "Go's quoting can be undone",
          [&] { return go; });
  Require(IsValidUtf8(go), "Go's quoting is text", [&] { return go; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  CheckString(ToView(data, size));
  // Our reader unescapes as the plain parser does.
  std::string quoted = absl::StrCat("\"", ToView(data, size), "\"");
  const std::optional<std::string> plain = UnquoteJson(quoted);
  specgen::JsonIndex index;
  specgen::Arena arena;
  if (index.Build(quoted) != specgen::JsonIndex::Result::kOk) {
    Require(!plain.has_value(), "a string is a token", [&] { return quoted; });
    return 0;
  }
  specgen::JsonReader reader(index, &arena);
  std::string_view ours;
  const bool read =
      reader.Peek() == specgen::JsonKind::kString && reader.String(&ours);
  reader.ExpectEnd();
  Require((read && reader.ok()) == plain.has_value() &&
              (!plain.has_value() || ours == *plain),
          "escapes are read as a plain parser reads them",
          [&] { return quoted; });
  return 0;
}

}  // namespace specgen::fuzz
