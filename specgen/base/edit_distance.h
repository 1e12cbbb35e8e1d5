// How near two names are, for "did you mean".
#ifndef SPECGEN_BASE_EDIT_DISTANCE_H_
#define SPECGEN_BASE_EDIT_DISTANCE_H_

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

namespace specgen {

// The least number of inserted, removed or replaced bytes that turn `a` into
// `b` (Levenshtein). Takes time and memory for short names only: callers cut
// what users wrote to a bounded length.
inline size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

}  // namespace specgen

#endif  // SPECGEN_BASE_EDIT_DISTANCE_H_
