// The example of specgen.h with what it takes for granted; see BUILD.bazel.
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace {

using ::testing::HasSubstr;

constexpr char config_json[] =
    R"({"entrypoint": ["/x"], "network": {"type": "none"}})";
std::string used;

void Use(std::string_view spec) { used = spec; }

TEST(SpecgenHeader, ItsExampleMakesASpec) {
  EXAMPLE
  if (answer.outcome() == specgen::Outcome::kRefused) {
    // Bazel's sandbox, where the plugin's runtime directory cannot be made.
    EXPECT_THAT(answer.message(), HasSubstr("read-only file system"));
  } else {
    EXPECT_THAT(used, HasSubstr("\"args\":[\"/x\"]"));
  }
}

}  // namespace
