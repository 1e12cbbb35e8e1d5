// The kernel's path lookup, over anything that can step through a file tree.
//
// A recorded snapshot and a plan of directories not yet made must both answer
// lookups as Linux would, so the rules of path_resolution(7) are written once,
// here.
#ifndef SPECGEN_HOST_PATH_WALK_H_
#define SPECGEN_HOST_PATH_WALK_H_

#include <sys/stat.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace specgen {

inline constexpr size_t kMaxPathBytes = 4095;  // PATH_MAX without the NUL
inline constexpr size_t kMaxNameBytes = 255;   // NAME_MAX
inline constexpr int kMaxLinksFollowed = 40;   // MAXSYMLINKS

// Checks a path as the kernel does before it looks anything up: EINVAL for a
// NUL byte (which Go finds before it asks the kernel), ENOENT for "",
// ENAMETOOLONG, else 0.
inline int CheckPath(std::string_view path) {
  // The length comes first here so that long input costs nothing, yet EINVAL
  // has to win, as in Go.
  if (path.find('\0') != std::string_view::npos) return EINVAL;
  if (path.empty()) return ENOENT;
  if (path.size() > kMaxPathBytes) return ENAMETOOLONG;
  return 0;
}

// Moves `*cursor` to what `path` names and returns 0, or returns the errno
// that Linux gives to a caller who may search every directory. A final symbolic
// link is followed if `follow_last` or if a slash comes after it. After an
// error the cursor may be anywhere.
//
// The work is bounded whatever the tree is: at most kMaxLinksFollowed links of
// at most kMaxPathBytes are followed, without recursion.
//
// Cursor is a class that stands on one file and has:
//   int Rewind(bool absolute);        // go to "/" or to the working directory
//   void GoUp();                      // go to the directory that holds this;
//                                     // the root holds itself
//   int GoDown(std::string_view name);  // go to an entry of this directory
//   uint32_t mode() const;            // st_mode of where it stands
//   int ReadLink(std::string* target) const;  // where it stands on a link
// Those that return int return 0 or an errno.
template <typename Cursor>
int WalkPath(std::string_view path, bool follow_last, Cursor* cursor) {
  if (const int error = CheckPath(path); error != 0) return error;
  if (const int error = cursor->Rewind(path.front() == '/'); error != 0) {
    return error;
  }
  std::string storage;  // holds `rest` once a link was followed
  std::string_view rest = path;
  int links_followed = 0;
  bool slash_after_last = false;
  while (true) {
    const size_t begin = rest.find_first_not_of('/');
    if (begin == std::string_view::npos) break;
    rest.remove_prefix(begin);
    const std::string_view name = rest.substr(0, rest.find('/'));
    rest.remove_prefix(name.size());
    slash_after_last = !rest.empty();

    if (!S_ISDIR(cursor->mode())) return ENOTDIR;
    if (name == ".") continue;
    if (name == "..") {
      cursor->GoUp();
      continue;
    }
    if (name.size() > kMaxNameBytes) return ENAMETOOLONG;
    if (const int error = cursor->GoDown(name); error != 0) return error;
    if (!S_ISLNK(cursor->mode()) || (rest.empty() && !follow_last)) continue;

    if (++links_followed > kMaxLinksFollowed) return ELOOP;
    std::string next;
    if (const int error = cursor->ReadLink(&next); error != 0) return error;
    if (next.empty()) return ENOENT;
    if (next.front() == '/') {
      if (const int error = cursor->Rewind(true); error != 0) return error;
    } else {
      cursor->GoUp();
    }
    next.append(rest);  // "" or what starts with a slash
    storage = std::move(next);
    rest = storage;
  }
  if (slash_after_last && !S_ISDIR(cursor->mode())) return ENOTDIR;
  return 0;
}

}  // namespace specgen

#endif  // SPECGEN_HOST_PATH_WALK_H_
