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

// As runc, libcap and youki take them.
TEST(Capabilities, FindsWhatAnyRuntimeTakes) {
  struct Case {
    std::string_view text;
    std::string_view name;  // "" if none does
  };
  for (const Case& c : {
           Case{"CAP_SYS_ADMIN", "CAP_SYS_ADMIN"},
           Case{"cap_sys_admin", "CAP_SYS_ADMIN"},
           Case{"Cap_Sys_Admin", "CAP_SYS_ADMIN"},
           Case{"SYS_ADMIN", "CAP_SYS_ADMIN"},
           Case{"sys_admin", "CAP_SYS_ADMIN"},
           Case{"cap_sys_admin+x", "CAP_SYS_ADMIN"},
           Case{"cap_sys_admin9", "CAP_SYS_ADMIN"},
           Case{"21", "CAP_SYS_ADMIN"},
           Case{"21x", "CAP_SYS_ADMIN"},
           Case{"0x15", "CAP_SYS_ADMIN"},
           Case{"025", "CAP_SYS_ADMIN"},
           Case{"0", "CAP_CHOWN"},
           Case{"40", "CAP_CHECKPOINT_RESTORE"},
           Case{"41", ""},
           Case{"18446744073709551637", ""},
           Case{"", ""},
           Case{"CAP_", ""},
           Case{"CAP_CAP_CHOWN", ""},
           Case{" cap_chown", ""},
           Case{"+21", ""},
           Case{"cap_sys_admins", ""},
           Case{"CAP_NONE", ""},
       }) {
    const Capability* const found = FindCapabilityToAny(c.text);
    EXPECT_EQ(found == nullptr ? "" : found->name, c.name) << c.text;
  }
}

}  // namespace
}  // namespace specgen
