// Prepares the machine for a plugin's start.
#ifndef SPECGEN_BUNDLE_START_STEPS_H_
#define SPECGEN_BUNDLE_START_STEPS_H_

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "specgen/bundle/plan.h"

namespace specgen {

// Takes the steps of BundlePlan::start. Folders that are there, and mount
// points that something is mounted upon, are left as they are. After an error
// what was done is undone. Mounting needs root; the error says so.
absl::Status TakeStartSteps(absl::Span<const BundleStep> steps);

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_START_STEPS_H_
