// Docker's own code, running beside us as another process.
#ifndef SPECGEN_FUZZ_REFERENCE_PROCESS_H_
#define SPECGEN_FUZZ_REFERENCE_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace specgen::fuzz {

// The protocol: one request a line on its standard input
// (specgen/golden/request_line.h), one answer a line on its standard output, in
// the same order, written out at once; its standard error is ours. At the end
// of its input it ends.
//
// Not thread-safe.
class ReferenceProcess {
 public:
  // Starts `command` with /bin/sh.
  static absl::StatusOr<std::unique_ptr<ReferenceProcess>> Start(
      const std::string& command);
  ~ReferenceProcess();
  ReferenceProcess(const ReferenceProcess&) = delete;
  ReferenceProcess& operator=(const ReferenceProcess&) = delete;

  // The answer to a request, without its line feed. Fails if the process ends.
  absl::StatusOr<std::string> Ask(std::string_view request_line);

 private:
  ReferenceProcess(pid_t pid, int to, int from)
      : pid_(pid), to_(to), from_(from) {}

  const pid_t pid_;
  const int to_;
  const int from_;
  std::string unread_;
};

}  // namespace specgen::fuzz

#endif  // SPECGEN_FUZZ_REFERENCE_PROCESS_H_
