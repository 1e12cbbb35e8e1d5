#include "specgen/plugin/plugin_reader.h"

#include <algorithm>
#include <cstddef>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "specgen/base/printable.h"
#include "specgen/plugin/field_decoder.h"
#include "specgen/plugin/plain_decoder.h"
#include "specgen/plugin/plugin_key.h"
#include "specgen/plugin/plugin_schema.h"

namespace specgen {
namespace {

// Where the number or the word that `text` begins with ends, as Go's scanner
// sees it: "nullx" is null, and something else. 0: it begins with neither.
size_t WordEnd(std::string_view text) {
  for (std::string_view word : {"null", "true", "false"}) {
    if (absl::StartsWith(text, word)) return word.size();
  }
  return std::min(text.find_first_not_of("+-.0123456789Ee"), text.size());
}

// Of the text, a list.
bool FirstIsObject(JsonReader* reader) {
  reader->EnterArray();
  const bool is_object =
      reader->NextItem() && reader->Peek() == JsonKind::kObject;
  reader->Restart();
  return is_object;
}

// Reads plugins in their several shapes.
class ShapeReader {
 public:
  ShapeReader(JsonReader* reader, const Behaviour& behaviour)
      : r_(*reader),
        decoder_(reader, behaviour),
        stored_(behaviour.form == StateForm::kManifest ? kStoredManifestSchema
                                                       : kStoredSchema) {}

  void Config(PluginConfig* config);
  void Stored(Plugin* plugin);
  void Inspect(std::string_view wanted, Plugin* plugin);
  bool InspectItem(Plugin* plugin);
  bool LooksStored();
  std::string_view OtherThing();

 private:
  JsonReader& r_;
  FieldDecoder decoder_;
  const Schema& stored_;
};

// What the next value likely is that looks like a plugin, "" if nothing; passes
// over it. The keys are of none of a plugin's structs.
std::string_view ShapeReader::OtherThing() {
  struct Sign {
    std::string_view key;
    std::string_view what;
  };
  constexpr Sign kSigns[] = {
      {"RepoTags", "what `docker image inspect` prints"},
      {"RootFS", "what `docker image inspect` prints"},
      {"HostConfig", "what `docker container inspect` prints"},
      {"Mountpoint", "what `docker volume inspect` prints"},
      {"IPAM", "what `docker network inspect` prints"},
      {"architecture", "an image's config"},
  };
  std::string_view found;
  if (r_.Peek() != JsonKind::kObject) {
    r_.Skip();
    return found;
  }
  r_.Members([&](std::string_view key) {
    for (const Sign& sign : kSigns) {
      if (found.empty() && key == sign.key) found = sign.what;
    }
    r_.Skip();
  });
  return found;
}

void ShapeReader::Config(PluginConfig* config) {
  const JsonKind kind = r_.Peek();
  if (kind == JsonKind::kObject || kind == JsonKind::kNull ||
      kind == JsonKind::kNothing) {
    decoder_.Object("config", kConfigSchema, config);
    return;
  }
  const size_t offset = r_.offset();
  // Of objects, elsewhere it would have been one of plugins.
  const bool is_of_objects = kind == JsonKind::kArray && FirstIsObject(&r_);
  r_.Problem(JsonProblem::Kind::kType, offset,
             absl::StrCat("a plugin's config must be an object, not ",
                          JsonKindName(kind),
                          is_of_objects
                              ? "; what `docker plugin inspect` prints is one, "
                                "but that is taken from a file, not from a "
                                "plugin's directory"
                              : ""));
  r_.Skip();
}

void ShapeReader::Stored(Plugin* plugin) {
  // {"plugin": {...}, "Rootfs": ...} or what is in "plugin".
  bool wrapped = false;
  decoder_.Members("plugin", [&](Key key) {
    if (key == Key::kPlugin && r_.Peek() == JsonKind::kObject) wrapped = true;
    r_.Skip();
  });
  r_.Restart();
  decoder_.Object("plugin", wrapped ? stored_ : *stored_[Key::kPlugin].schema,
                  plugin);
  const JsonProblem problem = r_.problem();
  if (wrapped || problem.kind != JsonProblem::Kind::kType) return;
  r_.Restart();  // forgets it
  const std::string_view other = OtherThing();
  r_.Problem(problem.kind, problem.offset,
             other.empty() ? problem.message
                           : absl::StrCat(problem.message, "; this looks like ",
                                          other, ", which is no plugin"));
}

// Whether the next value is what `docker plugin inspect` prints of a plugin; a
// value that is no object at all is another problem.
bool ShapeReader::InspectItem(Plugin* plugin) {
  const Schema& schema = *stored_[Key::kPlugin].schema;
  bool has_config = false;
  decoder_.Members("plugin", [&](Key key) {
    has_config |= r_.Peek() == JsonKind::kObject &&
                  (key == Key::kConfig || key == Key::kManifest);
    decoder_.Value(schema[key], plugin);
  });
  return has_config && !(plugin->id.empty() && plugin->name.empty());
}

void ShapeReader::Inspect(std::string_view wanted, Plugin* plugin) {
  if (r_.Peek() != JsonKind::kArray) {
    decoder_.WrongType("docker plugin inspect", "a list");
    return;
  }
  std::vector<std::string_view> others;
  r_.Items([&] { others.push_back(OtherThing()); });
  r_.Restart();
  std::vector<std::string> names;
  bool found = false;
  r_.EnterArray();
  while (r_.NextItem()) {
    const size_t offset = r_.offset();
    Plugin candidate;
    const bool is_plugin = InspectItem(&candidate);
    const bool matches =
        wanted.empty() ? names.empty()
                       : candidate.name == wanted ||
                             absl::StartsWith(candidate.id, wanted) ||
                             candidate.name == absl::StrCat(wanted, ":latest");
    names.emplace_back(candidate.name.empty() ? candidate.id : candidate.name);
    const std::string_view other = others[names.size() - 1];
    if (!other.empty()) {
      r_.Problem(
          JsonProblem::Kind::kAbort, offset,
          absl::StrCat("item ", names.size(),
                       " of the list is no plugin: it looks like ", other));
    } else if (!is_plugin && r_.ok()) {
      r_.Problem(JsonProblem::Kind::kAbort, offset,
                 absl::StrCat("item ", names.size(),
                              " of the list is no plugin: `docker plugin "
                              "inspect` gives each an \"Id\", a \"Name\" and a "
                              "\"Config\"; a config stands in no list"));
    }
    if (!matches) continue;
    if (found) {
      // Only the first problem counts; each message holds all names so far.
      if (!r_.ok()) continue;
      r_.Problem(JsonProblem::Kind::kAbort, offset,
                 absl::StrCat("a second plugin matches ", QuoteShort(wanted),
                              ": choose one of ", absl::StrJoin(names, ", "),
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
               names.empty()
                   ? std::string("the list is empty: no plugin")
                   : absl::StrCat("no plugin matches ", QuoteShort(wanted),
                                  ": there are ", absl::StrJoin(names, ", ")));
  }
}

bool ShapeReader::LooksStored() {
  bool stored = false;
  bool config = false;
  decoder_.Members("config", [&](Key key) {
    const JsonKind kind = r_.Peek();
    // "Config" is no key of an author's: what it holds must be a config.
    stored |= (key == Key::kPlugin && kind == JsonKind::kObject) ||
              ((key == Key::kConfig || key == Key::kManifest) &&
               kind != JsonKind::kNull);
    config |= IsAuthorsKey(key);
    r_.Skip();
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

PluginShape GuessShape(JsonReader* reader, const Behaviour& behaviour,
                       std::string_view wanted) {
  if (reader->Peek() == JsonKind::kArray) {
    if (!wanted.empty()) return PluginShape::kInspect;
    // A list of anything but objects is no plugin list.
    reader->EnterArray();
    const bool may_be =
        !reader->NextItem() || reader->Peek() == JsonKind::kObject;
    reader->Restart();
    return may_be ? PluginShape::kInspect : PluginShape::kConfig;
  }
  return MayBeStored(reader) && ShapeReader(reader, behaviour).LooksStored()
             ? PluginShape::kStored
             : PluginShape::kConfig;
}

}  // namespace

// Inside of objects and lists nothing is checked here.
std::string_view FirstJsonValue(std::string_view text) {
  size_t depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (absl::StrContains(" \t\r\n", c)) continue;
    if (c == '"') {
      while (++i < text.size() && text[i] != '"') {
        if (text[i] == '\\') ++i;
      }
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return text;
      --depth;
    } else if (depth == 0) {
      const size_t end = WordEnd(text.substr(i));
      if (end == 0) return text;
      i += end - 1;
    }
    if (depth == 0) return text.substr(0, i + 1);
  }
  return text;
}

[[gnu::hot]] void ReadPlugin(JsonReader* reader, const Behaviour& behaviour,
                             std::string_view wanted, PluginShape* shape,
                             Plugin* plugin) {
  if (*shape == PluginShape::kAuto) {
    *shape = GuessShape(reader, behaviour, wanted);
  }
  if (*shape == PluginShape::kConfig) {
    new (plugin) Plugin();
    if (DecodePlainConfig(reader, behaviour, &plugin->config)) return;
  }
  ReadPluginTheLongWay(reader, behaviour, wanted, shape, plugin);
}

void ReadPluginTheLongWay(JsonReader* reader, const Behaviour& behaviour,
                          std::string_view wanted, PluginShape* shape,
                          Plugin* plugin) {
  if (*shape == PluginShape::kAuto) {
    *shape = GuessShape(reader, behaviour, wanted);
  }
  *plugin = Plugin();
  ShapeReader shape_reader(reader, behaviour);
  switch (*shape) {
    case PluginShape::kAuto:
    case PluginShape::kConfig:
      shape_reader.Config(&plugin->config);
      break;
    case PluginShape::kStored:
      shape_reader.Stored(plugin);
      break;
    case PluginShape::kInspect:
      shape_reader.Inspect(wanted, plugin);
      break;
  }
  reader->ExpectEnd();
}

}  // namespace specgen
