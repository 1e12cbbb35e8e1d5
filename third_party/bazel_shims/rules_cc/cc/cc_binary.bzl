"""Bazel's own rule."""

cc_binary = native.cc_binary
