// The options by which a command line names a plugin, an engine and a host.
#ifndef SPECGEN_CLI_PLUGIN_OPTIONS_H_
#define SPECGEN_CLI_PLUGIN_OPTIONS_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "specgen/cli/console.h"
#include "specgen/engine/release_range.h"
#include "specgen/generator/base_spec_reader.h"
#include "specgen/host/assumed_devices.h"
#include "specgen/host/host.h"
#include "specgen/json/text_position.h"
#include "specgen/privileges/grants.h"
#include "specgen/specgen.h"

namespace specgen {

// The engine that `option` names; DefaultRelease for "". Says on the console
// what the name was taken as. Errors are kFailedPrecondition and name the
// nearest one.
absl::StatusOr<NamedEngine> ChooseEngine(std::string_view option,
                                         std::string_view name,
                                         Console* console);

// What the answers of that engine on that machine are worth (PresumptionOn).
// Says it on the console as well, unless it is `told` already.
std::string TellPresumption(const NamedEngine& engine, const Host& host,
                            Console* console, std::string_view told = "");

// A range of engines (FindReleases). Says on the console, if there is one, what
// names were taken as, and what is presumed; not what is in `told`.
absl::StatusOr<absl::Span<const Release>> ChooseEngines(
    std::string_view option, std::string_view range, Console* console,
    RangeNotes* notes, std::string_view told = "");

// The text of a file, "-" for standard input. Errors name the file, and are
// bad input whatever went wrong.
absl::StatusOr<std::string> ReadInput(const std::string& file);

// The file to read for the argument `path`: of a directory, an author's or
// dockerd's, its config.json.
std::string PluginFile(const std::string& path);

// The path without symbolic links, as dockerd makes that of its data root (moby
// daemon/daemon.go, NewDaemon); the same if nothing is there.
std::string RealPath(const std::string& path);

// The shape of the text of PluginFile(path): a directory's file is never what
// `docker plugin inspect` prints.
PluginShape ShapeOfInput(const std::string& path, std::string_view text);
PluginShape ShapeInFolder(std::string_view text);

// `status`, an error about `path`, with what to do if an image is named, which
// is none of specgen's inputs: "docker.io/vieux/sshfs", or a directory of one,
// which only `specgen bundle` takes.
absl::Status WithImageHint(absl::Status status, const std::string& path);

// Whether the directory is surely an image, and no other one that has a
// manifest.json.
bool IsImageLayout(const std::string& path);

// A plugin or spec that a command line names.
struct NamedInput {
  std::string file;  // PluginFile of the argument
  std::string name;  // how messages call it
  std::string text;
};

// Reads it. Errors are those of ReadInput, with WithImageHint, and what is an
// archive.
absl::StatusOr<NamedInput> ReadNamedInput(const std::string& argument);

// What was wrong with a file, as the error of ReadNamedInput or JsonTree::Parse
// says it: "NAME:LINE:COLUMN: message", or "NAME: message".
struct PlacedMessage {
  TextPosition position = {1, 1};
  std::string_view message;
};
PlacedMessage TakeApart(std::string_view name, std::string_view message);

// The options that say which machine a spec is for.
class HostOptions {
 public:
  // `what` is for the machine, as in "the spec is"; `note` is added to the help
  // of --host.
  void Define(std::string_view what, std::string_view note, CLI::App* app);

  // "--host": the snapshot in that file, the machine specgen runs on without.
  // "--arch": the same machine with another architecture. Errors are usage or
  // bad input.
  absl::StatusOr<std::unique_ptr<Host>> Open() const;

  // Whether it is another machine than this one.
  bool has_file() const { return !file_.empty(); }
  bool from_stdin() const { return file_ == "-"; }
  // How to call it: by that file.
  std::string_view name() const {
    if (!has_file()) return "this machine";
    return from_stdin() ? std::string_view("standard input") : file_;
  }

 private:
  std::string file_;
  std::string architecture_;
};

// Says on the error stream if `text`, which messages call `name`, is likely no
// plugin at all to that engine, and returns why, as WhyNoPlugin does. It is
// read in that shape, and `plugin_name` chooses from the list of `docker plugin
// inspect`.
std::string WarnIfNoPlugin(std::string_view name, std::string_view text,
                           PluginShape shape, std::string_view plugin_name,
                           const Release& release, Console* console);
// The same of what is known to be none: `why` as WhyNoPlugin says it.
void WarnOfNoPlugin(std::string_view name, std::string_view why,
                    Console* console);

// "--show-secrets", of commands that show people what is in a plugin.
void DefineShowSecrets(bool* show, CLI::App* app);

// "--lib-root", and "--data-root", dockerd's own name for the directory above.
class LibRootOptions {
 public:
  // `note` is added to the help of both.
  void Define(std::string_view note, CLI::App* app);
  // As dockerd on this machine has it, or, if it `is_elsewhere`, as it is
  // given.
  std::string Directory(bool is_elsewhere) const;
  bool is_given() const;
  // Where it is if it is not given.
  void set_default(std::string lib_root) { lib_root_ = std::move(lib_root); }

 private:
  std::string lib_root_ = "/var/lib/docker/plugins";
  std::string data_root_;
  const CLI::Option* lib_root_option_ = nullptr;
};

// The metrics socket of a rootless dockerd that this user runs here (moby
// daemon/command/config_unix.go, setPlatformOptions); "" if it has none.
std::string RootlessMetricsSocket();

// "--metrics-socket", and "--dockerd-exec-root", which has it in it: dockerd
// calls that --exec-root, which here is the plugins'.
class MetricsSocketOptions {
 public:
  void Define(std::string_view note, CLI::App* app);
  // The socket, "" for none, where plugins have that exec root, on that
  // machine, which is this one or elsewhere.
  std::string Path(std::string_view exec_root, const Host& host,
                   bool is_elsewhere) const;

 private:
  std::string metrics_socket_;
  std::string dockerd_exec_root_;
  const CLI::Option* metrics_option_ = nullptr;
};

// "--set" and "--then": calls of `docker plugin set`. Not movable: requests
// point into it.
class SetOptions {
 public:
  SetOptions() = default;
  SetOptions(const SetOptions&) = delete;
  SetOptions& operator=(const SetOptions&) = delete;

  void Define(CLI::App* app);
  // Puts the arguments into calls. Call after the options were parsed, and
  // before what follows.
  void Group();

  // See Request.
  absl::Span<const absl::Span<const std::string_view>> calls() const {
    return calls_;
  }
  absl::Span<const std::string_view> last_call() const { return last_call_; }
  // Says on the error stream which calls before the last one failed.
  void NoteFailedCalls(const Answer& answer, const Release& release,
                       Console* console) const;

 private:
  const CLI::App* app_ = nullptr;
  const CLI::Option* set_option_ = nullptr;
  const CLI::Option* then_option_ = nullptr;
  std::vector<std::string> set_;
  std::vector<std::string_view> views_;
  // They point into views_.
  std::vector<absl::Span<const std::string_view>> calls_;
  absl::Span<const std::string_view> last_call_;
};

// Says what to set if the engine refuses the plugin for a device that has no
// path yet. The first device that the machine lacks, which it refuses; or null.
const PluginDevice* NoteDeviceToBeSet(const Answer& answer,
                                      const FileTree& files, Console* console);

// Everything that a request for one spec is made of. Not movable: the request
// points into it.
class PluginOptions {
 public:
  PluginOptions() = default;
  PluginOptions(const PluginOptions&) = delete;
  PluginOptions& operator=(const PluginOptions&) = delete;

  // What a command is about: what an engine does on a machine, or what a config
  // says. For the latter, devices that the machine lacks count as there.
  enum class About { kMachine, kConfig };

  // Adds FILE and the options.
  void Define(CLI::App* app, About about = About::kMachine);

  // Adds --docker, which takes FILE's place.
  void DefineDocker(CLI::App* app);

  // What FILE is, as it was given, until Load has read it; and another in its
  // place, or in that of --engine.
  const std::string& file() const { return file_; }
  void set_file(std::string file) { file_ = std::move(file); }
  // FILE is a folder of plugins: each is read by LoadAnother, none by Load.
  void set_is_folder() { is_folder_ = true; }
  // Whether --docker is given.
  bool is_of_docker() const { return !docker_.empty(); }
  void set_engine(std::string engine) { engine_ = std::move(engine); }

  // Reads the files. Call after the options were parsed; what follows may be
  // called once it has returned OK. The console is for what ChooseEngine and
  // TellPresumption say.
  absl::Status Load(Console* console);

  // Reads another plugin, with all else the same.
  absl::Status LoadAnother(std::string file);

  // How messages name the input: its path, or "standard input".
  std::string_view input_name() const { return input_name_; }
  std::string WarnIfNoPlugin(Console* console) const;
  bool has_host_file() const { return host_options_.has_file(); }
  std::string_view host_name() const { return host_options_.name(); }

  const Request& request() const { return request_; }
  const Release& release() const { return *release_; }
  // False if Load failed before it was known.
  bool has_release() const { return release_ != nullptr; }
  // What is presumed of its answers, which Load has told; see PresumptionOn.
  const std::string& presumed() const { return presumed_; }
  const Host& host() const {
    return assumed_ != nullptr ? static_cast<const Host&>(*assumed_) : *host_;
  }
  // Takes the devices of another plugin on the same machine as there, too.
  void AssumeDevicesOf(std::string_view plugin);
  // What is known of that machine to those who judge a spec.
  GrantHost grant_host() const;
  // Says what to do if the engine refuses the plugin for a device that the
  // machine lacks.
  void NoteMissingDevices(const Answer& answer, Console* console) const;
  // Says on the error stream which calls of --set before the last one failed.
  void NoteFailedCalls(const Answer& answer, Console* console) const {
    set_.NoteFailedCalls(answer, *release_, console);
  }
  // Says on the error stream which devices are assumed.
  void NoteAssumedDevices(Console* console) const;
  // Null without --base-spec.
  std::shared_ptr<const BaseSpec> base_spec() const { return base_spec_; }

 private:
  // Sets text_, and engine_ if it is not given.
  absl::Status ReadFromDocker();
  absl::Status ReadFile();
  void AssumeDevices();

  bool is_folder_ = false;
  std::string file_;
  std::string docker_;  // the name of a plugin
  std::string plugin_name_;
  std::string engine_;
  std::string_view engine_named_by_ = "--engine";
  std::string id_;
  std::string rootfs_;
  LibRootOptions lib_root_options_;
  std::string lib_root_;
  std::string exec_root_;
  MetricsSocketOptions metrics_options_;
  std::string metrics_socket_;
  SetOptions set_;
  bool restarted_ = false;
  std::string base_spec_file_;
  HostOptions host_options_;
  bool assume_devices_ = false;
  About about_ = About::kMachine;

  const CLI::Option* id_option_ = nullptr;
  const CLI::Option* rootfs_option_ = nullptr;
  const CLI::Option* exec_root_option_ = nullptr;

  std::string input_name_;
  std::string text_;
  Request request_;
  const Release* release_ = nullptr;
  std::string presumed_;
  std::unique_ptr<Host> host_;
  std::unique_ptr<AssumedDevices> assumed_;  // null: none are
  std::shared_ptr<const BaseSpec> base_spec_;
};

}  // namespace specgen

#endif  // SPECGEN_CLI_PLUGIN_OPTIONS_H_
