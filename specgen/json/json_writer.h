// Writes JSON byte for byte as Go's encoding/json does.
#ifndef SPECGEN_JSON_JSON_WRITER_H_
#define SPECGEN_JSON_JSON_WRITER_H_

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace specgen {

// Appends to a std::string that the caller owns and may reuse: once it is large
// enough, writing does not allocate. Finish() must be called last.
class JsonWriter {
 public:
  explicit JsonWriter(std::string* out) : out_(out) {
    // The string is used as a plain buffer up to its capacity.
    if (out_->capacity() < 4096) out_->reserve(4096);
    out_->resize(out_->capacity());
    next_ = out_->data();
    end_ = next_ + out_->size();
  }

  // Cuts the string to what was written.
  void Finish() { out_->resize(static_cast<size_t>(next_ - out_->data())); }

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

  std::string* out_;
  char* next_;
  char* end_;
};

// `compact` (valid JSON without white space between tokens) with two spaces of
// indentation, as Go's json.Indent(.., "", "  ") makes it; ends without a line
// feed.
std::string IndentJson(std::string_view compact);

}  // namespace specgen

#endif  // SPECGEN_JSON_JSON_WRITER_H_
