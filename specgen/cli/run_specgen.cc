#include <signal.h>
#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "CLI/App.hpp"
#include "CLI/Error.hpp"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "specgen/base/cause.h"
#include "specgen/base/did_you_mean.h"
#include "specgen/base/printable.h"
#include "specgen/cli/command.h"
#include "specgen/cli/help_formatter.h"
#include "specgen/cli/version.h"
#include "specgen/json/json_builder.h"

namespace specgen {
namespace {

// What the program exits with.
std::string ExitCodesHelp() {
  std::vector<std::string> items;
  for (const ExitMeaning& exit : kExitMeanings) {
    items.push_back(absl::StrCat(exit.code, " ", exit.meaning));
  }
  return WrapText(absl::StrCat("Exit codes: ", absl::StrJoin(items, "; "), "."),
                  /*indent=*/0, /*columns=*/76);
}

std::string MainHelp() {
  std::string help =
      "specgen: the OCI runtime spec that Docker makes of a managed plugin\n"
      "\n"
      "Usage: specgen COMMAND [OPTIONS]\n"
      "\n"
      "Commands:\n";
  size_t width = 0;
  for (const CommandInfo& info : AllCommands()) {
    width = std::max(width, info.name.size());
  }
  for (const CommandInfo& info : AllCommands()) {
    absl::StrAppend(&help, "  ", info.name,
                    std::string(width + 2 - info.name.size(), ' '),
                    info.summary, "\n");
  }
  absl::StrAppend(&help,
                  "\n`specgen COMMAND --help` tells more of one;"
                  " `specgen --version` what this is.\n\n",
                  ExitCodesHelp());
  return help;
}

const CommandInfo* FindCommand(std::string_view name) {
  for (const CommandInfo& info : AllCommands()) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

int UnknownCommand(std::string_view name, Console* console) {
  std::vector<std::string> known;
  for (const CommandInfo& info : AllCommands()) {
    known.emplace_back(info.name);
  }
  console->Error(absl::StrCat(
      "there is no ", absl::StartsWith(name, "-") ? "option " : "command ",
      QuoteShort(name), DidYouMean(known, name),
      " (specgen --help lists them)"));
  return kExitUsage;
}

// What is wrong with a command line that has more than the command takes.
std::string UnexpectedArguments(const CLI::App& app) {
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      known.push_back(absl::StrCat("--", name));
    }
  }
  const std::vector<std::string> extras = app.remaining();
  for (const std::string& extra : extras) {
    if (extra.size() < 2 || extra[0] != '-') continue;
    const std::string name = extra.substr(0, extra.find('='));
    return absl::StrCat("there is no option ", QuoteShort(name),
                        DidYouMean(known, name));
  }
  return absl::StrCat(QuoteShort(extras.empty() ? "" : extras.back()),
                      " is one argument too many");
}

// The option or argument that names something by no name, as that of a variable
// that is not set; "" if there is none.
std::string EmptyValue(const CLI::App& app) {
  constexpr std::string_view kNames[] = {
      "FILE",      "OLD",    "RELEASE", "RANGE",
      "VERSION",   "ARCH",   "NAME",    "OS/ARCH[/VARIANT]",
      "DIRECTORY", "FOLDER", "PROGRAM"};
  for (const CLI::Option* option : app.get_options()) {
    const bool is_named =
        option->get_positional() ||
        std::find(std::begin(kNames), std::end(kNames),
                  option->get_type_name()) != std::end(kNames);
    if (!is_named) continue;
    for (const std::string& value : option->results()) {
      if (absl::StripAsciiWhitespace(value).empty()) {
        return absl::StrCat(option->get_name(), ": is empty");
      }
    }
  }
  return "";
}

// What is wrong with the number of an option's values, which the library tells
// as "NAME: ..." in words of its own.
std::string WrongCount(const CLI::App& app, const CLI::ParseError& error) {
  const std::string text = error.what();
  const std::string name = text.substr(0, text.find(':'));
  const CLI::Option* const option = app.get_option_no_throw(name);
  return absl::StrCat(name, option != nullptr && option->count() > 1
                                ? ": is given twice"
                                : ": needs a value");
}

// The arguments as CLI11 takes them: from the end. "--option=" is an empty
// value here, where CLI11 would take the next argument instead; of a flag, it
// is a problem.
std::vector<std::string> ForCli11(const CLI::App& app,
                                  std::vector<std::string> args,
                                  std::string* problem) {
  std::vector<std::string> reversed;
  bool options = true;
  for (std::string& arg : args) {
    if (arg == "--") options = false;
    if (options && absl::StartsWith(arg, "--") &&
        arg.find('=') == arg.size() - 1) {
      arg.pop_back();
      const CLI::Option* const option = app.get_option_no_throw(arg);
      if (option != nullptr && option->get_items_expected_max() == 0) {
        *problem = absl::StrCat(arg, ": takes no value");
      }
      reversed.push_back(std::move(arg));
      reversed.emplace_back();
    } else {
      reversed.push_back(std::move(arg));
    }
  }
  std::reverse(reversed.begin(), reversed.end());
  return reversed;
}

int RunOne(const CommandInfo& info, std::vector<std::string> args,
           Console* console) {
  const std::unique_ptr<Command> command = info.make();
  CLI::App app;
  DefineCommand(info, command.get(), &app);
  std::string problem;
  try {
    args = ForCli11(app, std::move(args), &problem);
    if (problem.empty()) app.parse(std::move(args));
  } catch (const CLI::CallForHelp&) {
    console->Out(app.help());
    return kExitDone;
  } catch (const CLI::ExtrasError&) {
    problem = UnexpectedArguments(app);
  } catch (const CLI::ArgumentMismatch& error) {
    problem = WrongCount(app, error);
  } catch (const CLI::ParseError& error) {
    problem = error.what();
  }
  if (problem.empty()) problem = EmptyValue(app);
  if (!problem.empty()) {
    console->Error(absl::StrCat(info.name, ": ", problem, " (specgen ",
                                info.name, " --help tells more)"));
    return kExitUsage;
  }
  return command->Run(console);
}

// What the docker command asks of a program docker-specgen in
// ~/.docker/cli-plugins (docker/cli cli-plugins/manager/metadata.go).
std::string DockerMetadata() {
  JsonBuilder json;
  json.Object();
  json.Key("SchemaVersion").String("0.1.0");
  json.Key("Vendor").String("specgen");
  json.Key("Version").String(kVersion);
  json.Key("ShortDescription")
      .String("The OCI runtime spec that Docker makes of a managed plugin");
  return json.EndObject().Finish();
}

// "docker --context X specgen lint" calls "docker-specgen --context X specgen
// lint": takes all up to "specgen" away, and hands the options on to the docker
// command that AskDocker calls, by their variables. "docker help specgen" calls
// "docker-specgen help specgen".
absl::Status TakeDockerOptions(std::vector<std::string>* args) {
  struct Option {
    std::string_view long_name;
    std::string_view short_name;
    const char* variable;  // null: it makes no difference to what is asked for
    bool has_value;
  };
  // docker/cli cli/flags/options.go, v28.5.2. Those of TLS have no variables.
  constexpr Option kOptions[] = {
      {"--config", "", "DOCKER_CONFIG", true},
      {"--context", "-c", "DOCKER_CONTEXT", true},
      {"--host", "-H", "DOCKER_HOST", true},
      {"--log-level", "-l", nullptr, true},
      {"--debug", "-D", nullptr, false},
  };
  if (args->size() >= 2 && (*args)[0] == "help" && (*args)[1] == "specgen") {
    args->erase(args->begin() + 1);
    return absl::OkStatus();
  }
  const auto name = std::find(args->begin(), args->end(), "specgen");
  if (name == args->end()) return absl::OkStatus();
  for (auto it = args->begin(); it != name; ++it) {
    const size_t equals = it->find('=');
    const std::string_view word = std::string_view(*it).substr(0, equals);
    const auto* const option = std::find_if(
        std::begin(kOptions), std::end(kOptions), [word](const Option& o) {
          return word == o.long_name || word == o.short_name;
        });
    // "specgen" is a value further on.
    if (it == args->begin() && !absl::StartsWith(word, "-")) {
      return absl::OkStatus();
    }
    if (option == std::end(kOptions)) {
      return UsageError(absl::StrCat("docker's option ", word,
                                     " cannot be handed on; a context can"));
    }
    if (!option->has_value) continue;
    std::string value;
    if (equals != std::string::npos) {
      value = it->substr(equals + 1);
    } else if (++it != name) {
      value = *it;
    } else {
      return UsageError(absl::StrCat(word, ": needs a value"));
    }
    if (option->variable == nullptr) continue;
    // To docker an option is above any variable, and $DOCKER_HOST above
    // $DOCKER_CONTEXT.
    if (option->long_name == "--context") unsetenv("DOCKER_HOST");
    setenv(option->variable, value.c_str(), /*replace=*/1);
  }
  args->erase(args->begin(), name + 1);
  return absl::OkStatus();
}

int Dispatch(std::vector<std::string> args, Console* console) {
  if (args.size() == 1 && args[0] == "docker-cli-plugin-metadata") {
    console->Out(DockerMetadata());
    return kExitDone;
  }
  if (absl::Status status = TakeDockerOptions(&args); !status.ok()) {
    return Fail(status, console);
  }
  if (args.empty()) {
    console->ErrorText(MainHelp());
    return kExitUsage;
  }
  const std::string& name = args[0];
  if (name == "--help" || name == "-h" ||
      (name == "help" && args.size() == 1)) {
    console->Out(MainHelp());
    return kExitDone;
  }
  if (name == "--version" || name == "-V") {
    console->Out(VersionText());
    return kExitDone;
  }
  const bool help = name == "help";
  const std::string& wanted = help ? args[1] : name;
  const CommandInfo* info = FindCommand(wanted);
  if (info == nullptr) return UnknownCommand(wanted, console);
  if (help) return RunOne(*info, {"--help"}, console);
  return RunOne(*info, {args.begin() + 1, args.end()}, console);
}

}  // namespace

int ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitDone;
    case absl::StatusCode::kFailedPrecondition:
      return kExitUsage;
    case absl::StatusCode::kInvalidArgument:
      return kExitBadInput;
    default:
      return kExitHost;
  }
}

int Fail(const absl::Status& status, Console* console) {
  console->Error(status.message());
  return ExitCodeOf(status);
}

void DefineCommand(const CommandInfo& info, Command* command, CLI::App* app) {
  app->name(absl::StrCat("specgen ", info.name));
  std::string description = absl::StrCat(info.summary, ".");
  if (!info.details.empty())
    absl::StrAppend(&description, "\n\n", info.details);
  app->description(description);
  const auto formatter = std::make_shared<HelpFormatter>();
  formatter->label("Positionals", "Arguments");
  app->formatter(formatter);
  app->footer(absl::StrCat("Example:\n  ", info.example, "\n\n",
                           absl::StripSuffix(ExitCodesHelp(), "\n")));
  command->Define(app);
}

int RunSpecgen(const std::vector<std::string>& args, Console* console) {
  const int code = Dispatch(args, console);
  // Nobody reads on, which is no error of ours: as if SIGPIPE had ended it.
  if (console->out_error() == EPIPE) return 128 + SIGPIPE;
  if (console->out_error() != 0) {
    console->Error(
        absl::StrCat("standard output: ", std::strerror(console->out_error())));
    return kExitHost;
  }
  return code;
}

}  // namespace specgen
