// Generators of all releases and builds, found by name.
#ifndef SPECGEN_BATCH_ENGINE_SET_H_
#define SPECGEN_BATCH_ENGINE_SET_H_

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "specgen/engine/engine.h"
#include "specgen/host/file_tree.h"
#include "specgen/host/host.h"
#include "specgen/host/machine_facts.h"
#include "specgen/specgen.h"

namespace specgen {

// Safe to share between threads.
class EngineSet {
 public:
  struct Engine {
    const Generator* generator;
    std::string presumed;  // see PresumptionOn
  };

  // `host` must outlive this. `default_release` is meant where none is named;
  // null: then every request must name one.
  EngineSet(const Host& host, const Release* default_release)
      : EngineSet(host, NamedEngine{default_release, "", ""}) {}
  // The same; what was told of `default_engine` is in no notes. RootlessKit's
  // dockerd has `rootless_metrics_socket`.
  EngineSet(const Host& host, const NamedEngine& default_engine,
            std::string rootless_metrics_socket = "");

  // The engine that people mean by `name` (see FindEngine); the default one
  // for none. Errors say what is wrong with the name. It runs on a machine of
  // that architecture (MachineFacts), "" for the host's.
  absl::StatusOr<Engine> Find(std::optional<std::string_view> name,
                              std::string_view architecture = "") const;

  // Engines that answer alike.
  struct Alike {
    const Generator* generator = nullptr;  // of the first of them
    // All of them, as ranges (see FindReleases).
    std::vector<std::string> names;
    std::string presumed;
  };

  // All engines that `ranges` name (each as FindReleases reads it, but none
  // empty), each once, in the order in which the first of those that answer
  // alike are named. Commits that were never released are in no range.
  absl::StatusOr<std::vector<Alike>> FindAlike(
      absl::Span<const std::string> ranges,
      std::string_view architecture = "") const;

  // The metrics socket where nobody names one: see DefaultMetricsSocket.
  std::string_view MetricsSocket(
      std::optional<std::string_view> exec_root) const;

  const FileTree& files() const { return host_.files; }

  // What people should be told of the names that were found: what each was
  // taken as, and what is presumed, each once, and no more than a few.
  std::vector<std::string> Notes() const;

 private:
  const Generator& GeneratorOf(const Release& release) const;
  // The same on a machine of that architecture; `*facts` is what it is.
  const Generator& GeneratorOn(std::string_view architecture,
                               const Release& release,
                               const MachineFacts** facts) const;
  // Likewise.
  Engine EngineOn(std::string_view architecture,
                  const NamedEngine& engine) const;
  std::string PresumptionOf(const NamedEngine& engine) const;
  void Note(const std::string& note) const;

  const Host& host_;
  std::set<std::string> told_;
  std::optional<Engine> default_;
  NamedEngine default_engine_ = {nullptr, "", ""};
  std::vector<Generator> generators_;  // in the order of AllReleases()
  std::vector<Generator> builds_;      // in the order of AllBuilds()
  absl::flat_hash_map<std::string_view, const Generator*> by_name_;
  const std::string rootless_metrics_socket_;

  mutable std::mutex mutex_;
  // Of other architectures than the host's, as they are asked for; guarded by
  // mutex_.
  mutable std::map<std::string_view, std::unique_ptr<const Host>> hosts_;
  mutable std::map<std::pair<const Release*, const Host*>,
                   std::unique_ptr<const Generator>>
      elsewhere_;
  mutable std::set<std::string> notes_;  // guarded by mutex_
  mutable bool has_more_notes_ = false;  // likewise
};

}  // namespace specgen

#endif  // SPECGEN_BATCH_ENGINE_SET_H_
