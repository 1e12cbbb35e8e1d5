// The commands of the program: `specgen generate` and its sisters.
//
// Each command has a file of its own, NAME_command.cc, that defines its options
// and runs it; commands.cc lists them all. main.cc hands everything to
// RunSpecgen, so that tests and fuzzers can do the same.
#ifndef SPECGEN_CLI_COMMAND_H_
#define SPECGEN_CLI_COMMAND_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "specgen/cli/console.h"

namespace specgen {

// What the program exits with. Part of its interface: README.md and the man
// pages list them.
enum ExitCode : int {
  kExitDone = 0,
  // The engine would refuse this plugin; for commands that compare or check:
  // there is a difference or a finding.
  kExitRefused = 1,
  kExitUsage = 2,
  // An input is not what it should be (no plugin config, no base spec), or
  // cannot be read, whatever the reason.
  kExitBadInput = 3,
  // The host or its file system said no: a file that is there already or cannot
  // be written, a directory that cannot be made, memory that there is not.
  kExitHost = 4,
  // The engine would crash.
  kExitCrash = 5,
};

// The same for people to read.
struct ExitMeaning {
  int code;
  std::string_view meaning;
};
inline constexpr ExitMeaning kExitMeanings[] = {
    {kExitDone, "done"},
    {kExitRefused,
     "the engine would refuse this plugin, or there is a difference or "
     "finding"},
    {kExitUsage, "usage"},
    {kExitBadInput, "an input is not what it should be"},
    {kExitHost, "the host or its file system said no"},
    {kExitCrash, "the engine would crash"},
};

// The one place where a failure becomes an exit code: by its cause (cause.h),
// so that UsageError is kExitUsage, BadInputError kExitBadInput, and all else
// kExitHost.
int ExitCodeOf(const absl::Status& status);

// Reports `status` on the console; returns its exit code.
int Fail(const absl::Status& status, Console* console);

// One command. It is made anew for each run.
class Command {
 public:
  virtual ~Command() = default;

  // Adds the options and arguments to `app`, bound to members.
  virtual void Define(CLI::App* app) = 0;

  // Runs the command after its options were read; returns an exit code. What it
  // says on the console is all that it says.
  virtual int Run(Console* console) = 0;
};

struct CommandInfo {
  std::string_view name;     // "generate"
  std::string_view summary;  // one line, starts with a capital, no full stop
  std::string_view details;  // paragraphs for --help and the man page
  // A command line to try, with what it does.
  std::string_view example;
  std::unique_ptr<Command> (*make)();
};

// All commands, in the order in which help lists them.
absl::Span<const CommandInfo> AllCommands();

// Sets up `app` as the parser of that command: help text, footer, options.
void DefineCommand(const CommandInfo& info, Command* command, CLI::App* app);

// The whole program: `args` without the program's name. Returns the exit code.
int RunSpecgen(const std::vector<std::string>& args, Console* console);

}  // namespace specgen

#endif  // SPECGEN_CLI_COMMAND_H_
