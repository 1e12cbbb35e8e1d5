#include "specgen/known/mount_options.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <vector>

#include "absl/strings/strip.h"

namespace specgen {
namespace {

// libcontainer/specconv/spec_linux.go, up to v1.5.1. Those of POSIX ACLs, which
// runc knew before 1.2, change nothing.
constexpr MountOption kMountOptions[] = {
    {"async"},
    {"atime"},
    {"bind"},
    {"defaults"},
    {"dev"},
    {"diratime"},
    {"dirsync"},
    {"exec"},
    {"idmap", Runc::k1_2},
    {"iversion", Runc::k1_0},
    {"lazytime", Runc::k1_0},
    {"loud", Runc::k1_0},
    {"mand"},
    {"noatime"},
    {"nodev"},
    {"nodiratime"},
    {"noexec"},
    {"noiversion", Runc::k1_0},
    {"nolazytime", Runc::k1_0},
    {"nomand"},
    {"norelatime"},
    {"nostrictatime"},
    {"nosuid"},
    {"nosymfollow", Runc::k1_1},
    {"private"},
    {"ratime", Runc::k1_1},
    {"rbind"},
    {"rdev", Runc::k1_1},
    {"rdiratime", Runc::k1_1},
    {"relatime"},
    {"remount"},
    {"rexec", Runc::k1_1},
    {"ridmap", Runc::k1_2},
    {"rnoatime", Runc::k1_1},
    {"rnodev", Runc::k1_1},
    {"rnodiratime", Runc::k1_1},
    {"rnoexec", Runc::k1_1},
    {"rnorelatime", Runc::k1_1},
    {"rnostrictatime", Runc::k1_1},
    {"rnosuid", Runc::k1_1},
    {"rnosymfollow", Runc::k1_1},
    {"ro"},
    {"rprivate"},
    {"rrelatime", Runc::k1_1},
    {"rro", Runc::k1_1},
    {"rrw", Runc::k1_1},
    {"rshared"},
    {"rslave"},
    {"rstrictatime", Runc::k1_1},
    {"rsuid", Runc::k1_1},
    {"rsymfollow", Runc::k1_1},
    {"runbindable"},
    {"rw"},
    {"shared"},
    {"silent", Runc::k1_0},
    {"slave"},
    {"strictatime"},
    {"suid"},
    {"symfollow", Runc::k1_1},
    {"sync"},
    {"tmpcopyup"},
    {"unbindable"},
};

// The runc that moby names at each tag, where what it knows changes
// (hack/dockerfile/binaries-commits, .../install/runc.installer; v1.0.0-rc4 is
// the first 1.0 that counts). Docker's packages take another one's, that of
// containerd.io: who has an old one of these with a newer engine, has less.
struct Step {
  std::string_view release;  // the first
  Runc runc;
};
constexpr Step kSteps[] = {
    {"17.09.0-rc1", Runc::k1_0}, {"20.10.15", Runc::k1_1},
    {"25.0.8", Runc::k1_2},      {"26.0.0-rc1", Runc::k1_1},
    {"27.4.0-rc.3", Runc::k1_2},
};

// Of each of AllReleases().
const std::vector<Runc>& AllRuncs() {
  static const std::vector<Runc>* const kRuncs = [] {
    auto* runcs = new std::vector<Runc>();
    Runc runc = Runc::kFirst;
    for (const Release& release : AllReleases()) {
      const auto* const step = std::find_if(
          std::begin(kSteps), std::end(kSteps),
          [&](const Step& one) { return one.release == release.name; });
      if (step != std::end(kSteps)) runc = step->runc;
      runcs->push_back(runc);
    }
    return runcs;
  }();
  return *kRuncs;
}

}  // namespace

absl::Span<const MountOption> MountOptions() { return kMountOptions; }

const MountOption* FindMountOption(std::string_view name) {
  const auto* const found =
      std::lower_bound(std::begin(kMountOptions), std::end(kMountOptions), name,
                       [](const MountOption& option, std::string_view wanted) {
                         return option.name < wanted;
                       });
  return found == std::end(kMountOptions) || found->name != name ? nullptr
                                                                 : found;
}

Runc RuncOf(const Release& release) {
  // A build is none of the list.
  const Release& of = release.build_of != nullptr ? *release.build_of : release;
  return AllRuncs()[static_cast<size_t>(&of - AllReleases().data())];
}

std::string_view RuncName(Runc runc) {
  switch (runc) {
    case Runc::kFirst:
      return "0.1";
    case Runc::k1_0:
      return "1.0";
    case Runc::k1_1:
      return "1.1";
    case Runc::k1_2:
      return "1.2";
  }
  return "";
}

bool TakesMountOption(const Release& release, std::string_view name) {
  const MountOption* const option = FindMountOption(name);
  return option != nullptr && option->since <= RuncOf(release);
}

bool IsRecursiveOption(std::string_view name) {
  const MountOption* const option = FindMountOption(name);
  return option != nullptr && option->since == Runc::k1_1 &&
         absl::ConsumePrefix(&name, "r") && FindMountOption(name) != nullptr;
}

}  // namespace specgen
