#include "specgen/generator/init_spec.h"

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "specgen/base/errno_text.h"
#include "specgen/engine/default_spec.h"
#include "specgen/generator/devices.h"
#include "specgen/generator/engine_literals.h"
#include "specgen/generator/go_sort.h"
#include "specgen/generator/user_namespace.h"
#include "specgen/host/go_path.h"
#include "specgen/host/planned_tree.h"

namespace specgen {
namespace {

Verdict Refuse(std::string message) {
  return Verdict::Refused(Stage::kSpec, std::move(message));
}
// A part of the spec that the engine follows a pointer to is not there.
Verdict NilDereference() {
  return Verdict::Crashed(Stage::kSpec, kNilDereference);
}

absl::Span<const std::string_view> SpanOf(const StringList& list) {
  return absl::MakeConstSpan(list.begin(), list.size());
}

// Most often InitSpec adds so many mounts of its own: the propagated mount, the
// runtime directory, /etc/hosts and /etc/resolv.conf.
constexpr size_t kUsualMounts = 4;

// oci.DefaultSpec(), or the spec that InitSpec is given; `mounts` are those
// that will be added.
void StartFrom(const BaseSpec& base, size_t mounts, Arena* arena, Spec* s) {
  s->process.capabilities = arena->New<Spec::Capabilities>();
  Spec::Capabilities& sets = *s->process.capabilities;
  if (base.bounding) sets.bounding.first = base.capabilities;
  if (base.effective) sets.effective.first = base.capabilities;
  if (base.inheritable) sets.inheritable.first = base.capabilities;
  if (base.permitted) sets.permitted.first = base.capabilities;
  s->mounts = MountList(base.mounts, mounts, arena);
  if (!base.has_linux) return;
  s->linux = arena->New<Spec::Linux>();
  Spec::Linux& linux = *s->linux;
  if (base.has_resources) linux.resources = arena->New<Spec::Resources>();
  linux.namespaces = NamespaceList(base.namespaces);
  linux.rootfs_propagation = base.rootfs_propagation;
  linux.masked_paths = base.masked_paths;
  linux.readonly_paths = base.readonly_paths;
}

// oci.DefaultSpec() masks what tells of the heat of each CPU
// (GHSA-6fw5-f8r9-fgfm).
void MaskThermalThrottle(const Host& host, Arena* arena, Spec::Linux* linux) {
  if (host.facts.thermal_throttle_cpus().empty()) return;
  Slice<std::string_view> masked;
  for (std::string_view path : linux->masked_paths) masked.Append(arena, path);
  for (uint32_t cpu : host.facts.thermal_throttle_cpus()) {
    masked.Append(arena, arena->Copy(absl::StrCat("/sys/devices/system/cpu/cpu",
                                                  cpu, "/thermal_throttle")));
  }
  linux->masked_paths = SpanOf(masked);
}

// Before 1.13.0-rc4: makes the source of each bind mount, if the plugin has a
// directory at its destination.
Verdict MakeBindSources(const Behaviour& b, std::string_view rootfs,
                        PlannedTree* files, absl::Span<Mount> mounts) {
  for (Mount& mount : mounts) {
    if (mount.source.empty() || mount.type != "bind") continue;
    if (b.overrides_bind_options) mount.options = kRuntimeOptions;
    const std::string destination = JoinPath({rootfs, mount.destination});
    FileFacts facts;
    const int error = files->Lstat(destination, &facts);
    if (error != 0) {
      return Refuse(
          absl::StrCat("lstat ", destination, ": ", GoErrnoText(error)));
    }
    if (!S_ISDIR(facts.mode)) continue;
    Verdict made = files->MkdirAll(mount.source, 0700);
    if (!made.ok()) return made;
  }
  return Verdict();
}

// Adds each device with its rule; a directory stands for all devices in it.
Verdict AddDevices(const Slice<PluginDevice>& devices, const Behaviour& b,
                   const FileTree& files, Arena* arena, Spec* s) {
  if (devices.empty()) return Verdict();
  // Where a base spec has none, the engine looks for the first device, which
  // may be refused, and then crashes as it appends to
  // s.Linux.Resources.Devices.
  const bool has_resources =
      s->linux != nullptr && s->linux->resources != nullptr;
  Slice<Device> found;
  Slice<DeviceRule> allowed;
  Slice<Device>& nodes = has_resources ? s->linux->devices.added : found;
  Slice<DeviceRule>& rules =
      has_resources ? s->linux->resources->devices.added : allowed;
  nodes.Reserve(arena, devices.size());
  rules.Reserve(arena, devices.size() + rules.size());
  for (const PluginDevice& device : devices) {
    if (device.path == nullptr) return NilDereference();
    Verdict verdict = DevicesFromPath(*device.path, b.device_nodes, files,
                                      arena, &nodes, &rules);
    if (!verdict.ok()) return verdict;
    if (!has_resources) return NilDereference();
  }
  return Verdict();
}

}  // namespace

// To be read beside moby's function, in whose order it stands; where ours does
// a thing earlier or later, a comment says so and why that is the same.
Verdict InitSpec(const SpecInput& in, Arena* arena,
                 std::vector<PlannedFolder>* plan, Spec* s) {
  const Behaviour& b = in.behaviour;
  const PluginConfig& config = in.plugin.config;
  const PluginSettings& settings = in.plugin.settings;
  const Slice<PluginMount>& own_mounts =
      b.mounts_from_settings ? settings.mounts : config.mounts;
  // What is planned is there for what is looked up later.
  PlannedTree files(in.host.files, arena, plan);

  // s := oci.DefaultSpec()
  StartFrom(in.base, own_mounts.size() + kUsualMounts, arena, s);
  if (b.masks_thermal_throttle && s->linux != nullptr) {
    MaskThermalThrottle(in.host, arena, s->linux);
  }

  // s.Root. Readonly is false there, and so is s.Process.Terminal below: false
  // is left out of the JSON, whatever a base spec has.
  s->root.path = in.paths.rootfs;
  if (b.rootfs == RootfsRule::kInLibRoot) {
    s->root.path = JoinPath(JoinPath(in.paths.lib_root, in.paths.id, arena),
                            "rootfs", arena);
  }

  // The map userMounts is made by YieldDevMounts, the only one that asks it.

  // execRoot; before 1.13.0-rc5 p.runtimeSourcePath, which is the same path.
  const std::string_view runtime_directory =
      JoinPath(in.paths.exec_root, in.paths.id, arena);
  if (b.runtime_folder_mode != 0) {
    Verdict made = files.MkdirAll(runtime_directory, b.runtime_folder_mode);
    if (!made.ok()) return made;
  }

  // Since 18.03.0 here, before that below.
  if (b.propagated_mount == PropagatedMount::kBind &&
      !config.propagated_mount.empty()) {
    const std::string_view source =
        JoinPath(DirPath(s->root.path, arena), kPropagatedMountName, arena);
    s->mounts.Append(
        arena, {config.propagated_mount, "bind", source, kPropagatedOptions});
    if (s->linux == nullptr) return NilDereference();
    s->linux->rootfs_propagation = "rshared";
  }

  // From here on moby collects the list `mounts`, and goes over it below; our
  // loop below names its items itself, since removing namespaces changes none.
  const bool has_network = b.network && !config.network_type.empty();
  // oci.RemoveNamespace. Only a base spec can be without "linux", and no engine
  // after 1.13.0-rc4 takes one. (Since 25.0.0 moby passes over a nil Linux.)
  const auto remove = [&b, s](std::string_view type) {
    if (s->linux == nullptr) return false;
    s->linux->namespaces.Remove(type, b.removes_last_namespace);
    return true;
  };
  if (has_network && config.network_type == "host" && !remove("network")) {
    return NilDereference();
  }
  if (b.host_pid_and_ipc && config.pid_host && !remove("pid")) {
    return NilDereference();
  }
  if (b.host_pid_and_ipc && config.ipc_host && !remove("ipc")) {
    return NilDereference();
  }

  // for _, mnt := range mounts
  for (const PluginMount& own : own_mounts) {
    if (own.source == nullptr && !b.allows_null_source) {
      return Refuse("mount source is not specified");
    }
    s->mounts.Append(arena,
                     {own.destination, own.type,
                      own.source == nullptr ? std::string_view() : *own.source,
                      SpanOf(own.options)});
  }
  s->mounts.Append(
      arena, {kRuntimeDestination, "bind", runtime_directory, kRuntimeOptions});
  if (has_network) {
    s->mounts.Append(arena, kEtcHosts);
    s->mounts.Append(arena, kResolvConf);
  }
  // Part of that loop in moby. None of its other steps fails in these engines,
  // which take a null source, and appending looks at nothing on the host.
  if (b.makes_bind_sources) {
    Verdict made =
        MakeBindSources(b, s->root.path, &files,
                        s->mounts.Edit(arena).subspan(in.base.mounts.size()));
    if (!made.ok()) return made;
  }

  // for i, m := range s.Mounts
  if (b.dev_mounts == DevMounts::kYieldToConfig) {
    YieldDevMounts(config.mounts, arena, &s->mounts);
  }
  if (b.dev_mounts == DevMounts::kYieldToSettings) {
    YieldDevMounts(settings.mounts, arena, &s->mounts);
  }

  // Before 18.03.0. moby sets p.PropagatedMount as well: dockerd itself uses
  // it, and no spec shows it.
  if (b.propagated_mount == PropagatedMount::kRootfsPropagation &&
      !config.propagated_mount.empty()) {
    if (s->linux == nullptr) return NilDereference();
    s->linux->rootfs_propagation = "rshared";
  }

  if (b.devices != DevicesRule::kNone) {
    if (config.allow_all_devices) {
      if (s->linux == nullptr) return NilDereference();
      if (s->linux->resources == nullptr) return NilDereference();
      s->linux->resources->devices.Clear();
      s->linux->resources->devices.Append(arena, kAllDevices);
    }
    Verdict found =
        AddDevices(b.devices == DevicesRule::kFromConfig ? config.devices
                                                         : settings.devices,
                   b, files, arena, s);
    if (!found.ok()) return found;
  }

  // Before 1.13.0-rc2 s.Process = specs.Process{...}; since then its fields.
  if (b.replaces_process) {
    s->process = Spec::Process();
    s->process.is_new = true;
  }
  s->process.args = {SpanOf(config.entrypoint), SpanOf(settings.args)};
  s->process.args_are_nil = config.entrypoint.is_nil() && settings.args.empty();
  s->process.cwd = config.workdir.empty() ? "/" : config.workdir;
  s->process.env = {kDefaultPathEnv, SpanOf(settings.env)};
  // append(s.Process.Capabilities, ...), since 17.06.0 for each of the four
  // sets: what holds them, caps, is made of the base spec above. A process that
  // was made anew has none.
  if (b.capabilities && !b.replaces_process) {
    Spec::Capabilities& sets = *s->process.capabilities;
    sets.bounding.second = SpanOf(config.capabilities);
    sets.permitted.second = SpanOf(config.capabilities);
    sets.inheritable.second = SpanOf(config.capabilities);
    sets.effective.second = SpanOf(config.capabilities);
  }

  // p.modifyRuntimeSpec, since 18.03.0: set by plugin/store.go for each time
  // that the type is listed, to what dockerd wants of it
  // (daemon/metrics_unix.go; since 28.0.0 internal/metrics/plugin_unix.go,
  // since 29.0.0 in daemon/).
  if (b.metrics_mount && !in.paths.metrics_socket.empty()) {
    for (std::string_view type : config.interface_types) {
      if (type != "docker.metricscollector/1.0") continue;
      s->mounts.Append(arena, {"/run/docker/metrics.sock", "bind",
                               in.paths.metrics_socket, kMetricsOptions});
    }
  }

  // sort.Slice, which is not stable: 18.03.0 only.
  if (b.sorts_mounts) {
    const absl::Span<Mount> mounts = s->mounts.Edit(arena);
    GoSort(mounts.data(), mounts.size(), [](const Mount& x, const Mount& y) {
      return x.destination < y.destination;
    });
  }

  // userns.RunningInUserNS(), since 25.0.5 and 26.0.0-rc3, and in it
  // rootless.RunningWithRootlessKit(), since 29.5.3.
  if (KeepsLockedFlags(in.user_namespace) &&
      in.host.facts.in_user_namespace()) {
    Verdict kept = KeepLockedFlags(files, arena, &s->mounts);
    if (!kept.ok()) return kept;
    if (MakesRootless(in.user_namespace) && in.host.facts.under_rootlesskit()) {
      ToRootless(KeepsUnifiedCgroup(in.user_namespace), in.host, arena, s);
    }
  }
  return Verdict();
}

}  // namespace specgen
