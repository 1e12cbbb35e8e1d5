// A host with folders that are planned but not made.
#ifndef SPECGEN_HOST_FOLDER_OVERLAY_H_
#define SPECGEN_HOST_FOLDER_OVERLAY_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "specgen/base/arena.h"
#include "specgen/host/host.h"

namespace specgen {

// Answers as `host` would once the planned folders were made. An engine makes
// folders while it makes a spec, and its later lookups see them.
//
// The host's own answer stands wherever it is not ENOENT: making folders
// changes no other one. So an overlay without planned folders costs nothing.
//
// A Host does not tell where its working folder is. So a folder planned by an
// absolute path is not found by a relative one, nor the other way round.
//
// Const calls are safe from several threads at once, as Host demands;
// MakeFolder needs the overlay for itself.
class FolderOverlay : public Host {
 public:
  // Both must outlive this. The arena keeps the planned paths, those that lie
  // below each other in common bytes: planning a path of thousands of levels
  // takes memory in proportion to its length.
  FolderOverlay(const Host& host, Arena* arena);
  ~FolderOverlay() override;
  FolderOverlay(const FolderOverlay&) = delete;
  FolderOverlay& operator=(const FolderOverlay&) = delete;

  int Lstat(std::string_view path, FileFacts* facts) const override;
  int Stat(std::string_view path, FileFacts* facts) const override;
  int ReadLink(std::string_view path, std::string* target) const override;
  int ListFolder(std::string_view path,
                 std::vector<std::string>* names) const override;
  int MountFlags(std::string_view path, uint64_t* flags) const override;
  const std::vector<uint32_t>& ThermalThrottleCpus() const override;
  bool InUserNamespace() const override;
  bool UnderRootlessKit() const override;
  bool DetachedNetworkNamespace() const override;
  bool UnifiedCgroups() const override;

  // mkdir(2): plans the folder and returns 0, or returns the errno that the
  // kernel would give to root (EEXIST, EROFS, or those of a lookup).
  //
  // `*planned_path`, if not null, becomes the cleaned path: filepath.Clean of
  // `path`, but the true path where that would be another one (".." after a
  // symbolic link). The view lives as long as the arena's content.
  int MakeFolder(std::string_view path, uint32_t mode,
                 std::string_view* planned_path);

  // How many folders are planned.
  size_t planned_count() const { return planned_.size(); }

 private:
  class Cursor;

  struct Planned {
    std::string_view real_path;   // no symbolic links; starts with "/" or is
                                  // relative to the working folder
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
    template <typename H>
    friend H AbslHashValue(H state, const Key& key) {
      return H::combine(std::move(state), key.hash);
    }

    std::string_view path;
    size_t hash;
  };

  // Paths in the arena. One that goes on where the last one ends is written
  // behind it, and both share the bytes.
  class PathStore {
   public:
    explicit PathStore(Arena* arena) : arena_(arena) {}
    // The path of `name` in `folder`; or a copy of a path, for `folder` "".
    std::string_view Add(std::string_view folder, std::string_view name);

   private:
    Arena* const arena_;
    char* end_ = nullptr;  // of the last path
    size_t room_ = 0;      // behind it
  };

  static std::string_view NameOf(const Planned& planned) {
    return planned.clean_path.empty() ? planned.real_path : planned.clean_path;
  }

  const Planned* FindPlanned(std::string_view real_path) const;
  // Finds what `path` names, planned or not.
  int Find(std::string_view path, bool follow_last, std::string* real_path,
           FileFacts* facts) const;

  // What stands below a planned folder needs no walk.
  int MakeBelow(const Planned& parent, std::string_view name,
                std::string_view clean, uint32_t mode,
                std::string_view* planned_path);
  // `clean_path` is another name for `real_path`, or "". EEXIST if it is
  // planned.
  int Plan(std::string_view real_path, std::string_view clean_path,
           uint32_t mode, std::string_view* planned_path);

  const Host& host_;
  PathStore real_paths_;
  PathStore clean_paths_;
  std::string walked_;           // MakeFolder's, kept for its memory
  std::string cleaned_;          // likewise
  std::deque<Planned> planned_;  // a deque, so that pointers stay valid
  absl::flat_hash_map<Key, const Planned*> by_real_path_;
};

}  // namespace specgen

#endif  // SPECGEN_HOST_FOLDER_OVERLAY_H_
