// specgen lint: what will bite in a plugin's config.
#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "specgen/cli/command.h"
#include "specgen/cli/commands.h"
#include "specgen/cli/console.h"
#include "specgen/cli/plugin_options.h"
#include "specgen/cli/version.h"
#include "specgen/engine/release_range.h"
#include "specgen/json/json_builder.h"
#include "specgen/lint/lint_rules.h"
#include "specgen/lint/linter.h"
#include "specgen/lint/sarif.h"
#include "specgen/secrets/hide_secrets.h"

namespace specgen {
namespace {

std::vector<std::string> AsLines(const LintedFile& file) {
  std::vector<std::string> lines;
  for (const LintFinding& finding : file.findings) {
    if (finding.rule->find == nullptr) continue;  // stands on the error stream
    const auto add = [&](std::string_view message) {
      lines.push_back(absl::StrCat(file.name, ":", ToString(finding.position),
                                   ": ", LintLevelName(finding.rule->level),
                                   ": ", message, " [", finding.rule->id, " ",
                                   finding.rule->name, "]"));
    };
    add(finding.message);
    if (finding.more > 0) {
      add(absl::StrCat("and ", finding.more, " more of this kind"));
    }
  }
  return lines;
}

void AddMore(const LintedFile& file, JsonBuilder* json) {
  bool is_first = true;
  for (const LintFinding& finding : file.findings) {
    if (finding.more == 0) continue;
    if (is_first) json->Key("moreFindings").List();
    is_first = false;
    json->Object();
    json->Key("id").String(finding.rule->id);
    json->Key("rule").String(finding.rule->name);
    json->Key("level").String(LintLevelName(finding.rule->level));
    json->Key("count").Integer(static_cast<int64_t>(finding.more));
    json->EndObject();
  }
  if (!is_first) json->EndList();
}

std::string AsJson(const std::vector<LintedFile>& files,
                   absl::Span<const Release> releases,
                   std::string_view presumed) {
  JsonBuilder json;
  json.Object();
  json.Key("engines").Object();
  json.Key("from").String(releases.front().name);
  json.Key("to").String(releases.back().name);
  json.EndObject();
  json.KeyIfAny("presumed", presumed);
  json.Key("files").List();
  for (const LintedFile& file : files) {
    json.Object().Key("file").String(file.name);
    json.Key("findings").List();
    for (const LintFinding& finding : file.findings) {
      json.Object();
      json.Key("id").String(finding.rule->id);
      json.Key("rule").String(finding.rule->name);
      json.Key("level").String(LintLevelName(finding.rule->level));
      json.Key("line").Integer(static_cast<int64_t>(finding.position.line));
      json.Key("column").Integer(static_cast<int64_t>(finding.position.column));
      json.Key("pointer").String(finding.pointer);
      json.Key("message").String(finding.message);
      json.EndObject();
    }
    json.EndList();
    AddMore(file, &json);
    json.EndObject();
  }
  json.EndList().EndObject();
  return json.Finish();
}

class LintCommand : public Command {
 public:
  void Define(CLI::App* app) override;
  int Run(Console* console) override;

 private:
  absl::StatusOr<LintedFile> LintFile(const std::string& named,
                                      absl::Span<const Release> releases);
  absl::Status ReadIgnored();
  int Explain(Console* console) const;
  LintedFile Unreadable(const std::string& file, std::string_view message);

  std::vector<std::string> files_;
  std::string explain_;
  std::string engines_;
  std::string plugin_name_;
  std::vector<std::string> ignore_names_;
  std::set<const LintRule*> ignored_;
  bool json_ = false;
  bool sarif_ = false;
  bool show_secrets_ = false;
  SecretHider secrets_;
};

void LintCommand::Define(CLI::App* app) {
  app->add_option("FILE", files_,
                  "Plugins in any form that generate takes, or directories "
                  "with a config.json; - is standard input");
  app->add_option(
         "--explain", explain_,
         "Print what a rule is about, with examples, by its id or name")
      ->type_name("RULE");
  app->add_option("--engine", engines_,
                  "The Docker releases that the plugin shall work on: A..B, "
                  "A.., ..B or one (default: the newest that was "
                  "recorded)")
      ->type_name("RANGE");
  app->add_option("--plugin", plugin_name_,
                  "Which plugin of `docker plugin inspect`'s list: its name or "
                  "the start of its id")
      ->type_name("NAME");
  app->add_option("--ignore", ignore_names_,
                  "A rule to leave out, by its id or name; may be repeated")
      ->type_name("RULE")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  CLI::Option* const json = app->add_flag("--json", json_,
                                          "Print JSON: {\"engines\": "
                                          "{\"from\", \"to\"}, "
                                          "\"presumed\", \"files\": "
                                          "[{\"file\", \"findings\": "
                                          "[{\"id\", \"rule\", \"level\", "
                                          "\"line\", \"column\", "
                                          "\"pointer\", \"message\"}]}]}");
  app->add_flag("--sarif", sarif_, "Print SARIF 2.1.0, for code review tools")
      ->excludes(json);
  DefineShowSecrets(&show_secrets_, app);
}

absl::Status LintCommand::ReadIgnored() {
  for (const std::string& name : ignore_names_) {
    const LintRule* rule = FindLintRule(name);
    if (rule == nullptr) {
      return absl::FailedPreconditionError(
          absl::StrCat("--ignore: there is no rule \"", name,
                       "\"; they are SG001 to ", LintRules().back().id));
    }
    ignored_.insert(rule);
  }
  return absl::OkStatus();
}

absl::StatusOr<LintedFile> LintCommand::LintFile(
    const std::string& named, absl::Span<const Release> releases) {
  const absl::StatusOr<NamedInput> input = ReadNamedInput(named);
  if (!input.ok()) return input.status();
  LintRequest request;
  request.plugin = input->text;
  request.plugin_name = plugin_name_;
  request.name = input->name;
  request.shape = ShapeOfInput(named, input->text);
  request.releases = releases;
  absl::StatusOr<std::vector<LintFinding>> findings = Lint(request);
  if (!findings.ok()) return findings.status();
  std::erase_if(*findings, [&](const LintFinding& finding) {
    return ignored_.contains(finding.rule);
  });
  for (LintFinding& finding : *findings) {
    HideSecrets(&finding, &secrets_);
  }
  return LintedFile{std::string(request.name), *std::move(findings)};
}

int LintCommand::Explain(Console* console) const {
  const LintRule* rule = FindLintRule(explain_);
  if (rule == nullptr) {
    return Fail(absl::FailedPreconditionError(absl::StrCat(
                    "--explain: there is no rule \"", explain_,
                    "\"; they are SG001 to ", LintRules().back().id)),
                console);
  }
  console->Out(ExplainRule(*rule));
  return kExitDone;
}

// What is said of a file that is no config: `message` starts with its name,
// and the place where there is one.
LintedFile LintCommand::Unreadable(const std::string& file,
                                   std::string_view message) {
  const std::string name = file == "-" ? "standard input" : file;
  LintFinding finding;
  finding.rule = FindLintRule("unreadable");
  const PlacedMessage placed = TakeApart(name, message);
  finding.position = placed.position;
  finding.code_point_column = placed.position.column;
  finding.message = placed.message;
  HideSecrets(&finding, &secrets_);
  return LintedFile{name, {std::move(finding)}};
}

int LintCommand::Run(Console* console) {
  secrets_ = SecretHider(show_secrets_);
  if (!explain_.empty()) return Explain(console);
  if (files_.empty()) {
    return Fail(absl::FailedPreconditionError(
                    "lint: FILE is required (specgen lint --help tells more)"),
                console);
  }
  absl::Status status = ReadIgnored();
  if (!status.ok()) return Fail(status, console);
  RangeNotes notes;
  absl::StatusOr<absl::Span<const Release>> releases =
      ChooseEngines("--engine", engines_, console, &notes);
  if (!releases.ok()) return Fail(releases.status(), console);
  const std::string presumed = absl::StrJoin(notes.Presumed(), "; ");
  int code = kExitDone;
  std::vector<LintedFile> files;
  for (const std::string& named : files_) {
    absl::StatusOr<LintedFile> linted = LintFile(named, *releases);
    if (linted.ok()) {
      files.push_back(*std::move(linted));
      continue;
    }
    // The others are looked at all the same.
    code = Fail(linted.status(), console);
    if (code != kExitBadInput) return code;
    files.push_back(Unreadable(PluginFile(named), linted.status().message()));
  }
  if (sarif_) {
    console->Out(SarifText(files, presumed, kVersion));
  } else if (json_) {
    console->Out(AsJson(files, *releases, presumed));
  } else {
    for (const LintedFile& file : files) console->OutLines(AsLines(file));
  }
  if (code != kExitDone) return code;
  const bool found =
      std::any_of(files.begin(), files.end(), [](const LintedFile& file) {
        return std::any_of(file.findings.begin(), file.findings.end(),
                           [](const LintFinding& finding) {
                             return finding.rule->level != LintLevel::kNote;
                           });
      });
  return found ? kExitRefused : kExitDone;
}

}  // namespace

std::unique_ptr<Command> MakeLintCommand() {
  return std::make_unique<LintCommand>();
}

}  // namespace specgen
