#include "specgen/base/utf8.h"

#include <cstdint>

#include "simdjson.h"

namespace specgen {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

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

size_t FindInvalidUtf8(std::string_view text) {
  std::string_view rest = text;
  while (!rest.empty()) {
    char32_t rune;
    const size_t length = DecodeRune(rest, &rune);
    if (length == 1 && rune == kReplacement) break;
    rest.remove_prefix(length);
  }
  return text.size() - rest.size();
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

}  // namespace specgen
