// The device nodes that a plugin asks for, as an engine finds them.
#ifndef SPECGEN_GENERATOR_DEVICES_H_
#define SPECGEN_GENERATOR_DEVICES_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "specgen/base/arena.h"
#include "specgen/engine/engine.h"
#include "specgen/host/file_tree.h"

namespace specgen {

// runtime-spec's LinuxDevice, with the device cgroup rule that goes with it:
// {allow, type, major, minor, "rwm"}.
struct SpecDevice {
  std::string_view path;  // in the plugin
  char type;              // 'b', 'c' or 'p'
  uint32_t major;
  uint32_t minor;
  uint32_t file_mode;
  uint32_t uid;
  uint32_t gid;
};

// Appends the device at `path` on the host, or all devices under it if it is a
// folder, in the order in which Go walks it. Returns false and Docker's message
// if there are none. Paths are allocated in `arena`.
// moby: oci/devices_linux.go, DevicesFromPath(path, path, "rwm").
bool DevicesFromPath(std::string_view path, DeviceNodes nodes,
                     const FileTree& files, Arena* arena,
                     Slice<SpecDevice>* devices, std::string* message);

}  // namespace specgen

#endif  // SPECGEN_GENERATOR_DEVICES_H_
