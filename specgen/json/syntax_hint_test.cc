#include "specgen/json/syntax_hint.h"

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace specgen {
namespace {

// "OFFSET first words"; the message as it was is "0 m".
std::string Hint(std::string_view text, size_t offset,
                 const char* words = "m") {
  const char* const message = ExplainSyntax(text, &offset, words);
  return absl::StrCat(offset, " ", std::string_view(message).substr(0, 18));
}

TEST(ExplainSyntaxTest, UsualMistakesAreNamed) {
  using std::string_literals::operator""s;
  struct Case {
    std::string text;
    size_t offset;
    std::string_view hint;
  };
  for (const Case& c : {
           Case{"\xEF\xBB\xBF{}", 0, "0 the text starts "},
           Case{"\xEF\xBB\xBF{", 4, "0 the text starts "},
           Case{"\xEF\xBB{}", 0, "0 m"},
           Case{"\xFF\xFE{\0"s, 2, "0 the text is UTF"},
           Case{"\xFE\xFF\0{"s, 2, "0 the text is UTF"},
           Case{"{\0}\0"s, 1, "0 the text is UTF"},
           Case{"\0{\0}"s, 0, "0 the text is UTF"},
           Case{"\xEF\xBF\xBD\xEF\xBF\xBD{\0}\0"s, 0, "0 the text is UTF"},
           Case{"\xEF\xBF\xBD\xEF\xBF\xBD\0{\0}"s, 0, "0 the text is UTF"},
           Case{"\xEF\xBF\xBD\xEF\xBF\xBD{}", 0, "0 m"},
           Case{"\xEF\xBF\xBD\xEF\xBF\xBD{", 0, "0 m"},
           Case{"\xFF\xFE\0\0{\0\0\0"s, 2, "0 the text is UTF-32"},
           Case{"\0\0\xFE\xFF\0\0\0{"s, 0, "0 the text is UTF-32"},
           Case{"\xEF\xBF\xBD\xEF\xBF\xBD\0\0{\0\0\0"s, 0,
                "0 the text is UTF-32"},
           Case{"\0\0\xEF\xBF\xBD\xEF\xBF\xBD\0\0\0{"s, 0,
                "0 the text is UTF-32"},
           Case{"\0\0\0{"s, 0, "0 the text is UTF-32"},
           Case{"{\0\0\0"s, 1, "0 the text is UTF-32"},
           Case{"\xFF\xFE{\0"s, 2, "0 the text is UTF-16"},
           Case{"{\0\0"s, 1, "0 the text is UTF-16"},
           Case{"\0\0\0\0"s, 0, "0 m"},
           Case{"\0\0{"s, 0, "0 m"},
           Case{"\xFF", 0, "0 m"},
           Case{" \t\r\n ", 0, "0 m"},
           Case{"description: x", 0, "0 this looks like "},
           Case{"\n# a plugin\nx: 1", 1, "1 this looks like "},
           Case{"# a\n\n# b\r\nx: 1", 0, "0 this looks like "},
           Case{"# a plugin\n{}", 0, "0 JSON has no comm"},
           Case{" # a\n  # b: c\n [1]", 1, "1 JSON has no comm"},
           Case{"# a: b", 0, "0 JSON has no comm"},
           Case{"#", 0, "0 JSON has no comm"},
           Case{"%YAML 1.2", 0, "0 this looks like "},
           Case{"---\nx: 1", 0, "0 this looks like "},
           Case{"- x", 0, "0 this looks like "},
           Case{"<!DOCTYPE html>\n", 0, "0 this looks like H"},
           Case{" <html>", 1, "1 this looks like H"},
           Case{"<?xml version=\"1.0\"?>", 0, "0 this looks like H"},
           Case{"{<", 1, "1 m"},
           Case{"<<<<<<< HEAD\n{}", 0, "0 git has left a mer"},
           Case{"{\n<<<<<<< HEAD\n\"a\": 1", 2, "2 git has left a mer"},
           Case{"{\"a\": 1\n||||||| base\n", 8, "8 git has left a mer"},
           Case{"{\"a\": 1\r\n=======\r\n", 9, "9 git has left a mer"},
           Case{"{}\n>>>>>>> x", 3, "3 git has left a mer"},
           Case{"{}\n>>>>>>>", 3, "3 git has left a mer"},
           Case{"{ <<<<<<< HEAD", 2, "2 m"},
           Case{"{}\n>>>>>>>>", 3, "3 m"},
           Case{"{}\n<<<<<<", 3, "3 m"},
           Case{"<<<<<<<<", 0, "0 this looks like H"},
           Case{"# x\na = 1\nb = 2", 0, "0 this looks like T"},
           Case{"a=1", 0, "0 this looks like T"},
           Case{"[a.b]\nc = 1", 1, "1 this looks like T"},
           Case{"[a] \r\nc = 1", 1, "1 this looks like T"},
           Case{"[a", 1, "1 m"},
           Case{"[a]", 1, "1 m"},
           Case{"[a] \n", 1, "1 m"},
           Case{"[]a = 1", 2, "2 m"},
           Case{"= 1", 0, "0 m"},
           Case{"a b = 1", 0, "0 m"},
           Case{"a b: 1", 0, "0 m"},
           Case{": 1", 0, "0 m"},
           Case{"nil", 0, "0 m"},
           Case{"-x", 0, "0 m"},
           Case{"[x: 1]", 1, "1 m"},
           Case{"{// x\n}", 1, "1 JSON has no comm"},
           Case{"{/* x */}", 1, "1 JSON has no comm"},
           Case{"{# x\n}", 1, "1 JSON has no comm"},
           Case{"{/}", 1, "1 m"},
           Case{"[1,]", 3, "2 a comma stands b"},
           Case{"{\"a\":1 , \n }", 11, "7 a comma stands b"},
           Case{"[,]", 1, "1 m"},
           Case{"[1 2]", 3, "3 m"},
           Case{"[1}", 2, "2 m"},
           Case{"", 0, "0 m"},
           Case{"]", 0, "0 m"},
           Case{"[1,", 3, "3 m"},
       }) {
    EXPECT_EQ(Hint(c.text, c.offset).substr(0, c.hint.size()), c.hint)
        << c.text;
  }
}

TEST(ExplainSyntaxTest, ValuesOfOtherLanguagesAreNamed) {
  struct Case {
    std::string_view text;
    size_t offset;
    std::string_view hint;
  };
  for (const Case& c : {
           Case{"[True]", 1, "1 JSON has true and "},
           Case{"[FALSE,", 1, "1 JSON has true and "},
           Case{"[no]", 1, "1 JSON has true and "},
           Case{"[None]", 1, "1 JSON has null for "},
           Case{"[nil", 1, "1 JSON has null for "},
           Case{"[undefined]", 1, "1 JSON has null for "},
           Case{"[NULL]", 1, "1 JSON has null for "},
           Case{"[NaN]", 1, "1 JSON has no such n"},
           Case{"[-Infinity]", 1, "1 JSON has no such n"},
           Case{"[+.inf]", 1, "1 JSON has no such n"},
           Case{"[01]", 1, "1 JSON has numbers s"},
           Case{"[0x1F]", 1, "1 JSON has numbers s"},
           Case{"[+1]", 1, "1 JSON has numbers s"},
           Case{"[.5]", 1, "1 JSON has numbers s"},
           Case{"{'a': 1}", 1, "1 JSON has strings i"},
           Case{"[\xE2\x80\x9C"
                "a\xE2\x80\x9D]",
                1, "1 JSON has strings i"},
           Case{"[Nonesense]", 1, "1 this is no JSON va"},
           Case{"[nan0]", 1, "1 this is no JSON va"},
           Case{"[+]", 1, "1 this is no JSON va"},
           Case{"[truetruetruetruetrue]", 1, "1 this is no JSON va"},
       }) {
    EXPECT_EQ(Hint(c.text, c.offset, kNoJsonValue), c.hint) << c.text;
  }
  // Only where a value is none.
  EXPECT_EQ(Hint("{\"a\" true}", 5), "5 m");
}

}  // namespace
}  // namespace specgen
