#include "specgen/host/eval_symlinks.h"

#include <sys/stat.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "specgen/host/go_path.h"

namespace specgen {
namespace {

constexpr int kMaxLinks = 255;

// Takes the last element off `*path`, whose first `root` bytes are the root.
// Returns false if `path` has but one element: Go then keeps it.
bool RemoveLastElement(size_t root, std::string* path) {
  const size_t slash = path->rfind('/');
  if (slash == std::string::npos || slash < root) return false;
  path->resize(slash);
  return true;
}

}  // namespace

bool EvalSymlinks(const FileTree& files, std::string_view path,
                  std::string* resolved) {
  size_t root = !path.empty() && path.front() == '/' ? 1 : 0;
  std::string done(path.substr(0, root));
  std::string storage;  // holds `rest` once a link was followed
  std::string_view rest = path.substr(root);
  int links_followed = 0;
  while (true) {
    const size_t begin = rest.find_first_not_of('/');
    if (begin == std::string_view::npos) break;
    rest.remove_prefix(begin);
    const std::string_view element = rest.substr(0, rest.find('/'));
    rest.remove_prefix(element.size());

    if (element == ".") continue;
    if (element == "..") {
      // Go leaves ".." after a single element to the final Clean.
      const bool keep = BasePath(done) == ".." && done != "/";
      if (keep || !RemoveLastElement(root, &done)) {
        if (done.size() > root) done += '/';
        done += "..";
      }
      continue;
    }
    if (!done.empty() && done.back() != '/') done += '/';
    done += element;

    FileFacts facts;
    if (files.Lstat(done, &facts) != 0) return false;
    if (!S_ISLNK(facts.mode)) {
      if (!S_ISDIR(facts.mode) && !rest.empty()) return false;
      continue;
    }
    if (++links_followed > kMaxLinks) return false;
    std::string next;
    if (files.ReadLink(done, &next) != 0) return false;
    if (!next.empty() && next.front() == '/') {
      root = 1;
      done.assign(1, '/');
    } else if (!RemoveLastElement(root, &done)) {
      done.resize(root);
    }
    next.append(rest);
    storage = std::move(next);
    rest = storage;
  }
  *resolved = CleanPath(done);
  return true;
}

}  // namespace specgen
