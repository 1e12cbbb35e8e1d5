#include "specgen/bundle/work_directory.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>
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
        WorkDirectory::Make(parent_.get(), "parent", Trust::kChecked);
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
  temp_.Write(".specgen-work-0123456789abcdef0/file", "a digit more");
  fs::permissions(temp_ / ".specgen-work-0123456789abcdef0", fs::perms(0700));
  temp_.Write("victim/file", "x");
  fs::create_directory_symlink("victim",
                               temp_ / ".specgen-work-0123456789abcde1");
  const size_t count = Names().size();
  { const std::unique_ptr<WorkDirectory> work = Make(); }
  EXPECT_EQ(Names().size(), count);
  EXPECT_EQ(temp_.Read("victim/file"), "x");
}

TEST_F(WorkDirectoryTest, NothingGoesThatOthersMayHaveGivenTheName) {
  LeaveOne();
  absl::StatusOr<std::unique_ptr<WorkDirectory>> work =
      WorkDirectory::Make(parent_.get(), "parent", Trust::kAnyone);
  ASSERT_TRUE(work.ok()) << work.status();
  EXPECT_EQ(Names().size(), 2u);
  ASSERT_TRUE((*work)->Remove().ok());
  EXPECT_EQ(Names().size(), 1u);
}

TEST_F(WorkDirectoryTest, TakesInWhatIsMeantOnly) {
  const std::unique_ptr<WorkDirectory> work = Make();
  const auto take_in = [&](const UniqueFd& directory) {
    return work->TakeIn(parent_.get(), "b", directory.get(), "taken", "/b");
  };
  temp_.Write("b/file", "");
  UniqueFd b(open((temp_ / "b").c_str(), O_RDONLY | O_DIRECTORY));
  fs::rename(temp_ / "b", temp_ / "c");
  EXPECT_TRUE(absl::IsNotFound(take_in(b)));
  temp_.Write("b/other", "");
  EXPECT_EQ(take_in(b).message(),
            "/b: was exchanged for another one meanwhile, which is left there");
  EXPECT_TRUE(fs::exists(temp_ / "b/other"));
  fs::remove_all(temp_ / "b");
  fs::rename(temp_ / "c", temp_ / "b");
  EXPECT_TRUE(take_in(b).ok());
  EXPECT_FALSE(fs::exists(temp_ / "b"));
  ASSERT_TRUE(work->Remove().ok());
  EXPECT_TRUE(Names().empty());
}

TEST_F(WorkDirectoryTest, RemovesMoreNamesThanAreReadAtOnce) {
  const std::unique_ptr<WorkDirectory> work = Make();
  // More than a MiB of them, in two levels.
  for (int i = 0; i < 5000; ++i) {
    const std::string name = std::string(200, 'n') + std::to_string(i);
    for (const char* directory : {"", "d/"}) {
      ASSERT_TRUE(fs::create_directories(
          temp_ / (Names().front() + "/" + directory + name)));
    }
  }
  EXPECT_TRUE(work->Remove().ok());
  EXPECT_TRUE(Names().empty());
}

TEST(IsWorkDirectoryTest, Table) {
  constexpr dev_t kDevice = 7;
  constexpr uid_t kUser = 1000;
  const struct {
    uid_t owner;
    mode_t mode;
    dev_t device;
    nlink_t links;  // 0: it has been removed
    bool is_one;
  } kCases[] = {
      {kUser, S_IFDIR | 0700, kDevice, 2, true},
      {kUser, S_IFDIR | 01700, kDevice, 1, true},
      {0, S_IFDIR | 0700, kDevice, 2, false},
      {kUser, S_IFDIR | 0710, kDevice, 2, false},
      {kUser, S_IFDIR | 0704, kDevice, 2, false},
      {kUser, S_IFDIR | 0500, kDevice, 2, false},
      {kUser, S_IFDIR | 0700, kDevice + 1, 2, false},
      {kUser, S_IFDIR | 0700, kDevice, 0, false},
  };
  for (const auto& [owner, mode, device, links, is_one] : kCases) {
    struct stat st = {};
    st.st_uid = owner;
    st.st_mode = mode;
    st.st_dev = device;
    st.st_nlink = links;
    EXPECT_EQ(IsWorkDirectory(st, kUser, kDevice), is_one)
        << owner << " " << mode << " " << device << " " << links;
  }
}

// A limit of a process of its own.
TEST_F(WorkDirectoryTest, NothingStaysWhereNoFileCanBeOpened) {
  const pid_t child = fork();
  if (child == 0) {
    // One is left, for the descriptor of the parent.
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    const int last = dup(parent_.get());
    limit.rlim_cur = static_cast<rlim_t>(last) + 1;
    setrlimit(RLIMIT_NOFILE, &limit);
    while (dup(parent_.get()) >= 0) {
    }
    close(last);
    const absl::Status status =
        WorkDirectory::Make(parent_.get(), "parent", Trust::kChecked).status();
    _exit(absl::IsAborted(status) ? 0 : 1);
  }
  int status;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_TRUE(Names().empty());
}

}  // namespace
}  // namespace specgen
