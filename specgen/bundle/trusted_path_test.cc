#include "specgen/bundle/trusted_path.h"

#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "specgen/base/temp_directory.h"
#include "specgen/bundle/unique_fd.h"

namespace specgen {
namespace {

namespace fs = std::filesystem;

class TrustedPathTest : public testing::Test {
 protected:
  TrustedPathTest() { fs::create_directories(temp_ / "a/b/c"); }

  // The inode of what is opened, or an error.
  absl::StatusOr<ino_t> Open(std::string_view path, Trust trust) {
    absl::StatusOr<UniqueFd> fd = OpenDirectory(temp_ / path, trust);
    if (!fd.ok()) return fd.status();
    struct stat st;
    EXPECT_EQ(fstat(fd->get(), &st), 0);
    return st.st_ino;
  }

  void ExpectOpens(std::string_view path, std::string_view what) {
    struct stat st;
    ASSERT_EQ(stat((temp_ / what).c_str(), &st), 0);
    for (const Trust trust : {Trust::kChecked, Trust::kAnyone}) {
      const absl::StatusOr<ino_t> inode = Open(path, trust);
      ASSERT_TRUE(inode.ok()) << inode.status();
      EXPECT_EQ(*inode, st.st_ino);
    }
  }

  void ExpectRefused(std::string_view path, std::string_view why) {
    const absl::Status status = Open(path, Trust::kChecked).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), why)) << status;
    EXPECT_TRUE(Open(path, Trust::kAnyone).ok());
  }

  TempDirectory temp_;
};

TEST_F(TrustedPathTest, OpensWhatThePathLeadsTo) {
  ExpectOpens("a/b/c", "a/b/c");
  fs::create_directory_symlink("b/c", temp_ / "a/relative");
  ExpectOpens("a/relative", "a/b/c");
  fs::create_directory_symlink(temp_ / "a/b", temp_ / "absolute");
  ExpectOpens("absolute/c", "a/b/c");
  fs::create_directory_symlink("../a/./b//c/..", temp_ / "a/up");
  ExpectOpens("a/up", "a/b");
  fs::create_directory_symlink("a/relative", temp_ / "twice");
  ExpectOpens("twice", "a/b/c");
}

TEST_F(TrustedPathTest, SaysWhatIsWrong) {
  EXPECT_EQ(Open("missing", Trust::kChecked).status().code(),
            absl::StatusCode::kNotFound);
  temp_.Write("file", "");
  EXPECT_FALSE(Open("file", Trust::kChecked).ok());
  EXPECT_FALSE(Open("file/x", Trust::kChecked).ok());
  fs::create_directory_symlink("loop", temp_ / "loop");
  EXPECT_FALSE(Open("loop", Trust::kChecked).ok());
}

TEST_F(TrustedPathTest, AnyDirectoryOnTheWayCounts) {
  for (const char* place : {"a", "a/b", "a/b/c"}) {
    const fs::perms before = fs::status(temp_ / place).permissions();
    fs::permissions(temp_ / place, fs::perms(0777));
    ExpectRefused("a/b/c", absl::StrCat("/", place, " may be written"));
    fs::permissions(temp_ / place, fs::perms(01777));
    ExpectOpens("a/b/c", "a/b/c");
    fs::permissions(temp_ / place, before);
  }
  // Also where a symbolic link leads through it.
  fs::create_directories(temp_ / "open/inner");
  fs::permissions(temp_ / "open", fs::perms(0777));
  fs::create_directory_symlink(temp_ / "open/inner", temp_ / "link");
  ExpectRefused("link", "/open may be written");
}

}  // namespace
}  // namespace specgen
