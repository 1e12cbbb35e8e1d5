"""Two versions of specgen, by pairs: what else the machine does meets both."""

import os
import shutil
import tempfile

import core
from measure import (HOST, MAIN_ENGINE, ROOT, SIZES, Process, call, config, golden,
                     middle)

TARGETS = ["//specgen/bench:generate_benchmark", "//specgen"]


def build(root, keep):
    """The two programs, in a folder of their own, which looks like a work tree to
    the benchmark."""
    call([f"{root}/tools/bazel", "build", *TARGETS], root)
    os.makedirs(keep)
    for name in ("specgen/bench/generate_benchmark", "specgen/specgen"):
        shutil.copy(f"{root}/bazel-bin/{name}", keep)
    return keep


def specs(programs):
    """One round of the core's benchmark: {name: nanoseconds}."""
    found = core.benchmarks([f"{programs}/generate_benchmark"], [
        "--benchmark_min_time=0.05s",
        "--benchmark_filter=^(Generate/|Growth/.*/1000$)"])
    return {name: median for name, (median, _) in found.items()}


def commands(programs):
    """One round of the commands: {name: nanoseconds of CPU time}."""
    specgen = f"{programs}/specgen"
    engine = ["--engine", MAIN_ENGINE, "--host", HOST]
    found = {}
    for size in SIZES:
        for name, arguments in (
                ("generate", [*engine, config(size)]),
                ("privileges", [*engine, config(size)]),
                ("lint", ["--no-config", config(size)]),
                ("report", ["--host", HOST, config(size)]),
                ("validate", [golden(MAIN_ENGINE, size)]),
                ("diff", [golden("20.10.24", size), golden(MAIN_ENGINE, size)])):
            process = Process(name, [specgen, name, *arguments], codes=(0, 1))
            found[f"{name}, {size}"] = min(process.run()[1] for _ in range(5)) * 1e9
    return found


def measure(revision, quick):
    """{name: (before, after, [after / before of each pair])}, in nanoseconds."""
    with tempfile.TemporaryDirectory() as work:
        tree = f"{work}/tree"
        call(["git", "worktree", "add", "--detach", tree, revision])
        try:
            before = build(tree, f"{work}/before")
        finally:
            call([f"{tree}/tools/bazel", "clean", "--expunge"], tree)
            call(["git", "worktree", "remove", "--force", tree])
        after = build(ROOT, f"{work}/after")
        rounds = {before: [], after: []}
        for i in range(2 if quick else 15):
            for programs in (before, after) if i % 2 == 0 else (after, before):
                rounds[programs].append(specs(programs) | commands(programs))
    found = {}
    for name in rounds[after][0]:
        if name in rounds[before][0]:
            pairs = [(b[name], a[name]) for b, a in zip(rounds[before], rounds[after])]
            found[name] = (middle([b for b, _ in pairs]), middle([a for _, a in pairs]),
                           [a / b for b, a in pairs])
    return found
