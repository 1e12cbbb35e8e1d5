#include "specgen/plugin/input_kind.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "specgen/base/arena.h"
#include "specgen/base/did_you_mean.h"
#include "specgen/base/printable.h"
#include "specgen/json/json_index.h"
#include "specgen/json/json_reader.h"
#include "specgen/plugin/plugin_key.h"
#include "specgen/plugin/plugin_reader.h"
#include "specgen/plugin/plugin_schema.h"

namespace specgen {
namespace {

// What other files have at their top. The first entry of which all keys are
// there names it.
struct FileKind {
  std::string_view keys[2];  // "" for none
  std::string_view name;
  // The keys are told from a plugin's whatever else is there: such files share
  // keys with a config ("mounts", "config").
  bool sure = false;
};

constexpr std::string_view kSpec = "an OCI runtime spec";
constexpr std::string_view kSpecAlike =
    "an OCI runtime spec without ociVersion";

constexpr FileKind kFileKinds[] = {
    {{"ociVersion", "status"}, "the state that `runc state` prints", true},
    {{"init_process_pid", ""}, "runc's own state.json of a container", true},
    {{"ociVersionMin", "ociVersionMax"}, "what `runc features` prints", true},
    {{"ociVersion", ""}, kSpec, true},
    {{"process", "root"}, kSpecAlike},
    {{"process", "mounts"}, kSpecAlike},
    {{"process", "linux"}, kSpecAlike},
    {{"root", "mounts"}, kSpecAlike},
    {{"root", "linux"}, kSpecAlike},
    {{"hostname", "mounts"}, kSpecAlike},
    {{"schemaVersion", "layers"}, "an image manifest", true},
    {{"schemaVersion", "manifests"}, "an image index", true},
    {{"schemaVersion", "config"}, "an image manifest", true},
    {{"manifests", "mediaType"}, "an image index", true},
    {{"imageLayoutVersion", ""}, "an oci-layout file", true},
    {{"architecture", "rootfs"}, "an image's config", true},
    {{"architecture", "history"}, "an image's config", true},
    {{"architecture", "os"}, "an image's config", true},
    {{"container_config", ""}, "an image's config", true},
    {{"RepoTags", "Layers"}, "the manifest.json of `docker save`", true},
    {{"RepoTags", ""}, "what `docker image inspect` prints", true},
    {{"RepoDigests", ""}, "what `docker image inspect` prints", true},
    {{"RootFS", ""}, "what `docker image inspect` prints", true},
    {{"HostConfig", ""}, "what `docker container inspect` prints", true},
    {{"NetworkSettings", ""}, "what `docker container inspect` prints", true},
    {{"State", "Image"}, "what `docker container inspect` prints", true},
    {{"Mountpoint", "Driver"}, "what `docker volume inspect` prints", true},
    {{"IPAM", "Driver"}, "what `docker network inspect` prints", true},
    {{"apiVersion", "kind"}, "a Kubernetes object", true},
    {{"services", ""}, "a Compose file"},
    {{"cniVersion", ""}, "a CNI network's config"},
    {{"auths", ""}, "the config.json of the docker CLI"},
    {{"credsStore", ""}, "the config.json of the docker CLI"},
    {{"data-root", ""}, "dockerd's daemon.json"},
    {{"registry-mirrors", ""}, "dockerd's daemon.json"},
    {{"insecure-registries", ""}, "dockerd's daemon.json"},
    {{"exec-opts", ""}, "dockerd's daemon.json"},
    {{"Name", "Addr"}, "the spec file of a plugin that is not managed"},
    {{"entries", "facts"}, "what `specgen host-facts` prints"},
    {{"dependencies", ""}, "an npm package.json"},
    {{"devDependencies", ""}, "an npm package.json"},
    {{"scripts", ""}, "an npm package.json"},
    {{"name", "version"}, "an npm package.json"},
    {{"compilerOptions", ""}, "a tsconfig.json"},
    {{"$schema", "properties"}, "a JSON Schema"},
};

using Keys = std::set<std::string_view, std::less<>>;

// Of the keys that make it no plugin.
constexpr size_t kMostTold = 3;

// Whether a key of an author's config says something: what goes into a spec.
// "description" and its like stand in many files, and "rootfs" in those of
// images.
bool Tells(std::string_view key) {
  const Key found = FindKey(key, key.size());
  const Field& field = kConfigSchema[found];
  if (field.type == FieldType::kNone || found == Key::kRootfs) return false;
  return field.schema != nullptr || field.offset != Field::kIgnored;
}

// Whether no engine reads such a key of an author's config, or, below "linux",
// of that, nor is it a misspelling of one that they do.
bool IsStrange(const Schema& schema, std::string_view key) {
  if (schema[FindKey(key, key.size())].type != FieldType::kNone) return false;
  std::vector<std::string_view> names;
  for (const Field& field : schema.fields) {
    if (field.type != FieldType::kNone &&
        // No misspelling of it: "root" is a runtime spec's.
        FindKey(field.name, std::string_view(field.name).size()) !=
            Key::kRootfs) {
      names.emplace_back(field.name);
    }
  }
  return NearestName(names, key).empty();
}

// The keys of a text: where they stand is what makes them a plugin's.
struct FoundKeys {
  Keys top;     // of what holds the config: that itself, or a plugin
  Keys config;  // of the config
  // Of the config, those that IsStrange tells; the first ones.
  std::vector<std::string_view> strange;
  // There is no "plugin", "Id" or "Name" around the config.
  bool is_nameless = false;
};

// Finds them as engines do that read a plugin in that shape.
class KeyFinder {
 public:
  KeyFinder(JsonReader* reader, PluginShape shape)
      : r_(*reader), shape_(shape) {}

  // `plugin` is what was read: it says which of a list.
  FoundKeys Find(const Plugin& plugin) {
    if (shape_ == PluginShape::kInspect && r_.Peek() == JsonKind::kArray) {
      r_.Items([&] {
        found_ = {};
        id_ = name_ = {};
        OfPlugin();
        if (id_ == plugin.id && name_ == plugin.name) wanted_ = found_;
      });
      return wanted_;
    }
    if (shape_ == PluginShape::kStored) {
      OfStored();
    } else if (r_.Peek() == JsonKind::kObject) {
      OfConfig();
      found_.top = found_.config;
    } else {
      r_.Skip();
    }
    return found_;
  }

 private:
  void OfConfig() {
    if (r_.Peek() != JsonKind::kObject) return r_.Skip();
    r_.Members([&](std::string_view key) {
      if (found_.config.insert(key).second) LookAt(kConfigSchema, key);
      const Key found = FindKey(key, key.size());
      if (found != Key::kLinux || r_.Peek() != JsonKind::kObject) {
        return r_.Skip();
      }
      r_.Members([&](std::string_view below) {
        LookAt(*kConfigSchema[found].schema, below);
        r_.Skip();
      });
    });
  }

  void LookAt(const Schema& schema, std::string_view key) {
    constexpr int kMostLookedAt = 100;
    if (found_.strange.size() < kMostTold && ++looked_at_ <= kMostLookedAt &&
        IsStrange(schema, key)) {
      found_.strange.push_back(key);
    }
  }

  // What `docker plugin inspect` prints of one.
  void OfPlugin() {
    if (r_.Peek() != JsonKind::kObject) return r_.Skip();
    r_.Members([&](std::string_view key) {
      found_.top.insert(key);
      switch (FindKey(key, key.size())) {
        case Key::kConfig:
        case Key::kManifest:
          return OfConfig();
        case Key::kId:
          return OfText(&id_);
        case Key::kName:
          return OfText(&name_);
        default:
          return r_.Skip();
      }
    });
  }

  void OfText(std::string_view* text) {
    if (r_.Peek() != JsonKind::kString) return r_.Skip();
    r_.String(text);
  }

  // That itself, or what dockerd keeps around it.
  void OfStored() {
    if (r_.Peek() != JsonKind::kObject) return r_.Skip();
    Keys around;
    bool is_wrapped = false;
    r_.Members([&](std::string_view key) {
      around.insert(key);
      is_wrapped |= FindKey(key, key.size()) == Key::kPlugin &&
                    r_.Peek() == JsonKind::kObject;
      r_.Skip();
    });
    r_.Restart();
    if (!is_wrapped) {
      OfPlugin();
      found_.is_nameless = id_.empty() && name_.empty();
      return;
    }
    r_.Members([&](std::string_view key) {
      if (FindKey(key, key.size()) == Key::kPlugin) return OfPlugin();
      r_.Skip();
    });
    found_.top.insert(around.begin(), around.end());
  }

  JsonReader& r_;
  const PluginShape shape_;
  FoundKeys found_;
  FoundKeys wanted_;
  int looked_at_ = 0;
  std::string_view id_;
  std::string_view name_;
};

bool Has(const Keys& keys, std::string_view key) {
  return key.empty() || keys.contains(key);
}

bool HasKey(const Keys& keys, Key wanted) {
  return std::any_of(keys.begin(), keys.end(), [&](std::string_view key) {
    return FindKey(key, key.size()) == wanted;
  });
}

// Of the keys of a stored plugin, or of what `docker plugin inspect` prints:
// that engines of that behaviour look for its config elsewhere; or "".
std::string WhyOfOtherEngines(const Keys& keys, const Behaviour& behaviour) {
  const bool has_manifest = HasKey(keys, Key::kManifest);
  if (behaviour.form == StateForm::kManifest) {
    return has_manifest || !HasKey(keys, Key::kConfig)
               ? ""
               : "is of Docker 1.13.0 or later, which keep the config in "
                 "\"Config\"; this engine looks for it in \"Manifest\": name "
                 "the engine that it is of, or the author's config.json";
  }
  return has_manifest
             ? "is of Docker 1.12, which keeps the config in \"Manifest\"; "
               "this engine looks for it in \"Config\": name the engine that "
               "it is of, or the author's config.json"
             : "";
}

// Of a text with such keys at its top, whose config says nothing: where else
// than at the top a config is looked for, or why nowhere else; or "".
std::string WhereEnginesLook(const Keys& keys, PluginShape shape,
                             const Behaviour& behaviour) {
  const std::string_view config =
      behaviour.form == StateForm::kManifest ? "\"Manifest\"" : "\"Config\"";
  switch (shape) {
    case PluginShape::kStored:
      return absl::StrCat(" where it is looked for here: in ", config,
                          HasKey(keys, Key::kPlugin) ? " of \"plugin\"" : "");
    case PluginShape::kInspect:
      return absl::StrCat(" where it is looked for here: in ", config);
    case PluginShape::kAuto:
    case PluginShape::kConfig:
      break;
  }
  return HasKey(keys, Key::kConfig) || HasKey(keys, Key::kManifest) ||
                 HasKey(keys, Key::kPlugin)
             ? " where engines look for it here: at the top"
             : "";
}

const FileKind* FindFileKind(const Keys& keys) {
  const FileKind* const found = std::find_if(
      std::begin(kFileKinds), std::end(kFileKinds), [&](const FileKind& kind) {
        return Has(keys, kind.keys[0]) && Has(keys, kind.keys[1]);
      });
  return found == std::end(kFileKinds) ? nullptr : found;
}

}  // namespace

bool IsStoredState(std::string_view text) {
  JsonIndex index;
  if (index.Build(text) != JsonIndex::Result::kOk) return false;
  Arena arena;
  JsonReader reader(index, &arena);
  if (reader.Peek() != JsonKind::kObject) return false;
  bool has_plugin = false;
  bool is_authors = false;
  reader.Members([&](std::string_view key) {
    const Key found = FindKey(key, key.size());
    has_plugin |= found == Key::kPlugin && reader.Peek() == JsonKind::kObject;
    is_authors |= IsAuthorsKey(found);
    reader.Skip();
  });
  return has_plugin && !is_authors;
}

std::string_view KindOfOtherFile(std::string_view text) {
  JsonIndex index;
  if (index.Build(text) != JsonIndex::Result::kOk) return "";
  Arena arena;
  JsonReader reader(index, &arena);
  Keys keys;
  bool is_state = false;
  const auto read = [&] {
    if (reader.Peek() != JsonKind::kObject) return reader.Skip();
    reader.Members([&](std::string_view key) {
      keys.insert(key);
      is_state |= FindKey(key, key.size()) == Key::kPlugin &&
                  reader.Peek() == JsonKind::kObject;
      reader.Skip();
    });
  };
  const bool is_list = reader.Peek() == JsonKind::kArray;
  if (is_list) {
    reader.Items(read);
  } else {
    read();
  }
  if (!reader.ok()) return "";
  const FileKind* const kind = FindFileKind(keys);
  if (kind != nullptr && (kind->name == kSpec || kind->name == kSpecAlike)) {
    return "";
  }
  if (!is_list && is_state) return "dockerd's state of a plugin";
  if ((HasKey(keys, Key::kConfig) || HasKey(keys, Key::kManifest)) &&
      HasKey(keys, Key::kId) && (kind == nullptr || !kind->sure)) {
    return "what `docker plugin inspect` prints";
  }
  // Both have the other ones.
  const bool has_plugins =
      std::any_of(keys.begin(), keys.end(), [kind](std::string_view key) {
        const Key found = FindKey(key, key.size());
        return found == Key::kInterface || found == Key::kEntrypoint ||
               (kind == nullptr && Tells(key) && found != Key::kMounts &&
                found != Key::kLinux);
      });
  if (!is_list && has_plugins) return "a plugin's config";
  return kind == nullptr ? "" : kind->name;
}

bool MayBeNoPlugin(const PluginConfig& config) {
  return config.entrypoint.empty() && config.interface_types.empty() &&
         config.socket.empty();
}

InputKind FindInputKind(std::string_view text, PluginShape shape,
                        std::string_view wanted, const Behaviour& behaviour) {
  JsonIndex index;
  if (index.Build(TextToRead(behaviour, text)) != JsonIndex::Result::kOk) {
    return {};
  }
  Arena arena;
  Plugin plugin;
  JsonReader reading(index, &arena);
  ReadPlugin(&reading, behaviour, wanted, &shape, &plugin);

  JsonReader reader(index, &arena);
  const FoundKeys keys = KeyFinder(&reader, shape).Find(plugin);
  // Only plugins have these.
  const auto is_plugins = [](std::string_view key) {
    const Key found = FindKey(key, key.size());
    return found == Key::kInterface || found == Key::kEntrypoint;
  };
  const FileKind* const kind = FindFileKind(keys.top);
  const bool has_plugins =
      std::any_of(keys.config.begin(), keys.config.end(), is_plugins);
  const bool is_of_kind = kind != nullptr && kind->sure &&
                          (shape != PluginShape::kConfig || !has_plugins);
  const bool surely_other =
      is_of_kind || (!has_plugins && !keys.strange.empty());
  if (shape != PluginShape::kConfig && reader.ok()) {
    std::string why = WhyOfOtherEngines(keys.top, behaviour);
    if (!why.empty()) return {std::move(why), "", true};
  }
  if (!reading.ok()) return {"", "", surely_other};
  std::vector<std::string> read;  // of the config
  std::set<Key> seen;             // each in one of its spellings
  for (std::string_view key : keys.config) {
    if (Tells(key) && seen.insert(FindKey(key, key.size())).second) {
      read.push_back(QuoteShort(key));
    }
  }
  if (surely_other && !read.empty()) {
    return {
        absl::StrCat("is no plugin's config: ",
                     kind != nullptr
                         ? absl::StrCat("it looks like ", kind->name)
                         : absl::StrCat("it has neither \"entrypoint\" nor "
                                        "\"interface\", but ",
                                        absl::StrJoin(keys.strange, ", ",
                                                      [](std::string* out,
                                                         std::string_view key) {
                                                        *out += QuoteShort(key);
                                                      }),
                                        ", which no engine reads"),
                     "; what it has in common with one is read all the same: ",
                     absl::StrJoin(read, ", ")),
        kind != nullptr ? kind->name : "", true};
  }
  if (!read.empty()) {
    return {keys.is_nameless
                ? "has at its top no key of a plugin's config that reaches a "
                  "spec, and neither \"Id\" nor \"Name\" as what `docker "
                  "plugin inspect` prints: what it holds one level down is "
                  "read here all the same, but by no engine that finds the "
                  "file in a plugin's directory"
                : "",
            "", false};
  }
  return {absl::StrCat(
              keys.top.empty() ? "is empty"
              : is_of_kind
                  ? absl::StrCat("is no plugin's config: it looks like ",
                                 kind->name)
                  : absl::StrCat(
                        "has no key of a plugin's config that reaches a spec",
                        kind != nullptr
                            ? absl::StrCat(": it looks like ", kind->name)
                            : WhereEnginesLook(keys.top, shape, behaviour)),
              "; engines take it for a plugin that asks for nothing"),
          kind != nullptr ? kind->name : "", true};
}

}  // namespace specgen
