#include "specgen/cli/crash_report.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "specgen/base/printable.h"
#include "specgen/cli/command.h"
#include "specgen/cli/console.h"
#include "specgen/engine/engine.h"
#include "specgen/engine/release_range.h"
#include "specgen/host/go_path.h"
#include "specgen/host/host.h"
#include "specgen/plugin/plugin.h"
#include "specgen/specgen.h"

namespace specgen {

std::string CrashCause(const Answer& answer) {
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
  return "the base spec has no \"linux\", or no \"linux.resources\", that the "
         "engine could change";
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

namespace {

// What `docker plugin set` may change: "DEBUG.value, state.source".
std::string Settable(const PluginConfig& config) {
  constexpr size_t kMost = 20;
  std::vector<std::string> names;
  const auto add = [&names](std::string_view name, std::string_view field,
                            const StringList& settable) {
    for (std::string_view allowed : settable) {
      if (allowed == field) {
        names.push_back(absl::StrCat(name, ".", field));
        return;
      }
    }
  };
  for (const auto& env : config.env) add(env.name, "value", env.settable);
  for (const auto& mount : config.mounts) {
    add(mount.name, "source", mount.settable);
  }
  for (const auto& device : config.devices) {
    add(device.name, "path", device.settable);
  }
  add(config.args.name, "value", config.args.settable);
  if (names.empty()) return "nothing";
  const size_t more = names.size() - std::min(names.size(), kMost);
  names.resize(names.size() - more);
  return absl::StrCat(absl::StrJoin(names, ", "),
                      more > 0 ? absl::StrCat(" and ", more, " more") : "");
}

// Says if the refusal is none of the engine's: it is for a relative path, and
// nobody said where that starts.
void NoteMissingDirectory(const SpecAttempt& attempt, std::string_view where,
                          std::string_view message, Console* console) {
  std::string directory;
  if (attempt.host.files.WorkingDirectory(&directory) != ENODATA) return;
  const Request& request = attempt.request;
  for (std::string_view path :
       {request.exec_root.value_or(""), request.rootfs.value_or(""),
        request.lib_root}) {
    // Docker's message has the first directory of it that is missing.
    const std::string clean = CleanPath(path);
    if (path.empty() || clean.starts_with('/') ||
        !absl::StrContains(message, clean.substr(0, clean.find('/')))) {
      continue;
    }
    console->Error(absl::StrCat(
        where, ": ", QuoteShort(path),
        " is relative, and the facts of the host have no \"cwd\" that it "
        "starts from, dockerd's working directory: add it to them"));
    return;
  }
}

// The oldest release that has `docker plugin set`.
const Release& FirstWithSet() {
  return *std::find_if(
      AllReleases().begin(), AllReleases().end(), [](const Release& release) {
        return !release.hidden &&
               release.behaviour->set != SetCommand::kNotImplemented;
      });
}

}  // namespace

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
                                CrashCause(answer), " (", message, ")"));
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
  if (answer.stage() != Stage::kSettings) {
    NoteMissingDirectory(attempt, where, message, console);
    return kExitRefused;
  }
  if (attempt.release.behaviour->set == SetCommand::kNotImplemented) {
    console->Error(absl::StrCat(
        where, ": --set changes nothing there: docker plugin set works since ",
        FirstWithSet().name));
  } else if (!answer.plugin().enabled) {
    console->Error(absl::StrCat(where, ": --set can change ",
                                Settable(answer.plugin().config)));
  }
  return kExitRefused;
}

}  // namespace specgen
