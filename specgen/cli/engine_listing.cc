#include "specgen/cli/engine_listing.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "specgen/engine/known_differences.h"
#include "specgen/engine/release_range.h"
#include "specgen/json/json_builder.h"

namespace specgen {
namespace {

bool Selected(const EngineSelection& selection, const Release& release) {
  // AllReleases() is in the order of versions.
  const Release* const at =
      release.build_of != nullptr ? release.build_of : &release;
  return (selection.since == nullptr || at >= selection.since) &&
         (selection.only == nullptr || &release == selection.only);
}

// The selected builds of that behaviour.
std::vector<const Release*> SelectedBuilds(const EngineSelection& selection,
                                           const Behaviour& behaviour) {
  std::vector<const Release*> builds;
  for (const Release& build : AllBuilds()) {
    if (build.behaviour == &behaviour && Selected(selection, build)) {
      builds.push_back(&build);
    }
  }
  return builds;
}

// "29.8.2 to 29.9.3 (why)" of the selected releases that were not recorded, for
// each reason.
std::vector<std::string> PresumedRuns(const EngineSelection& selection,
                                      const Behaviour& behaviour) {
  std::vector<std::string_view> reasons;
  for (const Release& release : AllReleases()) {
    if (release.behaviour == &behaviour && Selected(selection, release) &&
        !release.presumed.empty() &&
        std::find(reasons.begin(), reasons.end(), release.presumed) ==
            reasons.end()) {
      reasons.push_back(release.presumed);
    }
  }
  std::vector<std::string> runs;
  runs.reserve(reasons.size());
  for (std::string_view reason : reasons) {
    runs.push_back(absl::StrCat(ReleaseRuns([&](const Release& release) {
                                  return release.behaviour == &behaviour &&
                                         Selected(selection, release) &&
                                         release.presumed == reason;
                                }),
                                " (", reason, ")"));
  }
  return runs;
}

size_t CountSelected(const EngineSelection& selection,
                     const Behaviour& behaviour) {
  size_t count = 0;
  for (const Release& release : AllReleases()) {
    count += release.behaviour == &behaviour && Selected(selection, release);
  }
  return count;
}

std::string_view UserNamespaceName(UserNamespaceRule rule) {
  switch (rule) {
    case UserNamespaceRule::kNothing:
      return "as-elsewhere";
    case UserNamespaceRule::kKeepLockedFlags:
      return "keep-locked-flags";
    case UserNamespaceRule::kRootless:
      return "rootless";
    case UserNamespaceRule::kRootlessKeepCgroup:
      return "rootless-keep-cgroup";
  }
  return "";
}

std::string_view UserNamespaceText(UserNamespaceRule rule) {
  switch (rule) {
    case UserNamespaceRule::kNothing:
      return "the spec is the same as anywhere else";
    case UserNamespaceRule::kKeepLockedFlags:
      return "bind mounts keep the flags that the kernel has locked";
    case UserNamespaceRule::kRootless:
      return "bind mounts keep the flags that the kernel has locked, and under "
             "RootlessKit the spec is made rootless";
    case UserNamespaceRule::kRootlessKeepCgroup:
      return "bind mounts keep the flags that the kernel has locked, and under "
             "RootlessKit the spec is made rootless, but for /sys/fs/cgroup "
             "where it can stay";
  }
  return "";
}

void AppendChanges(const Behaviour& behaviour, std::string* text) {
  if (behaviour.based_on.empty()) {
    absl::StrAppend(text, "  the first; others are compared with it\n");
    return;
  }
  absl::StrAppend(text, "  unlike ", behaviour.based_on, ":\n");
  for (std::string_view change : behaviour.changes) {
    absl::StrAppend(text, "  - ", change, "\n");
  }
}

std::string OneRelease(const Release& release) {
  const Behaviour& behaviour = *release.behaviour;
  std::string text = absl::StrCat("Docker ", release.name, ": ");
  if (release.build_of != nullptr) {
    absl::StrAppend(&text, release.built_by, "'s build of ",
                    release.build_of->name, ", package ", release.tag, " of ",
                    release.date, "\n");
  } else {
    absl::StrAppend(&text, release.hidden ? "commit " : "tag ", release.tag,
                    " of ", release.date,
                    release.hidden ? ", never released" : "", "\n");
  }
  const std::string presumed = Presumption(release);
  if (!presumed.empty()) absl::StrAppend(&text, presumed, "\n");
  const std::string alike = ReleaseRuns(
      [&](const Release& other) { return other.behaviour == &behaviour; });
  absl::StrAppend(&text, "behaves as ",
                  alike.empty() ? std::string("no release") : alike, "\n");
  AppendChanges(behaviour, &text);
  absl::StrAppend(
      &text, "  shown by moby's ", absl::StrJoin(behaviour.sources, ", "), "\n",
      "  in a user namespace: ", UserNamespaceText(release.user_namespace),
      "\n");
  return text;
}

}  // namespace

std::string EngineListing(const EngineSelection& selection) {
  if (selection.only != nullptr) return OneRelease(*selection.only);
  std::string text;
  size_t releases = 0;
  size_t behaviours = 0;
  for (const Behaviour& behaviour : AllBehaviours()) {
    const size_t count = CountSelected(selection, behaviour);
    const std::vector<const Release*> builds =
        SelectedBuilds(selection, behaviour);
    if (count == 0 && builds.empty()) continue;
    releases += count;
    ++behaviours;
    if (count > 0) {
      absl::StrAppend(&text, ReleaseRuns([&](const Release& release) {
        return release.behaviour == &behaviour && Selected(selection, release);
      }),
                      count > 1 ? absl::StrCat(" (", count, " releases)") : "",
                      "\n");
    }
    for (const Release* build : builds) {
      absl::StrAppend(&text, build->name, ", ", build->built_by, "'s build of ",
                      build->build_of->name,
                      build->presumed.empty()
                          ? ""
                          : absl::StrCat("; presumed: ", build->presumed),
                      "\n");
    }
    AppendChanges(behaviour, &text);
    for (const std::string& run : PresumedRuns(selection, behaviour)) {
      absl::StrAppend(&text, "  presumed: ", run, "\n");
    }
    text += '\n';
  }
  text += "Builds that are presumed to answer as Docker's own:\n";
  for (const Distribution& distribution : AllDistributions()) {
    absl::StrAppend(&text, "  - ", distribution.name,
                    "'s: ", distribution.presumed, "\n");
  }
  text += "\nKnown differences from Docker:\n";
  for (const KnownDifference& difference : KnownDifferences()) {
    absl::StrAppend(&text, "  - ", difference.engines, ": ", difference.what,
                    "; ", difference.why, "\n");
  }
  text += '\n';
  absl::StrAppend(&text, releases, releases == 1 ? " release" : " releases",
                  " with ", behaviours,
                  behaviours == 1 ? " behaviour" : " behaviours", "; table of ",
                  EngineTableDate(), "\n");
  return text;
}

namespace {

void AddRelease(const Release& release, JsonBuilder* json) {
  json->Object().Key("name").String(release.name);
  json->Key("date").String(release.date).Key("tag").String(release.tag);
  json->Key("user_namespace").String(UserNamespaceName(release.user_namespace));
  json->Key("released").Bool(!release.hidden);
  json->Key("presumed").String(release.presumed).EndObject();
}

void AddBuild(const Release& build, JsonBuilder* json) {
  json->Object().Key("name").String(build.name);
  json->Key("release").String(build.build_of->name);
  json->Key("by").String(build.built_by).Key("date").String(build.date);
  json->Key("package").String(build.tag);
  json->Key("presumed").String(build.presumed).EndObject();
}

// Nothing, if nothing of it is selected.
void AddBehaviour(const EngineSelection& selection, const Behaviour& behaviour,
                  JsonBuilder* json) {
  const std::vector<const Release*> builds =
      SelectedBuilds(selection, behaviour);
  if (CountSelected(selection, behaviour) == 0 && builds.empty()) return;
  json->Object().Key("name").String(behaviour.name);
  json->Key("based_on").String(behaviour.based_on);
  json->Key("changes").Strings(behaviour.changes);
  json->Key("sources").Strings(behaviour.sources);
  json->Key("releases").List();
  for (const Release& release : AllReleases()) {
    if (release.behaviour == &behaviour && Selected(selection, release)) {
      AddRelease(release, json);
    }
  }
  json->EndList().Key("builds").List();
  for (const Release* build : builds) AddBuild(*build, json);
  json->EndList().EndObject();
}

}  // namespace

std::string EngineListingJson(const EngineSelection& selection) {
  JsonBuilder json;
  json.Object().Key("table_date").String(EngineTableDate());
  json.Key("default").String(DefaultRelease().name);
  json.Key("behaviours").List();
  for (const Behaviour& behaviour : AllBehaviours()) {
    AddBehaviour(selection, behaviour, &json);
  }
  json.EndList().Key("distributions").List();
  for (const Distribution& distribution : AllDistributions()) {
    json.Object().Key("name").String(distribution.name);
    json.Key("presumed").String(distribution.presumed).EndObject();
  }
  json.EndList().Key("known_differences").List();
  for (const KnownDifference& difference : KnownDifferences()) {
    json.Object().Key("engines").String(difference.engines);
    json.Key("what").String(difference.what);
    json.Key("why").String(difference.why).EndObject();
  }
  json.EndList().EndObject();
  return json.Finish();
}

}  // namespace specgen
