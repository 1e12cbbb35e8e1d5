#include "specgen/base/files.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "specgen/base/cause.h"
#include "specgen/base/errno_text.h"

namespace specgen {
namespace {

constexpr mode_t kNewFileMode = 0644;
constexpr int kMaxLinksFollowed = 40;  // as the kernel

template <typename Call>
auto RetryOnSignal(Call call) {
  while (true) {
    const auto answer = call();
    if (answer != -1 || errno != EINTR) return answer;
  }
}

std::string_view AdviceForReading(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return ": check the path";
    case EISDIR:
      return ": name a file in it";
    case EACCES:
    case EPERM:
      return ": make it readable, or run as a user who may read it";
    case EBADF:
      return ": it is closed; give a file";
    default:
      return "";
  }
}

std::string_view AdviceForWriting(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return ": make the folder first, or name another";
    case EISDIR:
      return ": name a file in it";
    case EACCES:
    case EPERM:
    case EROFS:
      return ": name a place where this user may write";
    case ENOSPC:
    case EDQUOT:
      return ": free some space, or name another place";
    case EBADF:
      return ": it is closed; name a file";
    default:
      return "";
  }
}

absl::Status FileError(std::string_view name, int error,
                       std::string_view advice) {
  return HostError(error, absl::StrCat(name, ": ", GoErrnoText(error), advice));
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  FileDescriptor(FileDescriptor&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&&) = delete;

  int get() const { return fd_; }
  // 0 or an errno. Some file systems tell only now that the disk is full.
  int Close() { return close(std::exchange(fd_, -1)) == 0 ? 0 : errno; }

 private:
  int fd_;
};

// Reads to the end; 0 or an errno. Stops early once there are more bytes than
// `max_bytes`.
int ReadAll(int fd, size_t max_bytes, std::string* bytes) {
  size_t size_hint = 0;
  if (struct stat st; fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
    size_hint = static_cast<size_t>(std::max<off_t>(st.st_size, 0));
  }
  // One byte more, so that the end is seen without growing.
  constexpr size_t kLeastChunk = 4096;
  size_t room = std::min(std::max(size_hint, kLeastChunk), max_bytes) + 1;
  size_t used = 0;
  while (used <= max_bytes) {
    bytes->resize(room);
    const ssize_t got = RetryOnSignal(
        [&] { return read(fd, bytes->data() + used, room - used); });
    if (got < 0) return errno;
    if (got == 0) break;
    used += static_cast<size_t>(got);
    if (used == room) room = std::min(2 * room, max_bytes + 1);
  }
  bytes->resize(used);
  return 0;
}

// 0 or an errno.
int WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t done =
        RetryOnSignal([&] { return write(fd, bytes.data(), bytes.size()); });
    if (done < 0) return errno;
    bytes.remove_prefix(static_cast<size_t>(done));
  }
  return 0;
}

// The open file that a name such as /dev/stdout means.
std::optional<int> OpenFileNamed(std::string_view path) {
  if (path == "-" || path == "/dev/stdout") return STDOUT_FILENO;
  if (path == "/dev/stderr") return STDERR_FILENO;
  for (const std::string_view prefix : {"/dev/fd/", "/proc/self/fd/"}) {
    int fd;
    if (std::string_view number = path; absl::ConsumePrefix(&number, prefix) &&
                                        absl::SimpleAtoi(number, &fd) &&
                                        fd >= 0) {
      return fd;
    }
  }
  return std::nullopt;
}

// Where the final symbolic links of `path` lead, there or not; 0 or an errno.
int FollowFinalLinks(std::string* path) {
  for (int followed = 0;; ++followed) {
    char buffer[PATH_MAX];
    const ssize_t size = readlink(path->c_str(), buffer, sizeof(buffer));
    if (size < 0) {
      // EINVAL: no link. Anything else is found when the file is made.
      return 0;
    }
    if (followed == kMaxLinksFollowed) return ELOOP;
    const std::string_view target(buffer, static_cast<size_t>(size));
    if (target.starts_with('/')) {
      *path = target;
    } else {
      path->resize(path->rfind('/') + 1);  // npos + 1 is 0
      path->append(target);
    }
  }
}

// Calls `make` with one name after the other of files in a directory, until it
// gives no EEXIST; returns what it gave last.
template <typename Make>
int WithFreshName(std::string* name, Make make) {
  static std::atomic<uint32_t> counter{0};
  constexpr int kTries = 1000;
  int result = -1;
  for (int i = 0; i < kTries; ++i) {
    // Not the file's own name with an ending: that might be too long.
    *name = absl::StrCat(".specgen-", getpid(), "-", counter++, ".tmp");
    result = make(name->c_str());
    if (result >= 0 || errno != EEXIST) break;
  }
  return result;
}

// A new file in `directory`: without a name where the file system has that
// (`name` is empty), so that nothing is left of it even after a SIGKILL. A
// descriptor, or -1 with errno set.
int MakeTemporary(int directory, mode_t mode, std::string* name) {
  // Link needs this one.
  if (access("/proc/self/fd", X_OK) == 0) {
    const int fd = RetryOnSignal([&] {
      return openat(directory, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, mode);
    });
    if (fd >= 0) return fd;
  }
  return WithFreshName(name, [directory, mode](const char* fresh) {
    return RetryOnSignal([&] {
      return openat(directory, fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                    mode);
    });
  });
}

// Gives the file without a name one; -1 with errno set if that fails.
int Link(int fd, int directory, const char* name) {
  return linkat(AT_FDCWD, absl::StrCat("/proc/self/fd/", fd).c_str(), directory,
                name, AT_SYMLINK_FOLLOW);
}

// Gives the new file its name; 0 or an errno.
int Rename(int directory, const char* from, const char* to,
           Overwrite overwrite) {
  if (overwrite == Overwrite::kYes) {
    return renameat(directory, from, directory, to) == 0 ? 0 : errno;
  }
  if (renameat2(directory, from, directory, to, RENAME_NOREPLACE) == 0) {
    return 0;
  }
  // Not every file system and kernel has that; a link never replaces either.
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (linkat(directory, from, directory, to, 0) != 0) return errno;
  unlinkat(directory, from, 0);
  return 0;
}

// While one lives, no signal ends this thread between two steps; those that
// come meanwhile are delivered then.
class HoldSignals {
 public:
  HoldSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &old_);
  }
  ~HoldSignals() { pthread_sigmask(SIG_SETMASK, &old_, nullptr); }
  HoldSignals(const HoldSignals&) = delete;
  HoldSignals& operator=(const HoldSignals&) = delete;

 private:
  sigset_t old_;
};

// A file that is written before it gets its name in `directory`, which must
// outlive it.
class NewFile {
 public:
  // `old` is the regular file whose place it will take, or null. See error().
  NewFile(int directory, const struct stat* old);
  ~NewFile() {
    if (!temporary_.empty()) unlinkat(directory_, temporary_.c_str(), 0);
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  int error() const { return error_; }  // 0, or why it could not be made
  int fd() const { return file_.get(); }
  // Puts it in the place of `name`, all that was written; 0 or an errno.
  int Publish(const char* name, Overwrite overwrite);

 private:
  const int directory_;
  std::string temporary_;  // "" if it has no name yet
  FileDescriptor file_;
  int error_;
};

NewFile::NewFile(int directory, const struct stat* old)
    : directory_(directory),
      file_(MakeTemporary(directory, kNewFileMode, &temporary_)),
      error_(file_.get() < 0 ? errno : 0) {
  if (error_ != 0) temporary_.clear();
  if (error_ != 0 || old == nullptr) return;
  // Only root may do this, and for the others the file is theirs anyway.
  if ((old->st_uid != geteuid() || old->st_gid != getegid()) &&
      fchown(file_.get(), old->st_uid, old->st_gid) != 0) {
    // Then the file belongs to who wrote it.
  }
  if (fchmod(file_.get(), old->st_mode & 0777) != 0) error_ = errno;
}

int NewFile::Publish(const char* name, Overwrite overwrite) {
  if (RetryOnSignal([&] { return fsync(file_.get()); }) != 0) return errno;
  const bool named = !temporary_.empty();
  if (!named && overwrite == Overwrite::kNo) {
    if (Link(file_.get(), directory_, name) != 0) return errno;
  } else {
    if (!named && WithFreshName(&temporary_, [&](const char* fresh) {
                    return Link(file_.get(), directory_, fresh);
                  }) != 0) {
      temporary_.clear();
      return errno;
    }
    if (const int error = file_.Close(); error != 0) return error;
    if (const int error =
            Rename(directory_, temporary_.c_str(), name, overwrite);
        error != 0) {
      return error;
    }
    temporary_.clear();
  }

  // So that the name, too, survives a power failure. The file is whole by now,
  // so that nothing that goes wrong here is worth a word.
  const FileDescriptor opened(
      openat(directory_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() >= 0) fsync(opened.get());
  return 0;
}

// Writes a new file and puts it in the place of `name`; 0 or an errno. `old` is
// the regular file that stands there, or null.
int ReplaceFile(int directory, const char* name, const struct stat* old,
                std::string_view bytes, Overwrite overwrite) {
  const HoldSignals hold;
  NewFile file(directory, old);
  if (file.error() != 0) return file.error();
  const int error = WriteAll(file.fd(), bytes);
  return error != 0 ? error : file.Publish(name, overwrite);
}

// A directory may be written and searched without being readable.
int OpenParent(const std::string& path) {
  const size_t at = path.rfind('/') + 1;  // npos + 1 is 0
  const std::string parent = at == 0 ? "." : path.substr(0, at);
  return RetryOnSignal(
      [&] { return open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC); });
}

// `bytes`, which were read with that outcome, 0 or an errno.
absl::StatusOr<std::string> CheckRead(std::string bytes, int error,
                                      std::string_view name, size_t max_bytes) {
  if (error != 0) return FileError(name, error, AdviceForReading(error));
  if (bytes.size() > max_bytes) {
    constexpr size_t kMiB = size_t{1} << 20;
    return absl::ResourceExhaustedError(absl::StrCat(
        name, ": larger than ",
        max_bytes % kMiB == 0 ? absl::StrCat(max_bytes / kMiB, " MiB")
                              : absl::StrCat(max_bytes, " bytes"),
        ", the most that is read: check that it is the right file"));
  }
  return bytes;
}

}  // namespace

absl::StatusOr<std::string> ReadWholeFile(std::string_view path,
                                          size_t max_bytes) {
  const bool is_stdin = path == "-";
  const std::string name(is_stdin ? "standard input" : path);
  int error = 0;
  std::string bytes;
  if (is_stdin) {
    error = ReadAll(STDIN_FILENO, max_bytes, &bytes);
  } else if (path.find('\0') != std::string_view::npos) {
    error = EINVAL;
  } else {
    const FileDescriptor file(RetryOnSignal(
        [&] { return open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY); }));
    error = file.get() < 0 ? errno : ReadAll(file.get(), max_bytes, &bytes);
  }
  return CheckRead(std::move(bytes), error, name, max_bytes);
}

absl::StatusOr<std::string> ReadOpenFile(int fd, std::string_view name,
                                         size_t max_bytes) {
  std::string bytes;
  const int error = lseek(fd, 0, SEEK_SET) < 0 && errno != ESPIPE
                        ? errno
                        : ReadAll(fd, max_bytes, &bytes);
  return CheckRead(std::move(bytes), error, name, max_bytes);
}

absl::Status WriteWholeFile(std::string_view path, std::string_view bytes,
                            Overwrite overwrite) {
  const std::string name(path == "-" ? "standard output" : path);
  const auto error_status = [&](int error) {
    return error == 0 ? absl::OkStatus()
                      : FileError(name, error, AdviceForWriting(error));
  };
  if (path.find('\0') != std::string_view::npos) return error_status(EINVAL);
  if (path.empty()) return absl::NotFoundError("no name for the file to write");
  if (const std::optional<int> fd = OpenFileNamed(path); fd.has_value()) {
    return error_status(WriteAll(*fd, bytes));
  }

  struct stat st;
  const bool exists = stat(name.c_str(), &st) == 0;
  if (!exists && errno != ENOENT) return error_status(errno);
  if (exists && S_ISDIR(st.st_mode)) return error_status(EISDIR);
  if (exists && (S_ISBLK(st.st_mode) || S_ISSOCK(st.st_mode))) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": a ", S_ISBLK(st.st_mode) ? "disk" : "socket",
                     ", which is never written: name a file"));
  }
  if (exists && !S_ISREG(st.st_mode)) {
    FileDescriptor file(RetryOnSignal(
        [&] { return open(name.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY); }));
    if (file.get() < 0) return error_status(errno);
    if (const int error = WriteAll(file.get(), bytes); error != 0) {
      return error_status(error);
    }
    return error_status(file.Close());
  }

  std::string target = name;
  int error = FollowFinalLinks(&target);
  if (error == 0 && target.ends_with('/')) error = EISDIR;
  if (error == 0 && exists && overwrite == Overwrite::kNo) error = EEXIST;
  if (error == 0) {
    const FileDescriptor directory(OpenParent(target));
    error = directory.get() < 0
                ? errno
                : ReplaceFile(directory.get(),
                              target.c_str() + target.rfind('/') + 1,
                              exists ? &st : nullptr, bytes, overwrite);
  }
  if (error == EEXIST) {
    return absl::AlreadyExistsError(
        absl::StrCat(name,
                     ": is there already: name another file, or give "
                     "--force to replace it"));
  }
  return error_status(error);
}

absl::Status WriteFileAt(int directory, const std::string& name,
                         std::string_view bytes, Overwrite overwrite,
                         std::string_view path) {
  struct stat st;
  const bool exists =
      fstatat(directory, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0;
  const int error = ReplaceFile(directory, name.c_str(),
                                exists && S_ISREG(st.st_mode) ? &st : nullptr,
                                bytes, overwrite);
  return error == 0 ? absl::OkStatus()
                    : FileError(path, error, AdviceForWriting(error));
}

struct FileReplacement::Parts {
  Parts(std::string path, std::string to, int parent, const struct stat& old)
      : name(std::move(path)),
        target(std::move(to)),
        directory(parent),
        file(parent, &old) {}

  const std::string name;
  const std::string target;
  const FileDescriptor directory;
  NewFile file;
};

FileReplacement::FileReplacement(std::unique_ptr<Parts> parts)
    : parts_(std::move(parts)) {}

FileReplacement::~FileReplacement() = default;

int FileReplacement::fd() const { return parts_->file.fd(); }

absl::StatusOr<std::unique_ptr<FileReplacement>> FileReplacement::Start(
    std::string_view path) {
  std::string name(path);
  std::string target = name;
  struct stat old;
  const auto failed = [&](int error) {
    return FileError(name, error, AdviceForWriting(error));
  };
  if (stat(name.c_str(), &old) != 0) return failed(errno);
  if (const int error = FollowFinalLinks(&target); error != 0) {
    return failed(error);
  }
  // Nobody but its owner and root may replace what others may only write to.
  if (access(name.c_str(), W_OK) != 0) return failed(errno);
  const int parent = OpenParent(target);
  if (parent < 0) return failed(errno);
  auto parts = std::make_unique<Parts>(name, target, parent, old);
  if (parts->file.error() != 0) return failed(parts->file.error());
  return std::unique_ptr<FileReplacement>(
      new FileReplacement(std::move(parts)));
}

absl::Status FileReplacement::Commit() {
  const HoldSignals hold;
  const std::string& target = parts_->target;
  const int error = parts_->file.Publish(target.c_str() + target.rfind('/') + 1,
                                         Overwrite::kYes);
  return error == 0 ? absl::OkStatus()
                    : FileError(parts_->name, error, AdviceForWriting(error));
}

}  // namespace specgen
