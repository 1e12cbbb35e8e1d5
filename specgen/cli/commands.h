// What makes each command; see the file NAME_command.cc.
#ifndef SPECGEN_CLI_COMMANDS_H_
#define SPECGEN_CLI_COMMANDS_H_

#include <memory>

#include "specgen/cli/command.h"

namespace specgen {

std::unique_ptr<Command> MakeAuditCommand();
std::unique_ptr<Command> MakeBundleCommand();
std::unique_ptr<Command> MakeCompletionCommand();
std::unique_ptr<Command> MakeDiffCommand();
std::unique_ptr<Command> MakeEnginesCommand();
std::unique_ptr<Command> MakeBatchCommand();
std::unique_ptr<Command> MakeGenerateCommand();
std::unique_ptr<Command> MakeHostFactsCommand();
std::unique_ptr<Command> MakeLintCommand();
std::unique_ptr<Command> MakeManCommand();
std::unique_ptr<Command> MakePrivilegesCommand();
std::unique_ptr<Command> MakeReportCommand();
std::unique_ptr<Command> MakeSchemaCommand();
std::unique_ptr<Command> MakeValidateCommand();

}  // namespace specgen

#endif  // SPECGEN_CLI_COMMANDS_H_
