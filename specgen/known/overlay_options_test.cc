#include "specgen/known/overlay_options.h"

#include <string_view>
#include <vector>

#include "gtest/gtest.h"

namespace specgen {
namespace {

using Parts = std::vector<std::string_view>;

TEST(SplitAt, MarksWithoutABackslash) {
  EXPECT_EQ(SplitAt(':', "/a:/b"), Parts({"/a", "/b"}));
  EXPECT_EQ(SplitAt(':', "/a\\:/b:/c"), Parts({"/a\\:/b", "/c"}));
  EXPECT_EQ(SplitAt(':', "/a\\\\:/b"), Parts({"/a\\\\", "/b"}));
  EXPECT_EQ(SplitAt(':', "/a::/b"), Parts({"/a", "", "/b"}));
  EXPECT_EQ(SplitAt(',', "a:b,c"), Parts({"a:b", "c"}));
  EXPECT_EQ(SplitAt(',', "a\\"), Parts({"a\\"}));
}

TEST(WithoutBackslashes, EachStandsForWhatIsBehindIt) {
  EXPECT_EQ(WithoutBackslashes("/a\\:b"), "/a:b");
  EXPECT_EQ(WithoutBackslashes("\\\\a"), "\\a");
  EXPECT_EQ(WithoutBackslashes("a\\"), "a\\");
}

TEST(IsOverlayDirectory, ByItsWholeName) {
  for (std::string_view name :
       {"lowerdir", "lowerdir+", "datadir+", "upperdir", "workdir"}) {
    EXPECT_TRUE(IsOverlayDirectory(name)) << name;
  }
  for (std::string_view name : {"", "lowerdir=", "datadir", "xino"}) {
    EXPECT_FALSE(IsOverlayDirectory(name)) << name;
  }
}

}  // namespace
}  // namespace specgen
