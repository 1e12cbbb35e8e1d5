// specgen engines: the releases, and how they differ.
#include <memory>
#include <string>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "specgen/cli/command.h"
#include "specgen/cli/commands.h"
#include "specgen/cli/console.h"
#include "specgen/cli/engine_listing.h"
#include "specgen/engine/engine.h"

namespace specgen {
namespace {

class EnginesCommand : public Command {
 public:
  void Define(CLI::App* app) override;
  int Run(Console* console) override;

 private:
  std::string release_;
  std::string since_;
  bool json_ = false;
};

void EnginesCommand::Define(CLI::App* app) {
  app->add_option("RELEASE", release_, "Only this release, in detail");
  app->add_option("--since", since_,
                  "Only releases from this one on; 20.10 is the first of that "
                  "line")
      ->type_name("RELEASE");
  app->add_flag("--json", json_,
                "As JSON: {\"table_date\", \"behaviours\": [{\"name\", "
                "\"based_on\", \"changes\", \"sources\", \"releases\": "
                "[{\"name\", \"date\", \"tag\", \"user_namespace\", "
                "\"released\"}]}]}");
}

int EnginesCommand::Run(Console* console) {
  EngineSelection selection;
  if (!release_.empty() && !since_.empty()) {
    return Fail(absl::FailedPreconditionError(
                    "--since: RELEASE names the one release to show"),
                console);
  }
  if (!release_.empty()) {
    const absl::StatusOr<const Release*> release = FindRelease(release_);
    if (!release.ok()) {
      return Fail(absl::FailedPreconditionError(release.status().message()),
                  console);
    }
    selection.only = *release;
  }
  if (!since_.empty()) {
    const absl::StatusOr<const Release*> release = FindFirstRelease(since_);
    if (!release.ok()) {
      return Fail(absl::FailedPreconditionError(
                      absl::StrCat("--since: ", release.status().message())),
                  console);
    }
    selection.since = *release;
  }
  console->Out(json_ ? EngineListingJson(selection) : EngineListing(selection));
  return kExitDone;
}

}  // namespace

std::unique_ptr<Command> MakeEnginesCommand() {
  return std::make_unique<EnginesCommand>();
}

}  // namespace specgen
