#include "specgen/known/overlay_options.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace specgen {

std::vector<std::string_view> SplitAt(char mark, std::string_view text) {
  std::vector<std::string_view> parts;
  size_t begin = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '\\') {
      ++i;
    } else if (i == text.size() || text[i] == mark) {
      parts.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  if (begin < text.size()) parts.push_back(text.substr(begin));
  return parts;
}

std::string WithoutBackslashes(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

bool IsOverlayDirectory(std::string_view name) {
  constexpr std::string_view kNames[] = {"datadir+", "lowerdir", "lowerdir+",
                                         "upperdir", "workdir"};
  return std::find(std::begin(kNames), std::end(kNames), name) !=
         std::end(kNames);
}

}  // namespace specgen
