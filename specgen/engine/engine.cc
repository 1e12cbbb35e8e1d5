#include "specgen/engine/engine.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "specgen/base/printable.h"
#include "specgen/engine/engine_name.h"
#include "specgen/engine/engine_table.h"

namespace specgen {
namespace {

// The table's names are versions.
EngineName VersionOf(const Release& release) {
  return *ParseEngineName(release.name);
}

bool IsOfLine(const std::vector<uint32_t>& numbers,
              const std::vector<uint32_t>& line) {
  return numbers.size() >= line.size() &&
         std::equal(line.begin(), line.end(), numbers.begin());
}

// The build that the version of a package is of; null if there is none.
const Release* FindBuild(const EngineName& wanted) {
  if (wanted.is_docker_package) return nullptr;
  for (const Release& build : kBuildTable) {
    std::string_view behind = wanted.version;
    if (absl::ConsumePrefix(&behind, build.name) &&
        (behind.empty() ||
         !absl::ascii_isalnum(static_cast<unsigned char>(behind.front())))) {
      return &build;
    }
  }
  return nullptr;
}

const Distribution* FindDistribution(const EngineName& wanted) {
  if (wanted.is_docker_package) return nullptr;
  for (const Distribution& distribution : kDistributionTable) {
    for (std::string_view mark : absl::StrSplit(distribution.mark, ' ')) {
      if (HoldsMark(wanted.text, mark)) return &distribution;
    }
  }
  return nullptr;
}

// The release of that version, or the newest of that line, or its newest
// candidate; null if there is none.
const Release* FindVersion(const EngineName& wanted) {
  const Release* newest = nullptr;
  const Release* newest_candidate = nullptr;
  for (const Release& release : kReleaseTable) {
    const EngineName version = VersionOf(release);
    if (!IsOfLine(version.numbers, wanted.numbers)) continue;
    if (wanted.numbers.size() == version.numbers.size()) {
      if (version.candidate == wanted.candidate) return &release;
    } else if (!wanted.candidate.has_value()) {
      (IsPreRelease(release) ? newest_candidate : newest) = &release;
    }
  }
  return newest != nullptr ? newest : newest_candidate;
}

// How far a version is from another, to be compared in turn: each number, and
// then the candidate.
std::vector<uint32_t> Distance(const EngineName& wanted,
                               const EngineName& version) {
  std::vector<uint32_t> distance;
  int side = 0;  // whether `version` is the newer one, once that is known
  for (size_t i = 0; i < version.numbers.size(); ++i) {
    const uint32_t number = version.numbers[i];
    if (side == 0) {
      const uint32_t other = i < wanted.numbers.size() ? wanted.numbers[i] : 0;
      distance.push_back(std::max(number, other) - std::min(number, other));
      side = (number > other) - (number < other);
    } else {
      // Of the older ones the newest is nearest, of the newer ones the oldest.
      distance.push_back(side > 0 ? number : UINT32_MAX - number);
    }
  }
  const bool same_stage = side == 0 && wanted.candidate.has_value() &&
                          version.candidate.has_value() &&
                          wanted.candidate->stage == version.candidate->stage;
  if (same_stage) {
    const uint32_t a = wanted.candidate->number;
    const uint32_t b = version.candidate->number;
    distance.push_back(std::max(a, b) - std::min(a, b));
  } else {
    distance.push_back(version.candidate.has_value() ? UINT32_MAX
                                                     : UINT32_MAX - 1);
  }
  return distance;
}

const Release& Nearest(const EngineName& wanted) {
  const Release* nearest = nullptr;
  std::vector<uint32_t> best;
  for (const Release& release : kReleaseTable) {
    if (release.hidden) continue;
    std::vector<uint32_t> distance = Distance(wanted, VersionOf(release));
    // Of equally near ones the older one.
    if (nearest == nullptr || distance < best) {
      nearest = &release;
      best = std::move(distance);
    }
  }
  return *nearest;
}

absl::Status NoSuchRelease(std::string_view name,
                           const std::optional<EngineName>& wanted) {
  if (absl::StripAsciiWhitespace(name).empty()) {
    return absl::NotFoundError(
        "no Docker release is called \"\": a name is missing");
  }
  const std::string none =
      absl::StrCat("no Docker release is called ", QuoteShort(name));
  if (!wanted.has_value()) return absl::NotFoundError(none);
  const Release& newest = NewestRelease();
  const std::vector<uint32_t> last = VersionOf(newest).numbers;
  if (wanted->numbers > last) {
    return absl::NotFoundError(absl::StrCat(
        QuoteShort(name), " is newer than this specgen knows (", newest.name,
        ", ", newest.date, "); --engine newest takes that"));
  }
  return absl::NotFoundError(
      absl::StrCat(none, "; the nearest one is ", Nearest(*wanted).name));
}

}  // namespace

absl::Span<const Behaviour> AllBehaviours() { return kBehaviourTable; }
absl::Span<const Release> AllReleases() { return kReleaseTable; }
absl::Span<const Release> AllBuilds() { return kBuildTable; }
absl::Span<const Distribution> AllDistributions() { return kDistributionTable; }
absl::Span<const KnownDifference> KnownDifferences() {
  return kDifferenceTable;
}
std::string_view EngineTableDate() { return kTableDate; }

bool IsPreRelease(const Release& release) {
  return release.hidden || NamesCandidate(release.name);
}

const Release& NewestRelease() {
  size_t i = kReleaseTable.size() - 1;
  while (i > 0 && IsPreRelease(kReleaseTable[i])) --i;
  return kReleaseTable[i];
}

const Release& DefaultRelease() {
  size_t i = kReleaseTable.size() - 1;
  while (i > 0 && (IsPreRelease(kReleaseTable[i]) ||
                   !kReleaseTable[i].presumed.empty())) {
    --i;
  }
  return kReleaseTable[i];
}

std::string Presumption(const Release& release) {
  if (release.presumed.empty()) return "";
  if (release.build_of != nullptr) {
    return absl::StrCat(release.built_by, "'s ", release.name,
                        " is presumed to answer as Docker's ",
                        release.build_of->name, ": ", release.presumed);
  }
  // compile_table has checked that all between them do as it does.
  const Release* recorded = &release;
  while (!recorded->presumed.empty() && recorded != kReleaseTable.data()) {
    --recorded;
  }
  return absl::StrCat("Docker ", release.name, " is presumed to answer as ",
                      recorded->name, ": ", release.presumed);
}

absl::StatusOr<NamedEngine> FindEngine(std::string_view name) {
  for (const absl::Span<const Release> table : {kReleaseTable, kBuildTable}) {
    for (const Release& release : table) {
      if (release.name == name || release.tag == name) {
        return NamedEngine{&release, "", Presumption(release)};
      }
    }
  }
  NamedEngine engine = {nullptr, "", ""};
  std::optional<EngineName> wanted;
  if (absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(name), "newest")) {
    engine.release = &NewestRelease();
  } else {
    wanted = ParseEngineName(name);
    if (wanted.has_value()) {
      engine.release = FindBuild(*wanted);
      if (engine.release == nullptr) engine.release = FindVersion(*wanted);
    }
  }
  if (engine.release == nullptr) return NoSuchRelease(name, wanted);

  const Release& release = *engine.release;
  engine.understood = absl::StrCat(
      QuoteShort(name), " is taken as Docker ", release.name,
      release.build_of == nullptr ? "" : ", the build of ", release.built_by);
  engine.presumed = Presumption(release);
  if (wanted.has_value() && release.build_of == nullptr) {
    const Distribution* const distribution = FindDistribution(*wanted);
    if (distribution != nullptr) {
      engine.presumed = absl::StrCat(
          distribution->name, "'s build is presumed to answer as Docker's ",
          release.name, ": ", distribution->presumed,
          engine.presumed.empty() ? "" : "; ", engine.presumed);
    }
  }
  return engine;
}

absl::StatusOr<const Release*> FindRelease(std::string_view name) {
  // Names that are right as they are come first: no allocation.
  for (const Release& release : kReleaseTable) {
    if (release.name == name || release.tag == name) return &release;
  }
  absl::StatusOr<NamedEngine> engine = FindEngine(name);
  if (!engine.ok()) return engine.status();
  return engine->release;
}

absl::StatusOr<const Release*> FindFirstRelease(std::string_view name) {
  const absl::StatusOr<const Release*> found = FindRelease(name);
  if (!found.ok()) return found;
  if ((*found)->build_of != nullptr) return (*found)->build_of;
  const std::optional<EngineName> wanted = ParseEngineName(name);
  if (!wanted.has_value() || wanted->numbers.size() == 3) return found;
  for (const Release& release : kReleaseTable) {
    if (IsOfLine(VersionOf(release).numbers, wanted->numbers)) return &release;
  }
  return found;
}

}  // namespace specgen
