// Small changes of an engine's behaviour, each of which some golden must
// notice: the check that the goldens prove every value of the engine table.
#ifndef SPECGEN_GOLDEN_MUTATIONS_H_
#define SPECGEN_GOLDEN_MUTATIONS_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "specgen/engine/engine.h"

namespace specgen {

// A behaviour with one value changed, and what else that needs to live.
struct Mutation {
  // "sorts_mounts", "set=kRefusesNull", "keys.kRootfs",
  // "default_spec.mounts without /proc", "default_spec.mounts[/dev].type".
  std::string name;
  std::unique_ptr<Behaviour> behaviour;
  // What it points to where it differs from the original.
  std::vector<std::shared_ptr<const void>> kept;
};

// All changes of `behaviour`, by its visitor: each flag turned, each enum and
// number set to each other value that there is, each key that is read or not,
// each text another one, each item of a list left out, swapped with the next,
// and changed in each of its values; where a list is empty, an item put in.
std::vector<Mutation> MutationsOf(const Behaviour& behaviour);

// The rules for user namespaces other than `rule`, with their names.
struct RuleMutation {
  std::string name;  // "user_namespace=kRootless"
  UserNamespaceRule rule;
};
std::vector<RuleMutation> OtherRules(UserNamespaceRule rule);

// A change that no golden can notice, since it has no effect there or no answer
// could be recorded that shows it.
struct Unprovable {
  std::string_view mutation;  // a name, or the start of one and a star
  // The behaviours where that is so, from `first` to `last`, oldest first.
  std::string_view first;
  std::string_view last;
  std::string_view reason;
};

// Kept short: each entry is checked, and one that is not needed fails.
absl::Span<const Unprovable> AllUnprovable();

// The entry for that change of that behaviour, or null.
const Unprovable* FindUnprovable(std::string_view mutation,
                                 const Behaviour& behaviour);

}  // namespace specgen

#endif  // SPECGEN_GOLDEN_MUTATIONS_H_
