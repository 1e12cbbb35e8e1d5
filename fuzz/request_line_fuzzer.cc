// A line of a batch of requests, any bytes (specgen/golden/request_line.h).
//
// Must never: crash, answer with anything but one line, or lose a part of the
// request.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "fuzz/input.h"
#include "fuzz/invariants.h"
#include "fuzz/json_oracle.h"
#include "fuzz/request_writer.h"
#include "specgen/golden/request_line.h"

namespace specgen::fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Input input = ParseInput(ToView(data, size));
  const auto request = specgen::ParseRequestLine(input.text);
  if (!request.ok()) {
    Require(!request.status().message().empty(), "a refusal says why",
            [] { return ""; });
    return 0;
  }
  const std::pair<std::string_view, const std::string&> texts[] = {
      {"name", request->name},
      {"id", request->id},
      {"rootfs", request->rootfs},
      {"lib_root", request->lib_root},
      {"exec_root", request->exec_root},
      {"metrics_socket", request->metrics_socket}};
  for (const auto& text : texts) {
    // Null leaves what was there, so a key that is there twice may tell less.
    const std::optional<std::string> expected =
        StringMember(input.text, text.first);
    Require(!expected.has_value() || *expected == text.second,
            "a request is what a plain parser reads", [&] {
              return absl::StrCat(text.first, " ", text.second, "\n",
                                  input.text);
            });
  }
  const std::string line = WriteRequestLine(*request);
  const auto again = specgen::ParseRequestLine(line);
  Require(again.ok() && again->name == request->name &&
              (again->plugin == request->plugin ||
               (request->shape == specgen::PluginShape::kStored &&
                StripJson(again->plugin) == StripJson(request->plugin))) &&
              again->shape == request->shape && again->set == request->set &&
              again->restarted == request->restarted &&
              again->id == request->id && again->rootfs == request->rootfs &&
              again->lib_root == request->lib_root &&
              again->exec_root == request->exec_root &&
              again->metrics_socket == request->metrics_socket,
          "a request that is written reads back as itself",
          [&] { return absl::StrCat(input.text, "\n", line); });

  Trial trial{.input = ToView(data, size),
              .release = input.release,
              .host = input.host};
  std::vector<std::string_view> set;
  trial.request = request->ToRequest(&set);
  // Paths of the request's own are joined with each of the plugin's.
  if (request->rootfs.size() + request->lib_root.size() + request->id.size() +
          request->metrics_socket.size() >
      256) {
    return 0;
  }
  const std::string answer =
      specgen::AnswerLine(CheckedAnswer(trial), /*with_directories=*/true);
  Require(answer.find('\n') == std::string::npos, "an answer is one line",
          [&] { return answer; });
  return 0;
}

}  // namespace specgen::fuzz
