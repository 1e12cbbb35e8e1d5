// Strings as Go has them: UTF-8 with its substitutes, JSON's escapes as
// encoding/json reads them, and quoting as fmt's %q writes it.
#ifndef SPECGEN_JSON_GO_STRING_H_
#define SPECGEN_JSON_GO_STRING_H_

#include <cstddef>
#include <cstdint>
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

// `text` with each invalid byte replaced by U+FFFD.
std::string ToValidUtf8(std::string_view text);

// The content of a JSON string (without its quotes) that holds escapes,
// unescaped into `out`, which has room for body.size() bytes. Lone surrogates
// become U+FFFD. Returns the length, or -1 and the offset of an escape that
// JSON does not have. `body` is valid UTF-8.
ptrdiff_t Unescape(std::string_view body, char* out, size_t* bad_offset);

// Whether a byte of `text` is a backslash.
bool HasBackslash(std::string_view text);

// `text` in double quotes as Go's strconv.Quote writes it (fmt's %q).
std::string Quote(std::string_view text);

// unicode.IsPrint, for Unicode 15 (Go 1.21 to 1.26).
bool IsPrint(char32_t rune);

}  // namespace specgen

#endif  // SPECGEN_JSON_GO_STRING_H_
