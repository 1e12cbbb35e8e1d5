#include "specgen/known/capabilities.h"

#include <set>
#include <string_view>

#include "gtest/gtest.h"
#include "specgen/engine/engine.h"

namespace specgen {
namespace {

// What a container has by default stands in the table of engines.
TEST(Capabilities, NothingIsSaidOfThoseThatEveryEngineGives) {
  std::set<std::string_view> unsaid;
  for (const Capability& capability : kLinuxCapabilities) {
    EXPECT_EQ(capability.level == GrantLevel::kInfo, capability.why.empty());
    EXPECT_EQ(FindCapability(capability.name), &capability);
    if (capability.why.empty()) unsaid.insert(capability.name);
  }
  for (const Behaviour& behaviour : AllBehaviours()) {
    const auto& given = behaviour.default_spec.capabilities;
    EXPECT_EQ(std::set<std::string_view>(given.begin(), given.end()), unsaid)
        << behaviour.name;
  }
}

TEST(Capabilities, FindsWholeNamesOnly) {
  for (const std::string_view name : {"", "CAP_", "CAP_SYS", "cap_chown"}) {
    EXPECT_EQ(FindCapability(name), nullptr) << name;
  }
}

}  // namespace
}  // namespace specgen
