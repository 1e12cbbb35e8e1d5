#include "specgen/lint/linter.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/arena.h"
#include "specgen/base/did_you_mean.h"
#include "specgen/base/utf8.h"
#include "specgen/engine/release_range.h"
#include "specgen/json/go_string.h"
#include "specgen/json/json_index.h"
#include "specgen/json/json_reader.h"
#include "specgen/lint/lint_context.h"
#include "specgen/lint/lint_host.h"
#include "specgen/lint/source_lines.h"
#include "specgen/specgen.h"

namespace specgen {
namespace {

bool StandsBefore(const LintFinding& a, const LintFinding& b) {
  return std::tie(a.position.line, a.position.column, a.rule->id) <
         std::tie(b.position.line, b.position.column, b.rule->id);
}

void DevMountsOf(std::string_view spec, DevMountSet* found) {
  JsonIndex index;
  if (index.Build(spec) != JsonIndex::Result::kOk) return;  // specs are JSON
  Arena arena;
  JsonReader reader(index, &arena);
  const auto add_mount = [&] {
    std::string_view destination;
    std::string_view source;
    reader.Members([&](std::string_view key) {
      if (key == "destination") {
        reader.String(&destination);
      } else if (key == "source") {
        reader.String(&source);
      } else {
        reader.Skip();
      }
    });
    if (absl::StartsWith(destination, "/dev/")) {
      found->emplace(destination, source);
    }
  };
  reader.Members([&](std::string_view key) {
    if (key == "mounts" && reader.Peek() == JsonKind::kArray) {
      reader.Items(add_mount);
    } else {
      reader.Skip();
    }
  });
}

}  // namespace

const JsonNode* FindConfig(const JsonNode& root, const Answer& answer) {
  const JsonNode* plugin = &root;
  switch (answer.shape()) {
    case PluginShape::kAuto:
    case PluginShape::kConfig:
      return &root;
    case PluginShape::kStored:
      if (const JsonNode* inner = Member(plugin, "plugin")) plugin = inner;
      break;
    case PluginShape::kInspect:
      for (const JsonNode& item : root.List()) {
        if (Text(&item, "Id") == answer.plugin().id &&
            Text(&item, "Name") == answer.plugin().name) {
          plugin = &item;
        }
      }
      break;
  }
  const JsonNode* manifest = Member(plugin, "Manifest");
  return manifest != nullptr ? manifest : Member(plugin, "Config");
}

const JsonNode* Member(const JsonNode* object, std::string_view key) {
  if (object == nullptr || !object->is(JsonKind::kObject)) return nullptr;
  for (auto item = object->items.rbegin(); item != object->items.rend();
       ++item) {
    if (NamesField(item->key, key)) return &*item;
  }
  return nullptr;
}

const std::vector<JsonNode>& Items(const JsonNode* object,
                                   std::string_view key) {
  static const std::vector<JsonNode>* const kNone = new std::vector<JsonNode>();
  const JsonNode* member = Member(object, key);
  return member == nullptr ? *kNone : member->List();
}

std::string_view Text(const JsonNode* object, std::string_view key) {
  const JsonNode* member = Member(object, key);
  return member == nullptr ? std::string_view() : member->String();
}

bool IsRefused(const JsonNode* node, JsonKind kind) {
  return node != nullptr && !node->is(kind) && !node->is(JsonKind::kNull);
}

bool HasMisspelt(const JsonNode* object, std::string_view key) {
  if (object == nullptr || !object->is(JsonKind::kObject) ||
      Member(object, key) != nullptr) {
    return false;
  }
  const std::string_view names[] = {key};
  return std::any_of(object->items.begin(), object->items.end(),
                     [&names](const JsonNode& member) {
                       return !NearestName(names, member.key).empty();
                     });
}

bool IsEmptyString(const JsonNode* node) {
  return node != nullptr && node->is(JsonKind::kString) && node->text.empty();
}

Settable IsSettable(const JsonNode& thing, std::string_view field) {
  if (IsRefused(Member(&thing, "settable"), JsonKind::kArray) ||
      HasMisspelt(&thing, "settable")) {
    return Settable::kUnknown;
  }
  const std::vector<JsonNode>& fields = Items(&thing, "settable");
  return CanBeNamed(thing) && std::any_of(fields.begin(), fields.end(),
                                          [field](const JsonNode& item) {
                                            return item.text == field;
                                          })
             ? Settable::kYes
             : Settable::kNo;
}

void LintContext::Add(const JsonNode& node, size_t offset,
                      absl::FunctionRef<std::string()> message) {
  LintFinding finding;
  finding.rule = rule_;
  finding.position = tree_.Position(offset);
  // Behind all that will be kept, whatever else is found.
  if (left_out_ > 0 &&
      !StandsBefore(finding, findings_[begin_ + kMaxFindings - 1])) {
    ++left_out_;
    return;
  }
  finding.code_point_column = tree_.CodePointColumn(offset);
  finding.length = TokenLength(text_, offset);
  finding.code_points = tree_.CodePointColumn(offset + finding.length) -
                        finding.code_point_column;
  finding.pointer = node.Pointer();
  finding.message = message();
  findings_.push_back(std::move(finding));
  if (findings_.size() - begin_ == 2 * kMaxFindings) KeepFirst();
}

void LintContext::KeepFirst() {
  std::stable_sort(findings_.begin() + static_cast<std::ptrdiff_t>(begin_),
                   findings_.end(), StandsBefore);
  const size_t end = std::min(findings_.size(), begin_ + kMaxFindings);
  left_out_ += findings_.size() - end;
  findings_.resize(end);
}

void LintContext::RunRule(const LintRule& rule) {
  rule_ = &rule;
  begin_ = findings_.size();
  left_out_ = 0;
  rule.find(this);
  KeepFirst();
  if (left_out_ > 0) findings_.back().more = left_out_;
}

std::string LintContext::EnginesWhere(
    absl::FunctionRef<bool(const Release&)> holds) const {
  const std::string runs = ReleaseRuns(releases, holds);
  const std::string all =
      ReleaseRuns(releases, [](const Release&) { return true; });
  return runs == all ? "" : absl::StrCat("Docker ", runs);
}

std::string LintContext::Engines(
    absl::FunctionRef<bool(const Behaviour&)> holds) const {
  return EnginesWhere([&](const Release& r) { return holds(*r.behaviour); });
}

bool LintContext::Any(absl::FunctionRef<bool(const Behaviour&)> holds) const {
  return std::any_of(releases.begin(), releases.end(),
                     [&](const Release& r) { return holds(*r.behaviour); });
}

std::vector<const JsonNode*> LintContext::LinuxLists(std::string_view key,
                                                     uint32_t top_bit) const {
  std::vector<const JsonNode*> lists;
  if (const JsonNode* node = Member(Member(config, "linux"), key)) {
    lists.push_back(node);
  }
  const JsonNode* top = Member(config, key);
  if (top != nullptr &&
      Any([&](const Behaviour& b) { return (b.keys & top_bit) != 0; })) {
    lists.push_back(top);
  }
  return lists;
}

std::vector<const JsonNode*> LintContext::Mounts() const {
  std::vector<const JsonNode*> mounts;
  for (const JsonNode& mount : Items(config, "mounts")) {
    if (!IsRefused(&mount, JsonKind::kObject)) mounts.push_back(&mount);
  }
  return mounts;
}

std::vector<const JsonNode*> LintContext::Devices() const {
  std::vector<const JsonNode*> devices;
  for (const JsonNode* list : LinuxLists("devices", kDevices)) {
    for (const JsonNode& device : list->List()) {
      if (!IsRefused(&device, JsonKind::kObject)) devices.push_back(&device);
    }
  }
  return devices;
}

void LintContext::AskEngines(Answer* answer, const Host& host) {
  for (const Release& release : releases) {
    if (answers.contains(release.behaviour)) continue;
    Request request;
    request.plugin = request_.plugin;
    request.plugin_name = request_.plugin_name;
    request.shape = request_.shape;
    Generator(release, host).Generate(request, answer);
    EngineAnswer& entry = answers[release.behaviour];
    entry = {answer->outcome(), answer->stage(), answer->message(),
             answer->position(), nullptr};
    if (answer->outcome() != Outcome::kSpec) continue;
    auto mounts = std::make_shared<DevMountSet>();
    DevMountsOf(answer->spec(), mounts.get());
    const auto same =
        std::find_if(answers.begin(), answers.end(), [&](const auto& other) {
          return other.second.dev_mounts != nullptr &&
                 *other.second.dev_mounts == *mounts;
        });
    entry.dev_mounts =
        same == answers.end() ? std::move(mounts) : same->second.dev_mounts;
  }
}

bool IsNeverSet(const JsonNode& path) {
  return IsEmptyString(&path) && path.parent != nullptr &&
         IsSettable(*path.parent, "path") != Settable::kYes;
}

absl::Status LintContext::CheckIsOnePlugin(const Answer& newest) const {
  const JsonNode& root = tree_.root();
  if (!root.is(JsonKind::kArray) || request_.shape == PluginShape::kConfig ||
      newest.outcome() != Outcome::kRefused ||
      newest.stage() != Stage::kDecode) {
    return absl::OkStatus();
  }
  const size_t at = tree_.Offset(newest.position());
  const bool is_list =
      at <= root.offset ||
      std::any_of(root.List().begin(), root.List().end(),
                  [at](const JsonNode& item) { return item.offset == at; });
  return is_list ? absl::InvalidArgumentError(
                       absl::StrCat(request_.name, ":", newest.position(), ": ",
                                    newest.message()))
                 : absl::OkStatus();
}

LintContext::LintContext(const LintRequest& request, const JsonTree& tree)
    : releases(request.releases),
      request_(request),
      tree_(tree),
      text_(IsValidUtf8(request.plugin)
                ? request.plugin.substr(0, tree.Offset("the end"))
                : "") {}

absl::StatusOr<std::vector<LintFinding>> LintContext::Run() {
  // Paths of devices, in whatever list: the host has them all. One that is to
  // be set is there as well, unless another one is never set.
  std::set<std::string, std::less<>> devices;
  bool all_are_set = true;
  const std::function<void(const JsonNode&)> collect =
      [&](const JsonNode& node) {
        if (NamesField(node.key, "path")) {
          devices.insert(std::string(node.String()));
          all_are_set = all_are_set && !IsNeverSet(node);
        }
        for (const JsonNode& item : node.items) collect(item);
      };
  collect(tree_.root());
  if (!all_are_set) devices.erase("");
  const LintHost host(std::move(devices));
  PluginShape shape;
  {
    // Gone before the text is read once more: it can hold as much as the tree.
    Answer answer;
    AskEngines(&answer, host);  // the last one is the newest
    if (absl::Status status = CheckIsOnePlugin(answer); !status.ok()) {
      return status;
    }
    config = FindConfig(tree_.root(), answer);
    shape = answer.shape();
  }
  const bool is_config = config != nullptr && config->is(JsonKind::kObject);
  if (!is_config) config = &tree_.root();
  kind = FindInputKind(request_.plugin, shape, request_.plugin_name,
                       *releases.back().behaviour);
  const bool looks_on = is_config && !kind.is_other;
  for (const LintRule& rule : LintRules()) {
    if (rule.find == nullptr) continue;
    if (looks_on || rule.asks_engines || (is_config && rule.finds_misspelt)) {
      RunRule(rule);
    }
  }
  std::stable_sort(findings_.begin(), findings_.end(), StandsBefore);
  return std::move(findings_);
}

void HideSecrets(LintFinding* finding, SecretHider* secrets) {
  finding->pointer = secrets->Text(finding->pointer);
  if (finding->rule->asks_engines) {
    finding->message = secrets->Text(finding->message);
    return;
  }
  // What Quote has quoted.
  const std::string_view message = finding->message;
  std::string out;
  size_t done = 0;
  while (true) {
    const size_t begin = message.find('"', done);
    if (begin == std::string_view::npos) break;
    size_t end = begin + 1;
    while (end < message.size() && message[end] != '"') {
      end += message[end] == '\\' ? 2 : 1;
    }
    end = std::min(end, message.size());
    absl::StrAppend(&out, message.substr(done, begin + 1 - done),
                    secrets->Text(message.substr(begin + 1, end - begin - 1)));
    done = end;
    if (done < message.size()) out += message[done++];
  }
  out += message.substr(done);
  finding->message = std::move(out);
}

absl::StatusOr<std::vector<LintFinding>> Lint(const LintRequest& request) {
  // What some of the engines do not read, the others refuse.
  const auto* const ignoring =
      std::find_if(request.releases.begin(), request.releases.end(),
                   [](const Release& r) { return r.behaviour->ignores_rest; });
  const std::string_view text =
      ignoring == request.releases.end()
          ? request.plugin
          : TextToRead(*ignoring->behaviour, request.plugin);
  absl::StatusOr<std::unique_ptr<JsonTree>> tree =
      JsonTree::Parse(text, request.name, JsonTree::kMaxConfigValues);
  if (!tree.ok()) return tree.status();
  return LintContext(request, **tree).Run();
}

}  // namespace specgen
