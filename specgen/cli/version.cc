#include "specgen/cli/version.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "specgen/engine/engine.h"

namespace specgen {

std::string VersionText() {
  return absl::StrCat("specgen ", kVersion, "\nengines up to Docker ",
                      NewestRelease().name, ", table of ", EngineTableDate(),
                      "\n");
}

}  // namespace specgen
