// Makes a tree of files in a directory, from descriptions that nobody vouches
// for.
#ifndef SPECGEN_BUNDLE_TREE_WRITER_H_
#define SPECGEN_BUNDLE_TREE_WRITER_H_

#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/node_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "specgen/bundle/unique_fd.h"

namespace specgen {

// What a file is, but for its name and its bytes.
struct InodeFacts {
  enum class Type {
    kDirectory,
    kFile,
    kSymlink,
    kHardLink,
    kCharDevice,
    kBlockDevice,
    kFifo,
    kNothing,  // makes room for what never comes
  };

  Type type = Type::kFile;
  uint32_t mode = 0;  // permissions with set-id and sticky bits
  uint32_t uid = 0;
  uint32_t gid = 0;
  struct timespec modified = {};
  uint32_t major = 0;
  uint32_t minor = 0;
  std::vector<std::pair<std::string, std::string>> xattrs;
};

// One entry of a tree, as a tar header describes it.
struct TreeEntry : InodeFacts {
  std::string path;    // any bytes; a leading "/" means nothing
  std::string target;  // of a symbolic link, or the path a hard link names
  uint64_t size = 0;   // of a file
};

// What a tree may take at most: an archive of a few kilobytes can unpack to
// any size.
struct TreeLimits {
  uint64_t bytes = uint64_t{8} << 30;  // of all files, holes counted as bytes
  // Files, and directories that are made.
  uint64_t entries = uint64_t{1} << 18;
  // Bytes of what is kept in memory of them: names; paths of directories,
  // twice; and, under Ownership::kRecord, all paths, targets and extended
  // attributes, each of these with what it takes to hold it.
  uint64_t names = uint64_t{16} << 20;

  // Of all archives together, whatever is in them: headers, padding, whiteouts
  // and what replaces itself, too.
  uint64_t archive_bytes() const { return bytes + entries * 4096; }
};

// Deeper trees are refused: each level holds a descriptor and a stack frame.
inline constexpr int kMaxTreeDepth = 256;

// The attribute that holds a file's capabilities.
inline constexpr char kFileCapabilities[] = "security.capability";

enum class Ownership {
  kKeep,  // owners, device nodes, set-id bits, file capabilities: needs root
  // None of these: all files belong to who runs specgen, who can read them, and
  // write to directories, whatever their modes.
  kDrop,
  // All of these, but in a TreeLedger only. What is on disk belongs to who runs
  // specgen, who can read and remove it; device nodes are empty files.
  kRecord,
};

// What the files of a tree are to be, by their paths in it ("." is the top).
// Of hard links each path has an entry, of type kFile; they share what it
// holds. There can be very many.
using TreeLedger =
    absl::node_hash_map<std::string, std::shared_ptr<const InodeFacts>>;

// Writes what it is given below one directory, and nothing outside of it: the
// kernel resolves every path as if that directory were "/" (openat2(2),
// RESOLVE_IN_ROOT; Linux 5.6), so that neither "..", nor a symbolic link, nor a
// hard link leads out. A symbolic link inside the tree is followed inside the
// tree, as when Docker unpacks in a chroot (moby pkg/chrootarchive).
//
// An entry replaces what is at its path, except that a directory is laid over a
// directory (moby pkg/archive, UnpackLayer).
//
// Errors: kInvalidArgument for an entry that is hostile or makes no sense,
// kResourceExhausted for one over the limits, else what the kernel says. Their
// messages name the entry. Not thread-safe. Modes are set exactly,
// whatever the umask.
class TreeWriter {
 public:
  // Writes into the directory `root`.
  static std::unique_ptr<TreeWriter> Make(UniqueFd root, Ownership ownership,
                                          const TreeLimits& limits);
  // The same by its path, which must exist.
  static absl::StatusOr<std::unique_ptr<TreeWriter>> Open(
      const std::string& directory, Ownership ownership,
      const TreeLimits& limits);

  // Makes an entry. A file is then open for Write, up to the next call of Add,
  // Whiteout, StartLayer or Finish.
  absl::Status Add(const TreeEntry& entry);
  // Writes bytes of the file last added at `offset`; not beyond its size.
  absl::Status Write(std::string_view bytes, uint64_t offset);

  // An image's layers remove what is below them by ".wh." entries, see
  // IsWhiteout. EndLayer says whether all that the layer brought could be made;
  // like Docker, it refuses one that removes a directory which it brought
  // itself, since there is nothing to give the directory's time to.
  absl::Status StartLayer();
  absl::Status EndLayer();
  // The last part of `path` starts with ".wh.", or the first with ".wh..wh.".
  static bool IsWhiteout(std::string_view path);
  // Carries one out: ".wh.NAME" removes NAME beside it, ".wh..wh..opq" all in
  // its directory that has no entry of its own in this layer so far. Other
  // paths that start with ".wh..wh." are AUFS's own and mean nothing. As for
  // any entry the directories above are made where they are missing.
  absl::Status Whiteout(std::string_view path);

  // Makes the directory `path` and those above it, where they are missing, with
  // mode 0755; root's under Ownership::kKeep. Symbolic links on the way are an
  // error (kInvalidArgument), and so is what is mounted there (kUnavailable).
  absl::Status MakeDirectories(std::string_view path);

  // Removes what is at `path`, with all that is in it.
  absl::Status Remove(std::string_view path);

  // Sets the modes and times of the directories. Must be called at the end.
  absl::Status Finish();

  // Under Ownership::kRecord, once it is finished: everything that Add made and
  // that is still there.
  const TreeLedger& ledger() const { return ledger_; }
  TreeLedger TakeLedger() { return std::move(ledger_); }

  // How many device nodes Ownership::kDrop left out.
  uint64_t dropped_devices() const { return dropped_devices_; }

  // How many files opaque directories were searched for what is to go.
  uint64_t searched() const { return searched_; }

  // How many bytes the archives that are unpacked may still have.
  uint64_t* archive_budget() { return &archive_budget_; }

 private:
  // What a directory is to be in the end.
  struct Directory {
    int64_t seconds;
    int32_t nanoseconds;
    uint32_t mode;
  };
  // A path, in half of its SHA-256.
  using PathDigest = std::pair<uint64_t, uint64_t>;

  static PathDigest DigestOf(std::string_view path);

  TreeWriter(UniqueFd root, Ownership ownership, const TreeLimits& limits)
      : root_(std::move(root)),
        ownership_(ownership),
        limits_(limits),
        left_(limits),
        archive_budget_(limits.archive_bytes()) {}

  // Opens the directory `path`, which is made with all above it if `make`.
  absl::StatusOr<UniqueFd> OpenDirectory(const std::string& path, bool make);
  // Counts a file, and the bytes that are held in memory for it.
  absl::Status CountEntry(std::string_view path, size_t bytes);
  absl::Status AddDirectory(const TreeEntry& entry, const std::string& path,
                            int parent, const std::string& name);
  absl::Status AddFile(const TreeEntry& entry, int parent,
                       const std::string& name);
  absl::Status AddHardLink(const TreeEntry& entry, const std::string& path,
                           int parent, const std::string& name);
  absl::Status AddOther(const TreeEntry& entry, int parent,
                        const std::string& name);
  // Owner and extended attributes, by `fd` if that is open.
  absl::Status SetOwner(const TreeEntry& entry, int parent,
                        const std::string& name, int fd);
  uint32_t ModeFor(uint32_t mode, bool is_directory) const;
  uint32_t ModeOf(const TreeEntry& entry) const;
  absl::Status CloseFile();
  // Makes the directory if there is nothing at its path; tells what is there.
  absl::Status MakeImplied(const std::string& directory, struct stat* st);
  absl::Status SetTimesOf(const std::string& directory, const Directory& times);
  // Gives the file that `fd` (O_PATH) stands for and `st` describes the times
  // of `facts` and, if `set_mode`, the mode; a directory has them in the end
  // only.
  absl::Status SetFacts(std::string_view path, int fd, const struct stat& st,
                        const Directory& facts, bool set_mode);
  absl::Status RemoveOlder(const std::string& path, bool by_link);
  absl::Status FinishTree(int directory, const std::string& path, int depth);
  // Under kRecord: `st`, a file that was just made, is to be `facts`; or no
  // entry describes it, whatever had its number before.
  void Record(const struct stat& st, InodeFacts facts);
  void Forget(const struct stat& st);

  UniqueFd root_;
  Ownership ownership_;
  const TreeLimits limits_;
  TreeLimits left_;
  uint64_t archive_budget_;
  // All by the numbers of their inodes.
  absl::flat_hash_map<ino_t, Directory> directories_;
  // Of this layer: the paths of all entries; the paths of its directories, each
  // with a NUL behind it, and their times; and directories that hold nothing
  // from below, but for strays, with the number of strays at that time. A stray
  // is a file that was made under another path than an entry's.
  absl::flat_hash_set<PathDigest> in_layer_;
  std::deque<char> layer_directories_;
  std::deque<Directory> layer_times_;
  absl::flat_hash_map<ino_t, uint64_t> opaque_;
  uint64_t strays_ = 0;
  uint64_t searched_ = 0;
  uint64_t dropped_devices_ = 0;
  absl::flat_hash_map<std::pair<dev_t, ino_t>, std::shared_ptr<InodeFacts>>
      recorded_;
  TreeLedger ledger_;

  UniqueFd file_;
  TreeEntry file_entry_;
};

// `path` as Go's path.Clean gives it, without a leading "/"; "." for the top.
// An error (kInvalidArgument) if it leads out, or has a NUL byte.
absl::StatusOr<std::string> CleanEntryPath(std::string_view path);

// Reads the names in the directory `fd`, without "." and "..", sorted by bytes.
// Returns 0 or an errno: EOVERFLOW if they take more than `max_bytes`, where
// each takes kBytesOfName beside its own. Those in `names` are then some of
// them. Only those that `wanted` says so of are taken, and count.
inline constexpr size_t kBytesOfName = 48;
int ReadNames(
    int fd, size_t max_bytes, std::vector<std::string>* names,
    absl::FunctionRef<bool(std::string_view)> wanted = [](std::string_view) {
      return true;
    });
// What all names of a tree within TreeLimits take, and a little more.
inline constexpr size_t kMaxNameBytes = size_t{32} << 20;
// Of names that are read to be removed: those that are left come next.
inline constexpr size_t kNameBytesAtOnce = size_t{1} << 20;

// Removes `name` in the directory `parent`, with all that is in it, however
// deep. Returns 0 or an errno; nothing there is no error. `where`, unless it is
// null, is then the path below `parent` of what could not be removed and, if it
// was moved for that, where it was: "NOW (which was THEN)".
int RemoveTree(int parent, const std::string& name,
               std::string* where = nullptr);

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_TREE_WRITER_H_
