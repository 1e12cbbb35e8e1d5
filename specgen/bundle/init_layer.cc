#include "specgen/bundle/init_layer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "specgen/bundle/confined_open.h"
#include "specgen/bundle/unique_fd.h"

namespace specgen {
namespace {

using Type = InitEntry::Type;

constexpr InitEntry kEntries[] = {
    {Type::kFile, ".dockerenv", ""},
    {Type::kFile, "dev/console", ""},
    {Type::kDirectory, "dev/pts", ""},
    {Type::kDirectory, "dev/shm", ""},
    {Type::kFile, "etc/hostname", ""},
    {Type::kFile, "etc/hosts", ""},
    {Type::kSymlink, "etc/mtab", "/proc/mounts"},
    {Type::kFile, "etc/resolv.conf", ""},
    {Type::kDirectory, "proc", ""},
    {Type::kDirectory, "sys", ""},
};
constexpr mode_t kMode = 0755;

// 0 or an errno.
int MakeOne(int parent, const std::string& name, Type type,
            std::string_view target, bool set_owner) {
  // Fails on directories, which stay.
  if (unlinkat(parent, name.c_str(), 0) != 0 && errno != ENOENT) {
    const int error = errno;
    struct stat st;
    if (fstatat(parent, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) {
      return errno == ENOENT ? error : errno;
    }
    return S_ISDIR(st.st_mode) ? 0 : error;
  }
  int result;
  if (type == Type::kSymlink) {
    result = symlinkat(std::string(target).c_str(), parent, name.c_str());
  } else if (type == Type::kDirectory) {
    result = mkdirat(parent, name.c_str(), kMode);
  } else {
    const UniqueFd file(
        openat(parent, name.c_str(),
               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kMode));
    result = file.ok() ? 0 : -1;
  }
  if (result != 0) return errno;
  if (type != Type::kSymlink && fchmodat(parent, name.c_str(), kMode, 0) != 0) {
    return errno;
  }
  if (set_owner &&
      fchownat(parent, name.c_str(), 0, 0, AT_SYMLINK_NOFOLLOW) != 0) {
    return errno;
  }
  return 0;
}

}  // namespace

absl::Span<const InitEntry> InitLayer() { return kEntries; }

absl::Status MakeInitLayer(int rootfs, const std::string& name,
                           bool set_owner) {
  for (const InitEntry& entry : kEntries) {
    UniqueFd directory(openat(rootfs, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.ok()) return FileError(errno, name);
    const std::vector<std::string> parts = absl::StrSplit(entry.path, '/');
    for (size_t i = 0; i < parts.size(); ++i) {
      const bool last = i + 1 == parts.size();
      const int error = MakeOne(directory.get(), parts[i],
                                last ? entry.type : Type::kDirectory,
                                last ? entry.target : "", set_owner);
      if (error != 0) {
        return FileError(error, absl::StrCat(name, "/", entry.path));
      }
      if (last) break;
      UniqueFd next(openat(directory.get(), parts[i].c_str(),
                           O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      if (!next.ok()) {
        return FileError(errno, absl::StrCat(name, "/", entry.path));
      }
      directory = std::move(next);
    }
  }
  return absl::OkStatus();
}

}  // namespace specgen
