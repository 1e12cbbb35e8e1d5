// Reads a host snapshot file; host_snapshot.h says what stands in one.
#ifndef SPECGEN_HOST_SNAPSHOT_READER_H_
#define SPECGEN_HOST_SNAPSHOT_READER_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "specgen/host/machine_facts.h"
#include "specgen/host/snapshot_tree.h"

namespace specgen {

struct Snapshot {
  std::unique_ptr<const SnapshotTree> files;
  std::unique_ptr<const MachineFacts> facts;
};

// Errors (kInvalidArgument) read "FILE:LINE:COL: message", with `file_name` for
// FILE and columns counted in bytes from 1.
absl::StatusOr<Snapshot> ReadSnapshot(std::string_view json,
                                      std::string_view file_name);

}  // namespace specgen

#endif  // SPECGEN_HOST_SNAPSHOT_READER_H_
