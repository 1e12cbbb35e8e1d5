"""Bazel's own provider."""

load("//cc:natives.bzl", "native_cc_toolchain_config_info")

CcToolchainConfigInfo = native_cc_toolchain_config_info
