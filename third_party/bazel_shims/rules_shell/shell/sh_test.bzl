"""Bazel's own rule."""

sh_test = native.sh_test
