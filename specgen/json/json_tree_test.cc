#include "specgen/json/json_tree.h"

#include <string>

#include "gtest/gtest.h"

namespace specgen {
namespace {

TEST(JsonTree, KnowsWhereThingsStand) {
  const auto tree = JsonTree::Parse("{\n  \"a\": [1, true]}", "t");
  ASSERT_TRUE(tree.ok()) << tree.status();
  const JsonNode& list = *(*tree)->root().Find("a");
  EXPECT_EQ(ToString((*tree)->Position(list.key_offset)), "2:3");
  EXPECT_EQ(ToString((*tree)->Position(list.items[1].offset)), "2:12");
  EXPECT_EQ(list.items[1].Pointer(), "/a/1");
  EXPECT_EQ((*tree)->Offset("2:12"), list.items[1].offset);
  EXPECT_EQ((*tree)->Offset("9:1"), 19u);
  EXPECT_EQ((*tree)->Offset("2"), 19u);
}

// Each takes memory, whatever its text takes.
TEST(JsonTree, SoManyValuesAndNoMore) {
  std::string text = "[0";
  while (text.size() / 2 < JsonTree::kMaxValues - 2) text += ",0";
  EXPECT_TRUE(JsonTree::Parse(text + "]", "t").ok());
  EXPECT_EQ(JsonTree::Parse(text + ",0]", "t").status().message(),
            "t:1:1: the text has 1048576 values or more");
  EXPECT_FALSE(JsonTree::Parse(text + ",{\"a\":0}]", "t").ok());
}

TEST(JsonTree, FewerValuesIfThatIsAskedFor) {
  const std::string text = "{\"a\": [1, {\"b\": []}], \"c\": null}";
  EXPECT_TRUE(JsonTree::Parse(text, "t", 7).ok());
  EXPECT_TRUE(JsonTree::CheckValues(text, "t", 7).ok());
  const std::string why = "t:1:1: the text has 6 values or more";
  EXPECT_EQ(JsonTree::Parse(text, "t", 6).status().message(), why);
  EXPECT_EQ(JsonTree::CheckValues(text, "t", 6).message(), why);
  EXPECT_TRUE(JsonTree::CheckValues("no JSON", "t", 6).ok());
}

// Of a million values, room for a million more would be much.
TEST(JsonTree, HoldsNoMoreThanThereIs) {
  std::string text = "{\"a\": [0";
  for (size_t i = 0; i < 1000; ++i) text += ", [1, 2, 3], {\"b\": {}}";
  const auto tree = JsonTree::Parse(text + "]}", "t");
  ASSERT_TRUE(tree.ok()) << tree.status();
  const JsonNode& list = *(*tree)->root().Find("a");
  EXPECT_EQ(list.items.capacity(), 2001u);
  EXPECT_EQ(list.items[1].items.capacity(), 3u);
  EXPECT_EQ(list.items[2].items.capacity(), 1u);
}

// Places are those of the text as it came, not of the copy that is read.
TEST(JsonTree, BytesThatAreNoUtf8AreOneColumnEach) {
  const std::string text = "[\"\xFF\xFF\xC3\xA9\",\n \"\xFF\", 1]";
  const auto tree = JsonTree::Parse(text, "t");
  ASSERT_TRUE(tree.ok()) << tree.status();
  const JsonNode& second = (*tree)->root().items[1];
  const JsonNode& third = (*tree)->root().items[2];
  EXPECT_EQ(ToString((*tree)->Position(second.offset)), "2:2");
  EXPECT_EQ(ToString((*tree)->Position(third.offset)), "2:7");
  EXPECT_EQ((*tree)->CodePointColumn(third.offset), 7u);
  EXPECT_EQ((*tree)->Offset("2:7"), third.offset);
  EXPECT_EQ((*tree)->Offset("2:2"), second.offset);
  const auto broken = JsonTree::Parse("[\"\xFF\xFF\" 1]", "t");
  EXPECT_EQ(broken.status().message(),
            "t:1:7: after an item, here a comma or ] is expected");
}

}  // namespace
}  // namespace specgen
