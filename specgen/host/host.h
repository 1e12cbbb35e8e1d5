// What the generator may ask about a machine.
//
// The generator never touches the machine it runs on: it asks a Host, and
// returns what an engine would do to it as a plan. A Host is either a recorded
// snapshot (host_snapshot.h) or, at the edge of the program, the live machine
// (live_host.h). Tests and fuzzers bring their own.
#ifndef SPECGEN_HOST_HOST_H_
#define SPECGEN_HOST_HOST_H_

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace specgen {

// What lstat(2) or stat(2) says about a path.
struct FileFacts {
  uint32_t mode = 0;  // st_mode: file type and permission bits
  uint32_t uid = 0;
  uint32_t gid = 0;
  uint32_t major = 0;  // of st_rdev; 0 for what is not a device node
  uint32_t minor = 0;
};

// Mount flags that a user namespace may not drop, as in moby's
// UnprivilegedMountFlags (internal/rootless/mountopts, v26.1.0). The values are
// those of statfs(2)'s f_flags, which is what moby reads: its test for
// MS_RELATIME (1 << 21) therefore never holds.
inline constexpr uint64_t kMountReadOnly = 1;
inline constexpr uint64_t kMountNoSuid = 2;
inline constexpr uint64_t kMountNoDev = 4;
inline constexpr uint64_t kMountNoExec = 8;
inline constexpr uint64_t kMountNoAtime = 1024;
inline constexpr uint64_t kMountNoDirAtime = 2048;

// What stands at a path, or where it would stand.
struct PlaceFacts {
  int error = 0;    // of lstat(2)
  FileFacts facts;  // if that is 0
  // If it is ENOENT: of stat(2) of the folder that the path's last slash ends,
  // and of its mount, as far as that can be read (else 0).
  int folder_error = 0;
  FileFacts folder;
  uint64_t folder_mount_flags = 0;
};

// Facts about one machine. All calls are const and safe to make from several
// threads at once. Paths are bytes as Go's os package would pass them to the
// kernel; a call returns 0 or the errno value that the kernel would give
// (ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG, or EINVAL for a NUL byte).
class Host {
 public:
  virtual ~Host() = default;

  // lstat(2): does not follow a final symbolic link (a trailing slash does).
  virtual int Lstat(std::string_view path, FileFacts* facts) const = 0;
  // stat(2): follows symbolic links.
  virtual int Stat(std::string_view path, FileFacts* facts) const = 0;
  // readlink(2).
  virtual int ReadLink(std::string_view path, std::string* target) const = 0;
  // The names in a folder, sorted by their bytes, without "." and "..".
  virtual int ListFolder(std::string_view path,
                         std::vector<std::string>* names) const = 0;
  // statfs(2)'s f_flags for the mount that holds `path`.
  virtual int MountFlags(std::string_view path, uint64_t* flags) const = 0;

  // Lstat, and Stat and MountFlags of the folder if nothing is there: what is
  // asked before a folder is made. `slash` is where the last slash of `path`
  // stands: neither at its start nor at its end.
  virtual PlaceFacts LookUpPlace(std::string_view path, size_t slash) const;

  // CPU numbers of /sys/devices/system/cpu/possible, ascending, of which
  // /sys/devices/system/cpu/cpuN/thermal_throttle exists. Engines since 28.0.2
  // mask those folders (moby oci/defaults.go, GHSA-6fw5-f8r9-fgfm).
  virtual const std::vector<uint32_t>& ThermalThrottleCpus() const = 0;

  // Whether the engine runs in a user namespace other than the first
  // (github.com/moby/sys/userns RunningInUserNS).
  virtual bool InUserNamespace() const = 0;
  // Whether RootlessKit runs the engine: ROOTLESSKIT_STATE_DIR is set
  // (moby daemon/internal/rootless, docker-v29.5.3).
  virtual bool UnderRootlessKit() const = 0;
  // Whether RootlessKit runs with --detach-netns: <state dir>/netns exists.
  virtual bool DetachedNetworkNamespace() const = 0;
  // Whether /sys/fs/cgroup is a pure cgroup v2 ("unified") mount.
  virtual bool UnifiedCgroups() const = 0;
};

inline PlaceFacts Host::LookUpPlace(std::string_view path, size_t slash) const {
  PlaceFacts place;
  place.error = Lstat(path, &place.facts);
  if (place.error != ENOENT) return place;
  const std::string_view folder = path.substr(0, slash);
  place.folder_error = Stat(folder, &place.folder);
  if (place.folder_error != 0) return place;
  uint64_t flags = 0;
  if (MountFlags(folder, &flags) == 0) place.folder_mount_flags = flags;
  return place;
}

}  // namespace specgen

#endif  // SPECGEN_HOST_HOST_H_
