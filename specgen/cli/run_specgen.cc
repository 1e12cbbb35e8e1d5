#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "CLI/App.hpp"
#include "CLI/Error.hpp"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/edit_distance.h"
#include "specgen/cli/command.h"
#include "specgen/cli/version.h"

namespace specgen {
namespace {

constexpr std::string_view kExitCodes =
    "Exit codes: 0 done; 1 the engine would refuse this plugin, or there is a\n"
    "difference or finding; 2 usage; 3 an input is not what it should be; 4 the\n"
    "host or its file system said no; 5 the engine would crash.\n";

std::string MainHelp() {
  std::string help =
      "specgen: the OCI runtime spec that Docker makes of a managed plugin\n"
      "\n"
      "Usage: specgen COMMAND [OPTIONS]\n"
      "\n"
      "Commands:\n";
  size_t width = 0;
  for (const CommandInfo& info : AllCommands()) {
    if (!info.hidden) width = std::max(width, info.name.size());
  }
  for (const CommandInfo& info : AllCommands()) {
    if (info.hidden) continue;
    absl::StrAppend(&help, "  ", info.name,
                    std::string(width + 2 - info.name.size(), ' '),
                    info.summary, "\n");
  }
  absl::StrAppend(&help,
                  "\n`specgen COMMAND --help` tells more of one;"
                  " `specgen --version` what this is.\n\n",
                  kExitCodes);
  return help;
}

const CommandInfo* FindCommand(std::string_view name) {
  for (const CommandInfo& info : AllCommands()) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

int UnknownCommand(std::string_view name, Console* console) {
  std::string_view nearest;
  size_t best = 4;
  for (const CommandInfo& info : AllCommands()) {
    const size_t distance = EditDistance(name.substr(0, 64), info.name);
    if (!info.hidden && distance < best) {
      best = distance;
      nearest = info.name;
    }
  }
  console->Error(absl::StrCat(
      "there is no command \"", name, "\"",
      nearest.empty() ? "" : absl::StrCat("; did you mean \"", nearest, "\"?"),
      " (specgen --help lists them)"));
  return kExitUsage;
}

int RunOne(const CommandInfo& info, std::vector<std::string> args,
           Console* console) {
  const std::unique_ptr<Command> command = info.make();
  CLI::App app;
  DefineCommand(info, command.get(), &app);
  try {
    // CLI11 takes them from the end.
    std::reverse(args.begin(), args.end());
    app.parse(std::move(args));
  } catch (const CLI::CallForHelp&) {
    console->Out(app.help());
    return kExitDone;
  } catch (const CLI::ParseError& error) {
    console->Error(absl::StrCat(info.name, ": ", error.what(), " (specgen ",
                                info.name, " --help tells more)"));
    return kExitUsage;
  }
  return command->Run(console);
}

int Dispatch(const std::vector<std::string>& args, Console* console) {
  if (args.empty()) {
    console->ErrorText(MainHelp());
    return kExitUsage;
  }
  const std::string& name = args[0];
  if (name == "--help" || name == "-h" || (name == "help" && args.size() == 1)) {
    console->Out(MainHelp());
    return kExitDone;
  }
  if (name == "--version") {
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
  if (!info.details.empty()) absl::StrAppend(&description, "\n\n", info.details);
  app->description(description);
  app->footer(absl::StrCat("Example:\n  ", info.example, "\n\n", kExitCodes));
  command->Define(app);
}

int RunSpecgen(const std::vector<std::string>& args, Console* console) {
  const int code = Dispatch(args, console);
  if (console->out_error() != 0) {
    console->Error(absl::StrCat("standard output: ",
                                std::strerror(console->out_error())));
    return kExitHost;
  }
  return code;
}

}  // namespace specgen
