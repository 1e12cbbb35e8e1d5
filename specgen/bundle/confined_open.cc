#include "specgen/bundle/confined_open.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/cause.h"
#include "specgen/bundle/unique_fd.h"

namespace specgen {
namespace {

UniqueFd Open(int root, const std::string& path, int flags, uint64_t resolve) {
  struct open_how how = {};
  how.flags = static_cast<uint64_t>(flags | O_CLOEXEC);
  how.resolve = resolve | RESOLVE_NO_MAGICLINKS;
  for (int attempt = 0;; ++attempt) {
    const int64_t fd =
        syscall(SYS_openat2, root, path.c_str(), &how, sizeof(how));
    if (fd >= 0) return UniqueFd(static_cast<int>(fd));
    // EAGAIN: something was renamed meanwhile, so ".." was not safe.
    if (errno == EINTR || (errno == EAGAIN && attempt < 100)) continue;
    return UniqueFd();
  }
}

}  // namespace

UniqueFd OpenInRoot(int root, const std::string& path, int flags) {
  return Open(root, path, flags, RESOLVE_IN_ROOT);
}

UniqueFd OpenBeneath(int root, const std::string& path, int flags) {
  return Open(root, path, flags, RESOLVE_BENEATH);
}

UniqueFd OpenWithoutLinks(int root, const std::string& path, int flags) {
  return Open(root, path, flags, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
}

UniqueFd OpenOnOneMount(int root, const std::string& path, int flags) {
  return Open(root, path, flags,
              RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV);
}

UniqueFd OpenRegular(const UniqueFd& place) {
  struct stat st;
  if (!place.ok() || fstat(place.get(), &st) != 0) return UniqueFd();
  if (!S_ISREG(st.st_mode)) {
    errno = EINVAL;
    return UniqueFd();
  }
  // Not again by its path: it is a regular file, and stays one.
  return UniqueFd(open(ProcPath(place.get()).c_str(), O_RDONLY | O_CLOEXEC));
}

bool IsNothingThere(int error) {
  return error == ENOENT || error == ENOTDIR || error == ELOOP ||
         error == ENAMETOOLONG || error == EXDEV || error == EINVAL;
}

bool SameFile(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

absl::Status FileError(int error, std::string_view path) {
  const std::string_view advice =
      error == ENOSYS ? " (specgen needs Linux 5.8 or later here)"
      : error == ENOSPC || error == EDQUOT ? " (free some space and try again)"
                                           : "";
  return HostError(error,
                   absl::StrCat(path, ": ", std::strerror(error), advice));
}

absl::Status Named(std::string_view name, const absl::Status& status) {
  return status.ok() ? status
                     : absl::Status(status.code(),
                                    absl::StrCat(name, ": ", status.message()));
}

absl::Status CheckProc() {
  return access("/proc/self/fd", X_OK) == 0
             ? absl::OkStatus()
             : absl::UnavailableError(
                   "/proc: is not mounted, and a bundle needs it: mount it");
}

absl::Status CheckRoomForFiles(std::string_view path) {
  std::array<UniqueFd, 12> files;
  for (UniqueFd& file : files) {
    file.Reset(open("/", O_PATH | O_CLOEXEC));
    if (!file.ok()) return FileError(errno, path);
  }
  return absl::OkStatus();
}

absl::Status InputError(int error, std::string_view path) {
  return AsBadInput(FileError(error, path));
}

absl::Status FileError(int error, std::string_view what,
                       std::string_view path) {
  return FileError(error, absl::StrCat(path, ": ", what));
}

}  // namespace specgen
