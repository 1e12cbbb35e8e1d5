// DelimitedProtoFormat; see record_format.h and specgen.proto.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "google/protobuf/io/coded_stream.h"
#include "specgen/base/buffer.h"
#include "specgen/base/printable.h"
#include "specgen/base/utf8.h"
#include "specgen/batch/dockerd_roots.h"
#include "specgen/batch/record_format.h"
#include "specgen/batch/set_calls.h"
#include "specgen/batch/specgen.pb.h"
#include "specgen/host/architecture.h"
#include "specgen/specgen.h"

namespace specgen {
namespace {

using google::protobuf::io::CodedOutputStream;

// Bytes of the longest varint.
constexpr size_t kMaxVarintBytes = 10;

void AppendDelimited(const v1::GenerateResponse& response, Buffer* out) {
  const size_t size = response.ByteSizeLong();
  uint8_t* const begin =
      reinterpret_cast<uint8_t*>(out->Reserve(kMaxVarintBytes + size));
  uint8_t* end = CodedOutputStream::WriteVarint64ToArray(size, begin);
  end = response.SerializeWithCachedSizesToArray(end);
  out->AddSize(static_cast<size_t>(end - begin));
}

class ProtoAnswerer : public RecordAnswerer {
 public:
  explicit ProtoAnswerer(const EngineSet& engines)
      : engines_(engines),
        answer_(std::make_unique<specgen::Answer>()),
        asked_(engines) {}

  AnswerCounts Answer(std::string_view record, uint64_t number,
                      Buffer* out) override;
  void AnswerUnread(uint64_t number, std::string_view message,
                    Buffer* out) override {
    Invalid(number, message, out);
  }
  void Shrink() override {
    answer_ = std::make_unique<specgen::Answer>();
    request_ = v1::GenerateRequest();
    response_ = v1::GenerateResponse();
    set_ = {};
    set_calls_ = {};
    ranges_ = {};
    reading_ = std::make_unique<SharedReading>();
  }

 private:
  AnswerCounts Invalid(uint64_t number, std::string_view message, Buffer* out) {
    response_.set_number(number);
    v1::Error* error = response_.mutable_error();
    error->set_kind(v1::Error::INVALID);
    error->set_stage(v1::Error::REQUEST);
    error->set_message(message.data(), message.size());
    AppendDelimited(response_, out);
    response_.Clear();
    AnswerCounts counts;
    counts.Add(RecordOutcome::kInvalid);
    return counts;
  }

  // What request_ asks; it points into that and into this. Nothing: `*problem`
  // is what is wrong with it.
  std::optional<Request> ToRequest(std::string_view* problem);
  // Appends what answer_ is, with what is in response_ already.
  void WriteAnswer(uint64_t number, std::string_view presumed, Buffer* out);
  AnswerCounts AnswerAll(const Request& request,
                         absl::Span<const EngineSet::Alike> engines,
                         uint64_t number, Buffer* out);

  const EngineSet& engines_;
  std::unique_ptr<specgen::Answer> answer_;
  v1::GenerateRequest request_;
  v1::GenerateResponse response_;  // empty between records
  std::vector<std::string_view> set_;
  SetCalls set_calls_;
  DockerdRoots roots_;
  AskedEngines asked_;
  std::vector<std::string> ranges_;
  std::unique_ptr<SharedReading> reading_ = std::make_unique<SharedReading>();
};

std::optional<PluginShape> ShapeOf(v1::GenerateRequest::Shape shape) {
  switch (shape) {
    case v1::GenerateRequest::AUTO:
      return PluginShape::kAuto;
    case v1::GenerateRequest::CONFIG:
      return PluginShape::kConfig;
    case v1::GenerateRequest::STORED:
      return PluginShape::kStored;
    case v1::GenerateRequest::INSPECT:
      return PluginShape::kInspect;
    default:
      return std::nullopt;
  }
}

v1::Error::Stage StageOf(const specgen::Answer& answer) {
  switch (answer.stage()) {
    case Stage::kDecode:
      return v1::Error::DECODE;
    case Stage::kSettings:
      return v1::Error::SETTINGS;
    case Stage::kSpec:
      break;
  }
  return v1::Error::SPEC;
}

std::optional<Request> ProtoAnswerer::ToRequest(std::string_view* problem) {
  const std::optional<PluginShape> shape = ShapeOf(request_.shape());
  if (!shape.has_value()) {
    *problem = "there is no shape of that number";
    return std::nullopt;
  }
  roots_.data_root.reset();
  roots_.exec_root.reset();
  if (request_.has_data_root()) roots_.data_root = request_.data_root();
  if (request_.has_dockerd_exec_root()) {
    roots_.exec_root = request_.dockerd_exec_root();
  }
  *problem =
      roots_.Problem(request_.has_lib_root(), request_.has_metrics_socket());
  if (!problem->empty()) return std::nullopt;
  Request request;
  request.plugin = request_.plugin();
  request.shape = *shape;
  request.plugin_name = request_.plugin_name();
  set_.assign(request_.set().begin(), request_.set().end());
  request.set = set_;
  set_calls_.Clear();
  for (const v1::SetCall& call : request_.set_calls()) {
    for (const std::string& argument : call.set()) set_calls_.Add(argument);
    set_calls_.End();
  }
  request.set_calls = set_calls_.All();
  request.restarted = request_.restarted();
  if (request_.has_id()) request.id = request_.id();
  if (request_.has_rootfs()) request.rootfs = request_.rootfs();
  if (request_.has_lib_root()) request.lib_root = request_.lib_root();
  if (request_.has_exec_root()) request.exec_root = request_.exec_root();
  request.metrics_socket = request_.has_metrics_socket()
                               ? request_.metrics_socket()
                               : engines_.MetricsSocket(request.exec_root);
  roots_.Apply(engines_.files(), &request);
  return request;
}

void ProtoAnswerer::WriteAnswer(uint64_t number, std::string_view presumed,
                                Buffer* out) {
  const specgen::Answer& answer = *answer_;
  response_.set_name(request_.name());
  response_.set_number(number);
  response_.set_presumed(presumed.data(), presumed.size());
  if (answer.outcome() == Outcome::kSpec) {
    response_.set_spec(answer.spec().data(), answer.spec().size());
  } else {
    v1::Error* error = response_.mutable_error();
    error->set_kind(answer.outcome() == Outcome::kCrashed ? v1::Error::CRASHED
                                                          : v1::Error::REFUSED);
    error->set_stage(StageOf(answer));
    // Docker repeats what it was given, which may be no UTF-8; a proto string
    // must be.
    error->set_message(ToValidUtf8(answer.message()));
    error->set_position(answer.position());
  }
  for (const FailedCall& failed : answer.failed_calls()) {
    v1::FailedCall* call = response_.add_failed_calls();
    call->set_call(static_cast<uint32_t>(failed.call));
    call->set_message(ToValidUtf8(failed.message));
  }
  for (const PlannedFolder& planned : answer.plan()) {
    v1::Folder* directory = response_.add_folders();
    directory->set_path(ToValidUtf8(planned.path));
    directory->set_mode(planned.mode);
  }
  AppendDelimited(response_, out);
  response_.Clear();
}

AnswerCounts ProtoAnswerer::AnswerAll(
    const Request& request, absl::Span<const EngineSet::Alike> engines,
    uint64_t number, Buffer* out) {
  AnswerCounts counts;
  reading_->Begin();
  for (const EngineSet::Alike& engine : engines) {
    engine.generator->Generate(request, reading_.get(), answer_.get());
    NoteIfNone(request.plugin, request, *engine.generator->release().behaviour,
               *answer_);
    for (const std::string& name : engine.names) response_.add_engines(name);
    WriteAnswer(number, engine.presumed, out);
    counts.Add(OutcomeOf(*answer_));
  }
  return counts;
}

AnswerCounts ProtoAnswerer::Answer(std::string_view record, uint64_t number,
                                   Buffer* out) {
  if (!request_.ParseFromArray(record.data(),
                               static_cast<int>(record.size()))) {
    return Invalid(number, "this is no GenerateRequest", out);
  }
  ForgetNone();
  response_.set_name(request_.name());
  std::optional<std::string_view> engine_name;
  if (request_.has_engine()) engine_name = request_.engine();
  std::string_view architecture;
  if (request_.has_arch()) {
    architecture = GoArchitecture(request_.arch());
    if (architecture.empty()) {
      return Invalid(number,
                     absl::StrCat("\"arch\": ", QuoteShort(request_.arch()),
                                  " is none of ", GoArchitectures()),
                     out);
    }
  }
  absl::StatusOr<EngineSet::Engine> engine = EngineSet::Engine{nullptr, ""};
  absl::StatusOr<absl::Span<const EngineSet::Alike>> engines;
  const bool asks_many = request_.engines_size() > 0;
  if (asks_many) {
    if (request_.has_engine()) {
      return Invalid(number,
                     "\"engine\" and \"engines\" are both there: leave one out",
                     out);
    }
    ranges_.assign(request_.engines().begin(), request_.engines().end());
    engines = asked_.Find(ranges_, architecture, record.size());
    if (!engines.ok()) return Invalid(number, engines.status().message(), out);
  } else {
    engine = engines_.Find(engine_name, architecture);
    if (!engine.ok()) return Invalid(number, engine.status().message(), out);
  }
  std::string_view problem;
  const std::optional<Request> request = ToRequest(&problem);
  if (!request.has_value()) return Invalid(number, problem, out);
  if (asks_many) return AnswerAll(*request, *engines, number, out);
  engine->generator->Generate(*request, answer_.get());
  NoteIfNone(request->plugin, *request, *engine->generator->release().behaviour,
             *answer_);
  WriteAnswer(number, engine->presumed, out);
  AnswerCounts counts;
  counts.Add(OutcomeOf(*answer_));
  return counts;
}

class DelimitedProto : public RecordFormat {
 public:
  RecordCut Cut(std::string_view data, size_t /*seen*/,
                bool at_end) const override {
    uint64_t size = 0;
    size_t i = 0;
    for (;; ++i) {
      if (i == kMaxVarintBytes) return {RecordCut::Kind::kBroken};
      if (i == data.size()) {
        return {at_end ? RecordCut::Kind::kTorn : RecordCut::Kind::kIncomplete};
      }
      const uint64_t byte = static_cast<uint8_t>(data[i]);
      size |= (byte & 0x7F) << (7 * i);
      if (byte < 0x80) break;
    }
    ++i;
    if (size > kMaxRecordBytes) {
      if (size > UINT64_MAX - i) return {RecordCut::Kind::kBroken};
      return {RecordCut::Kind::kTooLong, 0, {}, i + size};
    }
    if (data.size() - i < size) {
      return {at_end ? RecordCut::Kind::kTorn : RecordCut::Kind::kIncomplete};
    }
    return {RecordCut::Kind::kRecord, i + static_cast<size_t>(size),
            data.substr(i, static_cast<size_t>(size))};
  }

  // Every message says how long it is.
  size_t FindEnd(std::string_view, bool* found) const override {
    *found = true;
    return 0;
  }

  std::unique_ptr<RecordAnswerer> NewAnswerer(
      const EngineSet& engines) const override {
    return std::make_unique<ProtoAnswerer>(engines);
  }
};

}  // namespace

std::unique_ptr<RecordFormat> DelimitedProtoFormat() {
  return std::make_unique<DelimitedProto>();
}

}  // namespace specgen
