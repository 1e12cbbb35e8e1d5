// Options of mounts that runc takes for itself, and since when.
#ifndef SPECGEN_KNOWN_MOUNT_OPTIONS_H_
#define SPECGEN_KNOWN_MOUNT_OPTIONS_H_

#include <cstdint>
#include <string_view>

#include "absl/types/span.h"
#include "specgen/engine/engine.h"

namespace specgen {

// What runc was when it learned options.
enum class Runc : uint8_t { kFirst, k1_0, k1_1, k1_2 };

struct MountOption {
  std::string_view name;
  Runc since = Runc::kFirst;
};

// All that some runc takes: the rest goes to the file system, as data. Bind
// mounts have none, so that they ignore it; runc since 1.2 refuses it there.
absl::Span<const MountOption> MountOptions();

// Null if no runc knows it.
const MountOption* FindMountOption(std::string_view name);

// The runc that comes with `release`, of AllReleases() or AllBuilds().
Runc RuncOf(const Release& release);

// "1.1"
std::string_view RuncName(Runc runc);

// Whether the runc that comes with `release` takes the option for itself.
bool TakesMountOption(const Release& release, std::string_view name);

// Whether it is one of those that runc sets by a call of their own, for all
// that is mounted below, too: "rro". It does so for bind mounts only, and says
// nothing where it does not.
bool IsRecursiveOption(std::string_view name);

}  // namespace specgen

#endif  // SPECGEN_KNOWN_MOUNT_OPTIONS_H_
