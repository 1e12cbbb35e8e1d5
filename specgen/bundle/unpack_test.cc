#include "specgen/bundle/unpack.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "specgen/base/temp_directory.h"
#include "specgen/bundle/blob_reader.h"
#include "specgen/bundle/confined_open.h"
#include "specgen/bundle/tar_builder.h"
#include "specgen/bundle/tree_writer.h"
#include "specgen/bundle/unique_fd.h"

namespace specgen {
namespace {

namespace fs = std::filesystem;

// CAP_CHOWN, as setcap(8) writes it.
constexpr std::string_view kFileCaps("\1\0\0\2\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
                                     20);

// A rootfs in a directory beside "outside", which no archive may reach.
class UnpackTest : public testing::Test {
 protected:
  UnpackTest() {
    fs::create_directories(temp_ / "tree/rootfs");
    temp_.Write("outside/file", "untouched");
    Open(Ownership::kKeep, TreeLimits());
  }

  void Open(Ownership ownership, const TreeLimits& limits) {
    absl::StatusOr<std::unique_ptr<TreeWriter>> writer =
        TreeWriter::Open(temp_ / "tree/rootfs", ownership, limits);
    ASSERT_TRUE(writer.ok()) << writer.status();
    writer_ = *std::move(writer);
  }

  absl::Status UnpackBytes(std::string_view bytes,
                           Whiteouts whiteouts = Whiteouts::kApply) {
    const std::string path = temp_.Write("layer.tar", bytes);
    BlobReader reader(UniqueFd(open(path.c_str(), O_RDONLY)), "layer.tar");
    return UnpackTar(&reader, whiteouts, writer_.get());
  }

  absl::Status Unpack(const std::vector<TarMember>& members,
                      Whiteouts whiteouts = Whiteouts::kApply) {
    absl::Status status = UnpackBytes(Tar(members), whiteouts);
    return status.ok() ? writer_->Finish() : status;
  }

  // All paths in the rootfs, sorted, with "=content" of files.
  std::string Tree() {
    std::vector<std::string> lines;
    for (const auto& entry :
         fs::recursive_directory_iterator(temp_ / "tree/rootfs")) {
      std::string line = entry.path().lexically_relative(temp_ / "tree/rootfs");
      if (entry.is_symlink()) {
        line += "->" + fs::read_symlink(entry.path()).string();
      } else if (entry.is_regular_file()) {
        line +=
            "=" + temp_.Read(fs::relative(entry.path(), temp_.path()).string());
      } else if (entry.is_directory()) {
        line += "/";
      }
      lines.push_back(line);
    }
    std::sort(lines.begin(), lines.end());
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
  }

  struct stat Stat(std::string_view path) {
    struct stat st = {};
    EXPECT_EQ(lstat((temp_ / absl::StrCat("tree/rootfs/", path)).c_str(), &st),
              0)
        << path;
    return st;
  }

  void ExpectNothingOutside() {
    EXPECT_EQ(temp_.Read("outside/file"), "untouched");
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(temp_ / "outside")) {
      names.push_back(entry.path().filename());
    }
    EXPECT_EQ(names, std::vector<std::string>{"file"});
    for (const auto& entry : fs::directory_iterator(temp_ / "tree")) {
      EXPECT_EQ(entry.path().filename(), "rootfs");
    }
  }

  TempDirectory temp_;
  std::unique_ptr<TreeWriter> writer_;
};

TEST_F(UnpackTest, MakesWhatTheArchiveSays) {
  ASSERT_TRUE(Unpack({
                         {"./", '5', "", "", 0750},
                         {"bin", '5', "", "", 0555, 1234567890},
                         {"bin/tool", '0', "#!", "", 04711, 987654321},
                         // What a hard link says is said of the file.
                         {"bin/alias", '1', "", "bin/tool", 04711, 987654321},
                         {"bin/link", '2', "", "/bin/tool", 0777},
                         {"deep/er/file", '0', "x"},
                         {"tmp", '5', "", "", 01777},
                         {"pipe", '6', "", "", 0600},
                     })
                  .ok());
  EXPECT_EQ(Tree(),
            "bin/\nbin/alias=#!\nbin/link->/bin/tool\nbin/tool=#!\n"
            "deep/\ndeep/er/\ndeep/er/file=x\npipe\ntmp/\n");
  EXPECT_EQ(Stat(".").st_mode & 07777, 0750u);
  EXPECT_EQ(Stat("bin").st_mode & 07777, 0555u);
  EXPECT_EQ(Stat("bin").st_mtime, 1234567890);
  EXPECT_EQ(Stat("bin/tool").st_mode & 07777, 04711u);
  EXPECT_EQ(Stat("bin/tool").st_mtime, 987654321);
  EXPECT_EQ(Stat("bin/tool").st_nlink, 2u);
  EXPECT_EQ(Stat("deep/er").st_mode & 07777, 0755u);
  EXPECT_EQ(Stat("tmp").st_mode & 07777, 01777u);
  EXPECT_TRUE(S_ISFIFO(Stat("pipe").st_mode));
}

TEST_F(UnpackTest, DropsWhatOnlyRootMaySet) {
  Open(Ownership::kDrop, TreeLimits());
  ASSERT_TRUE(Unpack({{"su", '0', "x", "", 06755}, {"null", '3'}}).ok());
  EXPECT_EQ(Stat("su").st_mode & 07777, 0755u);
  EXPECT_EQ(Tree(), "su=x\n");
  EXPECT_EQ(writer_->dropped_devices(), 1u);
}

TEST_F(UnpackTest, PathsDoNotLeadOut) {
  for (const char* path : {"../outside/file", "a/../../outside/file", "..",
                           "a/../..", "/../outside/file"}) {
    const absl::Status status = Unpack({{path, '0', "bad"}});
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << path << ": " << status;
    EXPECT_TRUE(absl::StrContains(status.message(), "leads out")) << status;
  }
  ExpectNothingOutside();
  ASSERT_TRUE(Unpack({{"/abs/./x/../file", '0', "in"}}).ok());
  EXPECT_EQ(Tree(), "abs/\nabs/file=in\n");
}

TEST_F(UnpackTest, SymbolicLinksAreFollowedInsideOnly) {
  const std::string outside = temp_ / "outside";
  // Leads to a directory of the rootfs that is not there.
  EXPECT_FALSE(Unpack({{"l", '2', "", outside}, {"l/new", '0', "bad"}}).ok());
  ExpectNothingOutside();
  // To its top, however many steps up.
  ASSERT_TRUE(
      Unpack({{"up", '2', "", "../../../../.."}, {"up/etc/x", '0', "in"}})
          .ok());
  EXPECT_TRUE(absl::StrContains(Tree(), "etc/x=in\n")) << Tree();
  ExpectNothingOutside();
}

TEST_F(UnpackTest, AFileReplacesALinkAndDoesNotFollowIt) {
  ASSERT_TRUE(
      Unpack({{"f", '2', "", temp_ / "outside/file"}, {"f", '0', "new"}}).ok());
  EXPECT_EQ(Tree(), "f=new\n");
  ExpectNothingOutside();
}

TEST_F(UnpackTest, ADirectoryReplacesALinkToADirectory) {
  ASSERT_TRUE(Unpack({{"d", '2', "", temp_ / "outside"},
                      {"d", '5', "", "", 0700},
                      {"d/x", '0', "in"}})
                  .ok());
  EXPECT_EQ(Tree(), "d/\nd/x=in\n");
  ExpectNothingOutside();
}

TEST_F(UnpackTest, HardLinksStayInside) {
  const std::string outside = temp_ / "outside/file";
  for (const std::string& target :
       {outside, std::string("../outside/file"), std::string("missing"),
        std::string("l/file")}) {
    Open(Ownership::kKeep, TreeLimits());
    const absl::Status status =
        Unpack({{"l", '2', "", temp_ / "outside"}, {"h", '1', "", target}});
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << target << ": " << status;
    EXPECT_TRUE(absl::StrContains(status.message(), "\"h\"")) << status;
  }
  ExpectNothingOutside();
}

// moby/go-archive createTarFile looks the target up once more, as it is
// spelled.
TEST_F(UnpackTest, AHardLinkSaysSomethingOfItsFileIfItsTargetIsSpelledRight) {
  for (const auto& [target, is_there] :
       std::vector<std::pair<std::string, bool>>{{"a", true},
                                                 {"/a", true},
                                                 {"./a", true},
                                                 {"d//../a", true},
                                                 {"a/", false},
                                                 {"x/../a", false}}) {
    ASSERT_TRUE(Unpack({{"d", '5', "", "", 0755},
                        {"a", '0', "1", "", 0640, 1000},
                        {"h", '1', "", target, 04711, 2000}})
                    .ok());
    EXPECT_EQ(Stat("a").st_mode & 07777, is_there ? 04711u : 0640u) << target;
    EXPECT_EQ(Stat("a").st_mtime, is_there ? 2000 : 1000) << target;
    EXPECT_EQ(Stat("h").st_nlink, 2u) << target;
  }
}

TEST_F(UnpackTest, AHardLinkToALinkSaysSomethingOfWhatThatLeadsTo) {
  const std::vector<TarMember> below = {{"d", '5', "", "", 0755, 1000},
                                        {"l", '2', "", "d", 0777, 1000}};
  // The link itself has no mode, and keeps its time.
  ASSERT_TRUE(Unpack(below).ok());
  ASSERT_TRUE(Unpack({{"h", '1', "", "l", 0700, 2000}}).ok());
  EXPECT_EQ(Stat("l").st_nlink, 2u);
  EXPECT_EQ(Stat("l").st_mtime, 1000);
  EXPECT_EQ(Stat("d").st_mode & 07777, 0755u);
  ASSERT_TRUE(Unpack({{"h", '1', "", "l/", 01700, 2000}}).ok());
  EXPECT_EQ(Stat("l").st_nlink, 2u);
  EXPECT_EQ(Stat("l").st_mtime, 1000);
  EXPECT_EQ(Stat("d").st_mode & 07777, 01700u);
  EXPECT_EQ(Stat("d").st_mtime, 2000);
  // Beside it, it can lead elsewhere.
  EXPECT_TRUE(
      absl::IsInvalidArgument(Unpack({{"e/h", '1', "", "l/", 0700, 2000}})));
  ASSERT_TRUE(Unpack({{"e/d", '0', "1", "", 0600, 1000},
                      {"e/h", '1', "", "l/", 0711, 3000}})
                  .ok());
  EXPECT_EQ(Stat("e/d").st_mode & 07777, 0711u);
  EXPECT_EQ(Stat("e/d").st_mtime, 3000);
  EXPECT_EQ(Stat("d").st_mtime, 2000);
}

// So that the archive of a bundle has the same in it.
TEST_F(UnpackTest, WhatAHardLinkSaysIsOnRecord) {
  Open(Ownership::kRecord, TreeLimits());
  ASSERT_TRUE(Unpack({{"implied/a", '0', "1", "", 0640, 1000},
                      {"l", '2', "", "implied", 0777, 1000},
                      {"h", '1', "", "implied/a/", 04711, 2000},
                      {"h2", '1', "", "l/", 01700, 3000}})
                  .ok());
  const TreeLedger& ledger = writer_->ledger();
  EXPECT_EQ(ledger.at("implied/a")->mode, 0640u);
  EXPECT_EQ(ledger.at("h")->modified.tv_sec, 1000);
  EXPECT_EQ(ledger.at("implied")->mode, 01700u);
  EXPECT_EQ(ledger.at("implied")->modified.tv_sec, 3000);
  EXPECT_EQ(ledger.at("h2")->type, TreeEntry::Type::kSymlink);
  EXPECT_EQ(ledger.at("l")->modified.tv_sec, 1000);
  Open(Ownership::kRecord, TreeLimits());
  ASSERT_TRUE(Unpack({{"a", '0', "1", "", 0640, 1000},
                      {"b", '1', "", "a", 04711, 2000}})
                  .ok());
  EXPECT_EQ(writer_->ledger().at("a")->mode, 04711u);
  EXPECT_EQ(writer_->ledger().at("a")->modified.tv_sec, 2000);
}

TEST_F(UnpackTest, HardLinksShareWhatIsOnRecord) {
  Open(Ownership::kRecord, TreeLimits());
  TarMember file{"f", '0', "x"};
  file.pax = {{"SCHILY.xattr.user.a", std::string(60000, 'a')}};
  ASSERT_TRUE(
      UnpackBytes(Tar({file, {"g", '1', "", "f"}, {"h", '1', "", "g"}})).ok());
  ASSERT_TRUE(writer_->Finish().ok());
  const TreeLedger& ledger = writer_->ledger();
  EXPECT_EQ(ledger.at("f")->xattrs.size(), 1u);
  EXPECT_EQ(ledger.at("f"), ledger.at("g"));
  EXPECT_EQ(ledger.at("f"), ledger.at("h"));
}

TEST_F(UnpackTest, WhatTheKernelTakesAwayWithAnOwnerIsNotOnRecord) {
  for (const auto& [mode, kept] : std::vector<std::pair<uint32_t, uint32_t>>{
           {06755, 0755}, {06745, 02745}, {01777, 01777}}) {
    Open(Ownership::kRecord, TreeLimits());
    TarMember file{"a", '0', "1", "", mode};
    file.pax = {{"SCHILY.xattr.security.capability", std::string(kFileCaps)},
                {"SCHILY.xattr.user.a", "b"}};
    ASSERT_TRUE(Unpack({file, {"h", '1', "", "a/", 0600}}).ok());
    const InodeFacts& facts = *writer_->ledger().at("h");
    EXPECT_EQ(facts.mode, kept);
    ASSERT_EQ(facts.xattrs.size(), 1u);
    EXPECT_EQ(facts.xattrs[0].first, "user.a");
  }
}

TEST_F(UnpackTest, ADirectoryOverADirectoryKeepsItsAttributesOnRecord) {
  Open(Ownership::kRecord, TreeLimits());
  TarMember directory{"d", '5', "", "", 0755};
  directory.pax = {{"SCHILY.xattr.user.a", "1"}, {"SCHILY.xattr.user.b", "2"}};
  ASSERT_TRUE(UnpackBytes(Tar({directory})).ok());
  directory.mode = 0700;
  directory.pax = {{"SCHILY.xattr.user.b", "3"}};
  ASSERT_TRUE(UnpackBytes(Tar({directory})).ok());
  // Another one has nothing of it, even if it gets its number.
  TarMember other = directory;
  other.path = "e";
  ASSERT_TRUE(UnpackBytes(Tar({other, {".wh.e", '0'}, {"e", '5'}})).ok());
  ASSERT_TRUE(writer_->Finish().ok());
  const InodeFacts& facts = *writer_->ledger().at("d");
  EXPECT_EQ(facts.mode, 0700u);
  const std::vector<std::pair<std::string, std::string>> both = {
      {"user.a", "1"}, {"user.b", "3"}};
  EXPECT_EQ(facts.xattrs, both);
  EXPECT_TRUE(writer_->ledger().at("e")->xattrs.empty());
}

TEST_F(UnpackTest, WhiteoutsRemoveWhatIsBelow) {
  ASSERT_TRUE(Unpack({{"a/x", '0', "1"},
                      {"a/y", '0', "2"},
                      {"b/c/d", '0', "3"},
                      {"keep", '0', "4"}})
                  .ok());
  ASSERT_TRUE(Unpack({{"a/.wh.x", '0'},
                      {".wh.b", '0'},
                      {"a/z", '0', "5"},
                      {".wh..wh.plnk/1.2", '0', "aufs"},
                      {".wh.never-there", '0'}})
                  .ok());
  EXPECT_EQ(Tree(), "a/\na/y=2\na/z=5\nkeep=4\n");
}

TEST_F(UnpackTest, OpaqueDirectoriesKeepThisLayersFiles) {
  ASSERT_TRUE(Unpack({{"d/old", '0', "1"},
                      {"d/sub/old", '0', "2"},
                      {"d/gone/old", '0', "3"},
                      {"e/old", '0', "4"}})
                  .ok());
  ASSERT_TRUE(Unpack({{"d", '5', "", "", 0755},
                      {"d/new", '0', "5"},
                      {"d/sub", '5', "", "", 0755},
                      {"d/sub/new", '0', "6"},
                      {"d/.wh..wh..opq", '0'}})
                  .ok());
  EXPECT_EQ(Tree(), "d/\nd/new=5\nd/sub/\nd/sub/new=6\ne/\ne/old=4\n");
}

// moby/go-archive UnpackLayer walks by paths, in the order of names.
TEST_F(UnpackTest, AnOpaqueMarkEndsWithTheLinkByWhichItLeads) {
  const std::vector<TarMember> below = {{"t/m", '2', "", "/"},
                                        {"t/a", '0', "1"},
                                        {"t/x", '0', "2"},
                                        {"t/d/y", '0', "3"}};
  ASSERT_TRUE(Unpack(below).ok());
  ASSERT_TRUE(Unpack({{"t/m/t/.wh..wh..opq", '0'}}).ok());
  EXPECT_EQ(Tree(), "t/\nt/x=2\n");
  ASSERT_TRUE(Unpack({{".wh.t", '0'}}).ok());
  // By another one, all goes, also for a second time.
  ASSERT_TRUE(Unpack(below).ok());
  ASSERT_TRUE(Unpack({{"l", '2', "", "/"},
                      {"l/t/d", '5', "", "", 0755},
                      {"l/t/.wh..wh..opq", '0'},
                      {"t/new", '0', "4"},
                      {"l/t/.wh..wh..opq", '0'}})
                  .ok());
  EXPECT_EQ(Tree(), "l->/\nt/\nt/d/\n");
}

TEST_F(UnpackTest, WhiteoutsRemoveNothingElse) {
  ASSERT_TRUE(Unpack({{"a/x", '0', "1"},
                      {"l", '2', "", temp_ / "outside"},
                      {"up", '2', "", "../.."}})
                  .ok());
  for (const char* path :
       {".wh.", ".wh..", ".wh...", "a/.wh.", "a/.wh..", "a/.wh..."}) {
    EXPECT_TRUE(absl::IsInvalidArgument(Unpack({{path, '0'}}))) << path;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(Unpack({{"../.wh.outside", '0'}})));
  EXPECT_TRUE(Unpack({{"l/.wh.file", '0'}}).ok());
  EXPECT_TRUE(Unpack({{"up/.wh.outside", '0'}}).ok());
  // A link is nothing that could be opaque.
  EXPECT_TRUE(Unpack({{"l/.wh..wh..opq", '0'}}).ok());
  EXPECT_TRUE(Unpack({{"up/.wh..wh..opq", '0'}}).ok());
  ExpectNothingOutside();
  EXPECT_TRUE(absl::StrContains(Tree(), "a/x=1\n"));
}

TEST_F(UnpackTest, WhiteoutsOfAPlainArchiveAreFiles) {
  ASSERT_TRUE(
      Unpack({{"x", '0', "1"}, {".wh.x", '0', "2"}}, Whiteouts::kKeep).ok());
  EXPECT_EQ(Tree(), ".wh.x=2\nx=1\n");
}

TEST_F(UnpackTest, ALaterLayerWins) {
  ASSERT_TRUE(Unpack({{"x", '5'}, {"x/y", '0', "1"}, {"f", '0', "2"}}).ok());
  ASSERT_TRUE(Unpack({{"x", '0', "3"}, {"f", '5'}, {"f/g", '5'}}).ok());
  EXPECT_EQ(Tree(), "f/\nf/g/\nx=3\n");
}

TEST_F(UnpackTest, LimitsHold) {
  TreeLimits limits;
  limits.bytes = 1000;
  Open(Ownership::kDrop, limits);
  // 8 MiB of zeros in some 8 KiB.
  const std::string bomb =
      Gzip(Tar({{"bomb", '0', std::string(8 << 20, '\0')}}));
  EXPECT_LT(bomb.size(), 10000u);
  EXPECT_TRUE(absl::IsResourceExhausted(UnpackBytes(bomb)));
  EXPECT_EQ(Tree(), "");
  EXPECT_TRUE(Unpack({{"a", '0', std::string(600, 'x')}}).ok());
  EXPECT_TRUE(
      absl::IsResourceExhausted(Unpack({{"b", '0', std::string(600, 'x')}})));

  limits.bytes = 1000000;
  limits.entries = 2;
  Open(Ownership::kDrop, limits);
  EXPECT_TRUE(
      absl::IsResourceExhausted(Unpack({{"1", '5'}, {"2", '5'}, {"3", '5'}})));
  Open(Ownership::kDrop, limits);
  EXPECT_TRUE(absl::IsResourceExhausted(
      Unpack({{".wh.1", '0'}, {".wh.2", '0'}, {".wh.3", '0'}})));
}

TEST_F(UnpackTest, DamagedArchivesAreRefused) {
  const std::string tar = Tar({{"file", '0', std::string(3000, 'x')}});
  const std::string gzip = Gzip(tar);
  EXPECT_TRUE(UnpackBytes(gzip).ok());
  for (const std::string& bytes :
       {std::string("this is no archive, whatever its name says"),
        tar.substr(0, 1000), tar.substr(0, 300),
        gzip.substr(0, gzip.size() / 2),
        std::string("\x1f\x8b\x08") + '\0' + "garbage",
        std::string(512, '\xff')}) {
    const absl::Status status = UnpackBytes(bytes);
    EXPECT_TRUE(absl::IsInvalidArgument(status))
        << absl::CHexEscape(bytes.substr(0, 20)) << ": " << status;
    EXPECT_TRUE(absl::StartsWith(status.message(), "layer.tar: ")) << status;
  }
  TarMember liar{"liar", '0', "short"};
  liar.claimed_size = 1 << 20;
  EXPECT_TRUE(absl::IsInvalidArgument(Unpack({liar})));
}

TEST_F(UnpackTest, ReadsZstd) {
  // A file "f" that holds "zstd\n", compressed by zstd 1.5. It is root's, so
  // the owner is dropped.
  Open(Ownership::kDrop, TreeLimits());
  std::string bytes;
  ASSERT_TRUE(absl::HexStringToBytes(
      "28b52ffd0468c50100b282080fc06b0c76fb694cf56c05e7f4d0cd148292d0f2"
      "3d2421e5c1cdc6bbe2dfbbf1af090720701ff7fd658e3a60f2844b0486f393c3"
      "026920c6a4",
      &bytes));
  ASSERT_TRUE(UnpackBytes(bytes).ok());
  ASSERT_TRUE(writer_->Finish().ok());
  EXPECT_EQ(Tree(), "f=zstd\n\n");
}

TEST_F(UnpackTest, NamesAreBytes) {
  // Not UTF-8; "ä" decomposed, which must not be composed.
  TarMember bytes{"x", '0', "1"};
  bytes.pax = {{"path", "b\xff\xfe"}};
  TarMember decomposed{"y", '2', "", "t"};
  decomposed.pax = {{"path", "a\xcc\x88"}, {"linkpath", "a\xcc\x88-target"}};
  ASSERT_TRUE(Unpack({bytes, decomposed, {"caf\xe9", '0', "2"}}).ok());
  EXPECT_EQ(Tree(), "a\xcc\x88->a\xcc\x88-target\nb\xff\xfe=1\ncaf\xe9=2\n");
}

TEST_F(UnpackTest, TargetsInThePaxHeaderOnly) {
  TarMember hard{"h", '1'};
  hard.pax = {{"linkpath", "\xe6\x97\xa5"}};
  TarMember symbolic{"s", '2'};
  symbolic.pax = hard.pax;
  // A file has no target, whatever is written there.
  TarMember file{"f", '0', "2"};
  file.pax = hard.pax;
  ASSERT_TRUE(Unpack({{"\xe6\x97\xa5", '0', "1"}, hard, symbolic, file}).ok());
  EXPECT_EQ(Tree(), "f=2\nh=1\ns->\xe6\x97\xa5\n\xe6\x97\xa5=1\n");
}

TEST_F(UnpackTest, LongNames) {
  TarMember longest{"x", '0', "1"};
  std::string path;
  while (path.size() < 3800) path += std::string(190, 'd') + "/";
  longest.pax = {{"path", path + "f"}};
  ASSERT_TRUE(Unpack({longest}).ok());
  TarMember beyond{"x", '0', "1"};
  beyond.pax = {{"path", path + path}};
  EXPECT_TRUE(absl::IsInvalidArgument(Unpack({beyond})));
  TarMember name{"x", '0', "1"};
  name.pax = {{"path", std::string(256, 'n')}};
  EXPECT_FALSE(Unpack({name}).ok());
}

TEST_F(UnpackTest, TreesDeeperThanAPathAreRefusedAndCanBeRemoved) {
  // Each link makes the next directories reachable by a short path.
  std::vector<TarMember> members;
  std::string prefix;
  for (int i = 0; i < 11; ++i) {
    TarMember directory{"x", '5', "", "", 0700};
    std::string deep = prefix;
    for (int j = 0; j < 200; ++j) deep += "d/";
    directory.pax = {{"path", deep}};
    members.push_back(directory);
    const std::string link = "l" + std::to_string(i);
    TarMember symlink{link, '2'};
    symlink.pax = {{"linkpath", deep}};
    members.push_back(symlink);
    prefix = link + "/";
  }
  ASSERT_TRUE(UnpackBytes(Tar(members)).ok());
  const absl::Status status = writer_->Finish();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "256 directories deep"));
  ASSERT_TRUE(writer_->Remove("d").ok());
  EXPECT_FALSE(fs::exists(temp_ / "tree/rootfs/d"));
}

TEST_F(UnpackTest, PathsThatLeadNowhereAreTheArchivesFault) {
  for (const std::vector<TarMember>& members :
       std::vector<std::vector<TarMember>>{
           {{"f", '0'}, {"f/x", '0'}},
           {{"f", '0'}, {"f/x/y", '5'}},
           {{"f", '0'}, {"f/.wh.x", '0'}},
           {{"l", '2', "", "l"}, {"l/x", '0'}},
           {{"l", '2', "", "gone"}, {"l/x", '0'}},
           {{"x", '0', "", "", 0644, 0, -1, {{"path", std::string(256, 'n')}}}},
           {{"x",
             '5',
             "",
             "",
             0755,
             0,
             -1,
             {{"path", std::string(256, 'n') + "/x"}}}},
           {{"x",
             '2',
             "",
             "",
             0755,
             0,
             -1,
             {{"linkpath", std::string(4200, 'n')}}}}}) {
    Open(Ownership::kKeep, TreeLimits());
    const absl::Status status = Unpack(members);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  }
}

TEST_F(UnpackTest, OwnersThatDoNotExistAreRefused) {
  TarMember member{"x", '0', "1"};
  member.pax = {{"uid", "4294967295"}};
  EXPECT_TRUE(absl::IsInvalidArgument(Unpack({member})));
}

TEST_F(UnpackTest, GzipIsCheckedToItsEnd) {
  const std::string tar = Tar({{"f", '0', std::string(1000, 'A')}});
  const std::string gzip = Gzip(tar);
  const std::string empty = Gzip("");
  std::string wrong_sum = gzip;
  wrong_sum[gzip.size() - 8] ^= 1;
  std::string wrong_length = gzip;
  wrong_length[gzip.size() - 1] ^= 1;
  std::string many = gzip;
  for (int i = 0; i < 1000; ++i) many += empty;
  // Concatenated, an archive is one.
  EXPECT_TRUE(UnpackBytes(many).ok());
  EXPECT_TRUE(
      UnpackBytes(Gzip(tar.substr(0, 700)) + empty + Gzip(tar.substr(700)))
          .ok());
  for (const std::string& bytes :
       {wrong_sum, wrong_length, gzip + "x", gzip + std::string(4, '\0'),
        gzip + "something else that follows", gzip + gzip.substr(0, 30),
        gzip.substr(0, gzip.size() - 1), gzip.substr(0, gzip.size() - 9)}) {
    const absl::Status status = UnpackBytes(bytes);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), "gzip: ")) << status;
  }
}

TEST_F(UnpackTest, OnlyOneCompressionIsUndone) {
  const std::string tar = Tar({{"f", '0', "x"}});
  EXPECT_TRUE(absl::IsInvalidArgument(UnpackBytes(Gzip(Gzip(tar)))));
  const absl::Status xz =
      UnpackBytes(std::string("\xfd") + "7zXZ" + std::string(100, '\0'));
  EXPECT_TRUE(absl::StrContains(xz.message(), "compressed with xz")) << xz;
}

TEST_F(UnpackTest, AllDecompressedBytesAreCounted) {
  TreeLimits limits;
  limits.bytes = 1000;
  limits.entries = 10;
  EXPECT_EQ(limits.archive_bytes(), 1000u + 10 * 4096);
  const std::string tar = Tar({{"f", '0', "x"}});
  const auto refused = [&](const std::string& bytes) {
    Open(Ownership::kDrop, limits);
    const absl::Status status = UnpackBytes(bytes);
    return absl::IsResourceExhausted(status);
  };
  EXPECT_FALSE(refused(Gzip(tar)));
  // Behind the archive; in whiteouts; in a file of no size; in a header.
  EXPECT_TRUE(refused(Gzip(tar + std::string(50000, '\0'))));
  EXPECT_TRUE(refused(Gzip(Tar({{".wh.f", '0', std::string(50000, 'x')}}))));
  EXPECT_TRUE(
      refused(Gzip(Tar({{".wh..wh.aufs", '0', std::string(50000, 'x')}}))));
  TarMember chatty{"f", '0', "x"};
  chatty.pax = {{"comment", std::string(50000, 'x')}};
  EXPECT_TRUE(refused(Gzip(Tar({chatty}))));
  // Over all layers.
  Open(Ownership::kDrop, limits);
  absl::Status status;
  int layers = 0;
  for (; status.ok() && layers < 100; ++layers) status = UnpackBytes(tar);
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_LE(layers, 21);
}

// As Go's archive/tar refuses them.
TEST_F(UnpackTest, RecordsThatMakeNoSenseAreRefused) {
  using Record = std::pair<std::string, std::string>;
  const std::string nul("a\0b", 3);
  for (const Record& record : {
           Record{"path", nul},
           Record{"linkpath", nul},
           Record{"uname", nul},
           Record{std::string("SCHILY.xattr.user.\0x", 20), "v"},
           Record{"mtime", "nan"},
           Record{"mtime", "1e3"},
           Record{"atime", "x"},
           Record{"uid", "x"},
           Record{"size", "-1"},
           Record{"size", "9223372036854775808"},
           Record{"GNU.sparse.offset", "0"},
       }) {
    TarMember member{"f", '0', "x"};
    member.pax = {record};
    if (record.first == "GNU.sparse.offset") {
      member.pax = {{"GNU.sparse.numbytes", "0"}, record};
    }
    EXPECT_TRUE(absl::IsInvalidArgument(Unpack({member}))) << record.first;
  }
}

TEST_F(UnpackTest, RecordsThatDockerDoesNotTakeMeanNothing) {
  TarMember member{"f", '0', "x", "", 0664};
  member.pax = {{"SCHILY.acl.access", "user::rw-,group::r--,other::r--"},
                {"LIBARCHIVE.xattr.user.a", "dg"},
                {"hdrcharset", "BINARY"}};
  ASSERT_TRUE(Unpack({member}).ok());
  EXPECT_EQ(Stat("f").st_mode & 07777, 0664u);
  char names[256];
  EXPECT_EQ(listxattr((temp_ / "tree/rootfs/f").c_str(), names, sizeof(names)),
            0);
}

TEST_F(UnpackTest, SparseMaps) {
  const auto sparse = [](std::string map, const std::string& bytes,
                         std::string size) {
    map.resize((map.size() + 511) / 512 * 512);
    TarMember member{"s", '0', map + bytes};
    member.pax = {{"GNU.sparse.major", "1"},
                  {"GNU.sparse.minor", "0"},
                  {"GNU.sparse.name", "f"},
                  {"GNU.sparse.realsize", std::move(size)}};
    return member;
  };
  ASSERT_TRUE(Unpack({sparse("2\n1\n2\n5\n1\n", "abc", "7")}).ok());
  EXPECT_EQ(Tree(), std::string("f=\0ab\0\0c\0\n", 10));
  for (const TarMember& bad : {
           sparse("2\n5\n1\n1\n2\n", "abc", "7"),  // out of order
           sparse("2\n1\n2\n2\n1\n", "abc", "7"),  // overlapping
           sparse("1\n1\n2\n", "abc", "7"),        // more bytes
           sparse("1\n1\n4\n", "abc", "7"),        // fewer
           sparse("1\n1\n7\n", "abcdefg", "7"),    // too long
           sparse("1\n-1\n1\n", "a", "7"),
           sparse("1\n9223372036854775807\n1\n", "a", "7"),
           sparse("1\n0\n1\n", "a", "-7"),
           sparse("x\n", "a", "7"),
           sparse("99999999999999999999\n", "a", "7"),
           sparse("3\n0\n1\n", "a", "7"),
       }) {
    EXPECT_TRUE(absl::IsInvalidArgument(Unpack({bad}))) << bad.content;
  }
  // A map of more than 1 MiB, of which little comes of little.
  std::string map = "600000\n";
  for (int i = 0; i < 600000; ++i) map += "5\n0\n";
  const absl::Status status = Unpack({sparse(map, "", "7")});
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_TRUE(absl::StrContains(status.message(), "1 MiB")) << status;
}

TEST_F(UnpackTest, WhereAnArchiveEnds) {
  const std::string f = TarBlock({"f", '0'}, "x");
  const std::string zeros(512, '\0');
  EXPECT_TRUE(UnpackBytes("").ok());
  EXPECT_TRUE(UnpackBytes(f).ok());
  EXPECT_TRUE(UnpackBytes(f.substr(0, 513)).ok());  // padding is missing
  EXPECT_TRUE(UnpackBytes(f + zeros).ok());
  EXPECT_TRUE(UnpackBytes(f + zeros + zeros + "whatever").ok());
  EXPECT_FALSE(UnpackBytes(f + zeros + f).ok());
  EXPECT_FALSE(UnpackBytes(f + "x").ok());
  EXPECT_FALSE(UnpackBytes(f + zeros + "x").ok());
  EXPECT_FALSE(UnpackBytes(f.substr(0, 512)).ok());
}

TEST_F(UnpackTest, NumbersThatTarDoesNotHaveAreRefused) {
  std::string block = TarBlock({"f", '0'}, "");
  const auto with = [&block](size_t at, std::string_view bytes) {
    std::string changed = block;
    changed.replace(at, bytes.size(), bytes);
    changed.replace(148, 8, "        ");
    unsigned sum = 0;
    for (unsigned char c : changed) sum += c;
    changed.replace(148, 6, absl::StrFormat("%06o", sum));
    changed[154] = '\0';
    return changed;
  };
  EXPECT_TRUE(UnpackBytes(with(100, "0000644")).ok());
  // Base 256: too large, negative; no octal digits.
  EXPECT_FALSE(
      UnpackBytes(with(124, "\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"))
          .ok());
  EXPECT_FALSE(
      UnpackBytes(with(124, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"))
          .ok());
  EXPECT_FALSE(UnpackBytes(with(108, "12 34")).ok());
  EXPECT_FALSE(UnpackBytes(with(329, "x")).ok());
  std::string wrong_sum = block;
  wrong_sum[148] ^= 1;
  EXPECT_FALSE(UnpackBytes(wrong_sum).ok());
}

TEST_F(UnpackTest, AGlobalHeaderSaysNothingOfFiles) {
  TarMember global{"pax_global_header", 'g'};
  global.content = "12 path=bad\n";
  ASSERT_TRUE(Unpack({global, {"f", '0', "x"}}).ok());
  EXPECT_EQ(Tree(), "f=x\n");
}

TEST_F(UnpackTest, ALayerThatRemovesItsOwnDirectoryIsRefused) {
  EXPECT_TRUE(absl::IsInvalidArgument(
      UnpackBytes(Tar({{"d", '5', "", "", 0755}, {".wh.d", '0'}}))));
  // Under another entry of that path there is one again.
  EXPECT_TRUE(UnpackBytes(Tar({{"d", '5', "", "", 0755},
                               {"d", '0', "x"},
                               {"d", '5', "", "", 0755}}))
                  .ok());
}

TEST_F(UnpackTest, ManyOpaqueMarksAreNoWork) {
  std::vector<TarMember> members = {{"o", '5', "", "", 0755}};
  constexpr uint64_t kCount = 300;
  for (uint64_t i = 0; i < kCount; ++i) {
    members.push_back({absl::StrCat("o/f", i), '0'});
  }
  for (uint64_t i = 0; i < kCount; ++i) {
    members.push_back({"o/.wh..wh..opq", '0'});
  }
  ASSERT_TRUE(UnpackBytes(Tar(members)).ok());
  EXPECT_LE(writer_->searched(), kCount);
  // Files between the marks change nothing.
  const uint64_t before = writer_->searched();
  members.resize(1);
  for (uint64_t i = 0; i < kCount; ++i) {
    members.push_back({absl::StrCat("o/g", i), '0'});
    members.push_back({"o/.wh..wh..opq", '0'});
  }
  ASSERT_TRUE(UnpackBytes(Tar(members)).ok());
  EXPECT_LE(writer_->searched() - before, 2 * kCount);
  // Where each mark has something to remove, the work has a limit.
  TreeLimits limits;
  limits.entries = 1000;
  Open(Ownership::kKeep, limits);
  members.resize(1);
  for (int i = 0; i < 200; ++i) {
    members.push_back({absl::StrCat("o/h", i), '0'});
  }
  for (int i = 0; i < 200; ++i) {
    members.push_back({"o/implied/f", '0'});
    members.push_back({"o/.wh..wh..opq", '0'});
  }
  EXPECT_TRUE(absl::IsResourceExhausted(UnpackBytes(Tar(members))));
}

TEST_F(UnpackTest, NamesHaveALimit) {
  TreeLimits limits;
  limits.names = 1000;
  Open(Ownership::kRecord, limits);
  TarMember member{"f", '0', "x"};
  member.pax = {{"SCHILY.xattr.user.a", std::string(700, 'x')}};
  EXPECT_TRUE(UnpackBytes(Tar({member})).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(UnpackBytes(Tar({member}))));
  Open(Ownership::kKeep, limits);
  EXPECT_TRUE(absl::IsResourceExhausted(
      UnpackBytes(Tar({{std::string(90, 'a') + "/", '5'},
                       {std::string(90, 'b') + "/", '5'},
                       {std::string(90, 'c') + "/", '5'},
                       {std::string(90, 'd') + "/", '5'},
                       {std::string(90, 'e') + "/", '5'},
                       {std::string(90, 'g') + "/", '5'}}))));
}

TEST_F(UnpackTest, AttributesThatLinuxDoesNotKnowAreRefused) {
  for (const auto& [key, value] :
       {std::pair<std::string, std::string>("other.x", "v"),
        std::pair<std::string, std::string>("", "v"),
        std::pair<std::string, std::string>("user.", "v"),
        std::pair<std::string, std::string>("user." + std::string(300, 'x'),
                                            "v"),
        std::pair<std::string, std::string>("user.x", std::string(65537, 'x')),
        std::pair<std::string, std::string>("system.other", "v"),
        std::pair<std::string, std::string>("system.posix_acl_access", "v"),
        std::pair<std::string, std::string>("system.posix_acl_default",
                                            std::string("\2\0\0\0\1", 5)),
        std::pair<std::string, std::string>("security.capability", "cap"),
        // The first revision, which the kernel only reads.
        std::pair<std::string, std::string>(
            "security.capability",
            std::string("\1\0\0\1", 4) + std::string(8, '\0'))}) {
    for (const Ownership ownership : {Ownership::kRecord, Ownership::kKeep}) {
      Open(ownership, TreeLimits());
      TarMember member{"f", '0', "x"};
      member.pax = {{"SCHILY.xattr." + key, value}};
      const absl::Status status = Unpack({member});
      EXPECT_TRUE(absl::IsInvalidArgument(status)) << key << status;
    }
  }
}

// What setxattr(2) answers on a tmpfs, for each type of file.
TEST_F(UnpackTest, WhatAnAttributeMaySayDependsOnTheTypeOfItsFile) {
  const std::string acl(
      "\2\0\0\0\1\0\6\0\377\377\377\377\4\0\4\0\377\377\377\377"
      "\x20\0\4\0\377\377\377\377",
      28);
  const std::string no_entries("\2\0\0\0", 4);
  const std::string long_name = "user." + std::string(251, 'x');
  struct Case {
    std::string name;
    std::string value;
    std::string_view taken;  // types of tar's entries
  };
  const Case cases[] = {
      {"security.capability", "", "0256"},
      {"security.capability", "x", ""},
      {"system.posix_acl_access", "", "056"},
      {"system.posix_acl_access", acl, "056"},
      {"system.posix_acl_access", no_entries, "056"},
      {"system.posix_acl_default", "", "056"},
      {"system.posix_acl_default", no_entries, "056"},
      {"system.posix_acl_default", acl, "5"},
      {"user.", "x", "26"},
      {"user.x", "", "0256"},
      {"user.x", std::string(65537, 'x'), ""},
      {long_name, "x", ""},
      {"trusted.x", "", "0256"},
      {"user", "x", ""},
      {"other.x", "x", ""},
  };
  for (const auto& [name, value, taken] : cases) {
    for (const char type : {'0', '2', '5', '6'}) {
      for (const Ownership ownership : {Ownership::kRecord, Ownership::kKeep}) {
        Open(ownership, TreeLimits());
        TarMember member{"f", type};
        if (type == '2') member.target = "x";
        member.pax = {{"SCHILY.xattr." + name, value}};
        EXPECT_EQ(Unpack({member}).ok(), taken.find(type) != taken.npos)
            << name << " of " << value.size() << " bytes, type " << type
            << (ownership == Ownership::kKeep ? ", asked" : ", recorded");
      }
    }
  }
}

TEST_F(UnpackTest, ASymbolicLinkToNothingIsRefused) {
  EXPECT_TRUE(absl::IsInvalidArgument(Unpack({{"l", '2'}})));
}

TEST(OpenRegularTest, OpensNothingElse) {
  TempDirectory temp;
  temp.Write("file", "abc");
  ASSERT_EQ(mkfifo((temp / "fifo").c_str(), 0600), 0);
  ASSERT_EQ(symlink("file", (temp / "link").c_str()), 0);
  const auto open_it = [](const std::string& path) {
    return OpenRegular(
        UniqueFd(open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)));
  };
  char byte;
  EXPECT_EQ(read(open_it(temp / "file").get(), &byte, 1), 1);
  for (const std::string& path :
       {temp / "fifo", temp / "link", temp.path(), std::string("/dev/null")}) {
    EXPECT_FALSE(open_it(path).ok()) << path;
    EXPECT_EQ(errno, EINVAL) << path;
  }
  EXPECT_FALSE(open_it(temp / "nothing").ok());
  EXPECT_EQ(errno, ENOENT);
}

TEST(BlobReaderTest, ChecksSizeAndDigest) {
  TempDirectory temp;
  const std::string path = temp.Write("blob", "abc");
  BlobInfo info;
  info.sha256 =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  info.size = 3;
  const auto verify = [&]() {
    return BlobReader(UniqueFd(open(path.c_str(), O_RDONLY)), "blob")
        .Verify(info);
  };
  EXPECT_TRUE(verify().ok());
  info.size = 4;
  EXPECT_TRUE(absl::IsInvalidArgument(verify()));
  info.size = 3;
  info.sha256[0] = 'c';
  EXPECT_TRUE(absl::IsInvalidArgument(verify()));
}

}  // namespace
}  // namespace specgen
