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

// Before 1.13.0-rc4: makes each directory that is bound, if the plugin has a
// directory there.
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

// Adds each device with its rule; so many as there are at a path.
Verdict AddDevices(const Slice<PluginDevice>& devices, const Behaviour& b,
                   const FileTree& files, Arena* arena, Spec* s) {
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

Verdict InitSpec(const SpecInput& in, Arena* arena,
                 std::vector<PlannedFolder>* plan, Spec* s) {
  const Behaviour& b = in.behaviour;
  const PluginConfig& config = in.plugin.config;
  const PluginSettings& settings = in.plugin.settings;
  const Slice<PluginMount>& own_mounts =
      b.mounts_from_settings ? settings.mounts : config.mounts;
  // What is planned is there for what is looked up later.
  PlannedTree files(in.host.files, arena, plan);

  StartFrom(in.base, own_mounts.size() + kUsualMounts, arena, s);
  if (b.masks_thermal_throttle && s->linux != nullptr) {
    MaskThermalThrottle(in.host, arena, s->linux);
  }

  // Root.Readonly becomes false, and so does Process.Terminal below; false is
  // left out, whatever the base spec says.
  s->root.path = in.paths.rootfs;
  if (b.rootfs == RootfsRule::kInLibRoot) {
    s->root.path = JoinPath(JoinPath(in.paths.lib_root, in.paths.id, arena),
                            "rootfs", arena);
  }

  const std::string_view runtime_directory =
      JoinPath(in.paths.exec_root, in.paths.id, arena);
  if (b.runtime_folder_mode != 0) {
    Verdict made = files.MkdirAll(runtime_directory, b.runtime_folder_mode);
    if (!made.ok()) return made;
  }

  if (b.propagated_mount == PropagatedMount::kBind &&
      !config.propagated_mount.empty()) {
    const std::string_view source =
        JoinPath(DirPath(s->root.path, arena), "propagated-mount", arena);
    s->mounts.Append(
        arena, {config.propagated_mount, "bind", source, kPropagatedOptions});
    if (s->linux == nullptr) return NilDereference();
    s->linux->rootfs_propagation = "rshared";
  }

  const bool has_network = b.network && !config.network_type.empty();
  if (has_network && config.network_type == "host") {
    if (s->linux == nullptr) return NilDereference();
    s->linux->namespaces.Remove("network", b.removes_last_namespace);
  }
  if (b.host_pid_and_ipc && config.pid_host) {
    if (s->linux == nullptr) return NilDereference();
    s->linux->namespaces.Remove("pid", b.removes_last_namespace);
  }
  if (b.host_pid_and_ipc && config.ipc_host) {
    if (s->linux == nullptr) return NilDereference();
    s->linux->namespaces.Remove("ipc", b.removes_last_namespace);
  }

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
  // In moby's loop over these mounts; but none of its other steps can fail.
  if (b.makes_bind_sources) {
    Verdict made =
        MakeBindSources(b, s->root.path, &files,
                        s->mounts.Edit(arena).subspan(in.base.mounts.size()));
    if (!made.ok()) return made;
  }

  // Those of the list userMounts.
  if (b.dev_mounts == DevMounts::kYieldToConfig) {
    YieldDevMounts(config.mounts, arena, &s->mounts);
  }
  if (b.dev_mounts == DevMounts::kYieldToSettings) {
    YieldDevMounts(settings.mounts, arena, &s->mounts);
  }

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

  if (b.replaces_process) {  // before 1.13.0-rc3
    s->process = Spec::Process();
    s->process.is_new = true;
  }
  s->process.args = {SpanOf(config.entrypoint), SpanOf(settings.args)};
  s->process.args_are_nil = config.entrypoint.is_nil() && settings.args.empty();
  s->process.cwd = config.workdir.empty() ? "/" : config.workdir;
  s->process.env = {kDefaultPathEnv, SpanOf(settings.env)};
  // Those that make the process anew add none.
  if (b.capabilities && !b.replaces_process) {
    Spec::Capabilities& sets = *s->process.capabilities;
    sets.bounding.second = SpanOf(config.capabilities);
    sets.permitted.second = SpanOf(config.capabilities);
    sets.inheritable.second = SpanOf(config.capabilities);
    sets.effective.second = SpanOf(config.capabilities);
  }

  // dockerd's own addition (modifyRuntimeSpec in daemon/metrics_unix.go): once
  // for each time that the type is listed.
  if (b.metrics_mount && !in.paths.metrics_socket.empty()) {
    for (std::string_view type : config.interface_types) {
      if (type != "docker.metricscollector/1.0") continue;
      s->mounts.Append(arena, {"/run/docker/metrics.sock", "bind",
                               in.paths.metrics_socket, kMetricsOptions});
    }
  }

  // sort.Slice, which is not stable.
  if (b.sorts_mounts) {
    const absl::Span<Mount> mounts = s->mounts.Edit(arena);
    GoSort(mounts.data(), mounts.size(), [](const Mount& x, const Mount& y) {
      return x.destination < y.destination;
    });
  }

  // From 26.0.0-rc3 on, and under RootlessKit from 29.5.3 on.
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
