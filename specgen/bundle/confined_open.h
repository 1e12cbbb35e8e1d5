// Opening files that must lie in one directory, whatever their paths say.
#ifndef SPECGEN_BUNDLE_CONFINED_OPEN_H_
#define SPECGEN_BUNDLE_CONFINED_OPEN_H_

#include <sys/stat.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "specgen/bundle/unique_fd.h"

namespace specgen {

// openat2(2) with close-on-exec. The result is not ok() on an error, which
// errno tells (ENOSYS before Linux 5.6).

// Resolves `path` as if the directory `root` were "/".
UniqueFd OpenInRoot(int root, const std::string& path, int flags);
// The same, but what leads out of `root` is an error (EXDEV).
UniqueFd OpenBeneath(int root, const std::string& path, int flags);
// The same, and a symbolic link anywhere on the way is one, too (ELOOP).
UniqueFd OpenWithoutLinks(int root, const std::string& path, int flags);
// The same, and what is mounted on the way or at its end is one, too (EXDEV).
UniqueFd OpenOnOneMount(int root, const std::string& path, int flags);

// Opens for reading what `place` (O_PATH) stands for, if that is a regular
// file; else it is none, with errno EINVAL. Nothing else is opened: opening a
// device may rewind a tape or start a watchdog, and a FIFO waits for its other
// end.
UniqueFd OpenRegular(const UniqueFd& place);

// Whether an errno says that a path leads to nothing of the kind that was
// meant, and not that the machine could not look.
bool IsNothingThere(int error);

// Whether both are of one file, whatever its names.
bool SameFile(const struct stat& a, const struct stat& b);

// "PATH: what went wrong", with the code of `error`, an errno; never
// kFailedPrecondition, but kUnavailable then.
absl::Status FileError(int error, std::string_view path);
absl::Status FileError(int error, std::string_view what, std::string_view path);

// The same failure, of what lies in the directory `name`.
absl::Status Named(std::string_view name, const absl::Status& status);

// kUnavailable where /proc is not mounted, by which files are named that are
// open (ProcPath).
absl::Status CheckProc();

// Whether a dozen files more can be opened: asked before something that cannot
// be left half done. kAborted.
absl::Status CheckRoomForFiles(std::string_view path);

// The same of what was given to be read (AsBadInput).
absl::Status InputError(int error, std::string_view path);

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_CONFINED_OPEN_H_
