#include "specgen/base/errno_text.h"

#include <cerrno>

#include "gtest/gtest.h"

namespace specgen {
namespace {

TEST(GoErrnoTextTest, GivesGoTexts) {
  EXPECT_EQ(GoErrnoText(EPERM), "operation not permitted");
  EXPECT_EQ(GoErrnoText(ENOENT), "no such file or directory");
  EXPECT_EQ(GoErrnoText(EACCES), "permission denied");
  EXPECT_EQ(GoErrnoText(EEXIST), "file exists");
  EXPECT_EQ(GoErrnoText(ENOTDIR), "not a directory");
  EXPECT_EQ(GoErrnoText(EISDIR), "is a directory");
  EXPECT_EQ(GoErrnoText(EINVAL), "invalid argument");
  EXPECT_EQ(GoErrnoText(ENOSPC), "no space left on device");
  EXPECT_EQ(GoErrnoText(EROFS), "read-only file system");
  EXPECT_EQ(GoErrnoText(EMLINK), "too many links");
  EXPECT_EQ(GoErrnoText(ENAMETOOLONG), "file name too long");
  EXPECT_EQ(GoErrnoText(ELOOP), "too many levels of symbolic links");
  EXPECT_EQ(GoErrnoText(EDQUOT), "disk quota exceeded");
  EXPECT_EQ(GoErrnoText(EHWPOISON), "errno 133");
  EXPECT_EQ(GoErrnoText(ERFKILL), "operation not possible due to RF-kill");
}

TEST(GoErrnoTextTest, NumbersWithoutTextSayTheNumber) {
  EXPECT_EQ(GoErrnoText(0), "errno 0");
  EXPECT_EQ(GoErrnoText(41), "errno 41");
  EXPECT_EQ(GoErrnoText(58), "errno 58");
  EXPECT_EQ(GoErrnoText(134), "errno 134");
  EXPECT_EQ(GoErrnoText(1 << 30), "errno 1073741824");
  EXPECT_EQ(GoErrnoText(-2), "errno -2");
}

}  // namespace
}  // namespace specgen
