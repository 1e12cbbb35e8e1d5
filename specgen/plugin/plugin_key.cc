#include "specgen/plugin/plugin_key.h"

#include <cstddef>
#include <string_view>

#include "absl/strings/match.h"

namespace specgen {

Key FindUnusualKey(std::string_view key) {
  constexpr std::string_view kLongS = "\xC5\xBF";       // U+017F
  constexpr std::string_view kKelvin = "\xE2\x84\xAA";  // U+212A
  if (key.size() > 3 * kLongestKey) return Key::kUnknown;
  char ascii[3 * kLongestKey] = {};
  size_t size = 0;
  bool folded = false;
  while (!key.empty()) {
    if (absl::StartsWith(key, kLongS)) {
      ascii[size++] = 's';
      key.remove_prefix(kLongS.size());
      folded = true;
    } else if (absl::StartsWith(key, kKelvin)) {
      ascii[size++] = 'k';
      key.remove_prefix(kKelvin.size());
      folded = true;
    } else {
      ascii[size++] = key[0];
      key.remove_prefix(1);
    }
  }
  if (absl::EqualsIgnoreCase({ascii, size}, "diff_ids")) return Key::kDiffIds;
  if (!folded || size > kLongestKey) return Key::kUnknown;
  const KnownKey* const found = FindFoldedKey(ascii, size);
  return found != nullptr ? found->key : Key::kUnknown;
}

}  // namespace specgen
