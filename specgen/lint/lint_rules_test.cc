// Every rule has its section in README.md, an example in which it finds
// something, and one in which no rule does; and what each finds, one line a
// case.
//
//   lint_rules_test README
#include "specgen/lint/lint_rules.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "specgen/base/readme_test_main.h"
#include "specgen/engine/release_range.h"
#include "specgen/json/json_tree.h"
#include "specgen/known/interface_types.h"
#include "specgen/lint/lint_context.h"
#include "specgen/lint/linter.h"
#include "specgen/secrets/hide_secrets.h"

namespace specgen {
namespace {

std::vector<LintFinding> Findings(std::string_view text,
                                  std::string_view engines) {
  LintRequest request;
  request.plugin = text;
  request.name = "x";
  request.releases = FindReleases(engines).value();
  absl::StatusOr<std::vector<LintFinding>> findings = Lint(request);
  EXPECT_TRUE(findings.ok()) << findings.status() << text;
  return findings.ok() ? *std::move(findings) : std::vector<LintFinding>();
}

// The rules that find something, in the order of the text: "SG009 SG012".
std::string Found(std::string_view text, std::string_view engines) {
  return absl::StrJoin(Findings(text, engines), " ",
                       [](std::string* out, const LintFinding& finding) {
                         absl::StrAppend(out, finding.rule->id);
                       });
}

TEST(LintRulesTest, BadExamplesShowTheirRuleAndNoOther) {
  for (const LintRule& rule : LintRules()) {
    const std::string text = ExampleConfig(rule.bad);
    if (rule.find == nullptr) {
      LintRequest request;
      request.plugin = text;
      request.releases = FindReleases("").value();
      EXPECT_FALSE(Lint(request).ok()) << rule.id;
      continue;
    }
    const std::vector<LintFinding> findings =
        Findings(text, rule.example_engines);
    EXPECT_FALSE(findings.empty()) << rule.id << text;
    for (const LintFinding& finding : findings) {
      EXPECT_EQ(finding.rule->id, rule.id) << text << finding.message;
    }
  }
}

TEST(LintRulesTest, NothingIsFoundInGoodExamples) {
  for (const LintRule& rule : LintRules()) {
    const std::string text = ExampleConfig(rule.good);
    EXPECT_EQ(Found(text, rule.example_engines), "") << rule.id << text;
  }
}

TEST(LintRulesTest, ReadMeHasTheirSections) {
  std::string sections;
  for (const LintRule& rule : LintRules()) {
    absl::StrAppend(&sections, "\n", RuleSection(rule));
  }
  EXPECT_TRUE(absl::EndsWith(Readme(), absl::StrCat("## Rules\n", sections)))
      << "README.md should end with:\n## Rules\n"
      << sections;
}

TEST(LintRulesTest, IdsAndNamesAreUnique) {
  std::set<std::string_view> seen;
  for (size_t i = 0; i < LintRules().size(); ++i) {
    const LintRule& rule = LintRules()[i];
    EXPECT_EQ(rule.id, absl::StrCat(i < 9 ? "SG00" : "SG0", i + 1));
    EXPECT_TRUE(seen.insert(rule.name).second) << rule.name;
    EXPECT_FALSE(absl::EndsWith(rule.summary, ".")) << rule.id;
    EXPECT_TRUE(absl::EndsWith(rule.explanation, ".") ||
                absl::EndsWith(rule.explanation, ")"))
        << rule.id;
    EXPECT_EQ(FindLintRule(rule.id), &rule);
    EXPECT_EQ(FindLintRule(rule.name), &rule);
    EXPECT_TRUE(absl::StrContains(ExplainRule(rule), rule.explanation));
  }
  EXPECT_EQ(FindLintRule("SG000"), nullptr);
}

std::string Mount(std::string_view members) {
  return absl::StrCat(R"("mounts": [{)", members, "}]");
}
std::string BindAt(std::string_view destination) {
  return Mount(absl::StrCat(R"("source": "/srv", "destination": ")",
                            destination,
                            R"(", "type": "bind", "options": ["rbind"])"));
}
std::string Interface(std::string_view type, std::string_view socket = "s.sock",
                      std::string_view more = "") {
  return absl::StrCat(R"({"entrypoint": ["/p"], "interface": {"types": [")",
                      type, R"("], "socket": ")", socket, "\"", more, "}}");
}

struct Case {
  std::string added;  // to the example's config; or all of it
  std::string_view found;
  std::string_view engines = {};
};

void ExpectFound(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    const std::string text = ExampleConfig(c.added);
    EXPECT_EQ(Found(text, c.engines), c.found) << c.engines << " " << text;
  }
}

TEST(LintRulesTest, MountsNeedABindOptionOrAFileSystem) {
  const auto mount = [](std::string_view type, std::string_view options) {
    return Mount(absl::StrCat(R"("source": "/srv", "destination": "/d")", type,
                              R"(, "options": [)", options, "]"));
  };
  ExpectFound({
      {mount(R"(, "type": "bind")", R"("rbind")"), ""},
      {mount(R"(, "type": "bind")", R"("bind")"), ""},
      {mount(R"(, "type": "bind")", ""), "SG011"},
      {mount(R"(, "type": "bind")", R"("ro")"), "SG011"},
      {mount(R"(, "type": "bind")", ""), "", "1.12.6"},
      {mount(R"(, "type": "none")", R"("rbind")"), ""},
      {mount(R"(, "type": "none")", ""), "SG011"},
      {mount(R"(, "type": "none")", ""), "SG011", "1.12.6"},
      {mount(R"(, "type": "")", ""), "SG011"},
      {mount(R"(, "type": null)", ""), "SG011"},
      {mount("", ""), "SG011"},
      {mount("", R"("bind")"), ""},
      {mount(R"(, "type": "volume")", ""), "SG011"},
      {mount(R"(, "type": "rbind")", R"("ro")"), "SG011"},
      {mount(R"(, "type": "tmpfs")", ""), ""},
      {mount(R"(, "type": "tmpsf")", ""), "SG011"},
      {mount(R"(, "type": "nfs")", R"("soft")"), ""},
      {mount(R"(, "type": "fuse.sshfs")", ""), ""},
      {mount(R"(, "type": "somefs")", ""), "SG047"},
      {mount(R"(, "type": "acmestore")", R"("ro")"), "SG047"},
      {mount(R"(, "type": "acmestore")", R"("ro", "rbind")"), ""},
      {mount(R"(, "type": "fuse")", ""), ""},
      {mount(R"(, "type": "fuse.acmestore")", R"("ro")"), ""},
      {mount(R"(, "type": "glusterfs")", R"("ro")"), "SG011"},
      {mount(R"(, "type": "lxcfs")", R"("ro")"), "SG011"},
      // One of Debian's kernels, which is nearly "autofs"; and a name of none.
      {mount(R"(, "type": "aufs")", R"("br=/a:/b")"), ""},
      {mount(R"(, "type": "hfs")", ""), ""},
      {mount(R"(, "type": "overlay")", R"("lowerdir=/a")"), ""},
      {mount(R"(, "type": "overlayfs")", R"("lowerdir=/a")"), "SG011"},
      {mount(R"(, "type": 5)", ""), "SG001"},
      {mount(R"(, "type": "sshfs")", ""), "SG011"},
      {mount(R"(, "type": "s3fs")", R"("rbind")"), ""},
      // Kernels and runc mind the case.
      {mount(R"(, "type": "None")", ""), "SG011"},
      {mount(R"(, "type": "BIND")", ""), "SG011"},
      {mount(R"(, "type": "BIND")", R"("RBIND")"), "SG011"},
      {mount(R"(, "type": "none")", R"("RBIND")"), "SG011"},
      {mount(R"(, "type": "bind")", R"("RBIND")"), "SG011"},
      {mount(R"(, "type": "BIND")", R"("rbind")"), ""},
      {mount(R"(, "type": "TMPFS")", ""), "SG011"},
      {mount(R"(, "type": "Nfs")", ""), "SG011"},
      {mount(R"(, "type": "SomeFS")", ""), "SG047"},
  });
}

TEST(LintRulesTest, EmptySources) {
  const auto mount = [](std::string_view source, std::string_view type,
                        std::string_view settable) {
    return Mount(absl::StrCat(R"("name": "m", "destination": "/d", "source": )",
                              source, type, R"(, "settable": [)", settable,
                              "]"));
  };
  constexpr std::string_view kBind =
      R"(, "type": "bind", "options": ["rbind"])";
  constexpr std::string_view kTmpfs = R"(, "type": "tmpfs")";
  constexpr std::string_view kNfs = R"(, "type": "nfs")";
  constexpr std::string_view kExt4 = R"(, "type": "ext4")";
  ExpectFound({
      {mount(R"("")", kBind, ""), "SG009"},
      {mount(R"("")", kBind, R"("source")"), "SG026"},
      {mount(R"("")", R"(, "type": "none", "options": ["bind"])",
             R"("source")"),
       "SG026"},
      {mount(R"("/a")", kBind, R"("source")"), ""},
      {mount(R"("")", kTmpfs, ""), ""},
      {mount(R"("")", kTmpfs, R"("source")"), ""},
      {mount(R"("")", kNfs, ""), "SG009"},
      {mount(R"("")", kNfs, R"("source")"), "SG026"},
      {mount(R"("")", kExt4, ""), "SG009"},
      {mount(R"("")", kExt4, R"("source")"), "SG026"},
      // What cannot be set, though it is to be, is empty all the same.
      {mount(R"("")", kBind, R"("path")"), "SG009 SG017"},
      {mount(R"("")", kBind, R"("path", "source")"), "SG026 SG017"},
      {mount(R"("/a")", kBind, R"("path")"), "SG017"},
      {R"("mounts": [{"source": "", "destination": "/d", "type": "bind", "options": ["rbind"], "settable": ["source"]}])",
       "SG009 SG017"},
      {R"("mounts": [{"name": "a.b", "source": "", "destination": "/d", "type": "bind", "options": ["rbind"], "settable": ["source"]}])",
       "SG009 SG017"},
      {R"("mounts": [{"name": "m", "source": "", "destination": "/d", "type": "bind", "options": ["rbind"], "settable": "source"}])",
       "SG001"},
      {R"("mounts": [{"name": "m", "source": "", "destination": "/d", "type": "bind", "options": ["rbind"], "setable": ["source"]}])",
       "SG003"},
      {mount(R"("h:/x")", kNfs, R"("source")"), ""},
      {mount(R"("")", R"(, "type": "overlay")", ""), ""},
      {mount(R"("")", R"(, "type": "fuse.x")", ""), ""},
      {mount(R"("")", R"(, "type": "somefs")", ""), "SG047"},
      {mount("null", kBind, ""), "SG008"},
      {mount("null", kBind, ""), "", "1.12.6"},
  });
}

TEST(LintRulesTest, EmptyPathsOfDevices) {
  const auto devices = [](std::string_view one, std::string_view more = "") {
    return absl::StrCat(R"("linux": {"devices": [{)", one, "}", more, "]}");
  };
  constexpr std::string_view kToBeSet =
      R"("name": "d", "path": "", "settable": ["path"])";
  constexpr std::string_view kNeverSet = R"(, {"name": "e", "path": ""})";
  ExpectFound({
      {devices(kToBeSet), "SG026"},
      {devices(kToBeSet), "SG026", "1.13.0..28.5.2"},
      {devices(kToBeSet, R"(, {"path": "/dev/fuse"})"), "SG026"},
      {devices(kToBeSet, R"(, {"path": "/dev/fuse/"})"), "SG026 SG001"},
      {devices(kToBeSet, kNeverSet), "SG026 SG001"},
      {devices(R"("path": "")"), "SG001"},
      {devices(R"("name": "d", "path": "")"), "SG001"},
      {devices(R"("name": "d", "path": "", "settable": [])"), "SG001"},
      {devices(R"("path": "", "settable": ["path"])"), "SG001 SG017"},
      {devices(R"("name": "a.b", "path": "", "settable": ["path"])"),
       "SG001 SG017"},
      {devices(R"("name": "d", "path": "", "settable": ["source"])"),
       "SG001 SG017"},
      {devices(R"("name": "d", "path": "", "setable": ["path"])"),
       "SG001 SG003"},
      {devices(R"("name": "d", "path": "", "settable": "path")"), "SG001"},
      {devices(R"("name": "d", "path": null, "settable": ["path"])"), "SG010"},
      {devices(R"("name": "d", "path": "/dev/x", "settable": ["path"])"), ""},
      // What else the engines make of it is still told.
      {absl::StrCat(devices(kToBeSet), ", ", BindAt("/dev/x")), "SG026 SG013"},
  });
}

TEST(LintRulesTest, Devices) {
  const auto devices = [](const std::vector<std::string_view>& paths) {
    return absl::StrCat(
        R"("linux": {"devices": [)",
        absl::StrJoin(paths, ",\n",
                      [](std::string* out, std::string_view path) {
                        absl::StrAppend(out, R"({"path": ")", path, "\"}");
                      }),
        "]}");
  };
  ExpectFound({
      // As docker run takes them.
      {devices({"/dev/fuse:/dev/fuse"}), "SG044"},
      {devices({"/dev/fuse:/dev/fuse:rwm"}), "SG044"},
      {devices({"/dev/fuse:rwm"}), "SG044"},
      {devices({"/dev/fuse:r"}), "SG044"},
      {devices({"/dev/fuse:mrw"}), "SG044"},
      {devices({"/dev/fuse:"}), ""},
      {devices({"/dev/fuse:rw,z"}), "SG044"},
      {devices({"/dev/fuse:x,z"}), ""},
      {devices({"/srv/x:/dev/x"}), "SG044"},
      {devices({"/dev/disk/by-path/pci-0000:00:1f.2-ata-1"}), ""},
      {devices({"/dev/snd/by-path/pci-0000:00:1b.0"}), ""},
      // Elsewhere.
      {devices({"/etc/passwd"}), "SG042"},
      {devices({"/var/run/docker.sock"}), "SG042"},
      {devices({"/"}), "SG042"},
      {devices({"/devices/x"}), "SG042"},
      {devices({"/dev/../etc/passwd"}), "SG014 SG042"},
      {devices({"/srv/../dev/fuse"}), "SG014"},
      {devices({"//dev/fuse"}), ""},
      {devices({"/dev"}), ""},
      {devices({"etc/passwd"}), "SG015"},
      // Below /dev, and no devices either.
      {devices({"/dev/shm"}), "SG042"},
      {devices({"/dev/shm/x", "/dev/mqueue", "/dev/hugepages"}),
       "SG042 SG042 SG042"},
      {devices({"/dev/pts", "/dev/pts/0", "/dev/./pts/ptmx"}),
       "SG042 SG042 SG043 SG042 SG043"},
      {devices({"/dev/stdin", "/dev/stdout", "/dev/stderr"}),
       "SG042 SG042 SG042"},
      {devices({"/dev/fd/0"}), "SG042"},
      {devices({"/dev/fd"}), "SG042"},
      {devices({"/dev/fd0", "/dev/shmem", "/dev/ptsx"}), ""},
      {devices({"/dev/log"}), "SG042"},
      {devices({"/dev/disk/by-uuid"}), "SG042"},
      {devices({"/dev/disk/by-uuid/1234-5678"}), ""},
      {devices({"/dev/sd*"}), "SG042"},
      {devices({"/dev/nvme[0-9]n1"}), "SG042"},
      {devices({"/dev/video?"}), "SG042"},
      // Twice.
      {devices({"/dev/fuse", "/dev/fuse"}), "SG043"},
      {devices({"/dev/fuse", "/dev//fuse", "/dev/./fuse"}), "SG043 SG043"},
      {devices({"/dev/fuse", "dev/fuse"}), "SG015 SG043"},
      {devices({"/dev/snd", "/dev/snd/timer"}), "SG043"},
      {devices({"/dev/snd/timer", "/dev"}), "SG043"},
      {devices({"/dev/snd/timer", "/dev/snd2"}), ""},
      {devices({"/dev/fuse", "/dev/fuse2", "/dev/kvm"}), ""},
      // Engines read one of the lists.
      {R"("devices": [{"path": "/dev/fuse"}], "linux": {"devices": [{"path": "/dev/fuse"}]})",
       "SG004 SG004", "1.12.6..28.5.2"},
  });
}

TEST(LintRulesTest, ContradictoryOptions) {
  const auto options = [](std::string_view list) {
    return Mount(absl::StrCat(R"("source": "/srv", "destination": "/d",)"
                              R"("type": "bind", "options": ["rbind", )",
                              list, "]"));
  };
  ExpectFound({
      {options(R"("rshared", "rslave")"), "SG045"},
      {options(R"("rslave", "rshared")"), "SG045"},
      {options(R"("shared", "rslave")"), "SG045"},
      {options(R"("private", "slave")"), "SG045"},
      {options(R"("rprivate", "runbindable")"), "SG045"},
      {options(R"("unbindable", "shared")"), "SG045"},
      {options(R"("rshared", "rslave", "rprivate")"), "SG045 SG045"},
      {options(R"("shared", "rshared")"), ""},
      {options(R"("rslave", "rslave")"), ""},
      {options(R"("ro", "rw")"), "SG045"},
      {options(R"("rw", "nosuid", "ro")"), "SG045"},
      {options(R"("rro", "rrw")"), "SG045"},
      {options(R"("ro", "rro", "ro")"), ""},
      {options(R"("exec", "noexec")"), "SG045"},
      {options(R"("nodev", "dev")"), "SG045"},
      {options(R"("rnosuid", "rsuid")"), "SG045"},
      {options(R"("relatime", "norelatime")"), "SG045"},
      {options(R"("sync", "async")"), "SG045"},
      {options(R"("noatime", "nodiratime")"), ""},
      {options(R"("noatime", "strictatime")"), "SG045"},
      {options(R"("strictatime", "relatime")"), "SG045"},
      {options(R"("rnoatime", "rstrictatime")"), "SG045"},
      {options(R"("rrelatime", "noatime")"), "SG045"},
      {options(R"("relatime", "rrelatime")"), ""},
      {options(R"("rw", "rro")"), "SG045"},
      {options(R"("rro", "rw")"), "SG045"},
      {options(R"("rrw", "ro")"), "SG045"},
      {options(R"("exec", "rnoexec")"), "SG045"},
      {options(R"("rdev", "nodev")"), "SG045"},
      {options(R"("idmap", "ridmap")"), "SG045"},
      {options(R"("idmap", "idmap")"), ""},
      {options(R"("noexec", "rnosuid", "rro")"), ""},
      {options(R"("rshared", "ro", "nosuid", "nodev", "noexec")"), ""},
      {Mount(R"("source": "t", "destination": "/d", "type": "tmpfs",)"
             R"("options": ["mode=700", "ro", "rw"])"),
       "SG045"},
      // No options of runtimes.
      {Mount(R"("source": "t", "destination": "/d", "type": "somefs",)"
             R"("options": ["x", "nox"])"),
       "SG047"},
  });
}

// What counts in the end is not always what stands last.
TEST(LintRulesTest, ContradictoryOptionsSayWhatCounts) {
  const auto message = [](std::string_view first, std::string_view second) {
    const std::vector<LintFinding> findings = Findings(
        ExampleConfig(Mount(absl::StrCat(
            R"("source": "/srv", "destination": "/d", "type": "bind",)",
            R"("options": ["rbind", ")", first, R"(", ")", second, "\"]"))),
        "");
    return findings.size() == 1 ? findings[0].message : "";
  };
  EXPECT_TRUE(absl::StrContains(message("ro", "rw"), "last one counts"));
  EXPECT_TRUE(absl::StrContains(message("rro", "rw"), "the recursive one"));
  EXPECT_TRUE(
      absl::StrContains(message("strictatime", "noatime"), "the kernel takes"));
  EXPECT_TRUE(
      absl::StrContains(message("rnoatime", "rrelatime"), "kernel refuses"));
}

// A shared mount reaches the host, but not where the engine looks.
TEST(LintRulesTest, CoveredPropagatedMountSaysWhereMountsGo) {
  for (const auto& [option, words] :
       {std::pair("rshared", "appears below the mount's source"),
        std::pair("shared", "appears below the mount's source"),
        std::pair("rslave", "does not reach the engine")}) {
    const std::vector<LintFinding> findings = Findings(
        ExampleConfig(absl::StrCat(
            R"("propagatedMount": "/data", "mounts": [{"source": "/srv",)",
            R"("destination": "/data", "type": "bind", "options": ["rbind", ")",
            option, "\"]}]")),
        "");
    ASSERT_EQ(findings.size(), 1u) << option;
    EXPECT_TRUE(absl::StrContains(findings[0].message, words))
        << findings[0].message;
  }
}

TEST(LintRulesTest, NulBytes) {
  const auto mount = [](std::string_view source, std::string_view destination,
                        std::string_view type, std::string_view option) {
    return Mount(absl::StrCat(
        R"("source": ")", source, R"(", "destination": ")", destination,
        R"(", "type": ")", type, R"(", "options": [")", option, "\"]"));
  };
  ExpectFound({
      {mount("/s\\u0000x", "/d", "bind", "rbind"), "SG046"},
      {mount("/s", "/d\\u0000", "bind", "rbind"), "SG046"},
      {mount("/s", "/d", "no\\u0000ne", "rbind"), "SG046"},
      {mount("/s", "/d", "tmpfs\\u0000", "ro"), "SG046"},
      {mount("/s", "/d", "none", "rbind\", \"ro\\u0000"), "SG046"},
      {R"("env": [{"name": "A\u0000B", "value": "x"}])", "SG046"},
      {R"("env": [{"name": "A", "value": "x\u0000"}])", "SG046"},
      {R"("args": {"value": ["a", "\u0000"]})", "SG046"},
      {R"("workdir": "/a\u0000b")", "SG046"},
      {R"("propagatedMount": "/a\u0000b")", "SG046"},
      {R"("description": "a\u0000b")", ""},
      // Of a device, the engine says so.
      {R"("linux": {"devices": [{"path": "/dev/fu\u0000se"}]})", "SG001"},
      {R"("linux": {"devices": [{"path": "/x/fu\u0000se"}]})", "SG001"},
  });
}

TEST(LintRulesTest, MountsAgainstTheEngines) {
  const std::string network = R"("network": {"type": "host"}, )";
  const std::string propagated = R"("propagatedMount": "/data", )";
  const auto two = [](std::string_view first, std::string_view second) {
    constexpr std::string_view kBind =
        R"({"source": "/srv", "type": "bind", "options": ["rbind"], "destination": ")";
    return absl::StrCat(R"("mounts": [)", kBind, first, "\"},\n", kBind, second,
                        "\"}]");
  };
  const auto bind = [](std::string_view source, std::string_view destination,
                       std::string_view options) {
    return Mount(absl::StrCat(
        R"("source": ")", source, R"(", "destination": ")", destination,
        R"(", "type": "bind", "options": [")", options, "\"]"));
  };
  ExpectFound({
      {BindAt("/srv"), ""},
      // What comes after the plugin's mounts.
      {BindAt("/run/docker/plugins"), "SG022"},
      {BindAt("/run/docker/plugins/"), "SG022"},
      {BindAt("/run//docker/plugins/x"), "SG022"},
      {BindAt("/run/docker/plugins.d"), ""},
      {BindAt("/run/docker"), ""},
      {BindAt("/etc/hosts"), ""},
      {network + BindAt("/etc/hosts"), "SG022"},
      {network + BindAt("/etc/resolv.conf"), "SG022"},
      {network + BindAt("/etc/hosts/x"), "SG022"},
      {BindAt("/etc/hosts/x"), "SG022"},
      {BindAt("/etc/resolv.conf//x/"), "SG022"},
      {BindAt("/etc/hostname/x"), "SG022"},
      {BindAt("/etc/hosts"), ""},
      {BindAt("/etc/hostsx"), ""},
      {BindAt("/etc/hosts.d/x"), ""},
      {network + BindAt("//etc/hosts/"), "SG022"},
      {network + BindAt("/etc/hostname"), ""},
      {network + BindAt("/etc"), ""},
      {R"("network": {"type": ""}, )" + BindAt("/etc/hosts"), ""},
      // What comes before.
      {BindAt("/sys"), "SG027"},
      {BindAt("/sys/"), "SG027"},
      {BindAt("/sys/fs"), "SG027", "28.5.2"},
      {BindAt("/sys/fs/cgroup"), "SG027", "28.5.2"},
      {BindAt("/sys/fs/bpf"), ""},
      {BindAt("/proc"), "SG027"},
      {BindAt("/proc/sys"), "SG027"},
      {BindAt("/process"), ""},
      {BindAt("/dev"), "SG027"},
      {BindAt("/devices"), ""},
      // All that lies below only follows.
      {BindAt("/"), "SG027"},
      {BindAt("/."), "SG027"},
      {two("/a", "/"), "SG027"},
      {two("/", "/a"), "SG027"},
      {two("/run/docker/plugins", "/"), "SG022 SG027"},
      {propagated + BindAt("/"), "SG027"},
      {R"("propagatedMount": "/", )" + BindAt("/"), "SG029 SG027"},
      // The machine's own has what the engine's has.
      {bind("/dev", "/dev", "rbind"), ""},
      {bind("/dev/.", "/dev", "rbind\", \"ro"), ""},
      {bind("/dev", "/dev", "bind"), "SG027"},
      {bind("/srv/dev", "/dev", "rbind"), "SG027"},
      {bind("dev", "/dev", "rbind"), "SG027 SG015"},
      {bind("/sys", "/sys", "rbind"), ""},
      {bind("/sys/.", "/sys/", "rbind"), ""},
      {bind("/sys", "/sys", "bind"), "SG027"},
      {bind("/sys/fs/cgroup", "/sys/fs/cgroup", "rbind"), "SG027", "28.5.2"},
      {Mount(
           R"("source": "c", "destination": "/sys/fs/cgroup", "type": "cgroup")"),
       "", "28.5.2"},
      {Mount(
           R"("source": "c", "destination": "/sys/fs/cgroup", "type": "tmpfs")"),
       "SG027", "28.5.2"},
      {bind("/proc", "/proc", "rbind"), "SG027"},
      {Mount(R"("source": "proc", "destination": "/proc", "type": "proc")"),
       ""},
      // What lxcfs has; runc allows no other.
      {bind("/var/lib/lxcfs/proc/meminfo", "/proc/meminfo", "bind"), ""},
      {bind("/srv/dev", "/proc//net/dev", "rbind"), ""},
      {BindAt("/proc/uptime"), ""},
      {BindAt("/proc/sys/kernel/ns_last_pid"), ""},
      {BindAt("/proc/meminfo/x"), "SG027"},
      {BindAt("/proc/meminfox"), "SG027"},
      {BindAt("/proc/version"), "SG027"},
      {BindAt("/proc/net"), "SG027"},
      {Mount(R"("source": "t", "destination": "/proc/stat", "type": "tmpfs")"),
       "SG027"},
      // Each other.
      {R"("mounts": [
        {"source": "/a", "destination": "/a", "type": "bind", "options": ["rbind"]},
        {"source": "/b", "destination": "/a/", "type": "bind", "options": ["rbind"]}])",
       "SG021"},
      {R"("mounts": [
        {"source": "/a", "destination": "/a", "type": "bind", "options": ["rbind"]},
        {"source": "/b", "destination": "/a/b", "type": "bind", "options": ["rbind"]}])",
       ""},
      {two("/a/b", "/a"), "SG021"},
      {two("/a/b/c", "/a"), "SG021"},
      {two("/a/b", "/a/"), "SG021"},
      {two("/a/b", "/a"), "", "18.03.0"},
      {two("/a", "/a"), "SG021", "18.03.0"},
      {two("/ab", "/a"), ""},
      {two("/a-b", "/a"), ""},
      {two("/a", "/b"), ""},
      // runc joins destinations to the rootfs.
      {two("a", "/a"), "SG015 SG021"},
      {Mount(R"("source": "/srv", "type": "bind", "options": ["rbind"])"),
       "SG039"},
      {Mount(
           R"("source": "/srv", "destination": "", "type": "bind", "options": ["rbind"])"),
       "SG039"},
      {Mount(
           R"("source": "/srv", "destination": null, "type": "bind", "options": ["rbind"])"),
       "SG039"},
      {Mount(R"("source": "t", "type": "tmpfs")"), "SG039"},
      {Mount(
           R"("source": "/srv", "destination": 5, "type": "bind", "options": ["rbind"])"),
       "SG001"},
      {Mount(
           R"("source": "/srv", "destinaton": "/d", "type": "bind", "options": ["rbind"])"),
       "SG003"},
      {two("/a/b", "a"), "SG015 SG021"},
      {two("/x/../a", "/a"), "SG014 SG021"},
      {propagated + BindAt("data"), "SG028 SG015"},
      {BindAt("proc"), "SG027 SG015"},
      {network + BindAt("etc/hosts"), "SG022 SG015"},
      // What does not reach the spec hides nothing.
      {BindAt("/dev/"), "SG013"},
      {two("/dev/x", "/dev/"), "SG013 SG027"},
      // propagatedMount.
      {propagated + BindAt("/data"), "SG028"},
      {propagated + BindAt("/data/"), "SG028"},
      {propagated + BindAt("/data/x"), ""},
      {propagated + BindAt("/database"), ""},
      {R"("propagatedMount": "/mnt/data", )" + BindAt("/mnt"), "SG028"},
      {R"("propagatedMount": "/mnt/data", )" + two("/mnt", "/mnt/data"),
       "SG028"},
      // The mount is at the wrong place whatever it hides, and so is that.
      {R"("propagatedMount": "/dev/x", )" + BindAt("/dev"), "SG027"},
      {R"("propagatedMount": "/dev/x", )" + bind("/dev", "/dev", "rbind"),
       "SG028"},
      {R"("propagatedMount": "/sys/x", )" + BindAt("/sys/x"), "SG029"},
      {R"("propagatedMount": "/run/docker/plugins/x", )" +
           BindAt("/run/docker/plugins/x"),
       "SG029 SG022"},
      {R"("propagatedMount": "")", ""},
      {R"("propagatedMount": "/")", "SG029"},
      {R"("propagatedMount": "/.")", "SG029"},
      {R"("propagatedMount": "/proc")", "SG029"},
      {R"("propagatedMount": "/dev")", "SG029"},
      {R"("propagatedMount": "/run/docker/plugins")", "SG029"},
      {R"("propagatedMount": "/run/docker/plugins/x")", "SG029"},
      {R"("propagatedMount": "/etc/hosts")", "SG029"},
      {R"("propagatedMount": "/etc//hosts/")", "SG029"},
      {R"("propagatedMount": "/etc/hosts/x")", "SG029"},
      {R"("propagatedMount": "/etc/resolv.conf")", "SG029"},
      {R"("propagatedMount": "/etc/resolv.conf/x/y")", "SG029"},
      {R"("propagatedMount": "/etc/hostname")", "SG029"},
      {R"("propagatedMount": "/dev/shm")", "SG029"},
      {R"("propagatedMount": "/dev/shm/x")", "SG029"},
      {R"("propagatedMount": "/dev/pts")", "SG029"},
      {R"("propagatedMount": "/dev/pts/x")", "SG029"},
      {R"("propagatedMount": "/dev/mqueue")", "SG029"},
      {R"("propagatedMount": "/dev/mqueue/x")", "SG029"},
      {R"("propagatedMount": "/proc/x")", "SG029"},
      {R"("propagatedMount": "/sys")", "SG029"},
      {R"("propagatedMount": "/sys/x")", "SG029"},
      {R"("propagatedMount": "/sys/fs/cgroup/x")", "SG029"},
      {R"("propagatedMount": "/dev/x")", ""},
      {R"("propagatedMount": "/dev/shmx")", ""},
      {R"("propagatedMount": "/sysx")", ""},
      {R"("propagatedMount": "/etc/hostsx")", ""},
      {R"("propagatedMount": "/etc")", ""},
      {R"("propagatedMount": "/run/docker")", ""},
      {R"("propagatedMount": "/run/docker")", ""},
      {R"("propagatedMount": "/mnt")", ""},
  });
}

TEST(LintRulesTest, InterfaceTypesByEngine) {
  ExpectFound({
      {Interface("docker.volumedriver/1.0"), ""},
      {Interface("docker.volumedriver/1.0"), "", "1.12.6"},
      {Interface("docker.volumedriver/2.0"), "SG018"},
      {Interface("docker.volumedriver/1"), "SG018"},
      {Interface("docker.volumedriver"), "SG018"},
      {Interface("docker.volumedriver/"), "SG018"},
      {Interface("volumedriver/1.0"), "SG018"},
      {Interface("acme.volumedriver/1.0"), "SG018"},
      {Interface("com.docker.volumedriver/1.0"), "SG018"},
      {Interface("Docker.volumedriver/1.0"), "SG018"},
      {Interface("docker.volumedrivers/1.0"), "SG018"},
      {Interface("docker.logdriver/1.0"), "SG018", "17.04.0"},
      {Interface("docker.logdriver/1.0"), "", "17.05.0"},
      {Interface("docker.logdriver/1.0"), "SG018", "17.04.0..17.05.0"},
      {Interface("docker.authz/1.0"), "SG018", "1.12.6"},
      {Interface("docker.authz/1.0"), "", "1.13.0"},
      {Interface("docker.graphdriver/1.0"), "", "27.5.1"},
      {Interface("docker.graphdriver/1.0"), "SG018", "28.0.0"},
      {Interface("docker.secretprovider/1.0"), "SG018", "17.06.2"},
      {Interface("docker.secretprovider/1.0"), "", "17.07.0"},
      {Interface("docker.metricscollector/1.0"), "", "17.06.0"},
      {Interface("docker.csicontroller/1.0"), "SG018", "20.10.24"},
      {Interface("docker.csicontroller/1.0"), "", "23.0.0"},
      {Interface("/1.0"), "SG002", "28.5.2"},
      {Interface(""), "SG018"},
  });
}

// What is advised, the next run takes.
TEST(LintRulesTest, AdviceOnInterfaceTypesIsRight) {
  struct TypeCase {
    std::string_view type;
    std::string_view advice;
  };
  for (const TypeCase& c : {
           TypeCase{"docker.authz/2.0", "docker.authz/1.0"},
           TypeCase{"docker.ipamdriver/1", "docker.ipamdriver/1.0"},
           TypeCase{"volumedriver", "docker.volumedriver/1.0"},
           TypeCase{"volumedriver/1.0", "docker.volumedriver/1.0"},
           TypeCase{"docker.volumedriver", "docker.volumedriver/1.0"},
           TypeCase{"docker.volumedriver/", "docker.volumedriver/1.0"},
           TypeCase{"docker/authz", "docker.authz/1.0"},
           TypeCase{"authz/docker", "docker.authz/1.0"},
           TypeCase{"docker.authz.v1", "docker.authz/1.0"},
           TypeCase{"Docker.AuthZ/1.0", "docker.authz/1.0"},
           TypeCase{"acme.logdriver/1.0", "docker.logdriver/1.0"},
           TypeCase{"docker.volumdriver/1.0", "docker.volumedriver/1.0"},
           TypeCase{"volume", "docker.volumedriver/1.0"},
           TypeCase{"", "docker.volumedriver/1.0"},
           TypeCase{"/", "docker.volumedriver/1.0"},
           TypeCase{"docker./1.0", "docker.volumedriver/1.0"},
           TypeCase{"x.y/1.0", "docker.volumedriver/1.0"},
       }) {
    const std::vector<LintFinding> findings = Findings(Interface(c.type), "");
    ASSERT_EQ(findings.size(), 1u) << c.type;
    EXPECT_TRUE(absl::StrContains(findings[0].message,
                                  absl::StrCat("\"", c.advice, "\"")))
        << findings[0].message;
    EXPECT_EQ(Found(Interface(c.advice), ""), "") << c.advice;
  }
}

// No word of a rule is taken for a secret; those of the input are hidden.
TEST(LintRulesTest, HideWhatIsOfTheInputOnly) {
  std::vector<LintFinding> findings;
  const auto add = [&](std::string_view text, std::string_view engines) {
    for (LintFinding& finding : Findings(text, engines)) {
      findings.push_back(std::move(finding));
    }
  };
  for (const LintRule& rule : LintRules()) {
    if (rule.find != nullptr) {
      add(ExampleConfig(rule.bad), rule.example_engines);
    }
  }
  for (const InterfaceType& type : AllInterfaceTypes()) {
    const std::string name = absl::StrCat("docker.", type.capability);
    add(Interface(absl::StrCat(name, "/1.0")), "1.12.0..");
    add(Interface(absl::StrCat(name, "/2.0")), "");
    add(Interface(name), "");
  }
  SecretHider secrets;
  for (LintFinding& finding : findings) {
    const std::string message = finding.message;
    HideSecrets(&finding, &secrets);
    EXPECT_EQ(finding.message, message);
  }

  constexpr std::string_view kToken =
      "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
  findings.clear();
  add(absl::StrCat(R"({"entrypoint": ["/p --password hunter2"], ")", kToken,
                   R"(": 1, "workdir": ")", kToken,
                   R"(", "a\" PASSWORD=hunter2": 1, "interface": {"types": [")",
                   kToken, R"("], "socket": "/x?token=hunter2"},
                   "linux": {"devices": [{"path": ""}], "capabilities": [")",
                   kToken, R"("]}})"),
      "");
  EXPECT_GE(findings.size(), 7u);
  for (LintFinding& finding : findings) {
    HideSecrets(&finding, &secrets);
    EXPECT_FALSE(absl::StrContains(finding.message, kToken)) << finding.message;
    EXPECT_FALSE(absl::StrContains(finding.message, "hunter2"))
        << finding.message;
  }
}

TEST(LintRulesTest, Sockets) {
  const auto socket = [](std::string_view name) {
    return Interface("docker.volumedriver/1.0", name);
  };
  ExpectFound({
      {socket("p.sock"), ""},
      {socket("1234567890123456789012"), ""},
      {socket("12345678901234567890123"), "SG030"},
      {socket("./1234567890123456789012"), ""},
      {socket("a/b.sock"), ""},
      {socket("/run/docker/plugins/p.sock"), "SG030"},
      {socket("/p.sock"), "SG030"},
      {socket("../p.sock"), "SG030"},
      {socket("a/../../p.sock"), "SG030"},
      {socket(".."), "SG030"},
      {socket("a/.."), "SG030"},
      // That is only odd: engines clean it.
      {socket("a/../p.sock"), "SG014"},
      {socket("a/b/../../p.sock"), "SG014"},
      {socket("./a/../p.sock"), "SG014"},
      {socket("..p.sock"), ""},
      {socket("unix:///p.sock"), "SG030"},
      {socket("tcp://h:1"), "SG030"},
      {socket("."), "SG030"},
      {socket("p\\u0000.sock"), "SG030"},
      {socket(""), "SG019"},
  });
}

TEST(LintRulesTest, WhatTypesDemand) {
  const auto config = [](std::string_view type, std::string_view more,
                         std::string_view in_interface = "") {
    return absl::StrCat(R"({"entrypoint": ["/p"], "interface": {"types": [")",
                        type, R"("], "socket": "s.sock")", in_interface, "}",
                        more, "}");
  };
  constexpr std::string_view kCsi = "docker.csinode/1.0";
  constexpr std::string_view kVolume = "docker.volumedriver/1.0";
  constexpr std::string_view kNetwork = "docker.networkdriver/1.0";
  constexpr std::string_view kAdmin =
      R"(, "linux": {"capabilities": ["CAP_SYS_ADMIN"]})";
  ExpectFound({
      {config(kCsi, R"(, "propagatedMount": "/data/published")"), ""},
      {config(kCsi, R"(, "propagatedMount": "/data/published/")"), ""},
      {config(kCsi, R"(, "propagatedMount": "/data")"), "SG031"},
      {config(kCsi, ""), "SG031"},
      {config(kCsi, ""), "SG018", "20.10.24"},
      {config("docker.csicontroller/1.0", ""), ""},
      {config(kVolume, ""), ""},
      {config(kVolume, kAdmin), "SG032"},
      {config(kVolume, absl::StrCat(R"(, "propagatedMount": "/v")", kAdmin)),
       ""},
      {config(kVolume,
              absl::StrCat(R"(, "mounts": [{"source": "/v", "destination":)"
                           R"("/v", "type": "bind", "options": ["rbind",)"
                           R"("rshared"]}])",
                           kAdmin)),
       ""},
      {config(kVolume,
              absl::StrCat(R"(, "mounts": [{"source": "/v", "destination":)"
                           R"("/v", "type": "bind", "options": ["rbind",)"
                           R"("shared"]}])",
                           kAdmin)),
       ""},
      {config(kVolume,
              absl::StrCat(R"(, "mounts": [{"source": "/v", "destination":)"
                           R"("/v", "type": "bind", "options": ["rbind"]}])",
                           kAdmin)),
       "SG032"},
      {config(kVolume, absl::StrCat(R"(, "propagatedMount": "")", kAdmin)),
       "SG032"},
      {config(kVolume, absl::StrCat(R"(, "propagatedMount": null)", kAdmin)),
       "SG032"},
      {config(kVolume, absl::StrCat(R"(, "propagatedMount": 5)", kAdmin)),
       "SG001"},
      {config(kVolume, absl::StrCat(R"(, "propagatedmounts": "/v")", kAdmin)),
       "SG003"},
      {config(kVolume,
              absl::StrCat(R"(, "mounts": [{"source": "/v", "destination":)"
                           R"("/v", "type": "bind", "options": "rshared"}])",
                           kAdmin)),
       "SG001"},
      {config("docker.authz/1.0", kAdmin), ""},
      // It can mount in the host's mount namespace.
      {config(kVolume, absl::StrCat(R"(, "pidhost": true)", kAdmin)), ""},
      {config(kVolume, absl::StrCat(R"(, "PidHost": true)", kAdmin)), ""},
      {config(kVolume, absl::StrCat(R"(, "pidhost": false)", kAdmin)), "SG032"},
      {config(kVolume, absl::StrCat(R"(, "pidhost": true)", kAdmin)),
       "SG032 SG004", "17.04.0"},
      {config(kCsi, R"(, "propagatedMount": null)"), "SG031"},
      {config(kNetwork, R"(, "network": {"type": null})"), "SG033"},
      {config(kNetwork, ""), "SG033"},
      {config(kNetwork, R"(, "network": {"type": "bridge"})"), "SG033"},
      {config(kNetwork, R"(, "network": {"type": "host"})"), ""},
      {config(kNetwork, R"(, "network": "host")"), "SG001"},
      {config(kNetwork, R"(, "network": ["host"])"), "SG001"},
      {config(kNetwork, R"(, "network": {"type": ["host"]})"), "SG001"},
      {config(kNetwork, R"(, "network": null)"), "SG033"},
      {config(kNetwork, R"(, "netwrok": {"type": "host"})"), "SG003"},
      {config(kNetwork, R"(, "network": {"tpye": "host"})"), "SG003"},
      {config(kVolume, "", R"(, "protocolScheme": "")"), ""},
      {config(kVolume, "", R"(, "protocolScheme": "moby.plugins.http/v1")"),
       ""},
      {config(kVolume, "", R"(, "protocolScheme": "grpc")"), "SG034"},
      {config(kVolume, "", R"(, "protocolScheme": "grpc")"), "SG034",
       "18.06.0"},
      {config(kVolume, "", R"(, "protocolScheme": "grpc")"), "", "18.03.1"},
      {config(kVolume, "", R"(, "protocolScheme": "grpc")"), "SG034",
       "18.03.1..18.06.0"},
      {config("docker.csicontroller/1.0", "", R"(, "protocolScheme": "grpc")"),
       ""},
  });
}

TEST(LintRulesTest, ProtocolSchemesThatNobodyRefuses) {
  const auto message = [](std::string_view type) {
    return std::string(
        Findings(absl::StrCat(
                     R"({"entrypoint": ["/p"], "interface": {"types": [")",
                     type, R"("], "socket": "s", "protocolScheme": "grpc"}})"),
                 "")
            .at(0)
            .message);
  };
  EXPECT_TRUE(absl::StrContains(message("docker.logdriver/1.0"),
                                "logdriver, and refuse \"grpc\""));
  EXPECT_TRUE(absl::StrContains(message("docker.authz/1.0"),
                                "authz, and cannot call it by \"grpc\""));
}

// The value may be a secret by its name.
TEST(LintRulesTest, VariablesThatNameTheDataRootAreNotQuoted) {
  const std::vector<LintFinding> findings =
      Findings(ExampleConfig(R"("env": [{"name": "API_TOKEN", "value":)"
                             R"("/var/lib/docker/plugins/hunter2"}])"),
               "");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].rule->id, "SG037");
  EXPECT_FALSE(absl::StrContains(findings[0].message, "hunter2"));
}

TEST(LintRulesTest, TheProgram) {
  const auto program = [](std::string_view members) {
    return absl::StrCat(
        R"({"interface": {"types": ["docker.authz/1.0"], "socket": "s"})",
        members, "}");
  };
  ExpectFound({
      {program(R"(, "entrypoint": ["/x", "--foo bar"])"), ""},
      {program(R"(, "entrypoint": ["/x --foo"])"), "SG036"},
      {program(R"(, "entrypoint": [], "args": {"value": ["/x --foo"]})"),
       "SG036"},
      {program(R"(, "args": {"value": ["/x"]})"), ""},
      {program(""), "SG023"},
      {program(R"(, "entrypoint": [])"), "SG023"},
      {program(R"(, "entrypoint": null)"), "SG023"},
      // Nothing that only follows from another finding.
      {program(R"(, "entrypoint": [""])"), "SG023"},
      {program(R"(, "entrypoint": ["", "x"])"), "SG023"},
      {program(R"(, "entrypoint": [], "args": {"value": [""]})"), "SG023"},
      {program(R"(, "entrypoint": ["/x", ""])"), ""},
      {program(R"(, "entrypoint": ["/bin/"])"), "SG023"},
      {program(R"(, "entrypoint": ["."])"), "SG023"},
      {program(R"(, "entrypoint": ["/.."])"), "SG023"},
      {program(R"(, "entrypoint": ["..."])"), ""},
      {program(R"(, "entrypoints": ["/x"])"), "SG003"},
      {program(R"(, "Entrypont": ["/x"])"), "SG003"},
      {program(R"(, "args": {"values": ["/x"]})"), "SG003"},
      {R"({"entrypoint": ["/p"], "interfaces": {"types": ["docker.authz/1.0"],)"
       R"("socket": "s"}})",
       "SG003"},
      {R"({"entrypoint": ["/p"], "interface": {"type": ["docker.authz/1.0"],)"
       R"("socket": "s"}})",
       "SG003"},
      {R"({"entrypoint": ["/p"], "interface": {"types": ["docker.authz/1.0"],)"
       R"("sock": "s"}})",
       "SG003"},
      {program(R"(, "entrypoint": "/x")"), "SG001"},
      {program(R"(, "args": "/x")"), "SG001"},
      {program(R"(, "args": {"value": "/x"})"), "SG001"},
      {R"({"entrypoint": ["/p"], "interface": "x"})", "SG001"},
      {R"({"entrypoint": ["/p"], "interface": {"types": "x"}})", "SG001"},
      {R"({"entrypoint": ["/p"], "interface": {"types": ["docker.authz/1.0"],)"
       R"("socket": 5}})",
       "SG001"},
      {R"("env": [{"name": 5, "settable": ["value"]}])", "SG001"},
      {R"("env": [{"name": "", "value": "1"}])", "SG040"},
      {R"("env": [{"name": null, "value": ""}])", "SG040"},
      {R"("env": [{"name": "A=B", "value": "1"}])", "SG040"},
      {R"("env": [{"name": "A.B", "value": "1"}])", ""},
      {R"("env": [{"value": null}])", ""},
      {R"("env": [{}])", ""},
      {R"("env": [{"value": "1", "settable": ["value"]}])", "SG017"},
      {R"("env": [{"nam": "A", "value": "1"}])", "SG003"},
      {R"("user": {"uid": 0, "gid": 0})", ""},
      {R"("user": {"uid": 1})", "SG035"},
      {R"("user": {"gid": 1})", "SG035"},
      {R"("user": {"uid": 1.5})", "SG001"},
      {R"("user": {"uid": -1, "gid": 4294967296})", "SG001"},
      {R"("user": {})", ""},
  });
}

// Go makes an empty value of it.
TEST(LintRulesTest, NullInLists) {
  const auto options = [](std::string_view list) {
    return Mount(absl::StrCat(R"("source": "/srv", "destination": "/d",)"
                              R"("type": "bind", "options": [)",
                              list, "]"));
  };
  ExpectFound({
      {R"("mounts": [{}])", "SG008 SG011 SG039"},
      {R"("mounts": [null])", "SG008 SG011 SG039"},
      {R"("linux": {"devices": [{}]})", "SG010"},
      {R"("linux": {"devices": [null]})", "SG010"},
      {R"("devices": [null])", "", "1.12.6"},
      {R"("linux": {"capabilities": [""]})", "SG006"},
      {R"("linux": {"capabilities": [null]})", "SG006"},
      {R"("env": [{}, null])", ""},
      {options("\"\", \"bind\""), "SG012"},
      {options(R"(null, "bind")"), "SG012"},
      {options("null"), "SG011 SG012"},
      {R"("env": [{"name": "A", "value": "", "settable": [null]}])", "SG017"},
      {R"({"entrypoint": [null], "interface": {"types": ["docker.authz/1.0"],)"
       R"("socket": "s"}})",
       "SG023"},
      {R"({"args": {"value": [null]}, "interface": {"types":)"
       R"(["docker.authz/1.0"], "socket": "s"}})",
       "SG023"},
      {R"({"entrypoint": ["/p"], "interface": {"types": [""],)"
       R"("socket": "s"}})",
       "SG018"},
      {R"({"entrypoint": ["/p"], "interface": {"types": [null],)"
       R"("socket": "s"}})",
       "SG018"},
      {R"({"entrypoint": ["/p"], "interface": {"types": [null],)"
       R"("socket": "s"}})",
       "SG001", "28.5.2"},
  });
}

TEST(LintRulesTest, OptionsOfANewerRunc) {
  const auto mount = [](std::string_view type, std::string_view options) {
    return Mount(absl::StrCat(R"("source": "/srv", "destination": "/d",)"
                              R"("type": ")",
                              type, R"(", "options": [)", options, "]"));
  };
  ExpectFound({
      {mount("bind", R"("rbind", "rro")"), "", "20.10.15.."},
      {mount("bind", R"("rbind", "rro")"), "SG012", "20.10.14"},
      {mount("bind", R"("rbind", "rro", "nosymfollow")"), "SG012 SG012",
       "20.10.10..28.5.2"},
      {mount("bind", R"("rbind", "ro", "rslave")"), "", "1.13.0.."},
      {mount("tmpfs", R"("nosymfollow")"), "SG012", "20.10.14"},
      {mount("tmpfs", R"("nosymfollow", "size=1m")"), ""},
      {mount("tmpfs", R"("rro")"), "SG012"},
      // Only SG011.
      {mount("", R"("rro")"), "SG011"},
  });
  const auto message = [&](std::string_view type, std::string_view options,
                           std::string_view engines) {
    return std::string(
        Findings(ExampleConfig(mount(type, options)), engines).at(0).message);
  };
  EXPECT_EQ(message("bind", R"("rbind", "rro")", "20.10.14"),
            "runc knows \"rro\" since 1.1: that of the engine ignores it");
  EXPECT_EQ(message("bind", R"("rbind", "rro")", "20.10.13..20.10.16"),
            "runc knows \"rro\" since 1.1: that of Docker 20.10.13 to "
            "20.10.14 ignores it");
  EXPECT_EQ(message("ext4", R"("symfollow")", "20.10.14"),
            "runc knows \"symfollow\" since 1.1: that of the engine leaves it "
            "to the file system");
  EXPECT_EQ(message("tmpfs", R"("rro")", ""),
            "\"rro\" is for bind mounts, runc passes over it in others; did "
            "you mean \"ro\"?");
}

TEST(LintRulesTest, WorkdirThatIsAnOpenFile) {
  const auto workdir = [](std::string_view path) {
    return absl::StrCat(R"("workdir": ")", path, "\"");
  };
  ExpectFound({
      {workdir("/proc/self/fd/7"), "SG016"},
      {workdir("/proc//self/fd/7"), "SG016"},
      {workdir("/proc/./self/fd/7"), "SG016"},
      {workdir("//proc/self/fd/7"), "SG016"},
      {workdir("/dev//fd/7"), "SG016"},
      {workdir("/dev/fd"), "SG016"},
      {workdir("/proc/1/fd/7"), "SG016"},
      {workdir("/proc/thread-self/fd/7/.."), "SG014 SG016"},
      {workdir("/proc/self/task/1/fd/7/x/y"), "SG016"},
      {workdir("/proc/self/../self/fd/7"), "SG014 SG016"},
      {workdir("/dev/../proc/self/fd/8"), "SG014 SG016"},
      {workdir("/proc/self/fd/7/../../.."), "SG014 SG016"},
      {workdir("/proc/self/root/dev/fd/7"), "SG016"},
      {workdir("/proc/self/fdinfo"), ""},
      {workdir("/proc/self/fdinfo/7"), ""},
      {workdir("/dev/fd0"), ""},
      {workdir("/proc/x/fd/7"), ""},
      {workdir("/proc/self"), ""},
      {workdir("/srv/proc/self/fd/7"), ""},
      {workdir("proc/self/fd/7"), "SG015"},
  });
}

TEST(LintRulesTest, PropagatedMountThatHidesTheProgram) {
  const auto config = [](std::string_view program, std::string_view path,
                         std::string_view more = "") {
    return absl::StrCat(R"({"entrypoint": [")", program,
                        R"("], "propagatedMount": ")", path,
                        R"(", "interface": {"types": ["docker.authz/1.0"],)"
                        R"( "socket": "s"})",
                        more, "}");
  };
  ExpectFound({
      {config("/m/p", "/m"), "SG029"},
      {config("/m", "/m"), "SG029"},
      {config("//m/x/p", "/m/"), "SG029"},
      {config("m/p", "/m"), "SG029"},
      {config("./p", "/m", R"(, "workdir": "/m")"), "SG029"},
      {config("/mp", "/m"), ""},
      {config("/p", "/m"), ""},
      {config("m", "/m"), ""},
      {config("/m/p", "/m/x"), ""},
      // It is in a mount, which comes after.
      {config("/m/p", "/m", ", " + BindAt("/m/p")), ""},
      {config("/m/p", "/m", ", " + BindAt("/x")), "SG029"},
  });
}

TEST(LintRulesTest, Paths) {
  const auto device = [](std::string_view path) {
    return absl::StrCat(R"("linux": {"devices": [{"path": ")", path, "\"}]}");
  };
  const auto source = [](std::string_view path) {
    return Mount(absl::StrCat(R"("destination": "/d", "type": "bind",)"
                              R"("options": ["rbind"], "source": ")",
                              path, "\""));
  };
  ExpectFound({
      {device("/dev/fuse"), ""},
      {device("dev/fuse"), "SG015"},
      {device("/dev/../dev/fuse"), "SG014"},
      {device("/dev/fuse/"), "SG001"},
      {device("/dev/fuse/."), "SG001"},
      {device("/dev/sda//"), "SG001"},
      {device("/dev/dri/"), ""},
      {device("/dev/disk/by-id/"), "SG042"},
      {source("/srv"), ""},
      {source("/srv:/data"), "SG044"},
      {source("/srv:/data:ro"), "SG044"},
      {source("/srv:ro"), "SG044"},
      {source("/srv/a:b"), ""},
      {source("/srv:rw,z"), "SG044"},
      {source("/srv:Z,ro"), "SG044"},
      {source("/srv:ro,rslave,nocopy"), "SG044"},
      {source("/srv:cached"), "SG044"},
      {source("/srv:ro,x"), ""},
      {source("/srv:ro,"), ""},
      {BindAt("/data:/srv"), "SG044"},
      {Mount(R"("source": "nas:/x", "destination": "/d", "type": "nfs")"), ""},
      {source("rel/x"), "SG015"},
      {source("."), "SG015"},
      {source("~/.ssh"), "SG015"},
      {source("$HOME/x"), "SG015"},
      {source("./x"), "SG015"},
      {Mount(R"("source": "x", "destination": "/d", "type": "none",)"
             R"("options": ["bind"])"),
       "SG015"},
      {Mount(R"("source": "x", "destination": "/d", "type": "nfs")"), ""},
      {Mount(R"("source": "tmpfs", "destination": "/d", "type": "tmpfs")"), ""},
      {source("/var/lib/docker/plugins"), "SG037"},
      {source("/var/lib/docker/plugins/"), "SG037"},
      {source("/var/lib//docker/./plugins"), "SG037"},
      {source("//var/lib/docker/plugins/x"), "SG037"},
      {source("/var/lib/docker"), "SG037"},
      {source("/var/lib/docker/"), "SG037"},
      {source("/var/lib/docker/volumes"), "SG037"},
      {source("/var/lib/x/../docker"), "SG014 SG037"},
      {source("/var/lib/docker/../x"), "SG014"},
      {source("/var/lib/dockerx"), ""},
      {source("/var/lib/docker.old/plugins"), ""},
      {source("/var/lib"), ""},
      {source("/srv/var/lib/docker"), ""},
      {Mount(R"("source": "overlay", "destination": "/d", "type": "overlay",)"
             R"("options": ["lowerdir=/a:/var/lib/docker/x"])"),
       "SG037"},
      {R"({"entrypoint": ["/p", "--root=/var/lib/docker"], "interface":)"
       R"({"types": ["docker.authz/1.0"], "socket": "s"}})",
       "SG037"},
      {R"("env": [{"name": "A", "value": "file:///var/lib/docker/x"}])",
       "SG037"},
      {R"("env": [{"name": "A", "value": "{\"root\": \"/var/lib/docker\"}"}])",
       "SG037"},
      {R"("env": [{"name": "A", "value": "/srv/x:/var/lib/dockers"}])", ""},
      // Those in the rootfs are the plugin's own.
      {BindAt("/var/lib/docker/plugins/x"), ""},
      {R"("propagatedMount": "/var/lib/docker/plugins/x")", ""},
      {R"("env": [{"name": "A", "value": "x:/var/lib/docker/plugins:y"}])",
       "SG037"},
      {R"("args": {"value": ["--root=/var/lib/docker/plugins/x"]})", "SG037"},
      {R"("workdir": "a")", "SG015"},
  });
}

// Of what is no plugin nothing is said that only follows.
TEST(LintRulesTest, WhatIsNoPlugin) {
  ExpectFound({
      {"{}", "SG041"},
      {R"({"description": "x"})", "SG041"},
      {R"({"zzz": 1, "yyy": 2})", "SG041"},
      {R"({"plugin": {}})", "SG041"},
      {R"({"plugin": {"entrypoint": ["/p"]}})", "SG041"},
      {R"({"plugin": {"Id": "a", "Name": "n", "Config": {}}})", "SG041"},
      {R"({"config": {}})", "SG041"},
      {R"({"config": {"port": 5}})", "SG041"},
      {R"({"name": "n", "version": "1", "workspaces": []})", "SG041"},
      {R"({"services": {}, "networks": {}})", "SG041"},
      {R"({"ociVersion": "1.0.0", "mounts": [{"x": 1}], "linux": {}})",
       "SG041"},
      {R"({"RepoTags": [], "RootFS": {}, "Config": {"Entrypoint": ["/p"]}})",
       "SG041"},
      {R"({"Id": "a", "Name": "/n", "State": {}, "Image": "i",)"
       R"("Config": {"Entrypoint": ["/p"]}})",
       "SG041"},
      // Here engines say no.
      {R"({"RepoTags": [], "Config": {"Env": ["A=1"]}})", "SG001"},
      {R"({"ociVersion": "1.0.0", "mounts": 5})", "SG001"},
      // A config that is not where engines look is looked at.
      {R"({"config": {"entrypoint": ["/p"], "zzz": 1}})", "SG041 SG019 SG003"},
      {R"({"process": {"args": ["/p"]}, "root": {"path": "r"}})", "SG041"},
      {R"({"process": {}, "mounts": [{"destination": "/proc"}]})", "SG041"},
      {R"({"mounts": [], "linux": {"namespaces": []}})", "SG041"},
      {R"({"manifest_version": 3, "name": "x", "permissions": []})",
       "SG041 SG003"},
      {R"({"name": "x", "image": "i", "env": []})", "SG041"},
      // Of what is only misspelt, that is told as well.
      {R"({"entrypoints": ["/p"], "interfaces": {}})", "SG041 SG003 SG003"},
      {R"({"allowAllDevices": true})", "SG041 SG003"},
      {R"({"deviceCreation": true})", "SG041 SG003"},
      {R"({"args2": 1})", "SG041 SG003"},
      {R"({"mount": [], "env": []})", "SG019 SG023 SG003"},
      // Plugins with little in them.
      {R"({"env": []})", "SG019 SG023"},
      {R"({"Id": "a", "Name": "n", "Config": {"Env": []}})", "SG019 SG023"},
      // By the newest engine of the range.
      {R"({"plugin": {"Id": "a", "Manifest": {"Entrypoint": ["/p"]}}})",
       "SG041"},
      {R"({"plugin": {"Id": "a", "Manifest": {"Entrypoint": ["/p"]}}})",
       "SG019", "1.12.6"},
  });
  for (std::string_view text : {"null", " null "}) {
    EXPECT_EQ(Found(text, ""), "SG041");
  }
  const std::vector<LintFinding> findings =
      Findings(R"({"description": "x"})", "28.5.2");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].message,
            "this has no key of a plugin's config that reaches a spec; engines "
            "take it for a plugin that asks for nothing");
}

TEST(LintRulesTest, KeysOfObjectsInLists) {
  ExpectFound({
      {R"("env": [{"name": "A", "x": 1}])", "SG003"},
      {R"("linux": {"devices": [{"path": "/dev/fuse", "x": 1}]})", "SG003"},
      {R"("linux": {"capabilities": [{"x": 1}]})", "SG001"},
      // What stands in a value that engines refuse is not looked at.
      {R"("env": {"A": "1"})", "SG001"},
      {R"("mounts": {"source": "/a", "x": 1})", "SG001"},
      {R"("network": [{"typ": "host"}])", "SG001"},
      {R"("args": [{"x": 1}])", "SG001"},
      {R"("linux": [{"x": 1}])", "SG001"},
      {R"("linux": {"devices": {"x": 1}})", "SG001"},
      {R"("env": {"name": "A", "name": "B"})", "SG001"},
      {Mount(
           R"("source": "/a", "destination": "/a", "type": "bind", "options": "rbind")"),
       "SG001"},
      {Mount(
           R"("source": "/a", "destination": "/a", "type": "bind", "options": {"rbind": 1})"),
       "SG001"},
      {Mount(
           R"("source": "/a", "destination": "/a", "type": "bind", "options": [5])"),
       "SG001"},
      {Mount(
           R"("source": "/a", "destination": "/a", "type": "bind", "option": ["rbind"])"),
       "SG003"},
      {Mount(
           R"("sorce": "/a", "destination": "/a", "type": "bind", "options": ["rbind"])"),
       "SG003"},
      {R"("linux": {"devices": [{"pth": "/dev/fuse"}]})", "SG003"},
      {R"("env": [5])", "SG001"},
      {R"("env": [{"name": "A", "settable": ["name"]}])", "SG017"},
      {R"("args": {"name": "a", "settable": ["name"], "value": []})", "SG017"},
      {R"("args": {"name": "a", "settable": ["value"], "value": []})", ""},
      {R"("capabilities": ["NET_ADMIN"])", "SG004"},
      {R"("capabilities": ["NET_ADMIN"])", "SG006", "1.12.6"},
      // Only what engines say of it.
      {R"({"plugin": {"Id": "a", "Name": "n", "Config": 5}})", "SG001"},
  });
}

TEST(LintRulesTest, MountsUnderDevThatStay) {
  ExpectFound({
      {BindAt("/dev/x"), "SG013"},
      {BindAt("/dev/x"), "", "1.12.6"},
      // The second one stays.
      {R"("mounts": [
        {"source": "/x", "destination": "/dev/x", "type": "bind", "options": ["rbind"]},
        {"source": "/y", "destination": "/dev/y", "type": "bind", "options": ["rbind"]}])",
       "SG013"},
      {BindAt("/device/x"), ""},
      {Mount(R"("source": "sysfs", "destination": "/sys", "type": "sysfs")"),
       ""},
      {Mount(R"("source": "t", "destination": "/sys", "type": "tmpfs")"),
       "SG027"},
      {Mount(R"("source": "s", "destination": "/", "type": "sysfs")"), "SG027"},
  });
}

// What one finding says.
struct MessageCase {
  std::string added;
  std::string_view engines;
  std::string_view message;
};

TEST(LintRulesTest, Messages) {
  const std::vector<MessageCase> cases = {
      {R"("linux": {"capabilities": ["NET_ADMIN"]})", "28.5.2",
       R"("NET_ADMIN" is a capability to some runtimes only: runc ignores it, )"
       R"(before 1.0.0-rc94 it refuses it; did you mean "CAP_NET_ADMIN"?)"},
      {R"("linux": {"capabilities": ["12"]})", "28.5.2",
       R"("12" is a capability to some runtimes only: runc ignores it, before )"
       R"(1.0.0-rc94 it refuses it; did you mean "CAP_NET_ADMIN"?)"},
      {R"("linux": {"capabilities": ["CAP_NET_ADMINS"]})", "28.5.2",
       R"("CAP_NET_ADMINS" is no capability: runc ignores it, before )"
       R"(1.0.0-rc94 it refuses it; did you mean "CAP_NET_ADMIN"?)"},
      {R"("linux": {"workdir": "/"})", "28.5.2",
       R"(no engine reads "workdir" here; it belongs to the top)"},
      {R"("linux": {"zzz": 1})", "28.5.2", R"(no engine reads "zzz" here)"},
      {R"("allowAllDevices": true)", "28.5.2",
       R"(no engine reads "allowAllDevices" here; it belongs into "linux")"},
      {R"("zzz": 1)", "28.5.2", R"(no engine reads "zzz" here)"},
      {Mount(R"("source": "p", "destination": "/d", "type": "procfs")"), "",
       R"("procfs" is no file system; did you mean "proc"?)"},
      {Mount(R"("source": "b", "destination": "/d", "type": "bpffs")"), "",
       R"("bpffs" is no file system; did you mean "bpf"?)"},
      {Mount(R"("source": "s", "destination": "/d", "type": "sshfs")"), "",
       R"("sshfs" is no file system of the kernel: a program mounts it by )"
       R"(FUSE)"},
      {R"("netwrok": {"type": "host"})", "28.5.2",
       R"(no engine reads "netwrok" here; did you mean "network"?)"},
      {R"("capabilities": [])", "28.5.2",
       R"("capabilities" is not read; it moved into "linux")"},
      {R"("devices": [])", "1.12.6..28.5.2",
       R"("devices" is not read by Docker 1.13.0-rc2 to 28.5.2; it moved into )"
       R"("linux")"},
      {R"("pidhost": true)", "17.04.0..28.5.2",
       R"("pidhost" is not read by Docker 17.04.0)"},
      {R"("linux": {"capabilities": [], "devices": []})", "1.12.6",
       R"("linux" is not read)"},
      {Interface("docker.volumedriver"), "28.5.2",
       R"("docker.volumedriver" has no version: the engine does not find it; )"
       R"(write "docker.volumedriver/1.0")"},
      {Interface("docker.logdriver"), "17.04.0..29.0.0",
       R"("docker.logdriver" has no version: Docker 17.04.0 to 28.5.2 does not )"
       R"(find it; write "docker.logdriver/1.0")"},
      {Interface("/1.0"), "28.5.2..29.0.0",
       "Docker 28.5.2 crashes on an interface type that starts with a slash"},
      {R"("env": "x")", "1.12.6..28.5.2",
       R"(the engine refuses the plugin: "env" must be a list, not a string)"},
      {BindAt("/dev/x"), "1.12.6..28.5.2",
       R"(the mount at "/dev/x" does not reach the spec with Docker )"
       R"(1.13.0-rc2 to 28.5.2: engines drop the plugin's own mounts under )"
       R"(/dev/, too)"},
  };
  for (const MessageCase& c : cases) {
    const std::string text = ExampleConfig(c.added);
    const std::vector<LintFinding> findings = Findings(text, c.engines);
    ASSERT_EQ(findings.size(), 1u) << text;
    EXPECT_EQ(findings[0].message, c.message);
  }
  // What engines do with a version depends on the type.
  for (const auto& [type, message] :
       std::vector<std::pair<std::string_view, std::string_view>>{
           {"docker.authz/2.0",
            R"("docker.authz/2.0" is of another version: engines use it all )"
            R"(the same, as version 1.0; write "docker.authz/1.0")"},
           {"docker.volumedriver",
            R"("docker.volumedriver" has no version: engines use it all the )"
            R"(same, as version 1.0; write "docker.volumedriver/1.0")"},
           {"docker.networkdriver/2.0",
            R"("docker.networkdriver/2.0" is of another version: engines do )"
            R"(not register it when they enable the plugin; write )"
            R"("docker.networkdriver/1.0")"},
           {"authz",
            R"("authz" has no prefix: engines look for "docker" only; write )"
            R"("docker.authz/1.0")"}}) {
    const std::vector<LintFinding> of_type = Findings(Interface(type), "");
    for (const LintFinding& finding : of_type) {
      if (finding.rule->id == "SG018") {
        EXPECT_EQ(finding.message, message);
      }
    }
    EXPECT_FALSE(of_type.empty()) << type;
  }
  // Of two values that only newer engines read.
  const std::vector<LintFinding> findings = Findings(
      ExampleConfig(R"("pidhost": "x", "entrypoint": 5)"), "17.04.0..28.5.2");
  std::vector<std::string> messages;
  for (const LintFinding& finding : findings) {
    if (finding.rule->id == "SG001") messages.push_back(finding.message);
  }
  EXPECT_EQ(
      absl::StrJoin(messages, "\n"),
      "Docker 17.05.0-rc1 to 28.5.2 refuses the plugin: \"pidhost\" must "
      "be true or false, not a string\nDocker 17.04.0 refuses the plugin: "
      "\"entrypoint\" must be a list, not a number");
}

// A refusal of a device is at the device.
TEST(LinterTest, RefusedDevices) {
  const std::vector<LintFinding> findings = Findings(
      "{\"entrypoint\": [\"/p\"], \"interface\": {\"types\": "
      "[\"docker.authz/1.0\"], \"socket\": \"s\"},\n\"linux\": {\"devices\": "
      "[{\"path\": \"/dev/fuse\"}, {\"path\": \"\"}]}}",
      "");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].rule->id, "SG001");
  EXPECT_EQ(findings[0].position.line, 2u);
  EXPECT_EQ(findings[0].position.column, 55u);
  EXPECT_EQ(findings[0].pointer, "/linux/devices/1/path");
}

TEST(LinterTest, FindsThePluginInEachShape) {
  constexpr std::string_view kConfig =
      R"({"entrypoint":["/p"],"interface":{"types":["docker.volumedriver"],)"
      R"("socket":"s"}})";
  const std::string texts[] = {
      std::string(kConfig),
      absl::StrCat(R"({"plugin":{"Id":"a","Config":)", kConfig, "}}"),
      absl::StrCat(R"({"Id":"a","Config":)", kConfig, "}"),
      absl::StrCat(R"([{"Id":"a","Name":"n","Config":)", kConfig,
                   R"(},{"Id":"b","Name":"m","Config":{}}])"),
  };
  for (const std::string& text : texts) {
    LintRequest request;
    request.plugin = text;
    request.name = "x";
    if (text[0] == '[') request.plugin_name = "n";
    request.releases = FindReleases("28.5.2").value();
    absl::StatusOr<std::vector<LintFinding>> findings = Lint(request);
    ASSERT_TRUE(findings.ok()) << findings.status();
    ASSERT_EQ(findings->size(), 1u) << text;
    EXPECT_EQ((*findings)[0].rule->name, "interface-type");
  }
}

// Of a list, it must be known which plugin is meant.
TEST(LinterTest, ListsAreOfOnePlugin) {
  constexpr std::string_view kOne =
      R"({"Id":"a","Name":"n","Config":{"env":5,"entrypoint":["/p"]}})";
  constexpr std::string_view kOther = R"({"Id":"b","Name":"m","Config":{}})";
  const auto lint = [](std::string_view text, std::string_view wanted,
                       PluginShape shape = PluginShape::kAuto) {
    LintRequest request;
    request.plugin = text;
    request.plugin_name = wanted;
    request.name = "x";
    request.shape = shape;
    request.releases = FindReleases("1.12.6..28.5.2").value();
    const absl::StatusOr<std::vector<LintFinding>> findings = Lint(request);
    if (!findings.ok()) return std::string(findings.status().message());
    for (const LintFinding& finding : *findings) {
      if (finding.rule->id == "SG001") return std::string("SG001");
    }
    return std::string();
  };
  const std::string two = absl::StrCat("[", kOne, ",\n", kOther, "]");
  EXPECT_EQ(lint(two, ""),
            "x:1:1: there are several plugins: choose one of n, m by --plugin");
  EXPECT_EQ(lint(absl::StrCat(" ", two), ""),
            "x:1:1: there are several plugins: choose one of n, m by --plugin");
  EXPECT_EQ(lint(two, "z"), "x:1:1: no plugin matches \"z\": there are n, m");
  EXPECT_EQ(lint("[]", ""), "x:1:1: the list is empty: no plugin");
  EXPECT_TRUE(absl::StartsWith(lint("[{}]", ""), "x:1:2: item 1 of the list"));
  EXPECT_TRUE(absl::StartsWith(lint("[5]", ""), "x:1:1: a plugin's config"));
  EXPECT_TRUE(absl::StartsWith(lint(absl::StrCat("[", kOther, ",\n5]"), "m"),
                               "x:2:1: "));
  // What is wrong with that plugin, engines say.
  EXPECT_EQ(lint(two, "n"), "SG001");
  EXPECT_EQ(lint(absl::StrCat("[", kOne, "]"), ""), "SG001");
  // Of a directory, engines read no list at all.
  EXPECT_EQ(lint(two, "", PluginShape::kConfig), "SG001");
}

// Lines `"NAME<i>": VALUE,`, from 0 to `count` - 1.
std::string Lines(std::string_view name, size_t count, std::string_view value) {
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    absl::StrAppend(&text, "\"", name, i, "\": ", value, ",\n");
  }
  return text;
}

TEST(LinterTest, TheFirstFindingsOfEachRuleAndHowManyMore) {
  for (const size_t count : {99u, 100u, 101u, 199u, 200u, 201u, 1000u}) {
    const std::string text =
        absl::StrCat("{\n", Lines("x", count, "1"), R"("workdir": "a",)", "\n",
                     R"("entrypoint": ["/p"], "interface": {"types": )"
                     R"(["docker.authz/1.0"], "socket": "s"}})");
    const std::vector<LintFinding> findings = Findings(text, "28.5.2");
    const size_t shown = std::min(count, kMaxFindings);
    ASSERT_EQ(findings.size(), shown + 1) << count;
    for (size_t i = 0; i < shown; ++i) {
      EXPECT_EQ(findings[i].rule->id, "SG003");
      EXPECT_EQ(findings[i].position.line, 2 + i);
      EXPECT_EQ(findings[i].more, i + 1 < shown ? 0 : count - shown) << count;
    }
    // What other rules find is not counted.
    EXPECT_EQ(findings[shown].rule->id, "SG015");
    EXPECT_EQ(findings[shown].more, 0u);
  }
}

// A rule may find what stands first last.
TEST(LinterTest, TheFirstFindingsAreTheFirstOfTheText) {
  for (const size_t count : {100u, 150u, 250u}) {
    std::string mounts;
    for (size_t i = 0; i < count; ++i) {
      absl::StrAppend(&mounts, i == 0 ? "" : ",\n",
                      R"({"source": "/s", "destination": "d)", i,
                      R"(", "type": "bind", "options": ["rbind"]})");
    }
    const std::vector<LintFinding> findings =
        Findings(ExampleConfig(absl::StrCat(
                     "\"workdir\": \"a\",\n\"mounts\": [\n", mounts, "\n]")),
                 "28.5.2");
    ASSERT_EQ(findings.size(), kMaxFindings) << count;
    EXPECT_EQ(findings.front().pointer, "/workdir") << count;
    EXPECT_EQ(findings.back().pointer, "/mounts/98/destination") << count;
    EXPECT_EQ(findings.back().more, count + 1 - kMaxFindings);
  }
}

// Each takes time: a hint compares a name with all that there are.
TEST(LintContextTest, OnlyMessagesThatMayBeToldAreMade) {
  static size_t made;
  made = 0;
  LintRule rule = LintRules()[0];
  rule.find = [](LintContext* lint) {
    for (const JsonNode& item : lint->config->List()) {
      lint->At(item, [] {
        ++made;
        return std::string();
      });
    }
  };
  const std::string text =
      absl::StrCat("[", absl::StrJoin(std::vector<int>(1000), ","), "]");
  const std::unique_ptr<JsonTree> tree = JsonTree::Parse(text, "x").value();
  const LintRequest request;
  LintContext lint(request, *tree);
  lint.config = &tree->root();
  lint.RunRule(rule);
  EXPECT_EQ(made, 2 * kMaxFindings);
}

// A text that each of many findings repeats would take any memory.
TEST(LinterTest, LongTextsAreCutInMessages) {
  const std::string path = absl::StrCat("/", std::string(100000, 'p'));
  const std::string text = ExampleConfig(
      absl::StrCat("\"propagatedMount\": \"", path, "\",\n", BindAt(path)));
  const std::vector<LintFinding> findings = Findings(text, "28.5.2");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].rule->id, "SG028");
  EXPECT_LT(findings[0].message.size(), 600u);
}

TEST(LinterTest, ColumnsInBytesAndInCharacters) {
  LintRequest request;
  request.plugin =
      "{\"entrypoint\": [\"/\xC3\xA4\"], \"interface\": {\"types\": "
      "[\"docker.volumedriver/1.0\"], \"socket\": \"s\"}, \"netwrok\": {}}";
  request.name = "x";
  request.releases = FindReleases("28.5.2").value();
  absl::StatusOr<std::vector<LintFinding>> findings = Lint(request);
  ASSERT_TRUE(findings.ok());
  ASSERT_EQ(findings->size(), 1u);
  EXPECT_EQ((*findings)[0].position.column, 93u);
  EXPECT_EQ((*findings)[0].code_point_column, 92u);
}

}  // namespace
}  // namespace specgen
