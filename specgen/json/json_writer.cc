#include "specgen/json/json_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "specgen/base/simd.h"
#include "specgen/json/go_string.h"

namespace specgen {
namespace {

// Bytes that stand for themselves inside a string: ASCII without control
// characters, quote, backslash, and what HTML could misread.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (int c = 0x20; c < 0x80; ++c) {
    plain[static_cast<size_t>(c)] =
        c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
  }
  return plain;
}();

constexpr std::array<std::array<char, 2>, 100> kTwoDigits = [] {
  std::array<std::array<char, 2>, 100> digits{};
  for (size_t i = 0; i < digits.size(); ++i) {
    digits[i] = {static_cast<char>('0' + i / 10),
                 static_cast<char>('0' + i % 10)};
  }
  return digits;
}();

// Ones for each byte that does not stand for itself; see kPlain.
inline Bytes16 Specials(Bytes16 bytes) {
  // Two pairs differ in one bit each: < and >, the quote and &.
  const Bytes16 angles = (bytes | Bytes16::Fill('<' ^ '>')).Is('<' | '>');
  const Bytes16 quotes = (bytes | Bytes16::Fill('"' ^ '&')).Is('"' | '&');
  return (angles | quotes) | (bytes.Is('\\') | bytes.IsBelow(' '));
}

// What must not stand in a string as it is, is written otherwise.
char* EscapedBody(char* next, std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  const auto put = [&next](std::string_view bytes) {
    std::memcpy(next, bytes.data(), bytes.size());
    next += bytes.size();
  };
  size_t i = 0;
  while (i < text.size()) {
    const uint8_t c = static_cast<uint8_t>(text[i]);
    if (kPlain[c]) {
      *next++ = text[i++];
      continue;
    }
    if (c < 0x80) {
      ++i;
      switch (c) {
        case '"':
          put("\\\"");
          break;
        case '\\':
          put("\\\\");
          break;
        case '\b':
          put("\\b");
          break;
        case '\f':
          put("\\f");
          break;
        case '\n':
          put("\\n");
          break;
        case '\r':
          put("\\r");
          break;
        case '\t':
          put("\\t");
          break;
        default:
          put("\\u00");
          *next++ = kHex[c >> 4];
          *next++ = kHex[c & 0xF];
      }
      continue;
    }
    char32_t rune;
    const size_t length = DecodeRune(text.substr(i), &rune);
    if (length == 1) {
      put("\\ufffd");
    } else if (rune == 0x2028 || rune == 0x2029) {
      put(rune == 0x2028 ? "\\u2028" : "\\u2029");
    } else {
      put(text.substr(i, length));
    }
    i += length;
  }
  return next;
}

}  // namespace

JsonWriter::Room JsonWriter::Start(Buffer* out) {
  char* const next = out->Reserve(1);
  return {next, out->data() + out->capacity()};
}

JsonWriter::Room JsonWriter::Grow(Buffer* out, const char* next, size_t size) {
  out->Truncate(static_cast<size_t>(next - out->data()));
  char* const more = out->Reserve(size + kSlack);
  return {more, out->data() + out->capacity()};
}

char* JsonWriter::PutDigits(char* next, int64_t value) {
  return std::to_chars(next, next + kMostDigits, value).ptr;
}

[[gnu::hot]] char* JsonWriter::PutDigits(char* next, uint32_t value) {
  if (value < 10) {
    *next = static_cast<char>('0' + value);
    return next + 1;
  }
  // Device numbers and modes are short.
  if (value < 10000) {
    const char* const low = &kTwoDigits[value % 100][0];
    if (value >= 100) {
      const char* const high = &kTwoDigits[value / 100][0];
      if (value >= 1000) *next++ = high[0];
      *next++ = high[1];
    }
    std::memcpy(next, low, 2);
    return next + 2;
  }
  return std::to_chars(next, next + kMostDigits, value).ptr;
}

[[gnu::hot]] JsonWriter::Room JsonWriter::PutJson(Buffer* out, Room room,
                                                  const char* json,
                                                  size_t size) {
  if (static_cast<size_t>(room.end - room.next) < size + kSlack) [[unlikely]] {
    return PutJson(out, Grow(out, room.next, size), json, size);
  }
  if (size > 64) {
    std::memcpy(room.next, json, size);
    return {room.next + size, room.end};
  }
  if (size > 32) {
    // Four copies that may overlap.
    char* const end = room.next + size;
    std::memcpy(room.next, json, 16);
    std::memcpy(room.next + 16, json + 16, 16);
    std::memcpy(end - 32, json + size - 32, 16);
    std::memcpy(end - 16, json + size - 16, 16);
    return {end, room.end};
  }
  CopyBytes(room.next, json, size);
  return {room.next + size, room.end};
}

[[gnu::hot]] JsonWriter::Room JsonWriter::PutString(Buffer* out, Room room,
                                                    const char* text,
                                                    size_t size) {
  const size_t most = MostOfString(size);
  if (static_cast<size_t>(room.end - room.next) < most + kSlack) [[unlikely]] {
    return PutString(out, Grow(out, room.next, most), text, size);
  }
  // Copies 16 bytes at a time and looks at them in passing. What is left at the
  // end is copied together with bytes that were already.
  char* const next = room.next + 1;
  if (size - 1 < 16) {
    if (!MayLoad(text, 16)) [[unlikely]] {
      return PutEscapedString(out, room, text, size);
    }
    const Bytes16 bytes = Bytes16::Load(text);
    bytes.Store(next);
    if ((Specials(bytes).HighBits() & ((1u << size) - 1)) != 0) [[unlikely]] {
      return PutEscapedString(out, room, text, size);
    }
  } else if (size > 0) {
    const Bytes16 first = Bytes16::Load(text);
    const Bytes16 last = Bytes16::Load(text + size - 16);
    first.Store(next);
    last.Store(next + size - 16);
    Bytes16 special = Specials(first) | Specials(last);
    for (size_t i = 16; i + 16 < size; i += 16) {
      const Bytes16 bytes = Bytes16::Load(text + i);
      bytes.Store(next + i);
      special = special | Specials(bytes);
    }
    if (special.HighBits() != 0) [[unlikely]] {
      return PutEscapedString(out, room, text, size);
    }
  }
  room.next[0] = '"';
  next[size] = '"';
  return {next + size + 1, room.end};
}

JsonWriter::Room JsonWriter::PutEscapedString(Buffer*, Room room,
                                              const char* text, size_t size) {
  *room.next++ = '"';
  room.next = EscapedBody(room.next, {text, size});
  *room.next++ = '"';
  return room;
}

[[gnu::hot]] JsonWriter::Room JsonWriter::PutStrings(
    Buffer* out, Room room, const std::string_view* items, size_t count,
    bool comma) {
  for (; count > 0; --count, ++items) {
    if (comma) *room.next++ = ',';
    comma = true;
    room = PutString(out, room, items->data(), items->size());
  }
  return room;
}

std::string IndentJson(std::string_view compact) {
  std::string out;
  out.reserve(2 * compact.size());
  size_t depth = 0;
  const auto new_line = [&] {
    out += '\n';
    out.append(2 * depth, ' ');
  };
  for (size_t i = 0; i < compact.size(); ++i) {
    const char c = compact[i];
    switch (c) {
      case '"': {
        const size_t begin = i;
        for (++i; compact[i] != '"'; ++i) {
          if (compact[i] == '\\') ++i;
        }
        out += compact.substr(begin, i - begin + 1);
        break;
      }
      case '{':
      case '[':
        out += c;
        if (i + 1 < compact.size() &&
            (compact[i + 1] == '}' || compact[i + 1] == ']')) {
          out += compact[++i];
        } else {
          ++depth;
          new_line();
        }
        break;
      case '}':
      case ']':
        --depth;
        new_line();
        out += c;
        break;
      case ',':
        out += c;
        new_line();
        break;
      case ':':
        out += ": ";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace specgen
