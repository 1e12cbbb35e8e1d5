// What makes each command; see the file NAME_command.cc.
#ifndef SPECGEN_CLI_COMMANDS_H_
#define SPECGEN_CLI_COMMANDS_H_

#include <memory>

#include "specgen/cli/command.h"

namespace specgen {

std::unique_ptr<Command> MakeBatchCommand();
std::unique_ptr<Command> MakeGenerateCommand();
std::unique_ptr<Command> MakeHostFactsCommand();

}  // namespace specgen

#endif  // SPECGEN_CLI_COMMANDS_H_
