#include "specgen/base/copy_bytes.h"

#include <cstddef>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace specgen {
namespace {

// Each size that has code of its own, and the next ones.
TEST(CopyBytes, CopiesThatManyAndNoMore) {
  for (size_t size = 0; size <= 100; ++size) {
    // Of exactly that size, so that a sanitizer sees what is read beside it.
    std::vector<char> from(size);
    for (size_t i = 0; i < size; ++i) from[i] = static_cast<char>('a' + i % 26);
    std::string to(size + 2, '.');
    CopyBytes(to.data() + 1, from.data(), size);
    EXPECT_EQ(to, "." + std::string(from.begin(), from.end()) + ".");
  }
}

TEST(CopyBytes, TakesNullPointersForNothing) { CopyBytes(nullptr, nullptr, 0); }

}  // namespace
}  // namespace specgen
