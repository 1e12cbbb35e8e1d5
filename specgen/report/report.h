// All that specgen knows of one plugin, over a range of engines.
#ifndef SPECGEN_REPORT_REPORT_H_
#define SPECGEN_REPORT_REPORT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "specgen/diff/engine_changes.h"
#include "specgen/diff/spec_diff.h"
#include "specgen/engine/engine.h"
#include "specgen/host/host.h"
#include "specgen/lint/linter.h"
#include "specgen/privileges/grants.h"
#include "specgen/specgen.h"

namespace specgen {

// A page is for people. Of what is longer, this much is on it, and how much
// there is beyond that.
inline constexpr size_t kMaxReportRows = 1000;       // of each table or list
inline constexpr size_t kMaxReportForm = 128 << 10;  // bytes of each form

// A part of the spec, a column of the matrix, and the forms that it takes over
// the engines.
struct ReportSection {
  std::string_view name;  // "masked"
  // Indented JSON, in order of appearance; the start of what is very long.
  std::vector<std::string> variants;
};

// Releases that follow each other by version and behave alike.
struct ReportRun {
  absl::Span<const Release> releases;
  std::string presumed;  // of them; see PresumptionOn
  Outcome outcome = Outcome::kSpec;
  std::string message;           // why there is no spec
  std::vector<size_t> variants;  // of each section; empty without a spec
  // What is other than in the run before: in this plugin's spec, and in the
  // engine; empty for the first run.
  std::vector<Change> changes;
  size_t more_changes = 0;  // than these
  std::vector<EngineChange> why;
};

struct PromptItem {
  std::string line;  // as the docker CLI prints it
  std::string description;
};

// What the text says of itself; and what it was read as, on which machine.
struct ReportAbout {
  std::string types;  // "docker.volumedriver/1.0", as the engine reads them
  std::string description;
  std::string documentation;
  std::string sha256;   // of the input, in hexadecimal digits
  std::string machine;  // "h.json: arm64, 4 CPUs"
};

// Releases on which an upgrade changes the spec alike.
struct UpgradeRun {
  absl::Span<const Release> releases;
  std::vector<Change> changes;
  size_t more_changes = 0;  // than these
};

// What the plugin is other in than an older one, on the same machine.
struct ReportUpgrade {
  std::string input;   // the older one's name
  std::string sha256;  // of it
  // On Report::engine. Without a spec of either no grant is compared.
  std::string no_spec;  // why there is none of the older one
  std::vector<PromptItem> prompt_added;
  std::vector<PromptItem> prompt_removed;
  std::vector<Grant> grants_added;
  std::vector<Grant> grants_removed;
  std::vector<UpgradeRun> runs;  // oldest first
};

struct Report {
  std::string title;
  std::string input;  // the name of the file
  ReportAbout about;
  std::optional<ReportUpgrade> upgrade;
  // The engine that prompt and grants are of.
  const Release* engine = nullptr;
  std::string presumed;  // of it; see PresumptionOn
  bool has_spec = false;
  std::string no_spec;  // why not
  std::vector<PromptItem> prompt;
  std::vector<Grant> grants;
  std::vector<LintFinding> findings;  // over the whole range
  // How many there are beyond the first kMaxReportRows of each, which are here.
  size_t more_prompt = 0;
  size_t more_grants = 0;
  size_t more_findings = 0;
  std::vector<ReportSection> sections;
  // Of the ends of the range, beyond what the runs have; as that of `engine`.
  std::string range_presumed;
  std::vector<ReportRun> runs;  // oldest first
};

struct ReportRequest {
  Request request;
  std::string_view input;  // how to call the text
  // An older one to compare it with, or null; and how to call that.
  const Request* old = nullptr;
  std::string_view old_input = {};
  const Release* engine = nullptr;
  std::string_view presumed = {};  // of it
  absl::Span<const Release> releases;
  std::string_view names_presumed = {};  // RangeNotes::of_names of them
  const Host* host = nullptr;
  std::string_view host_name = "this machine";
  GrantHost grant_host = {};  // the same machine, for its privileges
  // What looks like a password, token or key is shown, too.
  bool show_secrets = false;
};

// Fails (kInvalidArgument, with the place) if the text is not JSON. The report
// depends on nothing but its arguments.
absl::StatusOr<Report> MakeReport(const ReportRequest& request);

// For programs; see README.md.
std::string ReportJson(const Report& report);

// One HTML page that needs nothing else, neither files nor network.
std::string ReportHtml(const Report& report, std::string_view version);

}  // namespace specgen

#endif  // SPECGEN_REPORT_REPORT_H_
