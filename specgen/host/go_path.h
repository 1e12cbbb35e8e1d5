// Go's path/filepath functions as they are on Unix.
//
// Moby cleans and joins nearly every path that ends up in a spec, so these
// give, byte for byte, what Go gives. Paths are bytes; nothing is looked up.
#ifndef SPECGEN_HOST_GO_PATH_H_
#define SPECGEN_HOST_GO_PATH_H_

#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>

#include "specgen/base/arena.h"

namespace specgen {

// Whether Go's filepath.Clean would return `path` unchanged.
bool IsCleanPath(std::string_view path);

// filepath.Clean. path.Clean does the same.
std::string CleanPath(std::string_view path);

// filepath.Clean without a copy where none is needed: returns `path` itself
// when it is clean, else a view of the cleaned path, which replaces what
// `*storage` held. `path` may not point into `*storage`.
std::string_view CleanPath(std::string_view path, std::string* storage);

// Appends filepath.Clean(path) to `*out`, whose former content plays no part.
// `path` may not point into `*out`.
void AppendCleanPath(std::string_view path, std::string* out);

// filepath.Join: empty elements are skipped; "" when all are empty.
std::string JoinPath(std::initializer_list<std::string_view> elements);
// filepath.Join(a, b), in the arena.
inline std::string_view JoinPath(std::string_view a, std::string_view b,
                                 Arena* arena) {
  if (!a.empty() && !b.empty()) {
    const std::string_view joined = arena->Concat(a, "/", b);
    if (IsCleanPath(joined)) return joined;
  }
  return arena->Copy(JoinPath({a, b}));
}

// path.rfind('/'), which would look at one byte after the other.
inline size_t LastSlash(std::string_view path) {
  if (path.empty()) return std::string_view::npos;
  const void* const slash = memrchr(path.data(), '/', path.size());
  return slash == nullptr ? std::string_view::npos
                          : static_cast<size_t>(
                                static_cast<const char*>(slash) - path.data());
}

// filepath.Dir: all but the last element, cleaned.
std::string DirPath(std::string_view path);
// The same as a view of `path`, or in the arena.
std::string_view DirPath(std::string_view path, Arena* arena);

// filepath.Base: the last element; a view of `path` or of a constant.
std::string_view BasePath(std::string_view path);

}  // namespace specgen

#endif  // SPECGEN_HOST_GO_PATH_H_
