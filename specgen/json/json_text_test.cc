#include "specgen/json/json_text.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace specgen {
namespace {

struct Read {
  std::string message;  // "" if all went well
  std::vector<std::string> values;
};

// Reads {"text": "...", "count": 0 to 9, "flag": bool, "list": ["...", ...]}.
Read ReadAll(std::string_view json, size_t max_bytes = 1000) {
  static constexpr std::string_view kKeys[] = {"text", "count", "flag", "list"};
  Read read;
  JsonText text(json, "f", max_bytes);
  const auto keep_string = [&](std::string_view what) {
    absl::StatusOr<std::string_view> value = text.ReadString(what);
    if (value.ok()) read.values.emplace_back(*value);
    return value.status();
  };
  absl::Status status = text.Open();
  if (status.ok()) {
    status = text.ReadObject("the text", kKeys, [&](size_t key) {
      switch (key) {
        case 0:
          return keep_string("\"text\"");
        case 1: {
          absl::StatusOr<uint64_t> value = text.ReadNumber("\"count\"", 9);
          if (value.ok()) read.values.push_back(absl::StrCat(*value));
          return value.status();
        }
        case 2: {
          absl::StatusOr<bool> value = text.ReadBool("\"flag\"");
          if (value.ok()) read.values.emplace_back(*value ? "yes" : "no");
          return value.status();
        }
        default:
          return text.ReadList("\"list\"",
                               [&] { return keep_string("an item"); });
      }
    });
  }
  if (status.ok()) status = text.Close();
  read.message = std::string(status.message());
  return read;
}

TEST(JsonText, ReadsWhatIsThere) {
  const Read read = ReadAll(
      " {\"list\": [\"a\", \"\\u0062\"], \"count\": 7,\n"
      "  \"flag\": true, \"text\": \"\xC3\xA9\"} ");
  EXPECT_EQ(read.message, "");
  EXPECT_EQ(read.values,
            (std::vector<std::string>{"a", "b", "7", "yes", "\xC3\xA9"}));
}

TEST(JsonText, SaysWhatIsOfAnotherKind) {
  EXPECT_EQ(ReadAll("[]").message,
            "f:1:1: the text must be an object, not a "
            "list");
  EXPECT_EQ(ReadAll("{\"text\": 1}").message,
            "f:1:10: \"text\" must be a string, not a number");
  EXPECT_EQ(ReadAll("{\"flag\":\n null}").message,
            "f:2:2: \"flag\" must be true or false, not null");
  EXPECT_EQ(ReadAll("{\"list\": {}}").message,
            "f:1:10: \"list\" must be a list, not an object");
  EXPECT_EQ(ReadAll("{\"list\": [\"a\", 1]}").message,
            "f:1:16: an item must be a string, not a number");
  for (const char* count : {"10", "-1", "1.0", "1e0", "\"1\"", "null", "[]"}) {
    EXPECT_EQ(ReadAll(absl::StrCat("{\"count\": ", count, "}")).message,
              "f:1:11: \"count\" must be a whole number from 0 to 9")
        << count;
  }
}

TEST(JsonText, SaysWhichKeyIsWrong) {
  EXPECT_EQ(ReadAll("{\"text\": \"\", \"lost\": 1}").message,
            "f:1:14: unknown key \"lost\"; did you mean \"list\"?");
  EXPECT_EQ(ReadAll("{\"\\u001b[31m\": 1}").message,
            "f:1:2: unknown key \"\\x1b[31m\"");
  EXPECT_EQ(ReadAll("{\"count\": 1,\n \"count\": 1}").message,
            "f:2:2: key \"count\" twice");
}

TEST(JsonText, PointsAtWhatIsNoJson) {
  EXPECT_EQ(ReadAll("").message, "f:1:1: there is no JSON text");
  EXPECT_EQ(ReadAll("{\"text\": tru}").message,
            "f:1:10: this is no JSON value");
  EXPECT_EQ(ReadAll("{\"text\" 1}").message,
            "f:1:9: after a key, here a colon is expected");
  EXPECT_EQ(ReadAll("{\"flag\": trux}").message,
            "f:1:10: this is no JSON value");
  EXPECT_EQ(ReadAll("{\"count\": 01}").message,
            "f:1:11: JSON has numbers such as 8, -1 and 0.5 only: decimal, "
            "with no + and no 0 in front");
  EXPECT_EQ(ReadAll("{\"list\": [\"a\"").message,
            "f:1:14: the JSON text ends inside a list");
  EXPECT_EQ(ReadAll("{\"text\":").message,
            "f:1:9: the JSON text ends too early");
  EXPECT_EQ(ReadAll("{}\n{}").message,
            "f:2:1: after the JSON value, here the end is expected");
  EXPECT_EQ(ReadAll("{\n\"text\": \"a").message,
            "f:2:9: a string does not end");
  EXPECT_EQ(ReadAll("{\n\"text\": \"a\tb\"}").message,
            "f:2:11: a control character stands in a string; write it as an "
            "escape");
  EXPECT_EQ(ReadAll("{\n\"text\": \"a\\x\"}").message,
            "f:2:11: this escape is not one of JSON's");
}

TEST(JsonText, RefusesWhatItWouldHaveToChange) {
  for (const char* half : {"\\ud800", "\\udc00", "\\ud800\\n", "\\ud800\\u0041",
                           "\\\\\\uD83D", "\\ud83d\\ude00\\ude00"}) {
    EXPECT_EQ(ReadAll(absl::StrCat("{\"text\": \"", half, "\"}")).message,
              "f:1:10: \"text\" has half of a pair of \\u escapes")
        << half;
  }
  for (const char* whole : {"\\ufffd", "\xEF\xBF\xBD", "\\ud83d\\ude00\\ufffd",
                            "\\\\ud800\\ufffd"}) {
    EXPECT_EQ(ReadAll(absl::StrCat("{\"text\": \"", whole, "\"}")).message, "")
        << whole;
  }
  EXPECT_EQ(ReadAll("{\"text\":\n\"a\xFF\"}").message,
            "f:2:3: the text is not UTF-8");
  EXPECT_EQ(ReadAll("{}", 1).message, "f:1:1: the text is larger than 1 bytes");
}

}  // namespace
}  // namespace specgen
