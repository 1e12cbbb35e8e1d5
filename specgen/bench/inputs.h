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

// What Docker makes of it, with BenchRequest and on BenchHost. Recorded with
// Docker's code for the releases of kBenchEngines (competitors/go).
std::string BenchSpec(std::string_view engine, std::string_view name);
inline constexpr std::string_view kBenchEngines[] = {"20.10.24", "24.0.7",
                                                     "28.5.2"};

// A host like those that dockerd runs on.
std::unique_ptr<HostSnapshot> BenchHost();

// The release of that name; ends the program if there is none.
const Release& ReleaseOrDie(std::string_view name);

// A request like those that the golden answers were recorded with: id "plugin",
// everything else as dockerd has it by default. Points to `config`.
Request BenchRequest(std::string_view config);

// A config with `count` items in one list, of kGrowingLists. "dev_mounts" are
// mounts below /dev/, which InitSpec compares with the others; "duplicates" are
// keys that stand again and again.
inline constexpr std::string_view kGrowingLists[] = {
    "mounts", "env", "devices", "dev_mounts", "capabilities", "duplicates"};
std::string GrowingConfig(std::string_view list, size_t count);

}  // namespace specgen

#endif  // SPECGEN_BENCH_INPUTS_H_
