#include "specgen/host/presumption.h"

#include <string>
#include <string_view>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "specgen/engine/release_range.h"

namespace specgen {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Presumed(std::string_view architecture, std::string_view range,
                     std::string_view of_engine = "") {
  MachineFacts machine;
  machine.architecture.Is(architecture);
  return PresumptionOn(machine, *FindReleases(range), of_engine);
}

// Only engines before 17.09.0 write the architecture.
TEST(PresumptionOn, TellsOfArchitecturesThatWereNotRecorded) {
  for (std::string_view recorded : {"", "amd64"}) {
    EXPECT_EQ(Presumed(recorded, "17.07.0"), "");
    EXPECT_EQ(Presumed(recorded, "17.07.0", "a guess"), "a guess");
  }
  EXPECT_EQ(Presumed("arm64", "17.09.0"), "");
  EXPECT_EQ(Presumed("arm64", "28.5.2", "a guess"), "a guess");
  EXPECT_EQ(Presumed("arm64", "17.07.0"),
            "platform.arch of arm64 is presumed of Docker 17.07.0: it is what "
            "the sources say, and was recorded on amd64 alone");
  EXPECT_THAT(Presumed("s390x", "1.12.6", "a guess"),
              StartsWith("a guess; platform.arch of s390x "));
  EXPECT_THAT(Presumed("arm", "17.06.2..18.03.0"),
              HasSubstr(" Docker 17.06.2 to 17.07.0: "));
}

}  // namespace
}  // namespace specgen
