#include "specgen/host/snapshot_lookup.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "specgen/host/path_walk.h"

namespace specgen {
namespace {

// Whether a directory could have an entry of that name, beside itself and the
// one that holds it.
bool IsEntryName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes && name != "." &&
         name != "..";
}

}  // namespace

// Stands on one file of the tree; see WalkPath.
class SnapshotLookup::Cursor {
 public:
  explicit Cursor(const SnapshotTree& tree) : tree_(tree) {}

  int Rewind(bool absolute) {
    id_ = absolute ? SnapshotTree::kRoot : tree_.working_directory();
    return id_ == SnapshotTree::kNone ? ENOENT : 0;
  }
  void GoUp() { id_ = file().directory; }
  int GoDown(std::string_view name) {
    id_ = tree_.FindEntry(id_, name);
    return id_ == SnapshotTree::kNone ? ENOENT : 0;
  }
  uint32_t mode() const { return file().facts.mode; }
  int ReadLink(std::string* target) const {
    *target = file().target;
    return 0;
  }

  const SnapshotTree::File& file() const { return tree_.file(id_); }

 private:
  const SnapshotTree& tree_;
  Id id_ = SnapshotTree::kRoot;
};

SnapshotLookup::Id SnapshotLookup::FindDirectoryOf(
    std::string_view path, size_t slash, std::string_view* name) const {
  if (slash == std::string_view::npos) return SnapshotTree::kNone;
  *name = path.substr(slash + 1);
  const Id directory =
      tree_->FindByPath(path.substr(0, std::max<size_t>(slash, 1)));
  if (directory == SnapshotTree::kNone ||
      !tree_->file(directory).is_directory() || !IsEntryName(*name) ||
      CheckPath(path) != 0) {
    return SnapshotTree::kNone;
  }
  return directory;
}

inline const SnapshotTree::File* SnapshotLookup::Find(std::string_view path,
                                                      bool follow_last,
                                                      int* error) const {
  *error = 0;
  // Most paths pass through no link and are clean.
  if (const Id id = tree_->FindByPath(path); id != SnapshotTree::kNone) {
    const SnapshotTree::File& file = tree_->file(id);
    if (!follow_last || !file.is_link()) return &file;
  }
  return FindByWalk(path, follow_last, error);
}

const SnapshotTree::File* SnapshotLookup::FindByWalk(std::string_view path,
                                                     bool follow_last,
                                                     int* error) const {
  std::string_view name;
  const Id directory = FindDirectoryOf(path, path.rfind('/'), &name);
  if (directory != SnapshotTree::kNone &&
      tree_->FindEntry(directory, name) == SnapshotTree::kNone) {
    *error = ENOENT;
    return nullptr;
  }
  Cursor cursor(*tree_);
  *error = WalkPath(path, follow_last, &cursor);
  return *error == 0 ? &cursor.file() : nullptr;
}

[[gnu::hot]] int SnapshotLookup::Lstat(std::string_view path,
                                       FileFacts* facts) const {
  int error;
  const SnapshotTree::File* file = Find(path, /*follow_last=*/false, &error);
  if (file != nullptr) *facts = file->facts;
  return error;
}

int SnapshotLookup::Stat(std::string_view path, FileFacts* facts) const {
  int error;
  const SnapshotTree::File* file = Find(path, /*follow_last=*/true, &error);
  if (file != nullptr) *facts = file->facts;
  return error;
}

int SnapshotLookup::ReadLink(std::string_view path, std::string* target) const {
  int error;
  const SnapshotTree::File* file = Find(path, /*follow_last=*/false, &error);
  if (file == nullptr) return error;
  if (!file->is_link()) return EINVAL;
  *target = file->target;
  return 0;
}

int SnapshotLookup::ListDirectory(std::string_view path,
                                  std::vector<std::string>* names) const {
  int error;
  const SnapshotTree::File* file = Find(path, /*follow_last=*/true, &error);
  if (file == nullptr) return error;
  if (!file->is_directory()) return ENOTDIR;
  const absl::Span<const Id> entries = tree_->Entries(*file);
  names->clear();
  names->reserve(entries.size());
  for (const Id entry : entries) {
    names->emplace_back(tree_->file(entry).name());
  }
  return 0;
}

int SnapshotLookup::MountFlags(std::string_view path, uint64_t* flags) const {
  int error;
  const SnapshotTree::File* file = Find(path, /*follow_last=*/true, &error);
  if (file != nullptr) *flags = file->mount_flags;
  return error;
}

int SnapshotLookup::WorkingDirectory(std::string* path) const {
  const Id id = tree_->working_directory();
  if (id == SnapshotTree::kNone) return ENODATA;
  path->assign(tree_->file(id).path);
  return 0;
}

[[gnu::hot]] PlaceFacts SnapshotLookup::LookUpPlace(std::string_view path,
                                                    size_t slash) const {
  // As in Find, without looking for the path itself first.
  std::string_view name;
  const Id directory = FindDirectoryOf(path, slash, &name);
  if (directory == SnapshotTree::kNone) {
    return FileTree::LookUpPlace(path, slash);
  }
  PlaceFacts place;
  // An entry of a directory by that one's own path: all but "//name".
  place.is_clean = directory != SnapshotTree::kRoot || slash == 0;
  const Id id = tree_->FindEntry(directory, name);
  if (id != SnapshotTree::kNone) {
    place.facts = tree_->file(id).facts;
    return place;
  }
  const SnapshotTree::File& holder = tree_->file(directory);
  place.error = ENOENT;
  place.directory = holder.facts;
  place.directory_mount_flags = holder.mount_flags;
  return place;
}

}  // namespace specgen
