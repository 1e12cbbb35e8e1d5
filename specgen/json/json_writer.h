// Writes JSON byte for byte as Go's encoding/json does.
#ifndef SPECGEN_JSON_JSON_WRITER_H_
#define SPECGEN_JSON_JSON_WRITER_H_

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "specgen/base/buffer.h"

namespace specgen {

// Appends to a buffer that the caller owns and may reuse: once it is large
// enough, writing does not allocate. Finish() must be called last; until then
// the buffer may not be used otherwise. Where speed does not matter, a string
// may be written instead; Finish() replaces what it held.
class JsonWriter {
 public:
  explicit JsonWriter(Buffer* out) : out_(out) {
    next_ = out_->Reserve(1);
    end_ = out_->data() + out_->capacity();
  }
  explicit JsonWriter(std::string* out) : JsonWriter(&own_) { text_ = out; }
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  // Hands over what was written.
  void Finish() {
    out_->Truncate(static_cast<size_t>(next_ - out_->data()));
    if (text_ != nullptr) text_->assign(out_->view());
  }

  // JSON that is ready; not a null pointer, even if it is empty.
  void Raw(std::string_view json) {
    Ensure(json.size());
    std::memcpy(next_, json.data(), json.size());
    next_ += json.size();
  }

  // As Raw, for constants: the compiler knows the size.
  template <size_t N>
  void Raw(const char (&json)[N]) {
    Ensure(N - 1);
    std::memcpy(next_, json, N - 1);
    next_ += N - 1;
  }

  void Raw(char c) {
    Ensure(1);
    *next_++ = c;
  }

  // How much was written since the buffer was empty.
  size_t size() const { return static_cast<size_t>(next_ - out_->data()); }

  // Writes again what was written from `begin` to `end`, in terms of size().
  void Repeat(size_t begin, size_t end) {
    Ensure(end - begin);
    std::memcpy(next_, out_->data() + begin, end - begin);
    next_ += end - begin;
  }

  // Removes the last `size` bytes that were written.
  void TakeBack(size_t size) { next_ -= size; }

  void Integer(int64_t value) {
    Ensure(24);
    next_ = std::to_chars(next_, end_, value).ptr;
  }

  // A quoted string. Go escapes what HTML or JavaScript would misread, and
  // writes bytes that are not UTF-8 as \ufffd.
  void String(std::string_view text) {
    Ensure(6 * text.size() + 2 + 16);
    *next_++ = '"';
    StringBody(text);
    *next_++ = '"';
  }

 private:
  void Ensure(size_t size) {
    if (static_cast<size_t>(end_ - next_) < size) Grow(size);
  }
  void Grow(size_t size);
  // Room is ensured.
  void StringBody(std::string_view text);
  void EscapedBody(std::string_view text);

  Buffer own_;
  std::string* text_ = nullptr;
  Buffer* out_;
  char* next_;
  char* end_;
};

// `compact` (valid JSON without white space between tokens) with two spaces of
// indentation, as Go's json.Indent(.., "", "  ") makes it; ends without a line
// feed.
std::string IndentJson(std::string_view compact);

}  // namespace specgen

#endif  // SPECGEN_JSON_JSON_WRITER_H_
