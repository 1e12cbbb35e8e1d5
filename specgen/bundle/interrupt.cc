#include "specgen/bundle/interrupt.h"

#include <signal.h>

#include <initializer_list>

#include "absl/status/status.h"

namespace specgen {
namespace {

volatile sig_atomic_t g_signal = 0;

void Note(int signal) {
  if (g_signal == 0) g_signal = signal;
}

}  // namespace

bool EndsProcess(int signal) {
  for (const int ends :
       {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGALRM, SIGUSR1, SIGUSR2, SIGVTALRM,
        SIGPROF, SIGXCPU, SIGIO, SIGPWR, SIGSTKFLT}) {
    if (signal == ends) return true;
  }
  return signal >= SIGRTMIN && signal <= SIGRTMAX;
}

CatchInterrupts::CatchInterrupts() {
  g_signal = 0;
  struct sigaction action = {};
  action.sa_handler = &Note;
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    Old old{signal, {}};
    if (!EndsProcess(signal) || sigaction(signal, nullptr, &old.action) != 0 ||
        old.action.sa_handler == SIG_IGN ||
        sigaction(signal, &action, nullptr) != 0) {
      continue;
    }
    old_.push_back(old);
  }
}

CatchInterrupts::~CatchInterrupts() {
  for (const Old& old : old_) sigaction(old.signal, &old.action, nullptr);
  g_signal = 0;
}

absl::Status CheckInterrupt() {
  if (g_signal == 0) return absl::OkStatus();
  return absl::CancelledError(
      "interrupted by a signal; nothing was left behind");
}

int InterruptSignal() { return g_signal; }

}  // namespace specgen
