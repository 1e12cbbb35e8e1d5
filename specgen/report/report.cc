#include "specgen/report/report.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sha2.h"
#include "specgen/diff/changes_json.h"
#include "specgen/engine/release_range.h"
#include "specgen/host/presumption.h"
#include "specgen/json/json_builder.h"
#include "specgen/json/json_tree.h"
#include "specgen/json/json_writer.h"
#include "specgen/lint/lint_context.h"
#include "specgen/lint/lint_rules.h"
#include "specgen/privileges/grants_json.h"
#include "specgen/privileges/prompt.h"
#include "specgen/secrets/hide_secrets.h"

namespace specgen {
namespace {

struct Section {
  std::string_view name;
  std::string_view key;  // in the spec, in its process, or in its linux
};
enum : size_t { kProcess, kCapabilities, kMounts, kInLinux, kRest = 8 };
constexpr Section kSections[] = {
    {"process", "process"},
    {"capabilities", "capabilities"},
    {"mounts", "mounts"},
    {"namespaces", "namespaces"},
    {"devices", "devices"},
    {"device rules", "resources"},
    {"masked", "maskedPaths"},
    {"read-only", "readonlyPaths"},
    {"rest", ""},
};

// `object` without some keys, as JSON.
std::string Without(const JsonNode* object,
                    const std::vector<std::string_view>& keys) {
  if (object == nullptr || !object->is(JsonKind::kObject)) return "{}";
  return CanonicalJson(*object, keys);
}

std::string Part(const JsonNode* node) {
  return node == nullptr ? "null" : CanonicalJson(*node);
}

// Puts a member into an object; what is not there is none.
void AddMember(std::string_view key, std::string_view text,
               std::string* object) {
  if (text == "null") return;
  object->pop_back();
  absl::StrAppend(object, absl::EndsWith(*object, "{") ? "" : ",", "\"", key,
                  "\":", text, "}");
}

// The texts of kSections.
std::vector<std::string> SectionTexts(const JsonNode& spec) {
  const JsonNode* process = spec.Find("process");
  const JsonNode* linux_part = spec.Find("linux");
  std::vector<std::string> texts = {
      Without(process, {kSections[kCapabilities].key}),
      Part(process == nullptr ? nullptr
                              : process->Find(kSections[kCapabilities].key)),
      Part(spec.Find(kSections[kMounts].key))};
  std::vector<std::string_view> told;
  for (size_t i = kInLinux; i < kRest; ++i) {
    told.push_back(kSections[i].key);
    texts.push_back(Part(
        linux_part == nullptr ? nullptr : linux_part->Find(kSections[i].key)));
  }
  texts.push_back(Without(&spec, {"process", "mounts", "linux"}));
  AddMember("linux", Without(linux_part, told), &texts.back());
  return texts;
}

// The spec of those sections that are wanted.
std::string SpecOfSections(const std::vector<std::string>& texts,
                           const std::vector<bool>& wanted) {
  std::string process = wanted[kProcess] ? texts[kProcess] : "{}";
  std::string spec = wanted[kRest] ? texts[kRest] : R"({"linux":{}})";
  spec.pop_back();  // what is added now is in `linux`, which is its last member
  for (size_t i = kCapabilities; i < kRest; ++i) {
    if (!wanted[i] || i == kMounts) continue;
    AddMember(kSections[i].key, texts[i],
              i == kCapabilities ? &process : &spec);
  }
  spec.push_back('}');
  AddMember("process", process, &spec);
  if (wanted[kMounts]) AddMember("mounts", texts[kMounts], &spec);
  return spec;
}

// What tells texts apart without holding them.
std::string Fingerprint(std::string_view text) {
  SHA2_CTX hash;
  SHA256Init(&hash);
  SHA256Update(&hash, reinterpret_cast<const uint8_t*>(text.data()),
               text.size());
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256Final(reinterpret_cast<uint8_t*>(digest.data()), &hash);
  return digest;
}

// What specs depend on of a machine besides its files.
std::string MachineText(const MachineFacts& facts) {
  std::string text(facts.architecture().empty() ? "amd64"
                                                : facts.architecture());
  if (const size_t cpus = facts.possible_cpus().size(); cpus > 0) {
    absl::StrAppend(&text, ", ", cpus, cpus == 1 ? " CPU" : " CPUs");
  }
  if (facts.unified_cgroups()) absl::StrAppend(&text, ", cgroup v2");
  if (facts.in_user_namespace()) {
    absl::StrAppend(&text, ", the engine in a user namespace");
  }
  if (facts.under_rootlesskit()) {
    absl::StrAppend(&text, ", under RootlessKit",
                    facts.detached_network_namespace()
                        ? " with a network namespace of its own"
                        : "");
  }
  return text;
}

// What the page shows of a text that may be long.
std::string Shown(std::string text) {
  if (text.size() <= kMaxReportForm) return text;
  size_t end = text.rfind('\n', kMaxReportForm);
  if (end == std::string::npos) end = kMaxReportForm;
  // Not within a character.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
    --end;
  }
  const size_t more = text.size() - end;
  text.resize(end);
  text.shrink_to_fit();
  absl::StrAppend(&text, "\n[", more, " bytes more]");
  return text;
}

// A form as the page shows it.
std::string ShownForm(const std::string& json) {
  return Shown(IndentJson(json));
}

// Drops what is beyond the limit; how much that is.
template <typename Rows>
size_t KeepFirst(Rows* rows) {
  if (rows->size() <= kMaxReportRows) return 0;
  const size_t more = rows->size() - kMaxReportRows;
  rows->erase(rows->begin() + kMaxReportRows, rows->end());
  rows->shrink_to_fit();
  return more;
}

// Makes releases end where `last`, further on in the same table, does.
void GrowTo(absl::Span<const Release> last,
            absl::Span<const Release>* releases) {
  *releases = absl::MakeConstSpan(
      releases->data(),
      static_cast<size_t>(last.data() + last.size() - releases->data()));
}

bool AreSame(const std::vector<Change>& a, const std::vector<Change>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Change& x, const Change& y) {
                      return x.kind == y.kind && x.section == y.section &&
                             x.text == y.text;
                    });
}

class ReportMaker {
 public:
  explicit ReportMaker(const ReportRequest& request)
      : in_(request), secrets_(request.show_secrets) {
    for (const Section& section : kSections) {
      report_.sections.push_back({section.name, {}});
    }
    fingerprints_.resize(report_.sections.size());
    for (SharedReading& reading : readings_) reading.Begin();
  }

  absl::StatusOr<Report> Make();

 private:
  // What one engine made of the plugin.
  struct EngineSpec {
    Outcome outcome;
    std::string message;
    // Of the sections, with their secrets; empty without a spec, and once they
    // are given back.
    std::vector<std::string> texts;
    std::vector<size_t> variants;
  };

  // What an engine does with a plugin, before secrets are hidden.
  struct Privileges {
    bool has_spec = false;
    std::string no_spec;  // why not
    std::vector<Privilege> prompt;
    std::vector<Grant> grants;
  };

  void Generate(const Request& request, const Release& release);
  EngineSpec MakeSpec(const Request& request, const Release& release);
  // Of the plugin, with its forms added to the report; `last` is of the engine
  // before it, or null.
  EngineSpec& SpecOf(const Release& release, const EngineSpec* last);
  // The same JSON, without secrets.
  std::string Hidden(std::string json);
  // How two specs differ. Of what is the same in both, which is most of it, no
  // secrets are sought.
  const std::vector<Change>& Diff(const EngineSpec& before,
                                  const EngineSpec& after);
  // The releases from there on that behave alike.
  absl::Span<const Release> AlikeFrom(size_t begin) const;
  // On Report::engine; leaves `answer_` as it is then.
  Privileges Inspect(const Request& request);
  std::vector<PromptItem> PromptItems(std::vector<Privilege> prompt);
  void AddUpgrade(const Privileges& now);
  // The releases behave alike, and make `now` of the plugin.
  void AddUpgradeRun(absl::Span<const Release> releases, const EngineSpec& now);
  // What `answer_`, of Report::engine, has read, and on which machine.
  void AddAbout();
  void AddRuns();
  void AddPrivileges();

  const ReportRequest& in_;
  SecretHider secrets_;
  Report report_;
  std::map<std::pair<const Behaviour*, UserNamespaceRule>, EngineSpec> specs_;
  // Of the forms of each section.
  std::vector<std::vector<std::string>> fingerprints_;
  // By fingerprints of what differs.
  std::map<std::string, std::vector<Change>> diffs_;
  SharedReading readings_[2];  // of the plugin, and of the older one
  Answer answer_;
};

void ReportMaker::Generate(const Request& request, const Release& release) {
  Generator(release, *in_.host)
      .Generate(request, &readings_[&request == in_.old ? 1 : 0], &answer_);
}

ReportMaker::EngineSpec ReportMaker::MakeSpec(const Request& request,
                                              const Release& release) {
  EngineSpec made;
  Generate(request, release);
  made.outcome = answer_.outcome();
  made.message = Shown(secrets_.Text(answer_.message()));
  if (made.outcome != Outcome::kSpec) return made;
  const absl::StatusOr<std::unique_ptr<JsonTree>> tree =
      JsonTree::Parse(answer_.spec(), "spec");
  if (!tree.ok()) {  // a spec of more than 8 MiB
    made.outcome = Outcome::kRefused;
    made.message = std::string(tree.status().message());
    return made;
  }
  made.texts = SectionTexts((*tree)->root());
  return made;
}

std::string ReportMaker::Hidden(std::string json) {
  if (in_.show_secrets) return json;
  const auto tree = JsonTree::Parse(json, "spec");
  // It is about as long as a spec that could be read.
  if (!tree.ok()) return "{}";
  return secrets_.Json((*tree)->root()).value_or(std::move(json));
}

ReportMaker::EngineSpec& ReportMaker::SpecOf(const Release& release,
                                             const EngineSpec* last) {
  const auto [entry, is_new] =
      specs_.try_emplace({release.behaviour, release.user_namespace});
  EngineSpec& made = entry->second;
  if (!is_new && (made.outcome != Outcome::kSpec || !made.texts.empty())) {
    return made;
  }
  made = MakeSpec(in_.request, release);
  for (size_t i = 0; i < made.texts.size(); ++i) {
    if (last != nullptr && !last->texts.empty() &&
        last->texts[i] == made.texts[i]) {
      made.variants.push_back(last->variants[i]);
      continue;
    }
    std::vector<std::string>& known = fingerprints_[i];
    std::string fingerprint = Fingerprint(made.texts[i]);
    const auto found = std::find(known.begin(), known.end(), fingerprint);
    made.variants.push_back(static_cast<size_t>(found - known.begin()));
    if (found == known.end()) {
      known.push_back(std::move(fingerprint));
      report_.sections[i].variants.push_back(ShownForm(Hidden(made.texts[i])));
    }
  }
  return made;
}

const std::vector<Change>& ReportMaker::Diff(const EngineSpec& before,
                                             const EngineSpec& after) {
  std::vector<bool> differs;
  std::string key;
  for (size_t i = 0; i < before.texts.size(); ++i) {
    differs.push_back(before.texts[i] != after.texts[i]);
    if (!differs.back()) continue;
    absl::StrAppend(&key, i, Fingerprint(before.texts[i]),
                    Fingerprint(after.texts[i]));
  }
  const auto [entry, is_new] = diffs_.try_emplace(std::move(key));
  if (!is_new) return entry->second;
  const auto a =
      JsonTree::Parse(Hidden(SpecOfSections(before.texts, differs)), "spec");
  const auto b =
      JsonTree::Parse(Hidden(SpecOfSections(after.texts, differs)), "spec");
  if (a.ok() && b.ok()) {
    entry->second = DiffSpecs((*a)->root(), (*b)->root());
  } else {  // secrets of a letter each, some MiB of them
    entry->second.push_back({ChangeKind::kChanged, "spec", "spec",
                             "the spec differs, and is too long to say how"});
  }
  return entry->second;
}

absl::Span<const Release> ReportMaker::AlikeFrom(size_t begin) const {
  const Release& first = in_.releases[begin];
  size_t end = begin + 1;
  while (end < in_.releases.size() &&
         in_.releases[end].behaviour == first.behaviour &&
         in_.releases[end].user_namespace == first.user_namespace &&
         in_.releases[end].hidden == first.hidden) {
    ++end;
  }
  return in_.releases.subspan(begin, end - begin);
}

void ReportMaker::AddRuns() {
  EngineSpec* last = nullptr;
  const Behaviour* last_behaviour = nullptr;
  for (size_t i = 0; i < in_.releases.size();) {
    const absl::Span<const Release> releases = AlikeFrom(i);
    const Release& first = releases.front();
    i += releases.size();
    if (first.hidden) continue;
    EngineSpec& made = SpecOf(first, last);
    ReportRun run;
    run.releases = releases;
    run.outcome = made.outcome;
    run.message = made.message;
    run.variants = made.variants;
    if (last != nullptr) {
      if (!last->texts.empty() && !made.texts.empty()) {
        run.changes = Diff(*last, made);
        run.more_changes = KeepFirst(&run.changes);
      } else if (last->outcome != made.outcome ||
                 last->message != made.message) {
        run.changes.push_back(
            {ChangeKind::kChanged, "outcome", "outcome",
             made.outcome == Outcome::kSpec
                 ? "the engine now makes a spec"
                 : absl::StrCat("the engine now ",
                                made.outcome == Outcome::kCrashed
                                    ? "crashes: "
                                    : "refuses the plugin: ",
                                made.message)});
      }
      run.why = ChangesBetween(*last_behaviour, *first.behaviour);
    }
    // Releases that differ in user namespaces only, on a host without one.
    if (!report_.runs.empty() && run.changes.empty() && run.why.empty()) {
      GrowTo(releases, &report_.runs.back().releases);
    } else {
      report_.runs.push_back(std::move(run));
    }
    if (report_.upgrade.has_value()) AddUpgradeRun(releases, made);
    // A spec of each engine at once would be much, if a plugin is large.
    if (last != nullptr && last != &made) last->texts = {};
    last = &made;
    last_behaviour = first.behaviour;
  }
}

void ReportMaker::AddAbout() {
  ReportAbout& about = report_.about;
  about.sha256 = absl::BytesToHexString(Fingerprint(in_.request.plugin));
  about.machine =
      absl::StrCat(in_.host_name, ": ", MachineText(in_.host->facts));
  if (!in_.grant_host.assumed.empty()) {
    about.machine = Shown(absl::StrCat(
        about.machine, "; assumed devices: ",
        absl::StrJoin(in_.grant_host.assumed, ", ",
                      [this](std::string* out, const std::string& path) {
                        absl::StrAppend(out, secrets_.Text(path));
                      })));
  }
  if (answer_.stage() == Stage::kDecode &&
      answer_.outcome() != Outcome::kSpec) {
    return;
  }
  about.types = Shown(secrets_.Text(
      absl::StrJoin(answer_.plugin().config.interface_types, ", ")));
  const absl::StatusOr<std::unique_ptr<JsonTree>> tree = JsonTree::Parse(
      TextToRead(*in_.engine->behaviour, in_.request.plugin), in_.input);
  if (!tree.ok()) return;
  const JsonNode* config = FindConfig((*tree)->root(), answer_);
  about.description = Shown(secrets_.Text(Text(config, "description")));
  about.documentation = Shown(secrets_.Text(Text(config, "documentation")));
}

ReportMaker::Privileges ReportMaker::Inspect(const Request& request) {
  Privileges found;
  Generate(request, *in_.engine);
  found.has_spec = answer_.outcome() == Outcome::kSpec;
  if (answer_.outcome() == Outcome::kRefused) {
    found.no_spec = Shown(
        absl::StrCat("refuses the plugin: ", secrets_.Text(answer_.message())));
  } else if (answer_.outcome() == Outcome::kCrashed) {
    found.no_spec =
        Shown(absl::StrCat("crashes: ", secrets_.Text(answer_.message())));
  }
  if (answer_.stage() == Stage::kDecode && !found.has_spec) return found;
  const Plugin& plugin = answer_.plugin();
  found.prompt = ComputePrivileges(*in_.engine->behaviour, plugin.config);
  if (!found.has_spec) return found;
  absl::StatusOr<std::unique_ptr<JsonTree>> tree =
      JsonTree::Parse(answer_.spec(), "spec");
  if (!tree.ok()) return found;
  found.grants =
      FindGrants(*in_.engine, plugin, (*tree)->root(), in_.grant_host);
  return found;
}

std::vector<PromptItem> ReportMaker::PromptItems(
    std::vector<Privilege> prompt) {
  std::vector<PromptItem> items;
  for (Privilege& privilege : prompt) {
    for (std::string& item : privilege.value) item = secrets_.Text(item);
    items.push_back(
        {PromptLine(privilege), std::string(privilege.description)});
  }
  return items;
}

void ReportMaker::AddPrivileges() {
  Privileges now = Inspect(in_.request);
  report_.engine = in_.engine;
  report_.presumed = std::string(in_.presumed);
  report_.has_spec = now.has_spec;
  report_.no_spec = now.no_spec;
  AddAbout();
  if (answer_.stage() != Stage::kDecode || now.has_spec) {
    report_.title = std::string(answer_.plugin().name);
  }
  if (in_.old != nullptr) AddUpgrade(now);
  report_.prompt = PromptItems(std::move(now.prompt));
  report_.more_prompt = KeepFirst(&report_.prompt);
  report_.grants = std::move(now.grants);
  report_.more_grants = KeepFirst(&report_.grants);
  HideSecrets(&report_.grants, &secrets_);
}

void ReportMaker::AddUpgrade(const Privileges& now) {
  const Privileges before = Inspect(*in_.old);
  ReportUpgrade& upgrade = report_.upgrade.emplace();
  upgrade.input = std::string(in_.old_input);
  upgrade.sha256 = absl::BytesToHexString(Fingerprint(in_.old->plugin));
  upgrade.no_spec = before.no_spec;
  upgrade.prompt_added =
      PromptItems(AddedPrivileges(before.prompt, now.prompt));
  upgrade.prompt_removed =
      PromptItems(AddedPrivileges(now.prompt, before.prompt));
  if (before.has_spec && now.has_spec) {
    upgrade.grants_added = AddedGrants(before.grants, now.grants);
    upgrade.grants_removed = AddedGrants(now.grants, before.grants);
  }
  for (std::vector<PromptItem>* items :
       {&upgrade.prompt_added, &upgrade.prompt_removed}) {
    KeepFirst(items);
  }
  for (std::vector<Grant>* grants :
       {&upgrade.grants_added, &upgrade.grants_removed}) {
    KeepFirst(grants);
    HideSecrets(grants, &secrets_);
  }
}

void ReportMaker::AddUpgradeRun(absl::Span<const Release> releases,
                                const EngineSpec& now) {
  const EngineSpec before = MakeSpec(*in_.old, releases.front());
  std::vector<Change> changes;
  if (!before.texts.empty() && !now.texts.empty()) {
    changes = Diff(before, now);
  } else if (before.outcome != now.outcome || before.message != now.message) {
    changes.push_back(OutcomeChange(before.outcome, before.message, now.outcome,
                                    now.message));
  }
  std::vector<UpgradeRun>& runs = report_.upgrade->runs;
  if (!runs.empty() && AreSame(runs.back().changes, changes)) {
    GrowTo(releases, &runs.back().releases);
  } else {
    runs.push_back({releases, std::move(changes)});
  }
}

absl::StatusOr<Report> ReportMaker::Make() {
  report_.input = std::string(in_.input);
  if (in_.old != nullptr) {
    if (absl::Status status = JsonTree::CheckValues(
            in_.old->plugin, in_.old_input, JsonTree::kMaxConfigValues);
        !status.ok()) {
      return status;
    }
  }
  LintRequest lint;
  lint.plugin = in_.request.plugin;
  lint.plugin_name = in_.request.plugin_name;
  lint.name = in_.input;
  lint.shape = in_.request.shape;
  lint.releases = in_.releases;
  absl::StatusOr<std::vector<LintFinding>> findings = Lint(lint);
  if (!findings.ok()) return findings.status();
  report_.findings = *std::move(findings);
  for (const LintFinding& finding : report_.findings) {
    report_.more_findings += finding.more;
  }
  report_.more_findings += KeepFirst(&report_.findings);
  for (LintFinding& finding : report_.findings) {
    HideSecrets(&finding, &secrets_);
    finding.message = Shown(finding.message);
  }
  AddPrivileges();
  if (report_.title.empty()) report_.title = report_.input;
  AddRuns();
  if (report_.upgrade.has_value()) {
    for (UpgradeRun& run : report_.upgrade->runs) {
      run.more_changes = KeepFirst(&run.changes);
    }
  }
  report_.range_presumed = std::string(in_.names_presumed);
  for (ReportRun& run : report_.runs) {
    run.presumed =
        PresumptionOn(in_.host->facts, run.releases, Presumption(run.releases));
  }
  return std::move(report_);
}

std::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kSpec:
      return "spec";
    case Outcome::kRefused:
      return "refused";
    case Outcome::kCrashed:
      return "crashed";
  }
  return "";
}

void AddMore(std::string_view key, size_t more, JsonBuilder* json) {
  if (more > 0) json->Key(key).Integer(static_cast<int64_t>(more));
}

void AddPromptJson(std::string_view key, const std::vector<PromptItem>& prompt,
                   JsonBuilder* json) {
  json->Key(key).List();
  for (const PromptItem& item : prompt) json->String(item.line);
  json->EndList();
}

void AddUpgradeJson(const ReportUpgrade& upgrade, JsonBuilder* json) {
  json->Key("upgrade").Object();
  json->Key("since").String(upgrade.input);
  json->Key("sha256").String(upgrade.sha256);
  json->KeyIfAny("noSpec", upgrade.no_spec);
  AddPromptJson("promptAdded", upgrade.prompt_added, json);
  AddPromptJson("promptRemoved", upgrade.prompt_removed, json);
  AddGrantsJson("grantsAdded", upgrade.grants_added, json);
  AddGrantsJson("grantsRemoved", upgrade.grants_removed, json);
  json->Key("runs").List();
  for (const UpgradeRun& run : upgrade.runs) {
    json->Object();
    json->Key("from").String(run.releases.front().name);
    json->Key("to").String(run.releases.back().name);
    AddChangesJson(run.changes, /*why=*/{}, json);
    AddMore("moreChanges", run.more_changes, json);
    json->EndObject();
  }
  json->EndList().EndObject();
}

void AddRunJson(const ReportRun& run, JsonBuilder* json) {
  json->Object();
  json->Key("from").String(run.releases.front().name);
  json->Key("to").String(run.releases.back().name);
  json->KeyIfAny("presumed", run.presumed);
  json->Key("outcome").String(OutcomeName(run.outcome));
  json->Key("message").String(run.message);
  json->Key("variants").List();
  for (size_t variant : run.variants) {
    json->Integer(static_cast<int64_t>(variant));
  }
  json->EndList();
  AddChangesJson(run.changes, run.why, json);
  AddMore("moreChanges", run.more_changes, json);
  json->EndObject();
}

}  // namespace

absl::StatusOr<Report> MakeReport(const ReportRequest& request) {
  return ReportMaker(request).Make();
}

std::string ReportJson(const Report& report) {
  JsonBuilder json;
  json.Object();
  json.Key("title").String(report.title);
  json.Key("input").String(report.input);
  json.Key("types").String(report.about.types);
  json.KeyIfAny("description", report.about.description);
  json.KeyIfAny("documentation", report.about.documentation);
  json.Key("sha256").String(report.about.sha256);
  json.Key("machine").String(report.about.machine);
  json.Key("engine").String(report.engine->name);
  json.KeyIfAny("presumed", report.presumed);
  json.KeyIfAny("rangePresumed", report.range_presumed);
  AddPromptJson("prompt", report.prompt, &json);
  AddMore("morePrompt", report.more_prompt, &json);
  AddGrantsJson("grants", report.grants, &json);
  AddMore("moreGrants", report.more_grants, &json);
  json.Key("findings").List();
  for (const LintFinding& finding : report.findings) {
    json.Object();
    json.Key("id").String(finding.rule->id);
    json.Key("level").String(LintLevelName(finding.rule->level));
    json.Key("line").Integer(static_cast<int64_t>(finding.position.line));
    json.Key("column").Integer(static_cast<int64_t>(finding.position.column));
    json.Key("message").String(finding.message);
    json.EndObject();
  }
  json.EndList();
  AddMore("moreFindings", report.more_findings, &json);
  json.Key("sections").List();
  for (const ReportSection& section : report.sections) {
    json.String(section.name);
  }
  json.EndList();
  json.Key("runs").List();
  for (const ReportRun& run : report.runs) AddRunJson(run, &json);
  json.EndList();
  if (report.upgrade.has_value()) AddUpgradeJson(*report.upgrade, &json);
  json.EndObject();
  return json.Finish();
}

}  // namespace specgen
