#include "specgen/generator/user_namespace.h"

#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "specgen/generator/fake_file_tree.h"

namespace specgen {
namespace {

constexpr FileFacts kDirectory = {S_IFDIR | 0755};

// The options of a mount of `source`, or the refusal.
std::string Options(std::string_view source,
                    const std::vector<std::string_view>& options) {
  const FakeFileTree files({
      {"/plain", {.facts = kDirectory}},
      {"/locked",
       {.facts = kDirectory,
        .mount_flags = kMountReadOnly | kMountNoSuid | kMountNoDev |
                       kMountNoExec | kMountNoAtime | kMountNoDirAtime}},
      {"/closed", {.error = EACCES}},
      {"/no-flags", {.facts = kDirectory, .mount_error = EIO}},
  });
  Arena arena;
  MountList mounts({}, 1, &arena);
  mounts.Append(&arena, {"/d", "none", source, options});
  const Verdict verdict = KeepLockedFlags(files, &arena, &mounts);
  if (!verdict.ok()) {
    EXPECT_EQ(verdict.outcome(), Outcome::kRefused);
    EXPECT_EQ(verdict.stage(), Stage::kSpec);
    return verdict.message();
  }
  return absl::StrJoin(mounts.own()[0].options, ",");
}

TEST(KeepLockedFlagsTest, AddsThoseOfABindMountsSource) {
  EXPECT_EQ(Options("/locked", {"bind"}),
            "bind,ro,nodev,noexec,nosuid,noatime,nodiratime");
  EXPECT_EQ(Options("/plain", {"rbind", "rw"}), "rbind,rw");
  EXPECT_EQ(Options("/locked", {"rw"}), "rw");
}

TEST(KeepLockedFlagsTest, ListsNoOptionTwice) {
  EXPECT_EQ(Options("/locked", {"ro", "rbind", "ro", "nosuid"}),
            "ro,rbind,nosuid,nodev,noexec,noatime,nodiratime");
  EXPECT_EQ(Options("/plain", {"ro", "bind", "ro"}), "ro,bind");
}

TEST(KeepLockedFlagsTest, LeavesAMountWithoutSource) {
  EXPECT_EQ(Options("/none", {"bind", "bind"}), "bind,bind");
}

TEST(KeepLockedFlagsTest, RefusesInDockersWords) {
  EXPECT_EQ(Options("/closed", {"bind"}), "lstat /closed: permission denied");
  EXPECT_EQ(Options("/no-flags", {"bind", "ro"}),
            "failed to get unprivileged mount flags for &{Destination:/d "
            "Type:none Source:/no-flags Options:[bind ro] UIDMappings:[] "
            "GIDMappings:[]}: input/output error");
}

TEST(UserNamespaceRuleTest, EachIncludesTheOnesBefore) {
  using Rule = UserNamespaceRule;
  const auto means = [](Rule rule) {
    return KeepsLockedFlags(rule) + MakesRootless(rule) +
           KeepsUnifiedCgroup(rule);
  };
  EXPECT_EQ(means(Rule::kNothing), 0);
  EXPECT_EQ(means(Rule::kKeepLockedFlags), 1);
  EXPECT_EQ(means(Rule::kRootless), 2);
  EXPECT_EQ(means(Rule::kRootlessKeepCgroup), 3);
}

}  // namespace
}  // namespace specgen
