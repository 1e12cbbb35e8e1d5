// Tells a plugin from the many other things that are called config.json.
#ifndef SPECGEN_PLUGIN_INPUT_KIND_H_
#define SPECGEN_PLUGIN_INPUT_KIND_H_

#include <string>
#include <string_view>

#include "specgen/engine/engine.h"
#include "specgen/plugin/plugin.h"
#include "specgen/plugin/plugin_reader.h"

namespace specgen {

// What of a text tells whether it is a plugin.
struct InputKind {
  // Why it is likely none, and what becomes of it; "" if it may be one, if
  // engines refuse it, or if it cannot be read. It goes on from what names the
  // text: "has no key of a plugin's config that reaches a spec: it looks like
  // an npm package.json; engines take it for a plugin that asks for nothing".
  std::string why_no_plugin;
  // The kind of file that it looks like then, "an npm package.json"; or "".
  std::string_view looks_like;
  // It is another kind of file, of other engines, or has nothing of a plugin:
  // what a plugin like that would lack need not be said.
  bool is_other = false;
};

// Engines pass over keys that they do not know, so that they take any JSON
// object for a plugin. Tells what `text` is to an engine of that behaviour, or
// that it is a state of other engines.
//
// `shape` is that in which it is read, and `wanted` chooses from the list of
// `docker plugin inspect`.
InputKind FindInputKind(std::string_view text, PluginShape shape,
                        std::string_view wanted, const Behaviour& behaviour);

// The first of it.
inline std::string WhyNoPlugin(std::string_view text, PluginShape shape,
                               std::string_view wanted,
                               const Behaviour& behaviour) {
  return FindInputKind(text, shape, wanted, behaviour).why_no_plugin;
}

// Whether WhyNoPlugin may have something to say of what this was read from; it
// costs as much as making a spec.
bool MayBeNoPlugin(const PluginConfig& config);

// What a text is that is taken for a runtime spec and is none: "a plugin's
// config", "an image manifest"; "" if it may be a spec, or nobody knows.
std::string_view KindOfOtherFile(std::string_view text);

// Whether `text` is what dockerd keeps in a plugin's directory: an object with
// "plugin", which holds an object (moby plugin/v2/plugin.go, v1.13.0), and with
// no key of an author's config beside it. All else that lies there is that
// config to engines.
bool IsStoredState(std::string_view text);

}  // namespace specgen

#endif  // SPECGEN_PLUGIN_INPUT_KIND_H_
