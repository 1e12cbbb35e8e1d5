// What the generator may ask about a machine.
//
// The generator never touches the machine it runs on: it asks a Host, and
// returns what an engine would do to it as a plan. A Host is either a recorded
// snapshot (host_snapshot.h) or, at the edge of the program, the live machine
// (live_host.h). Tests and fuzzers bring their own.
#ifndef SPECGEN_HOST_HOST_H_
#define SPECGEN_HOST_HOST_H_

#include <cstdint>
#include <vector>

#include "specgen/host/file_tree.h"

namespace specgen {

// Facts about one machine. All calls are const and safe to make from several
// threads at once.
class Host : public FileTree {
 public:
  // CPU numbers of /sys/devices/system/cpu/possible, ascending, of which
  // /sys/devices/system/cpu/cpuN/thermal_throttle exists. Engines since 28.0.2
  // mask those folders (moby oci/defaults.go, GHSA-6fw5-f8r9-fgfm).
  virtual const std::vector<uint32_t>& ThermalThrottleCpus() const = 0;

  // Whether the engine runs in a user namespace other than the first
  // (github.com/moby/sys/userns RunningInUserNS).
  virtual bool InUserNamespace() const = 0;
  // Whether RootlessKit runs the engine: ROOTLESSKIT_STATE_DIR is set
  // (moby daemon/internal/rootless, docker-v29.5.3).
  virtual bool UnderRootlessKit() const = 0;
  // Whether RootlessKit runs with --detach-netns: <state dir>/netns exists.
  virtual bool DetachedNetworkNamespace() const = 0;
  // Whether /sys/fs/cgroup is a pure cgroup v2 ("unified") mount.
  virtual bool UnifiedCgroups() const = 0;
};

}  // namespace specgen

#endif  // SPECGEN_HOST_HOST_H_
