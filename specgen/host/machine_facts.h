// What an engine looks at of a machine besides its files.
#ifndef SPECGEN_HOST_MACHINE_FACTS_H_
#define SPECGEN_HOST_MACHINE_FACTS_H_

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "specgen/base/once.h"

namespace specgen {

// A value that is known, or is found when it is first asked for, and then kept.
// Thread-safe once it is made, if the search is.
template <typename T>
class Fact {
 public:
  Fact() = default;
  Fact(const Fact&) = delete;
  Fact& operator=(const Fact&) = delete;

  // Before anybody asks.
  void Is(T value) { value_ = std::move(value); }
  void IsFoundBy(std::function<T()> find) { find_ = std::move(find); }

  const T& operator()() const {
    if (find_ != nullptr) {
      once_.Do([this] { value_ = find_(); });
    }
    return value_;
  }

 private:
  std::function<T()> find_;  // empty: the value is known
  mutable Once once_;
  mutable T value_ = T();
};

// Facts about one machine. Who makes it says what they are; one that is left
// out is false, or an empty list.
struct MachineFacts {
  // What Go calls the architecture of the engine (GOARCH); see architecture.h,
  // which owns the text. "": amd64. Engines before 17.09.0 write it into the
  // spec (moby oci/defaults_linux.go, v17.05.0-ce).
  Fact<std::string_view> architecture;

  // The CPU numbers of /sys/devices/system/cpu/possible, ascending; empty if
  // they are not known.
  Fact<std::vector<uint32_t>> possible_cpus;
  // Those of them of which /sys/devices/system/cpu/cpuN/thermal_throttle
  // exists, ascending. Engines since 28.0.2 mask those directories (moby
  // oci/defaults.go, GHSA-6fw5-f8r9-fgfm).
  Fact<std::vector<uint32_t>> thermal_throttle_cpus;

  // Whether the engine runs in a user namespace other than the first
  // (github.com/moby/sys/userns RunningInUserNS).
  Fact<bool> in_user_namespace;
  // Whether RootlessKit runs the engine: ROOTLESSKIT_STATE_DIR is set
  // (moby daemon/internal/rootless, docker-v29.5.3).
  Fact<bool> under_rootlesskit;
  // Whether RootlessKit runs with --detach-netns: <state dir>/netns exists.
  Fact<bool> detached_network_namespace;
  // Whether /sys/fs/cgroup is a pure cgroup v2 ("unified") mount.
  Fact<bool> unified_cgroups;
};

}  // namespace specgen

#endif  // SPECGEN_HOST_MACHINE_FACTS_H_
