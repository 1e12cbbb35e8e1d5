// The keys of a plugin's config, and which engines read them.
#ifndef SPECGEN_LINT_CONFIG_KEYS_H_
#define SPECGEN_LINT_CONFIG_KEYS_H_

#include <cstdint>
#include <string_view>

#include "absl/types/span.h"
#include "specgen/engine/engine.h"

namespace specgen {

// moby api/types/plugin.go, PluginConfig, in all its forms since 1.12
// (plugin_reader.cc reads the same).
struct ConfigKeyRule {
  std::string_view key;
  // Bit of Behaviour::keys of the engines that read it; 0: all do.
  uint32_t bit = 0;
  // Nothing comes of it in a spec, so it does not matter who reads it.
  bool inert = false;
  // Of the object, or of each object in the list, that stands there.
  absl::Span<const ConfigKeyRule> members = {};
};

inline constexpr ConfigKeyRule kInterfaceKeys[] = {
    {"types"}, {"socket"}, {"protocolScheme", kProtocolScheme, true}};
inline constexpr ConfigKeyRule kUserKeys[] = {{"uid"}, {"gid"}};
inline constexpr ConfigKeyRule kNetworkKeys[] = {{"type"}};
inline constexpr ConfigKeyRule kMountKeys[] = {
    {"name"}, {"description"}, {"source"},  {"destination"},
    {"type"}, {"options"},     {"settable"}};
inline constexpr ConfigKeyRule kDeviceKeys[] = {
    {"name"}, {"description"}, {"path"}, {"settable"}};
inline constexpr ConfigKeyRule kEnvKeys[] = {
    {"name"}, {"description"}, {"value"}, {"settable"}};
inline constexpr ConfigKeyRule kArgsKeys[] = {
    {"name"}, {"description"}, {"settable"}, {"value"}};
inline constexpr ConfigKeyRule kLinuxKeys[] = {
    {"capabilities"},
    {"devices", 0, false, kDeviceKeys},
    {"allowAllDevices", kAllowAllDevices},
    {"deviceCreation", kDeviceCreation}};
inline constexpr ConfigKeyRule kRootfsKeys[] = {{"type"}, {"diff_ids"}};

inline constexpr ConfigKeyRule kConfigKeys[] = {
    {"description"},
    {"documentation"},
    {"manifestVersion", kManifestVersion, true},
    {"dockerVersion", kDockerVersion, true},
    {"interface", 0, false, kInterfaceKeys},
    {"entrypoint"},
    {"workdir"},
    {"user", 0, false, kUserKeys},
    {"network", 0, false, kNetworkKeys},
    {"linux", kLinux, false, kLinuxKeys},
    {"capabilities", kCapabilities},
    {"devices", kDevices, false, kDeviceKeys},
    {"propagatedMount", kPropagatedMount},
    {"ipchost", kIpcHost},
    {"pidhost", kPidHost},
    {"mounts", 0, false, kMountKeys},
    {"env", 0, false, kEnvKeys},
    {"args", 0, false, kArgsKeys},
    {"rootfs", kRootfs, true, kRootfsKeys},
};

}  // namespace specgen

#endif  // SPECGEN_LINT_CONFIG_KEYS_H_
