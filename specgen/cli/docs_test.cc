#include "specgen/cli/docs.h"

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "CLI/App.hpp"
#include "CLI/Validators.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "specgen/cli/command.h"
#include "specgen/cli/console.h"

namespace specgen {
namespace {

class SampleCommand : public Command {
 public:
  void Define(CLI::App* app) override {
    app->add_option("-o,--output", file_, "Where it goes (default: there)")
        ->type_name("FILE");
    app->add_flag("--fast", fast_, "It's fast: [really]");
    app->add_option("--level", level_, "How much; a lot")
        ->type_name("LEVEL")
        ->check(CLI::IsMember(std::vector<std::string>{"low", "high"}))
        ->capture_default_str();
    app->add_option("--engine", file_, ".dot first")->type_name("RELEASE");
    app->add_option("--set", many_, "Settings")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
    app->add_flag("--secret", fast_, "Hidden")->group("");
    app->add_option("FOLDER", file_, "The folder")->required();
  }
  int Run(Console*) override { return kExitDone; }

 private:
  std::string file_, level_ = "low";
  std::vector<std::string> many_;
  bool fast_ = false;
};

constexpr CommandInfo kSample = {
    "sample", "Do a thing",
    "First line\ngoes on. A back\\slash, 'quotes' and a - dash.\n\nSecond.\n\n"
    "  as is\n    more\n\nLast.",
    "specgen sample 'x'",
    [] { return std::unique_ptr<Command>(std::make_unique<SampleCommand>()); }};

TEST(DescribeCommandTest, TellsWhatCli11Knows) {
  const CommandDoc doc = DescribeCommand(kSample);
  EXPECT_EQ(doc.name, "sample");
  ASSERT_EQ(doc.options.size(), 7u);
  EXPECT_TRUE(doc.options[0].is_argument());
  EXPECT_EQ(doc.options[0].value, "FOLDER");
  EXPECT_TRUE(doc.options[0].required);
  const OptionDoc& output = doc.options[2];
  EXPECT_EQ(output.names, (std::vector<std::string>{"-o", "--output"}));
  EXPECT_EQ(output.value, "FILE");
  EXPECT_EQ(output.description, "Where it goes (default: there)");
  EXPECT_FALSE(output.required);
  EXPECT_FALSE(output.repeatable);
  const OptionDoc& fast = doc.options[3];
  EXPECT_EQ(fast.value, "");
  const OptionDoc& level = doc.options[4];
  EXPECT_EQ(level.value, "LEVEL");
  EXPECT_EQ(level.choices, (std::vector<std::string>{"low", "high"}));
  EXPECT_EQ(level.default_value, "low");
  EXPECT_TRUE(doc.options[6].repeatable);
}

// Who has the program has not its sources.
TEST(DescribeCommandsTest, PointToNoFileOfTheSources) {
  for (const CommandDoc& doc : DescribeCommands()) {
    std::vector<std::string> texts = {std::string(doc.details)};
    for (const OptionDoc& option : doc.options) {
      texts.push_back(option.description);
    }
    for (const std::string& text : texts) {
      for (std::string_view end : {".md", ".h", ".cc", ".proto"}) {
        const size_t at = text.find(end);
        EXPECT_TRUE(at == std::string::npos || at == 0 || text[at - 1] == ' ' ||
                    (at + end.size() < text.size() &&
                     absl::ascii_isalnum(
                         static_cast<unsigned char>(text[at + end.size()]))))
            << doc.name << ": " << text;
      }
    }
  }
}

TEST(DescribeCommandsTest, HasEachCommandOnce) {
  std::set<std::string> names;
  for (const CommandDoc& doc : DescribeCommands()) {
    EXPECT_TRUE(names.insert(doc.name).second);
  }
  EXPECT_TRUE(names.contains("generate"));
  EXPECT_TRUE(names.contains("completion"));
}

TEST(ManPageTest, OfACommand) {
  const std::string page = CommandManPage(DescribeCommand(kSample));
  const size_t begin = page.find(".SH NAME");
  const size_t end = page.find(".SH EXIT STATUS");
  ASSERT_NE(begin, std::string::npos);
  EXPECT_TRUE(absl::StartsWith(page, ".\\\" "));
  EXPECT_NE(page.find(".TH \"SPECGEN\\-SAMPLE\" 1 \"2"), std::string::npos);
  EXPECT_EQ(page.substr(begin, end - begin), R"(.SH NAME
specgen\-sample \- do a thing
.SH SYNOPSIS
\fBspecgen\fR \fBsample\fR [\fIOPTIONS\fR] \fIFOLDER\fR
.SH DESCRIPTION
Do a thing.
.PP
First line
goes on. A back\eslash, \(aqquotes\(aq and a \- dash.
.PP
Second.
.PP
.EX
  as is
    more
.EE
.PP
Last.
.SH ARGUMENTS
.TP
\fIFOLDER\fR
The folder.
.SH OPTIONS
.TP
\fB\-h\fR, \fB\-\-help\fR
Print this help message and exit.
.TP
\fB\-o\fR, \fB\-\-output\fR \fIFILE\fR
Where it goes (default: there).
.TP
\fB\-\-fast\fR
It\(aqs fast: [really].
.TP
\fB\-\-level\fR \fILEVEL\fR
How much; a lot.
One of low, high.
Default: low
.TP
\fB\-\-engine\fR \fIRELEASE\fR
\&.dot first.
.TP
\fB\-\-set\fR \fINAME=VALUE\fR
Settings.
)");
  EXPECT_NE(page.find(".SH EXAMPLES\n.EX\nspecgen sample \\(aqx\\(aq\n.EE\n"),
            std::string::npos);
}

TEST(ManPageTest, OfTheProgramNamesEachCommand) {
  const std::vector<CommandDoc> commands = DescribeCommands();
  const std::string page = MainManPage(commands);
  for (const CommandDoc& command : commands) {
    std::string name = command.name;
    if (const size_t dash = name.find('-'); dash != std::string::npos) {
      name.insert(dash, "\\");
    }
    EXPECT_NE(page.find(".BR specgen\\-" + name + " (1),\n"),
              std::string::npos);
  }
  for (const ExitMeaning& exit : kExitMeanings) {
    EXPECT_NE(page.find("\\fB" + std::to_string(exit.code) + "\\fR\n"),
              std::string::npos);
  }
}

TEST(CompletionTest, Bash) {
  const std::string text =
      BashCompletion({DescribeCommand(kSample)}, {"1.0", "2.0"});
  EXPECT_NE(text.find("    sample)\n"
                      "      case $before in\n"
                      "        -o | --output) _specgen_names -f; return ;;\n"
                      "        --level) _specgen_words 'low high'; return ;;\n"
                      "        --engine) _specgen_words '1.0 2.0'; return ;;\n"
                      "        --set) :; return ;;\n"
                      "      esac\n"
                      "      if [[ $current == -* ]]; then\n"
                      "        _specgen_words '-h --help -o --output --fast "
                      "--level --engine --set'\n"
                      "      else\n"
                      "        _specgen_names -d\n"
                      "      fi\n"),
            std::string::npos)
      << text;
}

TEST(CompletionTest, Zsh) {
  const std::string text =
      ZshCompletion({DescribeCommand(kSample)}, {"1.0", "2.0"});
  for (const std::string_view line : {
           R"(    'sample:Do a thing')",
           R"(      '(-o --output)-o+[Where it goes]:FILE:_files' \)",
           R"(      '(-o --output)--output=[Where it goes]:FILE:_files' \)",
           R"(      '(--fast)--fast[It'\''s fast]' \)",
           R"(      '(--level)--level=[How much]:LEVEL:(low high)' \)",
           R"(      '(--engine)--engine=[.dot first]:RELEASE:(1.0 2.0)' \)",
           R"(      '*--set=[Settings]:NAME=VALUE: ' \)",
           R"(      '1:FOLDER:_files -/' \)",
       }) {
    EXPECT_NE(text.find("\n" + std::string(line) + "\n"), std::string::npos)
        << line << "\n"
        << text;
  }
}

TEST(CompletionTest, Fish) {
  const std::string text =
      FishCompletion({DescribeCommand(kSample)}, {"1.0", "2.0"});
  for (
      const std::string_view line : {
          R"(complete -c specgen -n __fish_use_subcommand -a sample -d 'Do a thing')",
          R"( -s o -l output -r -F -d 'Where it goes')",
          R"( -l fast -d 'It\'s fast')",
          R"( -l level -x -a 'low high' -d 'How much')",
          R"( -l engine -x -a '1.0 2.0' -d '.dot first')",
          R"( -l set -x -d 'Settings')",
          R"(sample' -x -a '(__fish_complete_directories)' -d 'The folder')",
      }) {
    EXPECT_NE(text.find(std::string(line) + "\n"), std::string::npos)
        << line << "\n"
        << text;
  }
}

}  // namespace
}  // namespace specgen
