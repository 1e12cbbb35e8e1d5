// The engine table for readers: which releases there are, and what changed from
// one behaviour to the next.
#ifndef SPECGEN_CLI_ENGINE_LISTING_H_
#define SPECGEN_CLI_ENGINE_LISTING_H_

#include <string>

#include "specgen/engine/engine.h"

namespace specgen {

// What to list.
struct EngineSelection {
  // Only releases from this one on, by version; all if null.
  const Release* since = nullptr;
  // Only this release; all if null.
  const Release* only = nullptr;
};

// A paragraph for each behaviour that has a selected release, oldest first: its
// releases and builds, how it differs from the behaviour it is compared with,
// and what of it is presumed. Of one release, also its tag, the files of moby
// that show the differences, and what it does in a user namespace.
std::string EngineListing(const EngineSelection& selection);

// The same for programs; members may be added, but none goes or changes:
//
//   {"table_date": "2026-11-24",
//    "default": "29.8.1",          the engine where none is named
//    "behaviours": [
//      {"name": "20.10.14",        that of its first release
//       "based_on": "20.10.0",     what `changes` compares it with; "" for the
//                                  first one
//       "changes": ["..."],        in a reader's words
//       "sources": ["oci/..."],    files of moby that show them
//       "releases": [              those selected, by version
//         {"name": "20.10.14", "date": "2022-03-23", "tag": "v20.10.14",
//          "user_namespace": "as-elsewhere",
//          "released": true,       false: a commit that was never released
//          "presumed": ""}],       why it was not recorded; "": it was
//       "builds": [                of distributions
//         {"name": "20.10.24+dfsg1", "release": "20.10.24",
//          "by": "Debian 12", "date": "2024-10-12", "package": "docker.io ...",
//          "presumed": ""}]}],
//    "distributions": [            whose other builds are taken as Docker's own
//      {"name": "Debian", "presumed": "..."}],
//    "known_differences": [        where specgen does not answer as Docker does
//      {"engines": "...", "what": "...", "why": "..."}]}
//
// `user_namespace` is "as-elsewhere", "keep-locked-flags", "rootless" or
// "rootless-keep-cgroup". Ends with a line feed.
std::string EngineListingJson(const EngineSelection& selection);

}  // namespace specgen

#endif  // SPECGEN_CLI_ENGINE_LISTING_H_
