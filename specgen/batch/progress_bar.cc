#include "specgen/batch/progress_bar.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace specgen {
namespace {

constexpr std::chrono::milliseconds kInterval(100);
// Back to the start of the line, which is then cleared to its end.
constexpr std::string_view kClearLine = "\r\x1b[K";

// Progress is a courtesy: what cannot be written is dropped.
void Put(int fd, std::string_view text) {
  if (write(fd, text.data(), text.size()) < 0) return;
}

unsigned Width(int fd) {
  winsize size;
  return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
                                                              : 80;
}

}  // namespace

std::string ProgressLine(const BatchCounts& counts,
                         std::optional<uint64_t> total_bytes, double seconds,
                         unsigned width) {
  const uint64_t failed = counts.answers() - counts.specs;
  std::string text = absl::StrCat(counts.specs, " specs");
  if (failed > 0) absl::StrAppend(&text, ", ", failed, " without one");
  if (seconds > 0) {
    absl::StrAppendFormat(&text, ", %.0f/s",
                          static_cast<double>(counts.answers()) / seconds);
  }
  constexpr size_t kBar = 24;
  if (total_bytes.has_value() && *total_bytes > 0 &&
      text.size() + kBar + 9 < width) {
    const double part = std::min(1.0, static_cast<double>(counts.bytes_read) /
                                          static_cast<double>(*total_bytes));
    const size_t full = static_cast<size_t>(part * kBar);
    text =
        absl::StrCat("[", std::string(full, '#'), std::string(kBar - full, '.'),
                     "] ", absl::StrFormat("%3.0f %% ", 100 * part), text);
  }
  if (text.size() >= width) text.resize(width > 0 ? width - 1 : 0);
  return text;
}

ProgressBar::ProgressBar(int fd, std::optional<uint64_t> total_bytes)
    : fd_(fd),
      shown_on_(isatty(fd) == 1),
      total_bytes_(total_bytes),
      start_(std::chrono::steady_clock::now()) {}

ProgressBar::~ProgressBar() { Clear(); }

void ProgressBar::Update(const BatchCounts& counts) {
  if (!shown_on_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < kInterval) return;
  last_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  Put(fd_, absl::StrCat(kClearLine, ProgressLine(counts, total_bytes_, seconds,
                                                 Width(fd_))));
  visible_ = true;
}

void ProgressBar::Clear() {
  if (visible_) Put(fd_, kClearLine);
  visible_ = false;
}

}  // namespace specgen
