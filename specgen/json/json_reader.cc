#include "specgen/json/json_reader.h"

#include <bitset>
#include <utility>

#include "specgen/json/go_string.h"
#include "specgen/json/syntax_hint.h"
#include "specgen/json/text_position.h"

namespace specgen {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// JSON's grammar of numbers.
bool IsNumber(std::string_view s) {
  size_t i = 0;
  const auto digits = [&] {
    const size_t begin = i;
    while (i < s.size() && IsDigit(s[i])) ++i;
    return i > begin;
  };
  if (i < s.size() && s[i] == '-') ++i;
  if (i < s.size() && s[i] == '0') {
    ++i;
  } else if (!digits()) {
    return false;
  }
  if (i < s.size() && s[i] == '.') {
    ++i;
    if (!digits()) return false;
  }
  if (i < s.size() && (s[i] | 0x20) == 'e') {
    ++i;
    if (i < s.size() && (s[i] == '+' || s[i] == '-')) ++i;
    if (!digits()) return false;
  }
  return i == s.size();
}

}  // namespace

std::string_view JsonKindName(JsonKind kind) {
  switch (kind) {
    case JsonKind::kObject:
      return "an object";
    case JsonKind::kArray:
      return "a list";
    case JsonKind::kString:
      return "a string";
    case JsonKind::kNumber:
      return "a number";
    case JsonKind::kTrue:
      return "true";
    case JsonKind::kFalse:
      return "false";
    case JsonKind::kNull:
      return "null";
    case JsonKind::kNothing:
      break;
  }
  return "nothing";
}

constexpr std::array<JsonKind, 256> JsonReader::kKindOf = [] {
  std::array<JsonKind, 256> kinds{};
  kinds.fill(JsonKind::kNothing);
  kinds['{'] = JsonKind::kObject;
  kinds['['] = JsonKind::kArray;
  kinds['"'] = JsonKind::kString;
  kinds['t'] = JsonKind::kTrue;
  kinds['f'] = JsonKind::kFalse;
  kinds['n'] = JsonKind::kNull;
  kinds['-'] = JsonKind::kNumber;
  for (char digit = '0'; digit <= '9'; ++digit) {
    kinds[static_cast<uint8_t>(digit)] = JsonKind::kNumber;
  }
  return kinds;
}();

void JsonReader::Problem(JsonProblem::Kind kind, size_t offset,
                         std::string message) {
  using Kind = JsonProblem::Kind;
  const bool decided = problem_.kind == Kind::kAbort ||
                       problem_.kind == Kind::kCrash ||
                       problem_.kind == Kind::kSyntax;
  if (kind == Kind::kSyntax ? problem_.kind == Kind::kSyntax : decided) return;
  if (kind == Kind::kType && problem_.kind == Kind::kType) return;
  problem_ = {kind, offset, std::move(message)};
}

void JsonReader::Syntax(size_t offset, const char* message) {
  message = ExplainSyntax(text_, &offset, message);
  Problem(JsonProblem::Kind::kSyntax, offset, message);
  next_ = count_;
}

bool JsonReader::Enter(char bracket, const char* otherwise) {
  if (At(next_) != bracket) {
    Syntax(offset(),
           next_ < count_ ? otherwise : "the JSON text ends too early");
    return false;
  }
  if (++depth_ > kMaxDepth) {
    Syntax(offset(), "nested deeper than 10,000 levels");
    return false;
  }
  ++next_;
  fresh_ = true;
  return true;
}

bool JsonReader::EnterObject() {
  return Enter('{', "here an object is expected");
}

bool JsonReader::EnterArray() { return Enter('[', "here a list is expected"); }

bool JsonReader::NextKeySlowly(std::string_view* key) {
  if (!syntax_ok()) return false;
  if (!fresh_) {
    if (At(next_) != ',') {
      Syntax(offset(), next_ < count_
                           ? "after a member, here a comma or } is expected"
                           : "the JSON text ends inside an object");
      return false;
    }
    ++next_;
  }
  fresh_ = false;
  if (At(next_) != '"') {
    Syntax(offset(), next_ < count_ ? "here a key in double quotes is expected"
                                    : "the JSON text ends inside an object");
    return false;
  }
  if (!CheckedString(/*want=*/true, key)) return false;
  if (At(next_) != ':') {
    Syntax(offset(), next_ < count_ ? "after a key, here a colon is expected"
                                    : "the JSON text ends inside an object");
    return false;
  }
  ++next_;
  return true;
}

bool JsonReader::NextItemSlowly() {
  if (!syntax_ok()) return false;
  if (!fresh_) {
    if (At(next_) != ',') {
      Syntax(offset(), next_ < count_
                           ? "after an item, here a comma or ] is expected"
                           : "the JSON text ends inside a list");
      return false;
    }
    ++next_;
    if (At(next_) == ']') {
      Syntax(offset(), "after a comma, here a value is expected");
      return false;
    }
  }
  fresh_ = false;
  return true;
}

std::string_view JsonReader::StringBody() {
  const size_t begin = tokens_[next_] + 1;
  // Stage 1 has found the closing quote: it is the last byte before the next
  // token that is not white space.
  size_t end = tokens_[next_ + 1] - 1;
  while (text_[end] != '"') --end;
  ++next_;
  return text_.substr(begin, end - begin);
}

bool JsonReader::CheckedString(bool want, std::string_view* value) {
  const std::string_view body = StringBody();
  if (!HasBackslash(body)) {
    if (want) *value = body;
    return true;
  }
  char* out = arena_->Allocate<char>(body.size());
  size_t bad = 0;
  const ptrdiff_t length = Unescape(body, out, &bad);
  if (length < 0) {
    Syntax(static_cast<size_t>(body.data() - text_.data()) + bad,
           "this escape is not one of JSON's");
    return false;
  }
  if (want) *value = {out, static_cast<size_t>(length)};
  return true;
}

bool JsonReader::StringSlowly(std::string_view* value) {
  if (At(next_) != '"') {
    Syntax(offset(), "here a string is expected");
    return false;
  }
  return CheckedString(/*want=*/true, value);
}

std::string_view JsonReader::Scalar() {
  const size_t begin = tokens_[next_];
  size_t end = tokens_[next_ + 1];
  while (end > begin && IsSpace(text_[end - 1])) --end;
  const std::string_view token = text_.substr(begin, end - begin);
  bool good;
  switch (token.empty() ? '\0' : token[0]) {
    case 't':
      good = token == "true";
      break;
    case 'f':
      good = token == "false";
      break;
    case 'n':
      good = token == "null";
      break;
    default:
      good = IsNumber(token);
  }
  if (!good) {
    Syntax(begin, kNoJsonValue);
    return {};
  }
  ++next_;
  return token;
}

bool JsonReader::Number(std::string_view* text) {
  if (next_ >= count_) {
    Syntax(offset(), "the JSON text ends too early");
    return false;
  }
  *text = Scalar();
  return syntax_ok();
}

void JsonReader::SkipLiteral() {
  if (next_ < count_) Scalar();
}

void JsonReader::Skip(std::string_view* raw) {
  const size_t begin = offset();
  const auto end_of_value = [&] {
    if (raw == nullptr || !syntax_ok()) return;
    size_t end = offset();
    while (end > begin && IsSpace(text_[end - 1])) --end;
    *raw = text_.substr(begin, end - begin);
  };
  const auto scalar = [&] {
    if (next_ >= count_) {
      Syntax(text_.size(), "the JSON text ends too early");
    } else if (At(next_) == '"') {
      std::string_view unused;
      if (PlainString(next_, &unused)) {
        ++next_;
      } else {
        CheckedString(/*want=*/false, &unused);
      }
    } else {
      Scalar();
    }
  };
  const char first = At(next_);
  if (first != '{' && first != '[') {
    scalar();
    end_of_value();
    return;
  }
  // Without recursion: text of any depth is walked in constant stack.
  std::bitset<kMaxDepth + 1> is_object;
  const size_t base = depth_;
  do {
    // At a value.
    const char c = At(next_);
    if (c == '{') {
      if (!EnterObject()) return;
      is_object[depth_] = true;
    } else if (c == '[') {
      if (!EnterArray()) return;
      is_object[depth_] = false;
    } else {
      scalar();
    }
    // Behind a value, or at the start of an object or list: up to the next
    // value, leaving what ends.
    while (depth_ > base) {
      std::string_view key;
      if (is_object[depth_] ? NextKey(&key) : NextItem()) break;
      if (!syntax_ok()) return;
    }
  } while (depth_ > base && syntax_ok());
  end_of_value();
}

bool JsonReader::SetAside(JsonTokens* value) {
  if (!syntax_ok()) return false;
  const size_t first = next_;
  size_t depth = 0;
  do {
    if (next_ >= count_) {
      Syntax(text_.size(), "the JSON text ends too early");
      return false;
    }
    const char c = At(next_++);
    // {} and [] differ in this bit only. Which closes which is left to whoever
    // reads the value.
    if ((c | 0x20) == '{') {
      ++depth;
    } else if ((c | 0x20) == '}') {
      if (depth == 0) {
        Syntax(tokens_[next_ - 1], "here a value is expected");
        return false;
      }
      --depth;
    }
  } while (depth > 0);
  value->text = text_.substr(0, tokens_[next_]);
  value->start = tokens_[first];
  value->offsets = tokens_ + first;
  value->count = next_ - first;
  value->index = index_;
  return true;
}

void JsonReader::Restart() {
  if (!syntax_ok()) return;
  next_ = 0;
  depth_ = 0;
  fresh_ = false;
  problem_ = {};
}

void JsonReader::ExpectEnd() {
  if (syntax_ok() && next_ < count_) {
    Syntax(offset(), "after the JSON value, here the end is expected");
  }
}

std::string LineAndColumn(const JsonTokens& tokens, size_t offset) {
  const size_t start = tokens.index->OriginalOffset(tokens.start);
  return ToString(FindPosition(tokens.index->original().substr(start),
                               tokens.index->OriginalOffset(offset) - start));
}

}  // namespace specgen
