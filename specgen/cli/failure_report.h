// Why there is no spec, said to people.
#ifndef SPECGEN_CLI_FAILURE_REPORT_H_
#define SPECGEN_CLI_FAILURE_REPORT_H_

#include "specgen/cli/console.h"
#include "specgen/cli/plugin_options.h"
#include "specgen/specgen.h"

namespace specgen {

// Reports an answer without a spec to what `options` asked; returns the exit
// code.
int ReportFailure(const Answer& answer, const PluginOptions& options,
                  Console* console);

}  // namespace specgen

#endif  // SPECGEN_CLI_FAILURE_REPORT_H_
