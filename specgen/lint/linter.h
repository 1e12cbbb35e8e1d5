// Finds mistakes in a plugin's config.
#ifndef SPECGEN_LINT_LINTER_H_
#define SPECGEN_LINT_LINTER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "specgen/engine/engine.h"
#include "specgen/json/json_tree.h"
#include "specgen/lint/lint_rules.h"
#include "specgen/plugin/plugin_reader.h"
#include "specgen/secrets/hide_secrets.h"

namespace specgen {

struct LintFinding {
  const LintRule* rule = nullptr;
  TextPosition position;
  size_t code_point_column = 1;  // the column in characters, for SARIF
  // Of the string, number, word or bracket that stands there, in bytes and in
  // characters; 0 if that is not known.
  size_t length = 0;
  size_t code_points = 0;
  std::string pointer;  // RFC 6901, from the root of the text
  std::string message;  // with the engines, where they differ
  // At the last finding of a rule: how many more it has, further on in the text
  // or at the same place. See kMaxFindings.
  size_t more = 0;
};

// The first ones of each rule are told; a rule that finds something at each of
// a hundred thousand values tells nobody more by the rest.
inline constexpr size_t kMaxFindings = 100;

struct LintRequest {
  std::string_view plugin;       // JSON, in any shape that generate takes
  std::string_view plugin_name;  // chooses from `docker plugin inspect`
  std::string_view name;         // how messages call the text
  PluginShape shape = PluginShape::kAuto;
  // A range of AllReleases(), not empty: what the plugin shall work on.
  absl::Span<const Release> releases;
};

// Hides the secrets in what the message quotes of the input, and in an engine's
// own words; what a rule says stays as it is.
void HideSecrets(LintFinding* finding, SecretHider* secrets);

// The findings, in the order of the text, of each rule the first kMaxFindings.
// Fails (kInvalidArgument, with the place) if the text is not JSON, or holds no
// plugin.
//
// Nothing depends on the machine: device nodes count as there.
absl::StatusOr<std::vector<LintFinding>> Lint(const LintRequest& request);

}  // namespace specgen

#endif  // SPECGEN_LINT_LINTER_H_
