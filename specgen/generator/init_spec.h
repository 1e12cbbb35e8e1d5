// InitSpec: the runtime spec that an engine makes of a plugin.
//
// This is the heart of specgen, and pure: everything it knows of the machine it
// asks a Host, everything it would do to it comes back as a plan.
#ifndef SPECGEN_GENERATOR_INIT_SPEC_H_
#define SPECGEN_GENERATOR_INIT_SPEC_H_

#include <string_view>
#include <vector>

#include "specgen/base/arena.h"
#include "specgen/base/verdict.h"
#include "specgen/engine/engine.h"
#include "specgen/generator/base_spec.h"
#include "specgen/generator/spec.h"
#include "specgen/host/host.h"
#include "specgen/host/plan.h"
#include "specgen/plugin/plugin.h"

namespace specgen {

// Where things are on the host. Paths are taken as they are; the engine joins
// and cleans them where Go does.
struct SpecPaths {
  std::string_view id;         // the plugin's
  std::string_view rootfs;     // engines with RootfsRule::kGiven
  std::string_view lib_root;   // engines with RootfsRule::kInLibRoot
  std::string_view exec_root;  // the runtime directory is <exec root>/<id>
  // dockerd's metrics socket, which it adds to metrics collectors; empty: not
  // added (InitSpec itself does not know it).
  std::string_view metrics_socket;
};

struct SpecInput {
  const Behaviour& behaviour;
  UserNamespaceRule user_namespace;
  const BaseSpec& base;
  const Plugin& plugin;
  SpecPaths paths;
  const Host& host;
};

// Makes the spec, or says in Docker's words why the engine makes none. `plan`
// gets the directories that the engine makes, in order, also where it then
// refuses or crashes. What the spec and the plan point to lives in `arena`, or
// in the input, or as long as the program.
//
// moby: plugin/v2/plugin_linux.go (daemon/pkg/plugin/v2 since 29); plugin.go
// and manager_linux.go before 1.13.0-rc5.
Verdict InitSpec(const SpecInput& in, Arena* arena,
                 std::vector<PlannedFolder>* plan, Spec* spec);

}  // namespace specgen

#endif  // SPECGEN_GENERATOR_INIT_SPEC_H_
