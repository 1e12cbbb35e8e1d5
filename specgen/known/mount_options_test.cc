// The options that runc takes, and the runc of each engine.
#include "specgen/known/mount_options.h"

#include <string_view>

#include "gtest/gtest.h"
#include "specgen/engine/engine.h"

namespace specgen {
namespace {

TEST(MountOptions, AreFound) {
  std::string_view last;
  for (const MountOption& option : MountOptions()) {
    EXPECT_LT(last, option.name);
    last = option.name;
    EXPECT_EQ(FindMountOption(option.name), &option);
  }
  for (std::string_view none : {"", "nosiud", "subvol=/a", "zzz", "RO"}) {
    EXPECT_EQ(FindMountOption(none), nullptr) << none;
  }
}

// As moby's tags name runc.
TEST(MountOptions, AreTakenSince) {
  struct Case {
    std::string_view engine, option;
    bool taken;
  };
  for (const Case& c : {
           Case{"1.12.0", "ro", true},
           {"17.07.0", "lazytime", false},
           {"17.09.0", "lazytime", true},
           {"20.10.14", "rro", false},
           {"20.10.14", "nosymfollow", false},
           {"20.10.15", "rro", true},
           {"20.10.15", "idmap", false},
           // Built of 20.10.24.
           {"20.10.24+dfsg1", "rnosuid", true},
           {"22.06.0-beta.0", "rro", true},
           {"25.0.7", "idmap", false},
           {"25.0.8", "idmap", true},
           {"26.0.0", "idmap", false},
           {"27.3.1", "ridmap", false},
           {"27.4.0", "ridmap", true},
           {"newest", "rro", true},
           {"newest", "nosiud", false},
       }) {
    const auto release = FindRelease(c.engine);
    ASSERT_TRUE(release.ok()) << release.status();
    EXPECT_EQ(TakesMountOption(**release, c.option), c.taken)
        << c.engine << " " << c.option;
  }
}

TEST(MountOptions, ThatAreRecursive) {
  for (std::string_view yes : {"rro", "rrw", "rnosuid", "ratime"}) {
    EXPECT_TRUE(IsRecursiveOption(yes)) << yes;
  }
  for (std::string_view no : {"ro", "rw", "rbind", "rslave", "relatime",
                              "ridmap", "nosymfollow", "rx"}) {
    EXPECT_FALSE(IsRecursiveOption(no)) << no;
  }
}

TEST(Runc, HasAName) {
  for (const Runc runc : {Runc::kFirst, Runc::k1_0, Runc::k1_1, Runc::k1_2}) {
    EXPECT_FALSE(RuncName(runc).empty());
  }
}

}  // namespace
}  // namespace specgen
