#include "specgen/validate/spec_fields.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace specgen {
namespace {

using V = OciVersion;
using K = FieldKind;

// Kinds of fields that come again and again.
consteval SpecField Text(std::string_view key) { return {.key = key}; }
consteval SpecField TextSince(std::string_view key, V since) {
  return {.key = key, .since = since};
}
consteval SpecField NeededText(std::string_view key) {
  return {.key = key, .required = true};
}
consteval SpecField Flag(std::string_view key, V since = kOldestOci,
                         V until = kNewestOci) {
  return {.key = key, .kind = K::kBool, .since = since, .until = until};
}
consteval SpecField Texts(std::string_view key, V since = kOldestOci) {
  return {.key = key, .list = true, .since = since};
}
consteval SpecField Number(std::string_view key, int64_t min, int64_t max,
                           V since = kOldestOci, V until = kNewestOci) {
  return {.key = key,
          .kind = K::kInteger,
          .min = min,
          .max = max,
          .since = since,
          .until = until};
}
consteval SpecField Uint64(std::string_view key, V since = kOldestOci) {
  return Number(key, 0, -1, since);
}
consteval SpecField Uint32(std::string_view key, V since = kOldestOci) {
  return Number(key, 0, UINT32_MAX, since);
}
consteval SpecField Uint16(std::string_view key, V since = kOldestOci,
                           V until = kNewestOci) {
  return Number(key, 0, UINT16_MAX, since, until);
}
consteval SpecField Int64(std::string_view key, V since = kOldestOci) {
  return Number(key, INT64_MIN, INT64_MAX, since);
}
consteval SpecField Needed(SpecField field) {
  field.required = true;
  return field;
}
consteval SpecField Part(std::string_view key,
                         absl::Span<const SpecField> fields,
                         V since = kOldestOci, V until = kNewestOci) {
  return {.key = key,
          .kind = K::kObject,
          .fields = fields,
          .since = since,
          .until = until};
}
consteval SpecField Parts(std::string_view key,
                          absl::Span<const SpecField> fields,
                          V since = kOldestOci, V until = kNewestOci) {
  return {.key = key,
          .kind = K::kObject,
          .list = true,
          .fields = fields,
          .since = since,
          .until = until};
}
consteval SpecField OneOf(std::string_view key,
                          absl::Span<const FieldValue> values,
                          V since = kOldestOci) {
  return {.key = key, .values = values, .since = since};
}

consteval SpecField Formed(SpecField field, const FieldForm* form) {
  field.form = form;
  return field;
}
consteval SpecField NotEmpty(SpecField field) {
  field.not_empty = true;
  return field;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// ^[1-9][0-9]*[KMG]B$
bool IsPageSize(std::string_view text) {
  if (text.size() < 3 || text[0] == '0' || text.back() != 'B' ||
      std::string_view("KMG").find(text[text.size() - 2]) ==
          std::string_view::npos) {
    return false;
  }
  for (char c : text.substr(0, text.size() - 2)) {
    if (!IsDigit(c)) return false;
  }
  return true;
}
constexpr FieldForm kPageSize = {IsPageSize, "a size such as 64KB, 2MB or 1GB"};

// "0-3,7", of cpuset(7)'s List Format without strides; "" is no list, but
// taken. The kernel takes no range whose end stands first.
bool IsNumberList(std::string_view text) {
  if (text.empty()) return true;
  constexpr uint32_t kMost = 1'000'000;  // larger ones count as that
  bool in_range = false;
  size_t digits = 0;
  uint32_t number = 0;
  uint32_t first = 0;  // of the range
  for (char c : text) {
    if (IsDigit(c)) {
      ++digits;
      number = std::min(kMost,
                        10 * number + static_cast<uint32_t>(c) - uint32_t{'0'});
      continue;
    }
    if (c == ' ') continue;  // white space is let pass
    if (digits == 0 || number < first) return false;
    if (c == '-' && !in_range) {
      in_range = true;
      first = number;
    } else if (c == ',') {
      in_range = false;
      first = 0;
    } else {
      return false;
    }
    digits = 0;
    number = 0;
  }
  return digits > 0 && number >= first;
}
constexpr FieldForm kNumberList = {IsNumberList, "a list such as 0-3,7"};

bool IsMemoryBandwidth(std::string_view text) {
  return text.substr(0, 3) == "MB:" &&
         text.find('\n') == std::string_view::npos;
}
constexpr FieldForm kMemoryBandwidth = {IsMemoryBandwidth,
                                        "one line that starts with \"MB:\""};

bool IsOneLine(std::string_view text) {
  return text.find('\n') == std::string_view::npos;
}
constexpr FieldForm kOneLine = {IsOneLine, "one line"};

constexpr SpecField kPlatform[] = {NeededText("os"), NeededText("arch")};

constexpr SpecField kConsoleSize[] = {
    Needed(Uint64("height")),
    Needed(Uint64("width")),
};

constexpr SpecField kUser[] = {
    Uint32("uid"),
    Uint32("gid"),
    Uint32("umask", V::k1_0_2),
    {.key = "additionalGids",
     .kind = K::kInteger,
     .list = true,
     .min = 0,
     .max = UINT32_MAX},
    Text("username"),
};

constexpr SpecField kCapabilitySets[] = {
    Texts("bounding"),  Texts("effective"), Texts("inheritable"),
    Texts("permitted"), Texts("ambient"),
};

constexpr SpecField kRlimit[] = {
    NeededText("type"),
    Needed(Uint64("hard")),
    Needed(Uint64("soft")),
};

constexpr FieldValue kIoClasses[] = {
    {"IOPRIO_CLASS_RT"}, {"IOPRIO_CLASS_BE"}, {"IOPRIO_CLASS_IDLE"}};
constexpr SpecField kIoPriority[] = {
    Needed(OneOf("class", kIoClasses)),
    Needed(Number("priority", 0, 7)),
};

constexpr FieldValue kSchedulerPolicies[] = {
    {"SCHED_OTHER"}, {"SCHED_FIFO"}, {"SCHED_RR"},      {"SCHED_BATCH"},
    {"SCHED_ISO"},   {"SCHED_IDLE"}, {"SCHED_DEADLINE"}};
constexpr FieldValue kSchedulerFlags[] = {
    {"SCHED_FLAG_RESET_ON_FORK"}, {"SCHED_FLAG_RECLAIM"},
    {"SCHED_FLAG_DL_OVERRUN"},    {"SCHED_FLAG_KEEP_POLICY"},
    {"SCHED_FLAG_KEEP_PARAMS"},   {"SCHED_FLAG_UTIL_CLAMP_MIN"},
    {"SCHED_FLAG_UTIL_CLAMP_MAX"}};
constexpr SpecField kScheduler[] = {
    Needed(OneOf("policy", kSchedulerPolicies)),
    Number("nice", INT32_MIN, INT32_MAX),
    Number("priority", INT32_MIN, INT32_MAX),
    {.key = "flags", .list = true, .values = kSchedulerFlags},
    Uint64("runtime"),
    Uint64("deadline"),
    Uint64("period"),
};

constexpr SpecField kCpuAffinity[] = {Formed(Text("initial"), &kNumberList),
                                      Formed(Text("final"), &kNumberList)};

constexpr SpecField kProcess[] = {
    Flag("terminal"),
    Part("consoleSize", kConsoleSize, V::k1_0_0_rc3),
    Part("user", kUser),
    {.key = "args",
     .list = true,
     .required = true,
     .required_until = V::k1_0_1},
    TextSince("commandLine", V::k1_0_2),
    Texts("env"),
    NeededText("cwd"),
    {.key = "capabilities", .list = true, .until = V::k1_0_0_rc4},
    Part("capabilities", kCapabilitySets, V::k1_0_0_rc5),
    Parts("rlimits", kRlimit),
    Flag("noNewPrivileges"),
    Text("apparmorProfile"),
    Number("oomScoreAdj", -1000, 1000, V::k1_0_0_rc6),
    Text("selinuxLabel"),
    Part("ioPriority", kIoPriority, V::k1_1_0_rc_1),
    Part("scheduler", kScheduler, V::k1_1_0_rc_1),
    Part("execCPUAffinity", kCpuAffinity, V::k1_2_1),
};

constexpr SpecField kRoot[] = {NeededText("path"), Flag("readonly")};

constexpr SpecField kIdMapping[] = {
    Needed(Uint32("containerID")),
    Needed(Uint32("hostID")),
    Needed(Uint32("size")),
};

constexpr SpecField kMount[] = {
    NeededText("destination"),
    {.key = "type", .required = true, .required_until = V::k1_0_0_rc4},
    {.key = "source", .required = true, .required_until = V::k1_0_0_rc4},
    Texts("options"),
    Parts("uidMappings", kIdMapping, V::k1_1_0_rc_1),
    Parts("gidMappings", kIdMapping, V::k1_1_0_rc_1),
};

constexpr SpecField kHook[] = {
    NeededText("path"),
    Texts("args"),
    Texts("env"),
    Number("timeout", 1, INT64_MAX),
};
constexpr SpecField kHooks[] = {
    Parts("prestart", kHook),
    Parts("createRuntime", kHook, V::k1_0_2),
    Parts("createContainer", kHook, V::k1_0_2),
    Parts("startContainer", kHook, V::k1_0_2),
    Parts("poststart", kHook),
    Parts("poststop", kHook),
};

constexpr SpecField kDeviceRule[] = {
    Needed(Flag("allow")), Text("type"),   Int64("major"),
    Int64("minor"),        Text("access"),
};

constexpr SpecField kMemory[] = {
    Int64("limit"),
    Int64("reservation"),
    Int64("swap"),
    Int64("kernel"),
    Int64("kernelTCP"),
    Number("swappiness", 0, 100),
    Flag("disableOOMKiller", V::k1_0_0),
    Flag("useHierarchy", V::k1_0_2),
    Flag("checkBeforeUpdate", V::k1_1_0_rc_1),
};

constexpr SpecField kCpu[] = {
    Uint64("shares"),
    Int64("quota"),
    Uint64("burst", V::k1_1_0_rc_1),
    Uint64("period"),
    Int64("realtimeRuntime"),
    Uint64("realtimePeriod"),
    Formed(Text("cpus"), &kNumberList),
    Formed(Text("mems"), &kNumberList),
    Int64("idle", V::k1_1_0_rc_1),
};

constexpr SpecField kPids[] = {{.key = "limit",
                                .kind = K::kInteger,
                                .required = true,
                                .required_until = V::k1_2_1}};

constexpr SpecField kWeightDevice[] = {
    Needed(Int64("major")),
    Needed(Int64("minor")),
    Uint16("weight"),
    Uint16("leafWeight"),
};
constexpr SpecField kThrottleDevice[] = {
    Needed(Int64("major")),
    Needed(Int64("minor")),
    Needed(Uint64("rate")),
};
constexpr SpecField kBlockIo[] = {
    Uint16("blkioWeight", kOldestOci, V::k1_0_0_rc5),
    Uint16("blkioLeafWeight", kOldestOci, V::k1_0_0_rc5),
    Parts("blkioWeightDevice", kWeightDevice, kOldestOci, V::k1_0_0_rc5),
    Parts("blkioThrottleReadBpsDevice", kThrottleDevice, kOldestOci,
          V::k1_0_0_rc5),
    Parts("blkioThrottleWriteBpsDevice", kThrottleDevice, kOldestOci,
          V::k1_0_0_rc5),
    Parts("blkioThrottleReadIOPSDevice", kThrottleDevice, kOldestOci,
          V::k1_0_0_rc5),
    Parts("blkioThrottleWriteIOPSDevice", kThrottleDevice, kOldestOci,
          V::k1_0_0_rc5),
    Uint16("weight", V::k1_0_0_rc6),
    Uint16("leafWeight", V::k1_0_0_rc6),
    Parts("weightDevice", kWeightDevice, V::k1_0_0_rc6),
    Parts("throttleReadBpsDevice", kThrottleDevice, V::k1_0_0_rc6),
    Parts("throttleWriteBpsDevice", kThrottleDevice, V::k1_0_0_rc6),
    Parts("throttleReadIOPSDevice", kThrottleDevice, V::k1_0_0_rc6),
    Parts("throttleWriteIOPSDevice", kThrottleDevice, V::k1_0_0_rc6),
};

constexpr SpecField kHugepageLimit[] = {
    Formed(NeededText("pageSize"), &kPageSize),
    Needed(Uint64("limit")),
};

constexpr SpecField kPriority[] = {
    NeededText("name"),
    Needed(Uint32("priority")),
};
constexpr SpecField kNetwork[] = {
    Uint32("classID"),
    Parts("priorities", kPriority),
};

constexpr SpecField kRdma[] = {Uint32("hcaHandles"), Uint32("hcaObjects")};

constexpr SpecField kResources[] = {
    Parts("devices", kDeviceRule),
    Flag("disableOOMKiller", kOldestOci, V::k1_0_0_rc6),
    Number("oomScoreAdj", -1000, 1000, kOldestOci, V::k1_0_0_rc5),
    Part("memory", kMemory),
    Part("cpu", kCpu),
    Part("pids", kPids),
    Part("blockIO", kBlockIo),
    Parts("hugepageLimits", kHugepageLimit),
    Part("network", kNetwork),
    {.key = "rdma", .kind = K::kObjectMap, .fields = kRdma, .since = V::k1_0_2},
    {.key = "unified", .kind = K::kStringMap, .since = V::k1_1_0_rc_1},
};

constexpr FieldValue kNamespaceTypes[] = {
    {"mount"}, {"pid"},  {"network"}, {"uts"},
    {"ipc"},   {"user"}, {"cgroup"},  {"time", V::k1_1_0_rc_1}};
constexpr SpecField kNamespace[] = {
    Needed(OneOf("type", kNamespaceTypes)),
    Text("path"),
};

constexpr FieldValue kDeviceTypes[] = {{"c"}, {"b"}, {"u"}, {"p"}};
constexpr SpecField kDevice[] = {
    Needed(OneOf("type", kDeviceTypes)),
    NeededText("path"),
    Int64("major"),
    Int64("minor"),
    // The permissions. 512 was the schema's limit until 1.3.0 made it 511.
    Number("fileMode", 0, 512, kOldestOci, V::k1_2_1),
    Number("fileMode", 0, 511, V::k1_3_0),
    Uint32("uid"),
    Uint32("gid"),
};

constexpr FieldValue kSeccompActions[] = {
    {"SCMP_ACT_KILL"},
    {"SCMP_ACT_KILL_PROCESS", V::k1_1_0_rc_1},
    {"SCMP_ACT_KILL_THREAD", V::k1_1_0_rc_1},
    {"SCMP_ACT_TRAP"},
    {"SCMP_ACT_ERRNO"},
    {"SCMP_ACT_TRACE"},
    {"SCMP_ACT_ALLOW"},
    {"SCMP_ACT_LOG", V::k1_0_2},
    {"SCMP_ACT_NOTIFY", V::k1_1_0_rc_1},
};
constexpr FieldValue kSeccompFlags[] = {
    {"SECCOMP_FILTER_FLAG_TSYNC"},
    {"SECCOMP_FILTER_FLAG_LOG"},
    {"SECCOMP_FILTER_FLAG_SPEC_ALLOW"},
    {"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", V::k1_1_0_rc_1},
};
constexpr FieldValue kSeccompArchitectures[] = {
    {"SCMP_ARCH_X86"},
    {"SCMP_ARCH_X86_64"},
    {"SCMP_ARCH_X32"},
    {"SCMP_ARCH_ARM"},
    {"SCMP_ARCH_AARCH64"},
    {"SCMP_ARCH_MIPS"},
    {"SCMP_ARCH_MIPS64"},
    {"SCMP_ARCH_MIPS64N32"},
    {"SCMP_ARCH_MIPSEL"},
    {"SCMP_ARCH_MIPSEL64"},
    {"SCMP_ARCH_MIPSEL64N32"},
    {"SCMP_ARCH_PPC"},
    {"SCMP_ARCH_PPC64"},
    {"SCMP_ARCH_PPC64LE"},
    {"SCMP_ARCH_S390"},
    {"SCMP_ARCH_S390X"},
    {"SCMP_ARCH_PARISC"},
    {"SCMP_ARCH_PARISC64"},
    {"SCMP_ARCH_RISCV64", V::k1_1_0_rc_1},
    {"SCMP_ARCH_LOONGARCH64", V::k1_3_0},
    {"SCMP_ARCH_M68K", V::k1_3_0},
    {"SCMP_ARCH_SH", V::k1_3_0},
    {"SCMP_ARCH_SHEB", V::k1_3_0},
};
constexpr FieldValue kSeccompOperators[] = {
    {"SCMP_CMP_NE"}, {"SCMP_CMP_LT"}, {"SCMP_CMP_LE"},       {"SCMP_CMP_EQ"},
    {"SCMP_CMP_GE"}, {"SCMP_CMP_GT"}, {"SCMP_CMP_MASKED_EQ"}};
constexpr SpecField kSeccompArg[] = {
    Needed(Uint32("index")),
    Needed(Uint64("value")),
    Uint64("valueTwo"),
    Needed(OneOf("op", kSeccompOperators)),
};
constexpr SpecField kSyscall[] = {
    {.key = "name",
     .until = V::k1_0_0_rc4,
     .required = true,
     .required_until = V::k1_0_0_rc4},
    {.key = "names",
     .list = true,
     .since = V::k1_0_0_rc5,
     .required = true,
     .required_since = V::k1_0_0_rc5,
     .not_empty = true},
    Needed(OneOf("action", kSeccompActions)),
    Uint32("errnoRet", V::k1_1_0_rc_1),
    Parts("args", kSeccompArg),
    TextSince("comment", V::k1_0_0_rc5),
};
constexpr SpecField kSeccomp[] = {
    Needed(OneOf("defaultAction", kSeccompActions)),
    Uint32("defaultErrnoRet", V::k1_1_0_rc_1),
    {.key = "architectures", .list = true, .values = kSeccompArchitectures},
    {.key = "flags", .list = true, .values = kSeccompFlags, .since = V::k1_0_2},
    TextSince("listenerPath", V::k1_1_0_rc_1),
    TextSince("listenerMetadata", V::k1_1_0_rc_1),
    Parts("syscalls", kSyscall),
};

constexpr SpecField kIntelRdt[] = {
    TextSince("closID", V::k1_0_2),
    Formed(Texts("schemata", V::k1_3_0), &kOneLine),
    Text("l3CacheSchema"),
    Formed(TextSince("memBwSchema", V::k1_0_2), &kMemoryBandwidth),
    Flag("enableCMT", V::k1_1_0_rc_1, V::k1_2_1),
    Flag("enableMBM", V::k1_1_0_rc_1, V::k1_2_1),
    Flag("enableMonitoring", V::k1_3_0),
};

constexpr FieldValue kDomains[] = {{"LINUX"}, {"LINUX32"}};
constexpr SpecField kPersonality[] = {Needed(OneOf("domain", kDomains)),
                                      Texts("flags")};

constexpr SpecField kTimeOffset[] = {Int64("secs"), Uint32("nanosecs")};

constexpr SpecField kNetDevice[] = {Text("name")};

constexpr FieldValue kMemoryModes[] = {
    {"MPOL_DEFAULT"},    {"MPOL_BIND"},
    {"MPOL_INTERLEAVE"}, {"MPOL_WEIGHTED_INTERLEAVE"},
    {"MPOL_PREFERRED"},  {"MPOL_PREFERRED_MANY"},
    {"MPOL_LOCAL"}};
constexpr FieldValue kMemoryFlags[] = {{"MPOL_F_NUMA_BALANCING"},
                                       {"MPOL_F_RELATIVE_NODES"},
                                       {"MPOL_F_STATIC_NODES"}};
constexpr SpecField kMemoryPolicy[] = {
    Needed(OneOf("mode", kMemoryModes)),
    Formed(Text("nodes"), &kNumberList),
    {.key = "flags", .list = true, .values = kMemoryFlags},
};

constexpr SpecField kLinux[] = {
    Parts("uidMappings", kIdMapping),
    Parts("gidMappings", kIdMapping),
    {.key = "timeOffsets",
     .kind = K::kObjectMap,
     .fields = kTimeOffset,
     .since = V::k1_1_0_rc_1},
    {.key = "sysctl", .kind = K::kStringMap},
    Part("resources", kResources),
    Text("cgroupsPath"),
    Parts("namespaces", kNamespace),
    Parts("devices", kDevice),
    {.key = "netDevices",
     .kind = K::kObjectMap,
     .fields = kNetDevice,
     .since = V::k1_3_0},
    Part("seccomp", kSeccomp),
    Text("rootfsPropagation"),
    Texts("maskedPaths"),
    Texts("readonlyPaths"),
    Text("mountLabel"),
    Part("intelRdt", kIntelRdt, V::k1_0_0_rc6),
    Part("memoryPolicy", kMemoryPolicy, V::k1_3_0),
    Part("personality", kPersonality, V::k1_0_2),
};

// config-windows.md.
constexpr FieldValue kWindowsIdTypes[] = {{"class"}};
constexpr SpecField kWindowsDevice[] = {
    NeededText("id"),
    Needed(OneOf("idType", kWindowsIdTypes)),
};
constexpr SpecField kWindowsAffinity[] = {
    Needed(Uint64("mask")),
    Needed(Uint32("group")),
};
constexpr SpecField kWindowsMemory[] = {Uint64("limit")};
constexpr SpecField kWindowsCpu[] = {
    Uint64("count"),
    Number("shares", 0, 10000),
    Number("maximum", 0, 10000),
    Parts("affinity", kWindowsAffinity),
};
constexpr SpecField kWindowsStorage[] = {
    Uint64("iops"),
    Uint64("bps"),
    Uint64("sandboxSize"),
};
constexpr SpecField kWindowsResources[] = {
    Part("memory", kWindowsMemory),
    Part("cpu", kWindowsCpu),
    Part("storage", kWindowsStorage),
};
constexpr SpecField kWindowsNetwork[] = {
    Texts("endpointList"),    Flag("allowUnqualifiedDNSQuery"),
    Texts("DNSSearchList"),   Text("networkSharedContainerName"),
    Text("networkNamespace"),
};
constexpr SpecField kHyperV[] = {Text("utilityVMPath")};
constexpr SpecField kWindows[] = {
    // Since 1.0.0-rc6.
    NotEmpty({.key = "layerFolders",
              .list = true,
              .required = true,
              .required_since = V::k1_0_0_rc6}),
    Parts("devices", kWindowsDevice),
    Part("resources", kWindowsResources),
    Part("network", kWindowsNetwork),
    {.key = "credentialSpec", .kind = K::kAnyObject},
    Flag("servicing"),
    Flag("ignoreFlushesDuringBoot"),
    Part("hyperv", kHyperV),
};

// config-vm.md. Whether its paths are absolute is looked at elsewhere.
constexpr FieldValue kImageFormats[] = {
    {"raw"}, {"qcow2"}, {"vdi"}, {"vmdk"}, {"vhd"}};
constexpr SpecField kHypervisor[] = {NeededText("path"), Texts("parameters")};
constexpr SpecField kVmKernel[] = {NeededText("path"), Texts("parameters"),
                                   Text("initrd")};
constexpr SpecField kVmImage[] = {NeededText("path"),
                                  Needed(OneOf("format", kImageFormats))};
constexpr SpecField kIoMemory[] = {
    Uint64("firstGFN"),
    Needed(Uint64("firstMFN")),
    Needed(Uint64("nrMFNs")),
};
constexpr SpecField kHwConfig[] = {
    Text("deviceTree"),
    Uint32("vcpus"),
    Uint64("memory"),
    Texts("dtdevs"),
    Parts("iomems", kIoMemory),
    {.key = "irqs",
     .kind = K::kInteger,
     .list = true,
     .min = 0,
     .max = UINT32_MAX},
};
constexpr SpecField kVm[] = {
    Part("hypervisor", kHypervisor),
    Needed(Part("kernel", kVmKernel)),
    Part("image", kVmImage),
    Part("hwConfig", kHwConfig, V::k1_3_0),
};

// config-zos.md.
constexpr FieldValue kZosNamespaceTypes[] = {
    {"mount"}, {"pid"}, {"uts"}, {"ipc"}};
constexpr SpecField kZosNamespace[] = {
    Needed(OneOf("type", kZosNamespaceTypes)),
    Text("path"),
};
constexpr SpecField kZos[] = {Parts("namespaces", kZosNamespace)};

// config-solaris.md.
constexpr SpecField kSolarisCpu[] = {Text("ncpus")};
constexpr SpecField kSolarisMemory[] = {Text("physical"), Text("swap")};
constexpr SpecField kSolarisNet[] = {
    Text("linkname"),       Text("lowerLink"),
    Text("allowedAddress"), Text("configureAllowedAddress"),
    Text("defrouter"),      Text("macAddress"),
    Text("linkProtection"),
};
constexpr SpecField kSolaris[] = {
    Text("milestone"),
    Text("limitpriv"),
    Text("maxShmMemory"),
    Part("cappedCPU", kSolarisCpu),
    Part("cappedMemory", kSolarisMemory),
    Parts("anet", kSolarisNet),
};

// config-freebsd.md.
constexpr FieldValue kSharing[] = {{"disable"}, {"new"}, {"inherit"}};
constexpr FieldValue kSharingOrNew[] = {{"new"}, {"inherit"}};
constexpr SpecField kFreeBsdDevice[] = {NeededText("path"),
                                        Number("mode", 0, 511)};
constexpr SpecField kJailAllow[] = {
    Flag("setHostname"), Flag("rawSockets"),    Flag("chflags"),
    Texts("mount"),      Flag("quotas"),        Flag("socketAf"),
    Flag("mlock"),       Flag("reservedPorts"), Flag("suser"),
};
constexpr SpecField kJail[] = {
    Text("parent"),
    OneOf("host", kSharingOrNew),
    OneOf("ip4", kSharing),
    Texts("ip4Addr"),
    OneOf("ip6", kSharing),
    Texts("ip6Addr"),
    OneOf("vnet", kSharingOrNew),
    Text("interface"),
    Texts("vnetInterfaces"),
    OneOf("sysvmsg", kSharing),
    OneOf("sysvsem", kSharing),
    OneOf("sysvshm", kSharing),
    Number("enforceStatfs", 0, 255),
    Part("allow", kJailAllow),
};
constexpr SpecField kFreeBsd[] = {
    Parts("devices", kFreeBsdDevice),
    Part("jail", kJail),
};

constexpr SpecField kSpec[] = {
    NeededText("ociVersion"),
    {.key = "platform",
     .kind = K::kObject,
     .fields = kPlatform,
     .until = V::k1_0_0_rc5,
     .required = true,
     .required_until = V::k1_0_0_rc5},
    {.key = "process",
     .kind = K::kObject,
     .fields = kProcess,
     .required = true,
     .required_until = V::k1_0_0_rc5},
    // REQUIRED, but for Hyper-V containers: see CheckMeaning.
    Part("root", kRoot),
    Text("hostname"),
    TextSince("domainname", V::k1_1_0_rc_1),
    Parts("mounts", kMount),
    Part("hooks", kHooks),
    {.key = "annotations", .kind = K::kStringMap},
    Part("linux", kLinux),
    Part("solaris", kSolaris),
    Part("windows", kWindows, V::k1_0_0_rc3),
    Part("vm", kVm, V::k1_0_2),
    Part("zos", kZos, V::k1_1_0_rc_1),
    Part("freebsd", kFreeBsd, V::k1_3_0),
};

}  // namespace

absl::Span<const SpecField> SpecFields() { return kSpec; }

}  // namespace specgen
