#include "specgen/cli/ask_docker.h"

#include <cerrno>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "specgen/base/cause.h"
#include "specgen/base/files.h"
#include "specgen/base/run_program.h"

namespace specgen {

absl::StatusOr<std::string> AskDocker(std::string_view option,
                                      std::vector<std::string> words) {
  words.insert(words.begin(), "docker");
  constexpr int kPatience = 30;  // a daemon may be far away
  absl::StatusOr<ProgramOutput> ran =
      RunProgram(words, {.seconds = kPatience, .bytes = kMaxFileBytes});
  if (!ran.ok()) {
    return absl::Status(ran.status().code(),
                        absl::StrCat(option, ": ", ran.status().message(),
                                     absl::IsNotFound(ran.status())
                                         ? " (Docker's command must be in PATH)"
                                         : ""));
  }
  if (ran->succeeded) return std::move(ran->out);
  const std::string_view said = FirstErrorLine(*ran);
  const std::string message =
      absl::StrCat(option, ": ", absl::StrJoin(words, " "), ": ",
                   said.empty() ? "it failed, and did not say why" : said);
  // Else it is the daemon that cannot be asked.
  return absl::StrContains(said, "No such") ||
                 absl::StrContains(said, "not found")
             ? BadInputError(message)
             : HostError(EIO, message);
}

absl::StatusOr<std::string> DockerVersion(std::string_view option) {
  absl::StatusOr<std::string> version =
      AskDocker(option, {"version", "--format", "{{.Server.Version}}"});
  if (version.ok()) {
    absl::StripAsciiWhitespace(&*version);
    if (!version->empty()) return version;
    version = BadInputError(
        absl::StrCat(option, ": dockerd does not say its version"));
  }
  return absl::Status(
      version.status().code(),
      absl::StrCat(version.status().message(), "; --engine says it, too"));
}

}  // namespace specgen
