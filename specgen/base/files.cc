#include "specgen/base/files.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>
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
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
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
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }
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

// Where a path leads. Each name on it is opened below the directory that it is
// in, so that nobody can exchange anything between a look and what follows it.
class PathWalk {
 public:
  // `makes`: directories that are missing.
  PathWalk(std::string_view path, bool makes) : path_(path), makes_(makes) {}

  // Errors are of the host, and name the path, or the link that is refused.
  absl::Status Run();

  // Of what is at the end: the directory that it is in and its name, or the
  // directory itself and "".
  FileDescriptor directory() && { return std::move(at_); }
  const std::string& name() const { return name_; }
  // What is there (O_PATH); below 0 if nothing is, or `name` is "".
  const FileDescriptor& file() const { return file_; }
  // Opens it to be written.
  int Open() const {
    return openat(
        at_.get(), name_.c_str(),
        O_WRONLY | O_CLOEXEC | O_NOCTTY | (is_kernels_ ? 0 : O_NOFOLLOW));
  }

 private:
  absl::Status Failed(int error) const {
    return FileError(path_, error, AdviceForWriting(error));
  }
  // Goes on where the link leads that is open in file_.
  absl::Status Follow();
  // Whether somebody else may have put the link there for us to follow: in a
  // directory where all may make files, but remove their own only, it is
  // neither ours nor its owner's. Linux says the same if it is asked to
  // (fs.protected_symlinks).
  bool IsPlanted() const;

  const std::string path_;
  const bool makes_;
  std::vector<std::string> rest_;  // the next part is the last element
  FileDescriptor at_{-1};
  std::string name_;
  FileDescriptor file_{-1};
  int links_ = 0;
  bool is_kernels_ = false;  // what leads to file_
};

bool PathWalk::IsPlanted() const {
  struct stat link;
  struct stat directory;
  return fstat(file_.get(), &link) != 0 || fstat(at_.get(), &directory) != 0 ||
         ((directory.st_mode & S_ISVTX) != 0 &&
          (directory.st_mode & S_IWOTH) != 0 && link.st_uid != geteuid() &&
          link.st_uid != directory.st_uid);
}

absl::Status PathWalk::Follow() {
  struct statfs system;
  struct stat st;
  if (fstatfs(at_.get(), &system) == 0 && system.f_type == PROC_SUPER_MAGIC) {
    // The kernel's own, which may lead to what has no path.
    FileDescriptor file(openat(at_.get(), name_.c_str(), O_PATH | O_CLOEXEC));
    if (file.get() < 0 || fstat(file.get(), &st) != 0) return Failed(errno);
    if (!S_ISREG(st.st_mode)) {
      file_ = std::move(file);
      is_kernels_ = true;
      return absl::OkStatus();
    }
  }
  if (IsPlanted()) {
    return HostError(EACCES,
                     absl::StrCat(path_, ": \"", name_,
                                  "\" is a symbolic link of another user in a "
                                  "folder where all may write, and is not "
                                  "followed: name another place"));
  }
  if (++links_ > kMaxLinksFollowed) return Failed(ELOOP);
  char target[PATH_MAX];
  const ssize_t size = readlinkat(file_.get(), "", target, sizeof(target));
  if (size < 0) return Failed(errno);
  const std::vector<std::string> parts =
      absl::StrSplit(std::string_view(target, static_cast<size_t>(size)), '/');
  rest_.insert(rest_.end(), parts.rbegin(), parts.rend());
  if (size > 0 && target[0] == '/') {
    at_ = FileDescriptor(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (at_.get() < 0) return Failed(errno);
  }
  file_ = FileDescriptor(-1);
  return absl::OkStatus();
}

absl::Status PathWalk::Run() {
  rest_ = absl::StrSplit(path_, '/');
  std::reverse(rest_.begin(), rest_.end());
  at_ = FileDescriptor(open(path_.starts_with('/') ? "/" : ".",
                            O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (at_.get() < 0) return Failed(errno);
  while (true) {
    while (!rest_.empty() && (rest_.back().empty() || rest_.back() == ".")) {
      rest_.pop_back();
    }
    if (rest_.empty()) {
      name_.clear();
      return absl::OkStatus();
    }
    name_ = std::move(rest_.back());
    rest_.pop_back();
    // But for slashes, behind which it must be a directory.
    const bool is_last =
        std::all_of(rest_.begin(), rest_.end(),
                    [](const std::string& part) { return part.empty(); });
    file_ = FileDescriptor(
        openat(at_.get(), name_.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (file_.get() < 0 && errno == ENOENT && makes_) {
      if (mkdirat(at_.get(), name_.c_str(), 0777) != 0 && errno != EEXIST) {
        return Failed(errno);
      }
      file_ = FileDescriptor(
          openat(at_.get(), name_.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    }
    if (file_.get() < 0) {
      return errno == ENOENT && is_last ? absl::OkStatus() : Failed(errno);
    }
    struct stat st;
    if (fstat(file_.get(), &st) != 0) return Failed(errno);
    if (S_ISLNK(st.st_mode)) {
      const absl::Status followed = Follow();
      if (!followed.ok()) return followed;
      if (file_.get() < 0) continue;
      if (fstat(file_.get(), &st) != 0) return Failed(errno);
    }
    if (S_ISDIR(st.st_mode)) {
      at_ = std::exchange(file_, FileDescriptor(-1));
    } else if (rest_.empty()) {
      return absl::OkStatus();
    } else {
      return Failed(ENOTDIR);
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

absl::Status WriteError(std::string_view name, int error) {
  if (error == 0) return absl::OkStatus();
  if (error == EEXIST) {
    return HostError(error, absl::StrCat(name,
                                         ": is there already: name another "
                                         "file, or give --force to replace "
                                         "it"));
  }
  return FileError(name, error, AdviceForWriting(error));
}

// Where the bytes of a file that is written go.
struct Place {
  bool is_regular() const { return fd < 0; }
  // What a regular file replaces, or null.
  const struct stat* old() const { return exists ? &st : nullptr; }

  std::string name;              // for messages
  int fd = -1;                   // what is written as it is
  FileDescriptor device{-1};     // owns it, unless it was open before
  FileDescriptor directory{-1};  // of a regular file
  std::string base;              // its name in there
  bool exists = false;
  struct stat st = {};
};

absl::StatusOr<Place> FindPlace(std::string_view path, Overwrite overwrite) {
  Place place;
  place.name = path == "-" ? "standard output" : std::string(path);
  if (path.find('\0') != std::string_view::npos) {
    return WriteError(place.name, EINVAL);
  }
  if (path.empty()) return absl::NotFoundError("no name for the file to write");
  if (const std::optional<int> fd = OpenFileNamed(path); fd.has_value()) {
    place.fd = *fd;
    return place;
  }
  PathWalk walk(path, /*makes=*/false);
  if (absl::Status status = walk.Run(); !status.ok()) return status;
  place.exists = walk.file().get() >= 0;
  if (walk.name().empty() || (!place.exists && path.ends_with('/'))) {
    return WriteError(place.name, EISDIR);
  }
  if (place.exists && fstat(walk.file().get(), &place.st) != 0) {
    return WriteError(place.name, errno);
  }
  const mode_t mode = place.st.st_mode;
  if (S_ISBLK(mode) || S_ISSOCK(mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat(place.name, ": a ", S_ISBLK(mode) ? "disk" : "socket",
                     ", which is never written: name a file"));
  }
  if (place.exists && !S_ISREG(mode)) {
    place.device = FileDescriptor(RetryOnSignal([&] { return walk.Open(); }));
    place.fd = place.device.get();
    return place.fd < 0 ? absl::StatusOr<Place>(WriteError(place.name, errno))
                        : std::move(place);
  }
  if (place.exists && overwrite == Overwrite::kNo) {
    return WriteError(place.name, EEXIST);
  }
  place.base = walk.name();
  place.directory = std::move(walk).directory();
  return place;
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

absl::StatusOr<int> OpenOutputDirectory(const std::string& path) {
  PathWalk walk(path, /*makes=*/true);
  if (absl::Status status = walk.Run(); !status.ok()) return status;
  if (!walk.name().empty()) return FileError(path, ENOTDIR, "");
  return std::move(walk).directory().Release();
}

absl::Status WriteWholeFile(std::string_view path, std::string_view bytes,
                            Overwrite overwrite) {
  absl::StatusOr<Place> place = FindPlace(path, overwrite);
  if (!place.ok()) return place.status();
  if (place->is_regular()) {
    return WriteError(place->name,
                      ReplaceFile(place->directory.get(), place->base.c_str(),
                                  place->old(), bytes, overwrite));
  }
  int error = WriteAll(place->fd, bytes);
  if (error == 0 && place->device.get() >= 0) error = place->device.Close();
  return WriteError(place->name, error);
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

struct FileWriter::Parts {
  Place place;
  Overwrite overwrite;
  std::optional<NewFile> file;  // unless it is written as it is
};

FileWriter::FileWriter(std::unique_ptr<Parts> parts)
    : parts_(std::move(parts)) {}

FileWriter::~FileWriter() = default;

int FileWriter::fd() const {
  return parts_->file.has_value() ? parts_->file->fd() : parts_->place.fd;
}

bool FileWriter::needs_commit() const { return parts_->file.has_value(); }

absl::StatusOr<std::unique_ptr<FileWriter>> FileWriter::Start(
    std::string_view path, Overwrite overwrite) {
  absl::StatusOr<Place> place = FindPlace(path, overwrite);
  if (!place.ok()) return place.status();
  auto parts = std::make_unique<Parts>();
  parts->place = *std::move(place);
  parts->overwrite = overwrite;
  if (const Place& to = parts->place; to.is_regular()) {
    // Nobody but its owner and root may replace what others may only write to.
    if (to.exists &&
        faccessat(to.directory.get(), to.base.c_str(), W_OK, 0) != 0) {
      return WriteError(to.name, errno);
    }
    parts->file.emplace(to.directory.get(), to.old());
    if (const int error = parts->file->error(); error != 0) {
      return WriteError(to.name, error);
    }
  }
  return std::unique_ptr<FileWriter>(new FileWriter(std::move(parts)));
}

absl::Status FileWriter::Commit() {
  const Place& place = parts_->place;
  if (!parts_->file.has_value()) return absl::OkStatus();
  const HoldSignals hold;
  return WriteError(
      place.name, parts_->file->Publish(place.base.c_str(), parts_->overwrite));
}

}  // namespace specgen
