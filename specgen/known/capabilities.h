// Linux's capabilities, and how much each one is.
#ifndef SPECGEN_KNOWN_CAPABILITIES_H_
#define SPECGEN_KNOWN_CAPABILITIES_H_

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace specgen {

enum class GrantLevel : uint8_t {
  kInfo,      // not a right: something that is other than it looks
  kLow,       // little, but more than a container's default
  kMedium,    // parts of the host can be read or changed
  kHigh,      // much of the host; often enough to take it over
  kCritical,  // the host itself
};

std::string_view GrantLevelName(GrantLevel level);

struct Capability {
  std::string_view name;
  // What root in a container may do with it, by capabilities(7); nothing is
  // said of those that a container has by default.
  GrantLevel level = GrantLevel::kInfo;
  std::string_view why = {};
};

// include/uapi/linux/capability.h of Linux 6.12, by number.
inline constexpr Capability kLinuxCapabilities[] = {
    {"CAP_CHOWN"},
    {"CAP_DAC_OVERRIDE"},
    {"CAP_DAC_READ_SEARCH", GrantLevel::kHigh,
     "opens host files by handle, past the mounts (open_by_handle_at)"},
    {"CAP_FOWNER"},
    {"CAP_FSETID"},
    {"CAP_KILL"},
    {"CAP_SETGID"},
    {"CAP_SETUID"},
    {"CAP_SETPCAP"},
    {"CAP_LINUX_IMMUTABLE", GrantLevel::kMedium,
     "changes files that are marked immutable"},
    {"CAP_NET_BIND_SERVICE"},
    {"CAP_NET_BROADCAST", GrantLevel::kLow, "sends broadcasts"},
    {"CAP_NET_ADMIN", GrantLevel::kMedium,
     "configures the network; with the host's network, the host's"},
    {"CAP_NET_RAW"},
    {"CAP_IPC_LOCK", GrantLevel::kLow, "locks memory"},
    {"CAP_IPC_OWNER", GrantLevel::kMedium,
     "uses all shared memory that it sees"},
    {"CAP_SYS_MODULE", GrantLevel::kCritical, "loads kernel modules"},
    {"CAP_SYS_RAWIO", GrantLevel::kCritical,
     "reads and writes physical memory and I/O ports"},
    {"CAP_SYS_CHROOT"},
    {"CAP_SYS_PTRACE", GrantLevel::kHigh,
     "reads and changes processes that it sees; with the host's PIDs, all"},
    {"CAP_SYS_PACCT", GrantLevel::kLow, "turns process accounting on and off"},
    {"CAP_SYS_ADMIN", GrantLevel::kCritical,
     "mounts, namespaces and much else: close to root on the host"},
    {"CAP_SYS_BOOT", GrantLevel::kHigh, "reboots, and loads another kernel"},
    {"CAP_SYS_NICE", GrantLevel::kLow, "sets priorities of other processes"},
    {"CAP_SYS_RESOURCE", GrantLevel::kMedium, "passes limits and quotas"},
    {"CAP_SYS_TIME", GrantLevel::kMedium, "sets the host's clock"},
    {"CAP_SYS_TTY_CONFIG", GrantLevel::kMedium, "hangs up terminals"},
    {"CAP_MKNOD"},
    {"CAP_LEASE", GrantLevel::kLow, "takes leases on files"},
    {"CAP_AUDIT_WRITE"},
    {"CAP_AUDIT_CONTROL", GrantLevel::kMedium, "turns the audit log off"},
    {"CAP_SETFCAP"},
    {"CAP_MAC_OVERRIDE", GrantLevel::kHigh, "passes the security policy"},
    {"CAP_MAC_ADMIN", GrantLevel::kHigh, "changes the security policy"},
    {"CAP_SYSLOG", GrantLevel::kMedium, "reads the kernel's log and addresses"},
    {"CAP_WAKE_ALARM", GrantLevel::kLow, "wakes the machine"},
    {"CAP_BLOCK_SUSPEND", GrantLevel::kLow, "keeps the machine awake"},
    {"CAP_AUDIT_READ", GrantLevel::kMedium, "reads the audit log"},
    {"CAP_PERFMON", GrantLevel::kMedium, "watches the whole system"},
    {"CAP_BPF", GrantLevel::kHigh, "loads BPF programs into the kernel"},
    {"CAP_CHECKPOINT_RESTORE", GrantLevel::kMedium, "changes process ids"},
};

// Null if Linux has none of this name.
inline const Capability* FindCapability(std::string_view name) {
  const Capability* const found = std::find_if(
      std::begin(kLinuxCapabilities), std::end(kLinuxCapabilities),
      [name](const Capability& capability) { return capability.name == name; });
  return found != std::end(kLinuxCapabilities) ? found : nullptr;
}

// The one that `text` is to any runtime, or null. runc takes names as they are;
// crun, by libcap's cap_from_name(3), also in any case, numbers, and with
// whatever stands behind; youki also without "CAP_".
const Capability* FindCapabilityToAny(std::string_view text);

}  // namespace specgen

#endif  // SPECGEN_KNOWN_CAPABILITIES_H_
