// How long one spec takes, for plugins of all sizes and lists that grow.
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "simdjson.h"
#include "specgen/bench/inputs.h"
#include "specgen/specgen.h"

namespace specgen {
namespace {

void Generate(benchmark::State& state, const std::string& config) {
  static const HostSnapshot* const host = BenchHost().release();
  const Generator generator(ReleaseOrDie("28.5.2"), *host);
  const Request request = BenchRequest(config);
  Answer answer;
  for (auto _ : state) {
    generator.Generate(request, &answer);
    benchmark::DoNotOptimize(answer.spec().data());
  }
  if (answer.outcome() != Outcome::kSpec) {
    state.SkipWithError(answer.message().c_str());
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
void CopySpec(benchmark::State& state, const std::string& config) {
  const std::unique_ptr<HostSnapshot> host = BenchHost();
  const Generator generator(ReleaseOrDie("28.5.2"), *host);
  Answer answer;
  generator.Generate(BenchRequest(config), &answer);
  std::vector<char> copy(answer.spec().size());
  for (auto _ : state) {
    benchmark::DoNotOptimize(answer.spec().data());
    std::memcpy(copy.data(), answer.spec().data(), copy.size());
    benchmark::ClobberMemory();
  }
}

#define SPECGEN_BENCH_SIZES(function)                         \
  BENCHMARK_CAPTURE(function, small, BenchConfig("small"));   \
  BENCHMARK_CAPTURE(function, median, BenchConfig("median")); \
  BENCHMARK_CAPTURE(function, large, BenchConfig("large"))
SPECGEN_BENCH_SIZES(Generate);
SPECGEN_BENCH_SIZES(ParseDom);
SPECGEN_BENCH_SIZES(ParseOnDemand);
SPECGEN_BENCH_SIZES(CopySpec);

// One spec at a time, on many threads.
BENCHMARK_CAPTURE(Generate, median_threads, BenchConfig("median"))
    ->ThreadRange(1, 64)
    ->UseRealTime();

}  // namespace
}  // namespace specgen

BENCHMARK_MAIN();
