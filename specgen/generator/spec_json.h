// The JSON shapes of runtime-spec's structs that engines write, as Go's
// encoding/json has them. Part of the encoder (spec_encoder.h), and private to
// it and to the pieces that it has ready (rendered_base.h).
#ifndef SPECGEN_GENERATOR_SPEC_JSON_H_
#define SPECGEN_GENERATOR_SPEC_JSON_H_

#include <string_view>

#include "absl/types/span.h"
#include "specgen/engine/default_spec.h"
#include "specgen/generator/namespace_list.h"
#include "specgen/generator/rendered_base.h"
#include "specgen/json/json_writer.h"

namespace specgen {

// The end of a mount.
inline void WriteOptions(absl::Span<const std::string_view> options,
                         JsonWriter* w) {
  if (options.empty()) {
    w->Raw('}');
    return;
  }
  w->Raw(",\"options\":[");
  w->Strings(options, /*comma=*/false);
  w->Raw("]}");
}

// A bind mount that has a source, up to that.
inline void WriteBindStart(std::string_view destination, JsonWriter* w) {
  w->Write("{\"destination\":", Quoted{destination},
           ",\"type\":\"bind\",\"source\":");
}

// A mount without its end. `omits_empty`: see
// Behaviour::omits_empty_mount_fields.
inline void WriteMountStart(const Mount& mount, bool omits_empty,
                            JsonWriter* w) {
  const bool has_source = !omits_empty || !mount.source.empty();
  if (mount.type == "bind" && has_source) {  // nearly always
    WriteBindStart(mount.destination, w);
    w->String(mount.source);
    return;
  }
  w->Write("{\"destination\":", Quoted{mount.destination});
  if (!omits_empty || !mount.type.empty()) {
    w->Write(",\"type\":", Quoted{mount.type});
  }
  if (has_source) w->Write(",\"source\":", Quoted{mount.source});
}

inline void WriteMount(const Mount& mount, bool omits_empty, JsonWriter* w) {
  WriteMountStart(mount, omits_empty, w);
  WriteOptions(mount.options, w);
}

inline void WriteNamespace(const Namespace& space, JsonWriter* w) {
  w->Write("{\"type\":", Quoted{space.type});
  if (!space.path.empty()) w->Write(",\"path\":", Quoted{space.path});
  w->Raw('}');
}

inline void WriteDevice(const Device& device, JsonWriter* w) {
  w->Write("{\"path\":", Quoted{device.path}, ",\"type\":\"",
           device.type.front(), "\",\"major\":", device.major,
           ",\"minor\":", device.minor, ",\"fileMode\":", device.file_mode,
           ",\"uid\":", device.uid, ",\"gid\":", device.gid, '}');
}

inline void WriteDeviceRule(const DeviceRule& rule, JsonWriter* w) {
  if (rule.allow) {
    w->Raw("{\"allow\":true");
  } else {
    w->Raw("{\"allow\":false");
  }
  if (!rule.type.empty()) w->Write(",\"type\":\"", rule.type.front(), '"');
  if (rule.major.has_value()) w->Write(",\"major\":", *rule.major);
  if (rule.minor.has_value()) w->Write(",\"minor\":", *rule.minor);
  if (rule.access == "rwm") {  // nearly always
    w->Raw(",\"access\":\"rwm\"}");
    return;
  }
  if (!rule.access.empty()) w->Write(",\"access\":\"", rule.access, '"');
  w->Raw('}');
}

// What follows the devices of "linux" up to the end of the spec. Something
// stands before it: a bracket, or members with a comma behind each.
inline void WriteLinuxEnd(std::string_view rootfs_propagation,
                          absl::Span<const std::string_view> masked_paths,
                          absl::Span<const std::string_view> readonly_paths,
                          const BasePieces& pieces, JsonWriter* w) {
  w->Raw(pieces.seccomp_head);
  if (!rootfs_propagation.empty()) {
    w->Write("\"rootfsPropagation\":", Quoted{rootfs_propagation}, ',');
  }
  if (!masked_paths.empty()) {
    w->Raw("\"maskedPaths\":[");
    w->Strings(masked_paths, /*comma=*/false);
    w->Raw("],");
  }
  if (!readonly_paths.empty()) {
    w->Raw("\"readonlyPaths\":[");
    w->Strings(readonly_paths, /*comma=*/false);
    w->Raw("],");
  }
  w->Raw(pieces.mount_label_head);
  w->RemoveLastComma();
  w->Write('}', pieces.tail, '}');
}

}  // namespace specgen

#endif  // SPECGEN_GENERATOR_SPEC_JSON_H_
