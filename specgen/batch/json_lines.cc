// JsonLinesFormat; its form is described in record_format.h.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "specgen/base/buffer.h"
#include "specgen/batch/json_request.h"
#include "specgen/batch/record_format.h"
#include "specgen/json/json_writer.h"
#include "specgen/specgen.h"

namespace specgen {
namespace {

class JsonLinesAnswerer : public RecordAnswerer {
 public:
  explicit JsonLinesAnswerer(const EngineSet& engines)
      : engines_(engines),
        answer_(std::make_unique<specgen::Answer>()),
        asked_(engines) {}

  AnswerCounts Answer(std::string_view line, uint64_t number,
                      Buffer* out) override;
  void AnswerUnread(uint64_t number, std::string_view message,
                    Buffer* out) override {
    WriteInvalid({}, number, message, {}, out);
  }
  void Shrink() override {
    answer_ = std::make_unique<specgen::Answer>();
    reading_ = std::make_unique<SharedReading>();
    line_.Shrink();
  }

 private:
  // Finds the engine that the request asks for.
  absl::Status FindEngine();
  // What the line asks of each engine.
  Request ToRequest();
  // Has the engine answer.
  void Generate();
  // Has each of those answer.
  AnswerCounts AnswerAll(absl::Span<const EngineSet::Alike> engines,
                         uint64_t number, Buffer* out);
  void NoteIfNone(const Request& request, const Generator& generator);

  // Appends a line that says what became of line `number`. `name` is the
  // request's, as JSON, or "".
  static void WriteStart(std::string_view name, uint64_t number, JsonWriter* w);
  static void WriteInvalid(std::string_view name, uint64_t number,
                           std::string_view message,
                           std::optional<size_t> column, Buffer* out);
  // `alike`: for which engines, null if the line names one.
  void WriteAnswer(uint64_t number, const EngineSet::Alike* alike,
                   std::string_view presumed, Buffer* out) const;
  void WriteError(JsonWriter* w) const;
  void WriteDirectories(JsonWriter* w) const;

  const EngineSet& engines_;
  std::unique_ptr<specgen::Answer> answer_;
  JsonRequest line_;

  // The engine of the last request: usually the next one's as well.
  std::optional<std::string> last_engine_;
  std::string_view last_architecture_;
  EngineSet::Engine engine_ = {nullptr, ""};

  AskedEngines asked_;
  std::unique_ptr<SharedReading> reading_ = std::make_unique<SharedReading>();
};

AnswerCounts JsonLinesAnswerer::Answer(std::string_view line, uint64_t number,
                                       Buffer* out) {
  AnswerCounts counts;
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return counts;
  ForgetNone();
  const auto invalid = [&](std::string_view message,
                           std::optional<size_t> column) {
    WriteInvalid(line_.name(), number, message, column, out);
    counts.Add(RecordOutcome::kInvalid);
    return counts;
  };
  if (!line_.Read(line)) return invalid(line_.message(), line_.column());
  if (!line_.engines().empty()) {
    const absl::StatusOr<absl::Span<const EngineSet::Alike>> engines =
        asked_.Find(line_.engines(), line_.architecture(), line.size());
    return engines.ok() ? AnswerAll(*engines, number, out)
                        : invalid(engines.status().message(), {});
  }
  const absl::Status found = FindEngine();
  if (!found.ok()) return invalid(found.message(), {});
  Generate();
  WriteAnswer(number, nullptr, engine_.presumed, out);
  counts.Add(OutcomeOf(*answer_));
  return counts;
}

AnswerCounts JsonLinesAnswerer::AnswerAll(
    absl::Span<const EngineSet::Alike> engines, uint64_t number, Buffer* out) {
  AnswerCounts counts;
  const Request request = ToRequest();
  if (line_.tokens() != nullptr) {
    reading_->Begin(*line_.tokens());
  } else {
    reading_->Begin();
  }
  for (const EngineSet::Alike& engine : engines) {
    engine.generator->Generate(request, reading_.get(), answer_.get());
    NoteIfNone(request, *engine.generator);
    WriteAnswer(number, &engine, engine.presumed, out);
    counts.Add(OutcomeOf(*answer_));
  }
  return counts;
}

absl::Status JsonLinesAnswerer::FindEngine() {
  if (engine_.generator == nullptr || line_.engine() != last_engine_ ||
      line_.architecture() != last_architecture_) {
    absl::StatusOr<EngineSet::Engine> found =
        engines_.Find(line_.engine(), line_.architecture());
    if (!found.ok()) return found.status();
    engine_ = *std::move(found);
    last_engine_ = line_.engine();
    last_architecture_ = line_.architecture();
  }
  return absl::OkStatus();
}

Request JsonLinesAnswerer::ToRequest() {
  Request request = line_.request();
  if (!line_.has_metrics_socket()) {
    request.metrics_socket = engines_.MetricsSocket(request.exec_root);
  }
  line_.roots().Apply(engines_.files(), &request);
  return request;
}

void JsonLinesAnswerer::Generate() {
  const Generator& generator = *engine_.generator;
  const Request request = ToRequest();
  const JsonTokens* const tokens = line_.tokens();
  if (tokens != nullptr) {
    generator.Generate(request, *tokens, answer_.get());
  } else {
    generator.Generate(request, answer_.get());
  }
  NoteIfNone(request, generator);
}

void JsonLinesAnswerer::NoteIfNone(const Request& request,
                                   const Generator& generator) {
  const JsonTokens* const tokens = line_.tokens();
  RecordAnswerer::NoteIfNone(
      tokens != nullptr ? tokens->text.substr(tokens->start) : request.plugin,
      request, *generator.release().behaviour, *answer_);
}

void JsonLinesAnswerer::WriteStart(std::string_view name, uint64_t number,
                                   JsonWriter* w) {
  w->Raw("{\"line\":");
  w->Integer(static_cast<int64_t>(number));
  if (!name.empty()) {
    w->Raw(",\"name\":");
    w->Raw(name);
  }
}

void JsonLinesAnswerer::WriteInvalid(std::string_view name, uint64_t number,
                                     std::string_view message,
                                     std::optional<size_t> column,
                                     Buffer* out) {
  JsonWriter w(out);
  WriteStart(name, number, &w);
  w.Raw(
      ",\"error\":{\"kind\":\"invalid\",\"stage\":\"request\","
      "\"message\":");
  w.String(message);
  if (column.has_value()) {
    w.Raw(",\"position\":\"1:");
    w.Integer(static_cast<int64_t>(*column));
    w.Raw('"');
  }
  w.Raw("}}\n");
  w.Finish();
}

void JsonLinesAnswerer::WriteAnswer(uint64_t number,
                                    const EngineSet::Alike* alike,
                                    std::string_view presumed,
                                    Buffer* out) const {
  JsonWriter w(out);
  WriteStart(line_.name(), number, &w);
  if (alike != nullptr) {
    w.Raw(",\"engines\":");
    char open = '[';
    for (const std::string& name : alike->names) {
      w.Raw(open);
      open = ',';
      w.String(name);
    }
    w.Raw(']');
  }
  if (answer_->outcome() == Outcome::kSpec) {
    w.Raw(",\"spec\":");
    w.Raw(answer_->spec());
  } else {
    WriteError(&w);
  }
  if (!answer_->failed_calls().empty()) {
    char open = '[';
    w.Raw(",\"failed_calls\":");
    for (const FailedCall& failed : answer_->failed_calls()) {
      w.Raw(open);
      open = ',';
      w.Raw("{\"call\":");
      w.Integer(static_cast<int64_t>(failed.call));
      w.Raw(",\"message\":");
      w.String(failed.message);
      w.Raw('}');
    }
    w.Raw(']');
  }
  if (!presumed.empty()) {
    w.Raw(",\"presumed\":");
    w.String(presumed);
  }
  if (!answer_->plan().empty()) WriteDirectories(&w);
  w.Raw("}\n");
  w.Finish();
}

void JsonLinesAnswerer::WriteError(JsonWriter* w) const {
  w->Raw(answer_->outcome() == Outcome::kRefused
             ? std::string_view(",\"error\":{\"kind\":\"refused\"")
             : ",\"error\":{\"kind\":\"crashed\"");
  w->Raw(",\"stage\":\"");
  w->Raw(StageName(answer_->stage()));
  w->Raw("\",\"message\":");
  w->String(answer_->message());
  if (!answer_->position().empty()) {
    w->Raw(",\"position\":\"");
    w->Raw(answer_->position());
    w->Raw('"');
  }
  w->Raw('}');
}

void JsonLinesAnswerer::WriteDirectories(JsonWriter* w) const {
  w->Raw(",\"folders\":");
  char open = '[';
  for (const PlannedFolder& directory : answer_->plan()) {
    w->Raw(open);
    open = ',';
    w->Raw("{\"path\":");
    w->String(directory.path);
    w->Raw(",\"mode\":\"0");
    for (int shift = 9; shift >= 0; shift -= 3) {
      const uint32_t digit = (directory.mode >> shift) & 7;
      if (shift == 9 && digit == 0) continue;  // seldom a set-id or sticky bit
      w->Raw(static_cast<char>('0' + digit));
    }
    w->Raw("\"}");
  }
  w->Raw(']');
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
