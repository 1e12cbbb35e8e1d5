// Runs the program as people do and compares all that it says: each file
// cases/*.case is a command line, the files it reads, and what comes out. The
// outputs are ours, so they can be recorded again and looked over in a diff:
//
//   tools/bazel run //specgen/cli:case_test -- --record
//
// A case:
//   $ specgen COMMAND ARGUMENTS      one line; 'quotes' keep blanks together
//   === file NAME                    an input, up to the next line with ===
//   === stdin
//   === exit 1
//   === stdout
//   === stderr
// A section whose text does not end in a line feed has "(no line feed)" behind
// its name. Lines before the first are a comment. The program runs in a folder
// that holds the inputs and nothing else.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"

namespace specgen {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNoLineFeed = " (no line feed)";

struct CommandCase {
  std::string comment;
  std::string command;  // with "$ "
  std::vector<std::pair<std::string, std::string>> files;
  std::string standard_in;
  int exit_code = 0;
  std::string standard_out;
  std::string standard_error;
};

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void WriteFile(const fs::path& path, std::string_view text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

// Empty if `text` is no case; then `problem` says why.
CommandCase ParseCase(std::string_view text, std::string* problem) {
  CommandCase result;
  std::string* section = &result.comment;
  bool drop_line_feed = false;
  const auto end_section = [&] {
    if (drop_line_feed && absl::EndsWith(*section, "\n")) section->pop_back();
    drop_line_feed = false;
  };
  for (std::string_view line : absl::StrSplit(text, '\n')) {
    if (result.command.empty() && absl::ConsumePrefix(&line, "$ specgen")) {
      result.command = absl::StrCat("$ specgen", line);
      section = nullptr;
      continue;
    }
    if (!absl::ConsumePrefix(&line, "=== ")) {
      if (section != nullptr) absl::StrAppend(section, line, "\n");
      continue;
    }
    if (section != nullptr) end_section();
    drop_line_feed = absl::ConsumeSuffix(&line, kNoLineFeed);
    if (absl::ConsumePrefix(&line, "file ")) {
      section = &result.files.emplace_back(line, "").second;
    } else if (line == "stdin") {
      section = &result.standard_in;
    } else if (line == "stdout") {
      section = &result.standard_out;
    } else if (line == "stderr") {
      section = &result.standard_error;
    } else if (absl::ConsumePrefix(&line, "exit ")) {
      result.exit_code = std::atoi(std::string(line).c_str());
      section = nullptr;
    } else {
      *problem = absl::StrCat("there is no section \"", line, "\"");
      return {};
    }
  }
  // The file's own last line feed.
  if (section != nullptr && absl::EndsWith(*section, "\n")) section->pop_back();
  if (section != nullptr) end_section();
  if (result.command.empty()) *problem = "there is no line \"$ specgen ...\"";
  return result;
}

void AddSection(std::string_view name, std::string_view text,
                std::string* out) {
  if (text.empty()) return;
  const bool line_feed = absl::EndsWith(text, "\n");
  absl::StrAppend(out, "=== ", name, line_feed ? "" : kNoLineFeed, "\n", text,
                  line_feed ? "" : "\n");
}

std::string FormatCase(const CommandCase& c) {
  std::string out = absl::StrCat(c.comment, c.command, "\n");
  for (const auto& [name, text] : c.files) {
    AddSection(absl::StrCat("file ", name), text, &out);
  }
  AddSection("stdin", c.standard_in, &out);
  absl::StrAppend(&out, "=== exit ", c.exit_code, "\n");
  AddSection("stdout", c.standard_out, &out);
  AddSection("stderr", c.standard_error, &out);
  return out;
}

// Words between blanks; 'quotes' are taken off.
std::vector<std::string> SplitCommand(std::string_view command) {
  std::vector<std::string> words;
  bool quoted = false;
  bool in_word = false;
  for (char c : command) {
    if (c == '\'') {
      quoted = !quoted;
      if (!in_word) words.emplace_back();
      in_word = true;
    } else if (c == ' ' && !quoted) {
      in_word = false;
    } else {
      if (!in_word) words.emplace_back();
      in_word = true;
      words.back().push_back(c);
    }
  }
  return words;
}

// Runs the command in a new folder; replaces what came out.
void RunCase(const fs::path& program, CommandCase* c) {
  std::string name = (fs::temp_directory_path() / "specgen_case_XXXXXX");
  const char* const tmp = std::getenv("TEST_TMPDIR");
  if (tmp != nullptr) name = absl::StrCat(tmp, "/case_XXXXXX");
  ASSERT_NE(mkdtemp(name.data()), nullptr) << name;
  const fs::path folder(name);
  const fs::path inputs = folder / "in";
  fs::create_directory(inputs);
  for (const auto& [file, text] : c->files) WriteFile(inputs / file, text);
  WriteFile(folder / "stdin", c->standard_in);

  std::vector<std::string> words =
      SplitCommand(std::string_view(c->command).substr(2));
  words[0] = program;
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  char* env[] = {nullptr};

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, (folder / "stdin").c_str(),
                                   O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, (folder / "stdout").c_str(),
                                   O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_addopen(&actions, 2, (folder / "stderr").c_str(),
                                   O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_addchdir_np(&actions, inputs.c_str());
  pid_t pid = 0;
  ASSERT_EQ(posix_spawn(&pid, program.c_str(), &actions, nullptr, argv.data(),
                        env),
            0)
      << program;
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  c->exit_code =
      WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  c->standard_out = ReadFile(folder / "stdout");
  c->standard_error = ReadFile(folder / "stderr");
  fs::remove_all(folder);
}

class CaseTest : public testing::Test {
 public:
  CaseTest(fs::path program, fs::path file, bool record)
      : program_(std::move(program)), file_(std::move(file)), record_(record) {}

  void TestBody() override {
    const std::string text = ReadFile(file_);
    std::string problem;
    CommandCase c = ParseCase(text, &problem);
    ASSERT_EQ(problem, "") << file_;
    RunCase(program_, &c);
    const std::string now = FormatCase(c);
    if (record_) {
      if (now != text) WriteFile(file_, now);
    } else {
      EXPECT_EQ(now, text) << file_.filename();
    }
  }

 private:
  const fs::path program_;
  const fs::path file_;
  const bool record_;
};

std::vector<fs::path> CaseFiles(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".case") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace
}  // namespace specgen

// case_test PROGRAM FOLDER [--record]: the folder in the runfiles, or with
// --record that of the source tree.
int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc < 3) {
    std::cerr << "usage: case_test PROGRAM FOLDER [--record]\n";
    return 2;
  }
  const bool record = argc > 3 && std::string_view(argv[3]) == "--record";
  std::filesystem::path folder = argv[2];
  if (record) {
    const char* const workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
    if (workspace == nullptr) {
      std::cerr << "case_test: --record needs bazel run\n";
      return 2;
    }
    folder = std::filesystem::path(workspace) / argv[2];
  }
  const std::filesystem::path program = std::filesystem::absolute(argv[1]);
  const auto files = specgen::CaseFiles(folder);
  if (files.empty()) {
    std::cerr << "case_test: no cases in " << folder << "\n";
    return 1;
  }
  for (const std::filesystem::path& file : files) {
    testing::RegisterTest(
        "CaseTest", file.stem().c_str(), nullptr, nullptr, __FILE__, __LINE__,
        [program, file, record]() -> testing::Test* {
          return new specgen::CaseTest(program, file, record);
        });
  }
  return RUN_ALL_TESTS();
}
