#include "specgen/host/host_snapshot.h"

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
#include "specgen/host/host.h"

namespace specgen {
namespace {

using std::string_literals::operator""s;

std::unique_ptr<HostSnapshot> MustParse(std::string_view json) {
  absl::StatusOr<std::unique_ptr<HostSnapshot>> host =
      HostSnapshot::Parse(json, "host.json");
  EXPECT_TRUE(host.ok()) << host.status();
  return host.ok() ? *std::move(host) : HostSnapshot::Empty();
}

// The message for a file that must not be accepted.
std::string ErrorOf(std::string_view json) {
  const absl::StatusOr<std::unique_ptr<HostSnapshot>> host =
      HostSnapshot::Parse(json, "h.json");
  EXPECT_FALSE(host.ok()) << json;
  return std::string(host.status().message());
}

// The message for an entry that starts at 1:14.
std::string EntryError(std::string_view entry) {
  return ErrorOf(absl::StrCat(R"({"entries": [)", entry, "]}"));
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
    const int error = host_->Lstat(path, &facts);
    return error == 0 ? facts.mode : -int64_t{error};
  }
  int64_t Stat(std::string_view path) {
    FileFacts facts;
    const int error = host_->Stat(path, &facts);
    return error == 0 ? facts.mode : -int64_t{error};
  }

  std::unique_ptr<HostSnapshot> host_;
};

constexpr int64_t kDir = S_IFDIR | 0755;
constexpr int64_t kFile = S_IFREG | 0644;
constexpr int64_t kLink = S_IFLNK | 0777;

TEST_F(LookupTest, GivesAllFacts) {
  FileFacts facts;
  ASSERT_EQ(host_->Lstat("/dev/null", &facts), 0);
  EXPECT_EQ(facts.mode, S_IFCHR | 0666u);
  EXPECT_EQ(facts.uid, 1u);
  EXPECT_EQ(facts.gid, 2u);
  EXPECT_EQ(facts.major, 1u);
  EXPECT_EQ(facts.minor, 3u);
  ASSERT_EQ(host_->Stat("/dev/sda", &facts), 0);
  EXPECT_EQ(facts.mode, S_IFBLK | 0660u);
  EXPECT_EQ(facts.major, 8u);
  EXPECT_EQ(facts.minor, 1048575u);
  ASSERT_EQ(host_->Stat("/d", &facts), 0);
  EXPECT_EQ(facts.mode, S_IFDIR | 01777u);
  EXPECT_EQ(facts.uid, 4294967295u);
  EXPECT_EQ(facts.gid, 7u);
  EXPECT_EQ(facts.major, 0u);
}

TEST_F(LookupTest, DefaultsAndImplicitFolders) {
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
  // ".." leaves the folder that the link leads to.
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

TEST_F(LookupTest, RelativePathsNeedAWorkingFolder) {
  for (const std::string_view path : {".", "..", "d", "./d", "d/f"}) {
    EXPECT_EQ(Lstat(path), -ENOENT) << path;
  }
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
  EXPECT_EQ(host_->ReadLink("/d/abs", &target), 0);
  EXPECT_EQ(target, "/d/to_sub");
  EXPECT_EQ(host_->ReadLink("/d/up/d/dangling", &target), 0);
  EXPECT_EQ(target, "none");
  EXPECT_EQ(host_->ReadLink("/d/abs/", &target), EINVAL);
  EXPECT_EQ(host_->ReadLink("/d/f", &target), EINVAL);
  EXPECT_EQ(host_->ReadLink("/", &target), EINVAL);
  EXPECT_EQ(host_->ReadLink("/none", &target), ENOENT);
  EXPECT_EQ(target, "none");
}

TEST_F(LookupTest, ListDirectory) {
  std::vector<std::string> names = {"old"};
  EXPECT_EQ(host_->ListDirectory("/", &names), 0);
  EXPECT_EQ(names, (std::vector<std::string>{"d", "dev"}));
  EXPECT_EQ(host_->ListDirectory("/dev", &names), 0);
  EXPECT_EQ(names, (std::vector<std::string>{"null", "pipe", "sda", "sock"}));
  EXPECT_EQ(host_->ListDirectory("/d/abs", &names), 0);
  EXPECT_EQ(names, (std::vector<std::string>{"x"}));
  EXPECT_EQ(host_->ListDirectory("/d/f", &names), ENOTDIR);
  EXPECT_EQ(host_->ListDirectory("/none", &names), ENOENT);
}

TEST(HostSnapshotTest, NamesSortByBytes) {
  const auto host = MustParse(R"({"entries": [
      {"path": "/a-", "type": "dir"}, {"path": "/a/b", "type": "dir"},
      {"path": "/\u00e9", "type": "dir"}, {"path": "/a.", "type": "dir"},
      {"path": "/B", "type": "dir"}]})");
  std::vector<std::string> names;
  EXPECT_EQ(host->ListDirectory("/", &names), 0);
  EXPECT_EQ(names, (std::vector<std::string>{"B", "a", "a-", "a.", "\u00e9"}));
}

TEST(HostSnapshotTest, FollowsUpToFortyLinks) {
  std::string json = R"({"entries": [{"path": "/l0", "type": "file"})";
  for (int i = 1; i <= 41; ++i) {
    absl::StrAppend(&json, R"(,{"path": "/l)", i,
                    R"(", "type": "symlink", "target": "l)", i - 1, "\"}");
  }
  const auto host = MustParse(json + "]}");
  FileFacts facts;
  EXPECT_EQ(host->Stat("/l40", &facts), 0);
  EXPECT_EQ(host->Stat("/l41", &facts), ELOOP);
  EXPECT_EQ(host->Lstat("/l41", &facts), 0);
  std::string target;
  EXPECT_EQ(host->ReadLink("/l41", &target), 0);
}

TEST(HostSnapshotTest, GrowingLinksEnd) {
  std::string target = "x";
  while (target.size() < 4090) target += "/x";
  const auto host = MustParse(absl::StrCat(
      R"({"entries": [{"path": "/x", "type": "symlink", "target": ")", target,
      "\"}]}"));
  FileFacts facts;
  EXPECT_EQ(host->Stat("/x", &facts), ELOOP);
}

TEST(HostSnapshotTest, DeepTreesNeedNoStack) {
  std::string path;
  while (path.size() < 4094) path += "/d";
  const auto host = MustParse(absl::StrCat(R"({"entries": [{"path": ")", path,
                                           R"(", "type": "file"}]})"));
  FileFacts facts;
  EXPECT_EQ(host->Lstat(path, &facts), 0);
  EXPECT_TRUE(S_ISREG(facts.mode));
  EXPECT_EQ(host->Lstat(path.substr(0, 2000), &facts), 0);
  EXPECT_TRUE(S_ISDIR(facts.mode));
}

TEST(HostSnapshotTest, MountFlags) {
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
    const int error = host->MountFlags(path, &answer);
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

TEST(HostSnapshotTest, ARootMountHoldsAll) {
  const auto host = MustParse(R"({"entries": [{"path": "/a/b", "type":"dir"}],
      "mounts": [{"path": "/", "flags": ["nodev"]}]})");
  uint64_t flags = 0;
  EXPECT_EQ(host->MountFlags("/a/b", &flags), 0);
  EXPECT_EQ(flags, kMountNoDev);
}

TEST(HostSnapshotTest, OtherFacts) {
  const auto host = MustParse(R"({"entries": [], "possible_cpus": [3, 0, 1],
      "thermal_throttle_cpus": [3, 1], "user_namespace": true,
      "rootlesskit": true, "detached_network_namespace": true,
      "unified_cgroups": true})");
  EXPECT_EQ(host->PossibleCpus(), (std::vector<uint32_t>{0, 1, 3}));
  EXPECT_EQ(host->ThermalThrottleCpus(), (std::vector<uint32_t>{1, 3}));
  EXPECT_TRUE(host->InUserNamespace());
  EXPECT_TRUE(host->UnderRootlessKit());
  EXPECT_TRUE(host->DetachedNetworkNamespace());
  EXPECT_TRUE(host->UnifiedCgroups());
}

TEST(HostSnapshotTest, EmptyHosts) {
  for (const auto& host :
       {HostSnapshot::Empty(), MustParse(R"({"entries": []})")}) {
    FileFacts facts;
    EXPECT_EQ(host->Lstat("/", &facts), 0);
    EXPECT_EQ(facts.mode, S_IFDIR | 0755u);
    EXPECT_EQ(host->Lstat("/x", &facts), ENOENT);
    std::vector<std::string> names = {"old"};
    EXPECT_EQ(host->ListDirectory("/", &names), 0);
    EXPECT_TRUE(names.empty());
    EXPECT_TRUE(host->ThermalThrottleCpus().empty());
    EXPECT_FALSE(host->InUserNamespace());
    EXPECT_FALSE(host->UnderRootlessKit());
    EXPECT_FALSE(host->DetachedNetworkNamespace());
    EXPECT_FALSE(host->UnifiedCgroups());
  }
}

TEST(HostSnapshotTest, TheRootMayBeListed) {
  const auto host = MustParse(R"({"entries": [
      {"path": "/", "type": "dir", "mode": "0555", "uid": 9}]})");
  FileFacts facts;
  EXPECT_EQ(host->Lstat("/", &facts), 0);
  EXPECT_EQ(facts.mode, S_IFDIR | 0555u);
  EXPECT_EQ(facts.uid, 9u);
}

TEST(HostSnapshotTest, BytesThatAreNotUtf8ComeInHexadecimal) {
  const auto host = MustParse(R"({"entries": [
      {"path_hex": "2f78ff", "type": "symlink", "target_hex": "fe"}],
      "mounts": [{"path_hex": "2fFD", "flags": ["ro"]}]})");
  std::string target;
  EXPECT_EQ(host->ReadLink("/x\xff", &target), 0);
  EXPECT_EQ(target, "\xfe");
  uint64_t flags = 0;
  EXPECT_EQ(host->MountFlags("/\xfd", &flags), 0);
  EXPECT_EQ(flags, kMountReadOnly);
}

TEST(HostSnapshotTest, EscapesInKeysAndStrings) {
  const auto host =
      MustParse(R"({"\u0065ntries": [{"path": "\/\u0061\n", "type": "dir"}]})");
  FileFacts facts;
  EXPECT_EQ(host->Lstat("/a\n", &facts), 0);
}

TEST(HostSnapshotErrorTest, NotJson) {
  EXPECT_EQ(ErrorOf(""), "h.json:1:1: there is no JSON text");
  EXPECT_EQ(ErrorOf("[]"),
            "h.json:1:1: a snapshot must be an object, not a list");
  EXPECT_EQ(ErrorOf("\n 7"),
            "h.json:2:2: a snapshot must be an object, not a number");
  EXPECT_EQ(ErrorOf("{\"entries\": []}\n x"),
            "h.json:2:2: after the JSON value, here the end is expected");
  EXPECT_EQ(ErrorOf("{\"entries\": []}{}"),
            "h.json:1:16: after the JSON value, here the end is expected");
  EXPECT_EQ(ErrorOf("{\"entries\": [\n{\"path"),
            "h.json:2:2: a string does not end");
  EXPECT_EQ(ErrorOf("{\"entries\": [\"}\\\"]\",\n {\"path\":"),
            "h.json:1:14: an entry must be an object, not a string");
  EXPECT_EQ(ErrorOf("{\"entries\": [\n\"\xff\"]}"),
            "h.json:2:2: the text is not UTF-8");
  EXPECT_EQ(ErrorOf("{\"entries\": [\n \"abc]}"),
            "h.json:2:2: a string does not end");
  EXPECT_EQ(ErrorOf("{\"entries\": [\n \"a\tc\"]}"),
            "h.json:2:4: a control character stands in a string; write it as "
            "an escape");
  EXPECT_EQ(ErrorOf("{\"cwd\": \"\\ud800\"}"),
            "h.json:1:9: \"cwd\" has half of a pair of \\u escapes");
  for (const std::string_view json :
       {"{",
        "{\"entries\"",
        "{\"entries\":",
        "{\"entries\":[",
        "{\"entries\":[]",
        "{\"entries\":[]]",
        "{\"entries\":[}",
        "{\"entries\":[],}",
        "{\"entries\":[,]}",
        "{\"entries\" []}",
        "{entries: []}",
        "{\"entries\":[{]}",
        "{\"entries\":[{}}]",
        "nul",
        "{]",
        "}",
        "{\"entries\": [], \"cwd\": \"\\x\"}",
        "{\"entries\": [], \"cwd\": \"\\ud800\"}",
        "{\"entries\": [], \"rootlesskit\": truely}",
        "{\"entries\": [] \"cwd\": \"/\"}",
        "{\"\\x\": 1}",
        "{\"entries\": [], \"possible_cpus\": [1 2]}",
        "{\"entries\": [], \"possible_cpus\": [1,]}",
        "{\"entries\": [], \"possible_cpus\": [01]}"}) {
    EXPECT_EQ(ErrorOf(json).substr(0, 9), "h.json:1:") << json;
  }
}

TEST(HostSnapshotErrorTest, UnknownKeys) {
  EXPECT_EQ(ErrorOf(R"({"entry": []})"), "h.json:1:2: unknown key \"entry\"");
  EXPECT_EQ(
      ErrorOf("{\"entries\": [],\n  \"rootlessKit\": true}"),
      "h.json:2:3: unknown key \"rootlessKit\"; did you mean \"rootlesskit\"?");
  EXPECT_EQ(EntryError(R"({"pth": "/x"})"),
            "h.json:1:15: unknown key \"pth\"; did you mean \"path\"?");
  EXPECT_EQ(EntryError(R"({"zzz": "/x"})"), "h.json:1:15: unknown key \"zzz\"");
  EXPECT_EQ(ErrorOf(R"({"entries": [], "mounts": [{"flag": []}]})"),
            "h.json:1:29: unknown key \"flag\"; did you mean \"flags\"?");
  EXPECT_EQ(ErrorOf("{\"a\\u001b[2J\xc3\xa9\": 1}"),
            "h.json:1:2: unknown key \"a\\x1b[2J\xc3\xa9\"");
  const std::string long_key(5000, 'k');
  EXPECT_EQ(ErrorOf("{\"" + long_key + "\": 1}"),
            "h.json:1:2: unknown key \"" + long_key.substr(0, 200) + "...\"");
}

TEST(HostSnapshotErrorTest, RepeatedAndMissingKeys) {
  EXPECT_EQ(ErrorOf("{}"), "h.json:1:1: no \"entries\"");
  EXPECT_EQ(ErrorOf(R"({"cwd": "/", "cwd": "/"})"),
            "h.json:1:14: key \"cwd\" twice");
  EXPECT_EQ(EntryError(R"({"uid": 1, "uid": 1})"),
            "h.json:1:25: key \"uid\" twice");
  EXPECT_EQ(EntryError("{}"), "h.json:1:14: an entry without \"path\"");
  EXPECT_EQ(EntryError(R"({"path": "/x"})"),
            "h.json:1:14: \"/x\" has no \"type\"");
  EXPECT_EQ(ErrorOf(R"({"entries": [], "mounts": [{}]})"),
            "h.json:1:28: a mount without \"path\"");
}

TEST(HostSnapshotErrorTest, WrongJsonTypes) {
  EXPECT_EQ(ErrorOf(R"({"entries": {}})"),
            "h.json:1:13: \"entries\" must be a list, not an object");
  EXPECT_EQ(EntryError("7"),
            "h.json:1:14: an entry must be an object, not a number");
  EXPECT_EQ(EntryError(R"({"path": null})"),
            "h.json:1:23: \"path\" must be a string, not null");
  EXPECT_EQ(EntryError(R"({"mode": 493})"),
            "h.json:1:23: \"mode\" must be a string, not a number");
  EXPECT_EQ(EntryError(R"({"type": ["dir"]})"),
            "h.json:1:23: \"type\" must be a string, not a list");
  EXPECT_EQ(ErrorOf(R"({"entries": [], "rootlesskit": "yes"})"),
            "h.json:1:32: \"rootlesskit\" must be true or false, not a string");
  EXPECT_EQ(ErrorOf(R"({"entries": [], "mounts": [[]]})"),
            "h.json:1:28: a mount must be an object, not a list");
  EXPECT_EQ(ErrorOf(R"({"entries": [], "mounts": [{"flags": "ro"}]})"),
            "h.json:1:38: \"flags\" must be a list, not a string");
  EXPECT_EQ(ErrorOf(R"({"entries": [], "mounts": [{"flags": [1]}]})"),
            "h.json:1:39: a mount flag must be a string, not a number");
  EXPECT_EQ(ErrorOf(R"({"entries": [], "cwd": {}})"),
            "h.json:1:24: \"cwd\" must be a string, not an object");
}

TEST(HostSnapshotErrorTest, Numbers) {
  const std::string uid =
      "h.json:1:22: \"uid\" must be a whole number from 0 to 4294967295";
  for (const std::string_view number :
       {"-1", "4294967296", "1.5", "1e2", "\"1\"", "null",
        "99999999999999999999999"}) {
    EXPECT_EQ(EntryError(absl::StrCat("{\"uid\": ", number, "}")), uid);
  }
  EXPECT_EQ(EntryError(R"({"major": 4096})"),
            "h.json:1:24: \"major\" must be a whole number from 0 to 4095");
  EXPECT_EQ(EntryError(R"({"minor": 1048576})"),
            "h.json:1:24: \"minor\" must be a whole number from 0 to 1048575");
  EXPECT_EQ(ErrorOf(R"({"entries": [], "possible_cpus": [65536]})"),
            "h.json:1:35: a CPU must be a whole number from 0 to 65535");
  EXPECT_EQ(ErrorOf(R"({"entries": [], "possible_cpus": [1, 2, 1]})"),
            "h.json:1:34: CPU 1 twice");
  EXPECT_EQ(ErrorOf(R"({"entries": [], "thermal_throttle_cpus": [1],
                       "possible_cpus": [0]})"),
            "h.json:1:42: CPU 1 is not in \"possible_cpus\"");
}

TEST(HostSnapshotErrorTest, Modes) {
  for (const std::string_view mode :
       {"", "8", "0x1ff", "10000", "100755", "-1", " 755", "077777777777777"}) {
    EXPECT_EQ(EntryError(absl::StrCat("{\"mode\": \"", mode, "\"}")),
              absl::StrCat("h.json:1:23: mode \"", mode,
                           "\" is not an octal number up to 07777"));
  }
}

TEST(HostSnapshotErrorTest, Types) {
  EXPECT_EQ(EntryError(R"({"type": "chr"})"),
            "h.json:1:23: unknown type \"chr\"; did you mean \"char\"?");
  EXPECT_EQ(EntryError(R"({"type": "directory"})"),
            "h.json:1:23: unknown type \"directory\"");
}

TEST(HostSnapshotErrorTest, ImpossibleEntries) {
  EXPECT_EQ(EntryError(R"({"path": "/x", "type": "symlink"})"),
            "h.json:1:14: \"/x\" is a symlink without \"target\"");
  EXPECT_EQ(EntryError(R"({"path": "/x", "type": "dir", "target": "y"})"),
            "h.json:1:14: \"/x\" has a \"target\" but is no symlink");
  EXPECT_EQ(EntryError(R"({"path": "/x", "type": "symlink", "target": ""})"),
            "h.json:1:58: no symlink can have the target \"\"");
  EXPECT_EQ(
      EntryError(R"({"path": "/x", "type": "symlink", "target": "a\u0000"})"),
      "h.json:1:58: no symlink can have the target \"a\\x00\"");
  EXPECT_EQ(EntryError(R"({"path": "/x", "type": "char", "mode": "0600",
                           "uid": 0, "gid": 0, "major": 1})"),
            "h.json:1:14: \"/x\" is a device without \"major\" and \"minor\"");
  EXPECT_EQ(EntryError(R"({"path": "/x", "type": "fifo", "mode": "0600",
                           "uid": 0, "gid": 0, "minor": 1})"),
            "h.json:1:14: \"/x\" has a device number but is no device");
  EXPECT_EQ(EntryError(R"({"path": "/x", "type": "fifo", "mode": "0600",
                           "uid": 0})"),
            "h.json:1:14: \"/x\" needs \"mode\", \"uid\" and \"gid\"");
  EXPECT_EQ(EntryError(R"({"path": "/", "type": "file"})"),
            "h.json:1:23: \"/\" is always a dir");
}

TEST(HostSnapshotErrorTest, Paths) {
  EXPECT_EQ(EntryError(R"({"path": "x", "type": "dir"})"),
            "h.json:1:23: path \"x\" is not absolute");
  EXPECT_EQ(EntryError(R"({"path": "", "type": "dir"})"),
            "h.json:1:23: path \"\" is not absolute");
  EXPECT_EQ(EntryError(R"({"path": "/x/../y/", "type": "dir"})"),
            "h.json:1:23: path \"/x/../y/\" is not clean; write \"/y\"");
  EXPECT_EQ(EntryError(R"({"path": "/x\u0000", "type": "dir"})"),
            "h.json:1:23: path \"/x\\x00\" has a NUL");
  EXPECT_EQ(EntryError(R"({"path_hex": "2", "type": "dir"})"),
            "h.json:1:27: \"path_hex\" must be hexadecimal");
  EXPECT_EQ(EntryError(R"({"path_hex": "2fé", "type": "dir"})"),
            "h.json:1:27: \"path_hex\" must be hexadecimal");
  EXPECT_EQ(EntryError(R"({"path": "/x", "path_hex": "2f", "type": "dir"})"),
            "h.json:1:41: both \"path\" and \"path_hex\"");
  const std::string name(256, 'n');
  EXPECT_EQ(EntryError("{\"path\": \"/" + name + "\", \"type\": \"dir\"}"),
            "h.json:1:23: path \"/" + name.substr(0, 199) +
                "...\" has a name of more than 255 bytes");
  std::string path;
  while (path.size() < 4096) path += "/n";
  EXPECT_EQ(EntryError("{\"path\": \"" + path + "\", \"type\": \"dir\"}"),
            "h.json:1:23: path \"" + path.substr(0, 200) +
                "...\" has more than 4095 bytes");
  EXPECT_EQ(ErrorOf(R"({"entries": [], "cwd": "x"})"),
            "h.json:1:24: path \"x\" is not absolute");
  EXPECT_EQ(ErrorOf(R"({"entries": [], "mounts": [{"path": "x"}]})"),
            "h.json:1:37: path \"x\" is not absolute");
}

TEST(HostSnapshotErrorTest, EntriesThatContradictEachOther) {
  EXPECT_EQ(ErrorOf("{\"entries\": [\n"
                    "{\"path\": \"/x\", \"type\": \"dir\"},\n"
                    "{\"path\": \"/x\", \"type\": \"dir\"}]}"),
            "h.json:3:10: \"/x\" twice, first on line 2");
  EXPECT_EQ(ErrorOf("{\"entries\": [\n"
                    "{\"path\": \"/\", \"type\": \"dir\"},\n"
                    "{\"path\": \"/\", \"type\": \"dir\"}]}"),
            "h.json:3:10: \"/\" twice, first on line 2");
  EXPECT_EQ(ErrorOf("{\"entries\": [\n"
                    "{\"path\": \"/x/y/z\", \"type\": \"dir\"},\n"
                    "{\"path\": \"/x\", \"type\": \"file\"}]}"),
            "h.json:2:10: \"/x/y\" cannot lie in \"/x\", which is of type "
            "\"file\"");
  EXPECT_EQ(ErrorOf(R"({"entries": [{"path": "/f", "type": "file"}],
"cwd": "/f"})"),
            "h.json:2:8: \"cwd\" \"/f\" is not a dir");
  EXPECT_EQ(ErrorOf(R"({"entries": [{"path": "/f", "type": "file"}],
"cwd": "/f/x"})"),
            "h.json:2:8: \"/f/x\" cannot lie in \"/f\", which is of type "
            "\"file\"");
}

TEST(HostSnapshotErrorTest, Mounts) {
  EXPECT_EQ(
      ErrorOf(
          R"({"entries": [], "mounts": [{"path": "/x", "flags": ["r0"]}]})"),
      "h.json:1:53: unknown mount flag \"r0\"; did you mean \"ro\"?");
  EXPECT_EQ(
      ErrorOf(
          R"({"entries": [], "mounts": [{"path": "/x", "flags": ["ro", "ro"]}]})"),
      "h.json:1:59: flag \"ro\" twice");
  EXPECT_EQ(
      ErrorOf(R"({"entries": [], "mounts": [{"path": "/x"}, {"path": "/x"}]})"),
      "h.json:1:53: mount point \"/x\" twice");
  EXPECT_EQ(ErrorOf(R"({"entries": [{"path": "/l", "type": "symlink",
"target": "x"}], "mounts": [{"path": "/l"}]})"),
            "h.json:2:38: mount point \"/l\" is a symlink");
  EXPECT_EQ(ErrorOf(R"({"entries": [],
"mounts": [{"path": "/x", "path_hex": "2f"}]})"),
            "h.json:2:39: both \"path\" and \"path_hex\"");
}

TEST(HostSnapshotErrorTest, Limits) {
  const std::string big(HostSnapshot::kMaxJsonBytes + 1, ' ');
  EXPECT_EQ(ErrorOf(big), "h.json:1:1: the text is larger than 67108864 bytes");
  // Few bytes that stand for many files.
  std::string json = R"({"entries": [)";
  for (int i = 0; i < 1000; ++i) {
    std::string path = absl::StrCat("/", i);
    while (path.size() < 4090) path += "/d";
    absl::StrAppend(&json, i == 0 ? "" : ",\n", R"({"path": ")", path,
                    R"(", "type": "dir"})");
  }
  const std::string message = ErrorOf(json + "]}");
  EXPECT_NE(message.find(": more than 1048576 files"), std::string::npos)
      << message;
}

TEST(HostSnapshotErrorTest, DeepNestingIsRefused) {
  const std::string deep(100000, '[');
  EXPECT_EQ(ErrorOf("{\"entries\": " + deep).substr(0, 9), "h.json:1:");
  EXPECT_EQ(EntryError(deep).substr(0, 9), "h.json:1:");
}

}  // namespace
}  // namespace specgen
