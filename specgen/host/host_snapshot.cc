#include "specgen/host/host_snapshot.h"

#include <memory>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "specgen/host/snapshot_reader.h"

namespace specgen {

HostSnapshot::HostSnapshot(std::unique_ptr<const SnapshotTree> its_files,
                           std::unique_ptr<const MachineFacts> its_facts)
    : Host(lookup_, *its_facts),
      lookup_(std::move(its_files)),
      kept_facts_(std::move(its_facts)) {}

absl::StatusOr<std::unique_ptr<HostSnapshot>> HostSnapshot::Parse(
    std::string_view json, std::string_view file_name) {
  absl::StatusOr<Snapshot> snapshot = ReadSnapshot(json, file_name);
  if (!snapshot.ok()) return snapshot.status();
  // The constructor is private, so make_unique cannot call it.
  return std::unique_ptr<HostSnapshot>(
      new HostSnapshot(std::move(snapshot->files), std::move(snapshot->facts)));
}

std::unique_ptr<HostSnapshot> HostSnapshot::Empty() {
  std::unique_ptr<const SnapshotTree> files;
  SnapshotTreeBuilder(kMaxSnapshotFiles).Finish(&files);
  return std::unique_ptr<HostSnapshot>(
      new HostSnapshot(std::move(files), std::make_unique<MachineFacts>()));
}

}  // namespace specgen
