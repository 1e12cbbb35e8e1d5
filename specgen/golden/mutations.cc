#include "specgen/golden/mutations.h"

#include <cstddef>
#include <initializer_list>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "specgen/json/json_writer.h"

namespace specgen {
namespace {

// Where `json`, the items of a list or the members of an object, is to be cut:
// at its commas that stand in no string, list or object.
std::vector<std::string> SplitItems(std::string_view json) {
  std::vector<std::string> items;
  if (json.empty()) return items;
  items.emplace_back();
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      if (c == '\\') {
        items.back() += c;
        items.back() += json[++i];
        continue;
      }
      in_string = c != '"';
    } else if (c == ',' && depth == 0) {
      items.emplace_back();
      continue;
    } else {
      in_string = c == '"';
      depth += (c == '{' || c == '[') - (c == '}' || c == ']');
    }
    items.back() += c;
  }
  return items;
}

std::string MountJson(const BaseMount& mount) {
  std::string json;
  JsonWriter w(&json);
  w.Raw("{\"destination\":");
  w.String(mount.destination);
  w.Raw(",\"type\":");
  w.String(mount.type);
  w.Raw(",\"source\":");
  w.String(mount.source);
  std::string_view before = ",\"options\":[";
  for (std::string_view option : mount.options) {
    w.Raw(before);
    before = ",";
    w.String(option);
  }
  if (!mount.options.empty()) w.Raw(']');
  w.Raw('}');
  w.Finish();
  return json;
}

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

  // Text that lives as long as the mutation that was started last.
  std::string_view Keep(std::string text) {
    return *mutations_.back().texts.emplace_back(
        std::make_unique<std::string>(std::move(text)));
  }

  void Flag(const char* name, bool Behaviour::*flag) {
    Behaviour* const altered = New(name);
    altered->*flag = !(original_.*flag);
  }

  void SpecFlag(const char* name, bool BaseSpec::*flag) {
    Behaviour* const altered = New(name);
    altered->default_spec.*flag = !(original_.default_spec.*flag);
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

  // A list whose items stand in `text`, separated by commas.
  void Items(const char* name, std::string_view BaseSpec::*text) {
    const std::vector<std::string> items =
        SplitItems(original_.default_spec.*text);
    for (size_t i = 0; i < items.size(); ++i) {
      Behaviour* const altered = New(absl::StrCat(name, " without ", items[i]));
      std::vector<std::string> rest = items;
      rest.erase(rest.begin() + static_cast<ptrdiff_t>(i));
      altered->default_spec.*text = Keep(absl::StrJoin(rest, ","));
    }
  }

  // A list that the table holds in two ways.
  void Paths(const char* name, std::string_view BaseSpec::*text,
             absl::Span<const std::string_view> BaseSpec::*list) {
    const absl::Span<const std::string_view> paths =
        original_.default_spec.*list;
    const size_t first = mutations_.size();
    Items(name, text);
    for (size_t i = 0; i < paths.size(); ++i) {
      Mutation& mutation = mutations_[first + i];
      mutation.strings.assign(paths.begin(), paths.end());
      mutation.strings.erase(mutation.strings.begin() +
                             static_cast<ptrdiff_t>(i));
      mutation.behaviour->default_spec.*list = mutation.strings;
    }
  }

  // A run of members of an object. `comma_first`: as BaseSpec's tail parts.
  void Members(const char* name, std::string_view BaseSpec::*text,
               bool comma_first) {
    std::string_view run = original_.default_spec.*text;
    const bool has_comma = comma_first ? absl::ConsumePrefix(&run, ",")
                                       : absl::ConsumeSuffix(&run, ",");
    const std::vector<std::string> members = SplitItems(run);
    for (size_t i = 0; i < members.size(); ++i) {
      Behaviour* const altered =
          New(absl::StrCat(name, " without ", members[i]));
      std::vector<std::string> rest = members;
      rest.erase(rest.begin() + static_cast<ptrdiff_t>(i));
      std::string joined = absl::StrJoin(rest, ",");
      if (!joined.empty() && has_comma) {
        joined =
            comma_first ? absl::StrCat(",", joined) : absl::StrCat(joined, ",");
      }
      altered->default_spec.*text = Keep(std::move(joined));
    }
  }

  // Something put where nothing is.
  void Absent(const char* name, std::string_view BaseSpec::*text,
              const char* present) {
    if (!(original_.default_spec.*text).empty()) return;
    New(absl::StrCat(name, " with ", present))->default_spec.*text = present;
  }

  void Mounts();
  void Namespaces();
  void OtherParts();

  const Behaviour& original_;
  std::vector<Mutation> mutations_;
};

void Mutator::Mounts() {
  const absl::Span<const BaseMount> mounts = original_.default_spec.mounts;
  const auto start = [&](std::string name) {
    New(std::move(name));
    std::vector<BaseMount>& list = mutations_.back().mounts;
    list.assign(mounts.begin(), mounts.end());
    return &list;
  };
  const auto finish = [&] {
    const std::vector<BaseMount>& list = mutations_.back().mounts;
    BaseSpec& altered = mutations_.back().behaviour->default_spec;
    altered.mounts = list;
    altered.mount_items = Keep(
        absl::StrJoin(list, ",", [](std::string* out, const BaseMount& mount) {
          absl::StrAppend(out, mount.json);
        }));
  };
  for (size_t i = 0; i < mounts.size(); ++i) {
    const std::string where =
        absl::StrCat("mounts[", i, "] ", mounts[i].destination);
    {
      std::vector<BaseMount>* const list =
          start(absl::StrCat(where, " is gone"));
      list->erase(list->begin() + static_cast<ptrdiff_t>(i));
      finish();
    }
    for (size_t k = 0; k < mounts[i].options.size(); ++k) {
      std::vector<BaseMount>* const list =
          start(absl::StrCat(where, " without ", mounts[i].options[k]));
      std::vector<std::string_view>& options = mutations_.back().strings;
      options.assign(mounts[i].options.begin(), mounts[i].options.end());
      options.erase(options.begin() + static_cast<ptrdiff_t>(k));
      (*list)[i].options = options;
      (*list)[i].json = Keep(MountJson((*list)[i]));
      finish();
    }
    for (std::string_view BaseMount::*part :
         {&BaseMount::destination, &BaseMount::type, &BaseMount::source}) {
      std::vector<BaseMount>* const list =
          start(absl::StrCat(where, " with another ",
                             part == &BaseMount::destination ? "destination"
                             : part == &BaseMount::type      ? "type"
                                                             : "source"));
      (*list)[i].*part = "/another";
      (*list)[i].json = Keep(MountJson((*list)[i]));
      finish();
    }
  }
}

void Mutator::Namespaces() {
  const absl::Span<const BaseNamespace> all = original_.default_spec.namespaces;
  for (size_t i = 0; i < all.size(); ++i) {
    Behaviour* const altered =
        New(absl::StrCat("namespaces without ", all[i].type));
    std::vector<BaseNamespace>& list = mutations_.back().namespaces;
    list.assign(all.begin(), all.end());
    list.erase(list.begin() + static_cast<ptrdiff_t>(i));
    altered->default_spec.namespaces = list;
  }
}

void Mutator::OtherParts() {
  Members("head", &BaseSpec::head, /*comma_first=*/false);
  Members("process_head", &BaseSpec::process_head, /*comma_first=*/false);
  Members("process_tail", &BaseSpec::process_tail, /*comma_first=*/true);
  Absent("process_tail", &BaseSpec::process_tail, ",\"noNewPrivileges\":true");
  Members("hostname_tail", &BaseSpec::hostname_tail, /*comma_first=*/true);
  Absent("hostname_tail", &BaseSpec::hostname_tail, ",\"hostname\":\"h\"");
  Members("hooks_tail", &BaseSpec::hooks_tail, /*comma_first=*/true);
  Absent("hooks_tail", &BaseSpec::hooks_tail, ",\"hooks\":{}");
  Absent("linux_head", &BaseSpec::linux_head, "\"uidMappings\":[],");
  Absent("resources_tail", &BaseSpec::resources_tail, ",\"memory\":{}");
  Absent("cgroups_path_head", &BaseSpec::cgroups_path_head,
         "\"cgroupsPath\":\"/c\",");
  Absent("seccomp_head", &BaseSpec::seccomp_head, "\"seccomp\":{},");
  Absent("rootfs_propagation_head", &BaseSpec::rootfs_propagation_head,
         "\"rootfsPropagation\":\"slave\",");
  Absent("mount_label_head", &BaseSpec::mount_label_head,
         "\"mountLabel\":\"l\",");
  Members("tail", &BaseSpec::tail, /*comma_first=*/true);
  Absent("tail", &BaseSpec::tail, ",\"solaris\":{}");
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
                                  platform, hooks, solaris, default_fields,
                                  default_spec] = original_;
    [[maybe_unused]] const auto& [head, process_head, capability_items,
                                  bounding, effective, inheritable, permitted,
                                  process_tail, hostname_tail, mounts,
                                  mount_items, hooks_tail, has_linux,
                                  linux_head, has_resources, device_rule_items,
                                  resources_tail, cgroups_path_head, namespaces,
                                  device_items, seccomp_head,
                                  rootfs_propagation_head, masked_paths,
                                  masked_path_items, readonly_paths,
                                  readonly_path_items, mount_label_head, tail,
                                  // What JoinParts makes of those.
                                  start, process_end, mounts_start, linux_start,
                                  rules_start, resources_end, namespace_items,
                                  masks_end, linux_end, shared_linux_end] =
        default_spec;
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
#undef SPECGEN_FLAG

#define SPECGEN_FLAG(flag) SpecFlag("default_spec." #flag, &BaseSpec::flag)
  SPECGEN_FLAG(bounding);
  SPECGEN_FLAG(effective);
  SPECGEN_FLAG(inheritable);
  SPECGEN_FLAG(permitted);
  SPECGEN_FLAG(has_linux);
  SPECGEN_FLAG(has_resources);
#undef SPECGEN_FLAG
  Items("capability_items", &BaseSpec::capability_items);
  Items("device_rule_items", &BaseSpec::device_rule_items);
  Items("device_items", &BaseSpec::device_items);
  Absent("device_items", &BaseSpec::device_items, "{\"path\":\"/dev/fuse\"}");
  Paths("masked_paths", &BaseSpec::masked_path_items, &BaseSpec::masked_paths);
  Paths("readonly_paths", &BaseSpec::readonly_path_items,
        &BaseSpec::readonly_paths);
  Mounts();
  Namespaces();
  OtherParts();
  for (Mutation& mutation : mutations_) {
    JoinParts(
        {.replaces_process = mutation.behaviour->replaces_process,
         .console_size = mutation.behaviour->console_size},
        [&](std::string text) -> std::string_view {
          return *mutation.texts.emplace_back(
              std::make_unique<std::string>(std::move(text)));
        },
        &mutation.behaviour->default_spec);
  }
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
