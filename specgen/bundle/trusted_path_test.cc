#include "specgen/bundle/trusted_path.h"

#include <linux/posix_acl.h>
#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <tuple>

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

// An ACL as getxattr gives it.
std::string Acl(
    std::initializer_list<std::tuple<uint16_t, uint16_t, uint32_t>> entries) {
  std::string acl(4, '\2');
  const auto append = [&](uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) {
      acl.push_back(static_cast<char>(value >> 8 * i));
    }
  };
  for (const auto& [tag, rights, id] : entries) {
    append(tag, 2);
    append(rights, 2);
    append(id, 4);
  }
  return acl;
}

TEST(WhoElseMayExchangeTest, Table) {
  constexpr Caller kUser = {1000, 1000, 65534};
  constexpr Caller kInUsers = {1000, 100, 65534};
  constexpr Caller kRoot = {0, 0, static_cast<uid_t>(-1)};
  constexpr uint16_t kRead = 5;
  constexpr uint16_t kWrite = 7;
  const std::string kReaders = Acl({{ACL_USER_OBJ, kWrite, 0},
                                    {ACL_USER, kRead, 5},
                                    {ACL_GROUP_OBJ, kRead, 0},
                                    {ACL_GROUP, kRead, 5},
                                    {ACL_MASK, kWrite, 0},
                                    {ACL_OTHER, kRead, 0}});
  const std::string kOwnerUser = Acl({{ACL_USER, kWrite, 1000}});
  const std::string kUser5 = Acl({{ACL_USER, kRead, 0}, {ACL_USER, kWrite, 5}});
  const std::string kGroup5 = Acl({{ACL_GROUP, kWrite, 5}});
  const std::string kGroup0 = Acl({{ACL_GROUP, kWrite, 0}});
  const std::string kGroupObject = Acl({{ACL_GROUP_OBJ, kWrite, 0}});
  // Others than these three kinds name nobody.
  const std::string kOther =
      Acl({{ACL_MASK, kWrite, 5}, {ACL_OTHER, kWrite, 5}});
  const struct {
    Caller caller;
    DirectoryRights directory;
    std::string_view who;  // "" if nobody
  } kCases[] = {
      {kUser, {1000, 1000, 0755, ""}, ""},
      {kUser, {0, 0, 0755, ""}, ""},
      {kUser, {65534, 0, 0755, ""}, ""},
      {kUser, {1001, 0, 0755, ""}, "belongs to somebody else (user 1001)"},
      {kUser, {1001, 0, 01777, ""}, "belongs to somebody else (user 1001)"},
      {kRoot, {0, 0, 0755, ""}, ""},
      {kRoot, {65534, 0, 0755, ""}, "belongs to somebody else (user 65534)"},
      {kUser, {0, 0, 0777, ""}, "by everyone"},
      {kUser, {0, 0, 0757, ""}, "by everyone"},
      {kUser, {0, 0, 01777, ""}, ""},
      {kUser, {0, 5, 01775, ""}, ""},
      {kUser, {0, 5, 0755, ""}, ""},
      {kUser, {0, 5, 0775, ""}, "by the group 5"},
      {kUser, {0, 0, 0775, ""}, ""},
      // A group of one's own: of that number, and what files get.
      {kUser, {1000, 1000, 0775, ""}, ""},
      {kInUsers, {1000, 1000, 0775, ""}, "by the group 1000"},
      {kInUsers, {1000, 100, 0775, ""}, "by the group 100"},
      {kRoot, {0, 1000, 0775, ""}, "by the group 1000"},
      {kUser, {0, 5, 0775, kReaders}, ""},
      {kUser, {0, 5, 0775, kOwnerUser}, ""},
      {kUser, {0, 0, 0775, kUser5}, "by its ACL (user 5)"},
      {kUser, {0, 0, 0755, kUser5}, ""},
      {kUser, {0, 0, 0775, kGroup5}, "by the group 5"},
      {kUser, {0, 5, 0775, kGroup0}, ""},
      {kUser, {0, 5, 0775, kGroupObject}, "by the group 5"},
      {kUser, {0, 0, 0775, kGroupObject}, ""},
      {kUser, {0, 5, 0775, kOther}, ""},
      // What is cut off is not read.
      {kUser, {0, 0, 0775, std::string_view(kGroup5).substr(0, 11)}, ""},
  };
  for (size_t i = 0; i < std::size(kCases); ++i) {
    const auto& [caller, directory, who] = kCases[i];
    const std::string found = WhoElseMayExchange(directory, caller);
    EXPECT_EQ(found.empty(), who.empty()) << i << found;
    EXPECT_TRUE(absl::StrContains(found, who)) << i << found;
  }
}

TEST(IsOnlyOursTest, Table) {
  EXPECT_TRUE(IsOnlyOurs(0, 0755, 1000));
  EXPECT_TRUE(IsOnlyOurs(1000, 0600, 1000));
  EXPECT_FALSE(IsOnlyOurs(1001, 0600, 1000));
  EXPECT_FALSE(IsOnlyOurs(1000, 0600, 0));
  EXPECT_FALSE(IsOnlyOurs(0, 0720, 1000));
  EXPECT_FALSE(IsOnlyOurs(0, 0702, 1000));
}

TEST_F(TrustedPathTest, AsManyLinksAsTheKernelFollows) {
  for (int i = 0; i <= 40; ++i) {
    fs::create_directory_symlink(i == 0 ? "a" : absl::StrCat("l", i - 1),
                                 temp_ / absl::StrCat("l", i));
  }
  ExpectOpens("l39", "a");
  for (const Trust trust : {Trust::kChecked, Trust::kAnyone}) {
    EXPECT_FALSE(Open("l40", trust).ok());
  }
}

}  // namespace
}  // namespace specgen
