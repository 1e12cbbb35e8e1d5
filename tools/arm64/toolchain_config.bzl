"""How Debian's cross compiler for arm64 is called."""

load("@rules_cc//cc:cc_toolchain_config_lib.bzl", "feature", "flag_group", "flag_set", "tool_path", "with_feature_set")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/toolchains:cc_toolchain_config_info.bzl", "CcToolchainConfigInfo")

_PREFIX = "/usr/bin/aarch64-linux-gnu-"

_COMPILE = [
    "assemble",
    "preprocess-assemble",
    "c-compile",
    "c++-compile",
    "c++-header-parsing",
    "linkstamp-compile",
]

_LINK = [
    "c++-link-executable",
    "c++-link-dynamic-library",
    "c++-link-nodeps-dynamic-library",
]

def _flags(actions, flags, mode = None):
    return flag_set(
        actions = actions,
        flag_groups = [flag_group(flags = flags)],
        with_features = [with_feature_set(features = [mode])] if mode else [],
    )

def _toolchain_config_impl(ctx):
    # The flags of Bazel's own toolchain for g++, so that what is tested here is what
    # a build on arm64 makes.
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        toolchain_identifier = "arm64-linux-gnu",
        host_system_name = "local",
        target_system_name = "aarch64-linux-gnu",
        target_cpu = "aarch64",
        target_libc = "glibc",
        compiler = "gcc",
        abi_version = "unknown",
        abi_libc_version = "unknown",
        cxx_builtin_include_directories = [
            "/usr/aarch64-linux-gnu/include",
            "/usr/lib/gcc-cross/aarch64-linux-gnu",
        ],
        tool_paths = [
            tool_path(name = name, path = _PREFIX + (program or name))
            for name, program in [
                ("ar", None),
                ("cpp", None),
                ("dwp", None),
                ("gcc", None),
                ("gcov", None),
                ("ld", None),
                ("nm", None),
                ("objcopy", None),
                ("objdump", None),
                ("strip", None),
            ]
        ],
        features = [
            feature(name = name)
            for name in ("dbg", "fastbuild", "opt", "supports_pic", "supports_start_end_lib")
        ] + [
            feature(
                name = "default_flags",
                enabled = True,
                flag_sets = [
                    _flags(_COMPILE, [
                        "-U_FORTIFY_SOURCE",
                        "-fstack-protector",
                        "-Wall",
                        "-fno-omit-frame-pointer",
                    ]),
                    _flags(_COMPILE, ["-g"], "dbg"),
                    _flags(_COMPILE, [
                        "-g0",
                        "-O2",
                        "-D_FORTIFY_SOURCE=1",
                        "-DNDEBUG",
                        "-ffunction-sections",
                        "-fdata-sections",
                    ], "opt"),
                    _flags(_LINK, [
                        "-fuse-ld=gold",
                        "-Wl,-no-as-needed",
                        "-Wl,-z,relro,-z,now",
                        "-pass-exit-codes",
                    ]),
                    _flags(_LINK, ["-Wl,--gc-sections"], "opt"),
                ],
            ),
            # After the flags of the command line and of rules.
            feature(
                name = "last_flags",
                enabled = True,
                flag_sets = [
                    _flags(_COMPILE, [
                        "-fno-canonical-system-headers",
                        "-Wno-builtin-macro-redefined",
                        "-D__DATE__=\"redacted\"",
                        "-D__TIMESTAMP__=\"redacted\"",
                        "-D__TIME__=\"redacted\"",
                    ]),
                    _flags(_LINK, [
                        "-lstdc++",
                        "-lm",
                    ]),
                ],
            ),
        ],
    )

toolchain_config = rule(
    implementation = _toolchain_config_impl,
    provides = [CcToolchainConfigInfo],
)
