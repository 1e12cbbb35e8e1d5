// In the steady state a spec takes no heap allocation: every operator new of
// the program is counted.
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "specgen/bench/inputs.h"
#include "specgen/specgen.h"

namespace {

thread_local size_t allocations = 0;

void* Allocate(size_t size, size_t alignment = alignof(std::max_align_t)) {
  ++allocations;
  // aligned_alloc wants a whole number of alignments, and none is not a size.
  const size_t units = size / alignment + 1;
  void* const memory = std::aligned_alloc(alignment, units * alignment);
  if (memory == nullptr) std::abort();
  return memory;
}

// Not inlined: GCC would warn of a free() of what new made.
[[gnu::noinline]] void Release(void* memory) { std::free(memory); }

}  // namespace

// Every form by itself: AddressSanitizer's own forms do not call one another.
using std::align_val_t;
using std::nothrow_t;

void* operator new(size_t n) { return Allocate(n); }
void* operator new[](size_t n) { return Allocate(n); }
void* operator new(size_t n, const nothrow_t&) noexcept { return Allocate(n); }
void* operator new[](size_t n, const nothrow_t&) noexcept {
  return Allocate(n);
}
void* operator new(size_t n, align_val_t alignment) {
  return Allocate(n, static_cast<size_t>(alignment));
}
void* operator new[](size_t n, align_val_t alignment) {
  return Allocate(n, static_cast<size_t>(alignment));
}
void operator delete(void* memory) noexcept { Release(memory); }
void operator delete[](void* memory) noexcept { Release(memory); }
void operator delete(void* memory, size_t) noexcept { Release(memory); }
void operator delete[](void* memory, size_t) noexcept { Release(memory); }
void operator delete(void* memory, const nothrow_t&) noexcept {
  Release(memory);
}
void operator delete[](void* memory, const nothrow_t&) noexcept {
  Release(memory);
}
void operator delete(void* memory, align_val_t) noexcept { Release(memory); }
void operator delete[](void* memory, align_val_t) noexcept { Release(memory); }
void operator delete(void* memory, size_t, align_val_t) noexcept {
  Release(memory);
}
void operator delete[](void* memory, size_t, align_val_t) noexcept {
  Release(memory);
}

namespace specgen {
namespace {

TEST(Allocations, AreCounted) {
  const size_t before = allocations;
  auto one = std::make_unique<int>(1);
  EXPECT_EQ(allocations, before + 1);
}

TEST(Allocations, AreCountedWhereTheyAreAligned) {
  struct alignas(64) Line {
    char bytes[64];
  };
  const size_t before = allocations;
  auto one = std::make_unique<Line>();
  EXPECT_EQ(allocations, before + 1);
}

// Counts those of the 10th of equal requests.
size_t InSteadyState(const Generator& generator, const Request& request) {
  Answer answer;
  for (int i = 0; i < 9; ++i) generator.Generate(request, &answer);
  const size_t before = allocations;
  generator.Generate(request, &answer);
  const size_t after = allocations;
  EXPECT_EQ(answer.outcome(), Outcome::kSpec) << answer.message();
  return after - before;
}

TEST(Allocations, NoneForPluginsAsPeopleHaveThem) {
  const auto host = BenchHost();
  for (const std::string_view name : {"small", "median", "large"}) {
    const std::string config = BenchConfig(name);
    // Older engines make a bind mount's source on the host, which takes a plan.
    for (const std::string_view engine :
         {"17.03.0", "17.12.0", "18.09.0", "19.03.0", "20.10.24", "24.0.7",
          "28.5.2", "29.0.0"}) {
      Request request = BenchRequest(config);
      request.shape = PluginShape::kAuto;
      EXPECT_EQ(InSteadyState(Generator(ReleaseOrDie(engine), *host), request),
                0)
          << name << ", Docker " << engine;
    }
  }
}

TEST(Allocations, NoneForSettings) {
  const auto host = BenchHost();
  const std::string config = BenchConfig("median");
  Request request = BenchRequest(config);
  const std::vector<std::string_view> set = {"LOG_LEVEL=debug",
                                             "keys.source=/srv/keys"};
  request.set = set;
  EXPECT_EQ(InSteadyState(Generator(ReleaseOrDie("28.5.2"), *host), request),
            0);
}

TEST(Allocations, NoneForLongLists) {
  const auto host = BenchHost();
  for (const std::string_view list : {"mounts", "env", "devices"}) {
    const std::string config = GrowingConfig(list, 1000);
    EXPECT_EQ(InSteadyState(Generator(ReleaseOrDie("28.5.2"), *host),
                            BenchRequest(config)),
              0)
        << list;
  }
}

}  // namespace
}  // namespace specgen
