// Where something stands in a text: the one way to point at LINE:COL.
#ifndef SPECGEN_JSON_TEXT_POSITION_H_
#define SPECGEN_JSON_TEXT_POSITION_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace specgen {

struct TextPosition {
  size_t line = 1;    // from 1
  size_t column = 1;  // from 1, in bytes
};

// "LINE:COL".
std::string ToString(const TextPosition& position);

// Of the byte at `offset`, or of the text's end if that is beyond. Looks
// through the text: for one place, such as that of an error.
TextPosition FindPosition(std::string_view text, size_t offset);

// The same for many places of one text.
class LineTable {
 public:
  LineTable() : LineTable(std::string_view()) {}
  explicit LineTable(std::string_view text);

  TextPosition Position(size_t offset) const;
  // Where that line starts, or the text's end if there is no such line.
  size_t LineStart(size_t line) const;

 private:
  std::vector<size_t> starts_;
  size_t size_;
};

}  // namespace specgen

#endif  // SPECGEN_JSON_TEXT_POSITION_H_
