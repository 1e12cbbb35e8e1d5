#include "specgen/generator/init_spec.h"

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
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

// Where the first engines look for mounts' destinations, of the id "plugin".
constexpr std::string_view kRootfsHost = R"({"entries": [{
  "path": "/var/lib/docker/plugins/plugin/rootfs/run/docker/plugins",
  "type": "dir"}]})";

// Docker 1.12 read the config by a json.Decoder, which stops behind the first
// value (plugin/manager.go, v1.12.6).
TEST(InitSpec, TextBehindTheConfigIsIgnoredByTheFirstEngines) {
  const auto host = HostOf(kRootfsHost);
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
       {std::string_view(" {}"), std::string_view("]"), std::string_view("x"),
        std::string_view(" \"open"), std::string_view("\"a\nb\""),
        std::string_view("}}}"), std::string_view("\0", 1)}) {
    const std::string text = absl::StrCat(kConfig, behind);
    EXPECT_EQ(answer("1.12.6", text), spec) << behind;
    EXPECT_THAT(answer("1.13.0", text), Not(HasSubstr("ociVersion"))) << behind;
  }
  // Words and numbers end where Go's scanner sees that.
  const std::string none = answer("1.12.6", "null");
  EXPECT_THAT(none, HasSubstr("ociVersion"));
  for (std::string_view text :
       {"null x", " null\n{}", "nullx", "null\"open", "null}"}) {
    EXPECT_EQ(answer("1.12.6", text), none) << text;
    EXPECT_THAT(answer("1.13.0", text), Not(HasSubstr("ociVersion"))) << text;
  }
  for (std::string_view value : {"true", "false", "-1.5e+3", "\"a\\\"b\""}) {
    EXPECT_EQ(answer("1.12.6", absl::StrCat(value, " x")),
              answer("1.12.6", value))
        << value;
  }
  for (std::string_view bad :
       {"", "nul l", "x{}", "]{}", "{\"a\":}", "{", "\"a\" {}"}) {
    EXPECT_THAT(answer("1.12.6", bad), Not(HasSubstr("ociVersion"))) << bad;
  }
}

// plugin/manager.go, v1.12.6 and v1.13.0-rc4; daemon/daemon_linux.go since.
TEST(InitSpec, WhereRuntimeDirectoriesAre) {
  const auto host = HostOf(kRootfsHost);
  const auto source = [&](std::string_view engine) {
    Request request;
    request.plugin = R"({"entrypoint":["/p"],"interface":{"socket":"s"}})";
    request.id = "plugin";
    Answer answer;
    Generator(Engine(engine), *host).Generate(request, &answer);
    return std::string(answer.spec());
  };
  const auto from = [](std::string_view directory) {
    return HasSubstr(absl::StrCat(R"("source":")", directory, "\""));
  };
  EXPECT_THAT(source("1.13.0-rc3"), from("/run/docker/plugin"));
  for (std::string_view engine : {"1.13.0-rc4", "1.13.0", "28.5.2"}) {
    EXPECT_THAT(source(engine), from("/run/docker/plugins/plugin")) << engine;
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

TEST(Plan, ListsTheRuntimeDirectoryUnlessItIsThere) {
  const auto planned = [](std::string_view host_json, std::string_view root) {
    const std::unique_ptr<HostSnapshot> host = HostOf(host_json);
    const Generator generator(Engine("28.5.2"), *host);
    Request request;
    request.plugin = "{}";
    request.id = "id";
    request.exec_root = root;
    Answer answer;
    generator.Generate(request, &answer);
    std::vector<std::string> made;
    for (const PlannedFolder& directory : answer.plan()) {
      made.push_back(std::string(directory.path));
      EXPECT_EQ(directory.mode, 0700u);
    }
    if (answer.outcome() != Outcome::kSpec) made.push_back(answer.message());
    return absl::StrJoin(made, " ");
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

// What the rules make of `plugin_`, looked at as fields.
class RulesTest : public testing::Test {
 protected:
  // Whether there is a spec, which is in spec_ then; else what the engine says.
  std::string Run(std::string_view engine,
                  std::shared_ptr<const BaseSpec> base = nullptr) {
    const Behaviour& behaviour = *Engine(engine).behaviour;
    base_ = base != nullptr ? std::move(base) : DefaultBaseSpec(behaviour);
    spec_ = Spec();
    std::vector<PlannedFolder> plan;
    const Verdict verdict =
        InitSpec({behaviour,
                  UserNamespaceRule::kNothing,
                  *base_,
                  plugin_,
                  {"id", "/lib/id/rootfs", "/lib", "/run", ""},
                  *host_},
                 &arena_, &plan, &spec_);
    return verdict.ok() ? "spec" : verdict.message();
  }

  static std::shared_ptr<BaseSpec> BaseWithoutLinux() {
    auto base = std::make_shared<BaseSpec>();
    base->has_linux = false;
    return base;
  }

  void AddMount(std::string_view destination, std::string_view* source) {
    PluginMount mount;
    mount.destination = destination;
    mount.source = source;
    plugin_.config.mounts.Append(&arena_, mount);
    plugin_.settings.mounts.Append(&arena_, mount);
  }

  std::string Namespaces() const {
    std::vector<std::string_view> left;
    for (size_t i = 0; i < base_->namespaces.size(); ++i) {
      const Namespace& space = base_->namespaces[i];
      const absl::Span<const size_t> removed =
          spec_.linux->namespaces.removed();
      if (!absl::c_linear_search(removed, i)) {
        left.push_back(space.path.empty() ? space.type : space.path);
      }
    }
    return absl::StrJoin(left, " ");
  }

  // The mounts that the engine has added.
  std::string Added() const {
    std::vector<std::string> added;
    for (const Mount& mount : spec_.mounts.own()) {
      const bool is_base = absl::c_any_of(base_->mounts, [&](const Mount& m) {
        return m.destination == mount.destination;
      });
      if (!is_base) {
        added.push_back(absl::StrCat(mount.destination, "=", mount.source, ":",
                                     absl::StrJoin(mount.options, ",")));
      }
    }
    return absl::StrJoin(added, " ");
  }

  Arena arena_;
  Plugin plugin_;
  Spec spec_;
  std::shared_ptr<const BaseSpec> base_;
  // With what engines look for that make the sources of bind mounts.
  std::unique_ptr<HostSnapshot> host_ = HostOf(
      R"({"entries":[{"path":"/lib/id/rootfs/run/docker/plugins","type":"dir"},)"
      R"({"path":"/lib/id/rootfs/etc/hosts","type":"file"},)"
      R"({"path":"/lib/id/rootfs/etc/resolv.conf","type":"file"}]})");
};

constexpr std::string_view kNil =
    "runtime error: invalid memory address or nil pointer dereference";

// "DEFAULTS+OWN" of bounding, effective, inheritable and permitted.
std::string CapabilitiesText(const Spec::Process& process) {
  if (process.capabilities == nullptr) return "none";
  const Spec::Capabilities& sets = *process.capabilities;
  std::vector<std::string> all;
  for (const Strings* set :
       {&sets.bounding, &sets.effective, &sets.inheritable, &sets.permitted}) {
    all.push_back(
        absl::StrCat(set->first.size(), "+", absl::StrJoin(set->second, ",")));
  }
  return absl::StrJoin(all, " ");
}

TEST_F(RulesTest, CapabilitiesAreAddedToThoseOfEachSet) {
  // Neither what is no capability nor what is there already is left out.
  for (std::string_view name : {"CAP_SYS_ADMIN", "cap_x", "CAP_CHOWN"}) {
    plugin_.config.capabilities.Append(&arena_, name);
  }
  constexpr std::string_view kOwn = "CAP_SYS_ADMIN,cap_x,CAP_CHOWN";
  const std::string full = absl::StrCat("14+", kOwn);
  const std::string none = absl::StrCat("0+", kOwn);
  const std::string all = absl::StrJoin({full, full, full, full}, " ");
  // Since 20.10.14 plugins inherit none but their own (CVE-2022-24769).
  const std::string own = absl::StrJoin({full, full, none, full}, " ");
  const std::vector<std::pair<std::string_view, std::string>> table = {
      {"1.12.0", "none"},  {"1.12.6", "none"},  {"1.13.0-rc1", "none"},
      {"1.13.0-rc2", all}, {"1.13.0-rc4", all}, {"1.13.1", all},
      {"17.05.0", all},    {"17.06.0", all},    {"18.03.0", all},
      {"19.03.15", all},   {"20.10.13", all},   {"20.10.14", own},
      {"23.0.0", own},     {"28.5.2", own},     {"29.0.0", own},
  };
  for (const auto& [engine, wanted] : table) {
    ASSERT_EQ(Run(engine), "spec") << engine;
    EXPECT_EQ(CapabilitiesText(spec_.process), wanted) << engine;
  }
}

TEST_F(RulesTest, WithoutCapabilitiesOfItsOwnAPluginHasTheDefaultOnes) {
  const std::vector<std::pair<std::string_view, std::string_view>> table = {
      {"1.13.0-rc1", "none"},
      {"1.13.0-rc2", "14+ 14+ 14+ 14+"},
      {"20.10.13", "14+ 14+ 14+ 14+"},
      {"20.10.14", "14+ 14+ 0+ 14+"},
  };
  for (const auto& [engine, wanted] : table) {
    ASSERT_EQ(Run(engine), "spec") << engine;
    EXPECT_EQ(CapabilitiesText(spec_.process), wanted) << engine;
  }
  ASSERT_EQ(Run("1.13.0-rc4", BaseWithoutLinux()), "spec");
  EXPECT_EQ(CapabilitiesText(spec_.process), "0+ 0+ 0+ 0+");
}

TEST_F(RulesTest, APropagatedMountIsIgnoredOrPropagatesOrIsBound) {
  std::string_view source = "/host";
  AddMount("/own", &source);
  constexpr std::string_view kOthers =
      "/own=/host: /run/docker/plugins=/run/id:rbind,rshared";
  const std::string bound =
      absl::StrCat("/p=/lib/id/propagated-mount:rbind,rw,rshared ", kOthers);
  // By destination.
  const std::string sorted =
      "/own=/host: /p=/lib/id/propagated-mount:rbind,rw,rshared "
      "/run/docker/plugins=/run/id:rbind,rshared";
  struct Case {
    std::string_view engine;
    std::string_view propagation;
    std::string_view added;
  };
  for (const Case& c : std::vector<Case>{
           {"1.12.6", "", kOthers},
           {"1.13.0-rc3", "", kOthers},
           {"1.13.0-rc4", "rshared", kOthers},
           {"1.13.0", "rshared", kOthers},
           {"18.02.0", "rshared", kOthers},
           {"18.03.0", "rshared", sorted},
           {"18.03.1", "rshared", bound},
           {"20.10.0", "rshared", bound},
           {"28.5.2", "rshared", bound},
       }) {
    plugin_.config.propagated_mount = "/p";
    ASSERT_EQ(Run(c.engine), "spec") << c.engine;
    EXPECT_EQ(spec_.linux->rootfs_propagation, c.propagation) << c.engine;
    EXPECT_EQ(Added(), c.added) << c.engine;
    plugin_.config.propagated_mount = "";
    ASSERT_EQ(Run(c.engine), "spec") << c.engine;
    EXPECT_EQ(spec_.linux->rootfs_propagation, "") << c.engine;
    EXPECT_EQ(Added(), kOthers) << c.engine;
  }
}

TEST_F(RulesTest, PropagationOfABaseSpecStaysUnlessThePluginAsks) {
  const auto base = std::make_shared<BaseSpec>();
  base->rootfs_propagation = "slave";
  ASSERT_EQ(Run("1.13.0-rc4", base), "spec");
  EXPECT_EQ(spec_.linux->rootfs_propagation, "slave");
  plugin_.config.propagated_mount = "/p";
  ASSERT_EQ(Run("1.13.0-rc4", base), "spec");
  EXPECT_EQ(spec_.linux->rootfs_propagation, "rshared");
  EXPECT_EQ(Run("1.13.0-rc4", BaseWithoutLinux()), kNil);
  // This one ignores it.
  EXPECT_EQ(Run("1.13.0-rc3", BaseWithoutLinux()), "spec");
}

TEST_F(RulesTest, NamespacesAreLeftForTheHosts) {
  struct Case {
    std::string_view engine;
    std::string_view network;
    bool pid;
    bool ipc;
    std::string_view left;
  };
  constexpr std::string_view kAll = "mount network uts pid ipc";
  for (const Case& c : std::vector<Case>{
           {"1.12.6", "host", true, true, kAll},
           {"1.13.0-rc1", "host", true, true, kAll},
           {"1.13.0-rc2", "host", true, true, "mount uts pid ipc"},
           {"1.13.1", "host", true, true, "mount uts pid ipc"},
           {"1.13.1", "bridge", true, true, kAll},
           {"17.05.0", "host", true, true, "mount uts"},
           {"17.05.0", "", true, false, "mount network uts ipc"},
           {"17.05.0", "none", false, true, "mount network uts pid"},
           {"20.10.0", "host", false, false, "mount uts pid ipc"},
           {"28.5.2", "host", true, true, "mount uts"},
           {"28.5.2", "", false, false, kAll},
           // Only that very word.
           {"28.5.2", "HOST", false, false, kAll},
           {"28.5.2", "host ", false, false, kAll},
       }) {
    plugin_.config.network_type = c.network;
    plugin_.config.pid_host = c.pid;
    plugin_.config.ipc_host = c.ipc;
    ASSERT_EQ(Run(c.engine), "spec") << c.engine;
    EXPECT_EQ(Namespaces(), c.left)
        << c.engine << " " << c.network << c.pid << c.ipc;
  }
  plugin_.config = PluginConfig();
  plugin_.config.network_type = "host";
  ASSERT_EQ(Run("29.5.0"), "spec");
  EXPECT_THAT(Namespaces(), HasSubstr("time"));
  EXPECT_THAT(Namespaces(), Not(HasSubstr("network")));
}

// oci.RemoveNamespace went on behind the first until 17.05.0.
TEST_F(RulesTest, OfTwoNamespacesOfATypeOneStays) {
  const auto base = std::make_shared<BaseSpec>();
  base->namespaces = {{"network", "/first"}, {"pid", ""}, {"network", "/last"}};
  plugin_.config.network_type = "host";
  plugin_.config.pid_host = true;
  ASSERT_EQ(Run("1.13.0-rc4", base), "spec");
  EXPECT_EQ(Namespaces(), "/first pid");
  ASSERT_EQ(Run("17.05.0", base), "spec");
  EXPECT_EQ(Namespaces(), "/last");
}

TEST_F(RulesTest, RemovingANamespaceOfNothingCrashes) {
  const auto run = [&](std::string_view network) {
    plugin_.config.network_type = network;
    return Run("1.13.0-rc2", BaseWithoutLinux());
  };
  EXPECT_EQ(run("host"), kNil);
  EXPECT_EQ(run("bridge"), "spec");
  EXPECT_EQ(run(""), "spec");
}

TEST_F(RulesTest, ANetworkOfAnyTypeBindsTwoFilesOfTheHost) {
  constexpr std::string_view kRuntime =
      "/run/docker/plugins=/run/id:rbind,rshared";
  const std::string with_network = absl::StrCat(
      kRuntime,
      " /etc/hosts=/etc/hosts:rbind,ro /etc/resolv.conf=/etc/resolv.conf:"
      "rbind,ro");
  for (std::string_view type : {"host", "bridge", "none", "?"}) {
    plugin_.config.network_type = type;
    ASSERT_EQ(Run("1.13.0-rc1"), "spec");
    EXPECT_EQ(Added(), kRuntime) << type;
    for (std::string_view engine : {"1.13.0-rc2", "17.05.0", "28.5.2"}) {
      ASSERT_EQ(Run(engine), "spec") << engine;
      EXPECT_EQ(Added(), with_network) << engine << " " << type;
    }
  }
  plugin_.config.network_type = "";
  ASSERT_EQ(Run("28.5.2"), "spec");
  EXPECT_EQ(Added(), kRuntime);
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
