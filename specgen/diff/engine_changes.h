// Why two engines make different specs: what the engine table says changed.
#ifndef SPECGEN_DIFF_ENGINE_CHANGES_H_
#define SPECGEN_DIFF_ENGINE_CHANGES_H_

#include <string>
#include <string_view>
#include <vector>

#include "specgen/engine/engine.h"

namespace specgen {

// A change of the engine table on the way from one behaviour to another.
struct EngineChange {
  const Behaviour* behaviour;  // that brought it
  std::string_view text;       // in a reader's words
  // The way goes back over it: the change is in the old one, not in the new.
  bool undone = false;
};

// First what is undone, newest first, then what is new, oldest first: along
// Behaviour::based_on, over the behaviour that both come from.
std::vector<EngineChange> ChangesBetween(const Behaviour& from,
                                         const Behaviour& to);

// The ids of security advisories that a change names, such as
// "CVE-2022-24769" or "GHSA-6fw5-f8r9-fgfm".
std::vector<std::string> AdvisoryIds(std::string_view text);

}  // namespace specgen

#endif  // SPECGEN_DIFF_ENGINE_CHANGES_H_
