#include "specgen/engine/engine.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace specgen {
namespace {

using ::testing::HasSubstr;

TEST(EngineTable, HasAReleaseOfEveryBehaviour) {
  std::set<const Behaviour*> used;
  for (const Release& release : AllReleases()) used.insert(release.behaviour);
  EXPECT_EQ(used.size(), AllBehaviours().size());
}

TEST(EngineTable, IsInOrder) {
  EXPECT_EQ(AllReleases().front().name, "1.12.0");
  // No candidate, and only candidates stand behind it.
  const Release* newest = &NewestRelease();
  EXPECT_EQ(newest->name.find('-'), std::string_view::npos);
  while (++newest != AllReleases().data() + AllReleases().size()) {
    EXPECT_NE(newest->name.find('-'), std::string_view::npos) << newest->name;
  }
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
  EXPECT_EQ(Found("26"), "26.1.5");
  EXPECT_EQ(Found("7781a1bf0f"), "1.13.0-dev");
}

// engines.tsv lists every public tag with the behaviour that was recorded of
// it.
TEST(EngineTable, AgreesWithTheRecordedReleases) {
  std::ifstream file("specgen/engine/testdata/engines.tsv");
  std::string line;
  ASSERT_TRUE(std::getline(file, line));
  ASSERT_EQ(line, "release\tdate\tbehaviour\ttag");
  std::map<std::string, const Release*> left;
  for (const Release& release : AllReleases()) {
    left[std::string(release.name)] = &release;
  }
  int rows = 0;
  while (std::getline(file, line)) {
    ++rows;
    const std::vector<std::string> columns = absl::StrSplit(line, '\t');
    ASSERT_EQ(columns.size(), 4u) << line;
    SCOPED_TRACE(line);
    for (const std::string& name : {columns[0], columns[3], "v" + columns[0]}) {
      absl::StatusOr<const Release*> found = FindRelease(name);
      ASSERT_TRUE(found.ok()) << name;
      EXPECT_EQ((*found)->name, columns[0]) << name;
      EXPECT_EQ((*found)->date, columns[1]);
      EXPECT_EQ((*found)->behaviour->name, columns[2]);
      EXPECT_EQ((*found)->tag, columns[3]);
      EXPECT_FALSE((*found)->hidden);
    }
    left.erase(columns[0]);
  }
  // A file that is not read to its end would agree, too.
  EXPECT_GE(rows, 362);
  // All that the table has beyond that.
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left.begin()->first, "1.13.0-dev");
  EXPECT_EQ(left.begin()->second->behaviour->name, "1.13.0-dev");
  EXPECT_TRUE(left.begin()->second->hidden);
}

// Each behaviour says what is new in it, and where to see that.
TEST(EngineTable, ExplainsEveryBehaviour) {
  std::set<std::string_view> seen;
  for (const Behaviour& behaviour : AllBehaviours()) {
    SCOPED_TRACE(behaviour.name);
    EXPECT_EQ(behaviour.based_on.empty(), seen.empty());
    EXPECT_EQ(behaviour.changes.empty(), seen.empty());
    EXPECT_FALSE(behaviour.sources.empty());
    if (!seen.empty()) {
      EXPECT_EQ(seen.count(behaviour.based_on), 1u);
    }
    EXPECT_TRUE(seen.insert(behaviour.name).second);
  }
}

// Whether two values are the same, by the visitors of what they consist of.
template <typename T>
bool Same(const T& a, const T& b) {
  if constexpr (requires { a.data(); }) {  // a list or a text
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const auto& x, const auto& y) { return Same(x, y); });
  } else if constexpr (requires { a == b; }) {
    return a == b;
  } else {
    bool same = true;
    T::ForEachField([&](std::string_view, auto member) {
      same = same && Same(a.*member, b.*member);
    });
    return same;
  }
}

TEST(EngineTable, EveryBehaviourIsNew) {
  for (const Behaviour& behaviour : AllBehaviours()) {
    for (const Behaviour& other : AllBehaviours()) {
      if (other.name != behaviour.based_on) continue;
      bool same = true;
      Behaviour::ForEachField([&](std::string_view, auto member) {
        same = same && Same(behaviour.*member, other.*member);
      });
      EXPECT_FALSE(same) << behaviour.name << " has the values of "
                         << other.name;
    }
    EXPECT_TRUE(Same(behaviour, Behaviour(behaviour))) << behaviour.name;
  }
}

TEST(FindRelease, IgnoresCaseAndSpaces) {
  EXPECT_EQ(Found("V20.10.14"), "20.10.14");
  EXPECT_EQ(Found(" 20.10.14\n"), "20.10.14");
  EXPECT_EQ(Found("17.03.1-CE-RC1"), "17.03.1-rc1");
  EXPECT_EQ(Found("DOCKER-V29.0.0-RC.1"), "29.0.0-rc.1");
  EXPECT_EQ(Found("17.03.2-ce"), "17.03.2");
  EXPECT_EQ(Found("v17.06-ce"), "17.06.2");
  // Not the newest of 20.1, which does not exist, and no part of a number.
  EXPECT_THAT(Found("20.1"), HasSubstr("no Docker release"));
  EXPECT_THAT(Found("2"), HasSubstr("no Docker release"));
  EXPECT_EQ(Found("20"), "20.10.27");
}

// "18.06" is the newest release of that line, or its newest candidate where
// there is no release.
TEST(FindRelease, PrefersReleasesToCandidates) {
  std::map<std::string, std::string> newest;
  for (const bool candidates : {true, false}) {
    for (const Release& release : AllReleases()) {
      const std::vector<std::string_view> parts =
          absl::StrSplit(release.name, absl::ByAnyChar(".-"));
      if ((release.name.find('-') != std::string_view::npos) != candidates) {
        continue;
      }
      newest[std::string(parts[0]) + "." + std::string(parts[1])] =
          release.name;
    }
  }
  for (const auto& [line, name] : newest) EXPECT_EQ(Found(line), name);
}

TEST(FindRelease, NamesTheNearest) {
  EXPECT_EQ(Found("20.10.144"),
            "no Docker release is called \"20.10.144\"; the nearest one is "
            "20.10.14");
  EXPECT_THAT(Found(""), HasSubstr("no Docker release is called \"\""));
  EXPECT_THAT(Found(std::string(100000, '9')), HasSubstr("the nearest one is"));
  EXPECT_THAT(Found("20.1"), HasSubstr("nearest"));
  // What Debian's own build calls itself; it is not the same as Docker's.
  EXPECT_THAT(Found("20.10.24+dfsg1"), HasSubstr("nearest one is 20.10.24"));
  EXPECT_THAT(Found("19.03.16"), HasSubstr("nearest one is 19.03.1"));
  // Whatever it is, the message stays one short line.
  EXPECT_THAT(Found("28\n5"), HasSubstr("\"28\\n5\""));
  EXPECT_LT(Found(std::string(100000, '9')).size(), 200u);
}

TEST(FindFirstRelease, TakesTheFirstOfALine) {
  const auto first = [](std::string_view name) {
    absl::StatusOr<const Release*> release = FindFirstRelease(name);
    return release.ok() ? std::string((*release)->name)
                        : std::string(release.status().message());
  };
  EXPECT_EQ(first("20.10"), "20.10.0-beta1");
  EXPECT_EQ(first("v17.03-ce"), "17.03.0-rc1");
  EXPECT_EQ(first("29"), "29.0.0-rc.1");
  EXPECT_EQ(first("20.10.14"), "20.10.14");
  EXPECT_EQ(first("docker-v29.0.0"), "29.0.0");
  EXPECT_THAT(first("20.1"), HasSubstr("no Docker release"));
}

TEST(FindRelease, EveryReleaseIsFoundByNameAndTag) {
  for (const Release& release : AllReleases()) {
    EXPECT_EQ(Found(release.name), release.name);
    EXPECT_EQ(Found(release.tag), release.name);
  }
}

}  // namespace
}  // namespace specgen
