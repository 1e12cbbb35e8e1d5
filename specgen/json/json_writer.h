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

// A text to be written as a string.
struct Quoted {
  std::string_view text;
};

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
  void Raw(std::string_view json) { Write(json); }
  template <size_t N>
  void Raw(const char (&json)[N]) {
    Write(json);
  }
  void Raw(char c) { Write(c); }

  // Several parts one behind the other: JSON that is ready, integers, and texts
  // that are Quoted. The room is made once.
  template <typename... Part>
  void Write(const Part&... parts) {
    Ensure((Room(parts) + ...));
    (Put(parts), ...);
  }

  // How much was written since the buffer was empty.
  size_t size() const { return static_cast<size_t>(next_ - out_->data()); }

  // Writes again what was written from `begin` to `end`, in terms of size().
  void Repeat(size_t begin, size_t end) {
    Ensure(end - begin);
    Copy(out_->data() + begin, end - begin);
    next_ += end - begin;
  }

  // Removes the last `size` bytes that were written.
  void TakeBack(size_t size) { next_ -= size; }

  void Integer(int64_t value) { Write(value); }

  // A quoted string. Go escapes what HTML or JavaScript would misread, and
  // writes bytes that are not UTF-8 as \ufffd.
  void String(std::string_view text) { Write(Quoted{text}); }

 private:
  void Ensure(size_t size) {
    if (static_cast<size_t>(end_ - next_) < size) [[unlikely]]
      Grow(size);
  }
  // How many bytes a part may need.
  template <size_t N>
  static constexpr size_t Room(const char (&)[N]) {
    return N - 1;
  }
  static size_t Room(std::string_view json) { return json.size(); }
  static size_t Room(char) { return 1; }
  static size_t Room(int64_t) { return 24; }
  static size_t Room(uint32_t) { return 12; }
  static size_t Room(Quoted quoted) { return 6 * quoted.text.size() + 2 + 16; }
  // Writes it; the room is ensured.
  template <size_t N>
  void Put(const char (&json)[N]) {
    std::memcpy(next_, json, N - 1);
    next_ += N - 1;
  }
  void Put(std::string_view json) {
    Copy(json.data(), json.size());
    next_ += json.size();
  }
  // Nothing and a little are not worth the call of memcpy. What is known to the
  // compiler needs none.
  void Copy(const char* from, size_t size) {
    if (__builtin_constant_p(size)) {
      std::memcpy(next_, from, size);
    } else if (size - 8 <= 8) {
      std::memcpy(next_, from, 8);
      std::memcpy(next_ + size - 8, from + size - 8, 8);
    } else if (size - 16 <= 16) {
      std::memcpy(next_, from, 16);
      std::memcpy(next_ + size - 16, from + size - 16, 16);
    } else if (size != 0) {
      std::memcpy(next_, from, size);
    }
  }
  void Put(char c) { *next_++ = c; }
  void Put(int64_t value) { next_ = std::to_chars(next_, end_, value).ptr; }
  void Put(uint32_t value) { next_ = std::to_chars(next_, end_, value).ptr; }
  void Put(Quoted quoted) {
    *next_++ = '"';
    StringBody(quoted.text);
    *next_++ = '"';
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
