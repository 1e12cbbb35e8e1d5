// Copies a few bytes without the call that std::memcpy of an unknown size is.
#ifndef SPECGEN_BASE_COPY_BYTES_H_
#define SPECGEN_BASE_COPY_BYTES_H_

#include <cstddef>
#include <cstring>

namespace specgen {

// std::memcpy; null pointers are fine if nothing is copied.
inline void CopyBytes(char* to, const char* from, size_t size) {
  if (__builtin_constant_p(size)) {
    std::memcpy(to, from, size);
  } else if (size - 8 <= 8) {
    // Two copies that may overlap.
    std::memcpy(to, from, 8);
    std::memcpy(to + size - 8, from + size - 8, 8);
  } else if (size - 16 <= 16) {
    std::memcpy(to, from, 16);
    std::memcpy(to + size - 16, from + size - 16, 16);
  } else if (size > 32) {
    std::memcpy(to, from, size);
  } else if (size >= 4) {
    std::memcpy(to, from, 4);
    std::memcpy(to + size - 4, from + size - 4, 4);
  } else if (size > 0) {
    to[0] = from[0];
    to[size / 2] = from[size / 2];
    to[size - 1] = from[size - 1];
  }
}

}  // namespace specgen

#endif  // SPECGEN_BASE_COPY_BYTES_H_
