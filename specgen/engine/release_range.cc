#include "specgen/engine/release_range.h"

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace specgen {

absl::StatusOr<absl::Span<const Release>> FindReleases(std::string_view range) {
  const absl::Span<const Release> all = AllReleases();
  if (range.empty()) return absl::MakeConstSpan(&NewestRelease(), 1);
  const size_t dots = range.find("..");
  const auto find =
      [&](std::string_view name,
          const Release* otherwise) -> absl::StatusOr<const Release*> {
    if (name.empty()) return otherwise;
    return FindRelease(name);
  };
  absl::StatusOr<const Release*> first =
      find(range.substr(0, dots), &all.front());
  if (!first.ok()) return first.status();
  if (dots == std::string_view::npos) return absl::MakeConstSpan(*first, 1);
  absl::StatusOr<const Release*> last =
      find(range.substr(dots + 2), &all.back());
  if (!last.ok()) return last.status();
  if (*last < *first) {
    return absl::InvalidArgumentError(
        absl::StrCat("Docker ", (*last)->name, " is older than ",
                     (*first)->name, ": write the older one first"));
  }
  return absl::MakeConstSpan(*first, static_cast<size_t>(*last - *first) + 1);
}

std::string ReleaseRuns(absl::Span<const Release> releases,
                        absl::FunctionRef<bool(const Release&)> holds) {
  std::string runs;
  for (size_t i = 0; i < releases.size(); ++i) {
    if (!holds(releases[i])) continue;
    size_t last = i;
    while (last + 1 < releases.size() && holds(releases[last + 1])) ++last;
    absl::StrAppend(&runs, runs.empty() ? "" : ", ", releases[i].name);
    if (last > i) absl::StrAppend(&runs, " to ", releases[last].name);
    i = last;
  }
  return runs;
}

std::string ReleaseRuns(absl::FunctionRef<bool(const Release&)> holds) {
  return ReleaseRuns(AllReleases(), holds);
}

}  // namespace specgen
