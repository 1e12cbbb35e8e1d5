// What the functions of rules see of a config, and where they say what they
// find.
#ifndef SPECGEN_LINT_LINT_CONTEXT_H_
#define SPECGEN_LINT_LINT_CONTEXT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "specgen/base/verdict.h"
#include "specgen/engine/engine.h"
#include "specgen/host/host.h"
#include "specgen/json/json_tree.h"
#include "specgen/lint/lint_rules.h"
#include "specgen/lint/linter.h"
#include "specgen/plugin/input_kind.h"
#include "specgen/plugin/plugin_schema.h"
#include "specgen/specgen.h"

namespace specgen {

// The member that Go takes for `key`: it does not mind the case of letters.
// Null if there is none or this is no object.
const JsonNode* Member(const JsonNode* object, std::string_view key);
// The object that holds what the author wrote, in the shape that was found.
const JsonNode* FindConfig(const JsonNode& root, const Answer& answer);
// The items of the member that is a list; none of all else.
const std::vector<JsonNode>& Items(const JsonNode* object,
                                   std::string_view key);
// The member that is a string; "" of all else.
std::string_view Text(const JsonNode* object, std::string_view key);

// Whether there is a value that no engine takes there: neither of that kind nor
// null. They refuse it, so that nothing more is to be said of it.
bool IsRefused(const JsonNode* node, JsonKind kind);
// Whether the object has no `key`, but one that is likely meant for it:
// unknown-key says so, and what is missing for it only follows.
bool HasMisspelt(const JsonNode* object, std::string_view key);

// Whether `docker plugin set` can be given the thing's name.
bool CanBeNamed(const JsonNode& thing);
// Whether `docker plugin set` can give a mount its "source", or a device its
// "path"; unknown if what says so is refused or misspelt.
enum class Settable : uint8_t { kNo, kYes, kUnknown };
Settable IsSettable(const JsonNode& thing, std::string_view field);
// Whether a device's path is "" and cannot be set: engines refuse it.
bool IsNeverSet(const JsonNode& path);
// Whether it is the text "".
bool IsEmptyString(const JsonNode* node);
// Whether the path is a pair, or has rights behind it, as `docker run` takes
// them: "/dev/fuse:/dev/fuse", "/srv:/data:ro".
bool IsPair(std::string_view path);
// Whether runtimes bind the mount's source: by its type or an option.
bool IsBind(const JsonNode& mount);

template <typename List>
bool Holds(const List& list, std::string_view text) {
  for (const auto& item : list) {
    if (std::string_view(item) == text) return true;
  }
  return false;
}

// Of the mounts in a spec, those under /dev/: to, from.
using DevMountSet = std::set<std::pair<std::string, std::string>>;

// How an engine answered, in short.
struct EngineAnswer {
  Outcome outcome;
  Stage stage;
  std::string message;
  std::string position;
  // That reach the spec; of engines that make the same, one for all.
  std::shared_ptr<const DevMountSet> dev_mounts;
};

class LintContext {
 public:
  LintContext(const LintRequest& request, const JsonTree& tree);

  // Runs all rules. Fails (kInvalidArgument, with the place) if there is no one
  // plugin.
  absl::StatusOr<std::vector<LintFinding>> Run();
  // Runs one, upon `config`; its findings stand behind those of others.
  void RunRule(const LintRule& rule);

  // What the author wrote; not null, and an object unless `is_config` denies
  // it: then only engines are asked about it.
  const JsonNode* config = nullptr;
  const absl::Span<const Release> releases;
  std::map<const Behaviour*, EngineAnswer> answers;
  // What the newest engine takes the text for.
  InputKind kind;

  // Adds a finding of the rule that runs: at a value, at a member's key, at an
  // offset of the text. Only the first kMaxFindings are told: a message that
  // takes time is made by a function, which is called for these.
  template <typename Message>
  void At(const JsonNode& node, Message message) {
    Add(node, node.offset, std::move(message));
  }
  template <typename Message>
  void AtKey(const JsonNode& node, Message message) {
    Add(node, node.key_offset, std::move(message));
  }
  void Add(const JsonNode& node, size_t offset, std::string message) {
    Add(node, offset, [&] { return std::move(message); });
  }
  void Add(const JsonNode& node, size_t offset,
           absl::FunctionRef<std::string()> message);

  // The engines of the range for which `holds`, as "Docker A to B", and "" if
  // that is all of several, or the only one.
  std::string Engines(absl::FunctionRef<bool(const Behaviour&)> holds) const;
  std::string EnginesWhere(absl::FunctionRef<bool(const Release&)> holds) const;
  bool Any(absl::FunctionRef<bool(const Behaviour&)> holds) const;

  // The lists of config.linux, or of the config itself where some engine of the
  // range reads it there (`top_bit` of Behaviour::keys).
  std::vector<const JsonNode*> LinuxLists(std::string_view key,
                                          uint32_t top_bit) const;
  // The mounts that are objects, and those that are null, of which Go makes
  // empty ones; the devices likewise.
  std::vector<const JsonNode*> Mounts() const;
  std::vector<const JsonNode*> Devices() const;

  size_t LineOf(size_t offset) const { return tree_.Position(offset).line; }
  size_t Offset(std::string_view position) const {
    return tree_.Offset(position);
  }

 private:
  void AskEngines(Answer* answer, const Host& host);
  // Of a list, `docker plugin inspect`'s, it must be known which plugin is
  // meant: else it is no config that engines could refuse.
  absl::Status CheckIsOnePlugin(const Answer& newest) const;
  // Of the findings of the rule that runs, keeps the first ones of the text.
  void KeepFirst();

  const LintRequest& request_;
  const JsonTree& tree_;
  // The text of the tree; empty if its offsets are not those of the request's,
  // which is no UTF-8.
  const std::string_view text_;
  std::vector<LintFinding> findings_;
  // Of the rule that runs: its findings are those from `begin_` on.
  const LintRule* rule_ = nullptr;
  size_t begin_ = 0;
  size_t left_out_ = 0;
};

// What becomes the process's arguments, as far as the first one goes.
const std::vector<JsonNode>& Words(const LintContext& lint);

}  // namespace specgen

#endif  // SPECGEN_LINT_LINT_CONTEXT_H_
