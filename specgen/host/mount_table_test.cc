#include "specgen/host/mount_table.h"

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "specgen/host/host.h"
#include "specgen/host/snapshot_format.h"

namespace specgen {
namespace {

std::vector<MountPoint> MustParse(std::string_view text) {
  const absl::StatusOr<std::vector<MountPoint>> points =
      ParseMountInfo(text, "m");
  EXPECT_TRUE(points.ok()) << points.status();
  return points.ok() ? *points : std::vector<MountPoint>();
}

TEST(ParseMountInfoTest, Flags) {
  EXPECT_EQ(
      MustParse(
          "29 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw,discard\n"
          "30 29 0:6 / /dev rw,nosuid,noexec - devtmpfs udev rw,size=4k\n"
          "31 29 0:7 /x /a rw,nodev,noatime,nodiratime master:1 shared:2 "
          "propagate_from:3 - ext4 - ro,errors=remount-ro\n"
          "32 29 0:8 / /b ro - tmpfs tmpfs rw\n"),
      (std::vector<MountPoint>{
          {"/", kMountRelatime},
          {"/a",
           kMountReadOnly | kMountNoDev | kMountNoAtime | kMountNoDirAtime},
          {"/b", kMountReadOnly},
          {"/dev", kMountNoSuid | kMountNoExec},
      }));
}

TEST(ParseMountInfoTest, Names) {
  EXPECT_EQ(MustParse("29 1 8:2 / / rw - a b rw\n"
                      "30 29 0:6 / /a\\040b\\134\\011\\012c rw - a b rw\n"
                      "31 29 0:6 / /x\\0 rw - a b rw\n"
                      "32 29 0:6 / /y\xff rw - a b rw\n"
                      "33 29 0:6 / /gone//deleted rw - a b rw"),
            (std::vector<MountPoint>{
                {"/", 0}, {"/a b\\\t\nc", 0}, {"/x\\0", 0}, {"/y\xff", 0}}));
}

TEST(ParseMountInfoTest, TheTopOfAStackCounts) {
  // 31 lies on 30, whatever their order.
  EXPECT_EQ(MustParse("29 1 8:2 / / rw - a b rw\n"
                      "31 30 0:6 / /x ro - a b rw\n"
                      "30 29 0:6 / /x rw,nodev - a b rw\n"),
            (std::vector<MountPoint>{{"/", 0}, {"/x", kMountReadOnly}}));
}

TEST(ParseMountInfoTest, WhatIsCoveredIsLeftOut) {
  // 40 covers /a, and with it 31, what lies in that, and a later mount below.
  EXPECT_EQ(
      MustParse("29 1 8:2 / / rw - a b rw\n"
                "31 29 0:6 / /a/b rw - a b rw\n"
                "32 31 0:6 / /a/b/c rw - a b rw\n"
                "40 29 0:6 / /a rw - a b rw\n"
                "41 40 0:6 / /a/d rw - a b rw\n"
                "42 29 0:6 / /ab rw - a b rw\n"),
      (std::vector<MountPoint>{{"/", 0}, {"/a", 0}, {"/a/d", 0}, {"/ab", 0}}));
  // A new root covers all of the old one.
  EXPECT_EQ(MustParse("29 1 8:2 / / rw - a b rw\n"
                      "31 29 0:6 / /a rw - a b rw\n"
                      "32 29 0:6 / / ro - a b rw\n"
                      "33 32 0:6 / /b rw - a b rw\n"),
            (std::vector<MountPoint>{{"/", kMountReadOnly}, {"/b", 0}}));
}

TEST(ParseMountInfoTest, RootsOfAllKinds) {
  // Its own parent, as the first mount of a kernel is.
  EXPECT_EQ(MustParse("1 1 0:2 / / rw - rootfs rootfs rw\n"
                      "2 1 0:3 / /x rw - a b rw\n"),
            (std::vector<MountPoint>{{"/", 0}, {"/x", 0}}));
  // Behind chroot(2) the root may be no mount.
  EXPECT_EQ(MustParse("2 1 0:3 / /x rw - a b rw\n"),
            (std::vector<MountPoint>{{"/x", 0}}));
  EXPECT_TRUE(MustParse("").empty());
}

TEST(ParseMountInfoTest, CirclesEnd) {
  MustParse(
      "1 2 0:3 / /x/y rw - a b rw\n"
      "2 1 0:3 / /x rw - a b rw\n");
}

TEST(ParseMountInfoTest, BadLines) {
  for (const std::string_view line :
       {"x", "1 2 0:3 / /x rw", "1 2 0:3 / /x rw - a b", "1 2 0:3 / - a b rw",
        "one 2 0:3 / /x rw - a b rw", "1 -2 0:3 / /x rw - a b rw"}) {
    const std::string text =
        "29 1 8:2 / / rw - a b rw\n" + std::string(line) + "\n";
    EXPECT_EQ(ParseMountInfo(text, "/p/mountinfo").status().message(),
              "/p/mountinfo:2: not a line of mountinfo; see proc(5)")
        << line;
  }
}

}  // namespace
}  // namespace specgen
