// Generators of all releases, found by name.
#ifndef SPECGEN_BATCH_ENGINE_SET_H_
#define SPECGEN_BATCH_ENGINE_SET_H_

#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "specgen/engine/engine.h"
#include "specgen/host/host.h"
#include "specgen/specgen.h"

namespace specgen {

// Immutable, so safe to share between threads.
class EngineSet {
 public:
  // `host` must outlive this. `default_release` is meant where none is named;
  // null: then every request must name one.
  EngineSet(const Host& host, const Release* default_release);

  // The generator of the release that people mean by `name` (see FindRelease);
  // the default one for "".
  absl::StatusOr<const Generator*> Find(std::string_view name) const;

 private:
  const Generator* default_ = nullptr;
  std::vector<Generator> generators_;  // in the order of AllReleases()
  absl::flat_hash_map<std::string_view, const Generator*> by_name_;
};

}  // namespace specgen

#endif  // SPECGEN_BATCH_ENGINE_SET_H_
