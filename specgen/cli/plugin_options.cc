#include "specgen/cli/plugin_options.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "CLI/App.hpp"
#include "CLI/Option.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "specgen/base/cause.h"
#include "specgen/base/files.h"
#include "specgen/base/printable.h"
#include "specgen/batch/dockerd_roots.h"
#include "specgen/bundle/image.h"
#include "specgen/bundle/unique_fd.h"
#include "specgen/cli/ask_docker.h"
#include "specgen/cli/console.h"
#include "specgen/generator/base_spec_reader.h"
#include "specgen/host/architecture.h"
#include "specgen/host/go_path.h"
#include "specgen/host/host_of_architecture.h"
#include "specgen/host/host_snapshot.h"
#include "specgen/host/live_host.h"
#include "specgen/host/presumption.h"
#include "specgen/json/json_tree.h"
#include "specgen/plugin/input_kind.h"
#include "specgen/secrets/hide_secrets.h"
#include "specgen/specgen.h"

namespace specgen {

namespace {

absl::Status NoEngine(std::string_view option, const absl::Status& status) {
  return absl::FailedPreconditionError(absl::StrCat(
      option, ": ", status.message(),
      absl::IsNotFound(status) ? " (specgen engines lists all)" : ""));
}

}  // namespace

absl::StatusOr<NamedEngine> ChooseEngine(std::string_view option,
                                         std::string_view name,
                                         Console* console) {
  if (name.empty()) return NamedEngine{&DefaultRelease(), "", ""};
  absl::StatusOr<NamedEngine> engine = FindEngine(name);
  if (!engine.ok()) return NoEngine(option, engine.status());
  if (!engine->understood.empty()) {
    console->Error(absl::StrCat(option, ": ", engine->understood));
  }
  return engine;
}

std::string TellPresumption(const NamedEngine& engine, const Host& host,
                            Console* console, std::string_view told) {
  std::string presumed =
      PresumptionOn(host.facts, *engine.release, engine.presumed);
  if (!presumed.empty() && presumed != told) console->Error(presumed);
  return presumed;
}

absl::StatusOr<absl::Span<const Release>> ChooseEngines(std::string_view option,
                                                        std::string_view range,
                                                        Console* console,
                                                        RangeNotes* notes,
                                                        std::string_view told) {
  absl::StatusOr<absl::Span<const Release>> releases =
      FindReleases(range, notes);
  if (!releases.ok()) return NoEngine(option, releases.status());
  if (console == nullptr) return releases;
  for (const auto& texts : {notes->understood, notes->Presumed()}) {
    for (const std::string& text : texts) {
      if (absl::StrContains(told, text)) continue;
      console->Error(absl::StrCat(option, ": ", text));
    }
  }
  return releases;
}

absl::StatusOr<std::string> ReadInput(const std::string& file) {
  absl::StatusOr<std::string> text = ReadWholeFile(file);
  if (!text.ok()) return AsBadInput(text.status());
  return text;
}

std::string PluginFile(const std::string& path) {
  struct stat st;
  return path != "-" && stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode)
             ? JoinPath({path, "config.json"})
             : path;
}

std::string RealPath(const std::string& path) {
  char* const real = realpath(path.c_str(), nullptr);
  std::string found = real == nullptr ? path : real;
  free(real);
  return found;
}

PluginShape ShapeOfInput(const std::string& path, std::string_view text) {
  return PluginFile(path) == path ? PluginShape::kAuto : ShapeInFolder(text);
}

PluginShape ShapeInFolder(std::string_view text) {
  return IsStoredState(text) ? PluginShape::kStored : PluginShape::kConfig;
}

namespace {

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

// "vieux/sshfs:latest", "docker.io/vieux/sshfs", "docker://sshfs" and the like.
// Of "a/b" nobody can tell, but then there is no directory a.
bool LooksLikeReference(std::string_view path) {
  if (absl::StartsWith(path, "docker://")) return true;
  if (absl::StrContains(path, "://")) return false;
  const size_t slash = path.find('/');
  if (slash == 0 || path.empty() || path[0] == '.' || path[0] == '-' ||
      absl::EndsWith(path, ".json") || absl::EndsWith(path, "/")) {
    return false;
  }
  if (slash == std::string_view::npos) {
    return path.find(':') != std::string_view::npos;
  }
  return !Exists(std::string(path.substr(0, slash)));
}

absl::StatusOr<ImageForm> FormOfDirectory(const std::string& path) {
  const UniqueFd directory(
      open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory.ok()) return absl::NotFoundError(path);
  return FormOfImage(directory.get(), path);
}

// Of gzip, zstd or tar, by the first bytes.
bool IsArchive(std::string_view bytes) {
  constexpr size_t kUstar = 257;
  return absl::StartsWith(bytes, "\x1f\x8b") ||
         absl::StartsWith(bytes, "\x28\xb5\x2f\xfd") ||
         (bytes.size() > kUstar &&
          absl::StartsWith(bytes.substr(kUstar), "ustar"));
}

}  // namespace

bool IsImageLayout(const std::string& path) {
  const absl::StatusOr<ImageForm> form = FormOfDirectory(path);
  return form.ok() && *form != ImageForm::kDockerArchive;
}

absl::Status WithImageHint(absl::Status status, const std::string& path) {
  if (status.ok() || path == "-") return status;
  std::string hint;
  // Where skopeo has a copy.
  std::string_view copy = path;
  for (std::string_view transport :
       {"dir:", "oci:", "oci-archive:", "docker-archive:"}) {
    if (absl::ConsumePrefix(&copy, transport)) break;
  }
  if (FormOfDirectory(path).ok()) {
    hint = "this is an image: specgen bundle makes a bundle of it";
  } else if (!Exists(path) && copy.size() < path.size()) {
    const std::pair<std::string_view, std::string_view> parts =
        absl::StrSplit(copy, absl::MaxSplits(':', 1));
    hint = absl::StrCat("an image? specgen bundle -o BUNDLE ", parts.first,
                        parts.second.empty() ? "" : " --image ", parts.second);
  } else if (!Exists(path) && LooksLikeReference(path)) {
    const std::string_view name = absl::StripPrefix(path, "docker://");
    hint = absl::StrCat("an image? skopeo copy ", "docker://", name,
                        " dir:DIR, then specgen bundle -o BUNDLE DIR");
  }
  return hint.empty()
             ? status
             : absl::Status(status.code(),
                            absl::StrCat(status.message(), " (", hint, ")"));
}

absl::StatusOr<NamedInput> ReadNamedInput(const std::string& argument) {
  NamedInput input;
  input.file = PluginFile(argument);
  input.name = input.file == "-" ? "standard input" : input.file;
  absl::StatusOr<std::string> text = ReadInput(input.file);
  if (!text.ok()) return WithImageHint(text.status(), argument);
  input.text = *std::move(text);
  if (!IsArchive(input.text)) return input;
  return BadInputError(
      absl::StrCat(input.name,
                   ": is an archive, no config.json: specgen bundle takes "
                   "those of plugins and of images"));
}

PlacedMessage TakeApart(std::string_view name, std::string_view message) {
  PlacedMessage placed;
  absl::ConsumePrefix(&message, name);
  absl::ConsumePrefix(&message, ":");
  const size_t colon = message.find(':');
  const size_t end =
      colon == std::string_view::npos ? colon : message.find(':', colon + 1);
  TextPosition position;
  if (end != std::string_view::npos &&
      absl::SimpleAtoi(message.substr(0, colon), &position.line) &&
      absl::SimpleAtoi(message.substr(colon + 1, end - colon - 1),
                       &position.column)) {
    placed.position = position;
    message.remove_prefix(end + 1);
  }
  placed.message = absl::StripLeadingAsciiWhitespace(message);
  return placed;
}

void HostOptions::Define(std::string_view what, std::string_view note,
                         CLI::App* app) {
  app->add_option(
         "--host", file_,
         absl::StrCat("Facts about the machine that ", what,
                      " for, as `specgen host-facts` prints them", note))
      ->type_name("FILE");
  app->add_option("--arch", architecture_,
                  "The architecture of that machine, as Go or `uname -m` calls "
                  "it, such as arm64 or aarch64; engines before 17.09.0 write "
                  "it into the spec (default: that of the machine)")
      ->type_name("ARCH");
}

absl::StatusOr<std::unique_ptr<Host>> HostOptions::Open() const {
  const std::string_view architecture = GoArchitecture(architecture_);
  if (!architecture_.empty() && architecture.empty()) {
    return UsageError(absl::StrCat("--arch: ", QuoteShort(architecture_),
                                   " is none of ", GoArchitectures()));
  }
  std::unique_ptr<Host> host;
  if (file_.empty()) {
    host = std::make_unique<LiveHost>();
  } else {
    absl::StatusOr<std::string> text = ReadInput(file_);
    if (!text.ok()) return text.status();
    absl::StatusOr<std::unique_ptr<HostSnapshot>> snapshot =
        HostSnapshot::Parse(*text, file_ == "-" ? "standard input" : file_);
    if (!snapshot.ok()) return AsBadInput(snapshot.status());
    host = *std::move(snapshot);
  }
  if (architecture.empty()) return host;
  return std::make_unique<HostOfArchitecture>(std::move(host), architecture);
}

std::string WarnIfNoPlugin(std::string_view name, std::string_view text,
                           PluginShape shape, std::string_view plugin_name,
                           const Release& release, Console* console) {
  std::string why = WhyNoPlugin(text, shape, plugin_name, *release.behaviour);
  if (!why.empty()) WarnOfNoPlugin(name, why, console);
  return why;
}

void WarnOfNoPlugin(std::string_view name, std::string_view why,
                    Console* console) {
  console->Error(absl::StrCat("warning: ", name, " ", why));
}

void DefineShowSecrets(bool* show, CLI::App* app) {
  app->add_flag("--show-secrets", *show,
                "Show what looks like a password, token or key, too; without, "
                "it is shown as (secret N), equal ones with the same number");
}

void SetOptions::Define(CLI::App* app) {
  app_ = app;
  set_option_ =
      app->add_option("--set", set_,
                      "An argument of `docker plugin set`; may be repeated")
          ->type_name("NAME[.FIELD]=VALUE")
          ->allow_extra_args(false)
          ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  then_option_ = app->add_flag(
      "--then",
      "The --set behind it are another call of `docker plugin set`, made even "
      "if one before it failed half-way: each keeps what it had changed, the "
      "last one, too");
}

void SetOptions::Group() {
  views_.assign(set_.begin(), set_.end());
  const absl::Span<const std::string_view> all = views_;
  size_t begin = 0;
  size_t end = 0;
  for (const CLI::Option* option : app_->parse_order()) {
    if (option == set_option_) ++end;
    if (option != then_option_) continue;
    calls_.push_back(all.subspan(begin, end - begin));
    begin = end;
  }
  // One call alone is refused as Docker refuses it. Several end with what they
  // have made of the plugin.
  if (calls_.empty()) {
    last_call_ = all;
  } else if (begin < all.size()) {
    calls_.push_back(all.subspan(begin));
  }
}

void SetOptions::NoteFailedCalls(const Answer& answer, const Release& release,
                                 Console* console) const {
  for (const FailedCall& failed : answer.failed_calls()) {
    console->Error(absl::StrCat("--set, call ", failed.call + 1, " of ",
                                calls_.size(), ": Docker ", release.name,
                                " would refuse it: ", failed.message,
                                "; what it had changed stays"));
  }
}

void LibRootOptions::Define(std::string_view note, CLI::App* app) {
  CLI::Option* const lib_root =
      app->add_option("--lib-root", lib_root_,
                      absl::StrCat("Where dockerd keeps its plugins", note))
          ->type_name("FOLDER")
          ->capture_default_str();
  lib_root_option_ = lib_root;
  app->add_option("--data-root", data_root_,
                  absl::StrCat("dockerd's --data-root, in place of --lib-root; "
                               "with userns-remap the directory UID.GID in it",
                               note))
      ->type_name("DIRECTORY")
      ->excludes(lib_root);
}

bool LibRootOptions::is_given() const {
  return lib_root_option_->count() > 0 || !data_root_.empty();
}

std::string LibRootOptions::Directory(bool is_elsewhere) const {
  if (data_root_.empty()) return lib_root_;
  return JoinPath(
      {is_elsewhere ? data_root_ : RealPath(data_root_), "plugins"});
}

void MetricsSocketOptions::Define(std::string_view note, CLI::App* app) {
  CLI::Option* const socket =
      app->add_option(
             "--metrics-socket", metrics_socket_,
             absl::StrCat("dockerd's metrics socket, which it (18.03 and "
                          "later) binds into plugins of type "
                          "docker.metricscollector/1.0; \"\" leaves that mount "
                          "out (default: /var/run/docker/metrics.sock, of a "
                          "rootless dockerd "
                          "$XDG_RUNTIME_DIR/docker/metrics.sock, with another "
                          "EXEC_ROOT than the default none)",
                          note))
          ->type_name("PATH");
  metrics_option_ = socket;
  app->add_option("--dockerd-exec-root", dockerd_exec_root_,
                  absl::StrCat("dockerd's --exec-root: metrics.sock in it is "
                               "the metrics socket. Plugins' runtime folders "
                               "do not depend on it",
                               note))
      ->type_name("DIRECTORY")
      ->excludes(socket);
}

std::string RootlessMetricsSocket() {
  const char* const directory = getenv("XDG_RUNTIME_DIR");
  return directory == nullptr || *directory == '\0'
             ? ""
             : JoinPath({directory, "docker", "metrics.sock"});
}

std::string MetricsSocketOptions::Path(std::string_view exec_root,
                                       const Host& host,
                                       bool is_elsewhere) const {
  if (!dockerd_exec_root_.empty()) {
    return JoinPath({dockerd_exec_root_, "metrics.sock"});
  }
  if (metrics_option_->count() > 0) return metrics_socket_;
  return std::string(MetricsSocketOn(
      host.facts, exec_root, is_elsewhere ? "" : RootlessMetricsSocket()));
}

void PluginOptions::Define(CLI::App* app, About about) {
  about_ = about;
  app->add_option("FILE", file_,
                  "The plugin: an author's config.json, dockerd's stored state "
                  "(/var/lib/docker/plugins/ID/config.json), or what `docker "
                  "plugin inspect` prints; - is standard input");
  app->add_option("--plugin", plugin_name_,
                  "Which plugin of `docker plugin inspect`'s list: its name or "
                  "the start of its id")
      ->type_name("NAME");
  app->add_option(
         "--engine", engine_,
         "The Docker release, such as 20.10.14, v28.5.2 or 17.03-ce, or "
         "the version that a daemon or a package gives, such as "
         "20.10.24+dfsg1 or 5:28.5.2-1~debian.12~bookworm; 20.10 is "
         "the newest of that line, newest the newest of all (default: "
         "the newest that was recorded)")
      ->type_name("RELEASE");
  id_option_ = app->add_option("--id", id_,
                               "The plugin's id (default: that of the stored "
                               "state, else \"plugin\")")
                   ->type_name("ID");
  rootfs_option_ =
      app->add_option("--rootfs", rootfs_,
                      "The plugin's rootfs on the host (default: that of the "
                      "stored state, else LIB_ROOT/ID/rootfs); engines before "
                      "1.13.0-rc4 always take the latter")
          ->type_name("FOLDER");
  lib_root_options_.Define("", app);
  exec_root_option_ =
      app->add_option("--exec-root", exec_root_,
                      "Where dockerd makes the plugins' runtime folders "
                      "(default: /run/docker/plugins, before 1.13.0-rc4 "
                      "/run/docker; dockerd's --exec-root plays no part)")
          ->type_name("FOLDER");
  metrics_options_.Define("", app);
  set_.Define(app);
  app->add_flag("--restarted", restarted_,
                "dockerd has restarted since it installed the plugin: --set "
                "then changes the sources of mounts, but not the devices' "
                "paths, of an author's config");
  app->add_option("--base-spec", base_spec_file_,
                  "The spec to start from in place of the engine's own, for "
                  "engines that take one: 1.13.0-dev to 1.13.0-rc4")
      ->type_name("FILE");
  host_options_.Define("the spec is", " (default: this machine)", app);
  app->add_flag("--assume-devices", assume_devices_,
                about == About::kMachine
                    ? "Devices that the machine lacks count as there, with the "
                      "numbers that are usual"
                    : "Devices that the machine lacks count as there, with the "
                      "numbers that are usual; here they always do");
}

void PluginOptions::DefineDocker(CLI::App* app) {
  app->add_option("--docker", docker_,
                  "In place of FILE the plugin of that name or id in dockerd, "
                  "which the docker command of PATH is asked for, and for "
                  "dockerd's release and data root unless --engine and "
                  "--data-root say them; nothing is changed. The machine is "
                  "this one, or --host's")
      ->type_name("NAME");
}

absl::Status PluginOptions::ReadFromDocker() {
  absl::StatusOr<std::string> text =
      AskDocker("--docker", {"plugin", "inspect", "--", docker_});
  if (!text.ok()) return text.status();
  text_ = *std::move(text);
  input_name_ = absl::StrCat("docker plugin inspect ", docker_);
  if (!lib_root_options_.is_given()) {
    absl::StatusOr<std::string> root =
        AskDocker("--docker", {"info", "--format", "{{.DockerRootDir}}"});
    if (!root.ok()) return root.status();
    absl::StripAsciiWhitespace(&*root);
    if (!root->empty()) lib_root_options_.set_default(*root + "/plugins");
  }
  if (!engine_.empty()) return absl::OkStatus();
  absl::StatusOr<std::string> version = DockerVersion("--docker");
  if (!version.ok()) return version.status();
  engine_ = *std::move(version);
  engine_named_by_ = kDockerVersionCommand;
  return absl::OkStatus();
}

absl::Status PluginOptions::ReadFile() {
  const std::string named = file_;
  absl::StatusOr<NamedInput> input = ReadNamedInput(named);
  if (!input.ok()) return input.status();
  file_ = std::move(input->file);
  input_name_ = std::move(input->name);
  text_ = std::move(input->text);
  request_.shape = ShapeOfInput(named, text_);
  return absl::OkStatus();
}

namespace {

// Whether the device has no path until `docker plugin set` gives it one.
bool IsToBeSet(const PluginDevice& device) {
  return device.path != nullptr && device.path->empty() &&
         !device.name.empty() &&
         std::find(device.settable.begin(), device.settable.end(), "path") !=
             device.settable.end();
}

}  // namespace

void PluginOptions::AssumeDevicesOf(std::string_view plugin) {
  if (assumed_ == nullptr) return;
  // Of what has too many values the command says so, before it takes memory.
  if (!JsonTree::CheckValues(plugin, input_name_, JsonTree::kMaxConfigValues)
           .ok()) {
    return;
  }
  Request request = request_;
  request.plugin = plugin;
  Answer answer;
  Generator(*release_, *host_, base_spec_).Generate(request, &answer);
  if (answer.stage() != Stage::kSpec) return;
  for (const Slice<PluginDevice>& devices :
       {answer.plugin().settings.devices, answer.plugin().config.devices}) {
    for (const PluginDevice& device : devices) {
      if (device.path != nullptr) assumed_->Add(*device.path);
    }
  }
  // Of a config that is judged, those that are to be set count as there, too,
  // unless the engine refuses another one that has no path.
  const Slice<PluginDevice>& devices = answer.plugin().settings.devices;
  if (about_ == About::kConfig &&
      std::any_of(devices.begin(), devices.end(), IsToBeSet) &&
      std::none_of(devices.begin(), devices.end(),
                   [](const PluginDevice& device) {
                     return device.path != nullptr && device.path->empty() &&
                            !IsToBeSet(device);
                   })) {
    assumed_->AddUnset();
  }
}

GrantHost PluginOptions::grant_host() const {
  return {&host().files, assumed_ == nullptr ? decltype(GrantHost::assumed)()
                                             : assumed_->paths()};
}

const PluginDevice* NoteDeviceToBeSet(const Answer& answer,
                                      const FileTree& files, Console* console) {
  if (answer.stage() != Stage::kSpec) return nullptr;
  for (const PluginDevice& device : answer.plugin().settings.devices) {
    FileFacts facts;
    if (device.path == nullptr || files.Lstat(*device.path, &facts) != ENOENT) {
      continue;
    }
    if (device.path->empty() && IsToBeSet(device)) {
      console->Error(absl::StrCat("its path is to be set: --set ", device.name,
                                  ".path=/dev/... says which it is"));
    }
    return &device;
  }
  return nullptr;
}

void PluginOptions::NoteMissingDevices(const Answer& answer,
                                       Console* console) const {
  const PluginDevice* const device =
      NoteDeviceToBeSet(answer, host().files, console);
  if (device == nullptr || device->path->empty()) return;
  console->Error(absl::StrCat(
      has_host_file() ? "the machine of --host has no "
                      : "this machine has no ",
      *device->path, ": use ",
      has_host_file() ? ""
                      : "--host (facts of the machine that the plugin is "
                        "for) or ",
      "--assume-devices"));
}

void PluginOptions::NoteAssumedDevices(Console* console) const {
  if (assumed_ == nullptr) return;
  for (const std::string& path : assumed_->paths()) {
    if (path.empty()) {
      console->Error(
          "a device has no path until it is set: it counts as there (assumed)");
      continue;
    }
    const FileFacts facts = LikelyDevice(path);
    console->Error(
        absl::StrCat(SecretHider().Text(path),
                     has_host_file() ? " is not on the machine of --host"
                                     : " is not on this machine",
                     ": it counts as there, as the ",
                     S_ISBLK(facts.mode) ? "block" : "character", " device ",
                     facts.major, ":", facts.minor, " (assumed)"));
  }
}

std::string PluginOptions::WarnIfNoPlugin(Console* console) const {
  return specgen::WarnIfNoPlugin(input_name(), text_, request_.shape,
                                 plugin_name_, *release_, console);
}

absl::Status PluginOptions::LoadAnother(std::string file) {
  file_ = std::move(file);
  absl::Status status = ReadFile();
  if (!status.ok()) return status;
  request_.plugin = text_;
  AssumeDevices();
  return absl::OkStatus();
}

void PluginOptions::AssumeDevices() {
  if (!assume_devices_ && about_ != About::kConfig) return;
  assumed_ = std::make_unique<AssumedDevices>(*host_);
  // Engines before 1.13.0-rc4 look into the plugin's rootfs there.
  if (about_ == About::kConfig) assumed_->AddFolder(request_.lib_root);
  AssumeDevicesOf(text_);
}

absl::Status PluginOptions::Load(Console* console) {
  if (file_.empty() == docker_.empty()) {
    return UsageError(file_.empty() ? "FILE is required"
                                    : "--docker: takes the place of FILE");
  }
  if (!docker_.empty()) {
    absl::Status status = ReadFromDocker();
    if (!status.ok()) return status;
  }
  const absl::StatusOr<NamedEngine> engine =
      ChooseEngine(engine_named_by_, engine_, console);
  if (!engine.ok()) return engine.status();
  release_ = engine->release;
  const int from_stdin =
      (file_ == "-") + (base_spec_file_ == "-") + host_options_.from_stdin();
  if (from_stdin > 1) {
    return absl::FailedPreconditionError(
        "only one input can come from standard input");
  }

  if (docker_.empty() && !is_folder_) {
    absl::Status status = ReadFile();
    if (!status.ok()) return status;
  }
  absl::StatusOr<std::unique_ptr<Host>> host = host_options_.Open();
  if (!host.ok()) return host.status();
  host_ = *std::move(host);
  presumed_ = TellPresumption(*engine, *host_, console);
  if (!base_spec_file_.empty()) {
    if (!TakesBaseSpec(*release_->behaviour)) {
      return absl::FailedPreconditionError(absl::StrCat(
          "--base-spec: Docker ", release_->name,
          " starts from its own spec only; 1.13.0-dev to 1.13.0-rc4 take one"));
    }
    absl::StatusOr<std::string> base = ReadInput(base_spec_file_);
    if (!base.ok()) return base.status();
    absl::StatusOr<std::shared_ptr<const BaseSpec>> spec = ReadBaseSpec(
        *release_->behaviour, *base,
        base_spec_file_ == "-" ? "standard input" : base_spec_file_);
    if (!spec.ok()) return spec.status();
    base_spec_ = *std::move(spec);
  }

  set_.Group();
  request_.plugin = text_;
  request_.plugin_name = plugin_name_;
  request_.set_calls = set_.calls();
  request_.set = set_.last_call();
  request_.restarted = restarted_;
  if (id_option_->count() > 0) request_.id = id_;
  if (rootfs_option_->count() > 0) request_.rootfs = rootfs_;
  lib_root_ = lib_root_options_.Directory(has_host_file());
  request_.lib_root = lib_root_;
  if (exec_root_option_->count() == 0) {
    exec_root_ = DefaultExecRoot(*release_->behaviour);
  }
  request_.exec_root = exec_root_;
  metrics_socket_ = metrics_options_.Path(exec_root_, *host_, has_host_file());
  request_.metrics_socket = metrics_socket_;
  AssumeDevices();
  return absl::OkStatus();
}

}  // namespace specgen
