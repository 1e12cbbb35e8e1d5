#include "specgen/generator/mount_list.h"

#include <algorithm>
#include <cassert>
#include <memory_resource>
#include <string_view>
#include <unordered_set>

#include "absl/strings/match.h"
#include "specgen/base/arena_resource.h"

namespace specgen {
namespace {

constexpr std::string_view kDev = "/dev/";

// A few destinations, or many.
class Destinations {
 public:
  // Those of `mounts` that are below /dev/, of which there are `count`.
  Destinations(const Slice<PluginMount>& mounts, size_t count, Arena* arena)
      : is_few_(count <= kMostCompared), resource_(arena), many_(&resource_) {
    if (!is_few_) many_.reserve(count);
    for (const PluginMount& mount : mounts) {
      if (!absl::StartsWith(mount.destination, kDev)) continue;
      if (is_few_) {
        few_[few_size_++] = mount.destination;
      } else {
        many_.insert(mount.destination);
      }
    }
  }

  bool Contain(std::string_view destination) const {
    if (!absl::StartsWith(destination, kDev)) return false;
    if (!is_few_) return many_.contains(destination);
    return std::find(few_, few_ + few_size_, destination) != few_ + few_size_;
  }

 private:
  bool is_few_;
  size_t few_size_ = 0;
  std::string_view few_[kMostCompared];
  ArenaResource resource_;
  std::pmr::unordered_set<std::string_view> many_;
};

// Go's loop ranges over the list as it was at first, in the memory from which
// it removes. After k removals, the i-th mount it sees is the one that stood at
// i + k, as long as i is below what is left (n - k); beyond that it sees the
// last one again and again, which every removal leaves behind itself.
[[gnu::noinline]] void DropDevMounts(const Destinations& user_mounts,
                                     Arena* arena, MountList* mounts) {
  const absl::Span<Mount> all = mounts->Edit(arena);
  assert(!all.empty() && !user_mounts.Contain(all.back().destination));
  size_t removed = 0;
  size_t kept = 0;
  for (size_t i = 0; i < all.size() - removed; ++i) {
    // What follows a removed one slides to i, and the loop goes on to i + 1.
    if (user_mounts.Contain(all[i + removed].destination)) ++removed;
    all[kept++] = all[i + removed];
  }
  mounts->Truncate(all.size() - removed);
}

}  // namespace

absl::Span<Mount> MountList::Edit(Arena* arena) {
  if (starts_with_base_) {
    Slice<Mount> all;
    all.Assign(arena, base_.data(), base_.size(), size());
    for (const Mount& mount : own_) all.Append(arena, mount);
    own_ = all;
    starts_with_base_ = false;
  }
  return {own_.begin(), own_.size()};
}

void YieldDevMounts(const Slice<PluginMount>& user_mounts, Arena* arena,
                    MountList* mounts) {
  const auto below_dev = static_cast<size_t>(std::count_if(
      user_mounts.begin(), user_mounts.end(), [](const PluginMount& mount) {
        return absl::StartsWith(mount.destination, kDev);
      }));
  if (below_dev == 0) return;
  DropDevMounts(Destinations(user_mounts, below_dev, arena), arena, mounts);
}

}  // namespace specgen
