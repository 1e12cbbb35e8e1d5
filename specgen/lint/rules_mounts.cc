// What becomes of the plugin's mounts.
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "specgen/base/did_you_mean.h"
#include "specgen/base/printable.h"
#include "specgen/generator/engine_literals.h"
#include "specgen/host/go_path.h"
#include "specgen/known/mount_options.h"
#include "specgen/known/proc_files.h"
#include "specgen/lint/lint_context.h"
#include "specgen/lint/lint_rules.h"

namespace specgen {
namespace {

constexpr LintLevel kNote = LintLevel::kNote;
constexpr LintLevel kWarning = LintLevel::kWarning;
constexpr LintLevel kError = LintLevel::kError;

// A file system of Linux that a plugin may mount; "fuse." and a name is one,
// too.
struct FileSystem {
  // Whether its source is a disk or a server.
  enum Source : bool { kNoSource, kNeedsSource };
  // Rare ones are, some of them, no part of the kernel's own sources: nobody
  // means these who writes something else.
  enum Use : bool { kUsual, kRare };

  std::string_view name;
  Source source;
  Use use;
};

constexpr auto kNoSource = FileSystem::kNoSource;
constexpr auto kNeedsSource = FileSystem::kNeedsSource;
constexpr auto kUsual = FileSystem::kUsual;
constexpr auto kRare = FileSystem::kRare;

constexpr FileSystem kFileSystems[] = {
    {"9p", kNeedsSource, kUsual},       {"adfs", kNeedsSource, kRare},
    {"affs", kNeedsSource, kRare},      {"afs", kNeedsSource, kRare},
    {"apfs", kNeedsSource, kRare},      {"aufs", kNoSource, kRare},
    {"autofs", kNoSource, kUsual},      {"bcachefs", kNeedsSource, kUsual},
    {"beegfs", kNeedsSource, kRare},    {"befs", kNeedsSource, kRare},
    {"bfs", kNeedsSource, kRare},       {"binder", kNoSource, kRare},
    {"binfmt_misc", kNoSource, kUsual}, {"bpf", kNoSource, kUsual},
    {"btrfs", kNeedsSource, kUsual},    {"ceph", kNeedsSource, kUsual},
    {"cgroup", kNoSource, kUsual},      {"cgroup2", kNoSource, kUsual},
    {"cifs", kNeedsSource, kUsual},     {"coda", kNoSource, kRare},
    {"configfs", kNoSource, kUsual},    {"cpuset", kNoSource, kRare},
    {"cramfs", kNeedsSource, kRare},    {"debugfs", kNoSource, kUsual},
    {"devpts", kNoSource, kUsual},      {"devtmpfs", kNoSource, kUsual},
    {"ecryptfs", kNeedsSource, kUsual}, {"efivarfs", kNoSource, kUsual},
    {"efs", kNeedsSource, kRare},       {"erofs", kNeedsSource, kUsual},
    {"exfat", kNeedsSource, kUsual},    {"exofs", kNeedsSource, kRare},
    {"ext2", kNeedsSource, kUsual},     {"ext3", kNeedsSource, kUsual},
    {"ext4", kNeedsSource, kUsual},     {"f2fs", kNeedsSource, kUsual},
    {"functionfs", kNoSource, kRare},   {"fuse", kNoSource, kUsual},
    {"fuseblk", kNeedsSource, kUsual},  {"fusectl", kNoSource, kRare},
    {"gadgetfs", kNoSource, kRare},     {"gfs2", kNeedsSource, kUsual},
    {"gfs2meta", kNeedsSource, kRare},  {"gpfs", kNeedsSource, kRare},
    {"hfs", kNeedsSource, kRare},       {"hfsplus", kNeedsSource, kRare},
    {"hostfs", kNoSource, kRare},       {"hpfs", kNeedsSource, kRare},
    {"hugetlbfs", kNoSource, kUsual},   {"ibmasmfs", kNoSource, kRare},
    {"iso9660", kNeedsSource, kUsual},  {"jffs2", kNeedsSource, kRare},
    {"jfs", kNeedsSource, kUsual},      {"logfs", kNeedsSource, kRare},
    {"lustre", kNeedsSource, kRare},    {"minix", kNeedsSource, kRare},
    {"mqueue", kNoSource, kUsual},      {"msdos", kNeedsSource, kRare},
    {"ncpfs", kNeedsSource, kRare},     {"nfs", kNeedsSource, kUsual},
    {"nfs4", kNeedsSource, kUsual},     {"nfsd", kNoSource, kUsual},
    {"nilfs2", kNeedsSource, kRare},    {"ntfs", kNeedsSource, kUsual},
    {"ntfs3", kNeedsSource, kUsual},    {"ocfs2", kNeedsSource, kUsual},
    {"ocfs2_dlmfs", kNoSource, kRare},  {"omfs", kNeedsSource, kRare},
    {"oprofilefs", kNoSource, kRare},   {"orangefs", kNeedsSource, kRare},
    {"overlay", kNoSource, kUsual},     {"panfs", kNeedsSource, kRare},
    {"prl_fs", kNeedsSource, kRare},    {"proc", kNoSource, kUsual},
    {"pstore", kNoSource, kUsual},      {"pvfs2", kNeedsSource, kRare},
    {"qnx4", kNeedsSource, kRare},      {"qnx6", kNeedsSource, kRare},
    {"ramfs", kNoSource, kUsual},       {"reiserfs", kNeedsSource, kRare},
    {"resctrl", kNoSource, kRare},      {"romfs", kNeedsSource, kRare},
    {"rpc_pipefs", kNoSource, kUsual},  {"s390_hypfs", kNoSource, kRare},
    {"scoutfs", kNeedsSource, kRare},   {"securityfs", kNoSource, kUsual},
    {"selinuxfs", kNoSource, kRare},    {"shiftfs", kNeedsSource, kRare},
    {"smackfs", kNoSource, kRare},      {"smb3", kNeedsSource, kUsual},
    {"smbfs", kNeedsSource, kRare},     {"spufs", kNoSource, kRare},
    {"squashfs", kNeedsSource, kUsual}, {"sysfs", kNoSource, kUsual},
    {"sysv", kNeedsSource, kRare},      {"tmpfs", kNoSource, kUsual},
    {"tracefs", kNoSource, kUsual},     {"ubifs", kNeedsSource, kRare},
    {"udf", kNeedsSource, kUsual},      {"ufs", kNeedsSource, kRare},
    {"unionfs", kNoSource, kRare},      {"v7", kNeedsSource, kRare},
    {"vboxsf", kNeedsSource, kRare},    {"vfat", kNeedsSource, kUsual},
    {"virtiofs", kNeedsSource, kUsual}, {"vmhgfs", kNeedsSource, kRare},
    {"vxfs", kNeedsSource, kRare},      {"wekafs", kNeedsSource, kRare},
    {"xenfs", kNoSource, kRare},        {"xfs", kNeedsSource, kUsual},
    {"zfs", kNeedsSource, kUsual},      {"zonefs", kNeedsSource, kRare}};

const FileSystem* FindFileSystem(std::string_view name) {
  const auto* const found =
      std::find_if(std::begin(kFileSystems), std::end(kFileSystems),
                   [name](const FileSystem& one) { return one.name == name; });
  return found == std::end(kFileSystems) ? nullptr : found;
}

std::vector<std::string_view> UsualFileSystems() {
  std::vector<std::string_view> names;
  for (const FileSystem& one : kFileSystems) {
    if (one.use == kUsual) names.push_back(one.name);
  }
  return names;
}

// What people write where a file system belongs.
constexpr std::string_view kNoFileSystems[] = {
    "",        "bind",  "rbind", "none",      "volume", "npipe",
    "cluster", "image", "dir",   "directory", "file",   "host"};

// Programs mount these by FUSE; mount(2) knows none of them.
constexpr std::string_view kFuseTypes[] = {
    "archivemount", "bindfs",    "blobfuse",       "blobfuse2",
    "ceph-fuse",    "curlftpfs", "cvmfs2",         "davfs",
    "davfs2",       "encfs",     "fuse-overlayfs", "gcsfuse",
    "glusterfs",    "goofys",    "gocryptfs",      "ipfs",
    "juicefs",      "lizardfs",  "lxcfs",          "mergerfs",
    "mfs",          "moosefs",   "mount-s3",       "ntfs-3g",
    "quobyte",      "rclone",    "s3backer",       "s3fs",
    "s3ql",         "seaweedfs", "sshfs",          "xtreemfs"};

// What was likely meant by a type that is none, for the end of a message: the
// name without the "fs" behind it ("procfs"), or one that is near.
std::string FileSystemHint(std::string_view type) {
  std::string_view stem = type;
  if (absl::ConsumeSuffix(&stem, "fs") && FindFileSystem(stem) != nullptr) {
    return absl::StrCat("; did you mean ", Quote(stem), "?");
  }
  return DidYouMean(UsualFileSystems(), type);
}

bool IsMountOption(std::string_view text) {
  return FindMountOption(text) != nullptr;
}

std::vector<std::string_view> MountOptionNames() {
  std::vector<std::string_view> names;
  for (const MountOption& option : MountOptions()) {
    names.push_back(option.name);
  }
  return names;
}

bool HasOption(const JsonNode& mount, std::string_view wanted) {
  const std::vector<JsonNode>& options = Items(&mount, "options");
  return std::any_of(options.begin(), options.end(),
                     [wanted](const JsonNode& o) { return o.text == wanted; });
}

bool Binds(const JsonNode& mount) {
  return HasOption(mount, "bind") || HasOption(mount, "rbind");
}

void NoDestination(LintContext* lint) {
  for (const JsonNode* mount : lint->Mounts()) {
    const JsonNode* destination = Member(mount, "destination");
    if (!Text(mount, "destination").empty() ||
        IsRefused(destination, JsonKind::kString) ||
        HasMisspelt(mount, "destination")) {
      continue;
    }
    lint->At(destination != nullptr ? *destination : *mount,
             "a mount without a destination lies upon the whole rootfs, or the "
             "runtime refuses it");
  }
}

// The destination as runc takes it, which joins it to the rootfs; "" if there
// is none.
std::string Destination(const JsonNode& mount) {
  const std::string_view destination = Text(&mount, "destination");
  return destination.empty() ? "" : CleanPath(absl::StrCat("/", destination));
}

// Whether `path` is `directory`, or below it. Both clean.
bool IsIn(std::string_view path, std::string_view directory) {
  if (directory == "/") return absl::StartsWith(path, "/");
  return absl::StartsWith(path, directory) &&
         (path.size() == directory.size() || path[directory.size()] == '/');
}

// Whether such an engine makes a spec without the mount: dev-mount-lost.
bool LosesMount(const LintContext& lint, const Behaviour& b,
                const JsonNode& mount) {
  const std::string_view destination = Text(&mount, "destination");
  const EngineAnswer& answer = lint.answers.at(&b);
  return absl::StartsWith(destination, "/dev/") &&
         answer.outcome == Outcome::kSpec &&
         !answer.dev_mounts->contains(
             {std::string(destination), std::string(Text(&mount, "source"))});
}

// The mounts that some engine of the range has in its spec: others hide
// nothing.
std::vector<const JsonNode*> MountsInSpecs(const LintContext& lint) {
  std::vector<const JsonNode*> mounts = lint.Mounts();
  std::erase_if(mounts, [&](const JsonNode* mount) {
    return std::all_of(lint.answers.begin(), lint.answers.end(),
                       [&](const auto& answer) {
                         return LosesMount(lint, *answer.first, *mount);
                       });
  });
  return mounts;
}

// Why the mount needs a source; "" if it does not.
std::string_view NeedsSource(const JsonNode& mount) {
  if (IsBind(mount)) {
    return "runc binds the bundle's own directory then, or fails";
  }
  const FileSystem* const type = FindFileSystem(Text(&mount, "type"));
  return type != nullptr && type->source == kNeedsSource
             ? "a file system of that type needs one: mount(2) fails"
             : "";
}

void NullSource(LintContext* lint) {
  const auto refuses = [](const Behaviour& b) { return !b.allows_null_source; };
  if (!lint->Any(refuses)) return;
  const std::string engines = lint->Engines(refuses);
  for (const JsonNode* mount : lint->Mounts()) {
    const JsonNode* source = Member(mount, "source");
    if (source != nullptr && !source->is(JsonKind::kNull)) continue;
    if (HasMisspelt(mount, "source")) continue;
    lint->At(*mount,
             absl::StrCat("without a source ",
                          engines.empty() ? "the engine" : engines,
                          " refuses the plugin, and `docker plugin set` cannot "
                          "give it one: write \"source\": \"\""));
  }
}

void EmptySource(LintContext* lint) {
  for (const JsonNode* mount : lint->Mounts()) {
    const JsonNode* source = Member(mount, "source");
    const std::string_view why = NeedsSource(*mount);
    if (IsEmptyString(source) && !why.empty() &&
        IsSettable(*mount, "source") == Settable::kNo) {
      lint->At(*source,
               absl::StrCat("the source is empty and cannot be set: ", why));
    }
  }
}

void EmptySettableSource(LintContext* lint) {
  for (const JsonNode* mount : lint->Mounts()) {
    const JsonNode* source = Member(mount, "source");
    const std::string_view why = NeedsSource(*mount);
    if (IsEmptyString(source) && !why.empty() &&
        IsSettable(*mount, "source") == Settable::kYes) {
      lint->At(*source,
               absl::StrCat("the source is empty until it is set, but `docker "
                            "plugin install` enables the plugin at once: ",
                            why));
    }
  }
  // Elsewhere SG001 has what the engine says of it.
  for (const JsonNode* device : lint->Devices()) {
    const JsonNode* path = Member(device, "path");
    if (IsEmptyString(path) && IsSettable(*device, "path") == Settable::kYes) {
      lint->At(*path,
               "the path is empty until it is set, but `docker plugin install` "
               "enables the plugin at once: the engine refuses it then");
    }
  }
}

// Whether it is "bind" or "rbind" but for its letters.
bool IsMiswrittenBind(std::string_view option) {
  const std::string small = absl::AsciiStrToLower(option);
  return small != option && (small == "bind" || small == "rbind");
}

// What to say of such an option.
std::string MiswrittenBind(const JsonNode& mount) {
  for (const JsonNode& option : Items(&mount, "options")) {
    if (IsMiswrittenBind(option.String())) {
      return absl::StrCat("; ", QuoteShort(option.text),
                          " is none: write it in small letters");
    }
  }
  return "";
}

// Whether the mount is none of the source, nor of a file system that is known.
bool HasNoKnownType(const JsonNode& mount) {
  if (Binds(mount) || IsRefused(Member(&mount, "type"), JsonKind::kString) ||
      IsRefused(Member(&mount, "options"), JsonKind::kArray) ||
      HasMisspelt(&mount, "type") || HasMisspelt(&mount, "options")) {
    return false;
  }
  const std::vector<JsonNode>& words = Items(&mount, "options");
  if (std::any_of(words.begin(), words.end(), [](const JsonNode& word) {
        return IsRefused(&word, JsonKind::kString);
      })) {
    return false;
  }
  const std::string_view type = Text(&mount, "type");
  return FindFileSystem(type) == nullptr && !absl::StartsWith(type, "fuse.") &&
         !absl::StrContains(type, '\0');  // nul-byte
}

void UnknownFileSystem(LintContext* lint) {
  for (const JsonNode* mount : lint->Mounts()) {
    if (!HasNoKnownType(*mount)) continue;
    const std::string_view type = Text(mount, "type");
    const std::string small = absl::AsciiStrToLower(type);
    if (Holds(kNoFileSystems, small) || Holds(kFuseTypes, small) ||
        !FileSystemHint(small).empty()) {
      continue;  // bind-option
    }
    lint->At(*Member(mount, "type"), [&] {
      return absl::StrCat(QuoteShort(type),
                          " is no file system of Linux's own: unless a module "
                          "of the host brings it, mount(2) fails, \"no such "
                          "device\"");
    });
  }
}

void BindOption(LintContext* lint) {
  const auto fails = [](const Behaviour& b) {
    return !b.overrides_bind_options;
  };
  for (const JsonNode* mount : lint->Mounts()) {
    if (!HasNoKnownType(*mount)) continue;
    const JsonNode* type_node = Member(mount, "type");
    const std::string_view type = Text(mount, "type");
    const JsonNode* options = Member(mount, "options");
    const JsonNode& at = options != nullptr ? *options : *mount;
    const std::string small = absl::AsciiStrToLower(type);
    if (type == "bind") {
      if (lint->Any(fails)) {
        lint->At(at,
                 absl::StrCat("a mount of type bind needs the option \"rbind\" "
                              "or \"bind\": the kernel has no file system of "
                              "that name",
                              MiswrittenBind(*mount)));
      }
    } else if (Holds(kNoFileSystems, small)) {
      lint->At(type_node != nullptr ? *type_node : at,
               absl::StrCat(type.empty() ? "a mount without a type"
                                         : absl::StrCat("a mount of type ",
                                                        QuoteShort(type)),
                            " needs the option \"rbind\" or \"bind\": the "
                            "kernel has no file system of that name",
                            MiswrittenBind(*mount)));
    } else if (Holds(kFuseTypes, small)) {
      lint->At(*type_node, [&] {
        return absl::StrCat(QuoteShort(type),
                            " is no file system of the kernel: a program "
                            "mounts it by FUSE");
      });
    } else if (const std::string hint = FileSystemHint(small); !hint.empty()) {
      lint->At(*type_node,
               absl::StrCat(QuoteShort(type), " is no file system", hint));
    }
  }
}

// The option without the "r" of those that count for all that is mounted below,
// too.
std::string_view WithoutR(std::string_view option) {
  return IsRecursiveOption(option) || option == "ridmap" ? option.substr(1)
                                                         : option;
}

// Which engines have a runc that does not know the option.
std::string OlderEngines(const LintContext& lint, const MountOption& option) {
  const std::string engines = lint.EnginesWhere(
      [&](const Release& release) { return RuncOf(release) < option.since; });
  return engines.empty() ? "the engine" : engines;
}

void UnknownMountOption(LintContext* lint) {
  Runc oldest = Runc::k1_2;
  for (const Release& release : lint->releases) {
    oldest = std::min(oldest, RuncOf(release));
  }
  for (const JsonNode* mount : lint->Mounts()) {
    const bool binds = Binds(*mount);
    const bool is_bind = binds || Text(mount, "type") == "bind";
    if (!is_bind && HasNoKnownType(*mount)) continue;
    for (const JsonNode& option : Items(mount, "options")) {
      const std::string_view text = option.String();
      if (IsRefused(&option, JsonKind::kString) ||
          absl::StrContains(text, '\0')) {  // nul-byte
        continue;
      }
      const MountOption* const known = FindMountOption(text);
      if (known == nullptr) {
        if (!is_bind) continue;                          // the file system's
        if (!binds && IsMiswrittenBind(text)) continue;  // SG011
        lint->At(option, [&] {
          return absl::StrCat(
              QuoteShort(text),
              " is no option of a bind mount: runc since 1.2 refuses it",
              DidYouMean(MountOptionNames(), text));
        });
      } else if (!is_bind && IsRecursiveOption(text)) {
        lint->At(option, [&] {
          return absl::StrCat(QuoteShort(text),
                              " is for bind mounts, runc passes over it in "
                              "others; did you mean ",
                              QuoteShort(WithoutR(text)), "?");
        });
      } else if (oldest < known->since) {
        lint->At(option, [&] {
          return absl::StrCat(
              "runc knows ", QuoteShort(text), " since ",
              RuncName(known->since), ": that of ", OlderEngines(*lint, *known),
              is_bind ? " ignores it" : " leaves it to the file system");
        });
      }
    }
  }
}

// Of "rslave" and "slave": "slave"; "" of what says nothing of how mounts
// propagate.
std::string_view PropagationOf(std::string_view option) {
  constexpr std::string_view kModes[] = {"private", "shared", "slave",
                                         "unbindable"};
  if (Holds(kModes, option)) return option;
  return absl::ConsumePrefix(&option, "r") && Holds(kModes, option) ? option
                                                                    : "";
}

// What runtimes and the kernel make of two options of which one says what the
// other denies; "" of all else.
std::string_view Contradiction(std::string_view option,
                               std::string_view other) {
  constexpr std::string_view kLastCounts =
      "runtimes do both, so that the last one counts";
  const std::string_view one = PropagationOf(option);
  const std::string_view two = PropagationOf(other);
  if (!one.empty() && !two.empty()) return one != two ? kLastCounts : "";
  if (!IsMountOption(option) || !IsMountOption(other)) return "";
  const std::string_view a = WithoutR(option);
  const std::string_view b = WithoutR(other);
  const bool a_is_recursive = a != option;
  const bool b_is_recursive = b != other;
  if (a == b) {
    return a == "idmap" && a_is_recursive != b_is_recursive ? kLastCounts : "";
  }
  constexpr std::string_view kAccessTimes[] = {"noatime", "relatime",
                                               "strictatime"};
  constexpr std::string_view kOpposites[][2] = {
      {"async", "sync"}, {"loud", "silent"}, {"ro", "rw"}};
  const auto denies = [](std::string_view no, std::string_view yes) {
    return absl::ConsumePrefix(&no, "no") && no == yes;
  };
  const bool are_opposites = std::any_of(
      std::begin(kOpposites), std::end(kOpposites),
      [&](const auto& pair) { return Holds(pair, a) && Holds(pair, b); });
  const bool are_access_times =
      Holds(kAccessTimes, a) && Holds(kAccessTimes, b);
  if (!are_opposites && !are_access_times && !denies(a, b) && !denies(b, a)) {
    return "";
  }
  if (a_is_recursive != b_is_recursive) {
    return "runtimes set the recursive one after all others, so that it counts";
  }
  if (!are_access_times) return kLastCounts;
  return a_is_recursive ? "runtimes set both, which the kernel refuses"
                        : "the kernel takes strictatime before noatime, and "
                          "noatime before relatime";
}

void ContradictoryOptions(LintContext* lint) {
  for (const JsonNode* mount : lint->Mounts()) {
    // The first of each that can contradict: few, however many there are.
    std::vector<const JsonNode*> before;
    for (const JsonNode& option : Items(mount, "options")) {
      const std::string_view text = option.String();
      bool is_known = false;
      const JsonNode* denied = nullptr;
      std::string_view what_counts;
      for (const JsonNode* other : before) {
        is_known = is_known || other->text == text;
        if (denied != nullptr) continue;
        what_counts = Contradiction(other->text, text);
        if (!what_counts.empty()) denied = other;
      }
      if (!is_known && IsMountOption(text)) before.push_back(&option);
      if (denied == nullptr) continue;
      lint->At(option, [&] {
        return absl::StrCat(QuoteShort(option.text), " contradicts ",
                            QuoteShort(denied->text), ": ", what_counts);
      });
    }
  }
}

void DevMountLost(LintContext* lint) {
  for (const JsonNode* mount : lint->Mounts()) {
    const auto lost = [&](const Behaviour& b) {
      return LosesMount(*lint, b, *mount);
    };
    if (!lint->Any(lost)) continue;
    const std::string engines = lint->Engines(lost);
    lint->At(
        *mount,
        absl::StrCat("the mount at ", QuoteShort(Text(mount, "destination")),
                     " does not reach the spec",
                     engines.empty() ? "" : absl::StrCat(" with ", engines),
                     ": engines drop the plugin's own mounts under /dev/, "
                     "too"));
  }
}

void DuplicateDestination(LintContext* lint) {
  // 18.03.0 alone sorts the mounts: one that lies above another comes first.
  const auto keeps_order = [](const Behaviour& b) {
    return b.name != "18.03.0";
  };
  const bool any_keeps_order = lint->Any(keeps_order);
  const std::string those = lint->Engines(keeps_order);
  std::map<std::string, const JsonNode*> before;
  for (const JsonNode* mount : MountsInSpecs(*lint)) {
    const std::string path = Destination(*mount);
    if (path.empty() || path == "/") continue;  // covers-engine-mount
    const JsonNode& destination = *Member(mount, "destination");
    const auto say = [&](const JsonNode& hidden, std::string_view with) {
      lint->At(destination,
               absl::StrCat("the mount at ", QuoteShort(destination.text),
                            " hides that of line ", lint->LineOf(hidden.offset),
                            with.empty() ? "" : " with ", with));
    };
    const auto [entry, is_new] = before.try_emplace(path, &destination);
    if (!is_new) {
      say(*entry->second, "");
      continue;
    }
    if (!any_keeps_order) continue;
    // The first one below: "/a-b" stands between "/a" and "/a/b".
    const auto below = before.lower_bound(absl::StrCat(path, "/"));
    if (below != before.end() && IsIn(below->first, path)) {
      say(*below->second, those);
    }
  }
}

// The file in each plugin's rootfs that `path` is, or lies below; "" if it does
// not (moby daemon/initlayer/setup_unix.go; the engine mounts the host's over
// the first two if there is a network type).
std::string_view FileOfEngine(std::string_view path) {
  for (std::string_view file :
       {"/etc/hosts", "/etc/resolv.conf", "/etc/hostname"}) {
    if (IsIn(path, file)) return file;
  }
  return "";
}

// What moby mounts after the plugin's mounts (v29.7.2,
// daemon/pkg/plugin/v2/plugin_linux.go, InitSpec).
void HiddenMount(LintContext* lint) {
  const bool has_network =
      !Text(Member(lint->config, "network"), "type").empty();
  for (const JsonNode* mount : MountsInSpecs(*lint)) {
    const std::string destination = Destination(*mount);
    if (IsIn(destination, kRuntimeDestination)) {
      lint->At(*mount,
               "the engine mounts the folder of the plugin's socket over "
               "/run/docker/plugins after this");
    } else if (has_network && (destination == kEtcHosts.destination ||
                               destination == kResolvConf.destination)) {
      lint->At(*mount,
               absl::StrCat("with a network type, the engine mounts the "
                            "host's own ",
                            destination, " over this"));
    } else if (const std::string_view file = FileOfEngine(destination);
               !file.empty() && destination != file) {
      lint->At(*mount, absl::StrCat("the mount lies below ", file,
                                    ", which is a file in each plugin's "
                                    "rootfs: runtimes refuse it"));
    }
  }
}

// Where engines of the range mount something by themselves.
std::vector<std::string_view> EngineMounts(const LintContext& lint) {
  std::vector<std::string_view> destinations;
  for (const auto& [behaviour, answer] : lint.answers) {
    for (const auto& mount : behaviour->default_spec.mounts) {
      destinations.push_back(mount.destination);
    }
  }
  std::sort(destinations.begin(), destinations.end());
  destinations.erase(std::unique(destinations.begin(), destinations.end()),
                     destinations.end());
  return destinations;
}

// The first of those that a mount at `destination` hides, and "" if none.
std::string_view FirstCovered(
    const std::vector<std::string_view>& engine_mounts,
    std::string_view destination) {
  for (std::string_view mount : engine_mounts) {
    // To one under /dev/ of the same name the engine's own yields.
    const bool yields =
        mount == destination && absl::StartsWith(destination, "/dev/");
    if (!yields && IsIn(mount, destination)) return mount;
  }
  return "";
}

// Whether the mount has at the destination what the engine mounts there, or
// more.
bool IsTheSame(const JsonNode& mount, std::string_view destination) {
  if (IsBind(mount)) {
    // All devices of the machine, and what is mounted among them.
    const std::string_view source = Text(&mount, "source");
    return (destination == "/dev" || destination == "/sys") &&
           absl::StartsWith(source, "/") && CleanPath(source) == destination &&
           HasOption(mount, "rbind");
  }
  const std::string_view type = Text(&mount, "type");
  return (destination == "/proc" && type == "proc") ||
         (destination == "/sys" && type == "sysfs") ||
         (destination == "/sys/fs/cgroup" && type == "cgroup");
}

// What the mount does to those of the engine, for the end of a message; "" if
// nothing.
std::string HowItCovers(const JsonNode& mount,
                        const std::vector<std::string_view>& engine_mounts) {
  const std::string destination = Destination(mount);
  if (destination.empty() || IsTheSame(mount, destination)) return "";
  if (destination == "/") {
    return "hides the whole rootfs, and all that is mounted there before";
  }
  if (IsBind(mount) && IsOpenProcFile(destination)) return "";
  if (IsIn(destination, "/proc")) {
    return "is upon or inside of /proc: runc refuses it";
  }
  const std::string_view covered = FirstCovered(engine_mounts, destination);
  return covered.empty()
             ? ""
             : absl::StrCat("hides what the engine mounts at ", covered);
}

void CoversEngineMount(LintContext* lint) {
  const std::vector<std::string_view> engine_mounts = EngineMounts(*lint);
  for (const JsonNode* mount : MountsInSpecs(*lint)) {
    const std::string how = HowItCovers(*mount, engine_mounts);
    if (how.empty()) continue;
    lint->At(*mount, absl::StrCat("the mount at ",
                                  QuoteShort(Destination(*mount)), " ", how));
  }
}

// The deepest of those mounts that `path` lies in, and "" if none; all of /dev
// is a directory of the engine's where a plugin may make what it wants.
std::string_view DeepestAround(
    const std::vector<std::string_view>& engine_mounts, std::string_view path) {
  std::string_view deepest;
  for (std::string_view mount : engine_mounts) {
    if (mount != "/dev" && IsIn(path, mount) && mount.size() > deepest.size()) {
      deepest = mount;
    }
  }
  return deepest;
}

// What is wrong with a propagatedMount at the clean path, for the end of a
// message; "" if nothing.
std::string WrongPlace(std::string_view path,
                       const std::vector<std::string_view>& engine_mounts) {
  // To propagatedMount none yields.
  const auto covered =
      std::find_if(engine_mounts.begin(), engine_mounts.end(),
                   [&](std::string_view mount) { return IsIn(mount, path); });
  const std::string_view around = DeepestAround(engine_mounts, path);
  const std::string_view file = FileOfEngine(path);
  if (path == "/") return "hides the whole rootfs: there is nothing to run";
  if (IsIn(path, "/proc")) {
    return "is upon or inside of /proc: runc refuses it";
  }
  if (covered != engine_mounts.end()) {
    return absl::StrCat("hides what the engine mounts at ", *covered);
  }
  if (!around.empty()) {
    return absl::StrCat("lies in what the engine mounts at ", around,
                        ", not in the rootfs");
  }
  if (IsIn(path, kRuntimeDestination)) {
    return "is hidden by the directory of the plugin's socket";
  }
  return file.empty()
             ? ""
             : absl::StrCat(path == file ? "is" : "lies below", " ", file,
                            ", which is a file in each plugin's "
                            "rootfs");
}

// The program that a propagatedMount at the clean path hides; "" if none. One
// without a slash is looked for in PATH, and one in a mount is not hidden.
std::string HiddenProgram(const LintContext& lint, std::string_view path) {
  const std::vector<JsonNode>& words = Words(lint);
  const std::string_view word = words.empty() ? "" : words[0].String();
  if (!absl::StrContains(word, '/')) return "";
  const std::string program = CleanPath(
      absl::StartsWith(word, "/")
          ? std::string(word)
          : absl::StrCat("/", Text(lint.config, "workdir"), "/", word));
  if (!IsIn(program, path)) return "";
  for (const JsonNode* mount : lint.Mounts()) {
    const std::string destination = Destination(*mount);
    if (!destination.empty() && IsIn(program, destination)) return "";
  }
  return program;
}

void PropagatedMountRoot(LintContext* lint) {
  const JsonNode* node = Member(lint->config, "propagatedMount");
  if (node == nullptr || node->String().empty()) return;
  const std::string path = CleanPath(absl::StrCat("/", node->text));
  std::string what = WrongPlace(path, EngineMounts(*lint));
  if (what.empty()) {
    const std::string program = HiddenProgram(*lint, path);
    if (program.empty()) return;
    what = absl::StrCat("hides the program, ", QuoteShort(program),
                        ": there is nothing to run");
  }
  lint->At(*node,
           absl::StrCat("propagatedMount ", QuoteShort(node->text), " ", what));
}

void CoversPropagatedMount(LintContext* lint) {
  const std::string_view propagated = Text(lint->config, "propagatedMount");
  if (propagated.empty()) return;
  const std::string path = CleanPath(absl::StrCat("/", propagated));
  const std::vector<std::string_view> engine_mounts = EngineMounts(*lint);
  if (!WrongPlace(path, engine_mounts).empty()) return;  // SG029
  std::vector<const JsonNode*> hiding;
  for (const JsonNode* mount : MountsInSpecs(*lint)) {
    const std::string destination = Destination(*mount);
    if (!destination.empty() && IsIn(path, destination) &&
        HowItCovers(*mount, engine_mounts).empty()) {  // SG027
      hiding.push_back(mount);
    }
  }
  if (hiding.empty()) return;
  const size_t more = hiding.size() - 1;
  const bool shares =
      HasOption(*hiding[0], "rshared") || HasOption(*hiding[0], "shared");
  lint->At(
      *hiding[0],
      absl::StrCat("the mount at ", QuoteShort(Destination(*hiding[0])),
                   " hides propagatedMount, ", QuoteShort(propagated),
                   shares ? ": what is mounted there appears below the mount's "
                            "source on the host, where the engine does not "
                            "look for it"
                          : ": what is mounted there does not reach the engine",
                   more == 0 ? ""
                             : absl::StrCat("; so does that of line ",
                                            lint->LineOf(hiding[1]->offset)),
                   more > 1 ? absl::StrCat(", and ", more - 1, " more") : ""));
}

void PropagatedMountPath(LintContext* lint) {
  const JsonNode* path = Member(lint->config, "propagatedMount");
  if (path == nullptr || path->String().empty()) return;
  // moby v1.13.0 (MakeRShared) and v1.13.1 to v18.02.0-ce (Mount),
  // plugin/manager_linux.go, enable(): of filepath.Join(rootfs,
  // propagatedMount).
  const auto follows = [](const Behaviour& b) {
    return b.propagated_mount == PropagatedMount::kRootfsPropagation;
  };
  if (!lint->Any(follows)) return;
  const std::string engines = lint->Engines(follows);
  lint->At(*path,
           absl::StrCat(engines.empty() ? "the engine" : engines,
                        " itself mounts upon this path of the rootfs at each "
                        "start, and follows the symbolic links that the plugin "
                        "has put there: its volumes can cover any folder of "
                        "the host"));
}

constexpr LintRule kRules[] = {
    {"SG008", "null-source", kError, "the mount has no source",
     R"(A mount without `source` is refused by engines since 1.13.0-rc4, and `docker plugin set` cannot give
it one (before 17.12 it crashes the daemon). Write `"source": ""` for what shall be set.)",
     R"("mounts": [
    {"destination": "/state", "type": "bind", "options": ["rbind"]}
  ])",
     R"("mounts": [
    {"name": "state", "source": "/srv", "settable": ["source"], "destination": "/state", "type": "bind", "options": ["rbind"]}
  ])",
     NullSource},
    {"SG009", "empty-source", kWarning, "the mount's source is empty",
     R"(The source of a mount is `""` and not settable. For a bind mount, runc takes a source that is not absolute as relative
to the bundle, so it binds the bundle's own directory; a file system on a disk or a server, such as `ext4` or `nfs`,
cannot be mounted.)",
     R"("mounts": [
    {"source": "", "destination": "/state", "type": "bind", "options": ["rbind"]}
  ])",
     R"("mounts": [
    {"source": "/srv/state", "destination": "/state", "type": "bind", "options": ["rbind"]}
  ])",
     EmptySource},
    {"SG011", "bind-option", kError,
     "the mount has neither the option bind nor rbind, and no type that is a "
     "file system",
     R"(A mount with neither `rbind` nor `bind` among its options is one of the file system that `type` names. `bind`, `none`
and no type at all name none, so that mount(2) fails: "no such device". Docker's own words for mounts, `volume`, `image`
and the like, are none either. Only 1.12.1 to 1.12.6 add `rbind` by themselves, to mounts of type `bind`.)",
     R"("mounts": [
    {"source": "/srv", "destination": "/srv", "type": "bind", "options": []}
  ])",
     R"("mounts": [
    {"source": "/srv", "destination": "/srv", "type": "bind", "options": ["rbind", "ro"]}
  ])",
     BindOption},
    {"SG012", "mount-option", kWarning,
     "the mount has an option that runc does not know, or has no use for",
     R"(A bind mount has an option that runtimes do not know. They pass it on as data, which bind mounts do not take; runc since
1.2 refuses the spec. Or an engine of the range comes with a runc that is older than the option, such as `rro`, which runc
knows since 1.1 and Docker has since 20.10.15: then it protects nothing. Or the option is one of the recursive ones, and
the mount is of a file system, where runc passes over them.)",
     R"("mounts": [
    {"source": "/srv", "destination": "/srv", "type": "bind", "options": ["rbind", "nosiud"]}
  ])",
     R"("mounts": [
    {"source": "/srv", "destination": "/srv", "type": "bind", "options": ["rbind", "nosuid"]}
  ])",
     UnknownMountOption},
    {"SG013", "dev-mount-lost", kError,
     "the mount under /dev/ does not reach the spec",
     R"(The plugin's mount does not reach the spec. Since 1.13.0-rc2 engines drop default mounts under `/dev/`
where the plugin has one there, but compare by destination and so drop the plugin's as well; which remain
depends on the order. Mount at another place, and link to it.)",
     R"("mounts": [
    {"source": "/dev/mqueue", "destination": "/dev/mqueue", "type": "bind", "options": ["rbind"]},
    {"source": "/srv", "destination": "/srv", "type": "bind", "options": ["rbind"]}
  ])",
     R"("mounts": [
    {"source": "/dev/mqueue", "destination": "/mqueue", "type": "bind", "options": ["rbind"]},
    {"source": "/srv", "destination": "/srv", "type": "bind", "options": ["rbind"]}
  ])",
     DevMountLost},
    {"SG021", "duplicate-destination", kWarning, "a mount hides another one",
     R"(A mount hides those before it that have the same destination, or one below it, however it is written; runtimes join
destinations to the rootfs, so that `data` is `/data`. Write what lies above first. Only 18.03.0 sorts the mounts.)",
     R"("mounts": [
    {"source": "/srv/a", "destination": "/data", "type": "bind", "options": ["rbind"]},
    {"source": "/srv/b", "destination": "/data", "type": "bind", "options": ["rbind"]}
  ])",
     R"("mounts": [
    {"source": "/srv/a", "destination": "/data/a", "type": "bind", "options": ["rbind"]},
    {"source": "/srv/b", "destination": "/data/b", "type": "bind", "options": ["rbind"]}
  ])",
     DuplicateDestination},
    {"SG022", "hidden-mount", kWarning,
     "the engine mounts its own files over the mount",
     R"(The engine mounts the directory of the plugin's socket at `/run/docker/plugins` after the plugin's mounts and, with a
network type, `/etc/hosts` and `/etc/resolv.conf`, so that a mount there cannot be seen. Nothing can be mounted below
these: each rootfs has files there.)",
     R"("mounts": [
    {"source": "/srv", "destination": "/run/docker/plugins", "type": "bind", "options": ["rbind"]}
  ])",
     R"("mounts": [
    {"source": "/srv", "destination": "/run/volumes", "type": "bind", "options": ["rbind"]}
  ])",
     HiddenMount},
    {"SG025", "propagated-mount-path", kWarning,
     "dockerd mounts where the plugin's symbolic links lead",
     R"(Until 18.02 dockerd itself mounts the folder of the plugin's volumes upon `propagatedMount` in the rootfs
(1.13.0 only shares the path), at every start, and follows symbolic links there. A plugin that has run may have put one
there, and then covers any folder of the host, without any capability. From 18.03 on the spec mounts it, where the
runtime stays inside the rootfs. Nothing in the config helps: use a newer engine, or only plugins that you trust.)",
     R"("propagatedMount": "/var/lib/volumes")", "", PropagatedMountPath,
     "17.03.0", false, false, kReachesHost},
    {"SG026", "empty-settable-source", kNote,
     "the source of a mount, or the path of a device, is empty until somebody "
     "sets it",
     R"(`docker plugin install` enables the plugin at once, with the source that is there: `""`, unless the user gives one
(`docker plugin install PLUGIN NAME.source=/path`) or installs with `--disable`. runc then binds the bundle's own
directory, or fails; so does a file system on a disk or a server. Of a device without a path the engine refuses to enable
the plugin. Write what is there on most machines, or say in the documentation what must be set.)",
     R"("mounts": [
    {"name": "data", "source": "", "destination": "/data", "type": "bind", "options": ["rbind"], "settable": ["source"]}
  ])",
     R"("mounts": [
    {"name": "data", "source": "/srv", "destination": "/data", "type": "bind", "options": ["rbind"], "settable": ["source"]}
  ])",
     EmptySettableSource},
    {"SG027", "covers-engine-mount", kWarning,
     "the mount hides what the engine mounts",
     R"(The plugin's mounts come after the engine's own, such as `/proc`, `/dev`, `/dev/pts`, `/sys` and `/sys/fs/cgroup`: one
at such a path, or above it, hides them; but the machine's whole `/dev` or `/sys`, bound by `rbind`, has what the engine's
has. runc refuses a mount upon `/proc` that is not proc, and all inside of it but for files such as `/proc/meminfo`, which
lxcfs has. Bind a single file or directory to a place of its own.)",
     R"("mounts": [
    {"source": "/srv/sys", "destination": "/sys", "type": "bind", "options": ["rbind"]}
  ])",
     R"("mounts": [
    {"source": "/sys/fs/bpf", "destination": "/sys/fs/bpf", "type": "bind", "options": ["rbind"]}
  ])",
     CoversEngineMount},
    {"SG028", "covers-propagated-mount", kWarning,
     "the mount hides propagatedMount",
     R"(The plugin's mounts come after that of `propagatedMount`: one at the same path, or above it, hides it. What the plugin
mounts there then does not reach the engine; by a shared mount it reaches the host, but at another place.)",
     R"("propagatedMount": "/data",
  "mounts": [
    {"source": "/srv", "destination": "/data/", "type": "bind", "options": ["rbind"]}
  ])",
     R"("propagatedMount": "/data",
  "mounts": [
    {"source": "/srv", "destination": "/srv", "type": "bind", "options": ["rbind"]}
  ])",
     CoversPropagatedMount},
    {"SG029", "propagated-mount-root", kError,
     "propagatedMount covers the rootfs, the program, or what the engine "
     "mounts",
     R"(The engine mounts an empty directory at `propagatedMount`. At `/` it hides the whole rootfs, so that there is nothing
to run, and so it does where the program is in it; at, above or inside of `/proc`, `/sys` or `/dev/shm`, at `/dev`, or
at or inside of `/run/docker/plugins`, it hides what is there, or is hidden; `/etc/hosts` and `/etc/resolv.conf` are
files. Use a directory of its own, such as `/mnt/volumes`.)",
     R"("propagatedMount": "/")", R"("propagatedMount": "/mnt/volumes")",
     PropagatedMountRoot},
    {"SG045", "contradictory-options", kWarning,
     "an option of the mount contradicts another one",
     R"(Two options of a mount of which one denies what the other says, such as `rshared` and `rslave`, or `ro` and `rw`.
Runtimes set one after the other, so that the last one counts: what a reader takes from the first one is wrong.
Recursive ones, such as `rro`, count whatever stands behind them; of `noatime`, `relatime` and `strictatime`, the
kernel decides.)",
     R"("mounts": [
    {"source": "/srv", "destination": "/srv", "type": "bind", "options": ["rbind", "rshared", "rslave"]}
  ])",
     R"("mounts": [
    {"source": "/srv", "destination": "/srv", "type": "bind", "options": ["rbind", "rslave"]}
  ])",
     ContradictoryOptions},
    {"SG047", "unknown-file-system", kWarning,
     "the mount's type is no file system of Linux's own",
     R"(A mount with neither `rbind` nor `bind` among its options is one of the file system that `type` names, and this is none
of the kernel's, nor `fuse.` and a name. mount(2) fails, "no such device", unless a module of the host brings it.)",
     R"("mounts": [
    {"source": "server:/vol", "destination": "/data", "type": "acmestore", "options": ["ro"]}
  ])",
     R"("mounts": [
    {"source": "server:/vol", "destination": "/data", "type": "nfs", "options": ["ro"]}
  ])",
     UnknownFileSystem},
    {"SG039", "no-destination", kError, "the mount has no destination",
     R"(A mount whose `destination` is missing or `""`. Engines pass it on; runtimes join it to the rootfs, so that it hides all
that is there, or refuse it.)",
     R"("mounts": [
    {"source": "/srv", "type": "bind", "options": ["rbind"]}
  ])",
     R"("mounts": [
    {"source": "/srv", "destination": "/srv", "type": "bind", "options": ["rbind"]}
  ])",
     NoDestination},
};

}  // namespace

bool IsBind(const JsonNode& mount) {
  return Text(&mount, "type") == "bind" || Binds(mount);
}

absl::Span<const LintRule> MountRules() { return kRules; }

}  // namespace specgen
