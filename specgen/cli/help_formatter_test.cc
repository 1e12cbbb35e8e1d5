#include "specgen/cli/help_formatter.h"

#include <string>

#include "CLI/App.hpp"
#include "gtest/gtest.h"

namespace specgen {
namespace {

TEST(WrapTextTest, BreaksBetweenWordsOnly) {
  EXPECT_EQ(WrapText("one two", 0), "one two\n");
  EXPECT_EQ(WrapText("one two", 2), "  one two\n");
  const std::string word(38, 'x');
  EXPECT_EQ(WrapText(word + " " + word + " y z", 0),
            word + " " + word + " y\nz\n");
  const std::string long_word(100, 'x');
  EXPECT_EQ(WrapText("a " + long_word + " b", 4),
            "    a\n    " + long_word + "\n    b\n");
}

TEST(WrapTextTest, KeepsParagraphs) {
  EXPECT_EQ(WrapText("one\ntwo\n\nthree", 1), " one two\n\n three\n");
}

TEST(WrapTextTest, EmptyTextIsAnEmptyLine) {
  EXPECT_EQ(WrapText("", 6), "\n");
}

TEST(OptionTitleTest, NamesTheValueIfThereIsOne) {
  CLI::App app;
  std::string text = "x";
  bool flag = false;
  EXPECT_EQ(OptionTitle(*app.add_option("-o,--out", text, "O")->type_name("F")),
            "-o, --out F");
  EXPECT_EQ(OptionTitle(*app.add_flag("--flag", flag, "F")), "--flag");
  EXPECT_EQ(OptionTitle(*app.add_option("FILE", text, "F")), "FILE");
}

TEST(OptionTextTest, NamesTheDefault) {
  CLI::App app;
  std::string text = "x";
  EXPECT_EQ(OptionText(*app.add_option("--a", text, "Does it")), "Does it");
  EXPECT_EQ(OptionText(
                *app.add_option("--b", text, "Does it")->capture_default_str()),
            "Does it (default: x)");
}

}  // namespace
}  // namespace specgen
