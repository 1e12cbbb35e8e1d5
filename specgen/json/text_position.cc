#include "specgen/json/text_position.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"

namespace specgen {

std::string ToString(const TextPosition& position) {
  return absl::StrCat(position.line, ":", position.column);
}

TextPosition FindPosition(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const size_t line =
      static_cast<size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  // npos + 1 is 0.
  return {line, before.size() - (before.rfind('\n') + 1) + 1};
}

LineTable::LineTable(std::string_view text) : starts_({0}), size_(text.size()) {
  for (size_t at = text.find('\n'); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    starts_.push_back(at + 1);
  }
}

TextPosition LineTable::Position(size_t offset) const {
  offset = std::min(offset, size_);
  const auto line =
      std::upper_bound(starts_.begin(), starts_.end(), offset) - 1;
  return {static_cast<size_t>(line - starts_.begin()) + 1, offset - *line + 1};
}

size_t LineTable::LineStart(size_t line) const {
  return line >= 1 && line <= starts_.size() ? starts_[line - 1] : size_;
}

}  // namespace specgen
