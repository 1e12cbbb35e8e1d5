#include "specgen/host/folder_overlay.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "specgen/host/go_path.h"
#include "specgen/host/path_walk.h"

namespace specgen {
namespace {

// The working folder is "" as a real path, but the kernel wants a name for it.
std::string_view NameForKernel(std::string_view real_path) {
  return real_path.empty() ? "." : real_path;
}

bool HasDotDot(std::string_view path) {
  for (size_t at = path.find(".."); at != std::string_view::npos;
       at = path.find("..", at + 1)) {
    const bool starts = at == 0 || path[at - 1] == '/';
    const bool ends = at + 2 == path.size() || path[at + 2] == '/';
    if (starts && ends) return true;
  }
  return false;
}

// The folder that holds a clean path, as a real path.
std::string_view ParentOfClean(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  return path.substr(0, std::max<size_t>(slash, 1));
}

}  // namespace

// Stands on a real path of the host or of the plan; see WalkPath.
class FolderOverlay::Cursor {
 public:
  // Keeps where it stands in `real_path`.
  Cursor(const FolderOverlay& overlay, std::string* real_path)
      : overlay_(overlay), real_path_(*real_path) {}

  int Rewind(bool absolute) {
    real_path_ = absolute ? "/" : "";
    planned_ = nullptr;
    mode_ = S_IFDIR;
    FileFacts facts;
    return absolute ? 0 : overlay_.host_.Stat(".", &facts);
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
    planned_ = overlay_.FindPlanned(real_path_);
    mode_ = S_IFDIR;
  }

  int GoDown(std::string_view name) {
    const bool parent_is_planned = planned_ != nullptr;
    if (!real_path_.empty() && real_path_.back() != '/') real_path_ += '/';
    real_path_ += name;
    planned_ = overlay_.FindPlanned(real_path_);
    if (planned_ != nullptr) {
      mode_ = S_IFDIR;
      return 0;
    }
    if (parent_is_planned) return ENOENT;  // only planned folders are in it
    FileFacts facts;
    const int error = overlay_.host_.Lstat(real_path_, &facts);
    mode_ = facts.mode;
    return error;
  }

  uint32_t mode() const { return mode_; }

  int ReadLink(std::string* target) const {
    return overlay_.host_.ReadLink(real_path_, target);
  }

  const Planned* planned() const { return planned_; }  // null on the host
 private:
  const FolderOverlay& overlay_;
  std::string& real_path_;
  const Planned* planned_ = nullptr;  // null on what the host has
  uint32_t mode_ = S_IFDIR;           // only the type matters
};

std::string_view FolderOverlay::PathStore::Add(std::string_view folder,
                                               std::string_view name) {
  const bool slash = !folder.empty() && folder.back() != '/';
  const size_t more = name.size() + (slash ? 1 : 0);
  if (folder.empty() || folder.data() + folder.size() != end_ || more > room_) {
    // Twice the room, so that a path that grows is not copied often.
    room_ = folder.size() + 2 * more + folder.size();
    end_ = arena_->Allocate<char>(room_);
    folder.copy(end_, folder.size());
    folder = {end_, folder.size()};
    end_ += folder.size();
    room_ -= folder.size();
  }
  if (slash) *end_ = '/';
  name.copy(end_ + (slash ? 1 : 0), name.size());
  end_ += more;
  room_ -= more;
  return {folder.data(), folder.size() + more};
}

FolderOverlay::FolderOverlay(const Host& host, Arena* arena)
    : host_(host), real_paths_(arena), clean_paths_(arena) {}

FolderOverlay::~FolderOverlay() = default;

const FolderOverlay::Planned* FolderOverlay::FindPlanned(
    std::string_view real_path) const {
  const auto it = by_real_path_.find(Key(real_path));
  return it == by_real_path_.end() ? nullptr : it->second;
}

int FolderOverlay::Find(std::string_view path, bool follow_last,
                        std::string* real_path, FileFacts* facts) const {
  if (const Planned* planned = FindPlanned(path); planned != nullptr) {
    *real_path = planned->real_path;
  } else {
    Cursor cursor(*this, real_path);
    if (const int error = WalkPath(path, follow_last, &cursor); error != 0) {
      return error;
    }
  }
  if (const Planned* planned = FindPlanned(*real_path); planned != nullptr) {
    *facts = {.mode = planned->mode};
    return 0;
  }
  return host_.Lstat(NameForKernel(*real_path), facts);
}

int FolderOverlay::Lstat(std::string_view path, FileFacts* facts) const {
  const int error = host_.Lstat(path, facts);
  if (error != ENOENT || planned_.empty()) return error;
  std::string real_path;
  return Find(path, /*follow_last=*/false, &real_path, facts);
}

int FolderOverlay::Stat(std::string_view path, FileFacts* facts) const {
  const int error = host_.Stat(path, facts);
  if (error != ENOENT || planned_.empty()) return error;
  std::string real_path;
  return Find(path, /*follow_last=*/true, &real_path, facts);
}

int FolderOverlay::ReadLink(std::string_view path, std::string* target) const {
  if (const int error = host_.ReadLink(path, target);
      error != ENOENT || planned_.empty()) {
    return error;
  }
  std::string real_path;
  FileFacts facts;
  if (const int error = Find(path, /*follow_last=*/false, &real_path, &facts);
      error != 0) {
    return error;
  }
  if (!S_ISLNK(facts.mode)) return EINVAL;
  return host_.ReadLink(real_path, target);
}

int FolderOverlay::ListFolder(std::string_view path,
                              std::vector<std::string>* names) const {
  if (planned_.empty()) return host_.ListFolder(path, names);
  std::string real_path;
  FileFacts facts;
  if (const int error = Find(path, /*follow_last=*/true, &real_path, &facts);
      error != 0) {
    return error;
  }
  if (!S_ISDIR(facts.mode)) return ENOTDIR;
  names->clear();
  if (FindPlanned(real_path) == nullptr) {
    const int error = host_.ListFolder(NameForKernel(real_path), names);
    if (error != 0) return error;
  }
  for (const Planned& planned : planned_) {
    if (ParentOfClean(planned.real_path) == real_path) {
      names->emplace_back(BasePath(planned.real_path));
    }
  }
  std::sort(names->begin(), names->end());
  return 0;
}

int FolderOverlay::MountFlags(std::string_view path, uint64_t* flags) const {
  if (const int error = host_.MountFlags(path, flags);
      error != ENOENT || planned_.empty()) {
    return error;
  }
  std::string real_path;
  FileFacts facts;
  if (const int error = Find(path, /*follow_last=*/true, &real_path, &facts);
      error != 0) {
    return error;
  }
  // A new folder belongs to the mount of the folder in which it is made.
  std::string_view holder = real_path;
  while (FindPlanned(holder) != nullptr) holder = ParentOfClean(holder);
  return host_.MountFlags(NameForKernel(holder), flags);
}

const std::vector<uint32_t>& FolderOverlay::ThermalThrottleCpus() const {
  return host_.ThermalThrottleCpus();
}

bool FolderOverlay::InUserNamespace() const { return host_.InUserNamespace(); }

bool FolderOverlay::UnderRootlessKit() const {
  return host_.UnderRootlessKit();
}

bool FolderOverlay::DetachedNetworkNamespace() const {
  return host_.DetachedNetworkNamespace();
}

bool FolderOverlay::UnifiedCgroups() const { return host_.UnifiedCgroups(); }

int FolderOverlay::MakeFolder(std::string_view path, uint32_t mode,
                              std::string_view* planned_path) {
  if (const int error = CheckPath(path); error != 0) return error;
  const size_t last_byte = path.find_last_not_of('/');
  if (last_byte == std::string_view::npos) return EEXIST;  // the root
  const std::string_view bare = path.substr(0, last_byte + 1);
  const size_t name_begin = bare.rfind('/') + 1;  // npos + 1 is 0
  const std::string_view name = bare.substr(name_begin);
  const std::string_view parent = bare.substr(0, name_begin);

  const bool has_dotdot = HasDotDot(bare);
  const std::string_view clean = CleanPath(bare, &cleaned_);
  if (!has_dotdot && name != ".") {
    const std::string_view folder = ParentOfClean(clean);
    // Most often the one that was planned just before.
    const Planned* const above =
        !planned_.empty() && folder == NameOf(planned_.back())
            ? &planned_.back()
            : FindPlanned(folder);
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
      host_.MountFlags(NameForKernel(holder), &flags) == 0 &&
      (flags & kMountReadOnly) != 0) {
    return EROFS;
  }
  const std::string_view real_path =
      above == nullptr ? real_paths_.Add({}, walked_)
                       : real_paths_.Add(above->real_path, name);
  // Without "..", the cleaned path names the same folder, so it may serve as a
  // second key. It is no real path itself, and thus cannot hide one.
  return Plan(real_path,
              has_dotdot || clean == real_path ? std::string_view()
                                               : clean_paths_.Add({}, clean),
              mode, planned_path);
}

int FolderOverlay::MakeBelow(const Planned& parent, std::string_view name,
                             std::string_view clean, uint32_t mode,
                             std::string_view* planned_path) {
  if (name.size() > kMaxNameBytes) return ENAMETOOLONG;
  // By which of its two names the parent was found.
  const bool by_real_path = ParentOfClean(clean) == parent.real_path;
  return Plan(real_paths_.Add(parent.real_path, name),
              by_real_path ? std::string_view()
                           : clean_paths_.Add(parent.clean_path, name),
              mode, planned_path);
}

int FolderOverlay::Plan(std::string_view real_path, std::string_view clean_path,
                        uint32_t mode, std::string_view* planned_path) {
  const auto [key, is_new] = by_real_path_.try_emplace(Key(real_path), nullptr);
  if (!is_new) return EEXIST;
  const Planned& planned =
      planned_.emplace_back(Planned{.real_path = real_path,
                                    .clean_path = clean_path,
                                    .mode = S_IFDIR | (mode & 07777)});
  key->second = &planned;
  if (!clean_path.empty()) by_real_path_.emplace(Key(clean_path), &planned);
  if (planned_path != nullptr) *planned_path = NameOf(planned);
  return 0;
}

}  // namespace specgen
