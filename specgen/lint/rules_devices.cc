// Capabilities and devices.
#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/did_you_mean.h"
#include "specgen/base/printable.h"
#include "specgen/host/go_path.h"
#include "specgen/known/capabilities.h"
#include "specgen/lint/lint_context.h"
#include "specgen/lint/lint_rules.h"

namespace specgen {
namespace {

constexpr LintLevel kNote = LintLevel::kNote;
constexpr LintLevel kWarning = LintLevel::kWarning;
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
      const std::string_view text = name.String();
      if (IsRefused(&name, JsonKind::kString) ||
          FindCapability(text) != nullptr) {
        continue;
      }
      lint->At(name, [&] {
        const Capability* const to_some = FindCapabilityToAny(text);
        return absl::StrCat(
            QuoteShort(text),
            to_some == nullptr ? " is no capability"
                               : " is a capability to some runtimes only",
            ": runc ignores it, before 1.0.0-rc94 it refuses it",
            DidYouMean(CapabilityNames(),
                       to_some == nullptr ? text : to_some->name));
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

// Where the device is; "" if that cannot be told. dockerd runs in "/".
std::string NodeOf(const JsonNode& device) {
  const std::string_view path = Text(&device, "path");
  return path.empty() ? "" : CleanPath(absl::StrCat("/", path));
}

// What hosts have below /dev that is no device, and why it is none for a
// plugin.
struct NoDevice {
  std::string_view path;
  bool below;  // and what is in it
  std::string_view why;
};

constexpr std::string_view kOnlyLinks =
    "is a directory of symbolic links, which the engine does not follow: it "
    "refuses the plugin; name one of them";
constexpr std::string_view kOfDockerd =
    "is whatever dockerd itself has open there";

constexpr NoDevice kNoDevices[] = {
    {"/dev/shm", true,
     "holds files, not device nodes: the engine refuses the plugin"},
    {"/dev/mqueue", true,
     "holds message queues, not device nodes: the engine refuses the plugin"},
    {"/dev/hugepages", true,
     "holds files, not device nodes: the engine refuses the plugin"},
    {"/dev/pts", true,
     "has nodes of devpts, which the runtime cannot make in the plugin's own "
     "one: it does not start"},
    {"/dev/log", false, "is a socket: the engine refuses the plugin"},
    {"/dev/core", false,
     "is the file /proc/kcore: the engine refuses the plugin"},
    {"/dev/stdin", false, kOfDockerd},
    {"/dev/stdout", false, kOfDockerd},
    {"/dev/stderr", false, kOfDockerd},
    {"/dev/fd", true, kOfDockerd},
    {"/dev/block", false, kOnlyLinks},
    {"/dev/char", false, kOnlyLinks},
    {"/dev/disk", false, kOnlyLinks},
    {"/dev/disk/by-id", false, kOnlyLinks},
    {"/dev/disk/by-label", false, kOnlyLinks},
    {"/dev/disk/by-partlabel", false, kOnlyLinks},
    {"/dev/disk/by-partuuid", false, kOnlyLinks},
    {"/dev/disk/by-path", false, kOnlyLinks},
    {"/dev/disk/by-uuid", false, kOnlyLinks},
};

// Why what is at the clean path is no device, for the end of a message; "" if
// it may be one.
std::string_view WhyNoDevice(std::string_view node) {
  if (node == "/dev") return "";
  if (!absl::StartsWith(node, "/dev/")) {
    return "is not below /dev: the engine refuses the plugin where no device "
           "node is there; files and directories belong to \"mounts\"";
  }
  for (const NoDevice& one : kNoDevices) {
    if (node == one.path ||
        (one.below && absl::StartsWith(node, absl::StrCat(one.path, "/")))) {
      return one.why;
    }
  }
  return node.find_first_of("*?[") == std::string_view::npos
             ? ""
             : "is a pattern, which engines take for a name: they refuse the "
               "plugin; name a directory for all devices in it";
}

void NoDevicePath(LintContext* lint) {
  for (const JsonNode* device : lint->Devices()) {
    const std::string_view path = Text(device, "path");
    // relative-path and pair-path say what is wrong with others, and the engine
    // itself what it cannot look at.
    if (!absl::StartsWith(path, "/") || IsPair(path) ||
        absl::StrContains(path, '\0')) {
      continue;
    }
    const std::string_view why = WhyNoDevice(NodeOf(*device));
    if (why.empty()) continue;
    lint->At(*Member(device, "path"), [&] {
      return absl::StrCat("the device ", QuoteShort(path), " ", why);
    });
  }
}

// Orders paths so that what lies in a directory follows it at once.
struct ByPart {
  bool operator()(std::string_view a, std::string_view b) const {
    return std::lexicographical_compare(
        a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
          return y != '/' && (x == '/' || static_cast<unsigned char>(x) <
                                              static_cast<unsigned char>(y));
        });
  }
};

void DuplicateDevice(LintContext* lint) {
  struct Known {
    const JsonNode* first;
    const JsonNode* around = nullptr;  // that of a directory it lies in
  };
  for (const JsonNode* list : lint->LinuxLists("devices", kDevices)) {
    std::map<std::string, Known, ByPart> nodes;
    for (const JsonNode& device : list->List()) {
      std::string node = NodeOf(device);
      if (node.empty()) continue;
      nodes.try_emplace(std::move(node), Known{Member(&device, "path")});
    }
    // A directory stands for the devices in it. Those around the present one,
    // the innermost last.
    std::vector<std::pair<std::string_view, const JsonNode*>> around;
    for (auto& [node, known] : nodes) {
      while (!around.empty() &&
             !absl::StartsWith(node, absl::StrCat(around.back().first, "/"))) {
        around.pop_back();
      }
      if (!around.empty()) known.around = around.back().second;
      around.emplace_back(node, known.first);
    }
    for (const JsonNode& device : list->List()) {
      const std::string node = NodeOf(device);
      if (node.empty()) continue;
      const JsonNode& path = *Member(&device, "path");
      const Known& known = nodes.find(node)->second;
      const JsonNode* other = known.first == &path ? known.around : known.first;
      if (other == nullptr) continue;
      lint->At(path, [&] {
        return absl::StrCat("the device ", QuoteShort(path.text),
                            " is there already, by that of line ",
                            lint->LineOf(other->offset));
      });
    }
  }
}

constexpr LintRule kRules[] = {
    {"SG006", "unknown-capability", kError, "no capability is written so",
     R"(No capability is written so. Names are written in capitals and with `CAP_`. Engines pass anything on; runc ignores
it, with a warning, and refused it before 1.0.0-rc94. Others take more for a name: crun any case and numbers, youki also
names without `CAP_`.)",
     R"("linux": {"capabilities": ["NET_ADMIN"]})",
     R"("linux": {"capabilities": ["CAP_NET_ADMIN"]})", UnknownCapability},
    {"SG007", "duplicate-capability", kNote, "the capability is there already",
     "The capability stands there twice, or every plugin has it anyway.",
     R"("linux": {"capabilities": ["CAP_CHOWN", "CAP_NET_ADMIN", "CAP_NET_ADMIN"]})",
     R"("linux": {"capabilities": ["CAP_NET_ADMIN"]})", DuplicateCapability},
    {"SG010", "null-device-path", kError, "the device has no path",
     R"(A device without `path` crashes the daemon when the plugin is enabled. Write `"path": ""` for what
shall be set, with a name and `"settable": ["path"]`.)",
     R"("linux": {"devices": [{"name": "fuse", "settable": ["path"]}]})",
     R"("linux": {"devices": [{"name": "fuse", "path": "/dev/fuse", "settable": ["path"]}]})",
     NullDevicePath},
    {"SG042", "device-outside-dev", kWarning,
     "what is at the device's path is no device",
     R"(The path of a device is not that of a node below `/dev`, nor of a directory with such nodes. Engines refuse the plugin
then: a file or directory, a socket too, is a mount; `/dev/shm` and `/dev/mqueue` hold none; of `/dev/disk/by-id` and
the like, where all are symbolic links, one must be named; nobody expands `/dev/sd*`. The runtime cannot make those of
`/dev/pts`, and `/dev/stdin` is dockerd's own.)",
     R"("linux": {"devices": [{"path": "/etc/passwd"}]})",
     R"("linux": {"devices": [{"path": "/dev/fuse"}]})", NoDevicePath},
    {"SG043", "duplicate-device", kNote, "the device is there already",
     R"(The same device stands there twice, however its path is written, or it lies in a directory that is there as a device.
`docker plugin set` changes one of the two only.)",
     R"("linux": {"devices": [{"path": "/dev/fuse"}, {"path": "/dev//fuse"}]})",
     R"("linux": {"devices": [{"path": "/dev/fuse"}, {"path": "/dev/kvm"}]})",
     DuplicateDevice},
};

}  // namespace

absl::Span<const LintRule> DeviceLintRules() { return kRules; }

}  // namespace specgen
