#include "specgen/json/json_reader.h"

#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "simdjson.h"
#include "specgen/base/arena.h"
#include "specgen/json/json_index.h"
#include "specgen/json/text_position.h"

namespace specgen {
namespace {

// A text that is read, and what became of it.
class Text {
 public:
  explicit Text(std::string_view text)
      : indexed_(index_.Build(text) == JsonIndex::Result::kOk),
        reader_(index_, &arena_) {}

  bool indexed() const { return indexed_; }
  JsonReader& reader() { return reader_; }
  const JsonProblem& problem() const { return reader_.problem(); }

 private:
  Arena arena_;
  JsonIndex index_;
  const bool indexed_;
  JsonReader reader_;
};

bool IsJson(std::string_view text) {
  Text json(text);
  if (!json.indexed()) return false;
  json.reader().Skip();
  json.reader().ExpectEnd();
  return json.reader().ok();
}

// As Skip, but by way of the calls that decoders use.
void Walk(JsonReader* r) {
  std::string_view text;
  switch (r->Peek()) {
    case JsonKind::kObject:
      r->EnterObject();
      while (r->NextKey(&text)) Walk(r);
      break;
    case JsonKind::kArray:
      r->EnterArray();
      while (r->NextItem()) Walk(r);
      break;
    case JsonKind::kString:
      r->String(&text);
      break;
    case JsonKind::kNumber:
      r->Number(&text);
      break;
    default:
      r->Skip();
  }
}

bool IsJsonByWalk(std::string_view text) {
  Text json(text);
  if (!json.indexed()) return false;
  Walk(&json.reader());
  json.reader().ExpectEnd();
  return json.reader().ok();
}

// valid_texts.txt lists, of all texts up to a length over some alphabets, those
// that Go's json.Valid takes (tools/record_json).
TEST(JsonReader, TakesTheShortTextsThatGoTakes) {
  std::ifstream file("specgen/json/testdata/valid_texts.txt");
  std::string line;
  size_t longest = 0;
  std::string alphabet;
  std::set<std::string> valid;
  size_t texts = 0;
  size_t taken = 0;
  const auto check_all = [&] {
    std::string text;
    const auto walk = [&](const auto& self) -> void {
      const bool expected = valid.count(text) != 0;
      ASSERT_EQ(IsJson(text), expected) << text;
      ASSERT_EQ(IsJsonByWalk(text), expected) << text;
      ++texts;
      taken += expected;
      if (text.size() == longest) return;
      for (char c : alphabet) {
        text += c;
        self(self);
        text.pop_back();
      }
    };
    if (!alphabet.empty()) walk(walk);
    valid.clear();
  };
  while (std::getline(file, line)) {
    if (line[0] == '>') {
      valid.insert(line.substr(1));
      continue;
    }
    check_all();
    longest = static_cast<size_t>(line[0] - '0');
    alphabet = line.substr(1);
  }
  check_all();
  EXPECT_EQ(texts, 111151u + 299593u + 137257u);
  EXPECT_GE(taken, 4000u);
}

TEST(JsonReader, TakesNestingUpToTenThousand) {
  for (const bool objects : {false, true}) {
    const auto nested = [&](size_t depth) {
      std::string text;
      for (size_t i = 0; i < depth; ++i) text += objects ? "{\"a\":" : "[";
      text += "1";
      for (size_t i = 0; i < depth; ++i) text += objects ? "}" : "]";
      return text;
    };
    EXPECT_TRUE(IsJson(nested(10000)));
    EXPECT_FALSE(IsJson(nested(10001)));
  }
  // A deep text that is cut does not matter to the stack.
  EXPECT_FALSE(IsJson(std::string(1000000, '[')));
  EXPECT_FALSE(IsJson(std::string(1000000, ']')));
}

TEST(JsonReader, SaysWhatIsWrongAndWhere) {
  const auto problem = [](std::string_view text) {
    Text json(text);
    json.reader().Skip();
    json.reader().ExpectEnd();
    return ToString(FindPosition(text, json.problem().offset)) + " " +
           json.problem().message;
  };
  EXPECT_EQ(problem("{\"a\" 1}"), "1:6 after a key, here a colon is expected");
  EXPECT_EQ(problem("{\n 1:2}"), "2:2 here a key in double quotes is expected");
  EXPECT_EQ(problem("[1\n2]"),
            "2:1 after an item, here a comma or ] is expected");
  EXPECT_EQ(problem("[1,]"),
            "1:3 a comma stands behind the last item of a list or object");
  EXPECT_EQ(problem("{\"a\":1 \"b\"}"),
            "1:8 after a member, here a comma or } is expected");
  EXPECT_EQ(problem("[\"a\\x\"]"), "1:4 this escape is not one of JSON's");
  EXPECT_EQ(problem("[tru]"), "1:2 this is no JSON value");
  EXPECT_EQ(problem("{} {}"),
            "1:4 after the JSON value, here the end is expected");
  EXPECT_EQ(problem("[1"), "1:3 the JSON text ends inside a list");
  EXPECT_EQ(problem("{\"a\":"), "1:6 the JSON text ends too early");
}

TEST(JsonReader, GivesStringsNumbersAndRawText) {
  Text json(
      R"({"a\u0062":"x\n", "n" : -1.5e3 ,"raw": [1, {"k": "]"}] , "t":true})");
  JsonReader& r = json.reader();
  std::string_view text;
  ASSERT_TRUE(r.EnterObject());
  ASSERT_TRUE(r.NextKey(&text));
  EXPECT_EQ(text, "ab");
  ASSERT_TRUE(r.String(&text));
  EXPECT_EQ(text, "x\n");
  ASSERT_TRUE(r.NextKey(&text));
  ASSERT_TRUE(r.Number(&text));
  EXPECT_EQ(text, "-1.5e3");
  ASSERT_TRUE(r.NextKey(&text));
  r.Skip(&text);
  EXPECT_EQ(text, "[1, {\"k\": \"]\"}]");
  ASSERT_TRUE(r.NextKey(&text));
  EXPECT_EQ(r.Peek(), JsonKind::kTrue);
  r.SkipLiteral();
  EXPECT_FALSE(r.NextKey(&text));
  r.ExpectEnd();
  EXPECT_TRUE(r.ok());
  EXPECT_EQ(r.Peek(), JsonKind::kNothing);
}

// Go: syntax first, then what ends the decoding, then the first type error.
TEST(JsonReader, KeepsTheProblemThatGoWouldReport) {
  using Kind = JsonProblem::Kind;
  const auto kept = [](const std::vector<Kind>& kinds) {
    Text json("[]");
    for (size_t i = 0; i < kinds.size(); ++i) {
      json.reader().Problem(kinds[i], i, "");
    }
    return json.problem().offset;
  };
  EXPECT_EQ(kept({Kind::kType, Kind::kType}), 0u);
  EXPECT_EQ(kept({Kind::kType, Kind::kAbort, Kind::kType}), 1u);
  EXPECT_EQ(kept({Kind::kAbort, Kind::kCrash}), 0u);
  EXPECT_EQ(kept({Kind::kCrash, Kind::kAbort}), 0u);
  EXPECT_EQ(kept({Kind::kType, Kind::kCrash, Kind::kSyntax}), 2u);
  EXPECT_EQ(kept({Kind::kSyntax, Kind::kSyntax, Kind::kCrash}), 0u);
}

TEST(JsonReader, RestartForgetsAllButSyntax) {
  Text json("[1,2]");
  JsonReader& r = json.reader();
  r.EnterArray();
  r.NextItem();
  r.Problem(JsonProblem::Kind::kType, 1, "x");
  r.Restart();
  EXPECT_TRUE(r.ok());
  r.Skip();
  r.ExpectEnd();
  EXPECT_TRUE(r.ok());

  Text broken("[1 2]");
  broken.reader().Skip();
  EXPECT_FALSE(broken.reader().syntax_ok());
  broken.reader().Restart();
  EXPECT_FALSE(broken.reader().syntax_ok());
}

TEST(JsonReader, DoesNothingAfterASyntaxError) {
  Text json("[1 2, 3]");
  JsonReader& r = json.reader();
  r.EnterArray();
  std::string_view text;
  ASSERT_TRUE(r.NextItem());
  ASSERT_TRUE(r.Number(&text));
  EXPECT_FALSE(r.NextItem());
  EXPECT_FALSE(r.NextItem());
  EXPECT_FALSE(r.NextKey(&text));
  EXPECT_FALSE(r.EnterArray());
  EXPECT_FALSE(r.EnterObject());
  EXPECT_FALSE(r.String(&text));
  EXPECT_FALSE(r.Number(&text));
  r.Skip();
  r.ExpectEnd();
  EXPECT_EQ(json.problem().offset, 3u);
}

TEST(JsonKindName, NamesAll) {
  EXPECT_EQ(JsonKindName(JsonKind::kObject), "an object");
  EXPECT_EQ(JsonKindName(JsonKind::kArray), "a list");
  EXPECT_EQ(JsonKindName(JsonKind::kString), "a string");
  EXPECT_EQ(JsonKindName(JsonKind::kNumber), "a number");
  EXPECT_EQ(JsonKindName(JsonKind::kTrue), "true");
  EXPECT_EQ(JsonKindName(JsonKind::kFalse), "false");
  EXPECT_EQ(JsonKindName(JsonKind::kNull), "null");
  EXPECT_EQ(JsonKindName(JsonKind::kNothing), "nothing");
}

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

// The kernel without SIMD calls this bad UTF-8, which it is not.
TEST(JsonReaderTest, EveryKernelRefusesAnEscapedLongCharacter) {
  for (const std::string_view text :
       {"[\"\\\xC3\xA9\"]", "[\"\x1F\\\x8C\"]", "[\"\\\xFF\"]"}) {
    for (const simdjson::implementation* kernel :
         simdjson::get_available_implementations()) {
      if (!kernel->supported_by_runtime_system()) continue;
      SCOPED_TRACE(kernel->name());
      EXPECT_NE(ProblemOf(text, kernel), "");
    }
  }
}

// AddressSanitizer sees reads behind the end, since the text is just as large
// as its memory.
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
