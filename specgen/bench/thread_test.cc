// One generator, host and engine table for many threads at once, each with its
// own answer. Run with --config=tsan it finds what they share by mistake.
#include <cstddef>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "specgen/bench/inputs.h"
#include "specgen/specgen.h"

namespace specgen {
namespace {

TEST(Threads, ShareAGenerator) {
  const auto host = BenchHost();
  // Engines that take every way through the generator: with directories made in
  // an overlay, sorted mounts, and as it is today.
  for (const std::string_view engine : {"1.13.0-rc4", "18.03.0", "28.5.2"}) {
    const Generator generator(ReleaseOrDie(engine), *host);
    std::vector<std::string> configs;
    for (const std::string_view name : {"small", "large"}) {
      configs.push_back(BenchConfig(name));
    }
    configs.push_back("{\"env\": 7}");
    std::vector<std::string> expected;
    for (const std::string& config : configs) {
      Answer answer;
      generator.Generate(BenchRequest(config), &answer);
      expected.push_back(std::string(answer.spec()) + answer.message());
    }
    std::vector<std::thread> threads;
    for (size_t t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        Answer answer;
        for (size_t i = 0; i < 300; ++i) {
          const size_t which = (i + t) % configs.size();
          generator.Generate(BenchRequest(configs[which]), &answer);
          ASSERT_EQ(std::string(answer.spec()) + answer.message(),
                    expected[which]);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
}

}  // namespace
}  // namespace specgen
