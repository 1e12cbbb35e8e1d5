// Devices that a machine does not have and that count as there.
#ifndef SPECGEN_HOST_ASSUMED_DEVICES_H_
#define SPECGEN_HOST_ASSUMED_DEVICES_H_

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "specgen/host/file_tree.h"
#include "specgen/host/host.h"

namespace specgen {

// The node that is likely at such a path: its numbers where Linux gives them
// for good (Documentation/admin-guide/devices.txt), a block device where the
// name is that of a disk, else the character device 1:3; mode 0666, of root.
FileFacts LikelyDevice(std::string_view path);

// Whether the path is that of what is likely a device node, with a slash behind
// it, as in "/dev/fuse/": where the node is, lstat(2) says ENOTDIR.
bool IsBehindDevice(std::string_view path);

// `base`, on which some device nodes count as there if nothing is at their
// paths. For commands that speak about a config rather than about a machine.
// Not thread-safe while Add is called.
class AssumedDevices : public Host {
 public:
  // `base` must outlive this.
  explicit AssumedDevices(const Host& base)
      : Host(assumed_files_, base.facts), assumed_files_(base.files) {}

  // Device nodes that a plugin asks for, by their paths. Those that `base` does
  // not have are assumed from now on.
  void Add(std::string_view path);
  // Likewise, one whose path is "" until it is set.
  void AddUnset() { assumed_files_.paths.emplace(); }
  // A directory in which whatever is missing counts as one.
  void AddFolder(std::string_view path) { assumed_files_.folder = path; }

  // Those that are.
  const std::set<std::string, std::less<>>& paths() const {
    return assumed_files_.paths;
  }

 private:
  struct Files final : public FileTree {
    explicit Files(const FileTree& tree) : base(tree) {}

    int Lstat(std::string_view path, FileFacts* facts) const override;
    int Stat(std::string_view path, FileFacts* facts) const override;
    int ReadLink(std::string_view path, std::string* target) const override {
      return base.ReadLink(path, target);
    }
    int ListDirectory(std::string_view path,
                      std::vector<std::string>* names) const override {
      return base.ListDirectory(path, names);
    }
    int MountFlags(std::string_view path, uint64_t* flags) const override {
      return base.MountFlags(path, flags);
    }
    int WorkingDirectory(std::string* path) const override {
      return base.WorkingDirectory(path);
    }

    const FileTree& base;
    std::set<std::string, std::less<>> paths;
    std::string folder;
  };

  Files assumed_files_;
};

}  // namespace specgen

#endif  // SPECGEN_HOST_ASSUMED_DEVICES_H_
