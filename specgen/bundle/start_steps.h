// Prepares the machine for the start of a bundle's plugin, and undoes that.
//
// The plugin has written to its rootfs whatever it wanted. So no path below a
// rootfs is given to the kernel as a whole: each is opened below the rootfs's
// descriptor, where no symbolic link is followed, and what is mounted there is
// mounted by that descriptor.
#ifndef SPECGEN_BUNDLE_START_STEPS_H_
#define SPECGEN_BUNDLE_START_STEPS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "specgen/bundle/bundle_record.h"
#include "specgen/bundle/unique_fd.h"

namespace specgen {

// An existing bundle, held against other runs of specgen (flock(2)).
struct HeldBundle {
  UniqueFd parent;   // the directory that it lies in
  UniqueFd fd;       // its own directory
  std::string name;  // for messages
};

// Opens the bundle in the directory `base` of `parent` and waits until no other
// run works on it. Errors: kNotFound; kInvalidArgument if it is no directory;
// kPermissionDenied if it belongs to another user than root and who runs this,
// or others may write to it; kCancelled.
absl::StatusOr<HeldBundle> HoldBundle(UniqueFd parent, const std::string& base,
                                      const std::string& name);

// Makes the directories of `record` and mounts what it says. What is there is
// left as it is. What was made is added to the record, which is written to the
// bundle. After an error everything is as it was; the errors are
// kInvalidArgument where the rootfs is not what it was (a symbolic link on the
// way to where something is to be mounted, say), else what the kernel says.
// Mounting needs root; the error says so.
absl::Status StartBundle(const HeldBundle& bundle, BundleRecord* record);

// Undoes it once the plugin has ended: unmounts what StartBundle mounted, with
// all that was mounted in there since, and removes the directory of the
// plugin's socket, if StartBundle made it, with all that is in it. Goes on
// after an error, and returns the first one.
absl::Status StopBundle(const HeldBundle& bundle, BundleRecord* record);

// Removes the other directories that StartBundle made, where they are empty.
void RemoveMadeDirectories(BundleRecord* record);

// kUnavailable if something is mounted in the bundle's rootfs, which the
// message names.
absl::Status CheckNothingMounted(const HeldBundle& bundle);
// The same of the whole bundle, but for what StartBundle mounted and, with
// `with_volumes`, what was mounted in there since.
absl::Status CheckOnlyOursMounted(const HeldBundle& bundle,
                                  const BundleRecord& record,
                                  bool with_volumes);

// kUnavailable if runc or crun has a container of that id.
absl::Status CheckNotInUse(std::string_view id, const std::string& bundle);

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_START_STEPS_H_
