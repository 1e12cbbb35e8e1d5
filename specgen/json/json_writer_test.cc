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
  w.TakeBack(1);
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

TEST(IndentJson, IndentsAsGoDoes) {
  EXPECT_EQ(IndentJson("{}"), "{}");
  EXPECT_EQ(IndentJson("[]"), "[]");
  EXPECT_EQ(IndentJson("{\"a\":[],\"b\":{},\"c\":[1,{\"d\":\"x,y:{}\\\"\"}]}"),
            "{\n  \"a\": [],\n  \"b\": {},\n  \"c\": [\n    1,\n    {\n"
            "      \"d\": \"x,y:{}\\\"\"\n    }\n  ]\n}");
}

}  // namespace
}  // namespace specgen
