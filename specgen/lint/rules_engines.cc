// What engines say of a plugin, and which keys they read.
#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/did_you_mean.h"
#include "specgen/base/printable.h"
#include "specgen/json/go_string.h"
#include "specgen/lint/lint_context.h"
#include "specgen/lint/lint_rules.h"
#include "specgen/plugin/plugin_key.h"
#include "specgen/plugin/plugin_schema.h"

namespace specgen {
namespace {

constexpr LintLevel kWarning = LintLevel::kWarning;
constexpr LintLevel kError = LintLevel::kError;

// The device that an engine speaks of; null if there is none.
const JsonNode* RefusedDevice(const LintContext& lint,
                              std::string_view message) {
  constexpr std::string_view kBefore = "custom device ";
  const size_t before = message.find(kBefore);
  if (before == std::string_view::npos) return nullptr;
  message.remove_prefix(before + kBefore.size());
  for (const JsonNode* device : lint.Devices()) {
    const JsonNode* path = Member(device, "path");
    if (path != nullptr && path->is(JsonKind::kString) &&
        absl::StartsWith(message, Quote(path->text)) &&
        (!path->text.empty() || IsNeverSet(*path))) {
      return path;
    }
  }
  return nullptr;
}

// Refusals and crashes that no rule of its own explains.
void Answers(Outcome outcome, LintContext* lint) {
  const bool crash = outcome == Outcome::kCrashed;
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto& [behaviour, answer] : lint->answers) {
    if (answer.outcome != outcome ||
        answer.message == "mount source is not specified") {
      continue;
    }
    // Without arguments of `docker plugin set`, and with a default spec, only a
    // device without a path crashes there: null-device-path.
    if (crash && answer.stage == Stage::kSpec) continue;
    // The indexes in Go's message differ from engine to engine.
    const std::string message = crash ? "" : answer.message;
    const std::string& position = answer.position;
    if (!seen.emplace(message, position).second) continue;
    const std::string engines = lint->Engines([&](const Behaviour& b) {
      const EngineAnswer& other = lint->answers.at(&b);
      return other.outcome == outcome && (crash || other.message == message) &&
             other.position == position;
    });
    const std::string who =
        engines.empty() ? std::string("the engine") : engines;
    const JsonNode* at =
        answer.stage == Stage::kSpec ? RefusedDevice(*lint, message) : nullptr;
    const JsonNode& node = at != nullptr ? *at : *lint->config;
    const size_t offset =
        answer.stage == Stage::kDecode ? lint->Offset(position) : node.offset;
    lint->Add(node, offset,
              crash ? absl::StrCat(who,
                                   " crashes on an interface type that starts "
                                   "with a slash")
                    : absl::StrCat(who, " refuses the plugin: ", message));
  }
}

void Refused(LintContext* lint) { Answers(Outcome::kRefused, lint); }
void Crash(LintContext* lint) { Answers(Outcome::kCrashed, lint); }

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

// Calls `visit` for each object of the config, with what its keys mean.
void ForEachObject(
    const JsonNode& object, const Schema& schema,
    absl::FunctionRef<void(const JsonNode&, const Schema&)> visit) {
  visit(object, schema);
  for (const JsonNode& member : object.items) {
    const Field& field = FieldOf(schema, member.key);
    if (!IsField(field) || field.schema == nullptr) continue;
    // Of other values than engines take there, they say so.
    if (IsList(field.type)) {
      for (const JsonNode& item : member.List()) {
        if (item.is(JsonKind::kObject)) {
          ForEachObject(item, *field.schema, visit);
        }
      }
    } else if (member.is(JsonKind::kObject)) {
      ForEachObject(member, *field.schema, visit);
    }
  }
}

// What is likely meant by a key that `schema` does not have; "" if nothing is.
std::string KeyHint(const Schema& schema, std::string_view key) {
  const Schema& linux_schema = *FieldOf(kConfigSchema, "linux").schema;
  std::vector<std::string_view> names;
  for (const Field& field : schema.fields) {
    if (IsField(field)) names.emplace_back(field.name);
  }
  std::string hint = DidYouMean(names, key);
  if (!hint.empty()) return hint;
  // Where else such a key belongs.
  const bool top = &schema == &kConfigSchema;
  if (!top && IsField(FieldOf(kConfigSchema, key))) {
    return "; it belongs to the top";
  }
  return top && IsField(FieldOf(linux_schema, key))
             ? "; it belongs into \"linux\""
             : "";
}

void UnknownKey(LintContext* lint) {
  // What is no plugin is told as such; but not what might make it one.
  if (!lint->kind.looks_like.empty() && lint->kind.is_other) return;
  // A hint compares a key with all that there are.
  constexpr int kMostLookedAt = 100;
  int looked_at = 0;
  ForEachObject(
      *lint->config, kConfigSchema,
      [&](const JsonNode& object, const Schema& schema) {
        for (const JsonNode& member : object.items) {
          // What editors take for the file's schema.
          const bool is_for_editors = &schema == &kConfigSchema &&
                                      member.key == "$schema" &&
                                      member.is(JsonKind::kString);
          if (IsField(FieldOf(schema, member.key)) || is_for_editors ||
              (lint->kind.is_other && (++looked_at > kMostLookedAt ||
                                       KeyHint(schema, member.key).empty()))) {
            continue;
          }
          lint->AtKey(member, [&] {
            return absl::StrCat("no engine reads ", QuoteShort(member.key),
                                " here", KeyHint(schema, member.key));
          });
        }
      });
}

void KeyNotRead(LintContext* lint) {
  ForEachObject(
      *lint->config, kConfigSchema,
      [&](const JsonNode& object, const Schema& schema) {
        for (const JsonNode& member : object.items) {
          const Field& field = FieldOf(schema, member.key);
          const auto not_read = [&](const Behaviour& b) {
            return (field.keys & (b.keys | Field::kAlways)) == 0;
          };
          if (!IsField(field) || IsInert(field) || !lint->Any(not_read)) {
            continue;
          }
          const std::string engines = lint->Engines(not_read);
          const bool moved = &schema == &kConfigSchema &&
                             (NamesField("capabilities", field.name) ||
                              NamesField("devices", field.name));
          lint->AtKey(
              member,
              absl::StrCat(QuoteShort(member.key), " is not read",
                           engines.empty() ? "" : absl::StrCat(" by ", engines),
                           moved ? "; it moved into \"linux\"" : ""));
        }
      });
}

void DuplicateKey(LintContext* lint) {
  ForEachObject(
      *lint->config, kConfigSchema, [&](const JsonNode& object, const Schema&) {
        std::map<std::string, const JsonNode*> last;
        for (const JsonNode& member : object.items) {
          last[FoldKey(member.key)] = &member;
        }
        for (const JsonNode& member : object.items) {
          const JsonNode* again = last[FoldKey(member.key)];
          if (again == &member) continue;
          lint->AtKey(member, absl::StrCat(QuoteShort(member.key),
                                           " stands here again in line ",
                                           lint->LineOf(again->key_offset),
                                           ": engines lay that over this"));
        }
      });
}

void NoPlugin(LintContext* lint) {
  if (lint->kind.why_no_plugin.empty()) return;
  const JsonNode* text = lint->config;
  while (text->parent != nullptr) text = text->parent;
  lint->At(*text, absl::StrCat("this ", lint->kind.why_no_plugin));
}

constexpr LintRule kRules[] = {
    {"SG001", "refused", kError, "an engine refuses the plugin",
     R"(An engine of the range refuses the plugin, with the message that follows: a value of the wrong type,
a device that is none. The engine's own words, except about JSON, where they depend on Go's version.)",
     R"("user": {"uid": "root"})", R"("user": {"uid": 0})", Refused, "", true},
    {"SG002", "crash", kError, "an engine crashes on the plugin",
     R"(An engine panics, and dockerd with the request: before 29.0 on an interface type that starts with a
slash. (A device without a path crashes, too; that is SG010.))",
     R"({
  "entrypoint": ["/bin/volumes"],
  "interface": {"types": ["docker.volumedriver/1.0", "/1.0"], "socket": "volumes.sock"}
})",
     "", Crash, "28.5.2", true},
    {"SG003", "unknown-key", kWarning, "no engine reads the key",
     R"(No engine reads the key at this place, so it does nothing. Case does not matter to engines. Of `"$schema"` at the top,
which is for editors, nothing is said.)",
     R"("propagatedMounts": "/mnt")", R"("propagatedMount": "/mnt")",
     UnknownKey, "", false, true},
    {"SG004", "key-not-read", kWarning,
     "some engines of the range do not read the key",
     R"(Some engines of the range do not read the key: `linux` came with 1.13.0-rc2 (before,
`capabilities` and `devices` stood at the top), `propagatedMount` with 1.13.0-rc4, `allowAllDevices` with
1.13.0 (before, `deviceCreation`), `pidhost` and `ipchost` with 17.05.)",
     R"("linux": {"capabilities": ["CAP_NET_ADMIN"]})", R"("workdir": "/")",
     KeyNotRead, "1.12.6..28.5.2"},
    {"SG005", "duplicate-key", kWarning, "the key stands there twice",
     R"(The key stands in the same object twice. Engines lay the second value over the first one: lists
replace each other, but fields of objects mix.)",
     R"("env": [],
  "env": [{"name": "A", "value": ""}])",
     R"("env": [{"name": "A", "value": ""}])", DuplicateKey},
    {"SG038", "unreadable", kError, "the file is no config",
     R"(The file cannot be read, is no JSON or is too large (64 MiB). The other files are looked at all the same, and the exit
code is 3.)",
     R"({"entrypoint": [})", "", nullptr},
    {"SG041", "no-plugin", kError, "the file is likely no plugin at all",
     R"(Engines take any JSON object for a plugin, such as an npm package.json or an OCI spec: they pass over the keys that they
do not know, so that it asks for nothing. Here the text has no key of a config that reaches a spec, or has keys by
which it is surely another file, such as any that no engine reads, without `entrypoint` and `interface`; what a plugin like
that would lack is not told then. A config that stands one level down, as in `{"config": {...}}`, is looked at, but engines do not find it in a plugin's directory.)",
     R"({"name": "volumes", "version": "1.0.0", "scripts": {"start": "volumes"}})",
     "", NoPlugin, "", true},
};

}  // namespace

absl::Span<const LintRule> EngineRules() { return kRules; }

}  // namespace specgen
