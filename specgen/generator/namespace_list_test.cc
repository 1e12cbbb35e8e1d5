#include "specgen/generator/namespace_list.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace specgen {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Namespace kBase[] = {{"mount", ""},
                               {"network", "/var/run/netns/a"},
                               {"pid", ""},
                               {"network", ""},
                               {"ipc", ""}};

TEST(NamespaceListTest, RemovesTheFirstOrTheLastOfSeveral) {
  NamespaceList first(kBase);
  first.Remove("network", /*last=*/false);
  EXPECT_THAT(first.removed(), ElementsAre(1));
  EXPECT_TRUE(first.Contains("network"));
  NamespaceList last(kBase);
  last.Remove("network", /*last=*/true);
  EXPECT_THAT(last.removed(), ElementsAre(3));
}

TEST(NamespaceListTest, RemovesEachOnce) {
  NamespaceList list(kBase);
  list.Remove("network", /*last=*/true);
  list.Remove("network", /*last=*/true);
  EXPECT_THAT(list.removed(), ElementsAre(1, 3));
  EXPECT_FALSE(list.Contains("network"));
  EXPECT_EQ(list.size(), 3u);
}

TEST(NamespaceListTest, ListsWhatIsRemovedInOrder) {
  NamespaceList list(kBase);
  list.Remove("ipc", /*last=*/false);
  list.Remove("pid", /*last=*/false);
  list.Remove("network", /*last=*/false);
  EXPECT_THAT(list.removed(), ElementsAre(1, 2, 4));
  EXPECT_TRUE(list.Contains("mount"));
  EXPECT_FALSE(list.Contains("pid"));
}

TEST(NamespaceListTest, LeavesWhatHasNoneOfTheType) {
  NamespaceList list(kBase);
  list.Remove("user", /*last=*/false);
  EXPECT_THAT(list.removed(), IsEmpty());
  EXPECT_FALSE(NamespaceList().Contains("mount"));
}

}  // namespace
}  // namespace specgen
