// A plugin's settings: what an engine makes of the config when it installs a
// plugin, and `docker plugin set`.
#ifndef SPECGEN_PLUGIN_SETTINGS_H_
#define SPECGEN_PLUGIN_SETTINGS_H_

#include <cstddef>
#include <string_view>

#include "absl/types/span.h"
#include "specgen/base/arena.h"
#include "specgen/base/verdict.h"
#include "specgen/engine/engine.h"
#include "specgen/plugin/plugin.h"

namespace specgen {

// Makes the settings of a plugin that was just installed (moby
// plugin/v2/plugin.go, InitEmptySettings; InitPlugin before 1.13.0-rc5). They
// share the sources and paths of the config.
void MakeDefaultSettings(const Behaviour& behaviour, Arena* arena,
                         Plugin* plugin);

// Makes the settings' sources and paths their own, as they are once dockerd has
// restarted and read its stored state back: `docker plugin set` then changes
// the config's only, which mounts are taken from, while devices are taken from
// the settings.
void UnshareSettings(Arena* arena, Plugin* plugin);

// Of more arguments than these, names are looked up in an index.
inline constexpr size_t kMostWalked = 16;

// `docker plugin set PLUGIN ARGS...`: NAME[.FIELD]=VALUE. Arguments before one
// that fails have taken effect, as in Docker. The arguments must outlive the
// plugin, or be in its arena.
Verdict ApplySettings(const Behaviour& behaviour,
                      absl::Span<const std::string_view> args, Arena* arena,
                      Plugin* plugin);

}  // namespace specgen

#endif  // SPECGEN_PLUGIN_SETTINGS_H_
