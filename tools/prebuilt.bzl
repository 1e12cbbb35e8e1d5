"""A specgen that is there already, for the rules of //tools:defs.bzl.

They take the first program that is registered for the machine, and without any build
specgen from source. An archive that holds the program, in MODULE.bazel:

    prebuilt_specgen = use_repo_rule("@specgen//tools:prebuilt.bzl", "prebuilt_specgen")

    prebuilt_specgen(
        name = "specgen_linux_x86_64",
        cpu = "x86_64",
        sha256 = "...",
        url = "https://...",
    )

    register_toolchains("@specgen_linux_x86_64//:all")

In WORKSPACE the first line is a load, and all stands before specgen_repositories().
A program in the workspace, in a build file and in .bazelrc:

    specgen_toolchain(
        name = "specgen_toolchain",
        program = ":specgen",
    )

    build --extra_toolchains=//tools:specgen_toolchain
"""

load("//third_party:pinned_archive.bzl", "download_and_unpack")
load("//tools/rules:toolchain.bzl", _specgen_toolchain = "specgen_toolchain")

specgen_toolchain = _specgen_toolchain

_BUILD = """\
load("{bzl}", "specgen_toolchain")

specgen_toolchain(
    name = "toolchain",
    exec_compatible_with = [
        "{cpu}",
        "{linux}",
    ],
    program = "{program}",
)
"""

def _prebuilt_specgen_impl(ctx):
    download_and_unpack(ctx, ctx.attr.url, ctx.attr.sha256, ctx.attr.program)
    ctx.file("BUILD.bazel", _BUILD.format(
        bzl = Label("//tools:prebuilt.bzl"),
        # The user's repositories may not know @platforms.
        cpu = Label("@platforms//cpu:" + ctx.attr.cpu),
        linux = Label("@platforms//os:linux"),
        program = ctx.attr.program,
    ))

prebuilt_specgen = repository_rule(
    implementation = _prebuilt_specgen_impl,
    attrs = {
        "cpu": attr.string(mandatory = True, doc = "As @platforms//cpu has it."),
        "program": attr.string(default = "specgen", doc = "Its path in the archive."),
        "sha256": attr.string(mandatory = True, doc = "Of the archive."),
        "url": attr.string(mandatory = True, doc = "A tar archive."),
    },
    doc = "specgen for machines with one kind of CPU, from an archive.",
)
