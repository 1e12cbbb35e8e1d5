// Reads JSON as JsonReader does, where nothing is unusual about it: fast, and
// without a word about what is wrong.
#ifndef SPECGEN_JSON_PLAIN_READER_H_
#define SPECGEN_JSON_PLAIN_READER_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "specgen/base/arena.h"
#include "specgen/json/json_index.h"
#include "specgen/json/json_reader.h"

namespace specgen {

// A cursor over a text. It has the calls of JsonReader that decoders need, and
// each does what JsonReader's does; where that would record a problem, and at
// keys with escapes, this one gives up, and all later calls report the end.
// Whoever finds that it gave up must read the text anew with a JsonReader.
//
// Small enough that a decoder whose calls are all inlined keeps it in
// registers, which is what makes it several times as fast.
class PlainReader {
 public:
  // How deep a decoder may go. Values deeper than JsonReader::kMaxDepth less
  // this, at which only JsonReader can tell, are unusual.
  static constexpr size_t kMostDepth = 16;

  // Strings with escapes are unescaped into `arena`.
  PlainReader(const JsonTokens& tokens, Arena* arena)
      : text_(tokens.text.data()),
        text_end_(tokens.text.data() + tokens.text.size()),
        next_(tokens.offsets),
        end_(tokens.offsets + tokens.count),
        backslash_(FindBackslash(text_ + tokens.start, text_end_)),
        arena_(arena) {}

  JsonKind Peek() const {
    const char c = Here();
    if (c == '"') return JsonKind::kString;
    return JsonReader::KindOf(c);
  }

  // Calls `member(key)` for each member of the object that is next, and expects
  // it to pass over the value.
  template <typename Member>
  void Members(Member member) {
    ++next_;
    if (Here() == '}') {
      ++next_;
      return;
    }
    for (;;) {
      if (end_ - next_ < 2 || text_[next_[0]] != '"' ||
          text_[next_[1]] != ':' || EscapesHere()) {
        GiveUp();
        return;
      }
      const std::string_view key = StringHere();
      next_ += 2;
      member(key);
      const char behind = Here();
      ++next_;
      if (behind == ',') continue;
      if (behind != '}') GiveUp();
      return;
    }
  }

  // The same for the items of the list that is next.
  template <typename Item>
  void Items(Item item) {
    ++next_;
    if (Here() == ']') {
      ++next_;
      return;
    }
    for (;;) {
      item();
      const char behind = Here();
      ++next_;
      if (behind == ',') continue;
      if (behind != ']') GiveUp();
      return;
    }
  }

  // How many bytes of a key and of what follows it may be read.
  size_t Readable(std::string_view key) const {
    return static_cast<size_t>(text_end_ - key.data());
  }

  // The next value, which is a string.
  void String(std::string_view* value) {
    if (EscapesHere()) {
      Slowly([value](JsonReader* reader) { reader->String(value); });
      return;
    }
    *value = StringHere();
    ++next_;
  }

  // Passes over the next value, whatever it is, and checks it. The text of the
  // value goes to `raw` if given.
  void Skip(std::string_view* raw = nullptr) {
    if (Here() != '"' || EscapesHere()) {
      Slowly([raw](JsonReader* reader) { reader->Skip(raw); });
      return;
    }
    if (raw != nullptr) {
      const std::string_view value = StringHere();
      *raw = {value.data() - 1, value.size() + 2};
    }
    ++next_;
  }

  // Passes over true, false or null (which Peek() has seen).
  void SkipLiteral() {
    Slowly([](JsonReader* reader) { reader->SkipLiteral(); });
  }

  // The text of the next number.
  bool Number(std::string_view* text) {
    Slowly([text](JsonReader* reader) { reader->Number(text); });
    return ok();
  }

  void GiveUp() {
    next_ = end_;
    gave_up_ = true;
  }
  bool ok() const { return !gave_up_; }
  // Whether the whole text was read, and nothing was unusual.
  bool AtEnd() const { return !gave_up_ && next_ == end_; }

  Arena* arena() const { return arena_; }

 private:
  // The first byte of the next token.
  char Here() const { return next_ < end_ ? text_[*next_] : '\0'; }

  static const char* FindBackslash(const char* from, const char* end) {
    const void* const found =
        std::memchr(from, '\\', static_cast<size_t>(end - from));
    return found == nullptr ? end : static_cast<const char*>(found);
  }
  // Whether the next token, which is there, may have escapes.
  bool EscapesHere() const { return text_ + next_[1] > backslash_; }

  // The string that is next, without escapes. Its closing quote is the last
  // byte before the next token, but for white space: stage 1 has found both.
  std::string_view StringHere() const {
    const char* const begin = text_ + next_[0] + 1;
    const char* end = text_ + next_[1] - 1;
    if (*end != '"') end = ClosingQuoteBefore(end);
    return {begin, static_cast<size_t>(end - begin)};
  }

  // The last quote before `end`.
  const char* ClosingQuoteBefore(const char* end) const {
#if defined(__SSE2__)
    // Most often there is a new line with its indentation.
    if (end - text_ >= 16) {
      const uint32_t quotes =
          static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(
              _mm_loadu_si128(reinterpret_cast<const __m128i*>(end - 16)),
              _mm_set1_epi8('"'))));
      if (quotes != 0) return end - 16 + (31 - std::countl_zero(quotes));
    }
#endif
    do {
      --end;
    } while (*end != '"');
    return end;
  }

  // Has a JsonReader read on from here. Takes no `this`: whose address is known
  // elsewhere does not stay in registers.
  template <typename Read>
  void Slowly(Read read) {
    const uint32_t* const behind =
        ReadSlowly({text_, static_cast<size_t>(text_end_ - text_)}, next_, end_,
                   arena_, read);
    if (behind == nullptr) {
      GiveUp();
    } else {
      next_ = behind;
      if (backslash_ < text_ + *next_) {
        backslash_ = FindBackslash(text_ + *next_, text_end_);
      }
    }
  }
  template <typename Read>
  [[gnu::noinline]] static const uint32_t* ReadSlowly(std::string_view text,
                                                      const uint32_t* next,
                                                      const uint32_t* end,
                                                      Arena* arena, Read read) {
    JsonReader reader({text, 0, next, static_cast<size_t>(end - next)}, arena,
                      kMostDepth);
    read(&reader);
    return reader.ok() ? next + reader.work() : nullptr;
  }

  const char* text_;
  const char* text_end_;
  const uint32_t* next_;
  const uint32_t* end_;
  const char* backslash_;  // the first that was not read; or the end
  Arena* arena_;
  bool gave_up_ = false;
};

}  // namespace specgen

#endif  // SPECGEN_JSON_PLAIN_READER_H_
