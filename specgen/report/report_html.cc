// The page. Every text that comes from the plugin goes through Text(), which
// leaves no markup and no control characters; the page's policy forbids all
// scripts but its own one, by its hash.
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "specgen/base/printable.h"
#include "specgen/engine/engine.h"
#include "specgen/lint/lint_rules.h"
#include "specgen/report/page_assets.h"
#include "specgen/report/report.h"

namespace specgen {
namespace {

constexpr GrantLevel kLevels[] = {GrantLevel::kCritical, GrantLevel::kHigh,
                                  GrantLevel::kMedium, GrantLevel::kLow,
                                  GrantLevel::kInfo};

// "A", ..., "Z", "A1", ...
std::string VariantName(size_t i) {
  std::string name(1, static_cast<char>('A' + i % 26));
  return i < 26 ? name : absl::StrCat(name, i / 26);
}

std::string VariantClass(size_t i) { return absl::StrCat("v", i % 10); }

std::string RunName(absl::Span<const Release> releases) {
  const std::string_view first = releases.front().name;
  const std::string_view last = releases.back().name;
  return first == last ? std::string(first) : absl::StrCat(first, " to ", last);
}

// Where an advisory of that id is read.
std::string AdvisoryUrl(std::string_view id) {
  return absl::StrCat(absl::StartsWith(id, "CVE-")
                          ? "https://www.cve.org/CVERecord?id="
                          : "https://github.com/advisories/",
                      id);
}

// Whether a browser that follows the address opens a page, and nothing else: a
// stranger wrote it.
bool IsWebAddress(std::string_view text) {
  return absl::StartsWithIgnoreCase(text, "https://") ||
         absl::StartsWithIgnoreCase(text, "http://");
}

class Page {
 public:
  Page(const Report& report, std::string_view version)
      : report_(report), version_(version) {}

  std::string Make();

 private:
  void Raw(std::string_view html) { out_.append(html); }
  void Text(std::string_view text);
  void Lines(std::string_view text);
  // "<TAG CLASS>text</TAG>".
  void Element(std::string_view tag, std::string_view css_class,
               std::string_view text) {
    absl::StrAppend(&out_, "<", tag);
    if (!css_class.empty())
      absl::StrAppend(&out_, " class=\"", css_class, "\"");
    Raw(">");
    Text(text);
    absl::StrAppend(&out_, "</", tag, ">");
  }

  // A link to another page. Only our own addresses, and what IsWebAddress
  // takes.
  void Link(std::string_view url, std::string_view text) {
    Raw("<a href=\"");
    Text(url);
    Raw("\" rel=\"noreferrer\">");
    Text(text);
    Raw("</a>");
  }
  // A text of ours, with links to the advisories that it names.
  void Linked(std::string_view text);
  // A line of the list of facts, if there is something to say.
  void Fact(std::string_view name, std::string_view text);
  // A list may be wider than a phone: one scrolls in it, with keys, too.
  void ScrollArea(std::string_view name) {
    absl::StrAppend(&out_,
                    "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
                    "aria-label=\"",
                    name, "\">");
  }

  // How much there is that the page leaves out.
  void More(size_t more, std::string_view where) {
    if (more == 0) return;
    Element("p", "muted", absl::StrCat("And ", more, " more: ", where, "."));
    Raw("\n");
  }

  void Head();
  void About();
  void Tiles();
  void Tools();
  // What is presumed of engines, if it is anything.
  void Presumed(std::string_view presumed);
  void Prompt(const std::vector<PromptItem>& items);
  void Grants(const std::vector<Grant>& grants);
  void Changes(const std::vector<Change>& changes);
  void Upgrade();
  void Privileges();
  void Findings();
  void Matrix();
  void MatrixRow(const ReportRun& run, const ReportRun* before);
  void Timeline();
  void Run(const ReportRun& run);
  void Why(const EngineChange& change);
  void Variants();

  const Report& report_;
  const std::string_view version_;
  std::string out_;
};

void Page::Text(std::string_view text) {
  for (char c : Printable(text)) {
    switch (c) {
      case '&':
        Raw("&amp;");
        break;
      case '<':
        Raw("&lt;");
        break;
      case '>':
        Raw("&gt;");
        break;
      case '"':
        Raw("&quot;");
        break;
      case '\'':
        Raw("&#39;");
        break;
      default:
        out_.push_back(c);
    }
  }
}

void Page::Lines(std::string_view text) {
  bool first = true;
  for (std::string_view line : absl::StrSplit(text, '\n')) {
    if (!first) Raw("\n");
    first = false;
    Text(line);
  }
}

void Page::Linked(std::string_view text) {
  const std::vector<std::string> ids = AdvisoryIds(text);
  while (!text.empty()) {
    size_t first = text.size();
    std::string_view id;
    for (const std::string& other : ids) {
      if (const size_t at = text.find(other); at < first) {
        first = at;
        id = other;
      }
    }
    Text(text.substr(0, first));
    if (!id.empty()) Link(AdvisoryUrl(id), id);
    text.remove_prefix(first + id.size());
  }
}

void Page::Fact(std::string_view name, std::string_view text) {
  if (text.empty()) return;
  absl::StrAppend(&out_, "<dt>", name, "</dt><dd>");
  if (IsWebAddress(text)) {
    Link(text, text);
  } else {
    Text(text);
  }
  Raw("</dd>\n");
}

void Page::About() {
  const ReportAbout& about = report_.about;
  Raw("<dl class=\"about\">\n");
  Fact("Description", about.description);
  Fact("Type",
       about.types.empty() ? "none that an engine could call" : about.types);
  Fact("Documentation", about.documentation);
  Fact("Input", report_.input);
  Fact("SHA-256", about.sha256);
  Fact("Machine", about.machine);
  if (!report_.runs.empty()) {
    Fact("Engines",
         absl::StrCat("Docker ", report_.runs.front().releases.front().name,
                      " to ", report_.runs.back().releases.back().name,
                      "; privileges on ", report_.engine->name));
  }
  Raw("</dl>\n");
}

void Page::Head() {
  Raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
      "'none'; style-src 'unsafe-inline'; script-src '");
  Raw(kReportScriptHash);
  Raw("'\">\n<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n<title>");
  Text(report_.title);
  Raw(": what Docker makes of it</title>\n<style>");
  Raw(kReportStyle);
  Raw("</style>\n</head>\n<body>\n<header class=\"top\">\n");
  Element("h1", "", report_.title);
  Raw("\n<p class=\"muted\">A Docker managed plugin, and what the engines "
      "make of it</p>\n");
  About();
  Raw("<nav aria-label=\"Sections\">");
  if (report_.upgrade.has_value()) {
    Raw("<a href=\"#upgrade\">What the upgrade changes</a>");
  }
  Raw("<a href=\"#privileges\">Privileges</a>"
      "<a href=\"#findings\">Lint findings</a>"
      "<a href=\"#engines\">Engines</a><a href=\"#changes\">What changed, and "
      "why</a><a href=\"#forms\">The spec, part by part</a></nav>\n");
  Tiles();
  Raw("</header>\n<main>\n");
}

void Page::Tiles() {
  std::array<size_t, 5> by_level = {};
  for (const Grant& grant : report_.grants) {
    ++by_level[static_cast<size_t>(grant.level)];
  }
  size_t bad = 0;
  for (const LintFinding& finding : report_.findings) {
    bad += finding.rule->level != LintLevel::kNote;
  }
  size_t specs = 0;
  size_t total = 0;
  for (const ReportRun& run : report_.runs) {
    total += run.releases.size();
    if (run.outcome == Outcome::kSpec) specs += run.releases.size();
  }
  const auto tile = [&](std::string_view css_class, const std::string& number,
                        std::string_view label) {
    Raw("<li>");
    Element("b", css_class, number);
    Element("span", "", label);
    Raw("</li>\n");
  };
  Raw("<ul class=\"tiles\">\n");
  tile("", absl::StrCat(specs, " of ", total), "releases make a spec");
  const size_t critical = by_level[4];
  const size_t high = by_level[3];
  tile(critical > 0 ? "critical" : "", absl::StrCat(critical),
       "critical privileges");
  tile(high > 0 ? "high" : "", absl::StrCat(high), "high privileges");
  tile("", absl::StrCat(by_level[2]), "medium privileges");
  tile(bad > 0 ? "warning" : "", absl::StrCat(bad), "lint findings");
  Raw("</ul>\n");
}

void Page::Tools() {
  Raw("<div class=\"tools\" role=\"search\">\n<input type=\"search\" "
      "id=\"search\" placeholder=\"Filter, such as /proc\" "
      "aria-label=\"Filter\">\n<label><input type=\"checkbox\" "
      "id=\"only-changes\"> only engines that change something</label>\n");
  for (GrantLevel level : kLevels) {
    const std::string_view name = GrantLevelName(level);
    absl::StrAppend(&out_, "<label class=\"", name,
                    "\"><input type=\"checkbox\" data-level=\"", name,
                    "\" checked> ", name, "</label>\n");
  }
  Raw("<span id=\"count\" class=\"muted\" role=\"status\"></span>\n</div>\n");
}

void Page::Presumed(std::string_view presumed) {
  if (presumed.empty()) return;
  Raw("<p class=\"muted\">Presumed: ");
  Text(presumed);
  Raw(".</p>\n");
}

void Page::Prompt(const std::vector<PromptItem>& items) {
  Raw("<pre tabindex=\"0\">");
  for (const PromptItem& item : items) {
    Text(item.line);
    Raw("\n");
  }
  Raw("</pre>\n");
}

void Page::Grants(const std::vector<Grant>& grants) {
  Raw("<ul class=\"entries\">\n");
  for (const Grant& grant : grants) {
    const std::string_view level = GrantLevelName(grant.level);
    absl::StrAppend(&out_, "<li data-filter data-level=\"", level, "\">");
    Element("span", absl::StrCat("badge ", level), level);
    Raw("<div><span class=\"mono\">");
    Text(grant.what);
    Raw("</span> <span class=\"muted\">");
    Text(grant.id);
    Raw("</span><br>");
    Linked(grant.why);
    Raw("</div></li>\n");
  }
  Raw("</ul>\n");
}

void Page::Changes(const std::vector<Change>& changes) {
  Raw("<ul>\n");
  for (const Change& change : changes) {
    const char sign = ChangeKindSign(change.kind);
    absl::StrAppend(&out_, "<li class=\"",
                    sign == '+'   ? "added"
                    : sign == '-' ? "removed"
                                  : "changed",
                    "\"><span class=\"part\">");
    Text(change.section);
    Raw(":</span> ");
    Text(change.text);
    Raw("</li>\n");
  }
  Raw("</ul>\n");
}

// In the words of `specgen privileges --since` and `specgen diff`.
void Page::Upgrade() {
  if (!report_.upgrade.has_value()) return;
  const ReportUpgrade& upgrade = *report_.upgrade;
  Raw("<section class=\"card\" id=\"upgrade\">\n<h2>What the upgrade "
      "changes</h2>\n<p class=\"muted\">From ");
  Text(upgrade.input);
  Raw(", SHA-256 ");
  Text(upgrade.sha256);
  Raw("</p>\n<h3>Privileges on Docker ");
  Text(report_.engine->name);
  Raw("</h3>\n");
  const auto no_grants = [&](std::string_view which, std::string_view why) {
    if (why.empty()) return;
    Raw("<p class=\"error\">Of the ");
    Text(which);
    Raw(" one no grants can be told: this engine ");
    Text(why);
    Raw("</p>\n");
  };
  no_grants("older", upgrade.no_spec);
  no_grants("newer", report_.no_spec);
  const auto prompt = [&](std::string_view title,
                          const std::vector<PromptItem>& items) {
    if (items.empty()) return;
    Element("p", "", title);
    Prompt(items);
  };
  const auto grants = [&](std::string_view title,
                          const std::vector<Grant>& list) {
    if (list.empty()) return;
    Element("p", "", title);
    Grants(list);
  };
  prompt("At install it asks beyond that:", upgrade.prompt_added);
  prompt("It no longer asks:", upgrade.prompt_removed);
  grants("The plugin gets beyond that:", upgrade.grants_added);
  grants("It no longer gets:", upgrade.grants_removed);
  if (upgrade.prompt_added.empty() && upgrade.prompt_removed.empty() &&
      upgrade.grants_added.empty() && upgrade.grants_removed.empty() &&
      upgrade.no_spec.empty() && report_.no_spec.empty()) {
    Raw("<p>Nothing is added, and nothing goes.</p>\n");
  }
  Raw("<h3>The spec</h3>\n");
  for (size_t i = upgrade.runs.size(); i-- > 0;) {
    const UpgradeRun& run = upgrade.runs[i];
    absl::StrAppend(&out_, "<div class=\"run\" data-filter data-changed=\"",
                    run.changes.empty() ? "no" : "yes", "\">\n<h4>Docker ");
    Text(RunName(run.releases));
    Raw("</h4>\n");
    if (run.changes.empty()) {
      Raw("<p class=\"muted\">The spec means the same.</p>\n");
    } else {
      Changes(run.changes);
      More(run.more_changes, "specgen diff shows all");
    }
    Raw("</div>\n");
  }
  Raw("</section>\n");
}

void Page::Privileges() {
  Raw("<section class=\"card\" id=\"privileges\">\n<h2>Privileges on Docker ");
  Text(report_.engine->name);
  Raw("</h2>\n");
  Presumed(report_.presumed);
  if (!report_.no_spec.empty()) {
    Raw("<p class=\"error\">This engine ");
    Text(report_.no_spec);
    Raw("</p>\n");
  }
  if (report_.prompt.empty()) {
    Raw("<p>At install it asks nothing.</p>\n");
  } else {
    Raw("<p>At install it asks:</p>\n");
    Prompt(report_.prompt);
    More(report_.more_prompt, "specgen privileges shows all");
  }
  if (!report_.grants.empty()) {
    Raw("<p>What the plugin then gets:</p>\n");
    Grants(report_.grants);
    More(report_.more_grants, "specgen privileges shows all");
  }
  Raw("</section>\n");
}

void Page::Findings() {
  Raw("<section class=\"card\" id=\"findings\">\n<h2>Lint findings</h2>\n");
  if (report_.findings.empty()) {
    Raw("<p>There are none, over all these engines.</p>\n</section>\n");
    return;
  }
  Raw("<ul class=\"entries\">\n");
  for (const LintFinding& finding : report_.findings) {
    const std::string_view level = LintLevelName(finding.rule->level);
    Raw("<li data-filter>");
    Element("span", absl::StrCat("badge ", level), level);
    Raw("<div>");
    Text(finding.message);
    Raw("<br><span class=\"muted\">");
    Link(RuleUrl(*finding.rule),
         absl::StrCat(finding.rule->id, " ", finding.rule->name));
    Text(absl::StrCat(", at ", ToString(finding.position)));
    Raw("</span></div></li>\n");
  }
  Raw("</ul>\n");
  More(report_.more_findings, "specgen lint says of which kind");
  Raw("</section>\n");
}

void Page::MatrixRow(const ReportRun& run, const ReportRun* before) {
  // The first one has no entry among the changes.
  absl::StrAppend(&out_, "<tr data-filter data-changed=\"",
                  before == nullptr || !run.changes.empty() ? "yes" : "no",
                  "\"><th scope=\"row\">");
  if (before != nullptr) {
    Raw("<a href=\"#r-");
    Text(run.releases.front().name);
    Raw("\">");
  }
  Text(RunName(run.releases));
  if (before != nullptr) Raw("</a>");
  Raw("</th><td class=\"mono\">");
  Text(run.releases.front().date);
  Raw("</td>");
  if (run.outcome != Outcome::kSpec) {
    absl::StrAppend(&out_, "<td class=\"none\" colspan=\"",
                    report_.sections.size(), "\">");
    Text(run.outcome == Outcome::kCrashed ? "crashes: " : "refuses: ");
    Text(run.message);
    Raw("</td></tr>\n");
    return;
  }
  for (size_t i = 0; i < run.variants.size(); ++i) {
    const size_t variant = run.variants[i];
    const bool is_new = before != nullptr && !before->variants.empty() &&
                        before->variants[i] != variant;
    absl::StrAppend(&out_, "<td class=\"", VariantClass(variant),
                    is_new ? " new" : "", "\"><a href=\"#f-", i, "-", variant,
                    "\">", VariantName(variant), "</a></td>");
  }
  Raw("</tr>\n");
}

void Page::Matrix() {
  Raw("<section class=\"card\" id=\"engines\">\n<h2>Engines</h2>\n<p "
      "class=\"muted\">Each letter is a form that a part of the spec takes; "
      "the "
      "same letter in a column is the same form. A bar below marks a change "
      "from "
      "the row below. Releases that behave alike share a row.</p>\n");
  ScrollArea("Engines and forms");
  Raw("<table class=\"matrix\">\n<thead><tr><th>Docker</th><th>Released</th>");
  for (const ReportSection& section : report_.sections) {
    Element("th", "", section.name);
  }
  Raw("</tr></thead>\n<tbody>\n");
  for (size_t i = report_.runs.size(); i-- > 0;) {
    MatrixRow(report_.runs[i], i == 0 ? nullptr : &report_.runs[i - 1]);
  }
  Raw("</tbody></table></div>\n");
  Presumed(report_.range_presumed);
  for (size_t i = report_.runs.size(); i-- > 0;) {
    Presumed(report_.runs[i].presumed);
  }
  Raw("</section>\n");
}

void Page::Why(const EngineChange& change) {
  Raw("<li>");
  if (change.undone) Raw("no longer: ");
  Text("Docker ");
  Text(change.behaviour->name);
  Raw(": ");
  Linked(change.text);
  Raw("</li>\n");
}

void Page::Run(const ReportRun& run) {
  absl::StrAppend(&out_, "<div class=\"run\" data-filter data-changed=\"",
                  run.changes.empty() ? "no" : "yes", "\" id=\"r-");
  Text(run.releases.front().name);
  Raw("\">\n<h3>");
  Text(RunName(run.releases));
  Raw(" <span class=\"muted\">");
  Text(run.releases.front().date);
  Raw("</span></h3>\n");
  if (run.changes.empty()) {
    Raw("<p class=\"muted\">Nothing changes for this plugin.</p>\n");
  } else {
    Changes(run.changes);
    More(run.more_changes, "specgen diff shows all");
  }
  if (!run.why.empty()) {
    Raw("<details><summary class=\"muted\">What changed in the engine</summary>"
        "<ul class=\"why\">\n");
    for (const EngineChange& change : run.why) Why(change);
    Raw("</ul></details>\n");
  }
  // Advisories are not hidden in there.
  std::string ids;
  for (const EngineChange& change : run.why) {
    if (change.undone) continue;
    for (const std::string& id : AdvisoryIds(change.text)) {
      absl::StrAppend(&ids, ids.empty() ? "" : ", ", id);
    }
  }
  if (!ids.empty()) {
    Raw("<p class=\"advisory\">Fixes ");
    Linked(ids);
    Raw("</p>\n");
  }
  Raw("</div>\n");
}

void Page::Timeline() {
  Raw("<section class=\"card\" id=\"changes\">\n<h2>What changed, and "
      "why</h2>\n"
      "<p class=\"muted\">Each entry is compared with the one below it, in "
      "the "
      "order of versions.</p>\n");
  for (size_t i = report_.runs.size(); i-- > 1;) Run(report_.runs[i]);
  Raw("</section>\n");
}

void Page::Variants() {
  Raw("<section class=\"card\" id=\"forms\">\n<h2>The spec, part by "
      "part</h2>\n");
  for (size_t i = 0; i < report_.sections.size(); ++i) {
    const ReportSection& section = report_.sections[i];
    Raw("<details><summary><b>");
    Text(section.name);
    absl::StrAppend(&out_, "</b> <span class=\"muted\">",
                    section.variants.size(),
                    section.variants.size() == 1 ? " form" : " forms",
                    "</span></summary>\n");
    for (size_t v = 0; v < section.variants.size(); ++v) {
      std::string where;
      for (const ReportRun& run : report_.runs) {
        if (run.variants.empty() || run.variants[i] != v) continue;
        absl::StrAppend(&where, where.empty() ? "" : ", ",
                        RunName(run.releases));
      }
      absl::StrAppend(&out_, "<div class=\"variant\" id=\"f-", i, "-", v,
                      "\"><span class=\"key ", VariantClass(v), "\">",
                      VariantName(v), "</span><span class=\"muted\">");
      Text(where);
      Raw("</span>\n<pre tabindex=\"0\">");
      Lines(section.variants[v] == "null" ? "none" : section.variants[v]);
      Raw("</pre></div>\n");
    }
    Raw("</details>\n");
  }
  Raw("</section>\n");
}

std::string Page::Make() {
  Head();
  Tools();
  Upgrade();
  Privileges();
  Findings();
  Matrix();
  Timeline();
  Variants();
  Raw("</main>\n<footer>Made by specgen ");
  Text(version_);
  Raw(" with its table of engines of ");
  Text(EngineTableDate());
  Raw(".</footer>\n<script>");
  Raw(kReportScript);
  Raw("</script>\n</body>\n</html>\n");
  return std::move(out_);
}

}  // namespace

std::string ReportHtml(const Report& report, std::string_view version) {
  return Page(report, version).Make();
}

}  // namespace specgen
