// What was meant by a name that nothing has.
#ifndef SPECGEN_BASE_DID_YOU_MEAN_H_
#define SPECGEN_BASE_DID_YOU_MEAN_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "specgen/base/edit_distance.h"
#include "specgen/base/printable.h"

namespace specgen {

// The one of `names` that was meant by `text`: the first that starts with it
// ("gen" for "generate"), or of which it is a misspelling: the nearest, of
// several the first; else the one that has it behind a dash ("facts" for
// "host-facts"), or of which all but its last two characters are the beginning
// ("privs" for "privileges"). "" if none is near. Near is one
// edit (EditDistance) for each four characters of the name and one more, at
// most three, and never all of the name; a beginning has three characters. Only
// the beginning of a long text is looked at; one letter means nothing, with
// whatever dashes before it.
template <typename Names>
std::string_view NearestName(const Names& names, std::string_view text) {
  constexpr size_t kLookedAt = 64;
  constexpr size_t kMostEdits = 3;
  const size_t dashes = std::min(text.find_first_not_of('-'), text.size());
  if (text.size() - dashes < 2) return {};
  for (const std::string_view name : names) {
    if (name.substr(0, text.size()) == text) return name;
  }
  std::string_view nearest;
  size_t least = kMostEdits + 1;
  for (const std::string_view name : names) {
    const size_t distance = EditDistance(text.substr(0, kLookedAt), name);
    if (distance < least && distance <= 1 + name.size() / 4 &&
        distance < name.size()) {
      least = distance;
      nearest = name;
    }
  }
  if (!nearest.empty()) return nearest;
  constexpr size_t kLeastBeginning = 3;
  const std::string_view word = text.substr(dashes);
  if (word.size() >= kLeastBeginning) {
    for (const std::string_view name : names) {
      const size_t at = name.size() - std::min(name.size(), word.size());
      if (at > dashes + 1 && name[at - 1] == '-' && name.substr(at) == word) {
        return name;
      }
    }
  }
  constexpr size_t kMostBehind = 2;
  size_t longest =
      std::max(dashes + kLeastBeginning, text.size() - kMostBehind);
  for (const std::string_view name : names) {
    const size_t common = static_cast<size_t>(
        std::mismatch(text.begin(), text.end(), name.begin(), name.end())
            .first -
        text.begin());
    if (common < longest) continue;
    nearest = name;
    longest = common + 1;
  }
  return nearest;
}

// "; did you mean "x"?" for the end of a message; "" if there is none.
template <typename Names>
std::string DidYouMean(const Names& names, std::string_view text) {
  const std::string_view nearest = NearestName(names, text);
  return nearest.empty() ? "" : "; did you mean " + Quote(nearest) + "?";
}

}  // namespace specgen

#endif  // SPECGEN_BASE_DID_YOU_MEAN_H_
