#include "specgen/batch/engine_set.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "specgen/batch/dockerd_roots.h"
#include "specgen/engine/release_range.h"
#include "specgen/host/host_of_architecture.h"
#include "specgen/host/presumption.h"

namespace specgen {
namespace {

// Whoever writes the requests decides how many names there are.
constexpr size_t kMaxNotes = 16;
// Each range may be of all releases.
constexpr size_t kMaxRanges = 1000;

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
  Engine found = EngineOn(architecture, *engine);
  Note(engine->understood);
  Note(found.presumed);
  return found;
}

const Generator& EngineSet::GeneratorOn(std::string_view architecture,
                                        const Release& release,
                                        const MachineFacts** facts) const {
  if (architecture.empty() || architecture == host_.facts.architecture()) {
    *facts = &host_.facts;
    return GeneratorOf(release);
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  std::unique_ptr<const Host>& host = hosts_[architecture];
  if (host == nullptr) {
    host = std::make_unique<HostOfArchitecture>(
        std::make_unique<Host>(host_.files, host_.facts), architecture);
  }
  std::unique_ptr<const Generator>& generator =
      elsewhere_[{&release, host.get()}];
  if (generator == nullptr) {
    generator = std::make_unique<Generator>(release, *host);
  }
  *facts = &host->facts;
  return *generator;
}

EngineSet::Engine EngineSet::EngineOn(std::string_view architecture,
                                      const NamedEngine& engine) const {
  const MachineFacts* facts;
  const Generator& generator =
      GeneratorOn(architecture, *engine.release, &facts);
  return {&generator, PresumptionOn(*facts, *engine.release, engine.presumed)};
}

absl::StatusOr<std::vector<EngineSet::Alike>> EngineSet::FindAlike(
    absl::Span<const std::string> ranges, std::string_view architecture) const {
  if (ranges.empty()) {
    return absl::InvalidArgumentError("\"engines\" names none");
  }
  if (ranges.size() > kMaxRanges) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"engines\" is a list of over ", kMaxRanges));
  }
  struct Found {
    std::set<std::pair<bool, const Release*>> engines;  // builds behind
    std::vector<std::string> presumed;                  // of their names
  };
  std::map<std::pair<const Behaviour*, UserNamespaceRule>, Found> found;
  std::vector<Found*> in_order;
  const auto alike = [&](const Release& release) -> Found& {
    // The rule is asked for in a user namespace only.
    const auto [at, is_new] =
        found.try_emplace({release.behaviour, host_.facts.in_user_namespace()
                                                  ? release.user_namespace
                                                  : UserNamespaceRule()});
    if (is_new) in_order.push_back(&at->second);
    return at->second;
  };
  for (const std::string& range : ranges) {
    if (range.empty()) {
      return absl::InvalidArgumentError(
          "\"engines\" is a list of A..B, A.., ..B or A: one is empty");
    }
    RangeNotes notes;
    const absl::StatusOr<absl::Span<const Release>> releases =
        FindReleases(range, &notes);
    if (!releases.ok()) return releases.status();
    for (const Release& release : *releases) {
      if (release.hidden && releases->size() > 1) continue;
      alike(release).engines.emplace(release.build_of != nullptr, &release);
    }
    for (const std::string& note : notes.understood) Note(note);
    for (size_t i = 0; i < notes.of_names.size(); ++i) {
      // The engine itself, or of a build at an end what it stands for.
      const Release* named = notes.named[i];
      if (named->build_of != nullptr && named != releases->data()) {
        named = named->build_of;
      }
      if (named->hidden && releases->size() > 1) continue;
      std::vector<std::string>& presumed = alike(*named).presumed;
      if (std::find(presumed.begin(), presumed.end(), notes.of_names[i]) ==
          presumed.end()) {
        presumed.push_back(notes.of_names[i]);
      }
    }
  }
  std::vector<Alike> all;
  for (Found* each : in_order) {
    Alike& alike_ones = all.emplace_back();
    const MachineFacts* facts = nullptr;
    for (auto at = each->engines.begin(); at != each->engines.end();) {
      const auto [is_build, first] = *at++;
      const Release* last = first;
      const Release* next = first + 1;
      for (; !is_build && next != AllReleases().end(); ++next) {
        if (at != each->engines.end() && at->second == next) {
          last = next;
          ++at;
        } else if (!next->hidden) {
          break;
        }
      }
      const absl::Span<const Release> run(
          first, static_cast<size_t>(last - first) + 1);
      alike_ones.names.push_back(
          first == last ? std::string(first->name)
                        : absl::StrCat(first->name, "..", last->name));
      const Generator& generator = GeneratorOn(architecture, *first, &facts);
      if (alike_ones.generator == nullptr) alike_ones.generator = &generator;
      std::string presumed = PresumptionOn(*facts, run, Presumption(run));
      if (!presumed.empty()) each->presumed.push_back(std::move(presumed));
    }
    alike_ones.presumed = absl::StrJoin(each->presumed, "; ");
    Note(alike_ones.presumed);
  }
  return all;
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
