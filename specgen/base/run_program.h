// Running another program for what it prints.
#ifndef SPECGEN_BASE_RUN_PROGRAM_H_
#define SPECGEN_BASE_RUN_PROGRAM_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace specgen {

struct ProgramOutput {
  std::string out;         // standard output
  std::string error;       // standard error
  bool succeeded = false;  // it ended with exit code 0
};

// The first line on standard error, without spaces around it.
std::string_view FirstErrorLine(const ProgramOutput& output);

struct ProgramLimits {
  int seconds = 5;
  size_t bytes = size_t{1} << 20;  // of each stream
};

// Runs `command`, whose first word is found by PATH, without a shell and
// without input, and waits for its end. Errors: kNotFound if there is no such
// program; kUnavailable if it cannot be run, or goes beyond a limit: it is
// killed then; kAborted if the machine has no room for one more. Messages start
// with the program's name.
absl::StatusOr<ProgramOutput> RunProgram(std::vector<std::string> command,
                                         ProgramLimits limits = {});

}  // namespace specgen

#endif  // SPECGEN_BASE_RUN_PROGRAM_H_
