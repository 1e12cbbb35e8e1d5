#include "specgen/bundle/plan.h"

#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "specgen/bundle/mount_points.h"
#include "specgen/bundle/systemd_unit.h"
#include "specgen/engine/engine.h"

namespace specgen {
namespace {

std::string Text(const std::vector<BundleStep>& steps) {
  std::string text;
  for (const BundleStep& step : steps) text += StepText(step) + "\n";
  return text;
}

class PlanTest : public testing::Test {
 protected:
  BundlePlan Plan(std::string_view engine) {
    BundleFacts facts;
    facts.behaviour = (*FindRelease(engine))->behaviour;
    facts.bundle = "/b";
    facts.runs_at = runs_at_;
    facts.rootfs_directory = rootfs_directory_;
    facts.layers = layers_;
    facts.propagated_mount = "/mnt";
    facts.directories = directories_;
    facts.id = "b";
    facts.exec_root = "/run/x";
    return PlanBundle(facts);
  }

  std::string_view runs_at_ = "/b";
  std::string_view rootfs_directory_ = "/src/rootfs";
  std::vector<std::string> layers_;
  std::vector<PlannedFolder> directories_ = {{"/run/x", 0700},
                                             {"/run/x/b", 0700}};
};

TEST_F(PlanTest, OfADirectory) {
  const BundlePlan plan = Plan("28.5.2");
  EXPECT_EQ(Text(plan.build),
            "mkdir -m 0700 /b\n"
            "copy /src/rootfs /b/rootfs\n"
            "create -m 0755 /b/rootfs/.dockerenv\n"
            "create -m 0755 /b/rootfs/dev/console\n"
            "mkdir -m 0755 /b/rootfs/dev/pts\n"
            "mkdir -m 0755 /b/rootfs/dev/shm\n"
            "create -m 0755 /b/rootfs/etc/hostname\n"
            "create -m 0755 /b/rootfs/etc/hosts\n"
            "ln -s /proc/mounts /b/rootfs/etc/mtab\n"
            "create -m 0755 /b/rootfs/etc/resolv.conf\n"
            "mkdir -m 0755 /b/rootfs/proc\n"
            "mkdir -m 0755 /b/rootfs/sys\n"
            "mkdir -m 0755 /b/propagated-mount\n"
            "write -m 0600 /b/config.json\n"
            "write -m 0600 /b/specgen.json\n");
  EXPECT_EQ(Text(plan.start),
            "mkdir -m 0700 /run/x\n"
            "mkdir -m 0700 /run/x/b\n"
            "mount --rbind /b/propagated-mount /b/propagated-mount\n"
            "mount --make-rshared /b/propagated-mount\n");
}

TEST_F(PlanTest, OfAnImageThatRunsElsewhere) {
  rootfs_directory_ = "";
  layers_ = {"/i/1", "/i/2"};
  runs_at_ = "/elsewhere";
  const BundlePlan plan = Plan("28.5.2");
  EXPECT_EQ(Text(plan.build).substr(0, 84),
            "mkdir -m 0700 /b\n"
            "mkdir -m 0755 /b/rootfs\n"
            "unpack /i/1 /b/rootfs\n"
            "unpack /i/2 /b/rootfs");
  EXPECT_EQ(Text(plan.start),
            "mkdir -m 0700 /run/x\n"
            "mkdir -m 0700 /run/x/b\n"
            "mount --rbind /elsewhere/propagated-mount "
            "/elsewhere/propagated-mount\n"
            "mount --make-rshared /elsewhere/propagated-mount\n");
}

TEST_F(PlanTest, EnginesThatShareTheRootfs) {
  // 1.13.0-rc4 to 18.02: the spec does not bind the directory.
  const BundlePlan plan = Plan("17.03.0");
  EXPECT_TRUE(Text(plan.build)
                  .ends_with("mkdir -m 0755 /b/propagated-mount\n"
                             "mkdir -m 0755 /b/rootfs/mnt\n"
                             "write -m 0600 /b/config.json\n"
                             "write -m 0600 /b/specgen.json\n"));
  EXPECT_TRUE(
      Text(plan.start)
          .ends_with("mount --make-rshared /b/propagated-mount\n"
                     "mount --rbind /b/propagated-mount /b/rootfs/mnt\n"));
  EXPECT_FALSE(Text(Plan("18.03.0").start).ends_with("/b/rootfs/mnt\n"));
  EXPECT_EQ(plan.record.mount_in_rootfs, "/mnt");
  EXPECT_EQ(Plan("18.02.0").record.mount_in_rootfs, "/mnt");
  EXPECT_EQ(Plan("18.03.0").record.mount_in_rootfs, "");
}

TEST_F(PlanTest, OldEnginesKnowLess) {
  // The rootfs gets its entries since 1.13.0-rc5; 1.12 has no propagatedMount.
  EXPECT_EQ(Text(Plan("1.12.6").build),
            "mkdir -m 0700 /b\ncopy /src/rootfs /b/rootfs\n"
            "write -m 0600 /b/config.json\n"
            "write -m 0600 /b/specgen.json\n");
  EXPECT_EQ(Plan("1.13.0-rc4").build.size(), 6u);
  EXPECT_EQ(Plan("1.13.0-rc5").build.size(), 16u);
}

TEST(ShellQuoteTest, QuotesWhatNeedsIt) {
  EXPECT_EQ(ShellQuote("/a/b-c_1.2:3"), "/a/b-c_1.2:3");
  EXPECT_EQ(ShellQuote("a b"), "'a b'");
  EXPECT_EQ(ShellQuote("it's"), "'it'\\''s'");
  EXPECT_EQ(ShellQuote(""), "''");
  EXPECT_EQ(ShellQuote("$x"), "'$x'");
  EXPECT_EQ(ShellQuote("Z\xC3\xBCrich"), "'Z\xC3\xBCrich'");
  EXPECT_EQ(ShellQuote("it's\n\x1b\\"), "$'it\\047s\\012\\033\\134'");
  EXPECT_EQ(ShellQuote("\xE2\x80\xAE"), "$'\\342\\200\\256'");
}

TEST(SystemdQuoteTest, QuotesWhatNeedsIt) {
  EXPECT_EQ(SystemdQuote("/a/b-c"), "/a/b-c");
  EXPECT_EQ(SystemdQuote("a b"), "\"a b\"");
  EXPECT_EQ(SystemdQuote("50%$x"), "50%%$$x");
  EXPECT_EQ(SystemdQuote("\"\\\n"), "\"\\\"\\\\\\x0a\"");
  EXPECT_EQ(SystemdQuote("Z\xC3\xBCrich"), "Z\xC3\xBCrich");
  EXPECT_EQ(SystemdQuote("\xC3\xBC\xE2\x80\xAE"),
            "\"\\xc3\\xbc\\xe2\\x80\\xae\"");
  EXPECT_EQ(SystemdQuote(""), "\"\"");
  EXPECT_EQ(SystemdQuote(";"), "\";\"");
}

TEST_F(PlanTest, Record) {
  runs_at_ = "/elsewhere";
  BundleRecord expected;
  expected.id = "b";
  expected.at = "/elsewhere";
  // The last is made again after each boot, whatever is there now.
  expected.directories = {
      {"/run/x", 0700}, {"/run/x/b", 0700}, {"/run/x/b", 0700}};
  expected.shares_mount = true;
  EXPECT_EQ(Plan("28.5.2").record, expected);
  expected.shares_mount = false;
  EXPECT_EQ(Plan("1.12.6").record, expected);
}

TEST(SystemdUnitTest, CallsSpecgenForWhatTouchesTheBundle) {
  UnitFacts facts;
  facts.id = "b";
  facts.bundle = "/a b%";
  facts.runtime = "crun";
  facts.specgen = "/usr/bin/specgen";
  EXPECT_EQ(SystemdUnit(facts),
            "# Made by specgen bundle --systemd.\n"
            "[Unit]\n"
            "Description=Docker plugin b\n"
            "After=local-fs.target network.target\n"
            "\n"
            "[Service]\n"
            "Delegate=yes\n"
            "KillMode=mixed\n"
            "TimeoutStopSec=10\n"
            "Restart=always\n"
            "RestartSec=1\n"
            "ExecStartPre=-crun delete --force b\n"
            "ExecStartPre=/usr/bin/specgen bundle --start \"/a b%%\"\n"
            "ExecStart=crun run --bundle \"/a b%%\" b\n"
            "ExecStop=-crun kill b TERM\n"
            "ExecStopPost=-crun delete --force b\n"
            "ExecStopPost=-/usr/bin/specgen bundle --stop \"/a b%%\"\n"
            "\n"
            "[Install]\n"
            "WantedBy=multi-user.target\n");
}

TEST(MountPointsTest, HasAllAboveThem) {
  const MountPoints points({"a/b/c", "a-b", "d"});
  for (const char* in : {"a", "a/b", "a/b/c", "a-b", "d"}) {
    EXPECT_TRUE(points.contains(in)) << in;
  }
  for (const char* out : {"a/b/c/d", "a/", "b", "a/c", "a-", "dd", ""}) {
    EXPECT_FALSE(points.contains(out)) << out;
  }
  // Deep ones take no more memory than their own bytes.
  std::string deep = "x";
  for (int i = 0; i < 100000; ++i) deep += "/x";
  EXPECT_TRUE(MountPoints({deep}).contains(deep.substr(0, 20001)));
}

}  // namespace
}  // namespace specgen
