// specgen schema: what editors and validators know of a config.json.
#include <memory>
#include <string>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "specgen/cli/command.h"
#include "specgen/cli/commands.h"
#include "specgen/cli/console.h"
#include "specgen/cli/output_file.h"
#include "specgen/cli/plugin_options.h"
#include "specgen/engine/engine.h"
#include "specgen/engine/release_range.h"
#include "specgen/schema/config_schema.h"

namespace specgen {
namespace {

class SchemaCommand : public Command {
 public:
  void Define(CLI::App* app) override;
  int Run(Console* console) override;

 private:
  std::string range_;
  OutputFile output_;
};

void SchemaCommand::Define(CLI::App* app) {
  app->add_option("--engine", range_,
                  "The Docker release that reads the config, or several: A..B, "
                  "A.. or ..B (default: the newest that was recorded)")
      ->type_name("RANGE");
  output_.Define("the schema", app);
}

int SchemaCommand::Run(Console* console) {
  const absl::Status options = output_.Check();
  if (!options.ok()) return Fail(options, console);
  RangeNotes notes;
  const absl::StatusOr<absl::Span<const Release>> releases =
      ChooseEngines("--engine", range_, console, &notes);
  if (!releases.ok()) return Fail(releases.status(), console);
  return output_.Write(
      ConfigSchema(*releases, absl::StrJoin(notes.Presumed(), "; ")), console);
}

}  // namespace

std::unique_ptr<Command> MakeSchemaCommand() {
  return std::make_unique<SchemaCommand>();
}

}  // namespace specgen
