#include "specgen/lint/source_lines.h"

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "specgen/secrets/hide_secrets.h"

namespace specgen {
namespace {

// The line, a line feed, and what is below it; "" if nothing is shown.
std::string Shown(std::string_view text, size_t line, size_t column) {
  SecretHider secrets;
  const SourceLines lines(text, &secrets);
  if (!lines.ok()) return "";
  size_t offset = 0;
  for (size_t i = 1; i < line; ++i) offset = text.find('\n', offset) + 1;
  const SourceLine shown =
      lines.At({line, column}, TokenLength(text, offset + column - 1));
  return absl::StrCat(shown.before, shown.at, shown.after, "\n",
                      std::string(shown.indent, ' '), "^",
                      std::string(shown.width - 1, '~'));
}

TEST(TokenLengthTest, OfEachKind) {
  EXPECT_EQ(TokenLength(R"(["a\"b", 1])", 1), 6u);
  EXPECT_EQ(TokenLength("[true]", 1), 4u);
  EXPECT_EQ(TokenLength("[-1.5e3 ]", 1), 6u);
  EXPECT_EQ(TokenLength("[{}]", 1), 1u);
  EXPECT_EQ(TokenLength("12", 0), 2u);
  EXPECT_EQ(TokenLength("{}\n", 2), 0u);
  EXPECT_EQ(TokenLength("{}", 2), 0u);
  EXPECT_EQ(TokenLength("{}", 3), 0u);
}

TEST(SourceLinesTest, PointAtWhatStandsThere) {
  EXPECT_EQ(Shown("{\n  \"net\": 1\r\n}", 2, 3), "  \"net\": 1\n  ^~~~~");
  EXPECT_EQ(Shown("{\n  \"net\": 17}", 2, 10), "  \"net\": 17}\n         ^~");
  EXPECT_EQ(Shown("{}\n", 1, 1), "{}\n^");
  EXPECT_EQ(Shown("{}\n", 1, 3), "{}\n  ^");
  EXPECT_EQ(Shown("{}\n", 2, 1), "\n^");
  // A tab is four columns, a Chinese character two, an accent none.
  EXPECT_EQ(Shown("{\"\xE4\xB8\xADx\xCC\x81\":\t[]}", 1, 12),
            "{\"\xE4\xB8\xADx\xCC\x81\":    []}\n           ^");
}

TEST(SourceLinesTest, NothingActsOnTheTerminal) {
  EXPECT_EQ(Shown("{\"\xE2\x80\xAE\x7F\": 1}", 1, 10),
            "{\"\\u202e\\x7f\": 1}\n               ^");
  EXPECT_EQ(Shown("{\"\xFF\": 1}", 1, 2), "");
  EXPECT_EQ(Shown("{\"a\": 1", 1, 2), "");
}

TEST(SourceLinesTest, OfLongLinesAPart) {
  const std::string many(1000, 'x');
  const std::string text =
      absl::StrCat(R"({"a": ")", many, R"(", "b": [], "c": ")", many, "\"}");
  EXPECT_EQ(
      Shown(text, 1, 1011),
      absl::StrCat("...", std::string(44, 'x'), "\", \"b\": [], \"c\": \"",
                   std::string(32, 'x'), "...\n", std::string(50, ' '), "^~~"));
  EXPECT_EQ(Shown(text, 1, 7),
            absl::StrCat("{\"a\": \"", std::string(36, 'x'),
                         "..., \"b\": [], \"c\": \"", std::string(34, 'x'),
                         "...\n      ^", std::string(39, '~')));
}

TEST(SourceLinesTest, HideSecretsWhereverTheirNamesStand) {
  const std::string_view text = R"({"env": [{
 "value": "hunter2", "name":
 "DB_PASSWORD"}],
 "ghp_0123456789abcdefghijklmnopqrstuvwxyz": {"password": 1234, "x": 1}})";
  EXPECT_EQ(Shown(text, 2, 2),
            " \"value\": \"(secret 1)\", \"name\":\n ^~~~~~~");
  EXPECT_EQ(Shown(text, 2, 11),
            " \"value\": \"(secret 1)\", \"name\":\n          ^~~~~~~~~~~~");
  EXPECT_EQ(Shown(text, 4, 2),
            " \"(secret 3)\": {\"password\": \"(secret 2)\", \"x\": 1}}\n"
            " ^~~~~~~~~~~~");
  // From a place inside of it, too.
  SecretHider secrets;
  const SourceLine inside = SourceLines(text, &secrets).At({2, 15}, 2);
  EXPECT_EQ(absl::StrCat(inside.before, "|", inside.at, "|", inside.after),
            " \"value\": \"(secret 1)\"||, \"name\":");
  // What is shown begins in the middle of one.
  const std::string long_one = absl::StrCat(
      R"({"password": ")", std::string(1000, 'p'), R"(", "x": 1})");
  EXPECT_FALSE(absl::StrContains(Shown(long_one, 1, 1018), "ppp"));
  EXPECT_FALSE(absl::StrContains(Shown(long_one, 1, 14), "ppp"));
  EXPECT_FALSE(absl::StrContains(Shown(long_one, 1, 2), "ppp"));
}

TEST(SourceLinesTest, ShowNothingOfWhatIsTooLarge) {
  const std::string text =
      absl::StrCat("\"", std::string(SourceLines::kMaxSize - 2, 'x'), "\"");
  SecretHider secrets;
  EXPECT_TRUE(SourceLines(text, &secrets).ok());
  EXPECT_FALSE(SourceLines(text + "\n", &secrets).ok());
}

}  // namespace
}  // namespace specgen
