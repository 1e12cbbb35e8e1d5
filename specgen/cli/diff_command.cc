// specgen diff: two plugins, two specs, or one plugin on two engines.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "CLI/App.hpp"
#include "CLI/Option.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "specgen/base/cause.h"
#include "specgen/cli/command.h"
#include "specgen/cli/commands.h"
#include "specgen/cli/console.h"
#include "specgen/cli/plugin_options.h"
#include "specgen/cli/shown_tree.h"
#include "specgen/diff/changes_json.h"
#include "specgen/diff/engine_changes.h"
#include "specgen/diff/spec_diff.h"
#include "specgen/generator/base_spec_reader.h"
#include "specgen/json/json_builder.h"
#include "specgen/json/json_tree.h"
#include "specgen/lint/lint_config.h"
#include "specgen/privileges/prompt.h"
#include "specgen/secrets/hide_secrets.h"
#include "specgen/specgen.h"

namespace specgen {
namespace {

// One of the two sides.
struct Side {
  std::string name;  // "config.json", "Docker 28.5.2"
  bool is_spec_file = false;
  const Release* release = nullptr;
  std::string presumed;  // of that release
  Outcome outcome = Outcome::kSpec;
  bool is_no_plugin = false;       // nor a spec
  std::string message;             // why there is no spec
  std::string position;            // where in the text, if it is no plugin
  std::unique_ptr<JsonTree> spec;  // null if there is none
};

class DiffCommand : public Command {
 public:
  void Define(CLI::App* app) override;
  int Run(Console* console) override;

 private:
  // What --engine says: one release, two, or both as A..B.
  absl::Status ReadEngines(Console* console);
  // What holds for all plugins.
  absl::Status Load(Console* console);
  absl::Status LoadSides(Side* before, Side* after, Console* console);
  absl::Status LoadSide(std::string_view text, std::string_view name,
                        PluginShape shape, const Release& release, Side* side,
                        Console* console);
  // Compares the plugin that is loaded; returns the exit code for it.
  int Compare(Console* console);
  // The same of the next one of a folder.
  int CompareAnother(const std::string& plugin, Console* console);
  int CompareAll(const std::vector<std::string>& plugins, Console* console);
  void Print(const Side& before, const Side& after,
             const std::vector<Change>& changes,
             const std::vector<EngineChange>& why, Console* console);

  PluginOptions plugin_;
  std::string other_;
  std::string to_engine_;
  const CLI::Option* engine_option_ = nullptr;
  const Release* to_ = nullptr;
  std::string to_presumed_;
  std::string other_text_;
  bool json_ = false;
  bool show_secrets_ = false;
  SecretHider secrets_;
  JsonBuilder json_out_;
  bool printed_ = false;  // something is in json_out_
  std::string error_;     // why the plugin cannot be compared
};

void DiffCommand::Define(CLI::App* app) {
  plugin_.Define(app, PluginOptions::About::kConfig);
  CLI::Option* const engine = app->get_option("--engine");
  engine->take_first();
  engine->description(
      absl::StrCat(engine->get_description(),
                   ". Given twice, the second is --to-engine; A..B are both"));
  engine_option_ = engine;
  app->add_option("OTHER", other_,
                  "The other plugin or runtime spec; all options hold for both")
      ->type_name("FILE");
  app->add_option("--to-engine", to_engine_,
                  "The other Docker release; without OTHER, FILE is compared "
                  "with itself, or each plugin in it if it is a folder of "
                  "such")
      ->type_name("RELEASE");
  app->add_flag("--json", json_,
                "Print JSON: {\"before\", \"after\", \"same\", "
                "\"presumed\", "
                "\"changes\": [{\"kind\", \"section\", \"subject\", "
                "\"text\"}], \"why\": [{\"engine\", \"undone\", "
                "\"text\", \"advisories\": []}]}");
  DefineShowSecrets(&show_secrets_, app);
}

absl::Status DiffCommand::LoadSide(std::string_view text, std::string_view name,
                                   PluginShape shape, const Release& release,
                                   Side* side, Console* console) {
  side->name = std::string(name);
  side->release = &release;
  const std::string_view read = TextToRead(*release.behaviour, text);
  absl::StatusOr<std::unique_ptr<JsonTree>> tree = JsonTree::Parse(read, name);
  if (tree.ok() && (*tree)->root().Find("ociVersion") != nullptr &&
      read.size() < text.size()) {
    // A spec is read by no engine.
    tree = JsonTree::Parse(text, name);
  }
  if (!tree.ok()) return tree.status();
  // Both sides are compared as they are shown.
  const auto take_spec =
      [side](absl::StatusOr<std::unique_ptr<JsonTree>> spec) {
        if (!spec.ok()) return spec.status();
        side->spec = *std::move(spec);
        return absl::OkStatus();
      };
  if ((*tree)->root().Find("ociVersion") != nullptr) {
    side->is_spec_file = true;
    return take_spec(AsShown(*std::move(tree), name, &secrets_));
  }
  tree->reset();
  absl::Status status =
      JsonTree::CheckValues(text, name, JsonTree::kMaxConfigValues);
  if (!status.ok()) return status;
  Request request = plugin_.request();
  request.plugin = text;
  request.shape = shape;
  plugin_.AssumeDevicesOf(text);
  Answer answer;
  Generator(release, plugin_.host(), plugin_.base_spec())
      .Generate(request, &answer);
  plugin_.NoteFailedCalls(answer, console);
  side->outcome = answer.outcome();
  if (side->outcome != Outcome::kSpec) {
    side->message = secrets_.Text(answer.message());
    side->is_no_plugin =
        answer.stage() == Stage::kDecode && side->outcome == Outcome::kRefused;
    side->position = answer.position();
    return absl::OkStatus();
  }
  return take_spec(ParseAsShown(answer.spec(), "the spec", &secrets_));
}

absl::Status DiffCommand::ReadEngines(Console* console) {
  const std::vector<std::string>& given = engine_option_->results();
  const bool is_range = given.size() == 1 && absl::StrContains(given[0], "..");
  if (given.size() < 2 && !is_range) return absl::OkStatus();
  if (given.size() > 2 || !to_engine_.empty()) {
    return UsageError("--engine: two releases are compared, no more");
  }
  if (!is_range) {
    to_engine_ = given[1];
    return absl::OkStatus();
  }
  RangeNotes notes;
  const absl::StatusOr<absl::Span<const Release>> releases =
      ChooseEngines("--engine", given[0], /*console=*/nullptr, &notes);
  if (!releases.ok()) return releases.status();
  for (const std::string& text : notes.understood) {
    console->Error(absl::StrCat("--engine: ", text));
  }
  plugin_.set_engine(std::string(releases->front().name));
  to_engine_ = std::string(releases->back().name);
  return absl::OkStatus();
}

absl::Status DiffCommand::Load(Console* console) {
  if (other_.empty() && to_engine_.empty()) {
    return absl::FailedPreconditionError(
        "diff: name a second file, or an engine with --to-engine");
  }
  absl::Status status = plugin_.Load(console);
  if (!status.ok()) return status;
  to_ = &plugin_.release();
  to_presumed_ = plugin_.presumed();
  if (to_engine_.empty()) return absl::OkStatus();
  const absl::StatusOr<NamedEngine> engine =
      ChooseEngine("--to-engine", to_engine_, console);
  if (!engine.ok()) return engine.status();
  to_ = engine->release;
  to_presumed_ = TellPresumption(*engine, plugin_.host(), console,
                                 /*told=*/plugin_.presumed());
  if (TakesBaseSpec(*plugin_.release().behaviour) !=
          TakesBaseSpec(*to_->behaviour) &&
      plugin_.base_spec() != nullptr) {
    return absl::FailedPreconditionError(
        "--base-spec: only one of the two engines takes one");
  }
  return absl::OkStatus();
}

absl::Status DiffCommand::LoadSides(Side* before, Side* after,
                                    Console* console) {
  before->presumed = plugin_.presumed();
  after->presumed = to_presumed_;
  absl::Status status =
      LoadSide(plugin_.request().plugin, plugin_.input_name(),
               plugin_.request().shape, plugin_.release(), before, console);
  if (!status.ok()) return status;
  if (other_.empty()) {
    if (before->is_spec_file) {
      return absl::FailedPreconditionError(
          "--to-engine: a runtime spec is made already; name a plugin");
    }
    return LoadSide(plugin_.request().plugin, plugin_.input_name(),
                    plugin_.request().shape, *to_, after, console);
  }
  if (other_ == "-" && plugin_.input_name() == "standard input") {
    return absl::FailedPreconditionError(
        "only one input can come from standard input");
  }
  absl::StatusOr<NamedInput> other = ReadNamedInput(other_);
  if (!other.ok()) return other.status();
  other_text_ = std::move(other->text);
  return LoadSide(other_text_, other->name, ShapeOfInput(other_, other_text_),
                  *to_, after, console);
}

void DiffCommand::Print(const Side& before, const Side& after,
                        const std::vector<Change>& changes,
                        const std::vector<EngineChange>& why,
                        Console* console) {
  const auto describe = [](const Side& side) {
    return side.is_spec_file
               ? side.name
               : absl::StrCat(side.name, " on Docker ", side.release->name);
  };
  if (json_) {
    // A spec in a file is what it is.
    std::string presumed = before.is_spec_file ? "" : before.presumed;
    if (!after.is_spec_file && after.presumed != presumed) {
      absl::StrAppend(&presumed,
                      presumed.empty() || after.presumed.empty() ? "" : "; ",
                      after.presumed);
    }
    printed_ = true;
    JsonBuilder& json = json_out_;
    json.Object();
    json.Key("before").String(describe(before));
    json.Key("after").String(describe(after));
    json.Key("same").Bool(changes.empty() && before.spec != nullptr);
    json.KeyIfAny("error", error_);
    json.KeyIfAny("presumed", presumed);
    AddChangesJson(changes, why, &json);
    json.EndObject();
    return;
  }
  if (changes.empty()) return;
  std::vector<std::string> lines = {absl::StrCat("--- ", describe(before)),
                                    absl::StrCat("+++ ", describe(after))};
  std::string_view section;
  for (const Change& change : changes) {
    if (change.section != section) {
      section = change.section;
      lines.push_back(absl::StrCat(section, ":"));
    }
    lines.push_back(absl::StrCat(
        "  ", std::string(1, ChangeKindSign(change.kind)), " ", change.text));
  }
  if (!why.empty()) {
    lines.emplace_back("what changed between the engines:");
    for (const EngineChange& change : why) {
      lines.push_back(absl::StrCat(change.undone ? "  no longer: " : "  ",
                                   "Docker ", change.behaviour->name, ": ",
                                   change.text));
    }
  }
  console->OutLines(lines);
}

int DiffCommand::Run(Console* console) {
  secrets_ = SecretHider(show_secrets_);
  absl::Status status = ReadEngines(console);
  if (!status.ok()) return Fail(status, console);
  std::vector<std::string> plugins;
  if (other_.empty() && PluginFile(plugin_.file()) != plugin_.file()) {
    plugins = PluginsIn(plugin_.file());
  }
  const bool is_one = plugins.empty() || plugins[0] == plugin_.file();
  if (!is_one) plugin_.set_is_folder();
  status = Load(console);
  if (!status.ok()) return Fail(status, console);
  const int code = is_one ? Compare(console) : CompareAll(plugins, console);
  if (json_ && (printed_ || !is_one)) console->Out(json_out_.Finish());
  return code;
}

int DiffCommand::CompareAll(const std::vector<std::string>& plugins,
                            Console* console) {
  if (json_) json_out_.Object().Key("plugins").List();
  int worst = kExitDone;
  size_t differ = 0;
  size_t failed = 0;
  for (const std::string& plugin : plugins) {
    const int code = CompareAnother(plugin, console);
    if (code == kExitRefused) ++differ;
    if (code > kExitRefused) ++failed;
    worst = std::max(worst, code);
  }
  if (json_) {
    json_out_.EndList();
    json_out_.Key("differ").Integer(static_cast<int64_t>(differ));
    json_out_.Key("failed").Integer(static_cast<int64_t>(failed));
    json_out_.EndObject();
  } else {
    console->OutLines({absl::StrCat(
        differ, " of ", plugins.size(), " plugins differ between Docker ",
        plugin_.release().name, " and Docker ", to_->name,
        failed == 0 ? ""
                    : absl::StrCat("; ", failed, " could not be compared"))});
  }
  return worst;
}

int DiffCommand::CompareAnother(const std::string& plugin, Console* console) {
  printed_ = false;
  absl::Status status = plugin_.LoadAnother(plugin);
  error_ = std::string(status.message());
  const int code = status.ok() ? Compare(console) : Fail(status, console);
  if (json_ && !printed_) {
    Side before;
    before.name = PluginFile(plugin);
    before.release = &plugin_.release();
    Side after;
    after.name = before.name;
    after.release = to_;
    Print(before, after, {}, {}, console);
  }
  return code;
}

int DiffCommand::Compare(Console* console) {
  Side before;
  Side after;
  absl::Status status = LoadSides(&before, &after, console);
  if (!status.ok()) {
    error_ = std::string(status.message());
    return Fail(status, console);
  }
  // What is no plugin at all is trouble, not a difference.
  for (const Side* side : {&before, &after}) {
    if (side->is_no_plugin) {
      error_ =
          absl::StrCat(side->name, ":", side->position, ": ", side->message);
      console->Error(error_);
      return kExitBadInput;
    }
  }
  if (!before.is_spec_file) plugin_.WarnIfNoPlugin(console);
  plugin_.NoteAssumedDevices(console);
  if (!after.is_spec_file && !other_.empty()) {
    WarnIfNoPlugin(after.name, other_text_, ShapeOfInput(other_, other_text_),
                   plugin_.request().plugin_name, *after.release, console);
  }
  std::vector<Change> changes;
  if (before.spec != nullptr && after.spec != nullptr) {
    changes = DiffSpecs(before.spec->root(), after.spec->root());
  } else if (before.outcome != after.outcome ||
             before.message != after.message) {
    changes.push_back(OutcomeChange(before.outcome, before.message,
                                    after.outcome, after.message));
  }
  std::vector<EngineChange> why;
  if (before.release->behaviour != after.release->behaviour &&
      !before.is_spec_file && !after.is_spec_file && !changes.empty()) {
    why = ChangesBetween(*before.release->behaviour, *after.release->behaviour);
  }
  const bool has_none = changes.empty() && before.spec == nullptr;
  if (has_none) {
    error_ = absl::StrCat(other_.empty() ? absl::StrCat(before.name, ": ") : "",
                          "there is no spec to compare: both sides are ",
                          OutcomeText(before.outcome, before.message));
  }
  Print(before, after, changes, why, console);
  if (has_none) {
    console->Error(error_);
    return before.outcome == Outcome::kCrashed ? kExitCrash : kExitBadInput;
  }
  return changes.empty() ? kExitDone : kExitRefused;
}

}  // namespace

std::unique_ptr<Command> MakeDiffCommand() {
  return std::make_unique<DiffCommand>();
}

}  // namespace specgen
