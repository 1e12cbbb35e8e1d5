#include "specgen/json/json_writer.h"

#include <cstdint>
#include <limits>
#include <string>

#include "gtest/gtest.h"

namespace specgen {
namespace {

// Strings are compared with Go's for every character in go_string_test.
TEST(JsonWriter, WritesWhatItIsGiven) {
  std::string json = "is replaced";
  JsonWriter w(&json);
  w.Raw("{\"a\":");
  w.Integer(std::numeric_limits<int64_t>::min());
  w.Raw(std::string_view(",\"b\":"));
  w.String("<\xFF\"\x1F\x7F>");
  w.Raw(',');
  w.RemoveLast(1);
  w.Raw('}');
  w.Finish();
  EXPECT_EQ(json,
            "{\"a\":-9223372036854775808,"
            "\"b\":\"\\u003c\\ufffd\\\"\\u001f\x7F\\u003e\"}");
}

TEST(JsonWriter, GrowsAtAnyLength) {
  for (size_t length : {0u, 1u, 15u, 16u, 17u, 682u, 4090u, 4096u, 100000u}) {
    for (const char c : {'a', '<', '\xFF'}) {
      std::string json;
      JsonWriter w(&json);
      const std::string text(length, c);
      w.String(text);
      w.String(text);
      w.Finish();
      const std::string one = c == 'a' ? "a" : c == '<' ? "\\u003c" : "\\ufffd";
      std::string expected = "\"";
      for (size_t i = 0; i < length; ++i) expected += one;
      expected += "\"";
      EXPECT_EQ(json, expected + expected) << length << c;
    }
  }
}

// Bytes are looked at many at once; one alone is what go_string_test compares
// with Go.
TEST(JsonWriter, EveryByteIsTheSameAtEveryPlace) {
  const auto written = [](const std::string& text) {
    std::string json;
    JsonWriter w(&json);
    w.String(text);
    w.Finish();
    return json.substr(1, json.size() - 2);
  };
  for (int byte = 0; byte < 256; ++byte) {
    const std::string alone = written({static_cast<char>(byte)});
    for (size_t length = 1; length <= 50; ++length) {
      for (size_t at = 0; at < length; ++at) {
        std::string text(length, 'b');
        std::string expected = text;
        text[at] = static_cast<char>(byte);
        expected.replace(at, 1, alone);
        ASSERT_EQ(written(text), expected)
            << byte << " at " << at << " of " << length;
      }
    }
  }
}

TEST(JsonWriter, ReadyJsonOfAnyLengthIsCopied) {
  std::string all;
  for (size_t i = 0; i < 70; ++i) all += static_cast<char>('0' + i);
  for (size_t length = 0; length <= all.size(); ++length) {
    std::string json;
    JsonWriter w(&json);
    w.Write('<', std::string_view(all).substr(0, length), '>');
    w.Repeat(1, length + 1);
    w.Finish();
    const std::string part = all.substr(0, length);
    std::string expected = "<";
    expected += part;
    expected += '>';
    expected += part;
    EXPECT_EQ(json, expected);
  }
}

TEST(IndentJson, IndentsAsGoDoes) {
  EXPECT_EQ(IndentJson("{}"), "{}");
  EXPECT_EQ(IndentJson("[]"), "[]");
  EXPECT_EQ(IndentJson("{\"a\":[],\"b\":{},\"c\":[1,{\"d\":\"x,y:{}\\\"\"}]}"),
            "{\n  \"a\": [],\n  \"b\": {},\n  \"c\": [\n    1,\n    {\n"
            "      \"d\": \"x,y:{}\\\"\"\n    }\n  ]\n}");
}

}  // namespace
}  // namespace specgen
