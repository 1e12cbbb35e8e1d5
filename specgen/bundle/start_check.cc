#include "specgen/bundle/start_check.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "specgen/base/arena.h"
#include "specgen/bundle/bundle_record.h"
#include "specgen/bundle/confined_open.h"
#include "specgen/bundle/init_layer.h"
#include "specgen/bundle/unique_fd.h"
#include "specgen/engine/engine.h"
#include "specgen/generator/engine_literals.h"
#include "specgen/host/architecture.h"
#include "specgen/host/file_tree.h"
#include "specgen/host/go_path.h"
#include "specgen/json/json_index.h"
#include "specgen/json/json_reader.h"
#include "specgen/known/overlay_options.h"
#include "specgen/known/proc_files.h"

namespace specgen {
namespace {

// Of a script's first line Linux reads that much (BINPRM_BUF_SIZE).
constexpr size_t kScriptBytes = 256;
// Scripts that interpret scripts: Linux gives up behind the fifth.
constexpr int kMaxInterpreters = 5;
// What ends a word of it.
constexpr std::string_view kBlanks(" \t\0", 3);
// Of a program's header.
constexpr size_t kMaxSegments = 256;
constexpr size_t kMaxLoaderBytes = 4096;

// File systems that show nothing but what is put into them since.
bool BeginsEmpty(std::string_view type) {
  return type == "tmpfs" || type == "ramfs" || type == "hugetlbfs" ||
         type == "devpts" || type == "mqueue";
}

// File systems of a disk: without it they cannot be mounted.
bool IsOnDisk(std::string_view type) {
  constexpr std::string_view kTypes[] = {
      "btrfs", "erofs",   "exfat",    "ext2",     "ext3",  "ext4",  "f2fs",
      "hfs",   "hfsplus", "iso9660",  "jfs",      "minix", "msdos", "nilfs2",
      "ntfs",  "ntfs3",   "reiserfs", "squashfs", "udf",   "vfat",  "xfs"};
  return std::find(std::begin(kTypes), std::end(kTypes), type) !=
         std::end(kTypes);
}

// Of clean paths.
bool IsInOrAt(std::string_view path, std::string_view directory) {
  return directory == "/" || path == directory ||
         (absl::StartsWith(path, directory) && path[directory.size()] == '/');
}

// Where nobody can make a file.
bool IsKernels(std::string_view path) {
  return IsInOrAt(path, "/proc") || IsInOrAt(path, "/sys");
}

// Whether the machine's kernel has nothing at that clean path of its own. Where
// nothing is mounted upon /sys, as in a chroot, nobody knows.
bool IsMissingInKernels(const FileTree& files, std::string_view path) {
  FileFacts facts;
  return IsKernels(path) &&
         files.Lstat(IsInOrAt(path, "/sys") ? "/sys/kernel" : "/proc/self",
                     &facts) == 0 &&
         files.Lstat(path, &facts) == ENOENT;
}

std::string Destination(const StartSpec::Mount& mount) {
  return CleanPath(absl::StrCat("/", mount.destination));
}

// Whether runc mounts `mount` upon that clean path in /proc: upon /proc itself
// nothing but a /proc, and in it upon some files.
bool IsTakenInProc(const StartSpec::Mount& mount, std::string_view path) {
  return path == "/proc" ? IsInOrAt(CleanPath(mount.source), "/proc")
                         : IsOpenProcFile(path);
}

// Absolute; "" of a relative one if nobody knows the bundle.
std::string SourceOf(const StartSpec::Mount& mount, std::string_view bundle) {
  if (mount.source.empty() || mount.source[0] == '/') return mount.source;
  return bundle.empty() ? "" : absl::StrCat(bundle, "/", mount.source);
}

// Where `rootfs` has the open file; "" if that cannot be told.
std::string PathIn(int rootfs, int fd) {
  const auto link = [](int of) {
    char target[4096];
    const ssize_t size = readlink(ProcPath(of).c_str(), target, sizeof(target));
    return std::string(target, size > 0 ? static_cast<size_t>(size) : 0);
  };
  const std::string top = link(rootfs);
  const std::string path = link(fd);
  return !top.empty() && absl::StartsWith(path, top)
             ? absl::StrCat("/",
                            absl::StripPrefix(path.substr(top.size()), "/"))
             : "";
}

// Whether the init layer has something of that type at the clean path, whatever
// is there.
bool InitLayerMakes(InitEntry::Type type, std::string_view path) {
  for (const InitEntry& entry : InitLayer()) {
    const std::string at = absl::StrCat("/", entry.path);
    if (at == path) return entry.type == type;
    if (IsInOrAt(at, path)) return type == InitEntry::Type::kDirectory;
  }
  return false;
}

// The first part of the clean path, not all of it, that is no directory in the
// rootfs; "" if there is none, or a mount that `is_covered` tells hides it.
std::string FileAbove(std::string_view path, int rootfs, bool fills_rootfs,
                      absl::FunctionRef<bool(std::string_view)> is_covered) {
  for (size_t end = path.find('/', 1); end < PATH_MAX;
       end = path.find('/', end + 1)) {
    const std::string part(path.substr(0, end));
    const UniqueFd fd = OpenInRoot(rootfs, part, O_PATH);
    struct stat st;
    if (!fd.ok() || fstat(fd.get(), &st) != 0) {
      if (fills_rootfs && InitLayerMakes(InitEntry::Type::kFile, part))
        return part;
      continue;
    }
    if (S_ISDIR(st.st_mode)) continue;
    return is_covered(PathIn(rootfs, fd.get())) ||
                   (fills_rootfs &&
                    InitLayerMakes(InitEntry::Type::kDirectory, part))
               ? ""
               : part;
  }
  return "";
}

// Adds the absolute paths that an option of an overlay names.
void AddDirectories(std::string_view option,
                    std::vector<std::string>* directories) {
  for (std::string_view word : SplitAt(',', option)) {
    const size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    if (equals == std::string_view::npos || !IsOverlayDirectory(name)) continue;
    const std::string_view value = word.substr(equals + 1);
    for (std::string_view part : name == "lowerdir"
                                     ? SplitAt(':', value)
                                     : std::vector<std::string_view>{value}) {
      std::string path = WithoutBackslashes(part);
      if (absl::StartsWith(path, "/")) directories->push_back(std::move(path));
    }
  }
}

// Reads a spec, key by key.
class SpecReader {
 public:
  SpecReader(const JsonIndex& index, Arena* arena) : reader_(index, arena) {}

  void Read(StartSpec* spec) {
    Members([&](std::string_view key) {
      if (key == "ociVersion") return Text(&spec->oci_version);
      if (key == "process") return Process(spec);
      if (key == "mounts") {
        return List(JsonKind::kObject, [&] { Mount(spec); });
      }
      if (key == "linux") return Linux(spec);
      return false;
    });
  }

 private:
  // Calls `read` for each key of an object; false: it has not read the value.
  template <typename Read>
  bool Members(Read read) {
    if (reader_.Peek() != JsonKind::kObject) return false;
    reader_.Members([&](std::string_view key) {
      if (!read(key)) reader_.Skip();
    });
    return true;
  }

  // Calls `read` for each item that is of that kind.
  template <typename Read>
  bool List(JsonKind kind, Read read) {
    if (reader_.Peek() != JsonKind::kArray) return false;
    reader_.Items([&] {
      if (reader_.Peek() == kind) {
        read();
      } else {
        reader_.Skip();
      }
    });
    return true;
  }

  bool Text(std::string* text) {
    if (reader_.Peek() != JsonKind::kString) return false;
    std::string_view read;
    reader_.String(&read);
    *text = read;
    return true;
  }

  bool Process(StartSpec* spec) {
    return Members([&](std::string_view key) {
      if (key == "cwd") return Text(&spec->cwd);
      if (key == "capabilities") {
        spec->has_capability_list = reader_.Peek() == JsonKind::kArray;
        return false;
      }
      if (key == "args") {
        bool first = true;
        return List(JsonKind::kString, [&] {
          std::string word;
          Text(&word);
          if (std::exchange(first, false)) spec->command = std::move(word);
        });
      }
      if (key == "env") {
        return List(JsonKind::kString, [&] {
          std::string variable;
          Text(&variable);
          if (absl::StartsWith(variable, "PATH=")) {
            spec->search_path = variable.substr(5);
          }
        });
      }
      return false;
    });
  }

  void Mount(StartSpec* spec) {
    StartSpec::Mount mount;
    // The recursive flags are set by a call of their own, after all others.
    std::optional<bool> recursive_noexec;
    Members([&](std::string_view key) {
      if (key == "destination") return Text(&mount.destination);
      if (key == "source") return Text(&mount.source);
      std::string word;
      if (key == "type" && Text(&word)) {
        mount.is_bind = mount.is_bind || word == "bind";
        mount.type = word;
        return true;
      }
      if (key == "options") {
        return List(JsonKind::kString, [&] {
          Text(&word);
          mount.is_bind = mount.is_bind || word == "bind" || word == "rbind";
          mount.copies_up = mount.copies_up || word == "tmpcopyup";
          mount.is_noexec =
              word == "noexec" || (mount.is_noexec && word != "exec");
          if (word == "rnoexec") recursive_noexec = true;
          if (word == "rexec") recursive_noexec = false;
          AddDirectories(word, &mount.directories);
        });
      }
      return false;
    });
    // runc takes them for bind mounts only.
    if (mount.is_bind) {
      mount.is_noexec = recursive_noexec.value_or(mount.is_noexec);
    }
    spec->mounts.push_back(std::move(mount));
  }

  bool Linux(StartSpec* spec) {
    return Members([&](std::string_view key) {
      if (key != "namespaces") return false;
      return List(JsonKind::kObject, [&] {
        Members([&](std::string_view name) {
          std::string type;
          if (name != "type" || !Text(&type)) return false;
          spec->namespaces.push_back(std::move(type));
          return true;
        });
      });
    });
  }

  JsonReader reader_;
};

class RootfsCheck {
 public:
  RootfsCheck(const StartSpec& spec, int rootfs, const StartPlace& place,
              std::vector<std::string>* unknown)
      : spec_(spec),
        rootfs_(rootfs),
        place_(place),
        cwd_(CleanPath(absl::StrCat("/", spec.cwd))),
        unknown_(unknown) {
    for (const StartSpec::Mount& mount : spec.mounts) {
      destinations_.push_back(RealDestination(Destination(mount)));
    }
  }

  // What is wrong with what the spec starts; "" if nothing is seen.
  std::string Command() const {
    const std::string& command = spec_.command;
    if (command.empty()) return std::string(kNoProgram);
    const std::string quoted = absl::StrCat("\"", command, "\"");
    if (absl::StrContains(command, '/')) {
      return CheckProgram(InCwd(command), absl::StrCat("the command ", quoted),
                          0);
    }
    return CheckInPath(command, absl::StrCat("the command ", quoted), 0);
  }

  std::string WorkingDirectory() const {
    const std::string name =
        absl::StrCat("the working directory \"", spec_.cwd, "\"");
    if (!spec_.cwd.empty() && spec_.cwd[0] != '/') {
      return absl::StrCat(name, " is not absolute: runc refuses to start");
    }
    if (spec_.cwd.empty()) return "";
    if (const StartSpec::Mount* const covering = Covering(cwd_)) {
      return (covering->type == "sysfs" || covering->type == "proc") &&
                     place_.files != nullptr &&
                     IsMissingInKernels(*place_.files, cwd_)
                 ? absl::StrCat(name,
                                " is not there, and nothing can be made "
                                "there: a runtime refuses to start")
                 : "";
    }
    const UniqueFd fd = OpenInRoot(rootfs_, cwd_, O_PATH);
    struct stat st;
    if (!fd.ok()) {
      if (errno != ENOENT) {
        return absl::StrCat(
            name, " cannot be opened in the rootfs: ", std::strerror(errno));
      }
      if (!WhereMounted(cwd_).empty()) return "";
      if (LeadsNowhere(cwd_)) {
        return absl::StrCat(name,
                            " is a symbolic link to what is not in the "
                            "rootfs: runc and crun do not start it");
      }
      if (place_.fills_rootfs &&
          (InitLayerMakes(InitEntry::Type::kFile, cwd_) ||
           !FileAbove(cwd_, rootfs_, true, [this](std::string_view path) {
              return IsCovered(path);
            }).empty())) {
        return absl::StrCat(name, " is no directory");
      }
      return absl::StrCat(
          name, " is not in the rootfs: runc and crun make it, empty");
    }
    if (fstat(fd.get(), &st) == 0 && !S_ISDIR(st.st_mode)) {
      return absl::StrCat(name, " is no directory");
    }
    return "";
  }

 private:
  // Likewise, of a program that is looked for in the directories of PATH.
  std::string CheckInPath(std::string_view name, const std::string& what,
                          int depth) const {
    bool hidden = false;
    for (std::string_view directory : absl::StrSplit(spec_.search_path, ':')) {
      const std::string path = CleanPath(
          InCwd(absl::StrCat(directory.empty() ? "." : directory, "/", name)));
      const StartSpec::Mount* const covering = Covering(path);
      if (covering != nullptr) {
        const Seen seen = LookIntoMount(path);
        hidden = hidden || seen == Seen::kUnknown;
        if (seen != Seen::kThere) continue;
      }
      const UniqueFd fd = covering != nullptr
                              ? OpenInMount(path)
                              : OpenInRoot(rootfs_, path, O_PATH);
      // A link out of the mount, say.
      if (covering != nullptr && !fd.ok()) return "";
      struct stat st;
      // Others are passed over.
      if (!fd.ok() || fstat(fd.get(), &st) != 0 || !S_ISREG(st.st_mode) ||
          (st.st_mode & 0111) == 0 ||
          (covering != nullptr && covering->is_noexec)) {
        continue;
      }
      const std::string found = absl::StrCat(what, " (", path, ")");
      // exec.ErrDot; env takes it.
      if (depth == 0 && !absl::StartsWith(directory, "/")) {
        return absl::StrCat(found, " is found by \"", directory,
                            "\" in PATH, which is not absolute: runc starts "
                            "nothing from there");
      }
      return covering != nullptr ? CheckFile(fd, found, depth)
                                 : CheckProgram(path, found, depth);
    }
    return hidden ? ""
                  : absl::StrCat(what, " is in no directory of PATH (",
                                 spec_.search_path, ") of the rootfs");
  }

  // Not cleaned: the kernel looks at each part of it.
  std::string InCwd(std::string_view path) const {
    return absl::StartsWith(path, "/") ? std::string(path)
                                       : absl::StrCat(cwd_, "/", path);
  }

  // Where runtimes mount what is to be mounted at the clean path: they follow
  // the symbolic links of the rootfs. Of those of earlier mounts nothing is
  // known.
  std::string RealDestination(const std::string& path) const {
    if (path.size() >= PATH_MAX ||
        std::any_of(destinations_.begin(), destinations_.end(),
                    [&path](const std::string& earlier) {
                      return IsInOrAt(path, earlier);
                    })) {
      return path;
    }
    // What is missing is made.
    for (size_t end = path.size(); end > 0 && end != std::string::npos;
         end = path.rfind('/', end - 1)) {
      const UniqueFd fd = OpenInRoot(rootfs_, path.substr(0, end), O_PATH);
      if (!fd.ok()) continue;
      const std::string real = PathIn(rootfs_, fd.get());
      return real.empty() ? path
                          : CleanPath(absl::StrCat(real, path.substr(end)));
    }
    return path;
  }

  // The mount that hides what the rootfs has at that clean path; or null.
  const StartSpec::Mount* Covering(std::string_view path) const {
    for (size_t i = destinations_.size(); i-- > 0;) {
      if (IsInOrAt(path, destinations_[i])) return &spec_.mounts[i];
    }
    return nullptr;
  }
  // Where that one of the spec's mounts lies.
  const std::string& PlaceOf(const StartSpec::Mount& mount) const {
    return destinations_[static_cast<size_t>(&mount - spec_.mounts.data())];
  }
  bool IsCovered(std::string_view path) const {
    return Covering(path) != nullptr;
  }

  // Whether the mount that covers the clean path has something there.
  enum class Seen { kThere, kMissing, kUnknown };
  Seen LookIntoMount(std::string_view path) const {
    const StartSpec::Mount& mount = *Covering(path);
    const std::string& destination = PlaceOf(mount);
    if (!mount.is_bind) {
      return path != destination && BeginsEmpty(mount.type) && !mount.copies_up
                 ? Seen::kMissing
                 : Seen::kUnknown;
    }
    const std::string source = SourceOf(mount, place_.bundle);
    if (source.empty()) return Seen::kUnknown;
    if (!place_.bundle.empty() &&
        CleanPath(source) == JoinPath({place_.bundle, kPropagatedMountName})) {
      return path == destination ? Seen::kUnknown : Seen::kMissing;
    }
    if (place_.files == nullptr) return Seen::kUnknown;
    FileFacts facts;
    if (path == destination) {
      // Whether it is there is told of all sources.
      return place_.files->Stat(source, &facts) == 0 ? Seen::kThere
                                                     : Seen::kUnknown;
    }
    // A symbolic link leads elsewhere in the rootfs.
    const int error = place_.files->Lstat(
        JoinPath(
            {source, path.substr(destination == "/" ? 0 : destination.size())}),
        &facts);
    if (error == 0) return Seen::kThere;
    return error == ENOENT || error == ENOTDIR ? Seen::kMissing
                                               : Seen::kUnknown;
  }

  // What the mount that covers the clean path has there, on this machine; not
  // ok() if it may not be looked at, or a symbolic link leads elsewhere.
  UniqueFd OpenInMount(std::string_view path) const {
    const StartSpec::Mount& mount = *Covering(path);
    const std::string& destination = PlaceOf(mount);
    UniqueFd top(
        open(SourceOf(mount, place_.bundle).c_str(), O_PATH | O_CLOEXEC));
    if (!top.ok() || path == destination) return top;
    path.remove_prefix(destination == "/" ? 1 : destination.size() + 1);
    return OpenWithoutLinks(top.get(), std::string(path), O_PATH);
  }

  // What to say of `what` at the clean path, which a mount covers; "" if it is
  // there and can be executed, or that is not known.
  std::string InMount(std::string_view path, const std::string& what, int depth,
                      const uint16_t* loads_for) const {
    const Seen seen = LookIntoMount(path);
    const StartSpec::Mount& mount = *Covering(path);
    const std::string upon = absl::StrCat(
        "what is mounted upon \"", mount.destination, "\"",
        mount.is_bind ? absl::StrCat(" (\"", mount.source, "\")") : "");
    if (seen == Seen::kMissing) {
      return absl::StrCat(what, " is hidden by ", upon,
                          ", which has no such file");
    }
    if (seen == Seen::kThere) {
      const UniqueFd fd = OpenInMount(path);
      if (!fd.ok()) return "";
      const std::string there = absl::StrCat(what, ", in ", upon, ",");
      return mount.is_noexec
                 ? absl::StrCat(there, " cannot be executed: that is noexec")
                 : CheckFile(fd, there, depth, loads_for);
    }
    // Those of the kernel, and of other machines. Who mounts upon a file means
    // that very one.
    if (mount.is_bind && path != PlaceOf(mount)) {
      unknown_->push_back(
          absl::StrCat(what, " is not that of the rootfs, but of ", upon));
    }
    return "";
  }

  // The file behind symbolic links; not ok() and errno, or, if a mount hides
  // it, where that has it.
  UniqueFd Open(const std::string& path, std::string* hidden) const {
    hidden->clear();
    const std::string clean = CleanPath(path);
    if (IsCovered(clean)) {
      *hidden = clean;
      return UniqueFd();
    }
    UniqueFd fd = OpenInRoot(rootfs_, path, O_PATH);
    if (!fd.ok() && errno == ENOENT && clean != path && IsMadeOnTheWay(path)) {
      fd = OpenInRoot(rootfs_, clean, O_PATH);
    }
    if (!fd.ok()) {
      // The link that leads nowhere may lead to what is mounted.
      const int error = errno;
      *hidden = WhereMounted(clean);
      errno = error;
      return fd;
    }
    const std::string real = PathIn(rootfs_, fd.get());
    if (!real.empty() && IsCovered(real)) *hidden = real;
    return fd;
  }

  // Whether the runtime makes a directory that the path goes through: it makes
  // the working directory, and those that it mounts upon.
  bool IsMadeOnTheWay(const std::string& path) const {
    for (size_t end = path.find('/', 1); end != std::string::npos;
         end = path.find('/', end + 1)) {
      const std::string part = CleanPath(path.substr(0, end));
      if (part != "/" && (IsCovered(part) || IsInOrAt(cwd_, part) ||
                          std::any_of(spec_.mounts.begin(), spec_.mounts.end(),
                                      [&part](const StartSpec::Mount& mount) {
                                        return IsInOrAt(Destination(mount),
                                                        part);
                                      }))) {
        return true;
      }
    }
    return false;
  }

  // Whether a symbolic link on the way leads to what is not there.
  bool LeadsNowhere(const std::string& path) const {
    for (size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
      const std::string part = path.substr(0, end);
      struct stat st;
      const UniqueFd link = OpenInRoot(rootfs_, part, O_PATH | O_NOFOLLOW);
      if (!link.ok() || fstat(link.get(), &st) != 0) return false;
      if (S_ISLNK(st.st_mode) && !OpenInRoot(rootfs_, part, O_PATH).ok()) {
        return true;
      }
      if (end == std::string::npos) return false;
    }
  }

  // Where a symbolic link on the way leads below a mount; else "".
  std::string WhereMounted(const std::string& path) const {
    for (size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
      const std::string part = path.substr(0, end);
      const UniqueFd link = OpenInRoot(rootfs_, part, O_PATH | O_NOFOLLOW);
      char target[4096];
      const ssize_t size =
          link.ok() ? readlinkat(link.get(), "", target, sizeof(target)) : -1;
      if (size > 0) {
        const std::string_view to(target, static_cast<size_t>(size));
        const std::string full = CleanPath(
            absl::StartsWith(to, "/") ? std::string(to)
                                      : absl::StrCat(DirPath(part), "/", to));
        if (IsCovered(full)) {
          return end == std::string::npos
                     ? full
                     : CleanPath(absl::StrCat(full, path.substr(end)));
        }
      }
      if (end == std::string::npos) return "";
    }
  }

  // `what` is how the message names the program at the path; `loads_for`
  // is the machine of the program whose loader it is, if it is one.
  std::string CheckProgram(const std::string& path, const std::string& what,
                           int depth,
                           const uint16_t* loads_for = nullptr) const {
    if (absl::EndsWith(path, "/") || absl::EndsWith(path, "/.")) {
      return absl::StrCat(what,
                          " is written as a directory, with a slash behind "
                          "it: none can be executed");
    }
    std::string hidden;
    const UniqueFd fd = Open(path, &hidden);
    if (!hidden.empty()) return InMount(hidden, what, depth, loads_for);
    if (!fd.ok()) {
      return errno == ENOENT || errno == ENOTDIR
                 ? absl::StrCat(what, " is not in the rootfs")
                 : absl::StrCat(what, " cannot be opened in the rootfs: ",
                                std::strerror(errno));
    }
    return CheckFile(fd, what, depth, loads_for);
  }

  // The same of what is open (O_PATH).
  std::string CheckFile(const UniqueFd& fd, const std::string& what, int depth,
                        const uint16_t* loads_for = nullptr) const {
    struct stat st;
    if (fstat(fd.get(), &st) != 0) return "";
    if (S_ISDIR(st.st_mode)) return absl::StrCat(what, " is a directory");
    if (!S_ISREG(st.st_mode)) {
      return absl::StrCat(what, " is not a regular file");
    }
    if ((st.st_mode & 0111) == 0) {
      return absl::StrCat(what, " is not executable (chmod +x)");
    }
    const UniqueFd file = OpenRegular(fd);
    if (!file.ok()) return "";
    std::string head(kScriptBytes, '\0');
    const ssize_t size = pread(file.get(), head.data(), head.size(), 0);
    if (size < 0) return "";
    head.resize(static_cast<size_t>(size));
    if (loads_for != nullptr) return CheckLoader(head, what, *loads_for);
    if (absl::StartsWith(head, "#!")) return CheckScript(head, what, depth);
    if (absl::StartsWith(head, ELFMAG)) return CheckElf(file.get(), what);
    return absl::StrCat(what, head.empty()
                                  ? " is an empty file"
                                  : " is neither a program nor a script that "
                                    "starts with #!");
  }

  std::string CheckScript(std::string_view head, const std::string& what,
                          int depth) const {
    if (depth == kMaxInterpreters) {
      return absl::StrCat(what, " has too many interpreters in a row");
    }
    std::string_view line = head.substr(2, head.find('\n') - 2);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    const std::string name(line.substr(0, line.find_first_of(kBlanks)));
    if (name.empty()) {
      return absl::StrCat(what, " names no interpreter behind its #!");
    }
    if (absl::EndsWith(line, "\r")) {
      return absl::StrCat(what,
                          " has lines that end as on Windows (CR LF): its "
                          "interpreter would be \"",
                          absl::StripTrailingAsciiWhitespace(line), "\"");
    }
    std::string finding = CheckProgram(
        InCwd(name), absl::StrCat("the interpreter \"", name, "\" of ", what),
        depth + 1);
    if (!finding.empty() || BasePath(name) != "env") return finding;
    // "#!/usr/bin/env python3": Linux hands all that follows over as one word.
    line.remove_prefix(std::min(name.size(), line.size()));
    const std::string_view word =
        WordThatEnvStarts(absl::StripAsciiWhitespace(line));
    if (word.empty()) return "";
    const std::string found =
        absl::StrCat("the interpreter \"", word, "\" of ", what);
    return absl::StrContains(word, '/')
               ? CheckProgram(InCwd(word), found, depth + 1)
               : CheckInPath(word, found, depth + 1);
  }

  // What env looks for if it is given that one argument; "" if it starts
  // nothing, or that is hard to tell. "-S python3 -u" it takes apart (GNU
  // coreutils, src/env.c).
  static std::string_view WordThatEnvStarts(std::string_view argument) {
    std::string_view rest = argument;
    if (!absl::ConsumePrefix(&rest, "--split-string=")) {
      const size_t end = argument.find_first_not_of('v', 1);
      if (!absl::StartsWith(argument, "-") || end == std::string_view::npos ||
          argument[end] != 'S') {
        return absl::StartsWith(argument, "-") ||
                       absl::StrContains(argument, '=')
                   ? ""
                   : argument;
      }
      rest = argument.substr(end + 1);
    }
    // What is quoted or a variable stays unjudged.
    if (rest.find_first_of("\"'\\$#") != std::string_view::npos) return "";
    for (std::string_view word :
         absl::StrSplit(rest, absl::ByAnyChar(" \t"), absl::SkipEmpty())) {
      if (word[0] == '-' || absl::StartsWith(word, "PATH=")) return "";
      if (!absl::StrContains(word, '=')) return word;
    }
    return "";
  }

  std::string CheckElf(int fd, const std::string& what) const {
    Elf64_Ehdr header = {};
    if (pread(fd, &header, sizeof(header), 0) < ssize_t{20}) {
      return absl::StrCat(what, " is a damaged program");
    }
    const bool is_little = header.e_ident[EI_DATA] == ELFDATA2LSB;
    const bool is_native =
        is_little == (std::endian::native == std::endian::little);
    const uint16_t elf = is_native
                             ? header.e_machine
                             : static_cast<uint16_t>((header.e_machine << 8) |
                                                     (header.e_machine >> 8));
    const bool is_here = place_.architecture.empty();
    const Machine* const machine =
        is_here ? ThisMachine() : FindMachine(place_.architecture);
    if (machine != nullptr && machine->elf[0] != 0 &&
        (is_little == IsBigEndian(machine->architecture) ||
         (elf != machine->elf[0] && elf != machine->elf[1]))) {
      return absl::StrCat(what, " is for another machine (",
                          ElfMachineName(elf), "; ",
                          is_here ? "this one" : "that of --arch", " is ",
                          machine->architecture, ")");
    }
    if (!is_native) return "";
    if (header.e_type != ET_EXEC && header.e_type != ET_DYN) {
      return absl::StrCat(what, " is no program but an object file or a core");
    }
    std::string loader;
    const bool is_whole =
        header.e_ident[EI_CLASS] == ELFCLASS64
            ? ReadSegments<Elf64_Ehdr, Elf64_Phdr>(fd, &loader)
            : header.e_ident[EI_CLASS] == ELFCLASS32 &&
                  ReadSegments<Elf32_Ehdr, Elf32_Phdr>(fd, &loader);
    if (!is_whole) return absl::StrCat(what, " is a damaged program");
    if (loader.empty()) return "";
    std::string hidden;
    const UniqueFd found = Open(InCwd(loader), &hidden);
    if (hidden.empty() && !found.ok()) {
      return absl::StrCat(what, " needs the loader \"", loader,
                          "\", which is not in the rootfs: link it "
                          "statically, or add its libraries");
    }
    return CheckProgram(InCwd(loader),
                        absl::StrCat("the loader \"", loader, "\" of ", what),
                        0, &elf);
  }

  // Linux takes an ELF file for the program's own machine only
  // (fs/binfmt_elf.c, load_elf_binary).
  static std::string CheckLoader(std::string_view head, const std::string& what,
                                 uint16_t program) {
    Elf64_Half elf;
    constexpr size_t kMachine = offsetof(Elf64_Ehdr, e_machine);
    if (!absl::StartsWith(head, ELFMAG) ||
        head.size() < kMachine + sizeof(elf)) {
      return absl::StrCat(what, " is no ELF file");
    }
    std::memcpy(&elf, head.data() + kMachine, sizeof(elf));
    return elf == program
               ? ""
               : absl::StrCat(what, " is for another machine (",
                              ElfMachineName(elf), ") than that, which is for ",
                              ElfMachineName(program));
  }

  // False if the file ends before what it says that it has. `*loader` is that
  // of a dynamic program; else "".
  template <typename Header, typename Segment>
  static bool ReadSegments(int fd, std::string* loader) {
    Header header;
    struct stat st;
    if (fstat(fd, &st) != 0 ||
        pread(fd, &header, sizeof(header), 0) != sizeof(header) ||
        header.e_phentsize != sizeof(Segment)) {
      return false;
    }
    const auto size = static_cast<uint64_t>(st.st_size);
    const auto has = [size](uint64_t offset, uint64_t bytes) {
      return offset <= size && bytes <= size - offset;
    };
    for (size_t i = 0; i < std::min<size_t>(header.e_phnum, kMaxSegments);
         ++i) {
      Segment segment;
      const uint64_t at = header.e_phoff + i * sizeof(segment);
      if (!has(at, sizeof(segment)) ||
          pread(fd, &segment, sizeof(segment), static_cast<off_t>(at)) !=
              sizeof(segment)) {
        return false;
      }
      if (segment.p_type == PT_LOAD &&
          !has(segment.p_offset, segment.p_filesz)) {
        return false;
      }
      if (segment.p_type != PT_INTERP || !loader->empty()) continue;
      std::string name(std::min<size_t>(segment.p_filesz, kMaxLoaderBytes),
                       '\0');
      const ssize_t read = pread(fd, name.data(), name.size(),
                                 static_cast<off_t>(segment.p_offset));
      name.resize(read > 0 ? static_cast<size_t>(read) : 0);
      *loader = name.substr(0, name.find('\0'));
    }
    return true;
  }

  const StartSpec& spec_;
  const int rootfs_;
  const StartPlace& place_;
  const std::string cwd_;
  std::vector<std::string> destinations_;  // where the spec's mounts lie
  std::vector<std::string>* const unknown_;
};

}  // namespace

StartSpec ReadStartSpec(std::string_view spec) {
  StartSpec read;
  JsonIndex index;
  if (index.Build(spec) != JsonIndex::Result::kOk) return read;
  Arena arena;
  SpecReader(index, &arena).Read(&read);
  return read;
}

std::vector<std::string> CheckRootfs(const StartSpec& spec, int rootfs,
                                     const StartPlace& place,
                                     std::vector<std::string>* unknown) {
  std::vector<std::string> findings;
  const RootfsCheck check(spec, rootfs, place, unknown);
  for (std::string finding : {check.Command(), check.WorkingDirectory()}) {
    if (!finding.empty()) findings.push_back(std::move(finding));
  }
  struct statvfs fs;
  if (place.has_rootfs && fstatvfs(rootfs, &fs) == 0 &&
      (fs.f_flag & ST_NOEXEC) != 0) {
    findings.push_back(
        "the rootfs lies on a file system that is mounted noexec: nothing in "
        "it can be executed");
  }
  return findings;
}

std::vector<std::string> CheckMountPoints(const StartSpec& spec, int rootfs,
                                          const StartPlace& place,
                                          const MadeBefore& made) {
  const bool fills_rootfs = place.fills_rootfs;
  // 1 if the source is a directory, 0 if it is something else, -1 if nobody
  // knows.
  const auto is_directory_at = [&](const StartSpec::Mount& mount) {
    const std::string source = SourceOf(mount, place.bundle);
    if (source.empty()) return -1;
    const std::string clean = CleanPath(source);
    const std::string own = JoinPath({place.bundle, kRootfsName});
    if (std::find(made.files.begin(), made.files.end(), clean) !=
        made.files.end()) {
      return 0;
    }
    if (std::find(made.paths.begin(), made.paths.end(), clean) !=
            made.paths.end() ||
        clean == own ||
        clean == JoinPath({place.bundle, kPropagatedMountName})) {
      return 1;
    }
    FileFacts facts;
    if (!place.bundle.empty() && IsInOrAt(clean, own)) {
      // It is not there yet. Links would lead out of it.
      const UniqueFd fd =
          OpenWithoutLinks(rootfs, clean.substr(own.size() + 1), O_PATH);
      struct stat st;
      if (!fd.ok() || fstat(fd.get(), &st) != 0) return -1;
      return S_ISDIR(st.st_mode) ? 1 : 0;
    }
    if (place.files == nullptr || place.files->Stat(source, &facts) != 0) {
      return -1;
    }
    return S_ISDIR(facts.mode) ? 1 : 0;
  };
  std::vector<std::string> findings;
  std::vector<std::string> covered;
  const auto is_covered = [&](std::string_view path) {
    return std::any_of(covered.begin(), covered.end(),
                       [path](const std::string& directory) {
                         return IsInOrAt(path, directory);
                       });
  };
  for (const StartSpec::Mount& mount : spec.mounts) {
    const std::string path = Destination(mount);
    constexpr std::string_view kRefuses = ": a runtime refuses to start";
    if (mount.is_bind && IsInOrAt(path, "/proc") &&
        !IsTakenInProc(mount, path)) {
      findings.push_back(absl::StrCat(
          "\"", mount.source, "\" is mounted upon \"", mount.destination,
          path == "/proc" ? "\", where runc takes another /proc only"
                          : "\", in /proc, where runc takes but a few files",
          ": it refuses to start"));
      covered.push_back(path);
      continue;
    }
    if (is_covered(path)) {
      // What lies in /proc and /sys is the machine's.
      const bool is_kernels = std::any_of(
          spec.mounts.begin(), spec.mounts.end(),
          [&](const StartSpec::Mount& other) {
            return (other.type == "sysfs" || other.type == "proc") &&
                   IsKernels(path) && path != Destination(other) &&
                   IsInOrAt(path, Destination(other));
          });
      // Its cgroup file system only the engine itself mounts.
      if (is_kernels && place.files != nullptr && mount.type != "cgroup" &&
          IsMissingInKernels(*place.files, path)) {
        findings.push_back(absl::StrCat(
            "something is mounted upon \"", mount.destination,
            "\", which the kernel does not have there, and where nothing can "
            "be made",
            kRefuses));
      }
      continue;
    }
    const UniqueFd fd = OpenInRoot(rootfs, path, O_PATH);
    struct stat st;
    const bool is_there = fd.ok() && fstat(fd.get(), &st) == 0 &&
                          !is_covered(PathIn(rootfs, fd.get()));
    // In the place of all but a directory.
    const bool is_init_file =
        fills_rootfs && InitLayerMakes(InitEntry::Type::kFile, path) &&
        !OpenInRoot(rootfs, path, O_PATH | O_DIRECTORY | O_NOFOLLOW).ok();
    if (is_there || is_init_file) {
      const bool is_directory =
          is_there && !is_init_file &&
          (S_ISDIR(st.st_mode) ||
           (fills_rootfs && InitLayerMakes(InitEntry::Type::kDirectory, path)));
      const std::string at = absl::StrCat("\"", mount.destination, "\"");
      const int source = is_directory_at(mount);
      if (!mount.is_bind) {
        if (!is_directory) {
          findings.push_back(
              absl::StrCat("a file system is mounted upon ", at,
                           ", which is no directory in the rootfs", kRefuses));
        }
      } else if (source >= 0 && (source == 1) != is_directory) {
        findings.push_back(absl::StrCat(
            "\"", mount.source, "\", which is ", is_directory ? "no" : "a",
            " directory, is mounted upon ", at, ", which is ",
            is_directory ? "one" : "none", " in the rootfs", kRefuses));
      }
    } else if (!fd.ok()) {
      const std::string file =
          FileAbove(path, rootfs, fills_rootfs, is_covered);
      if (!file.empty()) {
        findings.push_back(absl::StrCat(
            "something is mounted upon \"", mount.destination, "\", below \"",
            file, "\", which is no directory in the rootfs", kRefuses));
      }
    }
    covered.push_back(path);
  }
  return findings;
}

std::string CheckPropagatedMount(const Release& release,
                                 std::string_view propagated_mount,
                                 int rootfs) {
  if (propagated_mount.empty() || release.behaviour->propagated_mount !=
                                      PropagatedMount::kRootfsPropagation) {
    return "";
  }
  const std::string path = CleanPath(absl::StrCat("/", propagated_mount));
  const UniqueFd fd = OpenBeneath(rootfs, path == "/" ? "." : path.substr(1),
                                  O_PATH | O_DIRECTORY);
  if (fd.ok()) return "";
  if (errno == EXDEV) {
    return absl::StrCat("Docker ", release.name,
                        " follows the symbolic links of propagatedMount, \"",
                        path,
                        "\", out of the rootfs: it mounts upon a directory of "
                        "the host, or would not start this plugin");
  }
  return absl::StrCat("Docker ", release.name,
                      " would not start this plugin: its rootfs has no "
                      "directory \"",
                      path, "\" for propagatedMount");
}

std::vector<std::string> CheckSources(const StartSpec& spec,
                                      const FileTree& files,
                                      const MadeBefore& made,
                                      std::string_view bundle) {
  absl::flat_hash_set<std::string_view> paths(made.paths.begin(),
                                              made.paths.end());
  paths.insert(made.files.begin(), made.files.end());
  const auto is_made = [&](std::string_view path) {
    return paths.contains(path) ||
           std::any_of(made.directories.begin(), made.directories.end(),
                       [path](const std::string& directory) {
                         return IsInOrAt(path, directory);
                       });
  };
  std::vector<std::string> findings;
  // `path` is how the spec has it.
  const auto check = [&](const std::string& path, const std::string& source,
                         const StartSpec::Mount& mount) {
    const std::string clean = CleanPath(source);
    if (!IsKernels(clean) && is_made(clean)) return;
    FileFacts facts;
    // The bundle, which a relative one starts from, may not be there yet.
    const int error = files.Stat(source == path ? source : clean, &facts);
    if (error == 0 || error == EACCES || error == EPERM) return;
    findings.push_back(absl::StrCat(
        "\"", path, "\", which is mounted upon \"", mount.destination, "\", ",
        error == ENOENT
            ? "is not there"
            : absl::StrCat("cannot be used (", std::strerror(error), ")"),
        ": a runtime refuses to start without it"));
  };
  for (const StartSpec::Mount& mount : spec.mounts) {
    const std::string source = SourceOf(mount, bundle);
    if (mount.is_bind) {
      if (!source.empty()) check(mount.source, source, mount);
    } else if (mount.type == "overlay") {
      for (const std::string& path : mount.directories) {
        check(path, path, mount);
      }
    } else if (IsOnDisk(mount.type) && absl::StartsWith(mount.source, "/")) {
      check(mount.source, source, mount);
    }
  }
  return findings;
}

}  // namespace specgen
