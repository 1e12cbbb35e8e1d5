#include "specgen/golden/mutations.h"

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "specgen/engine/default_spec.h"

namespace specgen {
namespace {

class Mutator {
 public:
  explicit Mutator(const Behaviour& behaviour) : original_(behaviour) {}

  std::vector<Mutation> Run();

 private:
  // Starts a mutation; what is returned may be changed until the next one.
  Behaviour* New(std::string name) {
    Mutation& mutation = mutations_.emplace_back();
    mutation.name = std::move(name);
    mutation.behaviour = std::make_unique<Behaviour>(original_);
    return mutation.behaviour.get();
  }

  void Flag(const char* name, bool Behaviour::*flag) {
    Behaviour* const altered = New(name);
    altered->*flag = !(original_.*flag);
  }

  void SpecFlag(const char* name, bool DefaultSpec::*flag) {
    Behaviour* const altered = New(name);
    altered->default_fields.*flag = !(original_.default_fields.*flag);
  }

  template <typename T>
  void Enum(const char* name, T Behaviour::*value,
            std::initializer_list<std::pair<T, const char*>> all) {
    for (const auto& [other, other_name] : all) {
      if (other == original_.*value) continue;
      New(absl::StrCat(name, "=", other_name))->*value = other;
    }
  }

  void Key(const char* name, ConfigKey key) {
    New(absl::StrCat("keys.", name))->keys ^= key;
  }

  // The list without each of its items. `copy` is where a mutation keeps its
  // list, `name_of` names an item.
  template <typename T, typename NameOf>
  void Items(const char* name, absl::Span<const T> DefaultSpec::*list,
             std::vector<T> Mutation::*copy, NameOf name_of) {
    const absl::Span<const T> items = original_.default_fields.*list;
    for (size_t i = 0; i < items.size(); ++i) {
      Behaviour* const altered =
          New(absl::StrCat(name, " without ", name_of(items[i])));
      std::vector<T>& rest = mutations_.back().*copy;
      rest.assign(items.begin(), items.end());
      rest.erase(rest.begin() + static_cast<ptrdiff_t>(i));
      altered->default_fields.*list = rest;
    }
  }
  void Items(const char* name,
             absl::Span<const std::string_view> DefaultSpec::*list) {
    Items(name, list, &Mutation::strings,
          [](std::string_view item) { return item; });
  }

  void Mounts();
  void Devices();

  const Behaviour& original_;
  std::vector<Mutation> mutations_;
};

void Mutator::Mounts() {
  const absl::Span<const Mount> mounts = original_.default_fields.mounts;
  Items("mounts", &DefaultSpec::mounts, &Mutation::mounts,
        [](const Mount& mount) { return mount.destination; });
  // Starts a mutation; returns its own mount `i`.
  const auto start = [&](size_t i, std::string_view change) {
    Behaviour* const altered =
        New(absl::StrCat("mounts[", i, "] ", mounts[i].destination, change));
    std::vector<Mount>& list = mutations_.back().mounts;
    list.assign(mounts.begin(), mounts.end());
    altered->default_fields.mounts = list;
    return &list[i];
  };
  for (size_t i = 0; i < mounts.size(); ++i) {
    for (size_t k = 0; k < mounts[i].options.size(); ++k) {
      Mount* const mount =
          start(i, absl::StrCat(" without ", mounts[i].options[k]));
      std::vector<std::string_view>& options = mutations_.back().strings;
      options.assign(mounts[i].options.begin(), mounts[i].options.end());
      options.erase(options.begin() + static_cast<ptrdiff_t>(k));
      mount->options = options;
    }
    start(i, " with another destination")->destination = "/another";
    start(i, " with another type")->type = "another";
    start(i, " with another source")->source = "another";
  }
}

void Mutator::Devices() {
  Items("devices", &DefaultSpec::devices, &Mutation::devices,
        [](const Device& device) { return device.path; });
  static constexpr Device kFuse[] = {{"/dev/fuse", "c", 10, 229, 438, 0, 0}};
  if (original_.default_fields.devices.empty()) {
    New("devices with /dev/fuse")->default_fields.devices = kFuse;
  }
  Items("device_rules", &DefaultSpec::device_rules, &Mutation::device_rules,
        [](const DeviceRule& rule) {
          const auto number = [](std::optional<int64_t> value) {
            return value.has_value() ? absl::StrCat(*value) : "*";
          };
          return absl::StrCat(rule.allow ? "allow " : "deny ", rule.type, " ",
                              number(rule.major), ":", number(rule.minor));
        });
}

std::vector<Mutation> Mutator::Run() {
  // A member that is added to one of the two does not compile here until there
  // is a mutation of it below.
  {
    [[maybe_unused]] const auto& [name, based_on, changes, sources, form, keys,
                                  interface_types, copies_args, copies_devices,
                                  set, rootfs, mounts_from_settings,
                                  allows_null_source, makes_bind_sources,
                                  overrides_bind_options, runtime_folder_mode,
                                  replaces_process, network, host_pid_and_ipc,
                                  removes_last_namespace, dev_mounts,
                                  propagated_mount, devices, device_nodes,
                                  capabilities, sorts_mounts, metrics_mount,
                                  masks_thermal_throttle, takes_base_spec,
                                  fills_rootfs, asks_for_unset_network,
                                  describes_privileges, omits_empty_args,
                                  omits_empty_mount_fields, capability_sets,
                                  console_size,
                                  // Not read yet.
                                  platform, hooks, solaris, default_fields] =
        original_;
    [[maybe_unused]] const auto& [oci_version, capability_names, bounding,
                                  effective, inheritable, permitted, mounts,
                                  namespaces, default_devices, device_rules,
                                  masked_paths, readonly_paths] =
        default_fields;
  }

#define SPECGEN_VALUE(type, value) {type::value, #value}
  Enum(
      "form", &Behaviour::form,
      {SPECGEN_VALUE(StateForm, kManifest), SPECGEN_VALUE(StateForm, kConfig)});
  Enum("interface_types", &Behaviour::interface_types,
       {SPECGEN_VALUE(InterfaceTypes, kRaw),
        SPECGEN_VALUE(InterfaceTypes, kText)});
  Enum("set", &Behaviour::set,
       {SPECGEN_VALUE(SetCommand, kNotImplemented),
        SPECGEN_VALUE(SetCommand, kCrashesOnNull),
        SPECGEN_VALUE(SetCommand, kRefusesNull),
        SPECGEN_VALUE(SetCommand, kRefusesNullInLowerCase)});
  Enum("rootfs", &Behaviour::rootfs,
       {SPECGEN_VALUE(RootfsRule, kInLibRoot),
        SPECGEN_VALUE(RootfsRule, kGiven)});
  Enum("dev_mounts", &Behaviour::dev_mounts,
       {SPECGEN_VALUE(DevMounts, kStay),
        SPECGEN_VALUE(DevMounts, kYieldToConfig),
        SPECGEN_VALUE(DevMounts, kYieldToSettings)});
  Enum("propagated_mount", &Behaviour::propagated_mount,
       {SPECGEN_VALUE(PropagatedMount, kIgnored),
        SPECGEN_VALUE(PropagatedMount, kRootfsPropagation),
        SPECGEN_VALUE(PropagatedMount, kBind)});
  Enum("devices", &Behaviour::devices,
       {SPECGEN_VALUE(DevicesRule, kNone),
        SPECGEN_VALUE(DevicesRule, kFromConfig),
        SPECGEN_VALUE(DevicesRule, kFromSettings)});
  Enum("device_nodes", &Behaviour::device_nodes,
       {SPECGEN_VALUE(DeviceNodes, kByGoMode),
        SPECGEN_VALUE(DeviceNodes, kByMajor),
        SPECGEN_VALUE(DeviceNodes, kByType),
        SPECGEN_VALUE(DeviceNodes, kByTypePermissions)});
#undef SPECGEN_VALUE

#define SPECGEN_KEY(key) Key(#key, key)
  SPECGEN_KEY(kManifestVersion);
  SPECGEN_KEY(kCapabilities);
  SPECGEN_KEY(kDevices);
  SPECGEN_KEY(kLinux);
  SPECGEN_KEY(kDeviceCreation);
  SPECGEN_KEY(kAllowAllDevices);
  SPECGEN_KEY(kPropagatedMount);
  SPECGEN_KEY(kRootfs);
  SPECGEN_KEY(kDockerVersion);
  SPECGEN_KEY(kIpcHost);
  SPECGEN_KEY(kPidHost);
  SPECGEN_KEY(kProtocolScheme);
#undef SPECGEN_KEY

  for (uint32_t mode : {0u, 0700u, 0755u}) {
    if (mode == original_.runtime_folder_mode) continue;
    New(absl::StrCat("runtime_folder_mode=", mode))->runtime_folder_mode = mode;
  }

#define SPECGEN_FLAG(flag) Flag(#flag, &Behaviour::flag)
  SPECGEN_FLAG(copies_args);
  SPECGEN_FLAG(copies_devices);
  SPECGEN_FLAG(mounts_from_settings);
  SPECGEN_FLAG(allows_null_source);
  SPECGEN_FLAG(makes_bind_sources);
  SPECGEN_FLAG(overrides_bind_options);
  SPECGEN_FLAG(replaces_process);
  SPECGEN_FLAG(network);
  SPECGEN_FLAG(host_pid_and_ipc);
  SPECGEN_FLAG(removes_last_namespace);
  SPECGEN_FLAG(capabilities);
  SPECGEN_FLAG(sorts_mounts);
  SPECGEN_FLAG(metrics_mount);
  SPECGEN_FLAG(masks_thermal_throttle);
  SPECGEN_FLAG(takes_base_spec);
  SPECGEN_FLAG(fills_rootfs);
  SPECGEN_FLAG(asks_for_unset_network);
  SPECGEN_FLAG(describes_privileges);
  SPECGEN_FLAG(omits_empty_args);
  SPECGEN_FLAG(omits_empty_mount_fields);
  SPECGEN_FLAG(capability_sets);
  SPECGEN_FLAG(console_size);
  SPECGEN_FLAG(platform);
  SPECGEN_FLAG(hooks);
  SPECGEN_FLAG(solaris);
#undef SPECGEN_FLAG

#define SPECGEN_FLAG(flag) SpecFlag("default_spec." #flag, &DefaultSpec::flag)
  SPECGEN_FLAG(bounding);
  SPECGEN_FLAG(effective);
  SPECGEN_FLAG(inheritable);
  SPECGEN_FLAG(permitted);
#undef SPECGEN_FLAG
  New("another oci_version")->default_fields.oci_version = "another";
  Items("capabilities", &DefaultSpec::capabilities);
  Mounts();
  Items("namespaces", &DefaultSpec::namespaces);
  Devices();
  Items("masked_paths", &DefaultSpec::masked_paths);
  Items("readonly_paths", &DefaultSpec::readonly_paths);
  return std::move(mutations_);
}

}  // namespace

std::vector<Mutation> MutationsOf(const Behaviour& behaviour) {
  return Mutator(behaviour).Run();
}

std::vector<RuleMutation> OtherRules(UserNamespaceRule rule) {
  std::vector<RuleMutation> rules;
  for (const auto& [other, name] :
       {std::pair{UserNamespaceRule::kNothing, "kNothing"},
        std::pair{UserNamespaceRule::kKeepLockedFlags, "kKeepLockedFlags"},
        std::pair{UserNamespaceRule::kRootless, "kRootless"},
        std::pair{UserNamespaceRule::kRootlessKeepCgroup,
                  "kRootlessKeepCgroup"}}) {
    if (other == rule) continue;
    rules.push_back({absl::StrCat("user_namespace=", name), other});
  }
  return rules;
}

const Unprovable* FindUnprovable(std::string_view mutation,
                                 const Behaviour& behaviour) {
  const absl::Span<const Behaviour> all = AllBehaviours();
  const auto index = [&](std::string_view name) {
    size_t i = 0;
    while (i < all.size() && all[i].name != name) ++i;
    return i;
  };
  for (const Unprovable& entry : AllUnprovable()) {
    std::string_view start = entry.mutation;
    const bool matches = absl::ConsumeSuffix(&start, "*")
                             ? absl::StartsWith(mutation, start)
                             : mutation == start;
    const size_t at = index(behaviour.name);
    if (matches && at >= index(entry.first) && at <= index(entry.last)) {
      return &entry;
    }
  }
  return nullptr;
}

}  // namespace specgen
