#include "specgen/bundle/work_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "specgen/base/cause.h"
#include "specgen/bundle/confined_open.h"
#include "specgen/bundle/tree_writer.h"
#include "specgen/bundle/unique_fd.h"
#include "specgen/host/go_path.h"

namespace specgen {
namespace {

// Not the name of what is made, which may leave no room for more.
constexpr std::string_view kPrefix = ".specgen-work-";
constexpr size_t kDigits = 16;
constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::string NewName() {
  uint64_t number = 0;
  if (getrandom(&number, sizeof(number), 0) != sizeof(number)) {
    number = static_cast<uint64_t>(getpid());
  }
  return absl::StrCat(kPrefix, absl::StrFormat("%016x", number));
}

bool IsName(std::string_view name) {
  if (!absl::ConsumePrefix(&name, kPrefix) || name.size() != kDigits) {
    return false;
  }
  for (char c : name) {
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) return false;
  }
  return true;
}

bool IsOurs(int fd, dev_t device) {
  struct stat st;
  return fstat(fd, &st) == 0 && IsWorkDirectory(st, geteuid(), device);
}

// What killed programs left there. Whatever goes wrong is the next one's.
void Sweep(int parent, dev_t device) {
  std::vector<std::string> names;
  if (const int error = ReadNames(parent, kNameBytesAtOnce, &names, IsName);
      error != 0 && error != EOVERFLOW) {
    return;
  }
  for (const std::string& name : names) {
    const UniqueFd fd(openat(parent, name.c_str(), kFlags));
    if (!fd.ok() || !IsOurs(fd.get(), device) ||
        flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      continue;
    }
    if (RemoveContents(fd.get()) == 0) {
      unlinkat(parent, name.c_str(), AT_REMOVEDIR);
    }
  }
}

}  // namespace

bool IsWorkDirectory(const struct stat& st, uid_t user, dev_t device) {
  return st.st_uid == user && (st.st_mode & 0777) == 0700 &&
         st.st_dev == device && st.st_nlink > 0;
}

int RemoveContents(int directory, std::string* where) {
  while (true) {
    std::vector<std::string> names;
    const int read = ReadNames(directory, kNameBytesAtOnce, &names);
    if (read != 0 && read != EOVERFLOW) return read;
    int first_error = 0;
    for (const std::string& name : names) {
      const int error =
          RemoveTree(directory, name, first_error == 0 ? where : nullptr);
      if (first_error == 0) first_error = error;
    }
    if (first_error != 0 || read == 0) return first_error;
  }
}

WorkDirectory::WorkDirectory(UniqueFd parent, std::string path, UniqueFd fd)
    : parent_(std::move(parent)),
      path_(std::move(path)),
      fd_(std::move(fd)),
      clean_up_(
          [](void* self) { (void)static_cast<WorkDirectory*>(self)->Remove(); },
          this) {}

absl::StatusOr<std::unique_ptr<WorkDirectory>> WorkDirectory::Make(
    int parent, const std::string& name, Trust parent_trust) {
  UniqueFd copy(fcntl(parent, F_DUPFD_CLOEXEC, 0));
  struct stat st;
  if (!copy.ok() || fstat(parent, &st) != 0) return FileError(errno, name);
  // Else another user may have given such a name to what is not of specgen.
  if (parent_trust == Trust::kChecked) Sweep(parent, st.st_dev);
  constexpr int kTries = 100;
  for (int i = 0; i < kTries; ++i) {
    const std::string ours = NewName();
    if (mkdirat(parent, ours.c_str(), 0700) != 0) {
      if (errno == EEXIST) continue;
      return FileError(errno, name);
    }
    UniqueFd fd(openat(parent, ours.c_str(), kFlags));
    struct stat made = {};
    std::vector<std::string> names;
    int error = fd.ok() && fstat(fd.get(), &made) == 0 ? 0 : errno;
    const bool is_ours =
        error == 0 && IsWorkDirectory(made, geteuid(), st.st_dev);
    if (is_ours) error = ReadNames(fd.get(), kMaxNameBytes, &names);
    // EWOULDBLOCK: another run sweeps it already, and may have removed it. Some
    // file systems have no locks; there nothing is swept either.
    const bool is_swept = is_ours && error == 0 &&
                          flock(fd.get(), LOCK_EX | LOCK_NB) != 0 &&
                          errno == EWOULDBLOCK;
    if (is_ours && error == 0 && fstat(fd.get(), &made) != 0) error = errno;
    if (error != 0 && error != EACCES && !IsNothingThere(error)) {
      unlinkat(parent, ours.c_str(), AT_REMOVEDIR);
      return FileError(error, name);
    }
    if (!is_ours || error != 0 || is_swept || !names.empty() ||
        !IsWorkDirectory(made, geteuid(), st.st_dev)) {
      continue;  // Another one was put in its place.
    }
    // What others may do in `parent` is not what they may do in a rootfs.
    fremovexattr(fd.get(), "system.posix_acl_default");
    fremovexattr(fd.get(), "system.posix_acl_access");
    return absl::WrapUnique(new WorkDirectory(
        std::move(copy), JoinPath({name, ours}), std::move(fd)));
  }
  return absl::PermissionDeniedError(absl::StrCat(
      name,
      ": a directory that is made there is exchanged for another one at "
      "once: name another place"));
}

WorkDirectory::~WorkDirectory() { (void)Remove(); }

absl::Status WorkDirectory::Remove() {
  std::string where;
  if (const int error = RemoveContents(fd_.get(), &where); error != 0) {
    return FileError(error, "cannot be removed", JoinPath({path_, where}));
  }
  unlinkat(parent_.get(), std::string(BasePath(path_)).c_str(), AT_REMOVEDIR);
  return absl::OkStatus();
}

absl::Status WorkDirectory::TakeIn(int parent, const std::string& name,
                                   int directory, const std::string& taken,
                                   const std::string& path) {
  if (renameat2(parent, name.c_str(), fd_.get(), taken.c_str(),
                RENAME_NOREPLACE) != 0) {
    return FileError(errno, path);
  }
  struct stat wanted;
  struct stat got;
  absl::Status status;
  if (fstat(directory, &wanted) != 0 ||
      fstatat(fd_.get(), taken.c_str(), &got, AT_SYMLINK_NOFOLLOW) != 0) {
    status = FileError(errno, path);
  } else if (!SameFile(wanted, got)) {
    status = absl::AbortedError(absl::StrCat(
        path,
        ": was exchanged for another one meanwhile, which is left there"));
  } else {
    return absl::OkStatus();
  }
  renameat2(fd_.get(), taken.c_str(), parent, name.c_str(), RENAME_NOREPLACE);
  return status;
}

absl::StatusOr<UniqueFd> WorkDirectory::MakeDirectoryIn(int parent,
                                                        const std::string& name,
                                                        unsigned mode) {
  if (mkdirat(parent, name.c_str(), 0700) != 0) return FileError(errno, name);
  UniqueFd fd(openat(parent, name.c_str(), kFlags));
  if (!fd.ok() || fchmod(fd.get(), mode) != 0) return FileError(errno, name);
  return fd;
}

}  // namespace specgen
