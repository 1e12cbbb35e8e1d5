// Does to the host what an engine would do.
#ifndef SPECGEN_HOST_APPLY_PLAN_H_
#define SPECGEN_HOST_APPLY_PLAN_H_

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "specgen/host/plan.h"

namespace specgen {

struct AppliedPlan {
  // The directories that were made, in order: views of the plan's. Also those
  // made before a failure; like an engine, this takes none of them back.
  std::vector<std::string_view> made;
  // OK if now every planned directory is there. Else the message is Go's, such
  // as "mkdir /tmp/file: not a directory", and nothing after it was tried.
  absl::Status status;
};

// Makes the planned directories in their order, as os.MkdirAll does in dockerd,
// whose umask is always 022 (cmd/dockerd/daemon_unix.go, 1.13.0 to 29.5.3). A
// directory that is there already, also behind a symbolic link, is left as it
// is.
//
// Sets the umask of the whole process for as long as it runs, so no other
// thread may make files in that time.
AppliedPlan ApplyPlan(absl::Span<const PlannedFolder> plan);

// Removes the directories that were made, but for those in which somebody has
// put something.
void TakeBack(const AppliedPlan& applied);

}  // namespace specgen

#endif  // SPECGEN_HOST_APPLY_PLAN_H_
