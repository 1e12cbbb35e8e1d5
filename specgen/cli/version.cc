#include "specgen/cli/version.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "specgen/cli/commit.h"
#include "specgen/engine/engine.h"

namespace specgen {

std::string VersionText() {
  return absl::StrCat(
      "specgen ", kVersion, ", commit ", kCommit, "\nengines up to Docker ",
      NewestRelease().name, "; the default is the newest that was recorded, ",
      DefaultRelease().name, "; table of ", EngineTableDate(), "\n");
}

}  // namespace specgen
