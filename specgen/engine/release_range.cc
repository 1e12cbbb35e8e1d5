#include "specgen/engine/release_range.h"

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace specgen {

namespace {

void Note(const NamedEngine& engine, std::vector<std::string>* notes) {
  for (const std::string& note : {engine.understood, engine.presumed}) {
    if (!note.empty()) notes->push_back(note);
  }
}

// The engine of that name, `otherwise` for "".
absl::StatusOr<const Release*> FindEnd(std::string_view name,
                                       const Release* otherwise,
                                       std::vector<std::string>* notes) {
  if (name.empty()) return otherwise;
  absl::StatusOr<NamedEngine> engine = FindEngine(name);
  if (!engine.ok()) return engine.status();
  Note(*engine, notes);
  const Release* const release = engine->release;
  return release->build_of == nullptr ? release : release->build_of;
}

}  // namespace

absl::StatusOr<absl::Span<const Release>> FindReleases(
    std::string_view range, std::vector<std::string>* notes) {
  const absl::Span<const Release> all = AllReleases();
  std::vector<std::string> unheard;
  if (notes == nullptr) notes = &unheard;
  if (range.empty()) return absl::MakeConstSpan(&DefaultRelease(), 1);
  const size_t dots = range.find("..");
  if (dots == std::string_view::npos) {
    absl::StatusOr<NamedEngine> engine = FindEngine(range);
    if (!engine.ok()) return engine.status();
    Note(*engine, notes);
    return absl::MakeConstSpan(engine->release, 1);
  }
  absl::StatusOr<const Release*> first =
      FindEnd(range.substr(0, dots), &all.front(), notes);
  if (!first.ok()) return first.status();
  absl::StatusOr<const Release*> last =
      FindEnd(range.substr(dots + 2), &all.back(), notes);
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
