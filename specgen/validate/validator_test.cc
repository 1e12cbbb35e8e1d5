#include "specgen/validate/validator.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "specgen/json/json_tree.h"
#include "specgen/validate/oci_version.h"

namespace specgen {
namespace {

// "RULE POINTER" of each finding, a line each; warnings start with "~".
std::string Findings(std::string_view json,
                     std::optional<OciVersionRange> as = std::nullopt) {
  absl::StatusOr<std::unique_ptr<JsonTree>> tree =
      JsonTree::Parse(json, "spec");
  if (!tree.ok()) return std::string(tree.status().message());
  std::string out;
  for (const SpecFinding& finding : ValidateSpec(**tree, as).findings) {
    absl::StrAppend(&out, finding.severity == SpecSeverity::kWarning ? "~" : "",
                    finding.rule, " ", finding.pointer, "\n");
  }
  return out;
}

// A good spec of that version, with `members` put behind its own.
std::string Spec(std::string_view version, std::string_view members = "") {
  return absl::StrCat(
      R"({"ociVersion":")", version,
      R"(","process":{"cwd":"/","args":["/x"]},"root":{"path":"/r"})",
      members.empty() ? "" : ",", members, "}");
}

std::string WithProcess(std::string_view version, std::string_view members) {
  return absl::StrCat(R"({"ociVersion":")", version,
                      R"(","process":{"cwd":"/","args":["/x"],)", members,
                      R"(},"root":{"path":"/r"}})");
}

TEST(OciVersionTest, DevMayFollowEitherOfTwo) {
  const auto range = FindOciVersion("1.0.2-dev");
  ASSERT_TRUE(range.has_value());
  EXPECT_EQ(range->from, OciVersion::k1_0_2);
  EXPECT_EQ(range->to, OciVersion::k1_1_0_rc_1);
  EXPECT_EQ(FindOciVersion("1.3.0-dev")->to, OciVersion::k1_3_0);
  EXPECT_FALSE(FindOciVersion("1.4.0").has_value());
  EXPECT_FALSE(FindOciVersion("").has_value());
}

TEST(ValidatorTest, GoodSpecsHaveNoFindings) {
  for (std::string_view version : {"1.0.0", "1.0.2-dev", "1.2.0", "1.3.0"}) {
    EXPECT_EQ(Findings(Spec(version)), "") << version;
  }
  EXPECT_EQ(Findings(Spec("1.0.0-rc2",
                          R"("platform":{"os":"linux","arch":"amd64"})")),
            "");
}

TEST(ValidatorTest, NumberListsAreInOrder) {
  const auto findings = [](std::string_view list) {
    return Findings(
        Spec("1.0.0", absl::StrCat(R"("linux":{"resources":{"cpu":{"cpus":")",
                                   list, "\"}}}")));
  };
  for (std::string_view list : {"", "0", "0-3,7", "3,1", "1-1", " 0 - 3 , 7",
                                "10-9999999999999999999", "007-8"}) {
    EXPECT_EQ(findings(list), "") << list;
  }
  for (std::string_view list : {"3-1", "0,3-1", "10-9,1", "0-", "-1", ",", "1,",
                                "0-1-2", "a", "99999999999999999999-1"}) {
    EXPECT_EQ(findings(list), "form /linux/resources/cpu/cpus\n") << list;
  }
}

TEST(ValidatorTest, WindowsSpecs) {
  const auto findings = [](std::string_view root, std::string_view more) {
    return Findings(absl::StrCat(
        R"({"ociVersion":"1.0.0","windows":{"layerFolders":["C:\\l"]},)",
        R"("process":{"cwd":"C:\\","args":["x"]},"root":{"path":")", root,
        "\"}", more, "}"));
  };
  constexpr std::string_view kVolume =
      R"(\\\\?\\Volume{ec84d99e-3f02-11e7-ac6c-00155d7682cf}\\)";
  constexpr std::string_view kSmall =
      R"(\\\\?\\volume{EC84D99E-3F02-11e7-ac6c-00155d7682cf}\\)";
  constexpr std::string_view kEmptyLinux = R"(,"linux":{})";
  for (std::string_view linux_part : {std::string_view(), kEmptyLinux}) {
    EXPECT_EQ(findings(kVolume, linux_part), "");
    EXPECT_EQ(findings(kSmall, linux_part), "");
    EXPECT_EQ(findings(R"(C:\\r)", linux_part), "volume-path /root/path\n");
  }
  // A Linux container on Windows.
  EXPECT_EQ(findings("/r", R"(,"linux":{"maskedPaths":["/a"]})"), "");
}

TEST(ValidatorTest, RequiredFieldsDependOnTheVersion) {
  EXPECT_EQ(Findings("{}"), "required \nrequired \n");
  EXPECT_EQ(Findings(Spec("1.0.0-rc1")), "required \n");  // platform
  EXPECT_EQ(Findings(R"({"ociVersion":"1.0.0","root":{"path":"/"},)"
                     R"("process":{}})"),
            "required /process\nrequired /process\n");
  EXPECT_EQ(Findings(R"({"ociVersion":"1.1.0","root":{"path":"/"},)"
                     R"("process":{}})"),
            "required /process\nno-args /process\n");
  EXPECT_EQ(Findings(Spec("1.0.0", R"("mounts":[{"type":"proc"}])")),
            "required /mounts/0\n");
}

TEST(ValidatorTest, TypesAndLimits) {
  EXPECT_EQ(Findings("[]"), "type \n");
  EXPECT_EQ(Findings(Spec("1.0.0", R"("mounts":{},"hostname":5)")),
            "type /mounts\ntype /hostname\n");
  EXPECT_EQ(Findings(WithProcess("1.0.0", R"("env":["A=b",1,null])")),
            "type /process/env/1\ntype /process/env/2\n");
  EXPECT_EQ(Findings(WithProcess("1.0.0", R"("user":{"uid":-1})")),
            "limits /process/user/uid\n");
  EXPECT_EQ(Findings(WithProcess("1.0.0", R"("user":{"uid":1.0})")),
            "limits /process/user/uid\n");
  EXPECT_EQ(Findings(WithProcess("1.0.0", R"("user":{"uid":4294967295})")), "");
  constexpr std::string_view kLimit =
      R"("rlimits":[{"type":"RLIMIT_CPU","soft":0,"hard":$}])";
  EXPECT_EQ(Findings(WithProcess(
                "1.0.0",
                absl::StrReplaceAll(kLimit, {{"$", "18446744073709551615"}}))),
            "");
  EXPECT_EQ(Findings(WithProcess(
                "1.0.0",
                absl::StrReplaceAll(kLimit, {{"$", "18446744073709551616"}}))),
            "limits /process/rlimits/0/hard\n");
  EXPECT_EQ(Findings(Spec("1.0.0", R"("linux":{"sysctl":{"a":1}})")),
            "type /linux/sysctl/a\n");
}

TEST(ValidatorTest, AnnotationsOfTheOpenContainerInitiative) {
  const auto found = [](std::string_view key, std::string_view value,
                        std::string_view version = "1.2.0") {
    return Findings(Spec(version, absl::StrCat(R"("annotations":{")", key,
                                               "\":\"", value, "\"}")));
  };
  for (std::string_view foreign :
       {"org.opencontainers", "org.opencontainers.x",
        "org.opencontainers.image.title", "org.opencontainers.image.",
        "org.opencontainers.image.config.x"}) {
    EXPECT_EQ(found(foreign, "x"),
              absl::StrCat("~reserved-key /annotations/", foreign, "\n"));
    EXPECT_EQ(found(foreign, "x", "1.1.0"), "") << foreign;
  }
  EXPECT_EQ(found("org.opencontainersx", "x"), "");
  struct Case {
    std::string_view key;
    std::string_view value;
    std::string_view finding;  // "" is none, "~" a warning, "!" an error
  };
  for (const Case& c : {
           Case{"created", "", ""},
           Case{"created", "2026-01-31T12:00:00Z", ""},
           Case{"created", "2026-01-31t12:00:00.123456789z", ""},
           Case{"created", "2024-02-29T23:59:60+23:59", ""},
           Case{"created", "2000-02-29T00:00:00-00:00", ""},
           Case{"created", "2023-02-29T12:00:00Z", "!"},
           Case{"created", "1900-02-29T12:00:00Z", "!"},
           Case{"created", "2026-04-31T12:00:00Z", "!"},
           Case{"created", "2026-13-01T12:00:00Z", "!"},
           Case{"created", "2026-00-01T12:00:00Z", "!"},
           Case{"created", "2026-01-00T12:00:00Z", "!"},
           Case{"created", "2026-01-31T24:00:00Z", "!"},
           Case{"created", "2026-01-31T12:60:00Z", "!"},
           Case{"created", "2026-01-31T12:00:61Z", "!"},
           Case{"created", "2026-01-31T12:00:00", "!"},
           Case{"created", "2026-01-31T12:00:00.Z", "!"},
           Case{"created", "2026-01-31T12:00:00+1:00", "!"},
           Case{"created", "2026-01-31T12:00:00+24:00", "!"},
           Case{"created", "2026-01-31T12:00:00+0100", "!"},
           Case{"created", "2026-01-31T12:00:00Z ", "!"},
           Case{"created", "2026-01-31 12:00:00Z", "!"},
           Case{"created", "2026-01-31", "!"},
           Case{"created", "26-01-31T12:00:00Z", "!"},
           Case{"created", "yesterday", "!"},
           Case{"os", "linux", ""},
           Case{"os", "", ""},
           Case{"os", "Linux", "~"},
           Case{"os", "ubuntu", "~"},
           Case{"architecture", "amd64", ""},
           Case{"architecture", "x86_64", "~"},
           Case{"variant", "v8", ""},
           Case{"variant", "v8.1", ""},
           Case{"variant", "8", "~"},
           Case{"variant", "v", "~"},
           Case{"variant", "v8a", "~"},
           Case{"stopSignal", "SIGTERM", ""},
           Case{"stopSignal", "SIGRTMIN+3", ""},
           Case{"stopSignal", "15", ""},
           Case{"stopSignal", "TERM", "~"},
           Case{"stopSignal", "SIG", "~"},
           Case{"stopSignal", "SIGRTMIN+", "~"},
           Case{"stopSignal", "sigterm", "~"},
           Case{"author", "any one", ""},
           Case{"os.version", "any", ""},
           Case{"os.features", "win32k", ""},
           Case{"exposedPorts", "80/tcp", ""},
       }) {
    const std::string key = absl::StrCat("org.opencontainers.image.", c.key);
    EXPECT_EQ(found(key, c.value),
              c.finding.empty()
                  ? ""
                  : absl::StrCat(c.finding == "~" ? "~" : "",
                                 "annotation-value /annotations/", key, "\n"))
        << c.value;
    EXPECT_EQ(found(key, c.value, "1.1.0"), "") << c.value;
  }
}

TEST(ValidatorTest, CapabilitiesChangedTheirForm) {
  EXPECT_EQ(Findings(WithProcess("1.0.0", R"("capabilities":["CAP_KILL"])")),
            "type /process/capabilities\n");
  // rc4 had a list, rc5 sets.
  EXPECT_EQ(
      Findings(WithProcess("1.0.0-rc4-dev", R"("capabilities":["CAP_KILL"])")),
      "required \n");
  EXPECT_EQ(Findings(WithProcess("1.0.0-rc4-dev",
                                 R"("capabilities":{"bounding":[]})")),
            "required \n");
}

TEST(ValidatorTest, KeysOfOtherVersionsAndUnknownKeys) {
  EXPECT_EQ(Findings(Spec("1.0.2", R"("domainname":"")")),
            "~other-version /domainname\n");
  EXPECT_EQ(Findings(Spec("1.0.0", R"("platform":{})")),
            "~other-version /platform\n");
  EXPECT_EQ(Findings(Spec("1.0.0", R"("monts":[])")), "~unknown-key /monts\n");
  EXPECT_EQ(Findings(Spec("1.0.0", R"("hostname":"","hostname":"")")),
            "~duplicate-key /hostname\n");
  EXPECT_EQ(
      Findings(Spec("1.0.0", R"("linux":{"namespaces":[{"type":"time"}]})")),
      "value /linux/namespaces/0/type\n");
  EXPECT_EQ(
      Findings(Spec("1.1.0", R"("linux":{"namespaces":[{"type":"time"}]})")),
      "");
}

TEST(ValidatorTest, VersionsThatAreNotKnown) {
  EXPECT_EQ(Findings(Spec("1.9.0")), "~oci-version /ociVersion\n");
  EXPECT_EQ(Findings(Spec("2.0.0")), "oci-version /ociVersion\n");
  EXPECT_EQ(Findings(Spec("1.0.2-dev"), FindOciVersion("1.0.0-rc1")),
            "required \n");
}

TEST(ValidatorTest, Meaning) {
  const struct {
    std::string_view version, members, findings;
  } kCases[] = {
      {"1.0.0", R"("mounts":[{"destination":"x"}])",
       "relative-destination /mounts/0/destination\n"},
      {"1.2.0", R"("mounts":[{"destination":"x"}])",
       "~relative-destination /mounts/0/destination\n"},
      {"1.0.0", R"("mounts":[{"destination":"/x"},{"destination":"/x"}])",
       "~duplicate-destination /mounts/1/destination\n"},
      {"1.0.0", R"("mounts":[{"destination":"/x","type":"bind","source":"/"}])",
       "bind-option /mounts/0\n"},
      {"1.0.0", R"("mounts":[{"destination":"/x","options":["rbind"]}])",
       "~bind-source /mounts/0\n"},
      {"1.0.0",
       R"("mounts":[{"destination":"/x","source":"/","options":)"
       R"(["rbind","rshared","rslave"]}])",
       "~propagation-conflict /mounts/0/options/2\n"},
      {"1.0.0",
       R"("linux":{"namespaces":[{"type":"pid"},{"type":"pid","path":"x"}]})",
       "duplicate-namespace /linux/namespaces/1/type\n"
       "relative-path /linux/namespaces/1/path\n"},
      {"1.0.0",
       R"("linux":{"devices":[{"type":"c","path":"dev","major":1},)"
       R"({"type":"p","path":"dev"}]})",
       "device-number /linux/devices/0\nrelative-path /linux/devices/0/path\n"
       "relative-path /linux/devices/1/path\n"
       "duplicate-device /linux/devices/1/path\n"},
      {"1.0.0",
       R"("linux":{"devices":[{"type":"c","path":"/d","major":1,"minor":2},)"
       R"({"type":"c","path":"/d","major":1,"minor":2,"uid":1}]})",
       "~duplicate-device /linux/devices/1/path\n"},
      {"1.0.0",
       R"("linux":{"devices":[{"type":"c","path":"/d","major":1,"minor":2},)"
       R"({"type":"c","path":"/d","major":1,"minor":3}]})",
       "duplicate-device /linux/devices/1/path\n"},
      {"1.0.0",
       R"("linux":{"devices":[{"type":"p","path":"/d"},)"
       R"({"type":"p","path":"/d","major":1}]})",
       "duplicate-device /linux/devices/1/path\n"},
      {"1.2.1", R"("linux":{"resources":{"pids":{}}})",
       "required /linux/resources/pids\n"},
      {"1.3.0", R"("linux":{"resources":{"pids":{}}})", ""},
      {"1.0.0",
       R"("linux":{"resources":{"devices":[{"allow":true,"type":"p",)"
       R"("access":"rwx"}]}})",
       "device-rule-type /linux/resources/devices/0/type\n"
       "device-rule-access /linux/resources/devices/0/access\n"},
      {"1.0.0", R"("linux":{"rootfsPropagation":"rshared"})",
       "~rootfs-propagation /linux/rootfsPropagation\n"},
      {"1.0.0", R"("linux":{"rootfsPropagation":"rsharde"})",
       "rootfs-propagation /linux/rootfsPropagation\n"},
      {"1.0.0", R"("linux":{"maskedPaths":["/a","b"]})",
       "relative-path /linux/maskedPaths/1\n"},
      {"1.0.0", R"("hostname":"h")", "~hostname-without-uts /hostname\n"},
      {"1.0.0", R"("hooks":{"prestart":[{"path":"x"}]})",
       "relative-path /hooks/prestart/0/path\n"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Findings(Spec(c.version, c.members)), c.findings) << c.members;
  }
}

TEST(ValidatorTest, MeaningOfNewerParts) {
  const auto policy = [](std::string_view mode, std::string_view nodes) {
    return absl::StrCat(R"("linux":{"memoryPolicy":{"mode":")", mode,
                        R"(","nodes":")", nodes, R"("}})");
  };
  const auto l3_cache = [](std::string_view schema) {
    return absl::StrCat(R"("linux":{"intelRdt":{"l3CacheSchema":")", schema,
                        R"("}})");
  };
  const auto mount = [](std::string_view options, std::string_view more) {
    return absl::StrCat(R"("linux":{},"mounts":[{"destination":"/m",)"
                        R"("source":"/s","type":"none","options":["bind")",
                        options, "]", more, "}]");
  };
  constexpr std::string_view kUids =
      R"(,"uidMappings":[{"containerID":0,"hostID":1,"size":1}])";
  constexpr std::string_view kBoth =
      R"(,"uidMappings":[{"containerID":0,"hostID":1,"size":1}])"
      R"(,"gidMappings":[{"containerID":0,"hostID":1,"size":1}])";
  constexpr std::string_view kNodes = "~memory-nodes /linux/memoryPolicy\n";
  constexpr std::string_view kSchema =
      "~l3-cache-schema /linux/intelRdt/l3CacheSchema\n";
  const struct {
    std::string members;
    std::string_view findings;
  } cases[] = {
      {policy("MPOL_DEFAULT", ""), ""},
      {policy("MPOL_DEFAULT", "0"), kNodes},
      {policy("MPOL_LOCAL", ""), ""},
      {policy("MPOL_LOCAL", "0"), kNodes},
      {policy("MPOL_BIND", ""), kNodes},
      {policy("MPOL_BIND", "0"), ""},
      {policy("MPOL_INTERLEAVE", ""), kNodes},
      {policy("MPOL_INTERLEAVE", "0"), ""},
      {policy("MPOL_WEIGHTED_INTERLEAVE", ""), kNodes},
      {policy("MPOL_WEIGHTED_INTERLEAVE", "0"), ""},
      {policy("MPOL_PREFERRED_MANY", ""), kNodes},
      {policy("MPOL_PREFERRED_MANY", "0"), ""},
      {policy("MPOL_PREFERRED", ""), ""},
      {policy("MPOL_PREFERRED", "0"), ""},
      {l3_cache(""), ""},
      {l3_cache("L3:0=f"), ""},
      {l3_cache("MB:0=20"), kSchema},
      {l3_cache("L3:0=f\\nL3:1=f"), kSchema},
      {mount("", kBoth), "~mappings-without-idmap /mounts/0\n"},
      {mount(R"(,"idmap")", kBoth), ""},
      {mount(R"(,"ridmap")", kBoth), ""},
      {mount(R"(,"idmap")", ""),
       "idmap-without-mappings /mounts/0/options/1\n"},
      {mount(R"(,"idmap")", R"(,"uidMappings":[],"gidMappings":[])"),
       "idmap-without-mappings /mounts/0/options/1\n"},
      {mount("", ""), ""},
      {mount(R"(,"idmap")", kUids), "mount-mappings /mounts/0\n"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Findings(Spec("1.3.0", c.members)), c.findings) << c.members;
  }
}

// What the text leaves to the kernel and to runc.
TEST(ValidatorTest, WhatRuntimesRefuse) {
  const auto offsets = [](std::string_view clocks,
                          std::string_view time_namespace) {
    return absl::StrCat(R"("linux":{"timeOffsets":{)", clocks,
                        R"(},"namespaces":[{"type":"mount"})", time_namespace,
                        "]}");
  };
  constexpr std::string_view kNew = R"(,{"type":"time"})";
  constexpr std::string_view kOther = R"(,{"type":"time","path":"/p"})";
  constexpr std::string_view kClock = R"("boottime":{"secs":-5,"nanosecs":1})";
  constexpr std::string_view kOffsets = "~time-offsets /linux/timeOffsets\n";
  const auto seccomp = [](std::string_view members) {
    return absl::StrCat(R"("linux":{"seccomp":{)", members, "}}");
  };
  const struct {
    std::string members;
    std::string_view findings;
  } cases[] = {
      {offsets(kClock, kNew), ""},
      {offsets("", ""), ""},
      {offsets(kClock, ""), kOffsets},
      {offsets(kClock, kOther), kOffsets},
      {offsets(R"("realtime":{"secs":1})", kNew),
       "~time-offsets /linux/timeOffsets/realtime\n"},
      {offsets(R"("monotonic":{"nanosecs":1000000000})", kNew),
       "~time-offsets /linux/timeOffsets/monotonic/nanosecs\n"},
      {offsets(R"("monotonic":{"nanosecs":999999999})", kNew), ""},
      {seccomp(R"("defaultAction":"SCMP_ACT_NOTIFY")"),
       "~listener-path /linux/seccomp/defaultAction\n"},
      {seccomp(R"("defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"],)"
               R"("action":"SCMP_ACT_NOTIFY"}])"),
       "~listener-path /linux/seccomp/syscalls/0/action\n"},
      {seccomp(R"("defaultAction":"SCMP_ACT_ALLOW","listenerPath":"/s",)"
               R"("syscalls":[{"names":["a"],"action":"SCMP_ACT_NOTIFY"}])"),
       ""},
      {R"("hooks":{"poststart":[{"path":"/h","env":["A=1","B","=C"]}]})",
       "~env-form /hooks/poststart/0/env/1\n"
       "~env-form /hooks/poststart/0/env/2\n"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Findings(Spec("1.3.0", c.members)), c.findings) << c.members;
  }
}

TEST(ValidatorTest, VersionsAreSemVer) {
  // Of none that is known, but well formed, or not.
  for (std::string_view version :
       {"1.9.0", "1.9.0-rc.1", "1.9.0-0", "1.9.0-a-b.0a", "1.9.0+01",
        "1.9.0-rc.1+build.01", "1.9.0--"}) {
    EXPECT_EQ(Findings(Spec(version)), "~oci-version /ociVersion\n") << version;
  }
  for (std::string_view version :
       {"1.9", "1.9.0.0", "1.9.0-", "1.9.0-01", "1.9.0-rc..1", "1.9.0-rc_1",
        "1.9.0+", "1.9.0+a..b", "1.9.0+a_b", "1.9.0-rc.1+", "1.9.x"}) {
    EXPECT_EQ(Findings(Spec(version)), "oci-version /ociVersion\n") << version;
  }
}

TEST(ValidatorTest, BuildMetadataDoesNotCount) {
  for (std::string_view build : {"+x.y", "+5", "+a-b.01"}) {
    for (std::string_view version : {"1.2.0", "1.2.0-dev", "1.0.0-rc1"}) {
      // What came later.
      constexpr std::string_view kLater = R"("linux":{"netDevices":{}})";
      const std::string findings =
          Findings(Spec(absl::StrCat(version, build), kLater));
      EXPECT_EQ(findings, Findings(Spec(version, kLater))) << version << build;
      EXPECT_FALSE(findings.empty()) << version << build;
    }
  }
  EXPECT_EQ(Findings(Spec("1.2.0+")), "oci-version /ociVersion\n");
  EXPECT_EQ(Findings(Spec("1.2.0+a..b")), "oci-version /ociVersion\n");
}

TEST(ValidatorTest, MeaningOfTheProcess) {
  EXPECT_EQ(Findings(R"({"ociVersion":"1.0.0","root":{"path":""},)"
                     R"("process":{"cwd":"x","args":[]}})"),
            "empty-path /root/path\nrelative-path /process/cwd\n"
            "no-args /process/args\n");
  EXPECT_EQ(Findings(WithProcess("1.0.0", R"("env":["A","=b"])")),
            "~env-form /process/env/0\n~env-form /process/env/1\n");
  constexpr std::string_view kSets =
      R"("capabilities":{"effective":["CAP_KILL","CAP_NO"],)"
      R"("permitted":["CAP_NO","CAP_NO"]})";
  EXPECT_EQ(Findings(WithProcess("1.0.2", kSets)),
            "capability-not-permitted /process/capabilities/effective/0\n"
            "unknown-capability /process/capabilities/effective/1\n"
            "unknown-capability /process/capabilities/permitted/0\n"
            "unknown-capability /process/capabilities/permitted/1\n"
            "~duplicate-capability /process/capabilities/permitted/1\n");
  EXPECT_EQ(Findings(WithProcess("1.1.0",
                                 R"("capabilities":{"bounding":["CAP_NO"]})")),
            "~unknown-capability /process/capabilities/bounding/0\n");
  EXPECT_EQ(
      Findings(WithProcess(
          "1.0.0", R"("rlimits":[{"type":"RLIMIT_CPU","soft":2,"hard":1},)"
                   R"({"type":"RLIMIT_CPU","soft":0,"hard":0},)"
                   R"({"type":"RLIMIT_X","soft":0,"hard":0}])")),
      "rlimit-order /process/rlimits/0/soft\n"
      "duplicate-rlimit /process/rlimits/1/type\n"
      "rlimit-type /process/rlimits/2/type\n");
}

TEST(ValidatorTest, FindingsSayWhere) {
  absl::StatusOr<std::unique_ptr<JsonTree>> tree = JsonTree::Parse(
      "{\n  \"ociVersion\": \"1.2.0\",\n  \"process\": "
      "{\"args\": [\"a\"], \"cwd\": \"b\"},\n  \"roots\": {}\n}\n",
      "spec");
  ASSERT_TRUE(tree.ok());
  const SpecReport report = ValidateSpec(**tree);
  ASSERT_EQ(report.findings.size(), 3u);
  EXPECT_EQ(ToString(report.findings[0].position), "1:1");  // no root
  EXPECT_EQ(ToString(report.findings[1].position), "3:37");
  EXPECT_EQ(ToString(report.findings[2].position), "4:3");
  EXPECT_EQ(report.oci_version, "1.2.0");
  EXPECT_TRUE(report.has_errors());
}

TEST(ValidatorTest, MessagesSayWhatShallStandThere) {
  const struct {
    std::string json;
    std::string_view messages;
  } cases[] = {
      {Spec("1.0.0", R"("mounts":{})"),
       R"("mounts" must be a list, not an object)"},
      {Spec("1.0.0", R"("hostname":5)"),
       R"("hostname" must be a string, not a number)"},
      {Spec("1.0.0", R"("hooks":[])"),
       R"("hooks" must be an object, not a list)"},
      {WithProcess("1.0.0", R"("terminal":"x")"),
       R"("terminal" must be true or false, not a string)"},
      {WithProcess("1.0.0", R"("terminal":true)"), R"()"},
      {WithProcess("1.0.0", R"("terminal":false)"), R"()"},
      {WithProcess("1.0.0", R"("user":{"uid":"x"})"),
       R"("uid" must be a whole number, not a string)"},
      {WithProcess("1.0.0", R"("user":{"uid":4294967296})"),
       R"("uid" must be a whole number from 0 to 4294967295, not 4294967296)"},
      {WithProcess("1.0.0", R"("oomScoreAdj":-1001)"),
       R"("oomScoreAdj" must be a whole number from -1000 to 1000, not -1001)"},
      {WithProcess("1.0.0", R"("oomScoreAdj":-1000)"), R"()"},
      {WithProcess("1.0.0", R"("oomScoreAdj":1000)"), R"()"},
      {WithProcess("1.0.0", R"("oomScoreAdj":1001)"),
       R"("oomScoreAdj" must be a whole number from -1000 to 1000, not 1001)"},
      {WithProcess("1.0.0", R"("oomScoreAdj":1e2)"),
       R"("oomScoreAdj" must be a whole number from -1000 to 1000, not 1e2)"},
      {WithProcess("1.0.0",
                   R"("rlimits":[{"type":"RLIMIT_CPU","soft":0,"hard":-1}])"),
       R"("hard" must be a whole number from 0 to 18446744073709551615, not -1)"},
      {WithProcess("1.0.0",
                   R"("rlimits":[{"type":"RLIMIT_CPU","soft":0,"hard":1.5}])"),
       R"("hard" must be a whole number from 0 to 18446744073709551615, not 1.5)"},
      {WithProcess("1.0.0", R"("env":["A=b",1])"),
       R"(an item of "env" must be a string, not a number)"},
      {Spec("1.0.2", R"("domainname":"")"),
       R"("domainname" came with 1.1.0-rc.1: a runtime of this version ignores it)"},
      {Spec("1.1.0-rc.1", R"("domainname":"")"), R"()"},
      {Spec("1.0.2", R"("domainname":5)"),
       R"("domainname" came with 1.1.0-rc.1: a runtime of this version ignores it|"domainname" must be a string, not a number)"},
      {Spec("1.0.0-rc5", R"("platform":{"os":"linux","arch":"amd64"})"), R"()"},
      {Spec("1.0.0", R"("platform":5)"),
       R"("platform" went after 1.0.0-rc5: a runtime of this version ignores it)"},
      {Spec("1.0.0", R"("monts":[])"),
       R"("monts" is no key of this place; did you mean "mounts"?)"},
      {Spec("1.0.0", R"("domainnam":"")"),
       R"("domainnam" is no key of this place)"},
      {Spec("1.0.0", R"("hostname":"","hostname":"")"),
       R"("hostname" stands here again further down, which wins)"},
      {Spec("1.0.0", R"("linux":{"namespaces":[{"type":"time"}]})"),
       R"("time" is none of mount, pid, network, uts, ipc, user, cgroup)"},
      {Spec("1.1.0", R"("linux":{"namespaces":[{"type":"x"}]})"),
       R"("x" is none of mount, pid, network, uts, ipc, user, cgroup, time)"},
      {Spec("1.0.2", R"("annotations":{"a":1,"b":"c"})"),
       R"("a" must be a string, not a number)"},
      {Spec("1.0.2",
            R"("linux":{"resources":{"rdma":{"a":1,"b":{"hcaHandles":1}}}})"),
       R"("a" must be an object, not a number)"},
      {Spec("1.9.0"),
       R"("1.9.0" is no release known here; the rules of 1.3.0 are applied)"},
      {Spec("0.9.0"),
       R"("0.9.0" is no release known here; the rules of 1.3.0 are applied)"},
      {Spec("2.0.0"),
       R"("2.0.0" is no version of the runtime spec: those known are 1.0.0-rc1 to 1.3.0)"},
      {Spec("10.0.0"),
       R"("10.0.0" is no version of the runtime spec: those known are 1.0.0-rc1 to 1.3.0)"},
      {Spec("x"),
       R"("x" is no version in the form of SemVer 2.0.0, such as 1.3.0)"},
  };
  for (const auto& [json, messages] : cases) {
    const std::unique_ptr<JsonTree> tree =
        JsonTree::Parse(json, "spec").value();
    std::string found;
    for (const SpecFinding& finding : ValidateSpec(*tree).findings) {
      absl::StrAppend(&found, found.empty() ? "" : "|", finding.message);
    }
    EXPECT_EQ(found, messages) << json;
  }
}

// A key is in the pointer of all that lies below it.
TEST(ValidatorTest, LongKeysCountOnce) {
  std::string text =
      absl::StrCat(R"({"ociVersion": "1.2.0", "root": {"path": "r"}, )"
                   R"("linux": {"resources": {"rdma": {")",
                   std::string(1 << 20, 'k'), "\": {");
  for (int i = 0; i < 1000; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ",", "\"x", i, "\":0");
  }
  absl::StrAppend(&text, "}}}}}");
  absl::StatusOr<std::unique_ptr<JsonTree>> tree = JsonTree::Parse(text, "x");
  ASSERT_TRUE(tree.ok()) << tree.status();
  const SpecReport report = ValidateSpec(**tree);
  size_t bytes = 0;
  for (const SpecFinding& finding : report.findings) {
    bytes += finding.pointer.size() + finding.message.size();
  }
  EXPECT_LE(bytes, size_t{16} << 20);
  EXPECT_GT(bytes, size_t{8} << 20);
  ASSERT_FALSE(report.findings.empty());
  EXPECT_EQ(report.findings.back().rule, "too-many");
  EXPECT_TRUE(report.has_errors());
}

TEST(JsonTreeTest, PointersAndPositionsOfKeys) {
  absl::StatusOr<std::unique_ptr<JsonTree>> tree = JsonTree::Parse(
      "{\"a/b\" : [1, {\"~\":null}] ,\n \"c\":\"\\u0041\"}", "x");
  ASSERT_TRUE(tree.ok());
  const JsonNode& root = (*tree)->root();
  ASSERT_EQ(root.items.size(), 2u);
  EXPECT_EQ(root.items[0].items[1].items[0].Pointer(), "/a~1b/1/~0");
  EXPECT_EQ(ToString((*tree)->Position(root.items[1].key_offset)), "2:2");
  EXPECT_EQ(root.String("c"), "A");
  EXPECT_EQ(JsonTree::Parse("{\n\"a\":}", "x").status().message().substr(0, 5),
            "x:2:5");
}

}  // namespace
}  // namespace specgen
