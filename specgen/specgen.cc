#include "specgen/specgen.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "specgen/generator/spec_maker.h"
#include "specgen/json/json_reader.h"
#include "specgen/plugin/settings.h"

namespace specgen {

std::string MetricsSocketBeside(std::string_view exec_root) {
  while (exec_root.size() > 1 && absl::ConsumeSuffix(&exec_root, "/")) {
  }
  if (!absl::ConsumeSuffix(&exec_root, "/plugins")) return "";
  return absl::StrCat(exec_root, "/metrics.sock");
}

[[gnu::hot]] void Answer::Clear(const Request& request) {
  arena_.Reset();
  spec_.Clear();
  message_.clear();
  position_.clear();
  plan_.clear();
  work_ = 0;
  shape_ = request.shape;
  // They point into an earlier request.
  id_ = rootfs_ = {};
}

void Answer::Fail(Outcome outcome, Stage stage, std::string message) {
  outcome_ = outcome;
  stage_ = stage;
  message_ = std::move(message);
}

void Answer::FailIndexing(JsonIndex::Result result) {
  plugin_ = Plugin();
  Fail(Outcome::kRefused, Stage::kDecode, IndexProblem(result));
  position_ = "1:1";
}

void Answer::FailDecoding(const JsonProblem& problem,
                          const JsonTokens& tokens) {
  Fail(problem.kind == JsonProblem::Kind::kCrash ? Outcome::kCrashed
                                                 : Outcome::kRefused,
       Stage::kDecode, problem.message);
  position_ = LineAndColumn(tokens, problem.offset);
}

bool Answer::ApplySettings(const Request& request, const Behaviour& behaviour) {
  SetResult result = ApplySet(behaviour, request.set, &arena_, &plugin_);
  if (result.outcome == SetResult::Outcome::kDone) return true;
  Fail(result.outcome == SetResult::Outcome::kCrashed ? Outcome::kCrashed
                                                      : Outcome::kRefused,
       Stage::kSettings, std::move(result.message));
  return false;
}

[[gnu::hot]] void Generator::Generate(const Request& request,
                                      Answer* answer) const {
  const JsonIndex::Result indexed = answer->index_.Build(request.plugin);
  if (indexed != JsonIndex::Result::kOk) {
    answer->Clear(request);
    answer->FailIndexing(indexed);
    return;
  }
  Generate(request, answer->index_.all(), answer);
}

[[gnu::hot]] void Generator::Generate(const Request& request,
                                      const JsonTokens& tokens,
                                      Answer* answer) const {
  const Behaviour& behaviour = *release_.behaviour;
  answer->Clear(request);
  Arena* arena = &answer->arena_;
  JsonReader reader(tokens, arena);
  Plugin& plugin = answer->plugin_;
  ReadPlugin(&reader, behaviour, request.plugin_name, &answer->shape_, &plugin);
  answer->work_ = reader.work();
  if (!reader.ok()) {
    answer->FailDecoding(reader.problem(), tokens);
    return;
  }

  if (answer->shape_ == PluginShape::kConfig) {
    MakeDefaultSettings(behaviour, arena, &plugin);
    if (request.restarted) UnshareSettings(arena, &plugin);
  }
  if (!request.set.empty() && !answer->ApplySettings(request, behaviour)) {
    return;
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
    answer->rootfs_ =
        arena->Concat(request.lib_root, "/", answer->id_, "/rootfs");
  }
  SpecInput input;
  input.behaviour = &behaviour;
  input.user_namespace = release_.user_namespace;
  input.base_spec = &base_spec_;
  input.plugin = &plugin;
  input.paths = {answer->id_, answer->rootfs_, request.lib_root,
                 request.exec_root, request.metrics_socket};
  input.host = &host_;
  const SpecOutcome outcome =
      MakeSpec(input, arena, &answer->spec_, &answer->plan_, &answer->message_);
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
