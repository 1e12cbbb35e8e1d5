#include "specgen/bundle/trusted_path.h"

#include <endian.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/posix_acl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "specgen/bundle/confined_open.h"
#include "specgen/bundle/unique_fd.h"

namespace specgen {
namespace {

constexpr int kMaxLinks = 40;  // as the kernel
// O_PATH: to search a directory is enough, it need not be readable.
constexpr int kPassThrough = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

uid_t UnmappedOwner() {
  uint64_t inside;
  uint64_t outside;
  uint64_t count;
  std::ifstream map("/proc/self/uid_map");
  if (!(map >> inside >> outside >> count) || (inside == 0 && outside == 0)) {
    return static_cast<uid_t>(-1);
  }
  uid_t owner = 65534;
  std::ifstream("/proc/sys/kernel/overflowuid") >> owner;
  return owner;
}

bool IsTrusted(uid_t owner, const Caller& caller) {
  return owner == 0 || owner == caller.user || owner == caller.unmapped;
}

std::string MayBeWrittenBy(gid_t group, const Caller& caller) {
  // A group of one's own, which has the user's number.
  const bool own_group = group == caller.group && group == caller.user;
  return own_group || group == 0
             ? ""
             : absl::StrCat(" may be written by the group ", group,
                            ", not only by its owner");
}

class Walk {
 public:
  Walk(const std::string& path, Trust trust)
      : path_(path),
        trust_(trust),
        caller_{geteuid(), getegid(), UnmappedOwner()} {}

  absl::StatusOr<UniqueFd> Run();

 private:
  absl::Status Refused(std::string_view what) const {
    const std::string where = where_.empty() ? "/" : where_;
    return absl::PermissionDeniedError(absl::StrCat(
        where, what, ", who could exchange ",
        where == path_ ? "what is in it" : path_,
        " meanwhile: name another place, or give --allow-shared-parent"));
  }
  absl::Status Check(const UniqueFd& fd) const;
  absl::Status Follow(const std::string& name);

  const std::string& path_;
  const Trust trust_;
  const Caller caller_;
  std::vector<std::string> rest_;  // the next part is the last element
  std::string where_;              // of `at_`, for messages
  UniqueFd at_;
  int links_ = 0;
};

absl::Status Walk::Check(const UniqueFd& fd) const {
  if (trust_ == Trust::kAnyone) return absl::OkStatus();
  struct stat st;
  if (fstat(fd.get(), &st) != 0) return FileError(errno, path_);
  char acl[XATTR_SIZE_MAX];
  ssize_t size = 0;
  // Else it lets nobody write.
  if ((st.st_mode & S_IWGRP) != 0) {
    // By its path, since a descriptor of O_PATH reads none.
    const std::string link = ProcPath(fd.get());
    size = getxattr(link.c_str(), "system.posix_acl_access", acl, sizeof(acl));
    if (size < 0 && errno != ENODATA && errno != EOPNOTSUPP) {
      return FileError(errno, path_);
    }
  }
  const std::string who = WhoElseMayExchange(
      {st.st_uid, st.st_gid, st.st_mode,
       std::string_view(acl, size < 0 ? 0 : static_cast<size_t>(size))},
      caller_);
  return who.empty() ? absl::OkStatus() : Refused(who);
}

absl::Status Walk::Follow(const std::string& name) {
  struct stat st;
  if (fstatat(at_.get(), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) {
    return FileError(errno, path_);
  }
  // In a sticky directory anybody may have made it.
  if (trust_ == Trust::kChecked && !IsTrusted(st.st_uid, caller_)) {
    return Refused(absl::StrCat(
        "/", name, ": a symbolic link that belongs to somebody else (user ",
        st.st_uid, ")"));
  }
  if (++links_ > kMaxLinks) return FileError(ELOOP, path_);
  char target[PATH_MAX];
  const ssize_t size =
      readlinkat(at_.get(), name.c_str(), target, sizeof(target));
  if (size < 0) return FileError(errno, path_);
  std::vector<std::string> parts =
      absl::StrSplit(std::string_view(target, static_cast<size_t>(size)), '/');
  if (size > 0 && target[0] == '/') {
    at_.Reset(open("/", kPassThrough));
    where_.clear();
    if (!at_.ok()) return FileError(errno, path_);
  }
  rest_.insert(rest_.end(), parts.rbegin(), parts.rend());
  return absl::OkStatus();
}

absl::StatusOr<UniqueFd> Walk::Run() {
  rest_ = absl::StrSplit(path_, '/');
  std::reverse(rest_.begin(), rest_.end());
  at_.Reset(open("/", kPassThrough));
  if (!at_.ok()) return FileError(errno, path_);
  while (true) {
    while (!rest_.empty() && (rest_.back().empty() || rest_.back() == ".")) {
      rest_.pop_back();
    }
    absl::Status status = Check(at_);
    if (!status.ok()) return status;
    if (rest_.empty()) break;
    const std::string name = std::move(rest_.back());
    rest_.pop_back();
    UniqueFd next(openat(at_.get(), name.c_str(), kPassThrough));
    if (next.ok()) {
      at_ = std::move(next);
      absl::StrAppend(&where_, "/", name);
      continue;
    }
    // ENOTDIR: a symbolic link, or no directory at all.
    struct stat st;
    if ((errno != ENOTDIR && errno != ELOOP) ||
        fstatat(at_.get(), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISLNK(st.st_mode)) {
      return FileError(errno, path_);
    }
    status = Follow(name);
    if (!status.ok()) return status;
  }
  UniqueFd readable(openat(at_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!readable.ok()) return FileError(errno, path_);
  return readable;
}

}  // namespace

absl::StatusOr<UniqueFd> OpenDirectory(const std::string& path, Trust trust) {
  return Walk(path, trust).Run();
}

std::string WhoElseMayExchange(const DirectoryRights& directory,
                               const Caller& caller) {
  if (!IsTrusted(directory.owner, caller)) {
    return absl::StrCat(" belongs to somebody else (user ", directory.owner,
                        ")");
  }
  // Only owners rename what is in there.
  if ((directory.mode & S_ISVTX) != 0) return "";
  if ((directory.mode & S_IWOTH) != 0) {
    return " may be written by everyone, not only by its owner";
  }
  // With an ACL, the bits of the group are the most that anyone gets by it.
  if ((directory.mode & S_IWGRP) == 0) return "";
  const std::string_view acl = directory.acl;
  if (acl.empty()) return MayBeWrittenBy(directory.group, caller);
  // A version, then entries (linux/posix_acl_xattr.h), little-endian.
  for (size_t at = 4; at + 8 <= acl.size(); at += 8) {
    uint16_t tag;
    uint16_t rights;
    uint32_t id;
    std::memcpy(&tag, acl.data() + at, sizeof(tag));
    std::memcpy(&rights, acl.data() + at + 2, sizeof(rights));
    std::memcpy(&id, acl.data() + at + 4, sizeof(id));
    tag = le16toh(tag);
    id = le32toh(id);
    if ((le16toh(rights) & ACL_WRITE) == 0) continue;
    std::string who;
    if (tag == ACL_USER && !IsTrusted(id, caller)) {
      who = absl::StrCat(" may be written by somebody else, by its ACL (user ",
                         id, ")");
    } else if (tag == ACL_GROUP) {
      who = MayBeWrittenBy(id, caller);
    } else if (tag == ACL_GROUP_OBJ) {
      who = MayBeWrittenBy(directory.group, caller);
    }
    if (!who.empty()) return who;
  }
  return "";
}

bool IsOnlyOurs(uid_t owner, mode_t mode, uid_t caller) {
  return (owner == 0 || owner == caller) && (mode & 022) == 0;
}

}  // namespace specgen
