#include "specgen/bundle/unpack.h"

#include <fcntl.h>
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
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "specgen/base/temp_folder.h"
#include "specgen/bundle/blob_reader.h"
#include "specgen/bundle/tar_builder.h"
#include "specgen/bundle/tree_writer.h"
#include "specgen/bundle/unique_fd.h"

namespace specgen {
namespace {

namespace fs = std::filesystem;

// A rootfs in a folder beside "outside", which no archive may reach.
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

  TempFolder temp_;
  std::unique_ptr<TreeWriter> writer_;
};

TEST_F(UnpackTest, MakesWhatTheArchiveSays) {
  ASSERT_TRUE(Unpack({
                         {"./", '5', "", "", 0750},
                         {"bin", '5', "", "", 0555, 1234567890},
                         {"bin/tool", '0', "#!", "", 04711, 987654321},
                         {"bin/alias", '1', "", "bin/tool", 04711},
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
  // Leads to a folder of the rootfs that is not there.
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

TEST_F(UnpackTest, AFolderReplacesALinkToAFolder) {
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

TEST_F(UnpackTest, OpaqueFoldersKeepThisLayersFiles) {
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
  EXPECT_FALSE(Unpack({{"l/.wh..wh..opq", '0'}}).ok());
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

TEST_F(UnpackTest, RemovesTreesDeeperThanAPath) {
  // Each link makes the next folders reachable by a short path.
  std::vector<TarMember> members;
  std::string prefix;
  for (int i = 0; i < 11; ++i) {
    TarMember folder{"x", '5', "", "", 0700};
    std::string deep = prefix;
    for (int j = 0; j < 200; ++j) deep += "d/";
    folder.pax = {{"path", deep}};
    members.push_back(folder);
    const std::string link = "l" + std::to_string(i);
    TarMember symlink{link, '2'};
    symlink.pax = {{"linkpath", deep}};
    members.push_back(symlink);
    prefix = link + "/";
  }
  const absl::Status status = Unpack(members);
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_TRUE(writer_->Remove("d").ok());
  EXPECT_FALSE(fs::exists(temp_ / "tree/rootfs/d"));
}

TEST_F(UnpackTest, OwnersThatDoNotExistAreRefused) {
  TarMember member{"x", '0', "1"};
  member.pax = {{"uid", "4294967295"}};
  EXPECT_TRUE(absl::IsInvalidArgument(Unpack({member})));
}

TEST(BlobReaderTest, ChecksSizeAndDigest) {
  TempFolder temp;
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
