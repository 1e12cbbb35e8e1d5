#include "specgen/json/syntax_hint.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "specgen/json/json_index.h"

namespace specgen {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";

bool StartsWith(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

// Takes a byte order mark of UTF-16 away, also when a JsonIndex made two U+FFFD
// of it. False: there is none.
bool ConsumeMark(std::string_view* text) {
  for (std::string_view mark :
       {"\xFF\xFE", "\xFE\xFF", "\xEF\xBF\xBD\xEF\xBF\xBD"}) {
    if (!StartsWith(*text, mark)) continue;
    text->remove_prefix(mark.size());
    return true;
  }
  return false;
}

// By its byte order mark; or since three of the four bytes of its first
// character are zero.
bool IsUtf32(std::string_view text) {
  constexpr std::string_view kZeros("\0\0\0", 3);
  const std::string_view two = kZeros.substr(0, 2);
  std::string_view rest = text;
  if (ConsumeMark(&rest)) return StartsWith(rest, two);
  if (StartsWith(text, two)) {
    rest.remove_prefix(two.size());
    if (ConsumeMark(&rest)) return true;
  }
  return text.size() >= 4 &&
         (StartsWith(text, kZeros)
              ? text[3] != '\0'
              : text[0] != '\0' && StartsWith(text.substr(1), kZeros));
}

// By its byte order mark; or since one of the two bytes of its first character
// is zero.
bool IsUtf16(std::string_view text) {
  std::string_view rest = text;
  const bool replaced = StartsWith(text, "\xEF");
  if (ConsumeMark(&rest) && !replaced) return true;
  return rest.size() >= 2 && (rest[0] == '\0') != (rest[1] == '\0');
}

// The first line that is no comment ("# ...").
std::string_view FirstLine(std::string_view text) {
  while (StartsWith(text, "#")) {
    text.remove_prefix(std::min(text.find_first_of("\r\n"), text.size()));
    text.remove_prefix(std::min(text.find_first_not_of(kSpaces), text.size()));
  }
  return text.substr(0, text.find_first_of("\r\n"));
}

// A key without quotes.
bool IsBareKey(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  });
}

// "key: value", "- item" or "---".
bool LooksLikeYaml(std::string_view line) {
  if (StartsWith(line, "---") || StartsWith(line, "- ") ||
      StartsWith(line, "%YAML")) {
    return true;
  }
  const size_t colon = line.find(':');
  return colon != std::string_view::npos && IsBareKey(line.substr(0, colon));
}

// "key = value"; or "[table]", if lines follow.
bool LooksLikeToml(std::string_view line, bool is_last) {
  const auto without_spaces = [](std::string_view part) {
    return part.substr(0, part.find_last_not_of(" \t") + 1);
  };
  if (StartsWith(line, "[")) {
    if (is_last) return false;
    line = without_spaces(line.substr(1));
    if (line.empty() || line.back() != ']') return false;
    line.remove_suffix(1);
    return IsBareKey(line);
  }
  const size_t equals = line.find('=');
  return equals != std::string_view::npos &&
         IsBareKey(without_spaces(line.substr(0, equals)));
}

// Whether a line starts there with what git writes around a merge conflict.
bool IsConflictMark(std::string_view text, size_t offset) {
  if (offset > 0 && text[offset - 1] != '\n') return false;
  constexpr size_t kLength = 7;
  const std::string_view mark = text.substr(offset, kLength);
  const std::string_view rest = text.substr(offset + mark.size());
  return mark.size() == kLength &&
         std::string_view("<|=>").find(mark[0]) != std::string_view::npos &&
         mark.find_first_not_of(mark[0]) == std::string_view::npos &&
         (rest.empty() || kSpaces.find(rest[0]) != std::string_view::npos);
}

// What other languages have where JSON has something else; null if it is none
// of that.
const char* ExplainValue(std::string_view text) {
  if (StartsWith(text, "'") || StartsWith(text, "`") ||
      StartsWith(text, "\xE2\x80\x9C") || StartsWith(text, "\xE2\x80\x98")) {
    return "JSON has strings in straight double quotes only";
  }
  std::string word;
  for (char c : text) {
    const bool is_big = c >= 'A' && c <= 'Z';
    if (!is_big && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
        std::string_view("+-._").find(c) == std::string_view::npos) {
      break;
    }
    constexpr size_t kLongest = 15;
    if (word.size() == kLongest) return nullptr;
    word += is_big ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (word == "true" || word == "false") {
    return "JSON has true and false in small letters only";
  }
  if (word == "yes" || word == "no" || word == "on" || word == "off") {
    return "JSON has true and false for that";
  }
  if (word == "null" || word == "none" || word == "nil" ||
      word == "undefined") {
    return "JSON has null for that, in small letters";
  }
  const std::string_view number = std::string_view(word).substr(
      word.find_first_not_of("+-") == std::string::npos
          ? word.size()
          : word.find_first_not_of("+-"));
  if (number == "nan" || number == "infinity" || number == "inf" ||
      number == ".inf" || number == ".nan") {
    return "JSON has no such number: neither infinity nor NaN";
  }
  if (!number.empty() &&
      (StartsWith(number, ".") || (number[0] >= '0' && number[0] <= '9'))) {
    return "JSON has numbers such as 8, -1 and 0.5 only: decimal, with no + "
           "and no 0 in front";
  }
  return nullptr;
}

}  // namespace

const char* ExplainSyntax(std::string_view text, size_t* offset,
                          const char* message) {
  if (StartsWith(text, "\xEF\xBB\xBF")) {
    *offset = 0;
    return "the text starts with a byte order mark (BOM), which JSON has not: "
           "save it as UTF-8 without one";
  }
  if (IsUtf32(text)) {
    *offset = 0;
    return "the text is UTF-32: save it as UTF-8";
  }
  if (IsUtf16(text)) {
    *offset = 0;
    return "the text is UTF-16 (PowerShell's > writes that): save it as UTF-8";
  }
  if (*offset >= text.size()) return message;
  if (IsConflictMark(text, *offset)) {
    return "git has left a merge conflict here: choose one of the two sides";
  }
  const size_t first = text.find_first_not_of(kSpaces);
  if (first != std::string_view::npos &&
      (*offset == first || *offset == first + 1)) {  // behind the [ of a table
    const std::string_view line = FirstLine(text.substr(first));
    if (*offset == first && StartsWith(line, "<")) {
      return "this looks like HTML or XML: is it a web page in place of the "
             "file?";
    }
    if (*offset == first && LooksLikeYaml(line)) {
      return "this looks like YAML: it must be JSON";
    }
    const bool is_last =
        line.data() + line.size() > &text[text.find_last_not_of(kSpaces)];
    if (LooksLikeToml(line, is_last)) {
      return "this looks like TOML: it must be JSON";
    }
  }
  const std::string_view at = text.substr(*offset);
  if (StartsWith(at, "//") || StartsWith(at, "/*") || StartsWith(at, "#")) {
    return "JSON has no comments";
  }
  if (at[0] == '}' || at[0] == ']') {
    const size_t before = text.substr(0, *offset).find_last_not_of(kSpaces);
    if (before != std::string_view::npos && text[before] == ',') {
      *offset = before;
      return "a comma stands behind the last item of a list or object";
    }
  }
  const bool is_no_value = message == std::string_view(kNoJsonValue);
  const char* const value = is_no_value ? ExplainValue(at) : nullptr;
  return value != nullptr ? value : message;
}

const char* ExplainIndexProblem(std::string_view text, JsonIndex::Result result,
                                size_t* offset) {
  *offset = IndexProblemOffset(text, result);
  return ExplainSyntax(text, offset, IndexProblem(result));
}

}  // namespace specgen
