#include "specgen/base/verdict.h"

#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace specgen {
namespace {

TEST(VerdictTest, OfAnEngineThatGoesOn) {
  const Verdict verdict;
  EXPECT_TRUE(verdict.ok());
  EXPECT_EQ(verdict.outcome(), Outcome::kSpec);
  EXPECT_EQ(verdict.stage(), Stage::kSpec);
  EXPECT_EQ(verdict.message(), "");
}

TEST(VerdictTest, OfOneThatRefuses) {
  const Verdict verdict = Verdict::Refused(Stage::kSettings, "not implemented");
  EXPECT_FALSE(verdict.ok());
  EXPECT_EQ(verdict.outcome(), Outcome::kRefused);
  EXPECT_EQ(verdict.stage(), Stage::kSettings);
  EXPECT_EQ(verdict.message(), "not implemented");
}

TEST(VerdictTest, OfOneThatCrashes) {
  const Verdict verdict = Verdict::Crashed(Stage::kSpec, kNilDereference);
  EXPECT_FALSE(verdict.ok());
  EXPECT_EQ(verdict.outcome(), Outcome::kCrashed);
  EXPECT_EQ(verdict.stage(), Stage::kSpec);
  EXPECT_EQ(verdict.message(),
            "runtime error: invalid memory address or nil pointer dereference");
}

TEST(VerdictTest, MovesWithItsMessage) {
  Verdict verdict;
  verdict = Verdict::Refused(Stage::kDecode, "no JSON");
  const Verdict moved = std::move(verdict);
  EXPECT_EQ(moved.message(), "no JSON");
  EXPECT_EQ(moved.stage(), Stage::kDecode);
}

}  // namespace
}  // namespace specgen
