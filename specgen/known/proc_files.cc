#include "specgen/known/proc_files.h"

#include <cstddef>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace specgen {
namespace {

// Where the directory of a process ends in a path that leads to one of its
// links, "/proc/1/task/1/fd": at the last element, which is the link or the
// directory of links; else "".
std::string_view OfProcess(const std::vector<std::string_view>& path) {
  if (path.size() < 3 || path[0] != "proc") return "";
  if (path[1] != "thread-self" && !IsProcess(path[1])) return "";
  const size_t at = path[2] == "task" && path.size() > 3 ? 4 : 2;
  return path.size() == at + 1 ? path[at] : "";
}

}  // namespace

bool IsProcess(std::string_view name) {
  return name == "self" ||
         name.find_first_not_of("0123456789") == std::string_view::npos;
}

bool LeadsThroughOpenFile(std::string_view path) {
  std::vector<std::string_view> done;
  for (std::string_view element :
       absl::StrSplit(path, '/', absl::SkipEmpty())) {
    if (element == ".") continue;
    if (element == "..") {
      if (!done.empty()) done.pop_back();
      continue;
    }
    done.push_back(element);
    if (done.size() == 2 && done[0] == "dev" && element == "fd") return true;
    const std::string_view link = OfProcess(done);
    if (link == "fd" || link == "map_files" || link == "exe") return true;
    // The plugin's own root, or what it may see of another's.
    if (link == "root" || link == "cwd") done.clear();
  }
  return false;
}

}  // namespace specgen
