#include "specgen/bundle/walk_tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "specgen/bundle/confined_open.h"
#include "specgen/bundle/interrupt.h"
#include "specgen/bundle/mount_points.h"
#include "specgen/bundle/tree_writer.h"
#include "specgen/bundle/unique_fd.h"

namespace specgen {
namespace {

constexpr size_t kBufferBytes = size_t{256} << 10;

bool IsMountPoint(int parent, const std::string& name) {
  struct statx st;
  return statx(parent, name.c_str(), AT_SYMLINK_NOFOLLOW, 0, &st) == 0 &&
         (st.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

// What to do where something is mounted in a tree: a volume, say. It is no part
// of the tree, but who asks for a copy may think so.
enum class AtMounts { kFail, kPassOver };

// Whose fault it is that a tree cannot be read: FileError or InputError.
using ErrorMaker = absl::FunctionRef<absl::Status(int, std::string_view)>;

absl::Status HostsFault(int error, std::string_view path) {
  return FileError(error, path);
}

// A walk through the tree `top` of files, and what it is for.
class Walk {
 public:
  Walk(const std::string& top, AtMounts mounts, ErrorMaker failed,
       TreeVisitor visit)
      : top_(top), mounts_(mounts), failed_(failed), visit_(visit) {}

  // Visits all files, directories before what is in them, in the order of their
  // bytes; "." first.
  absl::Status Run(int top);

 private:
  absl::Status Enter(int directory, const std::string& path, int depth);

  const std::string& top_;
  const AtMounts mounts_;
  const ErrorMaker failed_;
  const TreeVisitor visit_;
  // For the names of all directories that it is in.
  size_t left_ = kMaxNameBytes;
};

absl::Status Walk::Enter(int directory, const std::string& path, int depth) {
  if (depth > kMaxTreeDepth) {
    return absl::InvalidArgumentError(
        absl::StrCat(top_, "/", path, ": more than 256 directories deep"));
  }
  std::vector<std::string> names;
  if (const int error = ReadNames(directory, left_, &names); error != 0) {
    return error == EOVERFLOW
               ? absl::ResourceExhaustedError(absl::StrCat(
                     top_, "/", path, ": holds more files than is allowed"))
               : failed_(error, absl::StrCat(top_, "/", path));
  }
  size_t bytes = 0;
  for (const std::string& name : names) bytes += name.size() + kBytesOfName;
  left_ -= bytes;
  for (const std::string& name : names) {
    if (absl::Status status = CheckInterrupt(); !status.ok()) return status;
    FoundFile found{directory,
                    name,
                    path.empty() ? name : absl::StrCat(path, "/", name),
                    {}};
    if (fstatat(directory, name.c_str(), &found.st, AT_SYMLINK_NOFOLLOW) != 0) {
      return failed_(errno, absl::StrCat(top_, "/", found.path));
    }
    absl::Status status = visit_(found);
    if (!status.ok()) return status;
    if (!S_ISDIR(found.st.st_mode)) continue;
    if (IsMountPoint(directory, name)) {
      if (mounts_ == AtMounts::kPassOver) continue;
      return absl::UnavailableError(
          absl::StrCat(top_, "/", found.path,
                       ": something is mounted there: unmount it first"));
    }
    const UniqueFd child(
        openat(directory, name.c_str(),
               O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!child.ok()) return failed_(errno, absl::StrCat(top_, "/", found.path));
    status = Enter(child.get(), found.path, depth + 1);
    if (!status.ok()) return status;
  }
  left_ += bytes;
  return absl::OkStatus();
}

absl::Status Walk::Run(int top) {
  FoundFile found{top, ".", ".", {}};
  if (fstat(top, &found.st) != 0) return failed_(errno, top_);
  absl::Status status = visit_(found);
  return status.ok() ? Enter(top, "", 0) : status;
}

absl::Status WalkAll(int top, const std::string& name, AtMounts mounts,
                     TreeVisitor visit, ErrorMaker failed = HostsFault) {
  return Walk(name, mounts, failed, visit).Run(top);
}

}  // namespace

UniqueFd OpenFound(const FoundFile& found) {
  return UniqueFd(openat(found.parent, found.name.c_str(),
                         O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
}

int ReadSymlink(const FoundFile& found, std::string* target) {
  target->resize(static_cast<size_t>(found.st.st_size) + 1);
  while (true) {
    const ssize_t size = readlinkat(found.parent, found.name.c_str(),
                                    target->data(), target->size());
    if (size < 0) return errno;
    if (static_cast<size_t>(size) < target->size()) {
      target->resize(static_cast<size_t>(size));
      return 0;
    }
    target->resize(target->size() * 2);
  }
}

absl::Status WalkTree(int top, const std::string& name, TreeVisitor visit) {
  return WalkAll(top, name, AtMounts::kFail, visit);
}

namespace {

// 0 or an errno; none are "".
int FileCapabilities(int fd, std::string* value) {
  char bytes[64];
  const ssize_t size = fgetxattr(fd, kFileCapabilities, bytes, sizeof(bytes));
  if (size < 0 && errno != ENODATA && errno != EOPNOTSUPP) return errno;
  value->assign(bytes, size > 0 ? static_cast<size_t>(size) : 0);
  return 0;
}

// Reads up to `size` bytes; less only at the end, -1 on an error.
ssize_t ReadFully(int fd, char* bytes, size_t size) {
  size_t done = 0;
  while (done < size) {
    const ssize_t count = read(fd, bytes + done, size - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return -1;
    if (count == 0) break;
    done += static_cast<size_t>(count);
  }
  return static_cast<ssize_t>(done);
}

TreeEntry Describe(const FoundFile& found) {
  TreeEntry entry;
  entry.path = found.path;
  entry.mode = found.st.st_mode & 07777;
  entry.uid = found.st.st_uid;
  entry.gid = found.st.st_gid;
  entry.modified = found.st.st_mtim;
  entry.major = major(found.st.st_rdev);
  entry.minor = minor(found.st.st_rdev);
  return entry;
}

absl::Status CopyFile(const FoundFile& found, const std::string& name,
                      TreeEntry entry, TreeWriter* writer) {
  const std::string host_path = absl::StrCat(name, "/", found.path);
  const UniqueFd file = OpenFound(found);
  struct stat st;
  if (!file.ok() || fstat(file.get(), &st) != 0) {
    return InputError(errno, host_path);
  }
  entry.size = static_cast<uint64_t>(st.st_size);
  std::string value;
  if (const int error = FileCapabilities(file.get(), &value); error != 0) {
    return InputError(error, host_path);
  }
  if (!value.empty()) {
    entry.xattrs.emplace_back(kFileCapabilities, std::move(value));
  }
  absl::Status status = Named(name, writer->Add(entry));
  if (!status.ok()) return status;
  std::string buffer(kBufferBytes, '\0');
  for (uint64_t offset = 0; offset < entry.size;) {
    const ssize_t count = ReadFully(file.get(), buffer.data(), buffer.size());
    if (count < 0) return InputError(errno, host_path);
    if (count == 0) {
      return absl::AbortedError(
          absl::StrCat(host_path, ": became shorter while it was copied"));
    }
    status = Named(
        name, writer->Write(
                  std::string_view(buffer.data(), static_cast<size_t>(count)),
                  offset));
    if (!status.ok()) return status;
    offset += static_cast<uint64_t>(count);
  }
  return absl::OkStatus();
}

std::string DifferenceOf(const FoundFile& a, const FoundFile& b) {
  const struct stat& s = a.st;
  const struct stat& t = b.st;
  if ((s.st_mode & S_IFMT) != (t.st_mode & S_IFMT)) return "is another type";
  if (S_ISLNK(s.st_mode)) {
    std::string in_a;
    std::string in_b;
    if (ReadSymlink(a, &in_a) != 0 || ReadSymlink(b, &in_b) != 0) {
      return "cannot be read";
    }
    return in_a == in_b ? "" : "leads elsewhere";
  }
  if ((s.st_mode & 07777) != (t.st_mode & 07777)) return "has another mode";
  if (s.st_uid != t.st_uid || s.st_gid != t.st_gid) return "has another owner";
  if (S_ISCHR(s.st_mode) || S_ISBLK(s.st_mode)) {
    return s.st_rdev == t.st_rdev ? "" : "is another device";
  }
  if (!S_ISREG(s.st_mode)) return "";
  if (s.st_size != t.st_size) return "has another size";
  const UniqueFd fa = OpenFound(a);
  const UniqueFd fb = OpenFound(b);
  if (!fa.ok() || !fb.ok()) return "cannot be read";
  std::string ca;
  std::string cb;
  if (FileCapabilities(fa.get(), &ca) != 0 ||
      FileCapabilities(fb.get(), &cb) != 0) {
    return "cannot be read";
  }
  if (ca != cb) return "has other file capabilities";
  std::string in_a(kBufferBytes, '\0');
  std::string in_b(kBufferBytes, '\0');
  while (true) {
    const ssize_t na = ReadFully(fa.get(), in_a.data(), in_a.size());
    const ssize_t nb = ReadFully(fb.get(), in_b.data(), in_b.size());
    if (na < 0 || nb < 0) return "cannot be read";
    if (na != nb ||
        std::memcmp(in_a.data(), in_b.data(), static_cast<size_t>(na)) != 0) {
      return "has other bytes";
    }
    if (na == 0) return "";
  }
}

// The file of another tree that has the path of `found`.
class Counterpart {
 public:
  Counterpart(int root, const FoundFile& found) {
    const size_t slash = found.path.rfind('/');
    parent_ = OpenBeneath(
        root, slash == std::string::npos ? "." : found.path.substr(0, slash),
        O_RDONLY | O_DIRECTORY);
    found_ = {parent_.get(), found.name, found.path, {}};
    exists_ = parent_.ok() && fstatat(parent_.get(), found.name.c_str(),
                                      &found_.st, AT_SYMLINK_NOFOLLOW) == 0;
  }

  bool exists() const { return exists_; }
  const FoundFile& found() const { return found_; }

 private:
  UniqueFd parent_;
  FoundFile found_;
  bool exists_;
};

}  // namespace

absl::Status CopyTree(int from, const std::string& name,
                      const TreeLedger& ledger, std::string_view part,
                      int writes_to, TreeWriter* writer) {
  struct stat target;
  if (fstat(writes_to, &target) != 0) return FileError(errno, name);
  // The first path of each file that has several. There can be very many in one
  // directory, whose path can be long: they share it.
  struct FirstPath {
    std::shared_ptr<const std::string> directory;
    std::string name;
  };
  absl::flat_hash_map<std::pair<dev_t, ino_t>, FirstPath> seen;
  std::shared_ptr<const std::string> last_directory =
      std::make_shared<const std::string>();
  const auto copy = [&](const FoundFile& found) {
    const std::string host_path = absl::StrCat(name, "/", found.path);
    if (SameFile(found.st, target)) {
      return absl::Status(absl::FailedPreconditionError(absl::StrCat(
          "--output: lies in what is copied, which is also at ", host_path)));
    }
    TreeEntry entry = Describe(found);
    const auto add = [&]() { return Named(name, writer->Add(entry)); };
    if (!S_ISDIR(found.st.st_mode) && found.st.st_nlink > 1) {
      const auto [first, is_new] =
          seen.try_emplace(std::make_pair(found.st.st_dev, found.st.st_ino));
      FirstPath& path = first->second;
      if (!is_new) {
        entry.type = TreeEntry::Type::kHardLink;
        entry.target = absl::StrCat(*path.directory, path.name);
        return add();
      }
      const std::string_view directory =
          std::string_view(found.path)
              .substr(0, found.path.size() - found.name.size());
      if (*last_directory != directory) {
        last_directory = std::make_shared<const std::string>(directory);
      }
      path = {last_directory, found.name};
    }
    if (S_ISLNK(found.st.st_mode)) {
      if (const int error = ReadSymlink(found, &entry.target); error != 0) {
        return FileError(error, host_path);
      }
    }
    const auto known =
        ledger.find(found.path == "." ? std::string(part)
                                      : absl::StrCat(part, "/", found.path));
    if (known != ledger.end()) {
      static_cast<InodeFacts&>(entry) = *known->second;
      return entry.type == TreeEntry::Type::kFile
                 ? CopyFile(found, name, std::move(entry), writer)
                 : add();
    }
    switch (found.st.st_mode & S_IFMT) {
      case S_IFDIR:
        entry.type = TreeEntry::Type::kDirectory;
        return add();
      case S_IFREG: {
        entry.type = TreeEntry::Type::kFile;
        return CopyFile(found, name, std::move(entry), writer);
      }
      case S_IFLNK:
        entry.type = TreeEntry::Type::kSymlink;
        return add();
      case S_IFCHR:
        entry.type = TreeEntry::Type::kCharDevice;
        return add();
      case S_IFBLK:
        entry.type = TreeEntry::Type::kBlockDevice;
        return add();
      case S_IFIFO:
        entry.type = TreeEntry::Type::kFifo;
        return add();
      default:
        return absl::OkStatus();  // a socket
    }
  };
  return WalkAll(from, name, AtMounts::kFail, copy, InputError);
}

absl::StatusOr<std::string> FirstFile(int top, const std::string& name) {
  std::string first;
  absl::Status status =
      WalkAll(top, name, AtMounts::kPassOver, [&](const FoundFile& found) {
        if (S_ISDIR(found.st.st_mode)) return absl::OkStatus();
        first = found.path;
        return absl::AbortedError("");  // ends the walk
      });
  if (!status.ok() && first.empty()) return status;
  return first;
}

absl::StatusOr<std::string> FirstDifference(int a, const std::string& a_name,
                                            int b, const std::string& b_name,
                                            const MountPoints& mount_points) {
  std::string difference;
  // Ends the walk.
  const absl::Status found_one = absl::AbortedError("");
  absl::Status status =
      WalkAll(a, a_name, AtMounts::kPassOver, [&](const FoundFile& in_a) {
        if (S_ISSOCK(in_a.st.st_mode)) return absl::OkStatus();
        Counterpart in_b(b, in_a);
        const std::string what =
            in_b.exists() ? DifferenceOf(in_a, in_b.found()) : "is not there";
        if (what.empty()) return absl::OkStatus();
        difference = absl::StrCat("\"", in_a.path, "\" ", what);
        return found_one;
      });
  if (!difference.empty()) return difference;
  if (!status.ok()) return status;
  // All of `a` is in `b`; is there more?
  status = WalkAll(b, b_name, AtMounts::kPassOver, [&](const FoundFile& in_b) {
    const bool empty_file = S_ISREG(in_b.st.st_mode) && in_b.st.st_size == 0;
    if (S_ISSOCK(in_b.st.st_mode) ||
        ((S_ISDIR(in_b.st.st_mode) || empty_file) &&
         mount_points.contains(in_b.path)) ||
        Counterpart(a, in_b).exists()) {
      return absl::OkStatus();
    }
    difference = absl::StrCat("\"", in_b.path, "\" is new there");
    return found_one;
  });
  if (!difference.empty()) return difference;
  if (!status.ok()) return status;
  return std::string();
}

}  // namespace specgen
