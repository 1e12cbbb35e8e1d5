// Ends long work on a signal, so that it can clean up after itself.
#ifndef SPECGEN_BUNDLE_INTERRUPT_H_
#define SPECGEN_BUNDLE_INTERRUPT_H_

#include <signal.h>

#include <vector>

#include "absl/status/status.h"

namespace specgen {

// Whether the default of the signal is to end the process (signal(7)), and a
// program can catch it without a fault of its own. Not SIGPIPE and SIGXFSZ:
// they are errors of write(2) here, see main.cc.
bool EndsProcess(int signal);

// While one lives, those signals make CheckInterrupt fail instead. Signals that
// are ignored stay so, as nohup wants it. One at a time.
class CatchInterrupts {
 public:
  CatchInterrupts();
  ~CatchInterrupts();
  CatchInterrupts(const CatchInterrupts&) = delete;
  CatchInterrupts& operator=(const CatchInterrupts&) = delete;

 private:
  struct Old {
    int signal;
    struct sigaction action;
  };
  std::vector<Old> old_;
};

// kCancelled once such a signal has come.
absl::Status CheckInterrupt();

// The first signal that came, or 0.
int InterruptSignal();

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_INTERRUPT_H_
