#include "fuzz/request_writer.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "fuzz/json_oracle.h"
#include "specgen/json/json_writer.h"

namespace specgen::fuzz {

std::string WriteRequestLine(const RequestLine& request) {
  std::string line;
  JsonWriter w(&line);
  const auto member = [&](std::string_view key, std::string_view value) {
    w.Raw(",\"");
    w.Raw(key);
    w.Raw("\":");
    w.String(value);
  };
  w.Raw("{\"name\":");
  w.String(request.name);
  member("id", request.id);
  member("rootfs", request.rootfs);
  member("lib_root", request.lib_root);
  member("exec_root", request.exec_root);
  member("metrics_socket", request.metrics_socket);
  if (request.restarted) w.Raw(",\"restarted\":true");
  w.Raw(",\"set\":[");
  for (size_t i = 0; i < request.set.size(); ++i) {
    if (i > 0) w.Raw(',');
    w.String(request.set[i]);
  }
  w.Raw(']');
  const bool stored = request.shape == PluginShape::kStored;
  // Space around the value would be lost.
  const std::string_view plugin = request.plugin;
  const bool raw = IsGoJson(plugin) && GoUtf8(plugin) == plugin &&
                   plugin.find_first_of("\r\n") == std::string_view::npos &&
                   plugin.front() != ' ' && plugin.front() != '\t' &&
                   plugin.back() != ' ' && plugin.back() != '\t';
  if (raw || stored) {
    w.Raw(stored ? std::string_view(",\"plugin\":")
                 : std::string_view(",\"config\":"));
    // Line feeds in JSON that is valid stand between tokens only.
    std::string value(plugin);
    std::replace(value.begin(), value.end(), '\n', ' ');
    w.Raw(value.empty() ? std::string_view("null") : std::string_view(value));
  } else {
    member("config_b64", absl::Base64Escape(plugin));
  }
  w.Raw('}');
  w.Finish();
  return line;
}

}  // namespace specgen::fuzz
