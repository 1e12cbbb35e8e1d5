#include "specgen/json/json_index.h"

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "simdjson.h"

namespace specgen {
namespace {

using Result = JsonIndex::Result;

Result Build(std::string_view text) { return JsonIndex().Build(text); }

TEST(JsonIndex, SaysWhatCannotBeIndexed) {
  EXPECT_EQ(Build("{}"), Result::kOk);
  EXPECT_EQ(Build(""), Result::kEmpty);
  EXPECT_EQ(Build(" \n\t\r"), Result::kEmpty);
  EXPECT_EQ(Build("\"abc"), Result::kOpenString);
  EXPECT_EQ(Build("\"abc\\\""), Result::kOpenString);
  EXPECT_EQ(Build("[\"a\nb\"]"), Result::kControl);
  EXPECT_EQ(Build(std::string_view("[\"\0\"]", 5)), Result::kControl);
  EXPECT_EQ(Build("\"\xFF"), Result::kOpenString);
  EXPECT_EQ(Build("[\"\xFF\x01\"]"), Result::kControl);
}

TEST(JsonIndex, TakesSixtyFourMebibytes) {
  std::string text(JsonIndex::kMaxSize, ' ');
  text.front() = '[';
  text.back() = ']';
  JsonIndex index;
  EXPECT_EQ(index.Build(text), Result::kOk);
  EXPECT_EQ(index.token_count(), 2u);
  text += ' ';
  EXPECT_EQ(index.Build(text), Result::kTooLarge);
  // And goes on with the next.
  EXPECT_EQ(index.Build("[]"), Result::kOk);
}

// A third as many bytes make a copy as large.
TEST(JsonIndex, TakesSixtyFourMebibytesOfReplacements) {
  const auto build = [](const simdjson::implementation* kernel, size_t size) {
    return JsonIndex(kernel).Build(
        absl::StrCat("[\"", std::string(size, '\xFF'), "\"]"));
  };
  constexpr size_t kMost = (JsonIndex::kMaxSize - 4) / 3;
  const simdjson::implementation* const kBest = nullptr;
  for (const simdjson::implementation* kernel :
       {kBest, simdjson::get_available_implementations()["fallback"]}) {
    EXPECT_EQ(build(kernel, kMost), Result::kOk);
    EXPECT_EQ(build(kernel, kMost + 1), Result::kTooLarge);
  }
}

TEST(JsonIndex, ReplacesInvalidUtf8) {
  JsonIndex index;
  EXPECT_EQ(index.Build("[\"a\xFF\xE2\x82z\"]"), Result::kOk);
  EXPECT_TRUE(index.corrected());
  EXPECT_EQ(index.text(), "[\"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz\"]");
  EXPECT_EQ(index.Build("[\"\xC3\xA9\"]"), Result::kOk);
  EXPECT_FALSE(index.corrected());
}

// Each byte of the copy is found again, in a text of several kilobytes.
TEST(JsonIndex, KnowsWhereTheCopyComesFrom) {
  std::string text = "[\"";
  std::vector<size_t> expected = {0, 1};
  for (size_t i = 0; i < 5000; ++i) {
    const size_t at = text.size();
    if (i % 7 == 3 || (i > 2000 && i < 2600)) {
      text += '\xFF';
      // The middle of a replacement is behind the byte.
      expected.insert(expected.end(), {at, at + 1, at + 1});
    } else if (i % 5 == 0) {
      text += "\xC3\xA9";
      expected.insert(expected.end(), {at, at + 2});
    } else {
      text += 'x';
      expected.push_back(at);
    }
  }
  expected.insert(expected.end(), {text.size(), text.size() + 1});
  text += "\"]";
  JsonIndex index;
  ASSERT_EQ(index.Build(text), Result::kOk);
  ASSERT_TRUE(index.corrected());
  ASSERT_EQ(index.text().size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(index.OriginalOffset(i), expected[i]) << i;
  }
  EXPECT_EQ(index.OriginalOffset(expected.size()), text.size());
}

std::vector<uint32_t> Tokens(const JsonIndex& index) {
  return {index.tokens(), index.tokens() + index.token_count() + 1};
}

TEST(JsonIndex, FindsTheTokens) {
  JsonIndex index;
  ASSERT_EQ(index.Build("{\"a\\\"\" : [1,null]} "), Result::kOk);
  EXPECT_EQ(Tokens(index),
            (std::vector<uint32_t>{0, 1, 7, 9, 10, 11, 12, 16, 17, 19}));
}

// All of simdjson's kernels that this CPU has find the same, also where a text
// crosses the blocks that they read.
TEST(JsonIndex, KernelsAgree) {
  std::vector<std::string> texts;
  for (size_t length = 0; length < 140; ++length) {
    texts.push_back("[" + std::string(length, ' ') + "\"a\\\\\",1]");
    texts.push_back("[\"" + std::string(length, '\\') + "\"]");
    texts.push_back("[\"" + std::string(length, 'x') + "\xE2\x82\xAC\\\"\"]");
    texts.push_back("[\"" + std::string(length, 'x') + "\x1F\"]");
    texts.push_back("[\"" + std::string(length, 'x') + "\xE2\x82\"]");
    texts.push_back(std::string(length, ' ') + "\"");
  }
  JsonIndex reference(simdjson::get_available_implementations()["fallback"]);
  size_t kernels = 0;
  for (const simdjson::implementation* kernel :
       simdjson::get_available_implementations()) {
    if (!kernel->supported_by_runtime_system()) continue;
    ++kernels;
    JsonIndex index(kernel);
    for (const std::string& text : texts) {
      SCOPED_TRACE(kernel->name() + ": " + text);
      const Result result = index.Build(text);
      ASSERT_EQ(result, reference.Build(text));
      if (result != Result::kOk) continue;
      EXPECT_EQ(Tokens(index), Tokens(reference));
      EXPECT_EQ(index.text(), reference.text());
    }
  }
  EXPECT_GE(kernels, 1u);
}

}  // namespace
}  // namespace specgen
