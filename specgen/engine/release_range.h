// Ranges of releases, read from and written for people.
#ifndef SPECGEN_ENGINE_RELEASE_RANGE_H_
#define SPECGEN_ENGINE_RELEASE_RANGE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "specgen/engine/engine.h"

namespace specgen {

// What people should be told of the engines that a range names.
struct RangeNotes {
  std::vector<std::string> understood;  // what each name was taken as
  // What is presumed of them beyond what is of Docker's releases: they are
  // others' builds.
  std::vector<std::string> of_names;
  std::vector<const Release*> named;  // the engine that each of those is of
  std::string of_releases;            // their Presumption, or ""

  // All that is presumed.
  std::vector<std::string> Presumed() const;
};

// "A..B": both and all releases between them by version; "A.." and "..B" go to
// the newest and from the oldest; "A" is that one; "" is DefaultRelease. Each
// is a name for FindEngine, where a line is its first release before the dots
// ("20.10.." is from 20.10.0 on) and its newest one behind them; a build of a
// distribution stands for its release where it is not alone. Errors are
// kNotFound or kInvalidArgument. `notes` may be null.
absl::StatusOr<absl::Span<const Release>> FindReleases(
    std::string_view range, RangeNotes* notes = nullptr);

// As what those of `releases` that were not recorded are presumed to answer,
// and why, in a sentence without a full stop; "": all were recorded.
std::string Presumption(absl::Span<const Release> releases);

// Those of `releases` (a range of AllReleases) for which `holds`, as
// "1.13.0 to 18.09.0, 20.10.14"; "" if there are none.
std::string ReleaseRuns(absl::Span<const Release> releases,
                        absl::FunctionRef<bool(const Release&)> holds);

// The same of all releases.
std::string ReleaseRuns(absl::FunctionRef<bool(const Release&)> holds);

}  // namespace specgen

#endif  // SPECGEN_ENGINE_RELEASE_RANGE_H_
