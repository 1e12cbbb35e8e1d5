// A crash of an engine, as a finding.
#ifndef SPECGEN_CLI_CRASH_REPORT_H_
#define SPECGEN_CLI_CRASH_REPORT_H_

#include <string>

#include "specgen/host/host.h"
#include "specgen/specgen.h"

namespace specgen {

// What it is in the plugin (or in the base spec) that makes the engine crash,
// in a reader's words. `answer` has the outcome kCrashed.
std::string CrashCause(const Answer& answer, bool has_base_spec);

// The releases that crash on this request, as "1.13.0 to 18.09.0, 20.10.14";
// releases are ordered by version. Makes a spec once for each way in which
// engines differ.
std::string CrashingReleases(const Request& request, const Host& host);

}  // namespace specgen

#endif  // SPECGEN_CLI_CRASH_REPORT_H_
