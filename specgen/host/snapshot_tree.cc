#include "specgen/host/snapshot_tree.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "specgen/base/printable.h"
#include "specgen/host/snapshot_format.h"

namespace specgen {
namespace {

constexpr FileFacts kImplicitDirectory = {.mode = S_IFDIR | 0755};

}  // namespace

SnapshotTree::Id SnapshotTree::FindEntry(Id directory,
                                         std::string_view name) const {
  const absl::Span<const Id> entries = Entries(files_[directory]);
  const auto* const it = std::lower_bound(entries.begin(), entries.end(), name,
                                          [this](Id entry, std::string_view n) {
                                            return files_[entry].name() < n;
                                          });
  return it != entries.end() && files_[*it].name() == name ? *it : kNone;
}

SnapshotTreeBuilder::SnapshotTreeBuilder(size_t max_files)
    : max_files_(max_files), tree_(new SnapshotTree()) {
  SnapshotTree::File root;
  root.path = "/";
  root.facts = kImplicitDirectory;
  root.directory = SnapshotTree::kRoot;
  tree_->files_.push_back(root);
  tree_->by_path_.emplace(root.path, SnapshotTree::kRoot);
  origins_.push_back({.place = 0, .added = false});
}

std::optional<SnapshotTreeBuilder::Problem> SnapshotTreeBuilder::AddFile(
    std::string_view path, const FileFacts& facts, std::string_view target,
    size_t place) {
  if (path == "/" && !S_ISDIR(facts.mode)) {
    return Problem{place, "\"/\" is always a dir"};
  }
  const Id known = tree_->FindByPath(path);
  if (known != SnapshotTree::kNone && origins_[known].added) {
    return Problem{place, absl::StrCat(QuoteShort(path), " twice"),
                   origins_[known].place};
  }
  if (known != SnapshotTree::kNone) {  // the root
    tree_->files_[known].facts = facts;
    origins_[known] = {.place = place, .added = true};
    return std::nullopt;
  }
  SnapshotTree::File file;
  file.path = Keep(path);
  file.facts = facts;
  if (S_ISLNK(facts.mode)) file.target = Keep(target);
  return Add(file, {.place = place, .added = true});
}

void SnapshotTreeBuilder::AddMount(std::string_view path, uint64_t flags,
                                   size_t place) {
  mounts_.push_back({Keep(path), flags, place});
}

void SnapshotTreeBuilder::SetWorkingDirectory(std::string_view path,
                                              size_t place) {
  working_directory_ = {Keep(path), 0, place};
}

std::optional<SnapshotTreeBuilder::Problem> SnapshotTreeBuilder::Finish(
    std::unique_ptr<const SnapshotTree>* tree) {
  std::optional<Problem> problem = PlaceMounts();
  if (!problem.has_value()) problem = PlaceWorkingDirectory();
  if (!problem.has_value()) problem = LinkToDirectories();
  if (problem.has_value()) return problem;
  SortEntries();
  SpreadMountFlags();
  *tree = std::move(tree_);
  return std::nullopt;
}

std::optional<SnapshotTreeBuilder::Problem> SnapshotTreeBuilder::Add(
    const SnapshotTree::File& file, Origin origin) {
  if (tree_->files_.size() >= max_files_) {
    return Problem{origin.place,
                   absl::StrCat("more than ", max_files_, " files")};
  }
  tree_->by_path_.emplace(file.path, static_cast<Id>(tree_->files_.size()));
  tree_->files_.push_back(file);
  origins_.push_back(origin);
  return std::nullopt;
}

std::optional<SnapshotTreeBuilder::Problem>
SnapshotTreeBuilder::FindOrAddDirectory(std::string_view path, size_t place,
                                        Id* id) {
  *id = tree_->FindByPath(path);
  if (*id != SnapshotTree::kNone) return std::nullopt;
  *id = static_cast<Id>(tree_->files_.size());
  SnapshotTree::File directory;
  directory.path = path;
  directory.facts = kImplicitDirectory;
  return Add(directory, {.place = place, .added = false});
}

std::optional<SnapshotTreeBuilder::Problem> SnapshotTreeBuilder::PlaceMounts() {
  for (const Mount& mount : mounts_) {
    Id id;
    std::optional<Problem> problem =
        FindOrAddDirectory(mount.path, mount.place, &id);
    if (problem.has_value()) return problem;
    const auto wrong = [&](std::string_view what) {
      return Problem{
          mount.place,
          absl::StrCat("mount point ", QuoteShort(mount.path), " ", what)};
    };
    if (tree_->files_[id].is_link()) return wrong("is a symlink");
    if (!mount_points_.emplace(id, mount.flags).second) return wrong("twice");
  }
  return std::nullopt;
}

std::optional<SnapshotTreeBuilder::Problem>
SnapshotTreeBuilder::PlaceWorkingDirectory() {
  if (!working_directory_.has_value()) return std::nullopt;
  const auto& [path, flags, place] = *working_directory_;
  Id id;
  std::optional<Problem> problem = FindOrAddDirectory(path, place, &id);
  if (problem.has_value()) return problem;
  if (!tree_->files_[id].is_directory()) {
    return Problem{place,
                   absl::StrCat("\"cwd\" ", QuoteShort(path), " is not a dir")};
  }
  tree_->working_directory_ = id;
  return std::nullopt;
}

// Joins every file to the directory that holds it, and adds that if it is not
// there. What is added here is joined in its turn.
std::optional<SnapshotTreeBuilder::Problem>
SnapshotTreeBuilder::LinkToDirectories() {
  std::vector<SnapshotTree::File>& files = tree_->files_;
  for (Id id = SnapshotTree::kRoot + 1; id < files.size(); ++id) {
    const std::string_view path = files[id].path;
    const std::string_view holder_path =
        path.substr(0, std::max<size_t>(path.rfind('/'), 1));
    const size_t place = origins_[id].place;
    Id holder;
    std::optional<Problem> problem =
        FindOrAddDirectory(holder_path, place, &holder);
    if (problem.has_value()) return problem;
    if (!files[holder].is_directory()) {
      return Problem{
          place,
          absl::StrCat(QuoteShort(path), " cannot lie in ",
                       QuoteShort(holder_path), ", which is of type \"",
                       SnapshotTypeName(files[holder].facts.mode), "\"")};
    }
    files[id].directory = holder;
  }
  return std::nullopt;
}

void SnapshotTreeBuilder::SortEntries() {
  std::vector<SnapshotTree::File>& files = tree_->files_;
  std::vector<Id>& entries = tree_->entries_;
  entries.reserve(files.size() - 1);
  for (Id id = SnapshotTree::kRoot + 1; id < files.size(); ++id) {
    entries.push_back(id);
  }
  std::sort(entries.begin(), entries.end(), [&files](Id a, Id b) {
    if (files[a].directory != files[b].directory) {
      return files[a].directory < files[b].directory;
    }
    return files[a].name() < files[b].name();
  });
  for (uint32_t i = 0; i < entries.size(); ++i) {
    SnapshotTree::File& holder = files[files[entries[i]].directory];
    if (holder.entry_count++ == 0) holder.first_entry = i;
  }
}

// Breadth first, so that a directory's flags are known before its entries'.
void SnapshotTreeBuilder::SpreadMountFlags() {
  std::vector<Id> order = {SnapshotTree::kRoot};
  order.reserve(tree_->files_.size());
  for (size_t next = 0; next < order.size(); ++next) {
    const Id id = order[next];
    SnapshotTree::File& file = tree_->files_[id];
    const auto mount = mount_points_.find(id);
    file.mount_flags = mount != mount_points_.end()
                           ? mount->second
                           : tree_->files_[file.directory].mount_flags;
    for (const Id entry : tree_->Entries(file)) order.push_back(entry);
  }
}

}  // namespace specgen
