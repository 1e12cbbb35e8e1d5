#include "specgen/base/did_you_mean.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "gtest/gtest.h"
#include "specgen/base/edit_distance.h"

namespace specgen {
namespace {

const std::vector<std::string_view>& Names() {
  static const auto* const names = new std::vector<std::string_view>{
      "ro", "rw", "uid", "gid", "mounts", "mount", "capabilities"};
  return *names;
}

TEST(DidYouMean, NamesTheNearest) {
  EXPECT_EQ(DidYouMean(Names(), "mont"), "; did you mean \"mount\"?");
  EXPECT_EQ(DidYouMean(Names(), "mountss"), "; did you mean \"mounts\"?");
  EXPECT_EQ(DidYouMean(Names(), "capabilites"),
            "; did you mean \"capabilities\"?");
  // Of names that are equally near, the first.
  EXPECT_EQ(NearestName(Names(), "rx"), "ro");
  EXPECT_EQ(NearestName(Names(), "fid"), "uid");
}

TEST(DidYouMean, TheShorterANameTheFewerEdits) {
  EXPECT_EQ(NearestName(Names(), "uix"), "uid");
  EXPECT_EQ(NearestName(Names(), "xix"), "");
  EXPECT_EQ(NearestName(Names(), "mxxxt"), "");
  EXPECT_EQ(NearestName(Names(), "xxxabilities"), "capabilities");
  EXPECT_EQ(NearestName(Names(), "xxxxbilities"), "");
  EXPECT_EQ(DidYouMean(Names(), ""), "");
  EXPECT_EQ(DidYouMean(std::vector<std::string_view>{"a"}, "b"), "");
  EXPECT_EQ(DidYouMean(Names(), std::string(1000000, 'm')), "");
}

TEST(DidYouMean, BeginningsAreKnown) {
  EXPECT_EQ(NearestName(Names(), "cap"), "capabilities");
  EXPECT_EQ(NearestName(Names(), "mo"), "mounts");
  EXPECT_EQ(NearestName(Names(), "mount"), "mounts");
  EXPECT_EQ(NearestName(Names(), "ca"), "capabilities");
  EXPECT_EQ(NearestName(Names(), "cax"), "");
  // And so are beginnings with something behind.
  EXPECT_EQ(NearestName(Names(), "caps"), "capabilities");
  EXPECT_EQ(NearestName(Names(), "capxy"), "capabilities");
  EXPECT_EQ(NearestName(Names(), "capxyz"), "");
  EXPECT_EQ(NearestName(Names(), "cxa"), "");
  const std::vector<std::string_view> commands = {"prime", "privileges",
                                                  "private-things"};
  EXPECT_EQ(NearestName(commands, "privs"), "prime");
  EXPECT_EQ(NearestName(commands, "privis"), "privileges");
  EXPECT_EQ(NearestName(commands, "privax"), "private-things");
  EXPECT_EQ(NearestName(commands, "privxx"), "privileges");
  const std::vector<std::string_view> options = {"--id", "--engine", "-o"};
  EXPECT_EQ(NearestName(options, "--engs"), "--engine");
  EXPECT_EQ(NearestName(options, "--enx"), "");
  EXPECT_EQ(NearestName(options, "--eng"), "--engine");
  EXPECT_EQ(NearestName(options, "--ie"), "--id");
  for (std::string_view nothing : {"", "-", "--", "-q", "--i", "m"}) {
    EXPECT_EQ(NearestName(options, nothing), "") << nothing;
    EXPECT_EQ(NearestName(Names(), nothing), "") << nothing;
  }
}

// Two letters that changed places are one slip.
TEST(DidYouMean, NeighboursThatChangePlacesAreNear) {
  const std::vector<std::string_view> options = {"--host", "--json", "--id"};
  EXPECT_EQ(NearestName(options, "--josn"), "--json");
  EXPECT_EQ(NearestName(options, "--jsno"), "--json");
  EXPECT_EQ(NearestName(options, "--ohst"), "--host");
  EXPECT_EQ(NearestName(options, "--di"), "--id");
  for (const auto& [a, b, distance] :
       std::vector<std::tuple<std::string_view, std::string_view, size_t>>{
           {"", "", 0},
           {"ab", "ba", 1},
           {"abc", "acb", 1},
           {"abc", "cab", 2},
           {"abcd", "badc", 2},
           {"ca", "abc", 3},
           {"abc", "abc", 0},
           {"abc", "", 3},
           {"", "abc", 3},
           {"aab", "aba", 1}}) {
    EXPECT_EQ(EditDistance(a, b), distance) << a << " " << b;
    EXPECT_EQ(EditDistance(b, a), distance) << a << " " << b;
  }
}

TEST(DidYouMean, APartBehindADashIsKnown) {
  const std::vector<std::string_view> names = {"host-facts", "--exec-root",
                                               "--allow-shared-parent"};
  EXPECT_EQ(NearestName(names, "facts"), "host-facts");
  EXPECT_EQ(NearestName(names, "--root"), "--exec-root");
  EXPECT_EQ(NearestName(names, "--parent"), "--allow-shared-parent");
  for (std::string_view none : {"--facts-x", "acts", "fact-", "--ent", "oot"}) {
    EXPECT_EQ(NearestName(names, none), "") << none;
  }
}

TEST(DidYouMean, WhatIsMeantIsQuoted) {
  EXPECT_EQ(DidYouMean(std::vector<std::string>{"a\nbcd"}, "abcd"),
            "; did you mean \"a\\nbcd\"?");
}

}  // namespace
}  // namespace specgen
