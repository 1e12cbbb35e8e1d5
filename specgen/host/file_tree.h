// What may be asked of a file system.
//
// The generator never touches the machine it runs on: it asks a FileTree, and
// returns what an engine would do to it as a plan. There is a recorded tree
// (host_snapshot.h), the live one at the edge of the program (live_host.h), and
// one that shows what is planned (planned_tree.h). Tests and fuzzers bring
// their own.
#ifndef SPECGEN_HOST_FILE_TREE_H_
#define SPECGEN_HOST_FILE_TREE_H_

#include <algorithm>
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

// What is at a path; or, if nothing is, the directory in which it would be.
struct PlaceFacts {
  // Whether the path is known to be as filepath.Clean would leave it.
  bool is_clean = false;
  int error = 0;    // of lstat(2)
  FileFacts facts;  // if that is 0
  // The rest is filled in if `error` is ENOENT.
  int directory_error = 0;             // of stat(2)
  FileFacts directory;                 // if that is 0
  uint64_t directory_mount_flags = 0;  // likewise; 0 if they cannot be read
};

// Six calls of the kernel. A call returns 0 or the errno value that the kernel
// would give (ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG, or EINVAL for a NUL
// byte); what it was to fill in is then left alone or holds anything. Paths are
// bytes, as Go's os package would pass them on.
//
// All calls are const, and safe to make from several threads at once unless a
// tree says otherwise.
class FileTree {
 public:
  virtual ~FileTree() = default;

  // lstat(2): does not follow a final symbolic link (a trailing slash does).
  virtual int Lstat(std::string_view path, FileFacts* facts) const = 0;
  // stat(2): follows symbolic links.
  virtual int Stat(std::string_view path, FileFacts* facts) const = 0;
  // readlink(2).
  virtual int ReadLink(std::string_view path, std::string* target) const = 0;
  // The names in a directory, sorted by their bytes, without "." and "..".
  virtual int ListDirectory(std::string_view path,
                            std::vector<std::string>* names) const = 0;
  // statfs(2)'s f_flags for the mount that holds `path`.
  virtual int MountFlags(std::string_view path, uint64_t* flags) const = 0;
  // getcwd(2): where relative paths start, absolute and without symbolic links.
  // ENODATA, which no kernel answers, if that is not known.
  virtual int WorkingDirectory(std::string* path) const = 0;

  // Not a seventh question: Lstat of `path` and, if nothing is there, Stat and
  // MountFlags of path[:slash] ("/" for 0), where its last slash stands, which
  // is not its end. A tree that finds all this in one go may say so at once;
  // nearly every spec asks it once, for the plugin's runtime directory.
  virtual PlaceFacts LookUpPlace(std::string_view path, size_t slash) const {
    PlaceFacts place;
    place.error = Lstat(path, &place.facts);
    if (place.error != ENOENT) return place;
    const std::string_view directory =
        path.substr(0, std::max<size_t>(slash, 1));
    place.directory_error = Stat(directory, &place.directory);
    if (place.directory_error != 0) return place;
    uint64_t flags = 0;
    if (MountFlags(directory, &flags) == 0) place.directory_mount_flags = flags;
    return place;
  }
};

}  // namespace specgen

#endif  // SPECGEN_HOST_FILE_TREE_H_
