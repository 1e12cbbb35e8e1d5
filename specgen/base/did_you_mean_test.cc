#include "specgen/base/did_you_mean.h"

#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"

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

TEST(DidYouMean, WhatIsMeantIsQuoted) {
  EXPECT_EQ(DidYouMean(std::vector<std::string>{"a\nbcd"}, "abcd"),
            "; did you mean \"a\\nbcd\"?");
}

}  // namespace
}  // namespace specgen
