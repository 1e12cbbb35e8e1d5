// A Docker managed plugin as dockerd holds it in memory.
//
// The fields are those of moby's api/types/plugin.go that the spec depends on,
// in all forms that they had since 1.12. Strings point into the text that was
// read, or into its arena.
#ifndef SPECGEN_PLUGIN_PLUGIN_H_
#define SPECGEN_PLUGIN_PLUGIN_H_

#include <cstdint>
#include <string_view>

#include "specgen/base/arena.h"

namespace specgen {

using StringList = Slice<std::string_view>;

struct PluginEnv {
  std::string_view name;
  std::string_view* value = nullptr;
  StringList settable;
};

// `source` is a pointer as it is in Go: the config's and the settings' lists
// share it, so that `docker plugin set` changes both, until a restart of the
// daemon reads them back as two.
struct PluginMount {
  std::string_view name;
  std::string_view* source = nullptr;
  std::string_view destination;
  std::string_view type;
  StringList options;
  StringList settable;
};

// `path` is shared like PluginMount::source.
struct PluginDevice {
  std::string_view name;
  std::string_view* path = nullptr;
  StringList settable;
};

struct PluginArgs {
  std::string_view name;
  StringList settable;
  StringList value;
};

// What the author wrote (config.json; "Manifest" before 1.13.0-rc1).
struct PluginConfig {
  PluginArgs args;
  StringList entrypoint;
  Slice<PluginEnv> env;
  Slice<PluginMount> mounts;
  std::string_view network_type;
  std::string_view propagated_mount;
  std::string_view workdir;
  std::string_view socket;
  StringList interface_types;  // as written; escapes are kept for kRaw engines
  bool ipc_host = false;
  bool pid_host = false;
  // In "linux"; at the top before 1.13.0-rc2.
  StringList capabilities;
  Slice<PluginDevice> devices;
  bool allow_all_devices = false;  // deviceCreation before 1.13.0
  uint32_t uid = 0;
  uint32_t gid = 0;
};

// What the user may change.
struct PluginSettings {
  StringList args;
  StringList env;
  Slice<PluginMount> mounts;
  Slice<PluginDevice> devices;
};

struct Plugin {
  std::string_view id;
  std::string_view name;
  std::string_view rootfs;  // of dockerd's stored state
  bool enabled = false;
  PluginConfig config;
  PluginSettings settings;
};

}  // namespace specgen

#endif  // SPECGEN_PLUGIN_PLUGIN_H_
