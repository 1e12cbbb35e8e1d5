#include "specgen/bundle/work_directory.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "specgen/base/temp_directory.h"
#include "specgen/bundle/unique_fd.h"

namespace specgen {
namespace {

namespace fs = std::filesystem;

class WorkDirectoryTest : public testing::Test {
 protected:
  WorkDirectoryTest()
      : parent_(open(temp_.path().c_str(), O_RDONLY | O_DIRECTORY)) {}

  std::unique_ptr<WorkDirectory> Make() {
    absl::StatusOr<std::unique_ptr<WorkDirectory>> work =
        WorkDirectory::Make(parent_.get(), "parent");
    EXPECT_TRUE(work.ok()) << work.status();
    return *std::move(work);
  }

  std::vector<std::string> Names() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(temp_.path())) {
      names.push_back(entry.path().filename());
    }
    return names;
  }

  // What a program leaves that is killed while it uses one.
  void LeaveOne() {
    const pid_t child = fork();
    if (child == 0) {
      const std::unique_ptr<WorkDirectory> work = Make();
      const bool made = work->MakeDirectory("closed", 0000).ok() &&
                        work->MakeDirectory("tree", 0700).ok();
      if (made) raise(SIGKILL);
      _exit(1);
    }
    int status;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
  }

  TempDirectory temp_;
  UniqueFd parent_;
};

TEST_F(WorkDirectoryTest, GoesWithAllThatIsInIt) {
  {
    const std::unique_ptr<WorkDirectory> work = Make();
    ASSERT_EQ(Names().size(), 1u);
    const fs::path path = fs::path(temp_.path()) / Names()[0];
    EXPECT_EQ(fs::status(path).permissions(), fs::perms(0700));
    absl::StatusOr<UniqueFd> inner = work->MakeDirectory("inner", 0751);
    ASSERT_TRUE(inner.ok());
    EXPECT_EQ(fs::status(path / "inner").permissions(), fs::perms(0751));
    EXPECT_FALSE(work->MakeDirectory("inner", 0700).ok());
  }
  EXPECT_TRUE(Names().empty());
}

TEST_F(WorkDirectoryTest, WhatAKilledProgramLeftGoesWithTheNext) {
  LeaveOne();
  LeaveOne();  // sweeps the first
  ASSERT_EQ(Names().size(), 1u);
  { const std::unique_ptr<WorkDirectory> work = Make(); }
  EXPECT_TRUE(Names().empty());
}

TEST_F(WorkDirectoryTest, WhatIsInUseStays) {
  const std::unique_ptr<WorkDirectory> first = Make();
  ASSERT_TRUE(first->MakeDirectory("inner", 0700).ok());
  const std::string name = Names()[0];
  { const std::unique_ptr<WorkDirectory> second = Make(); }
  EXPECT_TRUE(fs::exists(fs::path(temp_ / name) / "inner"));
}

TEST_F(WorkDirectoryTest, OthersOfSuchNamesStay) {
  temp_.Write(".specgen-work-0123456789abcdef", "a file");
  temp_.Write(".specgen-work-short/file", "x");
  temp_.Write(".specgen-work-0123456789abcdeg/file", "no digits");
  temp_.Write(".specgen-work-0123456789abcde0/file", "others may read it");
  temp_.Write("victim/file", "x");
  fs::create_directory_symlink("victim",
                               temp_ / ".specgen-work-0123456789abcde1");
  const size_t count = Names().size();
  { const std::unique_ptr<WorkDirectory> work = Make(); }
  EXPECT_EQ(Names().size(), count);
  EXPECT_EQ(temp_.Read("victim/file"), "x");
}

}  // namespace
}  // namespace specgen
