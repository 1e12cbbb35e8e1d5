#include "specgen/cli/engine_listing.h"

#include <cstddef>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "specgen/base/arena.h"
#include "specgen/engine/known_differences.h"
#include "specgen/engine/release_range.h"
#include "specgen/json/json_index.h"
#include "specgen/json/json_reader.h"

namespace specgen {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Golden(const std::string& name) {
  std::ifstream file("specgen/cli/testdata/" + name, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(file) << name;
  return text.str();
}

const Release& Find(std::string_view name) { return **FindRelease(name); }

TEST(ReleaseRanges, JoinsReleasesThatStandBesideEachOther) {
  EXPECT_EQ(ReleaseRuns([](const Release&) { return false; }), "");
  EXPECT_EQ(ReleaseRuns([](const Release&) { return true; }),
            absl::StrCat("1.12.0 to ", AllReleases().back().name));
  EXPECT_EQ(ReleaseRuns([](const Release& r) { return r.name == "27.0.1"; }),
            "27.0.1");
  EXPECT_EQ(
      ReleaseRuns([](const Release& r) {
        return r.name == "1.12.0" || r.name == "1.12.1" || r.name == "1.12.3" ||
               &r == &AllReleases().back();
      }),
      absl::StrCat("1.12.0 to 1.12.1, 1.12.3, ", AllReleases().back().name));
}

TEST(EngineListing, ListsFromARelease) {
  EngineSelection selection;
  selection.since = &Find("29.0.0");
  // The golden has the behaviours that no later release changes.
  const std::string text = EngineListing(selection);
  EXPECT_THAT(text, StartsWith(Golden("engines_since_29.0.0.txt")));
  EXPECT_THAT(text, HasSubstr(absl::StrCat(" to ", AllReleases().back().name)));
  const ptrdiff_t releases =
      AllReleases().data() + AllReleases().size() - selection.since;
  EXPECT_THAT(text, HasSubstr(absl::StrCat("\n", releases, " releases with ")));
  EXPECT_THAT(text,
              EndsWith(absl::StrCat("table of ", EngineTableDate(), "\n")));
}

TEST(EngineListing, ListsFromAReleaseAsJson) {
  EngineSelection selection;
  selection.since = &Find("29.0.0");
  EXPECT_THAT(
      EngineListingJson(selection),
      StartsWith(absl::StrCat("{\n  \"table_date\": \"", EngineTableDate(),
                              "\",\n  \"default\": \"", DefaultRelease().name,
                              "\",\n", Golden("engines_since_29.0.0.json"))));
}

TEST(EngineListing, ShowsOneRelease) {
  EngineSelection selection;
  selection.only = &Find("28.5.2");
  EXPECT_EQ(EngineListing(selection), Golden("engines_28.5.2.txt"));
}

TEST(EngineListing, NamesEveryBehaviourOnce) {
  const std::string text = EngineListing({});
  for (const Behaviour& behaviour : AllBehaviours()) {
    SCOPED_TRACE(behaviour.name);
    for (std::string_view change : behaviour.changes) {
      EXPECT_NE(text.find(change), std::string::npos) << change;
    }
  }
  EXPECT_THAT(text, HasSubstr(absl::StrCat(
                        AllReleases().size(), " releases with ",
                        AllBehaviours().size(), " behaviours; table of ")));
}

// Reads the JSON with the shape that the header promises.
TEST(EngineListing, JsonHasThePromisedShape) {
  const std::string json = EngineListingJson({});
  JsonIndex index;
  ASSERT_EQ(index.Build(json), JsonIndex::Result::kOk);
  Arena arena;
  JsonReader r(index, &arena);
  std::set<std::string> releases;
  std::set<std::string> behaviours;
  std::set<std::string> builds;
  std::string_view key;
  std::string_view value;
  const auto strings = [&] {
    ASSERT_TRUE(r.EnterArray());
    while (r.NextItem()) ASSERT_TRUE(r.String(&value));
  };
  ASSERT_TRUE(r.EnterObject());
  ASSERT_TRUE(r.NextKey(&key));
  EXPECT_EQ(key, "table_date");
  ASSERT_TRUE(r.String(&value));
  EXPECT_EQ(value, EngineTableDate());
  ASSERT_TRUE(r.NextKey(&key));
  EXPECT_EQ(key, "default");
  ASSERT_TRUE(r.String(&value));
  EXPECT_EQ(value, DefaultRelease().name);
  ASSERT_TRUE(r.NextKey(&key));
  EXPECT_EQ(key, "behaviours");
  ASSERT_TRUE(r.EnterArray());
  while (r.NextItem()) {
    std::string keys;
    ASSERT_TRUE(r.EnterObject());
    while (r.NextKey(&key)) {
      keys += std::string(key) + " ";
      if (key == "name" || key == "based_on") {
        const bool is_name = key == "name";
        ASSERT_TRUE(r.String(&value));
        if (is_name) behaviours.emplace(value);
      } else if (key == "changes" || key == "sources") {
        strings();
      } else {
        const bool is_builds = key == "builds";
        ASSERT_TRUE(r.EnterArray());
        while (r.NextItem()) {
          ASSERT_TRUE(r.EnterObject());
          std::string members;
          while (r.NextKey(&key)) {
            members += std::string(key) + " ";
            if (key == "released") {
              r.SkipLiteral();
              continue;
            }
            const bool is_name = key == "name";
            ASSERT_TRUE(r.String(&value));
            if (is_name) {
              EXPECT_TRUE(
                  (is_builds ? &builds : &releases)->emplace(value).second);
            }
          }
          EXPECT_EQ(members, is_builds
                                 ? "name release by date package presumed "
                                 : "name date tag user_namespace released "
                                   "presumed ");
        }
      }
    }
    EXPECT_EQ(keys, "name based_on changes sources releases builds ");
  }
  ASSERT_TRUE(r.NextKey(&key));
  EXPECT_EQ(key, "distributions");
  ASSERT_TRUE(r.EnterArray());
  size_t distributions = 0;
  while (r.NextItem()) {
    ++distributions;
    ASSERT_TRUE(r.EnterObject());
    std::string members;
    while (r.NextKey(&key)) {
      members += std::string(key) + " ";
      ASSERT_TRUE(r.String(&value));
    }
    EXPECT_EQ(members, "name presumed ");
  }
  EXPECT_EQ(distributions, AllDistributions().size());
  ASSERT_TRUE(r.NextKey(&key));
  EXPECT_EQ(key, "known_differences");
  ASSERT_TRUE(r.EnterArray());
  size_t differences = 0;
  while (r.NextItem()) {
    ++differences;
    ASSERT_TRUE(r.EnterObject());
    std::string members;
    while (r.NextKey(&key)) {
      members += std::string(key) + " ";
      ASSERT_TRUE(r.String(&value));
    }
    EXPECT_EQ(members, "engines what why ");
  }
  EXPECT_EQ(differences, KnownDifferences().size());
  EXPECT_GT(differences, 0u);
  EXPECT_EQ(builds.size(), AllBuilds().size());
  EXPECT_FALSE(r.NextKey(&key));
  r.ExpectEnd();
  EXPECT_TRUE(r.ok()) << r.problem().message;
  EXPECT_EQ(behaviours.size(), AllBehaviours().size());
  EXPECT_EQ(releases.size(), AllReleases().size());
  for (const Release& release : AllReleases()) {
    EXPECT_EQ(releases.count(std::string(release.name)), 1u) << release.name;
  }
}

}  // namespace
}  // namespace specgen
