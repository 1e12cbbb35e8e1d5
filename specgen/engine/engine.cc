#include "specgen/engine/engine.h"

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "specgen/base/edit_distance.h"
#include "specgen/engine/engine_table.h"

namespace specgen {
namespace {

bool IsPreRelease(const Release& release) {
  return release.hidden || absl::StrContains(release.name, '-');
}

}  // namespace

absl::Span<const Behaviour> AllBehaviours() { return kBehaviourTable; }
absl::Span<const Release> AllReleases() { return kReleaseTable; }
std::string_view EngineTableDate() { return kTableDate; }

const Release& NewestRelease() {
  for (size_t i = kReleaseTable.size(); i > 1; --i) {
    if (!IsPreRelease(kReleaseTable[i - 1])) return kReleaseTable[i - 1];
  }
  return kReleaseTable[0];
}

absl::StatusOr<const Release*> FindRelease(std::string_view name) {
  // Names that are right as they are come first: no allocation.
  for (const Release& release : kReleaseTable) {
    if (release.name == name || release.tag == name) return &release;
  }
  std::string wanted = absl::AsciiStrToLower(absl::StripAsciiWhitespace(name));
  std::string_view view = wanted;
  absl::ConsumePrefix(&view, "docker-");
  absl::ConsumePrefix(&view, "v");
  wanted = absl::StrReplaceAll(view, {{"-ce", ""}, {"-ee", ""}});
  const Release* newest_of_line = nullptr;
  const Release* newest_candidate = nullptr;
  const std::string line = absl::StrCat(wanted, ".");
  for (const Release& release : kReleaseTable) {
    if (release.name == wanted) return &release;
    if (!wanted.empty() && absl::StartsWith(release.name, line)) {
      (IsPreRelease(release) ? newest_candidate : newest_of_line) = &release;
    }
  }
  if (newest_of_line != nullptr) return newest_of_line;
  if (newest_candidate != nullptr) return newest_candidate;

  const std::string_view bounded = std::string_view(wanted).substr(0, 64);
  const Release* nearest = &NewestRelease();
  size_t best = EditDistance(bounded, nearest->name);
  for (const Release& release : kReleaseTable) {
    const size_t distance = EditDistance(bounded, release.name);
    if (distance < best) {
      best = distance;
      nearest = &release;
    }
  }
  return absl::NotFoundError(
      absl::StrCat("no Docker release is called \"", name,
                   "\"; the nearest one is ", nearest->name));
}

}  // namespace specgen
