#include "specgen/base/once.h"

#include <new>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace specgen {
namespace {

TEST(OnceTest, ManyThreadsAtOnce) {
  Once once;
  int done = 0;
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      once.Do([&] { ++done; });
      EXPECT_EQ(done, 1);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(OnceTest, IsDoneAgainIfItThrew) {
  Once once;
  int tries = 0;
  const auto fails_first = [&] {
    if (++tries == 1) throw std::bad_alloc();
  };
  EXPECT_THROW(once.Do(fails_first), std::bad_alloc);
  once.Do(fails_first);
  once.Do(fails_first);
  EXPECT_EQ(tries, 2);
}

}  // namespace
}  // namespace specgen
