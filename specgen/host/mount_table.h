// What is mounted where, as /proc/self/mountinfo tells it (proc(5)).
#ifndef SPECGEN_HOST_MOUNT_TABLE_H_
#define SPECGEN_HOST_MOUNT_TABLE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace specgen {

struct MountPoint {
  std::string path;  // absolute and clean, any bytes
  // The flags of file_tree.h and kMountRelatime, as statfs(2) would give them:
  // "ro" if the mount or its file system is read-only.
  uint64_t flags = 0;

  bool operator==(const MountPoint&) const = default;
};

// The mount points of `text` that a lookup can reach, sorted by their paths,
// each once: what lies under a later mount is left out, and so is what was
// deleted. Errors (kInvalidArgument) read "FILE:LINE: message".
absl::StatusOr<std::vector<MountPoint>> ParseMountInfo(
    std::string_view text, std::string_view file_name);

}  // namespace specgen

#endif  // SPECGEN_HOST_MOUNT_TABLE_H_
