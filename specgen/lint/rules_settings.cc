// What `docker plugin set` can change.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/printable.h"
#include "specgen/lint/lint_context.h"
#include "specgen/lint/lint_rules.h"

namespace specgen {
namespace {

constexpr LintLevel kWarning = LintLevel::kWarning;

// In the order in which `docker plugin set` looks for a name, with the field
// that can be set.
void ForEachSettable(
    LintContext* lint,
    absl::FunctionRef<void(const JsonNode& thing, std::string_view field)>
        visit) {
  for (const JsonNode& env : Items(lint->config, "env")) visit(env, "value");
  for (const JsonNode& mount : Items(lint->config, "mounts")) {
    visit(mount, "source");
  }
  for (const JsonNode* device : lint->Devices()) visit(*device, "path");
  const JsonNode* args = Member(lint->config, "args");
  if (args != nullptr && args->is(JsonKind::kObject)) visit(*args, "value");
}

void NotSettable(LintContext* lint) {
  ForEachSettable(lint, [&](const JsonNode& thing, std::string_view allowed) {
    const std::vector<JsonNode>& fields = Items(&thing, "settable");
    for (const JsonNode& field : fields) {
      if (IsRefused(&field, JsonKind::kString) || field.String() == allowed) {
        continue;
      }
      lint->At(field, absl::StrCat(QuoteShort(field.String()),
                                   " cannot be set; here only ",
                                   QuoteShort(allowed), " can"));
    }
    const JsonNode* name_node = Member(&thing, "name");
    if (fields.empty() || CanBeNamed(thing) ||
        IsRefused(name_node, JsonKind::kString) ||
        HasMisspelt(&thing, "name")) {
      return;
    }
    const std::string_view name = Text(&thing, "name");
    const JsonNode* settable = Member(&thing, "settable");
    if (name.empty()) {
      lint->At(*settable,
               "what has no name cannot be set: `docker plugin set` takes "
               "NAME=VALUE");
    } else {
      lint->At(*settable,
               absl::StrCat("the name ", QuoteShort(name),
                            " cannot be given to `docker plugin set`, which "
                            "takes NAME.FIELD=VALUE apart at the dot and the "
                            "equals sign"));
    }
  });
}

void DuplicateName(LintContext* lint) {
  std::map<std::string_view, const JsonNode*> names;
  ForEachSettable(lint, [&](const JsonNode& thing, std::string_view) {
    const std::string_view name = Text(&thing, "name");
    if (name.empty()) return;
    const auto [entry, is_new] = names.try_emplace(name, &thing);
    if (is_new) return;
    lint->At(*Member(&thing, "name"),
             absl::StrCat("the name ", QuoteShort(name), " is taken in line ",
                          lint->LineOf(entry->second->offset),
                          ": `docker plugin set` sees that one only"));
  });
}

constexpr LintRule kRules[] = {
    {"SG017", "not-settable", kWarning,
     "`docker plugin set` cannot set what is called settable",
     R"(`settable` names a field that cannot be set (`value` of env and args, `source` of mounts and `path` of
devices can), or the thing has no name, or a name with `.` or `=`, which `docker plugin set NAME.FIELD=VALUE`
takes apart.)",
     R"("env": [{"name": "DEBUG", "settable": ["name"], "value": "0"}, {"name": "log.level", "settable": ["value"], "value": "info"}])",
     R"("env": [{"name": "DEBUG", "settable": ["value"], "value": "0"}])",
     NotSettable},
    {"SG020", "duplicate-name", kWarning,
     "only the first thing of a name can be set",
     R"(Two things have the same name. `docker plugin set` takes the first one it finds: env, then mounts,
devices, args.)",
     R"("env": [{"name": "data", "settable": ["value"], "value": ""}],
  "mounts": [
    {"name": "data", "source": "/srv", "settable": ["source"], "destination": "/srv", "type": "bind", "options": ["rbind"]}
  ])",
     R"("env": [{"name": "DATA", "settable": ["value"], "value": ""}],
  "mounts": [
    {"name": "data", "source": "/srv", "settable": ["source"], "destination": "/srv", "type": "bind", "options": ["rbind"]}
  ])",
     DuplicateName},
};

}  // namespace

bool CanBeNamed(const JsonNode& thing) {
  const std::string_view name = Text(&thing, "name");
  return !name.empty() && name.find_first_of("=.") == std::string_view::npos;
}

absl::Span<const LintRule> SettingsRules() { return kRules; }

}  // namespace specgen
