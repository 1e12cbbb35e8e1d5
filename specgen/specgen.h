// specgen: the OCI runtime spec that dockerd makes of a managed plugin.
//
//   #include "specgen/host/live_host.h"
//   #include "specgen/specgen.h"
//
//   absl::StatusOr<const specgen::Release*> engine =
//       specgen::FindRelease("28.5.2");
//   specgen::LiveHost host;
//   specgen::Generator generator(**engine, host);
//   specgen::Request request;
//   request.plugin = config_json;  // the text of config.json
//   specgen::Answer answer;
//   generator.Generate(request, &answer);
//   if (answer.outcome() == specgen::Outcome::kSpec) Use(answer.spec());
//
// specgen answers what dockerd would: the same bytes, the same refusals, and
// where dockerd would crash, that. None of these is an error of specgen, so
// they come as an Answer, not as a Status.
//
// Not here: reading files, carrying a plan out, and anything about images.
#ifndef SPECGEN_SPECGEN_H_
#define SPECGEN_SPECGEN_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "specgen/base/arena.h"
#include "specgen/base/buffer.h"
#include "specgen/base/verdict.h"
#include "specgen/engine/engine.h"
#include "specgen/generator/base_spec.h"
#include "specgen/host/host.h"
#include "specgen/host/plan.h"
#include "specgen/json/json_index.h"
#include "specgen/plugin/plugin.h"
#include "specgen/plugin/plugin_reader.h"

namespace specgen {

// What to make a spec of. All views must outlive the answer: it points into
// them.
struct Request {
  // JSON: an author's config.json, dockerd's stored state, or the output of
  // `docker plugin inspect`. Any bytes may be given.
  std::string_view plugin;
  PluginShape shape = PluginShape::kAuto;
  // Which plugin of `docker plugin inspect`'s list: its name or id.
  std::string_view plugin_name;

  // Arguments of `docker plugin set`, NAME[.FIELD]=VALUE, in one call: where it
  // fails, there is no spec.
  absl::Span<const std::string_view> set;
  // Calls of `docker plugin set` before that one, in turn, as somebody makes
  // them who looks away: one that fails keeps what it had changed, and the rest
  // goes on. See Answer::failed_calls.
  absl::Span<const absl::Span<const std::string_view>> set_calls;
  // dockerd has restarted since it installed the plugin; see UnshareSettings.
  bool restarted = false;

  // The plugin's id; without one, that of the state, else "plugin".
  std::optional<std::string_view> id;
  // Its rootfs on the host; without one, that of the state, else
  // <lib_root>/<id>/rootfs. Engines before 1.13.0-rc4 always take the latter.
  std::optional<std::string_view> rootfs;
  std::string_view lib_root = "/var/lib/docker/plugins";
  // The runtime directory, which holds the plugin's socket, is
  // <exec_root>/<id>; without one, DefaultExecRoot.
  std::optional<std::string_view> exec_root;
  // dockerd's metrics socket, <its exec root>/metrics.sock. dockerd (18.03 and
  // later), not InitSpec, binds it into plugins of type
  // docker.metricscollector/1.0; without it, that mount is left out.
  std::string_view metrics_socket;
};

// Where dockerd of that behaviour makes plugins' runtime directories, whatever
// its own --exec-root is: "/run/docker/plugins", or "/run/docker" before
// 1.13.0-rc4.
std::string_view DefaultExecRoot(const Behaviour& behaviour);

// The metrics socket where nobody names one: that of dockerd's own default
// --exec-root if plugins have theirs where it puts them, so for none, too. Of
// another exec root it is not known whose it is: then "".
std::string_view DefaultMetricsSocket(
    std::optional<std::string_view> exec_root);

// A call of `docker plugin set` that failed: its index among the calls, and
// why, in Docker's words.
struct FailedCall {
  size_t call;
  std::string message;
};

// The answer to a request, and the memory for making it: reused for many
// requests it stops allocating. Not thread-safe; each thread has its own.
class Answer {
 public:
  // `kernel`: see JsonIndex.
  explicit Answer(const simdjson::implementation* kernel = nullptr)
      : index_(kernel) {}
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  Outcome outcome() const { return verdict_.outcome(); }
  // Where the engine stopped, if it made no spec.
  Stage stage() const { return verdict_.stage(); }

  // The spec, compact, as Go's json.Marshal writes it: no line feed at the end.
  // Valid until the next request.
  std::string_view spec() const { return spec_.view(); }

  // Why there is no spec. Docker's own words for kSettings and kSpec (and Go's
  // for crashes there); ours for kDecode, where Docker's depend on the version
  // of Go that it was built with.
  const std::string& message() const { return verdict_.message(); }
  // For kDecode: where in the text, as "LINE:COL" from 1, columns in bytes.
  const std::string& position() const { return position_; }

  // Directories that the engine makes on the host, in order; also those that it
  // makes before it refuses or crashes.
  const std::vector<PlannedFolder>& plan() const { return plan_; }

  // Those of the request's calls of `docker plugin set` that failed.
  const std::vector<FailedCall>& failed_calls() const { return failed_calls_; }

  // The plugin as it was read, with its settings. Valid unless kDecode failed.
  const Plugin& plugin() const { return plugin_; }
  PluginShape shape() const { return shape_; }

  // What the engine was told, once defaults are filled in; empty if it stopped
  // before kSpec.
  std::string_view id() const { return id_; }
  std::string_view rootfs() const { return rootfs_; }

  // Tokens of the text that were looked at: a measure of work that does not
  // depend on the machine.
  size_t work() const { return work_; }
  // Likewise of memory: the bytes that the parts of this answer took.
  size_t arena_bytes() const { return arena_.bytes_used(); }

 private:
  friend class Generator;

  Verdict verdict_;
  Buffer spec_;
  std::string position_;
  std::vector<PlannedFolder> plan_;
  std::vector<FailedCall> failed_calls_;
  Plugin plugin_;
  PluginShape shape_ = PluginShape::kAuto;
  std::string_view id_;
  std::string_view rootfs_;
  size_t work_ = 0;

  Arena arena_;
  JsonIndex index_;
};

// What was read of a plugin, for the answers of many engines to one request: of
// those that read alike only the first one reads. Its memory is reused. Not
// thread-safe.
class SharedReading {
 public:
  SharedReading() = default;
  SharedReading(const SharedReading&) = delete;
  SharedReading& operator=(const SharedReading&) = delete;

  // Forgets what was read. The plugin of the requests that follow is the text
  // in them, or has these tokens; both must outlive their answers, and so must
  // this.
  void Begin() { Begin(std::nullopt); }
  void Begin(const JsonTokens& tokens) { Begin(std::make_optional(tokens)); }

  // How often a plugin was decoded since Begin.
  size_t decoded() const { return decoded_; }

 private:
  friend class Generator;

  // What engines of that behaviour read, if nothing is wrong with it.
  struct Read {
    const Behaviour* behaviour;
    PluginShape shape;
    Plugin plugin;
    size_t work;
  };

  void Begin(std::optional<JsonTokens> tokens);

  std::optional<JsonTokens> tokens_;
  // Of the request's text, if there are no tokens: all of it, and what engines
  // that ignore the rest read.
  std::optional<JsonIndex::Result> indexed_[2];
  JsonIndex indexes_[2];
  std::vector<Read> read_;
  size_t decoded_ = 0;
  Arena arena_;
};

// Makes specs as one Docker release would. Immutable: one object may serve
// several threads at once, each with its own Answer.
class Generator {
 public:
  // `host` must outlive the generator. `base_spec`, if given, replaces the
  // release's default spec; see ReadBaseSpec, and TakesBaseSpec for the
  // releases where Docker has such a thing.
  Generator(const Release& release, const Host& host,
            std::shared_ptr<const BaseSpec> base_spec = nullptr)
      : release_(release),
        host_(host),
        base_spec_(base_spec != nullptr
                       ? std::move(base_spec)
                       : DefaultBaseSpec(*release.behaviour,
                                         host.facts.architecture())) {}

  void Generate(const Request& request, Answer* answer) const;

  // The same for a plugin whose tokens are known already, such as one that
  // stands in a larger text: they replace `request.plugin`, and must outlive
  // the answer.
  void Generate(const Request& request, const JsonTokens& tokens,
                Answer* answer) const;

  // The same for one of several engines: `reading` holds the plugin of
  // `request`, which is the same for all of them.
  void Generate(const Request& request, SharedReading* reading,
                Answer* answer) const;

  const Release& release() const { return release_; }

 private:
  // Forgets the last answer; `request` is the next one.
  static void Clear(const Request& request, Answer* answer);
  // Reads the plugin, into `arena`.
  Verdict Decode(const Request& request, const JsonTokens& tokens, Arena* arena,
                 Answer* answer) const;
  // Answers that the request's text is no JSON.
  static void RefuseText(const Request& request, JsonIndex::Result problem,
                         Answer* answer);
  // What follows Decode.
  void MakeSpec(const Request& request, Answer* answer) const;
  // Fills in the plugin's id and rootfs.
  static void Locate(const Request& request, Answer* answer);

  const Release& release_;
  const Host& host_;
  std::shared_ptr<const BaseSpec> base_spec_;  // not null
};

}  // namespace specgen

#endif  // SPECGEN_SPECGEN_H_
