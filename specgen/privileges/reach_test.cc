// What mounts let be done, what they hide, and which reach as far as others.
#include "specgen/privileges/reach.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

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

TEST(NamesOf, SayWhatIsNew) {
  EXPECT_EQ(NamesOf(Of("rbind") & ~Of("bind ro")),
            "writing, what is mounted below it");
  EXPECT_EQ(NamesOf(Of("rbind") & ~Of("rbind rro rnoexec")),
            "writing, running programs, writing in what is mounted below it, "
            "running programs in what is mounted below it");
  EXPECT_EQ(NamesOf(Of("rbind") & ~Of("rbind nodev nosymfollow")),
            "devices, symbolic links");
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
