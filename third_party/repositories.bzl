"""Every external repository of the workspace."""

load("//third_party:pinned_archive.bzl", "pinned_archive")

def specgen_repositories():
    pinned_archive(
        name = "cli11",
        build_file = "//third_party/cli11:cli11.BUILD",
        library = "cli11",
    )
    pinned_archive(
        name = "com_google_absl",
        library = "abseil",
        patches = ["//third_party/abseil:no_wasm_platforms.patch"],
    )
    pinned_archive(
        name = "com_google_benchmark",
        build_file = "//third_party/benchmark:benchmark.BUILD",
        library = "benchmark",
    )
    pinned_archive(
        name = "com_google_googletest",
        build_file = "//third_party/googletest:googletest.BUILD",
        library = "googletest",
    )
    pinned_archive(
        name = "com_google_protobuf",
        build_file = "//third_party/protobuf:protobuf.BUILD",
        extra_files = {"//third_party/protobuf:protoc_main.cc": "specgen_protoc_main.cc"},
        library = "protobuf",
    )
    pinned_archive(
        name = "simdjson",
        build_file = "//third_party/simdjson:simdjson.BUILD",
        library = "simdjson",
    )

    # Bazel would download each of these. What is wanted of them is little, so
    # we have our own. bazel_skylib is Abseil's wish, the others are Bazel's.
    for name in [
        "bazel_skylib",
        "remote_coverage_tools",
        "rules_cc",
        "rules_java",
        "rules_proto",
    ]:
        native.local_repository(
            name = name,
            path = "third_party/bazel_shims/" + name,
        )
