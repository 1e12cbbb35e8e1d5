#include "specgen/privileges/prompt.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "specgen/engine/engine.h"
#include "specgen/host/host_snapshot.h"
#include "specgen/specgen.h"

namespace specgen {
namespace {

// What that engine asks about an author's config.
std::string Prompt(std::string_view engine, std::string_view config,
                   bool with_descriptions = false) {
  const Release* release = FindRelease(engine).value();
  const std::unique_ptr<HostSnapshot> host = HostSnapshot::Empty();
  Request request;
  request.plugin = config;
  Answer answer;
  Generator(*release, *host).Generate(request, &answer);
  std::string out;
  for (const Privilege& privilege :
       ComputePrivileges(*release->behaviour, answer.plugin().config)) {
    absl::StrAppend(&out, PromptLine(privilege), "\n");
    if (with_descriptions) {
      absl::StrAppend(&out, "   ", privilege.description, "\n");
    }
  }
  return out;
}

constexpr std::string_view kAll = R"({
  "network": {"type": "host"}, "pidhost": true, "ipchost": true,
  "mounts": [{"source": "/a", "destination": "/x", "type": "bind"},
             {"source": "/b c", "destination": "/y", "type": "bind"}],
  "linux": {"capabilities": ["CAP_BPF", "CAP_KILL"], "allowAllDevices": true,
            "deviceCreation": true}
})";

TEST(PromptTest, EnginesOfToday) {
  EXPECT_EQ(Prompt("28.5.2", kAll),
            " - network: [host]\n"
            " - host ipc namespace: [true]\n"
            " - host pid namespace: [true]\n"
            " - mount: [/a]\n"
            " - mount: [/b c]\n"
            " - allow-all-devices: [true]\n"
            " - capabilities: [CAP_BPF CAP_KILL]\n");
}

TEST(PromptTest, EnginesBeforeHostNamespaces) {
  EXPECT_EQ(Prompt("17.04.0", kAll),
            " - network: [host]\n"
            " - mount: [/a]\n"
            " - mount: [/b c]\n"
            " - allow-all-devices: [true]\n"
            " - capabilities: [CAP_BPF CAP_KILL]\n");
}

TEST(PromptTest, DeviceCreation) {
  EXPECT_EQ(Prompt("1.13.0-rc4", kAll),
            " - network: [host]\n"
            " - mount: [/a]\n"
            " - mount: [/b c]\n"
            " - device-creation: [true]\n"
            " - capabilities: [CAP_BPF CAP_KILL]\n");
}

TEST(PromptTest, FirstEnginesReadTheTopLevelAndAskForNoNetwork) {
  EXPECT_EQ(Prompt("1.12.6", R"({"capabilities": ["CAP_BPF"],
                                 "devices": [{"path": "/dev/fuse"}, {}],
                                 "mounts": [{"destination": "/x"}]})",
                   true),
            " - network: []\n   \n"
            " - device: [/dev/fuse]\n   \n"
            " - capabilities: [CAP_BPF]\n   \n");
  EXPECT_EQ(Prompt("1.13.0-rc3", "{}"), " - network: []\n");
  EXPECT_EQ(Prompt("1.13.0-rc4", "{}"), "");
  EXPECT_EQ(Prompt("1.12.6", R"({"network": {"type": "bridge"}})"), "");
}

TEST(PromptTest, Descriptions) {
  EXPECT_EQ(Prompt("29.2.0", R"({"linux": {"devices": [{"path": "/dev/fuse"}]},
                                 "network": {"type": "none"}})",
                   true),
            " - network: [none]\n   permissions to access a network\n"
            " - device: [/dev/fuse]\n   host device to access\n");
}

TEST(PromptTest, NoNetworkIsAskedFor) {
  for (std::string_view engine : {"1.12.6", "1.13.0", "28.5.2"}) {
    for (std::string_view type : {"null", "bridge"}) {
      EXPECT_EQ(Prompt(engine, absl::StrCat(R"({"network": {"type": ")", type,
                                            R"("}})")),
                "")
          << engine << " " << type;
    }
  }
}

// One of the two alone.
TEST(PromptTest, HostNamespaces) {
  EXPECT_EQ(Prompt("28.5.2", R"({"pidhost": true})", true),
            " - host pid namespace: [true]\n"
            "   allow access to host pid namespace\n");
  EXPECT_EQ(Prompt("28.5.2", R"({"ipchost": true})", true),
            " - host ipc namespace: [true]\n"
            "   allow access to host ipc namespace\n");
}

// An engine that has no such thing asks for nothing, whatever was read.
TEST(PromptTest, HostNamespacesOfFirstEngines) {
  PluginConfig config;
  config.ipc_host = config.pid_host = true;
  for (const auto& [engine, count] :
       {std::pair<std::string_view, size_t>{"17.04.0", 0}, {"28.5.2", 2}}) {
    EXPECT_EQ(
        ComputePrivileges(*(*FindRelease(engine))->behaviour, config).size(),
        count)
        << engine;
  }
}

// An empty path is asked for, none is not.
TEST(PromptTest, EveryDescriptionAndPath) {
  EXPECT_EQ(Prompt("28.5.2", R"({
              "mounts": [{"destination": "/y"},
                         {"source": "", "destination": "/x"}],
              "linux": {"capabilities": ["CAP_BPF"], "allowAllDevices": true,
                        "devices": [{}, {"path": ""}]}})",
                   true),
            " - mount: []\n   host path to mount\n"
            " - device: []\n   host device to access\n"
            " - allow-all-devices: [true]\n"
            "   allow 'rwm' access to all devices\n"
            " - capabilities: [CAP_BPF]\n"
            "   list of additional capabilities required\n");
  EXPECT_EQ(
      Prompt("1.13.0-rc4", R"({"linux": {"deviceCreation": true}})", true),
      " - device-creation: [true]\n"
      "   allow creating devices inside plugin\n");
}

// Each value of each privilege, by the privilege's name.
TEST(AddedPrivilegesTest, AreThoseThatWereNotThere) {
  const std::vector<Privilege> before = {{"network", "d", {"host"}},
                                         {"mount", "d", {"/a"}},
                                         {"mount", "d", {"/b"}}};
  const std::vector<Privilege> now = {{"network", "d", {"none"}},
                                      {"mount", "d", {"/b"}},
                                      {"mount", "d", {"/c"}},
                                      {"device", "e", {"/a"}},
                                      {"capabilities", "f", {"host", "X"}}};
  std::string added;
  for (const Privilege& privilege : AddedPrivileges(before, now)) {
    absl::StrAppend(&added, PromptLine(privilege), " ", privilege.description,
                    "\n");
  }
  EXPECT_EQ(added,
            " - mount: [/c] d\n"
            " - device: [/a] e\n"
            " - capabilities: [host X] f\n");
  EXPECT_TRUE(AddedPrivileges(now, now).empty());
  std::vector<Privilege> part = now;
  part.back().value.push_back("Y");
  const std::vector<Privilege> more = AddedPrivileges(now, part);
  ASSERT_EQ(more.size(), 1u);
  EXPECT_EQ(PromptLine(more[0]), " - capabilities: [Y]");
}

// Below a path, or one of all devices, is no more; nor is another spelling.
TEST(AddedPrivilegesTest, AreNoneThatAskForLess) {
  const std::vector<Privilege> before = {{"mount", "d", {"/srv"}},
                                         {"mount", "d", {"/run/x"}},
                                         {"device", "d", {"/dev/snd"}}};
  const auto added = [&](std::string_view name, std::string value) {
    return AddedPrivileges(before, {{name, "d", {std::move(value)}}}).size();
  };
  EXPECT_EQ(added("mount", "/srv/"), 0u);
  EXPECT_EQ(added("mount", "/srv/a/b"), 0u);
  EXPECT_EQ(added("mount", "/var/run/x"), 0u);
  EXPECT_EQ(added("device", "dev/snd/timer"), 0u);
  EXPECT_EQ(added("mount", "/"), 1u);
  EXPECT_EQ(added("mount", "/srv2"), 1u);
  EXPECT_EQ(added("mount", "/dev/snd"), 1u);
  EXPECT_EQ(added("mount", "srv"), 1u);
  EXPECT_EQ(added("capabilities", "/srv"), 1u);
  for (const auto& [had, mounts_and_devices] :
       {std::pair<std::string_view, size_t>{"allow-all-devices", 2},
        {"device-creation", 2},
        {"host ipc namespace", 3}}) {
    EXPECT_EQ(AddedPrivileges({{had, "d", {"true"}}}, before).size(),
              mounts_and_devices)
        << had;
  }
  // The host's network holds all others.
  const auto network = [](std::string_view name, std::string had) {
    return AddedPrivileges({{name, "d", {std::move(had)}}},
                           {{"network", "d", {"none"}}})
        .size();
  };
  EXPECT_EQ(network("network", "host"), 0u);
  EXPECT_EQ(network("network", "x"), 1u);
  EXPECT_EQ(network("mount", "host"), 1u);
}

TEST(PromptTest, NoLineCanBeHidden) {
  EXPECT_EQ(Prompt("28.5.2", R"({"network": {"type": "a\n\u001b[2Jb\u202e"}})"),
            " - network: [a\\n\\x1b[2Jb\\u202e]\n");
}

}  // namespace
}  // namespace specgen
