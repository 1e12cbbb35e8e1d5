#include "specgen/privileges/grants.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "specgen/generator/engine_literals.h"
#include "specgen/host/eval_symlinks.h"
#include "specgen/host/go_path.h"
#include "specgen/privileges/capabilities.h"
#include "specgen/privileges/device_rules.h"
#include "specgen/privileges/interface_types.h"
#include "specgen/privileges/source_rules.h"

namespace specgen {
namespace {

using Level = GrantLevel;

bool Holds(absl::Span<const std::string_view> list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
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
           std::string_view why) {
    grants_.push_back({level, id, std::string(what), std::string(why)});
  }

  void Interfaces();
  void Capabilities();
  void Devices();
  void DeviceNode(const JsonNode& device, const DeviceRules& device_rules);
  void JudgeDevice(const JsonNode& device, const DeviceRules& device_rules);
  void Mounts();
  void BindMount(const JsonNode& mount, std::string_view destination,
                 std::string_view source, bool read_only);
  void LostMounts();
  void Namespaces();
  void Paths();
  void Confinement();

  const Slice<PluginMount>& OwnMounts() const {
    return b_.mounts_from_settings ? plugin_.settings.mounts
                                   : plugin_.config.mounts;
  }
  const JsonNode* Linux(std::string_view key) const {
    return spec_.Find("linux", key);
  }

  bool LeadsElsewhere(std::string_view source, std::string* real) const;

  const Release& release_;
  const Behaviour& b_;
  const Plugin& plugin_;
  const JsonNode& spec_;
  const GrantHost& host_;
  std::vector<Grant> grants_;
};

// What an engine has the plugin do, whatever else it may.
void GrantFinder::Interfaces() {
  std::set<std::string_view> seen;
  for (std::string_view text : plugin_.config.interface_types) {
    const InterfaceTypeName name = SplitInterfaceType(text);
    const InterfaceType* type = FindInterfaceType(name.capability);
    if (name.prefix != "docker" || type == nullptr ||
        !LooksFor(release_, *type) || !seen.insert(name.capability).second) {
      continue;
    }
    Add(type->level, "interface", text, type->why);
  }
}

// Where the symbolic links of an absolute path lead on the host, as far as it
// is there.
bool GrantFinder::LeadsElsewhere(std::string_view source,
                                 std::string* real) const {
  constexpr size_t kLongestPath =
      4096;  // PATH_MAX: of longer ones none is there
  if (host_.files == nullptr || !absl::StartsWith(source, "/") ||
      source.size() >= kLongestPath) {
    return false;
  }
  // The kernel goes through links before "..".
  std::string_view there = source;
  while (!EvalSymlinks(*host_.files, there, real)) {
    const size_t slash = there.rfind('/');
    if (slash == std::string_view::npos || slash == 0) return false;
    there = there.substr(0, slash);
  }
  *real = JoinPath({*real, source.substr(there.size())});
  return *real != source;
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
    for (const JsonNode& name : set->List()) {
      if (Holds(b_.default_spec.capabilities, name.text) ||
          !seen.insert(name.text).second) {
        continue;
      }
      const Capability* capability = FindCapability(name.text);
      if (capability == nullptr) {
        Add(Level::kInfo, "capability", name.text,
            "no capability of Linux: runc ignores it, before 1.0.0-rc94 it "
            "refuses it");
      } else {
        Add(capability->level, "capability", name.text, capability->why);
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
  const size_t before = grants_.size();
  JudgeDevice(device, device_rules);
  if (!host_.assumed.contains(device.String("path"))) return;
  for (size_t i = before; i < grants_.size(); ++i) {
    grants_[i].assumed = true;
    grants_[i].why += " (assumed: this machine has no such device)";
  }
}

void GrantFinder::JudgeDevice(const JsonNode& device,
                              const DeviceRules& device_rules) {
  const std::string_view path = device.String("path");
  const std::string_view type = device.String("type");
  const int64_t major = JsonInteger(device.Find("major")).value_or(0);
  const int64_t minor = JsonInteger(device.Find("minor")).value_or(0);
  const std::string number = absl::StrCat(type, " ", major, ":", minor);
  const bool is_fuse = type == "c" && major == 10 && minor == 229;
  if (!device_rules.MayOpen(type, major, minor)) {
    Add(Level::kInfo, "device-denied", path,
        absl::StrCat("the node is there, but the last device rule about ",
                     number, " denies it"));
    return;
  }
  // Loop, RAM and network block devices have what they are given.
  const bool is_disk = type == "b" && major != 1 && major != 7 && major != 43;
  if (is_disk) {
    Add(Level::kCritical, "device", path,
        absl::StrCat("reads and changes all that is on the disk ", number,
                     ", behind its file systems"));
  } else if (type == "b") {
    Add(Level::kHigh, "device", path,
        absl::StrCat("reads and changes the block device ", number,
                     ", which others may use"));
  } else if (host_.assumed.contains(path) && major == 1 && minor == 3 &&
             path != "/dev/null") {
    Add(Level::kMedium, "device", path,
        "uses this device of the host as a program on the host does");
  } else if (type == "p") {
    Add(Level::kLow, "device", path, "a FIFO of the host");
  } else if (type == "c" && major == 1 &&
             (minor == 1 || minor == 2 || minor == 4)) {
    Add(Level::kCritical, "device", path,
        "reads and changes physical memory or I/O ports of the host");
  } else if (type == "c" && major == 1 && minor == 11) {
    Add(Level::kHigh, "device", path,
        "reads the kernel's log, with addresses in its memory");
  } else if (type == "c" && major == 1) {
    Add(Level::kLow, "device", path, "a device that every container has");
  } else if (type == "c" && major == 13) {
    Add(Level::kHigh, "device", path, "reads what people type on the host");
  } else if (is_fuse) {
    Add(Level::kLow, "device", path, "mounts file systems of its own (FUSE)");
    Add(Level::kInfo, "fuse-rule-order", path,
        "engines deny 10:229 by default; the plugin's rule stands behind that "
        "one, so it wins");
  } else {
    Add(Level::kMedium, "device", path,
        absl::StrCat("uses the host's device ", number,
                     " as a program on the host does"));
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
}

void GrantFinder::BindMount(const JsonNode& mount, std::string_view destination,
                            std::string_view source, bool read_only) {
  const std::string what =
      absl::StrCat(source.empty() ? "(no source)" : source, " at ", destination,
                   read_only ? " (read-only)" : "");
  if (source.empty()) {
    Add(Level::kLow, "mount", what,
        "without a source, runc binds the bundle's own folder");
  } else {
    SourceGrant grant = JudgeSource(source, read_only);
    std::string real;
    if (LeadsElsewhere(source, &real)) {
      SourceGrant there = JudgeSource(real, read_only);
      if (there.level > grant.level) {
        there.why = absl::StrCat("leads to ", real, ": ", there.why);
        grant = std::move(there);
      }
    }
    FileFacts facts;
    if (grant.rule == nullptr && grant.level < Level::kMedium &&
        host_.files != nullptr && host_.files->Stat(source, &facts) == 0 &&
        S_ISSOCK(facts.mode)) {
      grant.level = Level::kMedium;
      grant.why =
          "a socket: who connects to it gives orders to a service of "
          "the host; read-only does not stop that";
    }
    Add(grant.level, "mount", what, grant.why);
  }
  if (const JsonNode* options = mount.Find("options")) {
    for (const JsonNode& option : options->List()) {
      if (option.text == "rshared" || option.text == "shared") {
        Add(Level::kHigh, "shared-propagation", what,
            absl::StrCat("what the plugin mounts there appears on the host (",
                         option.text, ")"));
      }
    }
  }
}

void GrantFinder::Mounts() {
  const JsonNode* mounts = spec_.Find("mounts");
  if (mounts == nullptr) return;
  for (const JsonNode& mount : mounts->List()) {
    const std::string_view destination = mount.String("destination");
    const std::string_view source = mount.String("source");
    const std::string_view type = mount.String("type");
    bool binds = type == "bind";
    bool read_only = false;
    if (const JsonNode* options = mount.Find("options")) {
      for (const JsonNode& option : options->List()) {
        binds |= option.text == "bind" || option.text == "rbind";
        if (option.text == "ro") read_only = true;
        if (option.text == "rw") read_only = false;
      }
    }
    if (binds) {
      // Those that engines add by themselves.
      if (destination == "/run/docker/plugins") continue;
      if (source == destination &&
          (source == "/etc/hosts" || source == "/etc/resolv.conf")) {
        Add(Level::kInfo, "network-files", destination,
            "the engine adds it for plugins with a network type");
        continue;
      }
      if (absl::EndsWith(source, "/metrics.sock") &&
          destination == "/run/docker/metrics.sock") {
        Add(Level::kLow, "metrics-socket", source, "reads dockerd's metrics");
        continue;
      }
      if (!plugin_.config.propagated_mount.empty() &&
          destination == plugin_.config.propagated_mount &&
          absl::EndsWith(source, absl::StrCat("/", kPropagatedMountName))) {
        Add(Level::kMedium, "propagated-mount", destination,
            absl::StrCat("what the plugin mounts there appears on the host, "
                         "below ",
                         source));
        continue;
      }
      BindMount(mount, destination, source, read_only);
    } else if (!read_only && (type == "sysfs" || type == "cgroup" ||
                              type == "cgroup2" || type == "devtmpfs")) {
      Add(Level::kHigh, "kernel-file-system", destination,
          absl::StrCat("a writable ", type, " changes the host"));
    } else if (type != "tmpfs" && type != "proc" && type != "sysfs" &&
               type != "cgroup" && type != "devpts" && type != "mqueue" &&
               !type.empty()) {
      Add(Level::kMedium, "file-system",
          absl::StrCat(source, " at ", destination),
          absl::StrCat("mounts a file system of type ", type));
    }
  }
  if (b_.propagated_mount == PropagatedMount::kRootfsPropagation &&
      !plugin_.config.propagated_mount.empty()) {
    Add(Level::kMedium, "propagated-mount", plugin_.config.propagated_mount,
        "the whole rootfs is rshared: what the plugin mounts in it appears on "
        "the host");
    // moby v1.13.1 to v18.02.0-ce, plugin/manager_linux.go, enable(): mount(2)
    // of filepath.Join(rootfs, propagatedMount).
    Add(Level::kHigh, "propagated-mount-path", plugin_.config.propagated_mount,
        "dockerd mounts upon this path of the rootfs at each start, and "
        "follows "
        "the symbolic links that the plugin has put there: its volumes can "
        "cover any folder of the host");
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

void GrantFinder::Namespaces() {
  const JsonNode* namespaces = Linux("namespaces");
  const auto has = [&](std::string_view type) {
    if (namespaces == nullptr) return false;
    return std::any_of(
        namespaces->List().begin(), namespaces->List().end(),
        [&](const JsonNode& entry) { return entry.String("type") == type; });
  };
  if (!has("network")) {
    Add(Level::kHigh, "host-network", "network",
        "uses all interfaces of the host, and services that listen on "
        "localhost or abstract sockets");
  }
  if (!has("pid")) {
    Add(Level::kHigh, "host-pid", "pid",
        "sees all processes of the host, reads their environment, signals "
        "them");
  }
  if (!has("ipc")) {
    Add(Level::kMedium, "host-ipc", "ipc",
        "uses the host's shared memory and message queues");
  }
  if (!has("user")) {
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
  const auto key = [](const Grant& grant) {
    return std::tuple(grant.id, std::string_view(grant.what), grant.level);
  };
  std::set<std::tuple<std::string_view, std::string_view, GrantLevel>> old;
  for (const Grant& grant : before) old.insert(key(grant));
  std::vector<Grant> added;
  for (const Grant& grant : now) {
    if (!old.contains(key(grant))) added.push_back(grant);
  }
  return added;
}

void HideSecrets(std::vector<Grant>* grants, SecretHider* secrets) {
  for (Grant& grant : *grants) {
    grant.what = secrets->Text(grant.what);
    grant.why = secrets->Text(grant.why);
  }
}

}  // namespace specgen
