#include "specgen/plugin/plugin_reader.h"

#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "specgen/base/arena.h"
#include "specgen/engine/engine.h"
#include "specgen/json/json_index.h"
#include "specgen/json/json_reader.h"
#include "specgen/json/json_writer.h"
#include "specgen/json/text_position.h"

namespace specgen {
namespace {

using ::testing::HasSubstr;

// A plugin that was read, with the memory that it points into.
struct Read {
  explicit Read(std::string json, std::string_view engine = "28.5.2",
                PluginShape asked = PluginShape::kAuto,
                std::string_view wanted = "")
      : text(std::move(json)), shape(asked) {
    indexed = index.Build(text) == JsonIndex::Result::kOk;
    if (!indexed) return;
    JsonReader reader(index, &arena);
    ReadPlugin(&reader, *(*FindRelease(engine))->behaviour, wanted, &shape,
               &plugin);
    problem = reader.problem();
  }

  bool ok() const {
    return indexed && problem.kind == JsonProblem::Kind::kNone;
  }

  std::string text;
  Arena arena;
  JsonIndex index;
  bool indexed = false;
  PluginShape shape;
  Plugin plugin;
  JsonProblem problem;
};

// Writes what tools/record_json writes of a config.
class Writer {
 public:
  explicit Writer(const PluginConfig& config) : w_(&json_) { Config(config); }
  std::string json() && {
    w_.Finish();
    return std::move(json_);
  }

 private:
  template <typename... Parts>
  void Row(const Parts&... parts) {
    w_.Raw('[');
    bool first = true;
    ((first ? void() : w_.Raw(','), first = false, Value(parts)), ...);
    w_.Raw(']');
  }

  void Value(std::string_view text) { w_.String(text); }
  void Value(const std::string_view* text) {
    if (text == nullptr) return w_.Raw("null");
    w_.String(*text);
  }
  void Value(bool flag) {
    w_.Raw(flag ? std::string_view("true") : std::string_view("false"));
  }
  void Value(uint32_t number) { w_.Integer(number); }
  void Value(const StringList& list) {
    if (list.is_nil()) return w_.Raw("null");
    Items(list);
  }
  void Value(const PluginEnv& env) { Row(env.name, env.value, env.settable); }
  void Value(const PluginMount& m) {
    Row(m.name, m.source, m.destination, m.type, m.options, m.settable);
  }
  void Value(const PluginDevice& d) { Row(d.name, d.path, d.settable); }
  template <typename T>
  void Value(const Slice<T>& list) {
    Items(list);
  }
  template <typename List>
  void Items(const List& list) {
    w_.Raw('[');
    for (size_t i = 0; i < list.size(); ++i) {
      if (i > 0) w_.Raw(',');
      Value(list[i]);
    }
    w_.Raw(']');
  }
  void Config(const PluginConfig& c) {
    Row(c.args.name, c.args.settable, c.args.value, c.entrypoint, c.env,
        c.mounts, c.network_type, c.propagated_mount, c.workdir, c.socket,
        c.interface_types, c.ipc_host, c.pid_host, c.capabilities, c.devices,
        c.allow_all_devices, c.uid, c.gid);
  }

  std::string json_;
  JsonWriter w_;
};

// What both ways of reading make of a text, which must be the same.
void ExpectBothWaysAgree(std::string_view text, PluginShape given) {
  const Behaviour& behaviour = *(*FindRelease("28.5.2"))->behaviour;
  Arena arena;
  JsonIndex index;
  if (index.Build(text) != JsonIndex::Result::kOk) return;
  JsonReader usual(index, &arena);
  JsonReader thorough(index, &arena);
  PluginShape shape = given;
  PluginShape expected_shape = given;
  Plugin plugin, expected;
  ReadPlugin(&usual, behaviour, "", &shape, &plugin);
  ReadPluginTheLongWay(&thorough, behaviour, "", &expected_shape, &expected);
  ASSERT_EQ(shape, expected_shape) << text;
  ASSERT_EQ(usual.problem().kind, thorough.problem().kind) << text;
  ASSERT_EQ(usual.problem().offset, thorough.problem().offset) << text;
  ASSERT_EQ(usual.problem().message, thorough.problem().message) << text;
  ASSERT_EQ(usual.work(), thorough.work()) << text;
  if (!usual.ok()) return;
  ASSERT_EQ(Writer(plugin.config).json(), Writer(expected.config).json())
      << text;
}

void ExpectBothWaysAgree(std::string_view text) {
  // Nothing behind it, so that a sanitizer sees what is read there.
  const std::vector<char> bytes(text.begin(), text.end());
  const std::string_view alone(bytes.data(), bytes.size());
  ExpectBothWaysAgree(alone, PluginShape::kConfig);
  ExpectBothWaysAgree(alone, PluginShape::kAuto);
}

TEST(ReadPlugin, TheShortWayFindsTheSame) {
  const std::string_view texts[] = {
      R"({"description": "d\u0041", "documentation": "",
          "entrypoint": ["/a", "b" ], "interface":{"types":["a.b/1","c"],
          "socket":"s.sock"}, "workdir": null, "user":{"uid":1,"gid": 22 },
          "network":{"type":"host"}, "ipchost": true, "pidHost" : false})",
      R"({"Env":[{"name":"A","settable":["value"],"value":"x"},{"name":"B",
          "value":null},null,{}],"mounts":[{"source":"/a","destination":"/b",
          "type":"bind","options":["rbind"]}, {"source":null }],"args":{
          "name":"n","settable":null,"value":["a\nb"]},"env":[{}]})",
      R"({"linux":{"capabilities":["CAP_A", "CAP_B"],"devices":[{"path":
          "/dev/fuse","name":""}],"allowAllDevices":true},"rootfs":{"type":
          "layers","diff_ids":["a"]},"other":{"a":[1,{"b":-2.5e3}],"c":[]},
          "propagatedMount":"/p","x":"y","z":12,"empty":{},"none":[]})",
      R"({"entrypoint":["a"],"\u0065nv":[],"types":{},"ENTRYPOINT":["b","c"]})",
      R"({"Id":"a","PluginObj":{"Config":{"env":[]}},"a":[1,2],"Config":{}})",
      R"([{"Id":"a","Config":{"env":[]},"Settings":{}}, {}])",
  };
  // Each byte left out, doubled, and replaced by each of those that matter.
  constexpr std::string_view kBytes = "{}[]\",:\\ \nan1-\xC3";
  for (const std::string_view text : texts) {
    ExpectBothWaysAgree(std::string(text));
    for (size_t i = 0; i < text.size(); ++i) {
      ExpectBothWaysAgree(std::string(text.substr(0, i)));
      std::string other(text);
      other.erase(i, 1);
      ExpectBothWaysAgree(other);
      other = text;
      other.insert(i, 1, text[i]);
      ExpectBothWaysAgree(other);
      for (const char byte : kBytes) {
        other = text;
        other[i] = byte;
        ExpectBothWaysAgree(other);
      }
      if (HasFatalFailure()) return;
    }
  }
}

TEST(ReadPlugin, TheShortWayLeavesDeepValuesToTheLongOne) {
  for (size_t depth = JsonReader::kMaxDepth - 20;
       depth < JsonReader::kMaxDepth + 3; ++depth) {
    ExpectBothWaysAgree(absl::StrCat("{\"x\":", std::string(depth, '['),
                                     std::string(depth, ']'), "}"));
  }
}

// configs.tsv has random texts, and what Go makes of them with structs like
// moby's; see tools/record_json.
TEST(ReadPlugin, ReadsConfigsAsGoDoes) {
  std::ifstream file("specgen/plugin/testdata/configs.tsv");
  std::string line;
  int texts = 0;
  int good = 0;
  while (std::getline(file, line)) {
    const size_t tab = line.find('\t');
    std::string text;
    ASSERT_TRUE(absl::Base64Unescape(line.substr(0, tab), &text));
    const Read read(text, "28.5.2", PluginShape::kConfig);
    std::string answer = "error";
    if (read.ok()) {
      answer = absl::StrCat("ok\t", Writer(read.plugin.config).json());
      ++good;
    } else if (read.problem.kind == JsonProblem::Kind::kCrash) {
      answer = "panic";
    }
    EXPECT_EQ(answer, line.substr(tab + 1)) << text;
    ++texts;
  }
  EXPECT_EQ(texts, 1200);
  EXPECT_GE(good, 600);
}

TEST(ReadPlugin, KnowsTheShapes) {
  const auto shape = [](std::string text) {
    const Read read(std::move(text));
    EXPECT_TRUE(read.ok()) << read.text << ": " << read.problem.message;
    return read.shape;
  };
  EXPECT_EQ(shape("{}"), PluginShape::kConfig);
  EXPECT_EQ(shape("null"), PluginShape::kConfig);
  EXPECT_EQ(shape(R"({"entrypoint":[],"plugin":{}})"), PluginShape::kConfig);
  EXPECT_EQ(shape(R"({"plugin":{}})"), PluginShape::kStored);
  EXPECT_EQ(shape(R"({"Id":"x","Config":{}})"), PluginShape::kStored);
  EXPECT_EQ(shape(R"({"Id":"x","Manifest":{}})"), PluginShape::kStored);
  for (std::string_view authors :
       {"Interface", "args", "env", "linux", "MOUNTS", "network", "pidhost",
        "ipchost", "propagatedMount", "workdir"}) {
    EXPECT_EQ(shape(absl::StrCat(R"({"Id":"x","Config":{},")", authors,
                                 R"(":null})")),
              PluginShape::kConfig)
        << authors;
    EXPECT_EQ(shape(absl::StrCat(R"({"plugin":{},")", authors, R"(":null})")),
              PluginShape::kConfig)
        << authors;
  }
  EXPECT_EQ(shape(R"({"plugin":{},"Rootfs":"x","Config":"sha256:x"})"),
            PluginShape::kStored);
  // What says that it holds a config must hold one.
  for (std::string_view value : {"5", "[]", "[{}]", "\"x\"", "true"}) {
    const Read broken(absl::StrCat(R"({"Id":"x","Config":)", value, "}"));
    EXPECT_EQ(broken.shape, PluginShape::kStored);
    EXPECT_FALSE(broken.ok()) << value;
    EXPECT_EQ(Read(absl::StrCat(R"({"Manifest":)", value, "}")).shape,
              PluginShape::kStored);
    EXPECT_EQ(shape(absl::StrCat(R"({"plugin":)", value, "}")),
              PluginShape::kConfig);
  }
  EXPECT_EQ(shape(R"({"Id":"x","Config":null})"), PluginShape::kConfig);
  EXPECT_EQ(shape(R"({"Config":[],"Entrypoint":[]})"), PluginShape::kConfig);
  EXPECT_EQ(shape(R"([{"Id":"x","Config":{}}])"), PluginShape::kInspect);
}

TEST(ReadPlugin, ReadsStoredState) {
  const std::string inner =
      R"({"Id":"abc","Name":"n:latest","Enabled":true,
          "Config":{"workdir":"/w"},"Settings":{"Env":["A=1"]}})";
  for (const std::string& text :
       {inner, "{\"Rootfs\":\"/r\",\"plugin\":" + inner + "}"}) {
    const Read read(text);
    ASSERT_TRUE(read.ok()) << read.problem.message;
    EXPECT_EQ(read.plugin.id, "abc");
    EXPECT_EQ(read.plugin.name, "n:latest");
    EXPECT_TRUE(read.plugin.enabled);
    EXPECT_EQ(read.plugin.config.workdir, "/w");
    ASSERT_EQ(read.plugin.settings.env.size(), 1u);
    EXPECT_EQ(read.plugin.rootfs, text == inner ? "" : "/r");
  }
  // Before 1.13.0-rc1 the same key is the settings.
  const Read old(R"({"Manifest":{"workdir":"/m"},"Config":{"Env":["A=1"]}})",
                 "1.12.6");
  ASSERT_TRUE(old.ok()) << old.problem.message;
  EXPECT_EQ(old.plugin.config.workdir, "/m");
  EXPECT_EQ(old.plugin.settings.env.size(), 1u);
}

TEST(ReadPlugin, ChoosesFromAList) {
  const std::string list =
      R"([{"Id":"abc","Name":"one:latest","Config":{"workdir":"/1"}},
          {"Id":"abd","Name":"two:v1","Config":{"workdir":"/2"}}])";
  const auto chosen = [&](std::string_view wanted) {
    const Read read(list, "28.5.2", PluginShape::kAuto, wanted);
    return read.ok() ? std::string(read.plugin.config.workdir)
                     : read.problem.message;
  };
  EXPECT_EQ(chosen("one"), "/1");
  EXPECT_EQ(chosen("one:latest"), "/1");
  EXPECT_EQ(chosen("two:v1"), "/2");
  EXPECT_EQ(chosen("abd"), "/2");
  EXPECT_EQ(chosen("two"),
            "no plugin matches \"two\": there are one:latest, "
            "two:v1");
  EXPECT_THAT(chosen("ab"), HasSubstr("a second plugin matches \"ab\""));
  EXPECT_THAT(chosen(""), HasSubstr("there are several plugins"));
  // Items that are not chosen must be plugins, too.
  for (std::string_view other :
       {"{}", R"({"Id":"x"})", R"({"Config":{}})", R"({"Id":"x","Config":[]})",
        R"({"entrypoint":["/p"]})", "5", "[]", "null"}) {
    const std::string plugin = R"({"Id":"abc","Name":"one","Config":{}})";
    for (const std::string& text :
         {absl::StrCat("[", plugin, ",", other, "]"),
          absl::StrCat("[", other, ",", plugin, "]")}) {
      for (std::string_view wanted : {"", "one"}) {
        EXPECT_FALSE(Read(text, "28.5.2", PluginShape::kInspect, wanted).ok())
            << text << wanted;
      }
    }
  }
  EXPECT_THAT(Read(R"([{"Id":"a","Config":{}},{}])").problem.message,
              HasSubstr("item 2 of the list is no plugin"));
  const Read empty("[]", "28.5.2", PluginShape::kInspect);
  EXPECT_EQ(empty.problem.message, "the list is empty: no plugin");
}

// A config in brackets is refused by Docker, and is no list of plugins here.
TEST(ReadPlugin, TakesOnlyPluginsInAList) {
  struct Case {
    std::string_view items;
    std::string_view problem;  // "" is none
  };
  constexpr std::string_view kNoPlugin = "item 1 of the list is no plugin";
  for (const Case& c : {
           Case{R"({"Id":"a","Name":"n","Config":{}})", ""},
           Case{R"({"Id":"a","Config":{}})", ""},
           Case{R"({"Name":"a","Config":{}})", ""},
           Case{R"({"iD":"a","cONFIG":{}})", ""},
           Case{R"({"Id":"a","Manifest":{}})", ""},
           Case{R"({"Config":{}})", kNoPlugin},
           Case{R"({"Id":"","Name":"","Config":{}})", kNoPlugin},
           Case{R"({"Id":"a","Name":"n"})", kNoPlugin},
           Case{R"({"Id":"a","Config":null})", kNoPlugin},
           Case{R"({"Id":"a","Settings":{}})", kNoPlugin},
           Case{R"({"entrypoint":["/p"],"interface":{"socket":"s"}})",
                kNoPlugin},
           Case{"{}", kNoPlugin},
           Case{R"({"Id":"a","RepoTags":[],"Config":{"Env":["A=1"]}})",
                "no plugin: it looks like what `docker image inspect` prints"},
           Case{R"({"Id":"a","RootFS":{},"Config":{}})",
                "no plugin: it looks like what `docker image inspect` prints"},
           Case{R"({"Id":"a","Name":"/n","HostConfig":{},"Config":{}})",
                "looks like what `docker container inspect` prints"},
           Case{R"({"Name":"v","Mountpoint":"/x"})",
                "looks like what `docker volume inspect` prints"},
           Case{R"({"Name":"n","Id":"i","IPAM":{}})",
                "looks like what `docker network inspect` prints"},
           Case{R"({"Id":"a","Config":5})", "must be an object"},
           Case{R"({"Id":"a","Config":{}},{})", "item 2 of the list is no"},
           Case{R"({"Id":"a","Config":{}},{"Id":"b","Config":{}})",
                "there are several plugins"},
           Case{"5", "a plugin's config must be an object, not a list"},
           Case{"[{}]", "a plugin's config must be an object, not a list"},
           Case{"", "the list is empty: no plugin"},
       }) {
    const Read read(absl::StrCat("[", c.items, "]"));
    EXPECT_EQ(read.ok(), c.problem.empty()) << c.items;
    EXPECT_THAT(read.problem.message, HasSubstr(c.problem)) << c.items;
    // A name to choose by does not make a plugin of it.
    const Read named(absl::StrCat("[", c.items, "]"), "28.5.2",
                     PluginShape::kAuto, "a");
    EXPECT_EQ(named.ok(), absl::StartsWith(c.problem, "there are several") ||
                              c.problem.empty())
        << c.items;
  }
}

// What is refused is told with what it likely is.
TEST(ReadPlugin, NamesOtherThings) {
  EXPECT_EQ(
      Read(R"({"Id":"a","Config":{"Env":["A=1"]},"RepoTags":[]})")
          .problem.message,
      "an item of \"env\" must be an object, not a string; this looks like "
      "what `docker image inspect` prints, which is no plugin");
  EXPECT_THAT(
      Read(R"({"architecture":"amd64","config":{"Env":["A=1"]}})")
          .problem.message,
      HasSubstr("this looks like an image's config, which is no plugin"));
  EXPECT_EQ(Read(R"({"Id":"a","Config":{"Env":["A=1"]}})").problem.message,
            "an item of \"env\" must be an object, not a string");
  EXPECT_TRUE(Read(R"({"Id":"a","Config":{"Env":[]},"RepoTags":[]})").ok());
  EXPECT_THAT(
      Read("[{}]", "28.5.2", PluginShape::kConfig).problem.message,
      HasSubstr("must be an object, not a list; what `docker plugin inspect`"));
  EXPECT_EQ(Read("[[{}]]").problem.message,
            "a plugin's config must be an object, not a list");
  EXPECT_EQ(Read("\"x\"").problem.message,
            "a plugin's config must be an object, not a string");
  EXPECT_EQ(Read("5").problem.message,
            "a plugin's config must be an object, not a number");
  EXPECT_TRUE(Read("null").ok());
}

TEST(ReadPlugin, InterfaceTypesDependOnTheEngine) {
  const auto outcome = [](std::string_view type, std::string_view engine) {
    const Read read(absl::StrCat("{\"interface\":{\"types\":[", type, "]}}"),
                    engine, PluginShape::kConfig);
    return read.ok() ? std::string("ok") : read.problem.message;
  };
  for (const char* raw : {"1.13.1", "28.5.2"}) {
    EXPECT_EQ(outcome("\"docker.x/1.0\"", raw), "ok");
    EXPECT_THAT(outcome("\"/1\"", raw), HasSubstr("slice bounds"));
    EXPECT_EQ(outcome("\"\\/1\"", raw), "ok");  // the raw text is looked at
    EXPECT_EQ(outcome("null", raw), "\"null\" is not a plugin interface type");
    EXPECT_EQ(outcome("{\"a\": 1}", raw),
              "\"{\\\"a\\\": 1}\" is not a plugin interface type");
  }
  EXPECT_EQ(outcome("\"/1\"", "29.0.0"), "ok");
  EXPECT_EQ(outcome("null", "29.0.0"), "ok");
  EXPECT_EQ(outcome("5", "29.0.0"),
            "an item of \"types\" must be a string, not a number");
}

// A key is checked by the engines that read it, and by no other.
TEST(ReadPlugin, ReadsTheKeysOfTheEngine) {
  const auto takes = [](std::string_view member, std::string_view engine) {
    return Read(absl::StrCat("{", member, "}"), engine, PluginShape::kConfig)
        .ok();
  };
  EXPECT_FALSE(takes(R"("manifestVersion":5)", "1.12.6"));
  EXPECT_TRUE(takes(R"("manifestVersion":5)", "1.13.0"));
  EXPECT_FALSE(takes(R"("capabilities":5)", "1.13.0-rc1"));
  EXPECT_TRUE(takes(R"("capabilities":5)", "1.13.0-rc3"));
  EXPECT_TRUE(takes(R"("linux":5)", "1.13.0-rc1"));
  EXPECT_FALSE(takes(R"("linux":5)", "1.13.0-rc3"));
  EXPECT_FALSE(takes(R"("linux":{"deviceCreation":5})", "1.13.0-rc5"));
  EXPECT_TRUE(takes(R"("linux":{"deviceCreation":5})", "1.13.0"));
  EXPECT_TRUE(takes(R"("linux":{"allowAllDevices":5})", "1.13.0-rc5"));
  EXPECT_FALSE(takes(R"("linux":{"allowAllDevices":5})", "1.13.0"));
  EXPECT_TRUE(takes(R"("ipchost":5,"pidhost":5,"dockerVersion":5)", "17.04.0"));
  EXPECT_FALSE(takes(R"("ipchost":5)", "17.05.0"));
  EXPECT_FALSE(takes(R"("dockerVersion":5)", "28.5.2"));
  EXPECT_TRUE(takes(R"("dockerVersion":5)", "29.0.0"));
}

TEST(ReadPlugin, NamesTheFieldAndThePlace) {
  const Read read("{\"env\": [{\"name\": \"A\"},\n {\"name\": 5}]}");
  EXPECT_EQ(ToString(FindPosition(read.text, read.problem.offset)), "2:11");
  EXPECT_EQ(read.problem.message, "\"name\" must be a string, not a number");
  const Read uid("{\"user\": {\"uid\": -1}}");
  EXPECT_EQ(uid.problem.message,
            "\"uid\" must be a whole number from 0 to 4294967295, not -1");
}

}  // namespace
}  // namespace specgen
