// A machine's files as they will be once planned directories are made; and Go's
// os.MkdirAll, which plans them.
#ifndef SPECGEN_HOST_PLANNED_TREE_H_
#define SPECGEN_HOST_PLANNED_TREE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "specgen/base/arena.h"
#include "specgen/base/verdict.h"
#include "specgen/host/file_tree.h"
#include "specgen/host/plan.h"

namespace specgen {

// An engine makes directories while it makes a spec, and its later lookups see
// them. Here they are planned, and lookups answer as if they were there.
//
// The answer of the tree below stands wherever it is not ENOENT: making
// directories changes no other one. So as long as nothing is planned, or all
// that is looked up is there, this costs nothing.
//
// Where the tree's working directory is not known, a directory planned by an
// absolute path is not found by a relative one, nor the other way round.
//
// Not thread-safe, const calls neither: it belongs to one answer.
class PlannedTree final : public FileTree {
 public:
  // All must outlive this. `plan` holds what is planned on `under` so far, and
  // gets what is planned here; nobody else may change it meanwhile. Its paths
  // lie in `arena`, or in those given to MkdirAll.
  PlannedTree(const FileTree& under, Arena* arena,
              std::vector<PlannedFolder>* plan);
  ~PlannedTree() override;
  PlannedTree(const PlannedTree&) = delete;
  PlannedTree& operator=(const PlannedTree&) = delete;

  int Lstat(std::string_view path, FileFacts* facts) const override;
  int Stat(std::string_view path, FileFacts* facts) const override;
  int ReadLink(std::string_view path, std::string* target) const override;
  int ListDirectory(std::string_view path,
                    std::vector<std::string>* names) const override;
  int MountFlags(std::string_view path, uint64_t* flags) const override;
  int WorkingDirectory(std::string* path) const override;

  // Go's os.MkdirAll(path, mode), as root: plans each directory that it would
  // make, parents first. In the plan, a path is cleaned as filepath.Clean does;
  // where that would be another directory (".." after a symbolic link), it is
  // the true path.
  //
  // Refused with what Go prints, such as "mkdir /tmp/file: not a directory". As
  // with Go, directories made before the failure stay: they are in the plan.
  //
  // Cheap where the directory is there, or but a few levels of it are missing:
  // a lookup or two, and no memory but the plan's.
  Verdict MkdirAll(std::string_view path, uint32_t mode);

 private:
  class Index;

  // Plans what is missing of a clean path if it is plain that os.MkdirAll would
  // make it and nothing is planned yet. `slash` is where its last one stands,
  // and `place` what LookUpPlace says. False: it may be otherwise, and nothing
  // was planned.
  bool PlanPlainly(std::string_view path, size_t slash, uint32_t mode,
                   PlaceFacts place);
  Verdict MkdirAllByIndex(std::string_view path, uint32_t mode);

  // What is there once the directories are made.
  [[gnu::noinline]] int FindPlanned(std::string_view path, bool follow_last,
                                    FileFacts* facts) const;

  // Finds where the plan's directories lie. It is made when first wanted, which
  // for most specs is never.
  Index& GetIndex() const;

  const FileTree& under_;
  Arena* const arena_;
  std::vector<PlannedFolder>* const plan_;
  mutable std::unique_ptr<Index> index_;
};

}  // namespace specgen

#endif  // SPECGEN_HOST_PLANNED_TREE_H_
