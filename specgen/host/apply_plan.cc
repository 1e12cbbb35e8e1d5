#include "specgen/host/apply_plan.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "specgen/base/cause.h"
#include "specgen/base/errno_text.h"
#include "specgen/base/usual_umask.h"
#include "specgen/host/path_walk.h"
#include "specgen/host/plan.h"

namespace specgen {
namespace {

bool IsDirectory(const std::string& path) {
  struct stat st;
  return stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

// mkdir(2), which Go calls again after a signal; 0 or an errno.
int MakeDirectory(const std::string& path, mode_t mode) {
  if (const int error = CheckPath(path); error != 0) return error;
  int error;
  do {
    error = mkdir(path.c_str(), mode) == 0 ? 0 : errno;
  } while (error == EINTR);
  return error;
}

}  // namespace

AppliedPlan ApplyPlan(absl::Span<const PlannedFolder> plan) {
  AppliedPlan applied;
  const UsualUmask umask;
  for (const PlannedFolder& directory : plan) {
    const std::string path(directory.path);
    const int error = MakeDirectory(path, directory.mode & 0777);
    if (error == 0) {
      applied.made.push_back(directory.path);
    } else if (error == EINVAL || !IsDirectory(path)) {
      applied.status = HostError(
          error, absl::StrCat("mkdir ", path, ": ", GoErrnoText(error)));
      return applied;
    }
  }
  return applied;
}

void TakeBack(const AppliedPlan& applied) {
  for (auto path = applied.made.rbegin(); path != applied.made.rend(); ++path) {
    rmdir(std::string(*path).c_str());
  }
}

}  // namespace specgen
