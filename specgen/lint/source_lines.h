// Lines of a config for people who read what was found in it.
#ifndef SPECGEN_LINT_SOURCE_LINES_H_
#define SPECGEN_LINT_SOURCE_LINES_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "specgen/json/json_tree.h"
#include "specgen/json/text_position.h"
#include "specgen/secrets/hide_secrets.h"

namespace specgen {

// How many bytes the string, number, word or bracket takes that stands at
// `offset` of a text that is JSON; 0 at the end of a line.
size_t TokenLength(std::string_view text, size_t offset);

// A line of a text, or of a long one the part around a place, printable and in
// columns of a terminal.
struct SourceLine {
  std::string before;  // what is pointed at
  std::string at;      // what is pointed at; can be empty, as at a line's end
  std::string after;
  size_t indent = 0;  // columns of `before`
  size_t width = 1;   // columns to underline
};

// The lines of one text, with "(secret N)" for what `secrets` hides in it as a
// whole: a variable's value may stand in another line than its name.
class SourceLines {
 public:
  // Nothing larger is shown: no author's config is, and what is known of each
  // value takes more memory than its text.
  static constexpr size_t kMaxSize = size_t{1} << 20;

  // `text` must outlive this.
  SourceLines(std::string_view text, SecretHider* secrets);

  // Whether there is anything to show: not of what is no JSON, is no UTF-8, or
  // is too large.
  bool ok() const { return ok_; }

  // The line of that place, at which something of `length` bytes stands.
  SourceLine At(const TextPosition& position, size_t length) const;

 private:
  // What stands in place of a part of the text.
  struct Hidden {
    size_t begin;
    size_t end;
    std::string shown;
  };

  // Notes where `shown`, the same tree with its secrets hidden, is another, and
  // keys that are secrets. False if it is not the same tree.
  bool Compare(const JsonNode& node, const JsonNode& shown,
               SecretHider* secrets);
  // Has `shown` stand for the value or key at `begin`.
  void Hide(size_t begin, std::string_view shown);
  // The bytes from `begin` to `end`, without what is hidden.
  std::string Visible(size_t begin, size_t end) const;

  std::string_view text_;
  LineTable lines_;
  std::vector<Hidden> hidden_;  // in the order of the text
  bool ok_ = false;
};

}  // namespace specgen

#endif  // SPECGEN_LINT_SOURCE_LINES_H_
