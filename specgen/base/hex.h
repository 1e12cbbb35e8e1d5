// Hexadecimal digits.
#ifndef SPECGEN_BASE_HEX_H_
#define SPECGEN_BASE_HEX_H_

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"

namespace specgen {

// Whether `text` is nothing but them, in either case; so is "".
inline bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isxdigit(static_cast<unsigned char>(c));
  });
}

}  // namespace specgen

#endif  // SPECGEN_BASE_HEX_H_
