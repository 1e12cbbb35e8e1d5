// What the commands lint, validate, privileges and diff find in any bytes
// (specgen/lint, validate, privileges, diff, and JsonTree below them).
//
// Must never: crash, hang, name a place that is not in the text, print what is
// not JSON, not SARIF or would move a terminal's cursor, find a difference
// between a thing and itself, or none between two things.
//
// The first line is one of input.h's; a word "range=A..B" says which releases
// to lint for, "as=1.0.2" which rules to validate by. A line "====" separates
// two texts; without it, what a newer engine makes of the first is the second.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "fuzz/heap_meter.h"
#include "fuzz/input.h"
#include "fuzz/invariants.h"
#include "fuzz/json_oracle.h"
#include "specgen/base/printable.h"
#include "specgen/diff/engine_changes.h"
#include "specgen/diff/spec_diff.h"
#include "specgen/engine/engine.h"
#include "specgen/engine/release_range.h"
#include "specgen/json/json_builder.h"
#include "specgen/json/json_tree.h"
#include "specgen/json/text_position.h"
#include "specgen/lint/lint_config.h"
#include "specgen/lint/linter.h"
#include "specgen/lint/sarif.h"
#include "specgen/lint/source_lines.h"
#include "specgen/privileges/grants.h"
#include "specgen/privileges/prompt.h"
#include "specgen/secrets/hide_secrets.h"
#include "specgen/specgen.h"
#include "specgen/validate/validator.h"

namespace specgen::fuzz {
namespace {

// The value of the word `key` of the first line.
std::string_view WordOf(std::string_view line, std::string_view key) {
  const size_t at = line.find(key);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = line.substr(at + key.size());
  return rest.substr(0, rest.find(' '));
}

// Where a position is in the text.
size_t OffsetOf(std::string_view text, const TextPosition& position) {
  size_t begin = 0;
  for (size_t line = 1; line < position.line; ++line) {
    begin = std::min(text.find('\n', begin), text.size() - 1) + 1;
  }
  return begin + position.column - 1;
}

void CheckPosition(std::string_view text, const TextPosition& position) {
  CheckPlacedError(absl::StrCat("f:", ToString(position), ": x"), "f", text);
}

// ---- The tree

// Every value, up to some number: it stands where the tree says.
void CheckNodes(const JsonTree& tree, std::string_view text) {
  Require(tree.Offset("9999999:1") == tree.Offset("x"),
          "what is no position is the end", [&] { return std::string(text); });
  std::vector<const JsonNode*> pending = {&tree.root()};
  const size_t most = EveryCheck() ? 200 : 24;
  for (size_t seen = 0; !pending.empty() && seen < most; ++seen) {
    const JsonNode& node = *pending.back();
    pending.pop_back();
    const auto details = [&] {
      return absl::StrCat(node.Pointer(), " at ", node.offset, "\n", text);
    };
    const TextPosition position = tree.Position(node.offset);
    CheckPosition(text, position);
    const size_t at = OffsetOf(text, position);
    constexpr std::string_view kFirst[] = {"{", "[", "\"", "-0123456789",
                                           "t", "f", "n",  ""};
    Require(at < text.size() && kFirst[static_cast<size_t>(node.kind)].find(
                                    text[at]) != std::string_view::npos,
            "a value stands where the tree says", details);
    Require(tree.Offset(ToString(position)) == node.offset,
            "a position leads back to the value", details);
    const size_t column = tree.CodePointColumn(node.offset);
    Require(column >= 1 && column <= position.column,
            "a column has no more characters than bytes", details);
    for (const JsonNode& item : node.items) {
      Require(item.parent == &node, "a value knows what holds it", details);
      pending.push_back(&item);
    }
  }
}

std::unique_ptr<JsonTree> CheckedTree(std::string_view text) {
  auto tree = JsonTree::Parse(text, "f");
  Require(tree.ok() == IsGoJson(text), "a tree takes what Go takes",
          [&] { return absl::StrCat(tree.status().message(), "\n", text); });
  if (!tree.ok()) {
    CheckPlacedError(tree.status().message(), "f", text);
    return nullptr;
  }
  CheckNodes(**tree, text);
  return *std::move(tree);
}

// ---- The commands

void CheckJson(const std::string& json) {
  Require(IsGoJson(json), "what is printed is JSON", [&] { return json; });
}

// A line for people holds nothing that does anything to a terminal.
void CheckPrintable(std::string_view text) {
  const std::string line = Printable(text);
  Require(std::none_of(line.begin(), line.end(),
                       [](char c) {
                         return static_cast<unsigned char>(c) < 0x20 ||
                                c == 0x7F;
                       }) &&
              GoUtf8(line) == line,
          "a line for people is printable", [&] { return line; });
}

// The same text as a repository's settings.
void CheckLintConfig(std::string_view text) {
  const auto config = ParseLintConfig(text, "f", "/folder");
  if (!config.ok()) CheckPlacedError(config.status().message(), "f", text);
  if (!config.ok()) return;
  for (const LintConfig::Ignore& ignore : config->ignores) {
    Require(!ignore.rules.empty() && !ignore.reason.empty() &&
                (ignore.path.empty() || ignore.path == "/folder" ||
                 ignore.path.starts_with("/folder/")),
            "what is ignored is whole", [&] { return std::string(text); });
  }
}

// The line that is shown with a finding; `lines` hide no secrets.
void CheckSourceLine(std::string_view text, const SourceLines& lines,
                     const TextPosition& position, size_t length) {
  const SourceLine line = lines.At(position, length);
  const auto details = [&] {
    return absl::StrCat(ToString(position), " ", length, ": ", line.before, "[",
                        line.at, "]", line.after, "\n", text);
  };
  for (const std::string& part : {line.before, line.at, line.after}) {
    Require(GoUtf8(part) == part &&
                std::none_of(part.begin(), part.end(),
                             [](char c) {
                               return static_cast<unsigned char>(c) < 0x20 ||
                                      c == 0x7F;
                             }),
            "a line for people is printable", details);
  }
  Require(line.width >= 1 && line.indent + line.width <= 100,
          "a line has room on a terminal", details);
  const size_t at = OffsetOf(text, position);
  if (length == 0 || at >= text.size()) return;
  const char first = text[at];
  if (first > ' ' && first < 0x7F) {
    Require(!line.at.empty() && line.at[0] == first,
            "what is pointed at is what was found", details);
  }
}

void CheckSourceLines(std::string_view text,
                      const std::vector<LintFinding>& findings) {
  SecretHider shows(/*show=*/true);
  const SourceLines lines(text, &shows);
  if (!lines.ok()) return;
  for (const LintFinding& finding : findings) {
    CheckSourceLine(text, lines, finding.position, finding.length);
  }
  // Whatever is pointed at.
  const uint64_t hash = Hash(text);
  const size_t at = hash % (text.size() + 1);
  const TextPosition position = FindPosition(text, at);
  CheckSourceLine(text, lines, position, hash % 97);
  CheckSourceLine(text, lines, position, text.size());
}

void CheckLint(const Input& input, std::string_view name, std::string_view text,
               absl::Span<const Release> releases) {
  LintRequest request;
  request.plugin = text;
  request.name = "f";
  if (input.named) request.plugin_name = "p";
  request.releases = releases;
  auto findings = Lint(request);
  if (!findings.ok()) {
    CheckPlacedError(findings.status().message(), "f", text);
    return;
  }
  const auto details = [&](const LintFinding& finding) {
    return absl::StrCat(finding.rule->id, " ", ToString(finding.position), " ",
                        finding.pointer, ": ", finding.message, "\n", text);
  };
  const LintFinding* last = nullptr;
  std::map<const LintRule*, size_t> found;
  for (const LintFinding& finding : *findings) {
    CheckPosition(text, finding.position);
    Require(!finding.message.empty() && finding.code_point_column >= 1 &&
                finding.code_point_column <= finding.position.column &&
                finding.code_points <= finding.length,
            "a finding is whole", [&] { return details(finding); });
    CheckPosition(text, {finding.position.line,
                         finding.position.column + finding.length});
    Require(last == nullptr || last->position.line < finding.position.line ||
                (last->position.line == finding.position.line &&
                 last->position.column <= finding.position.column),
            "findings are in the order of the text",
            [&] { return details(finding); });
    last = &finding;
    ++found[finding.rule];
    Require(finding.more == 0 || found[finding.rule] == kMaxFindings,
            "more follows the last of a rule",
            [&] { return details(finding); });
    Require(found[finding.rule] <= kMaxFindings, "findings are few",
            [&] { return details(finding); });
    CheckPrintable(finding.message);
    Require(FindLintRule(finding.rule->id) == finding.rule &&
                FindLintRule(finding.rule->name) == finding.rule,
            "a rule is found by its id and its name",
            [&] { return details(finding); });
  }
  Require(FindLintRule(text) == nullptr, "there is no such rule",
          [&] { return std::string(text); });
  if (ChecksToo(text, 4)) CheckSourceLines(text, *findings);
  // It holds all rules, and is long.
  if (!ChecksToo(text, 16)) return;
  const std::string sarif =
      SarifText({{std::string(name), *std::move(findings)}}, {"1.0", ""});
  CheckJson(sarif);
  const auto tree = JsonTree::Parse(sarif, "sarif");
  Require(tree.ok() && (*tree)->root().String("version") == "2.1.0" &&
              (*tree)->root().Find("runs") != nullptr &&
              (*tree)->root().Find("runs")->List().size() == 1,
          "findings are SARIF", [&] { return sarif; });
}

void CheckValidate(const JsonTree& tree, std::string_view text,
                   std::optional<OciVersionRange> as) {
  const SpecReport report = ValidateSpec(tree, as);
  JsonBuilder json;
  json.List();
  json.String(OciVersionName(report.rules.from));
  json.String(OciVersionName(report.rules.to));
  json.Bool(report.has_errors());
  Require(report.has_errors() ==
              std::any_of(report.findings.begin(), report.findings.end(),
                          [](const SpecFinding& finding) {
                            return finding.severity == SpecSeverity::kError;
                          }),
          "errors are among the findings", [&] { return std::string(text); });
  const SpecFinding* last = nullptr;
  for (const SpecFinding& finding : report.findings) {
    CheckPosition(text, finding.position);
    Require(!finding.message.empty() && !finding.rule.empty(),
            "a finding is whole", [&] { return std::string(text); });
    Require(last == nullptr || last->position.line < finding.position.line ||
                (last->position.line == finding.position.line &&
                 last->position.column <= finding.position.column),
            "findings are in the order of the text", [&] {
              return absl::StrCat(last->message, "\nbefore\n", finding.message,
                                  "\n", text);
            });
    last = &finding;
    CheckPrintable(finding.message);
    json.String(finding.message).String(finding.pointer).String(finding.rule);
  }
  json.EndList();
  CheckJson(json.Finish());
}

void CheckPrivileges(const Release& release, const Plugin& plugin,
                     const JsonNode& spec) {
  JsonBuilder json;
  json.Object();
  for (const Privilege& privilege :
       ComputePrivileges(*release.behaviour, plugin.config)) {
    CheckPrintable(PromptLine(privilege));
    json.Key(privilege.name).Strings(privilege.value);
  }
  const std::vector<Grant> grants = FindGrants(release, plugin, spec);
  const Grant* last = nullptr;
  for (const Grant& grant : grants) {
    Require(!grant.what.empty() || !grant.why.empty(), "a grant is whole",
            [&] { return std::string(grant.id); });
    Require(last == nullptr || last->level >= grant.level,
            "the most dangerous grants come first",
            [&] { return absl::StrCat(last->what, " and ", grant.what); });
    last = &grant;
    CheckPrintable(grant.why);
    json.Key(grant.id).String(grant.what).Key("why").String(grant.why);
    json.Key("level").String(GrantLevelName(grant.level));
  }
  json.EndObject();
  CheckJson(json.FinishCompact());
  Require(AddedGrants(grants, grants).empty() &&
              AddedGrants({}, grants).size() >= grants.size(),
          "a plugin adds nothing to itself, and all that it has to nothing",
          [&] { return CanonicalJson(spec); });
}

// A value such that equal ones mean the same to a runtime. `options`: those of
// a mount, whose order does not count.
std::string Meaning(const JsonNode& node, int level, bool in_mounts) {
  std::vector<std::string> parts;
  if (node.is(JsonKind::kObject)) {
    std::map<std::string_view, std::string> members;
    for (const JsonNode& item : node.items) {
      const bool mounts =
          level == 0 ? item.key == "mounts"
                     : in_mounts && level == 2 && item.key == "options";
      members[item.key] = Meaning(item, level + 1, mounts);
    }
    for (const auto& [key, value] : members) {
      parts.push_back(absl::StrCat(key.size(), ":", key, value));
    }
    return absl::StrCat("{", parts.size(), " ", absl::StrJoin(parts, ","), "}");
  }
  if (node.is(JsonKind::kArray)) {
    for (const JsonNode& item : node.items) {
      parts.push_back(Meaning(item, level + 1, in_mounts && level == 1));
    }
    if (in_mounts && level == 3) std::sort(parts.begin(), parts.end());
    return absl::StrCat("[", parts.size(), " ", absl::StrJoin(parts, ","), "]");
  }
  return absl::StrCat(static_cast<int>(node.kind), node.text.size(), ":",
                      node.text);
}

void CheckDiff(const JsonNode& a, const JsonNode& b) {
  const std::vector<Change> changes = DiffSpecs(a, b);
  Require(changes.empty() == (Meaning(a, 0, false) == Meaning(b, 0, false)),
          "what differs is told, and nothing else", [&] {
            return absl::StrCat(CanonicalJson(a), "\n", CanonicalJson(b), "\n",
                                changes.size(), " changes");
          });
  JsonBuilder json;
  json.List();
  for (const Change& change : changes) {
    Require(!change.section.empty() && !change.text.empty(),
            "a change is whole", [&] { return change.subject; });
    CheckPrintable(change.text);
    json.String(ChangeKindName(change.kind)).String(change.text);
    json.String(change.subject);
    Require(std::string_view("+-~").find(ChangeKindSign(change.kind)) !=
                std::string_view::npos,
            "a change has a sign", [&] { return change.text; });
  }
  json.EndList();
  CheckJson(json.FinishCompact());
  CheckJson(CanonicalJson(a));
}

std::unique_ptr<JsonTree> SpecOf(const Release& release, const Input& input,
                                 std::string_view text, Answer* answer) {
  Request request;
  request.plugin = text;
  request.shape = input.shape;
  if (input.named) request.plugin_name = "p";
  request.lib_root = "/lib";
  const Generator generator(release, *input.host);
  generator.Generate(request, answer);
  Require(&generator.release() == &release, "a generator is of its release",
          [&] { return std::string(release.name); });
  if (answer->outcome() != Outcome::kSpec) return nullptr;
  auto tree = JsonTree::Parse(answer->spec(), "spec");
  Require(tree.ok(), "a spec is JSON",
          [&] { return std::string(answer->spec()); });
  return *std::move(tree);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Input input = ParseInput(ToView(data, size));
  std::string_view line = ToView(data, size);
  line = TakeLine(&line);
  std::string_view text = input.text;
  std::optional<std::string_view> other;
  const size_t cut = text.find("\n====\n");
  if (cut != std::string_view::npos) {
    other = text.substr(cut + 6);
    text = text.substr(0, cut);
  }
  const auto range = FindReleases(WordOf(line, "range="));
  Require(range.ok() ? !range->empty() : !range.status().message().empty(),
          "a range is some releases, or the reason is told",
          [&] { return std::string(line); });
  // Each input goes to one of the commands, a replay to all.
  const uint64_t hash = Hash(ToView(data, size));
  const auto chosen = [&](uint64_t command) {
    return EveryCheck() || hash % 4 == command;
  };
  absl::Span<const Release> releases =
      range.ok() ? *range : absl::MakeConstSpan(input.release, 1);
  if (!EveryCheck() && hash % 256 != 0) {
    // Each engine makes its spec.
    releases = releases.subspan(hash % releases.size(), 2);
  }
  const size_t before = HeapBytes();
  if (chosen(0)) {
    CheckLint(input, line, text, releases);
    CheckLintConfig(text);
  }
  const size_t heap = HeapBytes() - before;
  // SARIF has each rule's help twice, whatever the input.
  Require(heap <= (size_t{2} << 20) + (size_t{256} << 10) * releases.size() +
                      65536 * size,
          "memory is bounded by the input",
          [&] { return absl::StrCat(heap, " bytes for ", size, "\n", text); });
  const std::string_view last = WordOf(line, "range=");
  const auto first = FindFirstRelease(last);
  Require(first.ok() == FindRelease(last).ok(),
          "a line of releases has a first one if it has a last one",
          [&] { return std::string(line); });

  const std::unique_ptr<JsonTree> tree = CheckedTree(text);
  const auto as = FindOciVersion(WordOf(line, "as="));
  if (tree != nullptr && chosen(1)) CheckValidate(*tree, text, as);

  // Of both commands, what no engine made is looked at, too.
  Answer answer;
  std::unique_ptr<JsonTree> spec;
  if (chosen(2) || (chosen(3) && !other.has_value())) {
    spec = SpecOf(*input.release, input, text, &answer);
  }
  if (spec != nullptr && chosen(2)) {
    CheckPrivileges(*input.release, answer.plugin(), spec->root());
    CheckValidate(*spec, answer.spec(), as);
  }
  if (tree != nullptr && chosen(2)) {
    CheckPrivileges(*input.release, Plugin(), tree->root());
  }
  if (!chosen(3)) return 0;

  std::unique_ptr<JsonTree> other_tree;
  Answer newer;
  if (other.has_value()) {
    other_tree = CheckedTree(*other);
    if (tree != nullptr && other_tree != nullptr) {
      CheckDiff(tree->root(), other_tree->root());
      if (EveryCheck() || hash / 4 % 4 == 0) {
        CheckDiff(other_tree->root(), tree->root());
        CheckDiff(tree->root(), tree->root());
      }
    }
  } else {
    const Release& newest = NewestRelease();
    other_tree = SpecOf(newest, input, text, &newer);
    if (spec != nullptr && other_tree != nullptr) {
      CheckDiff(spec->root(), other_tree->root());
    }
    if (tree != nullptr) CheckDiff(tree->root(), tree->root());
    if (!EveryCheck() && hash / 4 % 8 != 0) return 0;
    const Behaviour& behaviour = *input.release->behaviour;
    // Each way, and across lines of releases.
    for (const auto& way : {std::pair(&behaviour, newest.behaviour),
                            std::pair(newest.behaviour, &behaviour),
                            std::pair(&behaviour, releases.front().behaviour),
                            std::pair(releases.back().behaviour, &behaviour)}) {
      const std::vector<EngineChange> changes =
          ChangesBetween(*way.first, *way.second);
      Require(way.first != way.second || changes.empty(),
              "an engine does not differ from itself",
              [&] { return std::string(way.first->name); });
      for (const EngineChange& change : changes) {
        CheckPrintable(change.text);
        for (const std::string& id : AdvisoryIds(change.text)) {
          CheckPrintable(id);
        }
      }
    }
  }
  return 0;
}

}  // namespace specgen::fuzz
