// Go's os.MkdirAll, as a plan.
#ifndef SPECGEN_HOST_MKDIR_ALL_H_
#define SPECGEN_HOST_MKDIR_ALL_H_

#include <cstdint>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "specgen/host/folder_overlay.h"

namespace specgen {

// Receives one planned folder. `path` is cleaned (see
// FolderOverlay::MakeFolder) and lives as long as the overlay's arena.
using PlannedFolderSink =
    absl::FunctionRef<void(std::string_view path, uint32_t mode)>;

// Plans what Go's os.MkdirAll(path, mode) would make on `overlay`: adds each
// missing folder to it and hands it to `sink`, parents first.
//
// The message of an error is what Go prints, such as
// "mkdir /tmp/file: not a directory". As with Go, folders made before the
// failure stay: they were handed to `sink`.
absl::Status MkdirAll(std::string_view path, uint32_t mode,
                      FolderOverlay* overlay, PlannedFolderSink sink);

}  // namespace specgen

#endif  // SPECGEN_HOST_MKDIR_ALL_H_
