#include "fuzz/json_oracle.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

namespace specgen::fuzz {
namespace {

constexpr size_t kGoMaxDepth = 10000;

// The length of the UTF-8 character at the start of `text`; 0 if it is none.
size_t Utf8Length(std::string_view text) {
  const auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<uint8_t>(text[i]) : 0u;
  };
  const uint32_t a = byte(0);
  if (a < 0x80) return 1;
  const auto tail = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  if (a >= 0xC2 && a <= 0xDF) return tail(1) ? 2 : 0;
  if (a >= 0xE0 && a <= 0xEF) {
    if (!tail(1) || !tail(2)) return 0;
    const uint32_t rune = (a & 0xF) << 12 | (byte(1) & 0x3F) << 6;
    return rune < 0x800 || (rune >= 0xD800 && rune < 0xE000) ? 0 : 3;
  }
  if (a >= 0xF0 && a <= 0xF4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    const uint32_t rune = (a & 7) << 18 | (byte(1) & 0x3F) << 12;
    return rune < 0x10000 || rune > 0x10FFFF ? 0 : 4;
  }
  return 0;
}

void AppendUtf8(uint32_t rune, std::string* out) {
  if (rune >= 0xD800 && rune < 0xE000) rune = 0xFFFD;
  if (rune < 0x80) {
    *out += static_cast<char>(rune);
  } else if (rune < 0x800) {
    *out += static_cast<char>(0xC0 | rune >> 6);
    *out += static_cast<char>(0x80 | (rune & 0x3F));
  } else if (rune < 0x10000) {
    *out += static_cast<char>(0xE0 | rune >> 12);
    *out += static_cast<char>(0x80 | (rune >> 6 & 0x3F));
    *out += static_cast<char>(0x80 | (rune & 0x3F));
  } else {
    *out += static_cast<char>(0xF0 | rune >> 18);
    *out += static_cast<char>(0x80 | (rune >> 12 & 0x3F));
    *out += static_cast<char>(0x80 | (rune >> 6 & 0x3F));
    *out += static_cast<char>(0x80 | (rune & 0x3F));
  }
}

// Takes `digits` hexadecimal digits off the front.
std::optional<uint32_t> TakeHex(std::string_view* text, size_t digits) {
  if (text->size() < digits) return std::nullopt;
  uint32_t value = 0;
  for (size_t i = 0; i < digits; ++i) {
    const char c = (*text)[i];
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return std::nullopt;
    value = value << 4 | static_cast<uint32_t>(digit);
  }
  text->remove_prefix(digits);
  return value;
}

// A cursor that takes tokens off a text.
class Text {
 public:
  explicit Text(std::string_view text) : text_(text) {}

  void Space() {
    while (at_ < text_.size() &&
           std::strchr(" \t\r\n", text_[at_]) != nullptr &&
           text_[at_] != '\0') {
      ++at_;
    }
  }
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool Take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool Take(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  bool AtEnd() const { return at_ == text_.size(); }
  size_t at() const { return at_; }

  // A string with its quotes.
  bool String(std::string_view* quoted) {
    const size_t begin = at_;
    if (!Take('"')) return false;
    for (;;) {
      if (AtEnd() || static_cast<uint8_t>(text_[at_]) < 0x20) return false;
      const char c = text_[at_++];
      if (c == '"') break;
      if (c != '\\') continue;
      if (AtEnd()) return false;
      const char escape = text_[at_++];
      if (escape == 'u') {
        std::string_view rest = text_.substr(at_);
        if (!TakeHex(&rest, 4)) return false;
        at_ += 4;
      } else if (escape == '\0' ||
                 std::strchr("\"\\/bfnrt", escape) == nullptr) {
        return false;
      }
    }
    *quoted = text_.substr(begin, at_ - begin);
    return true;
  }

  bool Number(bool* whole, bool* negative) {
    *whole = true;
    *negative = Take('-');
    if (!Take('0') && !Digits()) return false;
    if (Take('.')) {
      *whole = false;
      if (!Digits()) return false;
    }
    if (Take('e') || Take('E')) {
      *whole = false;
      if (!Take('+')) Take('-');
      if (!Digits()) return false;
    }
    return true;
  }

  // Of a value that is no string, in valid JSON.
  void SkipToEndOfValue() {
    std::string_view string;
    for (size_t depth = 0; !AtEnd(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        String(&string);
        --at_;
      } else if (c == '{' || c == '[') {
        ++depth;
      } else if (c == '}' || c == ']' || c == ',') {
        if (depth == 0) return;
        if (c != ',') --depth;
      }
    }
  }

  bool Scalar() {
    std::string_view string;
    bool whole, negative;
    if (Peek() == '"') return String(&string);
    return Take("true") || Take("false") || Take("null") ||
           Number(&whole, &negative);
  }

 private:
  bool Digits() {
    const size_t begin = at_;
    while (Peek() >= '0' && Peek() <= '9') ++at_;
    return at_ > begin;
  }

  std::string_view text_;
  size_t at_ = 0;
};

// What is wrong with the escaping of a string that Go wrote; null if nothing.
const char* GoStringProblem(std::string_view quoted) {
  std::string_view rest = quoted.substr(1, quoted.size() - 2);
  while (!rest.empty()) {
    const size_t length = Utf8Length(rest);
    if (length == 0) return "a string is not UTF-8";
    const std::string_view rune = rest.substr(0, length);
    rest.remove_prefix(length);
    if (rune == "<" || rune == ">" || rune == "&" || rune == "\xE2\x80\xA8" ||
        rune == "\xE2\x80\xA9") {
      return "a string holds what Go escapes";
    }
    if (rune == "\\") {
      if (rest[0] == '/') return "Go does not escape a slash";
      rest.remove_prefix(1);
    }
  }
  return nullptr;
}

class ShapeChecker {
 public:
  explicit ShapeChecker(std::string_view json) : text_(json) {}

  bool Check(const JsonShape& shape) {
    if (!Value(shape)) return false;
    return text_.AtEnd() || Fail("text follows the object");
  }
  std::string problem() const { return problem_; }

 private:
  bool Fail(std::string_view what) {
    if (problem_.empty()) {
      problem_ = "at byte " + std::to_string(text_.at()) + path_ + ": " +
                 std::string(what);
    }
    return false;
  }

  bool String(std::string_view* quoted) {
    if (!text_.String(quoted)) return Fail("a string is expected");
    const char* problem = GoStringProblem(*quoted);
    return problem == nullptr || Fail(problem);
  }

  template <typename Item>
  bool List(Item item) {
    if (!text_.Take('[')) return Fail("a list is expected");
    if (text_.Take(']')) return true;
    do {
      if (!item()) return false;
    } while (text_.Take(','));
    return text_.Take(']') || Fail("a list must go on or end");
  }

  bool Number(bool may_be_negative) {
    bool whole, negative;
    if (!text_.Number(&whole, &negative)) return Fail("a number is expected");
    if (!whole) return Fail("a whole number is expected");
    return may_be_negative || !negative || Fail("a number is negative");
  }

  bool Object(const JsonShape& shape) {
    if (!text_.Take('{')) return Fail("an object is expected");
    uint64_t seen = 0;
    if (!text_.Take('}')) {
      do {
        std::string_view key;
        if (!String(&key)) return false;
        key = key.substr(1, key.size() - 2);
        size_t i = 0;
        while (i < shape.members.size() && shape.members[i].key != key) ++i;
        if (i == shape.members.size()) {
          return Fail("unknown key " + std::string(key));
        }
        if ((seen >> i & 1) != 0) return Fail(std::string(key) + " twice");
        seen |= uint64_t{1} << i;
        if (!text_.Take(':')) return Fail("a colon is expected");
        const size_t before = path_.size();
        path_.append(".").append(key);
        if (!Value(shape.members[i])) return false;
        path_.resize(before);
      } while (text_.Take(','));
      if (!text_.Take('}')) return Fail("an object must go on or end");
    }
    for (size_t i = 0; i < shape.members.size(); ++i) {
      if (shape.members[i].required && (seen >> i & 1) == 0) {
        return Fail(std::string(shape.members[i].key) + " is missing");
      }
    }
    return true;
  }

  bool StringMap() {
    std::string_view string;
    if (!text_.Take('{')) return Fail("an object is expected");
    if (text_.Take('}')) return true;
    do {
      if (!String(&string)) return false;
      if (!text_.Take(':')) return Fail("a colon is expected");
      if (!String(&string)) return false;
    } while (text_.Take(','));
    return text_.Take('}') || Fail("an object must go on or end");
  }

  bool Value(const JsonShape& shape) {
    std::string_view string;
    switch (shape.type) {
      case JsonShape::kString:
        return String(&string);
      case JsonShape::kBool:
        return text_.Take("true") || text_.Take("false") ||
               Fail("true or false is expected");
      case JsonShape::kInt:
        return Number(true);
      case JsonShape::kUint:
        return Number(false);
      case JsonShape::kObject:
        return Object(shape);
      case JsonShape::kStringMap:
        return StringMap();
      case JsonShape::kStringsOrNull:
        if (text_.Take("null")) return true;
        [[fallthrough]];
      case JsonShape::kStrings:
        return List([&] { return String(&string); });
      case JsonShape::kUints:
        return List([&] { return Number(false); });
      case JsonShape::kObjects:
        return List([&] { return Object(shape); });
    }
    return false;
  }

  Text text_;
  std::string path_;
  std::string problem_;
};

}  // namespace

bool IsGoJson(std::string_view json) {
  Text text(json);
  std::vector<char> open;  // the closing bracket of each
  std::string_view key;
  const auto member = [&] {
    text.Space();
    if (!text.String(&key)) return false;
    text.Space();
    return text.Take(':');
  };
  for (;;) {
    // At a value.
    text.Space();
    bool value_done = false;
    if (text.Peek() == '{' || text.Peek() == '[') {
      const bool object = text.Take('{');
      if (!object) text.Take('[');
      open.push_back(object ? '}' : ']');
      if (open.size() > kGoMaxDepth) return false;
      text.Space();
      if (text.Take(open.back())) {
        open.pop_back();
        value_done = true;
      } else if (object && !member()) {
        return false;
      }
    } else {
      if (!text.Scalar()) return false;
      value_done = true;
    }
    while (value_done) {
      text.Space();
      if (open.empty()) return text.AtEnd();
      if (text.Take(',')) {
        if (open.back() == '}' && !member()) return false;
        value_done = false;
      } else if (text.Take(open.back())) {
        open.pop_back();
      } else {
        return false;
      }
    }
  }
}

std::string GoUtf8(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t length = Utf8Length(text);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      text.remove_prefix(1);
    } else {
      out += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return out;
}

std::optional<std::string> UnquoteJson(std::string_view quoted) {
  Text text(quoted);
  std::string_view all;
  if (!text.String(&all) || !text.AtEnd()) return std::nullopt;
  std::string_view rest = quoted.substr(1, quoted.size() - 2);
  std::string out;
  while (!rest.empty()) {
    if (rest[0] != '\\') {
      const size_t length = Utf8Length(rest);
      if (length == 0) out += "\xEF\xBF\xBD";
      out += rest.substr(0, length);
      rest.remove_prefix(length == 0 ? 1 : length);
      continue;
    }
    const char escape = rest[1];
    rest.remove_prefix(2);
    switch (escape) {
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case 'u': {
        uint32_t unit = *TakeHex(&rest, 4);
        if (unit >= 0xD800 && unit < 0xDC00 && rest.substr(0, 2) == "\\u") {
          std::string_view after = rest.substr(2);
          const uint32_t low = *TakeHex(&after, 4);
          if (low >= 0xDC00 && low < 0xE000) {
            unit = 0x10000 + ((unit & 0x3FF) << 10) + (low & 0x3FF);
            rest = after;
          }
        }
        AppendUtf8(unit, &out);
        break;
      }
      default:
        out += escape;
    }
  }
  return out;
}

std::optional<std::string> StringMember(std::string_view json,
                                        std::string_view key) {
  Text text(json);
  std::optional<std::string> value;
  std::string_view string;
  text.Space();
  if (!text.Take('{')) return value;
  for (text.Space(); text.String(&string); text.Space()) {
    const bool wanted = UnquoteJson(string) == key;
    text.Space();
    text.Take(':');
    text.Space();
    if (text.Peek() == '"') {
      text.String(&string);
      if (wanted) value = UnquoteJson(string);
    } else {
      text.SkipToEndOfValue();
      if (wanted) value.reset();
    }
    text.Space();
    if (!text.Take(',')) break;
  }
  return value;
}

std::optional<std::string> UnquoteGo(std::string_view quoted) {
  if (quoted.size() < 2 || quoted.front() != '"' || quoted.back() != '"') {
    return std::nullopt;
  }
  std::string_view rest = quoted.substr(1, quoted.size() - 2);
  std::string out;
  while (!rest.empty()) {
    const char c = rest[0];
    rest.remove_prefix(1);
    if (c == '"' || static_cast<uint8_t>(c) < 0x20) return std::nullopt;
    if (c != '\\') {
      out += c;
      continue;
    }
    if (rest.empty()) return std::nullopt;
    const char escape = rest[0];
    rest.remove_prefix(1);
    constexpr std::string_view kNames = "abfnrtv\\\"";
    constexpr std::string_view kBytes = "\a\b\f\n\r\t\v\\\"";
    if (const size_t i = kNames.find(escape); i != std::string_view::npos) {
      out += kBytes[i];
      continue;
    }
    const size_t digits = escape == 'x'   ? 2
                          : escape == 'u' ? 4
                          : escape == 'U' ? 8
                                          : 0;
    if (digits == 0) return std::nullopt;
    const std::optional<uint32_t> value = TakeHex(&rest, digits);
    if (!value) return std::nullopt;
    if (digits == 2) {
      out += static_cast<char>(*value);
    } else {
      AppendUtf8(*value, &out);
    }
  }
  return out;
}

std::string StripJson(std::string_view json) {
  std::string out;
  bool in_string = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (!in_string && (c == ' ' || c == '\n' || c == '\t' || c == '\r')) {
      continue;
    }
    out += c;
    if (in_string && c == '\\' && i + 1 < json.size()) {
      out += json[++i];
    } else if (c == '"') {
      in_string = !in_string;
    }
  }
  return out;
}

std::string CheckShape(std::string_view json, const JsonShape& shape) {
  ShapeChecker checker(json);
  return checker.Check(shape) ? "" : checker.problem();
}

}  // namespace specgen::fuzz
