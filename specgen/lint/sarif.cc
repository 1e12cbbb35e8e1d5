#include "specgen/lint/sarif.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

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
    json->Key("shortDescription").Object();
    json->Key("text").String(rule.summary);
    json->EndObject();
    json->Key("fullDescription").Object();
    json->Key("text").String(EscapedText(rule.explanation));
    json->EndObject();
    json->Key("help").Object();
    json->Key("text").String(EscapedText(ExplainRule(rule)));
    json->EndObject();
    json->Key("defaultConfiguration").Object();
    json->Key("level").String(LintLevelName(rule.level));
    json->EndObject();
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
  json->EndObject();
  json->EndObject();
  json->EndObject().EndList();
}

void AddResult(const LintedFile& file, const LintFinding& finding,
               JsonBuilder* json) {
  json->Object();
  json->Key("ruleId").String(finding.rule->id);
  json->Key("ruleIndex").Integer(finding.rule - LintRules().data());
  json->Key("level").String(LintLevelName(finding.rule->level));
  AddMessage(finding.message, json);
  AddLocation(file, finding, json);
  json->EndObject();
}

// Which rules have more results than there are: 3.20 and 3.58, the invocation's
// notifications.
void AddInvocation(const std::vector<LintedFile>& files, JsonBuilder* json) {
  json->Key("invocations").List().Object();
  json->Key("executionSuccessful").Bool(true);
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
                      std::string_view presumed, std::string_view version) {
  JsonBuilder json;
  json.Object();
  json.Key("$schema").String("https://json.schemastore.org/sarif-2.1.0.json");
  json.Key("version").String("2.1.0");
  json.Key("runs").List().Object();
  json.Key("tool").Object().Key("driver").Object();
  json.Key("name").String("specgen");
  json.Key("version").String(version);
  AddRules(&json);
  json.EndObject().EndObject();
  const bool is_whole =
      std::all_of(files.begin(), files.end(), [](const LintedFile& file) {
        return std::all_of(
            file.findings.begin(), file.findings.end(),
            [](const LintFinding& finding) { return finding.more == 0; });
      });
  if (!is_whole) AddInvocation(files, &json);
  json.Key("columnKind").String("unicodeCodePoints");
  json.Key("results").List();
  for (const LintedFile& file : files) {
    for (const LintFinding& finding : file.findings) {
      AddResult(file, finding, &json);
    }
  }
  json.EndList();
  if (!presumed.empty()) {
    json.Key("properties").Object();
    json.Key("presumed").String(presumed).EndObject();
  }
  json.EndObject().EndList().EndObject();
  return json.Finish();
}

}  // namespace specgen
