#include "specgen/cli/crash_report.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "specgen/cli/command.h"
#include "specgen/cli/console.h"
#include "specgen/engine/engine.h"
#include "specgen/engine/release_range.h"
#include "specgen/host/host.h"
#include "specgen/specgen.h"

namespace specgen {

std::string CrashCause(const Answer& answer, bool has_base_spec) {
  switch (answer.stage()) {
    case Stage::kDecode:
      return "an interface type starts with a slash";
    case Stage::kSettings:
      return "a setting is for a mount without a source, or a device without a "
             "path";
    case Stage::kSpec:
      break;
  }
  for (const PluginDevice& device : answer.plugin().settings.devices) {
    if (device.path == nullptr) return "a device has no path";
  }
  for (const PluginDevice& device : answer.plugin().config.devices) {
    if (device.path == nullptr) return "a device has no path";
  }
  return has_base_spec ? "the base spec has no \"linux\", or no "
                         "\"linux.resources\", that the engine could change"
                       : "a part of the plugin is null";
}

std::string CrashingReleases(const Request& request, const Host& host) {
  std::map<std::pair<const Behaviour*, UserNamespaceRule>, bool> known;
  Answer answer;
  const auto crashes = [&](const Release& release) {
    const auto [entry, is_new] =
        known.try_emplace({release.behaviour, release.user_namespace}, false);
    if (is_new) {
      Generator(release, host).Generate(request, &answer);
      entry->second = answer.outcome() == Outcome::kCrashed;
    }
    return entry->second;
  };
  return ReleaseRuns(crashes);
}

int ReportNoSpec(const SpecAttempt& attempt, const Answer& answer,
                 Console* console, SecretHider* secrets) {
  const std::string message =
      secrets == nullptr ? answer.message() : secrets->Text(answer.message());
  const std::string engine = absl::StrCat("Docker ", attempt.release.name);
  std::string where(attempt.input_name);
  if (answer.stage() == Stage::kDecode) {
    absl::StrAppend(&where, ":", answer.position());
  }
  if (answer.outcome() == Outcome::kCrashed) {
    console->Error(absl::StrCat(where, ": ", engine, " would crash: ",
                                CrashCause(answer, attempt.has_base_spec), " (",
                                message, ")"));
    if (!attempt.has_base_spec) {
      console->Error(
          absl::StrCat(where, ": releases that crash on it: ",
                       CrashingReleases(attempt.request, attempt.host)));
    }
    return kExitCrash;
  }
  if (answer.stage() == Stage::kDecode) {
    console->Error(absl::StrCat(where, ": ", message));
    return kExitBadInput;
  }
  console->Error(absl::StrCat(where, ": ", engine,
                              answer.stage() == Stage::kSettings
                                  ? " would refuse --set: "
                                  : " would refuse this plugin: ",
                              message));
  return kExitRefused;
}

}  // namespace specgen
