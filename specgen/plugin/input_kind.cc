#include "specgen/plugin/input_kind.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "absl/strings/str_cat.h"
#include "specgen/base/arena.h"
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

constexpr FileKind kFileKinds[] = {
    {{"ociVersion", ""}, "an OCI runtime spec", true},
    {{"schemaVersion", "layers"}, "an image manifest", true},
    {{"schemaVersion", "manifests"}, "an image index", true},
    {{"schemaVersion", "config"}, "an image manifest", true},
    {{"manifests", "mediaType"}, "an image index", true},
    {{"imageLayoutVersion", ""}, "an oci-layout file", true},
    {{"architecture", "rootfs"}, "an image's config", true},
    {{"architecture", "history"}, "an image's config", true},
    {{"RepoTags", "Layers"}, "the manifest.json of `docker save`", true},
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
};

using Keys = std::set<std::string_view, std::less<>>;

// Whether a key of an author's config says something: what goes into a spec.
// "description" and its like stand in many files, and "rootfs" in those of
// images.
bool Tells(std::string_view key) {
  const Key found = FindKey(key, key.size());
  const Field& field = kConfigSchema[found];
  if (field.type == FieldType::kNone || found == Key::kRootfs) return false;
  return field.schema != nullptr || field.offset != Field::kIgnored;
}

bool IsConfigKey(std::string_view key) {
  const Key found = FindKey(key, key.size());
  return found == Key::kConfig || found == Key::kManifest;
}

// The keys of the value that is next, and of the config in it. What holds one
// ("plugin", "Config", "Manifest", an item of a list) is gone into.
void CollectKeys(JsonReader* reader, bool is_config, Keys* top, Keys* config) {
  if (reader->Peek() == JsonKind::kArray) {
    reader->Items([&] { CollectKeys(reader, is_config, top, config); });
    return;
  }
  if (reader->Peek() != JsonKind::kObject) return reader->Skip();
  reader->Members([&](std::string_view key) {
    (is_config ? config : top)->insert(key);
    const bool holds_config = !is_config && IsConfigKey(key);
    if (holds_config ||
        (!is_config && FindKey(key, key.size()) == Key::kPlugin)) {
      return CollectKeys(reader, holds_config, top, config);
    }
    reader->Skip();
  });
}

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
  bool found = false;
  reader.Members([&](std::string_view key) {
    found |= FindKey(key, key.size()) == Key::kPlugin &&
             reader.Peek() == JsonKind::kObject;
    reader.Skip();
  });
  return found;
}

bool MayBeNoPlugin(const PluginConfig& config) {
  return config.entrypoint.empty() && config.interface_types.empty() &&
         config.socket.empty();
}

std::string WhyNoPlugin(std::string_view text, std::string_view wanted,
                        const Behaviour& behaviour) {
  JsonIndex index;
  if (index.Build(TextToRead(behaviour, text)) != JsonIndex::Result::kOk) {
    return "";
  }
  Arena arena;
  PluginShape shape = PluginShape::kAuto;
  Plugin plugin;
  JsonReader reading(index, &arena);
  ReadPlugin(&reading, behaviour, wanted, &shape, &plugin);

  Keys top;
  Keys config;
  JsonReader reader(index, &arena);
  CollectKeys(&reader, /*is_config=*/false, &top, &config);
  if (shape == PluginShape::kConfig) {
    config = top;
  } else if (reader.ok()) {
    std::string why = WhyOfOtherEngines(top, behaviour);
    if (!why.empty()) return why;
  }
  if (!reading.ok()) return "";
  // Only plugins have these.
  const auto is_plugins = [](std::string_view key) {
    const Key found = FindKey(key, key.size());
    return found == Key::kInterface || found == Key::kEntrypoint;
  };
  const FileKind* const kind = FindFileKind(top);
  const bool surely_other =
      kind != nullptr && kind->sure &&
      (shape == PluginShape::kStored ||
       std::none_of(config.begin(), config.end(), is_plugins));
  if (!surely_other && std::any_of(config.begin(), config.end(), Tells)) {
    return "";
  }
  if (top.empty()) return "is empty";
  return absl::StrCat(
      surely_other ? "is no plugin's config"
                   : "has no key of a plugin's config",
      kind == nullptr ? "" : absl::StrCat(": it looks like ", kind->name));
}

}  // namespace specgen
