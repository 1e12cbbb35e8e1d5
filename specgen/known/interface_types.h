// What engines look for in a plugin, and what that alone gives to it.
#ifndef SPECGEN_KNOWN_INTERFACE_TYPES_H_
#define SPECGEN_KNOWN_INTERFACE_TYPES_H_

#include <string_view>

#include "absl/types/span.h"
#include "specgen/engine/engine.h"
#include "specgen/known/capabilities.h"

namespace specgen {

// docker.CAPABILITY/VERSION.
struct InterfaceType {
  std::string_view capability;  // "volumedriver"
  // The first release that looks for it, and the last; "" for still.
  std::string_view first;
  std::string_view last;
  GrantLevel level;
  // What the plugin does for containers, whatever else it may.
  std::string_view why;
  // When a plugin is enabled, engines look for this and kInterfaceVersion
  // (plugin/store.go, Handle and CallHandler); else they pass over its version
  // (plugin/v2/plugin.go, FilterByCap).
  bool registers_version = false;
};

// The version that engines speak (plugin/store.go, defaultAPIVersion).
inline constexpr std::string_view kInterfaceVersion = "1.0";

absl::Span<const InterfaceType> AllInterfaceTypes();

// Null if no release looks for it.
const InterfaceType* FindInterfaceType(std::string_view capability);

// Whether `release`, of AllReleases() or AllBuilds(), looks for `type`, one of
// the table.
bool LooksFor(const Release& release, const InterfaceType& type);

// The parts of "PREFIX.CAPABILITY/VERSION", as moby takes them apart
// (api/types/plugin_responses.go): at the first slash, and at the last dot
// before it. What is not there is "".
struct InterfaceTypeName {
  std::string_view prefix;
  std::string_view capability;
  std::string_view version;
  bool has_version;  // at least the slash
};
InterfaceTypeName SplitInterfaceType(std::string_view type);

// Whether `release` takes `name` apart like that. Until moby v29.0.0,
// UnmarshalJSON took the bytes behind a name that has neither a version nor the
// slash before it, its quote and one more, for a part of its capability.
bool Reads(const Release& release, const InterfaceTypeName& name);

}  // namespace specgen

#endif  // SPECGEN_KNOWN_INTERFACE_TYPES_H_
