#include "specgen/plugin/settings.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <new>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "specgen/base/arena_resource.h"
#include "specgen/json/go_string.h"

namespace specgen {
namespace {

// One argument. Where it names no field, CheckSettable fills in the only one
// that is settable.
struct Setting {
  std::string_view name;
  std::string_view field;
  std::string_view value;
};

Verdict Refused(std::string message) {
  return Verdict::Refused(Stage::kSettings, std::move(message));
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
Verdict CheckSettable(std::string_view allowed, const StringList& settable,
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

// Finds the first thing of a name in a list that may be long: by walking it, or
// if many names are to be found, by an index that is made once. Lists may be
// added to at the end.
class FirstOfName {
 public:
  static constexpr size_t kNone = SIZE_MAX;

  FirstOfName(bool many, std::pmr::memory_resource* resource)
      : many_(many), index_(resource) {}

  // `name_of` gives the name of an element.
  template <typename List, typename NameOf>
  size_t Find(const List& list, std::string_view name, NameOf name_of) {
    if (!many_) {
      for (size_t i = 0; i < list.size(); ++i) {
        if (name_of(list[i]) == name) return i;
      }
      return kNone;
    }
    if (indexed_ == 0) index_.reserve(list.size());
    for (; indexed_ < list.size(); ++indexed_) {
      index_.emplace(name_of(list[indexed_]), indexed_);
    }
    const auto found = index_.find(name);
    return found == index_.end() ? kNone : found->second;
  }

 private:
  const bool many_;
  size_t indexed_ = 0;
  std::pmr::unordered_map<std::string_view, size_t> index_;
};

// Where the things that settings name are.
struct SettingNames {
  SettingNames(bool many, Arena* arena)
      : resource(arena),
        env(many, &resource),
        mounts(many, &resource),
        devices(many, &resource),
        entries(many, &resource) {}

  ArenaResource resource;
  FirstOfName env;
  FirstOfName mounts;
  FirstOfName devices;
  FirstOfName entries;  // of the settings' env, NAME=VALUE
};

void SetEnv(const Setting& setting, Arena* arena, FirstOfName* entries,
            StringList* env) {
  const std::string_view entry =
      arena->Concat(setting.name, "=", setting.value);
  const size_t i =
      entries->Find(*env, setting.name, [](std::string_view existing) {
        return existing.substr(0, existing.find('='));
      });
  if (i == FirstOfName::kNone) {
    env->Append(arena, entry);
  } else {
    (*env)[i] = entry;
  }
}

// Writes through a pointer that may be nil.
Verdict SetPointer(const Behaviour& behaviour, const char* what,
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
  return Verdict::Crashed(Stage::kSettings, kNilDereference);
}

Verdict ApplyOne(const Behaviour& behaviour, Setting setting,
                 SettingNames* names, Arena* arena, Plugin* plugin) {
  PluginConfig& config = plugin->config;
  const auto name_of = [](const auto& thing) { return thing.name; };
  size_t i = names->env.Find(config.env, setting.name, name_of);
  if (i != FirstOfName::kNone) {
    Verdict verdict = CheckSettable("value", config.env[i].settable, &setting);
    if (verdict.ok()) {
      SetEnv(setting, arena, &names->entries, &plugin->settings.env);
    }
    return verdict;
  }
  i = names->mounts.Find(config.mounts, setting.name, name_of);
  if (i != FirstOfName::kNone) {
    const PluginMount& mount = config.mounts[i];
    Verdict verdict = CheckSettable("source", mount.settable, &setting);
    if (!verdict.ok()) return verdict;
    return SetPointer(behaviour, "mount source", setting.value, mount.source);
  }
  i = names->devices.Find(config.devices, setting.name, name_of);
  if (i != FirstOfName::kNone) {
    const PluginDevice& device = config.devices[i];
    Verdict verdict = CheckSettable("path", device.settable, &setting);
    if (!verdict.ok()) return verdict;
    return SetPointer(behaviour, "device path", setting.value, device.path);
  }
  if (config.args.name == setting.name) {
    Verdict verdict = CheckSettable("value", config.args.settable, &setting);
    if (!verdict.ok()) return verdict;
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
  const auto copy = [arena](const auto& from, auto* to) {
    to->Assign(arena, from.begin(), from.size(), from.size());
  };
  copy(config.mounts, &settings.mounts);
  if (behaviour.copies_devices) copy(config.devices, &settings.devices);
  settings.env.Assign(arena, nullptr, 0, config.env.size());
  for (const PluginEnv& env : config.env) {
    if (env.value == nullptr) continue;
    settings.env.Append(arena, arena->Concat(env.name, "=", *env.value));
  }
  if (behaviour.copies_args) copy(config.args.value, &settings.args);
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

Verdict ApplySettings(const Behaviour& behaviour,
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
  Setting* const settings = arena->Allocate<Setting>(args.size());
  for (size_t i = 0; i < args.size(); ++i) {
    new (&settings[i]) Setting();
    if (!ParseSetting(args[i], &settings[i])) {
      return Refused("invalid format, must be <name>[.<field>][=<value>]");
    }
  }
  SettingNames names(args.size() > kMostWalked, arena);
  for (size_t i = 0; i < args.size(); ++i) {
    Verdict verdict = ApplyOne(behaviour, settings[i], &names, arena, plugin);
    if (!verdict.ok()) return verdict;
  }
  return {};
}

}  // namespace specgen
