#include "specgen/cli/failure_report.h"

#include "specgen/cli/crash_report.h"

namespace specgen {

int ReportFailure(const Answer& answer, const PluginOptions& options,
                  Console* console, SecretHider* secrets) {
  return ReportNoSpec(
      {options.input_name(), options.release(), options.request(),
       options.host(), options.base_spec() != nullptr},
      answer, console, secrets);
}

}  // namespace specgen
