#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "specgen/batch/batch.h"
#include "specgen/batch/progress_bar.h"
#include "specgen/host/host_snapshot.h"

namespace specgen {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr std::string_view kConfig = R"({"entrypoint":["/p"]})";

class Folders : public ::testing::Test {
 protected:
  Folders()
      : top_(absl::StrCat(
            getenv("TEST_TMPDIR"), "/",
            testing::UnitTest::GetInstance()->current_test_info()->name())),
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
    BatchOptions options;
    options.threads = threads;
    options.stop_fd = stop_fd;
    problems_.clear();
    return RunFolder(
        generator_, Request(), configs_, specs_,
        [this](const FileProblem& problem) {
          problems_[problem.path] =
              absl::StrCat(problem.position, " ", problem.message);
        },
        options);
  }

  // All files below the folder of specs.
  std::map<std::string, std::string> Specs() {
    std::map<std::string, std::string> specs;
    for (const auto& entry : fs::recursive_directory_iterator(specs_)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      std::stringstream text;
      text << file.rdbuf();
      specs[entry.path().lexically_relative(specs_)] = text.str();
    }
    return specs;
  }

  const std::string top_, configs_, specs_;
  const std::unique_ptr<HostSnapshot> host_;
  const Generator generator_;
  std::map<std::string, std::string> problems_;
};

TEST_F(Folders, EveryConfigGivesASpecOfItsName) {
  Put(configs_ + "/a.json", kConfig);
  Put(configs_ + "/b/config.json", kConfig);
  Put(configs_ + "/b/readme.txt", "no config");
  Put(configs_ + "/bad.json", "{\n  \"mounts\": 1}");
  Put(specs_ + "/bad.json", "of an earlier run");
  ASSERT_EQ(mkfifo((configs_ + "/fifo.json").c_str(), 0600), 0);
  const BatchResult result = RunIt();
  EXPECT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.counts.specs, 2);
  EXPECT_EQ(result.counts.refused, 1);

  Answer answer;
  Request request;
  request.plugin = kConfig;
  generator_.Generate(request, &answer);
  const std::string spec(answer.spec());
  EXPECT_THAT(Specs(),
              ElementsAre(Pair("a.json", spec), Pair("b/config.json", spec)));
  EXPECT_THAT(problems_, ElementsAre(Pair("bad.json",
                                          "2:13 \"mounts\" must be a list, not "
                                          "a number")));
}

TEST_F(Folders, ManyFilesOnManyThreads) {
  for (int i = 0; i < 500; ++i) {
    Put(absl::StrCat(configs_, "/", i % 10, "/", i, ".json"), kConfig);
  }
  EXPECT_EQ(RunIt(8).counts.specs, 500);
  EXPECT_EQ(Specs().size(), 500);
}

TEST_F(Folders, SpecsMayNotLieAmongTheConfigs) {
  Put(configs_ + "/a.json", kConfig);
  const auto none = [](const FileProblem&) {};
  for (const std::string& specs : {configs_, configs_ + "/out"}) {
    const BatchResult result =
        RunFolder(generator_, Request(), configs_, specs, none, BatchOptions());
    EXPECT_THAT(std::string(result.status.message()),
                HasSubstr("lies in the folder of configs"));
  }
  EXPECT_FALSE(fs::exists(configs_ + "/out"));
}

TEST_F(Folders, AFolderThatIsNotThereIsAnError) {
  fs::remove(configs_);
  EXPECT_FALSE(RunIt().status.ok());
  EXPECT_FALSE(fs::exists(specs_));
}

TEST_F(Folders, ASpecThatCannotBeWrittenEndsTheBatch) {
  Put(configs_ + "/a.json", kConfig);
  fs::create_directories(specs_ + "/a.json/x");  // a folder is in the way
  const BatchResult result = RunIt();
  EXPECT_THAT(std::string(result.status.message()), HasSubstr("specs/a.json"));
  EXPECT_TRUE(Specs().empty());  // no temporary file either
}

TEST_F(Folders, StopEndsTheBatch) {
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
