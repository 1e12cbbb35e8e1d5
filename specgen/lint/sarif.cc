#include "specgen/lint/sarif.h"

#include <cstddef>
#include <cstdint>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "specgen/base/printable.h"
#include "specgen/json/json_builder.h"
#include "specgen/lint/lint_rules.h"

namespace specgen {
namespace {

// RFC 3986: everything but what a path may hold as it is.
std::string UriOfPath(std::string_view path) {
  std::string uri = absl::StrCat(path.substr(0, 1) == "/" ? "file://" : "");
  for (char c : path) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
        std::string_view("/-._~").find(c) != std::string_view::npos) {
      uri.push_back(c);
    } else {
      absl::StrAppendFormat(&uri, "%%%02X", static_cast<unsigned char>(c));
    }
  }
  return uri;
}

// A message's text, in which "[...](...)" would be a link
// (SARIF 2.1.0, 3.11.6): brackets are escaped by a backslash, and so are
// backslashes before them. "{0}" would stand for an argument (3.11.5): braces
// are written twice.
std::string EscapedText(std::string_view text) {
  std::string out;
  size_t backslashes = 0;
  for (char c : text) {
    if (c == '[' || c == ']') out.append(backslashes + 1, '\\');
    if (c == '{' || c == '}') out.push_back(c);
    backslashes = c == '\\' ? backslashes + 1 : 0;
    out.push_back(c);
  }
  return out;
}

std::string MessageText(std::string_view text) {
  return EscapedText(Printable(text));
}

void AddRules(JsonBuilder* json) {
  json->Key("rules").List();
  for (const LintRule& rule : LintRules()) {
    json->Object();
    json->Key("id").String(rule.id);
    json->Key("name").String(rule.name);
    json->Key("helpUri").String(RuleUrl(rule));
    json->Key("shortDescription").Object();
    json->Key("text").String(rule.summary);
    json->EndObject();
    json->Key("fullDescription").Object();
    json->Key("text").String(EscapedText(rule.explanation));
    json->EndObject();
    json->Key("help").Object();
    json->Key("text").String(EscapedText(ExplainRule(rule)));
    // Whoever shows it takes it as it is, with braces in code; nothing is ever
    // put in for {0}.
    json->Key("markdown").String(ExplainRuleInMarkdown(rule));
    json->EndObject();
    json->Key("defaultConfiguration").Object();
    json->Key("level").String(LintLevelName(rule.level));
    json->EndObject();
    if (!rule.security_severity.empty()) {
      json->Key("properties").Object();
      json->Key("tags").List().String("security").EndList();
      json->Key("security-severity").String(rule.security_severity);
      json->EndObject();
    }
    json->EndObject();
  }
  json->EndList();
}

void AddMessage(std::string_view text, JsonBuilder* json) {
  json->Key("message").Object();
  json->Key("text").String(MessageText(text));
  json->EndObject();
}

void AddLocation(const LintedFile& file, const LintFinding& finding,
                 JsonBuilder* json) {
  json->Key("locations").List().Object();
  json->Key("physicalLocation").Object();
  json->Key("artifactLocation").Object();
  json->Key("uri").String(UriOfPath(file.name));
  json->EndObject();
  json->Key("region").Object();
  json->Key("startLine").Integer(static_cast<int64_t>(finding.position.line));
  json->Key("startColumn")
      .Integer(static_cast<int64_t>(finding.code_point_column));
  if (finding.code_points > 0) {
    json->Key("endColumn")
        .Integer(static_cast<int64_t>(finding.code_point_column +
                                      finding.code_points));
  }
  json->EndObject();
  json->EndObject();
  json->EndObject().EndList();
}

// Of a finding in its file: the same as long as its place in the JSON is.
std::string Fingerprint(const LintFinding& finding) {
  // FNV-1a, of 64 bits.
  uint64_t hash = 0xCBF29CE484222325;
  for (char c : absl::StrCat(finding.rule->id, " ", finding.pointer)) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  }
  return absl::StrFormat("%016x", hash);
}

// `count` is how many of the file had that fingerprint, with this one.
void AddResult(const LintedFile& file, const LintFinding& finding,
               std::string_view fingerprint, int count, JsonBuilder* json) {
  json->Object();
  json->Key("ruleId").String(finding.rule->id);
  json->Key("ruleIndex").Integer(finding.rule - LintRules().data());
  json->Key("level").String(LintLevelName(finding.rule->level));
  AddMessage(finding.message, json);
  AddLocation(file, finding, json);
  // By that name GitHub's code scanning tells which findings are the same, and
  // makes one of the line's text where it is missing.
  json->Key("partialFingerprints").Object();
  json->Key("primaryLocationLineHash")
      .String(absl::StrCat(fingerprint, ":", count));
  json->EndObject();
  json->EndObject();
}

// Which rules have more results than there are: 3.20 and 3.58, the invocation's
// notifications.
void AddInvocation(const std::vector<LintedFile>& files, const SarifRun& run,
                   JsonBuilder* json) {
  json->Key("invocations").List().Object();
  json->Key("executionSuccessful").Bool(run.is_successful);
  json->Key("exitCode").Integer(run.exit_code);
  json->Key("toolExecutionNotifications").List();
  for (const LintedFile& file : files) {
    for (const LintFinding& finding : file.findings) {
      if (finding.more == 0) continue;
      json->Object();
      json->Key("level").String("note");
      json->Key("associatedRule").Object();
      json->Key("id").String(finding.rule->id);
      json->Key("index").Integer(finding.rule - LintRules().data());
      json->EndObject();
      AddMessage(absl::StrCat("and ", finding.more, " more of ",
                              finding.rule->id, " ", finding.rule->name),
                 json);
      AddLocation(file, finding, json);
      json->EndObject();
    }
  }
  json->EndList();
  json->EndObject().EndList();
}

}  // namespace

std::string SarifText(const std::vector<LintedFile>& files,
                      const SarifRun& run) {
  JsonBuilder json;
  json.Object();
  json.Key("$schema").String("https://json.schemastore.org/sarif-2.1.0.json");
  json.Key("version").String("2.1.0");
  json.Key("runs").List().Object();
  json.Key("tool").Object().Key("driver").Object();
  json.Key("name").String("specgen");
  json.Key("version").String(run.version);
  AddRules(&json);
  json.EndObject().EndObject();
  AddInvocation(files, run, &json);
  json.Key("columnKind").String("unicodeCodePoints");
  json.Key("results").List();
  for (const LintedFile& file : files) {
    std::map<std::string, int> seen;
    for (const LintFinding& finding : file.findings) {
      const std::string fingerprint = Fingerprint(finding);
      AddResult(file, finding, fingerprint, ++seen[fingerprint], &json);
    }
  }
  json.EndList();
  if (!run.presumed.empty()) {
    json.Key("properties").Object();
    json.Key("presumed").String(run.presumed).EndObject();
  }
  json.EndObject().EndList().EndObject();
  return json.Finish();
}

}  // namespace specgen
