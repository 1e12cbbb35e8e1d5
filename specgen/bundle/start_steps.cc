#include "specgen/bundle/start_steps.h"

#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "specgen/bundle/confined_open.h"
#include "specgen/bundle/plan.h"
#include "specgen/host/apply_plan.h"
#include "specgen/host/live_host.h"
#include "specgen/host/mount_table.h"

namespace specgen {
namespace {

absl::StatusOr<bool> IsMountPoint(const std::string& path) {
  absl::StatusOr<std::vector<MountPoint>> mounts = LiveHost().MountPoints();
  if (!mounts.ok()) return mounts.status();
  for (const MountPoint& mount : *mounts) {
    if (mount.path == path) return true;
  }
  return false;
}

absl::Status MountError(int error, const BundleStep& step) {
  if (error == EPERM) {
    return absl::PermissionDeniedError(
        absl::StrCat(StepText(step),
                     ": only root may mount (--no-prepare leaves it to the "
                     "plugin's start)"));
  }
  return FileError(error, StepText(step));
}

// What was done, to be undone in the opposite order.
class Undo {
 public:
  ~Undo() {
    for (size_t i = steps_.size(); i-- > 0;) {
      if (steps_[i].is_mount) {
        umount2(steps_[i].path.c_str(), MNT_DETACH);
      } else {
        rmdir(steps_[i].path.c_str());
      }
    }
  }
  void Add(std::string path, bool is_mount) {
    steps_.push_back({std::move(path), is_mount});
  }
  void Forget() { steps_.clear(); }

 private:
  struct Done {
    std::string path;
    bool is_mount;
  };
  std::vector<Done> steps_;
};

absl::Status TakeStep(const BundleStep& step, Undo* undo) {
  switch (step.kind) {
    case BundleStep::Kind::kMakeFolder: {
      const PlannedFolder folder[] = {{step.path, step.mode}};
      const AppliedPlan applied = ApplyPlan(folder);
      if (!applied.made.empty()) undo->Add(step.path, false);
      return applied.status;
    }
    case BundleStep::Kind::kBind: {
      absl::StatusOr<bool> mounted = IsMountPoint(step.path);
      if (!mounted.ok()) return mounted.status();
      if (*mounted) return absl::OkStatus();
      if (mount(step.from.c_str(), step.path.c_str(), nullptr, MS_BIND | MS_REC,
                nullptr) != 0) {
        return MountError(errno, step);
      }
      undo->Add(step.path, true);
      return absl::OkStatus();
    }
    case BundleStep::Kind::kShare:
      if (mount(nullptr, step.path.c_str(), nullptr, MS_SHARED | MS_REC,
                nullptr) != 0) {
        return MountError(errno, step);
      }
      return absl::OkStatus();
    default:
      return absl::InternalError(
          absl::StrCat("no start step: ", StepText(step)));
  }
}

}  // namespace

absl::Status TakeStartSteps(absl::Span<const BundleStep> steps) {
  Undo undo;
  for (const BundleStep& step : steps) {
    absl::Status status = TakeStep(step, &undo);
    if (!status.ok()) return status;
  }
  undo.Forget();
  return absl::OkStatus();
}

}  // namespace specgen
