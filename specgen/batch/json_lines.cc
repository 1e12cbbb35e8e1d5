// JsonLinesFormat; its form is described in record_format.h.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/arena.h"
#include "specgen/base/buffer.h"
#include "specgen/batch/record_format.h"
#include "specgen/json/json_index.h"
#include "specgen/json/json_reader.h"
#include "specgen/json/json_writer.h"
#include "specgen/specgen.h"

namespace specgen {
namespace {

// Where a request holds its plugin.
enum class Source : uint8_t { kNone, kTokens, kText };

std::string_view StageName(Stage stage) {
  switch (stage) {
    case Stage::kDecode:
      return "decode";
    case Stage::kSettings:
      return "settings";
    case Stage::kSpec:
      return "spec";
  }
  return "";
}

class JsonLinesAnswerer : public RecordAnswerer {
 public:
  explicit JsonLinesAnswerer(const EngineSet& engines)
      : engines_(engines), answer_(std::make_unique<specgen::Answer>()) {}

  RecordOutcome Answer(std::string_view line, uint64_t number,
                       Buffer* out) override;
  void AnswerUnread(uint64_t number, std::string_view message,
                    Buffer* out) override {
    name_ = {};
    JsonWriter w(out);
    Invalid(number, message, {}, &w);
    w.Finish();
  }
  void Shrink() override {
    answer_ = std::make_unique<specgen::Answer>();
    index_ = JsonIndex();
    arena_.Release();
    decoded_ = std::string();
    set_ = {};
  }

 private:
  // Reads the request; false: `message_` says what is wrong, and where.
  bool Read(std::string_view line);
  bool ReadMembers(JsonReader* reader);
  // Called before a plugin takes the place of another. That one is looked
  // through now: else a line that is no JSON could have a spec for its answer.
  bool ReplacesJson();
  bool Wrong(const JsonReader& reader, std::string message) {
    if (message_.empty()) {
      message_ = std::move(message);
      column_ = index_.OriginalOffset(reader.offset()) + 1;
    }
    return false;
  }

  void Start(uint64_t number, JsonWriter* w) const {
    w->Raw("{\"line\":");
    w->Integer(static_cast<int64_t>(number));
    if (!name_.empty()) {
      w->Raw(",\"name\":");
      w->Raw(name_);
    }
  }
  void Invalid(uint64_t number, std::string_view message,
               std::optional<size_t> column, JsonWriter* w) const {
    Start(number, w);
    w->Raw(
        ",\"error\":{\"kind\":\"invalid\",\"stage\":\"request\","
        "\"message\":");
    w->String(message);
    if (column.has_value()) {
      w->Raw(",\"position\":\"1:");
      w->Integer(static_cast<int64_t>(*column));
      w->Raw('"');
    }
    w->Raw("}}\n");
  }

  const EngineSet& engines_;
  std::unique_ptr<specgen::Answer> answer_;
  JsonIndex index_;
  Arena arena_;
  std::string decoded_;  // of config_b64

  // The request.
  std::string_view name_;  // JSON
  std::string_view engine_;
  Request request_;
  Source source_ = Source::kNone;
  JsonTokens tokens_;
  std::vector<std::string_view> set_;
  bool metrics_socket_given_ = false;
  std::string message_;
  std::optional<size_t> column_;

  // The engine of the last request: usually the next one's as well.
  std::string last_engine_;
  const Generator* generator_ = nullptr;
  MetricsSockets metrics_sockets_;
};

// The value of a key that holds text; null leaves it as it is.
template <typename Text>
bool ReadText(JsonReader* reader, Text* text) {
  if (reader->Peek() == JsonKind::kNull) {
    reader->SkipLiteral();
    return true;
  }
  std::string_view value;
  if (reader->Peek() != JsonKind::kString || !reader->String(&value)) {
    return false;
  }
  *text = value;
  return true;
}

bool JsonLinesAnswerer::ReplacesJson() {
  if (source_ != Source::kTokens) return true;
  JsonReader replaced(tokens_, &arena_);
  replaced.Skip();
  replaced.ExpectEnd();
  if (replaced.ok()) return true;
  column_ = index_.OriginalOffset(replaced.problem().offset) + 1;
  message_ = replaced.problem().message;
  return false;
}

bool JsonLinesAnswerer::ReadMembers(JsonReader* reader) {
  std::string_view key;
  std::optional<PluginShape> shape;
  bool raw_is_stored = false;
  while (reader->NextKey(&key)) {
    bool is_text = true;
    if (key == "engine") {
      is_text = ReadText(reader, &engine_);
    } else if (key == "name") {
      reader->Skip(&name_);
    } else if (key == "config" || key == "plugin") {
      if (reader->Peek() == JsonKind::kNull) {
        reader->SkipLiteral();
      } else if (!ReplacesJson()) {
        return false;
      } else if (reader->SetAside(&tokens_)) {
        source_ = Source::kTokens;
        raw_is_stored = key == "plugin";
      }
    } else if (key == "id") {
      is_text = ReadText(reader, &request_.id);
    } else if (key == "rootfs") {
      is_text = ReadText(reader, &request_.rootfs);
    } else if (key == "lib_root") {
      is_text = ReadText(reader, &request_.lib_root);
    } else if (key == "exec_root") {
      is_text = ReadText(reader, &request_.exec_root);
    } else if (key == "metrics_socket") {
      metrics_socket_given_ = reader->Peek() == JsonKind::kString;
      is_text = ReadText(reader, &request_.metrics_socket);
    } else if (key == "plugin_name") {
      is_text = ReadText(reader, &request_.plugin_name);
    } else if (key == "config_text" || key == "config_b64") {
      std::optional<std::string_view> text;
      is_text = ReadText(reader, &text);
      if (text.has_value()) {
        if (!ReplacesJson()) return false;
        source_ = Source::kText;
        request_.plugin = *text;
        if (key == "config_b64") {
          if (!absl::Base64Unescape(*text, &decoded_)) {
            return Wrong(*reader, "\"config_b64\" is not base64");
          }
          request_.plugin = decoded_;
        }
      }
    } else if (key == "shape") {
      std::optional<std::string_view> text;
      is_text = ReadText(reader, &text);
      if (text == "auto") {
        shape = PluginShape::kAuto;
      } else if (text == "config") {
        shape = PluginShape::kConfig;
      } else if (text == "stored") {
        shape = PluginShape::kStored;
      } else if (text == "inspect") {
        shape = PluginShape::kInspect;
      } else if (text.has_value()) {
        return Wrong(*reader,
                     "\"shape\" is none of auto, config, stored, inspect");
      }
    } else if (key == "set") {
      set_.clear();
      if (reader->Peek() == JsonKind::kNull) {
        reader->SkipLiteral();
      } else if (reader->Peek() != JsonKind::kArray) {
        return Wrong(*reader, "\"set\" must be a list of NAME=VALUE strings");
      } else {
        reader->EnterArray();
        while (reader->NextItem()) {
          if (reader->Peek() != JsonKind::kString) {
            return Wrong(*reader,
                         "\"set\" must be a list of NAME=VALUE strings");
          }
          if (!reader->String(&set_.emplace_back())) break;
        }
      }
    } else if (key == "restarted") {
      const JsonKind kind = reader->Peek();
      if (kind != JsonKind::kTrue && kind != JsonKind::kFalse &&
          kind != JsonKind::kNull) {
        return Wrong(*reader, "\"restarted\" must be true or false");
      }
      if (kind != JsonKind::kNull) request_.restarted = kind == JsonKind::kTrue;
      reader->SkipLiteral();
    } else {
      return Wrong(*reader, absl::StrCat("a request has no key \"",
                                         key.substr(0, 64), "\""));
    }
    if (!reader->syntax_ok()) break;
    if (!is_text) {
      return Wrong(*reader, absl::StrCat("\"", key, "\" must be a string"));
    }
  }
  reader->ExpectEnd();
  if (!reader->syntax_ok()) {
    column_ = index_.OriginalOffset(reader->problem().offset) + 1;
    message_ = reader->problem().message;
    return false;
  }
  request_.shape =
      shape.value_or(source_ != Source::kTokens ? PluginShape::kAuto
                     : raw_is_stored            ? PluginShape::kStored
                                                : PluginShape::kConfig);
  if (source_ == Source::kNone) {
    message_ =
        "there is no plugin: one of \"config\", \"plugin\", \"config_text\" "
        "and \"config_b64\" is needed";
    return false;
  }
  request_.set = set_;
  return true;
}

bool JsonLinesAnswerer::Read(std::string_view line) {
  arena_.Reset();
  name_ = engine_ = {};
  request_ = Request();
  source_ = Source::kNone;
  set_.clear();
  metrics_socket_given_ = false;
  message_.clear();
  column_.reset();
  const JsonIndex::Result indexed = index_.Build(line);
  if (indexed != JsonIndex::Result::kOk) {
    message_ = IndexProblem(indexed);
    return false;
  }
  JsonReader reader(index_, &arena_);
  if (reader.Peek() != JsonKind::kObject) {
    return Wrong(reader, "a request must be an object");
  }
  reader.EnterObject();
  return ReadMembers(&reader);
}

RecordOutcome JsonLinesAnswerer::Answer(std::string_view line, uint64_t number,
                                        Buffer* out) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) {
    return RecordOutcome::kBlank;
  }
  JsonWriter w(out);
  if (!Read(line)) {
    Invalid(number, message_, column_, &w);
    w.Finish();
    return RecordOutcome::kInvalid;
  }
  if (generator_ == nullptr || engine_ != last_engine_) {
    const absl::StatusOr<const Generator*> generator = engines_.Find(engine_);
    if (!generator.ok()) {
      Invalid(number, generator.status().message(), {}, &w);
      w.Finish();
      return RecordOutcome::kInvalid;
    }
    generator_ = *generator;
    last_engine_.assign(engine_);
  }
  if (!metrics_socket_given_) {
    request_.metrics_socket = metrics_sockets_.Beside(request_.exec_root);
  }
  if (source_ == Source::kTokens) {
    generator_->Generate(request_, tokens_, answer_.get());
  } else {
    generator_->Generate(request_, answer_.get());
  }
  Start(number, &w);
  if (answer_->outcome() == Outcome::kSpec) {
    w.Raw(",\"spec\":");
    w.Raw(answer_->spec());
  } else {
    w.Raw(answer_->outcome() == Outcome::kRefused
              ? std::string_view(",\"error\":{\"kind\":\"refused\"")
              : ",\"error\":{\"kind\":\"crashed\"");
    w.Raw(",\"stage\":\"");
    w.Raw(StageName(answer_->stage()));
    w.Raw("\",\"message\":");
    w.String(answer_->message());
    if (!answer_->position().empty()) {
      w.Raw(",\"position\":\"");
      w.Raw(answer_->position());
      w.Raw('"');
    }
    w.Raw('}');
  }
  if (!answer_->plan().empty()) {
    w.Raw(",\"folders\":");
    char open = '[';
    for (const PlannedFolder& folder : answer_->plan()) {
      w.Raw(open);
      open = ',';
      w.Raw("{\"path\":");
      w.String(folder.path);
      w.Raw(",\"mode\":\"0");
      for (int shift = 9; shift >= 0; shift -= 3) {
        const uint32_t digit = (folder.mode >> shift) & 7;
        if (shift == 9 && digit == 0)
          continue;  // seldom a set-id or sticky bit
        w.Raw(static_cast<char>('0' + digit));
      }
      w.Raw("\"}");
    }
    w.Raw(']');
  }
  w.Raw("}\n");
  w.Finish();
  return OutcomeOf(*answer_);
}

class JsonLines : public RecordFormat {
 public:
  RecordCut Cut(std::string_view data, size_t seen,
                bool at_end) const override {
    const size_t end = data.find('\n', seen);
    if (end <= kMaxRecordBytes) {
      return {RecordCut::Kind::kRecord, end + 1, data.substr(0, end)};
    }
    if (end != std::string_view::npos || data.size() > kMaxRecordBytes) {
      return {RecordCut::Kind::kTooLong};
    }
    if (!at_end) return {RecordCut::Kind::kIncomplete};
    return {RecordCut::Kind::kRecord, data.size(), data};
  }

  size_t FindEnd(std::string_view data, bool* found) const override {
    const size_t end = data.find('\n');
    *found = end != std::string_view::npos;
    return *found ? end + 1 : data.size();
  }

  std::unique_ptr<RecordAnswerer> NewAnswerer(
      const EngineSet& engines) const override {
    return std::make_unique<JsonLinesAnswerer>(engines);
  }
};

}  // namespace

std::unique_ptr<RecordFormat> JsonLinesFormat() {
  return std::make_unique<JsonLines>();
}

}  // namespace specgen
