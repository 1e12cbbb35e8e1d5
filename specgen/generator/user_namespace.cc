#include "specgen/generator/user_namespace.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>
#include <unordered_set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "specgen/base/arena_resource.h"
#include "specgen/base/errno_text.h"
#include "specgen/engine/default_spec.h"
#include "specgen/generator/engine_literals.h"
#include "specgen/host/go_path.h"

namespace specgen {
namespace {

bool IsBind(const Mount& mount) {
  return std::any_of(mount.options.begin(), mount.options.end(),
                     [](std::string_view option) {
                       return option == "bind" || option == "rbind";
                     });
}

// sliceutil.Dedup(append(options, unprivileged...)): the options of those flags
// are added, and what is there twice stays where it was first.
absl::Span<const std::string_view> WithFlags(
    absl::Span<const std::string_view> options, uint64_t flags, Arena* arena) {
  struct LockedFlag {
    uint64_t bit;
    std::string_view option;
  };
  constexpr LockedFlag kFlags[] = {
      {kMountReadOnly, "ro"},     {kMountNoDev, "nodev"},
      {kMountNoExec, "noexec"},   {kMountNoSuid, "nosuid"},
      {kMountNoAtime, "noatime"}, {kMountNoDirAtime, "nodiratime"},
  };
  Slice<std::string_view> all;
  ArenaResource resource(arena);
  std::pmr::unordered_set<std::string_view> seen(&resource);
  const auto add = [&](std::string_view option) {
    if (seen.insert(option).second) all.Append(arena, option);
  };
  for (std::string_view option : options) add(option);
  for (const LockedFlag& flag : kFlags) {
    if ((flags & flag.bit) != 0) add(flag.option);
  }
  return absl::MakeConstSpan(all.begin(), all.size());
}

// Puts a bind mount of the host's directory of that name in place of each mount
// there.
void BindHosts(std::string_view path, absl::Span<Mount> mounts) {
  std::string cleaned;
  for (Mount& mount : mounts) {
    if (CleanPath(mount.destination, &cleaned) == path) {
      mount = {path, "bind", path, kRootlessOptions};
    }
  }
}

// ReadonlyPaths without those below /proc.
absl::Span<const std::string_view> WithoutProc(
    absl::Span<const std::string_view> paths, Arena* arena) {
  Slice<std::string_view> kept;
  for (std::string_view path : paths) {
    std::string cleaned;
    const std::string_view clean = CleanPath(path, &cleaned);
    if (!absl::StartsWith(clean, "/proc/")) {
      kept.Append(arena, arena->Copy(clean));
    }
  }
  return absl::MakeConstSpan(kept.begin(), kept.size());
}

void RemoveSysfs(bool keeps_cgroup, Arena* arena, MountList* list) {
  const absl::Span<Mount> mounts = list->Edit(arena);
  if (std::none_of(mounts.begin(), mounts.end(),
                   [](const Mount& m) { return m.type == "sysfs"; })) {
    return;
  }
  std::string cleaned;
  size_t kept = 0;
  for (const Mount& mount : mounts) {
    if (!absl::StartsWith(mount.destination, "/sys") ||
        (keeps_cgroup &&
         CleanPath(mount.destination, &cleaned) == "/sys/fs/cgroup")) {
      mounts[kept++] = mount;
    }
  }
  list->Truncate(kept);
}

}  // namespace

Verdict KeepLockedFlags(const FileTree& files, Arena* arena,
                        MountList* mounts) {
  for (Mount& mount : mounts->Edit(arena)) {
    if (!IsBind(mount)) continue;
    FileFacts facts;
    int error = files.Lstat(mount.source, &facts);
    if (error == ENOENT) continue;
    if (error != 0) {
      return Verdict::Refused(
          Stage::kSpec,
          absl::StrCat("lstat ", mount.source, ": ", GoErrnoText(error)));
    }
    uint64_t flags = 0;
    error = files.MountFlags(mount.source, &flags);
    if (error != 0) {
      return Verdict::Refused(
          Stage::kSpec,
          absl::StrCat(
              "failed to get unprivileged mount flags for &{Destination:",
              mount.destination, " Type:", mount.type, " Source:", mount.source,
              " Options:[", absl::StrJoin(mount.options, " "),
              "] UIDMappings:[] GIDMappings:[]}: ", GoErrnoText(error)));
    }
    mount.options = WithFlags(mount.options, flags, arena);
  }
  return Verdict();
}

void ToRootless(bool keeps_cgroup, const Host& host, Arena* arena, Spec* spec) {
  if (spec->linux == nullptr) return;
  Spec::Linux& linux = *spec->linux;
  linux.resources = nullptr;
  linux.keeps_cgroups_path = false;

  if (!linux.namespaces.Contains("pid")) {
    BindHosts("/proc", spec->mounts.Edit(arena));
    linux.readonly_paths = WithoutProc(linux.readonly_paths, arena);
  }
  if (!linux.namespaces.Contains("ipc")) {
    BindHosts("/dev/shm", spec->mounts.Edit(arena));
    BindHosts("/dev/mqueue", spec->mounts.Edit(arena));
  }
  if (host.facts.detached_network_namespace() &&
      !linux.namespaces.Contains("network")) {
    RemoveSysfs(keeps_cgroup && host.facts.unified_cgroups(), arena,
                &spec->mounts);
  }
}

}  // namespace specgen
