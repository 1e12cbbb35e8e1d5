// How long one spec takes, for plugins of all sizes and lists that grow. Every
// answer is compared with Docker's before it is timed. ./run puts the numbers
// in a table beside those of others.
// In quotes it could be a header of simdjson, which has a directory of that
// name.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "simdjson.h"
#include "specgen/bench/inputs.h"
#include "specgen/host/live_host.h"
#include "specgen/specgen.h"

namespace specgen {
namespace {

constexpr std::string_view kSizes[] = {"small", "median", "large"};

const Host& RecordedHost() {
  static const HostSnapshot* const host = BenchHost().release();
  return *host;
}

void Measure(benchmark::State& state, std::string_view engine, const Host& host,
             const std::string& config, const std::string* golden) {
  const Generator generator(ReleaseOrDie(engine), host);
  const Request request = BenchRequest(config);
  Answer answer;
  generator.Generate(request, &answer);
  if (answer.outcome() != Outcome::kSpec) {
    state.SkipWithError(answer.message());
    return;
  }
  if (golden != nullptr && answer.spec() != *golden) {
    state.SkipWithError("not the spec that Docker makes");
    return;
  }
  for (auto _ : state) {
    generator.Generate(request, &answer);
    benchmark::DoNotOptimize(answer.spec().data());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) *
                          static_cast<int64_t>(config.size()));
  state.counters["config"] = static_cast<double>(config.size());
  state.counters["spec"] = static_cast<double>(answer.spec().size());
}

// The first floor: simdjson reads the config and nothing is made of it.
void ParseDom(benchmark::State& state, const std::string& config) {
  const simdjson::padded_string text(config);
  simdjson::dom::parser parser;
  for (auto _ : state) {
    simdjson::dom::element root;
    if (parser.parse(text).get(root) != simdjson::SUCCESS) {
      state.SkipWithError("simdjson refuses the config");
      break;
    }
    benchmark::DoNotOptimize(root);
  }
}

// The same with simdjson's other interface; every value must be asked for.
// Returns the bytes of all strings.
size_t VisitAll(simdjson::ondemand::value value) {
  size_t bytes = 0;
  switch (value.type()) {
    case simdjson::ondemand::json_type::object:
      for (auto field : value.get_object()) {
        bytes += field.unescaped_key().value().size();
        bytes += VisitAll(field.value());
      }
      break;
    case simdjson::ondemand::json_type::array:
      for (auto item : value.get_array()) bytes += VisitAll(item.value());
      break;
    case simdjson::ondemand::json_type::string:
      bytes += value.get_string().value().size();
      break;
    case simdjson::ondemand::json_type::number:
      bytes += value.get_number().value().get_number_type() ==
               simdjson::ondemand::number_type::floating_point_number;
      break;
    case simdjson::ondemand::json_type::boolean:
      bytes += value.get_bool().value() ? 1 : 0;
      break;
    default:
      bytes += value.is_null().value() ? 1 : 0;
  }
  return bytes;
}

void ParseOnDemand(benchmark::State& state, const std::string& config) {
  const simdjson::padded_string text(config);
  simdjson::ondemand::parser parser;
  for (auto _ : state) {
    simdjson::ondemand::document document = parser.iterate(text);
    simdjson::ondemand::value root;
    if (document.get_value().get(root) != simdjson::SUCCESS) {
      state.SkipWithError("simdjson refuses the config");
      break;
    }
    benchmark::DoNotOptimize(VisitAll(root));
  }
}

// The second floor: a spec that is there already is copied.
void CopySpec(benchmark::State& state, const std::string& spec) {
  std::vector<char> copy(spec.size());
  for (auto _ : state) {
    benchmark::DoNotOptimize(spec.data());
    std::memcpy(copy.data(), spec.data(), copy.size());
    benchmark::ClobberMemory();
  }
}

void RegisterAll() {
  for (const std::string_view size : kSizes) {
    const std::string config = BenchConfig(size);
    for (const std::string_view engine : kBenchEngines) {
      const std::string golden = BenchSpec(engine, size);
      benchmark::RegisterBenchmark(absl::StrCat("Generate/", engine, "/", size),
                                   [=](benchmark::State& state) {
                                     Measure(state, engine, RecordedHost(),
                                             config, &golden);
                                   });
    }
    const std::string golden = BenchSpec("28.5.2", size);
    // As Docker's code does it: each spec asks the machine anew.
    benchmark::RegisterBenchmark(absl::StrCat("GenerateLive/28.5.2/", size),
                                 [=](benchmark::State& state) {
                                   const LiveHost host;
                                   Measure(state, "28.5.2", host, config,
                                           &golden);
                                 });
    benchmark::RegisterBenchmark(
        absl::StrCat("ParseDom/", size),
        [=](benchmark::State& state) { ParseDom(state, config); });
    benchmark::RegisterBenchmark(
        absl::StrCat("ParseOnDemand/", size),
        [=](benchmark::State& state) { ParseOnDemand(state, config); });
    benchmark::RegisterBenchmark(
        absl::StrCat("CopySpec/", size),
        [=](benchmark::State& state) { CopySpec(state, golden); });
  }
  const std::string median = BenchConfig("median");
  const std::string golden = BenchSpec("28.5.2", "median");
  benchmark::RegisterBenchmark("Threads/median",
                               [=](benchmark::State& state) {
                                 Measure(state, "28.5.2", RecordedHost(),
                                         median, &golden);
                               })
      // With more than there are CPUs, the time of those that wait would count.
      ->ThreadRange(1, benchmark::CPUInfo::Get().num_cpus)
      ->UseRealTime();
  for (const std::string_view list : kGrowingLists) {
    for (size_t count = 10; count <= 100000; count *= 10) {
      benchmark::RegisterBenchmark(absl::StrCat("Growth/", list, "/", count),
                                   [=](benchmark::State& state) {
                                     Measure(state, "28.5.2", RecordedHost(),
                                             GrowingConfig(list, count),
                                             nullptr);
                                   });
    }
  }
}

}  // namespace
}  // namespace specgen

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  specgen::RegisterAll();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
