// Generates one spec again and again, for tools that count (callgrind, perf):
//
//   hot_path ENGINE CONFIG COUNT
//
// ENGINE is a Docker release, CONFIG one of bench/configs by name. Two counts
// differ only by the steady state: what is done once cancels out.
#include <cstdlib>
#include <iostream>
#include <string>

#include "absl/strings/numbers.h"
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
  const std::string config = specgen::BenchConfig(argv[2]);
  const auto host = specgen::BenchHost();
  const specgen::Generator generator(specgen::ReleaseOrDie(argv[1]), *host);
  const specgen::Request request = specgen::BenchRequest(config);
  specgen::Answer answer(kernel);
  size_t bytes = 0;
  for (int i = 0; i < count; ++i) {
    generator.Generate(request, &answer);
    bytes += answer.spec().size();
  }
  std::cout << bytes << "\n";
  return answer.outcome() == specgen::Outcome::kSpec ? 0 : 1;
}
