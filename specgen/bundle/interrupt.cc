#include "specgen/bundle/interrupt.h"

#include <signal.h>

#include <cstddef>
#include <iterator>

#include "absl/status/status.h"

namespace specgen {
namespace {

volatile sig_atomic_t g_interrupted = 0;

void Note(int) { g_interrupted = 1; }

}  // namespace

CatchInterrupts::CatchInterrupts() {
  g_interrupted = 0;
  struct sigaction action = {};
  action.sa_handler = &Note;
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    sigaction(kSignals[i], &action, &old_[i]);
  }
}

CatchInterrupts::~CatchInterrupts() {
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    sigaction(kSignals[i], &old_[i], nullptr);
  }
  g_interrupted = 0;
}

absl::Status CheckInterrupt() {
  if (g_interrupted == 0) return absl::OkStatus();
  return absl::CancelledError(
      "interrupted by a signal; nothing was left behind");
}

}  // namespace specgen
