#include "specgen/json/json_reader.h"

#include <memory>
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

// The index replaces bytes that are no UTF-8 by three others. A problem still
// stands where it is in the text that was given, whichever kernel the CPU runs.
TEST(JsonReaderTest, ProblemsStandWhereTheyAreInTheText) {
  const struct {
    std::string_view text;
    std::string_view problem;
  } cases[] = {
      {"[\"\x7F\", 1]", ""},
      {"[\"\xC3\xA9\", x]", "7: this is no JSON value"},
      {"[\"\xFF\xC3\", x]", "7: this is no JSON value"},
      {"[\"\xED\xA0\x80\"", "6: the JSON text ends inside a list"},
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

// AddressSanitizer sees reads behind the end, since the text is just as large as
// its memory.
TEST(JsonReaderTest, NoKernelReadsBehindTheEnd) {
  constexpr std::string_view kText = "\"ui1\xFA\xCC\xCD\xDD";
  const std::unique_ptr<char[]> memory(new char[kText.size()]);
  for (const simdjson::implementation* kernel :
       simdjson::get_available_implementations()) {
    if (!kernel->supported_by_runtime_system()) continue;
    SCOPED_TRACE(kernel->name());
    for (size_t size = 0; size <= kText.size(); ++size) {
      char* begin = memory.get() + kText.size() - size;
      kText.copy(begin, size);
      EXPECT_EQ(ProblemOf({begin, size}, kernel), "no index");
    }
  }
}

}  // namespace
}  // namespace specgen
