// Reads a plugin from JSON, as a given engine would.
#ifndef SPECGEN_PLUGIN_PLUGIN_READER_H_
#define SPECGEN_PLUGIN_PLUGIN_READER_H_

#include <string_view>

#include "specgen/engine/engine.h"
#include "specgen/json/json_reader.h"
#include "specgen/plugin/plugin.h"

namespace specgen {

// The shapes in which people have plugins.
enum class PluginShape : uint8_t {
  kAuto,
  // An author's config.json.
  kConfig,
  // dockerd's stored state, /var/lib/docker/plugins/<id>/config.json:
  // {"plugin": {...}, "Rootfs": ...}; or what is in its "plugin".
  kStored,
  // The output of `docker plugin inspect`: a list of such plugins.
  kInspect,
};

// The first JSON value of `text`; all of it, if it is no JSON.
std::string_view FirstJsonValue(std::string_view text);

// What that engine reads of `text`: its first JSON value where a json.Decoder
// reads it, which looks at nothing behind that; else all of it.
inline std::string_view TextToRead(const Behaviour& behaviour,
                                   std::string_view text) {
  return behaviour.ignores_rest ? FirstJsonValue(text) : text;
}

// Whether ReadPlugin makes the same of every text for both.
inline bool ReadAlike(const Behaviour& a, const Behaviour& b) {
  return a.keys == b.keys && a.interface_types == b.interface_types &&
         a.form == b.form && a.ignores_rest == b.ignores_rest;
}

// Reads what is at `reader` (the whole text) into `plugin`. `shape` is replaced
// by what was found if it is kAuto: a list is kInspect; an object with a key
// "plugin", "Config" or "Manifest" that holds an object, and without those of
// an author's config, is kStored; all else is a config.
//
// `wanted` chooses from kInspect's list by name or id (or the start of an id);
// it may be empty if there is one only.
//
// What Go would refuse, and what makes that engine crash, is recorded as a
// problem of `reader`; `plugin` is then of no use. A config has no settings:
// see MakeDefaultSettings.
void ReadPlugin(JsonReader* reader, const Behaviour& behaviour,
                std::string_view wanted, PluginShape* shape, Plugin* plugin);

// The same without the short way that ReadPlugin takes through a config in
// which nothing is unusual. Tests compare the two.
void ReadPluginTheLongWay(JsonReader* reader, const Behaviour& behaviour,
                          std::string_view wanted, PluginShape* shape,
                          Plugin* plugin);

}  // namespace specgen

#endif  // SPECGEN_PLUGIN_PLUGIN_READER_H_
