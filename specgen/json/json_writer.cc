#include "specgen/json/json_writer.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "specgen/base/sanitizers.h"
#include "specgen/json/go_string.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

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

}  // namespace

void JsonWriter::Grow(size_t size) {
  out_->Truncate(static_cast<size_t>(next_ - out_->data()));
  next_ = out_->Reserve(size);
  end_ = out_->data() + out_->capacity();
}

#if defined(__SSE2__)
namespace {

// A bit for each byte that does not stand for itself; see kPlain.
inline uint32_t Specials(__m128i bytes) {
  // Two pairs differ in one bit each: < and >, the quote and &.
  const __m128i angles = _mm_cmpeq_epi8(
      _mm_or_si128(bytes, _mm_set1_epi8('<' ^ '>')), _mm_set1_epi8('<' | '>'));
  const __m128i quotes = _mm_cmpeq_epi8(
      _mm_or_si128(bytes, _mm_set1_epi8('"' ^ '&')), _mm_set1_epi8('"' | '&'));
  const __m128i backslashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  // Signed: bytes of 0x80 and up are negative and below the space as well.
  const __m128i others = _mm_cmpgt_epi8(_mm_set1_epi8(' '), bytes);
  return static_cast<uint32_t>(_mm_movemask_epi8(_mm_or_si128(
      _mm_or_si128(angles, quotes), _mm_or_si128(backslashes, others))));
}

inline __m128i Load16(const char* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}

// Whether 16 bytes can be read at `p`, of which the first belongs to a text and
// the rest may not: they cannot fault as long as they are on the same page.
// What is read too much is not used, which sanitizers do not know.
inline bool MayOverread([[maybe_unused]] const char* p) {
#if defined(SPECGEN_ADDRESS_SANITIZER) || defined(SPECGEN_THREAD_SANITIZER) || \
    defined(SPECGEN_MEMORY_SANITIZER)
  return false;
#else
  constexpr uintptr_t kSmallestPage = 4096;
  return (reinterpret_cast<uintptr_t>(p) & (kSmallestPage - 1)) <=
         kSmallestPage - 16;
#endif
}

}  // namespace
#endif

void JsonWriter::StringBody(std::string_view text) {
  const char* p = text.data();
  size_t n = text.size();
#if defined(__SSE2__)
  // Copies 16 bytes at a time and looks at them in passing. What is left at the
  // end is looked at together with bytes that were already.
  if (n > 16) {
    for (;;) {
      const __m128i bytes = Load16(p);
      if (Specials(bytes) != 0) break;
      _mm_storeu_si128(reinterpret_cast<__m128i*>(next_), bytes);
      if (n <= 16) {
        next_ += n;
        return;
      }
      const size_t step = std::min<size_t>(16, n - 16);
      next_ += step;
      p += step;
      n -= step;
    }
  } else if (n > 0 && MayOverread(p)) {
    const __m128i bytes = Load16(p);
    if ((Specials(bytes) & ((1u << n) - 1)) == 0) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(next_), bytes);
      next_ += n;
      return;
    }
  }
#endif
  size_t i = 0;
  while (i < n && kPlain[static_cast<uint8_t>(p[i])]) {
    next_[i] = p[i];
    ++i;
  }
  next_ += i;
  if (i < n) EscapedBody({p + i, n - i});
}

void JsonWriter::EscapedBody(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  const auto put = [this](std::string_view bytes) {
    std::memcpy(next_, bytes.data(), bytes.size());
    next_ += bytes.size();
  };
  size_t i = 0;
  while (i < text.size()) {
    const uint8_t c = static_cast<uint8_t>(text[i]);
    if (kPlain[c]) {
      *next_++ = text[i++];
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
          *next_++ = kHex[c >> 4];
          *next_++ = kHex[c & 0xF];
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
