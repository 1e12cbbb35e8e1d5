// Where a spec mounts things in a rootfs.
#ifndef SPECGEN_BUNDLE_MOUNT_POINTS_H_
#define SPECGEN_BUNDLE_MOUNT_POINTS_H_

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace specgen {

// Paths in a tree, clean and without a leading "/", and all directories above
// them. Holds no more than the paths themselves.
class MountPoints {
 public:
  explicit MountPoints(std::vector<std::string> paths)
      : paths_(std::move(paths)) {
    std::sort(paths_.begin(), paths_.end());
  }

  bool contains(std::string_view path) const {
    std::string directory(path);
    directory.push_back('/');
    const auto below =
        std::lower_bound(paths_.begin(), paths_.end(), directory);
    return std::binary_search(paths_.begin(), paths_.end(), path) ||
           (below != paths_.end() &&
            below->compare(0, directory.size(), directory) == 0);
  }

 private:
  std::vector<std::string> paths_;
};

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_MOUNT_POINTS_H_
