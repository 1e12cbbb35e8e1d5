#include "specgen/bundle/bundle_record.h"

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"

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
  for (const char* id : {"a", "a.b", "..a", "_+-."}) {
    EXPECT_TRUE(IsContainerId(id)) << id;
  }
  for (const std::string_view id :
       {std::string_view(), std::string_view("."), std::string_view(".."),
        std::string_view("a/b"), std::string_view("../a"),
        std::string_view("a b"), std::string_view("a\0", 2),
        std::string_view("-x"), std::string_view("--no-pivot")}) {
    EXPECT_FALSE(IsContainerId(id)) << id;
  }
}

}  // namespace
}  // namespace specgen
