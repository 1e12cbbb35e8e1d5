#include "specgen/json/go_string.h"

#include <cstdint>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "specgen/base/simd.h"
#include "specgen/base/utf8.h"

namespace specgen {
namespace {

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

}  // namespace

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
  constexpr size_t kStep = 16;
  const char* p = text.data();
  size_t size = text.size();
  if (size < kStep) {
    if (size == 0) return false;
    if (!MayLoad(p, kStep)) return std::memchr(p, '\\', size) != nullptr;
    const uint32_t own = (1u << size) - 1;
    return (Bytes16::Load(p).Matches('\\') & own) != 0;
  }
  for (; size > kStep; p += kStep, size -= kStep) {
    if (Bytes16::Load(p).Matches('\\') != 0) return true;
  }
  return Bytes16::Load(p + size - kStep).Matches('\\') != 0;
}

size_t FoldKey(std::string_view key, char* out) {
  constexpr std::string_view kLongS = "\xC5\xBF";
  constexpr std::string_view kKelvin = "\xE2\x84\xAA";
  size_t size = 0;
  while (!key.empty()) {
    if (absl::StartsWith(key, kLongS)) {
      out[size++] = 's';
      key.remove_prefix(kLongS.size());
    } else if (absl::StartsWith(key, kKelvin)) {
      out[size++] = 'k';
      key.remove_prefix(kKelvin.size());
    } else {
      out[size++] = absl::ascii_tolower(static_cast<unsigned char>(key[0]));
      key.remove_prefix(1);
    }
  }
  return size;
}

std::string FoldKey(std::string_view key) {
  std::string folded(key.size(), '\0');
  folded.resize(FoldKey(key, folded.data()));
  return folded;
}

bool NamesField(std::string_view key, std::string_view name) {
  // No key is more than three times as long as what it folds to.
  return absl::EqualsIgnoreCase(key, name) ||
         (key.size() > name.size() && key.size() <= 3 * name.size() &&
          absl::EqualsIgnoreCase(FoldKey(key), name));
}

}  // namespace specgen
