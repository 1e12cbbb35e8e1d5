#include "specgen/base/printable.h"

#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "specgen/base/utf8.h"

namespace specgen {
namespace {

std::string Utf8(char32_t rune) {
  std::string text;
  AppendRune(rune, &text);
  return text;
}

TEST(Printable, LeavesWhatShows) {
  for (const std::string_view text :
       {"", "plain text", "a\\b \"c\" 'd'", "Z\xC3\xBCrich",
        "\xE6\x97\xA5\xE6\x9C\xAC", "\xF0\x9F\x98\x80", "e\xCC\x81",
        "\xEF\xBF\xBD"}) {
    EXPECT_EQ(Printable(text), text);
  }
}

TEST(Printable, EscapesWhatActsOnATerminal) {
  EXPECT_EQ(Printable("a\nb\r\t\x1b[31m\x7f\0z"), "a\\nb\\r\\t\\x1b[31m\\x7f");
  EXPECT_EQ(Printable(std::string_view("\0z", 2)), "\\x00z");
  EXPECT_EQ(Printable("\xC2\x9B[31m"), "\\u009b[31m");  // CSI as a C1 control
  EXPECT_EQ(Printable("\x9B[31m"), "\\x9b[31m");        // and as a lone byte
  EXPECT_EQ(Printable("\xC3"), "\\xc3");
  EXPECT_EQ(Printable("\xED\xA0\x80"), "\\xed\\xa0\\x80");  // a surrogate
}

TEST(Printable, EscapesWhatHidesOrTurnsAround) {
  for (char32_t rune = 0x202A; rune <= 0x202E; ++rune) {
    EXPECT_NE(Printable(Utf8(rune)), Utf8(rune));
  }
  for (char32_t rune = 0x2066; rune <= 0x2069; ++rune) {
    EXPECT_NE(Printable(Utf8(rune)), Utf8(rune));
  }
  EXPECT_EQ(Printable(Utf8(0x202E)), "\\u202e");
  EXPECT_EQ(Printable(Utf8(0x200E)), "\\u200e");
  EXPECT_EQ(Printable(Utf8(0x200F)), "\\u200f");
  EXPECT_EQ(Printable(Utf8(0x061C)), "\\u061c");
  EXPECT_EQ(Printable(Utf8(0x200B)), "\\u200b");
  EXPECT_EQ(Printable(Utf8(0x200D)), "\\u200d");
  EXPECT_EQ(Printable(Utf8(0xFEFF)), "\\ufeff");
  EXPECT_EQ(Printable(Utf8(0x00AD)), "\\u00ad");
  EXPECT_EQ(Printable(Utf8(0x00A0)), "\\u00a0");
  EXPECT_EQ(Printable(Utf8(0x2028)), "\\u2028");
  EXPECT_EQ(Printable(Utf8(0x2029)), "\\u2029");
  EXPECT_EQ(Printable(Utf8(0xE0041)), "\\U000e0041");  // a tag
}

// Whatever goes in: what comes out is UTF-8 of printable characters, and stays
// as it is.
TEST(Printable, IsPrintable) {
  std::string all;
  for (char32_t rune = 0; rune < 0x110000; ++rune) {
    if (rune < 0xD800 || rune > 0xDFFF) AppendRune(rune, &all);
  }
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  const std::string shown = Printable(all);
  EXPECT_EQ(FindInvalidUtf8(shown), shown.size());
  EXPECT_EQ(Printable(shown), shown);
  std::string_view rest = shown;
  while (!rest.empty()) {
    char32_t rune;
    rest.remove_prefix(DecodeRune(rest, &rune));
    if (!IsPrint(rune)) FAIL() << static_cast<uint32_t>(rune);
  }
}

TEST(Quote, AsGoDoes) {
  EXPECT_EQ(Quote("a\"\\\n\xFF"), "\"a\\\"\\\\\\n\\xff\"");
}

TEST(QuoteShort, CutsAtTheEndOfACharacter) {
  EXPECT_EQ(QuoteShort("a\n"), "\"a\\n\"");
  const std::string a(198, 'a');
  EXPECT_EQ(QuoteShort(a + "bc"), "\"" + a + "bc\"");
  EXPECT_EQ(QuoteShort(a + "bcd"), "\"" + a + "bc...\"");
  EXPECT_EQ(QuoteShort(a + "\xF0\x9F\x98\x80"), "\"" + a + "...\"");
}

TEST(PrintableJson, MeansTheSame) {
  EXPECT_EQ(PrintableJson("{\n  \"a\": \"\xC3\xA9\"\n}\n"),
            "{\n  \"a\": \"\xC3\xA9\"\n}\n");
  EXPECT_EQ(PrintableJson("\"" + Utf8(0x7F) + Utf8(0x9B) + Utf8(0x202E) +
                          Utf8(0xE0041) + "\""),
            "\"\\u007f\\u009b\\u202e\\udb40\\udc41\"");
}

}  // namespace
}  // namespace specgen
