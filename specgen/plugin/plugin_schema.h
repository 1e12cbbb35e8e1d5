// How a plugin stands in JSON: the structs of moby's api/types/plugin.go and
// plugin/v2, with the types that encoding/json gives their fields.
//
// Two decoders follow these tables: one that is fast, and one that knows all
// that Go does.
#ifndef SPECGEN_PLUGIN_PLUGIN_SCHEMA_H_
#define SPECGEN_PLUGIN_PLUGIN_SCHEMA_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "specgen/plugin/plugin_key.h"

namespace specgen {

// What a field is to encoding/json, and in our structs (plugin.h).
enum class FieldType : uint8_t {
  kNone,            // no field: any value is passed over
  kString,          // std::string_view
  kOptionalString,  // std::string_view*, null for nil
  kBool,            // bool
  kUint32,          // uint32_t
  kObject,          // a struct of ours
  // Lists are the last ones: see IsList.
  kStrings,         // StringList
  kInterfaceTypes,  // StringList, of Go's PluginInterfaceType
  kObjects,         // Slice<a struct of ours>
};

// Whether our struct has a list for it.
constexpr bool IsList(FieldType type) { return type >= FieldType::kStrings; }
// Whether a string is what is expected there, or does not matter.
constexpr bool TakesString(FieldType type) {
  return type == FieldType::kNone || type == FieldType::kString ||
         type == FieldType::kOptionalString;
}

struct Schema;

struct alignas(32) Field {
  // An offset that is none: the value is checked for its type and forgotten.
  static constexpr uint16_t kIgnored = UINT16_MAX;
  // In `keys`: every engine has the field.
  static constexpr uint32_t kAlways = 1;

  FieldType type = FieldType::kNone;
  uint16_t offset = kIgnored;  // in our struct
  uint32_t keys = 0;           // of ConfigKey: who reads one of these, has it
  const char* name = "";       // in messages
  const Schema* schema = nullptr;  // of kObject and kObjects
};

struct Schema {
  size_t size;  // of our struct, in bytes
  std::array<Field, kKeyCount> fields;

  const Field& operator[](Key key) const {
    return fields[static_cast<size_t>(key)];
  }
};

// The object of an author's config.json: a PluginConfig.
extern const Schema kConfigSchema;
// Whether the key stands in an author's config.json alone: neither beside the
// "plugin" of dockerd's state nor in what is in that.
bool IsAuthorsKey(Key key);
// What dockerd stores of a plugin, {"plugin": {...}, "Rootfs": ...}, where the
// schema of "plugin" is also that of `docker plugin inspect`: a Plugin. Before
// 1.13.0-rc1, the author's part is called "Manifest" and the settings "Config".
extern const Schema kStoredSchema;
extern const Schema kStoredManifestSchema;

}  // namespace specgen

#endif  // SPECGEN_PLUGIN_PLUGIN_SCHEMA_H_
