#include "specgen/host/mount_table.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "specgen/host/go_path.h"
#include "specgen/host/host.h"
#include "specgen/host/snapshot_format.h"

namespace specgen {
namespace {

struct Mount {
  uint64_t id;
  uint64_t parent;
  MountPoint point;
};

// Undoes the kernel's \ooo for space, tab, newline and backslash.
std::string Unescape(std::string_view text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto is_octal = [&](size_t at) {
      return text[at] >= '0' && text[at] <= '7';
    };
    if (text[i] == '\\' && i + 3 < text.size() && is_octal(i + 1) &&
        is_octal(i + 2) && is_octal(i + 3)) {
      bytes += static_cast<char>((text[i + 1] - '0') * 64 +
                                 (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      bytes += text[i];
    }
  }
  return bytes;
}

uint64_t FlagsOf(std::string_view mount_options,
                 std::string_view superblock_options) {
  uint64_t flags = 0;
  for (const std::string_view option : absl::StrSplit(mount_options, ',')) {
    for (const SnapshotMountFlag& known : kSnapshotMountFlags) {
      if (known.name == option) flags |= known.flag;
    }
  }
  for (const std::string_view option :
       absl::StrSplit(superblock_options, ',')) {
    if (option == "ro") flags |= kMountReadOnly;
  }
  return flags;
}

// Decides which mounts a lookup from the root can reach.
class Reach {
 public:
  explicit Reach(const std::vector<Mount>& mounts) : mounts_(mounts) {
    for (size_t i = 0; i < mounts.size(); ++i) {
      by_id_.emplace(mounts[i].id, i);
      // The first mount of a kernel is its own parent; it covers nothing.
      if (mounts[i].parent == mounts[i].id) continue;
      mounted_on_.emplace(mounts[i].parent, mounts[i].point.path);
    }
    state_.assign(mounts.size(), State::kUnknown);
  }

  // Whether `mounts[index]` is what a lookup of its path finds.
  bool IsOnTop(size_t index) {
    const Mount& mount = mounts_[index];
    return IsReachable(index) &&
           !mounted_on_.contains({mount.id, mount.point.path});
  }

 private:
  enum class State : char { kUnknown, kNo, kYes };

  bool IsReachable(size_t index) {
    // Up to a mount that is known, or has no parent here; then down again.
    // A table that was read while it changed might have a circle.
    std::vector<size_t> chain;
    while (state_[index] == State::kUnknown) {
      chain.push_back(index);
      const auto parent = by_id_.find(mounts_[index].parent);
      if (parent == by_id_.end() || chain.size() > mounts_.size()) break;
      index = parent->second;
    }
    bool reachable = state_[index] != State::kNo;
    for (auto it = chain.rbegin(); it != chain.rend(); ++it) {
      reachable = reachable && !IsHidden(mounts_[*it]);
      state_[*it] = reachable ? State::kYes : State::kNo;
    }
    return reachable;
  }

  // Whether another mount on the same parent lies on the way to this one.
  bool IsHidden(const Mount& mount) const {
    std::string_view path = mount.point.path;
    while (path.size() > 1) {
      path = path.substr(0, std::max<size_t>(path.rfind('/'), 1));
      if (mounted_on_.contains({mount.parent, path})) return true;
    }
    return false;
  }

  const std::vector<Mount>& mounts_;
  std::unordered_map<uint64_t, size_t> by_id_;
  std::set<std::pair<uint64_t, std::string_view>> mounted_on_;
  std::vector<State> state_;
};

}  // namespace

absl::StatusOr<std::vector<MountPoint>> ParseMountInfo(
    std::string_view text, std::string_view file_name) {
  std::vector<Mount> mounts;
  size_t line_number = 0;
  for (const std::string_view line : absl::StrSplit(text, '\n')) {
    ++line_number;
    if (line.empty()) continue;
    // ID PARENT MAJOR:MINOR ROOT PATH OPTIONS [TAG...] - TYPE SOURCE SUPER
    const std::vector<std::string_view> words = absl::StrSplit(line, ' ');
    const auto dash =
        std::find(words.begin() + std::min<ptrdiff_t>(6, std::ssize(words)),
                  words.end(), "-");
    Mount mount;
    if (words.end() - dash < 4 || !absl::SimpleAtoi(words[0], &mount.id) ||
        !absl::SimpleAtoi(words[1], &mount.parent)) {
      return absl::InvalidArgumentError(
          absl::StrCat(file_name, ":", line_number,
                       ": not a line of mountinfo; see proc(5)"));
    }
    mount.point = {.path = Unescape(words[4]),
                   .flags = FlagsOf(words[5], dash[3])};
    // A mount point that was deleted ends in "//deleted".
    if (!mount.point.path.starts_with('/') || !IsCleanPath(mount.point.path)) {
      continue;
    }
    mounts.push_back(std::move(mount));
  }

  Reach reach(mounts);
  std::vector<MountPoint> points;
  for (size_t i = 0; i < mounts.size(); ++i) {
    if (reach.IsOnTop(i)) points.push_back(mounts[i].point);
  }
  std::sort(
      points.begin(), points.end(),
      [](const MountPoint& a, const MountPoint& b) { return a.path < b.path; });
  // Two on top of one path cannot be; a table that changed may say so.
  points.erase(std::unique(points.begin(), points.end(),
                           [](const MountPoint& a, const MountPoint& b) {
                             return a.path == b.path;
                           }),
               points.end());
  return points;
}

}  // namespace specgen
