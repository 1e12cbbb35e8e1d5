// A systemd service that runs a bundle.
#ifndef SPECGEN_BUNDLE_SYSTEMD_UNIT_H_
#define SPECGEN_BUNDLE_SYSTEMD_UNIT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "specgen/bundle/plan.h"

namespace specgen {

struct UnitFacts {
  std::string_view id;              // the container's
  std::string_view description;     // of the plugin; may be empty
  std::string_view bundle;          // the folder
  std::string_view runtime;         // path of runc or crun
  std::string_view runtime_folder;  // <exec root>/<id>
  uint32_t runtime_folder_mode;     // 0: 0700
  const BundlePlan* plan;
};

// The text of the unit. It prepares the machine as `plan` says, runs the plugin
// in the foreground, and cleans up as dockerd does: SIGTERM, ten seconds,
// SIGKILL; then the runtime folder goes, and all that is mounted in the bundle
// (moby plugin/manager_linux.go, shutdownPlugin, and manager.go,
// HandleExitEvent). Like dockerd it starts a plugin again that ends by itself.
std::string SystemdUnit(const UnitFacts& facts);

// `word` as one word of an Exec line (systemd.service(5), systemd.unit(5)).
std::string SystemdQuote(std::string_view word);

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_SYSTEMD_UNIT_H_
