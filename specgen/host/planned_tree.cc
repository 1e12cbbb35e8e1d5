#include "specgen/host/planned_tree.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/arena_resource.h"
#include "specgen/base/errno_text.h"
#include "specgen/host/go_path.h"
#include "specgen/host/path_walk.h"

namespace specgen {
namespace {

// A working directory that is not known is "" as a real path, but the kernel
// wants a name.
std::string_view NameForKernel(std::string_view real_path) {
  return real_path.empty() ? "." : real_path;
}

// Whether ".." comes after a name, which may be a symbolic link's: then the
// cleaned path may be another file's.
bool GoesUpAfterName(std::string_view path) {
  while (true) {
    if (path.starts_with('/')) {
      path.remove_prefix(1);
    } else if (path.starts_with("./")) {
      path.remove_prefix(2);
    } else if (path.starts_with("../")) {
      path.remove_prefix(3);
    } else {
      break;
    }
  }
  for (size_t at = path.find("/.."); at != std::string_view::npos;
       at = path.find("/..", at + 1)) {
    if (at + 3 == path.size() || path[at + 3] == '/') return true;
  }
  return false;
}

// The directory that holds a clean path, as a real path.
std::string_view ParentOfClean(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  return path.substr(0, std::max<size_t>(slash, 1));
}

// Whether what was looked for may be there in the plan: in a directory that
// this user may not search, too, as root may.
bool MayBePlanned(int error) { return error == ENOENT || error == EACCES; }

Verdict MkdirError(std::string_view path, int error) {
  return Verdict::Refused(
      Stage::kSpec, absl::StrCat("mkdir ", path, ": ", GoErrnoText(error)));
}

// Where the path ends that os.MkdirAll makes before path[:end]; 0 if there is
// none.
size_t ParentEnd(std::string_view path, size_t end) {
  while (end > 0 && path[end - 1] == '/') --end;
  while (end > 0 && path[end - 1] != '/') --end;
  return end > 0 ? end - 1 : 0;
}

// Paths in an arena. One that goes on where the last one ends is written behind
// it, and both share the bytes: a path of thousands of levels takes memory in
// proportion to its length.
class PathStore {
 public:
  explicit PathStore(Arena* arena) : arena_(arena) {}

  // The path of `name` in `directory`; or a copy of a path, for "".
  std::string_view Add(std::string_view directory, std::string_view name) {
    const bool slash = !directory.empty() && directory.back() != '/';
    const size_t more = name.size() + (slash ? 1 : 0);
    if (directory.empty() || directory.data() + directory.size() != end_ ||
        more > room_) {
      // Twice the room, so that a path that grows is not copied often.
      room_ = 2 * (directory.size() + more);
      end_ = arena_->Allocate<char>(room_);
      directory.copy(end_, directory.size());
      directory = {end_, directory.size()};
      end_ += directory.size();
      room_ -= directory.size();
    }
    if (slash) *end_ = '/';
    name.copy(end_ + (slash ? 1 : 0), name.size());
    end_ += more;
    room_ -= more;
    return {directory.data(), directory.size() + more};
  }

 private:
  Arena* const arena_;
  char* end_ = nullptr;  // of the last path
  size_t room_ = 0;      // behind it
};

}  // namespace

class PlannedTree::Index {
 public:
  Index(const FileTree& under, Arena* arena)
      : under_(under),
        real_paths_(arena),
        clean_paths_(arena),
        resource_(arena),
        by_path_(&resource_) {}
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  // Knows all of `plan` afterwards; it only ever grows.
  void CatchUp(const std::vector<PlannedFolder>& plan) {
    for (; plan_size_ < plan.size(); ++plan_size_) {
      // That it may be made was found when it was planned.
      std::string_view planned_path;
      MakeDirectory(plan[plan_size_].path, plan[plan_size_].mode,
                    &planned_path);
    }
  }

  // mkdir(2): returns 0, and a directory is there; or returns the errno that
  // the kernel would give to root (EEXIST, EROFS, or those of a lookup).
  // `*planned_path` becomes its path in a plan; see MkdirAll.
  int MakeDirectory(std::string_view path, uint32_t mode,
                    std::string_view* planned_path);

  // As MakeDirectory, for one that belongs at the end of `plan`.
  int MakePlanned(std::string_view path, uint32_t mode,
                  std::vector<PlannedFolder>* plan) {
    std::string_view planned_path;
    const int error = MakeDirectory(path, mode, &planned_path);
    if (error != 0) return error;
    plan->push_back({planned_path, mode});
    plan_size_ = plan->size();
    return 0;
  }

  // What `path` names, planned or not.
  struct Place {
    std::string real_path;  // no symbolic links; relative only if the working
                            // directory is not known
    FileFacts facts;
  };
  int Find(std::string_view path, bool follow_last, Place* place) const;

  bool IsPlanned(std::string_view real_path) const {
    return FindPlanned(real_path) != nullptr;
  }
  // Adds the names of those that are planned in a directory.
  void ListPlanned(std::string_view real_path,
                   std::vector<std::string>* names) const {
    for (const Planned& planned : planned_) {
      if (ParentOfClean(planned.real_path) == real_path) {
        names->emplace_back(BasePath(planned.real_path));
      }
    }
  }

 private:
  class Cursor;

  struct Planned {
    std::string_view real_path;
    std::string_view clean_path;  // "" if the same
    uint32_t mode;                // with S_IFDIR
  };

  // A path with its hash: a table that grows need not read its paths again.
  struct Key {
    explicit Key(std::string_view p)
        : path(p), hash(absl::Hash<std::string_view>()(p)) {}
    bool operator==(const Key& other) const {
      return hash == other.hash && path == other.path;
    }
    struct Hash {
      size_t operator()(const Key& key) const noexcept { return key.hash; }
    };

    std::string_view path;
    size_t hash;
  };

  // "" if it is not known.
  const std::string& WorkingDirectory() const {
    if (!working_directory_.has_value()) {
      std::string& path = working_directory_.emplace();
      if (under_.WorkingDirectory(&path) != 0) path.clear();
    }
    return *working_directory_;
  }

  static std::string_view NameOf(const Planned& planned) {
    return planned.clean_path.empty() ? planned.real_path : planned.clean_path;
  }

  const Planned* FindPlanned(std::string_view path) const {
    const auto it = by_path_.find(Key(path));
    return it == by_path_.end() ? nullptr : it->second;
  }

  // What stands below a planned directory needs no walk.
  int MakeBelow(const Planned& parent, std::string_view name,
                std::string_view clean, uint32_t mode,
                std::string_view* planned_path);
  // `clean_path` is another name for `real_path`, or "". EEXIST if it is
  // planned.
  int Add(std::string_view real_path, std::string_view clean_path,
          uint32_t mode, std::string_view* planned_path);

  const FileTree& under_;
  size_t plan_size_ = 0;  // so many of the plan's are known
  PathStore real_paths_;
  PathStore clean_paths_;
  std::string walked_;   // MakeDirectory's, kept for its memory
  std::string cleaned_;  // likewise
  mutable std::optional<std::string> working_directory_;  // asked when wanted
  std::deque<Planned> planned_;  // a deque, so that pointers stay valid
  ArenaResource resource_;
  // By their real paths and by their clean ones.
  std::pmr::unordered_map<Key, const Planned*, Key::Hash> by_path_;
};

// Stands on a real path of the tree below or of the plan; see WalkPath.
class PlannedTree::Index::Cursor {
 public:
  // Keeps where it stands in `real_path`.
  Cursor(const Index& index, std::string* real_path)
      : index_(index), real_path_(*real_path) {}

  int Rewind(bool absolute) {
    planned_ = nullptr;
    mode_ = S_IFDIR;
    if (absolute) {
      real_path_ = "/";
      return 0;
    }
    real_path_ = index_.WorkingDirectory();
    FileFacts facts;
    return index_.under_.Stat(".", &facts);
  }

  void GoUp() {
    const size_t slash = real_path_.rfind('/');
    const size_t name = slash == std::string::npos ? 0 : slash + 1;
    if (real_path_ == "/") return;
    if (real_path_.empty()) {
      real_path_ = "..";
    } else if (std::string_view(real_path_).substr(name) == "..") {
      real_path_ += "/..";
    } else {
      real_path_.resize(slash == 0 ? 1 : name == 0 ? 0 : slash);
    }
    planned_ = index_.FindPlanned(real_path_);
    mode_ = S_IFDIR;
  }

  int GoDown(std::string_view name) {
    const bool parent_is_planned = planned_ != nullptr;
    if (!real_path_.empty() && real_path_.back() != '/') real_path_ += '/';
    real_path_ += name;
    planned_ = index_.FindPlanned(real_path_);
    if (planned_ != nullptr) {
      mode_ = S_IFDIR;
      return 0;
    }
    if (parent_is_planned) return ENOENT;  // only planned ones are in it
    FileFacts facts;
    const int error = index_.under_.Lstat(real_path_, &facts);
    mode_ = facts.mode;
    // Root may see it, and makes it if it is not there.
    return error == EACCES ? ENOENT : error;
  }

  uint32_t mode() const { return mode_; }

  int ReadLink(std::string* target) const {
    return index_.under_.ReadLink(real_path_, target);
  }

  const Planned* planned() const { return planned_; }

 private:
  const Index& index_;
  std::string& real_path_;
  const Planned* planned_ = nullptr;  // null on what is there already
  uint32_t mode_ = S_IFDIR;           // only the type matters
};

int PlannedTree::Index::Find(std::string_view path, bool follow_last,
                             Place* place) const {
  if (const Planned* planned = FindPlanned(path); planned != nullptr) {
    place->real_path = planned->real_path;
  } else {
    Cursor cursor(*this, &place->real_path);
    if (const int error = WalkPath(path, follow_last, &cursor); error != 0) {
      return error;
    }
  }
  if (const Planned* planned = FindPlanned(place->real_path);
      planned != nullptr) {
    place->facts = {.mode = planned->mode};
    return 0;
  }
  return under_.Lstat(NameForKernel(place->real_path), &place->facts);
}

int PlannedTree::Index::MakeDirectory(std::string_view path, uint32_t mode,
                                      std::string_view* planned_path) {
  if (const int error = CheckPath(path); error != 0) return error;
  const size_t last_byte = path.find_last_not_of('/');
  if (last_byte == std::string_view::npos) return EEXIST;  // the root
  const std::string_view bare = path.substr(0, last_byte + 1);
  const size_t name_begin = bare.rfind('/') + 1;  // npos + 1 is 0
  const std::string_view name = bare.substr(name_begin);
  const std::string_view parent = bare.substr(0, name_begin);

  const bool has_clean_name = !GoesUpAfterName(bare);
  const std::string_view clean = CleanPath(bare, &cleaned_);
  if (has_clean_name && name != "." && name != "..") {
    const std::string_view directory = ParentOfClean(clean);
    // Most often the one that was planned just before.
    const Planned* const above =
        !planned_.empty() && directory == NameOf(planned_.back())
            ? &planned_.back()
            : FindPlanned(directory);
    if (above != nullptr) {
      return MakeBelow(*above, name, clean, mode, planned_path);
    }
  }
  Cursor cursor(*this, &walked_);
  if (const int error = parent.empty() ? cursor.Rewind(/*absolute=*/false)
                                       : WalkPath(parent, true, &cursor);
      error != 0) {
    return error;
  }
  if (name == "." || name == "..") return EEXIST;
  if (name.size() > kMaxNameBytes) return ENAMETOOLONG;

  const Planned* const above = cursor.planned();
  const size_t holder_size = walked_.size();
  if (const int error = cursor.GoDown(name); error != ENOENT) {
    return error == 0 ? EEXIST : error;
  }
  const std::string_view holder =
      std::string_view(walked_).substr(0, holder_size);
  uint64_t flags = 0;
  if (above == nullptr &&
      under_.MountFlags(NameForKernel(holder), &flags) == 0 &&
      (flags & kMountReadOnly) != 0) {
    return EROFS;
  }
  const std::string_view real_path =
      above == nullptr ? real_paths_.Add({}, walked_)
                       : real_paths_.Add(above->real_path, name);
  // A clean path that is no real one names nothing else, so it may serve as a
  // second key and cannot hide a real path.
  return Add(real_path,
             !has_clean_name || clean == real_path
                 ? std::string_view()
                 : clean_paths_.Add({}, clean),
             mode, planned_path);
}

int PlannedTree::Index::MakeBelow(const Planned& parent, std::string_view name,
                                  std::string_view clean, uint32_t mode,
                                  std::string_view* planned_path) {
  if (name.size() > kMaxNameBytes) return ENAMETOOLONG;
  // By which of its two names the parent was found.
  const bool by_real_path = ParentOfClean(clean) == parent.real_path;
  return Add(real_paths_.Add(parent.real_path, name),
             by_real_path ? std::string_view()
                          : clean_paths_.Add(parent.clean_path, name),
             mode, planned_path);
}

int PlannedTree::Index::Add(std::string_view real_path,
                            std::string_view clean_path, uint32_t mode,
                            std::string_view* planned_path) {
  const auto [key, is_new] = by_path_.try_emplace(Key(real_path), nullptr);
  if (!is_new) return EEXIST;
  const Planned& planned =
      planned_.emplace_back(Planned{.real_path = real_path,
                                    .clean_path = clean_path,
                                    .mode = S_IFDIR | (mode & 07777)});
  key->second = &planned;
  if (!clean_path.empty()) by_path_.emplace(Key(clean_path), &planned);
  *planned_path = NameOf(planned);
  return 0;
}

PlannedTree::PlannedTree(const FileTree& under, Arena* arena,
                         std::vector<PlannedFolder>* plan)
    : under_(under), arena_(arena), plan_(plan) {}

PlannedTree::~PlannedTree() = default;

PlannedTree::Index& PlannedTree::GetIndex() const {
  if (index_ == nullptr) index_ = std::make_unique<Index>(under_, arena_);
  index_->CatchUp(*plan_);
  return *index_;
}

int PlannedTree::FindPlanned(std::string_view path, bool follow_last,
                             FileFacts* facts) const {
  Index::Place place;
  const int error = GetIndex().Find(path, follow_last, &place);
  if (error == 0) *facts = place.facts;
  return error;
}

int PlannedTree::Lstat(std::string_view path, FileFacts* facts) const {
  const int error = under_.Lstat(path, facts);
  if (!MayBePlanned(error) || plan_->empty()) return error;
  const int planned = FindPlanned(path, /*follow_last=*/false, facts);
  return planned == ENOENT ? error : planned;
}

int PlannedTree::Stat(std::string_view path, FileFacts* facts) const {
  const int error = under_.Stat(path, facts);
  if (!MayBePlanned(error) || plan_->empty()) return error;
  const int planned = FindPlanned(path, /*follow_last=*/true, facts);
  return planned == ENOENT ? error : planned;
}

int PlannedTree::ReadLink(std::string_view path, std::string* target) const {
  const int error = under_.ReadLink(path, target);
  if (error != ENOENT || plan_->empty()) return error;
  Index::Place place;
  if (const int planned = GetIndex().Find(path, /*follow_last=*/false, &place);
      planned != 0) {
    return planned;
  }
  if (!S_ISLNK(place.facts.mode)) return EINVAL;
  return under_.ReadLink(place.real_path, target);
}

int PlannedTree::ListDirectory(std::string_view path,
                               std::vector<std::string>* names) const {
  if (plan_->empty()) return under_.ListDirectory(path, names);
  const Index& index = GetIndex();
  Index::Place place;
  if (const int error = index.Find(path, /*follow_last=*/true, &place);
      error != 0) {
    return error;
  }
  if (!S_ISDIR(place.facts.mode)) return ENOTDIR;
  names->clear();
  if (!index.IsPlanned(place.real_path)) {
    const int error =
        under_.ListDirectory(NameForKernel(place.real_path), names);
    if (error != 0) return error;
  }
  index.ListPlanned(place.real_path, names);
  std::sort(names->begin(), names->end());
  return 0;
}

int PlannedTree::WorkingDirectory(std::string* path) const {
  return under_.WorkingDirectory(path);
}

int PlannedTree::MountFlags(std::string_view path, uint64_t* flags) const {
  const int error = under_.MountFlags(path, flags);
  if (error != ENOENT || plan_->empty()) return error;
  const Index& index = GetIndex();
  Index::Place place;
  if (const int planned = index.Find(path, /*follow_last=*/true, &place);
      planned != 0) {
    return planned;
  }
  // A new directory belongs to the mount of the one in which it is made.
  std::string_view holder = place.real_path;
  while (index.IsPlanned(holder)) holder = ParentOfClean(holder);
  return under_.MountFlags(NameForKernel(holder), flags);
}

[[gnu::hot]] Verdict PlannedTree::MkdirAll(std::string_view path,
                                           uint32_t mode) {
  const size_t slash = LastSlash(path);
  if (slash != std::string_view::npos && slash + 1 < path.size()) {
    const PlaceFacts place = under_.LookUpPlace(path, slash);
    if (place.error == 0 && S_ISDIR(place.facts.mode)) return Verdict();
    if (place.error == ENOENT && plan_->empty() &&
        (place.is_clean || IsCleanPath(path)) &&
        PlanPlainly(path, slash, mode, place)) {
      return Verdict();
    }
  }
  return MkdirAllByIndex(path, mode);
}

bool PlannedTree::PlanPlainly(std::string_view path, size_t slash,
                              uint32_t mode, PlaceFacts place) {
  constexpr size_t kMostMissing = 8;
  size_t ends[kMostMissing];  // of the paths that are missing, deepest first
  size_t missing = 0;
  size_t end = path.size();
  while (true) {
    if (missing == kMostMissing || end - slash - 1 > kMaxNameBytes) {
      return false;
    }
    ends[missing++] = end;
    if (place.directory_error == 0) break;
    if (slash == 0) return false;
    end = slash;
    slash = LastSlash(path.substr(0, end));
    if (slash == std::string_view::npos) return false;
    place = under_.LookUpPlace(path.substr(0, end), slash);
    // Anything else is in the way, such as a link that leads nowhere.
    if (place.error != ENOENT) return false;
  }
  if ((place.directory_mount_flags & kMountReadOnly) != 0) return false;
  while (missing > 0) plan_->push_back({path.substr(0, ends[--missing]), mode});
  return true;
}

[[gnu::cold]] Verdict PlannedTree::MkdirAllByIndex(std::string_view path,
                                                   uint32_t mode) {
  FileFacts facts;
  if (Stat(path, &facts) == 0) {
    return S_ISDIR(facts.mode) ? Verdict() : MkdirError(path, ENOTDIR);
  }

  // Go recurses towards the root until a Stat succeeds. A path can only be
  // there if all that it passes through is, so the place can be bisected:
  // else a hostile path of thousands of levels would cost as many lookups.
  std::vector<size_t> ends = {path.size()};  // deepest first
  for (size_t end = ParentEnd(path, path.size()); end > 0;
       end = ParentEnd(path, end)) {
    ends.push_back(end);
  }
  const auto existing =
      std::partition_point(ends.begin() + 1, ends.end(), [&](size_t end) {
        FileFacts found;
        if (Stat(path.substr(0, end), &found) != 0) return true;
        // Any later success is of a deeper path; the last is the deepest.
        facts = found;
        return false;
      });
  if (existing != ends.end() && !S_ISDIR(facts.mode)) {
    return MkdirError(path.substr(0, *existing), ENOTDIR);
  }

  Index& index = GetIndex();
  for (auto it = existing; it != ends.begin();) {
    const std::string_view directory = path.substr(0, *--it);
    const int error = index.MakePlanned(directory, mode, plan_);
    if (error != 0 && (Lstat(directory, &facts) != 0 || !S_ISDIR(facts.mode))) {
      return MkdirError(directory, error);
    }
  }
  return Verdict();
}

}  // namespace specgen
