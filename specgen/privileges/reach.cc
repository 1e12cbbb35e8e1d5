#include "specgen/privileges/reach.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "specgen/privileges/source_rules.h"

namespace specgen {
namespace {

// What is compared before the rest counts as new: a config may have as many
// mounts of one path as it has bytes.
constexpr size_t kMostToLookAt = 1000000;

struct Protection {
  std::string_view on;
  std::string_view off;
  Powers power;
  std::string_view name;
};

constexpr Protection kProtections[] = {
    {"ro", "rw", kWrite, "writing"},
    {"nosuid", "suid", kSetUserId, "set-user-ID programs"},
    {"nodev", "dev", kOpenDevices, "devices"},
    {"noexec", "exec", kRunPrograms, "running programs"},
    {"nosymfollow", "symfollow", kFollowLinks, "symbolic links"},
};

}  // namespace

Powers PowersOf(absl::Span<const std::string_view> options) {
  Powers top = kRead | kProtected | kMayReceive;
  Powers below = kProtected;
  // Without an "r" before them, these leave alone what is mounted below.
  Powers propagation_below = kMayReceive;
  bool recursive = false;
  // The recursive flags are set by a call of their own, after all others.
  Powers recursive_on = 0;
  Powers recursive_off = 0;
  for (std::string_view option : options) {
    if (option == "rbind") recursive = true;
    std::string_view without_r = option;
    const bool has_r = absl::ConsumePrefix(&without_r, "r");
    std::optional<Powers> propagation;
    if (without_r == "private" || without_r == "unbindable") propagation = 0;
    if (without_r == "slave") propagation = kMayReceive | kReceives;
    if (without_r == "shared") propagation = kPropagation;
    if (propagation.has_value()) {
      top = (top & ~kPropagation) | *propagation;
      if (has_r) propagation_below = *propagation;
    }
    for (const Protection& protection : kProtections) {
      if (option == protection.on) top &= ~protection.power;
      if (option == protection.off) top |= protection.power;
      if (!has_r) continue;
      if (without_r == protection.on) {
        recursive_on |= protection.power;
        recursive_off &= ~protection.power;
      } else if (without_r == protection.off) {
        recursive_off |= protection.power;
        recursive_on &= ~protection.power;
      }
    }
  }
  top = (top & ~recursive_on) | recursive_off;
  below = (below & ~recursive_on) | recursive_off;
  if (!recursive) return top;
  return top | kBelow | below << kBelowShift |
         propagation_below << kPropagationBelowShift;
}

bool Protects(std::string_view option) {
  std::string_view without_r = option;
  absl::ConsumePrefix(&without_r, "r");
  return std::any_of(std::begin(kProtections), std::end(kProtections),
                     [&](const Protection& protection) {
                       return protection.on == option ||
                              protection.on == without_r;
                     });
}

std::string NamesOf(Powers powers) {
  std::string names;
  const auto add = [&](Powers power, std::string_view name,
                       std::string_view where = "") {
    if ((powers & power) == 0) return;
    absl::StrAppend(&names, names.empty() ? "" : ", ", name, where);
  };
  for (const Protection& protection : kProtections) {
    add(protection.power, protection.name);
  }
  add(kBelow, "what is mounted below it");
  if ((powers & kBelow) == 0) {
    for (const Protection& protection : kProtections) {
      add(protection.power << kBelowShift, protection.name,
          " in what is mounted below it");
    }
  }
  constexpr Powers kReceiving = kMayReceive | kReceives;
  add(kReceiving, "what the host mounts there later");
  add(kShares, "that the host sees what is mounted there");
  if ((powers & (kBelow | kReceiving | kShares)) == 0) {
    constexpr std::string_view kWhere = " in what is mounted below it";
    add(kReceiving << kPropagationBelowShift, "what the host mounts later",
        kWhere);
    add(kShares << kPropagationBelowShift, "that the host sees what is mounted",
        kWhere);
  }
  return names;
}

size_t PathTree::Find(size_t above, std::string_view element) const {
  const auto found = places_.find({above, element});
  return found == places_.end() ? kNone : found->second;
}

size_t PathTree::Make(size_t above, std::string_view element) {
  return places_.try_emplace({above, element}, places_.size() + 1)
      .first->second;
}

size_t PathTree::MakePath(size_t above, std::string_view path) {
  for (std::string_view element :
       absl::StrSplit(path, '/', absl::SkipEmpty())) {
    above = Make(above, element);
  }
  return above;
}

void Reaches::Add(GrantLevel level, const Reach& reach) {
  if (!same_.emplace(level, reach.kind, reach.path, reach.powers).second) {
    return;
  }
  known_[tree_.MakePath(tree_.Make(PathTree::kRoot, reach.kind), reach.path)]
      .push_back({level, &reach});
}

bool Reaches::Hold(GrantLevel level, const Reach& reach, std::string* more) {
  if (same_.contains({level, reach.kind, reach.path, reach.powers})) {
    return true;
  }
  size_t place = tree_.Find(PathTree::kRoot, reach.kind);
  if (place == PathTree::kNone) return false;
  const Known* closest = nullptr;  // of the same path
  const auto holds = [&](const Known& known, bool same_path,
                         bool is_on_another) {
    if (++looked_at_ > kMostToLookAt) return false;
    const Reach& before = *known.reach;
    if (same_path) closest = &known;
    Powers wanted = reach.powers;
    if (is_on_another) {
      // There, what was for all that is mounted below counts.
      wanted |= kBelow | (wanted & kProtected) << kBelowShift |
                (wanted & kPropagation) << kPropagationBelowShift;
    }
    return known.level >= level && (wanted & ~before.powers) == 0;
  };
  const auto look = [&](bool same_path, bool is_on_another) {
    const auto there = known_.find(place);
    return there != known_.end() &&
           std::any_of(there->second.begin(), there->second.end(),
                       [&](const Known& known) {
                         return holds(known, same_path, is_on_another);
                       });
  };
  const std::vector<std::string_view> elements =
      absl::StrSplit(reach.path, '/', absl::SkipEmpty());
  const size_t deepest_mount = DeepestMount(elements);
  for (size_t i = 0; i <= elements.size(); ++i) {
    const bool same_path = i == elements.size();
    if (look(same_path, !same_path && i < deepest_mount)) return true;
    if (same_path) break;
    place = tree_.Find(place, elements[i]);
    if (place == PathTree::kNone) break;
  }
  if (closest != nullptr) {
    *more = NamesOf(reach.powers & ~closest->reach->powers);
  }
  return false;
}

}  // namespace specgen
