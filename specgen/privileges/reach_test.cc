// What mounts let be done, what they hide, and which reach as far as others.
#include "specgen/privileges/reach.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "specgen/known/capabilities.h"

namespace specgen {
namespace {

Powers Of(std::string_view options) {
  return PowersOf(std::vector<std::string_view>(absl::StrSplit(options, ' ')));
}

TEST(PowersOf, TakesOptionsAsRuntimesDo) {
  EXPECT_EQ(Of("ro rw"), Of("rw"));
  EXPECT_EQ(Of("rw ro"), Of("ro"));
  EXPECT_EQ(Of("nosuid suid"), Of("rw"));
  EXPECT_EQ(Of("rbind bind"), Of("rbind"));
  // Recursive ones count after the others.
  EXPECT_EQ(Of("rro rw"), Of("rro"));
  EXPECT_EQ(Of("rro rrw"), Of("rw"));
  EXPECT_EQ(Of("rro"), Of("ro"));
  EXPECT_NE(Of("rbind rro"), Of("rbind ro"));
  EXPECT_EQ(Of("rnosuid rnodev"), Of("nosuid nodev"));
  EXPECT_EQ(Of("rslave"), Of("slave"));
  EXPECT_EQ(Of("rslave private"), Of("runbindable"));
  EXPECT_NE(Of("rbind private"), Of("rbind rprivate"));
  EXPECT_EQ(Of("rbind rshared private") & kShares, 0u);
  EXPECT_NE(Of("rbind rshared private"), Of("rbind private"));
  EXPECT_EQ(Of("noatime z idmap"), Of("defaults"));
}

// What each option takes away, alone and with its opposite, here and below.
TEST(PowersOf, EachProtection) {
  struct Case {
    std::string_view on, off;
    Powers power;
  };
  for (const Case& c : {
           Case{"ro", "rw", kWrite},
           Case{"nosuid", "suid", kSetUserId},
           Case{"nodev", "dev", kOpenDevices},
           Case{"noexec", "exec", kRunPrograms},
           Case{"nosymfollow", "symfollow", kFollowLinks},
       }) {
    const Powers below = c.power << kBelowShift;
    const Powers both = c.power | below;
    const Powers all = Of("rbind");
    const auto with = [&](std::string_view pattern) {
      return Of(absl::StrReplaceAll(pattern, {{"ON", c.on}, {"OFF", c.off}}));
    };
    for (const auto& [pattern, lacks] :
         std::vector<std::pair<std::string_view, Powers>>{
             {"rbind ON", c.power},
             {"rbind OFF", 0},
             {"rbind ON OFF", 0},
             {"rbind OFF ON", c.power},
             {"rbind rON", both},
             {"rON rbind", both},
             {"rbind rOFF", 0},
             {"rbind rON OFF", both},
             {"rbind ON rOFF", 0},
             {"rbind rOFF ON", 0},
             {"rbind rON rOFF", 0},
             {"rbind rOFF rON", both},
             {"rbind rrON", 0},
             {"rbind xON", 0}}) {
      EXPECT_EQ(with(pattern), all & ~lacks) << c.on << " " << pattern;
    }
    EXPECT_EQ(with("ON") & (kBelow | below), 0u);
    EXPECT_EQ(with("OFF"), kRead | kProtected | kMayReceive);
    for (const auto& [option, protects] :
         {std::pair<std::string_view, bool>{"ON", true},
          {"rON", true},
          {"OFF", false},
          {"rOFF", false},
          {"rrON", false}}) {
      EXPECT_EQ(
          Protects(absl::StrReplaceAll(option, {{"ON", c.on}, {"OFF", c.off}})),
          protects)
          << c.on << " " << option;
    }
  }
}

// Of the propagation, the last one counts; below, the last one with an "r".
TEST(PowersOf, EachPropagation) {
  const auto below = [](Powers powers) {
    return (powers >> kPropagationBelowShift) & kPropagation;
  };
  struct Case {
    std::string_view options;
    Powers here, there;
  };
  constexpr Powers kSlave = kMayReceive | kReceives;
  for (const Case& c : {
           Case{"", kMayReceive, kMayReceive},
           Case{"private", 0, kMayReceive},
           Case{"rprivate", 0, 0},
           Case{"unbindable", 0, kMayReceive},
           Case{"runbindable", 0, 0},
           Case{"slave", kSlave, kMayReceive},
           Case{"rslave", kSlave, kSlave},
           Case{"shared", kPropagation, kMayReceive},
           Case{"rshared", kPropagation, kPropagation},
           Case{"rshared slave", kSlave, kPropagation},
           Case{"shared rslave", kSlave, kSlave},
           Case{"rshared rprivate", 0, 0},
           Case{"rprivate shared", kPropagation, 0},
           Case{"rrshared", kMayReceive, kMayReceive},
       }) {
    const Powers powers = Of(absl::StrCat("rbind ", c.options));
    EXPECT_EQ(powers & kPropagation, c.here) << c.options;
    EXPECT_EQ(below(powers), c.there) << c.options;
    EXPECT_EQ(below(Of(c.options)), 0u) << c.options;
  }
}

TEST(NamesOf, SayWhatIsNew) {
  EXPECT_EQ(NamesOf(Of("rbind") & ~Of("bind ro")),
            "writing, what is mounted below it");
  EXPECT_EQ(NamesOf(Of("rbind") & ~Of("rbind rro rnoexec")),
            "writing, running programs, writing in what is mounted below it, "
            "running programs in what is mounted below it");
  EXPECT_EQ(NamesOf(Of("rbind") & ~Of("rbind nodev nosymfollow")),
            "devices, symbolic links");
  EXPECT_EQ(NamesOf(kSetUserId), "set-user-ID programs");
  EXPECT_EQ(NamesOf(kRead), "");
  EXPECT_EQ(NamesOf(kWrite | kWrite << kBelowShift | kBelow),
            "writing, what is mounted below it");
  constexpr std::string_view kReceived = "what the host mounts there later";
  EXPECT_EQ(NamesOf(kMayReceive), kReceived);
  EXPECT_EQ(NamesOf(kReceives), kReceived);
  constexpr std::string_view kShared = "that the host sees what is mounted";
  EXPECT_EQ(NamesOf(kShares), absl::StrCat(kShared, " there"));
  // What is below is told only where nothing else tells it.
  for (const auto& [below, told] :
       {std::pair<Powers, std::string>{kMayReceive,
                                       "what the host mounts later"},
        {kReceives, "what the host mounts later"},
        {kShares, std::string(kShared)}}) {
    const Powers powers = below << kPropagationBelowShift;
    EXPECT_EQ(NamesOf(powers),
              absl::StrCat(told, " in what is mounted below it"));
    EXPECT_EQ(NamesOf(powers | kMayReceive), kReceived);
    EXPECT_EQ(NamesOf(powers | kReceives), kReceived);
    EXPECT_EQ(NamesOf(powers | kShares), absl::StrCat(kShared, " there"));
    EXPECT_EQ(NamesOf(powers | kBelow), "what is mounted below it");
  }
}

// Without what is mounted below, a directory holds what lies in it unless hosts
// mount something there.
TEST(Reaches, HoldWhatLiesInThem) {
  struct Case {
    std::string_view before, now;
    bool held;          // by a mount without what is mounted below
    bool is_in = true;  // held by one with it
  };
  for (const Case& c : {
           Case{"/a", "/a", true},
           Case{"/a", "/a/b", true},
           Case{"/a", "/a/b/c", true},
           Case{"/a", "/ab", false, false},
           Case{"/a/b", "/a", false, false},
           Case{"/a/b", "/a/c", false, false},
           Case{"/", "/a", false},
           Case{"/", "/", true},
           Case{"/home", "/home", true},
           Case{"/home", "/home/a", false},
           Case{"/home/a", "/home/a/b", true},
           Case{"/boot", "/boot/efi", false},
           Case{"/opt", "/opt/a", false},
           Case{"/srv", "/srv/a", false},
           Case{"/usr", "/usr/local", false},
           Case{"/var", "/var/a", false},
           Case{"/var/lib", "/var/lib/a", true},
           Case{"/var/lib", "/var/lib/docker", false},
           Case{"/var/lib", "/var/lib/dockerd", true},
           Case{"/var/lib/docker/x", "/var/lib/docker/x/y", false},
           Case{"/mnt", "/mnt", true},
           Case{"/mnt", "/mnt/a", false},
           Case{"/mnt/a", "/mnt/a/b", false},
           Case{"/mnt2", "/mnt2/a", true},
           Case{"/run/a", "/run/a/b", false},
       }) {
    for (const bool with_below : {false, true}) {
      const Reach before = {"file", std::string(c.before),
                            with_below ? kRead | kBelow : kRead};
      const Reach now = {"file", std::string(c.now), kRead};
      Reaches reaches;
      reaches.Add(GrantLevel::kMedium, before);
      std::string more;
      EXPECT_EQ(reaches.Hold(GrantLevel::kMedium, now, &more),
                with_below ? c.is_in : c.held)
          << c.before << " " << c.now;
      EXPECT_EQ(more, "");
      // What is graver, more or of another kind, none holds.
      EXPECT_FALSE(reaches.Hold(GrantLevel::kHigh, now, &more));
      EXPECT_EQ(more, "");
      EXPECT_FALSE(reaches.Hold(GrantLevel::kMedium,
                                {"disk", std::string(c.now), kRead}, &more));
      EXPECT_EQ(more, "");
      EXPECT_FALSE(reaches.Hold(GrantLevel::kMedium,
                                {"file", std::string(c.now), kRead | kWrite},
                                &more));
      EXPECT_EQ(more, c.before == c.now ? "writing" : "");
      more.clear();
      // What is less grave, one does.
      EXPECT_EQ(reaches.Hold(GrantLevel::kLow, now, &more),
                with_below ? c.is_in : c.held);
    }
  }
}

// More than anyone writes is told as new, and takes no time; but the same is
// the same.
TEST(Reaches, LooksAtSoManyOnly) {
  constexpr int kMany = 1200;
  std::vector<Reach> before;
  before.reserve(kMany);
  Reaches reaches;
  for (int i = 0; i < kMany; ++i) {
    // None of them is as much as what is looked for but the last one.
    before.push_back({"file", "/a", i + 1 < kMany ? kWrite : kRead | kWrite});
    before.back().powers |= static_cast<Powers>(i) << 20;
    reaches.Add(GrantLevel::kLow, before.back());
  }
  int held = 0;
  std::string more;
  for (int i = 0; i < kMany; ++i) {
    const Reach now = {"file", "/a", kRead};
    held += reaches.Hold(GrantLevel::kLow, now, &more) ? 1 : 0;
  }
  for (const Reach& now : before) {
    EXPECT_TRUE(reaches.Hold(GrantLevel::kLow, now, &more));
  }
  EXPECT_GT(held, 0);
  EXPECT_LT(held, kMany);
}

}  // namespace
}  // namespace specgen
