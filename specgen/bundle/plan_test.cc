#include "specgen/bundle/plan.h"

#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
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
    facts.rootfs_folder = rootfs_folder_;
    facts.layers = layers_;
    facts.propagated_mount = "/mnt";
    facts.folders = folders_;
    return PlanBundle(facts);
  }

  std::string_view runs_at_ = "/b";
  std::string_view rootfs_folder_ = "/src/rootfs";
  std::vector<std::string> layers_;
  std::vector<PlannedFolder> folders_ = {{"/run/x", 0700}, {"/run/x/b", 0700}};
};

TEST_F(PlanTest, OfAFolder) {
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
            "write -m 0600 /b/config.json\n");
  EXPECT_EQ(Text(plan.start),
            "mkdir -m 0700 /run/x\n"
            "mkdir -m 0700 /run/x/b\n"
            "mount --rbind /b/propagated-mount /b/propagated-mount\n"
            "mount --make-rshared /b/propagated-mount\n");
}

TEST_F(PlanTest, OfAnImageThatRunsElsewhere) {
  rootfs_folder_ = "";
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
  // 1.13.0-rc4 to 18.02: the spec does not bind the folder.
  const BundlePlan plan = Plan("17.03.0");
  EXPECT_TRUE(Text(plan.build)
                  .ends_with("mkdir -m 0755 /b/propagated-mount\n"
                             "mkdir -m 0755 /b/rootfs/mnt\n"
                             "write -m 0600 /b/config.json\n"));
  EXPECT_TRUE(
      Text(plan.start)
          .ends_with("mount --make-rshared /b/propagated-mount\n"
                     "mount --rbind /b/propagated-mount /b/rootfs/mnt\n"));
  EXPECT_FALSE(Text(Plan("18.03.0").start).ends_with("/b/rootfs/mnt\n"));
}

TEST_F(PlanTest, OldEnginesKnowLess) {
  // The rootfs gets its entries since 1.13.0-rc5; 1.12 has no propagatedMount.
  EXPECT_EQ(Text(Plan("1.12.6").build),
            "mkdir -m 0700 /b\ncopy /src/rootfs /b/rootfs\n"
            "write -m 0600 /b/config.json\n");
  EXPECT_EQ(Plan("1.13.0-rc4").build.size(), 5u);
  EXPECT_EQ(Plan("1.13.0-rc5").build.size(), 15u);
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

TEST_F(PlanTest, SystemdUnit) {
  const BundlePlan plan = Plan("28.5.2");
  UnitFacts facts;
  facts.id = "b";
  facts.bundle = "/b";
  facts.runtime = "crun";
  facts.runtime_folder = "/run/x/b";
  facts.runtime_folder_mode = 0700;
  facts.plan = &plan;
  const std::string unit = SystemdUnit(facts);
  EXPECT_EQ(
      unit,
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
      "ExecStartPre=/bin/sh -c \"umask 077 && exec mkdir -p \\\"$$0\\\"\" "
      "/run/x\n"
      "ExecStartPre=/bin/sh -c \"umask 077 && exec mkdir -p \\\"$$0\\\"\" "
      "/run/x/b\n"
      "ExecStartPre=/bin/sh -c \"mountpoint -q \\\"$$1\\\" || exec mount "
      "--rbind \\\"$$0\\\" \\\"$$1\\\"\" /b/propagated-mount "
      "/b/propagated-mount\n"
      "ExecStartPre=/bin/mount --make-rshared /b/propagated-mount\n"
      "ExecStart=crun run --bundle /b b\n"
      "ExecStop=-crun kill b TERM\n"
      "ExecStopPost=-crun delete --force b\n"
      "ExecStopPost=-/bin/umount -R /b/propagated-mount\n"
      "ExecStopPost=-/bin/rm -rf /run/x/b\n"
      "\n"
      "[Install]\n"
      "WantedBy=multi-user.target\n");
  // The folder of the socket is gone after each boot, so it is always made.
  const BundlePlan nothing;
  facts.plan = &nothing;
  EXPECT_NE(SystemdUnit(facts).find("/run/x/b\nExecStart="), std::string::npos);
}

}  // namespace
}  // namespace specgen
