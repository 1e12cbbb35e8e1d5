// What is particular about paths in /proc, one line a case.
#include "specgen/known/proc_files.h"

#include <string_view>

#include "gtest/gtest.h"

namespace specgen {
namespace {

TEST(LeadsThroughOpenFile, OneLineACase) {
  for (std::string_view yes :
       {"/proc/self/fd/7", "/proc/1/fd", "/proc/thread-self/fd/7/..",
        "/proc/self/task/1/fd/7/x/y", "/dev/fd/7", "/dev/../proc/self/fd/8",
        "//proc/./self//fd/7", "/proc/self/exe", "/proc/1/task/2/exe",
        "/proc/self/map_files/400000-401000",
        // Where it goes up again, the kernel does so from the file.
        "/proc/self/fd/7/../../..", "/proc/self/fd/7/../../../srv",
        // By the plugin's own root.
        "/proc/self/root/proc/self/fd/7", "/proc/1/cwd/../dev/fd/7",
        "/x/../proc/self/task/9/root/proc/2/exe"}) {
    EXPECT_TRUE(LeadsThroughOpenFile(yes)) << yes;
  }
  for (std::string_view no :
       {"/", "", "/proc", "/proc/self", "/proc/self/fdinfo/7", "/proc/x/fd/7",
        "/dev/fd0", "/srv/proc/self/fd/7", "/proc/self/root", "/proc/self/cwd",
        "/proc/fd/7", "/proc/self/../fd/7", "/proc/self/task/fd",
        "/proc/self/x/exe", "/proc/self/task", "/dev/fd0/../null"}) {
    EXPECT_FALSE(LeadsThroughOpenFile(no)) << no;
  }
}

}  // namespace
}  // namespace specgen
