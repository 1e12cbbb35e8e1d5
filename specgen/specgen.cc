#include "specgen/specgen.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/strip.h"
#include "specgen/generator/init_spec.h"
#include "specgen/generator/spec.h"
#include "specgen/generator/spec_encoder.h"
#include "specgen/json/json_reader.h"
#include "specgen/json/syntax_hint.h"
#include "specgen/json/text_position.h"
#include "specgen/plugin/settings.h"

namespace specgen {

// Go's int, which engines count and compare with, has 64 bits where Docker runs
// plugins. Which byte of a word comes first is said in base/simd.h.
static_assert(sizeof(size_t) == 8);

namespace {

constexpr std::string_view kPluginsExecRoot = "/run/docker/plugins";

}  // namespace

std::string_view DefaultExecRoot(const Behaviour& behaviour) {
  return behaviour.plugins_in_run_docker ? "/run/docker" : kPluginsExecRoot;
}

std::string_view DefaultMetricsSocket(
    std::optional<std::string_view> exec_root) {
  // Engines that have a metrics socket have one default. dockerd's own is
  // called otherwise (moby daemon/config/config_linux.go, v18.03.0-ce), and
  // plugins' does not depend on it (daemon/daemon_linux.go).
  std::string_view root = exec_root.value_or(kPluginsExecRoot);
  while (root.size() > kPluginsExecRoot.size() &&
         absl::ConsumeSuffix(&root, "/")) {
  }
  return root == kPluginsExecRoot ? "/var/run/docker/metrics.sock" : "";
}

inline void Generator::Clear(const Request& request, Answer* answer) {
  answer->arena_.Reset();
  answer->verdict_ = Verdict();
  answer->spec_.Clear();
  answer->position_.clear();
  answer->plan_.clear();
  answer->failed_calls_.clear();
  answer->work_ = 0;
  answer->shape_ = request.shape;
  // They point into an earlier request.
  answer->id_ = answer->rootfs_ = {};
}

inline Verdict Generator::Decode(const Request& request,
                                 const JsonTokens& tokens, Arena* arena,
                                 Answer* answer) const {
  JsonReader reader(tokens, arena);
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

void Generator::RefuseText(const Request& request, JsonIndex::Result problem,
                           Answer* answer) {
  Clear(request, answer);
  answer->plugin_ = Plugin();
  size_t offset;
  answer->verdict_ = Verdict::Refused(
      Stage::kDecode, ExplainIndexProblem(request.plugin, problem, &offset));
  answer->position_ = ToString(FindPosition(request.plugin, offset));
}

void Generator::Generate(const Request& request, Answer* answer) const {
  const JsonIndex::Result indexed =
      answer->index_.Build(TextToRead(*release_.behaviour, request.plugin));
  if (indexed != JsonIndex::Result::kOk) {
    RefuseText(request, indexed, answer);
    return;
  }
  Generate(request, answer->index_.all(), answer);
}

void Generator::Generate(const Request& request, const JsonTokens& tokens,
                         Answer* answer) const {
  Clear(request, answer);
  answer->verdict_ = Decode(request, tokens, &answer->arena_, answer);
  if (answer->verdict_.ok()) MakeSpec(request, answer);
}

void SharedReading::Begin(std::optional<JsonTokens> tokens) {
  tokens_ = tokens;
  indexed_[0].reset();
  indexed_[1].reset();
  read_.clear();
  decoded_ = 0;
  arena_.Reset();
}

void Generator::Generate(const Request& request, SharedReading* reading,
                         Answer* answer) const {
  const Behaviour& behaviour = *release_.behaviour;
  const JsonTokens* tokens = nullptr;
  JsonTokens of_text;
  if (reading->tokens_.has_value()) {
    tokens = &*reading->tokens_;
  } else {
    const size_t i = behaviour.ignores_rest ? 1 : 0;
    std::optional<JsonIndex::Result>& indexed = reading->indexed_[i];
    if (!indexed.has_value()) {
      indexed =
          reading->indexes_[i].Build(TextToRead(behaviour, request.plugin));
    }
    if (*indexed != JsonIndex::Result::kOk) {
      RefuseText(request, *indexed, answer);
      return;
    }
    of_text = reading->indexes_[i].all();
    tokens = &of_text;
  }
  // `docker plugin set` changes what was read.
  if (!request.set.empty() || !request.set_calls.empty()) {
    ++reading->decoded_;
    Generate(request, *tokens, answer);
    return;
  }
  Clear(request, answer);
  auto read = std::find_if(reading->read_.begin(), reading->read_.end(),
                           [&](const SharedReading::Read& candidate) {
                             return ReadAlike(*candidate.behaviour, behaviour);
                           });
  if (read == reading->read_.end()) {
    ++reading->decoded_;
    answer->verdict_ = Decode(request, *tokens, &reading->arena_, answer);
    if (!answer->verdict_.ok()) return;
    reading->read_.push_back(
        {&behaviour, answer->shape_, answer->plugin_, answer->work_});
  } else {
    answer->shape_ = read->shape;
    answer->plugin_ = read->plugin;
    answer->work_ = read->work;
  }
  MakeSpec(request, answer);
}

void Generator::MakeSpec(const Request& request, Answer* answer) const {
  const Behaviour& behaviour = *release_.behaviour;
  Arena* const arena = &answer->arena_;
  Plugin& plugin = answer->plugin_;
  if (answer->shape_ == PluginShape::kConfig) {
    MakeDefaultSettings(behaviour, arena, &plugin);
    if (request.restarted) UnshareSettings(arena, &plugin);
  }
  for (size_t i = 0; i < request.set_calls.size(); ++i) {
    Verdict verdict =
        ApplySettings(behaviour, request.set_calls[i], arena, &plugin);
    if (verdict.ok()) continue;
    if (verdict.outcome() == Outcome::kCrashed) {
      answer->verdict_ = std::move(verdict);
      return;
    }
    answer->failed_calls_.push_back({i, verdict.message()});
  }
  if (!request.set.empty()) {
    answer->verdict_ = ApplySettings(behaviour, request.set, arena, &plugin);
    if (!answer->verdict_.ok()) return;
  }
  Locate(request, answer);

  const SpecInput input = {
      behaviour,
      release_.user_namespace,
      *base_spec_,
      plugin,
      {answer->id_, answer->rootfs_, request.lib_root,
       request.exec_root.value_or(DefaultExecRoot(behaviour)),
       request.metrics_socket},
      host_};
  Spec spec;
  answer->verdict_ = InitSpec(input, arena, &answer->plan_, &spec);
  if (!answer->verdict_.ok()) return;
  EncodeSpec(behaviour, *base_spec_, spec, &answer->spec_);
}

}  // namespace specgen
