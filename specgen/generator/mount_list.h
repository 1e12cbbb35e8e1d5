// The mounts of a spec that is being made.
#ifndef SPECGEN_GENERATOR_MOUNT_LIST_H_
#define SPECGEN_GENERATOR_MOUNT_LIST_H_

#include <cstddef>

#include "absl/types/span.h"
#include "specgen/base/arena.h"
#include "specgen/engine/default_spec.h"
#include "specgen/plugin/plugin.h"

namespace specgen {

// The base spec's mounts with those that are added behind them. Most often the
// base spec's stay as they are, and are not even copied.
class MountList {
 public:
  MountList() = default;
  // Starts with the base spec's, which must outlive this, and has room for
  // `more`.
  MountList(absl::Span<const Mount> base, size_t more, Arena* arena)
      : base_(base) {
    own_.Assign(arena, nullptr, 0, more);
  }

  size_t size() const {
    return own_.size() + (starts_with_base_ ? base_.size() : 0);
  }

  void Append(Arena* arena, const Mount& mount) { own_.Append(arena, mount); }

  // All mounts, to be changed in place. Valid until one is appended.
  absl::Span<Mount> Edit(Arena* arena);
  // Cuts the list to `size`, which is not larger. After Edit().
  void Truncate(size_t size) { own_.Truncate(size); }

  // For those who only read: the base spec's mounts, whether the list still
  // starts with all of them, untouched, and the mounts behind them, or else
  // all.
  absl::Span<const Mount> base() const { return base_; }
  bool starts_with_base() const { return starts_with_base_; }
  absl::Span<const Mount> own() const { return {own_.begin(), own_.size()}; }

 private:
  absl::Span<const Mount> base_;
  bool starts_with_base_ = true;
  Slice<Mount> own_;
};

// Of more destinations than these, the base spec's mounts are looked up by
// hash.
inline constexpr size_t kMostCompared = 16;

// InitSpec's loop by which mounts under /dev/ yield to those of the plugin, as
// far as it goes: it drops from the list that it ranges over, and so does not
// look at the mount behind one that it drops.
//
//   for i, m := range s.Mounts {
//     if strings.HasPrefix(m.Destination, "/dev/") {
//       if _, ok := userMounts[m.Destination]; ok {
//         s.Mounts = append(s.Mounts[:i], s.Mounts[i+1:]...)
//       }
//     }
//   }
//
// `user_mounts` are those whose destinations are in the map. The last mount of
// the list may not be one that is dropped, and never is: it is one of the
// engine's own, outside of /dev/.
void YieldDevMounts(const Slice<PluginMount>& user_mounts, Arena* arena,
                    MountList* mounts);

}  // namespace specgen

#endif  // SPECGEN_GENERATOR_MOUNT_LIST_H_
