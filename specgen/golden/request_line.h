// Requests and answers as lines of text: the form in which Docker's own answers
// are recorded (see tools/reference).
#ifndef SPECGEN_GOLDEN_REQUEST_LINE_H_
#define SPECGEN_GOLDEN_REQUEST_LINE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "specgen/specgen.h"

namespace specgen {

// A request in one line of JSON, as those of `specgen batch` (record_format.h),
// with its strings. What the line does not say is "".
struct RequestLine {
  std::string name;
  std::string plugin;
  PluginShape shape = PluginShape::kConfig;
  std::vector<std::string> set;
  bool restarted = false;
  std::string id;
  std::string rootfs;
  std::string lib_root;
  std::string exec_root;
  std::string metrics_socket;

  // A request for the generator; points into this. `set_views` holds the
  // arguments.
  Request ToRequest(std::vector<std::string_view>* set_views) const;
};

// Fails with what is wrong with the line.
absl::StatusOr<RequestLine> ParseRequestLine(std::string_view line);

// An answer as a line without its name and line feed:
//   ok<TAB>SPEC
//   error<TAB>decode|settings|spec<TAB>"message"
//   panic<TAB>decode|settings|spec<TAB>"message"
// and for legacy requests then <TAB>mkdir<TAB>[["path", "0o700"], ...], sorted.
std::string AnswerLine(const Answer& answer, bool with_directories);

// That list of directories alone.
std::string DirectoryList(const Answer& answer);

}  // namespace specgen

#endif  // SPECGEN_GOLDEN_REQUEST_LINE_H_
