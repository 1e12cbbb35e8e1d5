#include "specgen/privileges/device_rules.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "specgen/json/json_tree.h"

namespace specgen {
namespace {

std::unique_ptr<JsonTree> Parse(const std::string& text) {
  auto tree = JsonTree::Parse(text, "rules");
  EXPECT_TRUE(tree.ok()) << tree.status();
  return *std::move(tree);
}

TEST(DeviceRules, TheLastOneThatSpeaksOfADeviceWins) {
  const auto tree = Parse(R"([
    {"allow": false},
    {"allow": true, "type": "c", "major": 1},
    {"allow": false, "type": "c", "major": 1, "minor": 5},
    {"allow": true, "type": "a", "major": 7, "minor": -1},
    {"allow": true, "type": "c", "minor": 9},
    {"allow": false, "type": "b", "major": 7, "minor": 9},
    {"type": "c", "major": 11}])");
  const DeviceRules rules(&tree->root());
  EXPECT_TRUE(rules.MayOpen("c", 1, 3));
  EXPECT_FALSE(rules.MayOpen("b", 1, 3));
  EXPECT_FALSE(rules.MayOpen("c", 1, 5));
  EXPECT_TRUE(rules.MayOpen("b", 7, 0));
  EXPECT_TRUE(rules.MayOpen("c", 7, 9));
  EXPECT_FALSE(rules.MayOpen("b", 7, 9));
  EXPECT_TRUE(rules.MayOpen("c", 2, 9));
  EXPECT_FALSE(rules.MayOpen("c", 2, 8));
  EXPECT_FALSE(rules.MayOpen("c", 11, 9));
  EXPECT_FALSE(rules.MayOpen("p", 0, 0));
}

TEST(DeviceRules, WithoutAnyAllMayBeOpened) {
  EXPECT_TRUE(DeviceRules(nullptr).MayOpen("b", 8, 0));
  const auto tree = Parse("[]");
  EXPECT_TRUE(DeviceRules(&tree->root()).MayOpen("b", 8, 0));
}

TEST(DeviceRules, LooksAtAFewRulesForEachDevice) {
  constexpr size_t kCount = 20000;
  std::string text = "[";
  for (size_t i = 0; i < kCount; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ",",
                    R"({"allow":true,"type":"c","major":)", i,
                    i % 2 == 0 ? R"(,"minor":1})" : "}");
  }
  const auto tree = Parse(absl::StrCat(text, "]"));
  const DeviceRules rules(&tree->root());
  for (size_t i = 0; i < kCount; ++i) {
    EXPECT_TRUE(rules.MayOpen("c", static_cast<int64_t>(i), 1));
  }
  EXPECT_LE(rules.looked_at(), 9 * kCount);
}

}  // namespace
}  // namespace specgen
