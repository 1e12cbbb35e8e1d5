#include "specgen/batch/engine_set.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "specgen/batch/dockerd_roots.h"
#include "specgen/host/host_of_architecture.h"
#include "specgen/host/presumption.h"

namespace specgen {
namespace {

// Whoever writes the requests decides how many names there are.
constexpr size_t kMaxNotes = 16;

bool IsOf(absl::Span<const Release> list, const Release& release) {
  const std::less_equal<const Release*> not_behind;
  return not_behind(list.data(), &release) &&
         !not_behind(list.data() + list.size(), &release);
}

}  // namespace

EngineSet::EngineSet(const Host& host, const NamedEngine& default_engine,
                     std::string rootless_metrics_socket)
    : host_(host),
      told_{default_engine.understood},
      rootless_metrics_socket_(std::move(rootless_metrics_socket)) {
  const absl::Span<const Release> releases = AllReleases();
  generators_.reserve(releases.size());
  by_name_.reserve(releases.size());
  for (const Release& release : releases) {
    generators_.emplace_back(release, host);
    // Of the others there is something to be told.
    if (PresumptionOf({&release, "", std::string(release.presumed)}).empty()) {
      by_name_.emplace(release.name, &generators_.back());
    }
  }
  builds_.reserve(AllBuilds().size());
  for (const Release& build : AllBuilds()) builds_.emplace_back(build, host);
  if (default_engine.release != nullptr) {
    default_ = Engine{&GeneratorOf(*default_engine.release),
                      PresumptionOf(default_engine)};
    default_engine_ = default_engine;
    told_.insert(default_->presumed);
  }
}

const Generator& EngineSet::GeneratorOf(const Release& release) const {
  const absl::Span<const Release> releases = AllReleases();
  if (IsOf(releases, release)) {
    return generators_[static_cast<size_t>(&release - releases.data())];
  }
  return builds_[static_cast<size_t>(&release - AllBuilds().data())];
}

std::string EngineSet::PresumptionOf(const NamedEngine& engine) const {
  return PresumptionOn(host_.facts, *engine.release, engine.presumed);
}

absl::StatusOr<EngineSet::Engine> EngineSet::Find(
    std::optional<std::string_view> name, std::string_view architecture) const {
  const bool is_here =
      architecture.empty() || architecture == host_.facts.architecture();
  if (!name.has_value()) {
    if (!default_.has_value()) {
      return absl::InvalidArgumentError(
          "no engine is named: add \"engine\", a Docker release");
    }
    return is_here ? *default_ : EngineOn(architecture, default_engine_);
  }
  // Names as they stand in the table; all others are looked for.
  if (const auto found = by_name_.find(*name);
      is_here && found != by_name_.end()) {
    return Engine{found->second, ""};
  }
  absl::StatusOr<NamedEngine> engine = FindEngine(*name);
  if (!engine.ok()) return engine.status();
  Engine found =
      is_here ? Engine{&GeneratorOf(*engine->release), PresumptionOf(*engine)}
              : EngineOn(architecture, *engine);
  Note(engine->understood);
  Note(found.presumed);
  return found;
}

EngineSet::Engine EngineSet::EngineOn(std::string_view architecture,
                                      const NamedEngine& engine) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::unique_ptr<const Host>& host = hosts_[architecture];
  if (host == nullptr) {
    host = std::make_unique<HostOfArchitecture>(
        std::make_unique<Host>(host_.files, host_.facts), architecture);
  }
  std::unique_ptr<const Generator>& generator =
      elsewhere_[{engine.release, host.get()}];
  if (generator == nullptr) {
    generator = std::make_unique<Generator>(*engine.release, *host);
  }
  return {generator.get(),
          PresumptionOn(host->facts, *engine.release, engine.presumed)};
}

std::string_view EngineSet::MetricsSocket(
    std::optional<std::string_view> exec_root) const {
  return MetricsSocketOn(host_.facts, exec_root, rootless_metrics_socket_);
}

void EngineSet::Note(const std::string& note) const {
  if (note.empty() || told_.contains(note)) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (notes_.size() < kMaxNotes) {
    notes_.insert(note);
  } else if (!notes_.contains(note)) {
    has_more_notes_ = true;
  }
}

std::vector<std::string> EngineSet::Notes() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::string> notes(notes_.begin(), notes_.end());
  if (has_more_notes_) {
    notes.emplace_back("and more engines of other names");
  }
  return notes;
}

}  // namespace specgen
