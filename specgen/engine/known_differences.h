// Where specgen does not answer as Docker does, or may be suspected not to.
#ifndef SPECGEN_ENGINE_KNOWN_DIFFERENCES_H_
#define SPECGEN_ENGINE_KNOWN_DIFFERENCES_H_

#include <string_view>

#include "absl/types/span.h"

namespace specgen {

struct KnownDifference {
  std::string_view engines;  // which, in words
  std::string_view what;
  std::string_view why;  // why it stays so, or cannot be recorded
};

// Of releases.textproto. Releases and builds that are presumed to answer as
// others are not among them: see Presumption.
absl::Span<const KnownDifference> KnownDifferences();

}  // namespace specgen

#endif  // SPECGEN_ENGINE_KNOWN_DIFFERENCES_H_
