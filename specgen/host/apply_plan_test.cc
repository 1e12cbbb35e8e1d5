#include "specgen/host/apply_plan.h"

#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "specgen/base/temp_directory.h"
#include "specgen/host/plan.h"

namespace specgen {
namespace {

using std::string_literals::operator""s;

class ApplyPlanTest : public testing::Test {
 protected:
  // The permission bits of a directory; 0 if it is none.
  mode_t Mode(std::string_view name) const {
    struct stat st;
    if (lstat((dir_ / name).c_str(), &st) != 0) return 0;
    return S_ISDIR(st.st_mode) ? st.st_mode & 07777 : 0;
  }

  TempDirectory dir_;
};

TEST_F(ApplyPlanTest, NothingToDo) {
  const AppliedPlan applied = ApplyPlan({});
  EXPECT_TRUE(applied.status.ok());
  EXPECT_TRUE(applied.made.empty());
}

TEST_F(ApplyPlanTest, MakesDirectoriesWithDockerdsUmask) {
  const std::string a = dir_ / "a", b = dir_ / "a/b", c = dir_ / "c";
  for (const mode_t mask : {0077u, 0000u}) {
    const mode_t old = umask(mask);
    const AppliedPlan applied = ApplyPlan({{a, 0700}, {b, 0755}, {c, 0777}});
    EXPECT_EQ(umask(old), mask);  // left as it was
    EXPECT_TRUE(applied.status.ok()) << applied.status;
    EXPECT_EQ(applied.made, (std::vector<std::string_view>{a, b, c}));
    EXPECT_EQ(Mode("a"), 0700u);
    EXPECT_EQ(Mode("a/b"), 0755u);
    EXPECT_EQ(Mode("c"), 0755u);
    std::filesystem::remove_all(a);
    std::filesystem::remove_all(c);
  }
}

TEST_F(ApplyPlanTest, LeavesWhatIsThere) {
  const std::string there = dir_ / "there", link = dir_ / "link",
                    below = dir_ / "link/x";
  ASSERT_EQ(mkdir(there.c_str(), 0711), 0);
  std::filesystem::create_symlink("there", link);
  const AppliedPlan applied =
      ApplyPlan({{there, 0700}, {link, 0700}, {below, 0700}});
  EXPECT_TRUE(applied.status.ok()) << applied.status;
  EXPECT_EQ(applied.made, std::vector<std::string_view>{below});
  EXPECT_EQ(Mode("there"), 0711u);
  EXPECT_EQ(Mode("there/x"), 0700u);
}

TEST_F(ApplyPlanTest, StopsAtTheFirstFailure) {
  dir_.Write("file", "");
  const std::string a = dir_ / "a", file = dir_ / "file", b = dir_ / "b";
  const AppliedPlan applied = ApplyPlan({{a, 0700}, {file, 0700}, {b, 0700}});
  EXPECT_EQ(applied.status.message(),
            absl::StrCat("mkdir ", file, ": file exists"));
  EXPECT_EQ(applied.status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(applied.made, std::vector<std::string_view>{a});
  EXPECT_EQ(Mode("a"), 0700u);
  EXPECT_EQ(Mode("b"), 0u);
}

TEST_F(ApplyPlanTest, TakesBackWhatItMade) {
  const std::string there = dir_ / "there", a = dir_ / "there/a",
                    b = dir_ / "there/a/b", c = dir_ / "there/a/c";
  ASSERT_EQ(mkdir(there.c_str(), 0755), 0);
  const auto plan = std::vector<PlannedFolder>{
      {there, 0755}, {a, 0755}, {b, 0755}, {c, 0755}};
  TakeBack(ApplyPlan(plan));
  EXPECT_EQ(Mode("there"), 0755u);
  EXPECT_EQ(Mode("there/a"), 0u);
  const AppliedPlan applied = ApplyPlan(plan);
  dir_.Write("there/a/b/file", "");
  TakeBack(applied);
  EXPECT_EQ(Mode("there/a/b"), 0755u);
  EXPECT_EQ(Mode("there/a/c"), 0u);
}

TEST_F(ApplyPlanTest, NamesTheFailure) {
  dir_.Write("file", "");
  std::filesystem::create_symlink("nowhere", dir_ / "dangling");
  const auto error_of = [](const std::string& path) {
    const AppliedPlan applied = ApplyPlan({{path, 0700}});
    EXPECT_TRUE(applied.made.empty());
    return std::string(applied.status.message());
  };
  for (const auto& [name, text] :
       {std::pair{"file/x"s, "not a directory"},
        {"none/x"s, "no such file or directory"},
        {"dangling"s, "file exists"},
        {std::string(256, 'n'), "file name too long"},
        {"a\0b"s, "invalid argument"}}) {
    EXPECT_EQ(error_of(dir_ / name),
              absl::StrCat("mkdir ", dir_ / name, ": ", text));
  }
  EXPECT_EQ(error_of(""), "mkdir : no such file or directory");
  // What stands before a NUL byte may be there.
  EXPECT_EQ(error_of(dir_.path() + "\0b"s),
            absl::StrCat("mkdir ", dir_.path(), "\0b: invalid argument"s));
}

}  // namespace
}  // namespace specgen
