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
  // Says the name of the engine that is called so, or that there is none.
  static int Check(const std::string& name, Console* console);

  std::string since_;
  std::string check_;
  bool json_ = false;
};

void EnginesCommand::Define(CLI::App* app) {
  app->add_option("RELEASE", release_, "Only this release, in detail");
  app->add_option("--since", since_,
                  "Only releases from this one on; 20.10 is the first of that "
                  "line")
      ->type_name("RELEASE");
  app->add_option("--check", check_,
                  "Only say which engine that is, in any form that --engine "
                  "takes; exit with 1 if it is not known")
      ->type_name("VERSION");
  app->add_flag(
      "--json", json_,
      "As JSON: {\"table_date\", \"default\", \"behaviours\": "
      "[{\"name\", \"based_on\", \"changes\", \"sources\", "
      "\"releases\": [{\"name\", \"date\", \"tag\", "
      "\"user_namespace\", \"released\", \"presumed\"}], "
      "\"builds\": [{\"name\", \"release\", \"by\", \"date\", "
      "\"package\", \"presumed\"}]}], \"distributions\": "
      "[{\"name\", \"presumed\"}], \"known_differences\": [{\"engines\", "
      "\"what\", \"why\"}]}");
}

int EnginesCommand::Check(const std::string& name, Console* console) {
  const absl::StatusOr<NamedEngine> engine = FindEngine(name);
  if (!engine.ok()) {
    console->Error(engine.status().message());
    return kExitRefused;
  }
  for (const std::string& note : {engine->understood, engine->presumed}) {
    if (!note.empty()) console->Error(note);
  }
  console->OutLines({std::string(engine->release->name)});
  return kExitDone;
}

int EnginesCommand::Run(Console* console) {
  EngineSelection selection;
  if (!check_.empty()) {
    if (!release_.empty() || !since_.empty() || json_) {
      return Fail(absl::FailedPreconditionError(
                      "--check: goes with nothing else; it names the engine"),
                  console);
    }
    return Check(check_, console);
  }
  if (!release_.empty() && !since_.empty()) {
    return Fail(absl::FailedPreconditionError(
                    "--since: RELEASE names the one release to show"),
                console);
  }
  if (!release_.empty()) {
    const absl::StatusOr<NamedEngine> engine = FindEngine(release_);
    if (!engine.ok()) {
      return Fail(absl::FailedPreconditionError(engine.status().message()),
                  console);
    }
    selection.only = engine->release;
    if (!engine->understood.empty()) console->Error(engine->understood);
    // What is presumed of the release itself is listed.
    if (!engine->presumed.empty() && selection.only->presumed.empty()) {
      console->Error(engine->presumed);
    }
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
