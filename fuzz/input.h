// The form of the inputs that are bytes: a line of words, then the text.
//
//   28.5.2 config devices
//   {"entrypoint": ["/plugin"], ...}
//
// The first word is the Docker release. Any other word picks a release by its
// hash, so that a mutated line still means something. The other words, each
// optional, are in the table of input.cc; unknown words mean nothing.
//
// A mutation of the text leaves the release alone, and people can read, write
// and grep the files.
#ifndef SPECGEN_FUZZ_INPUT_H_
#define SPECGEN_FUZZ_INPUT_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "specgen/engine/engine.h"
#include "specgen/host/host_snapshot.h"
#include "specgen/plugin/plugin_reader.h"

namespace specgen::fuzz {

struct Input {
  const Release* release;
  const HostSnapshot* host;  // one of a few that are built in
  PluginShape shape = PluginShape::kAuto;
  bool restarted = false;
  bool given_id = false;  // the request names id and rootfs
  bool metrics = false;   // the request names dockerd's metrics socket
  bool named = false;     // the request asks for the plugin "p" of a list
  std::string_view text;
};

Input ParseInput(std::string_view data);

// A hash that is the same in every run.
uint64_t Hash(std::string_view text);

// Removes the first line of `text` and returns it, without its line feed.
std::string_view TakeLine(std::string_view* text);

inline std::string_view ToView(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace specgen::fuzz

#endif  // SPECGEN_FUZZ_INPUT_H_
