"""Bazel's own module."""

load("//cc:natives.bzl", "native_cc_common")

cc_common = native_cc_common
