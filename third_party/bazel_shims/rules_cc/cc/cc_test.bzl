"""Bazel's own rule."""

cc_test = native.cc_test
