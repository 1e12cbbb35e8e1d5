#include "specgen/plugin/plugin_reader.h"

#include <charconv>
#include <cstddef>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "specgen/json/go_string.h"
#include "specgen/json/plain_reader.h"
#include "specgen/plugin/plugin_key.h"

namespace specgen {
namespace {

// Decodes as encoding/json does. With a PlainReader it gives up where a
// JsonReader would have something to tell.
template <typename Reader>
class PluginDecoder {
 public:
  static constexpr bool kPlain = std::is_same_v<Reader, PlainReader>;

  PluginDecoder(Reader* reader, const Behaviour& behaviour)
      : r_(*reader), behaviour_(behaviour), arena_(reader->arena()) {}

  void Config(PluginConfig* config);
  void StoredPlugin(Plugin* plugin);
  void Stored(Plugin* plugin);
  void Inspect(std::string_view wanted, Plugin* plugin);
  bool LooksStored();
  bool AtEnd() const { return r_.AtEnd(); }

 private:
  bool Reads(ConfigKey key) const { return (behaviour_.keys & key) != 0; }

  void WrongType(const char* field, const char* wanted) {
    if constexpr (kPlain) {
      r_.GiveUp();
    } else {
      ExplainWrongType(field, wanted);
    }
  }
  void ExplainWrongType(const char* field, const char* wanted) {
    const JsonKind kind = r_.Peek();
    const size_t offset = r_.offset();
    r_.Skip();
    r_.Problem(JsonProblem::Kind::kType, offset,
               absl::StrCat("\"", field, "\" must be ", wanted, ", not ",
                            JsonKindName(kind)));
  }

  // Where a problem would be.
  size_t Offset() const {
    if constexpr (kPlain)
      return 0;
    else
      return r_.offset();
  }
  template <typename Message>
  void Problem(JsonProblem::Kind kind, size_t offset, Message message) {
    if constexpr (kPlain) {
      r_.GiveUp();
    } else {
      r_.Problem(kind, offset, message());
    }
  }

  // Each decodes one value as encoding/json does into a field of that type:
  // null leaves it as it is (a pointer or list becomes nil), a value of another
  // type is a problem and is skipped.
  void String(const char* field, std::string_view* value) {
    switch (r_.Peek()) {
      case JsonKind::kString:
        r_.String(value);
        break;
      case JsonKind::kNull:
        r_.SkipLiteral();
        break;
      default:
        WrongType(field, "a string");
    }
  }

  void String(const char* field) {
    std::string_view unused;
    String(field, &unused);
  }

  void OptionalString(const char* field, std::string_view** value) {
    if (r_.Peek() == JsonKind::kNull) {
      *value = nullptr;
      r_.SkipLiteral();
      return;
    }
    if (*value == nullptr) *value = arena_->New<std::string_view>();
    String(field, *value);
  }

  void Bool(const char* field, bool* value) {
    switch (r_.Peek()) {
      case JsonKind::kTrue:
      case JsonKind::kFalse:
        *value = r_.Peek() == JsonKind::kTrue;
        r_.SkipLiteral();
        break;
      case JsonKind::kNull:
        r_.SkipLiteral();
        break;
      default:
        WrongType(field, "true or false");
    }
  }

  void Uint32(const char* field, uint32_t* value) {
    switch (r_.Peek()) {
      case JsonKind::kNumber: {
        const size_t offset = Offset();
        std::string_view text;
        if (!r_.Number(&text)) return;
        uint32_t number = 0;
        const auto [end, error] =
            std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc() || end != text.data() + text.size()) {
          Problem(JsonProblem::Kind::kType, offset, [&] {
            return absl::StrCat("\"", field,
                                "\" must be a whole number from 0 to "
                                "4294967295, not ",
                                text);
          });
          return;
        }
        *value = number;
        break;
      }
      case JsonKind::kNull:
        r_.SkipLiteral();
        break;
      default:
        WrongType(field, "a number");
    }
  }

  // An object: `member(key)` decodes the value of each key or returns false to
  // have it skipped.
  template <typename Member>
  void Object(const char* field, Member member) {
    switch (r_.Peek()) {
      case JsonKind::kObject: {
        r_.Members([&](std::string_view key) {
          if (!member(FindKey(key, Readable(key)))) r_.Skip();
        });
        break;
      }
      case JsonKind::kNull:
        r_.SkipLiteral();
        break;
      default:
        WrongType(field, "an object");
    }
  }

  template <typename T, typename Item>
  void List(const char* field, Slice<T>* list, Item item) {
    switch (r_.Peek()) {
      case JsonKind::kArray: {
        size_t i = 0;
        r_.Items([&] { item(list->Extend(arena_, i++)); });
        if (i == 0) {
          list->SetEmpty();
        } else {
          list->Truncate(i);
        }
        break;
      }
      case JsonKind::kNull:
        list->SetNil();
        r_.SkipLiteral();
        break;
      default:
        WrongType(field, "a list");
    }
  }

  void Strings(const char* field, StringList* list) {
    List(field, list, [&](std::string_view* item) { String(field, item); });
  }

  void Env(PluginEnv* env) {
    Object("env", [&](Key key) {
      switch (key) {
        case Key::kName:
          String("name", &env->name);
          return true;
        case Key::kDescription:
          String("description");
          return true;
        case Key::kValue:
          OptionalString("value", &env->value);
          return true;
        case Key::kSettable:
          Strings("settable", &env->settable);
          return true;
        default:
          return false;
      }
    });
  }

  void Mount(PluginMount* mount) {
    Object("mounts", [&](Key key) {
      switch (key) {
        case Key::kName:
          String("name", &mount->name);
          return true;
        case Key::kDescription:
          String("description");
          return true;
        case Key::kSource:
          OptionalString("source", &mount->source);
          return true;
        case Key::kDestination:
          String("destination", &mount->destination);
          return true;
        case Key::kType:
          String("type", &mount->type);
          return true;
        case Key::kOptions:
          Strings("options", &mount->options);
          return true;
        case Key::kSettable:
          Strings("settable", &mount->settable);
          return true;
        default:
          return false;
      }
    });
  }

  void Device(PluginDevice* device) {
    Object("devices", [&](Key key) {
      switch (key) {
        case Key::kName:
          String("name", &device->name);
          return true;
        case Key::kDescription:
          String("description");
          return true;
        case Key::kPath:
          OptionalString("path", &device->path);
          return true;
        case Key::kSettable:
          Strings("settable", &device->settable);
          return true;
        default:
          return false;
      }
    });
  }

  void Mounts(Slice<PluginMount>* mounts) {
    List("mounts", mounts, [&](PluginMount* mount) { Mount(mount); });
  }
  void Devices(Slice<PluginDevice>* devices) {
    List("devices", devices, [&](PluginDevice* device) { Device(device); });
  }

  void InterfaceType(std::string_view* type);
  void Interface(PluginConfig* config);
  void Args(PluginArgs* args);
  void Linux(PluginConfig* config);
  void Rootfs();
  void Settings(PluginSettings* settings);

  size_t Readable(std::string_view key) const {
    // A key with escapes was unescaped into memory of its own.
    if constexpr (kPlain)
      return r_.Readable(key);
    else
      return key.size();
  }

  // A plain reader is part of this, which lets the compiler see through it.
  std::conditional_t<kPlain, PlainReader, Reader&> r_;
  const Behaviour& behaviour_;
  Arena* arena_;
};

template <typename Reader>
void PluginDecoder<Reader>::InterfaceType(std::string_view* type) {
  if (behaviour_.interface_types == InterfaceTypes::kText) {
    String("types", type);
    return;
  }
  // PluginInterfaceType.UnmarshalJSON gets the raw value (moby
  // api/types/plugin_responses.go): it takes anything in quotes, cuts it at the
  // first slash and at the last dot before that, and never looks for the case
  // that the slash comes first: it then slices from 1 to 0.
  const size_t offset = Offset();
  std::string_view raw;
  r_.Skip(&raw);
  if (raw.empty()) return;
  if (raw[0] != '"') {
    Problem(JsonProblem::Kind::kAbort, offset, [&] {
      return absl::StrCat(Quote(raw), " is not a plugin interface type");
    });
    return;
  }
  *type = raw.substr(1, raw.size() - 2);
  if (absl::StartsWith(*type, "/")) {
    Problem(JsonProblem::Kind::kCrash, offset, [] {
      return std::string("runtime error: slice bounds out of range [1:0]");
    });
  }
}

template <typename Reader>
void PluginDecoder<Reader>::Interface(PluginConfig* config) {
  Object("interface", [&](Key key) {
    switch (key) {
      case Key::kTypes:
        List("types", &config->interface_types,
             [&](std::string_view* type) { InterfaceType(type); });
        return true;
      case Key::kSocket:
        String("socket", &config->socket);
        return true;
      case Key::kProtocolScheme:
        if (!Reads(kProtocolScheme)) return false;
        String("protocolScheme");
        return true;
      default:
        return false;
    }
  });
}

template <typename Reader>
void PluginDecoder<Reader>::Args(PluginArgs* args) {
  Object("args", [&](Key key) {
    switch (key) {
      case Key::kName:
        String("name", &args->name);
        return true;
      case Key::kDescription:
        String("description");
        return true;
      case Key::kSettable:
        Strings("settable", &args->settable);
        return true;
      case Key::kValue:
        Strings("value", &args->value);
        return true;
      default:
        return false;
    }
  });
}

template <typename Reader>
void PluginDecoder<Reader>::Linux(PluginConfig* config) {
  Object("linux", [&](Key key) {
    switch (key) {
      case Key::kCapabilities:
        Strings("capabilities", &config->capabilities);
        return true;
      case Key::kDevices:
        Devices(&config->devices);
        return true;
      case Key::kDeviceCreation:
        if (!Reads(kDeviceCreation)) return false;
        Bool("deviceCreation", &config->allow_all_devices);
        return true;
      case Key::kAllowAllDevices:
        if (!Reads(kAllowAllDevices)) return false;
        Bool("allowAllDevices", &config->allow_all_devices);
        return true;
      default:
        return false;
    }
  });
}

template <typename Reader>
void PluginDecoder<Reader>::Rootfs() {
  StringList diff_ids;
  Object("rootfs", [&](Key key) {
    switch (key) {
      case Key::kType:
        String("type");
        return true;
      case Key::kDiffIds:
        Strings("diff_ids", &diff_ids);
        return true;
      default:
        return false;
    }
  });
}

template <typename Reader>
void PluginDecoder<Reader>::Config(PluginConfig* config) {
  Object("config", [&](Key key) {
    switch (key) {
      case Key::kDescription:
        String("description");
        return true;
      case Key::kDocumentation:
        String("documentation");
        return true;
      case Key::kManifestVersion:
        if (!Reads(kManifestVersion)) return false;
        String("manifestVersion");
        return true;
      case Key::kDockerVersion:
        if (!Reads(kDockerVersion)) return false;
        String("dockerVersion");
        return true;
      case Key::kInterface:
        Interface(config);
        return true;
      case Key::kEntrypoint:
        Strings("entrypoint", &config->entrypoint);
        return true;
      case Key::kWorkdir:
        String("workdir", &config->workdir);
        return true;
      case Key::kUser:
        Object("user", [&](Key id) {
          if (id == Key::kUid) {
            Uint32("uid", &config->uid);
          } else if (id == Key::kGid) {
            Uint32("gid", &config->gid);
          } else {
            return false;
          }
          return true;
        });
        return true;
      case Key::kNetwork:
        Object("network", [&](Key type) {
          if (type != Key::kType) return false;
          String("type", &config->network_type);
          return true;
        });
        return true;
      case Key::kLinux:
        if (!Reads(kLinux)) return false;
        Linux(config);
        return true;
      case Key::kCapabilities:
        if (!Reads(kCapabilities)) return false;
        Strings("capabilities", &config->capabilities);
        return true;
      case Key::kDevices:
        if (!Reads(kDevices)) return false;
        Devices(&config->devices);
        return true;
      case Key::kPropagatedMount:
        if (!Reads(kPropagatedMount)) return false;
        String("propagatedMount", &config->propagated_mount);
        return true;
      case Key::kIpcHost:
        if (!Reads(kIpcHost)) return false;
        Bool("ipchost", &config->ipc_host);
        return true;
      case Key::kPidHost:
        if (!Reads(kPidHost)) return false;
        Bool("pidhost", &config->pid_host);
        return true;
      case Key::kMounts:
        Mounts(&config->mounts);
        return true;
      case Key::kEnv:
        List("env", &config->env, [&](PluginEnv* env) { Env(env); });
        return true;
      case Key::kArgs:
        Args(&config->args);
        return true;
      case Key::kRootfs:
        if (!Reads(kRootfs)) return false;
        Rootfs();
        return true;
      default:
        return false;
    }
  });
}

template <typename Reader>
void PluginDecoder<Reader>::Settings(PluginSettings* settings) {
  Object("settings", [&](Key key) {
    switch (key) {
      case Key::kArgs:
        Strings("args", &settings->args);
        return true;
      case Key::kEnv:
        Strings("env", &settings->env);
        return true;
      case Key::kMounts:
        Mounts(&settings->mounts);
        return true;
      case Key::kDevices:
        Devices(&settings->devices);
        return true;
      default:
        return false;
    }
  });
}

template <typename Reader>
void PluginDecoder<Reader>::StoredPlugin(Plugin* plugin) {
  const bool manifest = behaviour_.form == StateForm::kManifest;
  Object("plugin", [&](Key key) {
    switch (key) {
      case Key::kId:
        String("Id", &plugin->id);
        return true;
      case Key::kName:
        String("Name", &plugin->name);
        return true;
      case Key::kEnabled:
        Bool("Enabled", &plugin->enabled);
        return true;
      case Key::kManifest:
        if (!manifest) return false;
        Config(&plugin->config);
        return true;
      case Key::kConfig:
        if (manifest) {
          Settings(&plugin->settings);
        } else {
          Config(&plugin->config);
        }
        return true;
      case Key::kSettings:
        if (manifest) return false;
        Settings(&plugin->settings);
        return true;
      case Key::kPluginReference:
        if (!Reads(kDockerVersion) && !Reads(kIpcHost)) return false;
        String("PluginReference");
        return true;
      default:
        return false;
    }
  });
}

template <typename Reader>
void PluginDecoder<Reader>::Stored(Plugin* plugin) {
  // {"plugin": {...}, "Rootfs": ...} or what is in "plugin".
  bool wrapped = false;
  Object("plugin", [&](Key key) {
    if (key == Key::kPlugin && r_.Peek() == JsonKind::kObject) wrapped = true;
    return false;
  });
  r_.Restart();
  if (!wrapped) {
    StoredPlugin(plugin);
    return;
  }
  Object("plugin", [&](Key key) {
    switch (key) {
      case Key::kPlugin:
        StoredPlugin(plugin);
        return true;
      case Key::kRootfs:
        String("Rootfs", &plugin->rootfs);
        return true;
      default:
        return false;
    }
  });
}

template <typename Reader>
void PluginDecoder<Reader>::Inspect(std::string_view wanted, Plugin* plugin) {
  if (r_.Peek() != JsonKind::kArray) {
    WrongType("docker plugin inspect", "a list");
    return;
  }
  std::vector<std::string> names;
  bool found = false;
  r_.EnterArray();
  while (r_.NextItem()) {
    const size_t offset = r_.offset();
    Plugin candidate;
    StoredPlugin(&candidate);
    const bool matches =
        wanted.empty() ? names.empty()
                       : candidate.name == wanted ||
                             absl::StartsWith(candidate.id, wanted) ||
                             candidate.name == absl::StrCat(wanted, ":latest");
    names.emplace_back(candidate.name.empty() ? candidate.id : candidate.name);
    if (!matches) continue;
    if (found) {
      // Only the first problem counts; each message holds all names so far.
      if (!r_.ok()) continue;
      r_.Problem(JsonProblem::Kind::kAbort, offset,
                 absl::StrCat("a second plugin matches \"", wanted,
                              "\": choose one of ", absl::StrJoin(names, ", "),
                              " by --plugin"));
      continue;
    }
    found = true;
    *plugin = candidate;
  }
  if (wanted.empty() && names.size() > 1) {
    r_.Problem(JsonProblem::Kind::kAbort, 0,
               absl::StrCat("there are several plugins: choose one of ",
                            absl::StrJoin(names, ", "), " by --plugin"));
  } else if (!found) {
    r_.Problem(JsonProblem::Kind::kAbort, 0,
               names.empty() ? std::string("the list holds no plugin")
                             : absl::StrCat("no plugin matches \"", wanted,
                                            "\": there are ",
                                            absl::StrJoin(names, ", ")));
  }
}

template <typename Reader>
bool PluginDecoder<Reader>::LooksStored() {
  bool stored = false;
  bool config = false;
  Object("config", [&](Key key) {
    const bool object = r_.Peek() == JsonKind::kObject;
    stored |= object && (key == Key::kPlugin || key == Key::kConfig ||
                         key == Key::kManifest);
    config |= key == Key::kEntrypoint || key == Key::kInterface;
    return false;
  });
  r_.Restart();
  return stored && !config;
}

// Whether a config could be a stored plugin at all: its first key is none of an
// author's. Spares the usual config a second walk.
bool MayBeStored(JsonReader* reader) {
  if (reader->Peek() != JsonKind::kObject) return false;
  reader->EnterObject();
  std::string_view key;
  bool may_be = false;
  if (reader->NextKey(&key)) {
    switch (FindKey(key, key.size())) {
      case Key::kEntrypoint:
      case Key::kInterface:
      case Key::kDescription:
      case Key::kDocumentation:
      case Key::kEnv:
      case Key::kMounts:
      case Key::kLinux:
      case Key::kNetwork:
      case Key::kWorkdir:
        break;
      default:
        may_be = true;
    }
  }
  reader->Restart();
  return may_be;
}

// Reads an author's config, if nothing in it is unusual. Inlining all of the
// decoder is what lets the reader stay in registers.
[[gnu::flatten]] bool ReadPlainConfig(JsonReader* reader,
                                      const Behaviour& behaviour,
                                      PluginConfig* config) {
  const JsonTokens tokens = reader->rest();
  PlainReader plain(tokens, reader->arena());
  PluginDecoder<PlainReader> decoder(&plain, behaviour);
  decoder.Config(config);
  if (!decoder.AtEnd()) return false;
  reader->PassOver(tokens.count);
  return true;
}

void Read(JsonReader* reader, const Behaviour& behaviour,
          std::string_view wanted, bool may_be_plain, PluginShape* shape,
          Plugin* plugin) {
  *plugin = Plugin();
  PluginDecoder<JsonReader> decoder(reader, behaviour);
  if (*shape == PluginShape::kAuto) {
    if (reader->Peek() == JsonKind::kArray && !wanted.empty()) {
      *shape = PluginShape::kInspect;
    } else if (reader->Peek() == JsonKind::kArray) {
      // An empty list or one of anything but objects is no plugin list.
      reader->EnterArray();
      const bool list_of_objects =
          reader->NextItem() && reader->Peek() == JsonKind::kObject;
      reader->Restart();
      *shape = list_of_objects ? PluginShape::kInspect : PluginShape::kConfig;
    } else if (MayBeStored(reader) && decoder.LooksStored()) {
      *shape = PluginShape::kStored;
    } else {
      *shape = PluginShape::kConfig;
    }
  }
  switch (*shape) {
    case PluginShape::kAuto:
    case PluginShape::kConfig:
      if (may_be_plain) {
        if (ReadPlainConfig(reader, behaviour, &plugin->config)) return;
        plugin->config = PluginConfig();
      }
      decoder.Config(&plugin->config);
      break;
    case PluginShape::kStored:
      decoder.Stored(plugin);
      break;
    case PluginShape::kInspect:
      decoder.Inspect(wanted, plugin);
      break;
  }
  reader->ExpectEnd();
}

}  // namespace

void ReadPlugin(JsonReader* reader, const Behaviour& behaviour,
                std::string_view wanted, PluginShape* shape, Plugin* plugin) {
  Read(reader, behaviour, wanted, /*may_be_plain=*/true, shape, plugin);
}

void ReadPluginTheLongWay(JsonReader* reader, const Behaviour& behaviour,
                          std::string_view wanted, PluginShape* shape,
                          Plugin* plugin) {
  Read(reader, behaviour, wanted, /*may_be_plain=*/false, shape, plugin);
}

}  // namespace specgen
