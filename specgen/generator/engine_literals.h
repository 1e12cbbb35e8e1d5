// The literals of InitSpec: lists and mounts that an engine puts into each spec
// as they stand here. The encoder has their JSON ready.
#ifndef SPECGEN_GENERATOR_ENGINE_LITERALS_H_
#define SPECGEN_GENERATOR_ENGINE_LITERALS_H_

#include <string_view>

#include "specgen/engine/default_spec.h"

namespace specgen {

inline constexpr std::string_view kDefaultPathEnv[] = {
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};

// defaultPluginRuntimeDestination.
inline constexpr std::string_view kRuntimeDestination = "/run/docker/plugins";
inline constexpr std::string_view kRuntimeOptions[] = {"rbind", "rshared"};

// The directory beside the rootfs which the propagated mount binds.
inline constexpr char kPropagatedMountName[] = "propagated-mount";
inline constexpr std::string_view kPropagatedOptions[] = {"rbind", "rw",
                                                          "rshared"};

inline constexpr std::string_view kNetworkOptions[] = {"rbind", "ro"};
inline constexpr Mount kEtcHosts = {"/etc/hosts", "bind", "/etc/hosts",
                                    kNetworkOptions};
inline constexpr Mount kResolvConf = {"/etc/resolv.conf", "bind",
                                      "/etc/resolv.conf", kNetworkOptions};

inline constexpr std::string_view kMetricsOptions[] = {"bind", "ro"};

// {Allow: true, Access: "rwm"}
inline constexpr DeviceRule kAllDevices = {true, {}, {}, {}, "rwm"};

inline constexpr std::string_view kRootlessOptions[] = {"rbind", "nosuid",
                                                        "noexec", "nodev"};

}  // namespace specgen

#endif  // SPECGEN_GENERATOR_ENGINE_LITERALS_H_
