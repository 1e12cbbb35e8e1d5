// JSON's strings and keys as encoding/json reads them.
#ifndef SPECGEN_JSON_GO_STRING_H_
#define SPECGEN_JSON_GO_STRING_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "specgen/base/printable.h"  // IWYU pragma: export
#include "specgen/base/utf8.h"       // IWYU pragma: export

namespace specgen {

// The content of a JSON string (without its quotes) that holds escapes,
// unescaped into `out`, which has room for body.size() bytes. Lone surrogates
// become U+FFFD. Returns the length, or -1 and the offset of an escape that
// JSON does not have. `body` is valid UTF-8.
ptrdiff_t Unescape(std::string_view body, char* out, size_t* bad_offset);

// Whether a byte of `text` is a backslash.
bool HasBackslash(std::string_view text);

// `key` as Go folds it to find the field of a struct: keys that fold to the
// same name one field. Go folds by Unicode's simple case folding; here that is
// done for ASCII and for the two characters beyond it that fold onto ASCII, the
// long s (U+017F) and the Kelvin sign (U+212A), since no field has another
// name. Letters become small.
std::string FoldKey(std::string_view key);
// The same into `out`, which has room for key.size() bytes; returns the length.
size_t FoldKey(std::string_view key, char* out);

// Whether `key` names the field `name`, an ASCII name in any case.
bool NamesField(std::string_view key, std::string_view name);

}  // namespace specgen

#endif  // SPECGEN_JSON_GO_STRING_H_
