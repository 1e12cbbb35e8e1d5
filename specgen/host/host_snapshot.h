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
//     Folders above an entry need not be listed: they exist, with mode 0755
//     and owner root.
//     A path or target that is not UTF-8 cannot stand in JSON: "path_hex" and
//     "target_hex" give its bytes in hexadecimal instead.
//   "possible_cpus": [0, 1]          /sys/devices/system/cpu/possible
//   "thermal_throttle_cpus": [0, 1]  those with a thermal_throttle folder
//   "user_namespace": bool           see Host::InUserNamespace
//   "rootlesskit": bool              see Host::UnderRootlessKit
//   "detached_network_namespace": bool
//   "unified_cgroups": bool          see Host::UnifiedCgroups
//     All four are false when absent.
//   "cwd": "/"                       what relative paths start from; without
//                                    it they do not exist (ENOENT)
//   "mounts": [{"path": "/x", "flags": ["ro", "nosuid"]}]
//     Mount points; the innermost one that holds a file gives its flags:
//     "ro", "nosuid", "nodev", "noexec", "noatime", "nodiratime", "relatime".
//     What no mount point holds has no flags.
// "cwd" and mount points that no entry lists exist as folders.
#ifndef SPECGEN_HOST_HOST_SNAPSHOT_H_
#define SPECGEN_HOST_HOST_SNAPSHOT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "specgen/host/host.h"

namespace specgen {

// Answers as Linux would to root, who may search every folder: EACCES never
// comes. Immutable, so safe to share between threads.
class HostSnapshot : public Host {
 public:
  // Larger files, and files that describe more files than this, are refused,
  // so that a hostile file cannot take the memory of the machine.
  static constexpr size_t kMaxJsonBytes = size_t{64} << 20;
  static constexpr size_t kMaxFiles = size_t{1} << 20;

  // Reads a snapshot. Errors (kInvalidArgument) read "FILE:LINE:COL: message",
  // with `file_name` for FILE and columns counted in bytes from 1.
  static absl::StatusOr<std::unique_ptr<HostSnapshot>> Parse(
      std::string_view json, std::string_view file_name);

  // A host with nothing but "/", and all other facts as Parse defaults them.
  static std::unique_ptr<HostSnapshot> Empty();

  ~HostSnapshot() override;
  HostSnapshot(const HostSnapshot&) = delete;
  HostSnapshot& operator=(const HostSnapshot&) = delete;

  int Lstat(std::string_view path, FileFacts* facts) const override;
  int Stat(std::string_view path, FileFacts* facts) const override;
  int ReadLink(std::string_view path, std::string* target) const override;
  int ListDirectory(std::string_view path,
                 std::vector<std::string>* names) const override;
  int MountFlags(std::string_view path, uint64_t* flags) const override;
  PlaceFacts LookUpPlace(std::string_view path, size_t slash) const override;
  const std::vector<uint32_t>& ThermalThrottleCpus() const override;
  bool InUserNamespace() const override;
  bool UnderRootlessKit() const override;
  bool DetachedNetworkNamespace() const override;
  bool UnifiedCgroups() const override;

  // "possible_cpus", ascending; empty when absent.
  const std::vector<uint32_t>& PossibleCpus() const;

 private:
  struct Tree;
  class Builder;
  class Cursor;

  explicit HostSnapshot(std::unique_ptr<const Tree> tree);

  // Finds what `path` names; 0 or an errno.
  int Find(std::string_view path, bool follow_last, uint32_t* node) const;

  const std::unique_ptr<const Tree> tree_;
};

}  // namespace specgen

#endif  // SPECGEN_HOST_HOST_SNAPSHOT_H_
