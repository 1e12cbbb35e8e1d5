// What the benchmarks work on: plugins as people have them, and lists that
// grow.
#ifndef SPECGEN_BENCH_INPUTS_H_
#define SPECGEN_BENCH_INPUTS_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "specgen/host/host_snapshot.h"
#include "specgen/specgen.h"

namespace specgen {

// The text of a file; ends the program if it cannot be read. `path` is relative
// to the workspace, which is where Bazel starts programs.
std::string ReadFileOrDie(const std::string& path);

// The config "small", "median" or "large" of bench/configs.
std::string BenchConfig(std::string_view name);

// The host that the golden answers belong to.
std::unique_ptr<HostSnapshot> BenchHost();

// The release of that name; ends the program if there is none.
const Release& ReleaseOrDie(std::string_view name);

// A request like those that the golden answers were recorded with: id "plugin",
// everything else as dockerd has it by default. Points to `config`.
Request BenchRequest(std::string_view config);

// A config with `count` items in one list: "mounts", "env", "devices" or
// "dev_mounts" (mounts below /dev/, each with other settings than the
// engine's).
std::string GrowingConfig(std::string_view list, size_t count);

}  // namespace specgen

#endif  // SPECGEN_BENCH_INPUTS_H_
