#include "specgen/cli/help_formatter.h"

#include <cstddef>
#include <string>
#include <string_view>

#include "CLI/App.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace specgen {

std::string WrapText(std::string_view text, size_t indent) {
  constexpr size_t kColumns = 80;
  std::string out;
  for (std::string_view paragraph : absl::StrSplit(text, "\n\n")) {
    if (!out.empty()) out.push_back('\n');
    size_t column = 0;
    for (std::string_view word :
         absl::StrSplit(paragraph, absl::ByAnyChar(" \n"), absl::SkipEmpty())) {
      if (column > 0 && column + 1 + word.size() > kColumns) {
        out.push_back('\n');
        column = 0;
      }
      if (column == 0) {
        out.append(indent, ' ');
        column = indent;
      } else {
        out.push_back(' ');
        ++column;
      }
      out.append(word);
      column += word.size();
    }
    out.push_back('\n');
  }
  return out;
}

std::string OptionTitle(const CLI::Option& option) {
  if (option.get_positional()) return option.get_name(true, false);
  std::string title =
      absl::StrReplaceAll(option.get_name(false, true), {{",", ", "}});
  if (!option.get_type_name().empty()) {
    absl::StrAppend(&title, " ", option.get_type_name());
  }
  return title;
}

std::string OptionText(const CLI::Option& option) {
  const std::string standard = option.get_default_str();
  return absl::StrCat(option.get_description(),
                      standard.empty()
                          ? ""
                          : absl::StrCat(" (default: ", standard, ")"));
}

std::string HelpFormatter::make_description(const CLI::App* app) const {
  return absl::StrCat(WrapText(app->get_description(), 0), "\n");
}

std::string HelpFormatter::make_option(const CLI::Option* option,
                                       bool /*is_positional*/) const {
  return absl::StrCat("  ", OptionTitle(*option), "\n",
                      WrapText(OptionText(*option), 6));
}

}  // namespace specgen
