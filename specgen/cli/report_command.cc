// specgen report: one page about a plugin over many engines.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "specgen/cli/command.h"
#include "specgen/cli/commands.h"
#include "specgen/cli/console.h"
#include "specgen/cli/output_file.h"
#include "specgen/cli/plugin_options.h"
#include "specgen/cli/version.h"
#include "specgen/engine/release_range.h"
#include "specgen/report/report.h"

namespace specgen {
namespace {

class ReportCommand : public Command {
 public:
  void Define(CLI::App* app) override;
  int Run(Console* console) override;

 private:
  PluginOptions plugin_;
  std::string engines_ = "1.13.0..";
  std::string title_;
  std::string new_;
  bool json_ = false;
  bool show_secrets_ = false;
  const CLI::Option* engines_option_ = nullptr;
  OutputFile output_;
};

void ReportCommand::Define(CLI::App* app) {
  plugin_.Define(app, PluginOptions::About::kConfig);
  app->add_option("NEW", new_,
                  "A newer version of the plugin: the page is about that, and "
                  "says what the upgrade from FILE, or from --docker's plugin, "
                  "changes; all options hold for both")
      ->type_name("FILE");
  plugin_.DefineDocker(app);
  engines_option_ =
      app->add_option("--engines", engines_,
                      "The Docker releases that the report goes over: A..B, "
                      "A.., ..B; --engine is the one whose privileges are "
                      "shown")
          ->type_name("RANGE")
          ->capture_default_str();
  app->add_option("--title", title_,
                  "The plugin's name (default: that of the stored state, else "
                  "the file's)")
      ->type_name("TEXT");
  app->add_flag(
      "--json", json_,
      "Write JSON in place of the page: {\"title\", \"input\", "
      "\"engine\", \"presumed\", \"rangePresumed\", \"prompt\": [], "
      "\"grants\": [], \"findings\": "
      "[], \"sections\": [], \"runs\": [{\"from\", \"to\", "
      "\"presumed\", \"outcome\", \"message\", \"variants\": [], \"changes\": "
      "[], \"why\": []}]}, as privileges, lint and diff have it; with NEW "
      "also \"upgrade\"");
  DefineShowSecrets(&show_secrets_, app);
  output_.Define("the report", app);
}

int ReportCommand::Run(Console* console) {
  // With --docker a file is the newer version of what dockerd has.
  if (plugin_.is_of_docker() && new_.empty()) {
    new_ = plugin_.file();
    plugin_.set_file("");
  }
  absl::Status status = output_.Check();
  if (status.ok()) status = plugin_.Load(console);
  if (!status.ok()) return Fail(status, console);
  plugin_.WarnIfNoPlugin(console);
  if (plugin_.base_spec() != nullptr) {
    return Fail(absl::FailedPreconditionError(
                    "--base-spec: a report goes over engines, of which few "
                    "take one"),
                console);
  }
  // Of the range that nobody asked for the page alone says what is presumed.
  RangeNotes notes;
  absl::StatusOr<absl::Span<const Release>> releases = ChooseEngines(
      "--engines", engines_, engines_option_->count() > 0 ? console : nullptr,
      &notes, /*told=*/plugin_.presumed());
  if (!releases.ok()) return Fail(releases.status(), console);
  ReportRequest request;
  request.request = plugin_.request();
  request.input = plugin_.input_name();
  NamedInput newer;
  if (!new_.empty()) {
    if (new_ == "-" && plugin_.input_name() == "standard input") {
      return Fail(absl::FailedPreconditionError(
                      "only one input can come from standard input"),
                  console);
    }
    absl::StatusOr<NamedInput> read = ReadNamedInput(new_);
    if (!read.ok()) return Fail(read.status(), console);
    newer = *std::move(read);
    plugin_.AssumeDevicesOf(newer.text);
    request.old = &plugin_.request();
    request.old_input = plugin_.input_name();
    request.request.plugin = newer.text;
    request.request.shape = ShapeOfInput(new_, newer.text);
    request.input = newer.name;
    WarnIfNoPlugin(newer.name, newer.text, request.request.shape,
                   request.request.plugin_name, plugin_.release(), console);
  }
  plugin_.NoteAssumedDevices(console);
  request.engine = &plugin_.release();
  request.presumed = plugin_.presumed();
  request.releases = *releases;
  const std::string names_presumed = absl::StrJoin(notes.of_names, "; ");
  request.names_presumed = names_presumed;
  request.host = &plugin_.host();
  request.host_name = plugin_.host_name();
  request.grant_host = plugin_.grant_host();
  request.show_secrets = show_secrets_;
  absl::StatusOr<Report> report = MakeReport(request);
  if (!report.ok()) return Fail(report.status(), console);
  if (!title_.empty()) report->title = title_;
  const int code = output_.Write(
      json_ ? ReportJson(*report) : ReportHtml(*report, kVersion), console);
  // The page tells why; the exit code is for gates, which must not take "not
  // compared" for "nothing more".
  const bool accepted = std::any_of(
      report->runs.begin(), report->runs.end(),
      [](const ReportRun& run) { return run.outcome == Outcome::kSpec; });
  const bool compared =
      !report->upgrade.has_value() || report->upgrade->no_spec.empty();
  return code == kExitDone && !(accepted && compared) ? kExitRefused : code;
}

}  // namespace

std::unique_ptr<Command> MakeReportCommand() {
  return std::make_unique<ReportCommand>();
}

}  // namespace specgen
