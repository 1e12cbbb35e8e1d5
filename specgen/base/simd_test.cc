#include "specgen/base/simd.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <random>
#include <string>

#include "gtest/gtest.h"

namespace specgen {
namespace {

using Block = std::array<char, 16>;

// What each operation gives, byte by byte.
Block Map(const Block& block, const std::function<char(char)>& f) {
  Block result;
  for (size_t i = 0; i < block.size(); ++i) result[i] = f(block[i]);
  return result;
}
uint32_t HighBits(const Block& block) {
  uint32_t bits = 0;
  for (size_t i = 0; i < block.size(); ++i) {
    bits |= uint32_t{static_cast<uint8_t>(block[i])} >> 7 << i;
  }
  return bits;
}

template <typename Bytes>
Block Stored(const Bytes& bytes) {
  Block block;
  bytes.Store(block.data());
  return block;
}

// Every operation on these bytes, against what it should give.
template <typename Bytes>
void Check(const Block& block, char c) {
  const Bytes bytes = Bytes::Load(block.data());
  const Block is = Map(block, [c](char b) { return b == c ? '\xFF' : '\0'; });
  ASSERT_EQ(Stored(bytes.Is(c)), is);
  ASSERT_EQ(bytes.Matches(c), HighBits(is));
  ASSERT_EQ(bytes.HighBits(), HighBits(block));
  if (static_cast<uint8_t>(c) >= 0x80) return;
  ASSERT_EQ(Stored(bytes.IsBelow(c)), Map(block, [c](char b) {
              return static_cast<int8_t>(b) < c ? '\xFF' : '\0';
            }));
}

template <typename Bytes>
class SimdTest : public testing::Test {};
#if defined(__SSE2__)
using Twins = testing::Types<WordBytes16, Sse2Bytes16>;
#else
using Twins = testing::Types<WordBytes16>;
#endif
TYPED_TEST_SUITE(SimdTest, Twins);

Block RandomBlock(std::mt19937* random) {
  Block block;
  for (char& c : block) c = static_cast<char>((*random)());
  return block;
}

TYPED_TEST(SimdTest, EveryByteAgainstEveryOther) {
  std::mt19937 random(1);
  for (int c = 0; c < 256; ++c) {
    for (int b = 0; b < 256; ++b) {
      Block block = RandomBlock(&random);
      block[static_cast<size_t>(b + c) % 16] = static_cast<char>(b);
      ASSERT_NO_FATAL_FAILURE(Check<TypeParam>(block, static_cast<char>(c)));
    }
  }
}

// No byte carries into its neighbours.
TYPED_TEST(SimdTest, EveryTwoNeighbours) {
  for (const char c : {'\0', '\x01', ' ', '"', '\\', '\x7F', '\xFF'}) {
    for (int two = 0; two < 0x10000; ++two) {
      Block block;
      for (size_t i = 0; i < 16; ++i) {
        block[i] = static_cast<char>(i % 2 == 0 ? two : two >> 8);
      }
      ASSERT_NO_FATAL_FAILURE(Check<TypeParam>(block, c));
    }
  }
}

TYPED_TEST(SimdTest, CombinesBytes) {
  std::mt19937 random(2);
  for (int i = 0; i < 10000; ++i) {
    const Block a = RandomBlock(&random);
    Block b = RandomBlock(&random);
    Block either, both;
    for (size_t k = 0; k < 16; ++k) {
      either[k] = static_cast<char>(a[k] | b[k]);
      both[k] = static_cast<char>(a[k] & b[k]);
    }
    const TypeParam x = TypeParam::Load(a.data());
    ASSERT_EQ(Stored(x | TypeParam::Load(b.data())), either);
    ASSERT_EQ(Stored(x & TypeParam::Load(b.data())), both);
    uint64_t low;
    std::memcpy(&low, a.data(), 8);
    ASSERT_EQ(x.low(), low);
    ASSERT_EQ(Stored(TypeParam::Fill(a[0])),
              Map(a, [&a](char) { return a[0]; }));
    // Equal, but for one byte of which one bit differs.
    ASSERT_TRUE(x == TypeParam::Load(a.data()));
    b = a;
    const uint32_t where = random();
    b[where % 16] = static_cast<char>(b[where % 16] ^ (1 << (where / 16 % 8)));
    ASSERT_FALSE(x == TypeParam::Load(b.data()));
  }
}

TYPED_TEST(SimdTest, LoadsAndStoresAtAnyAddress) {
  alignas(16) char from[64];
  for (size_t i = 0; i < sizeof(from); ++i) from[i] = static_cast<char>(i);
  for (size_t at = 0; at + 16 <= sizeof(from); ++at) {
    std::string to(64, 'x');
    TypeParam::Load(from + at).Store(to.data() + at);
    std::string expected(64, 'x');
    expected.replace(at, 16, from + at, 16);
    EXPECT_EQ(to, expected);
    if (at % 16 == 0) {
      EXPECT_TRUE(TypeParam::LoadAligned(from + at) ==
                  TypeParam::Load(from + at));
    }
  }
}

TEST(MayLoad, NeverLooksIntoTheNextPage) {
  constexpr uintptr_t kPage = 4096;
  size_t may = 0;
  for (uintptr_t at = 0; at < kPage; ++at) {
    for (const size_t size : {size_t{1}, size_t{8}, size_t{16}}) {
      // NOLINTNEXTLINE(performance-no-int-to-ptr): it is not looked at.
      if (!MayLoad(reinterpret_cast<const char*>(16 * kPage + at), size)) {
        continue;
      }
      ++may;
      EXPECT_LE(at + size, kPage);
    }
  }
#if defined(SPECGEN_ADDRESS_SANITIZER) || defined(SPECGEN_THREAD_SANITIZER) || \
    defined(SPECGEN_MEMORY_SANITIZER)
  EXPECT_EQ(may, 0u);
#else
  EXPECT_EQ(may, 3 * kPage - 0 - 7 - 15);
#endif
}

}  // namespace
}  // namespace specgen
