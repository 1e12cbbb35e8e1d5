// Why an engine makes no spec, as a finding.
#ifndef SPECGEN_CLI_CRASH_REPORT_H_
#define SPECGEN_CLI_CRASH_REPORT_H_

#include <string>
#include <string_view>

#include "specgen/cli/console.h"
#include "specgen/engine/engine.h"
#include "specgen/host/host.h"
#include "specgen/secrets/hide_secrets.h"
#include "specgen/specgen.h"

namespace specgen {

// What it is in the plugin (or in the base spec) that makes the engine crash,
// in a reader's words. `answer` has the outcome kCrashed.
std::string CrashCause(const Answer& answer);

// The releases that crash on this request, as "1.13.0 to 18.09.0, 20.10.14";
// releases are ordered by version. Makes a spec once for each way in which
// engines differ.
std::string CrashingReleases(const Request& request, const Host& host);

// What was asked for.
struct SpecAttempt {
  std::string_view input_name;
  const Release& release;
  const Request& request;
  const Host& host;
  bool has_base_spec = false;
};

// Says on the console why `answer` has no spec, without secrets where `secrets`
// is given; returns the exit code.
int ReportNoSpec(const SpecAttempt& attempt, const Answer& answer,
                 Console* console, SecretHider* secrets = nullptr);

}  // namespace specgen

#endif  // SPECGEN_CLI_CRASH_REPORT_H_
