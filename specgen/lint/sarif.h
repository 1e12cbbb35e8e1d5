// Findings for code review tools: SARIF 2.1.0.
#ifndef SPECGEN_LINT_SARIF_H_
#define SPECGEN_LINT_SARIF_H_

#include <string>
#include <string_view>
#include <vector>

#include "specgen/lint/linter.h"

namespace specgen {

struct LintedFile {
  std::string name;  // as the user gave it; relative names stay relative
  std::vector<LintFinding> findings;
};

struct SarifRun {
  std::string_view version;   // of specgen
  std::string_view presumed;  // of the engines; a property if it says something
  int exit_code = 0;          // that specgen will have
  bool is_successful = true;  // everything could be looked at
};

// One run with all rules and all findings, as indented JSON; how many more a
// rule has is a notification of the invocation. Columns count characters, as
// its columnKind says. A finding's fingerprint is made of its rule and its
// place in the JSON, so that it stays the same wherever the lines go.
std::string SarifText(const std::vector<LintedFile>& files,
                      const SarifRun& run);

}  // namespace specgen

#endif  // SPECGEN_LINT_SARIF_H_
