"""Every external repository of the workspace, and of workspaces that use it."""

load("//third_party:pinned_archive.bzl", "pinned_archive")

# The attributes of each library's pinned_archive, by the repository's name.
ARCHIVES = {
    "cli11": dict(
        build_file = Label("//third_party/cli11:cli11.BUILD"),
        library = "cli11",
    ),
    "com_google_absl": dict(
        library = "abseil",
        load_cc_rules = True,
        patches = [Label("//third_party/abseil:no_wasm_platforms.patch")],
    ),
    "com_google_benchmark": dict(
        build_file = Label("//third_party/benchmark:benchmark.BUILD"),
        library = "benchmark",
    ),
    "com_google_googletest": dict(
        build_file = Label("//third_party/googletest:googletest.BUILD"),
        library = "googletest",
    ),
    "com_google_protobuf": dict(
        build_file = Label("//third_party/protobuf:protobuf.BUILD"),
        extra_files = {Label("//third_party/protobuf:protoc_main.cc"): "specgen_protoc_main.cc"},
        library = "protobuf",
    ),
    "libmd": dict(
        build_file = Label("//third_party/libmd:libmd.BUILD"),
        library = "libmd",
    ),
    "simdjson": dict(
        build_file = Label("//third_party/simdjson:simdjson.BUILD"),
        extra_files = {Label("//third_party/simdjson:root.bzl"): "root.bzl"},
        library = "simdjson",
    ),
    "zlib": dict(
        build_file = Label("//third_party/zlib:zlib.BUILD"),
        library = "zlib",
    ),
    "zstd": dict(
        build_file = Label("//third_party/zstd:zstd.BUILD"),
        library = "zstd",
    ),
}

# Debian's Bazel does not know its own version.
_IS_NEWER_BAZEL = str(Label("//third_party:sources.txt")).startswith("@@")

def _bazel_shim_impl(ctx):
    shim = ctx.path(Label("//third_party:repositories.bzl")).dirname
    for part in ["bazel_shims", ctx.name]:
        shim = shim.get_child(part)
    for entry in shim.readdir():
        ctx.symlink(entry, entry.basename)

# Unlike local_repository, this finds the directory from other workspaces, too.
_bazel_shim = repository_rule(implementation = _bazel_shim_impl, local = True)

def _add(rule, name, **kwargs):
    # What the user's WORKSPACE has already goes before.
    if not native.existing_rule(name):
        rule(name = name, **kwargs)

def specgen_repositories():
    """Declares the libraries of specgen, each unless there is one of its name.

    In a WORKSPACE that has specgen as the repository @specgen:

        load("@specgen//third_party:repositories.bzl", "specgen_repositories")

        specgen_repositories()
    """
    for name, attributes in ARCHIVES.items():
        _add(pinned_archive, name, **attributes)

    # Bazel would download each of these. What is wanted of them is little, so
    # we have our own. bazel_skylib is Abseil's wish, rules_cc and rules_shell are
    # ours, the others are Bazel's. Bazel 7 wants more of some, and brings them.
    for name in ["rules_cc", "rules_shell"]:
        _add(_bazel_shim, name)
    if not _IS_NEWER_BAZEL:
        for name in [
            "bazel_skylib",
            "remote_coverage_tools",
            "rules_java",
            "rules_proto",
        ]:
            _add(_bazel_shim, name)

    native.register_toolchains(str(Label("//tools/rules:from_source")))
