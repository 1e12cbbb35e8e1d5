#include <benchmark/benchmark.h>
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "simdjson.h"
#include "third_party/smoke_test/smoke.pb.h"

ABSL_FLAG(std::string, smoke_name, "default", "A flag to read and set.");

namespace {

using ::google::protobuf::TextFormat;
using ::specgen::smoke::Mount;
using ::testing::Contains;
using ::testing::ElementsAre;

absl::StatusOr<int> Half(int n) {
  if (n % 2 != 0) {
    return absl::InvalidArgumentError(absl::StrCat(n, " is odd"));
  }
  return n / 2;
}

TEST(Abseil, Flags) {
  EXPECT_EQ(absl::GetFlag(FLAGS_smoke_name), "default");
  absl::SetFlag(&FLAGS_smoke_name, "other");
  EXPECT_EQ(absl::GetFlag(FLAGS_smoke_name), "other");
  EXPECT_NE(absl::FindCommandLineFlag("smoke_name"), nullptr);
}

TEST(Abseil, StatusAndStrings) {
  EXPECT_EQ(Half(4).value(), 2);
  EXPECT_EQ(Half(3).status().message(), "3 is odd");
  EXPECT_THAT(absl::StrSplit("a,b", ','), ElementsAre("a", "b"));
}

// A library that was compiled for another -std would disagree on this alias.
TEST(Abseil, IsBuiltWithTheSameStandard) {
  EXPECT_TRUE((std::is_same_v<absl::string_view, std::string_view>));
  EXPECT_GE(__cplusplus, 202002L);
}

TEST(Protobuf, TextFormatRoundTrip) {
  Mount mount;
  ASSERT_TRUE(TextFormat::ParseFromString(
      R"pb(destination: "/dev"
           options: "nosuid"
           labels { key: "k" value: "v" })pb",
      &mount));
  std::string text;
  ASSERT_TRUE(TextFormat::PrintToString(mount, &text));
  Mount again;
  ASSERT_TRUE(TextFormat::ParseFromString(text, &again));
  EXPECT_EQ(again.SerializeAsString(), mount.SerializeAsString());
  EXPECT_EQ(again.labels().at("k"), "v");
}

TEST(Protobuf, WireFormatRoundTrip) {
  Mount mount;
  mount.set_destination("/proc");
  Mount again;
  ASSERT_TRUE(again.ParseFromString(mount.SerializeAsString()));
  EXPECT_EQ(again.destination(), "/proc");
}

TEST(Simdjson, ParsesWithEveryImplementationOfThisMachine) {
  const simdjson::padded_string json =
      R"({"Args": {"Name": "args", "Value": [1, 2, 3]}})"_padded;
  int tried = 0;
  for (const auto* implementation : simdjson::get_available_implementations()) {
    if (!implementation->supported_by_runtime_system()) continue;
    SCOPED_TRACE(implementation->name());
    simdjson::get_active_implementation() = implementation;
    ++tried;

    simdjson::ondemand::parser on_demand;
    simdjson::ondemand::document document;
    ASSERT_EQ(on_demand.iterate(json).get(document), simdjson::SUCCESS);
    std::string_view name;
    ASSERT_EQ(document["Args"]["Name"].get(name), simdjson::SUCCESS);
    EXPECT_EQ(name, "args");

    simdjson::dom::parser dom;
    simdjson::dom::element root;
    ASSERT_EQ(dom.parse(json).get(root), simdjson::SUCCESS);
    std::int64_t last = 0;
    ASSERT_EQ(root.at_pointer("/Args/Value/2").get(last), simdjson::SUCCESS);
    EXPECT_EQ(last, 3);

    EXPECT_FALSE(simdjson::validate_utf8("\xc3\x28", 2));
  }
  // The portable one and at least one with vector instructions.
  EXPECT_GE(tried, 2);
}

TEST(Benchmark, HasTheVersionOfItsPin) {
  EXPECT_EQ(benchmark::GetBenchmarkVersion(), "1.9.1");
}

TEST(Googletest, HasMatchers) {
  EXPECT_THAT(std::string("abc"), Contains('b'));
}

}  // namespace
