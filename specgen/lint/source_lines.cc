#include "specgen/lint/source_lines.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "specgen/base/printable.h"
#include "specgen/base/utf8.h"
#include "specgen/json/json_index.h"
#include "specgen/json/json_reader.h"

namespace specgen {
namespace {

// What terminals show in no column of its own, and in two: the scripts that
// have such characters, not each of them. That something is pointed at a column
// too far does no harm.
struct Runes {
  char32_t first;
  char32_t last;
  size_t columns;
};
constexpr Runes kUnusual[] = {
    {0x0300, 0x036F, 0},   {0x0591, 0x05BD, 0},   {0x0610, 0x061A, 0},
    {0x064B, 0x065F, 0},   {0x1100, 0x115F, 2},   {0x1AB0, 0x1AFF, 0},
    {0x1DC0, 0x1DFF, 0},   {0x20D0, 0x20FF, 0},   {0x2E80, 0x303E, 2},
    {0x3041, 0xA4CF, 2},   {0xAC00, 0xD7A3, 2},   {0xF900, 0xFAFF, 2},
    {0xFE00, 0xFE0F, 0},   {0xFE20, 0xFE2F, 0},   {0xFE30, 0xFE6F, 2},
    {0xFF00, 0xFF60, 2},   {0xFFE0, 0xFFE6, 2},   {0x1F300, 0x1F64F, 2},
    {0x1F680, 0x1F6FF, 2}, {0x1F900, 0x1F9FF, 2}, {0x20000, 0x3FFFD, 2},
};

size_t Columns(char32_t rune) {
  for (const Runes& runes : kUnusual) {
    if (rune >= runes.first && rune <= runes.last) return runes.columns;
  }
  return 1;
}

size_t Columns(std::string_view text) {
  size_t columns = 0;
  while (!text.empty()) {
    char32_t rune;
    text.remove_prefix(DecodeRune(text, &rune));
    columns += Columns(rune);
  }
  return columns;
}

// As much of the text's beginning as has room in so many columns.
std::string_view Head(std::string_view text, size_t columns) {
  size_t end = 0;
  while (end < text.size()) {
    char32_t rune;
    const size_t size = DecodeRune(text.substr(end), &rune);
    if (Columns(rune) > columns) break;
    columns -= Columns(rune);
    end += size;
  }
  return text.substr(0, end);
}

bool IsInsideCharacter(std::string_view text, size_t offset) {
  return offset < text.size() &&
         (static_cast<uint8_t>(text[offset]) & 0xC0) == 0x80;
}

// One line for a terminal, of which a tab is as wide as four spaces.
std::string Shown(std::string_view text) {
  return Printable(absl::StrReplaceAll(text, {{"\t", "    "}}));
}

constexpr std::string_view kDots = "...";

// `text`, of which the end was cut off if `is_cut`, in so many columns.
std::string FromBegin(std::string_view text, bool is_cut, size_t columns) {
  if (!is_cut && Columns(text) <= columns) return std::string(text);
  return absl::StrCat(Head(text, columns - kDots.size()), kDots);
}

std::string ToEnd(std::string_view text, bool is_cut, size_t columns) {
  size_t all = Columns(text);
  if (!is_cut && all <= columns) return std::string(text);
  while (all > columns - kDots.size()) {
    char32_t rune;
    text.remove_prefix(DecodeRune(text, &rune));
    all -= Columns(rune);
  }
  return absl::StrCat(kDots, text);
}

}  // namespace

size_t TokenLength(std::string_view text, size_t offset) {
  text.remove_prefix(std::min(offset, text.size()));
  if (text.empty() || text[0] == '\n') return 0;
  size_t end = 1;
  if (text[0] == '"') {
    while (end < text.size() && text[end] != '"') {
      end += text[end] == '\\' ? 2 : 1;
    }
    return std::min(end + 1, text.size());
  }
  if (std::string_view("{}[],:").find(text[0]) == std::string_view::npos) {
    end = text.find_first_of("{}[],: \t\r\n\"", 1);
  }
  return std::min(end, text.size());
}

SourceLines::SourceLines(std::string_view text, SecretHider* secrets)
    : text_(text) {
  if (text.size() > kMaxSize || !IsValidUtf8(text)) return;
  const absl::StatusOr<std::unique_ptr<JsonTree>> tree =
      JsonTree::Parse(text, "", JsonTree::kMaxConfigValues);
  if (!tree.ok()) return;
  lines_ = LineTable(text);
  const std::optional<std::string> shown = secrets->Json((*tree)->root());
  if (!shown.has_value()) {
    ok_ = Compare((*tree)->root(), (*tree)->root(), secrets);
    return;
  }
  const absl::StatusOr<std::unique_ptr<JsonTree>> other =
      JsonTree::Parse(*shown, "", JsonTree::kMaxConfigValues);
  ok_ = other.ok() && Compare((*tree)->root(), (*other)->root(), secrets);
}

bool SourceLines::Compare(const JsonNode& node, const JsonNode& shown,
                          SecretHider* secrets) {
  if (node.items.size() != shown.items.size()) return false;
  for (size_t i = 0; i < node.items.size(); ++i) {
    const JsonNode& item = node.items[i];
    if (item.key != shown.items[i].key) return false;
    if (!item.key.empty()) {
      const std::string key = secrets->Text(item.key);
      if (key != item.key) Hide(item.key_offset, key);
    }
    if (!Compare(item, shown.items[i], secrets)) return false;
  }
  if (node.kind == shown.kind && node.text == shown.text) return true;
  if (!shown.is(JsonKind::kString)) return false;
  Hide(node.offset, shown.text);
  return true;
}

void SourceLines::Hide(size_t begin, std::string_view shown) {
  hidden_.push_back({begin, begin + TokenLength(text_, begin), Quote(shown)});
}

std::string SourceLines::Visible(size_t begin, size_t end) const {
  std::string visible;
  auto next = std::partition_point(
      hidden_.begin(), hidden_.end(),
      [begin](const Hidden& hidden) { return hidden.end <= begin; });
  while (begin < end) {
    if (next == hidden_.end() || next->begin >= end) {
      visible += text_.substr(begin, end - begin);
      break;
    }
    if (next->begin >= begin) {
      absl::StrAppend(&visible, text_.substr(begin, next->begin - begin),
                      next->shown);
    }
    begin = next->end;
    ++next;
  }
  return visible;
}

SourceLine SourceLines::At(const TextPosition& position, size_t length) const {
  // No character that shows takes less than a byte for a column, but those of
  // two bytes and more that are shown as one, or none.
  constexpr size_t kMostBytes = 400;
  constexpr size_t kMostBefore = 50;
  constexpr size_t kMostAt = 40;
  constexpr size_t kMost = 100;
  const size_t line = lines_.LineStart(position.line);
  const size_t at = std::min(line + position.column - 1, text_.size());
  size_t line_end = text_.find('\n', at);
  if (line_end == std::string_view::npos) line_end = text_.size();
  if (line_end > at && text_[line_end - 1] == '\r') --line_end;
  const size_t end = std::min(at + length, line_end);

  size_t from = at - line > kMostBytes ? at - kMostBytes : line;
  while (IsInsideCharacter(text_, from)) ++from;
  size_t at_to = std::min(end, at + kMostBytes);
  while (IsInsideCharacter(text_, at_to)) ++at_to;
  size_t to = std::min(line_end, end + kMostBytes);
  while (IsInsideCharacter(text_, to)) ++to;

  SourceLine shown;
  shown.at = FromBegin(Shown(Visible(at, at_to)), at_to < end, kMostAt);
  shown.width = Columns(shown.at);
  const std::string after = Shown(Visible(end, to));
  const size_t behind = shown.width + Columns(after);
  shown.before = ToEnd(Shown(Visible(from, at)), from > line,
                       std::max(kMostBefore, kMost - std::min(kMost, behind)));
  shown.indent = Columns(shown.before);
  shown.after =
      FromBegin(after, to < line_end, kMost - shown.indent - shown.width);
  shown.width = std::max<size_t>(shown.width, 1);
  return shown;
}

}  // namespace specgen
