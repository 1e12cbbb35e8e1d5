#include "specgen/plugin/plugin_key.h"

#include <cstddef>
#include <string_view>

#include "specgen/json/go_string.h"

namespace specgen {

Key FindUnusualKey(std::string_view key) {
  // No key is more than three times as long as what it folds to.
  if (key.size() > 3 * kLongestKey) return Key::kUnknown;
  char folded[3 * kLongestKey] = {};
  const size_t size = FoldKey(key, folded);
  if (std::string_view(folded, size) == "diff_ids") return Key::kDiffIds;
  if (size == key.size() || size > kLongestKey) return Key::kUnknown;
  const KnownKey* const found = FindFoldedKey(folded, size);
  return found != nullptr ? found->key : Key::kUnknown;
}

}  // namespace specgen
