#include "specgen/cli/console.h"

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "specgen/base/printable.h"

namespace specgen {
namespace {

// Writes all of `text`; returns 0 or the errno of the write that failed.
int WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    text.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

}  // namespace

void Console::Out(std::string_view bytes) {
  if (out_error_ == 0) out_error_ = WriteAll(out_, bytes);
}

void Console::OutLines(absl::Span<const std::string> lines) {
  std::string text;
  for (const std::string& line : lines) {
    absl::StrAppend(&text, Printable(line), "\n");
  }
  Out(text);
}

void Console::Error(std::string_view message) const {
  ErrorLine(absl::StrCat("specgen: ", message));
}

void Console::ErrorLine(std::string_view line) const {
  ErrorText(absl::StrCat(Printable(line), "\n"));
}

void Console::ErrorText(std::string_view text) const {
  // There is nowhere left to complain to.
  (void)WriteAll(err_, text);
}

bool Console::OutIsTerminal() const { return ::isatty(out_) == 1; }

}  // namespace specgen
