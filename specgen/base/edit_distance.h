// How near two names are, for "did you mean".
#ifndef SPECGEN_BASE_EDIT_DISTANCE_H_
#define SPECGEN_BASE_EDIT_DISTANCE_H_

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

namespace specgen {

// The least number of inserted, removed or replaced bytes, or neighbours that
// change places, that turn `a` into `b`, where none is changed twice (Damerau's
// optimal string alignment). Takes time and memory for short names only:
// callers cut what users wrote to a bounded length.
inline size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1);
  std::vector<size_t> above(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    before.swap(above);
    above.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

}  // namespace specgen

#endif  // SPECGEN_BASE_EDIT_DISTANCE_H_
