// What people meant by a text that is no JSON.
#ifndef SPECGEN_JSON_SYNTAX_HINT_H_
#define SPECGEN_JSON_SYNTAX_HINT_H_

#include <cstddef>
#include <string_view>

#include "specgen/json/json_index.h"

namespace specgen {

// What is said of a value that is none.
inline constexpr char kNoJsonValue[] = "this is no JSON value";

// Better words for a syntax error of `text` at `offset` than `message`, where
// the text is one of the usual mistakes: a byte order mark, UTF-16, YAML,
// TOML, HTML, comments, other languages' values, a comma behind the last item
// (whose place `offset` is then). Else `message`. Takes time only when there is
// an error: nothing is read but some bytes around the offset and at the start.
const char* ExplainSyntax(std::string_view text, size_t* offset,
                          const char* message);
// The same of a text that has no index, for the reason `result`; `offset` is
// where the fault is.
const char* ExplainIndexProblem(std::string_view text, JsonIndex::Result result,
                                size_t* offset);

}  // namespace specgen

#endif  // SPECGEN_JSON_SYNTAX_HINT_H_
