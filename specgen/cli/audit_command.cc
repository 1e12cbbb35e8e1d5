// specgen audit: whether running plugins have the specs that dockerd made.
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "specgen/base/cause.h"
#include "specgen/base/errno_text.h"
#include "specgen/bundle/blob_reader.h"
#include "specgen/cli/ask_docker.h"
#include "specgen/cli/command.h"
#include "specgen/cli/commands.h"
#include "specgen/cli/console.h"
#include "specgen/cli/plugin_options.h"
#include "specgen/cli/shown_tree.h"
#include "specgen/diff/changes_json.h"
#include "specgen/diff/spec_diff.h"
#include "specgen/host/file_tree.h"
#include "specgen/host/go_path.h"
#include "specgen/host/live_host.h"
#include "specgen/json/json_builder.h"
#include "specgen/json/json_tree.h"
#include "specgen/secrets/hide_secrets.h"
#include "specgen/specgen.h"

namespace specgen {
namespace {

enum class State : uint8_t {
  kSame,
  kDifferent,
  kRefused,     // this engine makes no spec of it
  kNotRunning,  // though it is enabled
  kStray,       // runs, though it is not enabled, or not installed
  kUnreadable,  // dockerd's state of it, or the running spec
  kUnknown,     // it is not allowed to look whether it runs
  kNotEnabled,
};

std::string_view StateName(State state) {
  switch (state) {
    case State::kSame:
      return "same";
    case State::kDifferent:
      return "different";
    case State::kRefused:
      return "refused";
    case State::kNotRunning:
      return "not_running";
    case State::kStray:
      return "stray";
    case State::kUnreadable:
      return "unreadable";
    case State::kUnknown:
      return "unknown";
    case State::kNotEnabled:
      return "not_enabled";
  }
  return "";
}

// An installed plugin, and what was found out about it.
struct AuditedPlugin {
  std::string lib_root;  // "" if it is not installed
  std::string id;
  std::string name;
  State state = State::kSame;
  std::string running_spec;  // the file
  std::string message;       // why there is no spec, or what is unreadable
  std::vector<Change> changes;
};

// Where the config.json of a running plugin is kept: by a containerd of
// dockerd's own, or the system's; before 17.11 by dockerd itself
// (libcontainerd/client_linux.go, v17.06.0-ce).
struct Place {
  std::string_view path;  // a relative one is below dockerd's --exec-root
  // Whether containerd's namespaces are in it. Plugins are in kNamespace, or in
  // dockerd's --containerd-plugins-namespace.
  bool has_namespaces = true;
};
constexpr Place kPlaces[] = {
    {"containerd/daemon/io.containerd.runtime.v2.task"},
    {"containerd/daemon/io.containerd.runtime.v1.linux"},
    {"libcontainerd", false},
    {"/run/containerd/io.containerd.runtime.v2.task"},
    {"/run/containerd/io.containerd.runtime.v1.linux"},
};
// With userns-remap "-UID.GID" follows (plugin/executor/containerd,
// v17.12.0-ce; RemapContainerdNamespaces in daemon/daemon.go).
constexpr std::string_view kNamespace = "plugins.moby";

// dockerd's names of plugins' directories (stringid.GenerateRandomID) look as
// those of blobs do.
bool IsPluginId(std::string_view name) { return IsSha256(name); }

class AuditCommand : public Command {
 public:
  void Define(CLI::App* app) override;
  int Run(Console* console) override;

 private:
  // The directories of plugins: of the data root, and of those that dockerd
  // makes in it for user namespaces, which it calls "UID.GID" (moby
  // daemon/daemon_unix.go, setupDaemonRoot).
  std::vector<std::string> LibRoots() const;
  // By their ids.
  absl::StatusOr<std::vector<AuditedPlugin>> FindPlugins() const;
  // Those of kPlaces, with the namespaces in them. What cannot be looked into
  // becomes `hidden_`.
  std::vector<std::string> FindTaskDirectories();
  // All that there are: a machine may have had both.
  std::vector<std::string> RunningSpecs(const std::string& id);
  // Takes down that a place cannot be looked at, unless nothing is there.
  void NoteHidden(const std::string& path, int error);
  // Those that run without being installed here.
  std::vector<std::string> FindStrays(
      const std::vector<AuditedPlugin>& installed) const;
  // Fills in all but the id. Errors are about this plugin alone.
  absl::Status Audit(AuditedPlugin* plugin);
  // The text of a file, which may be anything.
  absl::StatusOr<std::string> ReadRegularFile(const std::string& file) const;
  // The changes from `made` to what the file has.
  absl::StatusOr<std::vector<Change>> Compare(std::string_view made,
                                              const std::string& file);
  void PrintJson(const std::vector<AuditedPlugin>& plugins,
                 Console* console) const;
  void PrintLines(const std::vector<AuditedPlugin>& plugins,
                  Console* console) const;

  std::string data_root_ = "/var/lib/docker";
  std::string exec_root_ = "/var/run/docker";
  std::string plugins_exec_root_;
  std::string engine_;
  bool json_ = false;
  bool show_secrets_ = false;
  SecretHider secrets_;
  const Release* release_ = nullptr;
  std::string presumed_;
  std::vector<std::string> task_directories_;
  std::string hidden_;  // why some of them are not known; "": all are
  LiveHost host_;
};

void AuditCommand::Define(CLI::App* app) {
  app->add_option("--engine", engine_,
                  "dockerd's version (default: that of the dockerd that the "
                  "docker command of PATH speaks to)")
      ->type_name("RELEASE");
  app->add_option("--data-root", data_root_,
                  "dockerd's --data-root; the directories UID.GID in it, which "
                  "userns-remap makes, are looked through, too")
      ->type_name("DIRECTORY")
      ->capture_default_str();
  app->add_option("--dockerd-exec-root", exec_root_, "dockerd's --exec-root")
      ->type_name("DIRECTORY")
      ->capture_default_str();
  app->add_option("--exec-root", plugins_exec_root_,
                  "Where dockerd makes the plugins' runtime directories "
                  "(default: /run/docker/plugins, before 1.13.0-rc4 "
                  "/run/docker)")
      ->type_name("DIRECTORY");
  app->add_flag(
      "--json", json_,
      "Print JSON: {\"engine\", \"presumed\", \"plugins\": [{\"id\", \"name\", "
      "\"state\": \"same\", \"different\", \"refused\", "
      "\"not_running\", \"stray\", \"unreadable\", \"unknown\" or "
      "\"not_enabled\", \"running_spec\", "
      "\"message\", \"changes\" and \"why\" as of diff}]}");
  DefineShowSecrets(&show_secrets_, app);
}

std::vector<std::string> AuditCommand::LibRoots() const {
  std::vector<std::string> roots = {JoinPath({data_root_, "plugins"})};
  std::vector<std::string> names;
  if (host_.files.ListDirectory(data_root_, &names) != 0) return roots;
  for (const std::string& name : names) {
    const std::pair<std::string_view, std::string_view> ids =
        absl::StrSplit(name, absl::MaxSplits('.', 1));
    uint32_t id;
    if (absl::SimpleAtoi(ids.first, &id) && absl::SimpleAtoi(ids.second, &id)) {
      roots.push_back(JoinPath({data_root_, name, "plugins"}));
    }
  }
  return roots;
}

absl::StatusOr<std::vector<AuditedPlugin>> AuditCommand::FindPlugins() const {
  std::vector<AuditedPlugin> plugins;
  absl::Status status;
  bool has_directory = false;
  for (const std::string& directory : LibRoots()) {
    std::vector<std::string> names;
    const int error = host_.files.ListDirectory(directory, &names);
    has_directory |= error == 0;
    // Either may be missing: userns-remap may be off, or have been on ever.
    if (error != 0 && (status.ok() || error != ENOENT)) {
      status = absl::UnavailableError(absl::StrCat(
          directory, ": ", GoErrnoText(error),
          error == EACCES ? ": only root may look at dockerd's plugins"
                          : ": is that dockerd's --data-root? `docker info "
                            "--format '{{.DockerRootDir}}'` says which it "
                            "is"));
      if (error != ENOENT) return status;
    }
    for (std::string& name : names) {
      if (!IsPluginId(name)) continue;
      AuditedPlugin& plugin = plugins.emplace_back();
      plugin.lib_root = directory;
      plugin.id = std::move(name);
    }
  }
  if (!has_directory) return status;
  std::ranges::sort(plugins, {}, &AuditedPlugin::id);
  return plugins;
}

std::vector<std::string> AuditCommand::FindTaskDirectories() {
  std::vector<std::string> directories;
  for (const Place& place : kPlaces) {
    std::string directory = absl::StartsWith(place.path, "/")
                                ? std::string(place.path)
                                : JoinPath({exec_root_, place.path});
    std::vector<std::string> names;
    const int error = host_.files.ListDirectory(directory, &names);
    if (error != 0) {
      NoteHidden(directory, error);
      continue;
    }
    if (!place.has_namespaces) {
      directories.push_back(std::move(directory));
      continue;
    }
    for (const std::string& name : names) {
      directories.push_back(JoinPath({directory, name}));
    }
  }
  return directories;
}

void AuditCommand::NoteHidden(const std::string& path, int error) {
  if (error == ENOENT || error == ENOTDIR || !hidden_.empty()) return;
  hidden_ =
      absl::StrCat(path, ": ", GoErrnoText(error),
                   error == EACCES ? ": only root may look at what runs" : "");
}

std::vector<std::string> AuditCommand::RunningSpecs(const std::string& id) {
  std::vector<std::string> files;
  for (const std::string& directory : task_directories_) {
    std::string file = JoinPath({directory, id, "config.json"});
    FileFacts facts;
    if (const int error = host_.files.Lstat(file, &facts); error != 0) {
      NoteHidden(file, error);
    } else {
      files.push_back(std::move(file));
    }
  }
  return files;
}

std::vector<std::string> AuditCommand::FindStrays(
    const std::vector<AuditedPlugin>& installed) const {
  std::set<std::string> strays;
  for (const std::string& directory : task_directories_) {
    std::vector<std::string> names;
    // Others have containers.
    if (!absl::StartsWith(directory.substr(directory.rfind('/') + 1),
                          kNamespace) ||
        host_.files.ListDirectory(directory, &names) != 0) {
      continue;
    }
    for (std::string& name : names) {
      if (IsPluginId(name) && !std::ranges::binary_search(installed, name, {},
                                                          &AuditedPlugin::id)) {
        strays.insert(std::move(name));
      }
    }
  }
  return {strays.begin(), strays.end()};
}

absl::StatusOr<std::string> AuditCommand::ReadRegularFile(
    const std::string& file) const {
  FileFacts facts;
  const int error = host_.files.Stat(file, &facts);
  if (error != 0) {
    return AsBadInput(
        HostError(error, absl::StrCat(file, ": ", GoErrnoText(error))));
  }
  if (!S_ISREG(facts.mode)) {
    return BadInputError(absl::StrCat(file, ": is no regular file"));
  }
  return ReadInput(file);
}

absl::StatusOr<std::vector<Change>> AuditCommand::Compare(
    std::string_view made, const std::string& file) {
  absl::StatusOr<std::string> text = ReadRegularFile(file);
  if (!text.ok()) return text.status();
  if (*text == made) return std::vector<Change>();
  absl::StatusOr<std::unique_ptr<JsonTree>> before =
      ParseAsShown(made, "the spec", &secrets_);
  if (!before.ok()) return before.status();
  absl::StatusOr<std::unique_ptr<JsonTree>> after =
      ParseAsShown(*text, file, &secrets_);
  if (!after.ok()) {
    return std::vector<Change>{{ChangeKind::kChanged, "bytes", "config.json",
                                std::string(after.status().message())}};
  }
  std::vector<Change> changes = DiffSpecs((*before)->root(), (*after)->root());
  if (changes.empty()) {
    changes.push_back({ChangeKind::kChanged, "bytes", "config.json",
                       "it means the same, but its bytes are others: somebody "
                       "wrote it again"});
  }
  return changes;
}

absl::Status AuditCommand::Audit(AuditedPlugin* plugin) {
  const std::vector<std::string> running = RunningSpecs(plugin->id);
  if (!running.empty()) plugin->running_spec = running.front();
  const std::string file =
      JoinPath({plugin->lib_root, plugin->id, "config.json"});
  absl::StatusOr<std::string> text = ReadRegularFile(file);
  if (!text.ok()) return text.status();
  absl::Status status =
      JsonTree::CheckValues(*text, file, JsonTree::kMaxConfigValues);
  if (!status.ok()) return status;
  const std::string metrics_socket = JoinPath({exec_root_, "metrics.sock"});
  Request request;
  request.plugin = *text;
  request.shape = PluginShape::kStored;
  request.id = plugin->id;
  request.lib_root = plugin->lib_root;
  if (!plugins_exec_root_.empty()) request.exec_root = plugins_exec_root_;
  request.metrics_socket = metrics_socket;
  Answer answer;
  Generator(*release_, host_).Generate(request, &answer);
  if (answer.outcome() != Outcome::kSpec && answer.stage() == Stage::kDecode) {
    return BadInputError(absl::StrCat(file, ":", answer.position(), ": ",
                                      secrets_.Text(answer.message())));
  }
  plugin->name = answer.plugin().name;
  if (!answer.plugin().enabled) {
    plugin->state = running.empty() ? State::kNotEnabled : State::kStray;
    return absl::OkStatus();
  }
  if (running.empty()) {
    plugin->state = hidden_.empty() ? State::kNotRunning : State::kUnknown;
    plugin->message = hidden_;
    return absl::OkStatus();
  }
  if (answer.outcome() != Outcome::kSpec) {
    plugin->state = State::kRefused;
    plugin->message = secrets_.Text(answer.message());
    return absl::OkStatus();
  }
  for (const std::string& spec : running) {
    plugin->running_spec = spec;
    absl::StatusOr<std::vector<Change>> changes = Compare(answer.spec(), spec);
    if (!changes.ok()) return changes.status();
    plugin->changes = *std::move(changes);
    if (plugin->changes.empty()) continue;
    plugin->state = State::kDifferent;
    break;
  }
  return absl::OkStatus();
}

void AuditCommand::PrintJson(const std::vector<AuditedPlugin>& plugins,
                             Console* console) const {
  JsonBuilder json;
  json.Object();
  json.Key("engine").String(release_->name);
  json.KeyIfAny("presumed", presumed_);
  json.Key("plugins").List();
  for (const AuditedPlugin& plugin : plugins) {
    json.Object();
    json.Key("id").String(plugin.id);
    json.Key("name").String(plugin.name);
    json.Key("state").String(StateName(plugin.state));
    json.Key("running_spec").String(plugin.running_spec);
    json.Key("message").String(plugin.message);
    AddChangesJson(plugin.changes, {}, &json);
    json.EndObject();
  }
  json.EndList();
  json.EndObject();
  console->Out(json.Finish());
}

void AuditCommand::PrintLines(const std::vector<AuditedPlugin>& plugins,
                              Console* console) const {
  std::vector<std::string> lines;
  for (const AuditedPlugin& plugin : plugins) {
    constexpr size_t kShortId = 12;  // as docker plugin ls
    const std::string name =
        absl::StrCat(plugin.name, plugin.name.empty() ? "" : " ",
                     plugin.id.substr(0, kShortId), ": ");
    switch (plugin.state) {
      case State::kSame:
        lines.push_back(absl::StrCat(name, "runs with the spec that Docker ",
                                     release_->name, " makes"));
        break;
      case State::kDifferent:
        lines.push_back(absl::StrCat(name,
                                     "does not run with the spec that "
                                     "Docker ",
                                     release_->name,
                                     " makes: ", plugin.running_spec));
        break;
      case State::kRefused:
        lines.push_back(absl::StrCat(name, "runs, but Docker ", release_->name,
                                     " would not start it: ", plugin.message));
        break;
      case State::kNotRunning:
        lines.push_back(absl::StrCat(
            name, "is enabled, but has no spec below ", exec_root_,
            " or /run/containerd: it does not run, or not under this dockerd"));
        break;
      case State::kStray:
        lines.push_back(
            absl::StrCat(name, "runs, but is not enabled, or not installed: ",
                         plugin.running_spec));
        break;
      case State::kUnreadable:
        lines.push_back(absl::StrCat(name, plugin.message));
        break;
      case State::kUnknown:
        lines.push_back(absl::StrCat(
            name, "is enabled; whether it runs is unknown: ", plugin.message));
        break;
      case State::kNotEnabled:
        lines.push_back(absl::StrCat(name, "is not enabled"));
        break;
    }
    for (const Change& change : plugin.changes) {
      lines.push_back(absl::StrCat("  ",
                                   std::string(1, ChangeKindSign(change.kind)),
                                   " ", change.section, ": ", change.text));
    }
  }
  console->OutLines(lines);
}

int AuditCommand::Run(Console* console) {
  secrets_ = SecretHider(show_secrets_);
  std::string_view named_by = "--engine";
  if (engine_.empty()) {
    absl::StatusOr<std::string> version = DockerVersion("audit");
    if (!version.ok()) return Fail(version.status(), console);
    engine_ = *std::move(version);
    named_by = kDockerVersionCommand;
  }
  const absl::StatusOr<NamedEngine> engine =
      ChooseEngine(named_by, engine_, console);
  if (!engine.ok()) return Fail(engine.status(), console);
  release_ = engine->release;
  presumed_ = TellPresumption(*engine, host_, console);
  data_root_ = RealPath(data_root_);
  task_directories_ = FindTaskDirectories();
  absl::StatusOr<std::vector<AuditedPlugin>> found = FindPlugins();
  if (!found.ok()) return Fail(found.status(), console);
  std::vector<AuditedPlugin>& plugins = *found;
  for (AuditedPlugin& plugin : plugins) {
    // The others are looked at all the same.
    if (absl::Status status = Audit(&plugin); !status.ok()) {
      plugin.state = State::kUnreadable;
      plugin.message = status.message();
    }
  }
  for (const std::string& id : FindStrays(plugins)) {
    AuditedPlugin& plugin = plugins.emplace_back();
    plugin.id = id;
    plugin.state = State::kStray;
    std::vector<std::string> running = RunningSpecs(id);
    if (!running.empty()) plugin.running_spec = std::move(running.front());
  }
  if (json_) {
    PrintJson(plugins, console);
  } else {
    PrintLines(plugins, console);
  }
  if (plugins.empty() && !json_) {
    console->Error(absl::StrCat(data_root_, ": there are no plugins"));
  }
  if (std::ranges::count(plugins, State::kUnknown, &AuditedPlugin::state) > 0) {
    return kExitHost;
  }
  const bool all_well = std::all_of(plugins.begin(), plugins.end(),
                                    [](const AuditedPlugin& plugin) {
                                      return plugin.state == State::kSame ||
                                             plugin.state == State::kNotEnabled;
                                    });
  return all_well ? kExitDone : kExitRefused;
}

}  // namespace

std::unique_ptr<Command> MakeAuditCommand() {
  return std::make_unique<AuditCommand>();
}

}  // namespace specgen
