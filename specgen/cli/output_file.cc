#include "specgen/cli/output_file.h"

#include <string_view>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/cause.h"
#include "specgen/base/files.h"
#include "specgen/cli/command.h"
#include "specgen/cli/console.h"

namespace specgen {

void OutputFile::Define(std::string_view what, CLI::App* app) {
  app->add_option("-o,--output", path_,
                  absl::StrCat("Write ", what,
                               " there, whole or not at all (default: "
                               "standard output)"))
      ->type_name("FILE");
  app->add_flag("--force", force_, "Overwrite the output file if it is there");
}

absl::Status OutputFile::Check() const {
  if (force_ && path_.empty()) {
    return UsageError("--force: there is no --output");
  }
  return absl::OkStatus();
}

int OutputFile::Write(std::string_view text, Console* console) const {
  if (is_stdout()) {
    console->Out(text);
    return console->out_error() == 0 ? kExitDone : kExitHost;
  }
  const absl::Status status =
      WriteWholeFile(path_, text, force_ ? Overwrite::kYes : Overwrite::kNo);
  return status.ok() ? int{kExitDone} : Fail(status, console);
}

}  // namespace specgen
