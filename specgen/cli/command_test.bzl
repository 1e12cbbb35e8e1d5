"""Black-box tests of the program's commands; see command_test.cc."""

load("@rules_cc//cc:cc_test.bzl", "cc_test")
load("//tools:copts.bzl", "SPECGEN_COPTS")

def command_test(name, cases, data = [], **kwargs):
    """A test for each of `cases`, files that hold a command and its output.

    Args:
      name: of the test; `bazel run` of it with --update rewrites the cases.
      cases: labels of the case files.
      data: other files, below $TEST_SRCDIR/$TEST_WORKSPACE.
      **kwargs: passed to cc_test.
    """
    cc_test(
        name = name,
        srcs = ["//specgen/cli:command_test.cc"],
        args = ["$(rootpath //specgen)"] + ["$(rootpath %s)" % c for c in cases],
        copts = SPECGEN_COPTS,
        data = ["//specgen"] + cases + data,
        deps = [
            "//specgen/base:home",
            "@com_google_absl//absl/strings",
            "@com_google_googletest//:gtest",
        ],
        **kwargs
    )
