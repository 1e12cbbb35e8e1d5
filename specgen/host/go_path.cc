#include "specgen/host/go_path.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "specgen/base/simd.h"

namespace specgen {
namespace {

// Whether an element of the path is empty or starts with a dot, not counting
// what follows a slash at the end.
bool HasOddElement(std::string_view path) {
  size_t i = 0;
  constexpr size_t kStep = 16;
  if (path.size() > 1 && path.size() <= kStep && MayLoad(path.data(), kStep)) {
    const Bytes16 bytes = Bytes16::Load(path.data());
    const uint32_t slashes = bytes.Matches('/');
    const uint32_t odd = slashes | bytes.Matches('.');
    const uint32_t followed = (1u << (path.size() - 1)) - 1;
    return (slashes & followed & (odd >> 1)) != 0;
  }
  while (path.size() > kStep && i + 1 < path.size()) {
    // The last step looks at some bytes once more.
    i = std::min(i, path.size() - kStep - 1);
    const Bytes16 next = Bytes16::Load(path.data() + i + 1);
    const uint32_t slashes = Bytes16::Load(path.data() + i).Matches('/');
    if ((slashes & (next.Matches('/') | next.Matches('.'))) != 0) {
      return true;
    }
    i += kStep;
  }
  for (; i + 1 < path.size(); ++i) {
    if (path[i] == '/' && (path[i + 1] == '/' || path[i + 1] == '.')) {
      return true;
    }
  }
  return false;
}

// Takes the next element off `*rest`, with the slashes before it. Returns ""
// when none is left.
std::string_view NextElement(std::string_view* rest) {
  const size_t begin = rest->find_first_not_of('/');
  if (begin == std::string_view::npos) {
    *rest = {};
    return {};
  }
  const size_t end = rest->find('/', begin);
  const std::string_view element =
      rest->substr(begin, end == std::string_view::npos ? end : end - begin);
  *rest =
      end == std::string_view::npos ? std::string_view() : rest->substr(end);
  return element;
}

}  // namespace

[[gnu::hot]] bool IsCleanPath(std::string_view path) {
  if (path.size() <= 1) return !path.empty();
  const bool rooted = path.front() == '/';
  // Nearly all paths have no element that starts with a dot.
  if (path.front() != '.' && path.back() != '/' && !HasOddElement(path)) {
    return true;
  }
  // ".." stays only at the front of a relative path.
  bool dotdot_stays = !rooted;
  size_t begin = rooted ? 1 : 0;
  while (true) {
    const size_t slash = path.find('/', begin);
    const std::string_view element = path.substr(
        begin, slash == std::string_view::npos ? slash : slash - begin);
    if (element.empty() || element == ".") return false;
    if (element == "..") {
      if (!dotdot_stays) return false;
    } else {
      dotdot_stays = false;
    }
    if (slash == std::string_view::npos) return true;
    begin = slash + 1;
  }
}

void AppendCleanPath(std::string_view path, std::string* out) {
  const bool rooted = !path.empty() && path.front() == '/';
  if (rooted) out->push_back('/');
  // Elements are written from here on; ".." takes none off before `floor`.
  const size_t start = out->size();
  size_t floor = start;
  std::string_view rest = path;
  for (std::string_view element = NextElement(&rest); !element.empty();
       element = NextElement(&rest)) {
    if (element == ".") continue;
    if (element == "..") {
      if (out->size() > floor) {
        const size_t slash = out->rfind('/');
        // A slash before `start` is no separator that was written here.
        const bool is_separator = slash != std::string::npos && slash >= start;
        out->resize(is_separator ? slash : start);
        continue;
      }
      if (rooted) continue;  // The root is its own parent.
    }
    if (out->size() > start) out->push_back('/');
    out->append(element);
    if (element == "..") floor = out->size();
  }
  if (!rooted && out->size() == start) out->push_back('.');
}

std::string CleanPath(std::string_view path) {
  if (IsCleanPath(path)) return std::string(path);
  std::string clean;
  clean.reserve(path.size() + 1);
  AppendCleanPath(path, &clean);
  return clean;
}

std::string_view CleanPath(std::string_view path, std::string* storage) {
  if (IsCleanPath(path)) return path;
  storage->clear();
  AppendCleanPath(path, storage);
  return *storage;
}

std::string JoinPath(std::initializer_list<std::string_view> elements) {
  std::string joined;
  for (const std::string_view element : elements) {
    // Go skips only the empty elements at the front; cleaning drops the rest.
    if (joined.empty()) {
      joined = element;
    } else {
      joined.push_back('/');
      joined.append(element);
    }
  }
  if (joined.empty() || IsCleanPath(joined)) return joined;
  return CleanPath(joined);
}

std::string DirPath(std::string_view path) {
  const size_t slash = LastSlash(path);
  return CleanPath(slash == std::string_view::npos ? std::string_view()
                                                   : path.substr(0, slash + 1));
}

std::string_view DirPath(std::string_view path, Arena* arena) {
  const size_t slash = LastSlash(path);
  if (slash != std::string_view::npos && slash > 0 && IsCleanPath(path)) {
    return path.substr(0, slash);
  }
  return arena->Copy(DirPath(path));
}

std::string_view BasePath(std::string_view path) {
  if (path.empty()) return ".";
  const size_t last = path.find_last_not_of('/');
  if (last == std::string_view::npos) return "/";
  path = path.substr(0, last + 1);
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

}  // namespace specgen
