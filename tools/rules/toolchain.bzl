"""Which specgen the rules of //tools:defs.bzl run."""

# With the repository's name: before Bazel 5 rule() takes it for one of the main repository.
_TYPE = str(Label("//tools/rules:toolchain_type"))

# Before Bazel 5 the program would else not be built for where it runs. Debian's
# Bazel does not know its own version.
_IS_NEWER_BAZEL = _TYPE.startswith("@@")

# Arguments of each rule that runs specgen.
RUNS_SPECGEN = dict(
    {} if _IS_NEWER_BAZEL else {"incompatible_use_toolchain_transition": True},
    toolchains = [_TYPE],
)

def specgen_of(ctx):
    """The program, for a rule with RUNS_SPECGEN."""
    return ctx.toolchains[Label(_TYPE)].program

def _specgen_program_impl(ctx):
    program = ctx.executable.program

    # Without a slash, as in the root package, it would be looked for in PATH.
    if "/" not in program.path:
        program = ctx.actions.declare_file(ctx.label.name + "/" + program.basename)
        ctx.actions.symlink(
            output = program,
            target_file = ctx.executable.program,
            is_executable = True,
        )
    return [platform_common.ToolchainInfo(program = program)]

_specgen_program = rule(
    implementation = _specgen_program_impl,
    attrs = {
        "program": attr.label(
            mandatory = True,
            allow_single_file = True,
            executable = True,
            cfg = "exec",
        ),
    },
)

def specgen_toolchain(name, program, exec_compatible_with = []):
    """A toolchain to register: a specgen and where it runs.

    Args:
      name: of the toolchain.
      program: the executable.
      exec_compatible_with: constraints on the machine that runs it.
    """
    _specgen_program(
        name = name + "_program",
        program = program,
        # Built when a rule wants it, and not by //... alone.
        tags = ["manual"],
    )
    native.toolchain(
        name = name,
        exec_compatible_with = exec_compatible_with,
        toolchain = name + "_program",
        toolchain_type = _TYPE,
    )
