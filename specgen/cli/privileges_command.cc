// specgen privileges: what a plugin asks for, and what it gets.
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/cause.h"
#include "specgen/cli/ask_git.h"
#include "specgen/cli/command.h"
#include "specgen/cli/commands.h"
#include "specgen/cli/console.h"
#include "specgen/cli/failure_report.h"
#include "specgen/cli/plugin_options.h"
#include "specgen/json/json_builder.h"
#include "specgen/json/json_tree.h"
#include "specgen/privileges/grants.h"
#include "specgen/privileges/grants_json.h"
#include "specgen/privileges/prompt.h"
#include "specgen/secrets/hide_secrets.h"
#include "specgen/specgen.h"

namespace specgen {
namespace {

struct PluginPrivileges {
  std::vector<Privilege> prompt;
  std::vector<Grant> grants;
};

absl::StatusOr<PluginPrivileges> Inspect(const Release& release,
                                         const Answer& answer,
                                         const GrantHost& host) {
  absl::StatusOr<std::unique_ptr<JsonTree>> spec =
      JsonTree::Parse(answer.spec(), "the spec");
  if (!spec.ok()) return spec.status();
  return PluginPrivileges{
      ComputePrivileges(*release.behaviour, answer.plugin().config),
      FindGrants(release, answer.plugin(), (*spec)->root(), host)};
}

// The name of the input, and where in it there is no plugin.
std::string PlaceOf(const Answer& answer, std::string_view name) {
  return answer.stage() == Stage::kDecode
             ? absl::StrCat(name, ":", answer.position())
             : std::string(name);
}

void HideSecrets(PluginPrivileges* privileges, SecretHider* secrets) {
  for (Privilege& privilege : privileges->prompt) {
    for (std::string& item : privilege.value) item = secrets->Text(item);
  }
  HideSecrets(&privileges->grants, secrets);
}

void AddGrantLines(const std::vector<Grant>& grants,
                   std::vector<std::string>* lines) {
  for (const Grant& grant : grants) {
    const std::string_view level = GrantLevelName(grant.level);
    lines->push_back(absl::StrCat("  ", level,
                                  std::string(10 - level.size(), ' '), grant.id,
                                  " ", grant.what, ": ", grant.why));
  }
}

void AddPromptLines(const std::vector<Privilege>& prompt,
                    std::vector<std::string>* lines) {
  for (const Privilege& privilege : prompt) {
    lines->push_back(PromptLine(privilege));
  }
}

void AddJson(const PluginPrivileges& privileges, JsonBuilder* json) {
  json->Key("prompt").List();
  for (const Privilege& privilege : privileges.prompt) {
    json->Object();
    json->Key("name").String(privilege.name);
    json->Key("description").String(privilege.description);
    json->Key("value").Strings(privilege.value);
    json->EndObject();
  }
  json->EndList();
  AddGrantsJson("grants", privileges.grants, json);
}

class PrivilegesCommand : public Command {
 public:
  void Define(CLI::App* app) override;
  int Run(Console* console) override;

 private:
  int RunSince(const Generator& generator, const PluginPrivileges& now,
               Console* console);
  // What is said on standard output of what cannot be told; returns `code`.
  int NoAnswer(int code, std::string_view why, Console* console) const;
  int FailOn(const absl::Status& status, Console* console) const;

  PluginOptions plugin_;
  std::string since_;
  bool json_ = false;
  bool show_secrets_ = false;
  std::string no_plugin_;  // why FILE is likely none; or ""
};

void PrivilegesCommand::Define(CLI::App* app) {
  plugin_.Define(app, PluginOptions::About::kConfig);
  plugin_.DefineDocker(app);
  app->add_option("--since", since_,
                  "The plugin as it was, a file or REV:PATH of git: show only "
                  "what FILE adds to it, on "
                  "the same engine and host; the exit code is 1 if it adds "
                  "anything but notes (level info)")
      ->type_name("OLD");
  app->add_flag(
      "--json", json_,
      "Print JSON: {\"engine\", \"presumed\", \"noPlugin\", \"prompt\": "
      "[{\"name\", "
      "\"description\", \"value\": []}], \"grants\": "
      "[{\"level\", \"id\", \"what\", \"why\"}]}, with --since "
      "also \"since\" and \"adds\"; in place of both lists \"error\" if "
      "these cannot be told");
  DefineShowSecrets(&show_secrets_, app);
}

int PrivilegesCommand::NoAnswer(int code, std::string_view why,
                                Console* console) const {
  if (!json_) return code;
  JsonBuilder json;
  json.Object();
  if (plugin_.has_release()) {
    json.Key("engine").String(plugin_.release().name);
  }
  json.KeyIfAny("presumed", plugin_.presumed());
  json.KeyIfAny("noPlugin", no_plugin_);
  json.KeyIfAny("since", since_);
  json.Key("error").String(why);
  // Nobody knows, so that no gate lets it pass.
  if (!since_.empty()) json.Key("adds").Bool(true);
  console->Out(json.EndObject().Finish());
  return code;
}

int PrivilegesCommand::FailOn(const absl::Status& status,
                              Console* console) const {
  return NoAnswer(Fail(status, console), status.message(), console);
}

int PrivilegesCommand::Run(Console* console) {
  absl::Status status = plugin_.Load(console);
  if (status.ok()) {
    status =
        JsonTree::CheckValues(plugin_.request().plugin, plugin_.input_name(),
                              JsonTree::kMaxConfigValues);
  }
  if (!status.ok()) return FailOn(status, console);
  no_plugin_ = plugin_.WarnIfNoPlugin(console);
  const Generator generator(plugin_.release(), plugin_.host(),
                            plugin_.base_spec());
  Answer answer;
  generator.Generate(plugin_.request(), &answer);
  plugin_.NoteFailedCalls(answer, console);
  SecretHider secrets(show_secrets_);
  if (answer.outcome() != Outcome::kSpec) {
    const int code = ReportFailure(answer, plugin_, console, &secrets);
    return NoAnswer(code,
                    absl::StrCat(PlaceOf(answer, plugin_.input_name()), ": ",
                                 secrets.Text(answer.message())),
                    console);
  }
  absl::StatusOr<PluginPrivileges> now =
      Inspect(plugin_.release(), answer, plugin_.grant_host());
  if (!now.ok()) return FailOn(now.status(), console);
  if (!since_.empty()) return RunSince(generator, *now, console);

  HideSecrets(&*now, &secrets);
  const std::string engine = absl::StrCat("Docker ", plugin_.release().name);
  if (json_) {
    JsonBuilder json;
    json.Object().Key("engine").String(plugin_.release().name);
    json.KeyIfAny("presumed", plugin_.presumed());
    json.KeyIfAny("noPlugin", no_plugin_);
    AddJson(*now, &json);
    console->Out(json.EndObject().Finish());
    return kExitDone;
  }
  std::vector<std::string> lines = {absl::StrCat(
      engine, !now->prompt.empty()  ? " asks at install:"
              : !no_plugin_.empty() ? " asks nothing at install, but this is "
                                      "likely no plugin at all."
                                    : " asks nothing at install.")};
  AddPromptLines(now->prompt, &lines);
  lines.insert(lines.end(), {"", "The plugin gets:"});
  AddGrantLines(now->grants, &lines);
  console->OutLines(lines);
  return kExitDone;
}

int PrivilegesCommand::RunSince(const Generator& generator,
                                const PluginPrivileges& now, Console* console) {
  if (!no_plugin_.empty()) {
    // A gate that says yes to a wrong file is none.
    return FailOn(BadInputError(absl::StrCat(
                      "--since: ", plugin_.input_name(),
                      " is likely no plugin: what it adds cannot be told")),
                  console);
  }
  if (since_ == "-" && plugin_.input_name() == "standard input") {
    return FailOn(UsageError("only one input can come from standard input"),
                  console);
  }
  const auto fail_on_old = [&](const absl::Status& status) {
    return FailOn(absl::Status(status.code(),
                               absl::StrCat("--since: ", status.message())),
                  console);
  };
  std::string name;
  std::string text;
  Request request = plugin_.request();
  if (IsInGit(since_)) {
    absl::StatusOr<GitFile> since = ReadFromGit("--since", since_);
    if (!since.ok()) return FailOn(since.status(), console);
    name = std::move(since->name);
    text = std::move(since->text);
    request.shape = since->in_folder ? ShapeInFolder(text) : PluginShape::kAuto;
  } else {
    absl::StatusOr<NamedInput> since = ReadNamedInput(since_);
    if (!since.ok()) return fail_on_old(since.status());
    name = std::move(since->name);
    text = std::move(since->text);
    request.shape = ShapeOfInput(since_, text);
  }
  absl::Status status =
      JsonTree::CheckValues(text, name, JsonTree::kMaxConfigValues);
  if (!status.ok()) return fail_on_old(status);
  request.plugin = text;
  plugin_.AssumeDevicesOf(text);
  Answer answer;
  generator.Generate(request, &answer);
  WarnIfNoPlugin(name, text, request.shape, request.plugin_name,
                 plugin_.release(), console);
  SecretHider secrets(show_secrets_);
  if (answer.outcome() != Outcome::kSpec) {
    const std::string why = absl::StrCat(
        "--since: ", PlaceOf(answer, name), ": Docker ", plugin_.release().name,
        " makes no spec of it: ", secrets.Text(answer.message()));
    console->Error(why);
    return NoAnswer(
        answer.stage() == Stage::kDecode ? kExitBadInput : kExitRefused, why,
        console);
  }
  absl::StatusOr<PluginPrivileges> before =
      Inspect(plugin_.release(), answer, plugin_.grant_host());
  if (!before.ok()) return FailOn(before.status(), console);
  PluginPrivileges added{AddedPrivileges(before->prompt, now.prompt),
                         AddedGrants(before->grants, now.grants)};
  HideSecrets(&added, &secrets);
  // What Docker asks for and gives nothing, such as a tmpfs, adds nothing.
  const bool adds = std::any_of(
      added.grants.begin(), added.grants.end(),
      [](const Grant& grant) { return grant.level != GrantLevel::kInfo; });
  if (json_) {
    JsonBuilder json;
    json.Object().Key("engine").String(plugin_.release().name);
    json.KeyIfAny("presumed", plugin_.presumed());
    json.Key("since").String(name);
    json.Key("adds").Bool(adds);
    AddJson(added, &json);
    console->Out(json.EndObject().Finish());
  } else if (added.prompt.empty() && added.grants.empty()) {
    console->OutLines({absl::StrCat("Nothing is added since ", name, ".")});
  } else {
    std::vector<std::string> lines;
    if (!added.prompt.empty()) {
      lines.push_back(absl::StrCat("Docker ", plugin_.release().name,
                                   " asks beyond ", name, ":"));
      AddPromptLines(added.prompt, &lines);
      lines.emplace_back();
    }
    if (added.grants.empty()) {
      lines.push_back(
          absl::StrCat("The plugin gets nothing beyond ", name, "."));
    } else {
      lines.push_back(absl::StrCat("The plugin gets beyond ", name, ":"));
      AddGrantLines(added.grants, &lines);
    }
    console->OutLines(lines);
  }
  return adds ? kExitRefused : kExitDone;
}

}  // namespace

std::unique_ptr<Command> MakePrivilegesCommand() {
  return std::make_unique<PrivilegesCommand>();
}

}  // namespace specgen
