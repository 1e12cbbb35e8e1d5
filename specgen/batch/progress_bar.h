// A line on a terminal that says how far a batch is.
#ifndef SPECGEN_BATCH_PROGRESS_BAR_H_
#define SPECGEN_BATCH_PROGRESS_BAR_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "specgen/batch/batch.h"

namespace specgen {

// The line for these counts, without what moves the cursor: a bar if the size
// of the whole input (in bytes) is known. `width` is that of the terminal; the
// line is shorter.
std::string ProgressLine(const BatchCounts& counts,
                         std::optional<uint64_t> total_bytes, double seconds,
                         unsigned width);

// Writes to a file descriptor only if that is a terminal. Not thread-safe, as
// BatchOptions::progress needs not.
class ProgressBar {
 public:
  ProgressBar(int fd, std::optional<uint64_t> total_bytes);
  // Takes the line away.
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // Shows `counts`, at most some ten times a second.
  void Update(const BatchCounts& counts);

  // Takes the line away until the next Update, for other output.
  void Clear();

 private:
  const int fd_;
  const bool shown_on_;  // the descriptor is a terminal
  const std::optional<uint64_t> total_bytes_;
  const std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point last_{};
  bool visible_ = false;
};

}  // namespace specgen

#endif  // SPECGEN_BATCH_PROGRESS_BAR_H_
