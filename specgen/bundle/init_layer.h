// What dockerd puts into a plugin's rootfs each time it starts it.
#ifndef SPECGEN_BUNDLE_INIT_LAYER_H_
#define SPECGEN_BUNDLE_INIT_LAYER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace specgen {

// Where runtimes mount things, and files that say "this is Docker"; all belong
// to root and have mode 0755, and the files are empty. moby
// daemon/initlayer/setup_unix.go, called by plugin/manager_linux.go since
// v1.13.0-rc5, has the same list in every release.
struct InitEntry {
  enum class Type { kDirectory, kFile, kSymlink };
  Type type;
  std::string_view path;
  std::string_view target;
};

absl::Span<const InitEntry> InitLayer();

// Makes them in the directory `rootfs`, which messages call `name`. Like
// dockerd, first removes every file or symbolic link that is in the way at each
// of these paths or above them (so that the plugin's own /etc/hosts goes), and
// leaves directories as they are. Without `set_owner` new entries belong to who
// runs specgen.
absl::Status MakeInitLayer(int rootfs, const std::string& name, bool set_owner);

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_INIT_LAYER_H_
