"""Bazel's own rule."""

sh_binary = native.sh_binary
