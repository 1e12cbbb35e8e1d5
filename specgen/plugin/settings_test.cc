#include "specgen/plugin/settings.h"

#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "specgen/base/arena.h"
#include "specgen/engine/engine.h"
#include "specgen/json/json_index.h"
#include "specgen/json/json_reader.h"
#include "specgen/plugin/plugin_reader.h"

namespace specgen {
namespace {

// What is tested here was recorded of Docker's own code; the goldens in
// testdata/cases (curated, probe, dockerd-*) compare whole answers.

constexpr char kConfig[] = R"({
  "env": [{"name": "A.B", "value": "1", "settable": ["value"]},
          {"name": "N", "settable": ["value"]},
          {"name": "Q", "value": "q", "settable": ["value", "other"]},
          {"name": "U", "value": "u"}],
  "mounts": [{"name": "m", "source": "/a", "settable": ["source"]},
             {"name": "m2", "source": "/b", "settable": ["source", "type"]},
             {"name": "nil", "source": null, "settable": ["source"]}],
  "linux": {"devices": [{"name": "d", "path": "/dev/x", "settable": ["path"]},
                        {"name": "nild", "settable": ["path"]}]},
  "args": {"name": "args", "value": ["x", "y"], "settable": ["value"]}})";

// An installed plugin.
class Installed {
 public:
  explicit Installed(std::string_view engine = "28.5.2",
                     std::string_view config = kConfig)
      : behaviour_(*(*FindRelease(engine))->behaviour) {
    EXPECT_EQ(index_.Build(config), JsonIndex::Result::kOk);
    JsonReader reader(index_, &arena_);
    PluginShape shape = PluginShape::kConfig;
    ReadPlugin(&reader, behaviour_, "", &shape, &plugin_);
    EXPECT_TRUE(reader.ok()) << reader.problem().message;
    MakeDefaultSettings(behaviour_, &arena_, &plugin_);
  }

  void Restart() { UnshareSettings(&arena_, &plugin_); }

  // "done", "crash: ..." or the refusal.
  std::string Set(const std::vector<std::string_view>& args) {
    const Verdict result = ApplySettings(behaviour_, args, &arena_, &plugin_);
    switch (result.outcome()) {
      case Outcome::kSpec:
        return "done";
      case Outcome::kCrashed:
        return "crash: " + result.message();
      case Outcome::kRefused:
        break;
    }
    return result.message();
  }

  Plugin& plugin() { return plugin_; }
  std::string Env() const { return Join(plugin_.settings.env); }
  std::string Args() const { return Join(plugin_.settings.args); }

 private:
  static std::string Join(const StringList& list) {
    std::string text;
    for (std::string_view item : list) text += std::string(item) + "|";
    return text;
  }

  const Behaviour& behaviour_;
  Arena arena_;
  JsonIndex index_;
  Plugin plugin_;
};

TEST(MakeDefaultSettings, CopiesTheConfig) {
  Installed installed;
  EXPECT_EQ(installed.Env(),
            "A.B=1|Q=q|U=u|");  // what has no value is not there
  EXPECT_EQ(installed.Args(), "x|y|");
  const Plugin& plugin = installed.plugin();
  ASSERT_EQ(plugin.settings.mounts.size(), 3u);
  ASSERT_EQ(plugin.settings.devices.size(), 2u);
  // Shared, as in Docker.
  EXPECT_EQ(plugin.settings.mounts[0].source, plugin.config.mounts[0].source);
  EXPECT_EQ(plugin.settings.devices[0].path, plugin.config.devices[0].path);
}

TEST(MakeDefaultSettings, CopiesNoArgsBeforeRc4) {
  Installed installed("1.13.0-rc3");
  EXPECT_EQ(installed.Args(), "");
  EXPECT_EQ(installed.plugin().settings.devices.size(), 0u);
  EXPECT_EQ(installed.plugin().settings.mounts.size(), 3u);
}

TEST(ApplySettings, SetsEachKind) {
  Installed installed;
  EXPECT_EQ(installed.Set({"N=a=b", "A.B.value=2", "m=/new", "m2.source=/n2",
                           "d.path=/dev/y", "args=1  2 "}),
            "done");
  EXPECT_EQ(installed.Env(), "A.B=2|Q=q|U=u|N=a=b|");
  EXPECT_EQ(installed.Args(), "1||2||");
  const Plugin& plugin = installed.plugin();
  EXPECT_EQ(*plugin.config.mounts[0].source, "/new");
  EXPECT_EQ(*plugin.settings.mounts[0].source, "/new");
  EXPECT_EQ(*plugin.config.mounts[1].source, "/n2");
  EXPECT_EQ(*plugin.settings.devices[0].path, "/dev/y");
}

TEST(ApplySettings, RefusesInDockersWords) {
  Installed installed;
  constexpr char kFormat[] =
      "invalid format, must be <name>[.<field>][=<value>]";
  EXPECT_EQ(installed.Set({"=x"}), kFormat);
  EXPECT_EQ(installed.Set({"="}), kFormat);
  EXPECT_EQ(installed.Set({"U=1"}), "\"U\" is not settable");
  EXPECT_EQ(installed.Set({"U.value=1"}), "\"U.value\" is not settable");
  EXPECT_EQ(installed.Set({"Q=1"}),
            "multiple fields are settable, one must be specified");
  EXPECT_EQ(installed.Set({"m.path=1"}), "\"m.path\" is not settable");
  EXPECT_EQ(installed.Set({"M=1"}),
            "setting \"M\" not found in the plugin configuration");
  EXPECT_EQ(installed.Set({"x\"\\\n\xC3\xA9\xFF=1"}),
            "setting \"x\\\"\\\\\\n\xC3\xA9\\xff\" not found in the plugin "
            "configuration");
  EXPECT_EQ(installed.Set({".m=1"}),
            "setting \".m\" not found in the plugin configuration");
  // The last dot divides.
  EXPECT_EQ(installed.Set({"A.B=1"}),
            "setting \"A\" not found in the plugin configuration");
  EXPECT_EQ(installed.Set({"m..source=1"}),
            "setting \"m.\" not found in the plugin configuration");
}

// Names of which there are two or more: the first one counts.
constexpr char kRepeated[] = R"({
  "env": [{"name": "E", "value": "1", "settable": ["value"]},
          {"name": "E", "value": "2", "settable": []},
          {"name": "F", "settable": ["value"]},
          {"name": "F", "value": "f"}],
  "mounts": [{"name": "m", "source": "/a", "settable": ["source"]},
             {"name": "m", "source": null},
             {"name": "E", "source": "/e", "settable": ["source"]}],
  "linux": {"devices": [{"name": "d", "path": "/dev/x", "settable": ["path"]},
                        {"name": "d", "path": "/dev/z"},
                        {"name": "m", "path": "/dev/m"}]},
  "args": {"name": "args", "value": ["x"], "settable": ["value"]}})";

// Both below and above kMostWalked.
TEST(ApplySettings, FindsTheFirstOfANameHoweverManyArguments) {
  const std::vector<std::string_view> args = {
      "E=e1", "m=/1",     "d=/dev/1", "F=f1", "E=e2",     "m=/2",    "F=f2",
      "E=e3", "d=/dev/2", "args=q",   "m=/3", "args=r s", "E=e4",    "m=/4",
      "F=f3", "d=/dev/3", "E=e5",     "m=/5", "F=f4",     "args=t u"};
  ASSERT_GT(args.size(), kMostWalked);
  for (size_t count = 1; count <= args.size(); ++count) {
    SCOPED_TRACE(count);
    Installed at_once("28.5.2", kRepeated);
    Installed one_by_one("28.5.2", kRepeated);
    EXPECT_EQ(at_once.Set({args.begin(), args.begin() + count}), "done");
    for (size_t i = 0; i < count; ++i) {
      EXPECT_EQ(one_by_one.Set({args[i]}), "done") << args[i];
    }
    EXPECT_EQ(at_once.Env(), one_by_one.Env());
    EXPECT_EQ(at_once.Args(), one_by_one.Args());
    for (size_t i : {0, 2}) {
      EXPECT_EQ(*at_once.plugin().config.mounts[i].source,
                *one_by_one.plugin().config.mounts[i].source);
    }
    for (size_t i : {0, 1, 2}) {
      EXPECT_EQ(*at_once.plugin().config.devices[i].path,
                *one_by_one.plugin().config.devices[i].path);
    }
  }
  Installed installed("28.5.2", kRepeated);
  EXPECT_EQ(installed.Set(args), "done");
  EXPECT_EQ(installed.Env(), "E=e5|E=2|F=f4|");
  EXPECT_EQ(installed.Args(), "t|u|");
  const PluginConfig& config = installed.plugin().config;
  EXPECT_EQ(*config.mounts[0].source, "/5");
  EXPECT_EQ(config.mounts[1].source, nullptr);
  EXPECT_EQ(*config.mounts[2].source, "/e");
  EXPECT_EQ(*config.devices[0].path, "/dev/3");
  EXPECT_EQ(*config.devices[1].path, "/dev/z");
  EXPECT_EQ(*config.devices[2].path, "/dev/m");
}

TEST(ApplySettings, KeepsWhatWentBefore) {
  Installed installed;
  EXPECT_EQ(installed.Set({"m=/new", "nosuch=1", "d=/dev/y"}),
            "setting \"nosuch\" not found in the plugin configuration");
  EXPECT_EQ(*installed.plugin().config.mounts[0].source, "/new");
  EXPECT_EQ(*installed.plugin().settings.devices[0].path, "/dev/x");
  // But an argument that is none stops all.
  EXPECT_EQ(installed.Set({"m=/newer", "=1"}).substr(0, 14), "invalid format");
  EXPECT_EQ(*installed.plugin().config.mounts[0].source, "/new");
}

TEST(ApplySettings, NullsDependOnTheEngine) {
  for (const char* name : {"nil=1", "nild=1"}) {
    const std::string what =
        name == std::string_view("nil=1") ? "mount source" : "device path";
    EXPECT_EQ(Installed("17.11.0").Set({name}),
              "crash: runtime error: invalid memory address or nil pointer "
              "dereference");
    EXPECT_EQ(Installed("17.12.0").Set({name}), "Plugin config has no " + what);
    EXPECT_EQ(Installed("28.5.2").Set({name}), "Plugin config has no " + what);
    EXPECT_EQ(Installed("29.0.0").Set({name}), "plugin config has no " + what);
  }
}

TEST(ApplySettings, WasNotImplementedIn112) {
  EXPECT_EQ(Installed("1.12.6").Set({"m=/x"}), "not implemented");
}

TEST(ApplySettings, RefusesAnEnabledPlugin) {
  Installed installed;
  installed.plugin().enabled = true;
  EXPECT_EQ(installed.Set({"m=/x"}),
            "cannot set on an active plugin, disable plugin before setting");
}

// dockerd reads its state back as two halves that share nothing: `set` then
// reaches the config's sources and paths only.
TEST(UnshareSettings, LetsSetReachTheConfigOnly) {
  Installed installed;
  installed.Restart();
  EXPECT_EQ(installed.Set({"m=/new", "d=/dev/y", "N=1", "args=z"}), "done");
  const Plugin& plugin = installed.plugin();
  EXPECT_EQ(*plugin.config.mounts[0].source, "/new");
  EXPECT_EQ(*plugin.settings.mounts[0].source, "/a");
  EXPECT_EQ(*plugin.config.devices[0].path, "/dev/y");
  EXPECT_EQ(*plugin.settings.devices[0].path, "/dev/x");
  EXPECT_EQ(plugin.settings.mounts[2].source, nullptr);
  EXPECT_EQ(plugin.settings.devices[1].path, nullptr);
  // Env and args are in the settings alone.
  EXPECT_EQ(installed.Env(), "A.B=1|Q=q|U=u|N=1|");
  EXPECT_EQ(installed.Args(), "z|");
}

}  // namespace
}  // namespace specgen
