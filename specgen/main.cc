// The program. Everything is in specgen/cli.
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "specgen/cli/command.h"
#include "specgen/cli/console.h"

int main(int argc, char** argv) {
  // `bazel run` starts programs elsewhere and says where the user is.
  const char* const folder = std::getenv("BUILD_WORKING_DIRECTORY");
  if (folder != nullptr && chdir(folder) != 0) {
    specgen::Console(0, 1, 2).Error(
        "BUILD_WORKING_DIRECTORY names no folder that can be entered");
    return specgen::kExitHost;
  }
  specgen::Console console(STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO);
  return specgen::RunSpecgen(std::vector<std::string>(argv + 1, argv + argc),
                             &console);
}
