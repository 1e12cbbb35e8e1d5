#include "specgen/bundle/existing_bundle.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/usual_umask.h"
#include "specgen/bundle/bundle_record.h"
#include "specgen/bundle/confined_open.h"
#include "specgen/bundle/start_steps.h"
#include "specgen/bundle/tree_writer.h"
#include "specgen/bundle/trusted_path.h"
#include "specgen/bundle/unique_fd.h"
#include "specgen/bundle/walk_tree.h"
#include "specgen/bundle/work_directory.h"
#include "specgen/generator/engine_literals.h"
#include "specgen/host/go_path.h"

namespace specgen {
namespace {

struct Existing {
  HeldBundle held;
  BundleRecord record;
};

absl::StatusOr<Existing> Find(const std::string& path, Trust parent_trust) {
  if (absl::Status proc = CheckProc(); !proc.ok()) return proc;
  absl::StatusOr<UniqueFd> parent = OpenDirectory(DirPath(path), parent_trust);
  if (!parent.ok()) return parent.status();
  absl::StatusOr<HeldBundle> held =
      HoldBundle(*std::move(parent), std::string(BasePath(path)), path);
  if (!held.ok()) return held.status();
  absl::StatusOr<BundleRecord> record =
      ReadBundleRecord(held->fd.get(), held->name);
  if (!record.ok()) return record.status();
  absl::Status room = CheckRoomForFiles(path);
  if (!room.ok()) return room;
  return Existing{*std::move(held), *std::move(record)};
}

absl::Status CheckIsAtItsPlace(const Existing& bundle) {
  struct stat there;
  struct stat place;
  if (fstat(bundle.held.fd.get(), &there) == 0 &&
      stat(bundle.record.at.c_str(), &place) == 0 && SameFile(there, place)) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      absl::StrCat(bundle.held.name, ": was made to run at ", bundle.record.at,
                   ": move it there, or make it anew"));
}

absl::Status CheckIsAllOurs(const Existing& bundle) {
  std::vector<std::string> names;
  if (const int error = ReadNames(bundle.held.fd.get(), kMaxNameBytes, &names);
      error != 0) {
    return FileError(error, bundle.held.name);
  }
  for (const std::string& name : names) {
    if (name != "config.json" && name != kRootfsName &&
        name != kPropagatedMountName && name != kBundleRecordName &&
        name != absl::StrCat(".", kBundleRecordName, ".new")) {
      return absl::UnavailableError(
          absl::StrCat(bundle.held.name, "/", name,
                       ": is not of specgen: move it elsewhere first"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckHoldsNoData(const Existing& bundle) {
  const UniqueFd shared = OpenWithoutLinks(
      bundle.held.fd.get(), kPropagatedMountName, O_RDONLY | O_DIRECTORY);
  if (!shared.ok()) {
    return errno == ENOENT ? absl::OkStatus()
                           : FileError(errno, bundle.held.name);
  }
  const std::string name =
      absl::StrCat(bundle.held.name, "/", kPropagatedMountName);
  absl::StatusOr<std::string> file = FirstFile(shared.get(), name);
  if (!file.ok()) return file.status();
  if (file->empty()) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat(name, ": holds data of volumes (", *file,
                   "): move it elsewhere, or give --force to remove it, too"));
}

}  // namespace

absl::Status StartExistingBundle(const std::string& path, Trust parent_trust) {
  const UsualUmask umask;
  absl::StatusOr<Existing> bundle = Find(path, parent_trust);
  if (!bundle.ok()) return bundle.status();
  if (bundle->record.is_half) {
    return absl::UnavailableError(absl::StrCat(
        path,
        ": its rootfs and its spec may be of two plugins, since what replaced "
        "them was ended: make it anew, with --force"));
  }
  absl::Status status = CheckIsAtItsPlace(*bundle);
  return status.ok() ? StartBundle(bundle->held, &bundle->record) : status;
}

absl::Status StopExistingBundle(const std::string& path, Trust parent_trust) {
  const UsualUmask umask;
  absl::StatusOr<Existing> bundle = Find(path, parent_trust);
  if (!bundle.ok()) return bundle.status();
  absl::Status status = CheckIsAtItsPlace(*bundle);
  return status.ok() ? StopBundle(bundle->held, &bundle->record) : status;
}

absl::Status RemoveExistingBundle(const std::string& path, Trust parent_trust,
                                  bool with_data) {
  const UsualUmask umask;
  absl::StatusOr<Existing> bundle = Find(path, parent_trust);
  if (!bundle.ok()) return bundle.status();
  const HeldBundle& held = bundle->held;
  absl::Status status = CheckIsAllOurs(*bundle);
  if (status.ok()) status = CheckNotInUse(bundle->record.id, held.name);
  if (status.ok()) {
    status = CheckOnlyOursMounted(held, bundle->record, with_data);
  }
  if (status.ok() && !with_data) status = CheckHoldsNoData(*bundle);
  if (status.ok()) status = StopBundle(held, &bundle->record);
  if (!status.ok()) return status;
  // First out of sight, so that nobody finds half of it.
  absl::StatusOr<std::unique_ptr<WorkDirectory>> work =
      WorkDirectory::Make(held.parent.get(), DirPath(path), parent_trust);
  if (absl::IsResourceExhausted(work.status())) {
    // A full disk: what is largest makes room.
    RemoveTree(held.fd.get(), kRootfsName);
    work = WorkDirectory::Make(held.parent.get(), DirPath(path), parent_trust);
  }
  if (!work.ok()) return work.status();
  status = (*work)->TakeIn(held.parent.get(), std::string(BasePath(path)),
                           held.fd.get(), "bundle", held.name);
  if (!status.ok()) return status;
  status = (*work)->Remove();
  RemoveMadeDirectories(&bundle->record);
  return status;
}

}  // namespace specgen
