// Why there is no spec, said to people.
#ifndef SPECGEN_CLI_FAILURE_REPORT_H_
#define SPECGEN_CLI_FAILURE_REPORT_H_

#include "specgen/cli/console.h"
#include "specgen/cli/plugin_options.h"
#include "specgen/secrets/hide_secrets.h"
#include "specgen/specgen.h"

namespace specgen {

// Reports an answer without a spec to what `options` asked, without secrets
// where `secrets` is given; returns the exit code.
int ReportFailure(const Answer& answer, const PluginOptions& options,
                  Console* console, SecretHider* secrets = nullptr);

}  // namespace specgen

#endif  // SPECGEN_CLI_FAILURE_REPORT_H_
