// What is presumed of an engine's answers on a machine.
#ifndef SPECGEN_HOST_PRESUMPTION_H_
#define SPECGEN_HOST_PRESUMPTION_H_

#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "specgen/engine/engine.h"
#include "specgen/host/machine_facts.h"

namespace specgen {

// Why the answers of these releases need not be those of daemons on that
// machine, in sentences without a full stop; "": they were recorded.
// `of_engine` is what is presumed of the engine wherever it runs
// (NamedEngine::presumed, or the Presumption of several), and comes first.
std::string PresumptionOn(const MachineFacts& machine,
                          absl::Span<const Release> releases,
                          std::string_view of_engine);

inline std::string PresumptionOn(const MachineFacts& machine,
                                 const Release& release,
                                 std::string_view of_engine) {
  return PresumptionOn(machine, absl::MakeConstSpan(&release, 1), of_engine);
}

}  // namespace specgen

#endif  // SPECGEN_HOST_PRESUMPTION_H_
