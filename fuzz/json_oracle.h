// A second opinion on JSON: a plain, slow parser that shares no code with
// specgen's reader, writer or simdjson, to judge them by.
#ifndef SPECGEN_FUZZ_JSON_ORACLE_H_
#define SPECGEN_FUZZ_JSON_ORACLE_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/types/span.h"

namespace specgen::fuzz {

// Whether Go's encoding/json takes `json` as one JSON value: RFC 8259's grammar
// with any bytes from 0x20 inside strings, at most 10,000 levels deep.
bool IsGoJson(std::string_view json);

// The value of a JSON string, given with its quotes; nothing if it is none.
// Lone surrogates and bytes that are no UTF-8 become U+FFFD.
std::optional<std::string> UnquoteJson(std::string_view quoted);

// The value of an object's member `key`, of the last one if it is there twice;
// nothing if it is not there or no string. `json` is valid JSON.
std::optional<std::string> StringMember(std::string_view json,
                                        std::string_view key);

// The text of Go's strconv.Quote(text), undone; nothing if it is no such text.
std::optional<std::string> UnquoteGo(std::string_view quoted);

// `json` with each byte that is no UTF-8 replaced by U+FFFD, as Go ranges over
// a string.
std::string GoUtf8(std::string_view text);

// Valid JSON without the white space between its tokens.
std::string StripJson(std::string_view json);

// What a JSON value must look like.
struct JsonShape {
  enum Type {
    kString,
    kBool,
    kInt,        // a whole number
    kUint,       // one that is not negative
    kObject,     // its members are `members`
    kStringMap,  // values are strings
    kStrings,
    kStringsOrNull,
    kUints,
    kObjects,  // a list of objects like `members`
  };
  std::string_view key;
  Type type;
  bool required = false;
  absl::Span<const JsonShape> members = {};
};

// Checks that `json` is what Go's json.Marshal could have written of such an
// object: compact, valid UTF-8, with Go's escapes, no key twice, no key that is
// not a member, none missing. Returns "" or what is wrong, and where.
std::string CheckShape(std::string_view json, const JsonShape& shape);

}  // namespace specgen::fuzz

#endif  // SPECGEN_FUZZ_JSON_ORACLE_H_
