"""Bazel's globals, by names that another file can give their own to."""

native_cc_common = cc_common
native_cc_toolchain_config_info = CcToolchainConfigInfo
