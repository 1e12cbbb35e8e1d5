// The spec that an engine starts from, moby's oci.DefaultSpec(), as fields.
#ifndef SPECGEN_ENGINE_DEFAULT_SPEC_H_
#define SPECGEN_ENGINE_DEFAULT_SPEC_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/types/span.h"

namespace specgen {

// runtime-spec's Mount.
struct Mount {
  std::string_view destination;
  std::string_view type;
  std::string_view source;
  absl::Span<const std::string_view> options;
};

// runtime-spec's LinuxDevice.
struct Device {
  std::string_view path;
  std::string_view type;
  int64_t major;
  int64_t minor;
  uint32_t file_mode;
  uint32_t uid;
  uint32_t gid;
};

// runtime-spec's LinuxDeviceCgroup.
struct DeviceRule {
  bool allow;
  std::string_view type;  // "": left out
  std::optional<int64_t> major;
  std::optional<int64_t> minor;
  std::string_view access;
};

// What an engine's default spec says; the rest of it is the same in all of
// them. All views are of static storage.
struct DefaultSpec {
  std::string_view oci_version;
  absl::Span<const std::string_view> capabilities;
  // The sets that hold them, where the layout has sets.
  bool bounding;
  bool effective;
  bool inheritable;
  bool permitted;
  absl::Span<const Mount> mounts;
  absl::Span<const std::string_view> namespaces;  // their types
  absl::Span<const Device> devices;
  absl::Span<const DeviceRule> device_rules;
  absl::Span<const std::string_view> masked_paths;
  absl::Span<const std::string_view> readonly_paths;
};

}  // namespace specgen

#endif  // SPECGEN_ENGINE_DEFAULT_SPEC_H_
