// Opening directories that nobody else can exchange for others.
#ifndef SPECGEN_BUNDLE_TRUSTED_PATH_H_
#define SPECGEN_BUNDLE_TRUSTED_PATH_H_

#include <sys/types.h>

#include <string>
#include <string_view>

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

// Who runs this.
struct Caller {
  uid_t user;
  gid_t group;
  // Whom files of unmapped users belong to in a user namespace in which root is
  // not the machine's; else one that is nobody's.
  uid_t unmapped;
};

// Of a directory, what stat says, and "system.posix_acl_access" of getxattr; ""
// if there is none.
struct DirectoryRights {
  uid_t owner;
  gid_t group;
  mode_t mode;
  std::string_view acl;
};

// Whom besides root and the caller it belongs to, or who besides them may
// change which files the names in it stand for, as " belongs to somebody else
// (user 1000)"; "" if nobody.
std::string WhoElseMayExchange(const DirectoryRights& directory,
                               const Caller& caller);

// Whether nobody but root and the caller may write to such a file or directory
// that specgen made.
bool IsOnlyOurs(uid_t owner, mode_t mode, uid_t caller);

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_TRUSTED_PATH_H_
