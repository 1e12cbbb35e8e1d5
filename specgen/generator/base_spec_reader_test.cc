#include "specgen/generator/base_spec_reader.h"

#include <fstream>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "specgen/generator/runtime_spec_schema.h"
#include "specgen/host/host_snapshot.h"
#include "specgen/json/go_value.h"
#include "specgen/json/json_index.h"
#include "specgen/json/json_reader.h"
#include "specgen/json/json_writer.h"
#include "specgen/specgen.h"

namespace specgen {
namespace {

using ::testing::HasSubstr;

const Release& Engine(std::string_view name) { return **FindRelease(name); }

constexpr GoField kSpec = {"spec", GoKind::kStruct, GoForm::kPlain, false,
                           runtime_spec_1_0_0_rc2_dev::kSpec};

// Each line: a JSON text, and what Go's json.Marshal made of the specs.Spec
// that json.Unmarshal made of it ("error" if it refused).
TEST(BaseSpec, IsDecodedAndEncodedAsGoDoes) {
  std::ifstream file("specgen/generator/testdata/base_specs.tsv");
  std::string line;
  int lines = 0;
  while (std::getline(file, line)) {
    ++lines;
    const size_t tab = line.find('\t');
    const std::string text = line.substr(0, tab);
    JsonIndex index;
    ASSERT_EQ(index.Build(text), JsonIndex::Result::kOk);
    Arena arena;
    JsonReader reader(index, &arena);
    GoValue value;
    value.Decode(&reader, kSpec);
    reader.ExpectEnd();
    std::string encoded = "error";
    if (reader.ok()) {
      JsonWriter writer(&encoded);
      value.Encode(kSpec, &writer);
      writer.Finish();
    }
    EXPECT_EQ(encoded, line.substr(tab + 1)) << text;
  }
  EXPECT_EQ(lines, 30);
}

std::string Generate(std::string_view engine,
                     const std::shared_ptr<const BaseSpec>& base,
                     std::string_view plugin) {
  const std::unique_ptr<HostSnapshot> host = HostSnapshot::Empty();
  const Generator generator(Engine(engine), *host, base);
  Request request;
  request.plugin = plugin;
  Answer answer;
  generator.Generate(request, &answer);
  return answer.outcome() == Outcome::kSpec ? std::string(answer.spec())
                                            : answer.message();
}

// A spec that a generator made is a base spec like any other: made into one and
// used again, it comes out the same but for what InitSpec adds.
TEST(BaseSpec, OfTheEngineItselfChangesNothing) {
  constexpr char kDefault[] = R"({
    "ociVersion": "1.0.0-rc2-dev",
    "platform": {"os": "linux", "arch": "amd64"},
    "process": {"user": {}, "capabilities": ["CAP_CHOWN",
      "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD",
      "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP",
      "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL",
      "CAP_AUDIT_WRITE"]},
    "mounts": [
      {"destination": "/proc", "type": "proc", "source": "proc",
       "options": ["nosuid", "noexec", "nodev"]},
      {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
       "options": ["nosuid", "strictatime", "mode=755"]},
      {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
       "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666",
                   "mode=0620", "gid=5"]},
      {"destination": "/sys", "type": "sysfs", "source": "sysfs",
       "options": ["nosuid", "noexec", "nodev", "ro"]},
      {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup",
       "options": ["ro", "nosuid", "noexec", "nodev"]},
      {"destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue",
       "options": ["nosuid", "noexec", "nodev"]}],
    "linux": {
      "resources": {"devices": [
        {"allow": false, "access": "rwm"},
        {"allow": true, "type": "c", "major": 1, "minor": 5, "access": "rwm"},
        {"allow": true, "type": "c", "major": 1, "minor": 3, "access": "rwm"},
        {"allow": true, "type": "c", "major": 1, "minor": 9, "access": "rwm"},
        {"allow": true, "type": "c", "major": 1, "minor": 8, "access": "rwm"},
        {"allow": true, "type": "c", "major": 5, "minor": 0, "access": "rwm"},
        {"allow": true, "type": "c", "major": 5, "minor": 1, "access": "rwm"},
        {"allow": false, "type": "c", "major": 10, "minor": 229,
         "access": "rwm"}]},
      "namespaces": [{"type": "mount"}, {"type": "network"}, {"type": "uts"},
                     {"type": "pid"}, {"type": "ipc"}],
      "maskedPaths": ["/proc/kcore", "/proc/latency_stats", "/proc/timer_list",
                      "/proc/timer_stats", "/proc/sched_debug",
                      "/sys/firmware"],
      "readonlyPaths": ["/proc/asound", "/proc/bus", "/proc/fs", "/proc/irq",
                        "/proc/sys", "/proc/sysrq-trigger"]}})";
  constexpr char kPlugin[] = R"({"entrypoint": ["/p"],
      "network": {"type": "host"}, "linux": {"capabilities": ["CAP_X"]},
      "mounts": [{"source": "/a", "destination": "/dev/mqueue"}]})";
  for (std::string_view engine : {"1.13.0-rc3", "1.13.0-rc4"}) {
    const auto base =
        ReadBaseSpec(*Engine(engine).behaviour, kDefault, "base.json");
    ASSERT_TRUE(base.ok()) << base.status();
    EXPECT_EQ(Generate(engine, *base, kPlugin),
              Generate(engine, nullptr, kPlugin));
  }
}

TEST(BaseSpec, KeepsWhatInitSpecDoesNotTouch) {
  constexpr char kBase[] =
      R"({"hostname":"h","process":{"cwd":"/old","rlimits":[{"type":"R"}],)"
      R"("apparmorProfile":"a"},"linux":{"sysctl":{"a":"b"},)"
      R"("resources":{"pids":{"limit":5}},"cgroupsPath":"/c",)"
      R"("namespaces":[{"type":"network","path":"/n1"},{"type":"pid"},)"
      R"({"type":"network","path":"/n2"}],"rootfsPropagation":"slave",)"
      R"("mountLabel":"l"},"solaris":{"milestone":"m"}})";
  const auto base =
      ReadBaseSpec(*Engine("1.13.0-rc4").behaviour, kBase, "base.json");
  ASSERT_TRUE(base.ok()) << base.status();
  EXPECT_EQ(
      Generate("1.13.0-rc4", *base,
               R"({"entrypoint":["/p"],"network":{"type":"host"}})"),
      R"({"ociVersion":"","platform":{"os":"","arch":""},"process":{)"
      R"("consoleSize":{"height":0,"width":0},"user":{"uid":0,"gid":0},)"
      R"("args":["/p"],"env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:)"
      R"(/usr/bin:/sbin:/bin"],"cwd":"/","rlimits":[{"type":"R","hard":0,)"
      R"("soft":0}],"apparmorProfile":"a"},"root":{"path":)"
      R"("/var/lib/docker/plugins/plugin/rootfs"},"hostname":"h","mounts":[)"
      R"({"destination":"/run/docker/plugins","type":"bind","source":)"
      R"("/run/docker/plugins/plugin","options":["rbind","rshared"]},)"
      R"({"destination":"/etc/hosts","type":"bind","source":"/etc/hosts",)"
      R"("options":["rbind","ro"]},{"destination":"/etc/resolv.conf","type":)"
      R"("bind","source":"/etc/resolv.conf","options":["rbind","ro"]}],)"
      R"("hooks":{},"linux":{"sysctl":{"a":"b"},"resources":{"pids":{)"
      R"("limit":5}},"cgroupsPath":"/c","namespaces":[{"type":"network",)"
      R"("path":"/n1"},{"type":"pid"}],"rootfsPropagation":"slave",)"
      R"("mountLabel":"l"},"solaris":{"milestone":"m"}})");
}

TEST(BaseSpec, WithoutTheStructsThatInitSpecFollowsCrashes) {
  constexpr char kCrash[] =
      "runtime error: invalid memory address or nil pointer dereference";
  const auto bare =
      ReadBaseSpec(*Engine("1.13.0-rc4").behaviour, "{}", "base.json");
  ASSERT_TRUE(bare.ok());
  const std::shared_ptr<const BaseSpec>& base = *bare;
  EXPECT_EQ(Generate("1.13.0-rc4", base, R"({"network":{"type":"host"}})"),
            kCrash);
  EXPECT_EQ(Generate("1.13.0-rc4", base, R"({"propagatedMount":"/p"})"),
            kCrash);
  EXPECT_EQ(
      Generate("1.13.0-rc4", base, R"({"linux":{"deviceCreation":true}})"),
      kCrash);
  EXPECT_THAT(Generate("1.13.0-rc4", base, R"({"entrypoint":[]})"),
              HasSubstr(R"("args":[],)"));
  EXPECT_THAT(Generate("1.13.0-rc4", base, "{}"), HasSubstr(R"("args":null,)"));
}

TEST(ReadBaseSpec, SaysWhatIsWrong) {
  const auto error = [](std::string_view engine, std::string_view json) {
    return std::string(
        ReadBaseSpec(*Engine(engine).behaviour, json, "base.json")
            .status()
            .message());
  };
  EXPECT_EQ(error("28.5.2", "{}"),
            "Docker 28.2.0 takes no base spec: only 1.13.0-dev to 1.13.0-rc4 "
            "do");
  EXPECT_EQ(error("1.13.0-rc4", "{\n  \"mounts\": 3}"),
            "base.json:2:13: \"mounts\" must be a list, not a number");
  EXPECT_EQ(error("1.13.0-rc4", ""), "base.json:1:1: this is no JSON text");
  EXPECT_EQ(error("1.13.0-rc4", "{} {}"),
            "base.json:1:4: after the JSON value, here the end is expected");
}

}  // namespace
}  // namespace specgen
