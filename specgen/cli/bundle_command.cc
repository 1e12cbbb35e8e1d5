// specgen bundle: a plugin as runc and crun start it.
#include <limits.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "CLI/App.hpp"
#include "CLI/Validators.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/cause.h"
#include "specgen/base/errno_text.h"
#include "specgen/base/printable.h"
#include "specgen/bundle/blob_reader.h"
#include "specgen/bundle/bundle.h"
#include "specgen/bundle/bundle_record.h"
#include "specgen/bundle/existing_bundle.h"
#include "specgen/bundle/interrupt.h"
#include "specgen/bundle/plan.h"
#include "specgen/bundle/runtime.h"
#include "specgen/bundle/systemd_unit.h"
#include "specgen/bundle/tree_writer.h"
#include "specgen/bundle/trusted_path.h"
#include "specgen/cli/command.h"
#include "specgen/cli/commands.h"
#include "specgen/cli/console.h"
#include "specgen/cli/crash_report.h"
#include "specgen/cli/plugin_options.h"
#include "specgen/host/architecture.h"
#include "specgen/host/go_path.h"
#include "specgen/host/host.h"
#include "specgen/host/live_host.h"
#include "specgen/json/json_builder.h"

namespace specgen {
namespace {

// How a unit calls this program.
std::string ThisProgram() {
  char path[PATH_MAX];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof(path));
  return size > 0 ? std::string(path, static_cast<size_t>(size)) : "specgen";
}

absl::StatusOr<std::string> AbsolutePath(const std::string& path) {
  if (path[0] == '/') return CleanPath(path);
  absl::StatusOr<std::string> directory = LiveHost::WorkingDirectory();
  if (!directory.ok()) return directory.status();
  return JoinPath({*directory, path});
}

std::vector<std::string> StepTexts(const std::vector<BundleStep>& steps) {
  std::vector<std::string> texts;
  texts.reserve(steps.size());
  for (const BundleStep& step : steps) texts.push_back(StepText(step));
  return texts;
}

class BundleCommand : public Command {
 public:
  void Define(CLI::App* app) override;
  int Run(Console* console) override;

 private:
  // OK if --start, --stop or --remove is all that is asked for; the bundle may
  // stand where PLUGIN does.
  absl::Status CheckManages(bool is_behind) const;
  absl::Status Manage();
  absl::Status Load(Console* console);
  absl::Status LoadRuntime();
  // Makes of the id of an installed plugin its directory.
  absl::Status FindInstalled();
  int Make(Console* console);
  void Print(const BundleMaker& maker, std::string_view result,
             Console* console) const;
  std::string Json(const BundleMaker& maker, std::string_view result) const;

  std::string start_;
  std::string stop_;
  std::string remove_;
  std::string data_root_;
  std::string output_;
  std::string runs_at_;
  std::vector<std::string> files_;
  std::string engine_;
  std::string id_;
  MetricsSocketOptions metrics_options_;
  HostOptions host_options_;
  SetOptions set_;
  std::string runtime_ = "runc";
  bool no_owner_ = false;
  bool no_prepare_ = false;
  bool dry_run_ = false;
  bool systemd_ = false;
  bool json_ = false;
  bool shared_parent_ = false;
  bool strict_ = false;
  const CLI::App* app_ = nullptr;
  const CLI::Option* id_option_ = nullptr;
  const CLI::Option* exec_root_option_ = nullptr;
  const CLI::Option* runtime_option_ = nullptr;

  std::string presumed_;
  Runtime asked_;
  BundleOptions options_;
  std::unique_ptr<Host> host_;
};

void BundleCommand::Define(CLI::App* app) {
  app_ = app;
  app->add_option("PLUGIN", options_.source,
                  "What to make the bundle of; - is a tar archive on standard "
                  "input");
  app->add_option("--data-root", data_root_,
                  "dockerd's --data-root: PLUGIN is then the id of a plugin "
                  "that is installed there, or the start of it")
      ->type_name("DIRECTORY");
  app->add_option("-o,--output", output_,
                  "The folder to make, or the archive with --tar")
      ->type_name("PATH");
  app->add_flag("--tar", options_.archive,
                "Make a tar archive of what is to be the bundle's folder --at. "
                "It has all owners, device nodes and modes, although that "
                "needs no root here, and depends on the input only");
  app->add_option("--rootfs", options_.rootfs,
                  "PLUGIN is a config.json, and this its rootfs: a folder; or "
                  "a tar archive, of several (bottom first) each a layer")
      ->type_name("PATH")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app->add_option("--file", files_,
                  "PLUGIN is a config.json; put FILE into its rootfs as PATH, "
                  "owned by root, with mode 0755; may be repeated")
      ->type_name("PATH=FILE")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app->add_flag("--dry-run", dry_run_,
                "Say what would be done, one step a line, and do nothing");
  app->add_flag("--json", json_, "Say it as JSON");
  app->add_flag("--force", options_.replace,
                "Replace the rootfs and the spec of another bundle that is "
                "there and does not run; its propagated-mount stays. With "
                "--remove: also where that has files");
  app->add_option("--start", start_,
                  "Prepare the machine for a bundle that is there: what "
                  "--systemd's unit does before each start")
      ->type_name("BUNDLE");
  app->add_option("--stop", stop_,
                  "Undo that after the plugin has ended: what is mounted in "
                  "the bundle, and the folder of the socket")
      ->type_name("BUNDLE");
  app->add_option("--remove", remove_,
                  "Undo all that was made for a bundle: what is mounted, "
                  "folders on the machine, and the bundle itself")
      ->type_name("BUNDLE");
  app->add_flag("--allow-shared-parent", shared_parent_,
                "Take a place for OUTPUT or BUNDLE in a folder that other "
                "users may write to, or that belongs to one");
  app->add_flag("--strict", strict_,
                "Make nothing (exit code 1) if something will keep the plugin "
                "from starting, or dockerd would leave out a layer");
  app->add_flag("--systemd", systemd_,
                "Print a systemd unit that prepares the machine, runs the "
                "plugin and cleans up; with --dry-run nothing else is done");
  runtime_option_ =
      app->add_option("--runtime", runtime_,
                      "The runtime that is to start it, here and in "
                      "--systemd's unit; it is asked whether it takes such a "
                      "spec. It must be on this machine, unless there is --at")
          ->type_name("PROGRAM")
          ->capture_default_str();
  app->add_option("--engine", engine_,
                  "The Docker release whose spec and rootfs to make (default: "
                  "the newest that was recorded)")
      ->type_name("RELEASE");
  app->add_option(
         "--image", options_.image.image,
         "Which image of several: its name, or the start of its digest")
      ->type_name("NAME");
  app->add_option("--platform", options_.image.platform,
                  "Which platform's of several images (default: that of the "
                  "machine that it is for, see --arch, if there is one)")
      ->type_name("OS/ARCH[/VARIANT]");
  id_option_ = app->add_option("--id", id_,
                               "The container's id, and the name of the "
                               "socket's folder (default: that of dockerd's "
                               "stored state, else the bundle's name)")
                   ->type_name("ID");
  exec_root_option_ =
      app->add_option("--exec-root", options_.exec_root,
                      "Where the folder of the socket is: EXEC_ROOT/ID "
                      "(default: /run/docker/plugins, before 1.13.0-rc4 "
                      "/run/docker)")
          ->type_name("FOLDER");
  metrics_options_.Define("", app);
  set_.Define(app);
  app->add_flag("--restarted", options_.restarted, "See generate");
  app->add_option("--at", runs_at_,
                  "Where the bundle will lie when it runs (default: OUTPUT); "
                  "nothing is prepared then")
      ->type_name("FOLDER");
  host_options_.Define("the bundle is", "; nothing is prepared then", app);
  app->add_flag("--no-prepare", no_prepare_,
                "Prepare nothing: only make the bundle");
  app->add_flag(
      "--no-owner", no_owner_,
      "Leave out what only root may set: owners, device nodes, set-id "
      "bits and file capabilities");
  app->add_option("--max-size", options_.limits.bytes,
                  "How much the rootfs may hold at most, such as 512MB; the "
                  "number of files is limited to 262144")
      ->transform(CLI::AsSizeValue(/*kb_is_1000=*/false))
      ->type_name("BYTES")
      ->default_str("8GB");
}

absl::Status BundleCommand::Load(Console* console) {
  if (options_.source.empty()) {
    return absl::FailedPreconditionError(
        "bundle: PLUGIN is required (specgen bundle --help tells more)");
  }
  if (output_.empty()) {
    return absl::FailedPreconditionError(
        "bundle: --output is required (specgen bundle --help tells more)");
  }
  if (output_ == "-" || output_ == "/dev/stdout" ||
      absl::StartsWith(output_, "/dev/fd/")) {
    return absl::FailedPreconditionError(absl::StrCat(
        "--output: ", output_,
        ": a bundle or an archive gets its name when it is whole: name a place "
        "on a disk"));
  }
  if (!data_root_.empty()) {
    if (absl::Status status = FindInstalled(); !status.ok()) return status;
  }
  const absl::StatusOr<NamedEngine> engine =
      ChooseEngine("--engine", engine_, console);
  if (!engine.ok()) return engine.status();
  options_.release = engine->release;
  absl::StatusOr<std::unique_ptr<Host>> host = host_options_.Open();
  if (!host.ok()) return host.status();
  host_ = *std::move(host);
  options_.host = host_.get();
  const std::string_view architecture = host_->facts.architecture();
  const Machine* const here = ThisMachine();
  if (!architecture.empty() &&
      (here == nullptr || here->architecture != architecture)) {
    options_.image.machine = absl::StrCat("linux/", architecture);
  }
  presumed_ = TellPresumption(*engine, *host_, console);

  absl::StatusOr<std::string> output = AbsolutePath(output_);
  if (!output.ok()) return output.status();
  options_.output = *output;
  absl::StatusOr<std::string> runs_at =
      runs_at_.empty() ? output : AbsolutePath(runs_at_);
  if (!runs_at.ok()) return runs_at.status();
  options_.runs_at = *runs_at;
  if (options_.archive && runs_at_.empty()) {
    return absl::FailedPreconditionError(
        "--tar: say with --at where the bundle will lie");
  }
  if (options_.archive && no_owner_) {
    return absl::FailedPreconditionError(
        "--no-owner: an archive (--tar) can have all owners");
  }
  for (const std::string& file : files_) {
    const size_t equals = file.find('=');
    if (equals == std::string::npos || equals == 0 ||
        equals + 1 == file.size()) {
      return absl::FailedPreconditionError(
          absl::StrCat("--file: \"", file, "\" is not PATH=FILE"));
    }
    options_.files.push_back({file.substr(0, equals), file.substr(equals + 1)});
  }
  if (options_.output == "/" || options_.runs_at == "/") {
    return absl::FailedPreconditionError(
        "--output: / is no folder for a bundle");
  }
  if (id_option_->count() > 0) options_.id = id_;
  set_.Group();
  options_.set_calls = set_.calls();
  options_.set = set_.last_call();
  if (exec_root_option_->count() == 0) {
    options_.exec_root = DefaultExecRoot(*options_.release->behaviour);
  }
  options_.metrics_socket = metrics_options_.Path(options_.exec_root, *host_,
                                                  host_options_.has_file());
  options_.ownership = options_.archive ? Ownership::kRecord
                       : no_owner_      ? Ownership::kDrop
                                        : Ownership::kKeep;
  options_.runs_here = runs_at_.empty() && !host_options_.has_file();
  if (absl::Status status = LoadRuntime(); !status.ok()) return status;
  options_.parent_trust = shared_parent_ ? Trust::kAnyone : Trust::kChecked;
  // The unit prepares the machine itself, at each start; only root may.
  options_.prepare = !no_prepare_ && !systemd_ && runs_at_.empty() &&
                     !host_options_.has_file() &&
                     (!no_owner_ || geteuid() == 0);
  return absl::OkStatus();
}

absl::Status BundleCommand::FindInstalled() {
  const std::string directory = JoinPath({RealPath(data_root_), "plugins"});
  const std::string_view id = options_.source;
  std::vector<std::string> names;
  const int error = LiveHost().files.ListDirectory(directory, &names);
  if (error != 0) {
    return BadInputError(
        absl::StrCat("--data-root: ", directory, ": ", GoErrnoText(error)));
  }
  std::string found;
  for (const std::string& name : names) {
    // dockerd's names of plugins' directories look as those of blobs do.
    if (!IsSha256(name) || !absl::StartsWith(name, id)) continue;
    if (!found.empty()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "--data-root: the ids of several plugins there start with ",
          QuoteShort(id)));
    }
    found = name;
  }
  if (found.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("--data-root: PLUGIN is the id of a plugin in ", directory,
                     ", and none there starts with ", QuoteShort(id)));
  }
  options_.source = JoinPath({directory, found});
  return absl::OkStatus();
}

absl::Status BundleCommand::LoadRuntime() {
  // Where --at says, there may be another.
  const bool is_named = runtime_option_->count() > 0 && runs_at_.empty();
  if (!options_.runs_here && !is_named) return absl::OkStatus();
  const absl::StatusOr<Runtime> asked = AskRuntime(runtime_);
  if (asked.ok()) {
    asked_ = *asked;
    if (options_.runs_here) options_.runtime = &asked_;
    return absl::OkStatus();
  }
  // A bundle can be made without any.
  if (runtime_option_->count() == 0) return absl::OkStatus();
  const std::string message =
      absl::StrCat("--runtime: ", asked.status().message());
  // Whatever keeps it from being a runtime, another must be named.
  return absl::IsAborted(asked.status()) ? absl::AbortedError(message)
                                         : UsageError(message);
}

std::string BundleCommand::Json(const BundleMaker& maker,
                                std::string_view result) const {
  JsonBuilder json;
  json.Object();
  json.Key("result").String(result);
  json.KeyIfAny("presumed", presumed_);
  json.Key("bundle").String(options_.output);
  json.Key("id").String(maker.answer().id());
  json.Key("build").Strings(StepTexts(maker.plan().build));
  json.Key("start").Strings(StepTexts(maker.plan().start));
  return json.EndObject().FinishCompact() + "\n";
}

void BundleCommand::Print(const BundleMaker& maker, std::string_view result,
                          Console* console) const {
  for (const std::string& note : maker.notes()) console->Error(note);
  const std::string_view id = maker.answer().id();
  const std::string runtime = ShellQuote(runtime_);
  if (systemd_) {
    UnitFacts facts;
    // Of another machine nobody knows where it has this program.
    const std::string program = runs_at_.empty() && !host_options_.has_file()
                                    ? ThisProgram()
                                    : "specgen";
    facts.id = id;
    facts.bundle = options_.runs_at;
    facts.runtime = runtime_;
    facts.specgen = program;
    console->Out(SystemdUnit(facts));
  } else if (json_) {
    console->Out(Json(maker, result));
  } else if (dry_run_) {
    console->OutLines(StepTexts(maker.plan().build));
    if (options_.prepare) console->OutLines(StepTexts(maker.plan().start));
  } else if (options_.archive) {
    const std::string at = ShellQuote(options_.runs_at);
    console->OutLines(
        {absl::StrCat(options_.output, ": ", result),
         absl::StrCat(
             "mkdir -p ", at,
             " && tar --xattrs --xattrs-include='*' --numeric-owner -xpf ",
             ShellQuote(options_.output), " -C ", at),
         absl::StrCat(runtime, " run --bundle ", at, " ", id)});
  } else {
    console->OutLines({absl::StrCat(options_.output, ": ", result),
                       absl::StrCat(runtime, " run --bundle ",
                                    ShellQuote(options_.runs_at), " ", id)});
  }
}

int BundleCommand::Make(Console* console) {
  if (options_.source == "-") options_.source = "/dev/stdin";
  BundleMaker maker(options_);
  absl::Status status = maker.Open(dry_run_);
  if (!status.ok() && access(options_.source.c_str(), F_OK) != 0) {
    return Fail(WithImageHint(status, options_.source), console);
  }
  if (status.ok()) status = maker.Generate();
  if (!status.ok()) return Fail(status, console);
  set_.NoteFailedCalls(maker.answer(), *options_.release, console);
  if (maker.answer().outcome() != Outcome::kSpec) {
    const int code = ReportNoSpec(
        {maker.config_name(), *options_.release, maker.request(), maker.host()},
        maker.answer(), console);
    if (code == kExitRefused) {
      NoteDeviceToBeSet(maker.answer(), maker.host().files, console);
    }
    return code;
  }
  WarnIfNoPlugin(maker.config_name(), maker.request().plugin,
                 maker.request().shape, "", *options_.release, console);
  if (!IsContainerId(maker.answer().id())) {
    const std::string why =
        absl::StrCat("\"", maker.answer().id(),
                     "\": runc and crun take letters, digits and _+-. only, "
                     "and - not in front");
    return Fail(maker.answer().plugin().id.empty() || id_option_->count() > 0
                    ? UsageError(absl::StrCat("--id: ", why))
                    : BadInputError(absl::StrCat(maker.config_name(),
                                                 ": the plugin's id ", why)),
                console);
  }
  absl::StatusOr<std::vector<std::string>> findings = maker.Check();
  if (!findings.ok()) return Fail(findings.status(), console);
  if (!asked_.is_runtime) {
    findings->push_back(absl::StrCat(
        "--runtime: ", runtime_,
        " does not say that it is an OCI runtime: its --version names no "
        "runtime spec, and it has no \"features\""));
  }
  for (const std::string& finding : *findings) {
    console->Error(absl::StrCat(
        maker.config_name(), strict_ ? ": error: " : ": warning: ", finding));
  }
  if (!maker.looked_into_rootfs()) {
    console->Error(absl::StrCat(
        maker.config_name(),
        ": note: --dry-run unpacks nothing: what the rootfs has was not "
        "looked at"));
  }
  if (strict_ && !findings->empty()) return kExitRefused;
  std::string_view result = "planned";
  if (!dry_run_) {
    absl::StatusOr<BundleMaker::Result> built = maker.Build();
    if (!built.ok()) return Fail(built.status(), console);
    switch (*built) {
      case BundleMaker::Result::kMade:
        result = "made";
        break;
      case BundleMaker::Result::kUnchanged:
        result = "unchanged";
        break;
      case BundleMaker::Result::kReplaced:
        result = "replaced";
        break;
    }
  }
  Print(maker, result, console);
  return kExitDone;
}

absl::Status BundleCommand::CheckManages(bool is_behind) const {
  size_t given = 0;
  for (const CLI::Option* option : app_->get_options()) {
    const std::string& name = option->get_name();
    if (option->count() > 0 && name != "--force" &&
        name != "--allow-shared-parent" && !(is_behind && name == "PLUGIN")) {
      ++given;
    }
  }
  return given == 1 && (!options_.replace || app_->count("--remove") > 0)
             ? absl::OkStatus()
             : absl::FailedPreconditionError(
                   "bundle: --start, --stop and --remove take a bundle, "
                   "--allow-shared-parent, and --remove also --force, but no "
                   "other option");
}

absl::Status BundleCommand::Manage() {
  std::string bundle = absl::StrCat(start_, stop_, remove_);
  // "--remove --force BUNDLE": whatever stands behind --remove is its value.
  bool* const flag = bundle == "--force"                 ? &options_.replace
                     : bundle == "--allow-shared-parent" ? &shared_parent_
                                                         : nullptr;
  if (flag != nullptr) {
    *flag = true;
    bundle = options_.source;
  }
  absl::Status status = CheckManages(/*is_behind=*/flag != nullptr);
  if (!status.ok()) return status;
  if (bundle.empty()) return UsageError("bundle: no BUNDLE: its name is empty");
  absl::StatusOr<std::string> path = AbsolutePath(bundle);
  if (!path.ok()) return path.status();
  const Trust trust = shared_parent_ ? Trust::kAnyone : Trust::kChecked;
  if (!start_.empty()) return StartExistingBundle(*path, trust);
  if (!stop_.empty()) return StopExistingBundle(*path, trust);
  return RemoveExistingBundle(*path, trust, /*with_data=*/options_.replace);
}

int BundleCommand::Run(Console* console) {
  const CatchInterrupts interrupts;
  int code = kExitDone;
  if (app_->count("--start") + app_->count("--stop") + app_->count("--remove") >
      0) {
    if (absl::Status status = Manage(); !status.ok()) {
      code = Fail(status, console);
    }
  } else if (absl::Status status = Load(console); !status.ok()) {
    code = Fail(status, console);
  } else {
    code = Make(console);
  }
  return code != kExitDone && InterruptSignal() != 0 ? 128 + InterruptSignal()
                                                     : code;
}

}  // namespace

std::unique_ptr<Command> MakeBundleCommand() {
  return std::make_unique<BundleCommand>();
}

}  // namespace specgen
