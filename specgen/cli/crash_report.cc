#include "specgen/cli/crash_report.h"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "specgen/engine/engine.h"
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
  if (absl::StrContains(answer.message(), "slice bounds")) {
    return "the loop that removes default mounts under /dev/ runs past the end "
           "of the list, since the last mount is one of those to remove";
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
  const absl::Span<const Release> releases = AllReleases();
  std::vector<std::string> runs;
  for (size_t i = 0; i < releases.size(); ++i) {
    if (!crashes(releases[i])) continue;
    size_t last = i;
    while (last + 1 < releases.size() && crashes(releases[last + 1])) ++last;
    runs.push_back(last == i ? std::string(releases[i].name)
                             : absl::StrCat(releases[i].name, " to ",
                                            releases[last].name));
    i = last;
  }
  return absl::StrJoin(runs, ", ");
}

}  // namespace specgen
