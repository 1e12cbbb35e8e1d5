// Whichever allocation fails, the library says SPECGEN_NO_MEMORY and works
// again once there is memory.
#include <cstddef>
#include <cstring>
#include <string>

#include "gtest/gtest.h"
#include "specgen/c_api/specgen_c.h"

extern "C" void* __libc_malloc(size_t size);

namespace {

// How many allocations there still may be; below 0, all.
thread_local int allocations_left = -1;

}  // namespace

// The library's, too: what a program defines comes before what libc does.
extern "C" void* malloc(size_t size) {
  if (allocations_left == 0) return nullptr;
  if (allocations_left > 0) --allocations_left;
  return __libc_malloc(size);
}

namespace {

constexpr char kHost[] = "{\"entries\": []}";
constexpr char kSmall[] = "{\"entrypoint\":[\"/p\"]}";

// Calls `function` with no allocation, one, two, ... until it does not fail.
// Returns how often it did.
template <typename Function>
int FailAtEach(const Function& function) {
  for (int allowed = 0;; ++allowed) {
    allocations_left = allowed;
    const specgen_status status = function();
    allocations_left = -1;
    if (status == SPECGEN_OK) return allowed;
    EXPECT_EQ(status, SPECGEN_NO_MEMORY) << allowed;
    EXPECT_STREQ(specgen_last_error(), "out of memory");
    if (status != SPECGEN_NO_MEMORY) return allowed;
  }
}

TEST(NoMemory, OfAGenerator) {
  specgen_generator* generator = nullptr;
  EXPECT_GT(FailAtEach([&] {
              return specgen_generator_new("28.5.2", kHost, std::strlen(kHost),
                                           &generator);
            }),
            2);
  EXPECT_NE(generator, nullptr);
  specgen_generator_free(generator);
}

TEST(NoMemory, OfAnAnswer) {
  specgen_answer* answer = nullptr;
  const int failures = FailAtEach([&] {
    answer = specgen_answer_new();
    return answer == nullptr ? SPECGEN_NO_MEMORY : SPECGEN_OK;
  });
  EXPECT_GT(failures, 0);
  specgen_answer_free(answer);
}

TEST(NoMemory, OfASpec) {
  // Small ones, and one with much of everything, so that everything grows.
  std::string large = "{\"entrypoint\":[\"/p\"],\"env\":[";
  for (int i = 0; i < 3000; ++i) {
    large += "{\"name\":\"N" + std::to_string(i) +
             "\",\"value\":\"\\u00e4\",\"settable\":[\"value\"]},";
  }
  large.back() = ']';
  large += "}";
  for (const std::string& plugin : {std::string(kSmall), large}) {
    specgen_generator* generator = nullptr;
    ASSERT_EQ(
        specgen_generator_new("28.5.2", kHost, std::strlen(kHost), &generator),
        SPECGEN_OK);
    specgen_answer* answer = specgen_answer_new();
    specgen_request request;
    std::memset(&request, 0, sizeof(request));
    request.struct_size = sizeof(request);
    request.plugin = plugin.data();
    request.plugin_size = plugin.size();
    EXPECT_GT(FailAtEach([&] {
                return specgen_generate(generator, &request, answer);
              }),
              1);
    size_t size = 0;
    const std::string spec = specgen_answer_spec(answer, &size);
    EXPECT_EQ(spec.size(), size);
    // As without trouble.
    specgen_answer* fresh = specgen_answer_new();
    EXPECT_EQ(specgen_generate(generator, &request, fresh), SPECGEN_OK);
    EXPECT_EQ(spec, specgen_answer_spec(fresh, &size));
    specgen_answer_free(fresh);
    specgen_answer_free(answer);
    specgen_generator_free(generator);
  }
}

}  // namespace
