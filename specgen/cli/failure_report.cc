#include "specgen/cli/failure_report.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "specgen/cli/command.h"
#include "specgen/cli/crash_report.h"

namespace specgen {

int ReportFailure(const Answer& answer, const PluginOptions& options,
                  Console* console) {
  const std::string engine = absl::StrCat("Docker ", options.release().name);
  std::string where(options.input_name());
  if (answer.stage() == Stage::kDecode) {
    absl::StrAppend(&where, ":", answer.position());
  }
  if (answer.outcome() == Outcome::kCrashed) {
    const bool has_base = options.base_spec() != nullptr;
    console->Error(absl::StrCat(where, ": ", engine, " would crash: ",
                                CrashCause(answer, has_base), " (",
                                answer.message(), ")"));
    if (!has_base) {
      console->Error(absl::StrCat(
          where, ": releases that crash on it: ",
          CrashingReleases(options.request(), options.host())));
    }
    return kExitCrash;
  }
  if (answer.stage() == Stage::kDecode) {
    console->Error(absl::StrCat(where, ": ", answer.message()));
    return kExitBadInput;
  }
  console->Error(absl::StrCat(
      where, ": ", engine,
      answer.stage() == Stage::kSettings ? " would refuse --set: "
                                         : " would refuse this plugin: ",
      answer.message()));
  return kExitRefused;
}

}  // namespace specgen
