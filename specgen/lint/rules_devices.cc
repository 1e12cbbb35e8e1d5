// Capabilities and devices.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/did_you_mean.h"
#include "specgen/base/printable.h"
#include "specgen/known/capabilities.h"
#include "specgen/lint/lint_context.h"
#include "specgen/lint/lint_rules.h"

namespace specgen {
namespace {

constexpr LintLevel kNote = LintLevel::kNote;
constexpr LintLevel kError = LintLevel::kError;

std::vector<std::string_view> CapabilityNames() {
  std::vector<std::string_view> names;
  for (const Capability& capability : kLinuxCapabilities) {
    names.push_back(capability.name);
  }
  return names;
}

void UnknownCapability(LintContext* lint) {
  for (const JsonNode* list : lint->LinuxLists("capabilities", kCapabilities)) {
    for (const JsonNode& name : list->List()) {
      if (!name.is(JsonKind::kString) || FindCapability(name.text) != nullptr) {
        continue;
      }
      lint->At(name, [&] {
        std::string upper = absl::AsciiStrToUpper(name.text);
        if (!absl::StartsWith(upper, "CAP_")) upper.insert(0, "CAP_");
        return absl::StrCat(
            QuoteShort(name.text),
            " is no capability: runc ignores it, before 1.0.0-rc94 it "
            "refuses it",
            DidYouMean(CapabilityNames(), FindCapability(upper) != nullptr
                                              ? std::string_view(upper)
                                              : name.text));
      });
    }
  }
}

void DuplicateCapability(LintContext* lint) {
  for (const JsonNode* list : lint->LinuxLists("capabilities", kCapabilities)) {
    std::set<std::string_view> seen;
    for (const JsonNode& name : list->List()) {
      if (!name.is(JsonKind::kString) || FindCapability(name.text) == nullptr) {
        continue;
      }
      const bool is_default = std::all_of(
          lint->releases.begin(), lint->releases.end(), [&](const Release& r) {
            return Holds(r.behaviour->default_spec.capabilities, name.text);
          });
      if (!seen.insert(name.text).second) {
        lint->At(name,
                 absl::StrCat(QuoteShort(name.text), " is in the list twice"));
      } else if (is_default) {
        lint->At(name, absl::StrCat(QuoteShort(name.text),
                                    " is given to every plugin anyway"));
      }
    }
  }
}

void NullDevicePath(LintContext* lint) {
  if (!lint->Any([](const Behaviour& b) {
        return b.devices == DevicesRule::kFromSettings;
      })) {
    return;
  }
  for (const JsonNode* device : lint->Devices()) {
    const JsonNode* path = Member(device, "path");
    if (path != nullptr && !path->is(JsonKind::kNull)) continue;
    if (HasMisspelt(device, "path")) continue;
    lint->At(
        *device,
        "without a path the engine crashes, and `docker plugin set` cannot "
        "give it one: write \"path\": \"\"");
  }
}

constexpr LintRule kRules[] = {
    {"SG006", "unknown-capability", kError, "Linux has no such capability",
     R"(Linux has no such capability. Names are written in capitals and with `CAP_`. Engines pass anything
on; runc ignores it, with a warning, and refused it before 1.0.0-rc94.)",
     R"("linux": {"capabilities": ["NET_ADMIN"]})",
     R"("linux": {"capabilities": ["CAP_NET_ADMIN"]})", UnknownCapability},
    {"SG007", "duplicate-capability", kNote, "the capability is there already",
     "The capability stands there twice, or every plugin has it anyway.",
     R"("linux": {"capabilities": ["CAP_CHOWN", "CAP_NET_ADMIN", "CAP_NET_ADMIN"]})",
     R"("linux": {"capabilities": ["CAP_NET_ADMIN"]})", DuplicateCapability},
    {"SG010", "null-device-path", kError, "the device has no path",
     R"(A device without `path` crashes the daemon when the plugin is enabled. Write `"path": ""` for what
shall be set.)",
     R"("linux": {"devices": [{"name": "fuse", "settable": ["path"]}]})",
     R"("linux": {"devices": [{"name": "fuse", "path": "/dev/fuse", "settable": ["path"]}]})",
     NullDevicePath},
};

}  // namespace

absl::Span<const LintRule> DeviceLintRules() { return kRules; }

}  // namespace specgen
