#include "specgen/engine/engine.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
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

// `name` without what people write around a version.
std::string PlainName(std::string_view name) {
  const std::string lower =
      absl::AsciiStrToLower(absl::StripAsciiWhitespace(name));
  std::string_view view = lower;
  absl::ConsumePrefix(&view, "docker-");
  absl::ConsumePrefix(&view, "v");
  return absl::StrReplaceAll(view, {{"-ce", ""}, {"-ee", ""}});
}

}  // namespace

absl::Span<const Behaviour> AllBehaviours() { return kBehaviourTable; }
absl::Span<const Release> AllReleases() { return kReleaseTable; }
std::string_view EngineTableDate() { return kTableDate; }

const Release& NewestRelease() {
  size_t i = kReleaseTable.size() - 1;
  while (i > 0 && IsPreRelease(kReleaseTable[i])) --i;
  return kReleaseTable[i];
}

absl::StatusOr<const Release*> FindRelease(std::string_view name) {
  // Names that are right as they are come first: no allocation.
  for (const Release& release : kReleaseTable) {
    if (release.name == name || release.tag == name) return &release;
  }
  const std::string wanted = PlainName(name);
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

  // Among names that are equally near, the one that begins alike.
  const std::string_view bounded = std::string_view(wanted).substr(0, 64);
  const auto remoteness = [&](const Release& release) {
    const size_t alike = std::mismatch(bounded.begin(), bounded.end(),
                                       release.name.begin(), release.name.end())
                             .first -
                         bounded.begin();
    return std::pair(EditDistance(bounded, release.name),
                     bounded.size() - alike);
  };
  const Release* nearest = &NewestRelease();
  auto best = remoteness(*nearest);
  for (const Release& release : kReleaseTable) {
    const auto distance = remoteness(release);
    if (distance < best) {
      best = distance;
      nearest = &release;
    }
  }
  constexpr size_t kShown = 64;
  return absl::NotFoundError(
      absl::StrCat("no Docker release is called \"",
                   absl::CHexEscape(name.substr(0, kShown)),
                   name.size() > kShown ? "..." : "", "\"; the nearest one is ",
                   nearest->name));
}

absl::StatusOr<const Release*> FindFirstRelease(std::string_view name) {
  absl::StatusOr<const Release*> found = FindRelease(name);
  if (!found.ok()) return found;
  const std::string line = absl::StrCat(PlainName(name), ".");
  for (const Release& release : kReleaseTable) {
    if (absl::StartsWith(release.name, line)) return &release;
  }
  return found;
}

}  // namespace specgen
