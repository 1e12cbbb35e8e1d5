// The machine that the program runs on.
#ifndef SPECGEN_HOST_LIVE_HOST_H_
#define SPECGEN_HOST_LIVE_HOST_H_

#include <sys/statfs.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "specgen/host/file_tree.h"
#include "specgen/host/host.h"
#include "specgen/host/machine_facts.h"
#include "specgen/host/mount_table.h"

namespace specgen {

// Where a LiveHost finds what the kernel says of the machine as a whole, so
// that a test can bring a machine of its own. Paths given to the calls of a
// LiveHost are not changed by it.
struct LiveSystem {
  std::string proc = "/proc";
  std::string sys = "/sys";
  // ROOTLESSKIT_STATE_DIR of the engine; "" if it is not set.
  std::string rootlesskit_state_dir;
  // Go's runtime.NumCPU(): the CPUs on which this process may run.
  uint32_t usable_cpus = 1;
  int (*statfs)(const char* path, struct statfs* answer) = ::statfs;

  // Of this process.
  static LiveSystem FromProcess();
};

// Asks the kernel. Files are asked for anew by each call; each fact about the
// machine is found when it is first wanted, and kept. Thread-safe, if the
// tables that `system` names are. It answers for this process: what root may
// see, an ordinary user may get EACCES for.
//
// The facts are as dockerd finds them: stat(2) decides, so a directory that
// this process may not reach is not there, nor a netns file (where dockerd
// fails). The possible CPUs are what moby's platform.PossibleCPU (28.0.2 to
// 29.5.3) returns: those of /sys/devices/system/cpu/possible or, if that cannot
// be read or understood, 0 up to and including the number of usable CPUs.
class LiveHost : public Host {
 public:
  LiveHost() : LiveHost(LiveSystem::FromProcess()) {}
  explicit LiveHost(LiveSystem system);

  // What is mounted where, from /proc/self/mountinfo.
  absl::StatusOr<std::vector<MountPoint>> MountPoints() const;

  // The working directory of this process, free of symbolic links. Fails if it
  // was removed, or is not below this process's root directory.
  static absl::StatusOr<std::string> WorkingDirectory();

 private:
  class Files final : public FileTree {
   public:
    explicit Files(const LiveSystem& system) : system_(system) {}

    int Lstat(std::string_view path, FileFacts* facts) const override;
    int Stat(std::string_view path, FileFacts* facts) const override;
    int ReadLink(std::string_view path, std::string* target) const override;
    int ListDirectory(std::string_view path,
                      std::vector<std::string>* names) const override;
    int MountFlags(std::string_view path, uint64_t* flags) const override;
    int WorkingDirectory(std::string* path) const override;

   private:
    const LiveSystem& system_;
  };

  bool IsThere(const std::string& path) const;
  std::vector<uint32_t> FindPossibleCpus() const;
  std::vector<uint32_t> FindThermalThrottleCpus() const;
  bool IsInUserNamespace() const;
  bool HasUnifiedCgroups() const;

  const LiveSystem system_;
  Files live_files_;
  MachineFacts live_facts_;
};

// The rules that LiveHost applies to what it reads.

// The CPU numbers in a list such as "0-3,8", ascending and each once; empty for
// what moby's parsePossibleCPUs (28.0.2 to 29.5.3) does not understand. White
// space around the list plays no part. A CPU above 65535, which no kernel has,
// is not understood here.
std::vector<uint32_t> ParseCpuList(std::string_view text);

// Whether a process with this /proc/self/uid_map is in a user namespace other
// than the first (github.com/moby/sys/userns v0.1.0). Only the first line
// counts. An empty file is no user namespace, but an empty line is one.
bool IsUidMapOfUserNamespace(std::string_view uid_map);

}  // namespace specgen

#endif  // SPECGEN_HOST_LIVE_HOST_H_
