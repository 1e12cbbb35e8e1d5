// How requests and answers stand in a stream: cut into records here, answered
// one by one there.
#ifndef SPECGEN_BATCH_RECORD_FORMAT_H_
#define SPECGEN_BATCH_RECORD_FORMAT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "specgen/base/buffer.h"
#include "specgen/batch/engine_set.h"
#include "specgen/engine/engine.h"
#include "specgen/specgen.h"

namespace specgen {

// What became of one record.
enum class RecordOutcome : uint8_t {
  kSpec,
  kRefused,
  kCrashed,
  kInvalid,  // no request, an unknown engine, too long
  kBlank,    // nothing that asks for an answer
};

// What became of records: how many answers of each kind.
struct AnswerCounts {
  uint64_t specs = 0;
  uint64_t refused = 0;
  uint64_t crashed = 0;
  uint64_t invalid = 0;  // of a directory: files that could not be read

  void Add(RecordOutcome outcome);
  void Add(const AnswerCounts& more);
  uint64_t answers() const { return specs + refused + crashed + invalid; }
};

// Answers records one after the other. Holds memory that is reused; each
// thread has its own.
class RecordAnswerer {
 public:
  virtual ~RecordAnswerer() = default;

  // Appends the answers to `record`, the record of that number, to `*out`: none
  // if it is blank, several if it asks several engines.
  virtual AnswerCounts Answer(std::string_view record, uint64_t number,
                              Buffer* out) = 0;

  // Appends the answer to a record that was not read: `message` says why.
  virtual void AnswerUnread(uint64_t number, std::string_view message,
                            Buffer* out) = 0;

  // Gives back memory beyond what usual records need.
  virtual void Shrink() = 0;

  // Whether an answer to the last record is a spec of what is likely no plugin:
  // its config holds nothing, and WhyNoPlugin tells why.
  bool made_of_none() const { return made_of_none_; }

 protected:
  // Before the answers to a record.
  void ForgetNone() { made_of_none_ = false; }
  // `text` is what `answer` is made of.
  void NoteIfNone(std::string_view text, const Request& request,
                  const Behaviour& behaviour, const specgen::Answer& answer);

 private:
  bool made_of_none_ = false;
};

// The engines that a record's "engines" name, which usually are those of the
// record before it.
class AskedEngines {
 public:
  explicit AskedEngines(const EngineSet& engines) : engines_(engines) {}

  // `record_size` is that of the record.
  absl::StatusOr<absl::Span<const EngineSet::Alike>> Find(
      const std::vector<std::string>& ranges, std::string_view architecture,
      size_t record_size);

 private:
  const EngineSet& engines_;
  std::vector<std::string> last_;
  std::string_view last_architecture_;
  std::vector<EngineSet::Alike> found_;
};

// How Answer's outcome counts.
RecordOutcome OutcomeOf(const Answer& answer);

// What stands at the start of a piece of the stream.
struct RecordCut {
  enum class Kind : uint8_t {
    kRecord,      // `size` bytes in all, of which the record is `record`
    kIncomplete,  // more must be read first
    kTooLong,     // a record of over kMaxRecordBytes
    kTorn,        // the stream ends in the middle of a record
    kBroken,      // from here on nothing can be made of the stream
  };
  Kind kind;
  size_t size = 0;
  std::string_view record = {};
  // For kTooLong: how many bytes to pass over; nothing if the end is to be
  // looked for with FindEnd.
  uint64_t skip = 0;
};

// A record may be as long as the largest plugin that is read, and what stands
// around that.
inline constexpr size_t kMaxRecordBytes = size_t{64} << 20;

// One that asks several engines is shorter: its answers are in memory at once.
inline constexpr size_t kMaxBytesForMany = size_t{1} << 20;

// Immutable, so safe to share between threads.
class RecordFormat {
 public:
  virtual ~RecordFormat() = default;

  // Cuts the first record off `data`, of which the first `seen` bytes were
  // looked at before and held no end. `at_end`: nothing follows.
  virtual RecordCut Cut(std::string_view data, size_t seen,
                        bool at_end) const = 0;

  // For a kTooLong record without `skip`: how many bytes of `data` still belong
  // to it. Sets `*found` if its end is among them.
  virtual size_t FindEnd(std::string_view data, bool* found) const = 0;

  virtual std::unique_ptr<RecordAnswerer> NewAnswerer(
      const EngineSet& engines) const = 0;
};

// Lines of JSON (NDJSON).
//
// A request is an object. It has one of
//   "config"       an author's config.json, as it is
//   "plugin"       dockerd's stored state of a plugin, as it is
//   "config_text"  the JSON of a plugin in a string: for a text that may be
//                  malformed
//   "config_b64"   the same in base64: for a text that may not even be UTF-8
// and may have
//   "name"         any JSON value; comes back with the answer
//   "engine"       a Docker release, "28.5.2", "20.10", "v17.03.1-ce", or what
//                  else FindEngine takes; without one, the default of the batch
//   "engines"      in place of "engine" a range of releases, "20.10.0..28",
//                  "20.10.0..", "..28", or a list of such, as FindReleases
//                  reads them: there is an answer for each way in which they
//                  behave, one behind the other (see EngineSet::FindAlike)
//   "shape"        "auto", "config", "stored" or "inspect"; without one,
//                  "config" and "plugin" say it, and the other two are "auto"
//   "plugin_name"  which plugin of an "inspect" list
//   "set"          ["NAME[.FIELD]=VALUE", ...], as for `docker plugin set`; or
//                  [[...], ...], a list of such calls, of which one that fails
//                  keeps what it had changed, and the rest goes on
//   "restarted"    true: dockerd has restarted since it installed the plugin
//   "id", "rootfs", "lib_root", "exec_root", "metrics_socket"
//                  as in specgen::Request; without a metrics socket,
//                  EngineSet::MetricsSocket is meant
//   "data_root", "dockerd_exec_root"
//                  dockerd's --data-root in place of "lib_root", and its
//                  --exec-root in place of "metrics_socket"
//   "arch"         the architecture of the machine, as Go or `uname -m` calls
//                  it; without one, that of the batch
// "config" and "plugin" may be null, which an engine reads, too; "engine" and
// "engines" may not; any other key that is null is as if it were not there, and
// so are these two where another gives a plugin. Of a key that stands twice the
// last counts. Any other key is an error, so that a misspelt one is noticed,
// and so are two plugins. The recorded requests of testdata have this form too.
// Blank lines are passed over.
//
// An answer is an object: "line", the number of the request's line, from 1;
// "name", if the request had one; "engines", if the request had such, a list of
// ranges: those of which this is the answer; then either
//   "spec"     the runtime spec, byte for byte as Docker makes it, or
//   "error"    {"kind": "refused" | "crashed" | "invalid",
//               "stage": "request" | "decode" | "settings" | "spec",
//               "message": ..., "position": "LINE:COL"}
//              "invalid" is a line that is no request, at stage "request"; the
//              others are those of Answer. "position", if it is there, is in
//              the plugin's JSON, or for an invalid request in its line.
// then, if one of several calls of `docker plugin set` failed,
//   "failed_calls" [{"call": 0, "message": ...}, ...], by their index
// and of an engine that was not recorded,
//   "presumed" why its answer may be another; see NamedEngine
// and last
//   "folders"  [{"path": ..., "mode": "0700"}, ...], if the engine makes some
//              on the host, in order.
std::unique_ptr<RecordFormat> JsonLinesFormat();

// Messages of specgen.proto behind their lengths.
std::unique_ptr<RecordFormat> DelimitedProtoFormat();

}  // namespace specgen

#endif  // SPECGEN_BATCH_RECORD_FORMAT_H_
