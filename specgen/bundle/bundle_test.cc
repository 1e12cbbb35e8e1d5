#include "specgen/bundle/bundle.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "specgen/base/temp_directory.h"
#include "specgen/bundle/blob_reader.h"
#include "specgen/bundle/bundle_record.h"
#include "specgen/bundle/interrupt.h"
#include "specgen/bundle/tar_builder.h"
#include "specgen/bundle/tree_writer.h"
#include "specgen/bundle/unique_fd.h"
#include "specgen/bundle/unpack.h"
#include "specgen/engine/engine.h"
#include "specgen/host/host_snapshot.h"

namespace specgen {
namespace {

namespace fs = std::filesystem;

constexpr char kConfig[] =
    R"({"entrypoint":["/p"],"interface":{"types":["docker.volumedriver/1.0"],)"
    R"("socket":"p.sock"},"propagatedMount":"/mnt"})";

class BundleTest : public testing::Test {
 protected:
  BundleTest() : host_(HostSnapshot::Empty()) {
    temp_.Write("src/config.json", kConfig);
    temp_.Write("src/rootfs/p", "#!");
    temp_.Write("src/rootfs/etc/hosts", "the author's");
    fs::create_directory(temp_ / "out");
    options_.source = temp_ / "src";
    options_.output = temp_ / "out/b";
    options_.runs_at = options_.output;
    options_.release = *FindRelease("28.5.2");
    options_.host = host_.get();
    options_.exec_root = "/run/docker/plugins";
    options_.ownership = Ownership::kDrop;
    options_.prepare = false;
  }

  absl::StatusOr<BundleMaker::Result> Make() {
    BundleMaker maker(options_);
    absl::Status status = maker.Open(false);
    if (status.ok()) status = maker.Generate();
    if (!status.ok()) return status;
    if (maker.answer().outcome() != Outcome::kSpec) {
      return absl::UnknownError(maker.answer().message());
    }
    spec_ = maker.answer().spec();
    return maker.Build();
  }

  // The names in the directory of the output.
  std::string Out() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(temp_ / "out")) {
      names.push_back(entry.path().filename());
    }
    std::sort(names.begin(), names.end());
    return absl::StrJoin(names, " ");
  }

  void ExpectResult(BundleMaker::Result expected) {
    absl::StatusOr<BundleMaker::Result> result = Make();
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(*result, expected);
    EXPECT_EQ(Out(), "b");
  }

  void ExpectFailure(absl::StatusCode code, std::string_view why) {
    const std::string before = Out();
    const absl::Status status = Make().status();
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), why)) << status;
    EXPECT_EQ(Out(), before);
  }

  uint32_t Mode(std::string_view path) {
    struct stat st = {};
    EXPECT_EQ(lstat((temp_ / path).c_str(), &st), 0) << path;
    return st.st_mode & 07777;
  }

  TempDirectory temp_;
  std::unique_ptr<HostSnapshot> host_;
  BundleOptions options_;
  std::string spec_;
};

TEST_F(BundleTest, IsWhatDockerdMakes) {
  ExpectResult(BundleMaker::Result::kMade);
  EXPECT_EQ(temp_.Read("out/b/config.json"), spec_);
  EXPECT_TRUE(absl::StrContains(
      spec_, "\"root\":{\"path\":\"" + options_.output + "/rootfs\"}"));
  EXPECT_TRUE(absl::StrContains(
      spec_, "\"source\":\"" + options_.output + "/propagated-mount\""));
  EXPECT_TRUE(absl::StrContains(spec_, "/run/docker/plugins/b"));
  EXPECT_EQ(Mode("out/b"), 0700u);
  EXPECT_EQ(Mode("out/b/config.json"), 0600u);
  EXPECT_EQ(Mode("out/b/propagated-mount"), 0755u);
  EXPECT_EQ(temp_.Read("out/b/rootfs/p"), "#!");
  EXPECT_EQ(temp_.Read("out/b/rootfs/etc/hosts"), "");
  EXPECT_EQ(Mode("out/b/rootfs/.dockerenv"), 0755u);
  EXPECT_EQ(Mode("out/b/rootfs/dev/console"), 0755u);
  EXPECT_EQ(fs::read_symlink(temp_ / "out/b/rootfs/etc/mtab"), "/proc/mounts");
  for (const char* directory : {"dev/pts", "dev/shm", "proc", "sys"}) {
    EXPECT_TRUE(fs::is_directory(fs::path(temp_ / "out/b/rootfs") / directory))
        << directory;
  }
}

TEST_F(BundleTest, CopiesLinksAsLinks) {
  fs::create_hard_link(temp_ / "src/rootfs/p", temp_ / "src/rootfs/q");
  fs::create_symlink("/nowhere", temp_ / "src/rootfs/link");
  ASSERT_EQ(mkfifo((temp_ / "src/rootfs/pipe").c_str(), 0600), 0);
  ExpectResult(BundleMaker::Result::kMade);
  EXPECT_TRUE(
      fs::equivalent(temp_ / "out/b/rootfs/p", temp_ / "out/b/rootfs/q"));
  EXPECT_EQ(fs::hard_link_count(temp_ / "out/b/rootfs/p"), 2u);
  EXPECT_EQ(fs::read_symlink(temp_ / "out/b/rootfs/link"), "/nowhere");
  EXPECT_TRUE(fs::is_fifo(temp_ / "out/b/rootfs/pipe"));
  ExpectResult(BundleMaker::Result::kUnchanged);
  // Each kind of difference is seen.
  fs::permissions(temp_ / "out/b/rootfs/p", fs::perms(0700));
  ExpectFailure(absl::StatusCode::kAlreadyExists, "has another mode");
  fs::permissions(temp_ / "out/b/rootfs/p",
                  fs::status(temp_ / "src/rootfs/p").permissions());
  temp_.Write("out/b/rootfs/p", "?!");
  ExpectFailure(absl::StatusCode::kAlreadyExists, "has other bytes");
  temp_.Write("out/b/rootfs/p", "#!");
  fs::remove(temp_ / "out/b/rootfs/link");
  fs::create_symlink("/elsewhere", temp_ / "out/b/rootfs/link");
  ExpectFailure(absl::StatusCode::kAlreadyExists, "leads elsewhere");
  fs::remove(temp_ / "out/b/rootfs/link");
  temp_.Write("out/b/rootfs/link", "");
  ExpectFailure(absl::StatusCode::kAlreadyExists, "is another type");
}

TEST_F(BundleTest, OnceMoreChangesNothing) {
  ExpectResult(BundleMaker::Result::kMade);
  temp_.Write("out/b/propagated-mount/volume", "data");
  fs::remove_all(temp_ / "out/b/rootfs/.dockerenv");
  // What the plugin lost is a difference.
  ExpectFailure(absl::StatusCode::kAlreadyExists, ".dockerenv\" is not there");
  temp_.Write("out/b/rootfs/.dockerenv", "");
  fs::permissions(temp_ / "out/b/rootfs/.dockerenv", fs::perms(0755));
  // A runtime makes what it mounts upon.
  fs::create_directories(temp_ / "out/b/rootfs/run/docker/plugins");
  fs::create_directories(temp_ / "out/b/rootfs/mnt");
  ExpectResult(BundleMaker::Result::kUnchanged);
  EXPECT_EQ(temp_.Read("out/b/propagated-mount/volume"), "data");
  temp_.Write("out/b/rootfs/mnt/file", "");
  ExpectFailure(absl::StatusCode::kAlreadyExists, "\"mnt/file\" is new there");
}

TEST_F(BundleTest, KeepsWhatIsThereUnlessForced) {
  ExpectResult(BundleMaker::Result::kMade);
  temp_.Write("out/b/rootfs/state", "the plugin's");
  temp_.Write("out/b/propagated-mount/volume", "data");
  ExpectFailure(absl::StatusCode::kAlreadyExists, "\"state\" is new there");
  EXPECT_EQ(temp_.Read("out/b/rootfs/state"), "the plugin's");
  options_.replace = true;
  ExpectResult(BundleMaker::Result::kReplaced);
  EXPECT_FALSE(fs::exists(temp_ / "out/b/rootfs/state"));
  EXPECT_EQ(temp_.Read("out/b/propagated-mount/volume"), "data");
  options_.replace = false;
  constexpr std::string_view kSet[] = {"args=x"};
  options_.set = kSet;
  ExpectFailure(absl::StatusCode::kUnknown, "args");
}

TEST_F(BundleTest, OtherDirectoriesAreLeftAlone) {
  temp_.Write("out/b/file", "precious");
  options_.replace = true;
  ExpectFailure(absl::StatusCode::kAlreadyExists, "is no bundle");
  EXPECT_EQ(temp_.Read("out/b/file"), "precious");
  // An empty one gives way.
  fs::remove(temp_ / "out/b/file");
  ExpectResult(BundleMaker::Result::kMade);
}

TEST_F(BundleTest, FailuresLeaveNothingBehind) {
  options_.limits.bytes = 1;
  ExpectFailure(absl::StatusCode::kResourceExhausted, "--max-size");
  options_.limits = TreeLimits();
  {
    const CatchInterrupts interrupts;
    raise(SIGTERM);
    ExpectFailure(absl::StatusCode::kCancelled, "interrupted");
  }
  fs::remove(temp_ / "src/config.json");
  ExpectFailure(absl::StatusCode::kInvalidArgument, "holds no plugin");
  temp_.Write("src/etc/passwd", "");
  ExpectFailure(absl::StatusCode::kInvalidArgument, "looks like a rootfs");
  options_.source = temp_ / "missing";
  ExpectFailure(absl::StatusCode::kInvalidArgument, "missing");
  options_.source = temp_ / "src";
  temp_.Write("src/config.json", kConfig);
  options_.output = options_.runs_at = temp_ / "nowhere/b";
  ExpectFailure(absl::StatusCode::kNotFound, "make it first");
  options_.output = options_.runs_at = temp_ / "src/rootfs/b";
  ExpectFailure(absl::StatusCode::kFailedPrecondition, "is the plugin itself");
  fs::create_directory_symlink(temp_ / "src/rootfs", temp_ / "alias");
  options_.output = options_.runs_at = temp_ / "alias/b";
  ExpectFailure(absl::StatusCode::kFailedPrecondition, "is the plugin itself");
}

// Who may rename directories where the bundle is to lie changes nothing.
TEST_F(BundleTest, ExchangedDirectoriesReachNothing) {
  temp_.Write("victim/rootfs/etc/hosts", "the host's own");
  const std::string layer =
      temp_.Write("layer.tar", Tar({{"rootfs/etc/hosts", '0', "a layer's"},
                                    {"config.json", '0', kConfig}}));
  options_.source = layer;
  options_.parent_trust = Trust::kAnyone;
  const auto exchange = [&] {
    const std::string name = Out();
    ASSERT_TRUE(absl::StartsWith(name, ".specgen-work-")) << name;
    fs::rename(temp_ / ("out/" + name), temp_ / "out/taken");
    fs::create_directory(temp_ / ("out/" + name));
    fs::create_directory_symlink(temp_ / "victim",
                                 temp_ / ("out/" + name + "/bundle"));
  };
  BundleMaker maker(options_);
  ASSERT_TRUE(maker.Open(false).ok());
  exchange();
  ASSERT_TRUE(maker.Generate().ok());
  const absl::StatusOr<BundleMaker::Result> result = maker.Build();
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(temp_.Read("victim/rootfs/etc/hosts"), "the host's own");
  EXPECT_FALSE(fs::exists(temp_ / "victim/config.json"));
  EXPECT_FALSE(fs::exists(temp_ / "victim/rootfs/.dockerenv"));
  EXPECT_TRUE(fs::exists(temp_ / "out/b/rootfs/.dockerenv"));

  // What is being made, given the name of what it is to be.
  fs::remove_all(temp_ / "out");
  fs::create_directory(temp_ / "out");
  for (const char* part : {"", "/bundle"}) {
    BundleMaker third(options_);
    ASSERT_TRUE(third.Open(false).ok());
    ASSERT_TRUE(third.Generate().ok());
    ASSERT_TRUE(third.Check().ok());
    fs::rename(temp_ / ("out/" + Out() + part), temp_ / "out/b");
    const absl::Status status = third.Build().status();
    EXPECT_TRUE(absl::IsAborted(status) || absl::IsNotFound(status)) << status;
    fs::remove_all(temp_ / "out");
    fs::create_directory(temp_ / "out");
  }

  // The directory above, too.
  fs::create_directory(temp_ / "out");
  BundleMaker second(options_);
  ASSERT_TRUE(second.Open(false).ok());
  fs::rename(temp_ / "out", temp_ / "was-out");
  fs::create_directory_symlink(temp_ / "victim", temp_ / "out");
  ASSERT_TRUE(second.Generate().ok());
  ASSERT_TRUE(second.Build().ok());
  EXPECT_FALSE(fs::exists(temp_ / "victim/b"));
  EXPECT_TRUE(fs::exists(temp_ / "was-out/b/config.json"));
}

TEST_F(BundleTest, PlacesThatOthersMayWriteToAreRefused) {
  fs::permissions(temp_ / "out", fs::perms(0777));
  ExpectFailure(absl::StatusCode::kPermissionDenied,
                "/out may be written by everyone");
  fs::permissions(temp_ / "out", fs::perms(01777));
  ExpectResult(BundleMaker::Result::kMade);
  fs::permissions(temp_ / "out", fs::perms(0777));
  options_.parent_trust = Trust::kAnyone;
  ExpectResult(BundleMaker::Result::kUnchanged);
  // A bundle that others may write to is not replaced, either.
  fs::permissions(temp_ / "out/b", fs::perms(0777));
  options_.replace = true;
  ExpectFailure(absl::StatusCode::kPermissionDenied, "/out/b: others");
}

TEST_F(BundleTest, LongNamesAndOddUmasksAreFine) {
  const mode_t before = umask(0277);
  options_.output = options_.runs_at = temp_ / ("out/" + std::string(255, 'n'));
  options_.id = "n";
  EXPECT_TRUE(Make().ok());
  EXPECT_EQ(umask(before), mode_t{0277});
  EXPECT_EQ(Out(), std::string(255, 'n'));
}

TEST_F(BundleTest, TheRecordIsWrittenAgain) {
  ExpectResult(BundleMaker::Result::kMade);
  const std::string record = temp_.Read("out/b/specgen.json");
  EXPECT_TRUE(ParseBundleRecord(record).ok());
  EXPECT_EQ(Mode("out/b/specgen.json"), 0600u);
  // Bundles of earlier releases have none.
  fs::remove(temp_ / "out/b/specgen.json");
  ExpectResult(BundleMaker::Result::kUnchanged);
  EXPECT_EQ(temp_.Read("out/b/specgen.json"), record);
}

TEST_F(BundleTest, WhatAPluginMadeDeepCanBeReplaced) {
  ExpectResult(BundleMaker::Result::kMade);
  const fs::path before = fs::current_path();
  fs::current_path(temp_ / "out/b/rootfs");
  for (int i = 0; i < 3000; ++i) {
    ASSERT_EQ(mkdir("d", 0755), 0);
    ASSERT_EQ(chdir("d"), 0);
  }
  fs::current_path(before);
  ExpectFailure(absl::StatusCode::kAlreadyExists, "\"d\" is new there");
  options_.replace = true;
  ExpectResult(BundleMaker::Result::kReplaced);
}

TEST_F(BundleTest, OfATarArchive) {
  options_.source = temp_.Write("plugin.tar.gz",
                                Gzip(Tar({{"config.json", '0', kConfig},
                                          {"rootfs", '5', "", "", 0755},
                                          {"rootfs/p", '0', "#!", "", 0755}})));
  ExpectResult(BundleMaker::Result::kMade);
  EXPECT_EQ(temp_.Read("out/b/rootfs/p"), "#!");
  ExpectResult(BundleMaker::Result::kUnchanged);
}

TEST_F(BundleTest, LinksInATarArchiveReachNothing) {
  temp_.Write("secret/config.json", kConfig);
  options_.source = temp_.Write(
      "plugin.tar", Tar({{"config.json", '2', "", temp_ / "secret/config.json"},
                         {"rootfs", '5'}}));
  ExpectFailure(absl::StatusCode::kInvalidArgument, "holds no plugin");
  options_.source =
      temp_.Write("plugin.tar", Tar({{"config.json", '0', kConfig},
                                     {"rootfs", '2', "", temp_ / "secret"}}));
  ExpectFailure(absl::StatusCode::kInvalidArgument, "holds no plugin");
}

// What an archive that was made says of each file, as unpacking it finds.
absl::StatusOr<TreeLedger> LedgerOf(const std::string& archive,
                                    const std::string& directory) {
  fs::create_directory(directory);
  absl::StatusOr<std::unique_ptr<TreeWriter>> writer =
      TreeWriter::Open(directory, Ownership::kRecord, TreeLimits());
  if (!writer.ok()) return writer.status();
  BlobReader reader(UniqueFd(open(archive.c_str(), O_RDONLY)), archive);
  absl::Status status = UnpackTar(&reader, Whiteouts::kKeep, writer->get());
  if (status.ok()) status = (*writer)->Finish();
  if (!status.ok()) return status;
  return (*writer)->ledger();
}

std::string Describe(const TreeLedger& ledger, const std::string& path) {
  const auto found = ledger.find(path);
  if (found == ledger.end()) return "none";
  const InodeFacts& entry = *found->second;
  std::string text =
      absl::StrFormat("%d %04o %d:%d %d", entry.type, entry.mode, entry.uid,
                      entry.gid, entry.modified.tv_sec);
  if (entry.major != 0 || entry.minor != 0) {
    absl::StrAppend(&text, " ", entry.major, ",", entry.minor);
  }
  for (const auto& [key, value] : entry.xattrs) {
    absl::StrAppend(&text, " ", key, "=", value.size(), " bytes");
  }
  return text;
}

TEST_F(BundleTest, ArchivesHaveWhatOnlyRootCanMake) {
  const std::string long_name(200, 'x');
  const auto owned = [](std::string uid) {
    return std::vector<std::pair<std::string, std::string>>{
        {"uid", std::move(uid)}, {"gid", "7"}};
  };
  const auto device = owned("0");
  auto capable = owned("3000000");
  // CAP_CHOWN, as setcap(8) writes it.
  capable.emplace_back("SCHILY.xattr.security.capability",
                       std::string("\1\0\0\2\1", 5) + std::string(15, '\0'));
  capable.emplace_back("SCHILY.xattr.security.selinux", "not taken over");
  const std::string lower = temp_.Write(
      "lower.tar",
      Tar({{"./", '5', "", "", 0711, 5, -1, owned("1")},
           {"p", '0', "#!", "", 04755, 5, -1, capable},
           {"q", '1', "", "p", 04755, 5, -1, capable},
           {"closed", '5', "", "", 0000, 5, -1, owned("2")},
           {"closed/f", '0', "x", "", 0000, 5, -1, owned("2")},
           {"fuse", '3', "", "", 0620, 5, -1, device, 10, 229},
           {"gone", '0', "", "", 04755, 5, -1, owned("9")},
           {"etc", '5', "", "", 0700, 5, -1, owned("4")},
           {"etc/hosts", '0', "the author's", "", 06755, 5, -1, owned("9")},
           {"l",
            '2',
            "",
            "l",
            0777,
            5,
            -1,
            {{"path", long_name}, {"linkpath", long_name}}}}));
  const std::string upper = temp_.Write(
      "upper.tar.gz",
      Gzip(Tar({{".wh.gone", '0'},
                {"opt/tool", '0', "t", "", 0640, 6, -1, owned("8")}})));
  options_.source = temp_ / "src/config.json";
  options_.rootfs = {lower, upper};
  options_.files = {{"/usr/bin/p", temp_.Write("program", "elf")}};
  options_.runs_at = "/var/lib/b";
  options_.archive = true;
  options_.ownership = Ownership::kRecord;
  ExpectResult(BundleMaker::Result::kMade);
  ExpectResult(BundleMaker::Result::kUnchanged);

  const absl::StatusOr<TreeLedger> ledger =
      LedgerOf(options_.output, temp_ / "unpacked");
  ASSERT_TRUE(ledger.ok()) << ledger.status();
  const std::pair<const char*, const char*> kExpected[] = {
      {".", "0 0700 0:0 0"},
      {"config.json", "1 0600 0:0 0"},
      {"propagated-mount", "0 0755 0:0 0"},
      {"rootfs", "0 0711 1:7 5"},
      {"rootfs/p", "1 4755 3000000:7 5 security.capability=20 bytes"},
      {"rootfs/q", "1 4755 3000000:7 5 security.capability=20 bytes"},
      {"rootfs/closed", "0 0000 2:7 5"},
      {"rootfs/closed/f", "1 0000 2:7 5"},
      {"rootfs/fuse", "4 0620 0:7 5 10,229"},
      {"rootfs/gone", "none"},
      {"rootfs/etc", "0 0700 4:7 5"},
      {"rootfs/etc/hosts", "1 0755 0:0 0"},
      {"rootfs/opt", "0 0755 0:0 0"},
      {"rootfs/opt/tool", "1 0640 8:7 6"},
      {"rootfs/usr/bin/p", "1 0755 0:0 0"},
      {"rootfs/proc", "0 0755 0:0 0"},
  };
  for (const auto& [path, expected] : kExpected) {
    EXPECT_EQ(Describe(*ledger, path), expected) << path;
  }
  EXPECT_EQ(temp_.Read("unpacked/config.json"), spec_);
  EXPECT_TRUE(
      absl::StrContains(spec_, "\"root\":{\"path\":\"/var/lib/b/rootfs\"}"));
  EXPECT_EQ(temp_.Read("unpacked/rootfs/usr/bin/p"), "elf");
  EXPECT_TRUE(
      fs::equivalent(temp_ / "unpacked/rootfs/p", temp_ / "unpacked/rootfs/q"));
  EXPECT_EQ(fs::read_symlink(temp_ / ("unpacked/rootfs/" + long_name)),
            long_name);

  // Of a tar archive with config and rootfs, it is the same.
  options_.source = temp_.Write(
      "plugin.tar",
      Tar({{"config.json", '0', kConfig},
           {"rootfs", '5', "", "", 0755, 5, -1, owned("1")},
           {"rootfs/fuse", '3', "", "", 0620, 5, -1, device, 10, 229}}));
  options_.rootfs.clear();
  options_.files.clear();
  ExpectFailure(absl::StatusCode::kAlreadyExists, "has other bytes");
  options_.replace = true;
  ExpectResult(BundleMaker::Result::kReplaced);
  const absl::StatusOr<TreeLedger> of_tar =
      LedgerOf(options_.output, temp_ / "unpacked2");
  ASSERT_TRUE(of_tar.ok()) << of_tar.status();
  EXPECT_EQ(Describe(*of_tar, "rootfs"), "0 0755 1:7 5");
  EXPECT_EQ(Describe(*of_tar, "rootfs/fuse"), "4 0620 0:7 5 10,229");
}

TEST_F(BundleTest, OfAConfigAndADirectory) {
  options_.rootfs = {temp_ / "src/rootfs/"};
  options_.files = {{"p", temp_.Write("program", "elf")}};
  ExpectFailure(absl::StatusCode::kFailedPrecondition, "is a directory");
  options_.source = temp_ / "src/config.json";
  ExpectResult(BundleMaker::Result::kMade);
  EXPECT_EQ(temp_.Read("out/b/rootfs/p"), "elf");
  options_.files = {{"../p", temp_ / "program"}};
  ExpectFailure(absl::StatusCode::kInvalidArgument, "leads out");
  options_.files = {{"p", temp_ / "src"}};
  ExpectFailure(absl::StatusCode::kInvalidArgument, "is no plain file");
  ASSERT_EQ(mkfifo((temp_ / "pipe").c_str(), 0600), 0);
  options_.files = {{"p", temp_ / "pipe"}};
  ExpectFailure(absl::StatusCode::kInvalidArgument, "is no plain file");
  options_.rootfs.push_back(temp_ / "src/rootfs");
  ExpectFailure(absl::StatusCode::kFailedPrecondition, "give it alone");
  options_.rootfs = {temp_ / "missing.tar"};
  ExpectFailure(absl::StatusCode::kInvalidArgument, "missing.tar");
}

// Docker finds out by a layer's bytes how it is compressed.
TEST_F(BundleTest, OldEnginesKnowNoZstd) {
  // Their SHA-256.
  constexpr std::string_view kConfigDigest =
      "39170916ad19147861f44f01ac35bd45e462ab9014efa459ff93015933094609";
  constexpr std::string_view kLayerDigest =
      "1c986dc083de2f3d01811ccf5feba7bbf933659591bf729c687c1177df4cb47d";
  temp_.Write("image/version", "Directory Transport Version: 1.1\n");
  temp_.Write(absl::StrCat("image/", kConfigDigest), kConfig);
  temp_.Write(absl::StrCat("image/", kLayerDigest), "\x28\xb5\x2f\xfd");
  temp_.Write(
      "image/manifest.json",
      absl::StrCat(
          R"({"config":{"mediaType":"application/vnd.docker.plugin.v1+json",)"
          R"("size":)",
          sizeof(kConfig) - 1, R"(,"digest":"sha256:)", kConfigDigest,
          R"("},"layers":[{"mediaType":)"
          R"("application/vnd.docker.image.rootfs.diff.tar.gzip","size":4,)"
          R"("digest":"sha256:)",
          kLayerDigest, R"("}]})"));
  options_.source = temp_ / "image";
  for (const auto& [engine, is_told] :
       std::vector<std::pair<std::string_view, bool>>{{"17.09.0", true},
                                                      {"20.10.24", true},
                                                      {"23.0.0", false},
                                                      {"28.5.2", false}}) {
    options_.release = *FindRelease(engine);
    BundleMaker maker(options_);
    ASSERT_TRUE(maker.Open(/*dry_run=*/true).ok());
    ASSERT_TRUE(maker.Generate().ok());
    const absl::StatusOr<std::vector<std::string>> findings = maker.Check();
    ASSERT_TRUE(findings.ok()) << findings.status();
    EXPECT_EQ(absl::StrContains(absl::StrJoin(*findings, "; "),
                                absl::StrCat(kLayerDigest,
                                             ": the layer is compressed by "
                                             "zstd, which Docker ",
                                             engine, " does not know")),
              is_told)
        << absl::StrJoin(*findings, "; ");
  }
}

TEST_F(BundleTest, WhatIsNoImageLeavesNoChoice) {
  options_.image.image = "x";
  ExpectFailure(absl::StatusCode::kFailedPrecondition,
                "--image: " + options_.source + " is a plugin's folder");
  options_.image = {"", "linux/arm64"};
  ExpectFailure(absl::StatusCode::kFailedPrecondition, "--platform: ");
  options_.source = temp_ / "src/config.json";
  options_.rootfs = {temp_ / "src/rootfs"};
  ExpectFailure(absl::StatusCode::kFailedPrecondition,
                "is a config.json, no image: there is nothing to choose from");
}

TEST_F(BundleTest, EnginesThatLookIntoTheRootfs) {
  options_.release = *FindRelease("1.12.6");
  // Nothing makes it for the plugin.
  fs::create_directories(temp_ / "src/rootfs/run/docker/plugins");
  temp_.Write("src/config.json",
              R"({"entrypoint":["/p"],"interface":{"types":[)"
              R"("docker.volumedriver/1.0"],"socket":"p.sock"},"mounts":[{)"
              R"("source":"/made","destination":"/etc","type":"bind"}]})");
  BundleMaker maker(options_);
  ASSERT_TRUE(maker.Open(false).ok());
  ASSERT_TRUE(maker.Generate().ok());
  ASSERT_EQ(maker.answer().outcome(), Outcome::kSpec)
      << maker.answer().message();
  // /etc is a directory of the rootfs, so its source is made.
  ASSERT_FALSE(maker.plan().start.empty());
  bool made = false;
  for (const BundleStep& step : maker.plan().start) {
    made = made || step.path == "/made";
  }
  EXPECT_TRUE(made);
  EXPECT_TRUE(
      absl::StrContains(maker.answer().spec(), options_.output + "/rootfs"));
  options_.id = "other";
  ExpectFailure(absl::StatusCode::kFailedPrecondition, "--id");
}

}  // namespace
}  // namespace specgen
