#include "specgen/bundle/runtime.h"

#include <sys/stat.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "specgen/base/temp_directory.h"
#include "specgen/bundle/start_check.h"

namespace specgen {
namespace {

StartSpec Spec(std::string_view oci_version, bool with_time = false) {
  StartSpec spec;
  spec.oci_version = oci_version;
  spec.namespaces = {"mount"};
  if (with_time) spec.namespaces.push_back("time");
  return spec;
}

TEST(ReadRuntimeTest, ReadsWhatRuntimesSay) {
  const Runtime runc =
      ReadRuntime("runc version 1.1.5+ds1\ncommit: 1\nspec: 1.0.2-dev\n",
                  R"({"linux":{"namespaces":["mount",1,"time"]}})");
  EXPECT_EQ(runc.name, "runc");
  EXPECT_EQ(runc.version, "1.1.5+ds1");
  EXPECT_EQ(runc.namespaces, (std::vector<std::string>{"mount", "time"}));
  EXPECT_EQ(ReadRuntime("crun version 1.8.1", "").version, "1.8.1");
  EXPECT_EQ(ReadRuntime("crun version 1.8.1", "unknown command").name, "crun");
  for (std::string_view other : {"", "runc", "youki 0.3", "\n", "a version"}) {
    EXPECT_EQ(ReadRuntime(other, "{").name, "") << other;
  }
}

TEST(ReadRuntimeTest, KnowsRuntimesFromOtherPrograms) {
  struct Case {
    std::string_view version;
    std::string_view features;
    bool is_runtime;
  };
  for (const Case& c : {
           Case{"runc version 1.0.0-rc5", "", true},
           Case{"crun version 1.8.1\ncommit: 1", "", true},
           Case{"runsc version release-20250101.0\nspec: 1.1.0-rc.1\n", "",
                true},
           Case{"kata-runtime  : 3.2.0\n   OCI specs: 1.0.2-dev\n", "", true},
           Case{"youki version 0.5.5\n", R"({"ociVersionMin":"1.0.0"})", true},
           Case{"", "", false},
           Case{"true (GNU coreutils) 9.1\nCopyright\n", "", false},
           Case{"Docker version 28.5.2, build 1", "", false},
           Case{"--version\n", "features\n", false},
           Case{"", "[]", false},
       }) {
    EXPECT_EQ(ReadRuntime(c.version, c.features).is_runtime, c.is_runtime)
        << c.version;
  }
}

TEST(WhyRefusedTest, NewSpecsNeedNewRuntimes) {
  struct Case {
    std::string_view runtime;
    std::string_view oci_version;
    bool with_time;
    bool refused;
  };
  for (const Case& c : {
           Case{"runc version 1.1.5+ds1", "1.0.2", false, false},
           Case{"runc version 1.1.15", "1.3.0", false, false},
           Case{"runc version 1.1.15", "1.3.0", true, true},
           Case{"runc version 1.2.0-rc.1", "1.3.0", true, false},
           Case{"runc version 1.3.0", "1.3.0", true, false},
           Case{"crun version 1.8.1", "1.1.0", false, false},
           Case{"crun version 1.8.1", "1.2.0", false, true},
           Case{"crun version 1.14.2", "1.2.0-dev", false, true},
           Case{"crun version 1.14.3", "1.2.0", false, false},
           Case{"crun version 1.14.2", "1.1.0", true, true},
           Case{"crun version 1.14.3", "1.3.0", true, false},
           Case{"crun version 2", "1.3.0", true, false},
           Case{"youki version 0.3.0", "1.3.0", true, false},
       }) {
    EXPECT_EQ(!WhyRefused(ReadRuntime(c.runtime, ""),
                          Spec(c.oci_version, c.with_time))
                   .empty(),
              c.refused)
        << c.runtime << " " << c.oci_version << c.with_time;
  }
  // What it says of itself counts more than its version.
  Runtime patched = ReadRuntime("runc version 1.1.5",
                                R"({"linux":{"namespaces":["mount","time"]}})");
  EXPECT_EQ(WhyRefused(patched, Spec("1.3.0", true)), "");
  patched.namespaces = {"time"};
  EXPECT_EQ(WhyRefused(patched, Spec("1.3.0", true)),
            "it has a namespace of type mount");
  // Whatever its name.
  const Runtime other = ReadRuntime("youki version 0.5.0",
                                    R"({"linux":{"namespaces":["mount"]}})");
  EXPECT_EQ(WhyRefused(other, Spec("1.3.0", true)),
            "it has a namespace of type time");
  EXPECT_EQ(WhyRefused(other, Spec("1.3.0")), "");
  StartSpec old = Spec("1.0.0-rc3");
  old.has_capability_list = true;
  EXPECT_TRUE(absl::StrContains(WhyRefused(patched, old), "is a list"));
}

TEST(AskRuntimeTest, RunsTheProgram) {
  TempDirectory temp;
  const auto program = [&temp](std::string_view script) {
    const std::string path =
        temp.Write("runtime", absl::StrCat("#!/bin/sh\n", script, "\n"));
    EXPECT_EQ(chmod(path.c_str(), 0755), 0);
    return path;
  };
  absl::StatusOr<Runtime> asked = AskRuntime(program(
      R"(case "$1" in --version) echo "runc version 9.1";; features) echo '{"linux":{"namespaces":["a"]}}';; esac)"));
  ASSERT_TRUE(asked.ok()) << asked.status();
  EXPECT_EQ(asked->name, "runc");
  EXPECT_EQ(asked->namespaces.size(), 1u);
  // An error of one is no error of the other.
  asked = AskRuntime(
      program(R"([ "$1" = --version ] && echo "crun version 1.8.1"; exit $?)"));
  ASSERT_TRUE(asked.ok()) << asked.status();
  EXPECT_EQ(asked->version, "1.8.1");
  asked = AskRuntime(program("echo 'no such flag' >&2; echo x >&2; exit 7"));
  EXPECT_TRUE(absl::IsUnavailable(asked.status()));
  EXPECT_TRUE(
      absl::EndsWith(asked.status().message(),
                     "is no runtime: its --version fails: no such flag"));
  EXPECT_TRUE(absl::IsNotFound(AskRuntime("no-such-runtime").status()));
  EXPECT_TRUE(absl::IsNotFound(AskRuntime(temp / "none").status()));
  EXPECT_TRUE(absl::IsUnavailable(
      AskRuntime(program("head -c 2000000 /dev/zero")).status()));
  temp.Write("runtime", "");
  ASSERT_EQ(chmod((temp / "runtime").c_str(), 0644), 0);
  EXPECT_TRUE(absl::IsUnavailable(AskRuntime(temp / "runtime").status()));
}

}  // namespace
}  // namespace specgen
