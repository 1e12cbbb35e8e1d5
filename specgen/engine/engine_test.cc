#include "specgen/engine/engine.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace specgen {
namespace {

using ::testing::HasSubstr;

TEST(EngineTable, HasEveryReleaseAndBehaviour) {
  EXPECT_EQ(AllBehaviours().size(), 36u);
  EXPECT_EQ(AllReleases().size(), 363u);  // 362 and the hidden 1.13.0-dev
  std::set<const Behaviour*> used;
  for (const Release& release : AllReleases()) used.insert(release.behaviour);
  EXPECT_EQ(used.size(), AllBehaviours().size());
}

TEST(EngineTable, IsInOrder) {
  EXPECT_EQ(AllReleases().front().name, "1.12.0");
  EXPECT_EQ(AllReleases().back().name, "29.7.2");
  EXPECT_EQ(NewestRelease().name, "29.7.2");
  std::string names;
  for (const Release& release : AllReleases()) {
    if (release.name.substr(0, 6) == "24.0.0") {
      names += std::string(release.name) + " ";
    }
  }
  EXPECT_EQ(names,
            "24.0.0-beta.1 24.0.0-beta.2 24.0.0-rc.1 24.0.0-rc.2 24.0.0-rc.3 "
            "24.0.0-rc.4 24.0.0 ");
}

std::string Found(std::string_view name) {
  absl::StatusOr<const Release*> release = FindRelease(name);
  return release.ok() ? std::string((*release)->name)
                      : std::string(release.status().message());
}

TEST(FindRelease, TakesTheNamesThatPeopleUse) {
  EXPECT_EQ(Found("20.10.14"), "20.10.14");
  EXPECT_EQ(Found("v20.10.14"), "20.10.14");
  EXPECT_EQ(Found("20.10"), "20.10.27");
  EXPECT_EQ(Found("17.03-ce"), "17.03.2");
  EXPECT_EQ(Found("17.03.1-ce-rc1"), "17.03.1-rc1");
  EXPECT_EQ(Found("docker-v29.0.0-rc.1"), "29.0.0-rc.1");
  EXPECT_EQ(Found("29"), "29.7.2");
  EXPECT_EQ(Found("7781a1bf0f"), "1.13.0-dev");
}

TEST(FindRelease, NamesTheNearest) {
  EXPECT_EQ(Found("20.10.144"),
            "no Docker release is called \"20.10.144\"; the nearest one is "
            "20.10.14");
  EXPECT_THAT(Found(""), HasSubstr("no Docker release is called \"\""));
  EXPECT_THAT(Found(std::string(100000, '9')), HasSubstr("the nearest one is"));
  EXPECT_THAT(Found("20.1"), HasSubstr("nearest"));
}

TEST(FindRelease, EveryReleaseIsFoundByNameAndTag) {
  for (const Release& release : AllReleases()) {
    EXPECT_EQ(Found(release.name), release.name);
    EXPECT_EQ(Found(release.tag), release.name);
  }
}

}  // namespace
}  // namespace specgen
