// Turns a PluginCase into what the generator takes.
#ifndef SPECGEN_FUZZ_PLUGIN_CASE_H_
#define SPECGEN_FUZZ_PLUGIN_CASE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/plugin_case.pb.h"
#include "specgen/engine/engine.h"
#include "specgen/golden/request_line.h"
#include "specgen/host/host_snapshot.h"

namespace specgen::fuzz {

using fuzz_case::PluginCase;

const Release& CaseRelease(const PluginCase& plugin_case);

// The request, with paths cut to a length that no cost is blamed on.
RequestLine CaseRequest(const PluginCase& plugin_case);

// The host. Files that cannot be together (a file below a file) are left out.
std::unique_ptr<HostSnapshot> CaseHost(const PluginCase& plugin_case);

// Reads the text form; an unreadable part leaves what stood before it.
void ParseCase(const uint8_t* data, size_t size, PluginCase* plugin_case);

// A mutation and a crossover for libFuzzer, over the text form: see
// proto_mutator.h.
size_t MutateCase(uint8_t* data, size_t size, size_t max_size, unsigned seed);
size_t CrossOverCases(const uint8_t* data1, size_t size1, const uint8_t* data2,
                      size_t size2, uint8_t* out, size_t max_out,
                      unsigned seed);

}  // namespace specgen::fuzz

#endif  // SPECGEN_FUZZ_PLUGIN_CASE_H_
