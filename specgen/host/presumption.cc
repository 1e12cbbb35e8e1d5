#include "specgen/host/presumption.h"

#include "absl/strings/str_cat.h"
#include "specgen/engine/release_range.h"

namespace specgen {

std::string PresumptionOn(const MachineFacts& machine,
                          absl::Span<const Release> releases,
                          std::string_view of_engine) {
  std::string presumed(of_engine);
  // "" is amd64; see MachineFacts.
  const std::string_view architecture = machine.architecture();
  if (architecture.empty() || architecture == "amd64") return presumed;
  const std::string platform = ReleaseRuns(
      releases,
      [](const Release& release) { return release.behaviour->platform; });
  if (platform.empty()) return presumed;
  absl::StrAppend(&presumed, presumed.empty() ? "" : "; ", "platform.arch of ",
                  architecture, " is presumed of Docker ", platform,
                  ": it is what the sources say, and was recorded on amd64 "
                  "alone");
  return presumed;
}

}  // namespace specgen
