// The changes of engines that no golden can notice, and why. See mutations.h.
//
// Two kinds: a value that has no effect in that engine, and one whose effect
// shows in no answer that was recorded. Docker's code for the engines before
// 20.10 (and for 24.0.0-beta.1) is not published as a Go module, so that
// tools/reference cannot record more of theirs.
#include <iterator>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "specgen/engine/engine.h"
#include "specgen/golden/mutations.h"

namespace specgen {
namespace {

constexpr std::string_view kOldest = "1.12.0";
// Up to the newest behaviour that there is.
constexpr std::string_view kNewest;
// The last engine before those that can be recorded, and one between them.
constexpr std::string_view kLastOld = "19.03.0";
constexpr std::string_view kBeta = "24.0.0-beta.1";

constexpr std::string_view kNotWrongType =
    "only the key's type is checked, and no recorded request of these engines "
    "has it with another type";
constexpr std::string_view kNothingBehind =
    "no recorded request of these engines has text behind its JSON; "
    "//specgen/generator:init_spec_test proves it";
constexpr std::string_view kProcessReplaced =
    "no effect: the default process is replaced as a whole";
constexpr std::string_view kSameHalves =
    "in all recorded requests of these engines, config and settings have the "
    "same";
constexpr std::string_view kNoSets =
    "no effect: capabilities are one list, not sets";
constexpr std::string_view kOwnKeyNotRead =
    "no effect: the key that it is about is not read";
constexpr std::string_view kDaemonOnly =
    "dockerd adds that mount, not InitSpec, and of real daemons only 20.10.24, "
    "26.1.5 and 28.5.2 were recorded";
constexpr std::string_view kNoStored =
    "of these engines only author's files were recorded, without the "
    "directories "
    "that were made";
constexpr std::string_view kNotDetached =
    "recorded where the network namespace was not detached, and there both "
    "rules do the same";

constexpr Unprovable kUnprovable[] = {
    // Without effect.
    {"takes_base_spec", kOldest, kNewest,
     "only says whether a base spec may be given, and goldens have none"},
    {"fills_rootfs", kOldest, kNewest,
     "is no part of the spec; //specgen/bundle:plan_test proves it"},
    {"asks_for_unset_network", kOldest, kNewest,
     "is no part of the spec; //specgen/privileges:prompt_test proves it"},
    {"describes_privileges", kOldest, kNewest,
     "is no part of the spec; //specgen/privileges:prompt_test proves it"},
    {"plugins_in_run_docker", kOldest, kNewest,
     "only a default of requests, and recorded ones say theirs; "
     "//specgen/generator:init_spec_test proves it"},
    {"removes_last_namespace", kOldest, kNewest,
     "no effect: no default spec has two namespaces of a type"},
    {"overrides_bind_options", "1.13.0-rc4", kNewest,
     "no effect: only for engines that make the sources of bind mounts"},
    {"propagated_mount=*", kOldest, "1.13.0-rc2", kOwnKeyNotRead},
    {"host_pid_and_ipc", kOldest, "1.13.0", kOwnKeyNotRead},
    {"device_nodes=*", kOldest, "1.13.0-rc1",
     "no effect: the plugin's devices are not used"},
    {"capabilities", kOldest, "1.13.0-rc1", kProcessReplaced},
    {"capability_sets", kOldest, "1.13.0-rc1", kProcessReplaced},
    {"default_spec.capabilities*", kOldest, "1.13.0-rc1", kProcessReplaced},
    {"default_spec.mounts swaps /dev and /dev/pts", "18.03.0", "18.03.0",
     "no effect: the mounts are sorted, and no recorded plugin has one of its "
     "own at these destinations, which would show the order of equal ones"},
    {"default_spec.bounding", kOldest, "17.05.0", kNoSets},
    {"default_spec.effective", kOldest, "17.05.0", kNoSets},
    {"default_spec.inheritable", kOldest, "17.05.0", kNoSets},
    {"default_spec.permitted", kOldest, "17.05.0", kNoSets},

    // Not recorded.
    {"ignores_rest", kOldest, kLastOld, kNothingBehind},
    {"ignores_rest", kBeta, kBeta, kNothingBehind},
    {"keys.kManifestVersion", kOldest, kLastOld, kNotWrongType},
    {"keys.kManifestVersion", kBeta, kBeta, kNotWrongType},
    {"keys.kCapabilities", kOldest, kLastOld, kNotWrongType},
    {"keys.kCapabilities", kBeta, kBeta, kNotWrongType},
    {"keys.kDevices", kOldest, kLastOld, kNotWrongType},
    {"keys.kDevices", kBeta, kBeta, kNotWrongType},
    {"keys.kRootfs", kOldest, kLastOld, kNotWrongType},
    {"keys.kRootfs", kBeta, kBeta, kNotWrongType},
    {"keys.kDockerVersion", kOldest, kLastOld, kNotWrongType},
    {"keys.kDockerVersion", kBeta, kBeta, kNotWrongType},
    {"keys.kProtocolScheme", kOldest, kLastOld, kNotWrongType},
    {"keys.kProtocolScheme", kBeta, kBeta, kNotWrongType},
    {"keys.kLinux", kOldest, "1.13.0-rc1", kNotWrongType},
    {"keys.kDeviceCreation", kOldest, "1.13.0-rc1", kNotWrongType},
    {"keys.kAllowAllDevices", kOldest, "1.13.0-rc1", kNotWrongType},
    {"keys.kPropagatedMount", kOldest, "1.13.0-rc2", kNotWrongType},
    {"keys.kIpcHost", kOldest, "1.13.0-rc4", kNotWrongType},
    {"keys.kPidHost", kOldest, "1.13.0", kNotWrongType},
    {"interface_types=*", kOldest, "1.13.0-rc4",
     "no recorded request of these engines has a type that is null or starts "
     "with a slash"},
    {"set=*", kOldest, "1.13.0-rc4",
     "no recorded request of these engines has arguments of `docker plugin "
     "set`"},
    {"copies_args", kOldest, "1.13.0-rc4",
     "the recorded requests of these engines are stored states, which bring "
     "their settings"},
    {"copies_devices", kOldest, "1.13.0-rc4",
     "the recorded requests of these engines are stored states, which bring "
     "their settings"},
    {"rootfs=kGiven", kOldest, "1.13.0-rc2",
     "the recorded requests have their rootfs where the lib root has it"},
    {"rootfs=kInLibRoot", "1.13.0-rc4", "1.13.0-rc4",
     "the recorded requests have their rootfs where the lib root has it"},
    {"mounts_from_settings", kOldest, kLastOld, kSameHalves},
    {"mounts_from_settings", kBeta, kBeta, kSameHalves},
    {"dev_mounts=kYieldToSettings", "1.13.0-rc2", "1.13.0-rc2", kSameHalves},
    {"dev_mounts=kYieldToConfig", "1.13.0-rc4", kLastOld, kSameHalves},
    {"dev_mounts=kYieldToConfig", kBeta, kBeta, kSameHalves},
    {"devices=kFromSettings", "1.13.0-rc2", "1.13.0-rc2", kSameHalves},
    {"devices=kFromConfig", "1.13.0-rc4", kLastOld, kSameHalves},
    {"devices=kFromConfig", kBeta, kBeta, kSameHalves},
    {"devices=kFromConfig", "1.13.0-rc1", "1.13.0-rc1",
     "the recorded requests have no devices where this engine reads them"},
    {"form=kManifest", "1.13.0-rc5", kLastOld, kNoStored},
    {"form=kManifest", kBeta, kBeta, kNoStored},
    {"runtime_folder_mode=*", "1.13.0-rc5", kLastOld, kNoStored},
    {"runtime_folder_mode=*", kBeta, kBeta, kNoStored},
    {"metrics_mount", kOldest, "25.0.0", kDaemonOnly},
    {"metrics_mount", "28.0.2", "28.0.2", kDaemonOnly},
    {"metrics_mount", "29.0.0-rc.1", kNewest, kDaemonOnly},
    {"masks_thermal_throttle", kOldest, kLastOld,
     "of these engines, no host with such directories was recorded"},
    {"masks_thermal_throttle", kBeta, kBeta,
     "of these engines, no host with such directories was recorded"},
    {"0:user_namespace=*", kOldest, "24.0.0",
     "in a user namespace, answers were recorded from 24.0.7 on"},
    {"1:user_namespace=*", "29.0.0-rc.1", "29.0.0-rc.1",
     "of these candidates, no answers in a user namespace were recorded"},
    {"2:user_namespace=kRootlessKeepCgroup", "29.5.0", "29.5.0", kNotDetached},
    {"3:user_namespace=kRootless", "29.5.0", kNewest, kNotDetached},
};

}  // namespace

absl::Span<const Unprovable> AllUnprovable() {
  static const std::vector<Unprovable>* const all = [] {
    auto* const entries = new std::vector<Unprovable>(std::begin(kUnprovable),
                                                      std::end(kUnprovable));
    for (Unprovable& entry : *entries) {
      if (entry.last == kNewest) entry.last = AllBehaviours().back().name;
    }
    return entries;
  }();
  return *all;
}

}  // namespace specgen
