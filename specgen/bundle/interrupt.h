// Ends long work on a signal, so that it can clean up after itself.
#ifndef SPECGEN_BUNDLE_INTERRUPT_H_
#define SPECGEN_BUNDLE_INTERRUPT_H_

#include <signal.h>

#include <cstddef>

#include "absl/status/status.h"

namespace specgen {

// While one lives, SIGINT, SIGTERM and SIGHUP do not end the process, but make
// CheckInterrupt fail. One at a time.
class CatchInterrupts {
 public:
  CatchInterrupts();
  ~CatchInterrupts();
  CatchInterrupts(const CatchInterrupts&) = delete;
  CatchInterrupts& operator=(const CatchInterrupts&) = delete;

 private:
  static constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};
  struct sigaction old_[3];
};

// kCancelled once such a signal has come.
absl::Status CheckInterrupt();

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_INTERRUPT_H_
