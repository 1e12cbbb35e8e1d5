// Words and limits of the host snapshot file, shared by its reader
// (snapshot_reader.h) and its writer (host_facts.h). What they mean stands in
// host_snapshot.h.
#ifndef SPECGEN_HOST_SNAPSHOT_FORMAT_H_
#define SPECGEN_HOST_SNAPSHOT_FORMAT_H_

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "specgen/host/file_tree.h"

namespace specgen {

inline constexpr size_t kMaxSnapshotBytes = size_t{64} << 20;
inline constexpr size_t kMaxSnapshotFiles = size_t{1} << 20;

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

// The name of a file's type.
inline std::string_view SnapshotTypeName(uint32_t mode) {
  for (const SnapshotFileType& type : kSnapshotFileTypes) {
    if (type.mode == (mode & S_IFMT)) return type.name;
  }
  return "file";
}

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
