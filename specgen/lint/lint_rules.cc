#include "specgen/lint/lint_rules.h"

#include <cstddef>
#include <iterator>

namespace specgen {
namespace {

constexpr LintLevel kNote = LintLevel::kNote;
constexpr LintLevel kWarning = LintLevel::kWarning;
constexpr LintLevel kError = LintLevel::kError;

constexpr LintRule kRules[] = {
    {"SG001", "refused", kError, "an engine refuses the plugin"},
    {"SG002", "crash", kError, "an engine crashes on the plugin", "28.5.2"},
    {"SG003", "unknown-key", kWarning, "no engine reads the key"},
    {"SG004", "key-not-read", kWarning,
     "some engines of the range do not read the key", "1.12.6..28.5.2"},
    {"SG005", "duplicate-key", kWarning, "the key stands there twice"},
    {"SG006", "unknown-capability", kError, "Linux has no such capability"},
    {"SG007", "duplicate-capability", kNote, "the capability is there already"},
    {"SG008", "null-source", kError, "the mount has no source"},
    {"SG009", "empty-source", kWarning, "the bind mount's source is empty"},
    {"SG010", "null-device-path", kError, "the device has no path"},
    {"SG011", "bind-option", kError,
     "the bind mount has neither the option bind nor rbind"},
    {"SG012", "mount-option", kWarning,
     "the bind mount has an option that is none"},
    {"SG013", "dev-mount-lost", kError,
     "the mount under /dev/ does not reach the spec"},
    {"SG014", "dot-dot-path", kWarning, "the path has a part \"..\""},
    {"SG015", "relative-path", kWarning, "the path is not absolute"},
    {"SG016", "workdir-in-proc", kError,
     "the working folder is an open file (CVE-2024-21626)"},
    {"SG017", "not-settable", kWarning,
     "`docker plugin set` cannot set what is called settable"},
    {"SG018", "interface-type", kWarning,
     "no engine uses such an interface type"},
    {"SG019", "no-interface", kWarning,
     "the plugin has no interface that an engine could call"},
    {"SG020", "duplicate-name", kWarning,
     "only the first thing of a name can be set"},
    {"SG021", "duplicate-destination", kWarning, "a mount hides another one"},
    {"SG022", "hidden-mount", kWarning,
     "the engine mounts its own folder over the mount"},
    {"SG023", "no-entrypoint", kError, "the plugin runs no program"},
    {"SG024", "network-type", kWarning, "engines do not know the network type"},
    {"SG025", "propagated-mount-path", kWarning,
     "dockerd mounts where the plugin's symbolic links lead", "17.03.0"},
};
static_assert(std::size(kRules) ==
              static_cast<size_t>(LintRuleId::kPropagatedMountPath) + 1);

}  // namespace

std::string_view LintLevelName(LintLevel level) {
  switch (level) {
    case LintLevel::kNote:
      return "note";
    case LintLevel::kWarning:
      return "warning";
    case LintLevel::kError:
      return "error";
  }
  return "";
}

absl::Span<const LintRule> LintRules() { return kRules; }

const LintRule& GetLintRule(LintRuleId id) {
  return kRules[static_cast<size_t>(id)];
}

const LintRule* FindLintRule(std::string_view id_or_name) {
  for (const LintRule& rule : kRules) {
    if (rule.id == id_or_name || rule.name == id_or_name) return &rule;
  }
  return nullptr;
}

}  // namespace specgen
