#include "specgen/base/run_program.h"

#include <sys/stat.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "specgen/base/temp_directory.h"

namespace specgen {
namespace {

absl::StatusOr<ProgramOutput> Shell(const std::string& script,
                                    ProgramLimits limits = {}) {
  return RunProgram({"sh", "-c", script, "sh", "a b", "$x"}, limits);
}

TEST(RunProgramTest, GivesWhatItPrints) {
  absl::StatusOr<ProgramOutput> ran = Shell("echo \"$1|$2\"; echo no >&2");
  ASSERT_TRUE(ran.ok()) << ran.status();
  EXPECT_EQ(ran->out, "a b|$x\n");
  EXPECT_EQ(ran->error, "no\n");
  EXPECT_TRUE(ran->succeeded);
  // It has no input, and both streams may be large.
  ran = Shell("cat; head -c 500000 /dev/zero; head -c 400000 /dev/zero >&2");
  ASSERT_TRUE(ran.ok()) << ran.status();
  EXPECT_EQ(ran->out.size(), 500000u);
  EXPECT_EQ(ran->error.size(), 400000u);
  for (const std::string failing : {"exit 1", "kill -9 $$"}) {
    ran = Shell("echo out; " + failing);
    ASSERT_TRUE(ran.ok()) << ran.status();
    EXPECT_EQ(ran->out, "out\n");
    EXPECT_FALSE(ran->succeeded) << failing;
  }
}

TEST(RunProgramTest, LimitsHold) {
  absl::Status status = Shell("exec sleep 1000", {.seconds = 1}).status();
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_TRUE(absl::StrContains(status.message(), "sh: did not end within 1 "))
      << status;
  for (const std::string to : {"", ">&2"}) {
    status = Shell("head -c 101 /dev/zero " + to, {.bytes = 100}).status();
    EXPECT_TRUE(absl::StrContains(status.message(), "more than 100 bytes"))
        << status;
    EXPECT_TRUE(Shell("head -c 100 /dev/zero " + to, {.bytes = 100}).ok());
  }
}

TEST(RunProgramTest, WhatIsNoProgramIsSaid) {
  TempDirectory temp;
  EXPECT_TRUE(absl::IsNotFound(RunProgram({"no-such-program"}).status()));
  EXPECT_TRUE(absl::IsNotFound(RunProgram({temp / "none"}).status()));
  const std::string path = temp.Write("file", "");
  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  EXPECT_TRUE(absl::IsUnavailable(RunProgram({path}).status()));
}

TEST(FirstErrorLine, HasNoSpacesAround) {
  EXPECT_EQ(FirstErrorLine({"", " no such thing \r\nmore\n"}), "no such thing");
  EXPECT_EQ(FirstErrorLine({"out", "one"}), "one");
  EXPECT_EQ(FirstErrorLine({"out", ""}), "");
}

}  // namespace
}  // namespace specgen
