// What is particular about paths in /proc.
#ifndef SPECGEN_KNOWN_PROC_FILES_H_
#define SPECGEN_KNOWN_PROC_FILES_H_

#include <algorithm>
#include <iterator>
#include <string_view>

namespace specgen {

// Whether runc lets bind mounts cover that clean path in /proc: only some files
// of it, such as those of lxcfs (v1.3.0, libcontainer/rootfs_linux.go,
// checkProcMount). /proc itself is none.
inline bool IsOpenProcFile(std::string_view path) {
  constexpr std::string_view kFiles[] = {
      "/proc/cpuinfo",
      "/proc/diskstats",
      "/proc/loadavg",
      "/proc/meminfo",
      "/proc/net/dev",
      "/proc/slabinfo",
      "/proc/stat",
      "/proc/swaps",
      "/proc/sys/crypto/fips_enabled",
      "/proc/sys/kernel/ns_last_pid",
      "/proc/uptime",
  };
  return std::find(std::begin(kFiles), std::end(kFiles), path) !=
         std::end(kFiles);
}

// Whether /proc has a process by that name: "self", or a number.
bool IsProcess(std::string_view name);

// Whether the kernel's way along the absolute path, in which no links but those
// of /proc and /dev are known, leads through a file that a process has open,
// maps or runs: "/proc/self/fd/7", "/proc/1/task/1/fd/../../exe", "/dev/fd".
bool LeadsThroughOpenFile(std::string_view path);

}  // namespace specgen

#endif  // SPECGEN_KNOWN_PROC_FILES_H_
