#include "specgen/golden/request_line.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "specgen/batch/json_request.h"
#include "specgen/json/json_text.h"
#include "specgen/json/json_writer.h"

namespace specgen {
namespace {

std::string JsonString(std::string_view text) {
  std::string out;
  JsonWriter writer(&out);
  writer.String(text);
  writer.Finish();
  return out;
}

}  // namespace

Request RequestLine::ToRequest(std::vector<std::string_view>* set_views) const {
  Request request;
  request.plugin = plugin;
  request.shape = shape;
  set_views->assign(set.begin(), set.end());
  request.set = *set_views;
  request.restarted = restarted;
  request.id = id;
  request.rootfs = rootfs;
  request.lib_root = lib_root;
  request.exec_root = exec_root;
  request.metrics_socket = metrics_socket;
  return request;
}

absl::StatusOr<RequestLine> ParseRequestLine(std::string_view line) {
  // The recorder knows no defaults.
  Request defaults;
  defaults.shape = PluginShape::kConfig;
  defaults.lib_root = "";
  defaults.exec_root = "";
  JsonRequest read;
  if (!read.Read(line, defaults) || !read.CheckTokens()) {
    return absl::InvalidArgumentError(read.message());
  }
  const Request& request = read.request();
  RequestLine out;
  if (!read.name().empty()) {
    JsonText text(read.name(), "name");
    absl::Status status = text.Open();
    if (!status.ok()) return status;
    absl::StatusOr<std::string_view> name = text.ReadString("the name");
    if (!name.ok()) return name.status();
    out.name = *name;
  }
  out.plugin = request.plugin;
  if (const JsonTokens* tokens = read.tokens()) {
    out.plugin = absl::StripAsciiWhitespace(tokens->text.substr(tokens->start));
  }
  out.shape = request.shape;
  out.set.assign(request.set.begin(), request.set.end());
  out.restarted = request.restarted;
  out.id = request.id.value_or("");
  out.rootfs = request.rootfs.value_or("");
  out.lib_root = request.lib_root;
  out.exec_root = request.exec_root.value_or("");
  out.metrics_socket = request.metrics_socket;
  return out;
}

std::string AnswerLine(const Answer& answer, bool with_directories) {
  std::string line;
  if (answer.outcome() == Outcome::kSpec) {
    line = absl::StrCat("ok\t", answer.spec());
  } else {
    line = absl::StrCat(
        answer.outcome() == Outcome::kCrashed ? "panic" : "error", "\t",
        StageName(answer.stage()), "\t", JsonString(answer.message()));
  }
  if (with_directories)
    absl::StrAppend(&line, "\tmkdir\t", DirectoryList(answer));
  return line;
}

std::string DirectoryList(const Answer& answer) {
  std::vector<std::string> directories;
  for (const PlannedFolder& directory : answer.plan()) {
    directories.push_back(
        absl::StrCat("[", JsonString(directory.path), ", \"0o",
                     absl::StrFormat("%o", directory.mode), "\"]"));
  }
  std::sort(directories.begin(), directories.end());
  return absl::StrCat("[", absl::StrJoin(directories, ", "), "]");
}

}  // namespace specgen
