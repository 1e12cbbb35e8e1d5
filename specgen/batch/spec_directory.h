// The directory of a batch's specs, which may hold much else: nothing below it
// is followed, replaced or removed unasked.
#ifndef SPECGEN_BATCH_SPEC_DIRECTORY_H_
#define SPECGEN_BATCH_SPEC_DIRECTORY_H_

#include <sys/types.h>

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "specgen/base/files.h"
#include "specgen/bundle/unique_fd.h"

namespace specgen {

// Device and inode of a directory, which tell it by whatever path it is
// reached.
using DirectoryId = std::pair<dev_t, ino_t>;

// Paths are resolved name by name below an open descriptor, and no symbolic
// link on them is followed.
//
// A file in it, kRecord, says in the form of sha256sum(1) which specs batches
// have put there. What is not in it, or no longer has the digest that it says,
// belongs to somebody else, and is not removed. Since names are only looked up
// in it, one that was forged reaches nothing but what the batch is about
// anyway.
//
// Failures are the host's, or usage (cause.h), with a message that has the
// path.
class SpecDirectory {
 public:
  static constexpr char kRecord[] = ".specgen-batch.sha256";

  // Looks whether specs of these names ("a/b.json"; no "." or "..") can be
  // written to the directory `path`, there or not, and changes nothing. Refused
  // are: directories that are one of `configs` or lie in one; a symbolic link
  // or whatever is no directory on the way to a spec; what is there already,
  // unless `overwrite`; and what is there and neither a regular file nor a
  // link.
  static absl::Status Check(const std::string& path,
                            const std::vector<std::string>& names,
                            const std::set<DirectoryId>& configs,
                            Overwrite overwrite);

  // Opens the directory, and makes it if need be. Refused are a link that
  // another user may have planted (files.h), and a directory that
  // another SpecDirectory is open on.
  static absl::StatusOr<std::unique_ptr<SpecDirectory>> Open(
      const std::string& path, std::set<DirectoryId> configs,
      Overwrite overwrite);

  SpecDirectory(const SpecDirectory&) = delete;
  SpecDirectory& operator=(const SpecDirectory&) = delete;

  // Writes a spec, whole or not at all, and the directories that lead to it.
  // Threads may write at once.
  absl::Status Write(const std::string& name, std::string_view spec);

  enum class Left { kNothing, kOfSomebodyElse };
  // Removes the spec of that name if a batch has written it; says whether
  // anything of that name is there now.
  absl::StatusOr<Left> RemoveOld(const std::string& name);

  // Records what was written and removed.
  absl::Status Finish();

 private:
  SpecDirectory(std::string path, std::set<DirectoryId> configs,
                Overwrite overwrite)
      : path_(std::move(path)),
        configs_(std::move(configs)),
        overwrite_(overwrite) {}

  absl::Status ReadRecord();
  absl::Status CheckOne(const std::string& name, bool* is_there) const;
  // Opens the directory of `name`. Without `make`, a directory that is not
  // there is kNotFound.
  absl::StatusOr<UniqueFd> OpenParent(const std::string& name, bool make) const;
  std::string PathOf(std::string_view name) const;

  const std::string path_;
  const std::set<DirectoryId> configs_;
  const Overwrite overwrite_;
  UniqueFd top_;
  UniqueFd lock_;  // the same, held against other batches (flock(2))

  std::mutex mutex_;                           // guards record_
  std::map<std::string, std::string> record_;  // digests by name
};

}  // namespace specgen

#endif  // SPECGEN_BATCH_SPEC_DIRECTORY_H_
