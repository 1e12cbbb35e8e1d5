// The short way through a config in which nothing is unusual.
#ifndef SPECGEN_PLUGIN_PLAIN_DECODER_H_
#define SPECGEN_PLUGIN_PLAIN_DECODER_H_

#include "specgen/engine/engine.h"
#include "specgen/json/json_reader.h"
#include "specgen/plugin/plugin.h"

namespace specgen {

// Decodes the config that is next at `reader`, and last, into `config`, which
// is new; just as FieldDecoder does, several times as fast. False: something
// is unusual, or nothing is next, as in a reader that failed. `reader` is then
// where it was, `config` of no use, and the text must be decoded by a
// FieldDecoder, which also finds the words for what is wrong.
bool DecodePlainConfig(JsonReader* reader, const Behaviour& behaviour,
                       PluginConfig* config);

}  // namespace specgen

#endif  // SPECGEN_PLUGIN_PLAIN_DECODER_H_
