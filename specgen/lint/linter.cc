#include "specgen/lint/linter.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "specgen/base/arena.h"
#include "specgen/base/did_you_mean.h"
#include "specgen/base/printable.h"
#include "specgen/engine/release_range.h"
#include "specgen/json/go_string.h"
#include "specgen/json/json_index.h"
#include "specgen/json/json_reader.h"
#include "specgen/lint/lint_host.h"
#include "specgen/plugin/plugin_key.h"
#include "specgen/plugin/plugin_schema.h"
#include "specgen/privileges/capabilities.h"
#include "specgen/specgen.h"

namespace specgen {
namespace {

using Id = LintRuleId;

// Mount options that runc knows (libcontainer/specconv/spec_linux.go, v1.5.1);
// all else goes to the file system as data, and bind mounts have none.
constexpr std::string_view kMountOptions[] = {"async",
                                              "atime",
                                              "bind",
                                              "defaults",
                                              "dev",
                                              "diratime",
                                              "dirsync",
                                              "exec",
                                              "iversion",
                                              "lazytime",
                                              "loud",
                                              "mand",
                                              "noatime",
                                              "nodev",
                                              "nodiratime",
                                              "noexec",
                                              "noiversion",
                                              "nolazytime",
                                              "nomand",
                                              "norelatime",
                                              "nostrictatime",
                                              "nosuid",
                                              "nosymfollow",
                                              "private",
                                              "ratime",
                                              "rbind",
                                              "rdev",
                                              "rdiratime",
                                              "relatime",
                                              "remount",
                                              "rexec",
                                              "rnoatime",
                                              "rnodev",
                                              "rnodiratime",
                                              "rnoexec",
                                              "rnorelatime",
                                              "rnostrictatime",
                                              "rnosuid",
                                              "rnosymfollow",
                                              "ro",
                                              "rprivate",
                                              "rrelatime",
                                              "rro",
                                              "rrw",
                                              "rshared",
                                              "rslave",
                                              "rstrictatime",
                                              "rsuid",
                                              "rsymfollow",
                                              "runbindable",
                                              "rw",
                                              "shared",
                                              "silent",
                                              "slave",
                                              "strictatime",
                                              "suid",
                                              "symfollow",
                                              "sync",
                                              "tmpcopyup",
                                              "unbindable",
                                              "idmap",
                                              "ridmap"};

// What an engine of some release looks for in a plugin.
constexpr std::string_view kInterfaceCapabilities[] = {
    "authz",          "csicontroller", "csinode",          "graphdriver",
    "ipamdriver",     "logdriver",     "metricscollector", "networkdriver",
    "secretprovider", "volumedriver"};

constexpr std::string_view kNetworkTypes[] = {"", "bridge", "host", "none",
                                              "null"};

template <typename List>
bool Holds(const List& list, std::string_view text) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

// The member that Go takes for `key`: it does not mind the case of letters.
const JsonNode* Member(const JsonNode* object, std::string_view key) {
  if (object == nullptr || !object->is(JsonKind::kObject)) return nullptr;
  for (auto item = object->items.rbegin(); item != object->items.rend();
       ++item) {
    if (NamesField(item->key, key)) return &*item;
  }
  return nullptr;
}

const std::vector<JsonNode>& Items(const JsonNode* object,
                                   std::string_view key) {
  static const std::vector<JsonNode>* const kNone = new std::vector<JsonNode>();
  const JsonNode* member = Member(object, key);
  return member == nullptr ? *kNone : member->List();
}

std::string_view Text(const JsonNode* object, std::string_view key) {
  const JsonNode* member = Member(object, key);
  return member == nullptr ? std::string_view() : member->String();
}

bool IsField(const Field& field) { return field.type != FieldType::kNone; }

// The field that a key names; none if IsField denies it.
const Field& FieldOf(const Schema& schema, std::string_view key) {
  return schema[FindKey(key, key.size())];
}

// Whether nothing of the field goes into a spec, so that it does not matter who
// reads it.
bool IsInert(const Field& field) {
  if (field.schema == nullptr) return field.offset == Field::kIgnored;
  return std::all_of(
      field.schema->fields.begin(), field.schema->fields.end(),
      [](const Field& member) { return !IsField(member) || IsInert(member); });
}

// The object that holds what the author wrote, in the shape that was found.
const JsonNode* FindConfig(const JsonNode& root, const Answer& answer) {
  const JsonNode* plugin = &root;
  switch (answer.shape()) {
    case PluginShape::kAuto:
    case PluginShape::kConfig:
      return &root;
    case PluginShape::kStored:
      if (const JsonNode* inner = Member(plugin, "plugin")) plugin = inner;
      break;
    case PluginShape::kInspect:
      for (const JsonNode& item : root.List()) {
        if (Text(&item, "Id") == answer.plugin().id &&
            Text(&item, "Name") == answer.plugin().name) {
          plugin = &item;
        }
      }
      break;
  }
  const JsonNode* manifest = Member(plugin, "Manifest");
  return manifest != nullptr ? manifest : Member(plugin, "Config");
}

// Of the mounts in a spec, those under /dev/: to, from.
using DevMounts = std::set<std::pair<std::string, std::string>>;

void DevMountsOf(std::string_view spec, DevMounts* found) {
  JsonIndex index;
  if (index.Build(spec) != JsonIndex::Result::kOk) return;  // specs are JSON
  Arena arena;
  JsonReader reader(index, &arena);
  const auto add_mount = [&] {
    std::string_view destination;
    std::string_view source;
    reader.Members([&](std::string_view key) {
      if (key == "destination") {
        reader.String(&destination);
      } else if (key == "source") {
        reader.String(&source);
      } else {
        reader.Skip();
      }
    });
    if (absl::StartsWith(destination, "/dev/")) {
      found->emplace(destination, source);
    }
  };
  reader.Members([&](std::string_view key) {
    if (key == "mounts" && reader.Peek() == JsonKind::kArray) {
      reader.Items(add_mount);
    } else {
      reader.Skip();
    }
  });
}

class Linter {
 public:
  Linter(const LintRequest& request, const JsonTree& tree)
      : request_(request), tree_(tree), releases_(request.releases) {}

  std::vector<LintFinding> Run();

 private:
  // How an engine answered, in short.
  struct EngineAnswer {
    Outcome outcome;
    Stage stage;
    std::string message;
    std::string position;
    // That reach the spec; of engines that make the same, one for all.
    std::shared_ptr<const DevMounts> dev_mounts;
  };

  void Add(Id id, const JsonNode& node, size_t offset, std::string message) {
    findings_.push_back({&GetLintRule(id), tree_.Position(offset),
                         tree_.CodePointColumn(offset), node.Pointer(),
                         std::move(message)});
  }
  void At(Id id, const JsonNode& node, std::string message) {
    Add(id, node, node.offset, std::move(message));
  }
  void AtKey(Id id, const JsonNode& node, std::string message) {
    Add(id, node, node.key_offset, std::move(message));
  }

  // The engines of the range for which `holds`, as "Docker A to B", and "" if
  // that is all of several, or the only one.
  std::string Engines(absl::FunctionRef<bool(const Behaviour&)> holds) const {
    const std::string runs = ReleaseRuns(
        releases_, [&](const Release& r) { return holds(*r.behaviour); });
    const std::string all =
        ReleaseRuns(releases_, [](const Release&) { return true; });
    return runs == all ? "" : absl::StrCat("Docker ", runs);
  }
  bool Any(absl::FunctionRef<bool(const Behaviour&)> holds) const {
    return std::any_of(releases_.begin(), releases_.end(),
                       [&](const Release& r) { return holds(*r.behaviour); });
  }

  void AskEngines(Answer* answer, const Host& host);
  void ReportEngines(const JsonNode& config);
  void Keys(const JsonNode& object, const Schema& schema);
  void UnknownKey(const JsonNode& member, const Schema& schema);
  void Capabilities();
  void Mounts();
  void Mount(const JsonNode& mount);
  void LostMount(const JsonNode& mount);
  void PropagatedMount();
  void DeviceNodes();
  void Path(const JsonNode* node, std::string_view what, bool must_be_absolute);
  void Process();
  void Interface();
  void Settable();
  void SettableFields(const JsonNode& thing, std::string_view allowed,
                      std::map<std::string_view, const JsonNode*>* names);

  // The lists that some engine of the range reads.
  std::vector<const JsonNode*> LinuxLists(std::string_view key,
                                          uint32_t top_bit) const {
    std::vector<const JsonNode*> lists;
    if (const JsonNode* node = Member(Member(config_, "linux"), key)) {
      lists.push_back(node);
    }
    const JsonNode* top = Member(config_, key);
    if (top != nullptr &&
        Any([&](const Behaviour& b) { return (b.keys & top_bit) != 0; })) {
      lists.push_back(top);
    }
    return lists;
  }

  const LintRequest& request_;
  const JsonTree& tree_;
  const absl::Span<const Release> releases_;
  const JsonNode* config_ = nullptr;
  std::map<const Behaviour*, EngineAnswer> answers_;
  std::vector<LintFinding> findings_;
};

void Linter::AskEngines(Answer* answer, const Host& host) {
  for (const Release& release : releases_) {
    if (answers_.contains(release.behaviour)) continue;
    Request request;
    request.plugin = request_.plugin;
    request.plugin_name = request_.plugin_name;
    Generator(release, host).Generate(request, answer);
    EngineAnswer& entry = answers_[release.behaviour];
    entry = {answer->outcome(), answer->stage(), answer->message(),
             answer->position(), nullptr};
    if (answer->outcome() != Outcome::kSpec) continue;
    auto mounts = std::make_shared<DevMounts>();
    DevMountsOf(answer->spec(), mounts.get());
    const auto same =
        std::find_if(answers_.begin(), answers_.end(), [&](const auto& other) {
          return other.second.dev_mounts != nullptr &&
                 *other.second.dev_mounts == *mounts;
        });
    entry.dev_mounts =
        same == answers_.end() ? std::move(mounts) : same->second.dev_mounts;
  }
}

// Refusals and crashes that no rule of its own explains.
void Linter::ReportEngines(const JsonNode& config) {
  std::set<std::tuple<Outcome, std::string, std::string>> seen;
  for (const auto& entry : answers_) {
    const EngineAnswer& answer = entry.second;
    if (answer.outcome == Outcome::kSpec ||
        answer.message == "mount source is not specified") {
      continue;
    }
    const bool crash = answer.outcome == Outcome::kCrashed;
    // Without arguments of `docker plugin set`, and with a default spec, only a
    // device without a path crashes there: null-device-path.
    if (crash && answer.stage == Stage::kSpec) continue;
    // The indexes in Go's message differ from engine to engine.
    const std::string message = crash ? "" : answer.message;
    if (!seen.emplace(answer.outcome, message, answer.position).second) {
      continue;
    }
    const std::string engines = Engines([&](const Behaviour& b) {
      const EngineAnswer& other = answers_.at(&b);
      return other.outcome == answer.outcome &&
             (crash || other.message == message) &&
             other.position == answer.position;
    });
    const std::string who =
        engines.empty() ? std::string("the engine") : engines;
    size_t offset = config.offset;
    if (answer.stage == Stage::kDecode) {
      offset = tree_.Offset(answer.position);
    }
    if (!crash) {
      Add(Id::kRefused, config, offset,
          absl::StrCat(who, " refuses the plugin: ", message));
    } else {
      Add(Id::kCrash, config, offset,
          absl::StrCat(who,
                       " crashes on an interface type that starts with a "
                       "slash"));
    }
  }
}

void Linter::UnknownKey(const JsonNode& member, const Schema& schema) {
  const bool top = &schema == &kConfigSchema;
  std::vector<std::string_view> names;
  for (const Field& field : schema.fields) {
    if (IsField(field)) names.emplace_back(field.name);
  }
  std::string hint = DidYouMean(names, member.key);
  // Where else such a key belongs.
  const Schema& linux_schema = *FieldOf(kConfigSchema, "linux").schema;
  if (hint.empty() && !top && IsField(FieldOf(kConfigSchema, member.key))) {
    hint = "; it belongs to the top";
  } else if (hint.empty() && top &&
             IsField(FieldOf(linux_schema, member.key))) {
    hint = "; it belongs into \"linux\"";
  }
  AtKey(Id::kUnknownKey, member,
        absl::StrCat("no engine reads ", Quote(member.key), " here", hint));
}

void Linter::Keys(const JsonNode& object, const Schema& schema) {
  std::map<std::string, const JsonNode*> last;
  for (const JsonNode& member : object.items) {
    last[FoldKey(member.key)] = &member;
  }
  for (const JsonNode& member : object.items) {
    const JsonNode* again = last[FoldKey(member.key)];
    if (again != &member) {
      AtKey(Id::kDuplicateKey, member,
            absl::StrCat(Quote(member.key), " stands here again in line ",
                         tree_.Position(again->key_offset).line,
                         ": engines lay that over this"));
    }
    const Field& field = FieldOf(schema, member.key);
    if (!IsField(field)) {
      UnknownKey(member, schema);
      continue;
    }
    const auto not_read = [&](const Behaviour& b) {
      return (field.keys & (b.keys | Field::kAlways)) == 0;
    };
    if (!IsInert(field) && Any(not_read)) {
      const std::string engines = Engines(not_read);
      const bool moved = &schema == &kConfigSchema &&
                         (NamesField("capabilities", field.name) ||
                          NamesField("devices", field.name));
      AtKey(Id::kKeyNotRead, member,
            absl::StrCat(Quote(member.key), " is not read",
                         engines.empty() ? "" : absl::StrCat(" by ", engines),
                         moved ? "; it moved into \"linux\"" : ""));
    }
    if (field.schema == nullptr) continue;
    for (const JsonNode& item : member.List()) {
      if (item.is(JsonKind::kObject)) Keys(item, *field.schema);
    }
    if (member.is(JsonKind::kObject)) Keys(member, *field.schema);
  }
}

std::vector<std::string_view> CapabilityNames() {
  std::vector<std::string_view> names;
  for (const Capability& capability : kLinuxCapabilities) {
    names.push_back(capability.name);
  }
  return names;
}

void Linter::Capabilities() {
  for (const JsonNode* list : LinuxLists("capabilities", kCapabilities)) {
    std::set<std::string_view> seen;
    for (const JsonNode& name : list->List()) {
      if (!name.is(JsonKind::kString)) continue;
      if (FindCapability(name.text) == nullptr) {
        std::string upper(name.text);
        std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
          return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        });
        if (!absl::StartsWith(upper, "CAP_")) upper.insert(0, "CAP_");
        At(Id::kUnknownCapability, name,
           absl::StrCat(
               Quote(name.text),
               " is no capability: runc ignores it, before 1.0.0-rc94 it "
               "refuses it",
               FindCapability(upper) != nullptr
                   ? absl::StrCat("; did you mean ", Quote(upper), "?")
                   : DidYouMean(CapabilityNames(), name.text)));
        continue;
      }
      const bool is_default = std::all_of(
          releases_.begin(), releases_.end(), [&](const Release& r) {
            const auto& defaults = r.behaviour->default_spec.capabilities;
            return std::find(defaults.begin(), defaults.end(), name.text) !=
                   defaults.end();
          });
      if (!seen.insert(name.text).second) {
        At(Id::kDuplicateCapability, name,
           absl::StrCat(Quote(name.text), " is in the list twice"));
      } else if (is_default) {
        At(Id::kDuplicateCapability, name,
           absl::StrCat(Quote(name.text), " is given to every plugin anyway"));
      }
    }
  }
}

void Linter::Path(const JsonNode* node, std::string_view what,
                  bool must_be_absolute) {
  if (node == nullptr || node->String().empty()) return;
  for (std::string_view part : absl::StrSplit(node->text, '/')) {
    if (part != "..") continue;
    At(Id::kDotDotPath, *node,
       absl::StrCat(what, " ", Quote(node->text),
                    " has a part \"..\": engines take it as it is, runtimes "
                    "resolve it"));
    break;
  }
  if (must_be_absolute && !absl::StartsWith(node->text, "/")) {
    At(Id::kRelativePath, *node,
       absl::StrCat(what, " ", Quote(node->text), " is not absolute"));
  }
}

void Linter::LostMount(const JsonNode& mount) {
  const std::string_view destination = Text(&mount, "destination");
  if (!absl::StartsWith(destination, "/dev/")) return;
  const std::pair<std::string, std::string> wanted(destination,
                                                   Text(&mount, "source"));
  const auto lost = [&](const Behaviour& b) {
    const EngineAnswer& answer = answers_.at(&b);
    return answer.outcome == Outcome::kSpec &&
           !answer.dev_mounts->contains(wanted);
  };
  if (!Any(lost)) return;
  const std::string engines = Engines(lost);
  At(Id::kDevMountLost, mount,
     absl::StrCat("the mount at ", Quote(destination),
                  " does not reach the spec",
                  engines.empty() ? "" : absl::StrCat(" with ", engines),
                  ": engines drop the plugin's own mounts under /dev/, too"));
}

void Linter::Mount(const JsonNode& mount) {
  const JsonNode* source = Member(&mount, "source");
  const bool binds_by_type = Text(&mount, "type") == "bind";
  bool binds = false;
  for (const JsonNode& option : Items(&mount, "options")) {
    binds |= option.text == "bind" || option.text == "rbind";
  }
  if (source == nullptr || source->is(JsonKind::kNull)) {
    const auto refuses = [](const Behaviour& b) {
      return !b.allows_null_source;
    };
    if (Any(refuses)) {
      const std::string engines = Engines(refuses);
      At(Id::kNullSource, mount,
         absl::StrCat("without a source ",
                      engines.empty() ? "the engine" : engines,
                      " refuses the plugin, and `docker plugin set` cannot "
                      "give it one: write \"source\": \"\""));
    }
  } else if (source->is(JsonKind::kString) && source->text.empty() &&
             (binds || binds_by_type)) {
    const bool settable = std::any_of(
        Items(&mount, "settable").begin(), Items(&mount, "settable").end(),
        [](const JsonNode& field) { return field.text == "source"; });
    if (!settable) {
      At(Id::kEmptySource, *source,
         "the source is empty and cannot be set: runc binds the bundle's own "
         "folder then");
    }
  }
  if (binds_by_type && !binds) {
    const auto fails = [](const Behaviour& b) {
      return !b.overrides_bind_options;
    };
    if (Any(fails)) {
      const JsonNode* options = Member(&mount, "options");
      At(Id::kBindOption, options != nullptr ? *options : mount,
         "a mount of type bind needs the option \"rbind\" or \"bind\": the "
         "kernel has no file system of that name");
    }
  }
  if (binds || binds_by_type) {
    for (const JsonNode& option : Items(&mount, "options")) {
      if (!option.is(JsonKind::kString) || Holds(kMountOptions, option.text)) {
        continue;
      }
      At(Id::kMountOption, option,
         absl::StrCat(
             Quote(option.text),
             " is no option of a bind mount: runc since 1.2 refuses it",
             DidYouMean(kMountOptions, option.text)));
    }
  }
  Path(Member(&mount, "destination"), "the destination", true);
  Path(source, "the source", false);
  const std::string_view destination = Text(&mount, "destination");
  if (destination == "/run/docker/plugins" ||
      absl::StartsWith(destination, "/run/docker/plugins/")) {
    At(Id::kHiddenMount, mount,
       "the engine mounts the folder of the plugin's socket over "
       "/run/docker/plugins after this");
  }
  LostMount(mount);
}

void Linter::Mounts() {
  std::map<std::string_view, const JsonNode*> destinations;
  for (const JsonNode& mount : Items(config_, "mounts")) {
    if (!mount.is(JsonKind::kObject)) continue;
    Mount(mount);
    const JsonNode* destination = Member(&mount, "destination");
    if (destination == nullptr || destination->String().empty()) continue;
    const auto [entry, is_new] =
        destinations.try_emplace(destination->text, destination);
    if (!is_new) {
      At(Id::kDuplicateDestination, *destination,
         absl::StrCat("the mount at ", Quote(destination->text),
                      " hides that of line ",
                      tree_.Position(entry->second->offset).line));
    }
  }
}

void Linter::PropagatedMount() {
  const JsonNode* path = Member(config_, "propagatedMount");
  Path(path, "propagatedMount", true);
  if (path == nullptr || path->String().empty()) return;
  // moby v1.13.0 (MakeRShared) and v1.13.1 to v18.02.0-ce (Mount),
  // plugin/manager_linux.go, enable(): of filepath.Join(rootfs,
  // propagatedMount).
  const auto follows = [](const Behaviour& b) {
    return b.propagated_mount == PropagatedMount::kRootfsPropagation;
  };
  if (!Any(follows)) return;
  const std::string engines = Engines(follows);
  At(Id::kPropagatedMountPath, *path,
     absl::StrCat(engines.empty() ? "the engine" : engines,
                  " itself mounts upon this path of the rootfs at each start, "
                  "and follows the symbolic links that the plugin has put "
                  "there: its volumes can cover any folder of the host"));
}

void Linter::DeviceNodes() {
  const auto reads = [](const Behaviour& b) {
    return b.devices == DevicesRule::kFromSettings;
  };
  for (const JsonNode* list : LinuxLists("devices", kDevices)) {
    for (const JsonNode& device : list->List()) {
      if (!device.is(JsonKind::kObject)) continue;
      const JsonNode* path = Member(&device, "path");
      Path(path, "the device", false);
      if ((path == nullptr || path->is(JsonKind::kNull)) && Any(reads)) {
        At(Id::kNullDevicePath, device,
           "without a path the engine crashes, and `docker plugin set` cannot "
           "give it one: write \"path\": \"\"");
      }
    }
  }
}

void Linter::Process() {
  const JsonNode* workdir = Member(config_, "workdir");
  Path(workdir, "workdir", true);
  if (workdir != nullptr) {
    const std::string_view path = workdir->String();
    if (absl::StartsWith(path, "/proc/self/fd") ||
        absl::StartsWith(path, "/proc/thread-self/fd") ||
        absl::StartsWith(path, "/dev/fd")) {
      At(Id::kWorkdirInProc, *workdir,
         absl::StrCat(Quote(path),
                      " is a file that the runtime has open: how containers "
                      "escape with CVE-2024-21626; fixed runtimes refuse it"));
    }
  }
  const JsonNode* entrypoint = Member(config_, "entrypoint");
  if (Items(config_, "entrypoint").empty() &&
      Items(Member(config_, "args"), "value").empty()) {
    At(Id::kNoEntrypoint, entrypoint != nullptr ? *entrypoint : *config_,
       "there is neither an entrypoint nor a value of args: runtimes have "
       "nothing to run");
  }
  const JsonNode* type = Member(Member(config_, "network"), "type");
  if (type != nullptr && type->is(JsonKind::kString) &&
      !Holds(kNetworkTypes, type->text)) {
    At(Id::kNetworkType, *type,
       absl::StrCat("engines take ", Quote(type->text),
                    " for a network of its own without interfaces",
                    DidYouMean(kNetworkTypes, type->text)));
  }
}

void Linter::Interface() {
  const JsonNode* interface = Member(config_, "interface");
  const std::vector<JsonNode>& types = Items(interface, "types");
  if (types.empty() || Text(interface, "socket").empty()) {
    At(Id::kNoInterface, interface != nullptr ? *interface : *config_,
       types.empty() ? "interface.types is empty: engines never call the plugin"
                     : "interface.socket is empty: engines cannot connect to "
                       "the plugin");
  }
  for (const JsonNode& type : types) {
    if (!type.is(JsonKind::kString)) continue;
    if (absl::StartsWith(type.text, "/") && Any([](const Behaviour& b) {
          return b.interface_types == InterfaceTypes::kRaw;
        })) {
      continue;  // crash
    }
    const size_t slash = type.text.find('/');
    const std::string_view name = type.text.substr(0, slash);
    const size_t dot = name.rfind('.');
    if (slash == std::string_view::npos || slash + 1 == type.text.size()) {
      At(Id::kInterfaceType, type,
         absl::StrCat(Quote(type.text), " has no version; write ",
                      Quote(absl::StrCat(type.text.substr(0, slash), "/1.0"))));
    } else if (dot == std::string_view::npos || dot == 0) {
      At(Id::kInterfaceType, type,
         absl::StrCat(Quote(type.text),
                      " has no prefix; engines look for those of \"docker\": ",
                      Quote(absl::StrCat("docker.", type.text))));
    } else if (name.substr(0, dot) == "docker" &&
               !Holds(kInterfaceCapabilities, name.substr(dot + 1))) {
      At(Id::kInterfaceType, type,
         absl::StrCat(
             "no engine uses ", Quote(type.text),
             DidYouMean(kInterfaceCapabilities, name.substr(dot + 1))));
    }
  }
}

void Linter::SettableFields(
    const JsonNode& thing, std::string_view allowed,
    std::map<std::string_view, const JsonNode*>* names) {
  const std::string_view name = Text(&thing, "name");
  const std::vector<JsonNode>& fields = Items(&thing, "settable");
  for (const JsonNode& field : fields) {
    if (field.is(JsonKind::kString) && field.text != allowed) {
      At(Id::kNotSettable, field,
         absl::StrCat(Quote(field.text), " cannot be set; here only ",
                      Quote(allowed), " can"));
    }
  }
  if (!fields.empty()) {
    const JsonNode* settable = Member(&thing, "settable");
    if (name.empty()) {
      At(Id::kNotSettable, *settable,
         "what has no name cannot be set: `docker plugin set` takes "
         "NAME=VALUE");
    } else if (name.find('=') != std::string_view::npos ||
               name.rfind('.') != std::string_view::npos) {
      At(Id::kNotSettable, *settable,
         absl::StrCat("the name ", Quote(name),
                      " cannot be given to `docker plugin set`, which takes "
                      "NAME.FIELD=VALUE apart at the dot and the equals sign"));
    }
  }
  if (name.empty()) return;
  const auto [entry, is_new] = names->try_emplace(name, &thing);
  if (!is_new) {
    At(Id::kDuplicateName, *Member(&thing, "name"),
       absl::StrCat("the name ", Quote(name), " is taken in line ",
                    tree_.Position(entry->second->offset).line,
                    ": `docker plugin set` sees that one only"));
  }
}

// In the order in which `docker plugin set` looks for a name.
void Linter::Settable() {
  std::map<std::string_view, const JsonNode*> names;
  for (const JsonNode& env : Items(config_, "env")) {
    SettableFields(env, "value", &names);
  }
  for (const JsonNode& mount : Items(config_, "mounts")) {
    SettableFields(mount, "source", &names);
  }
  for (const JsonNode* list : LinuxLists("devices", kDevices)) {
    for (const JsonNode& device : list->List()) {
      SettableFields(device, "path", &names);
    }
  }
  const JsonNode* args = Member(config_, "args");
  if (args != nullptr && args->is(JsonKind::kObject)) {
    SettableFields(*args, "value", &names);
  }
}

std::vector<LintFinding> Linter::Run() {
  // Paths of devices, in whatever list: the host has them all.
  std::set<std::string, std::less<>> devices;
  const std::function<void(const JsonNode&)> collect =
      [&](const JsonNode& node) {
        if (NamesField(node.key, "path")) {
          devices.insert(std::string(node.String()));
        }
        for (const JsonNode& item : node.items) collect(item);
      };
  collect(tree_.root());
  const LintHost host(std::move(devices));
  Answer answer;
  AskEngines(&answer, host);  // the last one is the newest

  config_ = FindConfig(tree_.root(), answer);
  if (config_ == nullptr || !config_->is(JsonKind::kObject)) {
    ReportEngines(tree_.root());
    return std::move(findings_);
  }
  ReportEngines(*config_);
  Keys(*config_, kConfigSchema);
  Capabilities();
  Mounts();
  PropagatedMount();
  DeviceNodes();
  Process();
  Interface();
  Settable();
  std::stable_sort(
      findings_.begin(), findings_.end(),
      [](const LintFinding& a, const LintFinding& b) {
        return std::tie(a.position.line, a.position.column, a.rule->id) <
               std::tie(b.position.line, b.position.column, b.rule->id);
      });
  return std::move(findings_);
}

}  // namespace

absl::StatusOr<std::vector<LintFinding>> Lint(const LintRequest& request) {
  absl::StatusOr<std::unique_ptr<JsonTree>> tree =
      JsonTree::Parse(request.plugin, request.name, JsonTree::kMaxConfigValues);
  if (!tree.ok()) return tree.status();
  return Linter(request, **tree).Run();
}

}  // namespace specgen
