// How many CPUs this process may use.
#ifndef SPECGEN_BATCH_CPU_COUNT_H_
#define SPECGEN_BATCH_CPU_COUNT_H_

#include <sched.h>

namespace specgen {

// At least 1. Unlike std::thread::hardware_concurrency, heeds what taskset or a
// container's cpuset leaves.
inline unsigned CpuCount() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  const int count = CPU_COUNT(&set);
  return count > 0 ? static_cast<unsigned>(count) : 1;
}

}  // namespace specgen

#endif  // SPECGEN_BATCH_CPU_COUNT_H_
