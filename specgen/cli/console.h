// Where a command reads and writes.
#ifndef SPECGEN_CLI_CONSOLE_H_
#define SPECGEN_CLI_CONSOLE_H_

#include <string>
#include <string_view>

#include "absl/types/span.h"

namespace specgen {

// The three standard streams, as file descriptors that outlive this object.
// Nothing is buffered: what was written is out, also if the program is killed.
// Not thread-safe.
//
// What is for people goes out as lines, in which nothing from an input, a file
// name or an argument can end the line or act on the terminal (see
// specgen/base/printable.h). Only Out and ErrorText write bytes as they are:
// for programs, and for text that is all our own.
class Console {
 public:
  Console(int in, int out, int err) : in_(in), out_(out), err_(err) {}

  int in() const { return in_; }
  int out() const { return out_; }
  int err() const { return err_; }

  // Writes all of `bytes` as they are. Once a write has failed, further output
  // is dropped; the command line reports that at the end (out_error).
  void Out(std::string_view bytes);
  // Writes lines for people, which come without line feeds.
  void OutLines(absl::Span<const std::string> lines);

  // Writes "specgen: `message`" as a line to the error stream.
  void Error(std::string_view message) const;
  // Writes a line to the error stream.
  void ErrorLine(std::string_view line) const;
  // Writes `text`, which is our own, as it is to the error stream.
  void ErrorText(std::string_view text) const;

  // The errno of the first write that failed, or 0.
  int out_error() const { return out_error_; }

  bool OutIsTerminal() const;

 private:
  const int in_;
  const int out_;
  const int err_;
  int out_error_ = 0;
};

}  // namespace specgen

#endif  // SPECGEN_CLI_CONSOLE_H_
