// Text from elsewhere on its way to a person: the one place that decides what
// may reach a terminal.
//
// Names, paths and values of plugins, images, specs and command lines can hold
// what moves a cursor, ends a line, hides letters or turns them around. Whoever
// prints such a text passes it through here first; specgen/cli/console.h does
// it for all lines that it prints.
#ifndef SPECGEN_BASE_PRINTABLE_H_
#define SPECGEN_BASE_PRINTABLE_H_

#include <string>
#include <string_view>

namespace specgen {

// Whether the character shows, and shows nothing but itself: Go's
// unicode.IsPrint, for Unicode 15 (Go 1.21 to 1.26). Letters, marks, digits,
// punctuation, symbols and the ASCII space do; controls, other white space,
// line separators, marks of direction and of no width do not.
bool IsPrint(char32_t rune);

// `text` in one line that is valid UTF-8: what IsPrint refuses is written as an
// escape of Go's (\n, \x1b, \u202e), bytes that are not UTF-8 as \xff. What is
// printable stays as it is, backslashes too, so this may be done twice.
std::string Printable(std::string_view text);

// The same in double quotes, with " and \ escaped too: Go's strconv.Quote
// (fmt's %q), which Docker's messages have as well.
std::string Quote(std::string_view text);

// Quote for a message about a text that may be long: cut after some 200 bytes,
// at the end of a character, with "..." before the closing quote.
std::string QuoteShort(std::string_view text);

// JSON that holds characters in its strings which are not printable, with those
// as \uXXXX: it means the same.
std::string PrintableJson(std::string_view json);

}  // namespace specgen

#endif  // SPECGEN_BASE_PRINTABLE_H_
