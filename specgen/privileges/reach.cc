#include "specgen/privileges/reach.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

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

constexpr Powers kProtected =
    kWrite | kSetUserId | kOpenDevices | kRunPrograms | kFollowLinks;

bool IsAtOrBelow(std::string_view path, std::string_view above) {
  return absl::ConsumePrefix(&path, above) &&
         (above.empty() || path.empty() || path.front() == '/');
}

// Where hosts mount other file systems: right below these, or anywhere.
constexpr std::string_view kMountsRightBelow[] = {
    "/", "/boot", "/home", "/opt", "/srv", "/usr", "/var"};
constexpr std::string_view kMountsBelow[] = {"/afs",
                                             "/dev",
                                             "/media",
                                             "/mnt",
                                             "/net",
                                             "/proc",
                                             "/run",
                                             "/snap",
                                             "/sys",
                                             "/var/lib/containerd",
                                             "/var/lib/containers",
                                             "/var/lib/docker",
                                             "/var/lib/kubelet",
                                             "/var/lib/rancher"};

// Whether something is likely mounted between the two, or at the lower one.
bool IsLikelyOnAnother(std::string_view path, std::string_view above) {
  return path != above &&
         (std::find(std::begin(kMountsRightBelow), std::end(kMountsRightBelow),
                    above) != std::end(kMountsRightBelow) ||
          std::any_of(
              std::begin(kMountsBelow), std::end(kMountsBelow),
              [&](std::string_view top) { return IsAtOrBelow(path, top); }));
}

// From `above` on, which the path is at or below, without a slash before it.
std::string_view Below(std::string_view path, std::string_view above) {
  absl::ConsumePrefix(&path, above);
  absl::ConsumePrefix(&path, "/");
  return path;
}

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
    constexpr Powers kPropagation = kMayReceive | kReceives | kShares;
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

std::vector<HiddenParts> FindHiddenParts(
    absl::Span<const std::string> destinations) {
  std::vector<HiddenParts> hidden(destinations.size());
  PathTree tree;
  std::vector<size_t> last = {PathTree::kNone};  // mount, by place
  for (size_t i = 0; i < destinations.size(); ++i) {
    const std::string_view path = destinations[i];
    size_t place = PathTree::kRoot;
    // The mount that the path leads through, and where the rest of it begins.
    size_t through = PathTree::kNone;
    size_t rest = 0;
    for (size_t begin = 1; begin < path.size();) {
      // One that was mounted before the one above it is hidden.
      if (last[place] != PathTree::kNone &&
          (through == PathTree::kNone || last[place] > through)) {
        through = last[place];
        rest = begin;
      }
      const size_t end = std::min(path.size(), path.find('/', begin));
      place = tree.Make(place, path.substr(begin, end - begin));
      if (place == last.size()) last.push_back(PathTree::kNone);
      begin = end + 1;
    }
    if (through != PathTree::kNone) {
      hidden[through].parts.emplace_back(path.substr(rest));
    }
    last[place] = i;
  }
  // What has a later one at or above it.
  for (size_t i = 0; i < destinations.size(); ++i) {
    size_t place = PathTree::kRoot;
    hidden[i].all = last[place] != PathTree::kNone && last[place] > i;
    for (std::string_view element :
         absl::StrSplit(destinations[i], '/', absl::SkipEmpty())) {
      place = tree.Find(place, element);
      if (last[place] != PathTree::kNone && last[place] > i) {
        hidden[i].all = true;
      }
    }
    std::vector<std::string>& parts = hidden[i].parts;
    std::sort(parts.begin(), parts.end());
    parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  }
  return hidden;
}

void Reaches::Add(GrantLevel level, const Reach& reach) {
  if (!same_
           .emplace(level, reach.kind, reach.path, reach.powers, reach.hidden,
                    reach.doubt)
           .second ||
      !reach.doubt.empty()) {
    return;
  }
  known_[tree_.MakePath(tree_.Make(PathTree::kRoot, reach.kind), reach.path)]
      .push_back({level, &reach});
}

bool Reaches::ShowsAsMuch(const Reach& known, const Reach& reach) {
  if (known.hidden.empty() || reach.powers == 0) return true;
  if (known.path == reach.path && known.hidden == reach.hidden) return true;
  const std::string_view at = Below(reach.path, known.path);
  for (std::string_view part : known.hidden) {
    if (IsAtOrBelow(at, part)) return false;
    if (!IsAtOrBelow(part, at)) continue;
    const std::string_view hidden = Below(part, at);
    looked_at_ += reach.hidden.size();
    if (looked_at_ > kMostToLookAt ||
        std::none_of(
            reach.hidden.begin(), reach.hidden.end(),
            [&](std::string_view also) { return IsAtOrBelow(hidden, also); })) {
      return false;
    }
  }
  looked_at_ += known.hidden.size();
  return true;
}

bool Reaches::Hold(GrantLevel level, const Reach& reach, std::string* more) {
  if (reach.unseen ||
      same_.contains({level, reach.kind, reach.path, reach.powers, reach.hidden,
                      reach.doubt})) {
    return true;
  }
  size_t place = tree_.Find(PathTree::kRoot, reach.kind);
  if (place == PathTree::kNone) return false;
  const Known* closest = nullptr;  // of the same path
  const auto holds = [&](const Known& known, bool same_path) {
    if (++looked_at_ > kMostToLookAt || known.level < level) return false;
    const Reach& before = *known.reach;
    if (same_path) closest = &known;
    return (reach.powers & ~before.powers) == 0 &&
           (same_path || (before.powers & kBelow) != 0 ||
            !IsLikelyOnAnother(reach.path, before.path)) &&
           ShowsAsMuch(before, reach);
  };
  const auto look = [&](bool same_path) {
    const auto there = known_.find(place);
    return there != known_.end() &&
           std::any_of(
               there->second.begin(), there->second.end(),
               [&](const Known& known) { return holds(known, same_path); });
  };
  const std::vector<std::string_view> elements =
      absl::StrSplit(reach.path, '/', absl::SkipEmpty());
  for (size_t i = 0; i <= elements.size(); ++i) {
    if (look(i == elements.size())) return true;
    if (i == elements.size()) break;
    place = tree_.Find(place, elements[i]);
    if (place == PathTree::kNone) break;
  }
  if (closest != nullptr) {
    *more = NamesOf(reach.powers & ~closest->reach->powers);
    if (more->empty()) *more = "what another mount hid";
  }
  return false;
}

}  // namespace specgen
