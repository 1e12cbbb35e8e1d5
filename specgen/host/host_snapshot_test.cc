#include "specgen/host/host_snapshot.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "specgen/host/file_tree.h"

namespace specgen {
namespace {

std::unique_ptr<HostSnapshot> MustParse(std::string_view json) {
  absl::StatusOr<std::unique_ptr<HostSnapshot>> host =
      HostSnapshot::Parse(json, "host.json");
  EXPECT_TRUE(host.ok()) << host.status();
  return host.ok() ? *std::move(host) : HostSnapshot::Empty();
}

TEST(HostSnapshotTest, OtherFacts) {
  const auto host = MustParse(R"({"entries": [], "possible_cpus": [3, 0, 1],
      "thermal_throttle_cpus": [3, 1], "user_namespace": true,
      "rootlesskit": true, "detached_network_namespace": true,
      "unified_cgroups": true, "architecture": "aarch64"})");
  EXPECT_EQ(host->facts.architecture(), "arm64");
  EXPECT_EQ(host->facts.possible_cpus(), (std::vector<uint32_t>{0, 1, 3}));
  EXPECT_EQ(host->facts.thermal_throttle_cpus(), (std::vector<uint32_t>{1, 3}));
  EXPECT_TRUE(host->facts.in_user_namespace());
  EXPECT_TRUE(host->facts.under_rootlesskit());
  EXPECT_TRUE(host->facts.detached_network_namespace());
  EXPECT_TRUE(host->facts.unified_cgroups());
}

TEST(HostSnapshotTest, EmptyHosts) {
  for (const auto& host :
       {HostSnapshot::Empty(), MustParse(R"({"entries": []})")}) {
    FileFacts facts;
    EXPECT_EQ(host->files.Lstat("/", &facts), 0);
    EXPECT_EQ(facts.mode, S_IFDIR | 0755u);
    EXPECT_EQ(host->files.Lstat("/x", &facts), ENOENT);
    std::vector<std::string> names = {"old"};
    EXPECT_EQ(host->files.ListDirectory("/", &names), 0);
    EXPECT_TRUE(names.empty());
    EXPECT_EQ(host->facts.architecture(), "");
    EXPECT_TRUE(host->facts.thermal_throttle_cpus().empty());
    EXPECT_FALSE(host->facts.in_user_namespace());
    EXPECT_FALSE(host->facts.under_rootlesskit());
    EXPECT_FALSE(host->facts.detached_network_namespace());
    EXPECT_FALSE(host->facts.unified_cgroups());
  }
}

TEST(HostSnapshotTest, TheRootMayBeListed) {
  const auto host = MustParse(R"({"entries": [
      {"path": "/", "type": "dir", "mode": "0555", "uid": 9}]})");
  FileFacts facts;
  EXPECT_EQ(host->files.Lstat("/", &facts), 0);
  EXPECT_EQ(facts.mode, S_IFDIR | 0555u);
  EXPECT_EQ(facts.uid, 9u);
}

TEST(HostSnapshotTest, BytesThatAreNotUtf8ComeInHexadecimal) {
  const auto host = MustParse(R"({"entries": [
      {"path_hex": "2f78ff", "type": "symlink", "target_hex": "fe"}],
      "mounts": [{"path_hex": "2fFD", "flags": ["ro"]}]})");
  std::string target;
  EXPECT_EQ(host->files.ReadLink("/x\xff", &target), 0);
  EXPECT_EQ(target, "\xfe");
  uint64_t flags = 0;
  EXPECT_EQ(host->files.MountFlags("/\xfd", &flags), 0);
  EXPECT_EQ(flags, kMountReadOnly);
}

TEST(HostSnapshotTest, EscapesInKeysAndStrings) {
  const auto host =
      MustParse(R"({"\u0065ntries": [{"path": "\/\u0061\n", "type": "dir"}]})");
  FileFacts facts;
  EXPECT_EQ(host->files.Lstat("/a\n", &facts), 0);
}

}  // namespace
}  // namespace specgen
