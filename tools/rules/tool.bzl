"""specgen as a tool of actions, the same in every workspace."""

def _specgen_settings_impl(_settings, _attr):
    # What our .bazelrc says, which a user's workspace does not read. Elsewhere
    # our warnings are noise, and with another compiler they may be others.
    #
    # The tools that specgen is built with must not share its directory: they are
    # not optimised, which also makes the directory's name another.
    return {
        "//command_line_option:compilation_mode": "opt",
        "//command_line_option:copt": ["-w"],
        "//command_line_option:cxxopt": ["-std=c++20"],
        "//command_line_option:host_compilation_mode": "fastbuild",
        "//command_line_option:host_copt": ["-w"],
        "//command_line_option:host_cxxopt": ["-std=c++20"],
    }

_specgen_settings = transition(
    implementation = _specgen_settings_impl,
    inputs = [],
    outputs = [
        "//command_line_option:compilation_mode",
        "//command_line_option:copt",
        "//command_line_option:cxxopt",
        "//command_line_option:host_compilation_mode",
        "//command_line_option:host_copt",
        "//command_line_option:host_cxxopt",
    ],
)

def _specgen_tool_impl(ctx):
    # An executable rule must make its executable itself.
    tool = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(
        output = tool,
        target_file = ctx.executable.program,
        is_executable = True,
    )
    return [DefaultInfo(
        executable = tool,
        files = depset([tool]),
        runfiles = ctx.runfiles(files = [tool]),
    )]

specgen_tool = rule(
    implementation = _specgen_tool_impl,
    cfg = _specgen_settings,
    executable = True,
    attrs = {
        "program": attr.label(mandatory = True, executable = True, cfg = "target"),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    doc = "A program of ours, built with the flags that it needs, whatever the workspace's are.",
)
