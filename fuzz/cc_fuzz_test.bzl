"""Fuzz targets, with the interface of rules_fuzzing's cc_fuzz_test."""

load("@rules_cc//cc:cc_binary.bzl", "cc_binary")
load("@rules_cc//cc:cc_library.bzl", "cc_library")
load("@rules_cc//cc:cc_test.bzl", "cc_test")
load("@rules_shell//shell:sh_binary.bzl", "sh_binary")
load("//tools:copts.bzl", "SPECGEN_COPTS")

def cc_fuzz_test(
        name,
        srcs,
        corpus = [],
        dicts = [],
        deps = [],
        data = [],
        env = {},
        options = {},
        tags = [],
        size = "small",
        **kwargs):
    """A fuzz target: a file with LLVMFuzzerTestOneInput.

    Makes
      NAME           a test that runs the target once over each file of the
                     corpus, with any compiler; it fails if there is none
      NAME_bin       the fuzzer, under --config=asan-libfuzzer or fuzz-fast;
                     otherwise a program that runs the files it is given
      NAME_run       runs the fuzzer and keeps what it learns:
                     tools/bazel run --config=asan-libfuzzer //fuzz:NAME_run \\
                         -- --timeout_secs=60
      NAME_oss_fuzz  NAME_oss_fuzz.tar: the fuzzer, its corpus as a zip file,
                     dictionary and options, named as OSS-Fuzz expects

    Args:
      name: of the test
      srcs: of the target
      corpus: files to start from, and past findings
      dicts: dictionaries of libFuzzer's form
      deps: of the target
      data: files that the target reads
      env: variables of the test and of NAME_run
      options: libFuzzer's, by name without the dash
      tags: of the test
      size: of the test
      **kwargs: passed to the test and the binary
    """
    if not corpus:
        fail("%s has no corpus: its test would test nothing" % name)
    dictionary = name + ".dict"
    native.genrule(
        name = name + "_dict",
        srcs = dicts,
        outs = [dictionary],
        cmd = "cat $(SRCS) /dev/null > $@",
        testonly = True,
    )
    native.filegroup(
        name = name + "_corpus",
        srcs = corpus,
        testonly = True,
    )
    cc_library(
        name = name + "_lib",
        srcs = srcs,
        copts = SPECGEN_COPTS,
        linkstatic = True,
        testonly = True,
        deps = deps + ["//fuzz:sanitizer_options"],
        alwayslink = True,
    )
    cc_test(
        name = name,
        args = ["$(rootpaths :%s_corpus)" % name],
        data = data + [":%s_corpus" % name],
        env = env,
        size = size,
        tags = tags,
        deps = [
            ":%s_lib" % name,
            ":replay_main",
        ],
        **kwargs
    )

    # Without the data: programs among them may not link in all configurations.
    cc_binary(
        name = name + "_bin",
        linkopts = select({
            "//tools:libfuzzer": ["-fsanitize=fuzzer"],
            "//conditions:default": [],
        }),
        testonly = True,
        deps = [":%s_lib" % name] + select({
            "//tools:libfuzzer": [],
            "//fuzz:oss_fuzz": [],
            "//conditions:default": [":replay_main"],
        }),
        **kwargs
    )
    native.genrule(
        name = name + "_options",
        outs = [name + ".options"],
        cmd = "printf '%s' > $@" % ("[libfuzzer]\\n" + "".join([
            "%s = %s\\n" % (key, options[key])
            for key in sorted(options)
        ])),
        testonly = True,
    )
    sh_binary(
        name = name + "_run",
        srcs = ["run_fuzzer.sh"],
        args = [
            "--name=" + name,
            "--package=" + native.package_name(),
            "--binary=$(rootpath :%s_bin)" % name,
            "--dict=$(rootpath :%s_dict)" % name,
            "--options=$(rootpath :%s_options)" % name,
            "--env=" + " ".join(["%s=%s" % (key, env[key]) for key in sorted(env)]).join(["'", "'"]),
            "--seeds",
            "$(rootpaths :%s_corpus)" % name,
            "--",
        ],
        data = data + [
            ":%s_bin" % name,
            ":%s_corpus" % name,
            ":%s_dict" % name,
            ":%s_options" % name,
        ],
        testonly = True,
        tags = ["manual"],
    )
    native.genrule(
        name = name + "_oss_fuzz",
        srcs = [
            ":%s_bin" % name,
            ":%s_corpus" % name,
            ":%s_dict" % name,
            ":%s_options" % name,
        ],
        outs = [name + "_oss_fuzz.tar"],
        cmd = "$(execpath :pack_oss_fuzz) %s $@ $(execpath :%s_bin) $(execpath :%s_dict) $(execpath :%s_options) $(execpaths :%s_corpus)" %
              (name, name, name, name, name),
        tools = [":pack_oss_fuzz"],
        testonly = True,
        tags = ["manual"],
    )
