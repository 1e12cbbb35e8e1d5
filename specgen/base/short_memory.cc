#include "specgen/base/short_memory.h"

#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <new>
#include <string_view>

namespace specgen {
namespace {

constexpr size_t kReserveBytes = size_t{1} << 20;
constexpr std::string_view kMessage =
    "specgen: out of memory: free some, or raise the limit\n";

struct CleanUp {
  void (*clean_up)(void* what) = nullptr;
  void* what = nullptr;
};
CleanUp clean_ups[8];
int exit_code_when_short = 0;
void* reserve = nullptr;

void OnShortMemory() {
  void* const kept = reserve;
  reserve = nullptr;
  std::free(kept);
  // Not once more if memory is short for a clean-up, too.
  if (kept != nullptr) {
    for (const CleanUp& one : clean_ups) {
      if (one.clean_up != nullptr) one.clean_up(one.what);
    }
  }
  if (write(STDERR_FILENO, kMessage.data(), kMessage.size()) < 0) {
    // Nobody reads it.
  }
  _exit(exit_code_when_short);
}

}  // namespace

void EndWhenMemoryIsShort(int exit_code) {
  exit_code_when_short = exit_code;
  reserve = std::malloc(kReserveBytes);
  // Nothing could be cleaned up later, so nothing is begun.
  if (reserve == nullptr) OnShortMemory();
  std::set_new_handler(&OnShortMemory);
}

CleanUpWhenMemoryIsShort::CleanUpWhenMemoryIsShort(void (*clean_up)(void* what),
                                                   void* what)
    : what_(what) {
  for (CleanUp& one : clean_ups) {
    if (one.clean_up != nullptr) continue;
    one = {clean_up, what};
    return;
  }
}

CleanUpWhenMemoryIsShort::~CleanUpWhenMemoryIsShort() {
  for (CleanUp& one : clean_ups) {
    if (one.what == what_) one = CleanUp();
  }
}

}  // namespace specgen
