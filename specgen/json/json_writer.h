// Writes JSON byte for byte as Go's encoding/json does.
#ifndef SPECGEN_JSON_JSON_WRITER_H_
#define SPECGEN_JSON_JSON_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "specgen/base/buffer.h"
#include "specgen/base/copy_bytes.h"

namespace specgen {

// A text to be written as a string.
struct Quoted {
  std::string_view text;
};

// Texts to be written as strings with commas between them, and if `comma`, one
// before them.
struct QuotedItems {
  absl::Span<const std::string_view> items;
  bool comma;
};

// A literal of at most 16 bytes. All 16 are always copied, which is faster than
// a copy of just its size.
struct ShortJson {
  template <size_t N>
  // NOLINTNEXTLINE(google-explicit-constructor): it is the literal.
  consteval ShortJson(const char (&json)[N]) : size(N - 1) {
    static_assert(N - 1 <= sizeof(bytes));
    for (size_t i = 0; i < size; ++i) bytes[i] = json[i];
  }

  char bytes[16] = {};
  size_t size;
};

// Appends to a buffer that the caller owns and may reuse: once it is large
// enough, writing does not allocate. Finish() must be called last; until then
// the buffer may not be used otherwise. Where speed does not matter, a string
// may be written instead; Finish() replaces what it held.
class JsonWriter {
 public:
  explicit JsonWriter(Buffer* out) : out_(out), room_(Start(out)) {}
  explicit JsonWriter(std::string* out)
      : own_(std::make_unique<Buffer>()),
        text_(out),
        out_(own_.get()),
        room_(Start(out_)) {}
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  // Hands over what was written.
  void Finish() {
    out_->Truncate(size());
    if (text_ != nullptr) text_->assign(out_->view());
  }

  // JSON that is ready; not a null pointer, even if it is empty.
  void Raw(std::string_view json) { Write(json); }
  template <size_t N>
  void Raw(const char (&json)[N]) {
    Write(json);
  }
  void Raw(char c) { Write(c); }

  // Several parts one behind the other: JSON that is ready, integers, texts
  // that are Quoted, and QuotedItems.
  template <typename... Part>
  void Write(const Part&... parts) {
    static_assert((Fixed<Part>::kSize + ...) <= kSlack);
    constexpr size_t kFirst = FixedFront<Part...>();
    if constexpr (kFirst > 0) Ensure(kFirst);
    (Put(parts), ...);
  }

  // How much was written since the buffer was empty.
  size_t size() const { return static_cast<size_t>(room_.next - out_->data()); }

  // Writes again what was written from `begin` to `end`, in terms of size().
  void Repeat(size_t begin, size_t end) {
    // After this, the buffer stays where it is.
    Ensure(end - begin + kSlack);
    room_ = PutJson(out_, room_, out_->data() + begin, end - begin);
  }

  // Removes the last `size` bytes that were written.
  void RemoveLast(size_t size) { room_.next -= size; }
  // The same for the last byte, of which there is one, if it is a comma.
  void RemoveLastComma() { room_.next -= room_.next[-1] == ',' ? 1 : 0; }

  void Integer(int64_t value) { Write(value); }

  // A quoted string. Go escapes what HTML or JavaScript would misread, and
  // writes bytes that are not UTF-8 as \ufffd.
  void String(std::string_view text) { Write(Quoted{text}); }

  void Strings(absl::Span<const std::string_view> items, bool comma) {
    Write(QuotedItems{items, comma});
  }

 private:
  // Where to write: two pointers, which functions take and return in registers.
  struct Room {
    char* next;
    char* end;
  };
  // PutJson, PutString and PutStrings leave at least this much room behind what
  // they write. So Write checks the room once, for the parts of fixed size in
  // front.
  static constexpr size_t kSlack = 192;
  template <typename Part>
  struct Fixed {
    static constexpr size_t kSize = 0;
  };
  template <size_t N>
  struct Fixed<char[N]> {
    static constexpr size_t kSize = N - 1;
  };

  // The size of the parts before the first one that has a size of its own.
  template <typename... Part>
  static constexpr size_t FixedFront() {
    size_t size = 0;
    (void)((Fixed<Part>::kSize > 0 && (size += Fixed<Part>::kSize) > 0) && ...);
    return size;
  }

  void Ensure(size_t size) {
    if (static_cast<size_t>(room_.end - room_.next) < size) [[unlikely]] {
      room_ = Grow(out_, room_.next, size);
    }
  }
  template <size_t N>
  void Put(const char (&json)[N]) {
    std::memcpy(room_.next, json, N - 1);
    room_.next += N - 1;
  }
  void Put(char c) { *room_.next++ = c; }
  void Put(const ShortJson& json) {
    std::memcpy(room_.next, json.bytes, sizeof(json.bytes));
    room_.next += json.size;
  }
  void Put(int64_t value) {
    room_.next = 0 <= value && value <= UINT32_MAX
                     ? PutDigits(room_.next, static_cast<uint32_t>(value))
                     : PutDigits(room_.next, value);
  }
  void Put(uint32_t value) { room_.next = PutDigits(room_.next, value); }
  void Put(std::string_view json) {
    room_ = PutJson(out_, room_, json.data(), json.size());
  }
  void Put(QuotedItems list) {
    if (list.items.empty()) return;
    room_ = PutStrings(out_, room_, list.items.data(), list.items.size(),
                       list.comma);
  }
  void Put(Quoted quoted) {
    room_ = PutString(out_, room_, quoted.text.data(), quoted.text.size());
  }

  // The room that there is. Not inlined: GCC would fill in the two pointers
  // together, in memory, and then keep them there.
  [[gnu::noinline]] static Room Start(Buffer* out);
  // More room, for `size` bytes and kSlack.
  [[gnu::cold]] static Room Grow(Buffer* out, const char* next, size_t size);
  // Returns where the next byte goes. There is room for kMostDigits.
  static constexpr size_t kMostDigits = 24;
  static char* PutDigits(char* next, int64_t value);
  static char* PutDigits(char* next, uint32_t value);
  static Room PutJson(Buffer* out, Room room, const char* json, size_t size);
  // No less than the bytes that a string of that size may take, and those that
  // are written behind it in passing: 6 * size + 2 + 16.
  static size_t MostOfString(size_t size) { return 8 * size + 2 + 16; }
  static Room PutString(Buffer* out, Room room, const char* text, size_t size);
  // A string in which something must be escaped, perhaps. There is room.
  [[gnu::noinline, gnu::cold]] static Room PutEscapedString(Buffer* out,
                                                            Room room,
                                                            const char* text,
                                                            size_t size);
  // There is room for a comma.
  static Room PutStrings(Buffer* out, Room room, const std::string_view* items,
                         size_t count, bool comma);

  std::unique_ptr<Buffer> own_;
  std::string* text_ = nullptr;
  Buffer* out_;
  Room room_;
};

template <>
struct JsonWriter::Fixed<char> {
  static constexpr size_t kSize = 1;
};
// An empty list writes nothing, and so leaves no room: it counts as its comma.
template <>
struct JsonWriter::Fixed<QuotedItems> {
  static constexpr size_t kSize = 1;
};
template <>
struct JsonWriter::Fixed<ShortJson> {
  static constexpr size_t kSize = sizeof(ShortJson::bytes);
};
template <>
struct JsonWriter::Fixed<int64_t> {
  static constexpr size_t kSize = kMostDigits;
};
template <>
struct JsonWriter::Fixed<uint32_t> {
  static constexpr size_t kSize = kMostDigits;
};

// `compact` (valid JSON without white space between tokens) with two spaces of
// indentation, as Go's json.Indent(.., "", "  ") makes it; ends without a line
// feed.
std::string IndentJson(std::string_view compact);

}  // namespace specgen

#endif  // SPECGEN_JSON_JSON_WRITER_H_
