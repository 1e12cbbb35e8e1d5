// specgen generate: the spec of one plugin.
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "specgen/bundle/start_check.h"
#include "specgen/cli/command.h"
#include "specgen/cli/commands.h"
#include "specgen/cli/console.h"
#include "specgen/cli/failure_report.h"
#include "specgen/cli/output_file.h"
#include "specgen/cli/plugin_options.h"
#include "specgen/host/apply_plan.h"
#include "specgen/host/go_path.h"
#include "specgen/json/json_writer.h"
#include "specgen/specgen.h"

namespace specgen {
namespace {

// Whether a path with `id` as one of its parts stays where it is.
bool IsPathElement(std::string_view id) {
  return id != "." && id != ".." &&
         id.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

class GenerateCommand : public Command {
 public:
  void Define(CLI::App* app) override;
  int Run(Console* console) override;

 private:
  absl::Status CheckOptions() const;
  // Makes the planned directories, or shows them. False: it failed, which was
  // reported, and none was left.
  bool CarryOutPlan(const Answer& answer, Console* console) const;
  // Says what of the machine a runtime will miss; how much that is.
  size_t ReportMissingSources(const Answer& answer, Console* console) const;
  int WriteSpec(std::string_view spec, Console* console) const;

  PluginOptions plugin_;
  bool pretty_ = false;
  bool apply_ = false;
  bool show_plan_ = false;
  bool strict_ = false;
  OutputFile output_;
};

void GenerateCommand::Define(CLI::App* app) {
  plugin_.Define(app);
  plugin_.DefineDocker(app);
  app->add_flag("--pretty", pretty_, "Indent the spec");
  output_.Define("the spec", app);
  app->add_flag("--apply", apply_,
                "Make the folders on this machine that the engine would make");
  app->add_flag("--show-plan", show_plan_,
                "Say on standard error which folders the engine would make");
  app->add_flag("--strict", strict_,
                "Write no spec (exit code 1) if the source of a mount is not "
                "on this machine; without it that is a warning. With --host "
                "nothing is said");
}

absl::Status GenerateCommand::CheckOptions() const {
  if (apply_ && plugin_.has_host_file()) {
    return absl::FailedPreconditionError(
        "--apply: the plan is for the machine of --host, not for this one");
  }
  return output_.Check();
}

bool GenerateCommand::CarryOutPlan(const Answer& answer,
                                   Console* console) const {
  if (show_plan_) {
    for (const PlannedFolder& directory : answer.plan()) {
      console->ErrorLine(
          absl::StrFormat("mkdir -m %04o %s", directory.mode, directory.path));
    }
  }
  if (!apply_) return true;
  const AppliedPlan applied = ApplyPlan(answer.plan());
  if (applied.status.ok()) return true;
  TakeBack(applied);
  console->Error(absl::StrCat("--apply: ", applied.status.message()));
  return false;
}

size_t GenerateCommand::ReportMissingSources(const Answer& answer,
                                             Console* console) const {
  // A snapshot has the facts that specs are made of, not all files.
  if (plugin_.has_host_file()) return 0;
  MadeBefore made;
  for (const PlannedFolder& directory : answer.plan()) {
    made.paths.emplace_back(directory.path);
  }
  // dockerd's own directories of the plugin.
  const Request& request = plugin_.request();
  made.directories = {
      JoinPath({*request.exec_root, answer.id()}),
      CleanPath(request.rootfs.has_value() ? DirPath(*request.rootfs)
                                           : request.lib_root)};
  const std::vector<std::string> findings = CheckSources(
      ReadStartSpec(answer.spec()), plugin_.host().files, made, "");
  for (const std::string& finding : findings) {
    console->Error(absl::StrCat(
        plugin_.input_name(), strict_ ? ": error: " : ": warning: ", finding));
  }
  return findings.size();
}

int GenerateCommand::WriteSpec(std::string_view spec, Console* console) const {
  std::string text =
      pretty_ ? absl::StrCat(IndentJson(spec), "\n") : std::string(spec);
  // Exactly Docker's bytes, but a terminal's prompt should not follow them.
  if (!pretty_ && output_.is_stdout() && console->OutIsTerminal()) {
    text.push_back('\n');
  }
  return output_.Write(text, console);
}

int GenerateCommand::Run(Console* console) {
  absl::Status status = CheckOptions();
  if (status.ok()) status = plugin_.Load(console);
  if (!status.ok()) return Fail(status, console);
  plugin_.WarnIfNoPlugin(console);
  plugin_.NoteAssumedDevices(console);

  Answer answer;
  Generator(plugin_.release(), plugin_.host(), plugin_.base_spec())
      .Generate(plugin_.request(), &answer);
  plugin_.NoteFailedCalls(answer, console);
  if (apply_ && !IsPathElement(answer.id())) {
    // It would be a path out of the directory that it is to lie in.
    return Fail(absl::FailedPreconditionError(absl::StrCat(
                    "--apply: the id \"", answer.id(),
                    "\" is no name of a directory: nothing was made")),
                console);
  }
  if (answer.outcome() != Outcome::kSpec) {
    // The engine makes directories before it refuses or crashes, too.
    if (!CarryOutPlan(answer, console)) return kExitHost;
    const int code = ReportFailure(answer, plugin_, console);
    if (code == kExitRefused) plugin_.NoteMissingDevices(answer, console);
    return code;
  }
  if (ReportMissingSources(answer, console) > 0 && strict_) {
    return kExitRefused;
  }
  // Before the directories: these are for nothing without a spec.
  const int code = WriteSpec(answer.spec(), console);
  if (code != kExitDone) return code;
  return CarryOutPlan(answer, console) ? kExitDone : kExitHost;
}

}  // namespace

std::unique_ptr<Command> MakeGenerateCommand() {
  return std::make_unique<GenerateCommand>();
}

}  // namespace specgen
