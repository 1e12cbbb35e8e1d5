#include "specgen/generator/go_sort.h"

#include <cstdint>
#include <fstream>
#include <vector>

#include "gtest/gtest.h"

namespace specgen {
namespace {

struct Item {
  int key;
  int index;
};

// Lists of five patterns with few distinct keys, so that equal items show in
// which order a sort leaves them.
int Key(int pattern, int i, int n, int distinct, uint64_t* random) {
  *random = *random * 6364136223846793005u + 1442695040888963407u;
  const int any =
      static_cast<int>((*random >> 33) % static_cast<uint64_t>(distinct));
  const int rising = i * distinct / (n + 1);
  switch (pattern) {
    case 1:
      return rising;
    case 2:
      return (n - i) * distinct / (n + 1);
    case 3:
      return i % 10 != 0 ? rising : any;
    case 4:
      return (i < n / 2 ? i : n - i) % distinct;
    default:
      return any;
  }
}

// go_sort.tsv holds a hash of the order that Go's sort.Slice gave for each
// number of distinct keys and each length.
TEST(GoSort, LeavesEqualItemsAsGoDoes) {
  std::ifstream file("specgen/generator/testdata/go_sort.tsv");
  int distinct = 0;
  int n = 0;
  uint64_t expected = 0;
  int lists = 0;
  while (file >> distinct >> n >> expected) {
    uint64_t hash = 1469598103934665603u;
    for (int pattern = 0; pattern < 5; ++pattern) {
      uint64_t random = static_cast<uint64_t>(n) * 2654435761u +
                        static_cast<uint64_t>(distinct);
      std::vector<Item> items;
      items.reserve(static_cast<size_t>(n));
      for (int i = 0; i < n; ++i) {
        items.push_back({Key(pattern, i, n, distinct, &random), i});
      }
      GoSort(items.data(), items.size(),
             [](const Item& a, const Item& b) { return a.key < b.key; });
      for (const Item& item : items) {
        hash ^= static_cast<uint64_t>(item.index);
        hash *= 1099511628211u;
      }
    }
    EXPECT_EQ(hash, expected) << distinct << " keys, " << n << " items";
    ++lists;
  }
  EXPECT_EQ(lists, 405);
}

// A list that sends every pivot astray ends in heap sort, sorted.
TEST(GoSort, SortsWhatDefeatsItsPivots) {
  std::vector<Item> items;
  items.reserve(3000);
  for (int i = 0; i < 3000; ++i) {
    items.push_back({(i * 7919) % (i % 97 + 1) * (i % 2 == 0 ? 1 : -1), i});
  }
  const auto less = [](const Item& a, const Item& b) { return a.key < b.key; };
  GoSort(items.data(), items.size(), less);
  for (size_t i = 1; i < items.size(); ++i) {
    EXPECT_FALSE(less(items[i], items[i - 1])) << i;
  }
}

}  // namespace
}  // namespace specgen
