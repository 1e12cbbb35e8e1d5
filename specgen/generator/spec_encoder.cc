#include "specgen/generator/spec_encoder.h"

#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "specgen/engine/default_spec.h"
#include "specgen/generator/engine_literals.h"
#include "specgen/generator/rendered_base.h"
#include "specgen/generator/spec_json.h"
#include "specgen/json/json_writer.h"

namespace specgen {
namespace {

// Whether two lists or texts are the same one in memory. What base specs and
// literals point to never changes, so it then says the same; two that say the
// same may well be two, and are then written item by item.
template <typename T>
bool IsSame(const T& a, const T& b) {
  return a.data() == b.data() && a.size() == b.size();
}

bool IsSame(const Mount& a, const Mount& b) {
  constexpr int kFields = [] {
    int fields = 0;
    Mount::ForEachField([&fields](const char*, auto) { ++fields; });
    return fields;
  }();
  static_assert(kFields == 4, "a further one must be compared as well");
  return IsSame(a.destination, b.destination) && IsSame(a.type, b.type) &&
         IsSame(a.source, b.source) && IsSame(a.options, b.options);
}

bool IsSame(const Strings& a, const Strings& b) {
  return IsSame(a.first, b.first) && IsSame(a.second, b.second);
}

// Writes one spec. What is as in the base spec is written in the pieces that
// `r_` has of it; all else comes from the fields.
class SpecEncoder {
 public:
  SpecEncoder(const Behaviour& behaviour, const BaseSpec& base,
              const Spec& spec)
      : b_(behaviour), base_(base), r_(RenderedOf(base)), spec_(spec) {}

  void Write(Buffer* json) const;

 private:
  void WriteProcess(JsonWriter* w) const;
  void WriteArgs(JsonWriter* w) const;
  void WriteEnv(JsonWriter* w) const;
  void WriteCapabilities(const Spec::Capabilities& sets, JsonWriter* w) const;
  void WriteCapabilityItems(const Strings& set, JsonWriter* w) const;
  void WriteMounts(JsonWriter* w) const;
  void WriteOwnMount(const Mount& mount, JsonWriter* w) const;
  void WriteEditedMounts(JsonWriter* w) const;
  void WriteLinux(const Spec::Linux& linux, JsonWriter* w) const;
  void WriteResources(const Spec::Resources& resources, JsonWriter* w) const;
  void WriteNamespaces(const NamespaceList& namespaces, JsonWriter* w) const;
  void WriteDevices(const ExtendedList<Device>& devices, JsonWriter* w) const;
  std::string_view ReadyLinuxEnd(const Spec::Linux& linux) const;

  const Behaviour& b_;
  const BaseSpec& base_;
  const RenderedBase& r_;
  const Spec& spec_;
};

void WriteStrings(const Strings& strings, JsonWriter* w) {
  w->Strings(strings.first, /*comma=*/false);
  if (strings.second.empty()) return;
  w->Strings(strings.second, /*comma=*/!strings.first.empty());
}

void SpecEncoder::WriteArgs(JsonWriter* w) const {
  const Strings& args = spec_.process.args;
  if (!args.empty()) {
    w->Raw(",\"args\":[");
    WriteStrings(args, w);
    w->Raw(']');
  } else if (!b_.omits_empty_args) {
    w->Raw(spec_.process.args_are_nil ? std::string_view(",\"args\":null")
                                      : std::string_view(",\"args\":[]"));
  }
}

void SpecEncoder::WriteEnv(JsonWriter* w) const {
  const Strings& env = spec_.process.env;
  if (IsSame(env.first, absl::MakeConstSpan(kDefaultPathEnv))) {
    w->Write(r_.path_env, QuotedItems{env.second, true}, ']');
  } else if (!env.empty()) {
    w->Raw(",\"env\":[");
    WriteStrings(env, w);
    w->Raw(']');
  }
}

void SpecEncoder::WriteCapabilityItems(const Strings& set,
                                       JsonWriter* w) const {
  if (IsSame(set.first, base_.capabilities)) {
    w->Raw(r_.capability_items);
    if (set.second.empty()) return;
    w->Strings(set.second, /*comma=*/!set.first.empty());
  } else {
    WriteStrings(set, w);
  }
}

void SpecEncoder::WriteCapabilities(const Spec::Capabilities& sets,
                                    JsonWriter* w) const {
  if (!b_.capability_sets) {
    // A list, left out when empty.
    if (sets.bounding.empty()) return;
    w->Raw(",\"capabilities\":[");
    WriteCapabilityItems(sets.bounding, w);
    w->Raw(']');
    return;
  }
  static constexpr ShortJson kStarts[] = {"\"bounding\":[", "\"effective\":[",
                                          "\"inheritable\":[",
                                          "\"permitted\":["};
  const Strings* const all[] = {&sets.bounding, &sets.effective,
                                &sets.inheritable, &sets.permitted};
  w->Raw(",\"capabilities\":{");
  // Most sets are like the first one, whose text is then repeated.
  size_t first_begin = 0;
  size_t first_end = 0;
  for (size_t i = 0; i < std::size(all); ++i) {
    const Strings& set = *all[i];
    if (set.empty()) continue;
    w->Write(kStarts[i]);
    if (i > 0 && IsSame(set, sets.bounding)) {
      w->Repeat(first_begin, first_end);
      continue;
    }
    const size_t begin = w->size();
    WriteCapabilityItems(set, w);
    w->Raw("],");
    if (i > 0) continue;
    first_begin = begin;
    first_end = w->size();
  }
  w->RemoveLastComma();
  w->Raw('}');
}

void SpecEncoder::WriteProcess(JsonWriter* w) const {
  const Spec::Process& process = spec_.process;
  w->Raw(process.is_new ? r_.start_with_new_process : r_.start);
  WriteArgs(w);
  WriteEnv(w);
  w->Write(",\"cwd\":", Quoted{process.cwd});
  if (process.capabilities != nullptr) {
    WriteCapabilities(*process.capabilities, w);
  }
  if (process.is_new) {
    w->Raw("},\"root\":{\"path\":");
  } else {
    w->Raw(r_.process_end);
  }
}

// Whether only the source is to be written into what is ready of it.
bool IsRuntimeMount(const Mount& mount) {
  return IsSame(mount.options, absl::MakeConstSpan(kRuntimeOptions)) &&
         IsSame(mount.destination, kRuntimeDestination) &&
         mount.type == "bind" && !mount.source.empty();
}

// With a comma behind it, as all mounts are written here.
void SpecEncoder::WriteOwnMount(const Mount& mount, JsonWriter* w) const {
  WriteMountStart(mount, b_.omits_empty_mount_fields, w);
  if (IsSame(mount.options, absl::MakeConstSpan(kPropagatedOptions))) {
    w->Raw(r_.propagated_end);
  } else {
    WriteOptions(mount.options, w);
    w->Raw(',');
  }
}

// Those of the base spec's mounts that are still there as they were stand in
// their old order, unless the list was sorted.
void SpecEncoder::WriteEditedMounts(JsonWriter* w) const {
  const absl::Span<const Mount> base = spec_.mounts.base();
  size_t next = 0;  // of the base spec's mounts that were not met
  for (const Mount& mount : spec_.mounts.own()) {
    size_t i = next;
    while (i < base.size() && !IsSame(mount, base[i])) ++i;
    if (i < base.size()) {
      w->Write(r_.mounts[i], ',');
      next = i + 1;
    } else {
      WriteOwnMount(mount, w);
    }
  }
}

void SpecEncoder::WriteMounts(JsonWriter* w) const {
  if (spec_.mounts.size() == 0) {
    w->Write('}', r_.pieces.hostname_tail);
    return;
  }
  if (spec_.mounts.starts_with_base()) {
    w->Raw(r_.mounts_start);
    const absl::Span<const Mount> own = spec_.mounts.own();
    for (size_t i = 0; i < own.size(); ++i) {
      if (!IsRuntimeMount(own[i])) {
        WriteOwnMount(own[i], w);
      } else if (i + 2 < own.size() && IsSame(own[i + 1], kEtcHosts) &&
                 IsSame(own[i + 2], kResolvConf)) {
        w->Write(r_.runtime_start, Quoted{own[i].source},
                 r_.runtime_end_and_network);
        i += 2;
      } else {
        w->Write(r_.runtime_start, Quoted{own[i].source}, r_.runtime_end);
      }
    }
  } else {
    w->Write('}', r_.pieces.hostname_tail, ",\"mounts\":[");
    WriteEditedMounts(w);
  }
  w->RemoveLast(1);
  w->Raw(']');
}

void SpecEncoder::WriteResources(const Spec::Resources& resources,
                                 JsonWriter* w) const {
  const ExtendedList<DeviceRule>& rules = resources.devices;
  if (rules.added.empty()) {
    w->Raw(rules.keeps_base ? r_.resources : r_.resources_without_rules);
    return;
  }
  bool comma = rules.keeps_base && !r_.pieces.device_rule_items.empty();
  if (comma) {
    w->Raw(r_.rules_start);
  } else {
    w->Write(r_.linux_start, "\"resources\":{\"devices\":[");
  }
  for (const DeviceRule& rule : rules.added) {
    if (comma) w->Raw(',');
    comma = true;
    WriteDeviceRule(rule, w);
  }
  w->Write(']', r_.resources_end);
}

void SpecEncoder::WriteNamespaces(const NamespaceList& namespaces,
                                  JsonWriter* w) const {
  if (namespaces.size() == 0) return;
  // What stands between those that are removed, and at the end "],".
  const std::string_view all = r_.namespaces_member;
  size_t begin = 0;
  for (size_t i : namespaces.removed()) {
    w->Raw({all.data() + begin, r_.namespace_starts[i] - begin});
    begin = r_.namespace_starts[i + 1];
  }
  if (begin == r_.namespace_starts.back()) {
    // The last one is removed, and the bracket is where its comma would be.
    w->RemoveLast(1);
    --begin;
  }
  w->Raw({all.data() + begin, all.size() - begin});
}

void SpecEncoder::WriteDevices(const ExtendedList<Device>& devices,
                               JsonWriter* w) const {
  bool comma = devices.keeps_base && !r_.pieces.device_items.empty();
  if (!comma && devices.added.empty()) return;
  w->Raw("\"devices\":[");
  if (comma) w->Raw(r_.pieces.device_items);
  for (const Device& device : devices.added) {
    if (comma) w->Raw(',');
    comma = true;
    WriteDevice(device, w);
  }
  w->Raw("],");
}

// What follows the devices of "linux" up to the end of the spec, if it is
// ready; else "".
std::string_view SpecEncoder::ReadyLinuxEnd(const Spec::Linux& linux) const {
  if (!IsSame(linux.masked_paths, base_.masked_paths) ||
      !IsSame(linux.readonly_paths, base_.readonly_paths)) {
    return {};
  }
  if (linux.rootfs_propagation == "rshared") return r_.shared_linux_end;
  if (linux.rootfs_propagation == base_.rootfs_propagation) return r_.linux_end;
  return {};
}

// Members of "linux" are written with a comma behind them; the last one is
// taken back.
void SpecEncoder::WriteLinux(const Spec::Linux& linux, JsonWriter* w) const {
  if (linux.resources != nullptr) {
    WriteResources(*linux.resources, w);
  } else {
    w->Raw(r_.linux_start);
  }
  if (linux.keeps_cgroups_path && !r_.pieces.cgroups_path_head.empty()) {
    w->Raw(r_.pieces.cgroups_path_head);
  }
  WriteNamespaces(linux.namespaces, w);
  WriteDevices(linux.devices, w);
  const std::string_view end = ReadyLinuxEnd(linux);
  if (end.empty()) {
    WriteLinuxEnd(linux.rootfs_propagation, linux.masked_paths,
                  linux.readonly_paths, r_.pieces, w);
    return;
  }
  if (end[0] == '}') w->RemoveLastComma();
  w->Raw(end);
}

// All of it inlined, which keeps the writer in registers; nothing in it may
// throw or have a destructor, which would put it back into memory.
[[gnu::flatten, gnu::noinline, gnu::hot]] void SpecEncoder::Write(
    Buffer* json) const {
  JsonWriter w(json);
  WriteProcess(&w);
  w.Write(Quoted{spec_.root.path});
  WriteMounts(&w);
  if (spec_.linux != nullptr) {
    WriteLinux(*spec_.linux, &w);
  } else {
    w.Write(r_.pieces.hooks_tail, r_.pieces.tail, '}');
  }
  w.Finish();
}

// Writes the escapes \b and \f of what stands in `json` from `begin` on as
// \u0008 and \u000c.
void LengthenEscapes(size_t begin, Buffer* json) {
  const std::string_view all = json->view();
  // Who has such characters is rare.
  if (all.find('\\', begin) == std::string_view::npos) return;
  const std::string old(all.substr(begin));
  json->Truncate(begin);
  size_t done = 0;
  for (size_t i = old.find('\\'); i != std::string::npos;
       i = old.find('\\', i + 2)) {
    const char escape = old[i + 1];
    if (escape != 'b' && escape != 'f') continue;
    json->Append(std::string_view(old).substr(done, i - done));
    json->Append(escape == 'b' ? "\\u0008" : "\\u000c");
    done = i + 2;
  }
  json->Append(std::string_view(old).substr(done));
}

}  // namespace

void EncodeSpec(const Behaviour& behaviour, const BaseSpec& base,
                const Spec& spec, Buffer* json) {
  const size_t begin = json->size();
  SpecEncoder(behaviour, base, spec).Write(json);
  if (!behaviour.short_escapes) [[unlikely]]
    LengthenEscapes(begin, json);
}

}  // namespace specgen
