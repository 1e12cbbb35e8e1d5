// The keys of a plugin's JSON, and which of them a text has.
#ifndef SPECGEN_PLUGIN_PLUGIN_KEY_H_
#define SPECGEN_PLUGIN_PLUGIN_KEY_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "specgen/base/simd.h"

namespace specgen {

// Keys of any of the structs, folded to lower case. No struct has two that
// differ in case only.
enum class Key : uint8_t {
  kUnknown,
  kActive,
  kAllowAllDevices,
  kArgs,
  kCapabilities,
  kConfig,
  kDescription,
  kDestination,
  kDeviceCreation,
  kDevices,
  kDiffIds,
  kDockerVersion,
  kDocumentation,
  kEnabled,
  kEntrypoint,
  kEnv,
  kGid,
  kId,
  kInterface,
  kIpcHost,
  kLinux,
  kManifest,
  kManifestVersion,
  kMounts,
  kName,
  kNetwork,
  kOptions,
  kPath,
  kPidHost,
  kPlugin,
  kPluginReference,
  kPropagatedMount,
  kProtocolScheme,
  kRootfs,
  kSettable,
  kSettings,
  kSocket,
  kSource,
  kTag,
  kType,
  kTypes,
  kUid,
  kUser,
  kValue,
  kWorkdir,
};
inline constexpr size_t kKeyCount = static_cast<size_t>(Key::kWorkdir) + 1;

inline constexpr size_t kLongestKey = 16;

// A key of up to kLongestKey bytes as two words, lower case, padded with zeros.
struct alignas(16) FoldedKey {
  uint64_t low = 0;
  uint64_t high = 0;
  bool operator==(const FoldedKey&) const = default;
};

consteval FoldedKey Fold(std::string_view lower) {
  FoldedKey word;
  for (size_t i = 0; i < lower.size(); ++i) {
    const uint64_t byte = static_cast<uint8_t>(lower[i]);
    (i < 8 ? word.low : word.high) |= byte << (8 * (i % 8));
  }
  return word;
}

// For a key of each size, which bytes are its own.
struct KeyMasks {
  FoldedKey of_size[kLongestKey + 1];
};
inline constexpr KeyMasks kKeyMasks = []() consteval {
  KeyMasks masks;
  for (size_t size = 0; size <= kLongestKey; ++size) {
    FoldedKey& mask = masks.of_size[size];
    for (size_t i = 0; i < size; ++i) {
      (i < 8 ? mask.low : mask.high) |= uint64_t{0xFF} << (8 * (i % 8));
    }
  }
  return masks;
}
();

struct alignas(16) KnownKey {
  FoldedKey word;
  Key key;
};

// All but "diff_ids", whose underscore has no case: FindUnusualKey knows it.
inline constexpr KnownKey kKnownKeys[] = {
    {Fold("id"), Key::kId},
    {Fold("env"), Key::kEnv},
    {Fold("uid"), Key::kUid},
    {Fold("gid"), Key::kGid},
    {Fold("tag"), Key::kTag},
    {Fold("name"), Key::kName},
    {Fold("type"), Key::kType},
    {Fold("args"), Key::kArgs},
    {Fold("path"), Key::kPath},
    {Fold("user"), Key::kUser},
    {Fold("value"), Key::kValue},
    {Fold("linux"), Key::kLinux},
    {Fold("types"), Key::kTypes},
    {Fold("source"), Key::kSource},
    {Fold("mounts"), Key::kMounts},
    {Fold("socket"), Key::kSocket},
    {Fold("rootfs"), Key::kRootfs},
    {Fold("config"), Key::kConfig},
    {Fold("plugin"), Key::kPlugin},
    {Fold("active"), Key::kActive},
    {Fold("options"), Key::kOptions},
    {Fold("devices"), Key::kDevices},
    {Fold("network"), Key::kNetwork},
    {Fold("workdir"), Key::kWorkdir},
    {Fold("ipchost"), Key::kIpcHost},
    {Fold("pidhost"), Key::kPidHost},
    {Fold("enabled"), Key::kEnabled},
    {Fold("settable"), Key::kSettable},
    {Fold("settings"), Key::kSettings},
    {Fold("manifest"), Key::kManifest},
    {Fold("interface"), Key::kInterface},
    {Fold("entrypoint"), Key::kEntrypoint},
    {Fold("description"), Key::kDescription},
    {Fold("destination"), Key::kDestination},
    {Fold("capabilities"), Key::kCapabilities},
    {Fold("documentation"), Key::kDocumentation},
    {Fold("dockerversion"), Key::kDockerVersion},
    {Fold("devicecreation"), Key::kDeviceCreation},
    {Fold("protocolscheme"), Key::kProtocolScheme},
    {Fold("allowalldevices"), Key::kAllowAllDevices},
    {Fold("manifestversion"), Key::kManifestVersion},
    {Fold("pluginreference"), Key::kPluginReference},
    {Fold("propagatedmount"), Key::kPropagatedMount},
};

// The slots of a hash table without collisions: a multiplier for which there
// are none is looked for by the compiler.
struct KeyTable {
  static constexpr int kBits = 8;

  // Two keys that start with the same eight bytes differ in size.
  static constexpr size_t Slot(uint64_t low, size_t size, uint64_t multiplier) {
    return static_cast<size_t>(((low + size) * multiplier) >> (64 - kBits));
  }

  uint64_t multiplier = 0x9E3779B97F4A7C15;
  KnownKey slots[size_t{1} << kBits] = {};
};

consteval size_t SizeOf(const FoldedKey& word) {
  size_t size = 0;
  while (size < kLongestKey &&
         ((size < 8 ? word.low : word.high) >> (8 * (size % 8)) & 0xFF) != 0) {
    ++size;
  }
  return size;
}

consteval bool FillTable(KeyTable* table) {
  for (KnownKey& slot : table->slots) slot = {{}, Key::kUnknown};
  for (const KnownKey& known : kKnownKeys) {
    KnownKey& slot = table->slots[KeyTable::Slot(
        known.word.low, SizeOf(known.word), table->multiplier)];
    if (slot.key != Key::kUnknown) return false;
    slot = known;
  }
  return true;
}

inline constexpr KeyTable kKeyTable = []() consteval {
  KeyTable table;
  while (!FillTable(&table)) table.multiplier += 0x61C8864680B583EA;
  return table;
}
();

// The key at `bytes`, of which kLongestKey may be read; `size` is from 1 to
// that. Null: none of kKnownKeys. Setting the bit 0x20 folds A-Z onto a-z, and
// nothing else onto a letter.
inline const KnownKey* FindFoldedKey(const char* bytes, size_t size) {
  const Bytes16 word = (Bytes16::Load(bytes) | Bytes16::Fill(0x20)) &
                       Bytes16::LoadAligned(&kKeyMasks.of_size[size]);
  const KnownKey& found =
      kKeyTable.slots[KeyTable::Slot(word.low(), size, kKeyTable.multiplier)];
  const bool same = word == Bytes16::LoadAligned(&found.word);
  return same ? &found : nullptr;
}

// A key that FindFoldedKey does not know, or of a size that it does not take.
// Go folds keys by Unicode's simple case folding: beyond ASCII, two characters
// fold onto letters of our keys.
Key FindUnusualKey(std::string_view key);

// Which key it is; of its bytes and what follows, `readable` may be read.
inline Key FindKey(std::string_view key, size_t readable) {
  if (key.empty() || key.size() > kLongestKey) return FindUnusualKey(key);
  const KnownKey* found;
  if (readable >= kLongestKey) [[likely]] {
    found = FindFoldedKey(key.data(), key.size());
  } else {
    char bytes[kLongestKey] = {};
    std::memcpy(bytes, key.data(), key.size());
    found = FindFoldedKey(bytes, key.size());
  }
  return found != nullptr ? found->key : FindUnusualKey(key);
}

}  // namespace specgen

#endif  // SPECGEN_PLUGIN_PLUGIN_KEY_H_
