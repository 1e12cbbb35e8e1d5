#include "specgen/report/report.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "specgen/diff/spec_diff.h"
#include "specgen/engine/engine.h"
#include "specgen/engine/release_range.h"
#include "specgen/host/host_snapshot.h"
#include "specgen/json/json_tree.h"
#include "specgen/lint/lint_rules.h"

namespace specgen {
namespace {

constexpr std::string_view kHost =
    R"({"entries": [{"path": "/dev/fuse", "type": "char", "mode": "0666",)"
    R"("uid": 0, "gid": 0, "major": 10, "minor": 229}]})";

absl::StatusOr<Report> Make(std::string_view config,
                            std::string_view range = "1.13.0..",
                            PluginShape shape = PluginShape::kAuto) {
  const std::unique_ptr<HostSnapshot> host =
      HostSnapshot::Parse(kHost, "host").value();
  ReportRequest request;
  request.request.plugin = config;
  request.request.shape = shape;
  request.request.rootfs = "/srv/rootfs";
  request.input = "config.json";
  request.engine = FindRelease("28.5.2").value();
  request.releases = FindReleases(range).value();
  request.host = host.get();
  return MakeReport(request);
}

constexpr std::string_view kConfig = R"({
  "entrypoint": ["/p"],
  "interface": {"types": ["docker.volumedriver/1.0"], "socket": "p.sock"},
  "network": {"type": "host"}, "propagatedMount": "/mnt",
  "linux": {"capabilities": ["CAP_SYS_ADMIN"], "devices": [{"path": "/dev/fuse"}]}
})";

const ReportRun* FindRun(const Report& report, std::string_view first) {
  for (const ReportRun& run : report.runs) {
    if (run.releases.front().name == first) return &run;
  }
  return nullptr;
}

TEST(ReportTest, RunsCoverTheRange) {
  const absl::StatusOr<Report> report = Make(kConfig);
  ASSERT_TRUE(report.ok()) << report.status();
  const Release* next = FindReleases("1.13.0..").value().data();
  for (const ReportRun& run : report->runs) {
    EXPECT_EQ(run.releases.data(), next);
    next = run.releases.data() + run.releases.size();
  }
  EXPECT_EQ(next, AllReleases().data() + AllReleases().size());
}

TEST(ReportTest, SaysWhatChangedAndWhy) {
  const absl::StatusOr<Report> report = Make(kConfig);
  ASSERT_TRUE(report.ok());
  const ReportRun* run = FindRun(*report, "20.10.14");
  ASSERT_NE(run, nullptr);
  ASSERT_EQ(run->why.size(), 1u);
  EXPECT_TRUE(absl::StrContains(run->why[0].text, "CVE-2022-24769"));
  ASSERT_EQ(run->changes.size(), 1u);
  EXPECT_EQ(run->changes[0].section, "capabilities");

  run = FindRun(*report, "28.0.2");
  ASSERT_NE(run, nullptr);
  ASSERT_EQ(run->changes.size(), 1u);
  EXPECT_EQ(run->changes[0].text, "/proc/interrupts is newly masked");
  EXPECT_TRUE(absl::StrContains(run->why[0].text, "GHSA-6fw5-f8r9-fgfm"));
}

TEST(ReportTest, RefusalsAndCrashesHaveTheirRow) {
  const absl::StatusOr<Report> report = Make(
      R"({"interface": {"types": ["/x"]}, "mounts": [{"destination": "/y"}]})",
      "1.13.0-rc3..");
  ASSERT_TRUE(report.ok());
  const ReportRun* first = FindRun(*report, "1.13.0-rc3");
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->outcome, Outcome::kCrashed);
  const ReportRun* last = FindRun(*report, "29.0.0-rc.1");
  ASSERT_NE(last, nullptr);
  EXPECT_EQ(last->outcome, Outcome::kRefused);
  EXPECT_TRUE(last->variants.empty());
  const std::string page = ReportHtml(*report, "0");
  EXPECT_TRUE(
      absl::StrContains(page, "refuses: mount source is not specified"));
  EXPECT_TRUE(absl::StrContains(page, "crashes: "));
}

// Where all was recorded, nothing is presumed.
TEST(ReportTest, SaysWhatIsPresumed) {
  const std::string recorded = ReportJson(*Make(kConfig, "1.13.0..29.7.2"));
  EXPECT_FALSE(absl::StrContains(recorded, "presumed"));
  const absl::StatusOr<Report> report = Make(kConfig, "29.7.2..29.8.1");
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->presumed, "");
  const std::string why =
      "Docker 29.8.0-rc.1 is presumed to answer as 29.7.2: ";
  EXPECT_EQ(report->runs.back().presumed.substr(0, why.size()), why);
  EXPECT_TRUE(absl::StrContains(ReportHtml(*report, "0"),
                                absl::StrCat("Presumed: ", why)));
  EXPECT_TRUE(absl::StrContains(ReportJson(*report),
                                absl::StrCat("\"presumed\": \"", why)));
}

TEST(ReportTest, NotJson) {
  EXPECT_EQ(Make("{").status().message().substr(0, 16), "config.json:1:2:");
}

TEST(ReportTest, IsTheSameEachTime) {
  EXPECT_EQ(ReportHtml(*Make(kConfig), "0"), ReportHtml(*Make(kConfig), "0"));
  EXPECT_EQ(ReportJson(*Make(kConfig)), ReportJson(*Make(kConfig)));
}

// Whatever a plugin says, wherever it says it, none of it becomes markup.
TEST(ReportTest, HostileTextIsEscaped) {
  constexpr std::string_view kEvil =
      R"(</script></style></pre><script>alert(1)</script>'\"&<!--\u0000\u001b[2J\u202e)";
  const std::string config = absl::StrReplaceAll(
      R"({"entrypoint": ["@"], "workdir": "@", "@": "@",
          "description": "@", "documentation": "@",
          "interface": {"types": ["@/1", "@"], "socket": "@"},
          "network": {"type": "@"}, "propagatedMount": "@",
          "env": [{"name": "@", "value": "@", "settable": ["@"]}],
          "args": {"name": "@", "value": ["@"], "settable": ["@"]},
          "mounts": [{"name": "@", "source": "@", "destination": "@",
                      "type": "@", "options": ["@"], "settable": ["@"]},
                     {"source": "/@", "destination": "/dev/shm",
                      "type": "bind", "options": ["@"]}],
          "linux": {"capabilities": ["@"]}})",
      {{"@", kEvil}});
  absl::StatusOr<Report> report = Make(config);
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_TRUE(report->has_spec) << report->no_spec;
  report->title = "</title><script>alert(2)</script>";
  report->upgrade.emplace();
  report->upgrade->input = kEvil;
  report->upgrade->no_spec = kEvil;
  report->upgrade->prompt_added = report->prompt;
  report->upgrade->grants_removed = report->grants;
  report->upgrade->runs.push_back(
      {report->runs.front().releases,
       {{ChangeKind::kChanged, "mounts", "x", std::string(kEvil)}}});
  const std::string page = ReportHtml(*report, "<script>");
  EXPECT_TRUE(absl::StrContains(page, "&lt;script&gt;alert(1)"));
  EXPECT_FALSE(absl::StrContains(page, "<script>alert"));
  EXPECT_FALSE(absl::StrContains(page, "<!--"));
  for (std::string_view tag :
       {"<script>", "</script>", "</style>", "</title>"}) {
    const size_t at = page.find(tag);
    ASSERT_NE(at, std::string::npos) << tag;
    EXPECT_EQ(page.find(tag, at + 1), std::string::npos) << tag;
  }
  for (char c : page) {
    EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
  }
  EXPECT_FALSE(absl::StrContains(page, "\xE2\x80\xAE"));  // U+202E
  EXPECT_TRUE(absl::StrContains(page, "<dt>Documentation</dt><dd>&lt;/script"));
}

// A message may hold a path as long as the config, for each engine.
TEST(ReportTest, LongMessagesAreCut) {
  const absl::StatusOr<Report> report =
      Make(absl::StrCat(R"({"linux": {"devices": [{"path": "dev/)",
                        std::string(1 << 20, 'p'), "\"}]}}"));
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_FALSE(report->has_spec);
  size_t size = report->no_spec.size();
  for (const ReportRun& run : report->runs) {
    EXPECT_LT(run.message.size(), kMaxReportForm + 100);
    size = std::max(size, run.message.size());
  }
  for (const LintFinding& finding : report->findings) {
    EXPECT_LT(finding.message.size(), kMaxReportForm + 100);
  }
  EXPECT_LT(size, kMaxReportForm + 100);
  EXPECT_GT(size, kMaxReportForm);
}

// A page is for people: what no plugin has is counted, not shown.
TEST(ReportTest, HasABudget) {
  constexpr size_t kCount = 3000;
  std::string config =
      R"({"interface": {"types": ["docker.volumedriver/1.0"]},)";
  const auto list = [&](std::string_view before, auto item) {
    absl::StrAppend(&config, before, "[");
    for (size_t i = 0; i < kCount; ++i) {
      absl::StrAppend(&config, i == 0 ? "" : ",", item(i));
    }
    absl::StrAppend(&config, "]");
  };
  list(R"("mounts": )", [](size_t i) {
    return absl::StrCat(R"({"type":"bind","source":"/s","destination":"/d)", i,
                        R"(","options":["rbind"]})");
  });
  list(R"(,"linux":{"capabilities": )",
       [](size_t i) { return absl::StrCat("\"CAP_", i, "\""); });
  config += "}}";
  const absl::StatusOr<Report> report = Make(config);
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_TRUE(report->has_spec) << report->no_spec;
  EXPECT_GT(report->more_prompt, kCount - kMaxReportRows);
  EXPECT_EQ(report->prompt.size(), kMaxReportRows);
  EXPECT_EQ(report->grants.size(), kMaxReportRows);
  EXPECT_GT(report->more_grants, kCount);
  // One for each capability, and two more: no socket, no entrypoint.
  EXPECT_EQ(report->findings.size(), kMaxFindings + 2);
  EXPECT_EQ(report->more_findings, kCount - kMaxFindings);
  for (const ReportSection& section : report->sections) {
    for (const std::string& form : section.variants) {
      EXPECT_LT(form.size(), kMaxReportForm + 100) << section.name;
    }
  }
  const std::string page = ReportHtml(*report, "0");
  EXPECT_TRUE(absl::StrContains(
      page, absl::StrCat("And ", report->more_findings, " more: ")));
  EXPECT_TRUE(absl::StrContains(page, " bytes more]"));
  EXPECT_TRUE(
      absl::StrContains(ReportJson(*report),
                        absl::StrCat("\"moreGrants\": ", report->more_grants)));
}

// The same start does not make forms the same.
TEST(ReportTest, LongFormsDifferInWhatIsNotShown) {
  std::string config(kConfig.substr(0, kConfig.size() - 2));
  absl::StrAppend(&config, R"(,"env": [{"name": "A", "value": ")",
                  std::string(kMaxReportForm, 'a'), "\"}]}");
  const size_t forms = Make(kConfig)->sections[0].variants.size();
  ASSERT_GT(forms, 1u);
  const absl::StatusOr<Report> report = Make(config);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->sections[0].variants.size(), forms);
}

TEST(ReportTest, ConfigsOfTooManyValuesAreRefused) {
  std::string config = "{\"mounts\": [{}";
  for (size_t i = 0; i < 300000; ++i) config += ",{}";
  EXPECT_EQ(Make(config + "]}").status().message(),
            "config.json:1:1: the text has 262144 values or more");
}

// Of a directory, the file is a config whatever it looks like.
TEST(ReportTest, FindingsAreOfThePluginAsItIsRead) {
  constexpr std::string_view kText = R"({"config": 5, "entrypoint": ["/p"]})";
  for (const PluginShape shape : {PluginShape::kConfig, PluginShape::kStored}) {
    const absl::StatusOr<Report> report = Make(kText, "28.5.2", shape);
    ASSERT_TRUE(report.ok()) << report.status();
    const bool is_refused = report->findings[0].rule->id == "SG001" ||
                            report->findings.back().rule->id == "SG001";
    EXPECT_EQ(is_refused, shape == PluginShape::kStored);
  }
}

// The page needs nothing from elsewhere: only links lead there.
TEST(ReportTest, IsSelfContained) {
  const std::string page = absl::StrReplaceAll(ReportHtml(*Make(kConfig), "0"),
                                               {{"<a href=\"https://", ""}});
  for (std::string_view text :
       {"http:", "https:", " src=", "@import", "url("}) {
    EXPECT_FALSE(absl::StrContains(page, text)) << text;
  }
}

std::string About(std::string_view members) {
  std::string config(kConfig.substr(0, kConfig.size() - 2));
  const absl::StatusOr<Report> report =
      Make(absl::StrCat(config, ", ", members, "}"));
  EXPECT_TRUE(report.ok()) << report.status();
  const std::string page = ReportHtml(*report, "0");
  const size_t begin = page.find("<dl class=\"about\">");
  return page.substr(begin, page.find("</dl>") - begin);
}

TEST(ReportTest, SaysFirstWhatItIs) {
  const std::string about = About(
      R"("Description": "volumes <b>", "documentation": "https://example.com/a?b&c")");
  for (std::string_view text :
       {"<dd>volumes &lt;b&gt;</dd>", "<dd>docker.volumedriver/1.0</dd>",
        "<a href=\"https://example.com/a?b&amp;c\" rel=\"noreferrer\">"
        "https://example.com/a?b&amp;c</a>",
        "<dt>SHA-256</dt><dd>", "<dt>Machine</dt><dd>this machine: amd64</dd>",
        "privileges on 28.5.2</dd>"}) {
    EXPECT_TRUE(absl::StrContains(about, text)) << text << "\n" << about;
  }
  const std::string sha256 = Make("{}")->about.sha256;
  EXPECT_EQ(sha256,
            "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
}

TEST(ReportTest, OnlyWebAddressesAreLinks) {
  for (std::string_view address :
       {"http://example.com", "HTTPS://example.com/#a"}) {
    EXPECT_TRUE(absl::StrContains(
        About(absl::StrCat(R"("documentation": ")", address, "\"")),
        absl::StrCat("<a href=\"", address, "\"")));
  }
  for (std::string_view address :
       {"javascript:alert(1)", "JavaScript://example.com/%0aalert(1)",
        "data:text/html,<script>alert(1)</script>", "vbscript:x", "file:///x",
        " https://example.com", "//example.com", "example.com",
        R"~(\u0001javascript:alert(1))~", R"~(https\u003ajavascript:alert(1))~",
        R"~(java\tscript:alert(1))~"}) {
    EXPECT_FALSE(absl::StrContains(
        About(absl::StrCat(R"("documentation": ")", address, "\"")), "<a "))
        << address;
  }
  // No quote ends the attribute.
  EXPECT_TRUE(absl::StrContains(
      About(R"~("documentation": "https://x/\" onclick=\"alert(1)")~"),
      "<a href=\"https://x/&quot; onclick=&quot;alert(1)\" rel="));
  // A password in it is hidden, and then it leads nowhere.
  EXPECT_FALSE(absl::StrContains(
      About(R"("documentation": "https://me:hunter2@example.com/")"),
      "hunter2"));
}

TEST(ReportTest, NewestEngineFirst) {
  const std::string page = ReportHtml(*Make(kConfig, "20.10.13..28.5.2"), "0");
  const size_t first = page.find("href=\"#r-28.");
  EXPECT_LT(first, page.find("href=\"#r-20.10.14"));
  const size_t change = page.find("id=\"r-28.0.2");
  ASSERT_NE(change, std::string::npos);
  EXPECT_LT(change, page.find("id=\"r-20.10.14"));
}

TEST(ReportTest, AdvisoriesAreLinks) {
  const std::string page = ReportHtml(*Make(kConfig), "0");
  for (std::string_view link :
       {"<a href=\"https://www.cve.org/CVERecord?id=CVE-2022-24769\"",
        "<a href=\"https://github.com/advisories/GHSA-2mm7-x5h6-5pvq\""}) {
    EXPECT_TRUE(absl::StrContains(page, link)) << link;
  }
}

absl::StatusOr<Report> MakeUpgrade(std::string_view old, std::string_view now,
                                   std::string_view range) {
  const std::unique_ptr<HostSnapshot> host =
      HostSnapshot::Parse(kHost, "host").value();
  Request before;
  before.plugin = old;
  ReportRequest request;
  request.request.plugin = now;
  request.input = "new.json";
  request.old = &before;
  request.old_input = "old.json";
  request.engine = FindRelease("28.5.2").value();
  request.releases = FindReleases(range).value();
  request.host = host.get();
  return MakeReport(request);
}

TEST(ReportTest, TellsWhatAnUpgradeChanges) {
  const std::string now = absl::StrReplaceAll(
      kConfig, {{"CAP_SYS_ADMIN", "CAP_SYS_PTRACE"},
                {"\"host\"", "\"none\""},
                {"\"entrypoint\"", "\"ipchost\": true, \"entrypoint\""}});
  // Engines before 17.05 do not read ipchost.
  const absl::StatusOr<Report> report =
      MakeUpgrade(kConfig, now, "17.04.0..28.5.2");
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_TRUE(report->upgrade.has_value());
  const ReportUpgrade& upgrade = *report->upgrade;
  EXPECT_EQ(upgrade.input, "old.json");
  ASSERT_EQ(upgrade.prompt_added.size(), 2u);
  EXPECT_EQ(upgrade.prompt_added[0].line, " - host ipc namespace: [true]");
  EXPECT_FALSE(upgrade.prompt_removed.empty());
  const auto has = [](const std::vector<Grant>& grants, std::string_view what) {
    return std::any_of(grants.begin(), grants.end(),
                       [&](const Grant& grant) { return grant.what == what; });
  };
  EXPECT_TRUE(has(upgrade.grants_added, "CAP_SYS_PTRACE"));
  EXPECT_FALSE(has(upgrade.grants_added, "CAP_SYS_ADMIN"));
  EXPECT_TRUE(has(upgrade.grants_removed, "CAP_SYS_ADMIN"));
  // Where the change is the same, engines share a run, whatever else they do.
  ASSERT_GE(upgrade.runs.size(), 2u);
  EXPECT_LT(upgrade.runs.size(), report->runs.size());
  EXPECT_EQ(upgrade.runs.front().releases.front().name, "17.04.0");
  EXPECT_EQ(upgrade.runs.back().releases.back().name, "28.5.2");
  const auto text = [](const UpgradeRun& run) {
    std::string all;
    for (const Change& change : run.changes) {
      absl::StrAppend(&all, change.text, "\n");
    }
    return all;
  };
  EXPECT_FALSE(absl::StrContains(text(upgrade.runs.front()), "ipc"));
  EXPECT_TRUE(absl::StrContains(text(upgrade.runs.back()), "ipc"));
  const std::string page = ReportHtml(*report, "0");
  const size_t begin = page.find("id=\"upgrade\"");
  ASSERT_NE(begin, std::string::npos);
  EXPECT_LT(begin, page.find("id=\"privileges\""));
  EXPECT_TRUE(absl::StrContains(ReportJson(*report), "\"promptAdded\""));
}

TEST(ReportTest, UpgradesThatChangeNothingOrCannotBeCompared) {
  const absl::StatusOr<Report> same =
      MakeUpgrade(kConfig, kConfig, "20.10.13..28.5.2");
  ASSERT_TRUE(same.ok());
  ASSERT_EQ(same->upgrade->runs.size(), 1u);
  EXPECT_TRUE(same->upgrade->runs[0].changes.empty());
  EXPECT_TRUE(absl::StrContains(ReportHtml(*same, "0"),
                                "Nothing is added, and nothing goes."));
  EXPECT_FALSE(Make(kConfig)->upgrade.has_value());

  const absl::StatusOr<Report> refused =
      MakeUpgrade(R"({"mounts": 5})", kConfig, "28.5.2");
  ASSERT_TRUE(refused.ok());
  EXPECT_TRUE(refused->upgrade->grants_added.empty());
  ASSERT_EQ(refused->upgrade->runs.size(), 1u);
  ASSERT_EQ(refused->upgrade->runs[0].changes.size(), 1u);
  EXPECT_EQ(refused->upgrade->runs[0].changes[0].text,
            "before, there is a refusal: \"mounts\" must be a list, not a "
            "number; after, there is a spec");
  EXPECT_TRUE(
      absl::StrContains(ReportHtml(*refused, "0"), "no grants can be told"));
}

std::vector<std::string> Lines(const std::vector<Change>& changes) {
  std::vector<std::string> lines;
  for (const Change& change : changes) {
    lines.push_back(absl::StrCat(ChangeKindName(change.kind), " ",
                                 change.section, " ", change.text));
  }
  return lines;
}

// Only those parts of two specs are compared that differ.
TEST(ReportTest, ChangesAreThoseOfTheWholeSpecs) {
  const std::string now = absl::StrReplaceAll(
      kConfig, {{"CAP_SYS_ADMIN", "CAP_SYS_PTRACE"},
                {"\"host\"", "\"none\""},
                {"\"devices\"", "\"allowAllDevices\": true, \"devices\""},
                {"\"entrypoint\"",
                 R"("env": [{"name": "A", "value": "b"}], "entrypoint")"}});
  const absl::StatusOr<Report> report = MakeUpgrade(kConfig, now, "1.12.0..");
  ASSERT_TRUE(report.ok()) << report.status();
  const std::unique_ptr<HostSnapshot> host =
      HostSnapshot::Parse(kHost, "host").value();
  const auto spec_of = [&](std::string_view config, const Release& release) {
    Request request;
    request.plugin = config;
    Answer answer;
    Generator(release, *host).Generate(request, &answer);
    return JsonTree::Parse(
               answer.outcome() == Outcome::kSpec ? answer.spec() : "{}", "")
        .value();
  };
  size_t compared = 0;
  for (const UpgradeRun& run : report->upgrade->runs) {
    for (const Release* release :
         {&run.releases.front(), &run.releases.back()}) {
      const auto before = spec_of(kConfig, *release);
      const auto after = spec_of(now, *release);
      if (before->root().items.empty()) continue;
      EXPECT_EQ(Lines(DiffSpecs(before->root(), after->root())),
                Lines(run.changes))
          << release->name;
      ++compared;
    }
  }
  EXPECT_GE(compared, 4u);
  for (size_t i = 1; i < report->runs.size(); ++i) {
    const ReportRun& run = report->runs[i];
    const auto before = spec_of(now, report->runs[i - 1].releases.front());
    const auto after = spec_of(now, run.releases.front());
    if (before->root().items.empty() || after->root().items.empty()) continue;
    EXPECT_EQ(Lines(DiffSpecs(before->root(), after->root())),
              Lines(run.changes))
        << run.releases.front().name;
    ++compared;
  }
  EXPECT_GT(compared, 30u);
}

TEST(ReportTest, TellsThatTheNewerOneHasNoGrants) {
  const absl::StatusOr<Report> refused = MakeUpgrade(
      kConfig, R"({"entrypoint": ["/p"], "mounts": [{"destination": "/x"}]})",
      "28.5.2");
  ASSERT_TRUE(refused.ok());
  EXPECT_TRUE(absl::StrContains(ReportHtml(*refused, "0"),
                                "Of the newer one no grants can be told: this "
                                "engine refuses the plugin: mount source"));
}

// A password that changed still shows as a change, and not as a password.
TEST(ReportTest, HidesSecretsInAssumedDevices) {
  const std::unique_ptr<HostSnapshot> host =
      HostSnapshot::Parse(kHost, "host").value();
  ReportRequest request;
  request.request.plugin = kConfig;
  request.input = "config.json";
  request.engine = FindRelease("28.5.2").value();
  request.releases = FindReleases("28.5.2").value();
  request.host = host.get();
  request.grant_host.assumed = {"/dev/x?token=hunter2"};
  const absl::StatusOr<Report> report = MakeReport(request);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(absl::StrContains(report->about.machine, "/dev/x?token=(secret"));
  EXPECT_FALSE(absl::StrContains(ReportJson(*report), "hunter2"));
}

TEST(ReportTest, UpgradesHideSecrets) {
  const auto with = [](std::string_view password) {
    return absl::StrCat(
        kConfig.substr(0, kConfig.size() - 2),
        R"(, "env": [{"name": "PASSWORD", "value": ")", password,
        R"("}], "mounts": [{"type": "bind", "destination": "/x",)"
        R"("source": "/s/password=)",
        password, R"(", "options": ["rbind"]}]})");
  };
  const absl::StatusOr<Report> report =
      MakeUpgrade(with("hunter2"), with("hunter3"), "28.5.2");
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_FALSE(report->upgrade->runs[0].changes.empty());
  for (const std::string& text :
       {ReportHtml(*report, "0"), ReportJson(*report)}) {
    EXPECT_FALSE(absl::StrContains(text, "hunter"));
    EXPECT_TRUE(absl::StrContains(text, "(secret 2)"));
  }
}

// A report with nothing in it but one engine, which makes a spec of one part.
Report PlainReport() {
  Report report;
  report.title = "t";
  report.input = "f.json";
  report.engine = FindRelease("28.5.2").value();
  report.sections.push_back({"process", {"{}"}});
  ReportRun run;
  run.releases = FindReleases("28.5.2").value();
  run.variants = {0};
  report.runs.push_back(std::move(run));
  return report;
}

// Adds a run before that of PlainReport.
ReportRun& AddFirst(Report* report, std::string_view releases,
                    std::vector<size_t> variants) {
  ReportRun run;
  run.releases = FindReleases(releases).value();
  run.variants = std::move(variants);
  report->runs.insert(report->runs.begin(), std::move(run));
  return report->runs.front();
}

LintFinding FindingOf(std::string_view id) {
  LintFinding finding;
  finding.rule = FindLintRule(id);
  return finding;
}

// What the page says of each part of a report.
TEST(ReportTest, EachPartHasItsPlaceOnThePage) {
  struct Case {
    void (*change)(Report* report);
    std::string_view has;         // then, and not before
    std::string_view lacks = {};  // then, but before
  };
  const std::string plain = ReportHtml(PlainReport(), "0");
  for (const Case& c : {
           // The tiles.
           Case{[](Report* r) { AddFirst(r, "28.5.0..28.5.1", {0}); },
                "<b>3 of 3</b>", "<b>1 of 1</b>"},
           Case{[](Report* r) {
                  AddFirst(r, "28.5.0..28.5.1", {}).outcome = Outcome::kRefused;
                },
                "<b>1 of 3</b>"},
           Case{[](Report* r) {
                  r->grants.resize(2);
                  r->grants[1].level = GrantLevel::kCritical;
                },
                "<b class=\"critical\">1</b><span>critical privileges"},
           Case{[](Report* r) {
                  r->grants.resize(3);
                  r->grants[1].level = GrantLevel::kHigh;
                  r->grants[2].level = GrantLevel::kHigh;
                },
                "<b class=\"high\">2</b><span>high privileges",
                "<b>0</b><span>high privileges"},
           Case{[](Report* r) {
                  r->grants.resize(1);
                  r->grants[0].level = GrantLevel::kMedium;
                },
                "<b>1</b><span>medium privileges"},
           Case{[](Report* r) { r->findings = {FindingOf("SG007")}; },
                "badge note", "There are none, over"},
           Case{[](Report* r) {
                  r->findings = {FindingOf("SG007"), FindingOf("SG003"),
                                 FindingOf("SG001")};
                },
                "<b class=\"warning\">2</b><span>lint findings",
                "<b>0</b><span>lint findings"},
           // What is said of the plugin.
           Case{[](Report* r) { r->about.types = "a/1"; },
                "<dt>Type</dt><dd>a/1</dd>", "none that an engine could call"},
           Case{[](Report* r) { r->about.description = "http://x"; },
                "<a href=\"http://x\" rel"},
           Case{[](Report* r) { r->about.description = "ahttp://x"; },
                "<dd>ahttp://x</dd>"},
           Case{[](Report* r) { r->runs.clear(); }, "", "<dt>Engines</dt>"},
           // Privileges.
           Case{[](Report* r) { r->presumed = "p <x"; },
                "Presumed: p &lt;x.</p>"},
           Case{[](Report* r) { r->no_spec = "crashes: <x"; },
                "<p class=\"error\">This engine crashes: &lt;x</p>"},
           Case{[](Report* r) {
                  r->prompt = {{" - a: [b]", ""}};
                },
                "<p>At install it asks:</p>", "it asks nothing"},
           Case{[](Report* r) {
                  r->prompt.resize(1);
                  r->more_prompt = 7;
                },
                "And 7 more: specgen privileges shows all."},
           Case{[](Report* r) { r->grants.resize(1); },
                "What the plugin then gets"},
           Case{[](Report* r) {
                  r->grants.resize(1);
                  r->more_grants = 8;
                },
                "And 8 more: specgen privileges shows all."},
           Case{[](Report* r) {
                  r->grants.push_back(
                      {GrantLevel::kLow, "i<", "w<", "CVE-1, GHSA-2, CVE-1"});
                },
                "<span class=\"badge low\">low</span><div><span "
                "class=\"mono\">w&lt;</span> <span "
                "class=\"muted\">i&lt;</span><br><a "
                "href=\"https://www.cve.org/CVERecord?id=CVE-1\" "
                "rel=\"noreferrer\">CVE-1</a>, <a "
                "href=\"https://github.com/advisories/GHSA-2\" "
                "rel=\"noreferrer\">GHSA-2</a>, <a "
                "href=\"https://www.cve.org/CVERecord?id=CVE-1\" "
                "rel=\"noreferrer\">CVE-1</a></div></li>"},
           Case{[](Report* r) {
                  r->findings = {FindingOf("SG001")};
                  r->more_findings = 9;
                },
                "And 9 more: specgen lint says of which kind."},
           // The matrix.
           Case{[](Report* r) { r->range_presumed = "range"; },
                "Presumed: range.</p>"},
           Case{[](Report* r) { r->runs[0].presumed = "run"; },
                "Presumed: run.</p>"},
           Case{[](Report* r) {
                  r->runs[0].outcome = Outcome::kRefused;
                  r->runs[0].message = "m<";
                  r->runs[0].variants.clear();
                },
                "<td class=\"none\" colspan=\"1\">refuses: m&lt;</td></tr>"},
           Case{[](Report* r) {
                  r->runs[0].outcome = Outcome::kCrashed;
                  r->runs[0].message = "m";
                  r->runs[0].variants.clear();
                },
                "crashes: m</td></tr>"},
           Case{[](Report* r) {
                  r->sections[0].variants.resize(40);
                  r->runs[0].variants = {25};
                },
                "<td class=\"v5\"><a href=\"#f-0-25\">Z</a></td>"},
           Case{[](Report* r) {
                  r->sections[0].variants.resize(40);
                  r->runs[0].variants = {26};
                },
                "<td class=\"v6\"><a href=\"#f-0-26\">A1</a></td>"},
           Case{[](Report* r) { AddFirst(r, "28.5.1", {0}); },
                "data-changed=\"no\"><th scope=\"row\"><a "
                "href=\"#r-28.5.2\">28.5.2</a></th>"},
           Case{[](Report* r) { AddFirst(r, "28.5.1", {0}); },
                "data-changed=\"yes\"><th scope=\"row\">28.5.1</th>"},
           Case{[](Report* r) {
                  AddFirst(r, "28.5.1", {0});
                  r->runs[1].changes.resize(1);
                },
                "data-changed=\"yes\"><th scope=\"row\"><a "
                "href=\"#r-28.5.2\">28.5.2</a></th>"},
           Case{[](Report* r) { AddFirst(r, "28.5.1", {1}); },
                "<td class=\"v0 new\">"},
           Case{[](Report* r) { AddFirst(r, "28.5.1", {0}); },
                "<td class=\"v0\"><a href=\"#f-0-0\">A</a></td></tr>\n<tr"},
           Case{[](Report* r) { AddFirst(r, "28.5.1", {}); },
                "<td class=\"v0\"><a href=\"#f-0-0\">A</a></td></tr>\n<tr"},
           // What changed.
           Case{[](Report* r) { AddFirst(r, "28.5.1", {0}); },
                "<div class=\"run\" data-filter data-changed=\"no\" "
                "id=\"r-28.5.2\">\n<h3>28.5.2 <span class=\"muted\">"},
           Case{[](Report* r) {
                  AddFirst(r, "28.5.1", {0});
                  r->runs[1].changes = {{ChangeKind::kAdded, "s<", "", "x<"},
                                        {ChangeKind::kRemoved, "s", "", "y"},
                                        {ChangeKind::kChanged, "s", "", "z"},
                                        {ChangeKind::kMoved, "s", "", "w"},
                                        {ChangeKind::kReordered, "s", "", "v"}};
                  r->runs[1].more_changes = 3;
                },
                "<ul>\n<li class=\"added\"><span class=\"part\">s&lt;:</span> "
                "x&lt;</li>\n<li class=\"removed\"><span "
                "class=\"part\">s:</span> y</li>\n<li class=\"changed\"><span "
                "class=\"part\">s:</span> z</li>\n<li class=\"changed\"><span "
                "class=\"part\">s:</span> w</li>\n<li class=\"changed\"><span "
                "class=\"part\">s:</span> v</li>\n</ul>\n<p "
                "class=\"muted\">And 3 more: specgen diff shows all.</p>"},
           Case{[](Report* r) {
                  AddFirst(r, "28.5.1", {0});
                  const Behaviour* b = r->engine->behaviour;
                  r->runs[1].why = {{b, "CVE-1", true},
                                    {b, "CVE-2 GHSA-3", false},
                                    {b, "CVE-4", false}};
                },
                "<p class=\"advisory\">Fixes <a "
                "href=\"https://www.cve.org/CVERecord?id=CVE-2\" "
                "rel=\"noreferrer\">CVE-2</a>, <a "
                "href=\"https://github.com/advisories/GHSA-3\" "
                "rel=\"noreferrer\">GHSA-3</a>, <a "
                "href=\"https://www.cve.org/CVERecord?id=CVE-4\" "
                "rel=\"noreferrer\">CVE-4</a></p>"},
           Case{[](Report* r) {
                  AddFirst(r, "28.5.1", {0});
                  r->runs[1].why = {{r->engine->behaviour, "a <b", true}};
                },
                ": a &lt;b</li>\n</ul></details>\n</div>"},
           // The forms.
           Case{[](Report* r) { r->sections[0].variants = {"null"}; },
                "<pre tabindex=\"0\">none</pre>", "<pre tabindex=\"0\">{}"},
           Case{[](Report* r) { r->sections[0].variants = {"a<\nb"}; },
                "<pre tabindex=\"0\">a&lt;\nb</pre>"},
           Case{[](Report* r) {
                  r->sections[0].variants = {"a", "b"};
                },
                "2 forms</span>", "1 form</span>"},
           Case{[](Report* r) {
                  AddFirst(r, "28.0.0..28.4.0", {0});
                  r->sections[0].variants = {"a", "b"};
                },
                "id=\"f-0-0\"><span class=\"key v0\">A</span><span "
                "class=\"muted\">28.0.0 to 28.4.0, 28.5.2</span>"},
           Case{[](Report* r) {
                  AddFirst(r, "28.0.0", {1});
                  r->sections[0].variants = {"a", "b"};
                },
                "id=\"f-0-1\"><span class=\"key v1\">B</span><span "
                "class=\"muted\">28.0.0</span>"},
           // An upgrade.
           Case{[](Report* r) { r->upgrade.emplace(); },
                "<a href=\"#upgrade\">What the upgrade changes</a>"},
           Case{[](Report* r) { r->upgrade.emplace(); },
                "Nothing is added, and nothing goes."},
           Case{[](Report* r) {
                  r->upgrade.emplace().runs.push_back(
                      {FindReleases("28.5.1").value(), {}});
                },
                "data-changed=\"no\">\n<h4>Docker 28.5.1</h4>\n<p "
                "class=\"muted\">The spec means the same.</p>"},
           Case{[](Report* r) {
                  r->upgrade.emplace().runs.push_back(
                      {FindReleases("28.5.1").value(),
                       {{ChangeKind::kAdded, "s", "", "x"}},
                       4});
                },
                "data-changed=\"yes\">\n<h4>Docker 28.5.1</h4>\n<ul>\n<li "
                "class=\"added\"><span class=\"part\">s:</span> "
                "x</li>\n</ul>\n<p class=\"muted\">And 4 more: specgen diff "
                "shows all.</p>"},
       }) {
    Report report = PlainReport();
    c.change(&report);
    const std::string page = ReportHtml(report, "0");
    if (!c.has.empty()) {
      EXPECT_TRUE(absl::StrContains(page, c.has)) << c.has;
      EXPECT_FALSE(absl::StrContains(plain, c.has)) << c.has;
    }
    if (!c.lacks.empty()) {
      EXPECT_FALSE(absl::StrContains(page, c.lacks)) << c.lacks;
      EXPECT_TRUE(absl::StrContains(plain, c.lacks)) << c.lacks;
    }
  }
  // What the first one changes is not told.
  Report report = PlainReport();
  report.runs[0].changes = {{ChangeKind::kAdded, "s", "", "x"}};
  EXPECT_FALSE(absl::StrContains(ReportHtml(report, "0"), "class=\"added\""));
  // Whether it is undone.
  AddFirst(&report, "28.5.1", {0});
  const Behaviour& behaviour = *report.engine->behaviour;
  for (const bool undone : {true, false}) {
    report.runs[1].why = {{&behaviour, "a", undone}};
    EXPECT_TRUE(
        absl::StrContains(ReportHtml(report, "0"),
                          absl::StrCat("<li>", undone ? "no longer: " : "",
                                       "Docker ", behaviour.name, ": a</li>")));
  }
}

// Of an upgrade, "nothing" is said only if nothing else is.
TEST(ReportTest, UpgradesOfWhichSomethingIsSaid) {
  for (void (*change)(Report * report) :
       {+[](Report* r) { r->upgrade->prompt_added.resize(1); },
        +[](Report* r) { r->upgrade->prompt_removed.resize(1); },
        +[](Report* r) { r->upgrade->grants_added.resize(1); },
        +[](Report* r) { r->upgrade->grants_removed.resize(1); },
        +[](Report* r) { r->upgrade->no_spec = "x"; },
        +[](Report* r) { r->no_spec = "x"; }}) {
    Report report = PlainReport();
    report.upgrade.emplace();
    change(&report);
    EXPECT_FALSE(
        absl::StrContains(ReportHtml(report, "0"), "Nothing is added"));
  }
}

// What is told of the machine.
TEST(ReportTest, SaysOnWhichMachine) {
  for (const auto& [facts, machine] :
       std::vector<std::pair<std::string_view, std::string_view>>{
           {"", "amd64"},
           {R"(, "architecture": "arm64")", "arm64"},
           {R"(, "possible_cpus": [0])", "amd64, 1 CPU"},
           {R"(, "possible_cpus": [0, 3])", "amd64, 2 CPUs"},
           {R"(, "unified_cgroups": true)", "amd64, cgroup v2"},
           {R"(, "user_namespace": true)",
            "amd64, the engine in a user namespace"},
           {R"(, "rootlesskit": true)", "amd64, under RootlessKit"},
           {R"(, "rootlesskit": true, "detached_network_namespace": true)",
            "amd64, under RootlessKit with a network namespace of its own"},
           {R"(, "detached_network_namespace": true)", "amd64"},
       }) {
    const std::unique_ptr<HostSnapshot> host =
        HostSnapshot::Parse(absl::StrCat("{\"entries\": []", facts, "}"),
                            "host")
            .value();
    ReportRequest request;
    request.request.plugin = kConfig;
    request.input = "config.json";
    request.engine = FindRelease("28.5.2").value();
    request.releases = FindReleases("28.5.2").value();
    request.host = host.get();
    request.host_name = "h";
    EXPECT_EQ(MakeReport(request)->about.machine, absl::StrCat("h: ", machine));
  }
}

// Engines that differ in their rule of user namespaces have a run of their own
// on a host that has one; and what is outside the range nobody asks.
TEST(ReportTest, RunsOfHostsInAUserNamespace) {
  const auto runs = [](std::string_view facts) {
    const std::unique_ptr<HostSnapshot> host =
        HostSnapshot::Parse(
            absl::StrCat(
                R"({"entries": [{"path": "/", "type": "dir"}], "mounts": [{"path": "/", "flags": ["nosuid"]}])",
                facts, "}"),
            "host")
            .value();
    ReportRequest request;
    request.request.plugin =
        R"({"mounts": [{"source": "/", "destination": "/d", "type": "bind",
            "options": ["rbind"]}]})";
    request.input = "config.json";
    request.engine = FindRelease("28.5.2").value();
    request.releases = FindReleases("1.13.0..").value();
    request.host = host.get();
    std::string out;
    const absl::StatusOr<Report> report = MakeReport(request);
    for (const ReportRun& run : report->runs) {
      absl::StrAppend(&out, run.releases.front().name, " ");
    }
    return out;
  };
  const std::string usual = runs("");
  const std::string within = runs(R"(, "user_namespace": true)");
  EXPECT_NE(usual, within);
  for (std::string_view first : absl::StrSplit(usual, ' ')) {
    EXPECT_TRUE(absl::StrContains(within, first)) << first;
  }
}

}  // namespace
}  // namespace specgen
