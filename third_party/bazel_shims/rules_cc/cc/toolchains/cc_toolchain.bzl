"""Bazel's own rule."""

cc_toolchain = native.cc_toolchain
