#include "specgen/cli/release_ranges.h"

#include <cstddef>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "specgen/engine/engine.h"

namespace specgen {

std::string ReleaseRanges(absl::FunctionRef<bool(const Release&)> holds) {
  const absl::Span<const Release> releases = AllReleases();
  std::string ranges;
  for (size_t i = 0; i < releases.size(); ++i) {
    if (!holds(releases[i])) continue;
    size_t last = i;
    while (last + 1 < releases.size() && holds(releases[last + 1])) ++last;
    absl::StrAppend(&ranges, ranges.empty() ? "" : ", ", releases[i].name);
    if (last > i) absl::StrAppend(&ranges, " to ", releases[last].name);
    i = last;
  }
  return ranges;
}

}  // namespace specgen
