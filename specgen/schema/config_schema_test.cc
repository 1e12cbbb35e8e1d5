#include "specgen/schema/config_schema.h"

#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "specgen/engine/engine.h"
#include "specgen/engine/release_range.h"
#include "specgen/json/json_tree.h"
#include "specgen/plugin/plugin_schema.h"
#include "specgen/schema/key_docs.h"

namespace specgen {
namespace {

void AddPaths(const Schema& schema, const std::string& above,
              std::set<std::string>* paths) {
  for (const Field& field : schema.fields) {
    if (field.type == FieldType::kNone) continue;
    const std::string path =
        absl::StrCat(above, above.empty() ? "" : ".", field.name);
    EXPECT_TRUE(paths->insert(path).second) << path;
    if (field.schema != nullptr) AddPaths(*field.schema, path, paths);
  }
}

TEST(KeyDocsTest, EveryKeyIsExplainedOnceAndNoOther) {
  std::set<std::string> paths;
  AddPaths(kConfigSchema, "", &paths);
  std::set<std::string> explained;
  for (const KeyDoc& doc : KeyDocs()) {
    EXPECT_TRUE(explained.insert(std::string(doc.path)).second) << doc.path;
    EXPECT_TRUE(absl::EndsWith(doc.description, ".")) << doc.path;
    EXPECT_FALSE(doc.inspected.empty()) << doc.path;
    EXPECT_EQ(KeyDocOf(doc.path), &doc);
    if (!doc.otherwise.empty()) {
      EXPECT_TRUE(JsonTree::Parse(doc.otherwise, "default").ok()) << doc.path;
    }
  }
  EXPECT_EQ(explained, paths);
  EXPECT_EQ(KeyDocOf("mounts.none"), nullptr);
}

class ConfigSchemaTest : public testing::Test {
 protected:
  // The member at "linux/properties/devices"; null if there is none.
  const JsonNode* At(std::string_view range, std::string_view first,
                     std::string_view second = "") {
    const absl::StatusOr<absl::Span<const Release>> releases =
        FindReleases(range);
    EXPECT_TRUE(releases.ok()) << releases.status();
    absl::StatusOr<std::unique_ptr<JsonTree>> tree =
        JsonTree::Parse(ConfigSchema(*releases), "schema");
    EXPECT_TRUE(tree.ok()) << tree.status();
    tree_ = *std::move(tree);
    const JsonNode* node = tree_->root().Find("properties", first);
    if (node != nullptr && !second.empty()) {
      node = node->Find("properties", second);
    }
    return node;
  }
  std::unique_ptr<JsonTree> tree_;
};

TEST_F(ConfigSchemaTest, KeysAreThoseThatTheEnginesRead) {
  EXPECT_EQ(At("28.5.2", "manifestVersion"), nullptr);
  EXPECT_NE(At("1.12.0", "manifestVersion"), nullptr);
  EXPECT_EQ(At("1.12.0", "linux"), nullptr);
  EXPECT_NE(At("28.5.2", "linux", "allowAllDevices"), nullptr);
  EXPECT_EQ(At("28.5.2", "linux", "deviceCreation"), nullptr);
}

// What is to stay true when newer releases come says nothing of some.
TEST_F(ConfigSchemaTest, SaysWhatIsPresumed) {
  const auto presumed = [](absl::Span<const Release> releases,
                           std::string_view text) {
    return absl::StrContains(ConfigSchema(releases, text),
                             "\n  \"$comment\": \"guess\",\n");
  };
  const absl::Span<const Release> all = AllReleases();
  EXPECT_TRUE(presumed(all.last(1), "guess"));
  EXPECT_TRUE(presumed(all.first(2), "guess"));
  EXPECT_FALSE(presumed(all.last(2), "guess"));
  EXPECT_FALSE(presumed(all.first(1), ""));
}

TEST_F(ConfigSchemaTest, WhatNotAllReadSaysSo) {
  const JsonNode* key = At("28.5.2", "dockerVersion");
  ASSERT_NE(key, nullptr);
  EXPECT_FALSE(absl::StrContains(key->String("description"), "Only read"));
  EXPECT_EQ(key->Find("deprecated"), nullptr);
  key = At("28.5.2..29.2.0", "dockerVersion");
  ASSERT_NE(key, nullptr);
  EXPECT_TRUE(absl::StrContains(key->String("description"),
                                "Only read by Docker 28.5.2"));
  ASSERT_NE(key->Find("deprecated"), nullptr);
  // What reaches the newest release stays true when there are newer ones.
  key = At("17.05.0..", "interface", "protocolScheme");
  ASSERT_NE(key, nullptr);
  EXPECT_TRUE(absl::EndsWith(key->String("description"),
                             "Only read by Docker 18.06.0-rc3 and later."));
  key = At("1.12.0..28.5.2", "linux");
  ASSERT_NE(key, nullptr);
  EXPECT_TRUE(absl::StrContains(key->String("description"), "Only read by"));
  EXPECT_EQ(key->Find("deprecated"), nullptr);
}

TEST_F(ConfigSchemaTest, InterfaceTypesAreAsTheEnginesReadThem) {
  for (const auto& [range, is_raw] : {std::pair{"28.5.2", true},
                                      {"29.0.0", false},
                                      {"28.5.2..29.0.0", true}}) {
    const JsonNode* const types = At(range, "interface", "types");
    ASSERT_NE(types, nullptr);
    const JsonNode* const items = types->Find("items");
    ASSERT_NE(items, nullptr);
    EXPECT_EQ(items->Find("pattern") != nullptr, is_raw) << range;
    EXPECT_EQ(items->String("type") == "string", is_raw) << range;
  }
}

}  // namespace
}  // namespace specgen
