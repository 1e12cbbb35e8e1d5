#include "specgen/specgen.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "specgen/generator/spec_maker.h"
#include "specgen/json/json_reader.h"
#include "specgen/plugin/settings.h"

namespace specgen {
namespace {

const char* IndexProblem(JsonIndex::Result result) {
  switch (result) {
    case JsonIndex::Result::kOk:
      return nullptr;
    case JsonIndex::Result::kEmpty:
      return "there is no JSON text";
    case JsonIndex::Result::kOpenString:
      return "a string does not end";
    case JsonIndex::Result::kControl:
      return "a control character stands in a string; write it as an escape";
    case JsonIndex::Result::kTooLarge:
      return "the text is larger than 64 MiB";
    case JsonIndex::Result::kOutOfMemory:
      return "there is no memory for the text";
  }
  return nullptr;
}

}  // namespace

void Generator::Generate(const Request& request, Answer* answer) const {
  const Behaviour& behaviour = *release_.behaviour;
  Arena* arena = &answer->arena_;
  arena->Reset();
  answer->spec_.clear();
  answer->message_.clear();
  answer->position_.clear();
  answer->plan_.clear();
  answer->work_ = 0;
  answer->shape_ = request.shape;
  // They point into an earlier request.
  answer->id_ = answer->rootfs_ = {};
  const auto fail = [&](Outcome outcome, Stage stage, std::string message) {
    answer->outcome_ = outcome;
    answer->stage_ = stage;
    answer->message_ = std::move(message);
  };

  JsonIndex& index = answer->index_;
  const JsonIndex::Result indexed = index.Build(request.plugin);
  if (indexed != JsonIndex::Result::kOk) {
    answer->plugin_ = Plugin();
    fail(Outcome::kRefused, Stage::kDecode, IndexProblem(indexed));
    answer->position_ = "1:1";
    return;
  }
  JsonReader reader(index, arena);
  Plugin& plugin = answer->plugin_;
  ReadPlugin(&reader, behaviour, request.plugin_name, &answer->shape_, &plugin);
  answer->work_ = reader.work();
  if (!reader.ok()) {
    const JsonProblem& problem = reader.problem();
    fail(problem.kind == JsonProblem::Kind::kCrash ? Outcome::kCrashed
                                                   : Outcome::kRefused,
         Stage::kDecode, problem.message);
    answer->position_ = LineAndColumn(request.plugin, index.OriginalOffset(problem.offset));
    return;
  }

  if (answer->shape_ == PluginShape::kConfig) {
    MakeDefaultSettings(behaviour, arena, &plugin);
    if (request.restarted) UnshareSettings(arena, &plugin);
  }
  if (!request.set.empty()) {
    SetResult result = ApplySet(behaviour, request.set, arena, &plugin);
    if (result.outcome != SetResult::Outcome::kDone) {
      fail(result.outcome == SetResult::Outcome::kCrashed ? Outcome::kCrashed
                                                          : Outcome::kRefused,
           Stage::kSettings, std::move(result.message));
      return;
    }
  }

  if (request.id.has_value()) {
    answer->id_ = *request.id;
  } else {
    answer->id_ = plugin.id.empty() ? std::string_view("plugin") : plugin.id;
  }
  if (request.rootfs.has_value()) {
    answer->rootfs_ = *request.rootfs;
  } else if (!plugin.rootfs.empty()) {
    answer->rootfs_ = plugin.rootfs;
  } else {
    answer->rootfs_ = arena->Concat(
        arena->Concat(arena->Concat(request.lib_root, "/"), answer->id_),
        "/rootfs");
  }
  SpecInput input;
  input.behaviour = &behaviour;
  input.user_namespace = release_.user_namespace;
  input.base_spec = &base_spec_;
  input.plugin = &plugin;
  input.paths = {answer->id_, answer->rootfs_, request.lib_root,
                 request.exec_root, request.metrics_socket};
  input.host = &host_;
  const SpecOutcome outcome = MakeSpec(input, arena, &answer->spec_,
                                       &answer->plan_, &answer->message_);
  switch (outcome) {
    case SpecOutcome::kSpec:
      answer->outcome_ = Outcome::kSpec;
      break;
    case SpecOutcome::kRefused:
      answer->outcome_ = Outcome::kRefused;
      break;
    case SpecOutcome::kCrashed:
      answer->outcome_ = Outcome::kCrashed;
      break;
  }
  answer->stage_ = Stage::kSpec;
}

}  // namespace specgen
