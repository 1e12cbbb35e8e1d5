#include "specgen/generator/spec_maker.h"

#include <sys/stat.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "specgen/base/errno_text.h"
#include "specgen/generator/devices.h"
#include "specgen/generator/go_sort.h"
#include "specgen/host/go_path.h"
#include "specgen/host/planned_tree.h"
#include "specgen/json/json_writer.h"

namespace specgen {
namespace {

constexpr std::string_view kRuntimeDestination = "/run/docker/plugins";
constexpr char kEnvJson[] =
    ",\"env\":[\"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/"
    "bin\"";
constexpr std::string_view kAllDevicesRule =
    "{\"allow\":true,\"access\":\"rwm\"}";
constexpr char kNilDereference[] =
    "runtime error: invalid memory address or nil pointer dereference";

// Options of the bind mounts that engines add, and the end of such a mount's
// JSON.
struct BindOptions {
  absl::Span<const std::string_view> list;
  std::string_view json_tail = {};
};
constexpr std::string_view kRuntimeOptions[] = {"rbind", "rshared"};
constexpr BindOptions kRuntime = {kRuntimeOptions,
                                  ",\"options\":[\"rbind\",\"rshared\"]}"};
constexpr std::string_view kPropagatedOptions[] = {"rbind", "rw", "rshared"};
constexpr BindOptions kPropagated = {
    kPropagatedOptions, ",\"options\":[\"rbind\",\"rw\",\"rshared\"]}"};
constexpr std::string_view kMetricsOptions[] = {"bind", "ro"};
constexpr BindOptions kMetrics = {kMetricsOptions,
                                  ",\"options\":[\"bind\",\"ro\"]}"};
constexpr std::string_view kRootlessOptions[] = {"rbind", "nosuid", "noexec",
                                                 "nodev"};
constexpr std::string_view kNetworkOptions[] = {"rbind", "ro"};

// If `json` is not empty, it is the whole mount; else if `json_tail` is not
// empty, the type is "bind", there is a source, and that is what follows it.
struct SpecMount : BaseMount {
  std::string_view json_tail = {};
};

// The mounts of plugins that use the network, the same in each spec.
constexpr std::string_view kNetworkJson =
    "{\"destination\":\"/etc/hosts\",\"type\":\"bind\",\"source\":\"/etc/"
    "hosts\",\"options\":[\"rbind\",\"ro\"]},"
    "{\"destination\":\"/etc/resolv.conf\",\"type\":\"bind\",\"source\":\"/etc/"
    "resolv.conf\",\"options\":[\"rbind\",\"ro\"]}";
constexpr size_t kHostsSize = kNetworkJson.find("},{") + 1;
constexpr SpecMount kNetworkMounts[] = {
    {{"/etc/hosts", "bind", "/etc/hosts", kNetworkOptions,
      kNetworkJson.substr(0, kHostsSize)}},
    {{"/etc/resolv.conf", "bind", "/etc/resolv.conf", kNetworkOptions,
      kNetworkJson.substr(kHostsSize + 1)}},
};

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
        files_(input.host->files, arena, plan),
        arena_(arena),
        message_(message) {}

  SpecOutcome Make(Buffer* json);

 private:
  [[gnu::noinline, gnu::cold]] SpecOutcome Refuse(std::string_view message) {
    message_->assign(message);
    return SpecOutcome::kRefused;
  }
  [[gnu::noinline, gnu::cold]] SpecOutcome Crash(std::string_view message) {
    message_->assign(message);
    return SpecOutcome::kCrashed;
  }

  // filepath.Dir(path), in the arena or in `path`: a clean path.
  std::string_view Dir(std::string_view path);
  // filepath.Join(a, b), in the arena: a clean path, or nothing.
  std::string_view Join(std::string_view a, std::string_view b);
  // The same for clean paths.
  std::string_view JoinClean(std::string_view a, std::string_view b);
  [[gnu::noinline, gnu::cold]] std::string_view SlowDir(std::string_view path) {
    return arena_->Copy(DirPath(path));
  }
  [[gnu::noinline, gnu::cold]] std::string_view SlowJoin(std::string_view a,
                                                         std::string_view b) {
    return arena_->Copy(JoinPath({a, b}));
  }

  // os.MkdirAll. False: refused, and the message is set.
  bool MkdirAll(std::string_view path, uint32_t mode);
  bool UserNamespaceApplies() const {
    return in_.user_namespace != UserNamespaceRule::kNothing &&
           in_.host->facts.in_user_namespace();
  }

  [[gnu::cold]] void ListMounts();
  [[gnu::noinline, gnu::cold]] SpecOutcome ListMountsAndMakeSources();
  SpecOutcome MakeBindSource(SpecMount* mount);
  SpecOutcome AddMounts();
  // The JSON is not used where the source is empty: then it may be left out.
  static SpecMount BindMount(std::string_view destination,
                             std::string_view source,
                             const BindOptions& options) {
    return {{destination, "bind", source, options.list},
            source.empty() ? std::string_view() : options.json_tail};
  }
  static SpecMount OwnMount(const PluginMount& mount) {
    return {{mount.destination, mount.type,
             mount.source != nullptr ? *mount.source : std::string_view(""),
             SpanOf(mount.options)}};
  }
  const Slice<PluginMount>& OwnMounts() const {
    return b_.mounts_from_settings ? settings_.mounts : config_.mounts;
  }
  bool HasNetworkMounts() const {
    return b_.network && !config_.network_type.empty();
  }
  // Calls `add` for each mount that InitSpec adds to those of the base spec,
  // but for the network's, which come last.
  template <typename Add>
  void EachAddedMount(Add add) const;
  void DropDevMounts();
  [[gnu::noinline]] void DropDevMounts(const Slice<PluginMount>& own,
                                       size_t candidates);
  SpecOutcome RemoveNamespaces();
  SpecOutcome RemoveNamespace(std::string_view type);
  SpecOutcome AddDevices();
  [[gnu::noinline]] void AddMetricsMounts();
  [[gnu::noinline]] void SortMounts();
  [[gnu::noinline, gnu::cold]] SpecOutcome KeepLockedFlags();
  bool IsRemoved(size_t space) const {
    return std::find(removed_, removed_ + removed_count_, space) !=
           removed_ + removed_count_;
  }
  bool HasNamespace(std::string_view type) const;
  [[gnu::noinline, gnu::cold]] void MakeRootless();

  void Write(Buffer* json) const;
  void WriteProcess(JsonWriter* w) const;
  void WriteCapabilities(JsonWriter* w) const;
  void WriteMount(const SpecMount& mount, JsonWriter* w) const;
  void WriteMounts(JsonWriter* w) const;
  void WriteResources(JsonWriter* w) const;
  void WriteNamespaces(JsonWriter* w) const;
  void WriteDevices(JsonWriter* w) const;
  [[gnu::noinline, gnu::cold]] std::string_view OwnMasks() const;
  void WriteOwnMasks(JsonWriter* w) const;
  void WriteLinux(JsonWriter* w) const;

  const SpecInput& in_;
  const Behaviour& b_;
  const BaseSpec& base_;
  const PluginConfig& config_;
  const PluginSettings& settings_;
  PlannedTree files_;
  Arena* arena_;
  std::string* message_;

  std::string_view rootfs_;
  std::string_view runtime_folder_;
  std::string_view propagated_source_;  // "": no such mount
  // Most often the mounts are those of the base spec and EachAddedMount, and no
  // list is made of them. Where one is needed, ListMounts makes it.
  bool lists_mounts_ = false;
  Slice<SpecMount> mounts_;
  // Those of the base spec's namespaces that are removed, in its order.
  static constexpr size_t kMostRemoved = 3;
  size_t removed_[kMostRemoved];
  size_t removed_count_ = 0;
  Slice<SpecDevice> devices_;
  bool shares_rootfs_ = false;              // its propagation is "rshared"
  bool drops_resources_ = false;            // rootless
  bool drops_proc_readonly_paths_ = false;  // rootless with the host's PIDs
};

std::string_view SpecMaker::Dir(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash != std::string_view::npos && slash > 0 && IsCleanPath(path)) {
    return path.substr(0, slash);
  }
  return SlowDir(path);
}

[[gnu::hot]] std::string_view SpecMaker::Join(std::string_view a,
                                              std::string_view b) {
  return !a.empty() && IsCleanPath(a) && !b.empty() && IsCleanPath(b)
             ? JoinClean(a, b)
             : SlowJoin(a, b);
}

[[gnu::hot]] std::string_view SpecMaker::JoinClean(std::string_view a,
                                                   std::string_view b) {
  // The usual case without a copy of more than needed.
  if (a[0] == '/' && a.size() > 1 && b[0] != '/' && b[0] != '.') {
    return arena_->Concat(a, "/", b);
  }
  return SlowJoin(a, b);
}

bool SpecMaker::MkdirAll(std::string_view path, uint32_t mode) {
  const absl::Status status = files_.MkdirAll(path, mode);
  if (status.ok()) return true;
  message_->assign(status.message());
  return false;
}

template <typename Add>
void SpecMaker::EachAddedMount(Add add) const {
  if (!propagated_source_.empty()) {
    add(BindMount(config_.propagated_mount, propagated_source_, kPropagated));
  }
  for (const PluginMount& mount : OwnMounts()) add(OwnMount(mount));
  add(BindMount(kRuntimeDestination, runtime_folder_, kRuntime));
}

void SpecMaker::ListMounts() {
  if (lists_mounts_) return;
  lists_mounts_ = true;
  mounts_.Assign(arena_, nullptr, 0,
                 base_.mounts.size() + OwnMounts().size() + 4);
  for (const BaseMount& mount : base_.mounts) mounts_.Append(arena_, {mount});
  const auto append = [this](const SpecMount& mount) {
    mounts_.Append(arena_, mount);
  };
  EachAddedMount(append);
  if (HasNetworkMounts()) {
    for (const SpecMount& mount : kNetworkMounts) append(mount);
  }
}

// For engines that make the folders which the plugin's mounts bind: one by one,
// because each may be refused, and then those before it are made.
SpecOutcome SpecMaker::ListMountsAndMakeSources() {
  ListMounts();
  // The plugin's own are in front of the runtime folder and the network's.
  const size_t own = OwnMounts().size();
  const size_t behind = HasNetworkMounts() ? std::size(kNetworkMounts) : 0;
  const size_t runtime = mounts_.size() - 1 - behind;
  for (size_t i = runtime - own; i <= runtime; ++i) {
    const SpecOutcome outcome = MakeBindSource(&mounts_[i]);
    if (outcome != SpecOutcome::kSpec) return outcome;
  }
  // Its options are set after those of all were overridden.
  mounts_[runtime].options = kRuntime.list;
  return SpecOutcome::kSpec;
}

// Makes the folder that a mount binds, if it binds one.
SpecOutcome SpecMaker::MakeBindSource(SpecMount* mount) {
  if (mount->source.empty() || mount->type != "bind") return SpecOutcome::kSpec;
  if (b_.overrides_bind_options) mount->options = kRuntime.list;
  const std::string_view destination = Join(rootfs_, mount->destination);
  FileFacts facts;
  const int error = files_.Lstat(destination, &facts);
  if (error != 0) {
    return Refuse(
        absl::StrCat("lstat ", destination, ": ", GoErrnoText(error)));
  }
  if (S_ISDIR(facts.mode) && !MkdirAll(mount->source, 0700)) {
    return SpecOutcome::kRefused;
  }
  return SpecOutcome::kSpec;
}

[[gnu::hot]] SpecOutcome SpecMaker::AddMounts() {
  runtime_folder_ = Join(in_.paths.exec_root, in_.paths.id);
  if (b_.runtime_folder_mode != 0 &&
      !MkdirAll(runtime_folder_, b_.runtime_folder_mode)) {
    return SpecOutcome::kRefused;
  }
  if (b_.propagated_mount == PropagatedMount::kBind &&
      !config_.propagated_mount.empty()) {
    // A nil s.Linux cannot be here: these engines take no base spec.
    propagated_source_ = JoinClean(Dir(rootfs_), "propagated-mount");
    shares_rootfs_ = true;
  }

  if (b_.network && config_.network_type == "host") {
    const SpecOutcome outcome = RemoveNamespace("network");
    if (outcome != SpecOutcome::kSpec) return outcome;
  }
  if (b_.host_pid_and_ipc) {
    if (config_.pid_host) RemoveNamespace("pid");
    if (config_.ipc_host) RemoveNamespace("ipc");
  }

  if (!b_.allows_null_source) {
    for (const PluginMount& mount : OwnMounts()) {
      if (mount.source == nullptr) {
        return Refuse("mount source is not specified");
      }
    }
  }
  if (b_.makes_bind_sources) return ListMountsAndMakeSources();
  return SpecOutcome::kSpec;
}

constexpr std::string_view kDev = "/dev/";

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
  size_t candidates = 0;
  for (const PluginMount& mount : own) {
    candidates += absl::StartsWith(mount.destination, kDev) ? 1 : 0;
  }
  if (candidates > 0) DropDevMounts(own, candidates);
}

// `own` are the plugin's mounts, and so many of them are below /dev/.
void SpecMaker::DropDevMounts(const Slice<PluginMount>& own,
                              size_t candidates) {
  ListMounts();
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

[[gnu::hot]] SpecOutcome SpecMaker::RemoveNamespace(std::string_view type) {
  if (!base_.has_linux) return Crash(kNilDereference);
  const absl::Span<const BaseNamespace> all = base_.namespaces;
  size_t found = all.size();
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].type != type) continue;
    found = i;
    if (!b_.removes_last_namespace) break;
  }
  if (found == all.size()) return SpecOutcome::kSpec;
  // No two calls are about the same type.
  size_t at = removed_count_++;
  assert(removed_count_ <= kMostRemoved);
  for (; at > 0 && removed_[at - 1] > found; --at) {
    removed_[at] = removed_[at - 1];
  }
  removed_[at] = found;
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
    if (!DevicesFromPath(*device.path, b_.device_nodes, files_, arena_,
                         &devices_, message_)) {
      return SpecOutcome::kRefused;
    }
    if (!base_.has_linux || !base_.has_resources) {
      return Crash(kNilDereference);
    }
  }
  return SpecOutcome::kSpec;
}

void SpecMaker::AddMetricsMounts() {
  // dockerd adds one for each time that the type is listed.
  for (std::string_view type : config_.interface_types) {
    if (type != "docker.metricscollector/1.0") continue;
    ListMounts();
    mounts_.Append(arena_, BindMount("/run/docker/metrics.sock",
                                     in_.paths.metrics_socket, kMetrics));
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
    int error = files_.Lstat(mount.source, &facts);
    if (error == ENOENT) continue;
    if (error != 0) {
      return Refuse(
          absl::StrCat("lstat ", mount.source, ": ", GoErrnoText(error)));
    }
    uint64_t flags = 0;
    error = files_.MountFlags(mount.source, &flags);
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
    mount.json = mount.json_tail = {};
  }
  return SpecOutcome::kSpec;
}

bool SpecMaker::HasNamespace(std::string_view type) const {
  for (size_t i = 0; i < base_.namespaces.size(); ++i) {
    if (base_.namespaces[i].type == type && !IsRemoved(i)) return true;
  }
  return false;
}

// specconv.ToRootless(spec, nil) of moby's daemon/internal/rootless.
void SpecMaker::MakeRootless() {
  drops_resources_ = true;
  const auto bind_host = [&](SpecMount* mount, std::string_view path) {
    *mount = {{path, "bind", path, kRootlessOptions, ""}};
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
  if (!HasNamespace("network") &&
      in_.host->facts.detached_network_namespace()) {
    const bool has_sysfs =
        std::any_of(mounts_.begin(), mounts_.end(),
                    [](const SpecMount& m) { return m.type == "sysfs"; });
    if (!has_sysfs) return;
    const bool keeps_cgroup =
        in_.user_namespace == UserNamespaceRule::kRootlessKeepCgroup &&
        in_.host->facts.unified_cgroups();
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

void SpecMaker::SortMounts() {
  ListMounts();
  GoSort(mounts_.begin(), mounts_.size(),
         [](const SpecMount& a, const SpecMount& b) {
           return a.destination < b.destination;
         });
}

[[gnu::hot]] SpecOutcome SpecMaker::Make(Buffer* json) {
  rootfs_ = b_.rootfs == RootfsRule::kGiven
                ? in_.paths.rootfs
                : Join(Join(in_.paths.lib_root, in_.paths.id), "rootfs");
  SpecOutcome outcome = AddMounts();
  if (outcome != SpecOutcome::kSpec) return outcome;
  if (b_.dev_mounts != DevMounts::kStay) DropDevMounts();
  if (b_.propagated_mount == PropagatedMount::kRootfsPropagation &&
      !config_.propagated_mount.empty()) {
    if (!base_.has_linux) return Crash(kNilDereference);
    shares_rootfs_ = true;
  }
  outcome = AddDevices();
  if (outcome != SpecOutcome::kSpec) return outcome;
  if (b_.metrics_mount && !in_.paths.metrics_socket.empty()) {
    AddMetricsMounts();
  }
  if (b_.sorts_mounts) SortMounts();
  if (UserNamespaceApplies()) {
    ListMounts();
    outcome = KeepLockedFlags();
    if (outcome != SpecOutcome::kSpec) return outcome;
    if (in_.user_namespace >= UserNamespaceRule::kRootless &&
        in_.host->facts.under_rootlesskit()) {
      MakeRootless();
    }
  }
  Write(json);
  return SpecOutcome::kSpec;
}

void SpecMaker::WriteCapabilities(JsonWriter* w) const {
  static const StringList* const kNone = new StringList();
  const StringList& own = b_.capabilities ? config_.capabilities : *kNone;
  if (!b_.capability_sets) {
    // A list, left out when empty.
    if (base_.capability_items.empty() && own.empty()) return;
    w->Write(",\"capabilities\":[", base_.capability_items);
    w->Strings(SpanOf(own), !base_.capability_items.empty());
    w->Raw(']');
    return;
  }
  static constexpr ShortJson kSets[] = {"\"bounding\":[", "\"effective\":[",
                                        "\"inheritable\":[", "\"permitted\":["};
  const bool has_default[] = {base_.bounding, base_.effective,
                              base_.inheritable, base_.permitted};
  w->Raw(",\"capabilities\":{");
  // The same list is made once, and then repeated.
  struct Written {
    size_t begin = 0;
    size_t end = 0;
  };
  Written written[2];
  for (size_t i = 0; i < std::size(kSets); ++i) {
    if (!has_default[i] && own.empty()) continue;
    w->Write(kSets[i]);
    Written& list = written[has_default[i] ? 1 : 0];
    if (list.end != 0) {
      w->Repeat(list.begin, list.end);
      continue;
    }
    list.begin = w->size();
    if (has_default[i]) w->Raw(base_.capability_items);
    w->Strings(SpanOf(own), has_default[i] && !base_.capability_items.empty());
    w->Raw("],");
    list.end = w->size();
  }
  w->TakeBackComma();
  w->Raw('}');
}

void SpecMaker::WriteProcess(JsonWriter* w) const {
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
    w->Strings(SpanOf(entrypoint), /*comma=*/false);
    w->Strings(SpanOf(args), /*comma=*/!entrypoint.empty());
    w->Raw(']');
  }
  w->Raw(kEnvJson);
  w->Strings(SpanOf(settings_.env), /*comma=*/true);
  w->Write("],\"cwd\":",
           Quoted{config_.workdir.empty() ? "/" : config_.workdir});
  if (!b_.replaces_process) WriteCapabilities(w);
}

void SpecMaker::WriteMount(const SpecMount& mount, JsonWriter* w) const {
  if (!mount.json.empty()) {
    w->Raw(mount.json);
    return;
  }
  if (!mount.json_tail.empty()) {
    w->Write("{\"destination\":", Quoted{mount.destination},
             ",\"type\":\"bind\",\"source\":", Quoted{mount.source},
             mount.json_tail);
    return;
  }
  w->Write("{\"destination\":", Quoted{mount.destination});
  if (!b_.omits_empty_mount_fields || !mount.type.empty()) {
    w->Write(",\"type\":", Quoted{mount.type});
  }
  if (!b_.omits_empty_mount_fields || !mount.source.empty()) {
    w->Write(",\"source\":", Quoted{mount.source});
  }
  if (!mount.options.empty()) {
    w->Raw(",\"options\":[");
    w->Strings(mount.options, /*comma=*/false);
    w->Raw(']');
  }
  w->Raw('}');
}

void SpecMaker::WriteMounts(JsonWriter* w) const {
  if (lists_mounts_) {
    w->Write('}', base_.hostname_tail);
    if (mounts_.empty()) return;
    w->Raw(",\"mounts\":[");
    for (const SpecMount& mount : mounts_) {
      WriteMount(mount, w);
      w->Raw(',');
    }
  } else {
    w->Raw(base_.mounts_start);
    EachAddedMount([&](const SpecMount& mount) {
      WriteMount(mount, w);
      w->Raw(',');
    });
    if (HasNetworkMounts()) w->Write(kNetworkJson, ',');
  }
  w->TakeBack(1);
  w->Raw(']');
}

void SpecMaker::WriteResources(JsonWriter* w) const {
  const bool all_devices =
      config_.allow_all_devices && b_.devices != DevicesRule::kNone;
  const std::string_view rules =
      all_devices ? kAllDevicesRule : base_.device_rule_items;
  if (rules.empty() && devices_.empty()) {
    w->Write(base_.linux_start, "\"resources\":{");
    w->Raw(base_.resources_tail.empty() ? base_.resources_end
                                        : base_.resources_end.substr(1));
    return;
  }
  if (all_devices) {
    w->Write(base_.linux_start, "\"resources\":{\"devices\":[", rules);
  } else {
    w->Raw(base_.rules_start);
  }
  bool comma = !rules.empty();
  for (const SpecDevice& device : devices_) {
    if (comma) w->Raw(',');
    comma = true;
    w->Write("{\"allow\":true,\"type\":\"", device.type,
             "\",\"major\":", device.major, ",\"minor\":", device.minor,
             ",\"access\":\"rwm\"}");
  }
  w->Write(']', base_.resources_end);
}

void SpecMaker::WriteNamespaces(JsonWriter* w) const {
  const absl::Span<const BaseNamespace> all = base_.namespaces;
  if (all.size() == removed_count_) return;
  w->Raw("\"namespaces\":[");
  // Pieces of the list, between those that are removed.
  std::string_view rest = base_.namespace_items;
  size_t next = 0;
  for (size_t i = 0; i < removed_count_; ++i) {
    size_t size = 0;
    for (; next < removed_[i]; ++next) size += all[next].json.size() + 1;
    w->Raw(rest.substr(0, size));
    size += all[next++].json.size() + 1;
    rest.remove_prefix(std::min(size, rest.size()));
  }
  if (rest.empty()) w->TakeBack(1);
  w->Write(rest, "],");
}

void SpecMaker::WriteDevices(JsonWriter* w) const {
  if (base_.device_items.empty() && devices_.empty()) return;
  w->Write("\"devices\":[", base_.device_items);
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
}

// The rest of the spec from the masked paths on, where the machine has a say in
// them.
std::string_view SpecMaker::OwnMasks() const {
  std::string json;
  JsonWriter w(&json);
  w.Write("\"maskedPaths\":[", base_.masked_path_items);
  bool comma = !base_.masked_path_items.empty();
  if (b_.masks_thermal_throttle) {
    for (uint32_t cpu : in_.host->facts.thermal_throttle_cpus()) {
      if (comma) w.Raw(',');
      comma = true;
      w.Write("\"/sys/devices/system/cpu/cpu", cpu, "/thermal_throttle\"");
    }
  }
  if (comma) {
    w.Raw("],");
  } else {
    w.TakeBack(w.size());
  }
  if (drops_proc_readonly_paths_) {
    bool any = false;
    std::string cleaned;
    for (std::string_view path : base_.readonly_paths) {
      const std::string_view clean = CleanPath(path, &cleaned);
      if (absl::StartsWith(clean, "/proc/")) continue;
      w.Write(any ? std::string_view(",") : "\"readonlyPaths\":[",
              Quoted{clean});
      any = true;
    }
    if (any) w.Raw("],");
  } else if (!base_.readonly_path_items.empty()) {
    w.Write("\"readonlyPaths\":[", base_.readonly_path_items, "],");
  }
  w.Raw(base_.mount_label_head);
  if (w.size() > 0) w.TakeBack(1);
  w.Write('}', base_.tail, '}');
  w.Finish();
  return arena_->Copy(json);
}

void SpecMaker::WriteOwnMasks(JsonWriter* w) const {
  w->Raw(base_.seccomp_head);
  if (shares_rootfs_) {
    w->Raw("\"rootfsPropagation\":\"rshared\",");
  } else {
    w->Raw(base_.rootfs_propagation_head);
  }
  const std::string_view masks = OwnMasks();
  if (masks[0] == '}') w->TakeBackComma();
  w->Raw(masks);
}

// Members of "linux" are written with a comma behind them; the last one is
// taken back.
void SpecMaker::WriteLinux(JsonWriter* w) const {
  if (drops_resources_) {
    w->Raw(base_.linux_start);
  } else if (base_.has_resources) {
    WriteResources(w);
  } else {
    w->Write(base_.linux_start, base_.cgroups_path_head);
  }
  WriteNamespaces(w);
  WriteDevices(w);
  const bool own_masks = drops_proc_readonly_paths_ ||
                         (b_.masks_thermal_throttle &&
                          !in_.host->facts.thermal_throttle_cpus().empty());
  if (own_masks) [[unlikely]] {
    WriteOwnMasks(w);
    return;
  }
  const std::string_view end =
      shares_rootfs_ ? base_.shared_linux_end : base_.linux_end;
  if (end[0] == '}') w->TakeBackComma();
  w->Raw(end);
}

// All of it inlined, which keeps the writer in registers.
[[gnu::flatten, gnu::hot]] void SpecMaker::Write(Buffer* json) const {
  JsonWriter w(json);
  w.Raw(base_.start);
  WriteProcess(&w);
  w.Write(base_.process_end, Quoted{rootfs_});
  WriteMounts(&w);
  if (base_.has_linux) {
    WriteLinux(&w);
  } else {
    w.Write(base_.hooks_tail, base_.tail, '}');
  }
  w.Finish();
}

}  // namespace

[[gnu::hot]] SpecOutcome MakeSpec(const SpecInput& input, Arena* arena,
                                  Buffer* json,
                                  std::vector<PlannedFolder>* plan,
                                  std::string* message) {
  plan->clear();
  return SpecMaker(input, arena, plan, message).Make(json);
}

}  // namespace specgen
