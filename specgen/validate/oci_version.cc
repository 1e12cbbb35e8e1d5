#include "specgen/validate/oci_version.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "absl/strings/strip.h"

namespace specgen {
namespace {

constexpr std::string_view kNames[] = {
    "1.0.0-rc1", "1.0.0-rc2",  "1.0.0-rc3",  "1.0.0-rc4",
    "1.0.0-rc5", "1.0.0-rc6",  "1.0.0",      "1.0.1",
    "1.0.2",     "1.1.0-rc.1", "1.1.0-rc.2", "1.1.0-rc.3",
    "1.1.0",     "1.2.0",      "1.2.1",      "1.3.0",
};
static_assert(std::size(kNames) == static_cast<size_t>(kNewestOci) + 1);

}  // namespace

std::string_view OciVersionName(OciVersion version) {
  return kNames[static_cast<size_t>(version)];
}

std::optional<OciVersionRange> FindOciVersion(std::string_view text) {
  // SemVer 2.0.0, 10: what stands behind it does not count.
  text = text.substr(0, text.find('+'));
  const bool dev = absl::ConsumeSuffix(&text, "-dev");
  const auto* const found =
      std::find(std::begin(kNames), std::end(kNames), text);
  if (found == std::end(kNames)) return std::nullopt;
  const size_t at = static_cast<size_t>(found - std::begin(kNames));
  const size_t next = std::min(at + (dev ? 1 : 0), std::size(kNames) - 1);
  return OciVersionRange{static_cast<OciVersion>(at),
                         static_cast<OciVersion>(next)};
}

}  // namespace specgen
