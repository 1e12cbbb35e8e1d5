// Writes down what a machine is like: what `specgen host-facts` prints.
#ifndef SPECGEN_HOST_HOST_FACTS_H_
#define SPECGEN_HOST_HOST_FACTS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "specgen/host/host.h"
#include "specgen/host/mount_table.h"
#include "specgen/host/snapshot_format.h"

namespace specgen {

// What to write down. Paths are absolute.
struct HostFactsRequest {
  // Written with all that lies below, across mounts, but not into /proc or /sys
  // unless they are listed themselves.
  std::vector<std::string> trees = {"/dev"};
  // Written alone. What dockerd looks at for most plugins:
  std::vector<std::string> paths = {
      "/etc",
      "/home",
      "/lib/modules",
      "/mnt",
      "/proc",
      "/root",
      "/run",
      "/run/docker",
      "/run/docker.sock",
      "/run/docker/plugins",
      "/srv",
      "/sys",
      "/sys/fs/cgroup",
      "/tmp",
      "/usr",
      "/var/lib/docker",
      "/var/lib/docker/plugins",
      "/var/log",
      "/var/run",
      "/var/run/docker.sock",
  };
  // Of the whole machine, in any order; those that hold or lie in what is
  // written are written too.
  std::vector<MountPoint> mounts;
  std::optional<std::string> cwd;
  // More files than this are an error; a snapshot could not hold more.
  size_t max_files = kMaxSnapshotFiles;
};

struct HostFacts {
  // A snapshot that HostSnapshot::Parse reads: one entry a line, sorted by
  // their paths, so that two can be compared by their lines.
  std::string json;
  // "PATH: why it is not in it", without "specgen: " and line feed.
  std::vector<std::string> warnings;
};

// Asks `host` for all that `request` wants. What is not there is left out, for
// that is a fact too. What cannot be read becomes a warning. Symbolic links are
// followed, so that what they lead to is known as well, but not into /proc:
// what is there is another for each process.
//
// Errors (kInvalidArgument, kResourceExhausted) are for people: a path that is
// not absolute, too many files, a snapshot too large to be read back.
absl::StatusOr<HostFacts> WriteHostFacts(const Host& host,
                                         const HostFactsRequest& request);

}  // namespace specgen

#endif  // SPECGEN_HOST_HOST_FACTS_H_
