// What engines change in a spec where they run in a user namespace.
#ifndef SPECGEN_GENERATOR_USER_NAMESPACE_H_
#define SPECGEN_GENERATOR_USER_NAMESPACE_H_

#include "specgen/base/arena.h"
#include "specgen/base/verdict.h"
#include "specgen/engine/engine.h"
#include "specgen/generator/mount_list.h"
#include "specgen/generator/spec.h"
#include "specgen/host/file_tree.h"
#include "specgen/host/host.h"

namespace specgen {

// What each rule means; it includes what the ones before it mean.
inline bool KeepsLockedFlags(UserNamespaceRule rule) {
  return rule != UserNamespaceRule::kNothing;
}
inline bool MakesRootless(UserNamespaceRule rule) {
  return rule == UserNamespaceRule::kRootless ||
         rule == UserNamespaceRule::kRootlessKeepCgroup;
}
inline bool KeepsUnifiedCgroup(UserNamespaceRule rule) {
  return rule == UserNamespaceRule::kRootlessKeepCgroup;
}

// Each bind mount keeps the flags that the mount of its source has locked,
// unless there is no source. Docker appends them in random order (that of a Go
// map); here it is the order of moby's source.
// moby: plugin/v2/plugin_linux.go, v26.0.0-rc3; internal/rootless/mountopts.
Verdict KeepLockedFlags(const FileTree& files, Arena* arena, MountList* mounts);

// specconv.ToRootless(spec, nil): what runc needs under RootlessKit.
// `keeps_cgroup`: /sys/fs/cgroup may stay where cgroups are unified.
// moby: daemon/internal/rootless/specconv, docker-v29.5.3 and docker-v29.7.0.
void ToRootless(bool keeps_cgroup, const Host& host, Arena* arena, Spec* spec);

}  // namespace specgen

#endif  // SPECGEN_GENERATOR_USER_NAMESPACE_H_
