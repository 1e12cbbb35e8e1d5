"""Files that a program of the build makes."""

def _run_tool_impl(ctx):
    args = ctx.actions.args()
    args.add_all([ctx.expand_location(arg, ctx.attr.srcs) for arg in ctx.attr.args])
    ctx.actions.run(
        executable = ctx.executable.tool,
        arguments = [args],
        inputs = ctx.files.srcs,
        outputs = ctx.outputs.outs,
        mnemonic = "RunTool",
        progress_message = "Making the files of %s" % ctx.label,
    )
    return [DefaultInfo(files = depset(ctx.outputs.outs))]

# A genrule's tools won't do: before Bazel 7 they are built with the flags of the
# workspace that Bazel was started in, and not with those that the rules of
# //tools:defs.bzl set; and its exec_tools are no more.
run_tool = rule(
    implementation = _run_tool_impl,
    attrs = {
        "args": attr.string_list(doc = "Of the program. $(execpath FILE) is a file's place."),
        "outs": attr.output_list(mandatory = True, doc = "What it makes."),
        "srcs": attr.label_list(allow_files = True, doc = "What it reads."),
        "tool": attr.label(
            cfg = "exec",
            doc = "The program.",
            executable = True,
            mandatory = True,
        ),
    },
)
