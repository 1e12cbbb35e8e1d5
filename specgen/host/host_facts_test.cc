#include "specgen/host/host_facts.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "specgen/base/temp_directory.h"
#include "specgen/host/file_tree.h"
#include "specgen/host/host.h"
#include "specgen/host/host_snapshot.h"
#include "specgen/host/live_host.h"
#include "specgen/host/machine_facts.h"
#include "specgen/host/mount_table.h"
#include "specgen/host/snapshot_format.h"

namespace specgen {
namespace {

HostFactsRequest Trees(std::vector<std::string> trees) {
  HostFactsRequest request;
  request.trees = std::move(trees);
  request.paths.clear();
  return request;
}

HostFacts MustWrite(const Host& host, const HostFactsRequest& request) {
  absl::StatusOr<HostFacts> facts = WriteHostFacts(host, request);
  EXPECT_TRUE(facts.ok()) << facts.status();
  return facts.ok() ? *std::move(facts) : HostFacts();
}

std::unique_ptr<HostSnapshot> MustParse(std::string_view json) {
  absl::StatusOr<std::unique_ptr<HostSnapshot>> host =
      HostSnapshot::Parse(json, "host.json");
  EXPECT_TRUE(host.ok()) << host.status() << "\n" << json;
  return host.ok() ? *std::move(host) : HostSnapshot::Empty();
}

constexpr std::string_view kHost = R"({"entries": [
  {"path": "/", "type": "dir", "mode": "0755", "uid": 0, "gid": 0},
  {"path": "/dev", "type": "dir", "mode": "0755", "uid": 0, "gid": 0},
  {"path": "/dev/disk", "type": "dir", "mode": "0700", "uid": 7, "gid": 8},
  {"path": "/dev/disk/root", "type": "symlink", "mode": "0777", "uid": 0, "gid": 0, "target": "../sda"},
  {"path": "/dev/fd", "type": "symlink", "mode": "0777", "uid": 0, "gid": 0, "target": "/proc/self/fd"},
  {"path": "/dev/log", "type": "symlink", "mode": "0777", "uid": 0, "gid": 0, "target": "/run/log"},
  {"path": "/dev/null", "type": "char", "mode": "0666", "uid": 0, "gid": 0, "major": 1, "minor": 3},
  {"path": "/dev/pipe", "type": "fifo", "mode": "1644", "uid": 1, "gid": 2},
  {"path": "/dev/sda", "type": "block", "mode": "0660", "uid": 0, "gid": 6, "major": 8, "minor": 1048575},
  {"path_hex": "2f6465762fff", "type": "symlink", "mode": "0777", "uid": 0, "gid": 0, "target_hex": "fe"},
  {"path": "/run", "type": "dir", "mode": "0755", "uid": 0, "gid": 0},
  {"path": "/run/log", "type": "socket", "mode": "0666", "uid": 0, "gid": 0}
],
"architecture": "arm64",
"possible_cpus": [0, 1, 2],
"thermal_throttle_cpus": [0, 2],
"user_namespace": true,
"rootlesskit": true,
"detached_network_namespace": true,
"unified_cgroups": true,
"cwd": "/run",
"mounts": [
  {"path": "/", "flags": ["relatime"]},
  {"path": "/dev", "flags": ["nosuid", "noexec"]},
  {"path": "/dev/null", "flags": []},
  {"path": "/run", "flags": ["ro", "nodev", "noatime", "nodiratime"]}
]}
)";

// What is written of a snapshot is that snapshot: nothing is lost.
TEST(HostFactsTest, RoundTripOfEverything) {
  std::string json(kHost);
  // What is on the host but not asked for.
  const size_t end = json.find("\n],\n");
  json.insert(end, R"(,
  {"path": "/other", "type": "dir", "mode": "0755", "uid": 0, "gid": 0},
  {"path": "/proc/self/fd", "type": "dir", "mode": "0755", "uid": 0, "gid": 0},
  {"path": "/run/other", "type": "file", "mode": "0644", "uid": 0, "gid": 0})");
  const std::unique_ptr<HostSnapshot> host = MustParse(json);
  HostFactsRequest request = Trees({"/dev"});
  request.cwd = "/run";
  request.mounts = {
      {"/run", kMountReadOnly | kMountNoDev | kMountNoAtime | kMountNoDirAtime},
      {"/", kMountRelatime},
      {"/dev", kMountNoSuid | kMountNoExec},
      {"/dev/null", 0},
      {"/other", kMountReadOnly},
      {"/run/other", kMountReadOnly},
  };
  const HostFacts facts = MustWrite(*host, request);
  const std::string want(kHost);
  // Only /proc is there besides: the way to it was walked.
  EXPECT_EQ(
      facts.json,
      absl::StrCat(
          want.substr(0, want.find("  {\"path\": \"/run\", ")),
          R"(  {"path": "/proc", "type": "dir", "mode": "0755", "uid": 0, "gid": 0},)",
          "\n", want.substr(want.find("  {\"path\": \"/run\", "))));
  EXPECT_TRUE(facts.warnings.empty());
  MustParse(facts.json);
}

TEST(HostFactsTest, NothingThere) {
  const auto host = HostSnapshot::Empty();
  const HostFacts facts = MustWrite(*host, HostFactsRequest());
  EXPECT_EQ(facts.json,
            R"({"entries": [
  {"path": "/", "type": "dir", "mode": "0755", "uid": 0, "gid": 0}
],
"architecture": "amd64",
"thermal_throttle_cpus": [],
"user_namespace": false,
"rootlesskit": false,
"detached_network_namespace": false,
"unified_cgroups": false,
"mounts": [
]}
)");
  EXPECT_TRUE(facts.warnings.empty());
  MustParse(facts.json);
}

// A live tree and the snapshot of it give the same answers.
class LiveTreeTest : public testing::Test {
 protected:
  LiveTreeTest() {
    dir_.Write("tree/sub/file", "x");
    dir_.Write("tree/sub/b\xff", "");
    dir_.Write("tree/\"quo<te", "");
    dir_.Write("outside/deep/file", "");
    dir_.Write("outside/unseen", "");
    for (const auto& [link, target] : {std::pair{"tree/up", "sub/../sub/file"},
                                       {"tree/out", "../outside/deep"},
                                       {"tree/out_by_link", "out/file"},
                                       {"tree/abs", "/dev/null"},
                                       {"tree/dangling", "none/x"},
                                       {"tree/loop", "loop"},
                                       {"tree/bytes", "\xfe"},
                                       {"tree/through_file", "sub/file/x"}}) {
      std::filesystem::create_symlink(target, dir_ / link);
    }
    mkfifo((dir_ / "tree/fifo").c_str(), 0600);
    chmod((dir_ / "tree/sub").c_str(), 03711);
  }

  // All paths below, and what they lead to, as text.
  std::string Describe(const FileTree& files, const std::string& path) {
    FileFacts facts;
    std::string text = path;
    int error = files.Lstat(path, &facts);
    const uint32_t mode = facts.mode;
    const auto add = [&] {
      absl::StrAppend(&text, " ", error);
      if (error != 0) return;
      absl::StrAppend(&text, " ", absl::Hex(facts.mode), " ", facts.uid, " ",
                      facts.gid, " ", facts.major, ":", facts.minor);
    };
    add();
    error = files.Stat(path, &facts);
    add();
    std::string target;
    error = files.ReadLink(path, &target);
    absl::StrAppend(&text, " ", error, " ", target);
    error = files.Lstat(path + "/file", &facts);
    add();
    absl::StrAppend(&text, "\n");
    std::vector<std::string> names;
    if (S_ISDIR(mode) && files.ListDirectory(path, &names) == 0) {
      for (const std::string& name : names) {
        text += Describe(files, absl::StrCat(path, "/", name));
      }
    }
    return text;
  }

  TempDirectory dir_;
  LiveHost live_;
};

TEST_F(LiveTreeTest, TheSnapshotAnswersAsTheMachine) {
  const HostFacts facts = MustWrite(live_, Trees({dir_ / "tree"}));
  EXPECT_TRUE(facts.warnings.empty());
  const std::unique_ptr<HostSnapshot> snapshot = MustParse(facts.json);
  const std::string want = Describe(live_.files, dir_ / "tree");
  EXPECT_EQ(Describe(snapshot->files, dir_ / "tree"), want);
  EXPECT_GT(std::count(want.begin(), want.end(), '\n'), 13);
  FileFacts file_facts;
  EXPECT_EQ(snapshot->files.Lstat(dir_ / "outside/unseen", &file_facts),
            ENOENT);
}

TEST_F(LiveTreeTest, APathAlone) {
  HostFactsRequest request = Trees({});
  request.paths = {dir_ / "tree/out_by_link", dir_ / "tree/sub/..",
                   dir_ / "none"};
  const std::unique_ptr<HostSnapshot> snapshot =
      MustParse(MustWrite(live_, request).json);
  FileFacts facts;
  EXPECT_EQ(snapshot->files.Stat(dir_ / "tree/out_by_link", &facts), 0);
  EXPECT_EQ(snapshot->files.Lstat(dir_ / "tree/sub", &facts), 0);
  EXPECT_EQ(facts.mode, S_IFDIR | 03711u);
  EXPECT_EQ(snapshot->files.Lstat(dir_ / "tree/sub/file", &facts), ENOENT);
}

TEST_F(LiveTreeTest, TheSameTwiceAndOneLineAnEntry) {
  const HostFactsRequest request = Trees({dir_ / "tree"});
  const std::string before = MustWrite(live_, request).json;
  EXPECT_EQ(MustWrite(live_, request).json, before);
  dir_.Write("tree/new", "");
  const std::vector<std::string> old_lines = absl::StrSplit(before, '\n');
  const std::string after = MustWrite(live_, request).json;
  const std::vector<std::string> new_lines = absl::StrSplit(after, '\n');
  EXPECT_EQ(new_lines.size(), old_lines.size() + 1);
}

TEST_F(LiveTreeTest, TheMachineItself) {
  HostFactsRequest request;
  request.mounts = *live_.MountPoints();
  request.cwd = *LiveHost::WorkingDirectory();
  const std::unique_ptr<HostSnapshot> snapshot =
      MustParse(MustWrite(live_, request).json);
  EXPECT_EQ(snapshot->facts.possible_cpus(), live_.facts.possible_cpus());
  EXPECT_EQ(snapshot->facts.thermal_throttle_cpus(),
            live_.facts.thermal_throttle_cpus());
  EXPECT_EQ(snapshot->facts.in_user_namespace(),
            live_.facts.in_user_namespace());
  EXPECT_EQ(snapshot->facts.unified_cgroups(), live_.facts.unified_cgroups());
  EXPECT_NE(live_.facts.architecture(), "");
  EXPECT_EQ(snapshot->facts.architecture(), live_.facts.architecture());
  for (const std::string_view path : {"/dev/null", "/dev", "/", "."}) {
    FileFacts want, got;
    ASSERT_EQ(live_.files.Stat(path, &want), 0);
    ASSERT_EQ(snapshot->files.Stat(path, &got), 0) << path;
    EXPECT_EQ(got.mode, want.mode) << path;
    EXPECT_EQ(got.minor, want.minor) << path;
    uint64_t want_flags, got_flags;
    ASSERT_EQ(live_.files.MountFlags(path, &want_flags), 0);
    ASSERT_EQ(snapshot->files.MountFlags(path, &got_flags), 0);
    constexpr uint64_t kKnown = kMountReadOnly | kMountNoSuid | kMountNoDev |
                                kMountNoExec | kMountNoAtime |
                                kMountNoDirAtime | kMountRelatime;
    EXPECT_EQ(got_flags, want_flags & kKnown) << path;
  }
}

TEST(HostFactsErrorTest, TooManyFiles) {
  const std::unique_ptr<HostSnapshot> host = MustParse(kHost);
  HostFactsRequest request = Trees({"/dev"});
  request.max_files = 11;
  EXPECT_EQ(WriteHostFacts(*host, request).status().message(),
            "more than 11 files: include fewer or smaller folders");
  request.max_files = 12;  // "/", /dev with 8, /run and /run/log
  EXPECT_TRUE(WriteHostFacts(*host, request).ok());
}

TEST(HostFactsErrorTest, RelativePaths) {
  const auto host = HostSnapshot::Empty();
  EXPECT_EQ(WriteHostFacts(*host, Trees({"dev"})).status().message(),
            "dev: not an absolute path: start it with a slash");
}

TEST(HostFactsErrorTest, WhatCannotBeReadIsTold) {
  class Tree : public FileTree {
   public:
    int Lstat(std::string_view path, FileFacts* facts) const override {
      if (path == "/t/secret/x" || path == "/t/gone") {
        return path == "/t/gone" ? ENOENT : EACCES;
      }
      if (path == "/t/bad\x01") return EIO;
      facts->mode = path == "/t/link" ? S_IFLNK | 0777 : S_IFDIR | 0755;
      return 0;
    }
    int Stat(std::string_view, FileFacts*) const override { return ENOENT; }
    int ReadLink(std::string_view, std::string* target) const override {
      *target = "secret/x";
      return 0;
    }
    int ListDirectory(std::string_view path,
                      std::vector<std::string>* names) const override {
      if (path == "/t/secret") return EACCES;
      if (path == "/t") *names = {"bad\x01", "gone", "link", "secret"};
      return 0;
    }
    int MountFlags(std::string_view, uint64_t*) const override {
      return ENOENT;
    }
    int WorkingDirectory(std::string*) const override { return ENOENT; }
  };
  const Tree tree;
  const MachineFacts no_facts;
  const Host host(tree, no_facts);
  HostFactsRequest request = Trees({"/t"});
  request.paths = {"/t/secret/x", "/t/gone"};
  request.cwd = "/\xff";
  const HostFacts facts = MustWrite(host, request);
  EXPECT_EQ(facts.warnings,
            (std::vector<std::string>{
                "/t/bad\\x01: input/output error",
                "/t/link: permission denied",
                "/t/secret: permission denied",
                "/t/secret/x: permission denied",
                "/\\xff: the working folder is left out: it is not UTF-8",
            }));
  MustParse(facts.json);
}

TEST(HostFactsErrorTest, ProcAndSysAreNotDescendedInto) {
  const std::unique_ptr<HostSnapshot> host = MustParse(R"({"entries": [
{"path": "/proc/1/x", "type": "file"}, {"path": "/sys/y", "type": "file"},
{"path": "/z", "type": "file"}]})");
  const HostFacts facts = MustWrite(*host, Trees({"/"}));
  EXPECT_EQ(facts.warnings,
            (std::vector<std::string>{
                "/proc: what is in it is left out; include it if wanted",
                "/sys: what is in it is left out; include it if wanted"}));
  EXPECT_EQ(facts.json.find("/sys/y"), std::string::npos);
  EXPECT_NE(facts.json.find("/z"), std::string::npos);
  const HostFacts sys = MustWrite(*host, Trees({"/", "/sys"}));
  EXPECT_NE(sys.json.find("/sys/y"), std::string::npos);
}

}  // namespace
}  // namespace specgen
