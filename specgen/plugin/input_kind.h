// Tells a plugin from the many other things that are called config.json.
#ifndef SPECGEN_PLUGIN_INPUT_KIND_H_
#define SPECGEN_PLUGIN_INPUT_KIND_H_

#include <string>
#include <string_view>

#include "specgen/engine/engine.h"
#include "specgen/plugin/plugin.h"
#include "specgen/plugin/plugin_reader.h"

namespace specgen {

// Engines pass over keys that they do not know, so that they take any JSON
// object for a plugin: one that asks for nothing. Returns why `text` is likely
// none to an engine of that behaviour, such as "has no key of a plugin's
// config: it looks like an npm package.json", or that it is a state of other
// engines; "" if it may be one, or cannot be read.
//
// `shape` is that in which it is read, and `wanted` chooses from the list of
// `docker plugin inspect`.
std::string WhyNoPlugin(std::string_view text, PluginShape shape,
                        std::string_view wanted, const Behaviour& behaviour);

// Whether WhyNoPlugin may have something to say of what this was read from; it
// costs as much as making a spec.
bool MayBeNoPlugin(const PluginConfig& config);

// Whether `text` is what dockerd keeps in a plugin's directory: an object with
// "plugin", which holds an object (moby plugin/v2/plugin.go, v1.13.0). All else
// that lies there is an author's config to engines.
bool IsStoredState(std::string_view text);

}  // namespace specgen

#endif  // SPECGEN_PLUGIN_INPUT_KIND_H_
