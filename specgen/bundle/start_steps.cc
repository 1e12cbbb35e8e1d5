#include "specgen/bundle/start_steps.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "specgen/base/cause.h"
#include "specgen/bundle/bundle_record.h"
#include "specgen/bundle/confined_open.h"
#include "specgen/bundle/interrupt.h"
#include "specgen/bundle/tree_writer.h"
#include "specgen/bundle/trusted_path.h"
#include "specgen/bundle/unique_fd.h"
#include "specgen/bundle/work_directory.h"
#include "specgen/generator/engine_literals.h"
#include "specgen/host/go_path.h"
#include "specgen/host/live_host.h"
#include "specgen/host/mount_table.h"

namespace specgen {
namespace {

constexpr int kPath = O_PATH | O_DIRECTORY;

// Where runtimes keep the state of what they run.
constexpr std::string_view kRuntimeStates[] = {
    "/run/runc", "/run/crun", "/run/docker/runtime-runc/plugins.moby"};

// glibc 2.36 has these calls; older ones and musl do not.
UniqueFd OpenTree(int at, const char* path, unsigned flags) {
  return UniqueFd(static_cast<int>(
      syscall(SYS_open_tree, at, path, flags | AT_SYMLINK_NOFOLLOW)));
}

int AttachMount(int tree, int at) {
  return syscall(SYS_move_mount, tree, "", at, "",
                 MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0
             ? 0
             : errno;
}

struct Facts {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t mount = 0;
  int64_t born = 0;
  bool is_mount = false;  // the top of a mount

  bool SameFile(const Facts& other) const {
    return device == other.device && inode == other.inode;
  }
};

// 0 or an errno.
int Look(int fd, Facts* facts) {
  struct statx st;
  if (statx(fd, "", AT_EMPTY_PATH,
            STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID, &st) != 0) {
    return errno;
  }
  // Before Linux 5.8 nothing tells a mount from what lies below it.
  if ((st.stx_mask & STATX_MNT_ID) == 0 ||
      (st.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) == 0) {
    return ENOSYS;
  }
  facts->device = uint64_t{st.stx_dev_major} << 32 | st.stx_dev_minor;
  facts->inode = st.stx_ino;
  facts->mount = st.stx_mnt_id;
  facts->born = (st.stx_mask & STATX_BTIME) != 0
                    ? st.stx_btime.tv_sec * 1000000000 + st.stx_btime.tv_nsec
                    : 0;
  facts->is_mount = (st.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
  return 0;
}

absl::Status MountError(int error, const std::string& what) {
  if (error == EPERM) {
    return absl::PermissionDeniedError(
        absl::StrCat(what,
                     ": only root may mount (--no-prepare leaves it to "
                     "the plugin's start)"));
  }
  return FileError(error, what);
}

// A directory of the bundle itself, whose path may be longer than the kernel
// takes at once: a plugin can move what is mounted as deep as it likes.
UniqueFd OpenPart(const HeldBundle& bundle, std::string_view part, int flags) {
  UniqueFd above;
  while (part.size() >= PATH_MAX) {
    const size_t slash = part.rfind('/', PATH_MAX - 1);
    if (slash == std::string_view::npos) break;
    above = OpenWithoutLinks(above.ok() ? above.get() : bundle.fd.get(),
                             std::string(part.substr(0, slash)), kPath);
    if (!above.ok()) return above;
    part.remove_prefix(slash + 1);
  }
  return OpenWithoutLinks(above.ok() ? above.get() : bundle.fd.get(),
                          std::string(part), flags);
}

// The directory "propagated-mount" as it is under what is mounted upon it. Not
// ok() where nothing may be mounted.
int LookUnderMounts(const HeldBundle& bundle, Facts* facts) {
  const UniqueFd alone = OpenTree(
      bundle.fd.get(), "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
  if (!alone.ok()) return errno;
  const UniqueFd fd =
      OpenWithoutLinks(alone.get(), kPropagatedMountName, kPath);
  return fd.ok() ? Look(fd.get(), facts) : errno;
}

// What was done, to be undone in the opposite order.
class Undo {
 public:
  ~Undo() {
    for (size_t i = mounts_.size(); i-- > 0;) {
      umount2(ProcPath(mounts_[i].get()).c_str(), MNT_DETACH);
    }
    for (size_t i = made_.size(); i-- > 0;) {
      unlinkat(made_[i].parent.get(), made_[i].name.c_str(), AT_REMOVEDIR);
    }
  }
  void AddMount(UniqueFd top) { mounts_.push_back(std::move(top)); }
  void AddDirectory(int parent, std::string name) {
    made_.push_back(
        {UniqueFd(fcntl(parent, F_DUPFD_CLOEXEC, 0)), std::move(name)});
  }
  void Forget() {
    mounts_.clear();
    made_.clear();
  }

 private:
  struct Directory {
    UniqueFd parent;
    std::string name;
  };
  std::vector<UniqueFd> mounts_;
  std::vector<Directory> made_;
};

// os.MkdirAll of one path, from `at` on: below a rootfs without following
// symbolic links, else as the machine's own paths are.
class DirectoryMaker {
 public:
  DirectoryMaker(BundleRecord* record, Undo* undo)
      : record_(record), undo_(undo) {}

  absl::Status Make(const std::string& path, uint32_t mode) {
    absl::StatusOr<UniqueFd> there = OpenDirectory(path, Trust::kAnyone);
    if (there.ok()) return absl::OkStatus();
    if (!absl::IsNotFound(there.status())) return there.status();
    const std::string above = DirPath(path);
    if (above != "/") {
      absl::Status status = Make(above, mode);
      if (!status.ok()) return status;
    }
    absl::StatusOr<UniqueFd> parent = OpenDirectory(above, Trust::kAnyone);
    if (!parent.ok()) return parent.status();
    const std::string name(BasePath(path));
    if (mkdirat(parent->get(), name.c_str(), 0700) != 0) {
      // EEXIST: another one made it meanwhile, or a link that leads nowhere.
      return errno == EEXIST && OpenDirectory(path, Trust::kAnyone).ok()
                 ? absl::OkStatus()
                 : FileError(errno, absl::StrCat("mkdir ", path));
    }
    undo_->AddDirectory(parent->get(), name);
    const UniqueFd fd(openat(parent->get(), name.c_str(),
                             O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    Facts facts;
    // dockerd's umask is 022.
    if (!fd.ok() || fchmod(fd.get(), mode & ~022u) != 0) {
      return FileError(errno, path);
    }
    if (const int error = Look(fd.get(), &facts); error != 0) {
      return FileError(error, path);
    }
    record_->made.push_back({path, facts.device, facts.inode, facts.born});
    return absl::OkStatus();
  }

 private:
  BundleRecord* const record_;
  Undo* const undo_;
};

// Makes "propagated-mount" a shared mount; its top is in *shared then.
absl::Status ShareMount(const HeldBundle& bundle, UniqueFd* shared,
                        Undo* undo) {
  const std::string name = absl::StrCat(bundle.name, "/", kPropagatedMountName);
  *shared = OpenPart(bundle, kPropagatedMountName, kPath);
  Facts facts;
  if (!shared->ok()) return FileError(errno, name);
  if (const int error = Look(shared->get(), &facts); error != 0) {
    return FileError(error, name);
  }
  if (!facts.is_mount) {
    UniqueFd tree =
        OpenTree(bundle.fd.get(), kPropagatedMountName,
                 OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
    if (!tree.ok()) return MountError(errno, name);
    if (const int error = AttachMount(tree.get(), shared->get()); error != 0) {
      return MountError(error, name);
    }
    undo->AddMount(UniqueFd(fcntl(tree.get(), F_DUPFD_CLOEXEC, 0)));
    *shared = std::move(tree);
  }
  if (mount(nullptr, ProcPath(shared->get()).c_str(), nullptr,
            MS_SHARED | MS_REC, nullptr) != 0) {
    return MountError(errno, name);
  }
  return absl::OkStatus();
}

absl::Status IsMounted(const HeldBundle& bundle, const std::string& path) {
  return absl::UnavailableError(absl::StrCat(
      bundle.name, "/", path,
      ": something is mounted there: unmount it first (what specgen mounted, "
      "specgen bundle --stop takes away)"));
}

// What is in the rootfs is the plugin's; what is mounted upon it is not.
absl::StatusOr<UniqueFd> OpenRootfs(const HeldBundle& bundle) {
  const std::string name = absl::StrCat(bundle.name, "/", kRootfsName);
  UniqueFd rootfs = OpenPart(bundle, kRootfsName, O_RDONLY | O_DIRECTORY);
  Facts facts;
  if (!rootfs.ok()) return FileError(errno, name);
  if (const int error = Look(rootfs.get(), &facts); error != 0) {
    return FileError(error, name);
  }
  return facts.is_mount
             ? absl::StatusOr<UniqueFd>(IsMounted(bundle, kRootfsName))
             : std::move(rootfs);
}

// Makes the clean path below a rootfs where it is missing.
absl::Status MakeInRootfs(const UniqueFd& rootfs, const std::string& path) {
  if (OpenWithoutLinks(rootfs.get(), path, kPath).ok()) return absl::OkStatus();
  return TreeWriter::Make(UniqueFd(fcntl(rootfs.get(), F_DUPFD_CLOEXEC, 0)),
                          Ownership::kKeep, TreeLimits())
      ->MakeDirectories(path);
}

// Mounts `shared` also below the rootfs.
absl::Status MountInRootfs(const HeldBundle& bundle, const std::string& path,
                           int shared, Undo* undo) {
  const std::string name = absl::StrCat(bundle.name, "/", kRootfsName, "/",
                                        absl::StripPrefix(path, "/"));
  const auto changed = [&](std::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat(
        name, ": ", what,
        ": the plugin has changed its rootfs, and nothing is "
        "mounted there (specgen bundle --force makes the rootfs anew)"));
  };
  absl::StatusOr<UniqueFd> rootfs = OpenRootfs(bundle);
  if (!rootfs.ok()) return rootfs.status();
  absl::StatusOr<std::string> clean = CleanEntryPath(path);
  if (!clean.ok()) return clean.status();
  Facts top;
  Facts wanted;
  Facts facts;
  if (Look(rootfs->get(), &top) != 0 || Look(shared, &wanted) != 0) {
    return FileError(errno, name);
  }
  UniqueFd at = OpenWithoutLinks(rootfs->get(), *clean, kPath);
  if (!at.ok() && errno == ENOENT) {
    // The plugin may have lost it.
    absl::Status status = MakeInRootfs(*rootfs, *clean);
    if (absl::IsInvalidArgument(status)) return changed(status.message());
    if (!status.ok()) return status;
    at = OpenWithoutLinks(rootfs->get(), *clean, kPath);
  }
  if (!at.ok()) {
    if (errno == ELOOP) return changed("leads through a symbolic link");
    if (errno == ENOTDIR) return changed("is no directory");
    return FileError(errno, name);
  }
  if (Look(at.get(), &facts) != 0) return FileError(errno, name);
  if (facts.is_mount && facts.SameFile(wanted)) return absl::OkStatus();
  if (facts.mount != top.mount) {
    return absl::UnavailableError(absl::StrCat(
        name, ": something else is mounted there: unmount it first"));
  }
  UniqueFd tree = OpenTree(
      shared, "",
      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_EMPTY_PATH);
  if (!tree.ok()) return MountError(errno, name);
  if (const int error = AttachMount(tree.get(), at.get()); error != 0) {
    return MountError(error, name);
  }
  undo->AddMount(std::move(tree));
  return absl::OkStatus();
}

// The mount points in the bundle's directory `part`, and that itself; "" is all
// of the bundle. Paths start in the bundle; outer ones come first.
absl::StatusOr<std::vector<std::string>> MountsIn(const HeldBundle& bundle,
                                                  const std::string& part) {
  char place[PATH_MAX];
  const ssize_t size =
      readlink(ProcPath(bundle.fd.get()).c_str(), place, sizeof(place));
  if (size < 0) return FileError(errno, bundle.name);
  const std::string top =
      absl::StrCat(std::string_view(place, static_cast<size_t>(size)), "/");
  absl::StatusOr<std::vector<MountPoint>> mounts = LiveHost().MountPoints();
  if (!mounts.ok()) return mounts.status();
  std::vector<std::string> found;
  for (const MountPoint& mount : *mounts) {
    std::string_view path = mount.path;
    if (absl::ConsumePrefix(&path, top) &&
        (part.empty() || path == part ||
         absl::StartsWith(path, absl::StrCat(part, "/")))) {
      found.emplace_back(path);
    }
  }
  return found;
}

// Takes away what is mounted at `path` in the bundle, as often as it is the
// directory `ours`, with all that is mounted in there.
absl::Status Unmount(const HeldBundle& bundle, const std::string& path,
                     const Facts& ours) {
  while (true) {
    const UniqueFd fd = OpenPart(bundle, path, kPath);
    Facts facts;
    if (!fd.ok() && errno != ENOENT && errno != ENOTDIR && errno != ELOOP) {
      return FileError(errno, absl::StrCat(bundle.name, "/", path));
    }
    // Gone, or not what the table of mounts has said a moment ago.
    if (!fd.ok() || Look(fd.get(), &facts) != 0 || !facts.is_mount ||
        !facts.SameFile(ours)) {
      return absl::OkStatus();
    }
    if (umount2(ProcPath(fd.get()).c_str(), MNT_DETACH) != 0) {
      return MountError(errno, absl::StrCat(bundle.name, "/", path));
    }
  }
}

absl::Status UnmountAll(const HeldBundle& bundle, const BundleRecord& record) {
  Facts ours;
  if (const int error = LookUnderMounts(bundle, &ours); error != 0) {
    // Who may not mount has mounted nothing.
    return error == EPERM || error == ENOENT
               ? absl::OkStatus()
               : FileError(error, absl::StrCat(bundle.name, "/",
                                               kPropagatedMountName));
  }
  absl::Status first_error;
  if (!record.mount_in_rootfs.empty()) {
    // Not where it was mounted: the plugin may have renamed what is above.
    absl::StatusOr<std::vector<std::string>> mounts =
        MountsIn(bundle, kRootfsName);
    if (!mounts.ok()) return mounts.status();
    for (const std::string& path : *mounts) {
      first_error.Update(Unmount(bundle, path, ours));
    }
  }
  first_error.Update(Unmount(bundle, kPropagatedMountName, ours));
  return first_error;
}

// Removes a directory that was made; `contents`: with all that is in it.
absl::Status RemoveMade(const BundleRecord::Made& made, bool contents) {
  absl::StatusOr<UniqueFd> parent =
      OpenDirectory(DirPath(made.path), Trust::kAnyone);
  if (absl::IsAborted(parent.status())) return parent.status();
  if (!parent.ok()) return absl::OkStatus();  // gone
  const std::string name(BasePath(made.path));
  const UniqueFd fd(openat(parent->get(), name.c_str(),
                           O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.ok() && !IsNothingThere(errno)) return FileError(errno, made.path);
  Facts facts;
  if (!fd.ok() || Look(fd.get(), &facts) != 0 || facts.device != made.device ||
      facts.inode != made.inode || facts.born != made.born) {
    return absl::OkStatus();  // gone, or another one that has its name
  }
  if (contents) {
    std::string where;
    if (const int error = RemoveContents(fd.get(), &where); error != 0) {
      const std::string path = JoinPath({made.path, where});
      return error == EBUSY ? absl::UnavailableError(absl::StrCat(
                                  path, ": is mounted: unmount it first"))
                            : FileError(error, path);
    }
  }
  if (unlinkat(parent->get(), name.c_str(), AT_REMOVEDIR) != 0 && contents) {
    return FileError(errno, made.path);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<HeldBundle> HoldBundle(UniqueFd parent, const std::string& base,
                                      const std::string& name) {
  HeldBundle bundle{std::move(parent), {}, name};
  while (true) {
    bundle.fd.Reset(openat(bundle.parent.get(), base.c_str(),
                           O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat st;
    struct stat named;
    if (!bundle.fd.ok() || fstat(bundle.fd.get(), &st) != 0) {
      if (errno == ENOTDIR || errno == ELOOP) {
        return absl::InvalidArgumentError(
            absl::StrCat(name, ": is no directory, so no bundle"));
      }
      return FileError(errno, name);
    }
    if (!IsOnlyOurs(st.st_uid, st.st_mode, geteuid())) {
      return absl::PermissionDeniedError(
          absl::StrCat(name,
                       ": others than root and you may change what is in "
                       "it: a bundle of specgen is not like that"));
    }
    while (flock(bundle.fd.get(), LOCK_EX) != 0) {
      if (errno != EINTR) break;  // a file system without locks
      if (absl::Status status = CheckInterrupt(); !status.ok()) return status;
    }
    // Another run may have removed it meanwhile, or made a new one.
    if (fstatat(bundle.parent.get(), base.c_str(), &named,
                AT_SYMLINK_NOFOLLOW) == 0 &&
        SameFile(named, st)) {
      return bundle;
    }
  }
}

absl::Status StartBundle(const HeldBundle& bundle, BundleRecord* record) {
  const std::string in_rootfs = absl::StrCat(record->at, "/", kRootfsName, "/");
  const std::vector<BundleRecord::Made> made_before = record->made;
  Undo undo;
  absl::Status status = [&]() -> absl::Status {
    DirectoryMaker maker(record, &undo);
    for (const BundleRecord::Directory& directory : record->directories) {
      absl::Status done;
      if (absl::StartsWith(directory.path, in_rootfs)) {
        // An engine that makes a mount's source, which the plugin has put in
        // its own rootfs.
        absl::StatusOr<UniqueFd> rootfs = OpenRootfs(bundle);
        done =
            rootfs.ok()
                ? MakeInRootfs(*rootfs, directory.path.substr(in_rootfs.size()))
                : rootfs.status();
      } else {
        done = maker.Make(directory.path, directory.mode);
      }
      if (!done.ok()) return done;
    }
    if (record->made != made_before) {
      absl::Status written =
          WriteBundleRecord(bundle.fd.get(), bundle.name, *record);
      if (!written.ok()) return written;
    }
    if (!record->shares_mount) return absl::OkStatus();
    UniqueFd shared;
    absl::Status done = ShareMount(bundle, &shared, &undo);
    if (!done.ok() || record->mount_in_rootfs.empty()) return done;
    return MountInRootfs(bundle, record->mount_in_rootfs, shared.get(), &undo);
  }();
  if (status.ok()) {
    undo.Forget();
    return status;
  }
  if (record->made != made_before) {
    record->made = made_before;
    (void)WriteBundleRecord(bundle.fd.get(), bundle.name, *record);
  }
  return status;
}

absl::Status StopBundle(const HeldBundle& bundle, BundleRecord* record) {
  absl::Status first_error = UnmountAll(bundle, *record);
  const std::string socket_directory = record->directories.back().path;
  const auto is_it = [&](const BundleRecord::Made& made) {
    return made.path == socket_directory;
  };
  const size_t count = record->made.size();
  for (size_t i = record->made.size(); i-- > 0;) {
    if (!is_it(record->made[i])) continue;
    absl::Status status = RemoveMade(record->made[i], /*contents=*/true);
    if (status.ok()) {
      record->made.erase(record->made.begin() + static_cast<ptrdiff_t>(i));
    }
    first_error.Update(status);
  }
  if (record->made.size() != count) {
    // Of what is gone the record need not know: nothing else is taken for it.
    (void)WriteBundleRecord(bundle.fd.get(), bundle.name, *record);
  }
  return first_error;
}

void RemoveMadeDirectories(BundleRecord* record) {
  for (size_t i = record->made.size(); i-- > 0;) {
    (void)RemoveMade(record->made[i], /*contents=*/false);
  }
  record->made.clear();
}

absl::Status CheckNothingMounted(const HeldBundle& bundle) {
  absl::StatusOr<std::vector<std::string>> mounts =
      MountsIn(bundle, kRootfsName);
  if (!mounts.ok()) return mounts.status();
  return mounts->empty() ? absl::OkStatus()
                         : IsMounted(bundle, mounts->front());
}

absl::Status CheckOnlyOursMounted(const HeldBundle& bundle,
                                  const BundleRecord& record,
                                  bool with_volumes) {
  absl::StatusOr<std::vector<std::string>> mounts = MountsIn(bundle, "");
  if (!mounts.ok()) return mounts.status();
  Facts ours;
  const bool known = record.shares_mount && LookUnderMounts(bundle, &ours) == 0;
  std::string inside;  // of ours
  for (const std::string& path : *mounts) {
    if (!inside.empty() && absl::StartsWith(path, inside)) {
      if (with_volumes) continue;  // that goes with it
      return IsMounted(bundle, path);
    }
    const UniqueFd fd = OpenPart(bundle, path, O_PATH);
    Facts facts;
    if (!known || !fd.ok() || Look(fd.get(), &facts) != 0 ||
        !facts.SameFile(ours)) {
      return IsMounted(bundle, path);
    }
    inside = absl::StrCat(path, "/");
  }
  return absl::OkStatus();
}

absl::Status CheckNotInUse(std::string_view id, const std::string& bundle) {
  for (std::string_view state : kRuntimeStates) {
    const std::string directory = absl::StrCat(state, "/", id);
    if (access(directory.c_str(), F_OK) == 0) {
      return absl::UnavailableError(
          absl::StrCat(bundle, ": a container of that id is there (", directory,
                       "): stop and delete it first"));
    }
  }
  return absl::OkStatus();
}

}  // namespace specgen
