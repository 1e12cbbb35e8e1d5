#include "specgen/cli/engine_listing.h"

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "specgen/engine/release_range.h"
#include "specgen/json/json_writer.h"

namespace specgen {
namespace {

bool Selected(const EngineSelection& selection, const Release& release) {
  // AllReleases() is in the order of versions.
  return (selection.since == nullptr || &release >= selection.since) &&
         (selection.only == nullptr || &release == selection.only);
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
  std::string text = absl::StrCat(
      "Docker ", release.name, ": ", release.hidden ? "commit " : "tag ",
      release.tag, " of ", release.date,
      release.hidden ? ", never released" : "", "\n");
  absl::StrAppend(&text, "behaves as ", ReleaseRuns([&](const Release& other) {
    return other.behaviour == &behaviour;
  }),
                  "\n");
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
    if (count == 0) continue;
    releases += count;
    ++behaviours;
    absl::StrAppend(&text, ReleaseRuns([&](const Release& release) {
      return release.behaviour == &behaviour && Selected(selection, release);
    }),
                    count > 1 ? absl::StrCat(" (", count, " releases)") : "",
                    "\n");
    AppendChanges(behaviour, &text);
    text += '\n';
  }
  absl::StrAppend(&text, releases, releases == 1 ? " release" : " releases",
                  " with ", behaviours,
                  behaviours == 1 ? " behaviour" : " behaviours", "; table of ",
                  EngineTableDate(), "\n");
  return text;
}

std::string EngineListingJson(const EngineSelection& selection) {
  std::string json;
  JsonWriter w(&json);
  const auto strings = [&](absl::Span<const std::string_view> list) {
    w.Raw('[');
    for (size_t i = 0; i < list.size(); ++i) {
      if (i > 0) w.Raw(',');
      w.String(list[i]);
    }
    w.Raw(']');
  };
  w.Raw("{\"table_date\":");
  w.String(EngineTableDate());
  w.Raw(",\"behaviours\":[");
  bool first_behaviour = true;
  for (const Behaviour& behaviour : AllBehaviours()) {
    if (CountSelected(selection, behaviour) == 0) continue;
    if (!first_behaviour) w.Raw(',');
    first_behaviour = false;
    w.Raw("{\"name\":");
    w.String(behaviour.name);
    w.Raw(",\"based_on\":");
    w.String(behaviour.based_on);
    w.Raw(",\"changes\":");
    strings(behaviour.changes);
    w.Raw(",\"sources\":");
    strings(behaviour.sources);
    w.Raw(",\"releases\":[");
    bool first_release = true;
    for (const Release& release : AllReleases()) {
      if (release.behaviour != &behaviour || !Selected(selection, release)) {
        continue;
      }
      if (!first_release) w.Raw(',');
      first_release = false;
      w.Raw("{\"name\":");
      w.String(release.name);
      w.Raw(",\"date\":");
      w.String(release.date);
      w.Raw(",\"tag\":");
      w.String(release.tag);
      w.Raw(",\"user_namespace\":");
      w.String(UserNamespaceName(release.user_namespace));
      w.Raw(",\"released\":");
      w.Raw(release.hidden ? std::string_view("false")
                           : std::string_view("true"));
      w.Raw('}');
    }
    w.Raw("]}");
  }
  w.Raw("]}");
  w.Finish();
  return absl::StrCat(IndentJson(json), "\n");
}

}  // namespace specgen
