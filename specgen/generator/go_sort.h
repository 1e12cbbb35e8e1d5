// The order in which Go's sort.Slice leaves a list.
#ifndef SPECGEN_GENERATOR_GO_SORT_H_
#define SPECGEN_GENERATOR_GO_SORT_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace specgen {

// Sorts as Go's sort.Slice does since Go 1.19: a pattern-defeating quicksort.
// It is not stable, so equal items come out in an order that depends on each of
// its decisions, and those are therefore the same here, in the same order:
// insertion sort up to 12 items; a pivot by median of three, or of three
// medians from 50 items on; a run that looks sorted is tried as such, one that
// looks reversed is turned round; items equal to the item before the run are
// split off; after a bad split three items in the middle are exchanged with
// pseudo-random ones, and after too many the rest is heap sorted.
template <typename T, typename Less>
class GoSorter {
 public:
  GoSorter(T* items, Less less) : items_(items), less_(less) {}

  void Sort(size_t size) {
    Sort(0, static_cast<ptrdiff_t>(size), std::bit_width(size));
  }

 private:
  using Index = ptrdiff_t;
  enum class Hint { kNone, kRising, kFalling };

  bool Before(Index a, Index b) const { return less_(items_[a], items_[b]); }
  void Swap(Index a, Index b) { std::swap(items_[a], items_[b]); }

  void Sort(Index begin, Index end, int bad_splits_left) {
    bool balanced = true;
    bool was_split = true;
    for (;;) {
      const Index length = end - begin;
      if (length <= 12) {
        InsertionSort(begin, end);
        return;
      }
      if (bad_splits_left == 0) {
        HeapSort(begin, end);
        return;
      }
      if (!balanced) {
        Scatter(begin, end);
        --bad_splits_left;
      }
      Hint hint = Hint::kNone;
      Index pivot = ChoosePivot(begin, end, &hint);
      if (hint == Hint::kFalling) {
        std::reverse(items_ + begin, items_ + end);
        pivot = begin + (end - 1 - pivot);
        hint = Hint::kRising;
      }
      if (balanced && was_split && hint == Hint::kRising &&
          FinishSorted(begin, end)) {
        return;
      }
      if (begin > 0 && !Before(begin - 1, pivot)) {
        begin = SplitEqual(begin, end, pivot);
        continue;
      }
      const Index middle = Split(begin, end, pivot, &was_split);
      const Index left = middle - begin;
      const Index right = end - middle;
      balanced = std::min(left, right) >= length / 8;
      if (left < right) {
        Sort(begin, middle, bad_splits_left);
        begin = middle + 1;
      } else {
        Sort(middle + 1, end, bad_splits_left);
        end = middle;
      }
    }
  }

  void InsertionSort(Index begin, Index end) {
    for (Index i = begin + 1; i < end; ++i) SinkLeft(i, begin);
  }

  // Moves the item at `i` left until the one before it is not larger, at most
  // to `first`.
  void SinkLeft(Index i, Index first) {
    for (; i > first && Before(i, i - 1); --i) Swap(i, i - 1);
  }

  void HeapSort(Index begin, Index end) {
    const Index size = end - begin;
    for (Index root = (size - 1) / 2; root >= 0; --root) {
      SiftDown(begin, root, size);
    }
    for (Index last = size - 1; last >= 0; --last) {
      Swap(begin, begin + last);
      SiftDown(begin, 0, last);
    }
  }

  void SiftDown(Index base, Index root, Index size) {
    for (;;) {
      Index child = 2 * root + 1;
      if (child >= size) return;
      if (child + 1 < size && Before(base + child, base + child + 1)) ++child;
      if (!Before(base + root, base + child)) return;
      Swap(base + root, base + child);
      root = child;
    }
  }

  // Puts what is smaller than the pivot before it, the rest behind it; returns
  // where the pivot is then. `was_split`: that is how it stood already.
  Index Split(Index begin, Index end, Index pivot, bool* was_split) {
    Swap(begin, pivot);
    Index i = begin + 1;
    Index j = end - 1;
    *was_split = true;
    for (;;) {
      while (i <= j && Before(i, begin)) ++i;
      while (i <= j && !Before(j, begin)) --j;
      if (i > j) break;
      *was_split = false;
      Swap(i++, j--);
    }
    Swap(j, begin);
    return j;
  }

  // Puts what equals the pivot first, where nothing is smaller; returns where
  // the larger begin.
  Index SplitEqual(Index begin, Index end, Index pivot) {
    Swap(begin, pivot);
    Index i = begin + 1;
    Index j = end - 1;
    for (;;) {
      while (i <= j && !Before(begin, i)) ++i;
      while (i <= j && Before(begin, j)) --j;
      if (i > j) return i;
      Swap(i++, j--);
    }
  }

  // Sorts a run that has few pairs out of order; false if it has too many, or
  // is too short to be worth the shifts.
  bool FinishSorted(Index begin, Index end) {
    Index i = begin + 1;
    for (int step = 0; step < 5; ++step) {
      while (i < end && !Before(i, i - 1)) ++i;
      if (i == end) return true;
      if (end - begin < 50) return false;
      Swap(i, i - 1);
      // Go shifts as far as the start of the whole list, not of the run.
      if (i - begin >= 2) SinkLeft(i - 1, 0);
      if (end - i >= 2) {
        for (Index k = i + 1; k < end && Before(k, k - 1); ++k) Swap(k, k - 1);
      }
    }
    return false;
  }

  void Scatter(Index begin, Index end) {
    const Index length = end - begin;
    if (length < 8) return;
    uint64_t random = static_cast<uint64_t>(length);
    const uint64_t mask =
        (uint64_t{1} << std::bit_width(static_cast<uint64_t>(length))) - 1;
    const Index middle = begin + length / 4 * 2;
    for (Index i = middle - 1; i <= middle + 1; ++i) {
      random ^= random << 13;
      random ^= random >> 7;
      random ^= random << 17;
      Index other = static_cast<Index>(random & mask);
      if (other >= length) other -= length;
      Swap(i, begin + other);
    }
  }

  Index ChoosePivot(Index begin, Index end, Hint* hint) const {
    const Index quarter = (end - begin) / 4;
    Index a = begin + quarter;
    Index b = begin + 2 * quarter;
    Index c = begin + 3 * quarter;
    int swaps = 0;
    if (end - begin >= 50) {
      a = Median(a - 1, a, a + 1, &swaps);
      b = Median(b - 1, b, b + 1, &swaps);
      c = Median(c - 1, c, c + 1, &swaps);
    }
    b = Median(a, b, c, &swaps);  // of at least 13 items
    if (swaps == 0) *hint = Hint::kRising;
    if (swaps == 12) *hint = Hint::kFalling;
    return b;
  }

  // Index of the median of three items; counts the pairs out of order met.
  Index Median(Index a, Index b, Index c, int* swaps) const {
    const auto order = [&](Index* x, Index* y) {
      if (Before(*y, *x)) {
        std::swap(*x, *y);
        ++*swaps;
      }
    };
    order(&a, &b);
    order(&b, &c);
    order(&a, &b);
    return b;
  }

  T* items_;
  Less less_;
};

template <typename T, typename Less>
void GoSort(T* items, size_t size, Less less) {
  GoSorter<T, Less>(items, less).Sort(size);
}

}  // namespace specgen

#endif  // SPECGEN_GENERATOR_GO_SORT_H_
