#include "specgen/json/go_string.h"

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "specgen/json/json_writer.h"

namespace specgen {
namespace {

// FNV-1a of texts, each with a byte 0xff behind it.
class Hash {
 public:
  void Add(std::string_view text) {
    for (char c : text) AddByte(static_cast<uint8_t>(c));
    AddByte(0xff);
  }
  uint64_t value() const { return value_; }

 private:
  void AddByte(uint8_t byte) { value_ = (value_ ^ byte) * 1099511628211u; }
  uint64_t value_ = 14695981039346656037u;
};

std::string Marshal(std::string_view text) {
  std::string json;
  JsonWriter writer(&json);
  writer.String(text);
  writer.Finish();
  return json;
}

// Parts of JSON strings; tools/record_json has the same.
const std::vector<std::string>& Parts() {
  static const auto* const parts = new std::vector<std::string>{
      "a",       "\\ud800",  "\\uDC00", "\\ud83d\\ude00", "\\n",
      "\\u0041", "\xC3\xA9", "\xFF",    "\xE2\x82",       "\xED\xA0\x80",
      "\\",      "u12",      "\\/"};
  return *parts;
}

// The value of the JSON string with that body, or "refused".
std::string Value(const std::string& body) {
  // An odd number of backslashes at the end escapes the closing quote.
  size_t backslashes = 0;
  while (backslashes < body.size() &&
         body[body.size() - 1 - backslashes] == '\\') {
    ++backslashes;
  }
  if (backslashes % 2 == 1) return "refused";
  const std::string valid = ToValidUtf8(body);
  std::string out(valid.size(), '\0');
  size_t bad = 0;
  const ptrdiff_t length = Unescape(valid, out.data(), &bad);
  return length < 0 ? "refused" : out.substr(0, static_cast<size_t>(length));
}

// go_strings.tsv has hashes of what Go answers; see tools/record_json.
TEST(GoString, AgreesWithGo) {
  std::ifstream file("specgen/json/testdata/go_strings.tsv");
  std::string line;
  int blocks = 0;
  int combinations = 0;
  std::vector<std::string> optional = {""};
  optional.insert(optional.end(), Parts().begin(), Parts().end());
  while (std::getline(file, line)) {
    std::istringstream columns(line);
    std::string what;
    uint32_t block = 0;
    uint64_t expected = 0;
    uint64_t expected_quoted = 0;
    columns >> what >> block >> expected >> expected_quoted;
    Hash hash;
    if (what == "parts") {
      Hash quoted;
      const std::string& second =
          optional[static_cast<size_t>(combinations) % optional.size()];
      for (const std::string& third : optional) {
        for (const std::string& fourth : optional) {
          const std::string body =
              absl::StrCat(Parts()[block], second, third, fourth);
          hash.Add(Value(body));
          quoted.Add(Quote(body));
        }
      }
      ++combinations;
      EXPECT_EQ(hash.value(), expected) << Parts()[block] << second;
      EXPECT_EQ(quoted.value(), expected_quoted) << Parts()[block] << second;
      continue;
    }
    ++blocks;
    for (uint32_t rune = block; rune < block + 0x1000; ++rune) {
      std::string text = "<";
      AppendRune(rune, &text);
      text += ">";
      hash.Add(what == "quote" ? Quote(text) : Marshal(text));
    }
    EXPECT_EQ(hash.value(), expected) << what << " of U+" << std::hex << block;
  }
  EXPECT_EQ(blocks, 2 * 0x110);
  EXPECT_EQ(combinations, 13 * 14);
}

TEST(Unescape, SaysWhereABadEscapeStands) {
  for (const auto& [body, at] : {std::pair<std::string_view, size_t>{"\\x", 0},
                                 {"ab\\q", 2},
                                 {"\\n\\u12g4", 2},
                                 {"\\u123", 0},
                                 {"\\ud800\\u12", 6},
                                 {"a\\", 1}}) {
    std::string out(body.size(), '\0');
    size_t bad = 99;
    EXPECT_EQ(Unescape(body, out.data(), &bad), -1) << body;
    EXPECT_EQ(bad, at) << body;
  }
}

TEST(HasBackslash, LooksAtEveryByte) {
  for (size_t length = 0; length < 70; ++length) {
    std::string text(length, '\x5B');  // one bit from a backslash
    EXPECT_FALSE(HasBackslash(text)) << length;
    for (size_t i = 0; i < length; ++i) {
      text[i] = '\\';
      EXPECT_TRUE(HasBackslash(text)) << length << ", " << i;
      text[i] = '\x5D';
    }
  }
}

TEST(DecodeRune, TakesEveryRuneAndNothingElse) {
  for (char32_t rune = 0; rune < 0x110000; ++rune) {
    if (rune >= 0xD800 && rune < 0xE000) continue;
    std::string text;
    AppendRune(rune, &text);
    char32_t decoded = 0;
    ASSERT_EQ(DecodeRune(text, &decoded), text.size());
    ASSERT_EQ(decoded, rune);
    ASSERT_TRUE(IsValidUtf8(text));
    if (text.size() > 1) {
      ASSERT_EQ(DecodeRune(text.substr(0, text.size() - 1), &decoded), 1u);
      ASSERT_EQ(decoded, 0xFFFDu);
    }
  }
  // Every pair of bytes: valid for the one exactly where it is for the other.
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text = {static_cast<char>(first),
                                static_cast<char>(second)};
      EXPECT_EQ(ToValidUtf8(text) == text, IsValidUtf8(text));
    }
  }
}

}  // namespace
}  // namespace specgen
