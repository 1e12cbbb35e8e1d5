#include "specgen/host/architecture.h"

#include <elf.h>
#include <sys/utsname.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace specgen {
namespace {

TEST(GoArchitecture, TakesGosNamesAndTheKernels) {
  EXPECT_EQ(GoArchitecture("amd64"), "amd64");
  EXPECT_EQ(GoArchitecture("x86_64"), "amd64");
  EXPECT_EQ(GoArchitecture("aarch64"), "arm64");
  EXPECT_EQ(GoArchitecture("armv7l"), "arm");
  EXPECT_EQ(GoArchitecture("i686"), "386");
  EXPECT_EQ(GoArchitecture("mips"), "mips");
  EXPECT_EQ(GoArchitecture("s390x"), "s390x");
  EXPECT_EQ(GoArchitecture("ppc64le"), "ppc64le");
  for (const char* name : {"", "AMD64", "x86-64", "arm64 ", "sparc64"}) {
    EXPECT_EQ(GoArchitecture(name), "") << name;
  }
  EXPECT_EQ(GoArchitecture(kDefaultArchitecture), kDefaultArchitecture);
}

TEST(GoArchitecture, KnowsThisMachine) {
  struct utsname machine;
  ASSERT_EQ(uname(&machine), 0);
  EXPECT_NE(GoArchitecture(machine.machine), "") << machine.machine;
}

TEST(FindMachine, KnowsItsPrograms) {
  ASSERT_NE(FindMachine("arm"), nullptr);
  EXPECT_EQ(FindMachine("arm")->elf[0], EM_ARM);
  ASSERT_NE(FindMachine("arm64"), nullptr);
  EXPECT_EQ(FindMachine("arm64")->elf[0], EM_AARCH64);
  EXPECT_EQ(FindMachine("loong64"), nullptr);
  EXPECT_TRUE(IsBigEndian("s390x"));
  EXPECT_FALSE(IsBigEndian("ppc64le"));
  EXPECT_EQ(FindMachine(""), nullptr);
}

TEST(GoArchitectures, ListsGosNames) {
  EXPECT_THAT(GoArchitectures(),
              testing::HasSubstr("amd64, 386, arm64, arm, ppc64le, "));
}

}  // namespace
}  // namespace specgen
