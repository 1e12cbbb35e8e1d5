// Docker's engines: which releases there are, and how each behaves.
//
// The table is engines.textproto, checked and compiled in when specgen is
// built; nothing is parsed or allocated when the program starts.
#ifndef SPECGEN_ENGINE_ENGINE_H_
#define SPECGEN_ENGINE_ENGINE_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "specgen/engine/default_spec.h"

namespace specgen {

// See engine_table.proto for what each value means.
enum class StateForm : uint8_t { kManifest, kConfig };
enum class InterfaceTypes : uint8_t { kRaw, kText };
enum class SetCommand : uint8_t {
  kNotImplemented,
  kCrashesOnNull,
  kRefusesNull,
  kRefusesNullInLowerCase
};
enum class RootfsRule : uint8_t { kInLibRoot, kGiven };
enum class DevMounts : uint8_t { kStay, kYieldToConfig, kYieldToSettings };
enum class PropagatedMount : uint8_t { kIgnored, kRootfsPropagation, kBind };
enum class DevicesRule : uint8_t { kNone, kFromConfig, kFromSettings };
enum class DeviceNodes : uint8_t {
  kByGoMode,
  kByMajor,
  kByType,
  kByTypePermissions
};
enum class UserNamespaceRule : uint8_t {
  kNothing,
  kKeepLockedFlags,
  kRootless,
  kRootlessKeepCgroup
};

// Bits of Behaviour::keys: keys of the author's file that this engine reads,
// beyond those that all do (engine_table.proto, Decoding.Key).
enum ConfigKey : uint32_t {
  kManifestVersion = 1u << 1,
  kCapabilities = 1u << 2,
  kDevices = 1u << 3,
  kLinux = 1u << 4,
  kDeviceCreation = 1u << 5,
  kAllowAllDevices = 1u << 6,
  kPropagatedMount = 1u << 7,
  kRootfs = 1u << 8,
  kDockerVersion = 1u << 9,
  kIpcHost = 1u << 10,
  kPidHost = 1u << 11,
  kProtocolScheme = 1u << 12,
};

// A group of releases that answer every plugin alike outside of user
// namespaces.
struct Behaviour {
  std::string_view name;      // that of its first release
  std::string_view based_on;  // the behaviour that `changes` compares it with
  absl::Span<const std::string_view> changes;  // in a reader's words
  absl::Span<const std::string_view> sources;  // moby files that show them

  // Reading.
  StateForm form;
  uint32_t keys;  // of ConfigKey
  InterfaceTypes interface_types;

  // Settings.
  bool copies_args;
  bool copies_devices;
  SetCommand set;

  // InitSpec.
  RootfsRule rootfs;
  bool mounts_from_settings;
  bool allows_null_source;
  bool makes_bind_sources;
  bool overrides_bind_options;
  uint32_t runtime_folder_mode;  // 0: not made first
  bool replaces_process;
  bool network;
  bool host_pid_and_ipc;
  bool removes_last_namespace;
  DevMounts dev_mounts;
  PropagatedMount propagated_mount;
  DevicesRule devices;
  DeviceNodes device_nodes;
  bool capabilities;
  bool sorts_mounts;
  bool metrics_mount;
  bool masks_thermal_throttle;
  bool takes_base_spec;
  bool fills_rootfs;
  bool asks_for_unset_network;
  bool describes_privileges;

  // JSON.
  bool omits_empty_args;
  bool omits_empty_mount_fields;
  bool capability_sets;
  bool console_size;
  bool platform;
  bool hooks;
  bool solaris;

  // oci.DefaultSpec(): the spec to start from.
  DefaultSpec default_fields;
};

struct Release {
  std::string_view name;  // "17.03.0-rc1"
  std::string_view date;  // of the tag, YYYY-MM-DD
  std::string_view tag;   // moby's, "v17.03.0-ce-rc1"
  const Behaviour* behaviour;
  UserNamespaceRule user_namespace;
  bool hidden;  // a commit that was never released
};

// All behaviours, oldest first.
absl::Span<const Behaviour> AllBehaviours();

// All releases by version, oldest first; a release candidate stands before its
// release.
absl::Span<const Release> AllReleases();

// The day the list of releases was last brought up to date, YYYY-MM-DD.
std::string_view EngineTableDate();

// The newest release that is not a release candidate or beta.
const Release& NewestRelease();

// The release that people mean by `name`: "20.10.14", "v20.10.14",
// "17.03.1-ce-rc1", "docker-v29.0.0"; "20.10" and "17.03-ce" are the newest
// release of that line. NotFound names the nearest one.
absl::StatusOr<const Release*> FindRelease(std::string_view name);

// The same, but a line is its first release or candidate: "20.10" is
// 20.10.0-beta1.
absl::StatusOr<const Release*> FindFirstRelease(std::string_view name);

}  // namespace specgen

#endif  // SPECGEN_ENGINE_ENGINE_H_
