// The compiled releases.textproto and behaviours.textproto. Use engine.h.
#ifndef SPECGEN_ENGINE_ENGINE_TABLE_H_
#define SPECGEN_ENGINE_ENGINE_TABLE_H_

#include <string_view>

#include "absl/types/span.h"
#include "specgen/engine/engine.h"
#include "specgen/engine/known_differences.h"

namespace specgen {

// A beta of moby/v2, and the release that it is.
struct EngineModule {
  std::string_view version;  // "2.0.0-beta.24"
  const Release* release;
};

extern const absl::Span<const Behaviour> kBehaviourTable;
extern const absl::Span<const Release> kReleaseTable;  // by version
extern const absl::Span<const Release> kBuildTable;    // by version
extern const absl::Span<const EngineModule> kModuleTable;
extern const absl::Span<const Distribution> kDistributionTable;
extern const absl::Span<const KnownDifference> kDifferenceTable;
extern const std::string_view kTableDate;

}  // namespace specgen

#endif  // SPECGEN_ENGINE_ENGINE_TABLE_H_
