// Goldens: what Docker answered, as files. testdata/README.md describes the
// form; tools/record_goldens writes it.
#ifndef SPECGEN_GOLDEN_GOLDEN_CASE_H_
#define SPECGEN_GOLDEN_GOLDEN_CASE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "specgen/golden/request_line.h"
#include "specgen/specgen.h"

namespace specgen {

// One `docker plugin set` call to a real daemon, and what came of it.
struct GoldenCall {
  std::vector<std::string> args;
  bool done = true;
  std::string message;  // Docker's, if not done
};

struct GoldenAnswer {
  enum class Kind {
    kSpec,
    kRefused,
    kCrashed,
    // The daemon read the config, and then refused to create the plugin for
    // something that is not in it (a missing rootfs).
    kNotCreated,
  };
  struct Place {
    std::string host;  // of testdata/hosts
    std::string release;
  };

  std::vector<Place> places;  // where the answer was this one
  Kind kind = Kind::kSpec;
  Stage stage = Stage::kSpec;  // of kRefused and kCrashed
  std::string spec;            // of kSpec
  std::string message;         // of the others
  // [["path", "0o700"], ...], sorted: the directories that the engine made.
  std::optional<std::string> directories;
};

struct GoldenCase {
  std::string name;
  std::string proves;  // for people; "" if nobody has said it
  RequestLine request;
  std::vector<GoldenCall> calls;  // in place of request.set
  bool from_daemon = false;       // has calls, maybe none
  // The settings after the calls, as JSON without descriptions.
  std::optional<std::string> settings;
  std::vector<GoldenAnswer> answers;
};

// Reads a file of one case, which is then called `name`, or of many, each below
// a line "=== case NAME". Errors (kInvalidArgument) start with "`name`:LINE: ".
absl::StatusOr<std::vector<GoldenCase>> ParseGoldenCases(std::string_view text,
                                                         std::string_view name);

}  // namespace specgen

#endif  // SPECGEN_GOLDEN_GOLDEN_CASE_H_
