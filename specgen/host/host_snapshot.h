// A machine as a JSON file describes it.
//
// The file is one object. A minimal one is {"entries": []}, a host that holds
// nothing but "/". Keys, all optional but "entries":
//
//   "entries": [{"path": "/dev/null", "type": "char", "mode": "0666",
//                "uid": 0, "gid": 0, "major": 1, "minor": 3}, ...]
//     The files. "path" is absolute and clean, and passes through no symbolic
//     link. "type" is "dir", "file", "symlink", "char", "block", "fifo" or
//     "socket". "mode" is an octal string with the set-id and sticky bits.
//     "uid", "gid" and "mode" must be given for "char", "block" and "fifo",
//     since specs repeat them; elsewhere they default to 0, 0 and "0755" for
//     a dir, "0777" for a symlink, "0644" otherwise. "major" and "minor"
//     belong to "char" and "block", "target" to "symlink".
//     Directories above an entry need not be listed: they exist, with mode
//     0755 and owner root.
//     A path or target that is not UTF-8 cannot stand in JSON: "path_hex" and
//     "target_hex" give its bytes in hexadecimal instead.
//   "architecture": "amd64"          Go's name of it, or the kernel's; "amd64"
//                                    when absent
//   "possible_cpus": [0, 1]          see MachineFacts
//   "thermal_throttle_cpus": [0, 1]
//   "user_namespace": bool
//   "rootlesskit": bool
//   "detached_network_namespace": bool
//   "unified_cgroups": bool
//     The lists are empty and the flags false when absent.
//   "cwd": "/"                       what relative paths start from; without
//                                    it they do not exist (ENOENT)
//   "mounts": [{"path": "/x", "flags": ["ro", "nosuid"]}]
//     Mount points; the innermost one that holds a file gives its flags:
//     "ro", "nosuid", "nodev", "noexec", "noatime", "nodiratime", "relatime".
//     What no mount point holds has no flags.
// "cwd" and mount points that no entry lists exist as directories.
#ifndef SPECGEN_HOST_HOST_SNAPSHOT_H_
#define SPECGEN_HOST_HOST_SNAPSHOT_H_

#include <cstddef>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "specgen/host/host.h"
#include "specgen/host/machine_facts.h"
#include "specgen/host/snapshot_format.h"
#include "specgen/host/snapshot_lookup.h"
#include "specgen/host/snapshot_tree.h"

namespace specgen {

// Its files are looked up as root would; see SnapshotLookup. Immutable, so safe
// to share between threads.
class HostSnapshot : public Host {
 public:
  // Larger files, and files that describe more files than this, are refused,
  // so that a hostile file cannot take the memory of the machine.
  static constexpr size_t kMaxJsonBytes = kMaxSnapshotBytes;
  static constexpr size_t kMaxFiles = kMaxSnapshotFiles;

  // Reads a snapshot. Errors (kInvalidArgument) read "FILE:LINE:COL: message",
  // with `file_name` for FILE and columns counted in bytes from 1.
  static absl::StatusOr<std::unique_ptr<HostSnapshot>> Parse(
      std::string_view json, std::string_view file_name);

  // A host with nothing but "/", and all other facts as Parse defaults them.
  static std::unique_ptr<HostSnapshot> Empty();

 private:
  HostSnapshot(std::unique_ptr<const SnapshotTree> its_files,
               std::unique_ptr<const MachineFacts> its_facts);

  const SnapshotLookup lookup_;
  const std::unique_ptr<const MachineFacts> kept_facts_;
};

}  // namespace specgen

#endif  // SPECGEN_HOST_HOST_SNAPSHOT_H_
