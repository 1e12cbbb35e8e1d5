#include "specgen/json/syntax_hint.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "specgen/json/json_index.h"

namespace specgen {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";

bool StartsWith(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

// By its byte order mark, also when a JsonIndex made two U+FFFD of it; or since
// every other byte of its first character is zero.
bool IsUtf16(std::string_view text) {
  constexpr std::string_view kReplaced = "\xEF\xBF\xBD\xEF\xBF\xBD";
  if (StartsWith(text, "\xFF\xFE") || StartsWith(text, "\xFE\xFF")) return true;
  if (StartsWith(text, kReplaced)) text.remove_prefix(kReplaced.size());
  return text.size() >= 2 && (text[0] == '\0') != (text[1] == '\0');
}

// "key: value", "- item" or "---" at the start of a line, or "# comment".
bool LooksLikeYaml(std::string_view text) {
  std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  if (StartsWith(line, "---") || StartsWith(line, "- ") ||
      StartsWith(line, "#")) {
    return true;
  }
  const size_t colon = line.find(':');
  if (colon == 0 || colon == std::string_view::npos) return false;
  line = line.substr(0, colon);
  return std::all_of(line.begin(), line.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  });
}

}  // namespace

const char* ExplainSyntax(std::string_view text, size_t* offset,
                          const char* message) {
  if (StartsWith(text, "\xEF\xBB\xBF")) {
    *offset = 0;
    return "the text starts with a byte order mark (BOM), which JSON has not: "
           "save it as UTF-8 without one";
  }
  if (IsUtf16(text)) {
    *offset = 0;
    return "the text is UTF-16 (PowerShell's > writes that): save it as UTF-8";
  }
  if (*offset >= text.size()) return message;
  const size_t first = text.find_first_not_of(kSpaces);
  if (*offset == first && LooksLikeYaml(text.substr(first))) {
    return "this looks like YAML: a plugin's config is JSON";
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
  return message;
}

const char* ExplainIndexProblem(std::string_view text, JsonIndex::Result result,
                                size_t* offset) {
  *offset = IndexProblemOffset(text, result);
  return ExplainSyntax(text, offset, IndexProblem(result));
}

}  // namespace specgen
