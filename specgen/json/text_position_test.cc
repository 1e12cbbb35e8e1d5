#include "specgen/json/text_position.h"

#include <string_view>

#include "gtest/gtest.h"

namespace specgen {
namespace {

TEST(TextPosition, CountsBytesFromOne) {
  const auto at = [](std::string_view text, size_t offset) {
    const TextPosition found = FindPosition(text, offset);
    const TextPosition in_table = LineTable(text).Position(offset);
    EXPECT_EQ(found.line, in_table.line);
    EXPECT_EQ(found.column, in_table.column);
    return ToString(found);
  };
  EXPECT_EQ(at("", 0), "1:1");
  EXPECT_EQ(at("ab\ncd\n", 0), "1:1");
  EXPECT_EQ(at("ab\ncd\n", 2), "1:3");
  EXPECT_EQ(at("ab\ncd\n", 3), "2:1");
  EXPECT_EQ(at("ab\ncd\n", 6), "3:1");
  EXPECT_EQ(at("ab\ncd\n", 600), "3:1");
  EXPECT_EQ(at("\xC3\xA9x", 2), "1:3");
}

TEST(LineTable, KnowsWhereLinesStart) {
  const LineTable lines("ab\n\ncd");
  EXPECT_EQ(lines.LineStart(1), 0u);
  EXPECT_EQ(lines.LineStart(2), 3u);
  EXPECT_EQ(lines.LineStart(3), 4u);
  EXPECT_EQ(lines.LineStart(0), 6u);
  EXPECT_EQ(lines.LineStart(4), 6u);
}

}  // namespace
}  // namespace specgen
