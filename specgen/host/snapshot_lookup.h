// Lookups in the files of a snapshot, by the rules of the kernel.
#ifndef SPECGEN_HOST_SNAPSHOT_LOOKUP_H_
#define SPECGEN_HOST_SNAPSHOT_LOOKUP_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "specgen/host/file_tree.h"
#include "specgen/host/snapshot_tree.h"

namespace specgen {

// Answers as Linux would to root, who may search every directory: EACCES never
// comes.
class SnapshotLookup final : public FileTree {
 public:
  explicit SnapshotLookup(std::unique_ptr<const SnapshotTree> tree)
      : tree_(std::move(tree)) {}

  int Lstat(std::string_view path, FileFacts* facts) const override;
  int Stat(std::string_view path, FileFacts* facts) const override;
  int ReadLink(std::string_view path, std::string* target) const override;
  int ListDirectory(std::string_view path,
                    std::vector<std::string>* names) const override;
  int MountFlags(std::string_view path, uint64_t* flags) const override;
  // ENODATA without a "cwd": no kernel's answer, which ENOENT would be.
  int WorkingDirectory(std::string* path) const override;
  PlaceFacts LookUpPlace(std::string_view path, size_t slash) const override;

 private:
  class Cursor;
  using Id = SnapshotTree::Id;

  // The file that `path` names; null, and `*error` is the kernel's.
  const SnapshotTree::File* Find(std::string_view path, bool follow_last,
                                 int* error) const;
  const SnapshotTree::File* FindByWalk(std::string_view path, bool follow_last,
                                       int* error) const;
  // The directory that holds, or would hold, the last element of `path`, if
  // that can be told without a walk; else kNone. `*name` becomes that element,
  // which begins behind `slash`.
  Id FindDirectoryOf(std::string_view path, size_t slash,
                     std::string_view* name) const;

  const std::unique_ptr<const SnapshotTree> tree_;
};

}  // namespace specgen

#endif  // SPECGEN_HOST_SNAPSHOT_LOOKUP_H_
