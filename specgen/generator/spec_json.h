// The JSON shapes of runtime-spec's structs that engines write, as Go's
// encoding/json has them. Part of the encoder (spec_encoder.h), and private to
// it and to the pieces that it has ready (rendered_base.h).
#ifndef SPECGEN_GENERATOR_SPEC_JSON_H_
#define SPECGEN_GENERATOR_SPEC_JSON_H_

#include <string_view>

#include "absl/types/span.h"
#include "specgen/engine/default_spec.h"
#include "specgen/generator/namespace_list.h"
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
  w->Write("{\"path\":", Quoted{device.path}, ",\"type\":\"", device.type,
           "\",\"major\":", device.major, ",\"minor\":", device.minor,
           ",\"fileMode\":", device.file_mode, ",\"uid\":", device.uid,
           ",\"gid\":", device.gid, '}');
}

inline void WriteDeviceRule(const DeviceRule& rule, JsonWriter* w) {
  if (rule.allow) {
    w->Raw("{\"allow\":true");
  } else {
    w->Raw("{\"allow\":false");
  }
  if (!rule.type.empty()) w->Write(",\"type\":\"", rule.type, '"');
  if (rule.major.has_value()) w->Write(",\"major\":", *rule.major);
  if (rule.minor.has_value()) w->Write(",\"minor\":", *rule.minor);
  if (!rule.access.empty()) w->Write(",\"access\":\"", rule.access, '"');
  w->Raw('}');
}

}  // namespace specgen

#endif  // SPECGEN_GENERATOR_SPEC_JSON_H_
