// What is done for a bundle, step by step.
#ifndef SPECGEN_BUNDLE_PLAN_H_
#define SPECGEN_BUNDLE_PLAN_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "specgen/bundle/bundle_record.h"
#include "specgen/engine/engine.h"
#include "specgen/host/plan.h"

namespace specgen {

struct BundleStep {
  enum class Kind {
    kMakeDirectory,
    kCopyTree,   // all of the directory `from` to `path`
    kUnpack,     // the layer `from` over what is in `path`
    kMakeFile,   // an empty one
    kCopyFile,   // the file `from` to `path`
    kSymlink,    // to `from`
    kWriteFile,  // the spec, or the bundle's record
    kBind,       // mounts `from` upon `path`, with what is mounted in it
    kShare,      // mounts made in `path` reach all copies of it, and come back
  };
  Kind kind;
  std::string path = {};
  std::string from = {};
  uint32_t mode = 0;

  bool operator==(const BundleStep&) const = default;
};

// What is known of a plugin once its spec is made.
struct BundleFacts {
  const Behaviour* behaviour;
  std::string_view bundle;   // the directory, absolute and clean
  std::string_view runs_at;  // where it lies when it runs; likewise
  // The rootfs's origin: a directory, or an image's layers, bottom first.
  std::string_view rootfs_directory;
  absl::Span<const std::string> layers;
  // Steps that put files on top of that; their paths are those in the rootfs.
  absl::Span<const BundleStep> files;
  std::string_view propagated_mount;            // of the config
  absl::Span<const PlannedFolder> directories;  // the engine's plan
  std::string_view id;                          // the container's
  std::string_view exec_root;
};

struct BundlePlan {
  std::vector<BundleStep> build;  // makes the bundle's directory
  // What the machine needs before the plugin starts, each time it was booted:
  // what StartBundle does of the record, in words.
  std::vector<BundleStep> start;
  BundleRecord record;
};

// Decides; touches nothing. moby plugin/manager_linux.go (enable), of which
// specgen differs in one thing: before 1.13.1, dockerd shared the directory
// <rootfs>/<propagatedMount> itself. Here the directory "propagated-mount"
// beside the rootfs is shared and bound to it, as from 1.13.1 to 18.02; the
// plugin sees no difference. Since 18.03 the spec binds it.
BundlePlan PlanBundle(const BundleFacts& facts);

// One line of text without its line feed, as a command that a shell would
// know or could: "mkdir -m 0700 /run/docker/plugins/sshfs".
std::string StepText(const BundleStep& step);

// The word as sh reads it back, quoted only where that is needed.
std::string ShellQuote(std::string_view word);

}  // namespace specgen

#endif  // SPECGEN_BUNDLE_PLAN_H_
