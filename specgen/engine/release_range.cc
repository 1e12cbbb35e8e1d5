#include "specgen/engine/release_range.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "specgen/base/printable.h"

namespace specgen {

namespace {

void Add(const NamedEngine& engine, RangeNotes* notes) {
  if (!engine.understood.empty()) {
    notes->understood.push_back(engine.understood);
  }
  // What is presumed of the release itself is told of the whole range.
  if (!engine.presumed.empty() &&
      engine.presumed != Presumption(*engine.release)) {
    notes->of_names.push_back(engine.presumed);
    notes->named.push_back(engine.release);
  }
}

// Where a range begins a line stands for its first release.
void TakeFirstOfLine(std::string_view name, NamedEngine* engine) {
  const absl::StatusOr<const Release*> found = FindFirstRelease(name);
  if (!found.ok() || engine->release->build_of != nullptr) return;
  const Release* first = *found;
  while (first != engine->release && IsPreRelease(*first)) ++first;
  if (first == engine->release) return;
  // What is presumed of releases is told of the whole range.
  if (engine->presumed == Presumption(*engine->release)) {
    engine->presumed.clear();
  }
  engine->release = first;
  engine->understood =
      absl::StrCat(QuoteShort(name), " begins at Docker ", first->name);
}

// The engine of that name, `otherwise` for "".
absl::StatusOr<const Release*> FindEnd(std::string_view name,
                                       const Release* otherwise, bool is_first,
                                       RangeNotes* notes) {
  if (name.empty()) return otherwise;
  absl::StatusOr<NamedEngine> engine = FindEngine(name);
  if (!engine.ok()) return engine.status();
  if (is_first) TakeFirstOfLine(name, &*engine);
  Add(*engine, notes);
  const Release* const release = engine->release;
  if (release->build_of == nullptr) return release;
  notes->understood.push_back(absl::StrCat(
      "a range is of Docker's own releases: ", release->build_of->name,
      " stands for ", release->name));
  return release->build_of;
}

absl::StatusOr<absl::Span<const Release>> FindRange(std::string_view range,
                                                    RangeNotes* notes) {
  const absl::Span<const Release> all = AllReleases();
  if (range.empty()) return absl::MakeConstSpan(&DefaultRelease(), 1);
  const size_t dots = range.find("..");
  if (dots == std::string_view::npos) {
    absl::StatusOr<NamedEngine> engine = FindEngine(range);
    if (!engine.ok()) return engine.status();
    Add(*engine, notes);
    if (notes->of_names.empty()) notes->of_releases = engine->presumed;
    return absl::MakeConstSpan(engine->release, 1);
  }
  absl::StatusOr<const Release*> first =
      FindEnd(range.substr(0, dots), &all.front(), /*is_first=*/true, notes);
  if (!first.ok()) return first.status();
  absl::StatusOr<const Release*> last =
      FindEnd(range.substr(dots + 2), &all.back(), /*is_first=*/false, notes);
  if (!last.ok()) return last.status();
  if (*last < *first) {
    return absl::InvalidArgumentError(
        absl::StrCat("Docker ", (*last)->name, " is older than ",
                     (*first)->name, ": write the older one first"));
  }
  const absl::Span<const Release> found(
      *first, static_cast<size_t>(*last - *first) + 1);
  notes->of_releases = Presumption(found);
  return found;
}

}  // namespace

std::vector<std::string> RangeNotes::Presumed() const {
  std::vector<std::string> presumed = of_names;
  if (!of_releases.empty()) presumed.push_back(of_releases);
  return presumed;
}

absl::StatusOr<absl::Span<const Release>> FindReleases(std::string_view range,
                                                       RangeNotes* notes) {
  RangeNotes unread;
  if (notes == nullptr) notes = &unread;
  *notes = {};
  return FindRange(range, notes);
}

std::string Presumption(absl::Span<const Release> releases) {
  const Release* only = nullptr;
  size_t count = 0;
  std::vector<std::string_view> reasons;
  for (const Release& release : releases) {
    if (release.presumed.empty()) continue;
    only = &release;
    ++count;
    if (std::find(reasons.begin(), reasons.end(), release.presumed) ==
        reasons.end()) {
      reasons.push_back(release.presumed);
    }
  }
  if (count == 0) return "";
  if (count == 1) return Presumption(*only);
  return absl::StrCat(
      "Docker ",
      ReleaseRuns(
          releases,
          [](const Release& release) { return !release.presumed.empty(); }),
      " are presumed to answer as the release before them that was recorded: ",
      absl::StrJoin(reasons, ", "));
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
