// Words of the host snapshot file, shared by its reader (host_snapshot.h) and
// its writer (host_facts.h). What they mean stands in host_snapshot.h.
#ifndef SPECGEN_HOST_SNAPSHOT_FORMAT_H_
#define SPECGEN_HOST_SNAPSHOT_FORMAT_H_

#include <sys/stat.h>

#include <cstdint>
#include <string_view>

#include "specgen/host/host.h"

namespace specgen {

// ST_RELATIME of statfs(2), for completeness: moby reads another bit.
inline constexpr uint64_t kMountRelatime = 4096;

struct SnapshotFileType {
  std::string_view name;
  uint32_t mode;
  uint32_t default_permissions;
  // Specs repeat the owner and the mode of what can be a device.
  bool needs_owner_and_mode;
  bool has_number;
};

inline constexpr SnapshotFileType kSnapshotFileTypes[] = {
    {"dir", S_IFDIR, 0755, false, false},
    {"file", S_IFREG, 0644, false, false},
    {"symlink", S_IFLNK, 0777, false, false},
    {"char", S_IFCHR, 0, true, true},
    {"block", S_IFBLK, 0, true, true},
    {"fifo", S_IFIFO, 0, true, false},
    {"socket", S_IFSOCK, 0644, false, false},
};

struct SnapshotMountFlag {
  std::string_view name;
  uint64_t flag;
};

inline constexpr SnapshotMountFlag kSnapshotMountFlags[] = {
    {"ro", kMountReadOnly},       {"nosuid", kMountNoSuid},
    {"nodev", kMountNoDev},       {"noexec", kMountNoExec},
    {"noatime", kMountNoAtime},   {"nodiratime", kMountNoDirAtime},
    {"relatime", kMountRelatime},
};

}  // namespace specgen

#endif  // SPECGEN_HOST_SNAPSHOT_FORMAT_H_
