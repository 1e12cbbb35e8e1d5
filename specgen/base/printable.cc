#include "specgen/base/printable.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "specgen/base/utf8.h"

namespace specgen {
namespace {

struct RuneRange {
  char32_t first;
  char32_t last;
};

// Written by `go run tools/record_json/*.go printable`.
constexpr RuneRange kPrintable[] = {
#include "specgen/base/printable.inc"
};

constexpr char32_t kReplacement = 0xFFFD;

void AppendHex(std::string_view prefix, uint32_t value, int digits,
               std::string* out) {
  constexpr char kHex[] = "0123456789abcdef";
  out->append(prefix);
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
    out->push_back(kHex[value >> shift & 0xF]);
  }
}

// The escape of a character that is not printable.
void AppendEscape(char32_t rune, std::string* out) {
  constexpr std::string_view kNamed = "\a\b\f\n\r\t\v";
  constexpr std::string_view kLetters = "abfnrtv";
  const size_t named = rune < 0x80 ? kNamed.find(static_cast<char>(rune))
                                   : std::string_view::npos;
  if (named != std::string_view::npos) {
    out->push_back('\\');
    out->push_back(kLetters[named]);
  } else if (rune < 0x80) {
    AppendHex("\\x", rune, 2, out);
  } else if (rune < 0x10000) {
    AppendHex("\\u", rune, 4, out);
  } else {
    AppendHex("\\U", rune, 8, out);
  }
}

// A character or a byte that is none.
struct Piece {
  char32_t rune;
  std::string_view bytes;
  bool valid;
};

Piece TakePiece(std::string_view* text) {
  Piece piece;
  const size_t size = DecodeRune(*text, &piece.rune);
  piece.bytes = text->substr(0, size);
  piece.valid = size > 1 || piece.rune != kReplacement;
  text->remove_prefix(size);
  return piece;
}

// Appends `text`, printable; `escaped` are characters that are escaped besides.
void AppendPrintable(std::string_view text, std::string_view escaped,
                     std::string* out) {
  while (!text.empty()) {
    const Piece piece = TakePiece(&text);
    if (!piece.valid) {
      AppendHex("\\x", static_cast<uint8_t>(piece.bytes[0]), 2, out);
    } else if (!IsPrint(piece.rune)) {
      AppendEscape(piece.rune, out);
    } else {
      if (escaped.find(piece.bytes) != std::string_view::npos) {
        out->push_back('\\');
      }
      out->append(piece.bytes);
    }
  }
}

}  // namespace

bool IsPrint(char32_t rune) {
  const RuneRange* range = std::upper_bound(
      std::begin(kPrintable), std::end(kPrintable), rune,
      [](char32_t r, const RuneRange& entry) { return r < entry.first; });
  return range != std::begin(kPrintable) && rune <= range[-1].last;
}

std::string Printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  AppendPrintable(text, "", &out);
  return out;
}

std::string Quote(std::string_view text) {
  std::string out = "\"";
  AppendPrintable(text, "\"\\", &out);
  return out + "\"";
}

std::string QuoteShort(std::string_view text) {
  constexpr size_t kMostBytes = 200;
  if (text.size() <= kMostBytes) return Quote(text);
  // No character is longer than four bytes.
  size_t end = kMostBytes;
  while (end > kMostBytes - 4 &&
         (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) {
    --end;
  }
  std::string out = Quote(text.substr(0, end));
  out.insert(out.size() - 1, "...");
  return out;
}

std::string PrintableJson(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    const Piece piece = TakePiece(&json);
    if (piece.rune < ' ' || IsPrint(piece.rune)) {
      // Below the space only white space between tokens.
      out.append(piece.bytes);
    } else if (piece.rune < 0x10000) {
      AppendHex("\\u", piece.rune, 4, &out);
    } else {
      AppendHex("\\u", 0xD800 + ((piece.rune - 0x10000) >> 10), 4, &out);
      AppendHex("\\u", 0xDC00 + (piece.rune & 0x3FF), 4, &out);
    }
  }
  return out;
}

}  // namespace specgen
