// Opening directories that nobody else can exchange for others.
#ifndef SPECGEN_BUNDLE_TRUSTED_PATH_H_
#define SPECGEN_BUNDLE_TRUSTED_PATH_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "specgen/bundle/unique_fd.h"

namespace specgen {

enum class Trust {
  // Every directory and symbolic link on the way belongs to root or to who runs
  // this, and no one else may make, rename or remove anything in it.
  kChecked,
  kAnyone,  // whatever they are
};

// Opens the directory `path`, absolute and clean, one part after the other.
// Whoever may write to a directory on the way can put another one, or a
// symbolic link, in the place of what is in it, between two steps of a program
// that runs as root: so with Trust::kChecked such a path is refused
// (kPermissionDenied; the message names the directory and who may write to
// it). A sticky directory such as /tmp will do, since only owners may rename
// what is in there.
//
// Inside a user namespace, where the machine's root is not to be told from
// others that are not mapped, all of these count as root.
absl::StatusOr<UniqueFd> OpenDirectory(const std::string& path, Trust trust);

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_TRUSTED_PATH_H_
