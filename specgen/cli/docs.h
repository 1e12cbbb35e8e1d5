// Man pages and shell completions, made of the commands' own definitions.
//
// A command's options are defined once, by Command::Define. What people read of
// them elsewhere is made here of what CLI11 then knows.
#ifndef SPECGEN_CLI_DOCS_H_
#define SPECGEN_CLI_DOCS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "specgen/cli/command.h"

namespace specgen {

// An option or a positional argument.
struct OptionDoc {
  std::vector<std::string> names;    // "-o", "--output"; none for an argument
  std::string value;                 // "FILE"; "" for a flag
  std::vector<std::string> choices;  // the only values, if there are such
  std::string description;
  std::string default_value;
  bool required = false;
  bool repeatable = false;

  bool is_argument() const { return names.empty(); }
};

struct CommandDoc {
  std::string name;
  std::string summary;
  std::string details;             // paragraphs, with empty lines between
  std::string example;             // one or more command lines
  std::vector<OptionDoc> options;  // arguments first
};

// Asks the command for its options.
CommandDoc DescribeCommand(const CommandInfo& info);

// All commands.
std::vector<CommandDoc> DescribeCommands();

// Man pages in the language of man(7), for section 1: specgen's own, and
// specgen-NAME's of each command.
std::string MainManPage(absl::Span<const CommandDoc> commands);
std::string CommandManPage(const CommandDoc& command);

// The texts that teach a shell specgen's commands, options and their values.
// `releases` are the values of options whose value is called RELEASE. Those
// called FILE and PATH complete to files, FOLDER to directories.
//
// Bash's is to be sourced, or to be put where bash-completion looks, and wants
// no other file; zsh's goes as _specgen into a directory of $fpath; fish's as
// specgen.fish where fish looks. They complete "specgen" only.
std::string BashCompletion(absl::Span<const CommandDoc> commands,
                           absl::Span<const std::string_view> releases);
std::string ZshCompletion(absl::Span<const CommandDoc> commands,
                          absl::Span<const std::string_view> releases);
std::string FishCompletion(absl::Span<const CommandDoc> commands,
                           absl::Span<const std::string_view> releases);

}  // namespace specgen

#endif  // SPECGEN_CLI_DOCS_H_
