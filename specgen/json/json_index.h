// Where the tokens of a JSON text stand: simdjson's first stage.
#ifndef SPECGEN_JSON_JSON_INDEX_H_
#define SPECGEN_JSON_JSON_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "simdjson.h"

namespace specgen {

class JsonIndex;

// A JSON text, or one value of a larger one, as its tokens.
struct JsonTokens {
  // Up to the end of the value; what stands before `start` is not part of it.
  std::string_view text;
  size_t start = 0;
  // Byte offsets into `text`: see JsonIndex::tokens(). One more stands behind
  // the last: where the value ends, or what follows it starts.
  const uint32_t* offsets = nullptr;
  size_t count = 0;
  // What found them, which knows where they stand in the text as it came.
  const JsonIndex* index = nullptr;
};

// Finds the tokens of a text with simdjson, in any of its CPU kernels. The
// second stage is ours (JsonReader): simdjson's own differs from Go's
// encoding/json in what it accepts.
//
// Reused for many texts it stops allocating. Not thread-safe.
class JsonIndex {
 public:
  enum class Result {
    kOk,
    kEmpty,       // nothing but white space
    kOpenString,  // a string that never ends
    kControl,     // a byte below 0x20 inside a string
    kBadEscape,   // a backslash before what is no ASCII
    kTooLarge,    // over 64 MiB
  };

  static constexpr size_t kMaxSize = size_t{64} << 20;

  // Uses simdjson's best kernel for this CPU, or the one given (a test passes
  // each in turn).
  explicit JsonIndex(const simdjson::implementation* kernel = nullptr)
      : kernel_(kernel) {}

  // Indexes `text`, which must outlive the use of the index. Where the text is
  // not valid UTF-8, a copy is indexed in which each invalid byte is U+FFFD, as
  // Go decodes it.
  Result Build(std::string_view text);

  // The text that was indexed.
  std::string_view text() const { return text_; }
  // True if text() is a corrected copy.
  bool corrected() const { return corrected_; }
  // The text that was given.
  std::string_view original() const { return original_; }
  // Where in original() the byte stands that is at `offset` of text(). Looks
  // through about a kilobyte of text.
  size_t OriginalOffset(size_t offset) const;

  // Byte offsets of the tokens: each of {}[]:, outside of strings, the opening
  // quote of each string, and the first byte of each other scalar. One more
  // stands behind the last: the size of the text.
  const uint32_t* tokens() const { return parser_->structural_indexes.get(); }
  size_t token_count() const { return parser_->n_structural_indexes; }
  JsonTokens all() const { return {text_, 0, tokens(), token_count(), this}; }

 private:
  // A character that starts at this place of text() and of original().
  struct Place {
    size_t corrected;
    size_t original;
  };
  // Indexes a copy in UTF-8 from now on.
  void Correct();

  const simdjson::implementation* kernel_;
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser_;
  size_t capacity_ = 0;
  std::string_view original_;
  std::string_view text_;
  std::string copy_;
  bool corrected_ = false;
  std::vector<Place> places_;  // of a copy, one for each kPlaceStep bytes
};

// What is wrong with the text, in a reader's words; null for kOk.
const char* IndexProblem(JsonIndex::Result result);
// Where in `text`, of which Build says that: the start of the string that does
// not end, the byte that a string may not hold. The start of the text for what
// has no place.
size_t IndexProblemOffset(std::string_view text, JsonIndex::Result result);

}  // namespace specgen

#endif  // SPECGEN_JSON_JSON_INDEX_H_
