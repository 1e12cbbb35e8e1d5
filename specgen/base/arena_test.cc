#include "specgen/base/arena.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace specgen {
namespace {

using ::testing::ElementsAre;

TEST(Arena, AlignsAndKeepsApart) {
  Arena arena;
  for (size_t size = 0; size < 300; ++size) {
    char* const bytes = arena.Allocate<char>(size);
    std::memset(bytes, 'x', size);
    auto* const number = arena.New<uint64_t>(size);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(number) % alignof(uint64_t), 0u);
    EXPECT_EQ(std::string_view(bytes, size), std::string(size, 'x'));
    EXPECT_EQ(*number, size);
  }
}

TEST(Arena, AskedForTheSameAgainItTakesNoMore) {
  Arena arena;
  const auto fill = [&] {
    for (int i = 0; i < 1000; ++i) arena.Copy("some text of an answer");
    return arena.bytes_used();
  };
  EXPECT_GE(fill(), 22000u);
  arena.Reset();
  EXPECT_EQ(arena.bytes_used(), 0u);
  fill();
  arena.Reset();
  // By now, one block holds all.
  const size_t used = fill();
  arena.Reset();
  EXPECT_EQ(fill(), used);
  arena.Release();
  EXPECT_EQ(arena.bytes_used(), 0u);
}

TEST(Arena, Concat) {
  Arena arena;
  const std::string long_part(100, 'l');
  EXPECT_EQ(arena.Concat("a", std::string_view(), long_part, "/bc"),
            "a" + long_part + "/bc");
}

TEST(Slice, ZerosAreNil) {
  Slice<int> slice;
  EXPECT_TRUE(slice.is_nil());
  EXPECT_TRUE(slice.empty());
  slice.SetEmpty();
  EXPECT_FALSE(slice.is_nil());
  EXPECT_TRUE(slice.empty());
  slice.SetNil();
  EXPECT_TRUE(slice.is_nil());
}

TEST(Slice, ElementsBeyondTheLengthSurvive) {
  Arena arena;
  Slice<int> slice;
  for (size_t i = 0; i < 9; ++i) {
    auto* const item =
        static_cast<int*>(slice.ExtendBytes(&arena, i, sizeof(int)));
    EXPECT_EQ(*item, 0) << "a new one";
    *item = static_cast<int>(i) + 10;
  }
  EXPECT_THAT(slice, ElementsAre(10, 11, 12, 13, 14, 15, 16, 17, 18));
  slice.Truncate(1);
  EXPECT_THAT(slice, ElementsAre(10));
  EXPECT_EQ(*static_cast<int*>(slice.ExtendBytes(&arena, 1, sizeof(int))), 11);
  EXPECT_EQ(*static_cast<int*>(slice.ExtendBytes(&arena, 2, sizeof(int))), 12);
  EXPECT_THAT(slice, ElementsAre(10, 11, 12));
}

TEST(Slice, ResizedItHoldsWhatIsWrittenThere) {
  Arena arena;
  Slice<int> slice;
  for (const size_t size : {3, 1, 7, 0}) {
    auto* items =
        static_cast<int*>(slice.ResizeBytes(&arena, size, sizeof(int)));
    for (size_t i = 0; i < size; ++i) items[i] = static_cast<int>(i);
    EXPECT_EQ(slice.size(), size);
    EXPECT_FALSE(slice.is_nil());
    for (size_t i = 0; i < size; ++i) EXPECT_EQ(slice[i], static_cast<int>(i));
  }
  // Of the 7, all are still behind the end.
  EXPECT_EQ(*static_cast<int*>(slice.ExtendBytes(&arena, 0, sizeof(int))), 0);
  EXPECT_EQ(*static_cast<int*>(slice.ExtendBytes(&arena, 1, sizeof(int))), 1);
}

TEST(Slice, CopiesShareTheElements) {
  Arena arena;
  const int given[] = {1, 2};
  Slice<int> slice;
  slice.Assign(&arena, given, 2, 3);
  Slice<int> copy = slice;
  slice[0] = 5;
  slice.Append(&arena, 3);
  EXPECT_THAT(copy, ElementsAre(5, 2));
  slice.Append(&arena, 4);  // which moves it
  slice[0] = 6;
  EXPECT_THAT(slice, ElementsAre(6, 2, 3, 4));
  EXPECT_THAT(copy, ElementsAre(5, 2));
}

}  // namespace
}  // namespace specgen
