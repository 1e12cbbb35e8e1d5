// What is done with a bundle after it was made.
#ifndef SPECGEN_BUNDLE_EXISTING_BUNDLE_H_
#define SPECGEN_BUNDLE_EXISTING_BUNDLE_H_

#include <string>

#include "absl/status/status.h"
#include "specgen/bundle/trusted_path.h"

namespace specgen {

// Each takes the bundle's directory, absolute and clean; kInvalidArgument if it
// is none of ours (see ReadBundleRecord).

// StartBundle and StopBundle. kFailedPrecondition if the bundle was made to lie
// elsewhere.
absl::Status StartExistingBundle(const std::string& path, Trust parent_trust);
absl::Status StopExistingBundle(const std::string& path, Trust parent_trust);

// Undoes all that was made for it: what is mounted, the directories on the
// machine, the bundle. Nothing is touched, and the error says why, where it
// holds what specgen did not make, something else is mounted in it, its
// container is there, or its propagated-mount has files, the data of volumes
// (unless `with_data`).
absl::Status RemoveExistingBundle(const std::string& path, Trust parent_trust,
                                  bool with_data);

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_EXISTING_BUNDLE_H_
