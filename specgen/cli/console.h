// Where a command reads and writes.
#ifndef SPECGEN_CLI_CONSOLE_H_
#define SPECGEN_CLI_CONSOLE_H_

#include <string_view>

namespace specgen {

// The three standard streams, as file descriptors that outlive this object.
// Nothing is buffered: what was written is out, also if the program is killed.
// Not thread-safe.
class Console {
 public:
  Console(int in, int out, int err) : in_(in), out_(out), err_(err) {}

  int in() const { return in_; }
  int out() const { return out_; }
  int err() const { return err_; }

  // Writes all of `text`. Once a write has failed, further text is dropped;
  // the command line reports that at the end (out_error).
  void Out(std::string_view text);

  // Writes "specgen: `message`" and a line feed to the error stream.
  void Error(std::string_view message) const;
  // Writes `text` as it is to the error stream.
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
