#include "specgen/batch/engine_set.h"

#include <cstddef>

#include "absl/status/status.h"

namespace specgen {

EngineSet::EngineSet(const Host& host, const Release* default_release) {
  const absl::Span<const Release> releases = AllReleases();
  generators_.reserve(releases.size());
  by_name_.reserve(releases.size());
  for (const Release& release : releases) {
    generators_.emplace_back(release, host);
    by_name_.emplace(release.name, &generators_.back());
    if (&release == default_release) default_ = &generators_.back();
  }
}

absl::StatusOr<const Generator*> EngineSet::Find(std::string_view name) const {
  if (name.empty()) {
    if (default_ != nullptr) return default_;
    return absl::InvalidArgumentError(
        "no engine is named: add \"engine\", a Docker release");
  }
  // Names as they stand in the table; all others are looked for.
  if (const auto found = by_name_.find(name); found != by_name_.end()) {
    return found->second;
  }
  const absl::StatusOr<const Release*> release = FindRelease(name);
  if (!release.ok()) return release.status();
  return &generators_[static_cast<size_t>(*release - AllReleases().data())];
}

}  // namespace specgen
