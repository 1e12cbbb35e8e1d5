// Docker's engines: which releases there are, and how each behaves.
//
// The table is releases.textproto and behaviours.textproto, checked and
// compiled in when specgen is built; nothing is parsed or allocated when the
// program starts. What a Behaviour says is described in engine_table.proto, and
// in behaviour.h, which is made of it.
#ifndef SPECGEN_ENGINE_ENGINE_H_
#define SPECGEN_ENGINE_ENGINE_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "specgen/engine/behaviour.h"

namespace specgen {

// A release of Docker's, or a distribution's build of one.
struct Release {
  std::string_view name;  // "17.03.0-rc1", "20.10.24+dfsg1"
  std::string_view date;  // of the tag or package, YYYY-MM-DD
  std::string_view tag;   // moby's, "v17.03.0-ce-rc1"; of a build the package
  const Behaviour* behaviour;
  UserNamespaceRule user_namespace;
  bool hidden;  // a commit that was never released
  // Why no answer of it was recorded; "" if it was. See Presumption.
  std::string_view presumed;
  // Of a build: the release, and whose build it is, "Debian 12"; else null, "".
  const Release* build_of;
  std::string_view built_by;
};

// Whoever builds Docker's releases besides Docker.
struct Distribution {
  std::string_view name;
  std::string_view mark;      // in versions of its packages; see HoldsMark
  std::string_view presumed;  // why its builds are taken as Docker's own
};

// All behaviours, oldest first.
absl::Span<const Behaviour> AllBehaviours();

// All releases by version, oldest first; a release candidate stands before its
// release.
absl::Span<const Release> AllReleases();

// The builds of distributions of which more is known, by version.
absl::Span<const Release> AllBuilds();
absl::Span<const Distribution> AllDistributions();

// The day the list of releases was last brought up to date, YYYY-MM-DD.
std::string_view EngineTableDate();

// Whether it is a release candidate or beta, or was never released.
bool IsPreRelease(const Release& release);

// The newest release that IsPreRelease is not.
const Release& NewestRelease();

// The engine that is meant where none is named: the newest release that was
// recorded and that IsPreRelease is not.
const Release& DefaultRelease();

// In a sentence without a full stop, as what it is presumed to answer, and why;
// "" for a release that was recorded.
std::string Presumption(const Release& release);

// An engine that somebody named.
struct NamedEngine {
  const Release* release;  // not null
  // What the name was taken as, in a sentence without a full stop; "" if it is
  // the very name or tag of the release.
  std::string understood;
  // Likewise, why its answers need not be those of the engine that was named:
  // the Presumption of the release, or that the engine is a distribution's
  // build, which was not recorded. "": they were recorded.
  std::string presumed;
};

// The engine that people mean by `name`, in all the forms that ParseEngineName
// understands: "20.10.14", "v17.03.1-ce-rc1", "5:28.5.2-1~debian.12~bookworm".
// A version of a distribution's package is that build if the table has it, else
// the release. "20.10" and "17.03-ce" are the newest release of that line,
// "newest" is NewestRelease. NotFound names the nearest one by version, or says
// that the version is newer than all.
absl::StatusOr<NamedEngine> FindEngine(std::string_view name);

// The same, the release alone.
absl::StatusOr<const Release*> FindRelease(std::string_view name);

// The same, but of AllReleases: a build is its release, and a line is its first
// release or candidate: "20.10" is 20.10.0-beta1.
absl::StatusOr<const Release*> FindFirstRelease(std::string_view name);

}  // namespace specgen

#endif  // SPECGEN_ENGINE_ENGINE_H_
