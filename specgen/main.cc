// The program. Everything is in specgen/cli.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <vector>

#include "specgen/base/short_memory.h"
#include "specgen/cli/command.h"
#include "specgen/cli/console.h"

namespace {

// Where the caller closed one of the three, the next file that is opened would
// get its number, and what is said. What stands in for it can't be used either:
// it is open for the other direction.
void HoldStandardFiles() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

}  // namespace

int main(int argc, char** argv) {
  HoldStandardFiles();
  // Errors of write(2), EPIPE and EFBIG, which are reported, and do not keep
  // anybody from cleaning up.
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  specgen::EndWhenMemoryIsShort(specgen::kExitHost);
  // `bazel run` starts programs elsewhere and says where the user is.
  const char* const directory = std::getenv("BUILD_WORKING_DIRECTORY");
  if (directory != nullptr && chdir(directory) != 0) {
    specgen::Console(0, 1, 2).Error(
        "BUILD_WORKING_DIRECTORY names no folder that can be entered");
    return specgen::kExitHost;
  }
  specgen::Console console(STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO);
  return specgen::RunSpecgen(std::vector<std::string>(argv + 1, argv + argc),
                             &console);
}
