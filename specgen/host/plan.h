// What an engine would do to the host while it makes a spec.
#ifndef SPECGEN_HOST_PLAN_H_
#define SPECGEN_HOST_PLAN_H_

#include <cstdint>
#include <string_view>

namespace specgen {

// One mkdir(2), in the order in which the engine makes them. Directories that
// the host facts say exist already are not listed.
struct PlannedFolder {
  std::string_view path;  // cleaned as Go's filepath.Clean does
  uint32_t mode;          // before umask: 0700, or 0755 for 1.13.0-rc4
};

}  // namespace specgen

#endif  // SPECGEN_HOST_PLAN_H_
