// A systemd service that runs a bundle.
#ifndef SPECGEN_BUNDLE_SYSTEMD_UNIT_H_
#define SPECGEN_BUNDLE_SYSTEMD_UNIT_H_

#include <string>
#include <string_view>

namespace specgen {

struct UnitFacts {
  std::string_view id;       // the container's
  std::string_view bundle;   // the directory
  std::string_view runtime;  // path of runc or crun
  std::string_view specgen;  // path of this program
};

// The text of the unit. It prepares the machine, runs the plugin in the
// foreground, and cleans up as dockerd does: SIGTERM, ten seconds, SIGKILL;
// then the directory of the socket goes, and all that is mounted in the bundle
// (moby plugin/manager_linux.go, shutdownPlugin, and manager.go,
// HandleExitEvent). Like dockerd it starts a plugin again that ends by itself.
//
// What touches a rootfs that has run is left to `specgen bundle --start` and
// `--stop`: mount(8) and rm(1) follow the symbolic links that a plugin puts
// there.
std::string SystemdUnit(const UnitFacts& facts);

// `word` as one word of an Exec line (systemd.service(5), systemd.unit(5)).
std::string SystemdQuote(std::string_view word);

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_SYSTEMD_UNIT_H_
