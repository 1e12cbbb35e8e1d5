#include "specgen/privileges/prompt.h"

#include <cstddef>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "specgen/base/printable.h"
#include "specgen/privileges/reach.h"
#include "specgen/privileges/source_rules.h"

namespace specgen {
namespace {

constexpr std::string_view kPromptAllDevices = "allow-all-devices";
constexpr std::string_view kPromptDeviceCreation = "device-creation";

}  // namespace

std::vector<Privilege> ComputePrivileges(const Behaviour& behaviour,
                                         const PluginConfig& config) {
  std::vector<Privilege> all;
  const auto add = [&](std::string_view name, std::string_view description,
                       std::vector<std::string> value) {
    if (!behaviour.describes_privileges) description = "";
    all.push_back({name, description, std::move(value)});
  };
  const std::string_view network = config.network_type;
  if (network != "null" && network != "bridge" &&
      (!network.empty() || behaviour.asks_for_unset_network)) {
    add("network", "permissions to access a network", {std::string(network)});
  }
  if (behaviour.host_pid_and_ipc && config.ipc_host) {
    add("host ipc namespace", "allow access to host ipc namespace", {"true"});
  }
  if (behaviour.host_pid_and_ipc && config.pid_host) {
    add("host pid namespace", "allow access to host pid namespace", {"true"});
  }
  for (const PluginMount& mount : config.mounts) {
    if (mount.source == nullptr) continue;
    add("mount", "host path to mount", {std::string(*mount.source)});
  }
  for (const PluginDevice& device : config.devices) {
    if (device.path == nullptr) continue;
    add("device", "host device to access", {std::string(*device.path)});
  }
  if (config.allow_all_devices) {
    if ((behaviour.keys & kAllowAllDevices) != 0) {
      add(kPromptAllDevices, "allow 'rwm' access to all devices", {"true"});
    } else {
      add(kPromptDeviceCreation, "allow creating devices inside plugin",
          {"true"});
    }
  }
  if (!config.capabilities.empty()) {
    add("capabilities", "list of additional capabilities required",
        {config.capabilities.begin(), config.capabilities.end()});
  }
  return all;
}

std::vector<Privilege> AddedPrivileges(const std::vector<Privilege>& before,
                                       const std::vector<Privilege>& now) {
  // Of paths, what lies below is asked for, too.
  const auto path_of = [](std::string_view name, std::string_view item) {
    if (name != "mount" && name != "device") return std::string();
    // dockerd runs in "/".
    if (name == "device") return WithKnownLinks(absl::StrCat("/", item));
    return absl::StartsWith(item, "/") ? WithKnownLinks(item) : std::string();
  };
  std::set<std::pair<std::string_view, std::string_view>> had;
  std::vector<std::pair<std::string_view, std::string>> paths;
  bool all_devices = false;
  bool host_network = false;
  for (const Privilege& privilege : before) {
    all_devices = all_devices || privilege.name == kPromptAllDevices ||
                  privilege.name == kPromptDeviceCreation;
    for (const std::string& item : privilege.value) {
      had.emplace(privilege.name, item);
      host_network =
          host_network || (privilege.name == "network" && item == "host");
      std::string path = path_of(privilege.name, item);
      if (!path.empty()) paths.emplace_back(privilege.name, std::move(path));
    }
  }
  PathTree tree;
  std::set<size_t> asked;
  for (const auto& [name, path] : paths) {
    asked.insert(tree.MakePath(tree.Make(PathTree::kRoot, name), path));
  }
  const auto is_below = [&](std::string_view name, std::string_view path) {
    size_t place = tree.Find(PathTree::kRoot, name);
    for (std::string_view element :
         absl::StrSplit(path, '/', absl::SkipEmpty())) {
      if (place == PathTree::kNone || asked.contains(place)) break;
      place = tree.Find(place, element);
    }
    return place != PathTree::kNone && asked.contains(place);
  };
  std::vector<Privilege> added;
  for (const Privilege& privilege : now) {
    if (privilege.name == "device" && all_devices) continue;
    if (privilege.name == "network" && host_network) continue;
    Privilege rest{privilege.name, privilege.description, {}};
    for (const std::string& item : privilege.value) {
      const std::string path = path_of(privilege.name, item);
      if (!had.contains({privilege.name, item}) &&
          (path.empty() || !is_below(privilege.name, path))) {
        rest.value.push_back(item);
      }
    }
    if (!rest.value.empty()) added.push_back(std::move(rest));
  }
  return added;
}

std::string PromptLine(const Privilege& privilege) {
  return Printable(absl::StrCat(" - ", privilege.name, ": [",
                                absl::StrJoin(privilege.value, " "), "]"));
}

}  // namespace specgen
