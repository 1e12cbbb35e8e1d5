// specgen completion: what teaches a shell specgen's options.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "CLI/App.hpp"
#include "CLI/Validators.hpp"
#include "specgen/cli/command.h"
#include "specgen/cli/commands.h"
#include "specgen/cli/console.h"
#include "specgen/cli/docs.h"
#include "specgen/engine/engine.h"

namespace specgen {
namespace {

class CompletionCommand : public Command {
 public:
  void Define(CLI::App* app) override {
    app->add_option("SHELL", shell_, "The shell: bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember(std::vector<std::string>{"bash", "zsh", "fish"}));
  }

  int Run(Console* console) override {
    const std::vector<CommandDoc> commands = DescribeCommands();
    std::vector<std::string_view> releases;
    for (const Release& release : AllReleases()) {
      releases.push_back(release.name);
    }
    console->Out(shell_ == "bash"  ? BashCompletion(commands, releases)
                 : shell_ == "zsh" ? ZshCompletion(commands, releases)
                                   : FishCompletion(commands, releases));
    return kExitDone;
  }

 private:
  std::string shell_;
};

}  // namespace

std::unique_ptr<Command> MakeCompletionCommand() {
  return std::make_unique<CompletionCommand>();
}

}  // namespace specgen
