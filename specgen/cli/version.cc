#include "specgen/cli/version.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "specgen/cli/commit.h"
#include "specgen/engine/engine.h"

namespace specgen {

std::string VersionText() {
  const Release& newest = NewestRelease();
  return absl::StrCat("specgen ", kVersion, ", commit ", kCommit,
                      "\nengines: newest recorded Docker ",
                      DefaultRelease().name, ", the default; newest known ",
                      newest.name, newest.presumed.empty() ? "" : " (presumed)",
                      "; table of ", EngineTableDate(), "\n");
}

}  // namespace specgen
