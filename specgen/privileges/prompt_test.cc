#include "specgen/privileges/prompt.h"

#include <memory>
#include <string>
#include <string_view>

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

TEST(PromptTest, NoLineCanBeHidden) {
  EXPECT_EQ(Prompt("28.5.2", R"({"network": {"type": "a\n\u001b[2Jb\u202e"}})"),
            " - network: [a\\n\\x1b[2Jb\\u202e]\n");
}

}  // namespace
}  // namespace specgen
