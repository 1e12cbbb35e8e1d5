"""C++ of .proto files, with the pinned Protobuf whatever the workspace's own is."""

load("@rules_cc//cc:cc_library.bzl", "cc_library")

def _proto_sources_impl(ctx):
    # Files are named and included by their paths in their own repository.
    root = ctx.label.workspace_root
    args = ctx.actions.args()
    args.add("--proto_path=" + (root or "."))
    args.add("--cpp_out=%s/%s" % (ctx.bin_dir.path, root))
    args.add(ctx.file.src)
    ctx.actions.run(
        executable = ctx.executable._protoc,
        arguments = [args],
        inputs = [ctx.file.src],
        outputs = ctx.outputs.outs,
        mnemonic = "GenProto",
        progress_message = "Making C++ of %s" % ctx.file.src.short_path,
    )
    return [DefaultInfo(files = depset(ctx.outputs.outs))]

_proto_sources = rule(
    implementation = _proto_sources_impl,
    attrs = {
        "outs": attr.output_list(mandatory = True),
        "src": attr.label(allow_single_file = [".proto"], mandatory = True),
        "_protoc": attr.label(
            cfg = "exec",
            default = "@com_google_protobuf//:protoc",
            executable = True,
        ),
    },
)

def cc_proto(name, src, lite = False, **kwargs):
    """The library of a .proto file that imports no other.

    Bazel's own rules take the Protobuf that the whole build is set up with, which in
    a user's workspace is another one than the rest of specgen is linked with.

    Args:
      name: of the library.
      src: the file, of this package.
      lite: the file has "optimize_for = LITE_RUNTIME".
      **kwargs: passed to all of its targets.
    """
    stem = src[:-len(".proto")]
    _proto_sources(
        name = name + "_sources",
        src = src,
        outs = [
            stem + ".pb.cc",
            stem + ".pb.h",
        ],
        **kwargs
    )
    cc_library(
        name = name,
        srcs = [stem + ".pb.cc"],
        hdrs = [stem + ".pb.h"],
        deps = ["@com_google_protobuf//:" + ("protobuf_lite" if lite else "protobuf")],
        **kwargs
    )
