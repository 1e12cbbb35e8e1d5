// specgen validate: a runtime spec against the rules of its version.
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "specgen/base/printable.h"
#include "specgen/cli/command.h"
#include "specgen/cli/commands.h"
#include "specgen/cli/console.h"
#include "specgen/cli/plugin_options.h"
#include "specgen/host/go_path.h"
#include "specgen/json/json_builder.h"
#include "specgen/json/json_tree.h"
#include "specgen/json/text_position.h"
#include "specgen/plugin/input_kind.h"
#include "specgen/validate/oci_version.h"
#include "specgen/validate/validator.h"

namespace specgen {
namespace {

struct CheckedFile {
  std::string name;
  SpecReport report;
  int errors = 0;
  int warnings = 0;
  bool is_readable = true;
  bool is_spec = true;
};

std::string Count(int count, const char* what) {
  return absl::StrCat(count, " ", what, count == 1 ? "" : "s");
}

void AddLines(const CheckedFile& file, std::vector<std::string>* lines) {
  if (!file.is_readable) return;  // that stands on the error stream
  for (const SpecFinding& finding : file.report.findings) {
    lines->push_back(absl::StrCat(
        file.name, ":", ToString(finding.position), ": ",
        finding.severity == SpecSeverity::kError ? "error: " : "warning: ",
        finding.message, " [", finding.rule, "]",
        finding.pointer.empty() ? "" : absl::StrCat(" at ", finding.pointer)));
  }
  if (!file.is_spec) return;
  const OciVersionRange& rules = file.report.rules;
  lines->push_back(absl::StrCat(
      file.name, ": ", Count(file.errors, "error"), ", ",
      Count(file.warnings, "warning"), " by the rules of OCI ",
      OciVersionName(rules.from),
      rules.to == rules.from ? ""
                             : absl::StrCat(" or ", OciVersionName(rules.to))));
}

void AddJson(const CheckedFile& file, JsonBuilder* json) {
  json->Object();
  json->Key("file").String(file.name);
  json->Key("ociVersion").String(file.report.oci_version);
  json->Key("rules").Object();
  const auto rule_set = [&](OciVersion version) {
    return file.is_readable && file.is_spec ? OciVersionName(version) : "";
  };
  json->Key("from").String(rule_set(file.report.rules.from));
  json->Key("to").String(rule_set(file.report.rules.to));
  json->EndObject();
  json->Key("errors").Integer(file.errors);
  json->Key("warnings").Integer(file.warnings);
  json->Key("findings").List();
  for (const SpecFinding& finding : file.report.findings) {
    json->Object();
    json->Key("severity")
        .String(finding.severity == SpecSeverity::kError ? "error" : "warning");
    json->Key("rule").String(finding.rule);
    json->Key("pointer").String(finding.pointer);
    json->Key("line").Integer(static_cast<int64_t>(finding.position.line));
    json->Key("column").Integer(static_cast<int64_t>(finding.position.column));
    json->Key("message").String(finding.message);
    json->EndObject();
  }
  json->EndList().EndObject();
}

// Of a bundle: a directory must be at root.path. What may not be seen, and what
// Windows names by volumes, is not judged.
void CheckRootfs(const JsonTree& spec, const std::string& bundle,
                 SpecReport* report) {
  const JsonNode* const path = spec.root().Find("root", "path");
  if (path == nullptr || path->String().empty() ||
      spec.root().Find("windows") != nullptr) {
    return;
  }
  const std::string full = absl::StartsWith(path->text, "/")
                               ? std::string(path->text)
                               : JoinPath({bundle, path->text});
  struct stat st;
  const int error = stat(full.c_str(), &st) == 0 ? 0 : errno;
  std::string_view what;
  if (error == ENOENT || error == ENOTDIR || error == ELOOP ||
      error == ENAMETOOLONG) {
    what = " is not there";
  } else if (error == 0 && !S_ISDIR(st.st_mode)) {
    what = " is no directory";
  } else {
    return;
  }
  const TextPosition at = spec.Position(path->offset);
  const auto next = std::find_if(
      report->findings.begin(), report->findings.end(),
      [&at](const SpecFinding& finding) {
        return std::tie(finding.position.line, finding.position.column) >
               std::tie(at.line, at.column);
      });
  report->findings.insert(
      next, {SpecSeverity::kError, "bundle-root", path->Pointer(), at,
             absl::StrCat("the rootfs ", Quote(path->text), what)});
}

// What is said of a file that is `what`, of which the rules of a spec would
// only say the same key by key.
CheckedFile NoSpec(std::string_view name, std::string_view what) {
  CheckedFile checked;
  checked.name = name;
  checked.is_spec = false;
  checked.errors = 1;
  const bool is_plugin = absl::StrContains(what, "plugin");
  checked.report.findings.push_back(
      {SpecSeverity::kError,
       "no-spec",
       "",
       {1, 1},
       absl::StrCat("this is no runtime spec, but ", what,
                    is_plugin ? ": specgen lint checks it, and specgen "
                                "generate makes the spec of it"
                              : "")});
  return checked;
}

// What is said of a file that is no JSON, or cannot be read.
CheckedFile Unreadable(const std::string& file, std::string_view message) {
  CheckedFile checked;
  checked.name = file == "-" ? "standard input" : PluginFile(file);
  checked.is_readable = false;
  checked.errors = 1;
  const PlacedMessage placed = TakeApart(checked.name, message);
  checked.report.findings.push_back({SpecSeverity::kError, "unreadable", "",
                                     placed.position,
                                     std::string(placed.message)});
  return checked;
}

class ValidateCommand : public Command {
 public:
  void Define(CLI::App* app) override;
  int Run(Console* console) override;

 private:
  absl::StatusOr<CheckedFile> Check(const std::string& file) const;

  std::vector<std::string> files_;
  std::string as_;
  std::optional<OciVersionRange> rules_;
  bool strict_ = false;
  bool json_ = false;
};

void ValidateCommand::Define(CLI::App* app) {
  app->add_option(
         "FILE", files_,
         "Runtime specs, or bundles (their config.json, and whether their "
         "rootfs is there); - is standard input")
      ->required();
  app->add_option("--oci-version", as_,
                  "The rules to apply, from 1.0.0-rc1 to 1.3.0 (default: those "
                  "of the spec's own ociVersion)")
      ->type_name("VERSION");
  app->add_flag("--strict", strict_, "Warnings count like errors");
  app->add_flag("--json", json_,
                "Print JSON: {\"files\": [{\"file\", \"ociVersion\", "
                "\"rules\": {\"from\", \"to\"}, \"errors\", \"warnings\", "
                "\"findings\": [{\"severity\", \"rule\", \"pointer\", "
                "\"line\", \"column\", \"message\"}]}]}");
}

absl::StatusOr<CheckedFile> ValidateCommand::Check(
    const std::string& file) const {
  const absl::StatusOr<NamedInput> input = ReadNamedInput(file);
  if (!input.ok()) return input.status();
  absl::StatusOr<std::unique_ptr<JsonTree>> tree =
      JsonTree::Parse(input->text, input->name);
  if (!tree.ok()) return tree.status();
  if (const std::string_view what = KindOfOtherFile(input->text);
      !what.empty()) {
    return NoSpec(input->name, what);
  }
  CheckedFile checked{input->name, ValidateSpec(**tree, rules_)};
  if (input->file != file) CheckRootfs(**tree, file, &checked.report);
  for (const SpecFinding& finding : checked.report.findings) {
    ++(finding.severity == SpecSeverity::kError ? checked.errors
                                                : checked.warnings);
  }
  return checked;
}

int ValidateCommand::Run(Console* console) {
  if (!as_.empty()) {
    rules_ = FindOciVersion(as_);
    if (!rules_.has_value()) {
      return Fail(absl::FailedPreconditionError(absl::StrCat(
                      "--oci-version: no runtime spec ", as_,
                      " is known; those known are ", OciVersionName(kOldestOci),
                      " to ", OciVersionName(kNewestOci))),
                  console);
    }
  }
  int code = kExitDone;
  JsonBuilder json;
  json.Object().Key("files").List();
  std::vector<std::string> lines;
  for (const std::string& file : files_) {
    absl::StatusOr<CheckedFile> checked = Check(file);
    if (!checked.ok()) {
      // The others are looked at all the same.
      code = Fail(checked.status(), console);
      if (code != kExitBadInput) return code;
      checked = Unreadable(file, checked.status().message());
    }
    AddJson(*checked, &json);
    AddLines(*checked, &lines);
    if (code != kExitBadInput &&
        (checked->errors > 0 || (strict_ && checked->warnings > 0))) {
      code = kExitRefused;
    }
  }
  json.EndList().EndObject();
  if (json_) {
    console->Out(json.Finish());
  } else {
    console->OutLines(lines);
  }
  return code;
}

}  // namespace

std::unique_ptr<Command> MakeValidateCommand() {
  return std::make_unique<ValidateCommand>();
}

}  // namespace specgen
