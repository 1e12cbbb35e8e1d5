#include "specgen/bundle/tree_writer.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sha2.h"
#include "specgen/bundle/confined_open.h"
#include "specgen/bundle/interrupt.h"
#include "specgen/bundle/unique_fd.h"

namespace specgen {
namespace {

constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kWhiteoutMeta = ".wh..wh.";
constexpr std::string_view kOpaque = ".wh..wh..opq";

// Nobody can give the kernel a longer one.
constexpr size_t kMaxPath = 4096;
// Directories that Docker makes because an entry lies in them.
constexpr mode_t kImpliedMode = 0755;

absl::Status Hostile(std::string_view path, std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("\"", path, "\": ", why));
}

// Where the paths of entries lead is their fault, not the machine's.
absl::Status EntryError(int error, std::string_view path) {
  absl::Status status = FileError(error, path);
  return error == ENOTDIR || error == ELOOP || error == ENAMETOOLONG
             ? absl::InvalidArgumentError(status.message())
             : status;
}

bool IsAclXattr(std::string_view name) {
  return name == "system.posix_acl_access" ||
         name == "system.posix_acl_default";
}

// Whether Linux has attributes of that name.
bool IsKnownXattr(std::string_view name) {
  bool known = IsAclXattr(name);
  for (std::string_view space : {"user.", "trusted.", "security."}) {
    known = known || (absl::StartsWith(name, space) && name != space);
  }
  return known;
}

// So are attributes that the kernel refuses.
absl::Status XattrError(int error, std::string_view name,
                        std::string_view path) {
  absl::Status status = FileError(error, name, path);
  // A file system may lack what is the kernel's, but nobody has the others.
  const bool is_no_ones = error == EOPNOTSUPP && !IsKnownXattr(name);
  return is_no_ones || error == EINVAL || error == EACCES || error == ERANGE ||
                 error == E2BIG
             ? absl::InvalidArgumentError(status.message())
             : status;
}

// Splits "a/b/c" into "a/b" and "c", "c" into "." and "c".
std::pair<std::string, std::string> SplitPath(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {".", path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

}  // namespace

int ReadNames(int fd, size_t max_bytes, std::vector<std::string>* names,
              absl::FunctionRef<bool(std::string_view)> wanted) {
  UniqueFd copy(openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!copy.ok()) return errno;
  DIR* dir = fdopendir(copy.get());
  if (dir == nullptr) return errno;
  copy.Release();
  int error = 0;
  size_t bytes = 0;
  while (true) {
    errno = 0;
    const dirent* const entry = readdir(dir);
    if (entry == nullptr) {
      error = errno;
      break;
    }
    const std::string_view name = entry->d_name;
    if (name == "." || name == ".." || !wanted(name)) continue;
    bytes += name.size() + kBytesOfName;
    if (bytes > max_bytes) {
      error = EOVERFLOW;
      break;
    }
    names->emplace_back(name);
  }
  closedir(dir);
  std::sort(names->begin(), names->end());
  return error;
}

namespace {

// Linux's own limits (xattr(7)); a file system can have lower ones.
constexpr size_t kMaxXattrName = 255;
constexpr size_t kMaxXattrValue = 65536;

// Extended attributes that go into a rootfs. Others are the host's own, such as
// SELinux's labels.
bool IsTreeXattr(std::string_view name, Ownership ownership) {
  if (ownership == Ownership::kDrop) return absl::StartsWith(name, "user.");
  return name == kFileCapabilities || !absl::StartsWith(name, "security.");
}

// Whether the value is one of security.capability: a revision, two sets of 64
// bits and, in the third revision, a user (linux/capability.h). Little-endian.
bool AreFileCapabilities(std::string_view value) {
  if (value.size() != 20 && value.size() != 24) return false;
  return (value[0] & ~1) == 0 && value[1] == 0 && value[2] == 0 &&
         value[3] == (value.size() == 20 ? 2 : 3);
}

// Whether the value is an ACL: a version, and entries
// (linux/posix_acl_xattr.h).
constexpr std::string_view kAclVersion("\2\0\0\0", 4);

bool IsAcl(std::string_view value) {
  return absl::StartsWith(value, kAclVersion) &&
         (value.size() - kAclVersion.size()) % 8 == 0;
}

// What the kernel would say of one, whatever the file system: where it is
// asked, it is asked only.
absl::Status CheckXattr(std::string_view path, InodeFacts::Type type,
                        std::string_view name, std::string_view value) {
  const bool is_directory = type == InodeFacts::Type::kDirectory;
  const bool is_link = type == InodeFacts::Type::kSymlink;
  const bool is_file = type == InodeFacts::Type::kFile;
  const bool fits =
      name.size() <= kMaxXattrName && value.size() <= kMaxXattrValue;
  // "user." belongs to directories and regular files. Elsewhere it is passed
  // over, whatever follows (EPERM, in SetOwner).
  if (fits && absl::StartsWith(name, "user.") && !is_directory && !is_file) {
    return absl::OkStatus();
  }
  if (!fits || !IsKnownXattr(name) || (is_link && IsAclXattr(name))) {
    return Hostile(path,
                   "has an extended attribute that Linux does not know, "
                   "or that is too long");
  }
  // No value at all is fine: of an ACL, it takes the ACL away. So does an ACL
  // of no entries.
  if (value.empty()) return absl::OkStatus();
  if ((name == kFileCapabilities && !AreFileCapabilities(value)) ||
      (IsAclXattr(name) && !IsAcl(value)) ||
      (name == "system.posix_acl_default" && !is_directory &&
       value.size() > kAclVersion.size())) {
    return Hostile(path,
                   absl::StrCat("has ", name, " with a value that is none"));
  }
  return absl::OkStatus();
}

// The same of all attributes of an entry that go into a rootfs. `type`: of its
// file.
absl::Status CheckXattrs(const TreeEntry& entry, InodeFacts::Type type) {
  for (const auto& [key, value] : entry.xattrs) {
    if (!IsTreeXattr(key, Ownership::kRecord)) continue;
    absl::Status status = CheckXattr(entry.path, type, key, value);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// A file has the attributes that several entries gave it; of the same name, the
// last one's. Those of an entry have names of their own.
void SetXattrs(const InodeFacts& entry, InodeFacts* facts) {
  absl::flat_hash_set<std::string_view> set;
  for (const auto& xattr : entry.xattrs) set.insert(xattr.first);
  std::erase_if(facts->xattrs,
                [&set](const auto& x) { return set.contains(x.first); });
  facts->xattrs.insert(facts->xattrs.end(), entry.xattrs.begin(),
                       entry.xattrs.end());
}

// Counted searches of opaque directories end before this, for each entry that
// a tree can have.
constexpr uint64_t kMaxSearchesPerEntry = 16;

}  // namespace

absl::StatusOr<std::string> CleanEntryPath(std::string_view path) {
  if (path.find('\0') != std::string_view::npos) {
    return Hostile(path, "a path with a NUL byte");
  }
  if (path.size() >= kMaxPath) {
    return Hostile(path.substr(0, 80), "a path of more than 4095 bytes");
  }
  std::vector<std::string_view> parts;
  for (std::string_view part : absl::StrSplit(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (!parts.empty()) {
      parts.pop_back();
    } else {
      return Hostile(path, "leads out of the rootfs");
    }
  }
  if (parts.empty()) return std::string(".");
  return absl::StrJoin(parts, "/");
}

namespace {

// Lets its owner into a directory, unless something is mounted there. Whatever
// else is put in its place meanwhile stays as it is.
int MakeOurs(int parent, const std::string& name) {
  const UniqueFd place(openat(parent, name.c_str(),
                              O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct statx st;
  if (!place.ok() ||
      statx(place.get(), "", AT_EMPTY_PATH, STATX_MODE, &st) != 0) {
    return errno;
  }
  if ((st.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0) return EBUSY;
  return chmod(ProcPath(place.get()).c_str(), 0700) == 0 ? 0 : errno;
}

// Removes what is no directory, or an empty one; 0, also if nothing is there,
// ENOTEMPTY for a directory with something in it, or another errno.
int RemoveName(int parent, const std::string& name) {
  if (unlinkat(parent, name.c_str(), 0) == 0 || errno == ENOENT) return 0;
  if (errno != EISDIR && errno != EPERM) return errno;
  if (unlinkat(parent, name.c_str(), AT_REMOVEDIR) == 0) return 0;
  if (errno == ENOTDIR) return EPERM;  // an immutable file
  return errno == EEXIST ? ENOTEMPTY : errno;
}

}  // namespace

int RemoveTree(int parent, const std::string& name, std::string* where) {
  // Every directory is first moved up beside `name`, so that neither stack, nor
  // descriptors, nor the length of paths limit the depth.
  struct Doomed {
    std::string name;
    std::string path;  // where it was
  };
  std::deque<Doomed> doomed = {{name, name}};
  uint64_t count = 0;
  // What is at the path `below` in the directory, "" for itself.
  const auto failed = [where](const Doomed& directory, const std::string& below,
                              int error) {
    if (where != nullptr) {
      *where = absl::StrCat(directory.name, below);
      if (directory.name != directory.path) {
        absl::StrAppend(where, " (which was ", directory.path, below, ")");
      }
    }
    return error;
  };
  while (!doomed.empty()) {
    const Doomed directory = std::move(doomed.front());
    doomed.pop_front();
    int error = RemoveName(parent, directory.name);
    if (error == 0) continue;
    if (error != ENOTEMPTY) return failed(directory, "", error);
    UniqueFd fd(openat(parent, directory.name.c_str(),
                       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd.ok() && errno == EACCES) {
      // Our own directory without permission for ourselves.
      error = MakeOurs(parent, directory.name);
      if (error != 0) return failed(directory, "", error);
      fd.Reset(openat(parent, directory.name.c_str(),
                      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    }
    if (!fd.ok()) return failed(directory, "", errno);
    struct stat st;
    if (fstat(fd.get(), &st) == 0 && (st.st_mode & 0700) != 0700) {
      fchmod(fd.get(), 0700);
    }
    bool is_more = true;
    while (is_more) {
      std::vector<std::string> names;
      error = ReadNames(fd.get(), kNameBytesAtOnce, &names);
      is_more = error == EOVERFLOW;
      if (error != 0 && !is_more) return failed(directory, "", error);
      for (const std::string& child : names) {
        error = RemoveName(fd.get(), child);
        if (error == 0) continue;
        const std::string below = absl::StrCat("/", child);
        // To move a directory is to write to it (its "..").
        if (error == ENOTEMPTY) error = MakeOurs(fd.get(), child);
        if (error != 0) return failed(directory, below, error);
        std::string moved;
        do {
          moved = absl::StrCat(".specgen-removed-", getpid(), "-", count++);
          if (renameat2(fd.get(), child.c_str(), parent, moved.c_str(),
                        RENAME_NOREPLACE) == 0) {
            break;
          }
          if (errno != EEXIST) return failed(directory, below, errno);
        } while (true);
        doomed.push_back({moved, directory.path + below});
      }
    }
    if (unlinkat(parent, directory.name.c_str(), AT_REMOVEDIR) != 0) {
      return failed(directory, "", errno);
    }
  }
  return 0;
}

std::unique_ptr<TreeWriter> TreeWriter::Make(UniqueFd root, Ownership ownership,
                                             const TreeLimits& limits) {
  return absl::WrapUnique(new TreeWriter(std::move(root), ownership, limits));
}

absl::StatusOr<std::unique_ptr<TreeWriter>> TreeWriter::Open(
    const std::string& directory, Ownership ownership,
    const TreeLimits& limits) {
  UniqueFd root(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root.ok()) return FileError(errno, directory);
  return Make(std::move(root), ownership, limits);
}

absl::StatusOr<UniqueFd> TreeWriter::OpenDirectory(const std::string& path,
                                                   bool make) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY;
  UniqueFd fd = OpenWithoutLinks(root_.get(), path, kFlags);
  if (!fd.ok() && errno == ELOOP) {
    fd = OpenInRoot(root_.get(), path, kFlags);
    if (make) ++strays_;
  }
  if (fd.ok()) return fd;
  if (errno != ENOENT || !make) return EntryError(errno, path);
  // Each lookup starts at the top again, as links want it. So the deepest
  // directory that is there is found by bisection.
  const std::vector<std::string> parts = absl::StrSplit(path, '/');
  const auto prefix = [&parts](size_t count) {
    return absl::StrJoin(parts.begin(),
                         parts.begin() + static_cast<ptrdiff_t>(count), "/");
  };
  UniqueFd directory = OpenInRoot(root_.get(), ".", kFlags);
  size_t there = 0;
  size_t missing = parts.size();
  while (missing - there > 1) {
    const size_t middle = there + (missing - there) / 2;
    fd = OpenInRoot(root_.get(), prefix(middle), kFlags);
    if (fd.ok()) {
      there = middle;
      directory = std::move(fd);
    } else if (errno == ENOENT) {
      missing = middle;
    } else {
      return EntryError(errno, prefix(middle));
    }
  }
  for (size_t i = there; i < parts.size(); ++i) {
    const char* const name = parts[i].c_str();
    absl::Status status = CountEntry(path, parts[i].size());
    if (!status.ok()) return status;
    if (mkdirat(directory.get(), name, kImpliedMode) != 0) {
      // EEXIST: a symbolic link that leads nowhere.
      return EntryError(errno == EEXIST ? ENOTDIR : errno, prefix(i + 1));
    }
    ++strays_;
    UniqueFd made(openat(directory.get(), name,
                         O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat st;
    // With a set-group-ID bit above it, it would have another group and mode.
    if (!made.ok() ||
        (ownership_ == Ownership::kKeep && fchown(made.get(), 0, 0) != 0) ||
        fchmod(made.get(), kImpliedMode) != 0 || fstat(made.get(), &st) != 0) {
      return EntryError(errno, prefix(i + 1));
    }
    Forget(st);
    directory = std::move(made);
  }
  return directory;
}

absl::Status TreeWriter::MakeDirectories(std::string_view path) {
  absl::StatusOr<std::string> clean = CleanEntryPath(path);
  if (!clean.ok()) return clean.status();
  UniqueFd directory(
      openat(root_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (std::string_view part : absl::StrSplit(*clean, '/')) {
    const std::string name(part);
    if (mkdirat(directory.get(), name.c_str(), kImpliedMode) == 0) {
      if (fchmodat(directory.get(), name.c_str(), kImpliedMode, 0) != 0) {
        return EntryError(errno, path);
      }
    } else if (errno != EEXIST) {
      return EntryError(errno, path);
    }
    UniqueFd next =
        OpenOnOneMount(directory.get(), name, O_RDONLY | O_DIRECTORY);
    if (!next.ok() && errno == EXDEV) {
      return absl::UnavailableError(
          absl::StrCat("\"", path, "\": passes through \"", name,
                       "\", where something is mounted: unmount it first"));
    }
    if (!next.ok()) {
      return Hostile(path, absl::StrCat("passes through \"", name,
                                        "\", which is no folder"));
    }
    directory = std::move(next);
  }
  return absl::OkStatus();
}

absl::Status TreeWriter::Remove(std::string_view path) {
  absl::StatusOr<std::string> clean = CleanEntryPath(path);
  if (!clean.ok()) return clean.status();
  if (*clean == ".") return Hostile(path, "would remove the whole rootfs");
  const auto [directory, name] = SplitPath(*clean);
  absl::StatusOr<UniqueFd> parent = OpenDirectory(directory, /*make=*/false);
  if (!parent.ok()) {
    return absl::IsNotFound(parent.status()) ? absl::OkStatus()
                                             : parent.status();
  }
  const int error = RemoveTree(parent->get(), name);
  return error == 0 ? absl::OkStatus() : FileError(error, *clean);
}

absl::Status TreeWriter::StartLayer() {
  // Not clear(), which keeps the memory.
  in_layer_ = {};
  layer_directories_ = {};
  layer_times_ = {};
  opaque_ = {};
  return CloseFile();
}

absl::Status TreeWriter::EndLayer() {
  if (absl::Status status = CloseFile(); !status.ok()) return status;
  auto next = layer_directories_.begin();
  for (const Directory& times : layer_times_) {
    const auto end = std::find(next, layer_directories_.end(), '\0');
    absl::Status status = SetTimesOf(std::string(next, end), times);
    if (!status.ok()) return status;
    next = end + 1;
  }
  return StartLayer();
}

// Whatever is there now gets them (moby/go-archive UnpackLayer).
absl::Status TreeWriter::SetTimesOf(const std::string& directory,
                                    const Directory& times) {
  if (absl::Status status = CheckInterrupt(); !status.ok()) return status;
  const UniqueFd fd = OpenInRoot(root_.get(), directory, O_PATH);
  struct stat st;
  if (!fd.ok() && IsNothingThere(errno)) {
    return Hostile(directory, "is removed again by the layer that brings it");
  }
  if (!fd.ok() || fstat(fd.get(), &st) != 0) {
    return EntryError(errno, directory);
  }
  return SetFacts(directory, fd.get(), st, times, /*set_mode=*/false);
}

absl::Status TreeWriter::SetFacts(std::string_view path, int fd,
                                  const struct stat& st, const Directory& facts,
                                  bool set_mode) {
  struct timespec time = {};
  time.tv_sec = facts.seconds;
  time.tv_nsec = facts.nanoseconds;
  if (S_ISDIR(st.st_mode)) {
    const auto [known, is_new] = directories_.try_emplace(st.st_ino, facts);
    if (is_new) known->second.mode = static_cast<uint32_t>(st.st_mode & 07777);
    known->second.seconds = facts.seconds;
    known->second.nanoseconds = facts.nanoseconds;
    if (set_mode)
      known->second.mode = ModeFor(facts.mode, /*is_directory=*/true);
  }
  if (ownership_ == Ownership::kRecord) {
    std::shared_ptr<InodeFacts>& known = recorded_[{st.st_dev, st.st_ino}];
    if (known == nullptr) {
      // A directory that no entry describes.
      known = std::make_shared<InodeFacts>();
      known->type = InodeFacts::Type::kDirectory;
      known->mode = kImpliedMode;
    }
    known->modified = time;
    if (set_mode) known->mode = facts.mode;
    return absl::OkStatus();
  }
  if (S_ISDIR(st.st_mode)) return absl::OkStatus();
  const struct timespec both[2] = {time, time};
  const std::string name = ProcPath(fd);
  if ((set_mode &&
       chmod(name.c_str(), ModeFor(facts.mode, /*is_directory=*/false)) != 0) ||
      utimensat(AT_FDCWD, name.c_str(), both, 0) != 0) {
    return EntryError(errno, path);
  }
  return absl::OkStatus();
}

bool TreeWriter::IsWhiteout(std::string_view path) {
  while (absl::ConsumePrefix(&path, "/") || absl::ConsumePrefix(&path, "./")) {
  }
  if (absl::StartsWith(path, kWhiteoutMeta)) return true;
  while (absl::ConsumeSuffix(&path, "/")) {
  }
  const size_t slash = path.rfind('/');
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  return absl::StartsWith(path, kWhiteout);
}

absl::Status TreeWriter::MakeImplied(const std::string& directory,
                                     struct stat* st) {
  const auto [above, name] = SplitPath(directory);
  absl::StatusOr<UniqueFd> parent = OpenDirectory(above, /*make=*/true);
  if (!parent.ok()) return parent.status();
  if (fstatat(parent->get(), name.c_str(), st, AT_SYMLINK_NOFOLLOW) == 0) {
    return absl::OkStatus();
  }
  if (errno != ENOENT) return EntryError(errno, directory);
  parent = OpenDirectory(directory, /*make=*/true);
  if (!parent.ok()) return parent.status();
  return fstat(parent->get(), st) == 0 ? absl::OkStatus()
                                       : EntryError(errno, directory);
}

absl::Status TreeWriter::Whiteout(std::string_view path) {
  if (absl::Status status = CheckInterrupt(); !status.ok()) return status;
  if (absl::Status status = CloseFile(); !status.ok()) return status;
  if (absl::Status status = CountEntry(path, 0); !status.ok()) return status;
  absl::StatusOr<std::string> clean = CleanEntryPath(path);
  if (!clean.ok()) return clean.status();
  const auto [directory, name] = SplitPath(*clean);
  const bool is_opaque = name == kOpaque;
  if (!is_opaque && absl::StartsWith(*clean, kWhiteoutMeta)) {
    return absl::OkStatus();
  }
  if (!absl::StartsWith(name, kWhiteout)) {
    return Hostile(path, "is a path that hides a whiteout");
  }
  const std::string victim = name.substr(kWhiteout.size());
  if (victim.empty() || victim == "." || victim == "..") {
    return Hostile(path, "removes no file");
  }
  struct stat st;
  if (absl::Status status = MakeImplied(directory, &st); !status.ok()) {
    return status;
  }
  if (!is_opaque) {
    return Remove(directory == "." ? victim
                                   : absl::StrCat(directory, "/", victim));
  }
  if (!S_ISDIR(st.st_mode)) return absl::OkStatus();
  const bool by_link =
      !OpenWithoutLinks(root_.get(), directory, O_PATH | O_DIRECTORY).ok();
  if (!by_link) {
    const auto [known, is_new] = opaque_.try_emplace(st.st_ino, strays_);
    if (!is_new && known->second == strays_) return absl::OkStatus();
    known->second = strays_;
  }
  return RemoveOlder(directory, by_link);
}

// Directories with an entry in this layer can hold files that have none. In the
// order of Go's WalkDir: what is removed can be the link by which the rest was
// reached, which then stays.
absl::Status TreeWriter::RemoveOlder(const std::string& path, bool by_link) {
  absl::StatusOr<UniqueFd> directory = OpenDirectory(path, /*make=*/false);
  if (!directory.ok()) {
    return absl::IsNotFound(directory.status()) ? absl::OkStatus()
                                                : directory.status();
  }
  std::vector<std::string> names;
  if (const int error = ReadNames(directory->get(), kMaxNameBytes, &names);
      error != 0) {
    return EntryError(error, path);
  }
  searched_ += names.size();
  if (searched_ / kMaxSearchesPerEntry > limits_.entries) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "\"", path, "\": too many opaque marks of the same files"));
  }
  for (const std::string& child : names) {
    if (!directory->ok()) {
      directory = OpenDirectory(path, /*make=*/false);
      if (absl::IsNotFound(directory.status())) break;
      if (!directory.ok()) return directory.status();
    }
    const std::string child_path =
        path == "." ? child : absl::StrCat(path, "/", child);
    if (!in_layer_.contains(DigestOf(child_path))) {
      const int error = RemoveTree(directory->get(), child);
      if (error != 0) return EntryError(error, child_path);
      if (by_link) directory->Reset(-1);
      continue;
    }
    struct stat st;
    if (fstatat(directory->get(), child.c_str(), &st, AT_SYMLINK_NOFOLLOW) !=
        0) {
      return EntryError(errno, child_path);
    }
    if (!S_ISDIR(st.st_mode)) continue;
    // Not one descriptor for each level.
    directory->Reset(-1);
    absl::Status status = RemoveOlder(child_path, by_link);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

TreeWriter::PathDigest TreeWriter::DigestOf(std::string_view path) {
  SHA2_CTX hash;
  SHA256Init(&hash);
  SHA256Update(&hash, reinterpret_cast<const uint8_t*>(path.data()),
               path.size());
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA256Final(digest, &hash);
  PathDigest result;
  std::memcpy(&result.first, digest, sizeof(result.first));
  std::memcpy(&result.second, digest + sizeof(result.first),
              sizeof(result.second));
  return result;
}

absl::Status TreeWriter::CountEntry(std::string_view path, size_t bytes) {
  if (left_.entries == 0) {
    return absl::ResourceExhaustedError(
        absl::StrCat("\"", path, "\": one file or directory too many"));
  }
  --left_.entries;
  if (bytes > left_.names) {
    return absl::ResourceExhaustedError(
        absl::StrCat("\"", path.substr(0, 80),
                     "\": more names or attributes than the limit allows"));
  }
  left_.names -= bytes;
  return absl::OkStatus();
}

uint32_t TreeWriter::ModeFor(uint32_t mode, bool is_directory) const {
  switch (ownership_) {
    case Ownership::kKeep:
      return mode & 07777u;
    case Ownership::kDrop:
      // Who made it can compare it with another, and remove it.
      return (mode & 01777u) | (is_directory ? 0700u : 0400u);
    case Ownership::kRecord:
      break;
  }
  // CheckRootfs can tell what is executable.
  return is_directory || (mode & 0111u) != 0 ? 0700 : 0600;
}

uint32_t TreeWriter::ModeOf(const TreeEntry& entry) const {
  return ModeFor(entry.mode, entry.type == TreeEntry::Type::kDirectory);
}

void TreeWriter::Record(const struct stat& st, InodeFacts facts) {
  if (ownership_ != Ownership::kRecord) return;
  const bool is_special = facts.type != InodeFacts::Type::kFile &&
                          facts.type != InodeFacts::Type::kDirectory;
  std::erase_if(facts.xattrs, [&](const auto& xattr) {
    // The kernel keeps none of these, either.
    const auto& [name, value] = xattr;
    return !IsTreeXattr(name, ownership_) ||
           (is_special && absl::StartsWith(name, "user.")) ||
           (IsAclXattr(name) && value.empty());
  });
  recorded_[{st.st_dev, st.st_ino}] =
      std::make_shared<InodeFacts>(std::move(facts));
}

void TreeWriter::Forget(const struct stat& st) {
  recorded_.erase({st.st_dev, st.st_ino});
  directories_.erase(st.st_ino);
}

absl::Status TreeWriter::SetOwner(const TreeEntry& entry, int parent,
                                  const std::string& name, int fd) {
  if (ownership_ == Ownership::kRecord) {
    absl::Status status = CheckXattrs(entry, entry.type);
    if (!status.ok()) return status;
    struct stat st;
    const int result =
        fd >= 0 ? fstat(fd, &st)
                : fstatat(parent, name.c_str(), &st, AT_SYMLINK_NOFOLLOW);
    if (result != 0) return EntryError(errno, entry.path);
    Record(st, entry);
    return absl::OkStatus();
  }
  if (ownership_ == Ownership::kKeep) {
    const int result = fd >= 0 ? fchown(fd, entry.uid, entry.gid)
                               : fchownat(parent, name.c_str(), entry.uid,
                                          entry.gid, AT_SYMLINK_NOFOLLOW);
    if (result != 0) return FileError(errno, "owner", entry.path);
  }
  // After the owner, since a new owner takes file capabilities away.
  for (const auto& [key, value] : entry.xattrs) {
    if (!IsTreeXattr(key, ownership_)) continue;
    const std::string path = absl::StrCat(ProcPath(parent), "/", name);
    const int result =
        fd >= 0 ? fsetxattr(fd, key.c_str(), value.data(), value.size(), 0)
                : lsetxattr(path.c_str(), key.c_str(), value.data(),
                            value.size(), 0);
    // EPERM is passed over by Docker as well: "user." on a symbolic link.
    if (result != 0 && errno != EPERM) {
      return XattrError(errno, key, entry.path);
    }
  }
  return absl::OkStatus();
}

absl::Status TreeWriter::AddDirectory(const TreeEntry& entry,
                                      const std::string& path, int parent,
                                      const std::string& name) {
  const bool is_new = path != "." && mkdirat(parent, name.c_str(), 0700) == 0;
  if (!is_new && path != "." && errno != EEXIST) {
    return EntryError(errno, entry.path);
  }
  UniqueFd fd(openat(parent, name.c_str(),
                     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat st;
  if (!fd.ok() || fstat(fd.get(), &st) != 0) {
    return EntryError(errno, entry.path);
  }
  const auto known = recorded_.find({st.st_dev, st.st_ino});
  absl::Status status;
  if (is_new || known == recorded_.end()) {
    status = SetOwner(entry, parent, name, fd.get());
  } else {
    status = CheckXattrs(entry, entry.type);
    InodeFacts facts = entry;
    facts.xattrs = std::move(known->second->xattrs);
    SetXattrs(entry, &facts);
    Record(st, std::move(facts));
  }
  if (!status.ok()) return status;
  // What lies in it may still have to be written.
  const Directory facts = {entry.modified.tv_sec,
                           static_cast<int32_t>(entry.modified.tv_nsec),
                           ModeOf(entry)};
  directories_[st.st_ino] = facts;
  layer_directories_.insert(layer_directories_.end(), path.begin(), path.end());
  layer_directories_.push_back('\0');
  layer_times_.push_back(facts);
  return absl::OkStatus();
}

absl::Status TreeWriter::AddFile(const TreeEntry& entry, int parent,
                                 const std::string& name) {
  if (entry.size > left_.bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("\"", entry.path,
                     "\": more bytes than the limit allows "
                     "(--max-size sets it)"));
  }
  left_.bytes -= entry.size;
  file_.Reset(openat(parent, name.c_str(),
                     O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                     0600));
  if (!file_.ok()) return EntryError(errno, entry.path);
  file_entry_ = entry;
  return absl::OkStatus();
}

absl::Status TreeWriter::Write(std::string_view bytes, uint64_t offset) {
  if (absl::Status status = CheckInterrupt(); !status.ok()) return status;
  if (!file_.ok() || offset > file_entry_.size ||
      bytes.size() > file_entry_.size - offset) {
    return Hostile(file_entry_.path, "has more bytes than it says");
  }
  while (!bytes.empty()) {
    const ssize_t written = pwrite(file_.get(), bytes.data(), bytes.size(),
                                   static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) continue;
      return EntryError(errno, file_entry_.path);
    }
    bytes.remove_prefix(static_cast<size_t>(written));
    offset += static_cast<uint64_t>(written);
  }
  return absl::OkStatus();
}

absl::Status TreeWriter::CloseFile() {
  if (!file_.ok()) return absl::OkStatus();
  const UniqueFd file = std::move(file_);
  const TreeEntry& entry = file_entry_;
  // Holes at the end.
  if (ftruncate(file.get(), static_cast<off_t>(entry.size)) != 0) {
    return EntryError(errno, entry.path);
  }
  absl::Status status = SetOwner(entry, -1, "", file.get());
  if (!status.ok()) return status;
  const struct timespec times[2] = {entry.modified, entry.modified};
  // The mode after the owner, since a new owner takes the set-id bits away.
  if (fchmod(file.get(), ModeOf(entry)) != 0 ||
      futimens(file.get(), times) != 0) {
    return EntryError(errno, entry.path);
  }
  return absl::OkStatus();
}

absl::Status TreeWriter::AddHardLink(const TreeEntry& entry,
                                     const std::string& path, int parent,
                                     const std::string& name) {
  absl::StatusOr<std::string> target = CleanEntryPath(entry.target);
  if (!target.ok()) {
    return Hostile(entry.path, absl::StrCat("is a hard link to ",
                                            target.status().message()));
  }
  const auto [target_directory, target_name] = SplitPath(*target);
  absl::StatusOr<UniqueFd> directory =
      OpenDirectory(target_directory, /*make=*/false);
  if (!directory.ok()) {
    return Hostile(entry.path, absl::StrCat("is a hard link to ",
                                            directory.status().message()));
  }
  if (linkat(directory->get(), target_name.c_str(), parent, name.c_str(), 0) !=
      0) {
    if (errno == ENOENT || errno == EPERM) {
      return Hostile(entry.path,
                     absl::StrCat("is a hard link to ", entry.target,
                                  ", which is no file that was there before"));
    }
    return EntryError(errno, entry.path);
  }
  struct stat st;
  if (fstatat(parent, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) {
    return EntryError(errno, entry.path);
  }
  // All that its entry says is said of the file, too.
  if (ownership_ == Ownership::kRecord) {
    const auto known = recorded_.find({st.st_dev, st.st_ino});
    if (known == recorded_.end()) return absl::OkStatus();
    absl::Status status = CheckXattrs(entry, known->second->type);
    if (!status.ok()) return status;
    InodeFacts facts = std::move(*known->second);
    facts.uid = entry.uid;
    facts.gid = entry.gid;
    // The kernel takes these away when a file is given to someone.
    facts.mode &= (facts.mode & S_IXGRP) != 0 ? ~(S_ISUID | S_ISGID) : ~S_ISUID;
    std::erase_if(facts.xattrs, [](const auto& xattr) {
      return xattr.first == kFileCapabilities;
    });
    SetXattrs(entry, &facts);
    Record(st, std::move(facts));
  } else {
    absl::Status status = SetOwner(entry, parent, name, -1);
    if (!status.ok()) return status;
  }
  // Mode and time only if the target's name, spelled as it is, leads to what is
  // no symbolic link ("a/" leads nowhere if a is a file, and "l/" to a
  // directory); then of what the new path leads to (moby/go-archive
  // createTarFile, handleLChmod).
  const UniqueFd named =
      OpenInRoot(root_.get(), entry.target, O_PATH | O_NOFOLLOW);
  if (!named.ok() && IsNothingThere(errno)) return absl::OkStatus();
  if (!named.ok() || fstat(named.get(), &st) != 0) {
    return EntryError(errno, entry.path);
  }
  if (S_ISLNK(st.st_mode)) return absl::OkStatus();
  const UniqueFd changed = OpenInRoot(root_.get(), path, O_PATH);
  if (!changed.ok() && IsNothingThere(errno)) {
    return Hostile(entry.path,
                   "is a hard link to a symbolic link, which leads "
                   "nowhere");
  }
  if (!changed.ok() || fstat(changed.get(), &st) != 0) {
    return EntryError(errno, entry.path);
  }
  const Directory facts = {entry.modified.tv_sec,
                           static_cast<int32_t>(entry.modified.tv_nsec),
                           entry.mode};
  return SetFacts(entry.path, changed.get(), st, facts, /*set_mode=*/true);
}

absl::Status TreeWriter::AddOther(const TreeEntry& entry, int parent,
                                  const std::string& name) {
  if (entry.type == TreeEntry::Type::kSymlink) {
    if (entry.target.find('\0') != std::string::npos) {
      return Hostile(entry.path, "a target with a NUL byte");
    }
    if (entry.target.empty()) {
      return Hostile(entry.path, "is a symbolic link to nothing");
    }
    if (symlinkat(entry.target.c_str(), parent, name.c_str()) != 0) {
      return EntryError(errno, entry.path);
    }
  } else {
    mode_t type = S_IFIFO;
    if (entry.type != TreeEntry::Type::kFifo) {
      if (ownership_ == Ownership::kDrop) {
        ++dropped_devices_;
        return absl::OkStatus();
      }
      type = entry.type == TreeEntry::Type::kCharDevice ? S_IFCHR : S_IFBLK;
      // For a file there is no number.
      if (ownership_ == Ownership::kRecord) type = S_IFREG;
    }
    if (mknodat(parent, name.c_str(), type | 0600,
                makedev(entry.major, entry.minor)) != 0) {
      return EntryError(errno, entry.path);
    }
  }
  absl::Status status = SetOwner(entry, parent, name, -1);
  if (!status.ok()) return status;
  if (entry.type != TreeEntry::Type::kSymlink &&
      fchmodat(parent, name.c_str(), ModeOf(entry), 0) != 0) {
    return EntryError(errno, entry.path);
  }
  const struct timespec times[2] = {entry.modified, entry.modified};
  if (utimensat(parent, name.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) {
    return EntryError(errno, entry.path);
  }
  return absl::OkStatus();
}

absl::Status TreeWriter::Add(const TreeEntry& entry) {
  if (absl::Status status = CheckInterrupt(); !status.ok()) return status;
  if (absl::Status status = CloseFile(); !status.ok()) return status;
  absl::StatusOr<std::string> path = CleanEntryPath(entry.path);
  if (!path.ok()) return path.status();
  const bool is_directory = entry.type == TreeEntry::Type::kDirectory;
  size_t held = is_directory ? 2 * path->size() : 0;
  if (ownership_ == Ownership::kRecord) {
    held += path->size() + entry.target.size();
    for (const auto& [key, value] : entry.xattrs) {
      held += sizeof(entry.xattrs[0]) + key.size() + value.size();
    }
  }
  const auto [directory, name] = SplitPath(*path);
  absl::Status counted = CountEntry(entry.path, held + name.size());
  if (!counted.ok()) return counted;
  if (*path == ".") {
    if (!is_directory)
      return Hostile(entry.path, "stands for the whole rootfs");
    return AddDirectory(entry, *path, root_.get(), ".");
  }
  struct stat st;
  if (entry.type == TreeEntry::Type::kNothing) {
    // There is nothing in what is no directory, and Docker asks no more.
    absl::StatusOr<UniqueFd> there = OpenDirectory(directory, /*make=*/false);
    if (!there.ok() && !absl::IsNotFound(there.status())) {
      return absl::OkStatus();
    }
    absl::Status status = MakeImplied(directory, &st);
    if (!status.ok() || !OpenDirectory(directory, /*make=*/false).ok())
      return status;
  }
  absl::StatusOr<UniqueFd> parent = OpenDirectory(directory, /*make=*/true);
  if (!parent.ok()) {
    return absl::Status(
        parent.status().code(),
        absl::StrCat(entry.path, ": ", parent.status().message()));
  }
  if (fstatat(parent->get(), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno != ENOENT) return EntryError(errno, entry.path);
  } else if (!(S_ISDIR(st.st_mode) && is_directory)) {
    if (const int error = RemoveTree(parent->get(), name); error != 0) {
      return EntryError(error, entry.path);
    }
    // A link on its path can be gone with that.
    parent = OpenDirectory(directory, /*make=*/false);
    if (!parent.ok()) {
      return Hostile(entry.path, "replaces what its own path passes through");
    }
  }
  in_layer_.insert(DigestOf(*path));
  switch (entry.type) {
    case TreeEntry::Type::kDirectory:
      return AddDirectory(entry, *path, parent->get(), name);
    case TreeEntry::Type::kFile:
      return AddFile(entry, parent->get(), name);
    case TreeEntry::Type::kHardLink:
      return AddHardLink(entry, *path, parent->get(), name);
    case TreeEntry::Type::kNothing:
      return absl::OkStatus();
    default:
      return AddOther(entry, parent->get(), name);
  }
}

absl::Status TreeWriter::Finish() {
  if (absl::Status status = CloseFile(); !status.ok()) return status;
  absl::Status status = StartLayer();
  ledger_.clear();
  if (status.ok()) status = FinishTree(root_.get(), ".", 0);
  directories_ = {};
  recorded_ = {};
  return status;
}

// Files in a directory first, since its mode may bar us and they change its
// time.
absl::Status TreeWriter::FinishTree(int directory, const std::string& path,
                                    int depth) {
  if (absl::Status status = CheckInterrupt(); !status.ok()) return status;
  if (depth > kMaxTreeDepth) {
    return Hostile(path, "is more than 256 directories deep");
  }
  const auto note = [this](const std::string& where, const struct stat& facts) {
    const auto found = recorded_.find({facts.st_dev, facts.st_ino});
    if (found != recorded_.end()) ledger_[where] = found->second;
  };
  struct stat st;
  if (fstat(directory, &st) != 0) return EntryError(errno, path);
  const struct stat own = st;
  note(path, own);
  std::vector<std::string> names;
  if (const int error = ReadNames(directory, kMaxNameBytes, &names);
      error != 0) {
    return EntryError(error, path);
  }
  for (const std::string& name : names) {
    const std::string below =
        path == "." ? name : absl::StrCat(path, "/", name);
    if (fstatat(directory, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) {
      return EntryError(errno, below);
    }
    if (!S_ISDIR(st.st_mode)) {
      note(below, st);
      continue;
    }
    const UniqueFd child(
        openat(directory, name.c_str(),
               O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!child.ok()) return EntryError(errno, below);
    absl::Status status = FinishTree(child.get(), below, depth + 1);
    if (!status.ok()) return status;
  }
  const auto known = directories_.find(own.st_ino);
  if (known == directories_.end()) return absl::OkStatus();
  struct timespec time = {};
  time.tv_sec = known->second.seconds;
  time.tv_nsec = known->second.nanoseconds;
  const struct timespec times[2] = {time, time};
  if (fchmod(directory, known->second.mode) != 0 ||
      futimens(directory, times) != 0) {
    return EntryError(errno, path);
  }
  return absl::OkStatus();
}

}  // namespace specgen
