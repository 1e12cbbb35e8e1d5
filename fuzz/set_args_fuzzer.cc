// Arguments of `docker plugin set`: behind the first line, one argument a line
// up to an empty line, then the config that they change.
//
// Must never: crash, change anything when it refuses the only argument, or
// treat arguments in one call otherwise than in as many calls.
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "fuzz/input.h"
#include "fuzz/invariants.h"
#include "specgen/plugin/settings.h"

namespace specgen::fuzz {
namespace {

bool Decode(const Behaviour& behaviour, std::string_view text, JsonIndex* index,
            Arena* arena, Plugin* plugin) {
  if (index->Build(text) != JsonIndex::Result::kOk) return false;
  JsonReader reader(*index, arena);
  PluginShape shape = PluginShape::kConfig;
  ReadPlugin(&reader, behaviour, "", &shape, plugin);
  if (!reader.ok()) return false;
  MakeDefaultSettings(behaviour, arena, plugin);
  return true;
}

std::string Dump(const Plugin& plugin) {
  std::string text;
  const auto pointer = [&](const std::string_view* value) {
    absl::StrAppend(&text, value == nullptr ? "nil" : *value, "\n");
  };
  for (const auto arg : plugin.settings.args) absl::StrAppend(&text, arg, "\n");
  text += "--\n";
  for (const auto env : plugin.settings.env) absl::StrAppend(&text, env, "\n");
  text += "--\n";
  for (const auto& mount : plugin.settings.mounts) pointer(mount.source);
  text += "--\n";
  for (const auto& mount : plugin.config.mounts) pointer(mount.source);
  text += "--\n";
  for (const auto& device : plugin.settings.devices) pointer(device.path);
  text += "--\n";
  for (const auto& device : plugin.config.devices) pointer(device.path);
  return text;
}

// One call with all arguments does what as many calls with one do, up to the
// first that fails. (A malformed one is found before any takes effect.)
void CheckOneByOne(const Behaviour& behaviour, std::string_view config,
                   const std::vector<std::string_view>& args) {
  Arena arena;
  JsonIndex index;
  Plugin together;
  if (!Decode(behaviour, config, &index, &arena, &together)) return;
  const Verdict result = ApplySettings(behaviour, args, &arena, &together);
  if (result.message().find("invalid format") == 0 ||
      behaviour.set == SetCommand::kNotImplemented) {
    return;
  }
  Arena other_arena;
  JsonIndex other_index;
  Plugin apart;
  Decode(behaviour, config, &other_index, &other_arena, &apart);
  Verdict last;
  for (const std::string_view& arg : args) {
    const std::string before = Dump(apart);
    last = ApplySettings(behaviour, {&arg, 1}, &other_arena, &apart);
    if (last.ok()) continue;
    Require(Dump(apart) == before, "a refused argument changes nothing", [&] {
      return absl::StrCat(arg, "\n", before, "\nthen\n", Dump(apart));
    });
    break;
  }
  Require(last.outcome() == result.outcome() &&
              last.message() == result.message() &&
              Dump(apart) == Dump(together),
          "arguments have the same effect in one call and in many", [&] {
            return absl::StrCat(result.message(), "\n", Dump(together),
                                "\nbut one by one\n", last.message(), "\n",
                                Dump(apart));
          });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input = ParseInput(ToView(data, size));
  std::vector<std::string_view> args;
  while (!input.text.empty()) {
    const std::string_view line = TakeLine(&input.text);
    if (line.empty()) break;
    args.push_back(line);
  }
  Trial trial{.input = ToView(data, size),
              .release = input.release,
              .host = input.host};
  trial.request.plugin = input.text;
  trial.request.shape = input.shape == specgen::PluginShape::kAuto
                            ? specgen::PluginShape::kConfig
                            : input.shape;
  trial.request.set = args;
  trial.request.restarted = input.restarted;
  CheckedAnswer(trial);
  if (trial.request.shape == specgen::PluginShape::kConfig &&
      ChecksToo(ToView(data, size), 4)) {
    CheckOneByOne(*input.release->behaviour, input.text, args);
  }
  return 0;
}

}  // namespace specgen::fuzz
