// How libFuzzer changes inputs that are a PluginCase.
#include <cstddef>
#include <cstdint>

#include "fuzz/plugin_case.h"

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size,
                                          size_t max_size, unsigned seed) {
  return specgen::fuzz::MutateCase(data, size, max_size, seed);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* data1, size_t size1,
                                            const uint8_t* data2, size_t size2,
                                            uint8_t* out, size_t max_out,
                                            unsigned seed) {
  return specgen::fuzz::CrossOverCases(data1, size1, data2, size2, out, max_out,
                                       seed);
}
