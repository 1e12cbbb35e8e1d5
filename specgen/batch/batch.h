// Many specs at once: a stream of requests to a stream of answers, or a
// directory of configs to a directory of specs, on all cores.
#ifndef SPECGEN_BATCH_BATCH_H_
#define SPECGEN_BATCH_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "specgen/base/files.h"
#include "specgen/batch/engine_set.h"
#include "specgen/batch/record_format.h"
#include "specgen/specgen.h"

namespace specgen {

// How far a batch is, and how far it came.
struct BatchCounts : AnswerCounts {
  uint64_t bytes_read = 0;  // of input whose answers are written
  uint64_t bytes_written = 0;
  // In a stream: requests, and those of them that hold likely no plugin (see
  // WhyNoPlugin), and the number of the first such.
  uint64_t requests = 0;
  uint64_t of_none = 0;
  uint64_t first_of_none = 0;
};

struct BatchOptions {
  // How many threads make specs; 0: as many as this process may use CPUs. Where
  // the system does not give that many, there are fewer.
  // Reading and writing, in a stream, have a thread each besides, which mostly
  // wait.
  unsigned threads = 0;

  // A file descriptor that becomes readable when the batch is to stop, such as
  // a pipe that a signal handler writes to; it is not read. -1: there is none.
  // What was read by then is answered.
  int stop_fd = -1;

  // Is told how far the batch is, about once for each piece of the input, from
  // one thread at a time.
  std::function<void(const BatchCounts&)> progress;
};

struct BatchResult {
  BatchCounts counts;
  // Stopped by stop_fd before the input's end.
  bool stopped = false;
  // Not OK if the batch could not go on: the input could not be read or cut
  // into records (bad input, see cause.h), or the output not be written (the
  // host's). What is in `counts` is done nevertheless.
  absl::Status status;
  // Nothing was done at all: `status` says why the batch may not begin.
  bool refused = false;
  // The output is a pipe that nobody reads any more.
  bool reader_gone = false;
};

// Answers the records of `in_fd` to `out_fd`, in the order of the input, until
// the input ends.
//
// - One bad record gives one answer that says so.
// - A record of over kMaxRecordBytes is passed over and reported.
// - Memory is bounded, however long the input is and however slowly the output
//   is taken: no more is read while kMaxBytesInFlight or a few pieces for each
//   thread wait.
// - Of answers likewise not much more is held than kMaxBytesHeld for each
//   thread, and the answers to one record.
// - Answers are written as soon as the input pauses, so that the other end of a
//   pipe can wait for one before it asks on.
// - Only whole answers are written. Where a write fails halfway, a regular file
//   is cut back to its last whole record.
//
// The descriptors stay open. SIGPIPE must be ignored.
BatchResult RunStream(const RecordFormat& format, const EngineSet& engines,
                      int in_fd, int out_fd, const BatchOptions& options);

// How much input may be on its way at once, beyond which only a single record
// may be.
inline constexpr size_t kMaxBytesInFlight = size_t{128} << 20;

// How many answers a thread holds before it waits until those before them are
// written, and writes them itself.
inline constexpr size_t kMaxBytesHeld = size_t{8} << 20;

// What is to be said of one file of a directory.
struct FileProblem {
  std::string path;      // below the directory of configs
  std::string position;  // "LINE:COL" in the file, or ""
  RecordOutcome outcome;
  // Of a spec: why its config is likely none, as WhyNoPlugin puts it.
  std::string message;
  // There is a file where its spec would be, and it was left as it is.
  bool left = false;
};

// Makes a spec of each config of a directory: of every regular file below
// `config_directory` whose name ends in ".json", a file of the same name below
// `spec_directory`, whose directories are made as needed. Each spec is the
// exact bytes that Docker makes, and appears at once, whole. A config that
// gives no spec, or has no key of a plugin, is told to `problem`, one at a
// time, in no order.
//
// Nothing that is there is lost: without `overwrite`, the batch is refused
// before it changes anything if a file of a spec's name is there, and with it
// those files are all that is replaced. Below `spec_directory` no link is
// followed. The spec that an earlier batch made of a config that now gives none
// is removed, if it still is as that batch wrote it (see SpecDirectory); what
// somebody else put there is left.
//
// `request` holds all but the plugin.
BatchResult RunDirectory(const Generator& generator, const Request& request,
                         const std::string& config_directory,
                         const std::string& spec_directory, Overwrite overwrite,
                         const std::function<void(const FileProblem&)>& problem,
                         const BatchOptions& options);

}  // namespace specgen

#endif  // SPECGEN_BATCH_BATCH_H_
