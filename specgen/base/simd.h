// Looks at 16 bytes at once: the only place with instructions of a CPU.
#ifndef SPECGEN_BASE_SIMD_H_
#define SPECGEN_BASE_SIMD_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "specgen/base/sanitizers.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace specgen {

// 16 bytes as two words, on any CPU. It and its twin for CPUs with SSE2 give
// the same for all bytes, which simd_test checks; Bytes16 is the one to use.
class WordBytes16 {
 public:
  // From any address.
  static WordBytes16 Load(const char* from) {
    WordBytes16 bytes;
    std::memcpy(bytes.words_, from, sizeof(bytes.words_));
    return bytes;
  }
  // From one that is a multiple of 16.
  static WordBytes16 LoadAligned(const void* from) {
    return Load(static_cast<const char*>(from));
  }
  // 16 times the same byte.
  static WordBytes16 Fill(char c) {
    const uint64_t word = kOnes * static_cast<uint8_t>(c);
    return {word, word};
  }
  void Store(char* to) const { std::memcpy(to, words_, sizeof(words_)); }

  WordBytes16 operator|(WordBytes16 other) const {
    return {words_[0] | other.words_[0], words_[1] | other.words_[1]};
  }
  WordBytes16 operator&(WordBytes16 other) const {
    return {words_[0] & other.words_[0], words_[1] & other.words_[1]};
  }
  bool operator==(const WordBytes16&) const = default;

  // 0xFF for each byte that is `c`, else 0.
  WordBytes16 Is(char c) const {
    const WordBytes16 all = Fill(c);
    return {Zeros(words_[0] ^ all.words_[0]), Zeros(words_[1] ^ all.words_[1])};
  }
  // 0xFF for each byte that as a signed one is below `c`, an ASCII character:
  // so for each that is no ASCII, too.
  WordBytes16 IsBelow(char c) const {
    return {Below(words_[0], c), Below(words_[1], c)};
  }

  // The highest bit of each byte; that of the first byte is the lowest one.
  uint32_t HighBits() const {
    return HighBits(words_[0]) | HighBits(words_[1]) << 8;
  }
  // A bit for each byte that is `c`, in the same order.
  uint32_t Matches(char c) const { return Is(c).HighBits(); }
  // The first eight bytes.
  uint64_t low() const { return words_[0]; }

 private:
  static_assert(std::endian::native == std::endian::little);
  static constexpr uint64_t kOnes = 0x0101010101010101;
  static constexpr uint64_t kHigh = kOnes << 7;

  WordBytes16() = default;
  WordBytes16(uint64_t low, uint64_t high) : words_{low, high} {}

  // 0xFF for each byte whose highest bit is set, else 0.
  static uint64_t Spread(uint64_t word) { return (word & kHigh) / 0x80 * 0xFF; }
  // No sum below carries into the next byte.
  static uint64_t Zeros(uint64_t word) {
    return Spread(~(((word & ~kHigh) + ~kHigh) | word));
  }
  static uint64_t Below(uint64_t word, char c) {
    const uint64_t add = kOnes * static_cast<uint64_t>(0x80 - c);
    return Spread(~((word & ~kHigh) + add) | word);
  }
  // The product moves the bit of byte i to bit 56 + i.
  static uint32_t HighBits(uint64_t word) {
    return static_cast<uint32_t>(((word & kHigh) / 0x80 * 0x0102040810204080) >>
                                 56);
  }

  uint64_t words_[2];
};

#if defined(__SSE2__)

// See WordBytes16.
class Sse2Bytes16 {
 public:
  static Sse2Bytes16 Load(const char* from) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  }
  static Sse2Bytes16 LoadAligned(const void* from) {
    return _mm_load_si128(static_cast<const __m128i*>(from));
  }
  static Sse2Bytes16 Fill(char c) { return _mm_set1_epi8(c); }
  void Store(char* to) const {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes_);
  }

  Sse2Bytes16 operator|(Sse2Bytes16 other) const {
    return _mm_or_si128(bytes_, other.bytes_);
  }
  Sse2Bytes16 operator&(Sse2Bytes16 other) const {
    return _mm_and_si128(bytes_, other.bytes_);
  }
  bool operator==(const Sse2Bytes16& other) const {
    return _mm_movemask_epi8(_mm_cmpeq_epi8(bytes_, other.bytes_)) == 0xFFFF;
  }

  Sse2Bytes16 Is(char c) const {
    return _mm_cmpeq_epi8(bytes_, _mm_set1_epi8(c));
  }
  Sse2Bytes16 IsBelow(char c) const {
    return _mm_cmpgt_epi8(_mm_set1_epi8(c), bytes_);
  }

  uint32_t HighBits() const {
    return static_cast<uint32_t>(_mm_movemask_epi8(bytes_));
  }
  uint32_t Matches(char c) const { return Is(c).HighBits(); }
  uint64_t low() const {
    return static_cast<uint64_t>(_mm_cvtsi128_si64(bytes_));
  }

 private:
  // NOLINTNEXTLINE(google-explicit-constructor): they are the same.
  Sse2Bytes16(__m128i bytes) : bytes_(bytes) {}

  __m128i bytes_;
};

using Bytes16 = Sse2Bytes16;

#else

using Bytes16 = WordBytes16;

#endif

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

#endif  // SPECGEN_BASE_SIMD_H_
