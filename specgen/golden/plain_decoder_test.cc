// Checks that PlainDecoder takes what people write. Where it gives up, all
// answers are the same and only slower, so that no other test would notice.
//
//   plain_decoder_test TESTDATA CONFIG...
#include "specgen/plugin/plain_decoder.h"

#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "specgen/base/arena.h"
#include "specgen/base/files.h"
#include "specgen/engine/engine.h"
#include "specgen/golden/golden_set.h"
#include "specgen/json/json_index.h"
#include "specgen/json/json_reader.h"

namespace specgen {
namespace {

using ::testing::ElementsAre;

const GoldenSet* goldens = nullptr;
std::vector<std::string> config_files;

bool Takes(std::string_view config, const Behaviour& behaviour) {
  JsonIndex index;
  if (index.Build(config) != JsonIndex::Result::kOk) return false;
  Arena arena;
  JsonReader reader(index, &arena);
  PluginConfig decoded;
  return DecodePlainConfig(&reader, behaviour, &decoded);
}

// The cases of a set whose configs are given up on.
std::set<std::string> NotTaken(std::string_view set,
                               const Behaviour& behaviour) {
  std::set<std::string> names;
  for (const GoldenCase& golden : goldens->cases()) {
    if (absl::StartsWith(golden.name, set) &&
        !Takes(golden.request.plugin, behaviour)) {
      names.insert(golden.name.substr(set.size()));
    }
  }
  return names;
}

TEST(PlainDecoder, TakesRealConfigs) {
  ASSERT_GE(config_files.size(), 5u);
  for (const std::string& file : config_files) {
    const absl::StatusOr<std::string> config = ReadWholeFile(file);
    ASSERT_TRUE(config.ok()) << config.status();
    for (const Behaviour& behaviour : AllBehaviours()) {
      EXPECT_TRUE(Takes(*config, behaviour))
          << file << ", Docker " << behaviour.name;
    }
  }
}

// All that people wrote for real daemons but those that are no configs, and an
// empty one.
TEST(PlainDecoder, TakesAllButWhatIsWrong) {
  for (const Behaviour& behaviour : AllBehaviours()) {
    if (behaviour.form == StateForm::kManifest) continue;
    EXPECT_THAT(
        NotTaken("curated/", behaviour),
        ElementsAre("config-is-a-list", "config-is-empty", "entry-string",
                    "env-is-an-object", "env-value-is-a-number",
                    "interface-types-a-string", "user-is-a-string"))
        << "Docker " << behaviour.name;
  }
}

}  // namespace
}  // namespace specgen

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc < 2) {
    std::cerr << "usage: plain_decoder_test TESTDATA CONFIG...\n";
    return 2;
  }
  absl::StatusOr<std::unique_ptr<specgen::GoldenSet>> set =
      specgen::GoldenSet::Load(argv[1], {});
  if (!set.ok()) {
    std::cerr << "plain_decoder_test: " << set.status().message() << "\n";
    return 1;
  }
  specgen::goldens = set->get();
  specgen::config_files.assign(argv + 2, argv + argc);
  return RUN_ALL_TESTS();
}
