// specgen man: the man pages.
#include <memory>
#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "absl/strings/str_cat.h"
#include "specgen/cli/command.h"
#include "specgen/cli/commands.h"
#include "specgen/cli/console.h"
#include "specgen/cli/docs.h"

namespace specgen {
namespace {

class ManCommand : public Command {
 public:
  void Define(CLI::App* app) override {
    app->add_option("COMMAND", command_,
                    "The command whose page is wanted (default: specgen's own "
                    "page)");
    app->add_flag("--list", list_, "List the commands that have a page");
  }

  int Run(Console* console) override;

 private:
  std::string command_;
  bool list_ = false;
};

int ManCommand::Run(Console* console) {
  const std::vector<CommandDoc> commands = DescribeCommands();
  if (list_) {
    for (const CommandDoc& command : commands) {
      console->Out(absl::StrCat(command.name, "\n"));
    }
    return kExitDone;
  }
  if (command_.empty()) {
    console->Out(MainManPage(commands));
    return kExitDone;
  }
  for (const CommandDoc& command : commands) {
    if (command.name != command_) continue;
    console->Out(CommandManPage(command));
    return kExitDone;
  }
  console->Error(absl::StrCat("man: there is no page of \"", command_,
                              "\" (specgen man --list lists them)"));
  return kExitUsage;
}

}  // namespace

std::unique_ptr<Command> MakeManCommand() {
  return std::make_unique<ManCommand>();
}

}  // namespace specgen
