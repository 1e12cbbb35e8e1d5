// Reads trees of files: to copy them, and to tell whether two are the same.
#ifndef SPECGEN_BUNDLE_WALK_TREE_H_
#define SPECGEN_BUNDLE_WALK_TREE_H_

#include <sys/stat.h>

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "specgen/bundle/mount_points.h"
#include "specgen/bundle/tree_writer.h"
#include "specgen/bundle/unique_fd.h"

namespace specgen {

// One file of a tree: `name` in the directory `parent`, `path` from the top.
struct FoundFile {
  int parent;
  std::string name;
  std::string path;
  struct stat st;
};

using TreeVisitor = absl::FunctionRef<absl::Status(const FoundFile&)>;

// Trees are given by the descriptor of their top, and the name that messages
// have for it: whoever may rename directories above a tree changes nothing.

// Visits all files in the tree, directories before what is in them, in the
// order of their bytes; "." first. Ends with the first error. Something that is
// mounted in it is an error.
absl::Status WalkTree(int top, const std::string& name, TreeVisitor visit);

// Opens a file for reading; if that is not ok(), errno says why.
UniqueFd OpenFound(const FoundFile& found);
// Reads where a symbolic link leads to; 0 or an errno.
int ReadSymlink(const FoundFile& found, std::string* target);

// Copies the tree `from` as `docker plugin create` takes a rootfs:
// with owners, modes, times, hard links, device nodes and file capabilities,
// but without sockets and other extended attributes (moby pkg/archive,
// TarWithOptions). Symbolic links are copied, not followed. Something that
// is mounted in it is an error. Messages start with the path on the host.
//
// With `ledger`, the files are what it says, as far as it knows them; it is of
// the directory in which the tree is called `part`. The directory `writes_to`,
// in which the copy is made, is an error, too (kFailedPrecondition): the copy
// would be copied.
absl::Status CopyTree(int from, const std::string& name,
                      const TreeLedger& ledger, std::string_view part,
                      int writes_to, TreeWriter* writer);

// The path of a file in the tree that is no directory; "" if there is none.
// What is mounted in it is passed over.
absl::StatusOr<std::string> FirstFile(int top, const std::string& name);

// Where the trees `a` and `b` first differ, in a reader's words; "" if they do
// not. Compares what CopyTree copies, but for times, and hard links by what is
// in them. Directories and empty files of `b` at the paths `mount_points`
// (without a leading "/", with all above them) may be missing in `a`: a runtime
// makes them.
absl::StatusOr<std::string> FirstDifference(int a, const std::string& a_name,
                                            int b, const std::string& b_name,
                                            const MountPoints& mount_points);

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_WALK_TREE_H_
