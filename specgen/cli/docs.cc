#include "specgen/cli/docs.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "CLI/App.hpp"
#include "CLI/Option.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "specgen/cli/command.h"
#include "specgen/cli/help_formatter.h"
#include "specgen/cli/version.h"
#include "specgen/engine/engine.h"

namespace specgen {
namespace {

constexpr std::string_view kProgramSummary =
    "the OCI runtime spec that Docker makes of a managed plugin";

constexpr std::string_view kProgramDetails =
    "specgen turns a Docker managed plugin (config.json, its settings, a "
    "rootfs) into the OCI runtime spec that dockerd would hand to runc: the "
    "same bytes, for every Docker release since 1.12, without a daemon.";

// CLI11 writes the values that IsMember allows behind the value's name, as in
// "SHELL:{bash,zsh}".
void SplitTypeName(std::string_view type_name, OptionDoc* doc) {
  const size_t open = type_name.find('{');
  doc->value = std::string(absl::StripSuffix(type_name.substr(0, open), ":"));
  if (open == std::string_view::npos) return;
  std::string_view list = type_name.substr(open + 1);
  list = list.substr(0, list.find('}'));
  doc->choices = absl::StrSplit(list, ',');
}

OptionDoc DescribeOption(const CLI::Option& option) {
  OptionDoc doc;
  const bool is_flag = option.get_type_size() == 0;
  if (!is_flag) SplitTypeName(option.get_type_name(), &doc);
  if (option.nonpositional()) {
    for (const std::string& name : option.get_snames()) {
      doc.names.push_back("-" + name);
    }
    for (const std::string& name : option.get_lnames()) {
      doc.names.push_back("--" + name);
    }
  } else {
    doc.value = option.get_name(/*positional=*/true);
  }
  doc.description = option.get_description();
  doc.default_value = option.get_default_str();
  doc.required = option.get_required();
  doc.repeatable = option.get_items_expected_max() > 1;
  return doc;
}

// The shortest form of a description, for a list of many.
std::string Gist(std::string_view description) {
  for (const std::string_view end :
       {" (default", "; ", ": ", "\n", ", such as", ", which"}) {
    description = description.substr(0, description.find(end));
  }
  return std::string(absl::StripSuffix(description, "."));
}

std::string AsSentence(std::string_view text) {
  return absl::StrCat(text, absl::EndsWith(text, ".") ? "" : ".");
}

std::string LowerFirst(std::string_view text) {
  std::string lower(text);
  // Not names such as "OCI".
  if (lower.size() > 1 && absl::ascii_islower(lower[1])) {
    lower[0] = absl::ascii_tolower(lower[0]);
  }
  return lower;
}

// Man pages ------------------------------------------------------------------

// Text for roff, in which a backslash, a hyphen and some quotes mean more than
// themselves.
std::string RoffText(std::string_view text) {
  return absl::StrReplaceAll(text, {{"\\", "\\e"},
                                    {"-", "\\-"},
                                    {"'", "\\(aq"},
                                    {"`", "\\(ga"},
                                    {"^", "\\(ha"},
                                    {"~", "\\(ti"}});
}

// The same, for what may stand at the start of a line: a dot would make it a
// command.
std::string Roff(std::string_view text) {
  return absl::StrCat(absl::StartsWith(text, ".") ? "\\&" : "", RoffText(text));
}

// A paragraph in lines of a length that people like to read and mandoc asks
// for; roff fills them anew.
std::string RoffLines(std::string_view text) {
  std::string roff;
  const std::string lines = WrapText(RoffText(text), /*indent=*/0);
  for (const std::string_view line :
       absl::StrSplit(lines, '\n', absl::SkipEmpty())) {
    absl::StrAppend(&roff, absl::StartsWith(line, ".") ? "\\&" : "", line,
                    "\n");
  }
  return roff;
}

std::string Bold(std::string_view text) {
  return absl::StrCat("\\fB", Roff(text), "\\fR");
}

std::string Italic(std::string_view text) {
  return absl::StrCat("\\fI", Roff(text), "\\fR");
}

std::string Title(std::string_view name, std::string_view date) {
  return absl::StrCat(".\\\" Made by `specgen man`; do not edit.\n.TH \"",
                      absl::AsciiStrToUpper(Roff(name)), "\" 1 \"", date,
                      "\" \"specgen ", kVersion,
                      "\" \"User Commands\"\n.SH NAME\n", Roff(name), " \\- ");
}

// Paragraphs, filled anew. Lines that start with a space are left alone.
std::string Paragraphs(std::string_view text) {
  std::string roff;
  bool first = true;
  bool as_is = false;
  for (const std::string_view line : absl::StrSplit(text, '\n')) {
    if (as_is != absl::StartsWith(line, " ")) {
      as_is = !as_is;
      absl::StrAppend(&roff, as_is ? ".PP\n.EX\n" : ".EE\n");
    }
    if (line.empty()) {
      if (!first) absl::StrAppend(&roff, ".PP\n");
    } else {
      absl::StrAppend(&roff, as_is ? Roff(line) + "\n" : RoffLines(line));
    }
    first = false;
  }
  if (as_is) absl::StrAppend(&roff, ".EE\n");
  // No paragraph is begun twice.
  return absl::StrReplaceAll(roff, {{".PP\n.PP\n", ".PP\n"}});
}

std::string OptionItem(const OptionDoc& option) {
  std::string item = ".TP\n";
  if (option.is_argument()) {
    absl::StrAppend(&item, Italic(option.value));
  } else {
    absl::StrAppend(&item,
                    absl::StrJoin(option.names, ", ",
                                  [](std::string* out, std::string_view name) {
                                    absl::StrAppend(out, Bold(name));
                                  }));
    if (!option.value.empty()) {
      absl::StrAppend(&item, " ", Italic(option.value));
    }
  }
  absl::StrAppend(&item, "\n", RoffLines(AsSentence(option.description)));
  if (!option.choices.empty()) {
    absl::StrAppend(&item, "One of ", Roff(absl::StrJoin(option.choices, ", ")),
                    ".\n");
  }
  if (!option.default_value.empty()) {
    absl::StrAppend(&item, "Default: ", Roff(option.default_value), "\n");
  }
  return item;
}

std::string ExitStatus() {
  std::string roff = ".SH EXIT STATUS\n";
  for (const ExitMeaning& exit : kExitMeanings) {
    absl::StrAppend(&roff, ".TP\n", Bold(absl::StrCat(exit.code)), "\n",
                    RoffLines(exit.meaning));
  }
  return roff;
}

// Completions -----------------------------------------------------------------

enum class ValueKind { kNone, kFiles, kDirectories, kWords, kFree };

struct Value {
  ValueKind kind;
  std::vector<std::string> words;  // of kWords
};

Value ValueOf(const OptionDoc& option,
              absl::Span<const std::string_view> releases) {
  if (!option.choices.empty()) return {ValueKind::kWords, option.choices};
  if (option.value.empty()) return {ValueKind::kNone, {}};
  if (option.value == "FILE" || option.value == "PATH") {
    return {ValueKind::kFiles, {}};
  }
  if (option.value == "FOLDER") return {ValueKind::kDirectories, {}};
  if (option.value == "RELEASE") {
    return {ValueKind::kWords, {releases.begin(), releases.end()}};
  }
  return {ValueKind::kFree, {}};
}

// In single quotes, for sh and zsh.
std::string SingleQuoted(std::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

std::string FishQuote(std::string_view text) {
  return absl::StrCat(
      "'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
}

// What bash is to do for a value.
std::string BashAction(const Value& value) {
  switch (value.kind) {
    case ValueKind::kFiles:
      return "_specgen_names -f";
    case ValueKind::kDirectories:
      return "_specgen_names -d";
    case ValueKind::kWords:
      return absl::StrCat("_specgen_words ",
                          SingleQuoted(absl::StrJoin(value.words, " ")));
    case ValueKind::kNone:
    case ValueKind::kFree:
      return ":";
  }
  return ":";
}

// For the square brackets of _arguments, and for what stands between colons.
std::string ZshText(std::string_view text) {
  return absl::StrReplaceAll(
      text, {{"\\", "\\\\"}, {"[", "\\["}, {"]", "\\]"}, {":", "\\:"}});
}

std::string ZshValue(const OptionDoc& option, const Value& value) {
  std::string action = " ";
  switch (value.kind) {
    case ValueKind::kNone:
      return "";
    case ValueKind::kFiles:
      action = "_files";
      break;
    case ValueKind::kDirectories:
      action = "_files -/";
      break;
    case ValueKind::kWords:
      action = absl::StrCat("(", absl::StrJoin(value.words, " "), ")");
      break;
    case ValueKind::kFree:
      break;
  }
  return absl::StrCat(":", ZshText(option.value), ":", action);
}

// One specification of _arguments for each name: names of one option exclude
// each other, unless it may be repeated.
std::string ZshOption(const OptionDoc& option, const Value& value) {
  std::string specs;
  for (const std::string& name : option.names) {
    const std::string exclusion =
        option.repeatable
            ? "*"
            : absl::StrCat("(", absl::StrJoin(option.names, " "), ")");
    std::string suffix;
    if (value.kind != ValueKind::kNone) {
      suffix = absl::StartsWith(name, "--") ? "=" : "+";
    }
    absl::StrAppend(&specs, "      ",
                    SingleQuoted(absl::StrCat(exclusion, name, suffix, "[",
                                              ZshText(Gist(option.description)),
                                              "]", ZshValue(option, value))),
                    " \\\n");
  }
  return specs;
}

std::string FishValue(const Value& value) {
  switch (value.kind) {
    case ValueKind::kNone:
      return "";
    case ValueKind::kFiles:
      return " -r -F";
    case ValueKind::kDirectories:
      return " -x -a '(__fish_complete_directories)'";
    case ValueKind::kWords:
      return absl::StrCat(" -x -a ",
                          FishQuote(absl::StrJoin(value.words, " ")));
    case ValueKind::kFree:
      return " -x";
  }
  return "";
}

}  // namespace

CommandDoc DescribeCommand(const CommandInfo& info) {
  const std::unique_ptr<Command> command = info.make();
  CLI::App app;
  DefineCommand(info, command.get(), &app);
  CommandDoc doc = {.name = std::string(info.name),
                    .summary = std::string(info.summary),
                    .details = std::string(info.details),
                    .example = std::string(info.example),
                    .options = {}};
  for (const CLI::Option* option :
       std::as_const(app).get_options([](const CLI::Option* candidate) {
         return !candidate->get_group().empty();  // "" hides it
       })) {
    doc.options.push_back(DescribeOption(*option));
  }
  std::stable_partition(doc.options.begin(), doc.options.end(),
                        [](const OptionDoc& o) { return o.is_argument(); });
  return doc;
}

std::vector<CommandDoc> DescribeCommands() {
  std::vector<CommandDoc> docs;
  for (const CommandInfo& info : AllCommands()) {
    docs.push_back(DescribeCommand(info));
  }
  return docs;
}

std::string MainManPage(absl::Span<const CommandDoc> commands) {
  std::string page = Title("specgen", EngineTableDate());
  absl::StrAppend(&page, Roff(kProgramSummary), "\n.SH SYNOPSIS\n",
                  Bold("specgen"), " ", Italic("COMMAND"), " [",
                  Italic("OPTIONS"), "]\n.br\n", Bold("specgen"), " ",
                  Bold("--help"), "\n.br\n", Bold("specgen"), " ",
                  Bold("--version"), " | ", Bold("-V"), "\n");
  absl::StrAppend(&page, ".SH DESCRIPTION\n", Paragraphs(kProgramDetails),
                  ".SH COMMANDS\n");
  for (const CommandDoc& command : commands) {
    absl::StrAppend(&page, ".TP\n", Bold(command.name), "\n",
                    Roff(AsSentence(command.summary)), "\nSee ",
                    Bold(absl::StrCat("specgen-", command.name)), "(1).\n");
  }
  absl::StrAppend(&page, ExitStatus(), ".SH SEE ALSO\n");
  for (const CommandDoc& command : commands) {
    absl::StrAppend(&page, ".BR specgen\\-", Roff(command.name), " (1),\n");
  }
  absl::StrAppend(&page, ".BR runc (8),\n.BR crun (1)\n");
  return page;
}

std::string CommandManPage(const CommandDoc& command) {
  const std::string name = absl::StrCat("specgen-", command.name);
  std::string page = Title(name, EngineTableDate());
  absl::StrAppend(&page, Roff(LowerFirst(command.summary)), "\n.SH SYNOPSIS\n",
                  Bold("specgen"), " ", Bold(command.name), " [",
                  Italic("OPTIONS"), "]");
  for (const OptionDoc& option : command.options) {
    if (!option.is_argument()) continue;
    absl::StrAppend(&page, option.required ? " " : " [", Italic(option.value),
                    option.required ? "" : "]",
                    option.repeatable ? " ..." : "");
  }
  absl::StrAppend(&page, "\n.SH DESCRIPTION\n",
                  Paragraphs(absl::StrCat(AsSentence(command.summary), "\n\n",
                                          command.details)));
  std::string_view heading;
  for (const OptionDoc& option : command.options) {
    const std::string_view wanted =
        option.is_argument() ? ".SH ARGUMENTS\n" : ".SH OPTIONS\n";
    if (heading != wanted) absl::StrAppend(&page, wanted);
    heading = wanted;
    absl::StrAppend(&page, OptionItem(option));
  }
  absl::StrAppend(&page, ExitStatus(), ".SH EXAMPLES\n.EX\n");
  for (const std::string_view line : absl::StrSplit(command.example, '\n')) {
    absl::StrAppend(&page, Roff(line), "\n");
  }
  absl::StrAppend(&page, ".EE\n.SH SEE ALSO\n.BR specgen (1)\n");
  return page;
}

std::string BashCompletion(absl::Span<const CommandDoc> commands,
                           absl::Span<const std::string_view> releases) {
  std::vector<std::string_view> names;
  std::string cases;
  for (const CommandDoc& command : commands) {
    names.push_back(command.name);
    absl::StrAppend(&cases, "    ", command.name, ")\n      case $before in\n");
    std::vector<std::string_view> options;
    std::string argument = ":";
    for (const OptionDoc& option : command.options) {
      const Value value = ValueOf(option, releases);
      if (option.is_argument()) {
        argument = BashAction(value);
        continue;
      }
      options.insert(options.end(), option.names.begin(), option.names.end());
      if (value.kind == ValueKind::kNone) continue;
      absl::StrAppend(&cases, "        ", absl::StrJoin(option.names, " | "),
                      ") ", BashAction(value), "; return ;;\n");
    }
    absl::StrAppend(
        &cases, "      esac\n      if [[ $current == -* ]]; then\n",
        "        _specgen_words ", SingleQuoted(absl::StrJoin(options, " ")),
        "\n      else\n        ", argument, "\n      fi\n      ;;\n");
  }
  const std::string all = absl::StrJoin(names, " ");
  return absl::StrCat(
      "# Completion of specgen for bash; made by `specgen completion bash`.\n",
      R"(
# Offers what compgen, called with these arguments, finds for what is typed.
_specgen_offer() {
  local found
  found=$(compgen "$@" -- "$current") && mapfile -t COMPREPLY <<<"$found"
}

# Offers those words of $1 that begin with what is typed.
_specgen_words() {
  _specgen_offer -W "$1"
}

# Offers files (-f) or folders (-d). Bash quotes them, if it is listening.
_specgen_names() {
  compopt -o filenames 2>/dev/null
  _specgen_offer "$1"
}

_specgen() {
  COMPREPLY=()
  local current=${COMP_WORDS[COMP_CWORD]}
  local before=${COMP_WORDS[COMP_CWORD - 1]}
  # Bash makes three words of --engine=28.
  if [[ $current == = ]]; then
    current=
  elif [[ $before == = ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  if ((COMP_CWORD == 1)); then
    _specgen_words ')",
      all, R"( help --help --version'
    return
  fi
  case ${COMP_WORDS[1]} in
    help) _specgen_words ')",
      all, "' ;;\n", cases, "  esac\n}\n\ncomplete -F _specgen specgen\n");
}

std::string ZshCompletion(absl::Span<const CommandDoc> commands,
                          absl::Span<const std::string_view> releases) {
  std::string names;
  std::string cases;
  for (const CommandDoc& command : commands) {
    absl::StrAppend(
        &names, "    ",
        SingleQuoted(absl::StrCat(command.name, ":", ZshText(command.summary))),
        "\n");
    absl::StrAppend(&cases, "    ", command.name, ")\n    _arguments -s \\\n");
    for (const OptionDoc& option : command.options) {
      if (option.is_argument()) continue;
      absl::StrAppend(&cases, ZshOption(option, ValueOf(option, releases)));
    }
    size_t position = 0;
    for (const OptionDoc& option : command.options) {
      if (!option.is_argument()) continue;
      ++position;
      absl::StrAppend(&cases, "      ",
                      SingleQuoted(absl::StrCat(
                          option.repeatable ? "*" : absl::StrCat(position),
                          ZshValue(option, ValueOf(option, releases)))),
                      " \\\n");
    }
    absl::StrAppend(&cases, "      && return\n    ;;\n");
  }
  return absl::StrCat(
      "#compdef specgen\n"
      "# Completion of specgen for zsh; made by `specgen completion zsh`.\n"
      "\n_specgen() {\n"
      "  local curcontext=$curcontext state line\n"
      "  local -A opt_args\n"
      "  local -a commands=(\n",
      names,
      "    'help:Tell more of a command'\n"
      "  )\n"
      "  _arguments -C \\\n"
      "    '(- *)--help[List the commands]' \\\n"
      "    '(- *)'{-V,--version}'[Tell what this is]' \\\n"
      "    '1:command:->command' \\\n"
      "    '*::argument:->argument' && return\n"
      "  case $state in\n"
      "  command) _describe command commands && return ;;\n"
      "  argument)\n"
      "    case $line[1] in\n"
      "    help) _describe command commands && return ;;\n",
      cases, "    esac\n    ;;\n  esac\n  return 1\n}\n\n_specgen \"$@\"\n");
}

std::string FishCompletion(absl::Span<const CommandDoc> commands,
                           absl::Span<const std::string_view> releases) {
  std::vector<std::string_view> names;
  for (const CommandDoc& command : commands) names.push_back(command.name);
  std::string text = absl::StrCat(
      "# Completion of specgen for fish; made by `specgen completion fish`.\n"
      "complete -c specgen -f\n"
      "complete -c specgen -n __fish_use_subcommand -l help -d "
      "'List the commands'\n"
      "complete -c specgen -n __fish_use_subcommand -s V -l version -d "
      "'Tell what this is'\n"
      "complete -c specgen -n __fish_use_subcommand -a help -d "
      "'Tell more of a command'\n"
      "complete -c specgen -n '__fish_seen_subcommand_from help' -a ",
      FishQuote(absl::StrJoin(names, " ")), "\n");
  for (const CommandDoc& command : commands) {
    absl::StrAppend(&text, "\ncomplete -c specgen -n __fish_use_subcommand -a ",
                    command.name, " -d ", FishQuote(command.summary), "\n");
    const std::string prefix =
        absl::StrCat("complete -c specgen -n '__fish_seen_subcommand_from ",
                     command.name, "'");
    for (const OptionDoc& option : command.options) {
      absl::StrAppend(&text, prefix);
      for (const std::string& name : option.names) {
        std::string_view bare = name;
        const bool is_long = absl::ConsumePrefix(&bare, "--");
        absl::StrAppend(&text, is_long ? " -l " : " -s ",
                        absl::StripPrefix(bare, "-"));
      }
      const Value value = ValueOf(option, releases);
      // An argument has no name that a value would have to follow.
      absl::StrAppend(&text,
                      option.is_argument() && value.kind == ValueKind::kFiles
                          ? " -F"
                          : FishValue(value));
      absl::StrAppend(&text, " -d ", FishQuote(Gist(option.description)), "\n");
    }
  }
  return text;
}

}  // namespace specgen
