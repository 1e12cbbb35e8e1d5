// specgen host-facts: a snapshot of this machine.
#include <memory>
#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "specgen/cli/command.h"
#include "specgen/cli/commands.h"
#include "specgen/cli/console.h"
#include "specgen/host/host_facts.h"
#include "specgen/host/live_host.h"

namespace specgen {
namespace {

class HostFactsCommand : public Command {
 public:
  void Define(CLI::App* app) override;
  int Run(Console* console) override;

 private:
  std::vector<std::string> include_;
};

}  // namespace
}  // namespace specgen
