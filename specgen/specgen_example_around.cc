// The example of specgen.h with what it takes for granted; see BUILD.bazel.
#include "gtest/gtest.h"

namespace {

constexpr char config_json[] =
    R"({"entrypoint": ["/x"], "network": {"type": "none"}})";
std::string used;

void Use(std::string_view spec) { used = spec; }

TEST(SpecgenHeader, ItsExampleMakesASpec) {
  EXAMPLE
  EXPECT_NE(used.find("\"args\":[\"/x\"]"), std::string::npos) << used;
}

}  // namespace
