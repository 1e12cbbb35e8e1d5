#include "specgen/plugin/input_kind.h"

#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "specgen/base/arena.h"
#include "specgen/engine/engine.h"
#include "specgen/plugin/plugin.h"
#include "specgen/plugin/plugin_reader.h"

namespace specgen {
namespace {

using ::testing::EndsWith;
using ::testing::StartsWith;

constexpr std::string_view kNoKey =
    "has no key of a plugin's config that reaches a spec";
constexpr std::string_view kAsksNothing =
    "; engines take it for a plugin that asks for nothing";

TEST(WhyNoPlugin, NamesWhatItLooksLike) {
  struct Case {
    std::string_view text;
    std::string_view why;  // how it ends; "" is nothing to say
  };
  for (
      const Case& c : {
          // Plugins, in each shape.
          Case{R"({"entrypoint":["/p"]})", ""},
          Case{R"({"interface":{}})", ""},
          Case{R"({"ENV":[]})", ""},
          Case{R"({"network":{"type":"host"},"descriptoin":"d"})", ""},
          Case{R"({"entrypoint":["/p"],"version":"1","name":"n"})", ""},
          Case{R"({"entrypont":["/p"],"env":[]})", ""},
          Case{R"({"linux":{"capabilites":[]},"env":[]})", ""},
          Case{R"({"mounts":[]})", ""},
          Case{R"({"linux":{}})", ""},
          Case{R"({"workdir":""})", ""},
          Case{R"({"propagatedMount":"/p"})", ""},
          Case{R"({"user":{}})", ""},
          Case{R"({"pidhost":true})", ""},
          Case{R"({"args":{}})", ""},
          Case{R"({"plugin":{"Id":"a","Config":{"Entrypoint":["/p"]}}})", ""},
          Case{R"({"Id":"a","Config":{"Entrypoint":["/p"]}})", ""},
          Case{R"([{"Id":"a","Config":{"Env":[]}}])", ""},
          Case{R"({"entrypoint":["/p"],"services":{}})", ""},
          Case{R"({"interface":{},"schemaVersion":2,"config":{}})", ""},
          // What engines refuse is told by them.
          Case{"", ""},
          Case{"[]", ""},
          Case{"5", ""},
          Case{R"({"env":{"browser":true}})", ""},
          // Nothing at all.
          Case{"{}", "is empty"},
          Case{"null", "is empty"},
          Case{R"({"description":"d","documentation":"u"})", kNoKey},
          Case{R"({"a":1})", kNoKey},
          Case{R"({"entrypoints":["/p"]})", kNoKey},
          Case{R"({"plugin":{}})",
               "where it is looked for here: in \"Config\" of \"plugin\""},
          Case{R"({"plugin":{"entrypoint":["/p"]}})",
               "where it is looked for here: in \"Config\" of \"plugin\""},
          Case{R"({"plugin":{"Id":"a","Config":{}}})",
               "where it is looked for here: in \"Config\" of \"plugin\""},
          Case{R"([{"Id":"a","Config":{}}])",
               "where it is looked for here: in \"Config\""},
          Case{R"({"rootfs":{"type":"layers"}})", kNoKey},
          // Other files.
          Case{R"({"name":"p","version":"1.0.0","description":"d"})",
               "an npm package.json"},
          Case{R"({"scripts":{},"config":{"port":1}})", "an npm package.json"},
          Case{R"({"ociVersion":"1.0.0","process":{},"root":{}})",
               "an OCI runtime spec"},
          Case{
              R"({"ociVersionMin":"1.0.0","ociVersionMax":"1.2.0","hooks":[]})",
              "what `runc features` prints"},
          Case{
              R"({"ociVersion":"1.0.2","id":"a","status":"running","pid":1,"bundle":"/b"})",
              "the state that `runc state` prints"},
          Case{R"({"id":"a","init_process_pid":1,"config":{}})",
               "runc's own state.json of a container"},
          Case{R"({"RepoTags":[],"Config":{}})",
               "what `docker image inspect` prints"},
          Case{R"({"Id":"a","Name":"/n","State":{},"Image":"i"})",
               "what `docker container inspect` prints"},
          Case{R"({"Name":"n","Driver":"local","Mountpoint":"/m"})",
               "what `docker volume inspect` prints"},
          Case{R"({"Name":"n","Id":"a","Driver":"bridge","IPAM":{}})",
               "what `docker network inspect` prints"},
          Case{R"({"$schema":"s","type":"object","properties":{}})",
               "a JSON Schema"},
          Case{R"({"schemaVersion":2,"config":{"digest":"d"},"layers":[]})",
               "an image manifest"},
          Case{R"({"schemaVersion":2,"manifests":[]})", "an image index"},
          Case{R"({"architecture":"amd64","config":{},)"
               R"("rootfs":{"type":"layers","diff_ids":[]}})",
               "an image's config"},
          Case{R"({"services":{"a":{}},"networks":{}})", "a Compose file"},
          Case{R"({"auths":{}})", "the config.json of the docker CLI"},
          Case{R"({"data-root":"/d"})", "dockerd's daemon.json"},
          Case{R"({"Name":"n","Addr":"unix:///s"})",
               "the spec file of a plugin that is not managed"},
      }) {
    const std::string why = WhyNoPlugin(c.text, PluginShape::kAuto, "",
                                        *DefaultRelease().behaviour);
    EXPECT_EQ(why.empty(), c.why.empty()) << c.text << ": " << why;
    if (why.empty()) continue;
    EXPECT_THAT(why, EndsWith(absl::StrCat(c.why, kAsksNothing))) << c.text;
  }
}

// What another file has in common with a config, engines do read.
TEST(WhyNoPlugin, SaysWhatIsReadOfOtherFiles) {
  struct Case {
    std::string_view text;
    std::string_view why;
  };
  for (const Case& c : {
           Case{R"({"ociVersion":"1.0.0","mounts":[],"linux":{},"LINUX":{}})",
                "is no plugin's config: it looks like an OCI runtime spec; "
                "what it has in common with one is read all the same: "
                "\"LINUX\", \"mounts\""},
           Case{R"([{"Id":"a","State":{},"Image":"i","Config":{"Env":null,)"
                R"("Entrypoint":["/p"]}}])",
                "is no plugin's config: it looks like what `docker container "
                "inspect` prints; what it has in common with one is read all "
                "the same: \"Entrypoint\", \"Env\""},
           Case{R"({"RootFS":{},"Config":{"Entrypoint":["/p"],"Env":null}})",
                "is no plugin's config: it looks like what `docker image "
                "inspect` prints; what it has in common with one is read all "
                "the same: \"Entrypoint\", \"Env\""},
           Case{R"({"process":{},"root":{},"mounts":[],"linux":{}})",
                "is no plugin's config: it looks like an OCI runtime spec "
                "without ociVersion; what it has in common with one is read "
                "all the same: \"linux\", \"mounts\""},
           Case{R"({"linux":{"resources":{},"namespaces":[]}})",
                "is no plugin's config: it has neither \"entrypoint\" nor "
                "\"interface\", but \"resources\", \"namespaces\", which no "
                "engine reads; what it has in common with one is read all the "
                "same: \"linux\""},
           Case{R"({"Id":"a","Name":"n","Config":{"Env":[],"Image":"i"}})",
                "is no plugin's config: it has neither \"entrypoint\" nor "
                "\"interface\", but \"Image\", which no engine reads; what it "
                "has in common with one is read all the same: \"Env\""},
       }) {
    EXPECT_EQ(WhyNoPlugin(c.text, PluginShape::kAuto, "",
                          *DefaultRelease().behaviour),
              c.why);
  }
}

TEST(KindOfOtherFile, NamesWhatItIs) {
  for (const auto& [text, name] :
       std::vector<std::pair<std::string_view, std::string_view>>{
           {R"({"entrypoint":["/p"],"mounts":[]})", "a plugin's config"},
           {R"({"Interface":{},"env":5})", "a plugin's config"},
           {R"({"args":{},"env":[]})", "a plugin's config"},
           {R"({"propagatedMount":"/p","mounts":[]})", "a plugin's config"},
           {R"({"env":[],"services":{}})", "a Compose file"},
           {R"({"plugin":{"Id":"a","Config":{}}})",
            "dockerd's state of a plugin"},
           {R"([{"Id":"a","Name":"n","Config":{}}])",
            "what `docker plugin inspect` prints"},
           {R"({"Id":"a","Name":"n","Config":{"Entrypoint":["/p"]}})",
            "what `docker plugin inspect` prints"},
           {R"([{"Id":"a","Config":{},"HostConfig":{}}])",
            "what `docker container inspect` prints"},
           {R"({"schemaVersion":2,"layers":[],"config":{}})",
            "an image manifest"},
           {R"({"name":"n","version":"1"})", "an npm package.json"},
           // Specs, if bad ones.
           {R"({"ociVersion":"1.0.0","entrypoint":["/p"]})", ""},
           {R"({"process":{},"root":{},"mounts":[]})", ""},
           {R"({"mounts":[],"linux":{}})", ""},
           {"{}", ""},
           {"[]", ""},
           {"5", ""},
           {"{", ""},
       }) {
    EXPECT_EQ(KindOfOtherFile(text), name) << text;
  }
}

// What would follow from it that it is none.
TEST(FindInputKind, KnowsWhatIsSomethingElse) {
  struct Case {
    std::string_view text;
    bool is_other;
  };
  for (const Case& c : {
           Case{R"({"entrypoint":["/p"]})", false},
           Case{R"({"config":{"entrypoint":["/p"]}})", false},
           Case{R"({"env":"x"})", false},
           Case{"5", false},
           Case{"null", true},
           Case{R"({"description":"d"})", true},
           Case{R"({"a":1})", true},
           Case{R"({"ociVersion":"1.0.0","mounts":[]})", true},
           // Though it is refused.
           Case{R"({"ociVersion":"1.0.0","mounts":5})", true},
           Case{R"({"RootFS":{},"Config":{"Env":["A=1"]}})", true},
       }) {
    EXPECT_EQ(FindInputKind(c.text, PluginShape::kAuto, "",
                            *DefaultRelease().behaviour)
                  .is_other,
              c.is_other)
        << c.text;
  }
}

// What counts is where engines look, so that it depends on how it is read.
TEST(WhyNoPlugin, KeysCountWhereTheyAreRead) {
  constexpr std::string_view kAtItsTop =
      "has no key of a plugin's config that reaches a spec where engines look "
      "for it here: at the top";
  constexpr std::string_view kNameless =
      "has at its top no key of a plugin's config that reaches a spec, and "
      "neither \"Id\" nor \"Name\"";
  using enum PluginShape;
  struct Case {
    PluginShape shape;
    std::string_view text;
    std::string_view why;  // how it starts; "" is nothing to say
    std::string_view wanted = {};
  };
  for (const Case& c : {
           // What a directory has is never what `docker plugin inspect` prints.
           Case{kConfig, R"({"Config":{"Entrypoint":["/p"]}})", kAtItsTop},
           Case{kConfig, R"({"config":{"entrypoint":["/p"]}})", kAtItsTop},
           Case{kConfig, R"({"CONFIG":{"interface":{}}})", kAtItsTop},
           Case{kConfig, R"({"Manifest":{"Entrypoint":["/p"]}})", kAtItsTop},
           Case{kConfig, R"({"Config":{}})", kAtItsTop},
           Case{kConfig, R"({"Config":5})", kAtItsTop},
           Case{kConfig, R"({"Id":"a","Config":{"Env":[]}})", kAtItsTop},
           Case{kConfig, R"({"plugin":{"entrypoint":["/p"]}})", kAtItsTop},
           Case{kConfig, R"({"plugin":{"Config":{"Env":[]}}})", kAtItsTop},
           Case{kConfig, R"({"a":{"entrypoint":["/p"]}})", kNoKey},
           Case{kConfig, R"({"Config":{},"entrypoint":["/p"]})", ""},
           Case{kConfig, R"({"Config":{},"env":[]})", "is no plugin's config"},
           // Of a file that holds one plugin, nobody knows who made it.
           Case{kAuto, R"({"Config":{"Entrypoint":["/p"]}})", kNameless},
           Case{kAuto, R"({"config":{"entrypoint":["/p"]}})", kNameless},
           Case{kAuto, R"({"Id":"","Config":{"Env":[]}})", kNameless},
           Case{kAuto, R"({"Id":"a","Config":{"Env":[]}})", ""},
           Case{kAuto, R"({"Name":"a","Config":{"Env":[]}})", ""},
           // What `docker plugin create` reads of it is at the top.
           Case{kAuto, R"({"Id":"a","Config":{"Env":[]},"args":{}})",
                "is no plugin's config"},
           Case{kAuto, R"({"plugin":{"Config":{"Env":[]}},"linux":{}})",
                "is no plugin's config"},
           Case{kAuto, R"({"config":{"port":1}})", kNoKey},
           // dockerd's state.
           Case{kStored, R"({"plugin":{"Config":{"Env":[]}}})", ""},
           Case{kStored, R"({"plugin":{"Env":[]}})", kNoKey},
           Case{kStored, R"({"plugin":{"Id":"a"},"Config":{"Env":[]}})",
                kNoKey},
           // Of a list, the one that is wanted.
           Case{kAuto,
                R"([{"Id":"a","Config":{}},{"Id":"b","Config":{"Env":[]}}])",
                kNoKey, "a"},
           Case{kAuto,
                R"([{"Id":"a","Config":{}},{"Id":"b","Config":{"Env":[]}}])",
                "", "b"},
       }) {
    const std::string why =
        WhyNoPlugin(c.text, c.shape, c.wanted, *DefaultRelease().behaviour);
    EXPECT_EQ(why.empty(), c.why.empty()) << c.text << ": " << why;
    EXPECT_THAT(why, StartsWith(c.why)) << c.text;
  }
}

// Before 1.13.0-rc1 a state had "Manifest" and, for settings, "Config"; since,
// "Config" and "Settings".
TEST(WhyNoPlugin, KnowsWhatIsOfOtherEngines) {
  const auto why = [](std::string_view text, std::string_view engine) {
    return WhyNoPlugin(text, PluginShape::kAuto, "",
                       *(*FindRelease(engine))->behaviour);
  };
  constexpr std::string_view kNew =
      R"({"plugin":{"Id":"a","CONFIG":{"Entrypoint":["/p"]},"Settings":{}}})";
  constexpr std::string_view kOld =
      R"({"plugin":{"Id":"a","Manifest":{"Entrypoint":["/p"]},"Config":{}}})";
  for (std::string_view engine : {"1.12.0", "1.12.6", "1.13.0-dev"}) {
    EXPECT_EQ(why(kOld, engine), "") << engine;
    EXPECT_THAT(why(kNew, engine), StartsWith("is of Docker 1.13.0 or later"))
        << engine;
    EXPECT_THAT(why(R"([{"Id":"a","Config":{"Env":[]}}])", engine),
                StartsWith("is of Docker 1.13.0 or later"));
    // What is behind it is not read; 1.13.0-dev refuses it.
    EXPECT_EQ(why("{\"a\":1} x", engine),
              engine == "1.13.0-dev" ? "" : absl::StrCat(kNoKey, kAsksNothing));
  }
  for (std::string_view engine : {"1.13.0-rc1", "1.13.0", "28.5.2"}) {
    EXPECT_EQ(why(kNew, engine), "") << engine;
    EXPECT_THAT(why(kOld, engine), StartsWith("is of Docker 1.12")) << engine;
    // Even if it is refused.
    EXPECT_THAT(why(R"([{"Manifest":{},"Config":{"Env":["A=1"]}}])", engine),
                StartsWith("is of Docker 1.12"));
  }
}

// What may be said costs more than to see that nothing will be.
TEST(MayBeNoPlugin, IsWhatNamesNoProgramAndNoInterface) {
  PluginConfig config;
  EXPECT_TRUE(MayBeNoPlugin(config));
  config.socket = "p.sock";
  EXPECT_FALSE(MayBeNoPlugin(config));
  Arena arena;
  for (StringList PluginConfig::*list :
       {&PluginConfig::entrypoint, &PluginConfig::interface_types}) {
    config = PluginConfig();
    (config.*list).Append(&arena, "x");
    EXPECT_FALSE(MayBeNoPlugin(config));
  }
}

TEST(IsStoredState, IsAnObjectWithAPlugin) {
  for (const char* text :
       {R"({"plugin":{}})", R"({"Rootfs":"/r","PLUGIN":{"Config":{}}})"}) {
    EXPECT_TRUE(IsStoredState(text)) << text;
  }
  for (const char* text :
       {"", "{", "[]", "{}", R"([{"plugin":{}}])", R"({"plugin":[]})",
        R"({"plugin":null})", R"({"Config":{},"Id":"a","Name":"n"})",
        R"({"entrypoint":["/p"]})", R"({"a":{"plugin":{}}})"}) {
    EXPECT_FALSE(IsStoredState(text)) << text;
  }
}

}  // namespace
}  // namespace specgen
