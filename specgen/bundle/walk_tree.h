// Reads trees of files: to copy them, and to tell whether two are the same.
#ifndef SPECGEN_BUNDLE_WALK_TREE_H_
#define SPECGEN_BUNDLE_WALK_TREE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "specgen/bundle/tree_writer.h"

namespace specgen {

// Copies what is in the folder `from` as `docker plugin create` takes a rootfs:
// with owners, modes, times, hard links, device nodes and file capabilities,
// but without sockets and other extended attributes (moby pkg/archive,
// TarWithOptions). Symbolic links are copied, not followed. Messages start with
// the path on the host.
absl::Status CopyTree(const std::string& from, TreeWriter* writer);

// Where the trees `a` and `b` first differ, in a reader's words; "" if they do
// not. Compares what CopyTree copies, but for times, and hard links by what is
// in them.
absl::StatusOr<std::string> FirstDifference(const std::string& a,
                                            const std::string& b);

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_WALK_TREE_H_
