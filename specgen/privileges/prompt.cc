#include "specgen/privileges/prompt.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "specgen/base/printable.h"

namespace specgen {

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
      add("allow-all-devices", "allow 'rwm' access to all devices", {"true"});
    } else {
      add("device-creation", "allow creating devices inside plugin", {"true"});
    }
  }
  if (!config.capabilities.empty()) {
    add("capabilities", "list of additional capabilities required",
        {config.capabilities.begin(), config.capabilities.end()});
  }
  return all;
}

std::string PromptLine(const Privilege& privilege) {
  return Printable(absl::StrCat(" - ", privilege.name, ": [",
                                absl::StrJoin(privilege.value, " "), "]"));
}

}  // namespace specgen
