"""Bazel's own rule."""

cc_library = native.cc_library
