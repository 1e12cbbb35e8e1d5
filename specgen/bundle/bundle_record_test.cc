#include "specgen/bundle/bundle_record.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "specgen/base/temp_directory.h"
#include "specgen/bundle/unique_fd.h"

namespace specgen {
namespace {

BundleRecord Example() {
  BundleRecord record;
  record.id = "plug";
  record.at = "/b \"\n";
  record.directories = {{"/run/x", 0711}, {"/run/x/plug", 0700}};
  record.shares_mount = true;
  record.mount_in_rootfs = "/a/vol";
  record.made = {{"/run/x", UINT64_MAX, 2, 3}, {"/run/x/plug", 4, 5, -1}};
  record.is_half = true;
  return record;
}

TEST(BundleRecordTest, IsReadAsItWasWritten) {
  const absl::StatusOr<BundleRecord> read =
      ParseBundleRecord(FormatBundleRecord(Example()));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, Example());
  BundleRecord least;
  least.id = "p";
  least.at = "/b";
  least.directories = {{"/p", 0700}};
  const absl::StatusOr<BundleRecord> again =
      ParseBundleRecord(FormatBundleRecord(least));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, least);
}

TEST(BundleRecordTest, RefusesWhatItDidNotWrite) {
  const std::string good = FormatBundleRecord(Example());
  const struct {
    std::string_view from;
    std::string_view to;
    std::string_view why;
  } kChanges[] = {
      {"{", "", "no JSON"},
      {"\"specgen\":1", "\"specgen\":2", "another release"},
      {"\"specgen\":1", "\"specgen\":\"1\"", "\"specgen\""},
      {"\"id\":\"plug\"", "\"id\":\"..\"", "\"id\""},
      {"\"id\":\"plug\"", "\"id\":\"a/plug\"", "\"id\""},
      {"\"id\":\"plug\"", "\"id\":\"other\"", "\"directories\""},
      {"\"at\":\"/", "\"at\":\"", "\"at\""},
      {"\"at\":\"/", "\"at\":\"/../", "\"at\""},
      {"\"/run/x/plug\",\"mode\"", "\"/run/../plug\",\"mode\"",
       "\"directories\""},
      {"\"mode\":448", "\"mode\":2496", "\"directories\""},
      {"\"mode\":448", "\"mode\":-1", "\"directories\""},
      {"\"sharesMount\":true", "\"sharesMount\":1", "\"sharesMount\""},
      {"\"/a/vol\"", "\"a\\u0000b\"", "\"mountInRootfs\""},
      {"\"specgen\":1", "\"other\":1", "\"specgen\""},
      {"\"id\":\"plug\"", "\"id\":1", "\"id\""},
      {"\"at\":\"/b", "\"other\":\"/b", "\"at\""},
      {"\"at\":\"/b \\\"\\n\"", "\"at\":\"/\"", "\"at\""},
      {"\"at\":\"/", "\"at\":\"/\\u0000", "\"at\""},
      {"\"directories\":[", "\"directories\":[],\"other\":[",
       "\"directories\""},
      {"\"directories\":[", "\"directories\":1,\"other\":[", "\"directories\""},
      {"{\"path\":\"/run/x\",\"mode\"", "{\"path\":1,\"mode\"",
       "\"directories\""},
      {"\"mode\":448", "\"mode\":\"448\"", "\"directories\""},
      {"\"mode\":448", "\"mode\":512", "\"directories\""},
      {"\"sharesMount\"", "\"other\"", "\"sharesMount\""},
      {"\"/a/vol\"", "null", "\"mountInRootfs\""},
      {"\"made\":[", "\"made\":{},\"other\":[", "\"made\""},
      {"\"path\":\"/run/x\",\"device\"", "\"other\":1,\"device\"", "\"made\""},
      {"\"device\":4", "\"device\":-4", "\"made\""},
      {"\"born\":3", "\"born\":null", "\"made\""},
      {"\"inode\":2", "\"inode\":2.5", "\"made\""},
      {"\"path\":\"/run/x\",\"device\"", "\"path\":\"/\",\"device\"",
       "\"made\""},
  };
  for (const auto& [from, to, why] : kChanges) {
    std::string text = good;
    const size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    const absl::Status status = ParseBundleRecord(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_TRUE(absl::StrContains(status.message(), why)) << status << text;
  }
}

TEST(BundleRecordTest, ContainerIds) {
  for (const std::string& id :
       {std::string("a"), std::string("a.b"), std::string("..a"),
        std::string("_+-."), std::string(1024, 'a')}) {
    EXPECT_TRUE(IsContainerId(id)) << id;
  }
  for (const std::string_view id :
       {std::string_view(), std::string_view("."), std::string_view(".."),
        std::string_view("a/b"), std::string_view("../a"),
        std::string_view("a b"), std::string_view("a\0", 2),
        std::string_view("-x"), std::string_view("--no-pivot")}) {
    EXPECT_FALSE(IsContainerId(id)) << id;
  }
  EXPECT_FALSE(IsContainerId(std::string(1025, 'a')));
}

class BundleRecordFileTest : public testing::Test {
 protected:
  absl::Status Read() { return ReadBundleRecord(bundle_.get(), "b").status(); }
  void ExpectRefused(std::string_view why) {
    const absl::Status status = Read();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), why)) << status;
  }

  TempDirectory temp_;
  const UniqueFd bundle_{open(temp_.path().c_str(), O_RDONLY | O_DIRECTORY)};
};

TEST_F(BundleRecordFileTest, IsReadIfNobodyElseCouldWriteIt) {
  ExpectRefused("b: is no bundle that this specgen made");
  ASSERT_TRUE(WriteBundleRecord(bundle_.get(), "b", Example()).ok());
  EXPECT_TRUE(Read().ok()) << Read();
  const std::string file = temp_ / "specgen.json";
  struct stat st;
  ASSERT_EQ(stat(file.c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0600u);
  for (const mode_t mode : {0620, 0602}) {
    ASSERT_EQ(chmod(file.c_str(), mode), 0);
    ExpectRefused("others than its owner and root may have written it");
  }
  ASSERT_EQ(remove(file.c_str()), 0);
  ASSERT_EQ(mkfifo(file.c_str(), 0600), 0);
  ExpectRefused("others than its owner and root may have written it");
  ASSERT_EQ(remove(file.c_str()), 0);
  temp_.Write("specgen.json", std::string((1 << 20) + 1, ' '));
  EXPECT_FALSE(Read().ok());
}

TEST_F(BundleRecordFileTest, IsWrittenAsAWholeOrNotAtAll) {
  // What a run left that was killed.
  temp_.Write(".specgen.json.new", "half a rec");
  ASSERT_TRUE(WriteBundleRecord(bundle_.get(), "b", Example()).ok());
  EXPECT_EQ(temp_.Read("specgen.json"), FormatBundleRecord(Example()));
  ASSERT_EQ(remove((temp_ / "specgen.json").c_str()), 0);
  // Where it cannot be.
  temp_.Write("specgen.json/file", "");
  EXPECT_FALSE(WriteBundleRecord(bundle_.get(), "b", Example()).ok());
  EXPECT_NE(access((temp_ / ".specgen.json.new").c_str(), F_OK), 0);
}

}  // namespace
}  // namespace specgen
