// What the host's files are worth to a plugin that gets them: one table.
#ifndef SPECGEN_PRIVILEGES_SOURCE_RULES_H_
#define SPECGEN_PRIVILEGES_SOURCE_RULES_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "specgen/known/capabilities.h"

namespace specgen {

// Files of one kind, and what it means to read and to write them. What is for
// reviewers of plugins: each reason says what the plugin can do.
struct SourceRule {
  std::string_view what;  // "the socket of a container engine"
  // Absolute, clean, separated by spaces; a "*" stands for the rest of one
  // element, "PID" for the name of a process, "/**/NAME" for a file of that
  // name wherever it is. A mount of a directory above reaches them, too.
  std::string_view paths;
  bool below = false;  // and all that lies below
  GrantLevel read = GrantLevel::kLow;
  GrantLevel write = GrantLevel::kMedium;
  // Where the two are the same, only `reading` is given.
  std::string_view reading;
  std::string_view writing = {};
  // Most hosts have it, so that it counts for what lies above.
  bool usual = true;
};

// The rule about nodes of which only the name is known, and says little.
inline constexpr std::string_view kMayBeADisk = "what may be a disk";

// Of a path, what names it most closely counts, and what it holds.
absl::Span<const SourceRule> SourceRules();

// A file system of the kernel's: a mount of that type shows what the host has
// at `path`, wherever it is.
struct KernelFileSystem {
  std::string_view type;
  std::string_view path;
};

absl::Span<const KernelFileSystem> KernelFileSystems();

// What a mount shows of what hosts mount below its source.
enum class MountsBelow {
  kAlike,     // it is there, as what is above
  kNone,      // without "rbind"
  kWritable,  // with "rbind" and "ro", which is for the source alone
};

struct SourceGrant {
  const SourceRule* rule = nullptr;  // null: nothing special
  GrantLevel level = GrantLevel::kLow;
  std::string why;
};

// What a bind mount of `source` gives. The path is judged as the kernel takes
// it, with the symbolic links that are the same on each Linux: "//run",
// "/a/../run" and "/var/run/" are "/run", "/proc/1/root" and "/dev/fd/../root"
// are "/", and what is reached through "/proc/self/fd/3" may be anywhere. One
// that is not absolute is taken from the bundle, as runtimes do; nobody knows
// how deep that lies.
SourceGrant JudgeSource(std::string_view source, bool read_only,
                        MountsBelow below = MountsBelow::kAlike);

// What is said before the reasons of paths that lead through the plugin's own
// directories.
inline constexpr std::string_view kRelativeMayLead =
    "a link in the plugin's own directories, from where it is taken, may lead "
    "anywhere: ";

// How many elements of an absolute path lead to the last place where hosts may
// have mounted another file system: a mount of what is above that, without
// "rbind", need not have the path. 0 if there is none.
size_t DeepestMount(absl::Span<const std::string_view> path);

// What a mount of that file system gives: what the host has at its path, but
// not what is mounted below that.
SourceGrant JudgeKernelFileSystem(const KernelFileSystem& file_system,
                                  bool read_only);

// The absolute path with the links followed that are the same on each Linux.
std::string WithKnownLinks(std::string_view path);

}  // namespace specgen

#endif  // SPECGEN_PRIVILEGES_SOURCE_RULES_H_
