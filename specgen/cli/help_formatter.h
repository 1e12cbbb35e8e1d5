// How `specgen COMMAND --help` looks.
#ifndef SPECGEN_CLI_HELP_FORMATTER_H_
#define SPECGEN_CLI_HELP_FORMATTER_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "CLI/App.hpp"
#include "CLI/FormatterFwd.hpp"

namespace specgen {

// `text` in lines of at most 80 columns, each after `indent` spaces and with a
// line feed. Words are never broken; an empty line starts a paragraph.
std::string WrapText(std::string_view text, size_t indent);

// "--engine RELEASE": an option or argument as help shows it.
std::string OptionTitle(const CLI::Option& option);

// What the option does, with its default if it has one.
std::string OptionText(const CLI::Option& option);

// Each option in a line of its own, what it does below it.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_description(const CLI::App* app) const override;
  std::string make_option(const CLI::Option* option,
                          bool is_positional) const override;
};

}  // namespace specgen

#endif  // SPECGEN_CLI_HELP_FORMATTER_H_
