// Go's filepath.EvalSymlinks.
#ifndef SPECGEN_HOST_EVAL_SYMLINKS_H_
#define SPECGEN_HOST_EVAL_SYMLINKS_H_

#include <string>
#include <string_view>

#include "specgen/host/file_tree.h"

namespace specgen {

// Sets `*resolved` to what Go's filepath.EvalSymlinks(path) returns: the path
// with all symbolic links resolved, cleaned, and relative if `path` is and no
// link on the way is absolute. `path` may not point into `*resolved`.
//
// Returns false, and leaves `*resolved` alone, where Go returns an error: a
// part is missing, a file is used as a directory (also by a slash after it), or
// more than 255 links were followed. "" gives "." as in Go, which then looks
// nothing up.
bool EvalSymlinks(const FileTree& files, std::string_view path,
                  std::string* resolved);

}  // namespace specgen

#endif  // SPECGEN_HOST_EVAL_SYMLINKS_H_
