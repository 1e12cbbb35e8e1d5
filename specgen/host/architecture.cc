#include "specgen/host/architecture.h"

#include <elf.h>
#include <endian.h>
#include <sys/utsname.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace specgen {
namespace {

// A kernel of MIPS does not say which end of a word comes first: that is of the
// machine that this program was built for.
constexpr bool kBigEndian = __BYTE_ORDER == __BIG_ENDIAN;

// Go's names are those of `go tool dist list`, the kernel's its UTS_MACHINE and
// what it says to 32 bit programs. "" stands where Go knows a machine that no
// kernel's name means here.
constexpr Machine kMachines[] = {
    {"x86_64", "amd64", "", {EM_X86_64, EM_386}},
    {"i686", "386", "", {EM_386, EM_386}},
    {"i586", "386", "", {EM_386, EM_386}},
    {"i486", "386", "", {EM_386, EM_386}},
    {"i386", "386", "", {EM_386, EM_386}},
    {"aarch64", "arm64", "", {EM_AARCH64, EM_ARM}},
    {"armv8l", "arm", "", {}},
    {"armv7l", "arm", "v7", {EM_ARM, EM_ARM}},
    {"armv6l", "arm", "v6", {EM_ARM, EM_ARM}},
    {"armv5tel", "arm", "v5", {EM_ARM, EM_ARM}},
    {"ppc64le", "ppc64le", "", {EM_PPC64, EM_PPC64}},
    {"ppc64", "ppc64", "", {}},
    {"s390x", "s390x", "", {EM_S390, EM_S390}},
    {"riscv64", "riscv64", "", {EM_RISCV, EM_RISCV}},
    {"mips", kBigEndian ? "mips" : "mipsle", "", {}},
    {"mips64", kBigEndian ? "mips64" : "mips64le", "", {}},
    {"", kBigEndian ? "mipsle" : "mips", "", {}},
    {"", kBigEndian ? "mips64le" : "mips64", "", {}},
    {"loongarch64", "loong64", "", {}},
};

}  // namespace

const Machine* ThisMachine() {
  struct utsname name;
  if (uname(&name) != 0) return nullptr;
  for (const Machine& machine : kMachines) {
    if (machine.kernel == name.machine) return &machine;
  }
  return nullptr;
}

const Machine* FindMachine(std::string_view architecture) {
  for (const Machine& machine : kMachines) {
    if (machine.architecture == architecture && machine.elf[0] != 0) {
      return &machine;
    }
  }
  return nullptr;
}

bool IsBigEndian(std::string_view architecture) {
  return architecture == "s390x" || architecture == "ppc64" ||
         architecture == "mips" || architecture == "mips64";
}

std::string ThisMachinesPlatform() {
  if (const Machine* const machine = ThisMachine(); machine != nullptr) {
    return absl::StrCat("linux/", machine->architecture,
                        machine->variant.empty() ? "" : "/", machine->variant);
  }
  struct utsname name;
  return absl::StrCat("linux/",
                      uname(&name) == 0 ? name.machine : kDefaultArchitecture);
}

std::string ElfMachineName(uint16_t elf) {
  for (const Machine& machine : kMachines) {
    if (elf != 0 && machine.elf[0] == elf) {
      return std::string(machine.architecture);
    }
  }
  return absl::StrCat("ELF machine ", elf);
}

std::string_view GoArchitecture(std::string_view name) {
  if (name.empty()) return "";
  // Go's first: its "mips" is not always the kernel's.
  for (const Machine& machine : kMachines) {
    if (machine.architecture == name) return machine.architecture;
  }
  for (const Machine& machine : kMachines) {
    if (machine.kernel == name) return machine.architecture;
  }
  return "";
}

std::string GoArchitectures() {
  std::string names;
  std::string_view last;
  for (const Machine& machine : kMachines) {
    if (machine.architecture == last) continue;
    last = machine.architecture;
    absl::StrAppend(&names, names.empty() ? "" : ", ", last);
  }
  return names;
}

}  // namespace specgen
