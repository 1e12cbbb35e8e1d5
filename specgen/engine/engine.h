// Docker's engines: which releases there are, and how each behaves.
//
// The table is releases.textproto and behaviours.textproto, checked and
// compiled in when specgen is built; nothing is parsed or allocated when the
// program starts. What a Behaviour says is described in engine_table.proto, and
// in behaviour.h, which is made of it.
#ifndef SPECGEN_ENGINE_ENGINE_H_
#define SPECGEN_ENGINE_ENGINE_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "specgen/engine/behaviour.h"

namespace specgen {

struct Release {
  std::string_view name;  // "17.03.0-rc1"
  std::string_view date;  // of the tag, YYYY-MM-DD
  std::string_view tag;   // moby's, "v17.03.0-ce-rc1"
  const Behaviour* behaviour;
  UserNamespaceRule user_namespace;
  bool hidden;  // a commit that was never released
};

// All behaviours, oldest first.
absl::Span<const Behaviour> AllBehaviours();

// All releases by version, oldest first; a release candidate stands before its
// release.
absl::Span<const Release> AllReleases();

// The day the list of releases was last brought up to date, YYYY-MM-DD.
std::string_view EngineTableDate();

// The newest release that is not a release candidate or beta.
const Release& NewestRelease();

// The release that people mean by `name`: "20.10.14", "v20.10.14",
// "17.03.1-ce-rc1", "docker-v29.0.0"; "20.10" and "17.03-ce" are the newest
// release of that line. NotFound names the nearest one.
absl::StatusOr<const Release*> FindRelease(std::string_view name);

// The same, but a line is its first release or candidate: "20.10" is
// 20.10.0-beta1.
absl::StatusOr<const Release*> FindFirstRelease(std::string_view name);

}  // namespace specgen

#endif  // SPECGEN_ENGINE_ENGINE_H_
