// "--output FILE" and "--force" of several commands.
#ifndef SPECGEN_CLI_OUTPUT_FILE_H_
#define SPECGEN_CLI_OUTPUT_FILE_H_

#include <string>
#include <string_view>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "specgen/cli/console.h"

namespace specgen {

// Where a command's one result goes: a file, or standard output.
class OutputFile {
 public:
  // Adds the options; `what` is what is written, such as "the spec".
  void Define(std::string_view what, CLI::App* app);

  // kFailedPrecondition if the options do not fit together.
  absl::Status Check() const;

  bool is_stdout() const { return path_.empty() || path_ == "-"; }

  // Writes `text`: a file whole or not at all, and over an old one only with
  // --force. Reports what goes wrong; returns an exit code.
  int Write(std::string_view text, Console* console) const;

 private:
  std::string path_;
  bool force_ = false;
};

}  // namespace specgen

#endif  // SPECGEN_CLI_OUTPUT_FILE_H_
