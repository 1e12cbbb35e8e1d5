#include "specgen/bundle/machine.h"

#include <elf.h>
#include <sys/utsname.h>

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"

namespace specgen {
namespace {

constexpr Machine kMachines[] = {
    {"x86_64", "amd64", "", {EM_X86_64, EM_386}},
    {"i686", "386", "", {EM_386, EM_386}},
    {"aarch64", "arm64", "", {EM_AARCH64, EM_ARM}},
    {"armv8l", "arm", "", {}},
    {"armv7l", "arm", "v7", {EM_ARM, EM_ARM}},
    {"armv6l", "arm", "v6", {EM_ARM, EM_ARM}},
    {"ppc64le", "ppc64le", "", {EM_PPC64, EM_PPC64}},
    {"s390x", "s390x", "", {EM_S390, EM_S390}},
    {"riscv64", "riscv64", "", {EM_RISCV, EM_RISCV}},
    {"mips64", "mips64le", "", {}},
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

std::string ThisMachinesPlatform() {
  if (const Machine* const machine = ThisMachine(); machine != nullptr) {
    return absl::StrCat("linux/", machine->architecture,
                        machine->variant.empty() ? "" : "/", machine->variant);
  }
  struct utsname name;
  return absl::StrCat("linux/", uname(&name) == 0 ? name.machine : "amd64");
}

std::string ElfMachineName(uint16_t elf) {
  for (const Machine& machine : kMachines) {
    if (elf != 0 && machine.elf[0] == elf) {
      return std::string(machine.architecture);
    }
  }
  return absl::StrCat("ELF machine ", elf);
}

}  // namespace specgen
