// What machines are called: by Go, and so in specs and by Docker, by the kernel
// and by the header of a program.
#ifndef SPECGEN_HOST_ARCHITECTURE_H_
#define SPECGEN_HOST_ARCHITECTURE_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace specgen {

struct Machine {
  std::string_view kernel;        // `uname -m`
  std::string_view architecture;  // Go's GOARCH, of Linux
  std::string_view variant;       // of a platform: "v7"; mostly ""
  // The programs that it executes (e_machine); 0 where that is not known.
  std::array<uint16_t, 2> elf;
};

// The one that this runs on; null if nothing is known of it.
const Machine* ThisMachine();

// One of that architecture, in Go's name, of which it is known which programs
// it executes; null if there is none.
const Machine* FindMachine(std::string_view architecture);

// Whether the first byte of a word is the highest there.
bool IsBigEndian(std::string_view architecture);

// "linux/arm/v7"; of an unknown machine what the kernel calls it.
std::string ThisMachinesPlatform();

// Go's name of the machine that such programs are for.
std::string ElfMachineName(uint16_t elf);

// Docker's usual one, and what is meant where none is named.
inline constexpr std::string_view kDefaultArchitecture = "amd64";

// Go's name of the architecture that `name` is, which may be Go's ("arm64") or
// the kernel's ("aarch64"); "" if it is neither. It lives for ever.
std::string_view GoArchitecture(std::string_view name);

// Go's names, for people: "amd64, 386, ...".
std::string GoArchitectures();

}  // namespace specgen

#endif  // SPECGEN_HOST_ARCHITECTURE_H_
