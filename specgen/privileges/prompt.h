// What `docker plugin install` asks before it installs a plugin.
#ifndef SPECGEN_PRIVILEGES_PROMPT_H_
#define SPECGEN_PRIVILEGES_PROMPT_H_

#include <string>
#include <string_view>
#include <vector>

#include "specgen/engine/engine.h"
#include "specgen/plugin/plugin.h"

namespace specgen {

struct Privilege {
  std::string_view name;         // "network"
  std::string_view description;  // "permissions to access a network"
  std::vector<std::string> value;

  bool operator==(const Privilege&) const = default;
};

// The privileges that the engine finds in a plugin's config, in its order: moby
// plugin/backend_linux.go, computePrivileges (v1.13.0-rc4 to v28; daemon/pkg/
// plugin since 29), plugin/v2/plugin.go (v1.13.0-rc1 to -rc3),
// plugin/manager.go (v1.12). The release candidates 1.13.0-rc1 and -rc2 share a
// behaviour; that of -rc1 is given here.
std::vector<Privilege> ComputePrivileges(const Behaviour& behaviour,
                                         const PluginConfig& config);

// What `now` asks for beyond `before`; of lists only the new items. A path at
// or below one that was asked for is none, nor a device where it was for all.
std::vector<Privilege> AddedPrivileges(const std::vector<Privilege>& before,
                                       const std::vector<Privilege>& now);

// The line that the docker CLI prints of it, without the line feed:
// " - network: [host]" (docker/cli, cli/command/plugin/install.go). Control
// characters, which the CLI would send to the terminal as they are, become
// escapes as in Go strings: a plugin shall not hide lines here.
std::string PromptLine(const Privilege& privilege);

}  // namespace specgen

#endif  // SPECGEN_PRIVILEGES_PROMPT_H_
