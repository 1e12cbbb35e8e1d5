#include "specgen/plugin/settings.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "specgen/json/go_string.h"

namespace specgen {
namespace {

using Outcome = SetResult::Outcome;

constexpr char kNilDereference[] =
    "runtime error: invalid memory address or nil pointer dereference";

// One argument. The field is filled in from the first thing of that name that
// has a single settable field, and then stays for what else has the name.
struct Setting {
  std::string_view name;
  std::string_view field;
  std::string_view value;
};

SetResult Refused(std::string message) {
  return {Outcome::kRefused, std::move(message)};
}

bool ParseSetting(std::string_view arg, Setting* setting) {
  const size_t equals = arg.find('=');
  if (equals == 0) return false;
  setting->name = arg.substr(0, equals);
  if (equals != std::string_view::npos) {
    setting->value = arg.substr(equals + 1);
  }
  const size_t dot = setting->name.rfind('.');
  if (dot != std::string_view::npos && dot > 0) {
    setting->field = setting->name.substr(dot + 1);
    setting->name = setting->name.substr(0, dot);
  }
  return true;
}

// Whether `setting` may change the one field that such a thing allows. Returns
// the refusal otherwise.
SetResult CheckSettable(std::string_view allowed, const StringList& settable,
                        Setting* setting) {
  if (setting->field.empty()) {
    if (settable.size() == 1) {
      setting->field = settable[0];
    } else if (settable.size() > 1) {
      return Refused("multiple fields are settable, one must be specified");
    }
  }
  if (setting->field == allowed) {
    for (std::string_view field : settable) {
      if (field == allowed) return {};
    }
  }
  return Refused(absl::StrCat(
      Quote(setting->field.empty()
                ? std::string(setting->name)
                : absl::StrCat(setting->name, ".", setting->field)),
      " is not settable"));
}

void SetEnv(const Setting& setting, Arena* arena, StringList* env) {
  const std::string_view entry =
      arena->Concat(arena->Concat(setting.name, "="), setting.value);
  for (std::string_view& existing : *env) {
    if (existing.substr(0, existing.find('=')) == setting.name) {
      existing = entry;
      return;
    }
  }
  env->Append(arena, entry);
}

// Writes through a pointer that may be nil.
SetResult SetPointer(const Behaviour& behaviour, const char* what,
                     std::string_view value, std::string_view* pointer) {
  if (pointer != nullptr) {
    *pointer = value;
    return {};
  }
  switch (behaviour.set) {
    case SetCommand::kRefusesNull:
      return Refused(absl::StrCat("Plugin config has no ", what));
    case SetCommand::kRefusesNullInLowerCase:
      return Refused(absl::StrCat("plugin config has no ", what));
    case SetCommand::kCrashesOnNull:
    case SetCommand::kNotImplemented:
      break;
  }
  return {Outcome::kCrashed, kNilDereference};
}

SetResult ApplyOne(const Behaviour& behaviour, Setting setting, Arena* arena,
                   Plugin* plugin) {
  PluginConfig& config = plugin->config;
  for (const PluginEnv& env : config.env) {
    if (env.name != setting.name) continue;
    SetResult result = CheckSettable("value", env.settable, &setting);
    if (result.outcome == Outcome::kDone) {
      SetEnv(setting, arena, &plugin->settings.env);
    }
    return result;
  }
  for (const PluginMount& mount : config.mounts) {
    if (mount.name != setting.name) continue;
    SetResult result = CheckSettable("source", mount.settable, &setting);
    if (result.outcome != Outcome::kDone) return result;
    return SetPointer(behaviour, "mount source", setting.value, mount.source);
  }
  for (const PluginDevice& device : config.devices) {
    if (device.name != setting.name) continue;
    SetResult result = CheckSettable("path", device.settable, &setting);
    if (result.outcome != Outcome::kDone) return result;
    return SetPointer(behaviour, "device path", setting.value, device.path);
  }
  if (config.args.name == setting.name) {
    SetResult result = CheckSettable("value", config.args.settable, &setting);
    if (result.outcome != Outcome::kDone) return result;
    StringList& args = plugin->settings.args;
    args.SetEmpty();
    std::string_view rest = setting.value;
    for (;;) {
      const size_t space = rest.find(' ');
      args.Append(arena, rest.substr(0, space));
      if (space == std::string_view::npos) break;
      rest.remove_prefix(space + 1);
    }
    return {};
  }
  return Refused(absl::StrCat("setting ", Quote(setting.name),
                              " not found in the plugin configuration"));
}

}  // namespace

void MakeDefaultSettings(const Behaviour& behaviour, Arena* arena,
                         Plugin* plugin) {
  const PluginConfig& config = plugin->config;
  PluginSettings& settings = plugin->settings;
  settings = PluginSettings();
  settings.mounts.SetSize(arena, config.mounts.size());
  for (size_t i = 0; i < config.mounts.size(); ++i) {
    settings.mounts[i] = config.mounts[i];
  }
  if (behaviour.copies_devices) {
    settings.devices.SetSize(arena, config.devices.size());
    for (size_t i = 0; i < config.devices.size(); ++i) {
      settings.devices[i] = config.devices[i];
    }
  }
  settings.env.SetEmpty();
  for (const PluginEnv& env : config.env) {
    if (env.value == nullptr) continue;
    char* entry =
        arena->Allocate<char>(env.name.size() + 1 + env.value->size());
    char* end = entry;
    for (std::string_view part :
         {env.name, std::string_view("="), *env.value}) {
      for (char c : part) *end++ = c;
    }
    settings.env.Append(arena, {entry, static_cast<size_t>(end - entry)});
  }
  if (behaviour.copies_args) {
    settings.args.SetSize(arena, config.args.value.size());
    for (size_t i = 0; i < config.args.value.size(); ++i) {
      settings.args[i] = config.args.value[i];
    }
  }
}

void UnshareSettings(Arena* arena, Plugin* plugin) {
  for (PluginMount& mount : plugin->settings.mounts) {
    if (mount.source != nullptr) {
      mount.source = arena->New<std::string_view>(*mount.source);
    }
  }
  for (PluginDevice& device : plugin->settings.devices) {
    if (device.path != nullptr) {
      device.path = arena->New<std::string_view>(*device.path);
    }
  }
}

SetResult ApplySet(const Behaviour& behaviour,
                   absl::Span<const std::string_view> args, Arena* arena,
                   Plugin* plugin) {
  if (behaviour.set == SetCommand::kNotImplemented) {
    for (std::string_view arg : args) {
      if (arg.find('=') == std::string_view::npos) {
        return Refused(absl::StrCat("No equal sign '=' found in ", arg));
      }
    }
    return Refused("not implemented");
  }
  if (plugin->enabled) {
    return Refused(
        "cannot set on an active plugin, disable plugin before setting");
  }
  // All arguments are parsed before the first takes effect.
  std::vector<Setting> settings(args.size());
  for (size_t i = 0; i < args.size(); ++i) {
    if (!ParseSetting(args[i], &settings[i])) {
      return Refused("invalid format, must be <name>[.<field>][=<value>]");
    }
  }
  for (const Setting& setting : settings) {
    SetResult result = ApplyOne(behaviour, setting, arena, plugin);
    if (result.outcome != Outcome::kDone) return result;
  }
  return {};
}

}  // namespace specgen
