#include "specgen/generator/spec_encoder.h"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "specgen/engine/engine.h"
#include "specgen/generator/engine_literals.h"
#include "specgen/generator/init_spec.h"
#include "specgen/host/host_snapshot.h"

namespace specgen {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// The spec that an engine makes of an empty plugin, to be changed.
class Made {
 public:
  explicit Made(std::string_view engine)
      : behaviour_(*(*FindRelease(engine))->behaviour),
        base_(DefaultBaseSpec(behaviour_)),
        host_(HostSnapshot::Empty()) {
    const Verdict verdict = InitSpec({behaviour_,
                                      UserNamespaceRule::kNothing,
                                      *base_,
                                      plugin_,
                                      {"id", "/rootfs", "/lib", "/run", ""},
                                      *host_},
                                     &arena_, &plan_, &spec);
    EXPECT_TRUE(verdict.ok()) << verdict.message();
  }

  std::string Json() const {
    Buffer json;
    EncodeSpec(behaviour_, *base_, spec, &json);
    return std::string(json.view());
  }
  // The same, appended to a buffer that has something.
  std::string JsonBehind(std::string_view before) const {
    Buffer json;
    json.Append(before);
    EncodeSpec(behaviour_, *base_, spec, &json);
    return std::string(json.view());
  }
  Arena* arena() { return &arena_; }

  Spec spec;

 private:
  const Behaviour& behaviour_;
  std::shared_ptr<const BaseSpec> base_;
  std::unique_ptr<HostSnapshot> host_;
  Plugin plugin_;
  Arena arena_;
  std::vector<PlannedFolder> plan_;
};

// Copies of what a span points to, so that nothing can be known by its place.
class Copies {
 public:
  std::string_view Of(std::string_view text) {
    return *texts_.emplace_back(std::make_unique<std::string>(text));
  }
  absl::Span<const std::string_view> Of(
      absl::Span<const std::string_view> list) {
    auto& copy =
        lists_.emplace_back(std::make_unique<std::vector<std::string_view>>());
    for (std::string_view text : list) copy->push_back(Of(text));
    return *copy;
  }
  Strings Of(const Strings& strings) {
    return {Of(strings.first), Of(strings.second)};
  }

 private:
  std::vector<std::unique_ptr<std::string>> texts_;
  std::vector<std::unique_ptr<std::vector<std::string_view>>> lists_;
};

// Each piece that is ready says what the fields say: with fields that are equal
// but lie elsewhere, no piece is used, and the JSON is the same.
TEST(SpecEncoderTest, WritesFieldsAsThePiecesThatAreReady) {
  for (const Behaviour& behaviour : AllBehaviours()) {
    // These make directories of the plugin's rootfs, of which there is none.
    if (behaviour.makes_bind_sources) continue;
    SCOPED_TRACE(behaviour.name);
    Made made(behaviour.name);
    const std::string before = made.Json();
    Copies copies;
    for (Mount& mount : made.spec.mounts.Edit(made.arena())) {
      mount = {copies.Of(mount.destination), copies.Of(mount.type),
               copies.Of(mount.source), copies.Of(mount.options)};
    }
    Spec::Process& process = made.spec.process;
    process.env = copies.Of(process.env);
    if (process.capabilities != nullptr) {
      Spec::Capabilities& sets = *process.capabilities;
      sets = {copies.Of(sets.bounding), copies.Of(sets.effective),
              copies.Of(sets.inheritable), copies.Of(sets.permitted)};
    }
    Spec::Linux& linux = *made.spec.linux;
    linux.masked_paths = copies.Of(linux.masked_paths);
    linux.readonly_paths = copies.Of(linux.readonly_paths);
    EXPECT_EQ(made.Json(), before);
  }
}

// No change of a field is lost because a ready piece stands beside it.
TEST(SpecEncoderTest, WritesEachChangeOfAMount) {
  const std::string before = Made("28.5.2").Json();
  const size_t count = Made("28.5.2").spec.mounts.size();
  for (size_t i = 0; i < count; ++i) {
    for (std::string_view Mount::*part :
         {&Mount::destination, &Mount::type, &Mount::source}) {
      Made made("28.5.2");
      made.spec.mounts.Edit(made.arena())[i].*part = "changed";
      EXPECT_THAT(made.Json(), HasSubstr("\"changed\""));
    }
    Made made("28.5.2");
    made.spec.mounts.Edit(made.arena())[i].options = {};
    EXPECT_NE(made.Json(), before);
    made.spec.mounts.Edit(made.arena())[i].options = kRootlessOptions;
    EXPECT_THAT(made.Json(),
                HasSubstr("\"options\":[\"rbind\",\"nosuid\",\"noexec\","
                          "\"nodev\"]"));
  }
}

TEST(SpecEncoderTest, LeavesOutEmptyMountFieldsAsTheEngineDoes) {
  const auto json = [](std::string_view engine) {
    Made made(engine);
    made.spec.mounts.Append(made.arena(), {"/d", "", "", {}});
    made.spec.mounts.Append(made.arena(), {"/e", "bind", "", {}});
    return made.Json();
  };
  EXPECT_THAT(json("17.05.0"),
              HasSubstr(R"({"destination":"/d","type":"","source":""},)"
                        R"({"destination":"/e","type":"bind","source":""}])"));
  EXPECT_THAT(json("17.06.0"),
              HasSubstr(R"({"destination":"/d"},)"
                        R"({"destination":"/e","type":"bind"}])"));
}

TEST(SpecEncoderTest, WritesPropagationMasksAndDevices) {
  Made made("28.5.2");
  Spec::Linux& linux = *made.spec.linux;
  EXPECT_THAT(made.Json(), Not(HasSubstr("rootfsPropagation")));
  linux.rootfs_propagation = "rshared";
  EXPECT_THAT(made.Json(), HasSubstr(R"("rootfsPropagation":"rshared",)"));
  linux.rootfs_propagation = "slave";
  EXPECT_THAT(made.Json(), HasSubstr(R"("rootfsPropagation":"slave",)"
                                     R"("maskedPaths":["/proc/asound")"));
  linux.masked_paths = linux.readonly_paths = {};
  EXPECT_THAT(made.Json(), HasSubstr(R"("rootfsPropagation":"slave"}})"));
  linux.rootfs_propagation = "";
  linux.devices.Append(made.arena(), {"/dev/x", "c", 1, 2, 0600, 3, 4});
  linux.resources->devices.Clear();
  linux.resources->devices.Append(made.arena(), kAllDevices);
  linux.resources->devices.Append(made.arena(), {false, "b", 7, 8, "r"});
  EXPECT_THAT(
      made.Json(),
      HasSubstr(
          R"("resources":{"devices":[{"allow":true,"access":"rwm"},)"
          R"({"allow":false,"type":"b","major":7,"minor":8,"access":"r"}]},)"));
  EXPECT_THAT(made.Json(),
              HasSubstr(R"("devices":[{"path":"/dev/x","type":"c","major":1,)"
                        R"("minor":2,"fileMode":384,"uid":3,"gid":4}]}})"));
  linux.resources = nullptr;
  EXPECT_THAT(made.Json(), HasSubstr(R"("linux":{"namespaces":[)"));
}

TEST(SpecEncoderTest, WritesControlCharactersAsTheGoOfTheEngine) {
  const auto cwd = [](std::string_view engine, std::string_view text) {
    Made made(engine);
    made.spec.process.cwd = text;
    // Nothing of what stood before is touched.
    const std::string json = made.JsonBehind("[\"\\b\"]");
    const size_t at = json.find("\"cwd\":") + 6;
    return json.substr(0, 6) + json.substr(at, json.find(",\"cap") - at);
  };
  for (const auto& [text, now, before] :
       std::vector<std::array<std::string_view, 3>>{
           {"\b", R"(["\b"]"\b")", R"(["\b"]"\u0008")"},
           {"\f\f", R"(["\b"]"\f\f")", R"(["\b"]"\u000c\u000c")"},
           {"\\b\\\b\\\\f\n\x01", R"(["\b"]"\\b\\\b\\\\f\n\u0001")",
            R"(["\b"]"\\b\\\u0008\\\\f\n\u0001")"},
           {"/bf", R"(["\b"]"/bf")", R"(["\b"]"/bf")"}}) {
    EXPECT_EQ(cwd("20.10.24", text), now);
    EXPECT_EQ(cwd("20.10.24+dfsg1", text), before);
  }
}

TEST(SpecEncoderTest, WritesWhatIsLeftOfTheNamespaces) {
  const std::vector<std::string_view> all = {"mount", "network", "uts", "pid",
                                             "ipc"};
  for (size_t i = 0; i < all.size(); ++i) {
    for (size_t k = 0; k < all.size(); ++k) {
      Made made("28.5.2");
      made.spec.linux->namespaces.Remove(all[i], false);
      if (k != i) made.spec.linux->namespaces.Remove(all[k], false);
      std::string expected = "\"namespaces\":[";
      for (size_t n = 0; n < all.size(); ++n) {
        if (n == i || n == k) continue;
        absl::StrAppend(&expected, expected.back() == '[' ? "" : ",",
                        "{\"type\":\"", all[n], "\"}");
      }
      EXPECT_THAT(made.Json(), HasSubstr(expected + "],"));
    }
  }
}

}  // namespace
}  // namespace specgen
