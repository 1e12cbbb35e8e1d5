// Generates one spec again and again, for tools that count (callgrind, perf):
//
//   hot_path ENGINE CONFIG COUNT
//
// ENGINE is a Docker release. CONFIG is one of bench/configs by name, LIST:N
// for a config with N items in one of its lists (see GrowingConfig), or set:N
// for one with N variables that are all set. Two counts differ only by the
// steady state: what is done once cancels out.
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "simdjson.h"
#include "specgen/bench/inputs.h"
#include "specgen/specgen.h"

int main(int argc, char** argv) {
  int count = 0;
  if (argc != 4 || !absl::SimpleAtoi(argv[3], &count)) {
    std::cerr << "usage: hot_path ENGINE CONFIG COUNT\n";
    return 2;
  }
  // One kernel by name, so that counts do not depend on the CPU: all x86-64
  // machines of the last ten years have it, and so has valgrind.
  const simdjson::implementation* kernel =
      simdjson::get_available_implementations()["haswell"];
  if (kernel == nullptr || !kernel->supported_by_runtime_system()) {
    std::cerr << "hot_path: this CPU has no AVX2\n";
    return 1;
  }
  const std::pair<std::string_view, std::string_view> name =
      absl::StrSplit(argv[2], absl::MaxSplits(':', 1));
  size_t items = 0;
  if (!name.second.empty() && !absl::SimpleAtoi(name.second, &items)) {
    std::cerr << "hot_path: no number: " << name.second << "\n";
    return 2;
  }
  const bool sets = name.first == "set";
  const std::string config =
      name.second.empty()
          ? specgen::BenchConfig(name.first)
          : specgen::GrowingConfig(sets ? "env" : name.first, items);
  std::vector<std::string> arguments;
  for (size_t i = 0; sets && i < items; ++i) {
    arguments.push_back(absl::StrCat("NAME_", i, "=other ", i));
  }
  const std::vector<std::string_view> set(arguments.begin(), arguments.end());
  const auto host = specgen::BenchHost();
  const specgen::Generator generator(specgen::ReleaseOrDie(argv[1]), *host);
  specgen::Request request = specgen::BenchRequest(config);
  request.set = set;
  specgen::Answer answer(kernel);
  size_t bytes = 0;
  for (int i = 0; i < count; ++i) {
    generator.Generate(request, &answer);
    bytes += answer.spec().size();
  }
  std::cout << bytes << "\n";
  return answer.outcome() == specgen::Outcome::kSpec ? 0 : 1;
}
