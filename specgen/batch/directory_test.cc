#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "specgen/base/temp_directory.h"
#include "specgen/batch/batch.h"
#include "specgen/batch/progress_bar.h"
#include "specgen/batch/spec_directory.h"
#include "specgen/host/host_snapshot.h"

namespace specgen {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

constexpr std::string_view kConfig = R"({"entrypoint":["/p"]})";

class Directories : public ::testing::Test {
 protected:
  Directories()
      : top_(temp_.path()),
        configs_(top_ + "/configs"),
        specs_(top_ + "/specs"),
        host_(HostSnapshot::Empty()),
        generator_(**FindRelease("28.5.2"), *host_) {
    fs::create_directories(configs_);
  }

  void Put(const std::string& name, std::string_view text) {
    fs::create_directories(fs::path(name).parent_path());
    std::ofstream(name) << text;
  }

  BatchResult RunIt(unsigned threads = 3, int stop_fd = -1) {
    return RunWith(Overwrite::kNo, threads, stop_fd);
  }

  BatchResult RunWith(Overwrite overwrite, unsigned threads = 3,
                      int stop_fd = -1) {
    BatchOptions options;
    options.threads = threads;
    options.stop_fd = stop_fd;
    problems_.clear();
    return RunDirectory(
        generator_, Request(), configs_, specs_, overwrite,
        [this](const FileProblem& problem) {
          problems_[problem.path] =
              absl::StrCat(problem.position, " ", problem.message,
                           problem.left ? " (left)" : "");
        },
        options);
  }

  // All that is in the directory of specs: bytes of files, targets of links.
  std::map<std::string, std::string> All() {
    std::map<std::string, std::string> all = Specs();
    for (const auto& entry : fs::recursive_directory_iterator(specs_)) {
      const std::string name = entry.path().lexically_relative(specs_);
      if (entry.is_symlink()) {
        all[name] = "-> " + fs::read_symlink(entry.path()).string();
      } else if (entry.is_directory()) {
        all[name] = "a directory";
      }
    }
    return all;
  }

  // That a batch is refused, and that nothing is other than before.
  void ExpectRefused(Overwrite overwrite, const std::string& why) {
    const auto before = All();
    const BatchResult result = RunWith(overwrite);
    EXPECT_TRUE(result.refused);
    EXPECT_EQ(result.counts.answers(), 0);
    EXPECT_THAT(std::string(result.status.message()), HasSubstr(why));
    EXPECT_EQ(All(), before);
  }

  // All files below the directory of specs, but the record.
  std::map<std::string, std::string> Specs() {
    std::map<std::string, std::string> specs;
    for (const auto& entry : fs::recursive_directory_iterator(specs_)) {
      if (entry.is_symlink() || !entry.is_regular_file()) continue;
      if (entry.path().filename() == SpecDirectory::kRecord) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      std::stringstream text;
      text << file.rdbuf();
      specs[entry.path().lexically_relative(specs_)] = text.str();
    }
    return specs;
  }

  std::string MakeSpec() {
    Answer answer;
    Request request;
    request.plugin = kConfig;
    generator_.Generate(request, &answer);
    return std::string(answer.spec());
  }

  // Leaves nothing: Bazel 4 on Debian 13, and 7, crash at names that are not
  // ASCII where they remove what a test left.
  const TempDirectory temp_;
  const std::string top_, configs_, specs_;
  const std::unique_ptr<HostSnapshot> host_;
  const Generator generator_;
  std::map<std::string, std::string> problems_;
  const std::string spec_ = MakeSpec();  // of kConfig
  // As the record has it, of a file that a batch wrote.
  std::string DigestOfSpec() {
    Put(top_ + "/one/a.json", kConfig);
    const BatchResult result = RunDirectory(
        generator_, Request(), top_ + "/one", top_ + "/made", Overwrite::kYes,
        [](const FileProblem&) {}, BatchOptions());
    EXPECT_TRUE(result.status.ok()) << result.status;
    std::ifstream record(top_ + "/made/" + SpecDirectory::kRecord);
    std::string digest;
    record >> digest;
    EXPECT_EQ(digest.size(), 64);
    return digest;
  }
};

TEST_F(Directories, EveryConfigGivesASpecOfItsName) {
  Put(configs_ + "/a.json", kConfig);
  Put(configs_ + "/b/config.json", kConfig);
  Put(configs_ + "/b/readme.txt", "no config");
  Put(configs_ + "/bad.json", "{\n  \"mounts\": 1}");
  ASSERT_EQ(mkfifo((configs_ + "/fifo.json").c_str(), 0600), 0);
  const BatchResult result = RunIt();
  EXPECT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.counts.specs, 2);
  EXPECT_EQ(result.counts.refused, 1);

  EXPECT_THAT(Specs(),
              ElementsAre(Pair("a.json", spec_), Pair("b/config.json", spec_)));
  EXPECT_THAT(problems_, ElementsAre(Pair("bad.json",
                                          "2:13 \"mounts\" must be a list, not "
                                          "a number")));
}

TEST_F(Directories, ManyFilesOnManyThreads) {
  for (int i = 0; i < 500; ++i) {
    Put(absl::StrCat(configs_, "/", i % 10, "/", i, ".json"), kConfig);
  }
  EXPECT_EQ(RunIt(8).counts.specs, 500);
  EXPECT_EQ(Specs().size(), 500);
}

TEST_F(Directories, SpecsMayNotLieAmongTheConfigs) {
  Put(configs_ + "/a.json", kConfig);
  const auto none = [](const FileProblem&) {};
  for (const std::string& specs : {configs_, configs_ + "/out"}) {
    const BatchResult result =
        RunDirectory(generator_, Request(), configs_, specs, Overwrite::kYes,
                     none, BatchOptions());
    EXPECT_THAT(std::string(result.status.message()),
                HasSubstr("lies in the folder of configs"));
  }
  EXPECT_FALSE(fs::exists(configs_ + "/out"));
}

TEST_F(Directories, ADirectoryThatIsNotThereIsAnError) {
  fs::remove(configs_);
  EXPECT_FALSE(RunIt().status.ok());
  EXPECT_FALSE(fs::exists(specs_));
}

TEST_F(Directories, WhatIsThereIsReplacedOnlyIfAskedTo) {
  Put(configs_ + "/a.json", kConfig);
  Put(configs_ + "/b/c.json", kConfig);
  Put(configs_ + "/new.json", kConfig);
  Put(specs_ + "/b/c.json", "mine");
  Put(specs_ + "/a.json", "mine");
  Put(specs_ + "/other.json", "mine");
  ExpectRefused(Overwrite::kNo,
                "specs/a.json: is there already, and 1 more: name another "
                "folder, or give --force to replace them");
  EXPECT_EQ(RunWith(Overwrite::kYes).counts.specs, 3);
  EXPECT_THAT(Specs(),
              ElementsAre(Pair("a.json", spec_), Pair("b/c.json", spec_),
                          Pair("new.json", spec_), Pair("other.json", "mine")));
  // Those of an earlier run are files like others.
  ExpectRefused(Overwrite::kNo, "is there already");
}

TEST_F(Directories, OfConfigsWithoutASpecOnlyTheOldSpecOfABatchIsRemoved) {
  for (const char* name : {"/made.json", "/touched.json", "/mine.json"}) {
    Put(configs_ + name, kConfig);
  }
  EXPECT_EQ(RunIt().counts.specs, 3);
  Put(configs_ + "/link.json", "{");
  for (const char* name : {"/made.json", "/touched.json", "/mine.json"}) {
    Put(configs_ + name, "{");
  }
  Put(specs_ + "/touched.json", spec_ + " ");
  fs::remove(specs_ + "/mine.json");
  Put(specs_ + "/mine.json", "mine");
  fs::create_symlink("mine.json", specs_ + "/link.json");
  ExpectRefused(Overwrite::kNo, "is there already");
  EXPECT_TRUE(RunWith(Overwrite::kYes).status.ok());
  EXPECT_THAT(All(), ElementsAre(Pair("link.json", "-> mine.json"),
                                 Pair("mine.json", "mine"),
                                 Pair("touched.json", spec_ + " ")));
  EXPECT_THAT(problems_["mine.json"], HasSubstr("(left)"));
  EXPECT_THAT(problems_["link.json"], HasSubstr("(left)"));
  EXPECT_THAT(problems_["made.json"], Not(HasSubstr("(left)")));
}

TEST_F(Directories, WhatWasReplacedByHandSinceIsNoOldSpec) {
  // Also where the record was not brought up to date: it has digests.
  Put(configs_ + "/a.json", kConfig);
  EXPECT_EQ(RunIt().counts.specs, 1);
  Put(specs_ + "/a.json", "mine");
  Put(configs_ + "/a.json", "{");
  EXPECT_TRUE(RunWith(Overwrite::kYes).status.ok());
  EXPECT_THAT(Specs(), ElementsAre(Pair("a.json", "mine")));
}

TEST_F(Directories, TheRecordIsThatOfSha256sum) {
  Put(configs_ + "/a.json", kConfig);
  Put(configs_ + "/b\n\\n c.json", kConfig);
  Put(configs_ + "/ü\x1b[31m.json", kConfig);
  EXPECT_EQ(RunIt().counts.specs, 3);
  EXPECT_EQ(system(absl::StrCat("cd '", specs_, "' && sha256sum --quiet -c ",
                                SpecDirectory::kRecord)
                       .c_str()),
            0);
  // And it is read as it is written.
  Put(configs_ + "/b\n\\n c.json", "{");
  EXPECT_EQ(RunWith(Overwrite::kYes).counts.specs, 2);
  EXPECT_EQ(Specs().size(), 2);
}

TEST_F(Directories, AForgedRecordReachesNothingElse) {
  const std::string digest = DigestOfSpec();
  const std::string outside = top_ + "/outside.json";
  Put(configs_ + "/a.json", "{");
  Put(outside, spec_);
  Put(specs_ + "/other.json", spec_);
  std::string digests;
  for (const std::string& name :
       {std::string("other.json"), std::string("../outside.json"), outside,
        std::string("./../outside.json"),
        std::string("a.json/../other.json")}) {
    absl::StrAppend(&digests, digest, "  ", name, "\n");
  }
  Put(specs_ + "/" + SpecDirectory::kRecord, digests);
  EXPECT_TRUE(RunWith(Overwrite::kYes).status.ok());
  EXPECT_TRUE(fs::exists(outside));
  EXPECT_THAT(Specs(), ElementsAre(Pair("other.json", spec_)));
}

TEST_F(Directories, WhatIsNoRecordIsNotTakenForOne) {
  const std::string digest = DigestOfSpec();
  Put(configs_ + "/a.json", kConfig);
  const std::string record = specs_ + "/" + SpecDirectory::kRecord;
  for (const std::string& text :
       {std::string("my notes\n"), digest, digest + "  a.json",
        digest + " a.json\n", digest + "  \n", std::string("\n")}) {
    Put(record, text);
    ExpectRefused(Overwrite::kYes, "is not the record");
  }
  fs::remove(record);
  fs::create_symlink(top_ + "/elsewhere", record);
  ExpectRefused(Overwrite::kYes, "is not the record");
  Put(top_ + "/elsewhere", "");
  ExpectRefused(Overwrite::kYes, "is not the record");
  fs::remove(record);
  ASSERT_EQ(mkfifo(record.c_str(), 0600), 0);
  ExpectRefused(Overwrite::kYes, "is not the record");
}

TEST_F(Directories, NoLinkIsFollowedBelowTheSpecs) {
  Put(configs_ + "/a.json", kConfig);
  Put(configs_ + "/b/c.json", kConfig);
  Put(top_ + "/elsewhere/kept", "mine");
  fs::create_directories(specs_);
  fs::create_symlink(top_ + "/elsewhere/kept", specs_ + "/a.json");
  ExpectRefused(Overwrite::kNo, "specs/a.json: is there already");
  // A link is replaced, not what it leads to.
  EXPECT_EQ(RunWith(Overwrite::kYes).counts.specs, 2);
  EXPECT_EQ(All()["a.json"], spec_);
  EXPECT_EQ(All()["b/c.json"], spec_);

  fs::remove_all(specs_ + "/b");
  for (const std::string& target :
       {top_ + "/elsewhere", std::string("nowhere"), std::string("b")}) {
    fs::remove(specs_ + "/b");
    fs::create_symlink(target, specs_ + "/b");
    ExpectRefused(Overwrite::kYes, "specs/b: is no directory, and no link is");
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(top_ + "/elsewhere"), {}), 1);
  std::ifstream kept(top_ + "/elsewhere/kept");
  std::string text;
  kept >> text;
  EXPECT_EQ(text, "mine");
}

TEST_F(Directories, WhatIsNoFileIsNeverReplaced) {
  Put(configs_ + "/a.json", kConfig);
  Put(configs_ + "/b/c.json", kConfig);
  Put(specs_ + "/a.json/x", "mine");
  ExpectRefused(Overwrite::kYes, "specs/a.json: is no regular file");
  fs::remove_all(specs_ + "/a.json");
  ASSERT_EQ(mkfifo((specs_ + "/a.json").c_str(), 0600), 0);
  ExpectRefused(Overwrite::kYes, "specs/a.json: is no regular file");
  fs::remove_all(specs_);
  Put(specs_ + "/b", "mine");
  ExpectRefused(Overwrite::kYes, "specs/b: is no directory");
  fs::remove_all(specs_);
  Put(specs_, "mine");
  const BatchResult result = RunWith(Overwrite::kYes);
  EXPECT_TRUE(result.refused);
  EXPECT_FALSE(fs::is_directory(specs_));
}

TEST_F(Directories, ASpecThatCannotBeWrittenEndsTheBatch) {
  Put(configs_ + "/a.json", kConfig);
  Put(configs_ + "/b/c.json", kConfig);
  BatchOptions options;
  options.threads = 1;
  // Somebody comes between the check and the second spec.
  bool first = true;
  Put(configs_ + "/0.json", "{");
  const BatchResult result = RunDirectory(
      generator_, Request(), configs_, specs_, Overwrite::kNo,
      [&](const FileProblem&) {
        if (std::exchange(first, false)) {
          fs::create_symlink(top_, specs_ + "/b");
        }
      },
      options);
  EXPECT_FALSE(result.refused);
  EXPECT_THAT(std::string(result.status.message()),
              HasSubstr("specs/b: is no"));
  EXPECT_THAT(Specs(), ElementsAre(Pair("a.json", spec_)));
  EXPECT_FALSE(fs::exists(top_ + "/c.json"));
}

TEST_F(Directories, AFileThatComesMeanwhileIsNotReplaced) {
  Put(configs_ + "/0.json", "{");
  Put(configs_ + "/a.json", kConfig);
  BatchOptions options;
  options.threads = 1;
  const BatchResult result = RunDirectory(
      generator_, Request(), configs_, specs_, Overwrite::kNo,
      [&](const FileProblem&) { Put(specs_ + "/a.json", "mine"); }, options);
  EXPECT_THAT(std::string(result.status.message()), HasSubstr("specs/a.json"));
  EXPECT_THAT(Specs(), ElementsAre(Pair("a.json", "mine")));
}

TEST_F(Directories, ConfigsAreNeverTakenForSpecs) {
  // The specs' directory holds the configs', which a spec's path leads through.
  Put(configs_ + "/configs/a.json", kConfig);
  const auto none = [](const FileProblem&) {};
  for (const std::string& specs : {top_, configs_ + "/.", configs_ + "/configs",
                                   configs_ + "/new/folder"}) {
    const BatchResult result =
        RunDirectory(generator_, Request(), configs_, specs, Overwrite::kYes,
                     none, BatchOptions());
    EXPECT_TRUE(result.refused) << specs;
    EXPECT_THAT(std::string(result.status.message()),
                HasSubstr("lies in the folder of configs"));
  }
  // By a link, too.
  fs::create_symlink(configs_, top_ + "/link");
  EXPECT_TRUE(RunDirectory(generator_, Request(), configs_, top_ + "/link/out",
                           Overwrite::kYes, none, BatchOptions())
                  .refused);
  EXPECT_EQ(std::distance(fs::recursive_directory_iterator(configs_), {}), 2);
}

TEST_F(Directories, StopEndsTheBatch) {
  Put(configs_ + "/a.json", kConfig);
  int stop[2];
  ASSERT_EQ(pipe(stop), 0);
  ASSERT_EQ(write(stop[1], "x", 1), 1);
  const BatchResult result = RunIt(1, stop[0]);
  close(stop[0]);
  close(stop[1]);
  EXPECT_TRUE(result.stopped);
  EXPECT_EQ(result.counts.answers(), 0);
}

TEST(ProgressLine, SaysHowFarItIs) {
  BatchCounts counts;
  counts.specs = 90;
  counts.refused = 10;
  counts.bytes_read = 500;
  EXPECT_EQ(ProgressLine(counts, 1000, 2.0, 100),
            "[############............]  50 % 90 specs, 10 without one, 50/s");
  EXPECT_EQ(ProgressLine(counts, std::nullopt, 2.0, 100),
            "90 specs, 10 without one, 50/s");
  EXPECT_EQ(ProgressLine(counts, 1000, 2.0, 10), "90 specs,");
}

TEST(ProgressBar, WritesToTerminalsOnly) {
  int fds[2];
  ASSERT_EQ(pipe2(fds, O_NONBLOCK), 0);
  {
    ProgressBar bar(fds[1], std::nullopt);
    bar.Update(BatchCounts());
  }
  char c;
  EXPECT_LT(read(fds[0], &c, 1), 0);
  close(fds[0]);
  close(fds[1]);

  const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_GE(terminal, 0);
  ASSERT_EQ(grantpt(terminal), 0);
  ASSERT_EQ(unlockpt(terminal), 0);
  const int end = open(ptsname(terminal), O_RDWR | O_NOCTTY);
  ASSERT_GE(end, 0);
  {
    ProgressBar bar(end, std::nullopt);
    bar.Update(BatchCounts());
  }
  char text[200];
  const ssize_t n = read(terminal, text, sizeof(text));
  ASSERT_GT(n, 0);
  EXPECT_THAT(std::string(text, static_cast<size_t>(n)), HasSubstr("0 specs"));
  close(end);
  close(terminal);
}

}  // namespace
}  // namespace specgen
