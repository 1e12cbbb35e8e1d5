#include "specgen/host/snapshot_lookup.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "specgen/host/file_tree.h"
#include "specgen/host/host_snapshot.h"

namespace specgen {
namespace {

using std::string_literals::operator""s;

std::unique_ptr<HostSnapshot> MustParse(std::string_view json) {
  absl::StatusOr<std::unique_ptr<HostSnapshot>> host =
      HostSnapshot::Parse(json, "host.json");
  EXPECT_TRUE(host.ok()) << host.status();
  return host.ok() ? *std::move(host) : HostSnapshot::Empty();
}

constexpr std::string_view kTree = R"({"entries": [
{"path": "/dev/null", "type": "char", "mode": "0666", "uid": 1, "gid": 2, "major": 1, "minor": 3},
{"path": "/dev/sda", "type": "block", "mode": "60660", "uid": 0, "gid": 6, "major": 8, "minor": 1048575},
{"path": "/dev/pipe", "type": "fifo", "mode": "0644", "uid": 0, "gid": 0},
{"path": "/dev/sock", "type": "socket"},
{"path": "/d", "type": "dir", "mode": "1777", "uid": 4294967295, "gid": 7},
{"path": "/d/f", "type": "file"},
{"path": "/d/sub/x", "type": "file", "mode": "4755"},
{"path": "/d/to_f", "type": "symlink", "target": "f"},
{"path": "/d/to_sub", "type": "symlink", "target": "sub/"},
{"path": "/d/to_f_slash", "type": "symlink", "target": "f/"},
{"path": "/d/abs", "type": "symlink", "target": "/d/to_sub"},
{"path": "/d/up", "type": "symlink", "target": "../../.."},
{"path": "/d/dangling", "type": "symlink", "target": "none"},
{"path": "/d/loop", "type": "symlink", "target": "pool"},
{"path": "/d/pool", "type": "symlink", "target": "/d/loop"}
]})";

class LookupTest : public testing::Test {
 protected:
  LookupTest() {
    std::string json(kTree);
    json.replace(json.find("60660"), 5, "0660");
    host_ = MustParse(json);
  }

  // The type and permissions, or the errno as a negative number.
  int64_t Lstat(std::string_view path) {
    FileFacts facts;
    const int error = host_->files.Lstat(path, &facts);
    return error == 0 ? facts.mode : -int64_t{error};
  }
  int64_t Stat(std::string_view path) {
    FileFacts facts;
    const int error = host_->files.Stat(path, &facts);
    return error == 0 ? facts.mode : -int64_t{error};
  }

  std::unique_ptr<HostSnapshot> host_;
};

constexpr int64_t kDir = S_IFDIR | 0755;
constexpr int64_t kFile = S_IFREG | 0644;
constexpr int64_t kLink = S_IFLNK | 0777;

TEST_F(LookupTest, GivesAllFacts) {
  FileFacts facts;
  ASSERT_EQ(host_->files.Lstat("/dev/null", &facts), 0);
  EXPECT_EQ(facts.mode, S_IFCHR | 0666u);
  EXPECT_EQ(facts.uid, 1u);
  EXPECT_EQ(facts.gid, 2u);
  EXPECT_EQ(facts.major, 1u);
  EXPECT_EQ(facts.minor, 3u);
  ASSERT_EQ(host_->files.Stat("/dev/sda", &facts), 0);
  EXPECT_EQ(facts.mode, S_IFBLK | 0660u);
  EXPECT_EQ(facts.major, 8u);
  EXPECT_EQ(facts.minor, 1048575u);
  ASSERT_EQ(host_->files.Stat("/d", &facts), 0);
  EXPECT_EQ(facts.mode, S_IFDIR | 01777u);
  EXPECT_EQ(facts.uid, 4294967295u);
  EXPECT_EQ(facts.gid, 7u);
  EXPECT_EQ(facts.major, 0u);
}

TEST_F(LookupTest, DefaultsAndImplicitDirectories) {
  EXPECT_EQ(Lstat("/"), kDir);
  EXPECT_EQ(Lstat("/dev"), kDir);
  EXPECT_EQ(Lstat("/d/sub"), kDir);
  EXPECT_EQ(Lstat("/d/f"), kFile);
  EXPECT_EQ(Lstat("/d/to_f"), kLink);
  EXPECT_EQ(Lstat("/dev/pipe"), S_IFIFO | 0644);
  EXPECT_EQ(Lstat("/dev/sock"), S_IFSOCK | 0644);
  EXPECT_EQ(Lstat("/d/sub/x"), S_IFREG | 04755);
}

TEST_F(LookupTest, Links) {
  EXPECT_EQ(Stat("/d/to_f"), kFile);
  EXPECT_EQ(Stat("/d/to_sub"), kDir);
  EXPECT_EQ(Lstat("/d/to_sub/x"), S_IFREG | 04755);
  EXPECT_EQ(Lstat("/d/abs"), kLink);
  EXPECT_EQ(Lstat("/d/abs/x"), S_IFREG | 04755);
  EXPECT_EQ(Stat("/d/abs"), kDir);
  EXPECT_EQ(Stat("/d/up/d/up/d/to_f"), kFile);
  EXPECT_EQ(Lstat("/d/dangling"), kLink);
  EXPECT_EQ(Stat("/d/dangling"), -ENOENT);
  EXPECT_EQ(Lstat("/d/dangling/x"), -ENOENT);
  EXPECT_EQ(Lstat("/d/loop"), kLink);
  EXPECT_EQ(Stat("/d/loop"), -ELOOP);
  EXPECT_EQ(Lstat("/d/loop/x"), -ELOOP);
  EXPECT_EQ(Lstat("/d/to_f_slash"), kLink);
  EXPECT_EQ(Stat("/d/to_f_slash"), -ENOTDIR);
}

TEST_F(LookupTest, SlashesAtTheEnd) {
  EXPECT_EQ(Lstat("/d/"), S_IFDIR | 01777);
  EXPECT_EQ(Lstat("/d//"), S_IFDIR | 01777);
  EXPECT_EQ(Lstat("/d/f/"), -ENOTDIR);
  EXPECT_EQ(Lstat("/d/to_sub/"), kDir);
  EXPECT_EQ(Lstat("/d/to_f/"), -ENOTDIR);
  EXPECT_EQ(Stat("/d/to_f/"), -ENOTDIR);
  EXPECT_EQ(Lstat("/d/dangling/"), -ENOENT);
  EXPECT_EQ(Lstat("/d/none/"), -ENOENT);
  EXPECT_EQ(Lstat("/d/loop/"), -ELOOP);
  EXPECT_EQ(Lstat("//"), kDir);
}

TEST_F(LookupTest, Dots) {
  EXPECT_EQ(Lstat("/."), kDir);
  EXPECT_EQ(Lstat("/.."), kDir);
  EXPECT_EQ(Lstat("/../../d/./sub/.././f"), kFile);
  EXPECT_EQ(Lstat("/d/f/."), -ENOTDIR);
  EXPECT_EQ(Lstat("/d/f/.."), -ENOTDIR);
  EXPECT_EQ(Lstat("/d/none/.."), -ENOENT);
  // ".." leaves the directory that the link leads to.
  EXPECT_EQ(Lstat("/d/abs/../f"), kFile);
  EXPECT_EQ(Lstat("/d/..."), -ENOENT);
}

TEST_F(LookupTest, WrongPaths) {
  EXPECT_EQ(Lstat(""), -ENOENT);
  EXPECT_EQ(Lstat("\0"s), -EINVAL);
  EXPECT_EQ(Lstat("/d\0"s), -EINVAL);
  EXPECT_EQ(Lstat("/" + std::string(5000, 'x') + "\0"s), -EINVAL);
  EXPECT_EQ(Lstat("/d/f/x"), -ENOTDIR);
  EXPECT_EQ(Lstat("/dev/null/x"), -ENOTDIR);
  EXPECT_EQ(Lstat("/none/x"), -ENOENT);
  EXPECT_EQ(Lstat("/d/F"), -ENOENT);
}

TEST_F(LookupTest, LongPaths) {
  const std::string name(255, 'n');
  EXPECT_EQ(Lstat("/d/" + name), -ENOENT);
  EXPECT_EQ(Lstat("/d/" + name + "n"), -ENAMETOOLONG);
  // The kernel sees a long name only once it gets there.
  EXPECT_EQ(Lstat("/d/f/" + name + "n"), -ENOTDIR);
  EXPECT_EQ(Lstat("/none/" + name + "n"), -ENOENT);
  EXPECT_EQ(Lstat("/d/" + name + "n/.."), -ENAMETOOLONG);
  EXPECT_EQ(Lstat(std::string(4095, '/')), kDir);
  EXPECT_EQ(Lstat(std::string(4096, '/')), -ENAMETOOLONG);
}

TEST_F(LookupTest, RelativePathsNeedAWorkingDirectory) {
  for (const std::string_view path : {".", "..", "d", "./d", "d/f"}) {
    EXPECT_EQ(Lstat(path), -ENOENT) << path;
  }
  std::string directory;
  EXPECT_EQ(host_->files.WorkingDirectory(&directory), ENODATA);
  host_ = MustParse(R"({"cwd": "/w/here", "entries": [
      {"path": "/w/x", "type": "file"}, {"path": "/w/here/l",
       "type": "symlink", "target": "../x"}]})");
  EXPECT_EQ(Lstat("."), kDir);
  EXPECT_EQ(Lstat("../x"), kFile);
  EXPECT_EQ(Stat("l"), kFile);
  EXPECT_EQ(Lstat("../../w/here/../x"), kFile);
  EXPECT_EQ(Lstat("w"), -ENOENT);
  EXPECT_EQ(Lstat("/w/here"), kDir);
}

TEST_F(LookupTest, ReadLink) {
  std::string target = "old";
  EXPECT_EQ(host_->files.ReadLink("/d/abs", &target), 0);
  EXPECT_EQ(target, "/d/to_sub");
  EXPECT_EQ(host_->files.ReadLink("/d/up/d/dangling", &target), 0);
  EXPECT_EQ(target, "none");
  EXPECT_EQ(host_->files.ReadLink("/d/abs/", &target), EINVAL);
  EXPECT_EQ(host_->files.ReadLink("/d/f", &target), EINVAL);
  EXPECT_EQ(host_->files.ReadLink("/", &target), EINVAL);
  EXPECT_EQ(host_->files.ReadLink("/none", &target), ENOENT);
  EXPECT_EQ(target, "none");
}

TEST_F(LookupTest, ListDirectory) {
  std::vector<std::string> names = {"old"};
  EXPECT_EQ(host_->files.ListDirectory("/", &names), 0);
  EXPECT_EQ(names, (std::vector<std::string>{"d", "dev"}));
  EXPECT_EQ(host_->files.ListDirectory("/dev", &names), 0);
  EXPECT_EQ(names, (std::vector<std::string>{"null", "pipe", "sda", "sock"}));
  EXPECT_EQ(host_->files.ListDirectory("/d/abs", &names), 0);
  EXPECT_EQ(names, (std::vector<std::string>{"x"}));
  EXPECT_EQ(host_->files.ListDirectory("/d/f", &names), ENOTDIR);
  EXPECT_EQ(host_->files.ListDirectory("/none", &names), ENOENT);
}

TEST(SnapshotLookupTest, NamesSortByBytes) {
  const auto host = MustParse(R"({"entries": [
      {"path": "/a-", "type": "dir"}, {"path": "/a/b", "type": "dir"},
      {"path": "/\u00e9", "type": "dir"}, {"path": "/a.", "type": "dir"},
      {"path": "/B", "type": "dir"}]})");
  std::vector<std::string> names;
  EXPECT_EQ(host->files.ListDirectory("/", &names), 0);
  EXPECT_EQ(names, (std::vector<std::string>{"B", "a", "a-", "a.", "\u00e9"}));
}

TEST(SnapshotLookupTest, FollowsUpToFortyLinks) {
  std::string json = R"({"entries": [{"path": "/l0", "type": "file"})";
  for (int i = 1; i <= 41; ++i) {
    absl::StrAppend(&json, R"(,{"path": "/l)", i,
                    R"(", "type": "symlink", "target": "l)", i - 1, "\"}");
  }
  const auto host = MustParse(json + "]}");
  FileFacts facts;
  EXPECT_EQ(host->files.Stat("/l40", &facts), 0);
  EXPECT_EQ(host->files.Stat("/l41", &facts), ELOOP);
  EXPECT_EQ(host->files.Lstat("/l41", &facts), 0);
  std::string target;
  EXPECT_EQ(host->files.ReadLink("/l41", &target), 0);
}

TEST(SnapshotLookupTest, GrowingLinksEnd) {
  std::string target = "x";
  while (target.size() < 4090) target += "/x";
  const auto host = MustParse(absl::StrCat(
      R"({"entries": [{"path": "/x", "type": "symlink", "target": ")", target,
      "\"}]}"));
  FileFacts facts;
  EXPECT_EQ(host->files.Stat("/x", &facts), ELOOP);
}

TEST(SnapshotLookupTest, DeepTreesNeedNoStack) {
  std::string path;
  while (path.size() < 4094) path += "/d";
  const auto host = MustParse(absl::StrCat(R"({"entries": [{"path": ")", path,
                                           R"(", "type": "file"}]})"));
  FileFacts facts;
  EXPECT_EQ(host->files.Lstat(path, &facts), 0);
  EXPECT_TRUE(S_ISREG(facts.mode));
  EXPECT_EQ(host->files.Lstat(path.substr(0, 2000), &facts), 0);
  EXPECT_TRUE(S_ISDIR(facts.mode));
}

TEST(SnapshotLookupTest, MountFlags) {
  const auto host = MustParse(R"({"entries": [
      {"path": "/x/y/f", "type": "file"},
      {"path": "/xy", "type": "dir"},
      {"path": "/into", "type": "symlink", "target": "x/y"}],
      "mounts": [
      {"path": "/x/y", "flags": []},
      {"path": "/x", "flags": ["ro", "nosuid", "nodev", "noexec", "noatime",
                               "nodiratime", "relatime"]},
      {"path": "/x/y/f", "flags": ["noexec"]},
      {"path": "/bare"}]})");
  const auto flags = [&](std::string_view path) -> int64_t {
    uint64_t answer = 0;
    const int error = host->files.MountFlags(path, &answer);
    return error == 0 ? static_cast<int64_t>(answer) : -error;
  };
  EXPECT_EQ(flags("/"), 0);
  EXPECT_EQ(flags("/xy"), 0);
  EXPECT_EQ(flags("/x"), 1 + 2 + 4 + 8 + 1024 + 2048 + 4096);
  EXPECT_EQ(flags("/x/y"), 0);
  EXPECT_EQ(flags("/x/y/f"), 8);
  EXPECT_EQ(flags("/into"), 0);
  EXPECT_EQ(flags("/into/f"), 8);
  EXPECT_EQ(flags("/into/.."), flags("/x"));
  EXPECT_EQ(flags("/bare"), 0);
  EXPECT_EQ(flags("/x/none"), -ENOENT);
}

TEST(SnapshotLookupTest, ARootMountHoldsAll) {
  const auto host = MustParse(R"({"entries": [{"path": "/a/b", "type":"dir"}],
      "mounts": [{"path": "/", "flags": ["nodev"]}]})");
  uint64_t flags = 0;
  EXPECT_EQ(host->files.MountFlags("/a/b", &flags), 0);
  EXPECT_EQ(flags, kMountNoDev);
}

}  // namespace
}  // namespace specgen
