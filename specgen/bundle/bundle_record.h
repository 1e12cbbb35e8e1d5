// What a bundle says of itself: the file specgen.json in it.
#ifndef SPECGEN_BUNDLE_BUNDLE_RECORD_H_
#define SPECGEN_BUNDLE_BUNDLE_RECORD_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace specgen {

inline constexpr std::string_view kBundleRecordName = "specgen.json";
inline constexpr char kRootfsName[] = "rootfs";

// What is to be done before each start of the plugin, and what was done and is
// to be undone. Only `made` and `is_half` change after the bundle was made.
struct BundleRecord {
  // A directory that was made on the machine, and how to tell it from another
  // one that has its path later.
  struct Made {
    std::string path;
    uint64_t device = 0;
    uint64_t inode = 0;
    int64_t born = 0;  // in nanoseconds; 0 where the file system does not know

    bool operator==(const Made&) const = default;
  };
  struct Directory {
    std::string path;
    uint32_t mode = 0;

    bool operator==(const Directory&) const = default;
  };

  std::string id;  // the container's
  std::string at;  // where the bundle lies when it runs; absolute and clean
  // Made where they are missing, with those above them in the same mode. The
  // last one is that of the plugin's socket, EXEC_ROOT/ID, which goes with all
  // that is in it when the plugin stops.
  std::vector<Directory> directories;
  // The directory "propagated-mount" is to be a shared mount.
  bool shares_mount = false;
  // Where it is also mounted, below the rootfs; "" is nowhere.
  std::string mount_in_rootfs;
  std::vector<Made> made;
  // Its rootfs and its spec are being replaced, and may be of two plugins.
  bool is_half = false;

  bool operator==(const BundleRecord&) const = default;
};

std::string FormatBundleRecord(const BundleRecord& record);

// Errors (kInvalidArgument) say what is wrong with it. Paths are absolute and
// clean, and the last directory is called as the id.
absl::StatusOr<BundleRecord> ParseBundleRecord(std::string_view text);

// The record of the bundle in the directory `bundle`, which messages call
// `name`. kInvalidArgument if it has none, or one that belongs to another user
// than root and who runs this, or that others may write to.
absl::StatusOr<BundleRecord> ReadBundleRecord(int bundle,
                                              const std::string& name);

// Replaces it, whole or not at all.
absl::Status WriteBundleRecord(int bundle, const std::string& name,
                               const BundleRecord& record);

// Writes a new file of mode 0600; kAlreadyExists if there is one.
absl::Status WriteNewFile(int directory, const std::string& file,
                          const std::string& name, std::string_view bytes);

// What runc (libcontainer/factory_linux.go, v1.1.5) and crun take for an id,
// and for no option.
bool IsContainerId(std::string_view id);

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_BUNDLE_RECORD_H_
