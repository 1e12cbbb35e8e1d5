// A directory for what is being made, beside the place where it is to be.
#ifndef SPECGEN_BUNDLE_WORK_DIRECTORY_H_
#define SPECGEN_BUNDLE_WORK_DIRECTORY_H_

#include <sys/stat.h>
#include <sys/types.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "specgen/base/short_memory.h"
#include "specgen/bundle/trusted_path.h"
#include "specgen/bundle/unique_fd.h"

namespace specgen {

// Its owner alone may enter it (mode 0700), so that whatever is done below its
// descriptor stays there, whoever renames the directory itself. It goes with
// all that is in it in the end; after a SIGKILL with the next Make in the same
// parent: who uses one holds a lock on it (flock(2)).
class WorkDirectory {
 public:
  // Makes one in the directory `parent`, which messages call `name`, and
  // removes what is left of others that nobody holds any more; not where
  // `parent_trust` is kAnyone, and users may give their names to what is ours.
  static absl::StatusOr<std::unique_ptr<WorkDirectory>> Make(
      int parent, const std::string& name, Trust parent_trust);
  ~WorkDirectory();
  WorkDirectory(const WorkDirectory&) = delete;
  WorkDirectory& operator=(const WorkDirectory&) = delete;

  int fd() const { return fd_.get(); }

  // Does now what the destructor does. The error names what is left, such as
  // an immutable file.
  absl::Status Remove();

  // Moves what `parent` calls `name` here, as `taken`, if it is what is open as
  // `directory`. Another one that has its name now stays where it is
  // (kAborted). Messages call it `path`.
  absl::Status TakeIn(int parent, const std::string& name, int directory,
                      const std::string& taken, const std::string& path);

  // Makes the directory `name` in it, with exactly this mode, and opens it.
  absl::StatusOr<UniqueFd> MakeDirectory(const std::string& name,
                                         unsigned mode) const {
    return MakeDirectoryIn(fd_.get(), name, mode);
  }
  // The same in any directory that nobody else may write to.
  static absl::StatusOr<UniqueFd> MakeDirectoryIn(int parent,
                                                  const std::string& name,
                                                  unsigned mode);

 private:
  WorkDirectory(UniqueFd parent, std::string path, UniqueFd fd);

  UniqueFd parent_;
  std::string path_;  // for messages; ends in its name in the parent
  UniqueFd fd_;
  const CleanUpWhenMemoryIsShort clean_up_;
};

// Whether stat says so of a directory that WorkDirectory has made for `user` on
// that device, and that is still there.
bool IsWorkDirectory(const struct stat& st, uid_t user, dev_t device);

// Removes all that is in the directory; 0 or an errno. `where` is then the path
// in it of the first that could not be removed, "" for itself.
int RemoveContents(int directory, std::string* where = nullptr);

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_WORK_DIRECTORY_H_
