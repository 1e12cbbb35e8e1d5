#include "specgen/json/go_string.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "simdjson.h"
#include "specgen/base/load16.h"

namespace specgen {
namespace {

struct RuneRange {
  char32_t first;
  char32_t last;
};

// Made from Go's unicode.IsPrint by tools/reference/print_table.
constexpr RuneRange kPrintable[] = {
#include "specgen/json/printable.inc"
};

constexpr char32_t kReplacement = 0xFFFD;

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = static_cast<char>(c | 0x20);
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// The four hexadecimal digits of a \u escape, or -1.
int32_t FourHexDigits(std::string_view text) {
  if (text.size() < 4) return -1;
  int32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = HexValue(text[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

bool IsContinuation(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

}  // namespace

size_t DecodeRune(std::string_view text, char32_t* rune) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  *rune = first;
  if (first < 0x80) return 1;
  *rune = kReplacement;
  if (first < 0xC2 || first > 0xF4) return 1;
  const size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (text.size() < length) return 1;
  for (size_t i = 1; i < length; ++i) {
    if (!IsContinuation(text[i])) return 1;
  }
  // Overlong forms, surrogates and what lies beyond U+10FFFF show in the
  // second byte.
  if (first == 0xE0 && byte(1) < 0xA0) return 1;
  if (first == 0xED && byte(1) > 0x9F) return 1;
  if (first == 0xF0 && byte(1) < 0x90) return 1;
  if (first == 0xF4 && byte(1) > 0x8F) return 1;
  char32_t value = first & (0x7F >> length);
  for (size_t i = 1; i < length; ++i) value = value << 6 | (byte(i) & 0x3F);
  *rune = value;
  return length;
}

size_t EncodeRune(char32_t rune, char* out) {
  if (rune > 0x10FFFF || (rune >= 0xD800 && rune < 0xE000)) rune = kReplacement;
  if (rune < 0x80) {
    out[0] = static_cast<char>(rune);
    return 1;
  }
  if (rune < 0x800) {
    out[0] = static_cast<char>(0xC0 | rune >> 6);
    out[1] = static_cast<char>(0x80 | (rune & 0x3F));
    return 2;
  }
  if (rune < 0x10000) {
    out[0] = static_cast<char>(0xE0 | rune >> 12);
    out[1] = static_cast<char>(0x80 | (rune >> 6 & 0x3F));
    out[2] = static_cast<char>(0x80 | (rune & 0x3F));
    return 3;
  }
  out[0] = static_cast<char>(0xF0 | rune >> 18);
  out[1] = static_cast<char>(0x80 | (rune >> 12 & 0x3F));
  out[2] = static_cast<char>(0x80 | (rune >> 6 & 0x3F));
  out[3] = static_cast<char>(0x80 | (rune & 0x3F));
  return 4;
}

void AppendRune(char32_t rune, std::string* out) {
  char bytes[4];
  out->append(bytes, EncodeRune(rune, bytes));
}

bool IsValidUtf8(std::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size());
}

std::string ToValidUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  while (!text.empty()) {
    char32_t rune;
    const size_t length = DecodeRune(text, &rune);
    if (length == 1 && rune == kReplacement) {
      AppendRune(kReplacement, &out);
    } else {
      out.append(text.substr(0, length));
    }
    text.remove_prefix(length);
  }
  return out;
}

ptrdiff_t Unescape(std::string_view body, char* out, size_t* bad_offset) {
  char* const begin = out;
  size_t i = 0;
  while (i < body.size()) {
    const void* found = std::memchr(body.data() + i, '\\', body.size() - i);
    const size_t next =
        found == nullptr ? body.size()
                         : static_cast<size_t>(static_cast<const char*>(found) -
                                               body.data());
    std::memmove(out, body.data() + i, next - i);
    out += next - i;
    i = next;
    if (i == body.size()) break;
    *bad_offset = i;
    if (i + 1 == body.size()) return -1;
    const char escape = body[i + 1];
    i += 2;
    switch (escape) {
      case '"':
      case '\\':
      case '/':
        *out++ = escape;
        break;
      case 'b':
        *out++ = '\b';
        break;
      case 'f':
        *out++ = '\f';
        break;
      case 'n':
        *out++ = '\n';
        break;
      case 'r':
        *out++ = '\r';
        break;
      case 't':
        *out++ = '\t';
        break;
      case 'u': {
        const int32_t unit = FourHexDigits(body.substr(i));
        if (unit < 0) return -1;
        i += 4;
        char32_t rune = static_cast<char32_t>(unit);
        if (unit >= 0xD800 && unit < 0xE000) {
          // A pair makes one character; half a pair is replaced, and what
          // follows it is read on its own.
          rune = kReplacement;
          if (unit < 0xDC00 && body.size() - i >= 6 && body[i] == '\\' &&
              body[i + 1] == 'u') {
            const int32_t low = FourHexDigits(body.substr(i + 2));
            if (low >= 0xDC00 && low < 0xE000) {
              rune = static_cast<char32_t>(0x10000 + ((unit - 0xD800) << 10) +
                                           (low - 0xDC00));
              i += 6;
            }
          }
        }
        out += EncodeRune(rune, out);
        break;
      }
      default:
        return -1;
    }
  }
  return out - begin;
}

bool HasBackslash(std::string_view text) {
  const char* p = text.data();
  size_t n = text.size();
#if defined(__SSE2__)
  const auto at = [](const char* q) { return Matches16(Load16(q), '\\') != 0; };
  if (n >= 16) {
    for (; n > 16; p += 16, n -= 16) {
      if (at(p)) return true;
    }
    return at(p + n - 16);
  }
#endif
  constexpr uint64_t kOnes = 0x0101010101010101;
  const auto has = [](uint64_t word) {
    const uint64_t x = word ^ (kOnes * '\\');
    return ((x - kOnes) & ~x & (kOnes << 7)) != 0;
  };
  uint64_t word;
  if (n >= 8) {
    for (; n > 8; p += 8, n -= 8) {
      std::memcpy(&word, p, 8);
      if (has(word)) return true;
    }
    std::memcpy(&word, p + n - 8, 8);
    return has(word);
  }
  for (size_t i = 0; i < n; ++i) {
    if (p[i] == '\\') return true;
  }
  return false;
}

bool IsPrint(char32_t rune) {
  const RuneRange* range = std::upper_bound(
      std::begin(kPrintable), std::end(kPrintable), rune,
      [](char32_t r, const RuneRange& entry) { return r < entry.first; });
  return range != std::begin(kPrintable) && rune <= range[-1].last;
}

std::string Quote(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  const auto hex = [&](char32_t value, int digits) {
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
      out += kHex[value >> shift & 0xF];
    }
  };
  while (!text.empty()) {
    char32_t rune;
    const size_t length = DecodeRune(text, &rune);
    if (length == 1 && rune == kReplacement) {
      out += "\\x";
      hex(static_cast<uint8_t>(text[0]), 2);
    } else if (rune == '"' || rune == '\\') {
      out += '\\';
      out += static_cast<char>(rune);
    } else if (IsPrint(rune)) {
      out += text.substr(0, length);
    } else {
      switch (rune) {
        case '\a':
          out += "\\a";
          break;
        case '\b':
          out += "\\b";
          break;
        case '\f':
          out += "\\f";
          break;
        case '\n':
          out += "\\n";
          break;
        case '\r':
          out += "\\r";
          break;
        case '\t':
          out += "\\t";
          break;
        case '\v':
          out += "\\v";
          break;
        default:
          if (rune < ' ' || rune == 0x7F) {
            out += "\\x";
            hex(rune, 2);
          } else if (rune < 0x10000) {
            out += "\\u";
            hex(rune, 4);
          } else {
            out += "\\U";
            hex(rune, 8);
          }
      }
    }
    text.remove_prefix(length);
  }
  return out + "\"";
}

}  // namespace specgen
