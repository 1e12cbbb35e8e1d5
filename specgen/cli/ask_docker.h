// Questions to the docker command: so contexts, TLS and SSH work as they do
// there.
#ifndef SPECGEN_CLI_ASK_DOCKER_H_
#define SPECGEN_CLI_ASK_DOCKER_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace specgen {

// What `docker WORDS...` prints; it is looked for in PATH. Errors, which start
// with "`option`: ", are bad input: also what it says on its standard error if
// it fails. Waits 30 seconds at most.
absl::StatusOr<std::string> AskDocker(std::string_view option,
                                      std::vector<std::string> words);

// What names an engine that no option does, in messages.
inline constexpr std::string_view kDockerVersionCommand = "docker version";

// The version of the dockerd that the docker command speaks to, as dockerd says
// it; never "".
absl::StatusOr<std::string> DockerVersion(std::string_view option);

}  // namespace specgen

#endif  // SPECGEN_CLI_ASK_DOCKER_H_
