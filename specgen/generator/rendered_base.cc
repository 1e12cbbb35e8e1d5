#include "specgen/generator/rendered_base.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "specgen/engine/default_spec.h"
#include "specgen/generator/base_spec.h"
#include "specgen/generator/engine_literals.h"
#include "specgen/generator/spec_json.h"
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
