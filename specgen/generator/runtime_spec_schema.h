// runtime-spec's Go structs as JSON fields: github.com/opencontainers/
// runtime-spec/specs-go/config.go at 1.0.0-rc2-dev, which moby vendored from
// October 2016 to May 2017 (tags v1.13.0-rc1 to v17.05.0-ce). A list of facts,
// in the order of the source.
#ifndef SPECGEN_GENERATOR_RUNTIME_SPEC_SCHEMA_H_
#define SPECGEN_GENERATOR_RUNTIME_SPEC_SCHEMA_H_

#include "specgen/json/go_value.h"

namespace specgen::runtime_spec_1_0_0_rc2_dev {

constexpr GoField kPlatform[] = {
    {"os", GoKind::kString, GoForm::kPlain, false},
    {"arch", GoKind::kString, GoForm::kPlain, false},
};

constexpr GoField kBox[] = {
    {"height", GoKind::kUint64, GoForm::kPlain, false},
    {"width", GoKind::kUint64, GoForm::kPlain, false},
};

constexpr GoField kUser[] = {
    {"uid", GoKind::kUint32, GoForm::kPlain, false},
    {"gid", GoKind::kUint32, GoForm::kPlain, false},
    {"additionalGids", GoKind::kUint32, GoForm::kList, true},
    {"username", GoKind::kString, GoForm::kPlain, true},
};

constexpr GoField kRlimit[] = {
    {"type", GoKind::kString, GoForm::kPlain, false},
    {"hard", GoKind::kUint64, GoForm::kPlain, false},
    {"soft", GoKind::kUint64, GoForm::kPlain, false},
};

constexpr GoField kProcess[] = {
    {"terminal", GoKind::kBool, GoForm::kPlain, true},
    {"consoleSize", GoKind::kStruct, GoForm::kPlain, true, kBox},
    {"user", GoKind::kStruct, GoForm::kPlain, false, kUser},
    {"args", GoKind::kString, GoForm::kList, false},
    {"env", GoKind::kString, GoForm::kList, true},
    {"cwd", GoKind::kString, GoForm::kPlain, false},
    {"capabilities", GoKind::kString, GoForm::kList, true},
    {"rlimits", GoKind::kStruct, GoForm::kList, true, kRlimit},
    {"noNewPrivileges", GoKind::kBool, GoForm::kPlain, true},
    {"apparmorProfile", GoKind::kString, GoForm::kPlain, true},
    {"selinuxLabel", GoKind::kString, GoForm::kPlain, true},
};

constexpr GoField kRoot[] = {
    {"path", GoKind::kString, GoForm::kPlain, false},
    {"readonly", GoKind::kBool, GoForm::kPlain, true},
};

constexpr GoField kMount[] = {
    {"destination", GoKind::kString, GoForm::kPlain, false},
    {"type", GoKind::kString, GoForm::kPlain, false},
    {"source", GoKind::kString, GoForm::kPlain, false},
    {"options", GoKind::kString, GoForm::kList, true},
};

constexpr GoField kHook[] = {
    {"path", GoKind::kString, GoForm::kPlain, false},
    {"args", GoKind::kString, GoForm::kList, true},
    {"env", GoKind::kString, GoForm::kList, true},
    {"timeout", GoKind::kInt64, GoForm::kPointer, true},
};

constexpr GoField kHooks[] = {
    {"prestart", GoKind::kStruct, GoForm::kList, true, kHook},
    {"poststart", GoKind::kStruct, GoForm::kList, true, kHook},
    {"poststop", GoKind::kStruct, GoForm::kList, true, kHook},
};

constexpr GoField kIDMapping[] = {
    {"hostID", GoKind::kUint32, GoForm::kPlain, false},
    {"containerID", GoKind::kUint32, GoForm::kPlain, false},
    {"size", GoKind::kUint32, GoForm::kPlain, false},
};

constexpr GoField kDeviceCgroup[] = {
    {"allow", GoKind::kBool, GoForm::kPlain, false},
    {"type", GoKind::kString, GoForm::kPointer, true},
    {"major", GoKind::kInt64, GoForm::kPointer, true},
    {"minor", GoKind::kInt64, GoForm::kPointer, true},
    {"access", GoKind::kString, GoForm::kPointer, true},
};

constexpr GoField kMemory[] = {
    {"limit", GoKind::kUint64, GoForm::kPointer, true},
    {"reservation", GoKind::kUint64, GoForm::kPointer, true},
    {"swap", GoKind::kUint64, GoForm::kPointer, true},
    {"kernel", GoKind::kUint64, GoForm::kPointer, true},
    {"kernelTCP", GoKind::kUint64, GoForm::kPointer, true},
    {"swappiness", GoKind::kUint64, GoForm::kPointer, true},
};

constexpr GoField kCPU[] = {
    {"shares", GoKind::kUint64, GoForm::kPointer, true},
    {"quota", GoKind::kUint64, GoForm::kPointer, true},
    {"period", GoKind::kUint64, GoForm::kPointer, true},
    {"realtimeRuntime", GoKind::kUint64, GoForm::kPointer, true},
    {"realtimePeriod", GoKind::kUint64, GoForm::kPointer, true},
    {"cpus", GoKind::kString, GoForm::kPointer, true},
    {"mems", GoKind::kString, GoForm::kPointer, true},
};

constexpr GoField kPids[] = {
    {"limit", GoKind::kInt64, GoForm::kPointer, true},
};

constexpr GoField kWeightDevice[] = {
    {"major", GoKind::kInt64, GoForm::kPlain, false},
    {"minor", GoKind::kInt64, GoForm::kPlain, false},
    {"weight", GoKind::kUint16, GoForm::kPointer, true},
    {"leafWeight", GoKind::kUint16, GoForm::kPointer, true},
};

constexpr GoField kThrottleDevice[] = {
    {"major", GoKind::kInt64, GoForm::kPlain, false},
    {"minor", GoKind::kInt64, GoForm::kPlain, false},
    {"rate", GoKind::kUint64, GoForm::kPointer, true},
};

constexpr GoField kBlockIO[] = {
    {"blkioWeight", GoKind::kUint16, GoForm::kPointer, true},
    {"blkioLeafWeight", GoKind::kUint16, GoForm::kPointer, true},
    {"blkioWeightDevice", GoKind::kStruct, GoForm::kList, true, kWeightDevice},
    {"blkioThrottleReadBpsDevice", GoKind::kStruct, GoForm::kList, true,
     kThrottleDevice},
    {"blkioThrottleWriteBpsDevice", GoKind::kStruct, GoForm::kList, true,
     kThrottleDevice},
    {"blkioThrottleReadIOPSDevice", GoKind::kStruct, GoForm::kList, true,
     kThrottleDevice},
    {"blkioThrottleWriteIOPSDevice", GoKind::kStruct, GoForm::kList, true,
     kThrottleDevice},
};

constexpr GoField kHugepageLimit[] = {
    {"pageSize", GoKind::kString, GoForm::kPointer, true},
    {"limit", GoKind::kUint64, GoForm::kPointer, true},
};

constexpr GoField kInterfacePriority[] = {
    {"name", GoKind::kString, GoForm::kPlain, false},
    {"priority", GoKind::kUint32, GoForm::kPlain, false},
};

constexpr GoField kNetwork[] = {
    {"classID", GoKind::kUint32, GoForm::kPointer, true},
    {"priorities", GoKind::kStruct, GoForm::kList, true, kInterfacePriority},
};

constexpr GoField kResources[] = {
    {"devices", GoKind::kStruct, GoForm::kList, true, kDeviceCgroup},
    {"disableOOMKiller", GoKind::kBool, GoForm::kPointer, true},
    {"oomScoreAdj", GoKind::kInt64, GoForm::kPointer, true},
    {"memory", GoKind::kStruct, GoForm::kPointer, true, kMemory},
    {"cpu", GoKind::kStruct, GoForm::kPointer, true, kCPU},
    {"pids", GoKind::kStruct, GoForm::kPointer, true, kPids},
    {"blockIO", GoKind::kStruct, GoForm::kPointer, true, kBlockIO},
    {"hugepageLimits", GoKind::kStruct, GoForm::kList, true, kHugepageLimit},
    {"network", GoKind::kStruct, GoForm::kPointer, true, kNetwork},
};

constexpr GoField kNamespace[] = {
    {"type", GoKind::kString, GoForm::kPlain, false},
    {"path", GoKind::kString, GoForm::kPlain, true},
};

constexpr GoField kDevice[] = {
    {"path", GoKind::kString, GoForm::kPlain, false},
    {"type", GoKind::kString, GoForm::kPlain, false},
    {"major", GoKind::kInt64, GoForm::kPlain, false},
    {"minor", GoKind::kInt64, GoForm::kPlain, false},
    {"fileMode", GoKind::kUint32, GoForm::kPointer, true},
    {"uid", GoKind::kUint32, GoForm::kPointer, true},
    {"gid", GoKind::kUint32, GoForm::kPointer, true},
};

constexpr GoField kArg[] = {
    {"index", GoKind::kUint64, GoForm::kPlain, false},
    {"value", GoKind::kUint64, GoForm::kPlain, false},
    {"valueTwo", GoKind::kUint64, GoForm::kPlain, false},
    {"op", GoKind::kString, GoForm::kPlain, false},
};

constexpr GoField kSyscall[] = {
    {"name", GoKind::kString, GoForm::kPlain, false},
    {"action", GoKind::kString, GoForm::kPlain, false},
    {"args", GoKind::kStruct, GoForm::kList, true, kArg},
};

constexpr GoField kSeccomp[] = {
    {"defaultAction", GoKind::kString, GoForm::kPlain, false},
    {"architectures", GoKind::kString, GoForm::kList, false},
    {"syscalls", GoKind::kStruct, GoForm::kList, true, kSyscall},
};

constexpr GoField kLinux[] = {
    {"uidMappings", GoKind::kStruct, GoForm::kList, true, kIDMapping},
    {"gidMappings", GoKind::kStruct, GoForm::kList, true, kIDMapping},
    {"sysctl", GoKind::kMap, GoForm::kPlain, true},
    {"resources", GoKind::kStruct, GoForm::kPointer, true, kResources},
    {"cgroupsPath", GoKind::kString, GoForm::kPointer, true},
    {"namespaces", GoKind::kStruct, GoForm::kList, true, kNamespace},
    {"devices", GoKind::kStruct, GoForm::kList, true, kDevice},
    {"seccomp", GoKind::kStruct, GoForm::kPointer, true, kSeccomp},
    {"rootfsPropagation", GoKind::kString, GoForm::kPlain, true},
    {"maskedPaths", GoKind::kString, GoForm::kList, true},
    {"readonlyPaths", GoKind::kString, GoForm::kList, true},
    {"mountLabel", GoKind::kString, GoForm::kPlain, true},
};

constexpr GoField kAnet[] = {
    {"linkname", GoKind::kString, GoForm::kPlain, true},
    {"lowerLink", GoKind::kString, GoForm::kPlain, true},
    {"allowedAddress", GoKind::kString, GoForm::kPlain, true},
    {"configureAllowedAddress", GoKind::kString, GoForm::kPlain, true},
    {"defrouter", GoKind::kString, GoForm::kPlain, true},
    {"linkProtection", GoKind::kString, GoForm::kPlain, true},
    {"macAddress", GoKind::kString, GoForm::kPlain, true},
};

constexpr GoField kCappedCPU[] = {
    {"ncpus", GoKind::kString, GoForm::kPlain, true},
};

constexpr GoField kCappedMemory[] = {
    {"physical", GoKind::kString, GoForm::kPlain, true},
    {"swap", GoKind::kString, GoForm::kPlain, true},
};

constexpr GoField kSolaris[] = {
    {"milestone", GoKind::kString, GoForm::kPlain, true},
    {"limitpriv", GoKind::kString, GoForm::kPlain, true},
    {"maxShmMemory", GoKind::kString, GoForm::kPlain, true},
    {"anet", GoKind::kStruct, GoForm::kList, true, kAnet},
    {"cappedCPU", GoKind::kStruct, GoForm::kPointer, true, kCappedCPU},
    {"cappedMemory", GoKind::kStruct, GoForm::kPointer, true, kCappedMemory},
};

constexpr GoField kWindowsMemoryResources[] = {
    {"limit", GoKind::kUint64, GoForm::kPointer, true},
    {"reservation", GoKind::kUint64, GoForm::kPointer, true},
};

constexpr GoField kWindowsCPUResources[] = {
    {"count", GoKind::kUint64, GoForm::kPointer, true},
    {"shares", GoKind::kUint16, GoForm::kPointer, true},
    {"percent", GoKind::kUint8, GoForm::kPointer, true},
};

constexpr GoField kWindowsStorageResources[] = {
    {"iops", GoKind::kUint64, GoForm::kPointer, true},
    {"bps", GoKind::kUint64, GoForm::kPointer, true},
    {"sandboxSize", GoKind::kUint64, GoForm::kPointer, true},
};

constexpr GoField kWindowsNetworkResources[] = {
    {"egressBandwidth", GoKind::kUint64, GoForm::kPointer, true},
};

constexpr GoField kWindowsResources[] = {
    {"memory", GoKind::kStruct, GoForm::kPointer, true,
     kWindowsMemoryResources},
    {"cpu", GoKind::kStruct, GoForm::kPointer, true, kWindowsCPUResources},
    {"storage", GoKind::kStruct, GoForm::kPointer, true,
     kWindowsStorageResources},
    {"network", GoKind::kStruct, GoForm::kPointer, true,
     kWindowsNetworkResources},
};

constexpr GoField kWindows[] = {
    {"resources", GoKind::kStruct, GoForm::kPointer, true, kWindowsResources},
};

constexpr GoField kSpec[] = {
    {"ociVersion", GoKind::kString, GoForm::kPlain, false},
    {"platform", GoKind::kStruct, GoForm::kPlain, false, kPlatform},
    {"process", GoKind::kStruct, GoForm::kPlain, false, kProcess},
    {"root", GoKind::kStruct, GoForm::kPlain, false, kRoot},
    {"hostname", GoKind::kString, GoForm::kPlain, true},
    {"mounts", GoKind::kStruct, GoForm::kList, true, kMount},
    {"hooks", GoKind::kStruct, GoForm::kPlain, false, kHooks},
    {"annotations", GoKind::kMap, GoForm::kPlain, true},
    {"linux", GoKind::kStruct, GoForm::kPointer, true, kLinux},
    {"solaris", GoKind::kStruct, GoForm::kPointer, true, kSolaris},
    {"windows", GoKind::kStruct, GoForm::kPointer, true, kWindows},
};

}  // namespace specgen::runtime_spec_1_0_0_rc2_dev

#endif  // SPECGEN_GENERATOR_RUNTIME_SPEC_SCHEMA_H_
