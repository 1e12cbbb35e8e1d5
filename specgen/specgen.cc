#include "specgen/specgen.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "specgen/generator/init_spec.h"
#include "specgen/generator/spec.h"
#include "specgen/generator/spec_encoder.h"
#include "specgen/json/json_reader.h"
#include "specgen/json/syntax_hint.h"
#include "specgen/plugin/settings.h"

namespace specgen {

std::string MetricsSocketBeside(std::string_view exec_root) {
  while (exec_root.size() > 1 && absl::ConsumeSuffix(&exec_root, "/")) {
  }
  if (!absl::ConsumeSuffix(&exec_root, "/plugins")) return "";
  return absl::StrCat(exec_root, "/metrics.sock");
}

inline void Generator::Clear(const Request& request, Answer* answer) {
  answer->arena_.Reset();
  answer->verdict_ = Verdict();
  answer->spec_.Clear();
  answer->position_.clear();
  answer->plan_.clear();
  answer->work_ = 0;
  answer->shape_ = request.shape;
  // They point into an earlier request.
  answer->id_ = answer->rootfs_ = {};
}

inline Verdict Generator::Decode(const Request& request,
                                 const JsonTokens& tokens,
                                 Answer* answer) const {
  JsonReader reader(tokens, &answer->arena_);
  ReadPlugin(&reader, *release_.behaviour, request.plugin_name, &answer->shape_,
             &answer->plugin_);
  answer->work_ = reader.work();
  if (reader.ok()) return Verdict();
  const JsonProblem& problem = reader.problem();
  answer->position_ = LineAndColumn(tokens, problem.offset);
  return problem.kind == JsonProblem::Kind::kCrash
             ? Verdict::Crashed(Stage::kDecode, problem.message)
             : Verdict::Refused(Stage::kDecode, problem.message);
}

inline void Generator::Locate(const Request& request, Answer* answer) {
  const Plugin& plugin = answer->plugin_;
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
        answer->arena_.Concat(request.lib_root, "/", answer->id_, "/rootfs");
  }
}

void Generator::Generate(const Request& request, Answer* answer) const {
  const JsonIndex::Result indexed = answer->index_.Build(request.plugin);
  if (indexed != JsonIndex::Result::kOk) {
    Clear(request, answer);
    answer->plugin_ = Plugin();
    size_t offset;
    answer->verdict_ = Verdict::Refused(
        Stage::kDecode, ExplainIndexProblem(request.plugin, indexed, &offset));
    answer->position_ = "1:1";
    return;
  }
  Generate(request, answer->index_.all(), answer);
}

void Generator::Generate(const Request& request, const JsonTokens& tokens,
                         Answer* answer) const {
  Clear(request, answer);
  answer->verdict_ = Decode(request, tokens, answer);
  if (!answer->verdict_.ok()) return;

  const Behaviour& behaviour = *release_.behaviour;
  Arena* const arena = &answer->arena_;
  Plugin& plugin = answer->plugin_;
  if (answer->shape_ == PluginShape::kConfig) {
    MakeDefaultSettings(behaviour, arena, &plugin);
    if (request.restarted) UnshareSettings(arena, &plugin);
  }
  if (!request.set.empty()) {
    answer->verdict_ = ApplySettings(behaviour, request.set, arena, &plugin);
    if (!answer->verdict_.ok()) return;
  }
  Locate(request, answer);

  const SpecInput input = {behaviour,
                           release_.user_namespace,
                           *base_spec_,
                           plugin,
                           {answer->id_, answer->rootfs_, request.lib_root,
                            request.exec_root, request.metrics_socket},
                           host_};
  Spec spec;
  answer->verdict_ = InitSpec(input, arena, &answer->plan_, &spec);
  if (!answer->verdict_.ok()) return;
  EncodeSpec(behaviour, *base_spec_, spec, &answer->spec_);
}

}  // namespace specgen
