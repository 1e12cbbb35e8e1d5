// Generators of all releases and builds, found by name.
#ifndef SPECGEN_BATCH_ENGINE_SET_H_
#define SPECGEN_BATCH_ENGINE_SET_H_

#include <cstddef>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "specgen/engine/engine.h"
#include "specgen/host/host.h"
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
  // The same; what was told of `default_engine` is in no notes.
  EngineSet(const Host& host, const NamedEngine& default_engine);

  // The engine that people mean by `name` (see FindEngine); the default one
  // for none. Errors say what is wrong with the name.
  absl::StatusOr<Engine> Find(std::optional<std::string_view> name) const;

  // What people should be told of the names that were found: what each was
  // taken as, and what is presumed, each once, and no more than a few.
  std::vector<std::string> Notes() const;

 private:
  const Generator& GeneratorOf(const Release& release) const;
  std::string PresumptionOf(const NamedEngine& engine) const;
  void Note(const std::string& note) const;

  const Host& host_;
  std::set<std::string> told_;
  std::optional<Engine> default_;
  std::vector<Generator> generators_;  // in the order of AllReleases()
  std::vector<Generator> builds_;      // in the order of AllBuilds()
  absl::flat_hash_map<std::string_view, const Generator*> by_name_;

  mutable std::mutex mutex_;
  mutable std::set<std::string> notes_;  // guarded by mutex_
  mutable bool has_more_notes_ = false;  // likewise
};

}  // namespace specgen

#endif  // SPECGEN_BATCH_ENGINE_SET_H_
