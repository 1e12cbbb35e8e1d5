"""Names for Bazel's own proto rules, as its tools load them."""

proto_lang_toolchain = native.proto_lang_toolchain
proto_library = native.proto_library
