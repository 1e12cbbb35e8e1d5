// The machine that this runs on, as the kernel, Docker and programs call it.
#ifndef SPECGEN_BUNDLE_MACHINE_H_
#define SPECGEN_BUNDLE_MACHINE_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace specgen {

struct Machine {
  std::string_view kernel;        // `uname -m`
  std::string_view architecture;  // Go's GOARCH
  std::string_view variant;       // of a platform: "v7"; mostly ""
  // The programs that it executes (e_machine); 0 where that is not known.
  std::array<uint16_t, 2> elf;
};

// This one; null if nothing is known of it.
const Machine* ThisMachine();

// "linux/arm/v7"; of an unknown machine what the kernel calls it.
std::string ThisMachinesPlatform();

// Go's name of the machine that such programs are for.
std::string ElfMachineName(uint16_t elf);

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_MACHINE_H_
