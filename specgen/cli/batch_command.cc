// specgen batch: many specs at once.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "CLI/App.hpp"
#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/cause.h"
#include "specgen/base/errno_text.h"
#include "specgen/base/files.h"
#include "specgen/batch/batch.h"
#include "specgen/batch/progress_bar.h"
#include "specgen/batch/proto_text.h"
#include "specgen/bundle/interrupt.h"
#include "specgen/cli/command.h"
#include "specgen/cli/commands.h"
#include "specgen/cli/console.h"
#include "specgen/cli/plugin_options.h"
#include "specgen/specgen.h"

namespace specgen {
namespace {

// While it lives, the first signal that would end the process makes `fd`
// readable instead; the same one again ends it. A signal that was ignored (by
// nohup) stays so. One at a time.
class StopSignals {
 public:
  StopSignals() {
    if (pipe2(pipe_, O_CLOEXEC | O_NONBLOCK) != 0) return;
    signal_pipe_ = pipe_[1];
    caught_ = 0;
    struct sigaction action = {};
    action.sa_handler = [](int number) {
      const int saved = errno;
      caught_ = number;
      if (write(signal_pipe_, "", 1) < 0) caught_ = number;
      errno = saved;
    };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    for (int signal = 1; signal <= SIGRTMAX; ++signal) {
      struct sigaction old;
      if (!EndsProcess(signal) || sigaction(signal, nullptr, &old) != 0 ||
          old.sa_handler == SIG_IGN ||
          sigaction(signal, &action, nullptr) != 0) {
        continue;
      }
      old_.emplace_back(signal, old);
    }
  }
  ~StopSignals() {
    if (pipe_[0] < 0) return;
    for (const auto& [signal, old] : old_) sigaction(signal, &old, nullptr);
    close(pipe_[0]);
    close(pipe_[1]);
  }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  int fd() const { return pipe_[0]; }
  // The signal that came, or 0.
  int caught() const { return caught_; }

 private:
  static inline std::atomic<int> signal_pipe_ = -1;
  static inline std::atomic<int> caught_ = 0;
  int pipe_[2] = {-1, -1};
  std::vector<std::pair<int, struct sigaction>> old_;
};

class BatchCommand : public Command {
 public:
  void Define(CLI::App* app) override;
  int Run(Console* console) override;

 private:
  // What to do about an option given that is for a directory only; "": there is
  // none.
  std::string HintForOption() const;
  int RunOnDirectory(const Release& release, const Host& host,
                     Console* console);
  int RunOnStream(const NamedEngine& engine, const Host& host,
                  Console* console);
  // The file of answers to what is read from `in`.
  absl::StatusOr<std::unique_ptr<FileWriter>> OpenOutput(int in) const;
  int Finish(const BatchResult& result, int signal, std::string_view input,
             std::string_view output, Console* console) const;

  std::string input_ = "-";
  std::string output_;
  bool force_ = false;
  std::string engine_;
  HostOptions host_options_;
  LibRootOptions lib_root_options_;
  std::string exec_root_;
  MetricsSocketOptions metrics_options_;
  unsigned threads_ = 0;
  bool protobuf_ = false;
  bool print_proto_ = false;
  bool is_directory_ = false;
  CLI::Option* output_option_ = nullptr;
  const CLI::App* app_ = nullptr;
  CLI::Option* exec_root_option_ = nullptr;
};

void BatchCommand::Define(CLI::App* app) {
  app_ = app;
  app->add_option("INPUT", input_,
                  "A file of requests, - for standard input; or a folder of "
                  "configs, of which every file NAME.json gives a spec of the "
                  "same name in the folder --output")
      ->capture_default_str();
  output_option_ =
      app->add_option("-o,--output", output_,
                      "Where the answers go, to a file once all are made "
                      "(default: standard output); needed for a folder")
          ->type_name("PATH");
  app->add_flag("--force", force_,
                "Overwrite output files that are there, of a folder only those "
                "that have the name of a spec");
  app->add_option("--engine", engine_,
                  "The Docker release of requests that name none (default: the "
                  "newest that was recorded)")
      ->type_name("RELEASE");
  host_options_.Define("the specs are", " (default: this machine)", app);
  lib_root_options_.Define("; for a folder only", app);
  exec_root_option_ =
      app->add_option("--exec-root", exec_root_,
                      "Where dockerd makes the plugins' runtime "
                      "folders (default: /run/docker/plugins, before "
                      "1.13.0-rc4 /run/docker)")
          ->type_name("FOLDER");
  metrics_options_.Define("; for a folder only", app);
  app->add_option("--threads", threads_,
                  "How many threads make specs (default: one for each CPU)")
      ->type_name("COUNT")
      ->check(CLI::Range(1, 1024));
  app->add_flag("--protobuf", protobuf_,
                "Requests and answers are GenerateRequest and GenerateResponse "
                "of what --print-proto prints, each behind its length as a "
                "varint");
  app->add_flag("--print-proto", print_proto_,
                "Print the messages of --protobuf as a .proto file, and do "
                "nothing else");
}

std::string BatchCommand::HintForOption() const {
  constexpr std::pair<const char*, const char*> kOptions[] = {
      {"--lib-root", "\"lib_root\""},
      {"--data-root", "\"data_root\""},
      {"--exec-root", "\"exec_root\""},
      {"--metrics-socket", "\"metrics_socket\""},
      {"--dockerd-exec-root", "\"dockerd_exec_root\""}};
  for (const auto& [option, key] : kOptions) {
    if (app_->count(option) > 0) {
      return absl::StrCat(option,
                          " is for a folder of configs; a request says its "
                          "own: ",
                          key);
    }
  }
  return "";
}

int BatchCommand::Run(Console* console) {
  if (print_proto_) {
    console->Out(kSpecgenProto);
    return kExitDone;
  }
  struct stat facts = {};
  // Of a file that is not there, its reader tells more.
  if (input_ != "-" && stat(input_.c_str(), &facts) != 0 && errno != ENOENT) {
    return Fail(BadInputError(absl::StrCat(input_, ": ", GoErrnoText(errno))),
                console);
  }
  is_directory_ = S_ISDIR(facts.st_mode);
  if (is_directory_ && IsImageLayout(input_)) {
    return Fail(WithImageHint(BadInputError(absl::StrCat(
                                  input_, ": is no folder of configs")),
                              input_),
                console);
  }
  std::string wrong;
  if (output_option_->count() > 0 && output_.empty()) {
    wrong = "--output: is empty";
  } else if (is_directory_ && (output_.empty() || output_ == "-")) {
    wrong = "--output FOLDER is needed for a folder of configs";
  } else if (is_directory_ && protobuf_) {
    wrong = "--protobuf is for requests, not for a folder of configs";
  } else if (std::string hint = HintForOption();
             !is_directory_ && !hint.empty()) {
    wrong = std::move(hint);
  } else if (input_ == "-" && host_options_.from_stdin()) {
    wrong = "only one input can come from standard input";
  }
  if (!wrong.empty()) {
    return Fail(UsageError(absl::StrCat("batch: ", wrong)), console);
  }
  const absl::StatusOr<NamedEngine> engine =
      ChooseEngine("--engine", engine_, console);
  if (!engine.ok()) return Fail(engine.status(), console);
  const absl::StatusOr<std::unique_ptr<Host>> host = host_options_.Open();
  if (!host.ok()) return Fail(host.status(), console);
  TellPresumption(*engine, **host, console);
  return is_directory_ ? RunOnDirectory(*engine->release, **host, console)
                       : RunOnStream(*engine, **host, console);
}

int BatchCommand::RunOnDirectory(const Release& release, const Host& host,
                                 Console* console) {
  const StopSignals signals;
  BatchOptions options;
  options.threads = threads_;
  options.stop_fd = signals.fd();
  ProgressBar bar(console->err(), std::nullopt);
  options.progress = [&](const BatchCounts& counts) { bar.Update(counts); };
  Request request;
  const std::string lib_root =
      lib_root_options_.Directory(host_options_.has_file());
  request.lib_root = lib_root;
  const std::string_view exec_root = exec_root_option_->count() > 0
                                         ? std::string_view(exec_root_)
                                         : DefaultExecRoot(*release.behaviour);
  request.exec_root = exec_root;
  const std::string metrics_socket =
      metrics_options_.Path(exec_root, host, host_options_.has_file());
  request.metrics_socket = metrics_socket;
  const BatchResult result = RunDirectory(
      Generator(release, host), request, input_, output_,
      force_ ? Overwrite::kYes : Overwrite::kNo,
      [&](const FileProblem& problem) {
        bar.Clear();
        if (problem.outcome == RecordOutcome::kSpec) {
          WarnOfNoPlugin(absl::StrCat(input_, "/", problem.path),
                         problem.message, console);
          return;
        }
        const std::string_view at = problem.position;
        // The message of a file that cannot be read names it.
        console->Error(
            problem.outcome == RecordOutcome::kInvalid
                ? problem.message
                : absl::StrCat(input_, "/", problem.path, at.empty() ? "" : ":",
                               at, ": ",
                               problem.outcome == RecordOutcome::kCrashed
                                   ? absl::StrCat("Docker ", release.name,
                                                  " would crash: ")
                                   : "",
                               problem.message));
        if (problem.left) {
          console->Error(absl::StrCat(output_, "/", problem.path,
                                      ": is left as it is: no batch wrote it"));
        }
      },
      options);
  bar.Clear();
  return Finish(result, signals.caught(), input_, output_, console);
}

absl::StatusOr<std::unique_ptr<FileWriter>> BatchCommand::OpenOutput(
    int in) const {
  struct stat input;
  struct stat output;
  if (fstat(in, &input) == 0 && S_ISREG(input.st_mode) &&
      stat(output_.c_str(), &output) == 0 && input.st_dev == output.st_dev &&
      input.st_ino == output.st_ino) {
    return UsageError(absl::StrCat(
        "batch: ", output_, ": is the input, which the answers would replace"));
  }
  return FileWriter::Start(output_, force_ ? Overwrite::kYes : Overwrite::kNo);
}

int BatchCommand::RunOnStream(const NamedEngine& engine, const Host& host,
                              Console* console) {
  int in = console->in();
  int out = console->out();
  std::unique_ptr<FileWriter> file;
  const absl::Cleanup close_input = [&] {
    if (in != console->in()) close(in);
  };
  if (input_ != "-") {
    in = open(input_.c_str(), O_RDONLY | O_CLOEXEC);
    if (in < 0) {
      const int error = errno;
      in = console->in();
      return Fail(
          WithImageHint(
              AsBadInput(HostError(
                  error, absl::StrCat(input_, ": ", GoErrnoText(error)))),
              input_),
          console);
    }
  }
  if (!output_.empty() && output_ != "-") {
    absl::StatusOr<std::unique_ptr<FileWriter>> opened = OpenOutput(in);
    if (!opened.ok()) return Fail(opened.status(), console);
    file = *std::move(opened);
    out = file->fd();
  }
  std::optional<uint64_t> total;
  struct stat facts;
  if (fstat(in, &facts) == 0 && S_ISREG(facts.st_mode)) {
    total = static_cast<uint64_t>(facts.st_size);
  }
  const StopSignals signals;
  // Where the answers go to the same terminal, the bar would be in between.
  std::optional<ProgressBar> bar;
  BatchOptions options;
  if (isatty(out) == 0) {
    bar.emplace(console->err(), total);
    options.progress = [&](const BatchCounts& counts) { bar->Update(counts); };
  }
  options.threads = threads_;
  options.stop_fd = signals.fd();
  const std::unique_ptr<RecordFormat> format =
      protobuf_ ? DelimitedProtoFormat() : JsonLinesFormat();
  const EngineSet engines(
      host, engine, host_options_.has_file() ? "" : RootlessMetricsSocket());
  const BatchResult result = RunStream(*format, engines, in, out, options);
  bar.reset();
  for (const std::string& note : engines.Notes()) console->Error(note);
  if (result.counts.of_none > 0) {
    console->Error(absl::StrCat(
        "warning: ", result.counts.of_none,
        result.counts.of_none == 1 ? " request holds" : " requests hold",
        " likely no plugin, first request ", result.counts.first_of_none,
        ", of which specgen generate says why"));
  }
  const int code = Finish(
      result, signals.caught(),
      input_ == "-" ? "standard input" : std::string_view(input_),
      out == console->out() ? "standard output" : std::string_view(output_),
      console);
  if (file == nullptr || !file->needs_commit()) return code;
  if (!result.status.ok() || result.stopped) {
    console->Error(absl::StrCat(output_, ": nothing was written there"));
    return code;
  }
  const absl::Status committed = file->Commit();
  return committed.ok() ? code : Fail(committed, console);
}

int BatchCommand::Finish(const BatchResult& result, int signal,
                         std::string_view input, std::string_view output,
                         Console* console) const {
  const BatchCounts& counts = result.counts;
  std::string so_far =
      absl::StrCat(is_directory_ ? counts.answers() : counts.requests,
                   is_directory_ ? " configs" : " requests",
                   " done: ", counts.specs, " specs");
  for (const auto& [count, what] :
       {std::pair<uint64_t, const char*>{counts.refused, " refused"},
        {counts.crashed, " that the engine would crash on"},
        {counts.invalid, is_directory_ ? " unreadable" : " invalid"}}) {
    if (count > 0) absl::StrAppend(&so_far, ", ", count, what);
  }
  if (!result.status.ok()) {
    // Statuses of directories name the file; those of streams say which side.
    const bool reads = absl::IsInvalidArgument(result.status);
    console->Error(is_directory_ ? std::string(result.status.message())
                                 : absl::StrCat(reads ? input : output, ": ",
                                                result.status.message()));
    if (result.refused) return ExitCodeOf(result.status);
    console->Error(absl::StrCat("batch: ended early, ", so_far));
    return result.reader_gone ? 128 + SIGPIPE : ExitCodeOf(result.status);
  }
  if (result.stopped) {
    console->Error(absl::StrCat("batch: interrupted, ", so_far));
    return 128 + signal;
  }
  if (counts.specs == counts.answers()) return kExitDone;
  console->Error(absl::StrCat("batch: ", so_far));
  return kExitRefused;
}

}  // namespace

std::unique_ptr<Command> MakeBatchCommand() {
  return std::make_unique<BatchCommand>();
}

}  // namespace specgen
