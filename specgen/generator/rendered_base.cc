#include "specgen/generator/rendered_base.h"

#include <initializer_list>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "specgen/engine/default_spec.h"
#include "specgen/generator/base_spec.h"
#include "specgen/generator/engine_literals.h"
#include "specgen/generator/spec_json.h"
#include "specgen/json/go_value.h"
#include "specgen/json/json_writer.h"

namespace specgen {
namespace {

// What `write` writes.
template <typename Write>
std::string Json(Write write) {
  std::string json;
  JsonWriter w(&json);
  write(&w);
  w.Finish();
  return json;
}

// The items of a list, with commas between them.
template <typename T, typename Write>
std::string Items(absl::Span<const T> list, Write write) {
  return Json([&](JsonWriter* w) {
    for (size_t i = 0; i < list.size(); ++i) {
      if (i > 0) w->Raw(',');
      write(list[i], w);
    }
  });
}

std::string StringItems(absl::Span<const std::string_view> list) {
  return Json([&](JsonWriter* w) { w->Strings(list, /*comma=*/false); });
}

// Each item of a list.
template <typename T, typename Write>
std::vector<std::string> EachItem(absl::Span<const T> list, Write write) {
  std::vector<std::string> items;
  items.reserve(list.size());
  for (const T& item : list) {
    items.push_back(Json([&](JsonWriter* w) { write(item, w); }));
  }
  return items;
}

// What stands between the brackets of a list of a struct.
std::string Items(const GoStruct& owner, std::string_view key) {
  const std::string json = Json(
      [&](JsonWriter* w) { owner.Member(key).Encode(owner.Field(key), w); });
  return json == "null" ? "" : json.substr(1, json.size() - 2);
}

enum class Comma { kBefore, kBehind };

// Those of the members that are written, each with a comma.
std::string Members(const GoStruct& owner,
                    std::initializer_list<std::string_view> keys, Comma comma) {
  return Json([&](JsonWriter* w) {
    for (std::string_view key : keys) {
      const GoField& field = owner.Field(key);
      const GoValue& value = owner.Member(key);
      if (field.omits_empty && value.IsEmpty(field)) continue;
      if (comma == Comma::kBefore) w->Raw(',');
      w->Write(Quoted{key}, ':');
      value.Encode(field, w);
      if (comma == Comma::kBehind) w->Raw(',');
    }
  });
}

constexpr char kZeroUser[] = "\"user\":{\"uid\":0,\"gid\":0}";
constexpr char kZeroConsoleSize[] =
    "\"consoleSize\":{\"height\":0,\"width\":0},";

}  // namespace

BasePieces PiecesOf(const Behaviour& behaviour, std::string_view architecture) {
  const DefaultSpec& spec = behaviour.default_spec;
  BasePieces pieces;
  pieces.head = Json([&](JsonWriter* w) {
    w->Write("\"ociVersion\":", Quoted{spec.oci_version}, ',');
    if (behaviour.platform) {
      w->Write("\"platform\":{\"os\":\"linux\",\"arch\":", Quoted{architecture},
               "},");
    }
  });
  pieces.process_head =
      absl::StrCat(behaviour.console_size ? kZeroConsoleSize : "", kZeroUser);
  if (behaviour.hooks) pieces.hooks_tail = ",\"hooks\":{}";
  pieces.device_rule_items = Items(spec.device_rules, WriteDeviceRule);
  pieces.device_items = Items(spec.devices, WriteDevice);
  if (behaviour.solaris) {
    pieces.tail = ",\"solaris\":{\"cappedCPU\":{},\"cappedMemory\":{}}";
  }
  return pieces;
}

BasePieces PiecesOf(const GoStruct& spec) {
  const GoStruct process = spec.Sub("process");
  BasePieces pieces;
  pieces.head = Members(spec, {"ociVersion", "platform"}, Comma::kBehind);
  pieces.process_head =
      Members(process, {"consoleSize", "user"}, Comma::kBehind);
  pieces.process_head.pop_back();  // user is always there
  pieces.process_tail =
      Members(process,
              {"rlimits", "noNewPrivileges", "apparmorProfile", "selinuxLabel"},
              Comma::kBefore);
  pieces.hostname_tail = Members(spec, {"hostname"}, Comma::kBefore);
  pieces.hooks_tail = Members(spec, {"hooks", "annotations"}, Comma::kBefore);
  pieces.tail = Members(spec, {"solaris", "windows"}, Comma::kBefore);
  if (spec.Member("linux").is_nil()) return pieces;

  const GoStruct linux = spec.Sub("linux");
  const GoStruct resources = linux.Sub("resources");
  pieces.linux_head =
      Members(linux, {"uidMappings", "gidMappings", "sysctl"}, Comma::kBehind);
  pieces.device_rule_items = Items(resources, "devices");
  pieces.resources_tail =
      Members(resources,
              {"disableOOMKiller", "oomScoreAdj", "memory", "cpu", "pids",
               "blockIO", "hugepageLimits", "network"},
              Comma::kBefore);
  pieces.cgroups_path_head = Members(linux, {"cgroupsPath"}, Comma::kBehind);
  pieces.device_items = Items(linux, "devices");
  pieces.seccomp_head = Members(linux, {"seccomp"}, Comma::kBehind);
  pieces.mount_label_head = Members(linux, {"mountLabel"}, Comma::kBehind);
  return pieces;
}

RenderedBase::RenderedBase(const BaseSpec& base, BasePieces base_pieces,
                           const Behaviour& behaviour)
    : pieces(std::move(base_pieces)) {
  const auto write_mount = [&](const Mount& mount, JsonWriter* w) {
    WriteMount(mount, behaviour.omits_empty_mount_fields, w);
  };
  capability_items = StringItems(base.capabilities);
  mounts = EachItem(base.mounts, write_mount);
  start = absl::StrCat("{", pieces.head, "\"process\":{", pieces.process_head);
  start_with_new_process =
      absl::StrCat("{", pieces.head, "\"process\":{",
                   behaviour.console_size ? kZeroConsoleSize : "", kZeroUser);
  process_end = absl::StrCat(pieces.process_tail, "},\"root\":{\"path\":");
  mounts_start = absl::StrCat("}", pieces.hostname_tail, ",\"mounts\":[");
  for (const std::string& mount : mounts) {
    absl::StrAppend(&mounts_start, mount, ",");
  }
  linux_start =
      absl::StrCat(pieces.hooks_tail, ",\"linux\":{", pieces.linux_head);
  rules_start = absl::StrCat(linux_start, "\"resources\":{\"devices\":[",
                             pieces.device_rule_items);
  resources_end = absl::StrCat(pieces.resources_tail, "},");
  resources_without_rules =
      absl::StrCat(linux_start, "\"resources\":{",
                   absl::StripPrefix(pieces.resources_tail, ","), "},");
  resources = pieces.device_rule_items.empty()
                  ? resources_without_rules
                  : absl::StrCat(rules_start, "]", resources_end);
  namespaces_member = "\"namespaces\":[";
  namespace_starts.push_back(namespaces_member.size());
  for (const Namespace& space : base.namespaces) {
    absl::StrAppend(&namespaces_member,
                    Json([&](JsonWriter* w) { WriteNamespace(space, w); }),
                    ",");
    namespace_starts.push_back(namespaces_member.size());
  }
  if (!base.namespaces.empty()) namespaces_member.pop_back();
  namespaces_member += "],";
  const auto linux_end_with = [&](std::string_view rootfs_propagation) {
    return Json([&](JsonWriter* w) {
             w->Raw('{');  // stands for what comes before
             WriteLinuxEnd(rootfs_propagation, base.masked_paths,
                           base.readonly_paths, pieces, w);
           })
        .substr(1);
  };
  linux_end = linux_end_with(base.rootfs_propagation);
  shared_linux_end = linux_end_with("rshared");

  path_env = absl::StrCat(",\"env\":[", StringItems(kDefaultPathEnv));
  runtime_start =
      Json([](JsonWriter* w) { WriteBindStart(kRuntimeDestination, w); });
  const auto end_with = [](absl::Span<const std::string_view> options) {
    return Json([&](JsonWriter* w) {
      WriteOptions(options, w);
      w->Raw(',');
    });
  };
  runtime_end = end_with(kRuntimeOptions);
  propagated_end = end_with(kPropagatedOptions);
  runtime_end_and_network = Json([&](JsonWriter* w) {
    w->Raw(runtime_end);
    write_mount(kEtcHosts, w);
    w->Raw(',');
    write_mount(kResolvConf, w);
    w->Raw(',');
  });
}

}  // namespace specgen
