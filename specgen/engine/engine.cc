#include "specgen/engine/engine.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
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
  return *ParseVersion(release.name);
}

bool IsOfLine(const std::vector<uint32_t>& numbers,
              const std::vector<uint32_t>& line) {
  return numbers.size() >= line.size() &&
         std::equal(line.begin(), line.end(), numbers.begin());
}

// What stands behind the name of a build in the version of a package,
// "-1+deb12u1"; nothing if it is none of that build.
std::optional<std::string_view> RevisionOf(const EngineName& wanted,
                                           const Release& build) {
  std::string_view behind = wanted.version;
  if (wanted.packager == Packager::kDocker ||
      !absl::ConsumePrefix(&behind, build.name) ||
      (!behind.empty() && !absl::StrContains("-+~", behind.front()))) {
    return std::nullopt;
  }
  return behind;
}

// The build that the version of a package is of; null if there is none.
const Release* FindBuild(const EngineName& wanted) {
  for (const Release& build : kBuildTable) {
    if (RevisionOf(wanted, build).has_value()) return &build;
  }
  return nullptr;
}

// The release that a beta of moby/v2 is; null if it is none, or none is known.
const Release* FindModule(const EngineName& wanted) {
  for (const EngineModule& module : kModuleTable) {
    const EngineName version = *ParseVersion(module.version);
    if (version.numbers == wanted.numbers &&
        version.candidate == wanted.candidate) {
      return module.release;
    }
  }
  return nullptr;
}

const Distribution* FindDistribution(const EngineName& wanted) {
  if (wanted.packager == Packager::kDocker) return nullptr;
  const std::string version =
      wanted.epoch.has_value()
          ? absl::StrCat(*wanted.epoch, ":", wanted.version)
          : wanted.version;
  for (const Distribution& distribution : kDistributionTable) {
    for (std::string_view mark : absl::StrSplit(distribution.mark, ' ')) {
      if (absl::ConsumePrefix(&mark, "@")
              ? HoldsMark(wanted.words, mark)
              : HoldsMark(version, mark) || HoldsMark(wanted.build, mark)) {
        return &distribution;
      }
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

// Whether that is a release, or is to be one soon.
bool IsKnown(const EngineName& name) {
  const std::vector<uint32_t> newest = VersionOf(NewestRelease()).numbers;
  return FindVersion(name) != nullptr ||
         (name.numbers > newest && name.numbers[0] == newest[0]);
}

// A release itself stands behind all of its stages.
int RankOf(const EngineName& version) {
  return StageRank(version.candidate.has_value() ? version.candidate->stage
                                                 : "");
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
  // Of other numbers the release is nearest; of the same, the next stage.
  const int wanted_rank = side == 0 ? RankOf(wanted) : StageRank("");
  const int rank = RankOf(version);
  distance.push_back(static_cast<uint32_t>(std::abs(rank - wanted_rank)));
  const uint32_t number =
      version.candidate.has_value() ? version.candidate->number : 0;
  if (rank == wanted_rank && wanted.candidate.has_value()) {
    const uint32_t other = wanted.candidate->number;
    distance.push_back(std::max(number, other) - std::min(number, other));
  } else {
    distance.push_back(rank > wanted_rank ? number : UINT32_MAX - number);
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

// Whether a daemon of that very package was recorded, or of one that Debian
// built again of the same ("+b6"). A daemon does not say its revision.
bool IsRecorded(std::string_view revision, const Release& build) {
  return revision.empty() ||
         (absl::ConsumePrefix(&revision,
                              build.tag.substr(build.tag.rfind(build.name) +
                                               build.name.size())) &&
          (revision.empty() || HoldsMark(revision.substr(0, 3), "+b#")));
}

// Why what was recorded of that release or build need not be what the one that
// is meant answers; "" if it is that very one.
std::string OtherBuild(const EngineName& wanted, const Release& release) {
  const Distribution* const distribution = FindDistribution(wanted);
  // Of a build: it is made of the same source, but not by those who made that.
  if (release.build_of != nullptr) {
    const std::string_view revision = *RevisionOf(wanted, release);
    if (IsRecorded(revision, release)) return "";
    // Debian's own: "-9+b5", "-1+deb12u1"; others put their names in it.
    const bool is_revision = revision.find_first_not_of("-+.0123456789debu") ==
                             std::string_view::npos;
    const bool is_known =
        distribution != nullptr &&
        !absl::StartsWith(release.built_by, distribution->name);
    return absl::StrCat(
        is_revision ? "another revision"
        : is_known  ? absl::StrCat(distribution->name, "'s build")
                    : "another distribution's build",
        " is presumed to answer as ", release.built_by, "'s ", release.name,
        is_revision ? absl::StrCat(" in ", release.tag) : "",
        ": it is built of that source, maybe with other packages "
        "of the modules, and no daemon of it was recorded");
  }
  if (distribution != nullptr) {
    return absl::StrCat(distribution->name,
                        "'s build is presumed to answer as Docker's ",
                        release.name, ": ", distribution->presumed);
  }
  if (wanted.packager != Packager::kOther) return "";
  return absl::StrCat(
      "that build is presumed to answer as Docker's ", release.name,
      wanted.part.empty() ? ": it is none of Docker's own packages"
                          : absl::StrCat(": it is a package of ", wanted.part),
      ", and no daemon of it was recorded");
}

absl::Status NoSuchRelease(std::string_view name,
                           const std::vector<EngineName>& names,
                           std::string_view problem) {
  if (absl::StripAsciiWhitespace(name).empty()) {
    return absl::NotFoundError(
        "no Docker release is called \"\": a name is missing");
  }
  const std::string none =
      absl::StrCat("no Docker release is called ", QuoteShort(name),
                   problem.empty() ? "" : ": ", problem);
  // Nor is one near to what must be a date, or to a beta of moby/v2.
  constexpr uint32_t kFirstYear = 1900;
  if (names.empty() || names[0].numbers[0] >= kFirstYear) {
    return absl::NotFoundError(none);
  }
  if (names[0].numbers == std::vector<uint32_t>{2, 0, 0}) {
    return absl::NotFoundError(absl::StrCat(
        none, ": no release is known to be that version of moby/v2"));
  }
  const Release& newest = NewestRelease();
  const std::vector<uint32_t> last = VersionOf(newest).numbers;
  if (names[0].numbers > last) {
    return absl::NotFoundError(absl::StrCat(
        QuoteShort(name), " is newer than this specgen knows (", newest.name,
        ", ", newest.date, "); --engine newest takes that"));
  }
  return absl::NotFoundError(
      absl::StrCat(none, "; the nearest one is ", Nearest(names[0]).name));
}

// Adds `part`, unless it is there.
void AddPart(std::string_view part, std::string* text) {
  if (part.empty() || absl::StrContains(*text, part)) return;
  absl::StrAppend(text, text->empty() ? "" : "; ", part);
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
  std::vector<EngineName> names;
  std::string problem;
  if (absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(name), "newest")) {
    engine.release = &NewestRelease();
  } else {
    names = ParseEngineName(name, IsKnown, &problem);
  }
  for (const EngineName& wanted : names) {
    const Release* release = FindBuild(wanted);
    if (release == nullptr) release = FindModule(wanted);
    if (release == nullptr) release = FindVersion(wanted);
    // Of several builds of a release, one may answer otherwise.
    if (engine.release != nullptr && release != engine.release) {
      problem = absl::StrCat("it has two builds, ", names[0].version, " and ",
                             wanted.version);
      names.clear();
      engine.release = nullptr;
      break;
    }
    engine.release = release;
  }
  if (engine.release == nullptr) return NoSuchRelease(name, names, problem);

  const Release& release = *engine.release;
  engine.understood = absl::StrCat(
      QuoteShort(name), " is taken as Docker ", release.name,
      release.build_of == nullptr ? "" : ", the build of ", release.built_by);
  if (!names.empty() && !names[0].part.empty()) {
    absl::StrAppend(&engine.understood, "; that is the version of ",
                    names[0].part, ", the engine may have another");
  }
  for (const EngineName& wanted : names) {
    AddPart(OtherBuild(wanted, release), &engine.presumed);
  }
  AddPart(Presumption(release), &engine.presumed);
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
  std::string problem;
  const std::vector<EngineName> wanted =
      ParseEngineName(name, IsKnown, &problem);
  if (wanted.empty() || wanted[0].numbers.size() == 3) return found;
  for (const Release& release : kReleaseTable) {
    if (IsOfLine(VersionOf(release).numbers, wanted[0].numbers)) {
      return &release;
    }
  }
  return found;
}

}  // namespace specgen
