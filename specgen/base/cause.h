// Whose fault a failure is. Every status that a command may end with is made
// here, so that its exit code follows from the cause, never from an errno: a
// directory given for a file is a bad input, a directory in the way of an
// output is the host's, and both are EISDIR.
#ifndef SPECGEN_BASE_CAUSE_H_
#define SPECGEN_BASE_CAUSE_H_

#include <cerrno>
#include <string_view>

#include "absl/status/status.h"

namespace specgen {

// Options that do not fit together, a name that there is not.
inline absl::Status UsageError(std::string_view message) {
  return absl::FailedPreconditionError(message);
}

// What was given to be read is not what it should be, or cannot be read.
inline absl::Status BadInputError(std::string_view message) {
  return absl::InvalidArgumentError(message);
}

// Whether the machine has no room to open anything.
inline bool IsShortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOMEM;
}

// The machine said no. The code tells a few of the errnos apart for those who
// act on them; it is never one of the two above.
inline absl::Status HostError(int error, std::string_view message) {
  switch (error) {
    case ENOENT:
      return absl::NotFoundError(message);
    case EEXIST:
      return absl::AlreadyExistsError(message);
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(message);
    case ENOSPC:
    case EDQUOT:
      return absl::ResourceExhaustedError(message);
    default:
      return IsShortage(error) ? absl::AbortedError(message)
                               : absl::UnavailableError(message);
  }
}

// The same failure, of something that was given to be read. That the machine is
// short (kAborted) stays the machine's.
inline absl::Status AsBadInput(const absl::Status& status) {
  return status.ok() || absl::IsAborted(status)
             ? status
             : BadInputError(status.message());
}

}  // namespace specgen

#endif  // SPECGEN_BASE_CAUSE_H_
