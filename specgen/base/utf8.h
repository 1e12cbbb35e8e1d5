// UTF-8 as Go reads and writes it, with U+FFFD for what is none.
#ifndef SPECGEN_BASE_UTF8_H_
#define SPECGEN_BASE_UTF8_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace specgen {

// Decodes the first character of `text`, which is not empty, as Go's
// utf8.DecodeRune does: returns its length; an invalid byte is U+FFFD with
// length 1.
size_t DecodeRune(std::string_view text, char32_t* rune);

// Appends `rune` as UTF-8; what is not a character becomes U+FFFD.
void AppendRune(char32_t rune, std::string* out);
// The same into `out`, which has room for 4 bytes; returns the length.
size_t EncodeRune(char32_t rune, char* out);

bool IsValidUtf8(std::string_view text);
// Where the first byte stands that is not UTF-8; text.size() if all are.
size_t FindInvalidUtf8(std::string_view text);

// `text` with each invalid byte replaced by U+FFFD.
std::string ToValidUtf8(std::string_view text);

}  // namespace specgen

#endif  // SPECGEN_BASE_UTF8_H_
