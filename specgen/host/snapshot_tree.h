// The files of a host snapshot, as they lie in each other.
#ifndef SPECGEN_HOST_SNAPSHOT_TREE_H_
#define SPECGEN_HOST_SNAPSHOT_TREE_H_

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/types/span.h"
#include "specgen/host/file_tree.h"

namespace specgen {

// Immutable, so safe to share between threads. A SnapshotTreeBuilder makes it.
class SnapshotTree {
 public:
  // A file, by its number.
  using Id = uint32_t;
  static constexpr Id kRoot = 0;
  static constexpr Id kNone = UINT32_MAX;

  struct File {
    std::string_view path;    // absolute and without symbolic links
    std::string_view target;  // of a symbolic link
    FileFacts facts;
    Id directory = kNone;  // that holds it; the root holds itself
    uint64_t mount_flags = 0;

    std::string_view name() const { return path.substr(path.rfind('/') + 1); }
    bool is_directory() const { return S_ISDIR(facts.mode); }
    bool is_link() const { return S_ISLNK(facts.mode); }

   private:
    friend class SnapshotTree;
    friend class SnapshotTreeBuilder;
    // Its entries are entries_[first_entry] and so on.
    uint32_t first_entry = 0;
    uint32_t entry_count = 0;
  };

  SnapshotTree(const SnapshotTree&) = delete;
  SnapshotTree& operator=(const SnapshotTree&) = delete;

  const File& file(Id id) const { return files_[id]; }
  // The working directory, or kNone if it is not known.
  Id working_directory() const { return working_directory_; }

  // The file of that very path, if `path` is as in File; else kNone.
  Id FindByPath(std::string_view path) const {
    const auto it = by_path_.find(path);
    return it == by_path_.end() ? kNone : it->second;
  }
  // The entry of a directory that has a name, or kNone.
  Id FindEntry(Id directory, std::string_view name) const;
  // Sorted by the bytes of their names.
  absl::Span<const Id> Entries(const File& directory) const {
    return absl::MakeConstSpan(entries_).subspan(directory.first_entry,
                                                 directory.entry_count);
  }

 private:
  friend class SnapshotTreeBuilder;
  SnapshotTree() = default;

  std::deque<std::string> strings_;  // what the views point into
  std::vector<File> files_;
  std::unordered_map<std::string_view, Id> by_path_;
  std::vector<Id> entries_;  // by the directory, then by the name
  Id working_directory_ = kNone;
};

// Takes files in any order, and makes the tree of them. Directories above a
// file, mount points and the working directory need not be added: they are made
// with mode 0755 and owner root, and so is the root.
//
// All paths given are absolute and clean, and such as a kernel could have. A
// `place` is whatever the caller wants to have named if something is wrong with
// what he gave it with.
class SnapshotTreeBuilder {
 public:
  struct Problem {
    size_t place;
    std::string message;  // for people
    // Of the other one, if something was given twice.
    std::optional<size_t> first_place = std::nullopt;
  };

  // More than `max_files` files are a problem.
  explicit SnapshotTreeBuilder(size_t max_files);

  // A path may be added once. `target` is that of a symbolic link.
  std::optional<Problem> AddFile(std::string_view path, const FileFacts& facts,
                                 std::string_view target, size_t place);
  // What lies below a mount point has its flags, down to the next one.
  void AddMount(std::string_view path, uint64_t flags, size_t place);
  void SetWorkingDirectory(std::string_view path, size_t place);

  // Puts everything together, once.
  std::optional<Problem> Finish(std::unique_ptr<const SnapshotTree>* tree);

 private:
  using Id = SnapshotTree::Id;

  // Where a file comes from.
  struct Origin {
    size_t place;
    bool added;  // not only because something lies in it
  };
  struct Mount {
    std::string_view path;
    uint64_t flags;
    size_t place;
  };

  std::string_view Keep(std::string_view text) {
    return tree_->strings_.emplace_back(text);
  }
  std::optional<Problem> Add(const SnapshotTree::File& file, Origin origin);
  std::optional<Problem> FindOrAddDirectory(std::string_view path, size_t place,
                                            Id* id);
  std::optional<Problem> PlaceMounts();
  std::optional<Problem> PlaceWorkingDirectory();
  std::optional<Problem> LinkToDirectories();
  void SortEntries();
  void SpreadMountFlags();

  const size_t max_files_;
  std::unique_ptr<SnapshotTree> tree_;
  std::vector<Origin> origins_;  // one for each file
  std::vector<Mount> mounts_;
  std::unordered_map<Id, uint64_t> mount_points_;  // their flags
  std::optional<Mount> working_directory_;         // without flags
};

}  // namespace specgen

#endif  // SPECGEN_HOST_SNAPSHOT_TREE_H_
