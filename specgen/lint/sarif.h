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

// One run with all rules and all findings, as indented JSON; how many more a
// rule has is a notification of the invocation. What is `presumed` of the
// engines is a property of the run, if it says something. Columns count
// characters, as its columnKind says.
std::string SarifText(const std::vector<LintedFile>& files,
                      std::string_view presumed, std::string_view version);

}  // namespace specgen

#endif  // SPECGEN_LINT_SARIF_H_
