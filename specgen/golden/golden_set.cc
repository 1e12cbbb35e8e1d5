#include "specgen/golden/golden_set.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/arena.h"
#include "specgen/base/buffer.h"
#include "specgen/base/files.h"
#include "specgen/generator/base_spec.h"
#include "specgen/generator/init_spec.h"
#include "specgen/generator/spec.h"
#include "specgen/generator/spec_encoder.h"
#include "specgen/json/json_index.h"
#include "specgen/json/json_reader.h"
#include "specgen/json/json_writer.h"
#include "specgen/plugin/plugin_reader.h"
#include "specgen/plugin/settings.h"

namespace specgen {
namespace {

namespace fs = std::filesystem;

// The files of a directory, sorted; none if it is not there.
std::vector<fs::path> Files(const std::string& directory) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// ---- Our answer

struct OurAnswer {
  GoldenAnswer::Kind kind = GoldenAnswer::Kind::kSpec;
  Stage stage = Stage::kSpec;
  std::string spec;
  std::string message;
  // Of requests to a daemon: what became of each call, and the settings after
  // them.
  std::vector<Verdict> calls;
  std::string settings;
};

void WriteList(const StringList& list, JsonWriter* w) {
  if (list.is_nil()) return w->Raw("null");
  w->Raw('[');
  for (size_t i = 0; i < list.size(); ++i) {
    if (i > 0) w->Raw(',');
    w->String(list[i]);
  }
  w->Raw(']');
}

void WritePointer(const std::string_view* text, JsonWriter* w) {
  if (text == nullptr) return w->Raw("null");
  w->String(*text);
}

// As `docker plugin inspect` shows them, with sorted keys and no descriptions.
std::string SettingsJson(const PluginSettings& settings) {
  std::string json;
  JsonWriter w(&json);
  w.Raw("{\"Args\":");
  WriteList(settings.args, &w);
  w.Raw(",\"Devices\":[");
  for (size_t i = 0; i < settings.devices.size(); ++i) {
    const PluginDevice& device = settings.devices[i];
    w.Raw(i > 0 ? std::string_view(",{\"Name\":") : "{\"Name\":");
    w.String(device.name);
    w.Raw(",\"Path\":");
    WritePointer(device.path, &w);
    w.Raw(",\"Settable\":");
    WriteList(device.settable, &w);
    w.Raw('}');
  }
  w.Raw("],\"Env\":");
  WriteList(settings.env, &w);
  w.Raw(",\"Mounts\":[");
  for (size_t i = 0; i < settings.mounts.size(); ++i) {
    const PluginMount& mount = settings.mounts[i];
    w.Raw(i > 0 ? std::string_view(",{\"Destination\":") : "{\"Destination\":");
    w.String(mount.destination);
    w.Raw(",\"Name\":");
    w.String(mount.name);
    w.Raw(",\"Options\":");
    WriteList(mount.options, &w);
    w.Raw(",\"Settable\":");
    WriteList(mount.settable, &w);
    w.Raw(",\"Source\":");
    WritePointer(mount.source, &w);
    w.Raw(",\"Type\":");
    w.String(mount.type);
    w.Raw('}');
  }
  w.Raw("]}");
  w.Finish();
  return json;
}

// As a daemon does it: create, any number of `docker plugin set`, enable. A
// call that fails does not stop the next.
OurAnswer AnswerOfDaemon(const GoldenCase& golden, const Release& release,
                         const Host& host) {
  const RequestLine& request = golden.request;
  const Behaviour& behaviour = *release.behaviour;
  OurAnswer ours;
  Arena arena;
  JsonIndex index;
  const bool indexed = index.Build(request.plugin) == JsonIndex::Result::kOk;
  JsonReader reader(index, &arena);
  Plugin plugin;
  PluginShape shape = PluginShape::kConfig;
  if (indexed) ReadPlugin(&reader, behaviour, "", &shape, &plugin);
  if (!indexed || !reader.ok()) {
    ours.kind = reader.problem().kind == JsonProblem::Kind::kCrash
                    ? GoldenAnswer::Kind::kCrashed
                    : GoldenAnswer::Kind::kRefused;
    ours.stage = Stage::kDecode;
    ours.message = reader.problem().message;
    return ours;
  }
  MakeDefaultSettings(behaviour, &arena, &plugin);
  for (const GoldenCall& call : golden.calls) {
    const std::vector<std::string_view> args(call.args.begin(),
                                             call.args.end());
    ours.calls.push_back(ApplySettings(behaviour, args, &arena, &plugin));
  }
  ours.settings = SettingsJson(plugin.settings);

  const std::shared_ptr<const BaseSpec> base = DefaultBaseSpec(behaviour);
  const SpecInput input = {behaviour,
                           release.user_namespace,
                           *base,
                           plugin,
                           {request.id, request.rootfs, request.lib_root,
                            request.exec_root, request.metrics_socket},
                           host};
  std::vector<PlannedFolder> plan;
  Spec spec;
  const Verdict verdict = InitSpec(input, &arena, &plan, &spec);
  Buffer json;
  if (verdict.ok()) EncodeSpec(behaviour, *base, spec, &json);
  ours.message = verdict.message();
  switch (verdict.outcome()) {
    case Outcome::kSpec:
      ours.kind = GoldenAnswer::Kind::kSpec;
      break;
    case Outcome::kRefused:
      ours.kind = GoldenAnswer::Kind::kRefused;
      break;
    case Outcome::kCrashed:
      ours.kind = GoldenAnswer::Kind::kCrashed;
      break;
  }
  ours.spec = json.view();
  return ours;
}

// ---- Comparison

std::string Describe(GoldenAnswer::Kind kind, Stage stage,
                     std::string_view message) {
  switch (kind) {
    case GoldenAnswer::Kind::kSpec:
      return "a spec";
    case GoldenAnswer::Kind::kNotCreated:
      return absl::StrCat("a config that can be read (then: ", message, ")");
    case GoldenAnswer::Kind::kRefused:
      return absl::StrCat("a refusal (", StageName(stage), "): ", message);
    case GoldenAnswer::Kind::kCrashed:
      return absl::StrCat("a crash (", StageName(stage), "): ", message);
  }
  return "?";
}

// Shows the first place where two texts differ.
std::string FirstDifference(std::string_view docker, std::string_view ours) {
  const size_t at =
      std::mismatch(docker.begin(), docker.end(), ours.begin(), ours.end())
          .first -
      docker.begin();
  const size_t from = at < 60 ? 0 : at - 60;
  const auto excerpt = [&](std::string_view text) {
    return absl::StrCat(from > 0 ? "..." : "",
                        text.substr(std::min(from, text.size()), 160),
                        from + 160 < text.size() ? "..." : "");
  };
  return absl::StrCat("differs from byte ", at,
                      " on:\n    Docker:  ", excerpt(docker),
                      "\n    specgen: ", excerpt(ours));
}

// The end of the JSON string that starts at text[i], behind its quote.
size_t StringEnd(std::string_view text, size_t i) {
  for (++i; i < text.size() && text[i] != '"'; ++i) {
    if (text[i] == '\\') ++i;
  }
  return std::min(i + 1, text.size());
}

// Takes one list of mount options off the front of `text` (behind its opening
// bracket); its closing bracket stays.
std::vector<std::string_view> TakeOptions(std::string_view* text) {
  std::vector<std::string_view> options;
  size_t i = 0;
  while (i < text->size() && (*text)[i] != ']') {
    const size_t end = (*text)[i] == '"' ? StringEnd(*text, i) : i + 1;
    if (end > i + 1) options.push_back(text->substr(i, end - i));
    i = end;
  }
  text->remove_prefix(i);
  return options;
}

// Whether two specs are the same but for the order of options that follow, in
// a mount, on those that are the same in both. Only such options may move as
// Docker appends in a user namespace.
bool SameButForOrder(std::string_view docker, std::string_view ours) {
  constexpr std::string_view kOptions = ",\"options\":[";
  constexpr std::string_view kAppended[] = {"\"ro\"",      "\"nodev\"",
                                            "\"noexec\"",  "\"nosuid\"",
                                            "\"noatime\"", "\"nodiratime\""};
  for (;;) {
    const size_t at = docker.find(kOptions);
    const size_t end =
        at == std::string_view::npos ? docker.size() : at + kOptions.size();
    if (docker.substr(0, end) != ours.substr(0, end)) return false;
    if (at == std::string_view::npos) return docker.size() == ours.size();
    docker.remove_prefix(end);
    ours.remove_prefix(end);
    std::vector<std::string_view> theirs = TakeOptions(&docker);
    std::vector<std::string_view> mine = TakeOptions(&ours);
    const auto [t, m] =
        std::mismatch(theirs.begin(), theirs.end(), mine.begin(), mine.end());
    std::sort(t, theirs.end());
    std::sort(m, mine.end());
    if (!std::equal(t, theirs.end(), m, mine.end())) return false;
    for (auto option = t; option != theirs.end(); ++option) {
      if (std::find(std::begin(kAppended), std::end(kAppended), *option) ==
          std::end(kAppended)) {
        return false;
      }
    }
  }
}

std::string CompareCalls(const GoldenCase& golden, const OurAnswer& ours) {
  for (size_t i = 0; i < golden.calls.size(); ++i) {
    const GoldenCall& docker = golden.calls[i];
    const Verdict& mine = ours.calls[i];
    const bool done = mine.ok();
    if (done != docker.done) {
      return absl::StrCat("`docker plugin set` call ", i + 1, ": Docker ",
                          docker.done ? "does it" : docker.message,
                          ", specgen ", done ? "does it" : mine.message());
    }
    if (!done && mine.message() != docker.message) {
      return absl::StrCat("message of `docker plugin set` call ", i + 1, " ",
                          FirstDifference(docker.message, mine.message()));
    }
  }
  if (golden.settings.has_value() && *golden.settings != ours.settings) {
    return absl::StrCat("settings: ",
                        FirstDifference(*golden.settings, ours.settings));
  }
  return "";
}

std::string Compare(const GoldenRow& row, const OurAnswer& ours) {
  using Kind = GoldenAnswer::Kind;
  const GoldenAnswer& docker = *row.answer;
  const bool decoded = ours.kind == Kind::kSpec || ours.stage != Stage::kDecode;
  if (row.golden->from_daemon && decoded) {
    std::string difference = CompareCalls(*row.golden, ours);
    if (!difference.empty()) return difference;
  }
  const bool same_kind =
      docker.kind == Kind::kNotCreated
          ? decoded
          : docker.kind == ours.kind &&
                (docker.kind == Kind::kSpec || docker.stage == ours.stage);
  if (!same_kind) {
    return absl::StrCat(
        "Docker gives ", Describe(docker.kind, docker.stage, docker.message),
        "\n    specgen gives ", Describe(ours.kind, ours.stage, ours.message));
  }
  if (docker.kind == Kind::kSpec && docker.spec != ours.spec &&
      !(row.host->facts.in_user_namespace() &&
        SameButForOrder(docker.spec, ours.spec))) {
    return absl::StrCat("spec ", FirstDifference(docker.spec, ours.spec));
  }
  if (docker.kind == Kind::kRefused && docker.stage != Stage::kDecode &&
      docker.message != ours.message) {
    return absl::StrCat("message ",
                        FirstDifference(docker.message, ours.message));
  }
  return "";
}

}  // namespace

absl::Status GoldenSet::Add(const std::string& file, const std::string& name) {
  absl::StatusOr<std::string> text = ReadWholeFile(file);
  if (!text.ok()) return text.status();
  absl::StatusOr<std::vector<GoldenCase>> cases = ParseGoldenCases(*text, name);
  if (!cases.ok()) return cases.status();
  for (GoldenCase& one : *cases) cases_.push_back(std::move(one));
  return absl::OkStatus();
}

absl::Status GoldenSet::MakeRows() {
  std::sort(
      cases_.begin(), cases_.end(),
      [](const GoldenCase& a, const GoldenCase& b) { return a.name < b.name; });
  for (const GoldenCase& golden : cases_) {
    for (const GoldenAnswer& answer : golden.answers) {
      for (const GoldenAnswer::Place& place : answer.places) {
        const auto host = hosts_.find(place.host);
        if (host == hosts_.end()) {
          return absl::NotFoundError(absl::StrCat(
              golden.name, ": there is no hosts/", place.host, ".json"));
        }
        const absl::StatusOr<NamedEngine> engine = FindEngine(place.release);
        if (!engine.ok() || !engine->understood.empty()) {
          return absl::NotFoundError(absl::StrCat(
              golden.name, ": there is no release ", place.release));
        }
        rows_.push_back(
            {&golden, &answer, host->second.get(), engine->release});
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<GoldenSet>> GoldenSet::Load(
    const std::string& directory, const std::vector<std::string>& archives) {
  std::unique_ptr<GoldenSet> set(new GoldenSet);
  for (const fs::path& path : Files(directory + "/hosts")) {
    absl::StatusOr<std::string> text = ReadWholeFile(path.string());
    if (!text.ok()) return text.status();
    absl::StatusOr<std::unique_ptr<HostSnapshot>> host =
        HostSnapshot::Parse(*text, path.string());
    if (!host.ok()) return host.status();
    set->hosts_[path.stem().string()] = *std::move(host);
  }
  for (const fs::path& cases : Files(directory + "/cases")) {
    for (const fs::path& path : Files(cases.string())) {
      if (path.extension() != ".case") continue;
      absl::Status status = set->Add(
          path.string(),
          absl::StrCat(cases.filename().string(), "/", path.stem().string()));
      if (!status.ok()) return status;
    }
  }
  for (const std::string& archive : archives) {
    const size_t before = set->cases_.size();
    absl::Status status = set->Add(archive, archive);
    if (!status.ok()) return status;
    for (size_t i = before; i < set->cases_.size(); ++i) {
      set->cases_[i].name = absl::StrCat("random/", set->cases_[i].name);
    }
  }
  absl::Status status = set->MakeRows();
  if (!status.ok()) return status;
  return set;
}

std::string Difference(const GoldenRow& row, const Release& release) {
  const GoldenCase& golden = *row.golden;
  if (golden.from_daemon) {
    return Compare(row, AnswerOfDaemon(golden, release, *row.host));
  }
  // Reused, for speed; it does not matter what was in it.
  static thread_local Answer answer;
  std::vector<std::string_view> set;
  Generator(release, *row.host)
      .Generate(golden.request.ToRequest(&set), &answer);
  OurAnswer ours;
  ours.kind = answer.outcome() == Outcome::kSpec ? GoldenAnswer::Kind::kSpec
              : answer.outcome() == Outcome::kRefused
                  ? GoldenAnswer::Kind::kRefused
                  : GoldenAnswer::Kind::kCrashed;
  ours.stage = answer.stage();
  ours.spec = answer.spec();
  ours.message = answer.message();
  std::string difference = Compare(row, ours);
  if (difference.empty() && row.answer->directories.has_value()) {
    const std::string directories = DirectoryList(answer);
    if (directories != *row.answer->directories) {
      difference =
          absl::StrCat("directories: ",
                       FirstDifference(*row.answer->directories, directories));
    }
  }
  return difference;
}

}  // namespace specgen
