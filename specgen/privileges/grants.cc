#include "specgen/privileges/grants.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "specgen/generator/engine_literals.h"
#include "specgen/host/go_path.h"
#include "specgen/known/capabilities.h"
#include "specgen/known/interface_types.h"
#include "specgen/known/mount_options.h"
#include "specgen/known/overlay_options.h"
#include "specgen/known/proc_files.h"
#include "specgen/privileges/device_rules.h"
#include "specgen/privileges/source_rules.h"

namespace specgen {
namespace {

using Level = GrantLevel;

bool Holds(absl::Span<const std::string_view> list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

// What a device is that has its number for good
// (Documentation/admin-guide/devices.txt): the path by which source_rules.h
// knows it. A minor of -1 stands for all.
struct NumberedDevice {
  std::string_view type;
  int64_t major;
  int64_t minor;
  std::string_view path;
};

constexpr NumberedDevice kNumberedDevices[] = {
    {"c", 1, 1, "/dev/mem"},         {"c", 1, 2, "/dev/kmem"},
    {"c", 1, 3, "/dev/null"},        {"c", 1, 4, "/dev/port"},
    {"c", 1, 5, "/dev/zero"},        {"c", 1, 7, "/dev/full"},
    {"c", 1, 8, "/dev/random"},      {"c", 1, 9, "/dev/urandom"},
    {"c", 1, 11, "/dev/kmsg"},       {"c", 4, -1, "/dev/tty0"},
    {"c", 5, 1, "/dev/console"},     {"c", 7, -1, "/dev/vcs0"},
    {"c", 10, 223, "/dev/uinput"},   {"c", 10, 229, "/dev/fuse"},
    {"c", 13, -1, "/dev/input/x"},   {"c", 21, -1, "/dev/sg0"},
    {"c", 162, -1, "/dev/raw/raw1"}, {"c", 202, -1, "/dev/cpu/0/msr"},
    {"b", 1, -1, "/dev/ram0"},       {"b", 7, -1, "/dev/loop0"},
    {"b", 2, -1, "/dev/fd0"},        {"b", 11, -1, "/dev/sr0"},
    {"b", 43, -1, "/dev/nbd0"},
};

// "" if the number says nothing.
std::string_view PathOfNumber(std::string_view type, int64_t major,
                              int64_t minor) {
  const auto* const found =
      std::find_if(std::begin(kNumberedDevices), std::end(kNumberedDevices),
                   [&](const NumberedDevice& device) {
                     return device.type == type && device.major == major &&
                            (device.minor == -1 || device.minor == minor);
                   });
  if (found != std::end(kNumberedDevices)) return found->path;
  return type == "b" ? "/dev/sda" : "";
}

// What `rule` says of devices in particular.
bool IsOfDevices(const SourceRule* rule) {
  return rule != nullptr && absl::StartsWith(rule->paths, "/dev/");
}

// File systems whose source is no path of this machine.
bool IsFromElsewhere(std::string_view type) {
  constexpr std::string_view kTypes[] = {
      "9p", "afs", "ceph", "cifs", "fuse", "nfs", "nfs4", "smb3", "virtiofs"};
  return Holds(kTypes, type) || absl::StartsWith(type, "fuse.");
}

// File systems whose source is surely a path, of a disk or a directory.
bool IsOfADisk(std::string_view type) {
  constexpr std::string_view kTypes[] = {
      "bcachefs", "btrfs", "ecryptfs", "erofs",   "exfat",   "ext2",
      "ext3",     "ext4",  "f2fs",     "fuseblk", "hfsplus", "iso9660",
      "jfs",      "msdos", "nilfs2",   "ntfs",    "ntfs3",   "reiserfs",
      "squashfs", "udf",   "vfat",     "xfs"};
  return Holds(kTypes, type);
}

// Those that show nothing of the host: they begin empty, or are a container's
// own.
bool IsOwnFileSystem(std::string_view type) {
  // The kernel knows none of the first two.
  constexpr std::string_view kTypes[] = {"", "none", "tmpfs", "devpts",
                                         "mqueue"};
  return Holds(kTypes, type);
}

// Whether what is there is likely a socket: "/srv/x.sock", "/run/virt-sock".
bool IsNameOfSocket(std::string_view path) {
  const std::string clean = CleanPath(path);
  const std::string_view name = BasePath(clean);
  return absl::EndsWith(name, ".sock") || absl::EndsWith(name, "-sock") ||
         absl::EndsWith(name, ".socket") || name == "socket" || name == "sock";
}

// Whether a clean path leads through a link that the kernel makes to a file
// that may be anywhere: "/proc/self/fd/3", "/proc/1/exe".
bool IsMagicLink(std::string_view path) {
  if (!absl::ConsumePrefix(&path, "/proc/")) return false;
  constexpr std::string_view kDirectories[] = {"fd", "map_files", "ns"};
  const std::vector<std::string_view> elements = absl::StrSplit(path, '/');
  for (size_t i = 1; i < elements.size(); ++i) {
    if (elements[i] == "exe" || Holds(kDirectories, elements[i - 1])) {
      return true;
    }
  }
  return false;
}

// What is for the file system alone: "subvol=/a". Each option may have several;
// of the same name the last one counts. The directories of an overlay are none.
std::string DataOf(const Release& release, std::string_view type,
                   absl::Span<const std::string_view> options) {
  const auto name = [](std::string_view word) {
    return word.substr(0, word.find('='));
  };
  const bool is_overlay = type == "overlay";
  std::vector<std::string_view> data;
  for (std::string_view option : options) {
    if (TakesMountOption(release, option)) continue;
    const std::vector<std::string_view> words =
        is_overlay ? SplitAt(',', option) : absl::StrSplit(option, ',');
    for (std::string_view word : words) {
      if (word.empty() || (is_overlay && IsOverlayDirectory(name(word)))) {
        continue;
      }
      data.push_back(word);
    }
  }
  std::stable_sort(data.begin(), data.end(),
                   [&](std::string_view a, std::string_view b) {
                     return name(a) < name(b);
                   });
  return data.empty() ? "" : absl::StrCat("\n", absl::StrJoin(data, ","));
}

// Whether it goes up again: where it is depends on the links in the rootfs.
bool GoesUp(std::string_view destination) {
  const std::vector<std::string_view> elements =
      absl::StrSplit(destination, '/');
  return Holds(elements, "..");
}

std::string OnRootfs(std::string_view destination) {
  return CleanPath(absl::StrCat("/", destination));
}

bool IsReadOnly(Powers powers) { return (powers & kWrite) == 0; }

// What a runtime in C, such as crun, takes of a text; runc refuses one with a
// NUL in it, and gives nothing more.
std::string_view CText(std::string_view text) {
  return text.substr(0, text.find('\0'));
}

// The paths at which a runtime looks for the program, from its working
// directory: one without a slash is in a directory of PATH.
std::vector<std::string> WaysToProgram(const JsonNode& process,
                                       std::string_view program) {
  const std::string_view cwd = CText(process.String("cwd"));
  if (absl::StartsWith(program, "/")) return {std::string(program)};
  if (absl::StrContains(program, '/')) {
    return {absl::StrCat("/", cwd, "/", program)};
  }
  std::vector<std::string> ways;
  const JsonNode* env = process.Find("env");
  if (env == nullptr) return ways;
  for (const JsonNode& entry : env->List()) {
    std::string_view path = CText(entry.text);
    if (!absl::ConsumePrefix(&path, "PATH=")) continue;
    for (std::string_view directory : absl::StrSplit(path, ':')) {
      ways.push_back(
          absl::StartsWith(directory, "/")
              ? absl::StrCat(directory, "/", program)
              : absl::StrCat("/", cwd, "/", directory, "/", program));
    }
  }
  return ways;
}

class GrantFinder {
 public:
  GrantFinder(const Release& release, const Plugin& plugin,
              const JsonNode& spec, const GrantHost& host)
      : release_(release),
        b_(*release.behaviour),
        plugin_(plugin),
        spec_(spec),
        host_(host) {}

  std::vector<Grant> Find() {
    Interfaces();
    Capabilities();
    Devices();
    Mounts();
    LostMounts();
    OpenFiles();
    Namespaces();
    Paths();
    Confinement();
    std::stable_sort(
        grants_.begin(), grants_.end(),
        [](const Grant& a, const Grant& b) { return a.level > b.level; });
    return std::move(grants_);
  }

 private:
  void Add(Level level, std::string_view id, std::string_view what,
           std::string_view why, Reach reach = {}) {
    grants_.push_back({level, id, std::string(what), std::string(why),
                       /*assumed=*/false, std::move(reach)});
  }

  void Interfaces();
  void Capabilities();
  void Devices();
  void DeviceNode(const JsonNode& device, const DeviceRules& device_rules);
  void JudgeDevice(const JsonNode& device, const DeviceRules& device_rules);
  // A mount of the spec.
  struct SpecMount {
    std::string_view destination;
    std::string_view source;
    std::string_view type;
    std::vector<std::string_view> options;
    bool binds = false;
    bool read_only = false;
    // What becomes of the options otherwise than they look, for the end of the
    // reason: "; without effect: rro (...)".
    std::string note;
    Powers powers = 0;
  };
  // The levels of what a mount shows of the host, and where the links lead that
  // decide; "" if none do.
  struct Judged {
    GrantLevel level;
    std::string why;
    std::string leads_to;
    bool is_file = false;  // no directory, as far as that is known
  };

  void Mounts();
  std::vector<SpecMount> SpecMounts() const;
  void TakeOptions(SpecMount* mount) const;
  static void UndoOptions(std::vector<SpecMount>* mounts);
  std::vector<bool> AreOwn(const std::vector<SpecMount>& mounts) const;
  bool IsOfEngine(const SpecMount& mount);
  bool IsAsByDefault(const SpecMount& mount) const;
  void BindMount(const SpecMount& mount);
  void Overlay(const SpecMount& mount);
  void FileSystem(const SpecMount& mount);
  Judged JudgeOnHost(std::string_view source, bool read_only,
                     MountsBelow below = MountsBelow::kAlike) const;
  Judged JudgeDirectory(std::string_view path, bool read_only) const;
  void LostMounts();
  void OpenFiles();
  bool HasCapability(std::string_view name) const;
  bool HasNamespace(std::string_view type) const;
  void Namespaces();
  void Paths();
  void Confinement();

  const Slice<PluginMount>& OwnMounts() const {
    return b_.mounts_from_settings ? plugin_.settings.mounts
                                   : plugin_.config.mounts;
  }
  const Slice<PluginDevice>& OwnDevices() const {
    return b_.devices == DevicesRule::kFromConfig ? plugin_.config.devices
                                                  : plugin_.settings.devices;
  }
  const JsonNode* Linux(std::string_view key) const {
    return spec_.Find("linux", key);
  }

  std::string OnHost(std::string_view path) const;
  Reach ReachOf(const SpecMount& mount, std::string_view path,
                std::string_view kind) const;

  const Release& release_;
  const Behaviour& b_;
  const Plugin& plugin_;
  const JsonNode& spec_;
  const GrantHost& host_;
  std::vector<Grant> grants_;
  size_t overlay_directories_ = 0;  // that were looked at
};

// What an engine has the plugin do, whatever else it may.
void GrantFinder::Interfaces() {
  std::set<std::string_view> seen;
  for (std::string_view text : plugin_.config.interface_types) {
    const InterfaceTypeName name = SplitInterfaceType(text);
    const InterfaceType* type = FindInterfaceType(name.capability);
    if (name.prefix != "docker" || type == nullptr ||
        !LooksFor(release_, *type) || !Reads(release_, name) ||
        !seen.insert(name.capability).second) {
      continue;
    }
    Add(type->level, "interface", text, type->why,
        {std::string(name.capability)});
  }
}

// The absolute path with the host's symbolic links followed as the kernel does,
// as far as they are there; from where nothing is, it is taken as written. ""
// if the host is not known.
std::string GrantFinder::OnHost(std::string_view path) const {
  constexpr size_t kLongestPath = 4096;  // PATH_MAX
  constexpr int kMostLinks = 40;         // the kernel's MAXSYMLINKS
  if (host_.files == nullptr || !absl::StartsWith(path, "/") ||
      path.size() >= kLongestPath) {
    return "";
  }
  std::string done;  // without a slash at its end: "" is the root
  std::string rest(path);
  size_t at = 0;  // in the rest
  int links = 0;
  bool there = true;  // nothing is below what is not there
  while (true) {
    at = std::min(rest.size(), rest.find_first_not_of('/', at));
    if (at == rest.size()) break;
    const size_t end = std::min(rest.size(), rest.find('/', at));
    const std::string_view element =
        std::string_view(rest).substr(at, end - at);
    at = end;
    if (element == ".") continue;
    if (element == "..") {
      done.resize(done.empty() ? 0 : done.rfind('/'));
      there = true;
      continue;
    }
    const size_t above = done.size();
    absl::StrAppend(&done, "/", element);
    FileFacts facts;
    std::string target;
    there = there && host_.files->Lstat(done, &facts) == 0;
    if (there && links < kMostLinks && S_ISLNK(facts.mode) &&
        host_.files->ReadLink(done, &target) == 0 &&
        target.size() < kLongestPath) {
      ++links;
      done.resize(absl::StartsWith(target, "/") ? 0 : above);
      rest.replace(0, end, target);
      at = 0;
    }
  }
  return done.empty() ? "/" : done;
}

void GrantFinder::Capabilities() {
  const JsonNode* capabilities = spec_.Find("process", "capabilities");
  if (capabilities == nullptr) {
    Add(Level::kInfo, "no-capabilities", "process.capabilities",
        "the spec sets none, so the runtime leaves the process without any");
    return;
  }
  const JsonNode* set = capabilities->is(JsonKind::kArray)
                            ? capabilities
                            : capabilities->Find("effective");
  std::set<std::string_view> seen;
  if (set != nullptr) {
    for (const JsonNode& item : set->List()) {
      const std::string_view name = CText(item.text);
      if (Holds(b_.default_spec.capabilities, name) ||
          !seen.insert(name).second) {
        continue;
      }
      constexpr std::string_view kToRunc =
          "runc ignores it, before 1.0.0-rc94 it refuses it";
      const Capability* capability = FindCapabilityToAny(name);
      if (capability == nullptr) {
        Add(Level::kInfo, "capability", name,
            absl::StrCat("no capability of Linux: ", kToRunc));
      } else if (capability->name == name) {
        Add(capability->level, "capability", name, capability->why,
            {std::string(capability->name), "", kBelow});
      } else {
        // Who has the capability has it to these runtimes, too.
        Add(capability->level, "capability", name,
            absl::StrCat("to some runtimes ", capability->name, ": ",
                         capability->why.empty() ? "every plugin has it"
                                                 : capability->why,
                         "; ", kToRunc),
            {std::string(capability->name), absl::StrCat("/", name)});
      }
    }
  }
  const JsonNode* inheritable = capabilities->Find("inheritable");
  if (inheritable != nullptr && !inheritable->List().empty()) {
    Add(Level::kLow, "inheritable-capabilities",
        b_.default_spec.inheritable ? "all" : "those the plugin asks for",
        b_.default_spec.inheritable
            ? "programs with inheritable file capabilities gain them, the "
              "default ones too (CVE-2022-24769, fixed in 20.10.14)"
            : "programs with inheritable file capabilities gain them");
  }
}

void GrantFinder::DeviceNode(const JsonNode& device,
                             const DeviceRules& device_rules) {
  if (device.String("path").empty()) {
    Add(Level::kLow, "device", "(not set)",
        "`docker plugin set` is to give it a path; until then the engine "
        "refuses to enable the plugin");
    return;
  }
  const size_t before = grants_.size();
  JudgeDevice(device, device_rules);
  if (!host_.assumed.contains(device.String("path"))) return;
  for (size_t i = before; i < grants_.size(); ++i) {
    grants_[i].assumed = true;
    grants_[i].why += " (assumed: the machine has no such device)";
  }
}

void GrantFinder::JudgeDevice(const JsonNode& device,
                              const DeviceRules& device_rules) {
  const std::string_view path = CText(device.String("path"));
  const std::string_view type = CText(device.String("type"));
  const int64_t major = JsonInteger(device.Find("major")).value_or(0);
  const int64_t minor = JsonInteger(device.Find("minor")).value_or(0);
  const std::string number = absl::StrCat(type, " ", major, ":", minor);
  if (!device_rules.MayOpen(type, major, minor)) {
    Add(Level::kInfo, "device-denied", path,
        absl::StrCat("the node is there, but the last device rule about ",
                     number, " denies it"));
    return;
  }
  if (type == "p") {
    Add(Level::kInfo, "device", path,
        "the runtime makes a FIFO of its own there");
    return;
  }
  // The number says what it is; the name may say more of those whose numbers
  // change, and says all of those that are only assumed.
  const bool assumed = host_.assumed.contains(path);
  Level level = Level::kMedium;
  std::string why = absl::StrCat(
      "uses ", assumed ? "this device of the host" : "the host's device ",
      assumed ? "" : number, " as a program on the host does");
  const auto take = [&](const SourceGrant& grant) {
    level = grant.level;
    // Of nodes, the spec says whether they may be written.
    const std::string_view reading = grant.rule->reading;
    why = absl::StrCat(grant.rule->what, ": ",
                       reading.substr(0, reading.find("; ")),
                       assumed ? "" : absl::StrCat(" (", number, ")"));
  };
  const std::string_view by_number =
      assumed ? "" : PathOfNumber(type, major, minor);
  if (!by_number.empty()) take(JudgeSource(by_number, /*read_only=*/false));
  // dockerd runs in "/".
  const std::string absolute = absl::StrCat("/", path);
  for (const std::string& by_name : {absolute, OnHost(absolute)}) {
    const SourceGrant grant = JudgeSource(by_name, /*read_only=*/false);
    if (!IsOfDevices(grant.rule) ||
        (!assumed && grant.rule->what == kMayBeADisk)) {
      continue;
    }
    if (grant.level > level || (assumed && grant.level < level)) take(grant);
  }
  Add(level, "device", path, why,
      // Docker takes all that a directory has.
      assumed ? Reach{"path", WithKnownLinks(absolute), kBelow}
              : Reach{number});
  if (type == "c" && major == 10 && minor == 229) {
    Add(Level::kInfo, "fuse-rule-order", path,
        "engines deny 10:229 by default; the plugin's rule stands behind that "
        "one, so it wins");
  }
}

void GrantFinder::Devices() {
  const JsonNode* resources = Linux("resources");
  const JsonNode* rules =
      resources == nullptr ? nullptr : resources->Find("devices");
  if (rules == nullptr) {
    Add(Level::kCritical, "all-devices", "all", "there are no device rules");
  } else {
    for (const JsonNode& rule : rules->List()) {
      const std::string_view type = rule.String("type");
      const JsonNode* allow = rule.Find("allow");
      if (allow != nullptr && allow->is_true() &&
          rule.Find("major") == nullptr && (type.empty() || type == "a")) {
        Add(Level::kCritical, "all-devices", "all",
            "may make and use every device of the host, disks too");
      }
    }
  }
  const JsonNode* devices = Linux("devices");
  if (devices == nullptr) return;
  const DeviceRules device_rules(rules);
  for (const JsonNode& device : devices->List()) {
    DeviceNode(device, device_rules);
  }
  for (const PluginDevice& device : OwnDevices()) {
    if (device.path == nullptr || device.path->empty()) continue;  // not set
    const std::string path = absl::StrCat("/", *device.path);
    FileFacts facts;
    if (host_.files == nullptr || host_.files->Stat(path, &facts) != 0 ||
        !S_ISDIR(facts.mode)) {
      continue;
    }
    const SourceGrant grant = JudgeSource(path, /*read_only=*/false);
    Add(grant.level, "device", *device.path,
        absl::StrCat("all devices that are in it when the plugin is enabled: ",
                     grant.why),
        {"path", WithKnownLinks(path), kBelow});
  }
}

GrantFinder::Judged GrantFinder::JudgeOnHost(std::string_view source,
                                             bool read_only,
                                             MountsBelow below) const {
  SourceGrant grant = JudgeSource(source, read_only, below);
  std::string leads_to;
  const auto follow = [&](std::string real) {
    if (real.empty()) return;
    SourceGrant there = JudgeSource(real, read_only, below);
    if (there.level > grant.level) {
      grant = std::move(there);
      leads_to = std::move(real);
    }
  };
  const std::string real = OnHost(source);
  follow(real);
  // A snapshot has no /proc: "/proc/1/root/x" may be a link, too.
  if (!real.empty()) follow(OnHost(WithKnownLinks(real)));
  FileFacts facts;
  const bool is_there = host_.files != nullptr &&
                        absl::StartsWith(source, "/") &&
                        host_.files->Stat(source, &facts) == 0;
  const auto is_socket = [&] {
    return is_there ? S_ISSOCK(facts.mode)
                    : IsNameOfSocket(source) || IsNameOfSocket(real);
  };
  // Of a socket that a rule names, that says what it is.
  const bool is_named = grant.rule != nullptr && !grant.rule->below;
  const bool says_little =
      grant.level < Level::kMedium || grant.rule == nullptr;
  if (says_little && absl::StartsWith(source, "/") && !is_named &&
      is_socket()) {
    grant.level = Level::kMedium;
    grant.why =
        "a socket: who connects to it gives orders to a service of the host; "
        "read-only does not stop that";
  }
  const bool is_file =
      is_there ? !S_ISDIR(facts.mode)
               : is_named || IsNameOfSocket(source) || IsNameOfSocket(real);
  return {grant.level, std::move(grant.why), std::move(leads_to), is_file};
}

// A path of the host in what a grant is about.
std::string Shown(std::string_view path, std::string_view leads_to) {
  return leads_to.empty()
             ? std::string(path)
             : absl::StrCat(path, ", which leads to ", leads_to, ",");
}

// The kind of what bind mounts show.
constexpr std::string_view kFile = "file";

// The id of the grant of one of the kernel's file systems.
constexpr std::string_view kKernelFileSystem = "kernel-file-system";

// Of what shows no path that says where it leads; `path` is as it is written.
Reach PathlessReach(std::string_view kind, std::string_view path,
                    Powers powers) {
  return {absl::StrCat(kind, " ", path), "", powers};
}

// How far a mount of `path` reaches. Only paths that say where they lead are
// compared as such.
Reach GrantFinder::ReachOf(const SpecMount& mount, std::string_view path,
                           std::string_view kind) const {
  const std::string clean = CleanPath(path);
  if (absl::StartsWith(path, "/") && !IsMagicLink(WithKnownLinks(path))) {
    const std::string real = OnHost(path);
    std::string leads_to = WithKnownLinks(real.empty() ? path : real);
    if (clean == "/" || (leads_to != "/" && !IsMagicLink(leads_to))) {
      return {std::string(kind), std::move(leads_to), mount.powers};
    }
    // It may be anywhere.
  }
  return PathlessReach(kind, path.empty() ? path : clean, mount.powers);
}

// Likewise, of one that the kernel takes from where the runtime works, the
// rootfs, if it is not absolute.
GrantFinder::Judged GrantFinder::JudgeDirectory(std::string_view path,
                                                bool read_only) const {
  if (absl::StartsWith(path, "/")) return JudgeOnHost(path, read_only);
  Judged judged = JudgeOnHost("/", read_only);
  judged.why.insert(0, kRelativeMayLead);
  return judged;
}

void GrantFinder::BindMount(const SpecMount& mount) {
  std::string_view read_only = mount.read_only ? " (read-only)" : "";
  // "ro" is not for what is mounted below.
  const bool is_half =
      mount.read_only && (mount.powers & kWrite << kBelowShift) != 0;
  const Judged judged =
      JudgeOnHost(mount.source, mount.read_only,
                  (mount.powers & kBelow) == 0 ? MountsBelow::kNone
                  : is_half                    ? MountsBelow::kWritable
                                               : MountsBelow::kAlike);
  if (is_half && !judged.is_file) {
    read_only = " (read-only, but for what is mounted below it)";
  }
  Add(judged.level, "mount",
      absl::StrCat(mount.source.empty() ? "(no source)"
                                        : Shown(mount.source, judged.leads_to),
                   " at ", mount.destination, read_only),
      absl::StrCat(judged.why, mount.note),
      ReachOf(mount, mount.source, kFile));
  for (std::string_view option : mount.options) {
    if (option != "rshared" && option != "shared") continue;
    Reach reach = ReachOf(mount, mount.source, kFile);
    reach.powers &= kRead | kBelow;
    Add(Level::kHigh, "shared-propagation",
        absl::StrCat(mount.source.empty() ? "(no source)" : mount.source,
                     " at ", mount.destination, read_only),
        absl::StrCat("what the plugin mounts there appears on the host (",
                     option, ")"),
        std::move(reach));
  }
}

// The directories of an overlay are the host's (Documentation/filesystems/
// overlayfs.rst). Of each kind, the gravest is told.
void GrantFinder::Overlay(const SpecMount& mount) {
  // Far above what a kernel takes.
  constexpr size_t kMostDirectories = 10000;
  // Each one has the mount's own texts, so that long ones count for many.
  constexpr size_t kBytesOfOne = 1024;
  const size_t bytes = mount.destination.size();
  struct Kind {
    std::string_view name;
    bool read_only;
    std::vector<Grant> grants = {};
    std::set<std::string, std::less<>> seen = {};
  };
  Kind kinds[] = {{"lowerdir", true},
                  {"upperdir", mount.read_only},
                  {"workdir", mount.read_only}};
  const auto look_at = [&](Kind* kind, std::string_view path,
                           std::string_view reach_kind) {
    if (path.empty()) return;
    const std::string directory = WithoutBackslashes(path);
    if (!kind->seen.insert(absl::StrCat(reach_kind, directory)).second) return;
    overlay_directories_ += 1 + bytes / kBytesOfOne;
    const bool too_many = overlay_directories_ > kMostDirectories;
    // The kernel takes others from where runc works.
    const std::string_view where =
        absl::StartsWith(directory, "/") ? "" : " of the rootfs";
    // One for all of them, which is new unless all is as it was.
    if (too_many && !kind->seen.insert("").second) return;
    const Judged judged =
        too_many ? Judged{Level::kCritical, "one of too many to look at", ""}
                 : JudgeDirectory(directory, kind->read_only);
    Reach reach =
        too_many ? ReachOf(mount, "",
                           absl::StrCat("too many\n",
                                        absl::StrJoin(mount.options, ",")))
                 : ReachOf(mount, directory, absl::StrCat(reach_kind, where));
    if (kind->read_only) reach.powers &= ~kWrite;
    kind->grants.push_back(
        {judged.level, "mount",
         absl::StrCat(Shown(directory, judged.leads_to), " as ", kind->name,
                      " of the overlay at ", mount.destination,
                      kind->read_only ? " (read-only)" : ""),
         absl::StrCat(judged.why, mount.note), /*assumed=*/false,
         std::move(reach)});
  };
  for (std::string_view option : mount.options) {
    for (std::string_view word : SplitAt(',', option)) {
      const size_t equals = std::min(word.size(), word.find('='));
      const std::string_view name = word.substr(0, equals);
      const std::string_view value =
          word.substr(std::min(word.size(), equals + 1));
      // What is no layer shows no files, or only those that a layer names.
      if (name == "upperdir") {
        look_at(&kinds[1], value, kFile);
      } else if (name == "workdir") {
        look_at(&kinds[2], value, "workdir");
      } else if (name == "lowerdir" || name == "lowerdir+" ||
                 name == "datadir+") {
        bool data = name == "datadir+";
        for (std::string_view path : SplitAt(':', value)) {
          data = data || path.empty();  // behind "::"
          look_at(&kinds[0], path, data ? "datadir" : kFile);
        }
      }
    }
  }
  for (Kind& kind : kinds) {
    if (kind.grants.empty()) continue;
    const auto gravest = std::max_element(
        kind.grants.begin(), kind.grants.end(),
        [](const Grant& a, const Grant& b) { return a.level < b.level; });
    Grant told = std::move(*gravest);
    kind.grants.erase(gravest);
    told.also = std::move(kind.grants);
    grants_.push_back(std::move(told));
  }
}

// What is no bind mount.
void GrantFinder::FileSystem(const SpecMount& mount) {
  if (IsOwnFileSystem(mount.type)) return;
  const std::string_view read_only = mount.read_only ? " (read-only)" : "";
  for (const KernelFileSystem& known : KernelFileSystems()) {
    if (known.type != mount.type) continue;
    // The paths that are masked are below the usual place only.
    if (IsAsByDefault(mount)) return;
    SourceGrant grant = JudgeKernelFileSystem(known, mount.read_only);
    if (known.type == "proc" && HasNamespace("pid")) {
      // pid_namespaces(7)
      grant.why = mount.read_only
                      ? "memory and settings of the kernel, which is the "
                        "host's; the processes are the plugin's own"
                      : "changes settings of the kernel, which is the host's: "
                        "can name the program that it runs as root "
                        "(core_pattern); the processes are the plugin's own";
    }
    Add(grant.level, kKernelFileSystem,
        absl::StrCat(known.type, " at ", mount.destination, read_only),
        absl::StrCat("the same as the host's ", known.path, ": ", grant.why,
                     mount.note),
        ReachOf(mount, "",
                absl::StrCat(mount.type,
                             DataOf(release_, mount.type, mount.options))));
    return;
  }
  if (mount.type == "overlay") Overlay(mount);
  Level level = Level::kMedium;
  std::string why = "mounts a file system";
  std::string leads_to;
  const bool is_path = absl::StartsWith(mount.source, "/")
                           ? !IsFromElsewhere(mount.type)
                           : !mount.source.empty() && IsOfADisk(mount.type);
  if (is_path && mount.type != "overlay") {
    Judged judged = JudgeDirectory(mount.source, mount.read_only);
    if (judged.level > level) {
      level = judged.level;
      why = std::move(judged.why);
      leads_to = std::move(judged.leads_to);
    }
  }
  Add(level, "file-system",
      absl::StrCat(
          mount.source.empty() ? "(no source)" : Shown(mount.source, leads_to),
          " at ", mount.destination, " of type ", mount.type, read_only),
      absl::StrCat(why, mount.note),
      ReachOf(mount, mount.source,
              absl::StrCat(mount.type,
                           DataOf(release_, mount.type, mount.options))));
}

// Whether each plugin has the same.
bool GrantFinder::IsAsByDefault(const SpecMount& mount) const {
  const std::string destination = OnRootfs(mount.destination);
  return std::any_of(
      b_.default_spec.mounts.begin(), b_.default_spec.mounts.end(),
      [&](const Mount& usual) {
        return usual.destination == destination && usual.type == mount.type &&
               (mount.read_only || !IsReadOnly(PowersOf(usual.options)));
      });
}

// Whether the engine adds the mount by itself, which is not the plugin's own;
// tells what is to be told of it.
bool GrantFinder::IsOfEngine(const SpecMount& mount) {
  if (!mount.binds) return false;
  if (mount.destination == kRuntimeDestination) return true;
  if (mount.source == mount.destination &&
      (mount.source == kEtcHosts.source ||
       mount.source == kResolvConf.source)) {
    Add(Level::kInfo, "network-files", mount.destination,
        "the engine adds it for plugins with a network type",
        ReachOf(mount, mount.source, kFile));
    return true;
  }
  if (mount.destination == "/run/docker/metrics.sock") {
    Add(Level::kLow, "metrics-socket", mount.source, "reads dockerd's metrics",
        {"any"});
    return true;
  }
  if (!plugin_.config.propagated_mount.empty() &&
      mount.destination == CText(plugin_.config.propagated_mount) &&
      absl::EndsWith(mount.source, absl::StrCat("/", kPropagatedMountName))) {
    Add(Level::kMedium, "propagated-mount", mount.destination,
        "what the plugin mounts there appears on the host, in the directory "
        "propagated-mount beside its rootfs",
        {"any"});
    return true;
  }
  return false;
}

// Those that the engine's runc takes, and those that it takes for a mount of
// the kind.
void GrantFinder::TakeOptions(SpecMount* mount) const {
  mount->binds = mount->type == "bind" || Holds(mount->options, "bind") ||
                 Holds(mount->options, "rbind");
  std::vector<std::string_view> taken;
  std::vector<std::string_view> unknown;  // that would protect something
  std::vector<std::string_view> for_binds;
  for (std::string_view option : mount->options) {
    std::vector<std::string_view>* list = &taken;
    if (!TakesMountOption(release_, option)) {
      list = &unknown;
    } else if (!mount->binds && IsRecursiveOption(option)) {
      list = &for_binds;
    }
    if (list == &taken || (Protects(option) && !Holds(*list, option))) {
      list->push_back(option);
    }
  }
  mount->powers = PowersOf(taken);
  mount->read_only = IsReadOnly(mount->powers);
  if (mount->read_only && HasCapability("CAP_SYS_ADMIN")) {
    mount->note = "; CAP_SYS_ADMIN can make it writable";
  }
  const auto add = [&](absl::Span<const std::string_view> options,
                       std::string_view why) {
    if (options.empty()) return;
    absl::StrAppend(&mount->note,
                    "; without effect: ", absl::StrJoin(options, ", "), " (",
                    why, ")");
  };
  add(unknown, "unknown to this engine's runc");
  add(for_binds, "runc takes it for bind mounts only");
}

// A mount with "remount" shows nothing: it sets the options of what is mounted
// there. That is sure to be the mount right before it if it is at the same
// path; else links in the rootfs may make it any.
void GrantFinder::UndoOptions(std::vector<SpecMount>* mounts) {
  Powers of_any = 0;
  Powers of_same = 0;
  for (size_t i = mounts->size(); i > 0; --i) {
    SpecMount& mount = (*mounts)[i - 1];
    const Powers before = mount.powers;
    Powers given = of_any | of_same;
    if ((mount.powers & kBelow) != 0) {
      given |= (given & kProtected) << kBelowShift |
               (given & kPropagation) << kPropagationBelowShift;
    }
    mount.powers |= given;
    mount.read_only = IsReadOnly(mount.powers);
    if (mount.powers != before) {
      absl::StrAppend(&mount.note,
                      "; a mount with \"remount\" behind it may take its "
                      "options away");
    }
    const bool sure =
        i > 1 && !GoesUp(mount.destination) &&
        !GoesUp((*mounts)[i - 2].destination) &&
        OnRootfs(mount.destination) == OnRootfs((*mounts)[i - 2].destination);
    if (!sure) of_same = 0;
    if (!Holds(mount.options, "remount")) continue;
    (sure ? of_same : of_any) |= before & (kProtected | kPropagation);
  }
}

std::vector<GrantFinder::SpecMount> GrantFinder::SpecMounts() const {
  std::vector<SpecMount> all;
  const JsonNode* mounts = spec_.Find("mounts");
  if (mounts == nullptr) return all;
  all.reserve(mounts->List().size());
  for (const JsonNode& node : mounts->List()) {
    SpecMount mount;
    mount.destination = CText(node.String("destination"));
    mount.source = CText(node.String("source"));
    mount.type = CText(node.String("type"));
    if (const JsonNode* options = node.Find("options")) {
      mount.options.reserve(options->List().size());
      for (const JsonNode& option : options->List()) {
        mount.options.push_back(CText(option.text));
      }
    }
    TakeOptions(&mount);
    all.push_back(std::move(mount));
  }
  UndoOptions(&all);
  return all;
}

// Which of the spec's mounts the plugin asked for: the engine may add the very
// same, or change the options.
std::vector<bool> GrantFinder::AreOwn(
    const std::vector<SpecMount>& mounts) const {
  using Key = std::tuple<std::string_view, std::string_view, std::string_view,
                         std::optional<std::string>>;
  std::map<Key, size_t> asked;
  const auto with_options = [](Key any,
                               absl::Span<const std::string_view> options) {
    std::get<3>(any) = absl::StrJoin(options, std::string_view("\0", 1));
    return any;
  };
  for (const PluginMount& own : OwnMounts()) {
    const Key any(CText(own.destination),
                  own.source == nullptr ? "" : CText(*own.source),
                  CText(own.type), std::nullopt);
    std::vector<std::string_view> options;
    for (std::string_view option : own.options) {
      options.push_back(CText(option));
    }
    ++asked[any];
    ++asked[with_options(any, options)];
  }
  std::vector<bool> are_own(mounts.size());
  for (const bool exactly : {true, false}) {
    for (size_t i = 0; i < mounts.size(); ++i) {
      if (are_own[i]) continue;
      const Key any(mounts[i].destination, mounts[i].source, mounts[i].type,
                    std::nullopt);
      const auto left = asked.find(any);
      if (left == asked.end() || left->second == 0) continue;
      if (exactly) {
        const auto same = asked.find(with_options(any, mounts[i].options));
        if (same == asked.end() || same->second == 0) continue;
        --same->second;
      }
      --left->second;
      are_own[i] = true;
    }
  }
  return are_own;
}

void GrantFinder::Mounts() {
  const std::vector<SpecMount> mounts = SpecMounts();
  const std::vector<bool> are_own = AreOwn(mounts);
  for (size_t i = 0; i < mounts.size(); ++i) {
    if (!are_own[i] && IsOfEngine(mounts[i])) continue;
    if (mounts[i].binds) {
      BindMount(mounts[i]);
    } else {
      FileSystem(mounts[i]);
    }
  }
  if (b_.propagated_mount == PropagatedMount::kRootfsPropagation &&
      !plugin_.config.propagated_mount.empty()) {
    Add(Level::kMedium, "propagated-mount", plugin_.config.propagated_mount,
        "the whole rootfs is rshared: what the plugin mounts in it appears on "
        "the host",
        {"any"});
    // moby v1.13.1 to v18.02.0-ce, plugin/manager_linux.go, enable(): mount(2)
    // of filepath.Join(rootfs, propagatedMount).
    Add(Level::kHigh, "propagated-mount-path", plugin_.config.propagated_mount,
        "dockerd mounts upon this path of the rootfs at each start, and "
        "follows "
        "the symbolic links that the plugin has put there: its volumes can "
        "cover any folder of the host",
        {"any"});
  }
}

// Mounts that were asked for, or are there by default, and are not in the spec.
void GrantFinder::LostMounts() {
  const JsonNode* mounts = spec_.Find("mounts");
  std::set<std::pair<std::string_view, std::string_view>> there;
  if (mounts != nullptr) {
    for (const JsonNode& mount : mounts->List()) {
      there.emplace(mount.String("destination"), mount.String("source"));
    }
  }
  for (const PluginMount& mount : OwnMounts()) {
    const std::string_view source =
        mount.source == nullptr ? std::string_view() : *mount.source;
    if (!there.contains({mount.destination, source})) {
      Add(Level::kInfo, "mount-vanishes",
          absl::StrCat(source, " at ", mount.destination),
          "the plugin asks for it, but the engine's loop over mounts under "
          "/dev/ drops it without a word");
    }
  }
  for (const Mount& mount : b_.default_spec.mounts) {
    if (there.contains({mount.destination, mount.source})) continue;
    Add(Level::kInfo, "default-mount-gone", mount.destination,
        "the engine's own mount yields to one of the plugin, which may be gone "
        "as well");
  }
}

// What the runtime or another process has open when the plugin starts, it gets
// by their links in its own /proc.
void GrantFinder::OpenFiles() {
  const JsonNode* process = spec_.Find("process");
  if (process == nullptr) return;
  const std::string_view cwd = CText(process->String("cwd"));
  if (LeadsThroughOpenFile(absl::StrCat("/", cwd))) {
    Add(Level::kCritical, "open-file", absl::StrCat("workdir ", cwd),
        "a directory that the runtime has open may be one of the host: runc "
        "before 1.1.12 lets the plugin work there, later ones refuse "
        "(CVE-2024-21626)");
  }
  const JsonNode* args = process->Find("args");
  if (args == nullptr || args->List().empty()) return;
  const std::string_view program = CText(args->List()[0].text);
  const std::vector<std::string> ways = WaysToProgram(*process, program);
  if (std::any_of(ways.begin(), ways.end(), LeadsThroughOpenFile)) {
    Add(Level::kCritical, "open-file", absl::StrCat("entrypoint ", program),
        "a file that the runtime has open, or the runtime itself: with runc "
        "before 1.0.0-rc7 the plugin can replace that (CVE-2019-5736), before "
        "1.1.12 run and replace files of the host (CVE-2024-21626)");
  }
}

// In any set: what is permitted may be made effective.
bool GrantFinder::HasCapability(std::string_view name) const {
  const Capability* const capability = FindCapability(name);
  const auto has = [&](const JsonNode& set) {
    return std::any_of(
        set.List().begin(), set.List().end(), [&](const JsonNode& item) {
          return FindCapabilityToAny(CText(item.text)) == capability;
        });
  };
  const JsonNode* capabilities = spec_.Find("process", "capabilities");
  return capabilities != nullptr &&
         (capabilities->is(JsonKind::kArray)
              ? has(*capabilities)
              : std::any_of(capabilities->items.begin(),
                            capabilities->items.end(), has));
}

bool GrantFinder::HasNamespace(std::string_view type) const {
  const JsonNode* namespaces = Linux("namespaces");
  return namespaces != nullptr &&
         std::any_of(namespaces->List().begin(), namespaces->List().end(),
                     [&](const JsonNode& entry) {
                       return entry.String("type") == type;
                     });
}

void GrantFinder::Namespaces() {
  if (!HasNamespace("network")) {
    Add(Level::kHigh, "host-network", "network",
        "uses all interfaces of the host, and services that listen on "
        "localhost or abstract sockets");
  }
  if (!HasNamespace("pid")) {
    Add(Level::kHigh, "host-pid", "pid",
        "sees all processes of the host, reads their environment, signals "
        "them");
  }
  if (!HasNamespace("ipc")) {
    Add(Level::kMedium, "host-ipc", "ipc",
        "uses the host's shared memory and message queues");
  }
  if (!HasNamespace("user")) {
    Add(Level::kLow, "host-root", "uid 0",
        "root in it is root on the host: no plugin gets a user namespace");
  }
}

// Paths that later releases mask.
void GrantFinder::Paths() {
  const absl::Span<const Behaviour> all = AllBehaviours();
  const JsonNode* masked = Linux("maskedPaths");
  const auto is_masked = [&](std::string_view path) {
    if (masked == nullptr) return false;
    return std::any_of(masked->List().begin(), masked->List().end(),
                       [&](const JsonNode& item) { return item.text == path; });
  };
  const Behaviour& newest = *NewestRelease().behaviour;
  for (std::string_view path : newest.default_spec.masked_paths) {
    if (is_masked(path)) continue;
    std::string why = "later releases mask it";
    // The change that says so may name an advisory.
    for (const Behaviour& behaviour : all) {
      if (!Holds(behaviour.default_spec.masked_paths, path)) continue;
      why = absl::StrCat("masked since Docker ", behaviour.name);
      for (std::string_view change : behaviour.changes) {
        if (absl::StrContains(change, path)) {
          why = absl::StrCat("since Docker ", behaviour.name, ", ", change);
        }
      }
      break;
    }
    Add(Level::kLow, "unmasked-path", path, why);
  }
  if (newest.masks_thermal_throttle && !b_.masks_thermal_throttle) {
    Add(Level::kLow, "unmasked-path",
        "/sys/devices/system/cpu/cpu*/thermal_throttle",
        "masked since Docker 28.0.2 where the host has it "
        "(GHSA-6fw5-f8r9-fgfm)");
  }
}

void GrantFinder::Confinement() {
  std::vector<std::string_view> missing;
  if (Linux("seccomp") == nullptr) missing.push_back("seccomp filter");
  const JsonNode* process = spec_.Find("process");
  if (process == nullptr || process->String("apparmorProfile").empty()) {
    missing.push_back("AppArmor profile");
  }
  const JsonNode* no_new =
      process == nullptr ? nullptr : process->Find("noNewPrivileges");
  if (no_new == nullptr || !no_new->is_true()) {
    missing.push_back("noNewPrivileges");
  }
  if (!missing.empty()) {
    Add(Level::kInfo, "unconfined", absl::StrJoin(missing, ", "),
        "no engine gives them to a plugin, unlike to a container");
  }
}

}  // namespace

std::string_view GrantLevelName(GrantLevel level) {
  switch (level) {
    case Level::kInfo:
      return "info";
    case Level::kLow:
      return "low";
    case Level::kMedium:
      return "medium";
    case Level::kHigh:
      return "high";
    case Level::kCritical:
      return "critical";
  }
  return "";
}

std::vector<Grant> FindGrants(const Release& release, const Plugin& plugin,
                              const JsonNode& spec, const GrantHost& host) {
  return GrantFinder(release, plugin, spec, host).Find();
}

std::vector<Grant> AddedGrants(const std::vector<Grant>& before,
                               const std::vector<Grant>& now) {
  const auto reach_of = [](const Grant& grant) {
    Reach reach = grant.reach;
    // What the engine binds by itself is there as what the plugin does.
    reach.kind =
        absl::StrCat(grant.id == "network-files" ? "mount" : grant.id, "\n",
                     reach.kind.empty() ? grant.what : reach.kind);
    return reach;
  };
  // References to its items stay.
  std::deque<Reach> old;
  Reaches reaches;
  bool all_devices = false;
  const auto add_old = [&](const Grant& grant) {
    old.push_back(reach_of(grant));
    reaches.Add(grant.level, old.back());
    all_devices = all_devices || grant.id == "all-devices";
    const Reach& bind = grant.reach;
    if (grant.id != "mount" || bind.kind != kFile ||
        (bind.powers & kBelow) == 0) {
      return;
    }
    // A bind mount of all of it has what a file system of the kernel's shows.
    for (const KernelFileSystem& known : KernelFileSystems()) {
      if (known.path.rfind('/') != 0 ||
          (bind.path != known.path && bind.path != "/")) {
        continue;
      }
      Grant shown;
      shown.id = kKernelFileSystem;
      shown.reach = PathlessReach(known.type, "", bind.powers);
      old.push_back(reach_of(shown));
      reaches.Add(grant.level, old.back());
    }
  };
  for (const Grant& grant : before) {
    add_old(grant);
    for (const Grant& also : grant.also) add_old(also);
  }
  std::vector<Grant> added;
  const auto add_new = [&](const Grant& grant) {
    if (all_devices &&
        (grant.id == "device" || grant.id == "fuse-rule-order")) {
      return;
    }
    std::string more;
    if (reaches.Hold(grant.level, reach_of(grant), &more)) return;
    added.push_back(grant);
    added.back().also.clear();
    if (!more.empty()) absl::StrAppend(&added.back().why, "; new: ", more);
  };
  for (const Grant& grant : now) {
    add_new(grant);
    for (const Grant& also : grant.also) add_new(also);
  }
  std::stable_sort(
      added.begin(), added.end(),
      [](const Grant& a, const Grant& b) { return a.level > b.level; });
  return added;
}

void HideSecrets(std::vector<Grant>* grants, SecretHider* secrets) {
  for (Grant& grant : *grants) {
    // The reasons are our own words, "gives services their secrets: ...".
    grant.what = secrets->Text(grant.what);
  }
}

}  // namespace specgen
