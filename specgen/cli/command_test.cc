// Runs the program as people do and compares all that it says. Each file
// NAME.case is a test:
//
//   What the case is about.
//   === file config.json
//   ...a file that is there when the command starts...
//   === run
//   specgen generate config.json
//   === stdout
//   ...
//   === stderr
//   ...
//   === exit 3
//
// The command is given to sh, in an empty directory that holds the files only.
// A section whose text does not end with a line feed has "=== stdout, no line
// feed at the end" for its title; a section without text is left out. Where
// specgen is published is "HOME" in what the command says.
//
//   command_test PROGRAM CASE...
//   bazel run //specgen/cli:command_test -- --update   writes what it sees
//     into the case files, to be read before it is committed
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "specgen/base/home.h"

namespace specgen {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNoLineFeed = ", no line feed at the end";

struct Section {
  std::string title;
  std::string text;
};

struct Case {
  std::string about;
  std::vector<Section> files;  // title: the name
  std::string command;
  std::string out;
  std::string err;
  int exit_code = 0;
};

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(file) << path << ": cannot be read";
  return text.str();
}

std::vector<Section> Sections(std::string_view text) {
  std::vector<Section> sections = {{"about", ""}};
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1);
    std::string_view line = text.substr(0, end + 1);
    text.remove_prefix(end + 1);
    if (absl::ConsumePrefix(&line, "=== ")) {
      sections.push_back({std::string(absl::StripSuffix(line, "\n")), ""});
    } else {
      sections.back().text.append(line);
    }
  }
  for (Section& section : sections) {
    std::string_view title = section.title;
    if (absl::ConsumeSuffix(&title, kNoLineFeed)) {
      section.title = std::string(title);
      if (!section.text.empty()) section.text.pop_back();
    }
  }
  return sections;
}

Case ParseCase(const std::string& path) {
  Case one;
  for (Section& section : Sections(ReadFile(path))) {
    std::string_view title = section.title;
    if (title == "about") {
      one.about = section.text;
    } else if (title == "run") {
      one.command = section.text;
    } else if (title == "stdout") {
      one.out = section.text;
    } else if (title == "stderr") {
      one.err = section.text;
    } else if (absl::ConsumePrefix(&title, "exit ")) {
      EXPECT_TRUE(absl::SimpleAtoi(title, &one.exit_code)) << path;
    } else if (absl::ConsumePrefix(&title, "file ")) {
      one.files.push_back({std::string(title), section.text});
    } else {
      ADD_FAILURE() << path << ": unknown section \"" << title << "\"";
    }
  }
  EXPECT_FALSE(one.about.empty()) << path << " does not say what it is about";
  EXPECT_FALSE(one.command.empty()) << path << " runs nothing";
  return one;
}

void AppendSection(std::string_view title, std::string_view text,
                   std::string* out) {
  if (text.empty()) return;
  const bool ends = absl::EndsWith(text, "\n");
  absl::StrAppend(out, "=== ", title, ends ? "" : kNoLineFeed, "\n", text,
                  ends ? "" : "\n");
}

std::string CaseText(const Case& one) {
  std::string text = one.about;
  for (const Section& file : one.files) {
    // An empty file has its title, too.
    if (file.text.empty())
      absl::StrAppend(&text, "=== file ", file.title, "\n");
    AppendSection(absl::StrCat("file ", file.title), file.text, &text);
  }
  AppendSection("run", one.command, &text);
  AppendSection("stdout", one.out, &text);
  AppendSection("stderr", one.err, &text);
  absl::StrAppend(&text, "=== exit ", one.exit_code, "\n");
  return text;
}

// Runs the case's command; returns the case with what it said.
Case RunCase(const Case& one, const std::string& program) {
  std::string pattern = absl::StrCat(testing::TempDir(), "/case.XXXXXX");
  const char* const made = mkdtemp(pattern.data());
  EXPECT_NE(made, nullptr) << pattern;
  const fs::path root(made);
  fs::create_directory(root / "work");
  fs::create_directory(root / "bin");
  fs::create_symlink(program, root / "bin" / "specgen");
  for (const Section& file : one.files) {
    const fs::path path = root / "work" / file.title;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << file.text;
  }
  std::ofstream(root / "command") << one.command;
  const std::string line = absl::StrCat(
      "cd '", (root / "work").string(), "' && PATH='", (root / "bin").string(),
      "':$PATH LC_ALL=C TERM=dumb exec env -u BUILD_WORKING_DIRECTORY sh "
      "../command",
      " >../stdout 2>../stderr </dev/null");
  const int status = std::system(line.c_str());
  Case seen = one;
  seen.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  for (auto [name, said] :
       {std::pair{"stdout", &seen.out}, std::pair{"stderr", &seen.err}}) {
    *said = absl::StrReplaceAll(ReadFile((root / name).string()),
                                {{kHome, "HOME"}});
  }
  std::error_code error;
  fs::remove_all(root, error);
  return seen;
}

class CommandTest : public testing::Test {
 public:
  CommandTest(std::string program, std::string path)
      : program_(std::move(program)), path_(std::move(path)) {}

  void TestBody() override {
    const Case wanted = ParseCase(path_);
    if (HasFailure()) return;
    const Case seen = RunCase(wanted, program_);
    EXPECT_EQ(wanted.out, seen.out);
    EXPECT_EQ(wanted.err, seen.err);
    EXPECT_EQ(wanted.exit_code, seen.exit_code);
    // The file is written as --update would write it.
    EXPECT_TRUE(HasFailure() || ReadFile(path_) == CaseText(seen)) << path_;
  }

 private:
  const std::string program_;
  const std::string path_;
};

int Update(const std::string& program, const std::vector<std::string>& paths) {
  const char* const workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if (workspace == nullptr) {
    std::cerr << "command_test: --update works under `bazel run` only\n";
    return 2;
  }
  for (const std::string& path : paths) {
    const std::string text = CaseText(RunCase(ParseCase(path), program));
    if (text == ReadFile(path)) continue;
    std::ofstream(absl::StrCat(workspace, "/", path), std::ios::binary) << text;
    std::cout << "updated " << path << "\n";
  }
  return 0;
}

int Main(std::vector<std::string> args) {
  const auto flag = std::find(args.begin(), args.end(), "--update");
  const bool update = flag != args.end();
  if (update) args.erase(flag);
  if (args.size() < 2) {
    std::cerr << "usage: command_test PROGRAM CASE...\n";
    return 2;
  }
  const std::string program = fs::absolute(args[0]).string();
  const std::vector<std::string> paths(args.begin() + 1, args.end());
  if (update) return Update(program, paths);
  for (const std::string& path : paths) {
    testing::RegisterTest("CommandTest", fs::path(path).stem().c_str(), nullptr,
                          nullptr, __FILE__, __LINE__,
                          [program, path]() -> testing::Test* {
                            return new CommandTest(program, path);
                          });
  }
  return RUN_ALL_TESTS();
}

}  // namespace
}  // namespace specgen

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  return specgen::Main(std::vector<std::string>(argv + 1, argv + argc));
}
