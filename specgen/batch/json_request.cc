#include "specgen/batch/json_request.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/printable.h"
#include "specgen/host/architecture.h"
#include "specgen/json/syntax_hint.h"

namespace specgen {
namespace {

constexpr char kWrongEngines[] =
    "\"engines\" must be a range of Docker releases, A..B, or a list of such";
constexpr char kWrongSet[] =
    "\"set\" must be a list of NAME=VALUE strings, or a list of such lists";

}  // namespace

void JsonRequest::Shrink() {
  index_ = JsonIndex();
  arena_.Release();
  decoded_ = std::string();
  set_ = {};
  set_calls_ = {};
  engines_ = {};
}

void JsonRequest::Clear(const Request& defaults) {
  arena_.Reset();
  name_ = {};
  engine_.reset();
  engines_.clear();
  has_engines_ = false;
  request_ = defaults;
  source_ = Source::kNone;
  shape_.reset();
  null_shape_.reset();
  set_.clear();
  set_calls_.Clear();
  has_lib_root_ = has_metrics_socket_ = false;
  roots_.data_root.reset();
  roots_.exec_root.reset();
  architecture_ = {};
  message_.clear();
  column_.reset();
}

bool JsonRequest::Read(std::string_view line, const Request& defaults) {
  Clear(defaults);
  const JsonIndex::Result indexed = index_.Build(line);
  if (indexed != JsonIndex::Result::kOk) {
    size_t offset;
    message_ = ExplainIndexProblem(line, indexed, &offset);
    column_ = offset + 1;
    return false;
  }
  JsonReader reader(index_, &arena_);
  if (reader.Peek() != JsonKind::kObject) {
    return Wrong(reader, "a request must be an object");
  }
  reader.EnterObject();
  std::string_view key;
  while (reader.NextKey(&key)) {
    if (!ReadMember(key, &reader)) return false;
    if (!reader.syntax_ok()) break;
  }
  reader.ExpectEnd();
  if (!reader.syntax_ok()) return WrongSyntax(reader.problem());
  return Finish(defaults);
}

bool JsonRequest::ReadMember(std::string_view key, JsonReader* reader) {
  if (key == "engine") {
    // A variable that is not set must not mean the default.
    if (reader->Peek() == JsonKind::kNull) {
      return Wrong(
          *reader,
          "\"engine\" is null: name a Docker release, or leave it out");
    }
    return ReadText(key, reader, &engine_);
  }
  if (key == "engines") return ReadEngines(reader);
  if (key == "name") {
    reader->Skip(&name_);
    return true;
  }
  if (key == "config") return ReadPlugin(/*stored=*/false, reader);
  if (key == "plugin") return ReadPlugin(/*stored=*/true, reader);
  if (key == "id") return ReadText(key, reader, &request_.id);
  if (key == "rootfs") return ReadText(key, reader, &request_.rootfs);
  if (key == "lib_root") {
    has_lib_root_ = reader->Peek() == JsonKind::kString;
    return ReadText(key, reader, &request_.lib_root);
  }
  if (key == "data_root") return ReadText(key, reader, &roots_.data_root);
  if (key == "exec_root") return ReadText(key, reader, &request_.exec_root);
  if (key == "metrics_socket") {
    has_metrics_socket_ = reader->Peek() == JsonKind::kString;
    return ReadText(key, reader, &request_.metrics_socket);
  }
  if (key == "dockerd_exec_root") {
    return ReadText(key, reader, &roots_.exec_root);
  }
  if (key == "arch") return ReadArchitecture(reader);
  if (key == "plugin_name") {
    return ReadText(key, reader, &request_.plugin_name);
  }
  if (key == "config_text" || key == "config_b64") {
    return ReadPluginText(key, reader);
  }
  if (key == "shape") return ReadShape(reader);
  if (key == "set") return ReadSet(reader);
  if (key == "restarted") return ReadRestarted(reader);
  return Wrong(*reader, absl::StrCat("a request has no key ", QuoteShort(key)));
}

// Null leaves `text` as it is.
template <typename Text>
bool JsonRequest::ReadText(std::string_view key, JsonReader* reader,
                           Text* text) {
  if (reader->Peek() == JsonKind::kNull) {
    reader->SkipLiteral();
    return true;
  }
  if (reader->Peek() != JsonKind::kString) {
    return Wrong(*reader, absl::StrCat("\"", key, "\" must be a string"));
  }
  std::string_view value;
  if (reader->String(&value)) *text = value;
  return true;
}

bool JsonRequest::StartPlugin(std::string_view key, const JsonReader& reader) {
  if (source_ != Source::kNone && key != plugin_key_) {
    return Wrong(reader, absl::StrCat("there are two plugins: \"", plugin_key_,
                                      "\" and \"", key, "\""));
  }
  plugin_key_ = key;
  // A plugin that another takes the place of is looked through now: else a line
  // that is no JSON could have a spec for its answer.
  return CheckTokens();
}

bool JsonRequest::ReadPlugin(bool stored, JsonReader* reader) {
  if (reader->Peek() == JsonKind::kNull) {
    // It counts if there is no other.
    null_shape_ = stored ? PluginShape::kStored : PluginShape::kConfig;
    reader->SkipLiteral();
    return true;
  }
  if (!StartPlugin(stored ? "plugin" : "config", *reader)) return false;
  if (reader->SetAside(&tokens_)) {
    source_ = Source::kTokens;
    tokens_are_stored_ = stored;
  }
  return true;
}

bool JsonRequest::ReadPluginText(std::string_view key, JsonReader* reader) {
  std::optional<std::string_view> text;
  if (!ReadText(key, reader, &text)) return false;
  if (!text.has_value()) return true;
  if (!StartPlugin(key == "config_b64" ? "config_b64" : "config_text",
                   *reader)) {
    return false;
  }
  source_ = Source::kText;
  request_.plugin = *text;
  if (key == "config_b64") {
    if (!absl::Base64Unescape(*text, &decoded_)) {
      return Wrong(*reader, "\"config_b64\" is not base64");
    }
    request_.plugin = decoded_;
  }
  return true;
}

bool JsonRequest::ReadEngines(JsonReader* reader) {
  engines_.clear();
  has_engines_ = true;
  std::string_view range;
  if (reader->Peek() == JsonKind::kString) {
    if (reader->String(&range)) engines_.emplace_back(range);
    return true;
  }
  if (reader->Peek() != JsonKind::kArray) return Wrong(*reader, kWrongEngines);
  reader->EnterArray();
  while (reader->NextItem()) {
    if (reader->Peek() != JsonKind::kString) {
      return Wrong(*reader, kWrongEngines);
    }
    if (!reader->String(&range)) break;
    engines_.emplace_back(range);
  }
  return true;
}

bool JsonRequest::ReadArchitecture(JsonReader* reader) {
  std::optional<std::string_view> name;
  if (!ReadText("arch", reader, &name)) return false;
  if (!name.has_value()) return true;
  architecture_ = GoArchitecture(*name);
  return !architecture_.empty() ||
         Wrong(*reader, absl::StrCat("\"arch\": ", QuoteShort(*name),
                                     " is none of ", GoArchitectures()));
}

bool JsonRequest::ReadShape(JsonReader* reader) {
  std::optional<std::string_view> text;
  if (!ReadText("shape", reader, &text)) return false;
  if (text == "auto") {
    shape_ = PluginShape::kAuto;
  } else if (text == "config") {
    shape_ = PluginShape::kConfig;
  } else if (text == "stored") {
    shape_ = PluginShape::kStored;
  } else if (text == "inspect") {
    shape_ = PluginShape::kInspect;
  } else if (text.has_value()) {
    return Wrong(*reader, "\"shape\" is none of auto, config, stored, inspect");
  }
  return true;
}

bool JsonRequest::ReadSet(JsonReader* reader) {
  set_.clear();
  set_calls_.Clear();
  if (reader->Peek() == JsonKind::kNull) {
    reader->SkipLiteral();
    return true;
  }
  if (reader->Peek() != JsonKind::kArray) return Wrong(*reader, kWrongSet);
  reader->EnterArray();
  while (reader->NextItem()) {
    if (reader->Peek() == JsonKind::kArray && set_.empty()) {
      if (!ReadSetCall(reader)) return false;
      continue;
    }
    if (reader->Peek() != JsonKind::kString || !set_calls_.empty()) {
      return Wrong(*reader, kWrongSet);
    }
    if (!reader->String(&set_.emplace_back())) break;
  }
  return true;
}

// One call of several.
bool JsonRequest::ReadSetCall(JsonReader* reader) {
  reader->EnterArray();
  while (reader->NextItem()) {
    if (reader->Peek() != JsonKind::kString) return Wrong(*reader, kWrongSet);
    std::string_view argument;
    if (!reader->String(&argument)) break;
    set_calls_.Add(argument);
  }
  set_calls_.End();
  return true;
}

bool JsonRequest::ReadRestarted(JsonReader* reader) {
  const JsonKind kind = reader->Peek();
  if (kind != JsonKind::kTrue && kind != JsonKind::kFalse &&
      kind != JsonKind::kNull) {
    return Wrong(*reader, "\"restarted\" must be true or false");
  }
  if (kind != JsonKind::kNull) request_.restarted = kind == JsonKind::kTrue;
  reader->SkipLiteral();
  return true;
}

bool JsonRequest::CheckTokens() {
  if (source_ != Source::kTokens) return true;
  JsonReader reader(tokens_, &arena_);
  reader.Skip();
  reader.ExpectEnd();
  return reader.ok() || WrongSyntax(reader.problem());
}

bool JsonRequest::Finish(const Request& defaults) {
  switch (source_) {
    case Source::kNone:
      if (null_shape_.has_value()) {
        request_.plugin = "null";
        request_.shape = *null_shape_;
        break;
      }
      message_ =
          "there is no plugin: one of \"config\", \"plugin\", \"config_text\" "
          "and \"config_b64\" is needed";
      return false;
    case Source::kTokens:
      request_.shape =
          tokens_are_stored_ ? PluginShape::kStored : PluginShape::kConfig;
      break;
    case Source::kText:
      request_.shape = defaults.shape;
      break;
  }
  if (has_engines_ && engine_.has_value()) {
    message_ = "\"engine\" and \"engines\" are both there: leave one out";
    return false;
  }
  if (has_engines_ && engines_.empty()) {
    message_ = "\"engines\" is an empty list: name a range, or leave it out";
    return false;
  }
  message_ = roots_.Problem(has_lib_root_, has_metrics_socket_);
  if (!message_.empty()) return false;
  if (shape_.has_value()) request_.shape = *shape_;
  request_.set = set_;
  request_.set_calls = set_calls_.All();
  return true;
}

bool JsonRequest::Wrong(const JsonReader& reader, std::string message) {
  message_ = std::move(message);
  column_ = index_.OriginalOffset(reader.offset()) + 1;
  return false;
}

bool JsonRequest::WrongSyntax(const JsonProblem& problem) {
  message_ = problem.message;
  column_ = index_.OriginalOffset(problem.offset) + 1;
  return false;
}

}  // namespace specgen
