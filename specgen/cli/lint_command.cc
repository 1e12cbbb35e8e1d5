// specgen lint: mistakes in a plugin's config.
#include <stdlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "CLI/App.hpp"
#include "CLI/Option.hpp"
#include "CLI/Validators.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "specgen/base/cause.h"
#include "specgen/base/printable.h"
#include "specgen/cli/command.h"
#include "specgen/cli/commands.h"
#include "specgen/cli/console.h"
#include "specgen/cli/plugin_options.h"
#include "specgen/cli/version.h"
#include "specgen/engine/release_range.h"
#include "specgen/json/json_builder.h"
#include "specgen/lint/lint_config.h"
#include "specgen/lint/lint_rules.h"
#include "specgen/lint/linter.h"
#include "specgen/lint/sarif.h"
#include "specgen/lint/source_lines.h"
#include "specgen/secrets/hide_secrets.h"

namespace specgen {
namespace {

// A file with what is shown of its lines, one for each finding; none without
// source lines.
struct ShownFile {
  LintedFile linted;
  std::vector<SourceLine> lines;
};

// Text for a terminal: what is not all our own is printable, whether or not it
// has a colour.
class Painter {
 public:
  explicit Painter(bool in_colour) : in_colour_(in_colour) {}

  // `style` is of ECMA-48's SGR: "1" is bold, "31" red.
  std::string operator()(std::string_view style, std::string_view text) const {
    const std::string printable = Printable(text);
    return in_colour_ && !style.empty() && !text.empty()
               ? absl::StrCat("\x1b[", style, "m", printable, "\x1b[0m")
               : printable;
  }

 private:
  const bool in_colour_;
};

std::string_view Style(LintLevel level) {
  switch (level) {
    case LintLevel::kNote:
      return "1;36";
    case LintLevel::kWarning:
      return "1;35";
    case LintLevel::kError:
      return "1;31";
  }
  return "";
}

std::string AsText(const ShownFile& file, const Painter& paint) {
  constexpr std::string_view kCaret = "1;32";
  std::string text;
  for (size_t i = 0; i < file.linted.findings.size(); ++i) {
    const LintFinding& finding = file.linted.findings[i];
    if (finding.rule->find == nullptr) continue;  // stands on the error stream
    const auto add = [&](std::string_view message) {
      absl::StrAppend(
          &text,
          paint("1", absl::StrCat(file.linted.name, ":",
                                  ToString(finding.position), ":")),
          " ",
          paint(Style(finding.rule->level),
                absl::StrCat(LintLevelName(finding.rule->level), ":")),
          " ",
          paint("", absl::StrCat(message, " [", finding.rule->id, " ",
                                 finding.rule->name, "]")),
          "\n");
    };
    add(finding.message);
    if (i < file.lines.size()) {
      const SourceLine& line = file.lines[i];
      std::string number = absl::StrCat(finding.position.line);
      number.insert(0, number.size() < 5 ? 5 - number.size() : 0, ' ');
      absl::StrAppend(
          &text, number, " | ", paint("", line.before), paint(kCaret, line.at),
          paint("", line.after), "\n", std::string(number.size(), ' '), " | ",
          std::string(line.indent, ' '),
          paint(kCaret, absl::StrCat("^", std::string(line.width - 1, '~'))),
          "\n");
    }
    if (finding.more > 0) {
      add(absl::StrCat("and ", finding.more, " more of this kind"));
    }
  }
  return text;
}

// A part of a GitHub workflow command (actions/toolkit, command.ts).
std::string Escaped(std::string_view text, bool is_property) {
  std::string escaped = absl::StrReplaceAll(Printable(text), {{"%", "%25"}});
  if (is_property) {
    escaped = absl::StrReplaceAll(escaped, {{":", "%3A"}, {",", "%2C"}});
  }
  return escaped;
}

// Annotations of a pull request.
std::vector<std::string> AsGithub(const LintedFile& file) {
  std::vector<std::string> lines;
  for (const LintFinding& finding : file.findings) {
    const LintRule& rule = *finding.rule;
    lines.push_back(absl::StrCat(
        "::",
        rule.level == LintLevel::kNote ? "notice" : LintLevelName(rule.level),
        " file=", Escaped(file.name, true), ",line=", finding.position.line,
        ",col=", finding.position.column,
        ",endColumn=", finding.position.column + finding.length,
        ",title=", Escaped(absl::StrCat(rule.id, " ", rule.name), true),
        "::", Escaped(finding.message, false),
        finding.more == 0
            ? ""
            : absl::StrCat(" (and ", finding.more, " more of this kind)")));
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

std::string AsJson(absl::Span<const LintedFile> files,
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
      json.Key("endColumn")
          .Integer(
              static_cast<int64_t>(finding.position.column + finding.length));
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
  // A plugin to look at: what is named, and the settings for it.
  struct Input {
    std::string named;
    const LintConfig* config = nullptr;  // null: there is none
  };

  // The plugins that are named, with their settings.
  absl::StatusOr<std::vector<Input>> FindInputs();
  absl::StatusOr<const LintConfig*> ConfigFor(const std::string& named);
  absl::StatusOr<absl::Span<const Release>> ChooseReleases(
      const std::vector<Input>& inputs, Console* console, RangeNotes* notes);
  LintLevel FailLevel(const Input& input) const;
  absl::StatusOr<ShownFile> LintFile(const Input& to_lint,
                                     absl::Span<const Release> releases);
  // How messages call what is read for that argument.
  std::string NameOf(const std::string& named) const;
  absl::Status ReadIgnored();
  int Explain(Console* console) const;
  LintedFile Unreadable(const std::string& named, std::string_view message);
  bool IsInColour(const Console& console) const;
  void Print(const std::vector<ShownFile>& files,
             absl::Span<const Release> releases, std::string_view presumed,
             int code, Console* console) const;

  std::vector<std::string> files_;
  std::string stdin_name_;
  std::string explain_;
  std::string engines_;
  std::string plugin_name_;
  std::vector<std::string> ignore_names_;
  std::set<const LintRule*> ignored_;
  std::string fail_level_;
  std::string config_file_;
  bool no_config_ = false;
  std::map<std::string, LintConfig> configs_;  // by file
  std::string format_ = "text";
  std::string colour_ = "auto";
  bool show_secrets_ = false;
  SecretHider secrets_;
};

void LintCommand::Define(CLI::App* app) {
  app->add_option("FILE", files_,
                  "Plugins in any form that generate takes, or folders with a "
                  "config.json; of a folder that has none, all folders in it "
                  "that have one, at any depth, but not those of a plugin, "
                  "hidden ones and links; - is standard input");
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
  app->add_option("--stdin-name", stdin_name_,
                  "What to call standard input, such as the path of the file "
                  "that an editor has open")
      ->type_name("NAME");
  app->add_option("--ignore", ignore_names_,
                  "Rules to leave out, by id or name, with commas between "
                  "them; may be repeated")
      ->type_name("RULE,...")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app->add_option("--fail-level", fail_level_,
                  "The least finding for which the exit code is 1, or none, "
                  "for which it is 0 (default: warning)")
      ->type_name("LEVEL")
      ->check(CLI::IsMember(
          std::vector<std::string>{"note", "warning", "error", "none"}));
  CLI::Option* const config =
      app->add_option("--config", config_file_,
                      "The file of settings (default: the .specgen.json of the "
                      "plugin's folder or the nearest one above, up to the top "
                      "of a git repository)")
          ->type_name("FILE");
  app->add_flag("--no-config", no_config_, "Read no .specgen.json")
      ->excludes(config);
  CLI::Option* const format =
      app->add_option("--format", format_,
                      "How to print findings: text, with the line that each is "
                      "about; json; sarif (2.1.0), for code review tools; "
                      "github, as annotations of a workflow's run")
          ->type_name("FORMAT")
          ->check(CLI::IsMember(
              std::vector<std::string>{"text", "json", "sarif", "github"}))
          ->capture_default_str();
  CLI::Option* const json =
      app->add_flag_callback(
             "--json", [this] { format_ = "json"; },
             "--format json: {\"engines\": {\"from\", \"to\"}, \"presumed\", "
             "\"files\": [{\"file\", \"findings\": [{\"id\", \"rule\", "
             "\"level\", \"line\", \"column\", \"endColumn\", \"pointer\", "
             "\"message\"}]}]}")
          ->excludes(format);
  app->add_flag_callback(
         "--sarif", [this] { format_ = "sarif"; }, "--format sarif")
      ->excludes(format)
      ->excludes(json);
  app->add_option("--color", colour_,
                  "Colours in text: auto is on a terminal, unless NO_COLOR is "
                  "set or TERM is dumb")
      ->type_name("WHEN")
      ->check(
          CLI::IsMember(std::vector<std::string>{"auto", "always", "never"}))
      ->capture_default_str();
  DefineShowSecrets(&show_secrets_, app);
}

absl::Status LintCommand::ReadIgnored() {
  for (const std::string& names : ignore_names_) {
    for (const std::string_view part : absl::StrSplit(names, ',')) {
      const std::string_view name = absl::StripAsciiWhitespace(part);
      const LintRule* rule = FindLintRule(name);
      if (rule == nullptr) {
        return absl::FailedPreconditionError(
            absl::StrCat("--ignore: there is no rule ", QuoteShort(name),
                         "; they are SG001 to ", LintRules().back().id));
      }
      ignored_.insert(rule);
    }
  }
  return absl::OkStatus();
}

std::string LintCommand::NameOf(const std::string& named) const {
  if (named != "-") return PluginFile(named);
  return stdin_name_.empty() ? "standard input" : stdin_name_;
}

absl::StatusOr<const LintConfig*> LintCommand::ConfigFor(
    const std::string& named) {
  if (no_config_) return nullptr;
  std::string file = config_file_;
  if (file.empty()) {
    const std::string path = named == "-" ? stdin_name_ : PluginFile(named);
    // Without a name it is of here.
    const size_t slash = path.rfind('/');
    file = FindLintConfig(
        slash == std::string::npos ? "." : path.substr(0, slash + 1));
    if (file.empty()) return nullptr;
  }
  const auto known = configs_.find(file);
  if (known != configs_.end()) return &known->second;
  absl::StatusOr<LintConfig> config = ReadLintConfig(file);
  if (!config.ok()) return config.status();
  return &configs_.emplace(file, *std::move(config)).first->second;
}

absl::StatusOr<std::vector<LintCommand::Input>> LintCommand::FindInputs() {
  std::vector<Input> inputs;
  for (const std::string& named : files_) {
    std::vector<std::string> plugins = {named};
    if (PluginFile(named) != named) {
      std::vector<std::string> found = PluginsIn(named);
      // Of a folder without any it is said that it has no config.json.
      if (!found.empty()) plugins = std::move(found);
    }
    for (std::string& plugin : plugins) {
      absl::StatusOr<const LintConfig*> config = ConfigFor(plugin);
      if (!config.ok()) return config.status();
      inputs.push_back({std::move(plugin), *config});
    }
  }
  return inputs;
}

absl::StatusOr<absl::Span<const Release>> LintCommand::ChooseReleases(
    const std::vector<Input>& inputs, Console* console, RangeNotes* notes) {
  const LintConfig* config = nullptr;  // that says one
  for (const Input& input : inputs) {
    if (input.config != nullptr && !input.config->engine.empty()) {
      config = input.config;
    }
  }
  if (!engines_.empty() || config == nullptr) {
    return ChooseEngines("--engine", engines_, console, notes);
  }
  for (const Input& input : inputs) {
    if (input.config == nullptr || input.config->engine != config->engine) {
      return UsageError(absl::StrCat(
          config->engine_at, ": this is not about ", NameOf(input.named),
          ", which is looked at, too: give --engine"));
    }
  }
  absl::StatusOr<absl::Span<const Release>> releases =
      ChooseEngines(config->engine_at, config->engine, console, notes);
  if (!releases.ok()) return AsBadInput(releases.status());
  return releases;
}

LintLevel LintCommand::FailLevel(const Input& input) const {
  for (LintLevel level :
       {LintLevel::kNote, LintLevel::kWarning, LintLevel::kError}) {
    if (LintLevelName(level) == fail_level_) return level;
  }
  return input.config == nullptr
             ? LintLevel::kWarning
             : input.config->fail_level.value_or(LintLevel::kWarning);
}

absl::StatusOr<ShownFile> LintCommand::LintFile(
    const Input& to_lint, absl::Span<const Release> releases) {
  const std::string& named = to_lint.named;
  const absl::StatusOr<NamedInput> input = ReadNamedInput(named);
  if (!input.ok()) return input.status();
  const std::string name = NameOf(named);
  LintRequest request;
  request.plugin = input->text;
  request.plugin_name = plugin_name_;
  request.name = name;
  request.shape = ShapeOfInput(named, input->text);
  request.releases = releases;
  absl::StatusOr<std::vector<LintFinding>> findings = Lint(request);
  if (!findings.ok()) return findings.status();
  const std::string path = AbsolutePath(name);
  std::erase_if(*findings, [&](const LintFinding& finding) {
    return ignored_.contains(finding.rule) ||
           (to_lint.config != nullptr &&
            to_lint.config->Ignores(*finding.rule, path));
  });
  for (LintFinding& finding : *findings) {
    HideSecrets(&finding, &secrets_);
  }
  ShownFile file;
  file.linted = {name, *std::move(findings)};
  if (format_ != "text" || file.linted.findings.empty()) return file;
  const SourceLines lines(input->text, &secrets_);
  if (!lines.ok()) return file;
  for (const LintFinding& finding : file.linted.findings) {
    file.lines.push_back(lines.At(finding.position, finding.length));
  }
  return file;
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
LintedFile LintCommand::Unreadable(const std::string& named,
                                   std::string_view message) {
  const std::string name = NameOf(named);
  LintFinding finding;
  finding.rule = FindLintRule("unreadable");
  const PlacedMessage placed = TakeApart(name, message);
  finding.position = placed.position;
  finding.code_point_column = placed.position.column;
  finding.message = placed.message;
  HideSecrets(&finding, &secrets_);
  return LintedFile{name, {std::move(finding)}};
}

bool LintCommand::IsInColour(const Console& console) const {
  if (colour_ != "auto") return colour_ == "always";
  const auto is = [](const char* name, std::string_view unless) {
    const char* const value = getenv(name);
    return value != nullptr && value != unless;
  };
  return console.OutIsTerminal() && !is("NO_COLOR", "") && is("TERM", "dumb");
}

void LintCommand::Print(const std::vector<ShownFile>& files,
                        absl::Span<const Release> releases,
                        std::string_view presumed, int code,
                        Console* console) const {
  if (format_ == "text") {
    const Painter paint(IsInColour(*console));
    for (const ShownFile& file : files) console->Out(AsText(file, paint));
    return;
  }
  std::vector<LintedFile> linted;
  linted.reserve(files.size());
  for (const ShownFile& file : files) linted.push_back(file.linted);
  if (format_ == "json") {
    console->Out(AsJson(linted, releases, presumed));
  } else if (format_ == "sarif") {
    console->Out(
        SarifText(linted, {kVersion, presumed, code, code != kExitBadInput}));
  } else {
    for (const LintedFile& file : linted) console->OutLines(AsGithub(file));
  }
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
  const absl::StatusOr<std::vector<Input>> inputs = FindInputs();
  if (!inputs.ok()) return Fail(inputs.status(), console);
  RangeNotes notes;
  absl::StatusOr<absl::Span<const Release>> releases =
      ChooseReleases(*inputs, console, &notes);
  if (!releases.ok()) return Fail(releases.status(), console);
  const std::string presumed = absl::StrJoin(notes.Presumed(), "; ");
  int code = kExitDone;
  bool found = false;
  std::vector<ShownFile> files;
  for (const Input& input : *inputs) {
    absl::StatusOr<ShownFile> linted = LintFile(input, *releases);
    if (!linted.ok()) {
      // The others are looked at all the same.
      code = Fail(linted.status(), console);
      if (code != kExitBadInput) return code;
      files.push_back({Unreadable(input.named, linted.status().message()), {}});
      continue;
    }
    const LintLevel fail_level = FailLevel(input);
    found = found || (fail_level_ != "none" &&
                      std::any_of(linted->linted.findings.begin(),
                                  linted->linted.findings.end(),
                                  [fail_level](const LintFinding& finding) {
                                    return finding.rule->level >= fail_level;
                                  }));
    files.push_back(*std::move(linted));
  }
  if (code == kExitDone && found) code = kExitRefused;
  Print(files, *releases, presumed, code, console);
  return code;
}

}  // namespace

std::unique_ptr<Command> MakeLintCommand() {
  return std::make_unique<LintCommand>();
}

}  // namespace specgen
