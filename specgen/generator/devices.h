// The device nodes that a plugin asks for, as an engine finds them.
#ifndef SPECGEN_GENERATOR_DEVICES_H_
#define SPECGEN_GENERATOR_DEVICES_H_

#include <string_view>

#include "specgen/base/arena.h"
#include "specgen/base/verdict.h"
#include "specgen/engine/default_spec.h"
#include "specgen/engine/engine.h"
#include "specgen/host/file_tree.h"

namespace specgen {

// Appends the device at `path` on the host, or all devices under it if it is a
// directory, in the order in which Go walks it, and for each the device cgroup
// rule that allows it. Refuses in Docker's words if there are none. Paths are
// allocated in `arena`.
// moby: oci/devices_linux.go, DevicesFromPath(path, path, "rwm").
Verdict DevicesFromPath(std::string_view path, DeviceNodes nodes,
                        const FileTree& files, Arena* arena,
                        Slice<Device>* devices, Slice<DeviceRule>* rules);

}  // namespace specgen

#endif  // SPECGEN_GENERATOR_DEVICES_H_
