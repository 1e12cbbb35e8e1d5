#include "specgen/host/mkdir_all.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "specgen/host/errno_text.h"

namespace specgen {
namespace {

absl::Status MkdirError(std::string_view path, int error) {
  return absl::Status(absl::ErrnoToStatusCode(error),
                      absl::StrCat("mkdir ", path, ": ", GoErrnoText(error)));
}

// Where the path ends that os.MkdirAll makes before path[:end]; 0 if there is
// none.
size_t ParentEnd(std::string_view path, size_t end) {
  while (end > 0 && path[end - 1] == '/') --end;
  while (end > 0 && path[end - 1] != '/') --end;
  return end > 0 ? end - 1 : 0;
}

}  // namespace

absl::Status MkdirAll(std::string_view path, uint32_t mode,
                      FolderOverlay* overlay, PlannedFolderSink sink) {
  FileFacts facts;
  if (overlay->Stat(path, &facts) == 0) {
    return S_ISDIR(facts.mode) ? absl::OkStatus() : MkdirError(path, ENOTDIR);
  }

  // Go recurses towards the root until a Stat succeeds. A path can only be
  // there if all that it passes through is, so the place can be bisected:
  // else a hostile path of thousands of levels would cost as many lookups.
  std::vector<size_t> ends = {path.size()};  // deepest first
  for (size_t end = ParentEnd(path, path.size()); end > 0;
       end = ParentEnd(path, end)) {
    ends.push_back(end);
  }
  const auto existing =
      std::partition_point(ends.begin() + 1, ends.end(), [&](size_t end) {
        FileFacts found;
        if (overlay->Stat(path.substr(0, end), &found) != 0) return true;
        // Any later success is of a deeper path; the last is the deepest.
        facts = found;
        return false;
      });
  if (existing != ends.end() && !S_ISDIR(facts.mode)) {
    return MkdirError(path.substr(0, *existing), ENOTDIR);
  }

  for (auto it = existing; it != ends.begin();) {
    const std::string_view folder = path.substr(0, *--it);
    std::string_view planned_path;
    const int error = overlay->MakeFolder(folder, mode, &planned_path);
    if (error == 0) {
      sink(planned_path, mode);
    } else if (overlay->Lstat(folder, &facts) != 0 || !S_ISDIR(facts.mode)) {
      return MkdirError(folder, error);
    }
  }
  return absl::OkStatus();
}

}  // namespace specgen
