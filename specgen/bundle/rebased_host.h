// A host on which one directory lies elsewhere.
#ifndef SPECGEN_BUNDLE_REBASED_HOST_H_
#define SPECGEN_BUNDLE_REBASED_HOST_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "specgen/host/file_tree.h"
#include "specgen/host/host.h"

namespace specgen {

// Answers as `host`, but what it says of the directory `from` and all in it is
// what `rootfs` says of the directory `to`: the rootfs of a bundle that is not
// at its place yet. Paths are compared as they are; both are absolute and
// clean.
class RebasedHost : public Host {
 public:
  // `host` and `rootfs` must outlive this.
  RebasedHost(const Host& host, const FileTree& rootfs, std::string from,
              std::string to)
      : Host(rebased_, host.facts),
        rebased_(host.files, rootfs, std::move(from), std::move(to)) {}

 private:
  class Files final : public FileTree {
   public:
    Files(const FileTree& host, const FileTree& rootfs, std::string from,
          std::string to)
        : host_(host),
          rootfs_(rootfs),
          from_(std::move(from)),
          to_(std::move(to)) {}

    int Lstat(std::string_view path, FileFacts* facts) const override {
      std::string moved;
      return Choose(path, &moved).Lstat(moved, facts);
    }
    int Stat(std::string_view path, FileFacts* facts) const override {
      std::string moved;
      return Choose(path, &moved).Stat(moved, facts);
    }
    int ReadLink(std::string_view path, std::string* target) const override {
      std::string moved;
      return Choose(path, &moved).ReadLink(moved, target);
    }
    int ListDirectory(std::string_view path,
                      std::vector<std::string>* names) const override {
      std::string moved;
      return Choose(path, &moved).ListDirectory(moved, names);
    }
    int MountFlags(std::string_view path, uint64_t* flags) const override {
      std::string moved;
      return Choose(path, &moved).MountFlags(moved, flags);
    }
    int WorkingDirectory(std::string* path) const override {
      return host_.WorkingDirectory(path);
    }

   private:
    const FileTree& Choose(std::string_view path, std::string* moved) const {
      if (path.substr(0, from_.size()) == from_ &&
          (path.size() == from_.size() || path[from_.size()] == '/')) {
        *moved = to_;
        moved->append(path.substr(from_.size()));
        return rootfs_;
      }
      moved->assign(path);
      return host_;
    }

    const FileTree& host_;
    const FileTree& rootfs_;
    const std::string from_;
    const std::string to_;
  };

  Files rebased_;
};

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_REBASED_HOST_H_
