#include "specgen/known/capabilities.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace specgen {

const Capability* FindCapabilityToAny(std::string_view text) {
  if (!text.empty() && absl::ascii_isdigit(text[0])) {
    constexpr int kAnyBase = 0;  // "0x15", "025"
    const auto number =
        std::strtoul(std::string(text).c_str(), nullptr, kAnyBase);
    return number < std::size(kLinuxCapabilities) ? &kLinuxCapabilities[number]
                                                  : nullptr;
  }
  const auto* const end = std::find_if_not(
      text.begin(), text.end(),
      [](char c) { return absl::ascii_isalpha(c) || c == '_'; });
  std::string name = absl::AsciiStrToUpper(text.substr(0, end - text.begin()));
  if (!absl::StartsWith(name, "CAP_")) name.insert(0, "CAP_");
  return FindCapability(name);
}

}  // namespace specgen
