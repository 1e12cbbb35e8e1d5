#include "specgen/generator/spec_maker.h"

#include <sys/stat.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "specgen/generator/devices.h"
#include "specgen/generator/go_sort.h"
#include "specgen/host/errno_text.h"
#include "specgen/host/folder_overlay.h"
#include "specgen/host/go_path.h"
#include "specgen/host/mkdir_all.h"
#include "specgen/host/path_walk.h"
#include "specgen/json/json_writer.h"

namespace specgen {
namespace {

constexpr std::string_view kRuntimeDestination = "/run/docker/plugins";
constexpr std::string_view kPathEnv =
    "\"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\"";
constexpr std::string_view kAllDevicesRule =
    "{\"allow\":true,\"access\":\"rwm\"}";
constexpr char kNilDereference[] =
    "runtime error: invalid memory address or nil pointer dereference";

// Options of the mounts that engines add.
constexpr std::string_view kRuntimeOptions[] = {"rbind", "rshared"};
constexpr std::string_view kPropagatedOptions[] = {"rbind", "rw", "rshared"};
constexpr std::string_view kNetworkOptions[] = {"rbind", "ro"};
constexpr std::string_view kMetricsOptions[] = {"bind", "ro"};
constexpr std::string_view kRootlessOptions[] = {"rbind", "nosuid", "noexec",
                                                 "nodev"};

// Mounts that are the same in every spec that has them.
constexpr std::string_view kHostsJson =
    "{\"destination\":\"/etc/hosts\",\"type\":\"bind\",\"source\":\"/etc/"
    "hosts\",\"options\":[\"rbind\",\"ro\"]}";
constexpr std::string_view kResolvConfJson =
    "{\"destination\":\"/etc/resolv.conf\",\"type\":\"bind\",\"source\":\"/etc/"
    "resolv.conf\",\"options\":[\"rbind\",\"ro\"]}";

// With JSON where the whole mount is ready.
using SpecMount = BaseMount;

absl::Span<const std::string_view> SpanOf(const StringList& list) {
  return absl::MakeConstSpan(list.begin(), list.size());
}

// One run of InitSpec.
class SpecMaker {
 public:
  SpecMaker(const SpecInput& input, Arena* arena,
            std::vector<PlannedFolder>* plan, std::string* message)
      : in_(input),
        b_(*input.behaviour),
        base_(*input.base_spec),
        config_(input.plugin->config),
        settings_(input.plugin->settings),
        host_(input.host),
        arena_(arena),
        plan_(plan),
        message_(message) {}

  SpecOutcome Make(Buffer* json);

 private:
  SpecOutcome Refuse(std::string message) {
    *message_ = std::move(message);
    return SpecOutcome::kRefused;
  }
  SpecOutcome Crash(std::string message) {
    *message_ = std::move(message);
    return SpecOutcome::kCrashed;
  }

  // filepath.Dir(path), in the arena or in `path`.
  std::string_view Dir(std::string_view path);
  // filepath.Join(a, b), in the arena.
  std::string_view Join(std::string_view a, std::string_view b);

  // os.MkdirAll. False: refused, and the message is set.
  bool MakeFolders(std::string_view path, uint32_t mode);
  bool PlanMissingFolders(std::string_view path, uint32_t mode,
                          const PlaceFacts& place);
  // `planned`: the folders are in the plan already.
  bool MakeFoldersInOverlay(std::string_view path, uint32_t mode, bool planned);
  // Whether the engine looks at the host again after making folders.
  bool LooksAgain() const {
    return b_.makes_bind_sources || UserNamespaceApplies();
  }
  bool UserNamespaceApplies() const {
    return in_.user_namespace != UserNamespaceRule::kNothing &&
           in_.host->InUserNamespace();
  }

  SpecOutcome AddMounts();
  SpecOutcome AddPluginMount(const PluginMount& mount);
  void AddNetworkMounts();
  void DropDevMounts();
  SpecOutcome RemoveNamespaces();
  SpecOutcome RemoveNamespace(std::string_view type);
  SpecOutcome AddDevices();
  void AddMetricsMounts();
  SpecOutcome KeepLockedFlags();
  bool HasNamespace(std::string_view type) const;
  void MakeRootless();

  void Write(Buffer* json) const;
  void WriteProcess(JsonWriter* w) const;
  void WriteCapabilities(JsonWriter* w) const;
  void WriteMount(const SpecMount& mount, JsonWriter* w) const;
  void WriteMounts(JsonWriter* w) const;
  void WriteLinux(JsonWriter* w) const;

  const SpecInput& in_;
  const Behaviour& b_;
  const BaseSpec& base_;
  const PluginConfig& config_;
  const PluginSettings& settings_;
  const Host* host_;  // with planned folders, where that matters
  std::optional<FolderOverlay> overlay_;
  // Planned without an overlay: host_ does not have it yet.
  std::optional<PlannedFolder> unseen_folder_;
  Arena* arena_;
  std::vector<PlannedFolder>* plan_;
  std::string* message_;

  std::string_view rootfs_;
  Slice<SpecMount> mounts_;
  Slice<BaseNamespace> namespaces_;
  Slice<SpecDevice> devices_;
  std::string_view rootfs_propagation_;
  bool drops_resources_ = false;            // rootless
  bool drops_proc_readonly_paths_ = false;  // rootless with the host's PIDs
};

std::string_view SpecMaker::Dir(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash != std::string_view::npos && slash > 0 && IsCleanPath(path)) {
    return path.substr(0, slash);
  }
  return arena_->Copy(DirPath(path));
}

std::string_view SpecMaker::Join(std::string_view a, std::string_view b) {
  // The usual case without a copy of more than needed: clean parts.
  if (!a.empty() && a[0] == '/' && a != "/" && !b.empty() && b[0] != '/' &&
      IsCleanPath(a) && IsCleanPath(b) && b != "." && b != ".." &&
      !absl::StartsWith(b, "../")) {
    char* out = arena_->Allocate<char>(a.size() + 1 + b.size());
    std::copy(a.begin(), a.end(), out);
    out[a.size()] = '/';
    std::copy(b.begin(), b.end(), out + a.size() + 1);
    return {out, a.size() + 1 + b.size()};
  }
  return arena_->Copy(JoinPath({a, b}));
}

// The usual case, without an overlay: `path`, which lstat(2) does not find, is
// clean, and on the host are the folders down to some not far above it, and
// nothing below that. False: it may be otherwise, and nothing is planned.
bool SpecMaker::PlanMissingFolders(std::string_view path, uint32_t mode,
                                   const PlaceFacts& place) {
  constexpr size_t kMostMissing = 8;
  size_t ends[kMostMissing];  // of the paths that are missing
  size_t missing = 0;
  size_t end = path.size();
  int error = place.folder_error;
  FileFacts folder = place.folder;
  uint64_t flags = place.folder_mount_flags;
  for (;;) {
    const size_t slash = path.rfind('/', end - 1);
    if (missing == kMostMissing || end - slash - 1 > kMaxNameBytes) {
      return false;
    }
    ends[missing++] = end;
    end = std::max<size_t>(slash, 1);
    if (missing > 1) error = host_->Stat(path.substr(0, end), &folder);
    if (error == 0) break;
    if (error != ENOENT || end == 1) return false;
  }
  if (!S_ISDIR(folder.mode)) return false;
  if (missing > 1) {
    // A link that leads nowhere?
    if (host_->Lstat(path.substr(0, ends[missing - 1]), &folder) != ENOENT) {
      return false;
    }
    if (host_->MountFlags(path.substr(0, end), &flags) != 0) flags = 0;
  }
  if ((flags & kMountReadOnly) != 0) return false;
  while (missing > 0) plan_->push_back({path.substr(0, ends[--missing]), mode});
  return true;
}

bool SpecMaker::MakeFolders(std::string_view path, uint32_t mode) {
  const size_t slash = path.rfind('/');
  if (!LooksAgain() && slash != std::string_view::npos && slash > 0 &&
      IsCleanPath(path)) {
    const PlaceFacts place = host_->LookUpPlace(path);
    if (place.error == 0 && S_ISDIR(place.facts.mode)) return true;
    // What lstat(2) does not find, stat(2) does not either.
    if (place.error == ENOENT && PlanMissingFolders(path, mode, place)) {
      unseen_folder_ = {path, mode};
      return true;
    }
  }
  return MakeFoldersInOverlay(path, mode, /*planned=*/false);
}

bool SpecMaker::MakeFoldersInOverlay(std::string_view path, uint32_t mode,
                                     bool planned) {
  if (!overlay_.has_value()) {
    overlay_.emplace(*in_.host, arena_);
    host_ = &*overlay_;
  }
  const absl::Status status =
      MkdirAll(path, mode, &*overlay_,
               [&](std::string_view folder, uint32_t folder_mode) {
                 if (!planned) plan_->push_back({folder, folder_mode});
               });
  if (!status.ok()) *message_ = std::string(status.message());
  return status.ok();
}

SpecOutcome SpecMaker::AddPluginMount(const PluginMount& mount) {
  mounts_.Append(
      arena_, {mount.destination, mount.type, "", SpanOf(mount.options), ""});
  SpecMount* const added = mounts_.end() - 1;
  if (mount.source != nullptr) {
    added->source = *mount.source;
  } else if (!b_.allows_null_source) {
    return Refuse("mount source is not specified");
  }
  if (b_.makes_bind_sources && !added->source.empty() &&
      added->type == "bind") {
    if (b_.overrides_bind_options) added->options = kRuntimeOptions;
    const std::string_view destination = Join(rootfs_, added->destination);
    FileFacts facts;
    const int error = host_->Lstat(destination, &facts);
    if (error != 0) {
      return Refuse(
          absl::StrCat("lstat ", destination, ": ", GoErrnoText(error)));
    }
    if (S_ISDIR(facts.mode) && !MakeFolders(added->source, 0700)) {
      return SpecOutcome::kRefused;
    }
  }
  return SpecOutcome::kSpec;
}

void SpecMaker::AddNetworkMounts() {
  for (const auto& [path, json] :
       {std::pair<std::string_view, std::string_view>{"/etc/hosts", kHostsJson},
        {"/etc/resolv.conf", kResolvConfJson}}) {
    mounts_.Append(arena_, {path, "bind", path, kNetworkOptions, json});
  }
}

SpecOutcome SpecMaker::AddMounts() {
  const Slice<PluginMount>& own =
      b_.mounts_from_settings ? settings_.mounts : config_.mounts;
  mounts_.Assign(arena_, base_.mounts.data(), base_.mounts.size(),
                 base_.mounts.size() + own.size() + 4);

  const std::string_view runtime_folder =
      Join(in_.paths.exec_root, in_.paths.id);
  if (b_.runtime_folder_mode != 0 &&
      !MakeFolders(runtime_folder, b_.runtime_folder_mode)) {
    return SpecOutcome::kRefused;
  }
  if (b_.propagated_mount == PropagatedMount::kBind &&
      !config_.propagated_mount.empty()) {
    // A nil s.Linux cannot be here: these engines take no base spec.
    const std::string_view source = Join(Dir(rootfs_), "propagated-mount");
    mounts_.Append(arena_, {config_.propagated_mount, "bind", source,
                            kPropagatedOptions, ""});
    rootfs_propagation_ = "rshared";
  }

  if (b_.network && config_.network_type == "host") {
    const SpecOutcome outcome = RemoveNamespace("network");
    if (outcome != SpecOutcome::kSpec) return outcome;
  }
  if (b_.host_pid_and_ipc) {
    if (config_.pid_host) RemoveNamespace("pid");
    if (config_.ipc_host) RemoveNamespace("ipc");
  }

  for (const PluginMount& mount : own) {
    const SpecOutcome outcome = AddPluginMount(mount);
    if (outcome != SpecOutcome::kSpec) return outcome;
  }
  // The runtime folder goes the way of the plugin's own mounts.
  std::string_view source = runtime_folder;
  PluginMount runtime;
  runtime.source = &source;
  runtime.destination = kRuntimeDestination;
  runtime.type = "bind";
  const SpecOutcome outcome = AddPluginMount(runtime);
  if (outcome != SpecOutcome::kSpec) return outcome;
  mounts_[mounts_.size() - 1].options = kRuntimeOptions;
  if (b_.network && !config_.network_type.empty()) AddNetworkMounts();
  return SpecOutcome::kSpec;
}

// The loop in InitSpec
//
//   for i, m := range s.Mounts {
//     if m is under /dev/ and a mount of the plugin has its destination {
//       s.Mounts = append(s.Mounts[:i], s.Mounts[i+1:]...)
//     }
//   }
//
// ranges over the list as it was at first, in the memory from which it removes.
// After k removals, the i-th element it sees is the one that stood at i + k, as
// long as i is below what is left (n - k); beyond that it sees the last element
// again and again, which every removal leaves behind itself. So the element
// behind a removed one is never looked at. If the last one matched there, Go
// would panic; but that is always the engine's own, the runtime folder's mount
// or /etc/resolv.conf's.
void SpecMaker::DropDevMounts() {
  const Slice<PluginMount>& own = b_.dev_mounts == DevMounts::kYieldToConfig
                                      ? config_.mounts
                                      : settings_.mounts;
  constexpr std::string_view kDev = "/dev/";
  size_t candidates = 0;
  for (const PluginMount& mount : own) {
    candidates += absl::StartsWith(mount.destination, kDev) ? 1 : 0;
  }
  if (candidates == 0) return;
  // A few are compared with one by one, many found by their hash.
  constexpr size_t kFew = 8;
  std::string_view few[kFew];
  absl::flat_hash_set<std::string_view> many;
  if (candidates > kFew) many.reserve(candidates);
  size_t found = 0;
  for (const PluginMount& mount : own) {
    if (!absl::StartsWith(mount.destination, kDev)) continue;
    if (candidates > kFew) {
      many.insert(mount.destination);
    } else {
      few[found++] = mount.destination;
    }
  }
  const auto matches = [&](const SpecMount& mount) {
    if (!absl::StartsWith(mount.destination, kDev)) return false;
    if (candidates > kFew) return many.contains(mount.destination);
    return std::find(few, few + found, mount.destination) != few + found;
  };
  const size_t n = mounts_.size();
  assert(!matches(mounts_[n - 1]));
  size_t removed = 0;
  size_t kept = 0;
  for (size_t i = 0; i < n - removed; ++i) {
    if (matches(mounts_[i + removed])) {
      ++removed;
      // What follows slides to i, and the loop goes on to i + 1.
    }
    mounts_[kept++] = mounts_[i + removed];
  }
  mounts_.Truncate(n - removed);
}

SpecOutcome SpecMaker::RemoveNamespace(std::string_view type) {
  if (!base_.has_linux) return Crash(kNilDereference);
  size_t found = namespaces_.size();
  for (size_t i = 0; i < namespaces_.size(); ++i) {
    if (namespaces_[i].type != type) continue;
    found = i;
    if (!b_.removes_last_namespace) break;
  }
  if (found == namespaces_.size()) return SpecOutcome::kSpec;
  for (size_t i = found; i + 1 < namespaces_.size(); ++i) {
    namespaces_[i] = namespaces_[i + 1];
  }
  namespaces_.Truncate(namespaces_.size() - 1);
  return SpecOutcome::kSpec;
}

SpecOutcome SpecMaker::AddDevices() {
  if (b_.devices == DevicesRule::kNone) return SpecOutcome::kSpec;
  if (config_.allow_all_devices && (!base_.has_linux || !base_.has_resources)) {
    return Crash(kNilDereference);
  }
  const Slice<PluginDevice>& own = b_.devices == DevicesRule::kFromConfig
                                       ? config_.devices
                                       : settings_.devices;
  for (const PluginDevice& device : own) {
    if (device.path == nullptr) return Crash(kNilDereference);
    const auto add = [&] {
      return DevicesFromPath(*device.path, b_.device_nodes, *host_, arena_,
                             &devices_, message_);
    };
    if (!add()) {
      // The reason may be another one where the engine has made its folder.
      if (!unseen_folder_.has_value()) return SpecOutcome::kRefused;
      MakeFoldersInOverlay(unseen_folder_->path, unseen_folder_->mode,
                           /*planned=*/true);
      unseen_folder_.reset();
      if (!add()) return SpecOutcome::kRefused;
    }
    if (!base_.has_linux || !base_.has_resources) {
      return Crash(kNilDereference);
    }
  }
  return SpecOutcome::kSpec;
}

void SpecMaker::AddMetricsMounts() {
  if (!b_.metrics_mount || in_.paths.metrics_socket.empty()) return;
  // dockerd adds one for each time that the type is listed.
  for (std::string_view type : config_.interface_types) {
    if (type != "docker.metricscollector/1.0") continue;
    mounts_.Append(arena_, {"/run/docker/metrics.sock", "bind",
                            in_.paths.metrics_socket, kMetricsOptions, ""});
  }
}

// In a user namespace, a bind mount must keep the flags that the mount of its
// source has locked. Docker appends them in random order (a Go map's); ours is
// the order of its source.
SpecOutcome SpecMaker::KeepLockedFlags() {
  struct LockedFlag {
    uint64_t bit;
    std::string_view option;
  };
  constexpr LockedFlag kFlags[] = {
      {kMountReadOnly, "ro"},     {kMountNoDev, "nodev"},
      {kMountNoExec, "noexec"},   {kMountNoSuid, "nosuid"},
      {kMountNoAtime, "noatime"}, {kMountNoDirAtime, "nodiratime"},
  };
  for (SpecMount& mount : mounts_) {
    const bool binds =
        std::any_of(mount.options.begin(), mount.options.end(),
                    [](std::string_view option) {
                      return option == "bind" || option == "rbind";
                    });
    if (!binds) continue;
    FileFacts facts;
    int error = host_->Lstat(mount.source, &facts);
    if (error == ENOENT) continue;
    if (error != 0) {
      return Refuse(
          absl::StrCat("lstat ", mount.source, ": ", GoErrnoText(error)));
    }
    uint64_t flags = 0;
    error = host_->MountFlags(mount.source, &flags);
    if (error != 0) {
      return Refuse(absl::StrCat(
          "failed to get unprivileged mount flags for &{Destination:",
          mount.destination, " Type:", mount.type, " Source:", mount.source,
          " Options:[", absl::StrJoin(mount.options, " "),
          "] UIDMappings:[] GIDMappings:[]}: ", GoErrnoText(error)));
    }
    StringList options;
    absl::flat_hash_set<std::string_view> seen;
    const auto add = [&](std::string_view option) {
      if (seen.insert(option).second) options.Append(arena_, option);
    };
    for (std::string_view option : mount.options) add(option);
    for (const LockedFlag& flag : kFlags) {
      if ((flags & flag.bit) != 0) add(flag.option);
    }
    mount.options = SpanOf(options);
    mount.json = {};
  }
  return SpecOutcome::kSpec;
}

bool SpecMaker::HasNamespace(std::string_view type) const {
  for (const BaseNamespace& entry : namespaces_) {
    if (entry.type == type) return true;
  }
  return false;
}

// specconv.ToRootless(spec, nil) of moby's daemon/internal/rootless.
void SpecMaker::MakeRootless() {
  drops_resources_ = true;
  const auto bind_host = [&](SpecMount* mount, std::string_view path) {
    *mount = {path, "bind", path, kRootlessOptions, ""};
  };
  std::string cleaned;
  if (!HasNamespace("pid")) {
    for (SpecMount& mount : mounts_) {
      if (CleanPath(mount.destination, &cleaned) == "/proc") {
        bind_host(&mount, "/proc");
      }
    }
    drops_proc_readonly_paths_ = true;
  }
  if (!HasNamespace("ipc")) {
    for (SpecMount& mount : mounts_) {
      const std::string_view path = CleanPath(mount.destination, &cleaned);
      if (path == "/dev/shm") bind_host(&mount, "/dev/shm");
      if (path == "/dev/mqueue") bind_host(&mount, "/dev/mqueue");
    }
  }
  if (!HasNamespace("network") && in_.host->DetachedNetworkNamespace()) {
    const bool has_sysfs =
        std::any_of(mounts_.begin(), mounts_.end(),
                    [](const SpecMount& m) { return m.type == "sysfs"; });
    if (!has_sysfs) return;
    const bool keeps_cgroup =
        in_.user_namespace == UserNamespaceRule::kRootlessKeepCgroup &&
        in_.host->UnifiedCgroups();
    size_t kept = 0;
    for (const SpecMount& mount : mounts_) {
      if (!absl::StartsWith(mount.destination, "/sys") ||
          (keeps_cgroup &&
           CleanPath(mount.destination, &cleaned) == "/sys/fs/cgroup")) {
        mounts_[kept++] = mount;
      }
    }
    mounts_.Truncate(kept);
  }
}

SpecOutcome SpecMaker::Make(Buffer* json) {
  rootfs_ = b_.rootfs == RootfsRule::kGiven
                ? in_.paths.rootfs
                : Join(Join(in_.paths.lib_root, in_.paths.id), "rootfs");
  rootfs_propagation_ = base_.rootfs_propagation;
  namespaces_.Assign(arena_, base_.namespaces.data(), base_.namespaces.size(),
                     base_.namespaces.size());

  SpecOutcome outcome = AddMounts();
  if (outcome != SpecOutcome::kSpec) return outcome;
  if (b_.dev_mounts != DevMounts::kStay) DropDevMounts();
  if (b_.propagated_mount == PropagatedMount::kRootfsPropagation &&
      !config_.propagated_mount.empty()) {
    if (!base_.has_linux) return Crash(kNilDereference);
    rootfs_propagation_ = "rshared";
  }
  outcome = AddDevices();
  if (outcome != SpecOutcome::kSpec) return outcome;
  AddMetricsMounts();
  if (b_.sorts_mounts) {
    GoSort(mounts_.begin(), mounts_.size(),
           [](const SpecMount& a, const SpecMount& b) {
             return a.destination < b.destination;
           });
  }
  if (UserNamespaceApplies()) {
    outcome = KeepLockedFlags();
    if (outcome != SpecOutcome::kSpec) return outcome;
    if (in_.user_namespace >= UserNamespaceRule::kRootless &&
        in_.host->UnderRootlessKit()) {
      MakeRootless();
    }
  }
  Write(json);
  return SpecOutcome::kSpec;
}

// Writes the items of a list, with a comma before each but the first, and
// before that too if something stands in the list already.
template <typename List>
void WriteItems(const List& list, bool comma, JsonWriter* w) {
  for (std::string_view item : list) {
    if (comma) {
      w->Write(',', Quoted{item});
    } else {
      w->Write(Quoted{item});
    }
    comma = true;
  }
}

void SpecMaker::WriteCapabilities(JsonWriter* w) const {
  static const StringList* const kNone = new StringList();
  const StringList& own = b_.capabilities ? config_.capabilities : *kNone;
  // The same list is made once, and then repeated.
  struct Written {
    size_t begin = 0;
    size_t end = 0;
  };
  Written with_default, without_default;
  const auto list = [&](bool has_default) {
    has_default = has_default && !base_.capability_items.empty();
    Written& written = has_default ? with_default : without_default;
    if (written.end != 0) {
      w->Repeat(written.begin, written.end);
      return;
    }
    written.begin = w->size();
    w->Write('[', has_default ? base_.capability_items : "");
    if (!own.empty()) WriteItems(own, has_default, w);
    w->Raw(']');
    written.end = w->size();
  };
  if (!b_.capability_sets) {
    // A list, left out when empty.
    if (base_.capability_items.empty() && own.empty()) return;
    w->Raw(",\"capabilities\":");
    list(true);
    return;
  }
  w->Raw(",\"capabilities\":{");
  const size_t begin = w->size();
  const auto set = [&](std::string_view name, bool has_default) {
    if (!has_default && own.empty()) return;
    if (w->size() != begin) w->Raw(',');
    w->Raw(name);
    list(has_default);
  };
  set("\"bounding\":", base_.bounding);
  set("\"effective\":", base_.effective);
  set("\"inheritable\":", base_.inheritable);
  set("\"permitted\":", base_.permitted);
  w->Raw('}');
}

void SpecMaker::WriteProcess(JsonWriter* w) const {
  w->Raw("\"process\":{");
  if (b_.replaces_process) {
    w->Raw(b_.console_size
               ? std::string_view("\"consoleSize\":{\"height\":0,\"width\":0},"
                                  "\"user\":{\"uid\":0,\"gid\":0}")
               : std::string_view("\"user\":{\"uid\":0,\"gid\":0}"));
  } else {
    w->Raw(base_.process_head);
  }
  const StringList& entrypoint = config_.entrypoint;
  const StringList& args = settings_.args;
  if (entrypoint.empty() && args.empty()) {
    // append(nil, nothing...) is nil, append([]string{}, nothing...) is not.
    if (!b_.omits_empty_args) {
      w->Raw(entrypoint.is_nil() ? std::string_view(",\"args\":null")
                                 : std::string_view(",\"args\":[]"));
    }
  } else {
    w->Raw(",\"args\":[");
    WriteItems(entrypoint, false, w);
    WriteItems(args, !entrypoint.empty(), w);
    w->Raw(']');
  }
  w->Write(",\"env\":[", kPathEnv);
  WriteItems(settings_.env, true, w);
  w->Write("],\"cwd\":",
           Quoted{config_.workdir.empty() ? "/" : config_.workdir});
  if (!b_.replaces_process) {
    WriteCapabilities(w);
    w->Raw(base_.process_tail);
  }
  w->Raw('}');
}

void SpecMaker::WriteMount(const SpecMount& mount, JsonWriter* w) const {
  if (!mount.json.empty()) {
    w->Raw(mount.json);
    return;
  }
  if (b_.omits_empty_mount_fields &&
      (mount.type.empty() || mount.source.empty())) {
    w->Write("{\"destination\":", Quoted{mount.destination});
    if (!mount.type.empty()) w->Write(",\"type\":", Quoted{mount.type});
    if (!mount.source.empty()) w->Write(",\"source\":", Quoted{mount.source});
  } else {
    w->Write("{\"destination\":", Quoted{mount.destination},
             ",\"type\":", Quoted{mount.type},
             ",\"source\":", Quoted{mount.source});
  }
  if (!mount.options.empty()) {
    w->Raw(",\"options\":[");
    WriteItems(mount.options, false, w);
    w->Raw(']');
  }
  w->Raw('}');
}

void SpecMaker::WriteMounts(JsonWriter* w) const {
  if (mounts_.empty()) return;
  w->Raw(",\"mounts\":[");
  // Most often, the base spec's mounts stand first and are as they were.
  size_t i = 0;
  while (i < base_.mounts.size() && i < mounts_.size() &&
         mounts_[i].json.data() == base_.mounts[i].json.data()) {
    ++i;
  }
  if (i == base_.mounts.size()) {
    w->Raw(base_.mount_items);
  } else {
    i = 0;
  }
  for (bool comma = i > 0; i < mounts_.size(); ++i) {
    if (comma) w->Raw(',');
    comma = true;
    WriteMount(mounts_[i], w);
  }
  w->Raw(']');
}

void SpecMaker::WriteLinux(JsonWriter* w) const {
  w->Raw(",\"linux\":{");
  // Members are written with a comma behind them; the last one is taken back.
  bool any = !base_.linux_head.empty();
  w->Raw(base_.linux_head);
  if (base_.has_resources && !drops_resources_) {
    w->Raw("\"resources\":{");
    const std::string_view rules =
        config_.allow_all_devices && b_.devices != DevicesRule::kNone
            ? kAllDevicesRule
            : base_.device_rule_items;
    const bool has_rules = !rules.empty() || !devices_.empty();
    if (has_rules) {
      w->Raw("\"devices\":[");
      w->Raw(rules);
      bool comma = !rules.empty();
      for (const SpecDevice& device : devices_) {
        if (comma) w->Raw(',');
        comma = true;
        w->Write("{\"allow\":true,\"type\":\"", device.type,
                 "\",\"major\":", device.major, ",\"minor\":", device.minor,
                 ",\"access\":\"rwm\"}");
      }
      w->Raw(']');
    }
    w->Raw(has_rules || base_.resources_tail.empty()
               ? base_.resources_tail
               : base_.resources_tail.substr(1));
    w->Raw("},");
    any = true;
  }
  if (!drops_resources_) {
    w->Raw(base_.cgroups_path_head);
    any |= !base_.cgroups_path_head.empty();
  }
  if (!namespaces_.empty()) {
    char open = '[';
    w->Raw("\"namespaces\":");
    for (const BaseNamespace& entry : namespaces_) {
      w->Raw(open);
      open = ',';
      w->Raw(entry.json);
    }
    w->Raw("],");
    any = true;
  }
  if (!base_.device_items.empty() || !devices_.empty()) {
    w->Raw("\"devices\":[");
    w->Raw(base_.device_items);
    bool comma = !base_.device_items.empty();
    for (const SpecDevice& device : devices_) {
      if (comma) w->Raw(',');
      comma = true;
      w->Write("{\"path\":", Quoted{device.path}, ",\"type\":\"", device.type,
               "\",\"major\":", device.major, ",\"minor\":", device.minor,
               ",\"fileMode\":", device.file_mode, ",\"uid\":", device.uid,
               ",\"gid\":", device.gid, '}');
    }
    w->Raw("],");
    any = true;
  }
  w->Raw(base_.seccomp_head);
  any |= !base_.seccomp_head.empty();
  if (!rootfs_propagation_.empty()) {
    w->Write("\"rootfsPropagation\":", Quoted{rootfs_propagation_}, ',');
    any = true;
  }
  static const std::vector<uint32_t>* const kNoCpus =
      new std::vector<uint32_t>();
  const std::vector<uint32_t>& throttled =
      b_.masks_thermal_throttle ? in_.host->ThermalThrottleCpus() : *kNoCpus;
  if (!base_.masked_path_items.empty() || !throttled.empty()) {
    w->Write("\"maskedPaths\":[", base_.masked_path_items);
    bool comma = !base_.masked_path_items.empty();
    for (uint32_t cpu : throttled) {
      if (comma) w->Raw(',');
      comma = true;
      w->Write("\"/sys/devices/system/cpu/cpu", cpu, "/thermal_throttle\"");
    }
    w->Raw("],");
    any = true;
  }
  if (drops_proc_readonly_paths_) {
    char open = '[';
    std::string cleaned;
    for (std::string_view path : base_.readonly_paths) {
      const std::string_view clean = CleanPath(path, &cleaned);
      if (absl::StartsWith(clean, "/proc/")) continue;
      if (open == '[') w->Raw("\"readonlyPaths\":");
      w->Raw(open);
      open = ',';
      w->String(clean);
    }
    if (open == ',') w->Raw("],");
    any |= open == ',';
  } else if (!base_.readonly_path_items.empty()) {
    w->Write("\"readonlyPaths\":[", base_.readonly_path_items, "],");
    any = true;
  }
  w->Raw(base_.mount_label_head);
  any |= !base_.mount_label_head.empty();
  if (any) w->TakeBack(1);
  w->Raw('}');
}

void SpecMaker::Write(Buffer* json) const {
  JsonWriter w(json);
  w.Write('{', base_.head);
  WriteProcess(&w);
  w.Write(",\"root\":{\"path\":", Quoted{rootfs_}, '}', base_.hostname_tail);
  WriteMounts(&w);
  w.Raw(base_.hooks_tail);
  if (base_.has_linux) WriteLinux(&w);
  w.Write(base_.tail, '}');
  w.Finish();
}

}  // namespace

SpecOutcome MakeSpec(const SpecInput& input, Arena* arena, Buffer* json,
                     std::vector<PlannedFolder>* plan, std::string* message) {
  plan->clear();
  return SpecMaker(input, arena, plan, message).Make(json);
}

}  // namespace specgen
