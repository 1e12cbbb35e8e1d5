#include "specgen/json/go_value.h"

#include <fstream>
#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "specgen/base/arena.h"
#include "specgen/json/json_index.h"

namespace specgen {
namespace {

// The structs Inner and Outer of tools/record_json.
constexpr GoField kInner[] = {
    {"name", GoKind::kString, GoForm::kPlain, false},
    {"list", GoKind::kString, GoForm::kList, true},
    {"num", GoKind::kInt64, GoForm::kPointer, true},
};
constexpr GoField kOuter[] = {
    {"text", GoKind::kString, GoForm::kPlain, false},
    {"skip", GoKind::kString, GoForm::kPlain, true},
    {"flag", GoKind::kBool, GoForm::kPlain, true},
    {"i32", GoKind::kInt32, GoForm::kPlain, false},
    {"i64", GoKind::kInt64, GoForm::kPlain, true},
    {"u8", GoKind::kUint8, GoForm::kPlain, true},
    {"u16", GoKind::kUint16, GoForm::kPlain, true},
    {"u32", GoKind::kUint32, GoForm::kPlain, true},
    {"u64", GoKind::kUint64, GoForm::kPointer, false},
    {"map", GoKind::kMap, GoForm::kPlain, false},
    {"kids", GoKind::kStruct, GoForm::kList, false, kInner},
    {"one", GoKind::kStruct, GoForm::kPlain, false, kInner},
    {"ptr", GoKind::kStruct, GoForm::kPointer, true, kInner},
    {"boolp", GoKind::kBool, GoForm::kPointer, true},
    {"nums", GoKind::kInt64, GoForm::kList, true},
};
constexpr GoField kRoot = {"", GoKind::kStruct, GoForm::kPlain, false, kOuter};

// What the struct makes of `text`: its JSON, or "refused".
std::string Through(const std::string& text) {
  Arena arena;
  JsonIndex index;
  if (index.Build(text) != JsonIndex::Result::kOk) return "refused";
  JsonReader reader(index, &arena);
  GoValue value;
  value.Decode(&reader, kRoot);
  reader.ExpectEnd();
  if (!reader.ok()) return "refused";
  std::string json;
  JsonWriter writer(&json);
  value.Encode(kRoot, &writer);
  writer.Finish();
  return json;
}

TEST(GoValue, DecodesAndEncodesAsGoDoes) {
  std::ifstream file("specgen/json/testdata/go_values.tsv");
  std::string line;
  int texts = 0;
  int refused = 0;
  while (std::getline(file, line)) {
    const size_t tab = line.find('\t');
    std::string text;
    ASSERT_TRUE(absl::Base64Unescape(line.substr(0, tab), &text));
    const std::string expected = line.substr(tab + 1);
    EXPECT_EQ(Through(text), expected) << text;
    ++texts;
    refused += expected == "refused";
  }
  EXPECT_EQ(texts, 1500);
  EXPECT_GE(texts - refused, 500);
}

TEST(GoValue, NamesTheFieldThatIsWrong) {
  Arena arena;
  JsonIndex index;
  ASSERT_EQ(index.Build(R"({"text":"a", "I32": 2147483648, "kids": 5})"),
            JsonIndex::Result::kOk);
  JsonReader reader(index, &arena);
  GoValue value;
  value.Decode(&reader, kRoot);
  // The first one is kept.
  EXPECT_EQ(reader.problem().message, "\"i32\" cannot be 2147483648");
  EXPECT_EQ(reader.problem().offset, 20u);
}

}  // namespace
}  // namespace specgen
