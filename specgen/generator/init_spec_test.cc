#include "specgen/generator/init_spec.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "specgen/host/host_snapshot.h"
#include "specgen/specgen.h"

namespace specgen {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Release& Engine(std::string_view name) { return **FindRelease(name); }

std::unique_ptr<HostSnapshot> HostOf(std::string_view json) {
  auto host = HostSnapshot::Parse(json, "host.json");
  EXPECT_TRUE(host.ok()) << host.status();
  return *std::move(host);
}

std::string Destinations(std::string_view spec) {
  // Each mount starts with its destination.
  std::vector<std::string> found;
  constexpr std::string_view kKey = "{\"destination\":\"";
  for (size_t at = spec.find(kKey); at != std::string::npos;
       at = spec.find(kKey, at + 1)) {
    const size_t begin = at + kKey.size();
    found.emplace_back(spec.substr(begin, spec.find('"', begin) - begin));
  }
  return absl::StrJoin(found, " ");
}

// The loop of InitSpec, acted out on a list with Go's slices: one array, and a
// length that shrinks. Go would panic where the last mount matched at the end
// of a list that became shorter; but the last one is always the engine's own.
std::string ActOutDevLoop(std::vector<std::string> memory,
                          const std::set<std::string>& own) {
  size_t length = memory.size();
  for (size_t i = 0; i < memory.size(); ++i) {
    const std::string m = memory[i];
    if (!absl::StartsWith(m, "/dev/") || own.count(m) == 0) continue;
    EXPECT_LE(i + 1, length) << "Go would panic";
    for (size_t k = i; k + 1 < length; ++k) memory[k] = memory[k + 1];
    --length;
  }
  memory.resize(length);
  return absl::StrJoin(memory, " ");
}

// Docker 1.12 read the config by a json.Decoder, which stops behind the first
// value (plugin/manager.go, v1.12.6).
TEST(InitSpec, TextBehindTheConfigIsIgnoredByTheFirstEngines) {
  const auto host = HostSnapshot::Empty();
  const auto answer = [&](std::string_view engine, std::string_view plugin) {
    Request request;
    request.plugin = plugin;
    Answer made;
    Generator(Engine(engine), *host).Generate(request, &made);
    return made.outcome() == Outcome::kSpec ? std::string(made.spec())
                                            : made.message();
  };
  constexpr std::string_view kConfig =
      R"({"entrypoint":["/p\"}"],"env":[{"name":"]"}]})";
  const std::string spec = answer("1.12.6", kConfig);
  EXPECT_THAT(spec, HasSubstr("ociVersion"));
  for (std::string_view behind :
       {" {}", "]", "x", " \"open", "\"a\nb\"", "}}}", "\0"}) {
    const std::string text = absl::StrCat(kConfig, behind);
    EXPECT_EQ(answer("1.12.6", text), spec) << behind;
    EXPECT_THAT(answer("1.13.0", text), Not(HasSubstr("ociVersion"))) << behind;
  }
  for (std::string_view bad : {"", "x{}", "]{}", "{\"a\":}", "{", "\"a\" {}"}) {
    EXPECT_THAT(answer("1.12.6", bad), Not(HasSubstr("ociVersion"))) << bad;
  }
}

// plugin/manager.go, v1.12.6 and v1.13.0-rc4; daemon/daemon_linux.go since.
TEST(InitSpec, WhereRuntimeDirectoriesAre) {
  const auto host = HostSnapshot::Empty();
  const auto source = [&](std::string_view engine) {
    Request request;
    request.plugin = R"({"entrypoint":["/p"],"interface":{"socket":"s"}})";
    request.id = "x";
    Answer answer;
    Generator(Engine(engine), *host).Generate(request, &answer);
    return std::string(answer.spec());
  };
  const auto from = [](std::string_view directory) {
    return HasSubstr(absl::StrCat(R"("source":")", directory, "\""));
  };
  EXPECT_THAT(source("1.13.0-rc3"), from("/run/docker/x"));
  for (std::string_view engine : {"1.13.0-rc4", "1.13.0", "28.5.2"}) {
    EXPECT_THAT(source(engine), from("/run/docker/plugins/x")) << engine;
  }
}

// platform.arch is what Go calls the daemon's machine (runtime.GOARCH;
// oci/defaults_linux.go, v17.05.0-ce): no recording has another than amd64.
TEST(InitSpec, ThePlatformIsTheMachines) {
  const auto spec = [](std::string_view engine, std::string_view facts) {
    const auto host = HostOf(absl::StrCat("{\"entries\": []", facts, "}"));
    Request request;
    request.plugin = "{}";
    Answer answer;
    Generator(Engine(engine), *host).Generate(request, &answer);
    return std::string(answer.spec());
  };
  constexpr std::string_view kArm = ", \"architecture\": \"aarch64\"";
  const auto platform = [](std::string_view architecture) {
    return HasSubstr(absl::StrCat(R"(,"platform":{"os":"linux","arch":")",
                                  architecture, R"("},"process":)"));
  };
  EXPECT_THAT(spec("17.07.0", ""), platform("amd64"));
  EXPECT_THAT(spec("17.07.0", kArm), platform("arm64"));
  EXPECT_THAT(spec("17.07.0", ", \"architecture\": \"ppc64le\""),
              platform("ppc64le"));
  EXPECT_EQ(spec("17.09.0", ""), spec("17.09.0", kArm));
  EXPECT_THAT(spec("17.09.0", kArm), Not(HasSubstr("platform")));
}

// Every list of up to four own mounts over six destinations, which are those of
// default mounts under /dev/, others there, and elsewhere.
TEST(DevMounts, LeaveWhatGosLoopLeavesInEverySmallCase) {
  const std::vector<std::string> kChoices = {
      "/dev/pts", "/dev/shm", "/dev/mqueue", "/dev/own", "/dev", "/x"};
  const std::vector<std::string> kDefaults = {
      "/proc",          "/dev",        "/dev/pts", "/sys",
      "/sys/fs/cgroup", "/dev/mqueue", "/dev/shm"};
  const std::unique_ptr<HostSnapshot> host = HostSnapshot::Empty();
  const Generator generator(Engine("28.5.2"), *host);
  Answer answer;
  for (int count = 0; count <= 4; ++count) {
    int lists = 1;
    for (int i = 0; i < count; ++i) lists *= static_cast<int>(kChoices.size());
    for (int list = 0; list < lists; ++list) {
      for (bool network : {false, true}) {
        std::vector<std::string> memory = kDefaults;
        std::set<std::string> own;
        std::vector<std::string> json;
        for (int i = 0, rest = list; i < count; ++i) {
          const std::string& path =
              kChoices[static_cast<size_t>(rest) % kChoices.size()];
          rest /= static_cast<int>(kChoices.size());
          memory.push_back(path);
          own.insert(path);
          json.push_back(
              absl::StrCat(R"({"source":"","destination":")", path, "\"}"));
        }
        memory.push_back("/run/docker/plugins");
        if (network) {
          memory.push_back("/etc/hosts");
          memory.push_back("/etc/resolv.conf");
        }
        const std::string config =
            absl::StrCat(R"({"network":{"type":")", network ? "x" : "",
                         R"("},"mounts":[)", absl::StrJoin(json, ","), "]}");
        Request request;
        request.plugin = config;
        generator.Generate(request, &answer);
        ASSERT_EQ(answer.outcome(), Outcome::kSpec) << config;
        EXPECT_EQ(Destinations(answer.spec()), ActOutDevLoop(memory, own))
            << config;
      }
    }
  }
}

TEST(DevMounts, AFewAndManyOwnMountsAreTreatedAlike) {
  const std::unique_ptr<HostSnapshot> host = HostSnapshot::Empty();
  const Generator generator(Engine("28.5.2"), *host);
  Answer answer;
  std::vector<std::string> json;
  std::vector<std::string> memory = {"/proc",   "/dev",           "/dev/pts",
                                     "/sys",    "/sys/fs/cgroup", "/dev/mqueue",
                                     "/dev/shm"};
  std::set<std::string> own;
  for (int i = 0; i < 1000; ++i) {
    const std::string path = absl::StrCat("/dev/", i % 300);
    json.push_back(
        absl::StrCat(R"({"source":"","destination":")", path, "\"}"));
    memory.push_back(path);
    own.insert(path);
  }
  memory.push_back("/run/docker/plugins");
  const std::string config =
      absl::StrCat(R"({"mounts":[)", absl::StrJoin(json, ","), "]}");
  Request request;
  request.plugin = config;
  generator.Generate(request, &answer);
  EXPECT_EQ(Destinations(answer.spec()), ActOutDevLoop(memory, own));
}

TEST(Plan, ListsTheRuntimeFolderUnlessItIsThere) {
  const auto planned = [](std::string_view host_json, std::string_view root) {
    const std::unique_ptr<HostSnapshot> host = HostOf(host_json);
    const Generator generator(Engine("28.5.2"), *host);
    Request request;
    request.plugin = "{}";
    request.id = "id";
    request.exec_root = root;
    Answer answer;
    generator.Generate(request, &answer);
    std::vector<std::string> folders;
    for (const PlannedFolder& folder : answer.plan()) {
      folders.push_back(std::string(folder.path));
      EXPECT_EQ(folder.mode, 0700u);
    }
    if (answer.outcome() != Outcome::kSpec) folders.push_back(answer.message());
    return absl::StrJoin(folders, " ");
  };
  EXPECT_EQ(planned(R"({"entries":[]})", "/run/p"), "/run /run/p /run/p/id");
  EXPECT_EQ(
      planned(R"({"entries":[{"path":"/run/p","type":"dir"}]})", "/run/p"),
      "/run/p/id");
  EXPECT_EQ(
      planned(R"({"entries":[{"path":"/run/p/id","type":"dir"}]})", "/run/p"),
      "");
  EXPECT_EQ(
      planned(R"({"entries":[{"path":"/run/p/id","type":"file"}]})", "/run/p"),
      "mkdir /run/p/id: not a directory");
  EXPECT_EQ(planned(R"({"entries":[{"path":"/run","type":"file"}]})", "/run/p"),
            "mkdir /run: not a directory");
  EXPECT_EQ(planned(R"({"entries":[{"path":"/run/p/id","type":"symlink",)"
                    R"("target":"/none"}]})",
                    "/run/p"),
            "mkdir /run/p/id: file exists");
  EXPECT_EQ(planned(R"({"entries":[]})", "//x/../run/"), "/run /run/id");
}

// One level is missing, two are, and a link on the way leads nowhere.
TEST(Plan, RefusesWhereNothingCanBeMade) {
  const auto refused = [](std::string_view host_json, std::string_view root) {
    const std::unique_ptr<HostSnapshot> host = HostOf(host_json);
    Request request;
    request.plugin = "{}";
    request.id = "id";
    request.exec_root = root;
    Answer answer;
    Generator(Engine("28.5.2"), *host).Generate(request, &answer);
    EXPECT_EQ(answer.outcome(), Outcome::kRefused);
    EXPECT_TRUE(answer.plan().empty());
    return answer.message();
  };
  constexpr std::string_view kReadOnly =
      R"({"entries":[],"mounts":[{"path":"/ro","flags":["ro"]}]})";
  EXPECT_EQ(refused(kReadOnly, "/ro"), "mkdir /ro/id: read-only file system");
  EXPECT_EQ(refused(kReadOnly, "/ro/p"), "mkdir /ro/p: read-only file system");
  constexpr std::string_view kDangling =
      R"({"entries":[{"path":"/l","type":"symlink","target":"/none"}]})";
  EXPECT_EQ(refused(kDangling, "/l"), "mkdir /l: file exists");
  EXPECT_EQ(refused(kDangling, "/l/p"), "mkdir /l: file exists");
}

// One loop goes over the plugin's mounts and the engine's own, so each bind
// mount is looked up in the rootfs. Of the network's two nothing was recorded:
// it follows from the source (plugin/v2/plugin.go, v1.13.0-rc3).
TEST(BindSources, AreMadeForTheEnginesOwnMountsToo) {
  const auto answer = [](std::string_view engine,
                         const std::vector<std::string_view>& rootfs) {
    const std::string entries =
        absl::StrJoin(rootfs, ",", [](std::string* out, std::string_view path) {
          absl::StrAppend(out, R"({"path":"/lib/id/rootfs)", path,
                          R"(","type":"dir"})");
        });
    const std::unique_ptr<HostSnapshot> host =
        HostOf(absl::StrCat("{\"entries\":[", entries, "]}"));
    Request request;
    request.plugin = R"({"network":{"type":"host"}})";
    request.id = "id";
    request.lib_root = "/lib";
    request.exec_root = "/run";
    Answer answer;
    Generator(Engine(engine), *host).Generate(request, &answer);
    std::string found = answer.message();
    for (const PlannedFolder& planned : answer.plan()) {
      absl::StrAppend(&found, " ", planned.path);
    }
    return found;
  };
  constexpr std::string_view kPlugins = "/run/docker/plugins";
  EXPECT_EQ(answer("1.13.0-rc3", {}),
            "lstat /lib/id/rootfs/run/docker/plugins: no such file or "
            "directory");
  EXPECT_EQ(answer("1.13.0-rc3", {kPlugins}),
            "lstat /lib/id/rootfs/etc/hosts: no such file or directory "
            "/run /run/id");
  EXPECT_EQ(answer("1.13.0-rc3", {kPlugins, "/etc/hosts"}),
            "lstat /lib/id/rootfs/etc/resolv.conf: no such file or directory "
            "/run /run/id /etc /etc/hosts");
  EXPECT_EQ(answer("1.13.0-rc3", {kPlugins, "/etc/hosts", "/etc/resolv.conf"}),
            " /run /run/id /etc /etc/hosts /etc/resolv.conf");
  // Others do not know of the network, or make no sources.
  EXPECT_EQ(answer("1.13.0-rc1", {kPlugins}), " /run /run/id");
  EXPECT_EQ(answer("1.13.0-rc4", {}), " /run /run/id");
}

TEST(Plan, IsSeenByTheLookupOfDevices) {
  const std::unique_ptr<HostSnapshot> host = HostSnapshot::Empty();
  Request request;
  request.plugin = R"({"linux":{"devices":[{"path":"/run/docker"}]}})";
  Answer answer;
  Generator(Engine("28.5.2"), *host).Generate(request, &answer);
  EXPECT_EQ(answer.message(),
            "error gathering device information while adding custom device "
            "\"/run/docker\": not a device node");
}

TEST(UserNamespace, MessagesNameWhatDockerNames) {
  // A source below a file is neither missing nor there.
  const std::unique_ptr<HostSnapshot> host = HostOf(
      R"({"user_namespace":true,"entries":[{"path":"/f","type":"file"}]})");
  Request request;
  request.plugin =
      R"({"mounts":[{"source":"/f/x","destination":"/d","options":["bind"]}]})";
  Answer answer;
  Generator(Engine("28.5.2"), *host).Generate(request, &answer);
  EXPECT_EQ(answer.outcome(), Outcome::kRefused);
  EXPECT_EQ(answer.message(), "lstat /f/x: not a directory");
  Generator(Engine("25.0.4"), *host).Generate(request, &answer);
  EXPECT_EQ(answer.outcome(), Outcome::kSpec);
}

TEST(Rootless, DropsSysWithADetachedNetworkAndKeepsCgroup2) {
  const std::string entries =
      R"("user_namespace":true,"rootlesskit":true,"entries":[],)"
      R"("detached_network_namespace":true,"unified_cgroups":)";
  Request request;
  request.plugin = R"({"network":{"type":"host"}})";
  const auto mounts = [&](std::string_view engine, std::string_view unified) {
    const std::unique_ptr<HostSnapshot> host =
        HostOf(absl::StrCat("{", entries, unified, "}"));
    Answer answer;
    Generator(Engine(engine), *host).Generate(request, &answer);
    return Destinations(answer.spec());
  };
  constexpr char kRest[] =
      " /dev/mqueue /dev/shm /run/docker/plugins /etc/hosts /etc/resolv.conf";
  EXPECT_EQ(mounts("29.5.2", "true"),
            absl::StrCat("/proc /dev /dev/pts /sys /sys/fs/cgroup", kRest));
  EXPECT_EQ(mounts("29.5.3", "true"),
            absl::StrCat("/proc /dev /dev/pts", kRest));
  EXPECT_EQ(mounts("29.7.0", "true"),
            absl::StrCat("/proc /dev /dev/pts /sys/fs/cgroup", kRest));
  EXPECT_EQ(mounts("29.7.0", "false"),
            absl::StrCat("/proc /dev /dev/pts", kRest));
}

TEST(ThermalThrottle, IsMaskedWhereTheHostHasIt) {
  const std::unique_ptr<HostSnapshot> host = HostOf(
      R"({"entries":[],"possible_cpus":[0,1,2],"thermal_throttle_cpus":[0,2]})");
  Request request;
  request.plugin = "{}";
  Answer answer;
  Generator(Engine("28.0.2"), *host).Generate(request, &answer);
  EXPECT_THAT(answer.spec(),
              HasSubstr("\"/sys/devices/virtual/powercap\","
                        "\"/sys/devices/system/cpu/cpu0/thermal_throttle\","
                        "\"/sys/devices/system/cpu/cpu2/thermal_throttle\"]"));
  Generator(Engine("28.0.1"), *host).Generate(request, &answer);
  EXPECT_THAT(answer.spec(), Not(HasSubstr("thermal_throttle")));
}

TEST(Metrics, SocketIsBoundOncePerType) {
  const std::unique_ptr<HostSnapshot> host = HostSnapshot::Empty();
  Request request;
  request.plugin =
      R"({"interface":{"types":["docker.metricscollector/1.0",)"
      R"("docker.metricscollector/2.0","docker.metricscollector/1.0"]}})";
  request.metrics_socket = "/var/run/docker/metrics.sock";
  Answer answer;
  Generator(Engine("18.03.1"), *host).Generate(request, &answer);
  EXPECT_THAT(Destinations(answer.spec()),
              HasSubstr("/run/docker/plugins /run/docker/metrics.sock "
                        "/run/docker/metrics.sock"));
  Generator(Engine("18.02.0"), *host).Generate(request, &answer);
  EXPECT_THAT(answer.spec(), Not(HasSubstr("metrics.sock")));
  request.metrics_socket = "";
  Generator(Engine("18.03.1"), *host).Generate(request, &answer);
  EXPECT_THAT(answer.spec(), Not(HasSubstr("metrics.sock")));
}

// An Answer that is used again shows nothing of its past, also where the text
// is no JSON at all.
TEST(GeneratorTest, AnswerKeepsNothingOfAnEarlierOne) {
  const auto host = HostSnapshot::Empty();
  const Generator generator(Engine("28.5.2"), *host);
  Answer answer;
  Request request;
  request.plugin = R"([{"Id": "0123", "Config": {}}])";
  generator.Generate(request, &answer);
  ASSERT_EQ(answer.shape(), PluginShape::kInspect);
  request.plugin = "\"\x01\"";
  generator.Generate(request, &answer);
  EXPECT_EQ(answer.stage(), Stage::kDecode);
  EXPECT_EQ(answer.shape(), PluginShape::kAuto);
  EXPECT_EQ(answer.id(), "");
  EXPECT_EQ(answer.rootfs(), "");
  EXPECT_TRUE(answer.plugin().id.empty());
}

}  // namespace
}  // namespace specgen
