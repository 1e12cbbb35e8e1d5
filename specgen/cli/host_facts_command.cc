// specgen host-facts: a snapshot of this machine.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "specgen/base/printable.h"
#include "specgen/cli/command.h"
#include "specgen/cli/commands.h"
#include "specgen/cli/console.h"
#include "specgen/cli/output_file.h"
#include "specgen/host/host_facts.h"
#include "specgen/host/live_host.h"

namespace specgen {
namespace {

class HostFactsCommand : public Command {
 public:
  void Define(CLI::App* app) override {
    app->add_option("--include", trees_,
                    "Record this folder too, with all that is in it; may be "
                    "repeated")
        ->type_name("FOLDER")
        ->allow_extra_args(false);
    app->add_option("--path", paths_,
                    "Record this path too, but not what is in it; may be "
                    "repeated")
        ->type_name("PATH")
        ->allow_extra_args(false);
    output_.Define("the facts", app);
  }

  int Run(Console* console) override;

 private:
  std::vector<std::string> trees_;
  std::vector<std::string> paths_;
  OutputFile output_;
};

int HostFactsCommand::Run(Console* console) {
  if (const absl::Status status = output_.Check(); !status.ok()) {
    return Fail(status, console);
  }
  const LiveHost host;
  HostFactsRequest request;
  request.trees.insert(request.trees.end(), trees_.begin(), trees_.end());
  request.paths.insert(request.paths.end(), paths_.begin(), paths_.end());
  absl::StatusOr<std::vector<MountPoint>> mounts = host.MountPoints();
  if (!mounts.ok()) {
    console->Error(mounts.status().message());
    return kExitHost;
  }
  request.mounts = *std::move(mounts);
  if (absl::StatusOr<std::string> cwd = LiveHost::WorkingDirectory();
      cwd.ok()) {
    request.cwd = *std::move(cwd);
  }
  const absl::StatusOr<HostFacts> facts = WriteHostFacts(host, request);
  if (!facts.ok()) {
    console->Error(facts.status().message());
    return absl::IsInvalidArgument(facts.status()) ? kExitUsage : kExitHost;
  }
  for (const std::string& warning : facts->warnings) console->Error(warning);
  return output_.Write(PrintableJson(facts->json), console);
}

}  // namespace

std::unique_ptr<Command> MakeHostFactsCommand() {
  return std::make_unique<HostFactsCommand>();
}

}  // namespace specgen
