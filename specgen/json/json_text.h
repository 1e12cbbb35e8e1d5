// A JSON text of known keys, read value by value: for files that people write
// and for what other programs hand over, where a mistake must be pointed at.
//
// A JsonTree is for texts that are looked at from several sides; a plugin is
// read by decoders of its own (specgen/plugin), which answer as Go does.
#ifndef SPECGEN_JSON_JSON_TEXT_H_
#define SPECGEN_JSON_JSON_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "specgen/base/arena.h"
#include "specgen/json/json_index.h"
#include "specgen/json/json_reader.h"

namespace specgen {

// A cursor over the text, as JsonReader, whose grammar it is. Each call reads
// the value that is next and fails (kInvalidArgument) with "NAME:LINE:COL:
// what is wrong" if it is of another kind, or no JSON. After a failure the rest
// is of no use.
//
// `what` is how messages call the value: "\"mode\"", "a CPU". Strings live as
// long as this. Not thread-safe.
class JsonText {
 public:
  // Both must outlive this. More than `max_bytes` are refused by Open.
  JsonText(std::string_view text, std::string_view name,
           size_t max_bytes = JsonIndex::kMaxSize)
      : text_(text), name_(name), max_bytes_(max_bytes) {}
  JsonText(const JsonText&) = delete;
  JsonText& operator=(const JsonText&) = delete;

  // Call first. A text that is not UTF-8 is refused: it would not be the one
  // that was written.
  absl::Status Open();
  // Call last: nothing may follow.
  absl::Status Close();

  // Calls `member(key)`, which reads the value, with the index in `keys` of
  // each member. An unknown key is an error, and so is one that stands twice.
  absl::Status ReadObject(std::string_view what,
                          absl::Span<const std::string_view> keys,
                          absl::FunctionRef<absl::Status(size_t key)> member);
  // Calls `item()`, which reads it, for each item.
  absl::Status ReadList(std::string_view what,
                        absl::FunctionRef<absl::Status()> item);
  // Half of a surrogate pair, which Go replaces, is refused here.
  absl::StatusOr<std::string_view> ReadString(std::string_view what);
  absl::StatusOr<bool> ReadBool(std::string_view what);
  // A whole number from 0 to `max`.
  absl::StatusOr<uint64_t> ReadNumber(std::string_view what, uint64_t max);

  // Where the next value stands, for ErrorAt.
  size_t offset() const { return reader_.offset(); }
  size_t Line(size_t offset) const;
  absl::Status ErrorAt(size_t offset, std::string_view message) const;

 private:
  // What the reader found, if anything.
  absl::Status Syntax() const;
  // Unless the next value is of that kind.
  absl::Status Expect(JsonKind kind, std::string_view what);

  const std::string_view text_;
  const std::string_view name_;
  const size_t max_bytes_;
  JsonIndex index_;
  Arena arena_;
  JsonReader reader_{JsonTokens(), &arena_};
};

}  // namespace specgen

#endif  // SPECGEN_JSON_JSON_TEXT_H_
