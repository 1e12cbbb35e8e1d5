// Compares specgen with what Docker answered. Each golden case is a test of its
// own: GoldenSet.NAME checks every release that was recorded.
//
//   golden_test TESTDATA ARCHIVE...
#include <algorithm>
#include <cstddef>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "specgen/engine/engine.h"
#include "specgen/golden/golden_set.h"
#include "specgen/golden/request_line.h"
#include "specgen/plugin/plugin_reader.h"
#include "specgen/specgen.h"

namespace specgen {
namespace {

const GoldenSet* goldens = nullptr;

// Every release can be asked for and has a behaviour of the table.
TEST(EngineTableTest, EveryReleaseHasABehaviour) {
  for (const Release& release : AllReleases()) {
    SCOPED_TRACE(release.name);
    absl::StatusOr<const Release*> found = FindRelease(release.name);
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(*found, &release);
    ASSERT_NE(release.behaviour, nullptr);
    EXPECT_GE(release.behaviour, AllBehaviours().begin());
    EXPECT_LT(release.behaviour, AllBehaviours().end());
  }
}

// The fewest goldens are those of the legacy state forms.
TEST(EngineTableTest, EveryBehaviourHasGoldens) {
  std::map<const Behaviour*, size_t> rows;
  for (const GoldenRow& row : goldens->rows()) ++rows[row.release->behaviour];
  for (const Behaviour& behaviour : AllBehaviours()) {
    EXPECT_GE(rows[&behaviour], 60u) << behaviour.name;
  }
}

// A test that read no goldens would pass.
TEST(GoldenSetTest, HoldsWhatWasRecorded) {
  EXPECT_GE(goldens->cases().size(), 930u);
  EXPECT_GE(goldens->rows().size(), 12000u);
}

// A case that nobody can say the use of is no test of anything.
TEST(GoldenSetTest, EachCaseSaysWhatItProves) {
  for (const GoldenCase& golden : goldens->cases()) {
    if (absl::StartsWith(golden.name, "random/")) continue;
    EXPECT_GT(golden.proves.size(), 10u) << golden.name;
  }
}

// Engines that share what was read of a plugin answer as each does alone, and
// read it but once for each way of reading.
TEST(SharedReadingTest, AnswersAsEachEngineAlone) {
  std::vector<const Release*> engines;
  std::vector<const Behaviour*> read_differently;
  for (const Release& release : AllReleases()) {
    const Behaviour& behaviour = *release.behaviour;
    if (std::any_of(engines.begin(), engines.end(), [&](const Release* one) {
          return one->behaviour == &behaviour;
        })) {
      continue;
    }
    engines.push_back(&release);
    if (std::none_of(
            read_differently.begin(), read_differently.end(),
            [&](const Behaviour* one) { return ReadAlike(*one, behaviour); })) {
      read_differently.push_back(&behaviour);
    }
  }
  EXPECT_LT(read_differently.size(), engines.size() / 3);
  SharedReading reading;
  Answer shared;
  Answer alone;
  const GoldenCase* last = nullptr;
  size_t fewest = engines.size();
  for (const GoldenRow& row : goldens->rows()) {
    if (row.golden == last) continue;
    last = row.golden;
    std::vector<std::string_view> set;
    const Request request = row.golden->request.ToRequest(&set);
    reading.Begin();
    for (const Release* engine : engines) {
      const Generator generator(*engine, *row.host);
      generator.Generate(request, &reading, &shared);
      generator.Generate(request, &alone);
      SCOPED_TRACE(absl::StrCat(row.golden->name, ", Docker ", engine->name));
      ASSERT_EQ(shared.outcome(), alone.outcome());
      ASSERT_EQ(shared.stage(), alone.stage());
      ASSERT_EQ(shared.message(), alone.message());
      ASSERT_EQ(shared.position(), alone.position());
      ASSERT_EQ(shared.spec(), alone.spec());
      ASSERT_EQ(shared.shape(), alone.shape());
      ASSERT_EQ(shared.work(), alone.work());
      ASSERT_EQ(DirectoryList(shared), DirectoryList(alone));
    }
    if (set.empty() && alone.outcome() == Outcome::kSpec) {
      EXPECT_LE(reading.decoded(), engines.size());
      fewest = std::min(fewest, reading.decoded());
    }
  }
  EXPECT_EQ(fewest, read_differently.size());
}

class GoldenTest : public testing::Test {
 public:
  explicit GoldenTest(std::vector<const GoldenRow*> rows)
      : rows_(std::move(rows)) {}

  void TestBody() override {
    for (const GoldenRow* row : rows_) {
      const std::string difference = Difference(*row, *row->release);
      EXPECT_TRUE(difference.empty())
          << row->golden->name << ", Docker " << row->release->name << ":\n    "
          << difference;
    }
  }

 private:
  const std::vector<const GoldenRow*> rows_;
};

void RegisterGoldens() {
  std::map<const GoldenCase*, std::vector<const GoldenRow*>> rows;
  for (const GoldenRow& row : goldens->rows()) {
    rows[row.golden].push_back(&row);
  }
  for (const GoldenCase& golden : goldens->cases()) {
    const size_t slash = golden.name.find('/');
    testing::RegisterTest(golden.name.substr(0, slash).c_str(),
                          golden.name.substr(slash + 1).c_str(), nullptr,
                          nullptr, __FILE__, __LINE__,
                          [of_case = rows[&golden]]() -> testing::Test* {
                            return new GoldenTest(of_case);
                          });
  }
}

}  // namespace
}  // namespace specgen

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc < 2) {
    std::cerr << "usage: golden_test TESTDATA ARCHIVE...\n";
    return 2;
  }
  absl::StatusOr<std::unique_ptr<specgen::GoldenSet>> set =
      specgen::GoldenSet::Load(argv[1], {argv + 2, argv + argc});
  if (!set.ok()) {
    std::cerr << "golden_test: " << set.status().message() << "\n";
    return 1;
  }
  specgen::goldens = set->get();
  specgen::RegisterGoldens();
  return RUN_ALL_TESTS();
}
