#include "specgen/json/json_reader.h"

#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "simdjson.h"
#include "specgen/base/arena.h"
#include "specgen/json/json_index.h"

namespace specgen {
namespace {

// What is wrong with a text, as "OFFSET: message"; "" if it is JSON.
std::string ProblemOf(std::string_view text,
                      const simdjson::implementation* kernel) {
  JsonIndex index(kernel);
  if (index.Build(text) != JsonIndex::Result::kOk) return "no index";
  Arena arena;
  JsonReader reader(index, &arena);
  reader.Skip();
  reader.ExpectEnd();
  if (reader.ok()) return "";
  return std::to_string(index.OriginalOffset(reader.problem().offset)) + ": " +
         reader.problem().message;
}

// simdjson's kernels make different tokens of form feeds and substitutes
// (0x1A), which no JSON has outside of strings. The answer must not show which
// kernel the CPU runs.
TEST(JsonReaderTest, AllKernelsFindTheSameProblem) {
  const struct {
    std::string_view text;
    std::string_view problem;
  } cases[] = {
      {"\f1", "0: this is no JSON value"},
      {"1\f", "0: this is no JSON value"},
      {"[1, 23\x1A" "4]", "4: this is no JSON value"},
      {"[true\f]", "1: this is no JSON value"},
      {"{\"a\":1\f,\"b\":2}", "5: this is no JSON value"},
      {"{\"a\"\f:1}", "4: after a key, here a colon is expected"},
      {"[\"a\"\x1A]", "4: after an item, here a comma or ] is expected"},
      {"[1 \f]", "3: after an item, here a comma or ] is expected"},
      {"[\"\x7F\", 1]", ""},
      // Bytes that are no UTF-8 are three bytes in the corrected text.
      {"[\xFF]", "1: this is no JSON value"},
      {"[\"\xFF\xC3\", x]", "7: this is no JSON value"},
  };
  for (const simdjson::implementation* kernel :
       simdjson::get_available_implementations()) {
    if (!kernel->supported_by_runtime_system()) continue;
    SCOPED_TRACE(kernel->name());
    for (const auto& one : cases) {
      EXPECT_EQ(ProblemOf(one.text, kernel), one.problem) << one.text;
    }
  }
}

}  // namespace
}  // namespace specgen
