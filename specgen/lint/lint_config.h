// .specgen.json: what a repository says about the lint of its plugins.
#ifndef SPECGEN_LINT_LINT_CONFIG_H_
#define SPECGEN_LINT_LINT_CONFIG_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "specgen/lint/lint_rules.h"

namespace specgen {

struct LintConfig {
  // A finding that is known, and why it may stay.
  struct Ignore {
    std::vector<const LintRule*> rules;
    // The file or folder that it is about, absolute; "" is everything.
    std::string path;
    std::string reason;
  };

  std::string file;       // as it is named in messages
  std::string engine;     // a range; "" if it says none
  std::string engine_at;  // "FILE:LINE:COLUMN"
  std::optional<LintLevel> fail_level;
  std::vector<Ignore> ignores;

  // Whether findings of that rule are left out of the plugin `path`, which is
  // absolute.
  bool Ignores(const LintRule& rule, std::string_view path) const;
};

// What is far more than any has.
inline constexpr size_t kMaxLintConfigBytes = size_t{1} << 20;

// The text of a .specgen.json, whose paths are relative to `folder`, an
// absolute one. specgen.schema.json tells of its form. Fails (kInvalidArgument,
// with
// "`file`:LINE:COLUMN: ") if it has any other.
absl::StatusOr<LintConfig> ParseLintConfig(std::string_view text,
                                           std::string_view file,
                                           std::string_view folder);

// Reads that file, which must be a regular one: names are found, not given, and
// a pipe would have us wait.
absl::StatusOr<LintConfig> ReadLintConfig(const std::string& file);

// The .specgen.json of that folder or the nearest one above it, up to the top
// of a repository, which has a .git; "" if there is none. The folder need not
// be there.
std::string FindLintConfig(std::string_view folder);

// An absolute path without "." and "..", by its letters alone.
std::string AbsolutePath(std::string_view path);

// The folders with a config.json that `folder` has, sorted; itself if it has
// one. Below a plugin, behind links and in hidden folders none is looked for.
// What cannot be looked into is taken for one: who reads it says why.
std::vector<std::string> PluginsIn(const std::string& folder);

}  // namespace specgen

#endif  // SPECGEN_LINT_LINT_CONFIG_H_
