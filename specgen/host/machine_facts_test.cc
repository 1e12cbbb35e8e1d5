#include "specgen/host/machine_facts.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace specgen {
namespace {

TEST(FactTest, IsFalseOrEmptyUnlessItIsSaid) {
  MachineFacts facts;
  EXPECT_FALSE(facts.in_user_namespace());
  EXPECT_TRUE(facts.possible_cpus().empty());
  facts.in_user_namespace.Is(true);
  EXPECT_TRUE(facts.in_user_namespace());
}

TEST(FactTest, IsFoundOnceAndWhenItIsWanted) {
  int searches = 0;
  Fact<int> fact;
  fact.IsFoundBy([&searches] { return ++searches; });
  EXPECT_EQ(searches, 0);
  EXPECT_EQ(fact(), 1);
  EXPECT_EQ(fact(), 1);
  EXPECT_EQ(searches, 1);
}

TEST(FactTest, ManyThreadsAskAtOnce) {
  std::atomic<int> searches = 0;
  Fact<int> fact;
  fact.IsFoundBy([&searches] { return ++searches; });
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&fact] { EXPECT_EQ(fact(), 1); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(searches, 1);
}

}  // namespace
}  // namespace specgen
