// Checks that the goldens prove every value of the engine table: each change of
// a behaviour (mutations.h) must make at least one of that behaviour's goldens
// fail, unless unprovable.cc says why none can.
//
//   mutation_test TESTDATA ARCHIVE...
//   mutation_test --kills TESTDATA ARCHIVE...   what each case notices, as
//   lines
//       CASE<TAB>BEHAVIOUR<TAB>CHANGE
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "specgen/engine/engine.h"
#include "specgen/golden/golden_set.h"
#include "specgen/golden/mutations.h"

namespace specgen {
namespace {

const GoldenSet* goldens = nullptr;

using Rows = std::vector<const GoldenRow*>;

// The goldens of one behaviour.
Rows RowsOf(const Behaviour& behaviour) {
  Rows rows;
  for (const GoldenRow& row : goldens->rows()) {
    if (row.release->behaviour == &behaviour) rows.push_back(&row);
  }
  return rows;
}

bool Notices(const GoldenRow& row, const Mutation& mutation) {
  Release altered = *row.release;
  altered.behaviour = mutation.behaviour.get();
  return !Difference(row, altered).empty();
}

bool Notices(const GoldenRow& row, const RuleMutation& mutation) {
  Release altered = *row.release;
  altered.user_namespace = mutation.rule;
  return !Difference(row, altered).empty();
}

template <typename Change>
bool AnyNotices(const Rows& rows, const Change& change) {
  for (const GoldenRow* row : rows) {
    if (Notices(*row, change)) return true;
  }
  return false;
}

// The rules that the recorded releases of a behaviour have in user namespaces,
// with the goldens of each; releases without goldens are not there.
std::map<UserNamespaceRule, Rows> RowsByRule(const Rows& rows) {
  std::map<UserNamespaceRule, Rows> by_rule;
  for (const GoldenRow* row : rows) {
    by_rule[row->release->user_namespace].push_back(row);
  }
  return by_rule;
}

// Whether only builds of distributions have it.
bool IsOfBuilds(const Behaviour& behaviour) {
  const absl::Span<const Release> all = AllReleases();
  return std::none_of(all.begin(), all.end(), [&](const Release& release) {
    return release.behaviour == &behaviour;
  });
}

// Of a behaviour that only builds have: the names of the changes that its base
// has as well. Whatever a build takes over is proved there.
std::set<std::string> ProvedElsewhere(const Behaviour& behaviour) {
  std::set<std::string> names;
  if (!IsOfBuilds(behaviour)) return names;
  for (const Behaviour& base : AllBehaviours()) {
    if (base.name != behaviour.based_on) continue;
    for (const Mutation& mutation : MutationsOf(base)) {
      names.insert(mutation.name);
    }
  }
  return names;
}

// Calls `visit(name, change, rows)` for every change of `behaviour` and the
// goldens that could notice it.
template <typename Visit>
void ForEachChange(const Behaviour& behaviour, Visit visit) {
  const Rows rows = RowsOf(behaviour);
  const std::set<std::string> elsewhere = ProvedElsewhere(behaviour);
  for (const Mutation& mutation : MutationsOf(behaviour)) {
    if (!elsewhere.contains(mutation.name)) {
      visit(mutation.name, mutation, rows);
    }
  }
  if (IsOfBuilds(behaviour)) return;
  for (const auto& [rule, of_rule] : RowsByRule(rows)) {
    for (const RuleMutation& mutation : OtherRules(rule)) {
      visit(absl::StrCat(static_cast<int>(rule), ":", mutation.name), mutation,
            of_rule);
    }
  }
}

class MutationTest : public testing::Test {
 public:
  explicit MutationTest(const Behaviour& behaviour) : behaviour_(behaviour) {}

  void TestBody() override {
    size_t count = 0;
    std::map<const Unprovable*, size_t> used;
    ForEachChange(behaviour_, [&](const std::string& name, const auto& change,
                                  const Rows& rows) {
      ++count;
      const bool noticed = AnyNotices(rows, change);
      const Unprovable* const excuse = FindUnprovable(name, behaviour_);
      if (excuse != nullptr) ++used[excuse];
      if (!noticed && excuse == nullptr) {
        ADD_FAILURE() << "Docker " << behaviour_.name << ": no golden notices "
                      << name;
      }
      if (noticed && excuse != nullptr) {
        ADD_FAILURE() << "Docker " << behaviour_.name << ": a golden notices "
                      << name
                      << ", so unprovable.cc is wrong: " << excuse->reason;
      }
    });
    // A check of nothing would pass.
    EXPECT_GE(count, IsOfBuilds(behaviour_) ? 1u : 100u) << behaviour_.name;
    for (const Unprovable& entry : AllUnprovable()) {
      if (entry.first == behaviour_.name || entry.last == behaviour_.name) {
        EXPECT_GT(used[&entry], 0u)
            << entry.mutation << ": " << behaviour_.name
            << " has no such change, so unprovable.cc is out of date";
      }
    }
  }

 private:
  const Behaviour& behaviour_;
};

// Unaltered, all goldens agree; else every mutation would be "noticed".
TEST(GoldensTest, AgreeUnaltered) {
  for (const GoldenRow& row : goldens->rows()) {
    ASSERT_EQ(Difference(row, *row.release), "") << row.golden->name;
  }
}

TEST(UnprovableTest, NamesBehavioursAndReasons) {
  for (const Unprovable& entry : AllUnprovable()) {
    EXPECT_GT(entry.reason.size(), 20u) << entry.mutation;
    int found = 0;
    for (const Behaviour& behaviour : AllBehaviours()) {
      found += behaviour.name == entry.first;
      if (behaviour.name == entry.last) {
        // In this order.
        EXPECT_GT(found, 0) << entry.mutation;
        ++found;
      }
    }
    EXPECT_EQ(found, 2) << entry.mutation;
  }
}

void PrintKills() {
  for (const Behaviour& behaviour : AllBehaviours()) {
    ForEachChange(behaviour, [&](const std::string& name, const auto& change,
                                 const Rows& rows) {
      std::set<std::string_view> cases;
      for (const GoldenRow* row : rows) {
        if (Notices(*row, change)) cases.insert(row->golden->name);
      }
      for (std::string_view one : cases) {
        std::cout << one << '\t' << behaviour.name << '\t' << name << '\n';
      }
    });
  }
}

}  // namespace
}  // namespace specgen

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  std::vector<std::string> args(argv + 1, argv + argc);
  const bool kills = !args.empty() && args[0] == "--kills";
  if (kills) args.erase(args.begin());
  if (args.empty()) {
    std::cerr << "usage: mutation_test [--kills] TESTDATA ARCHIVE...\n";
    return 2;
  }
  absl::StatusOr<std::unique_ptr<specgen::GoldenSet>> set =
      specgen::GoldenSet::Load(args[0], {args.begin() + 1, args.end()});
  if (!set.ok()) {
    std::cerr << "mutation_test: " << set.status().message() << "\n";
    return 1;
  }
  specgen::goldens = set->get();
  if (kills) {
    specgen::PrintKills();
    return 0;
  }
  for (const specgen::Behaviour& behaviour : specgen::AllBehaviours()) {
    testing::RegisterTest("EveryChangeIsNoticed",
                          std::string(behaviour.name).c_str(), nullptr, nullptr,
                          __FILE__, __LINE__, [&behaviour]() -> testing::Test* {
                            return new specgen::MutationTest(behaviour);
                          });
  }
  return RUN_ALL_TESTS();
}
