// The program, as whom it runs, and its network.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/did_you_mean.h"
#include "specgen/base/printable.h"
#include "specgen/known/proc_files.h"
#include "specgen/lint/lint_context.h"
#include "specgen/lint/lint_rules.h"

namespace specgen {
namespace {

constexpr LintLevel kWarning = LintLevel::kWarning;
constexpr LintLevel kError = LintLevel::kError;

void WorkdirInProc(LintContext* lint) {
  const JsonNode* workdir = Member(lint->config, "workdir");
  if (workdir == nullptr || !absl::StartsWith(workdir->String(), "/") ||
      !LeadsThroughOpenFile(workdir->text)) {
    return;
  }
  lint->At(*workdir,
           absl::StrCat(QuoteShort(workdir->text),
                        " is a file that the runtime has open: how containers "
                        "escape with CVE-2024-21626; fixed runtimes refuse "
                        "it"));
}

void NoEntrypoint(LintContext* lint) {
  const JsonNode* entrypoint = Member(lint->config, "entrypoint");
  const JsonNode* args = Member(lint->config, "args");
  const std::vector<JsonNode>& words = Words(*lint);
  if (!words.empty()) {
    const JsonNode& program = words[0];
    if (IsRefused(&program, JsonKind::kString)) return;
    if (program.String().empty()) {
      lint->At(program, "the program's name is empty: there is none to run");
    } else if (program.text.back() == '/' || program.text == "." ||
               program.text == ".." || absl::EndsWith(program.text, "/.") ||
               absl::EndsWith(program.text, "/..")) {
      lint->At(program, absl::StrCat(QuoteShort(program.text),
                                     " is a directory, and no program"));
    }
    return;
  }
  if (IsRefused(entrypoint, JsonKind::kArray) ||
      IsRefused(args, JsonKind::kObject) ||
      IsRefused(Member(args, "value"), JsonKind::kArray) ||
      HasMisspelt(lint->config, "entrypoint") ||
      HasMisspelt(lint->config, "args") || HasMisspelt(args, "value")) {
    return;
  }
  lint->At(entrypoint != nullptr ? *entrypoint : *lint->config,
           "there is neither an entrypoint nor a value of args: runtimes have "
           "nothing to run");
}

void CommandLine(LintContext* lint) {
  const std::vector<JsonNode>& words = Words(*lint);
  if (words.empty() || !words[0].is(JsonKind::kString)) return;
  const size_t space = words[0].text.find_first_of(" \t\n");
  if (space == std::string_view::npos) return;
  lint->At(words[0],
           absl::StrCat(QuoteShort(words[0].text),
                        " is the name of one file, spaces and all: write a "
                        "word for each argument"));
}

constexpr std::string_view kNetworkTypes[] = {"", "bridge", "host", "none",
                                              "null"};

void NetworkType(LintContext* lint) {
  const JsonNode* type = Member(Member(lint->config, "network"), "type");
  if (type == nullptr || !type->is(JsonKind::kString) ||
      Holds(kNetworkTypes, type->text)) {
    return;
  }
  lint->At(*type, absl::StrCat("engines take ", QuoteShort(type->text),
                               " for a network of its own without interfaces",
                               DidYouMean(kNetworkTypes, type->text)));
}

void User(LintContext* lint) {
  const JsonNode* user = Member(lint->config, "user");
  for (std::string_view key : {"uid", "gid"}) {
    const JsonNode* id = Member(user, key);
    uint32_t number;
    // Engines refuse what is none.
    if (id == nullptr || !id->is(JsonKind::kNumber) ||
        !absl::SimpleAtoi(id->text, &number) || number == 0) {
      continue;
    }
    lint->AtKey(*user,
                "no engine reads \"user\": the plugin runs as root, with uid "
                "and gid 0");
    return;
  }
}

void EnvName(LintContext* lint) {
  for (const JsonNode& env : Items(lint->config, "env")) {
    const JsonNode* name = Member(&env, "name");
    const JsonNode* value = Member(&env, "value");
    // Without a value it does not reach the process; of what is to be set,
    // not-settable speaks.
    if (value == nullptr || !value->is(JsonKind::kString) ||
        !Items(&env, "settable").empty() ||
        IsRefused(name, JsonKind::kString) || HasMisspelt(&env, "name")) {
      continue;
    }
    const std::string_view text = Text(&env, "name");
    if (text.empty()) {
      lint->At(env, "the variable has no name: no program finds its value");
    } else if (absl::StrContains(text, '=')) {
      lint->At(*name, absl::StrCat("the name ", QuoteShort(text),
                                   " ends at its \"=\" for the plugin: what "
                                   "follows is part of the value"));
    }
  }
}

constexpr LintRule kRules[] = {
    {"SG016", "workdir-in-proc", kError,
     "the working folder is an open file (CVE-2024-21626)",
     R"(The working directory is below `/proc/self/fd`, or that of another process, or `/dev/fd`, however it is written: that is
how containers escape through a file that runc left open (CVE-2024-21626). Fixed runtimes refuse it.)",
     R"("workdir": "/proc/self/fd/8")", R"("workdir": "/")", WorkdirInProc, "",
     false, false, kReachesHost},
    {"SG023", "no-entrypoint", kError, "the plugin runs no program",
     "Neither `entrypoint` nor `args.value` names a program, or it is a name "
     "that no program has, such as `\"\"`; runtimes refuse the spec.",
     R"({
  "entrypoint": [],
  "interface": {"types": ["docker.volumedriver/1.0"], "socket": "volumes.sock"}
})",
     "", NoEntrypoint},
    {"SG024", "network-type", kWarning, "engines do not know the network type",
     R"(Engines know `host`; with any other type the plugin gets a network namespace of its own without
interfaces. `bridge`, `none` and `null` say so; another word likely means something else.)",
     R"("network": {"type": "hosts"})", R"("network": {"type": "host"})",
     NetworkType},
    {"SG035", "user-not-read", kWarning,
     "no engine reads the user: the plugin runs as root",
     R"(`user` is in the config's schema, but no engine puts it into the spec: the plugin runs with uid and gid 0, whatever stands
there. Change the user in the plugin's program, or start it by one that does (`su-exec`, `setpriv`).)",
     R"("user": {"uid": 1000, "gid": 1000})", "", User, "", false, false,
     kDoesMoreInside},
    {"SG036", "command-line-in-one-word", kWarning,
     "the program's name has spaces in it",
     "The first word of `entrypoint` is the name of a file; no shell takes it "
     "apart. Write a word for each argument.",
     R"({
  "entrypoint": ["/bin/volumes --verbose"],
  "interface": {"types": ["docker.volumedriver/1.0"], "socket": "volumes.sock"}
})",
     R"({
  "entrypoint": ["/bin/volumes", "--verbose"],
  "interface": {"types": ["docker.volumedriver/1.0"], "socket": "volumes.sock"}
})",
     CommandLine},
    {"SG040", "env-name", kWarning,
     "the variable has no name that it could have",
     "The name of a variable is missing or empty, or has an equals sign in it: "
     "programs look for what stands before the first one.",
     R"("env": [{"value": "1"}])",
     R"("env": [{"name": "DEBUG", "value": "1"}])", EnvName},
};

}  // namespace

const std::vector<JsonNode>& Words(const LintContext& lint) {
  const std::vector<JsonNode>& entrypoint = Items(lint.config, "entrypoint");
  return entrypoint.empty() ? Items(Member(lint.config, "args"), "value")
                            : entrypoint;
}

absl::Span<const LintRule> ProcessRules() { return kRules; }

}  // namespace specgen
