// Looks at 16 bytes at once, where the CPU has SSE2.
#ifndef SPECGEN_BASE_LOAD16_H_
#define SPECGEN_BASE_LOAD16_H_

#if defined(__SSE2__)

#include <emmintrin.h>

#include <cstddef>
#include <cstdint>

#include "specgen/base/sanitizers.h"

namespace specgen {

inline __m128i Load16(const char* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}

// A bit for each byte that is `c`, the lowest for the first.
inline uint32_t Matches16(__m128i bytes, char c) {
  return static_cast<uint32_t>(
      _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(c))));
}

// Whether `size` bytes can be read at `p`, of which the first belongs to a text
// and the rest may not: they cannot fault as long as they are on the same page.
// What is read too much must not be used, which sanitizers do not know.
inline bool MayLoad([[maybe_unused]] const char* p,
                    [[maybe_unused]] size_t size) {
#if defined(SPECGEN_ADDRESS_SANITIZER) || defined(SPECGEN_THREAD_SANITIZER) || \
    defined(SPECGEN_MEMORY_SANITIZER)
  return false;
#else
  constexpr uintptr_t kSmallestPage = 4096;
  return (reinterpret_cast<uintptr_t>(p) & (kSmallestPage - 1)) <=
         kSmallestPage - size;
#endif
}

}  // namespace specgen

#endif  // defined(__SSE2__)

#endif  // SPECGEN_BASE_LOAD16_H_
