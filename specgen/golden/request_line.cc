#include "specgen/golden/request_line.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "specgen/json/json_index.h"
#include "specgen/json/json_reader.h"
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
  RequestLine request;
  JsonIndex index;
  if (index.Build(line) != JsonIndex::Result::kOk) {
    return absl::InvalidArgumentError("not a line of JSON");
  }
  Arena arena;
  JsonReader reader(index, &arena);
  std::string_view key;
  std::string_view value;
  const auto text = [&](std::string* out) {
    if (reader.String(&value)) out->assign(value);
  };
  bool decodes = true;
  if (reader.EnterObject()) {
    while (reader.NextKey(&key)) {
      if (key == "name") {
        text(&request.name);
      } else if (key == "id") {
        text(&request.id);
      } else if (key == "rootfs") {
        text(&request.rootfs);
      } else if (key == "lib_root") {
        text(&request.lib_root);
      } else if (key == "exec_root") {
        text(&request.exec_root);
      } else if (key == "metrics_socket") {
        text(&request.metrics_socket);
      } else if (key == "config" || key == "plugin") {
        reader.Skip(&value);
        request.plugin.assign(value);
        request.shape =
            key == "plugin" ? PluginShape::kStored : PluginShape::kConfig;
      } else if (key == "config_text") {
        text(&request.plugin);
        request.shape = PluginShape::kConfig;
      } else if (key == "config_b64") {
        if (reader.String(&value)) {
          decodes = absl::Base64Unescape(value, &request.plugin);
        }
        request.shape = PluginShape::kConfig;
      } else if (key == "restarted") {
        request.restarted = reader.Peek() == JsonKind::kTrue;
        reader.Skip();
      } else if (key == "set") {
        if (!reader.EnterArray()) break;
        while (reader.NextItem()) text(&request.set.emplace_back());
      } else {
        reader.Skip();
      }
    }
  }
  reader.ExpectEnd();
  if (!reader.ok() || !decodes) {
    return absl::InvalidArgumentError(decodes ? reader.problem().message
                                              : "config_b64 is not base64");
  }
  return request;
}

std::string AnswerLine(const Answer& answer, bool with_folders) {
  std::string line;
  if (answer.outcome() == Outcome::kSpec) {
    line = absl::StrCat("ok\t", answer.spec());
  } else {
    const char* stage = answer.stage() == Stage::kDecode     ? "decode"
                        : answer.stage() == Stage::kSettings ? "settings"
                                                             : "spec";
    line =
        absl::StrCat(answer.outcome() == Outcome::kCrashed ? "panic" : "error",
                     "\t", stage, "\t", JsonString(answer.message()));
  }
  if (with_folders) absl::StrAppend(&line, "\tmkdir\t", FolderList(answer));
  return line;
}

std::string FolderList(const Answer& answer) {
  std::vector<std::string> folders;
  for (const PlannedFolder& folder : answer.plan()) {
    folders.push_back(absl::StrCat("[", JsonString(folder.path), ", \"0o",
                                   absl::StrFormat("%o", folder.mode), "\"]"));
  }
  std::sort(folders.begin(), folders.end());
  return absl::StrCat("[", absl::StrJoin(folders, ", "), "]");
}

}  // namespace specgen
