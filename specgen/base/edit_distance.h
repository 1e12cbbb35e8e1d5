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

// The name that was meant by `text`, if it is one of `names` with a typing
// error: the nearest of them, the first of several, "" if none is nearer than
// `too_far`. Of long texts only the beginning is looked at.
template <typename Names>
std::string_view NearestName(const Names& names, std::string_view text,
                             size_t too_far) {
  constexpr size_t kLookedAt = 64;
  std::string_view nearest;
  for (const std::string_view name : names) {
    const size_t distance = EditDistance(text.substr(0, kLookedAt), name);
    if (distance < too_far) {
      too_far = distance;
      nearest = name;
    }
  }
  return nearest;
}

}  // namespace specgen

#endif  // SPECGEN_BASE_EDIT_DISTANCE_H_
