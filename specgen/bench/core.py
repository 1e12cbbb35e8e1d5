"""One spec after the other in one process: specgen, Docker's own code, others that
do the same job, and floors."""

import json
import os
import shutil
import sys

from measure import (ENGINES, HERE, HOST, MAIN_ENGINE, ROOT, SIZES, Missing,
                     WrongAnswer, call, config, golden, install, middle)

sys.path.append(f"{ROOT}/tools/reference")
import host_tree  # noqa: E402  pylint: disable=wrong-import-position

BENCHMARK = f"{ROOT}/bazel-bin/specgen/bench/generate_benchmark"
SPECGEN = f"{ROOT}/bazel-bin/specgen/specgen"


class Machine:
    """The machine of host.json, for a `with` statement: what runs on it sees its
    /dev, /run and CPUs in place of those that are there."""

    def __init__(self):
        with open(HOST, encoding="utf-8") as file:
            self._tree = host_tree.HostTree(json.load(file))
        self._problem = None

    def __enter__(self):
        try:
            self._tree.__enter__()
        except host_tree.BadHost as error:
            self._problem = str(error)
        return self

    def __exit__(self, *unused):
        if self._problem is None:
            self._tree.__exit__()

    def command(self, command):
        """What runs `command` on it."""
        if self._problem is not None:
            raise Missing(self._problem)
        mounts = "".join(f'mount --bind "$0/{directory}" /{directory} && '
                         for directory in ("dev", "run", host_tree.CPU_DIRECTORY))
        return ["unshare", "--mount", "sh", "-c", mounts + 'exec "$@"',
                self._tree.root] + command


def benchmarks(command, options):
    """(median, least) of each, in nanoseconds."""
    runs = {}
    for run in json.loads(call(command + ["--benchmark_format=json", *options]))[
            "benchmarks"]:
        if run.get("error_occurred"):
            raise WrongAnswer(f"{run['name']}: {run['error_message']}")
        if run["run_type"] == "iteration":
            runs.setdefault(run["run_name"], []).append(run["real_time"])
    return {name: (middle(t), min(t)) for name, t in runs.items()}


def specgen_numbers(quick, machine):
    """What specgen takes, and why not on the live machine."""
    rounds = ([] if quick else ["--benchmark_repetitions=15"])
    rounds.append(f"--benchmark_min_time={'0.02' if quick else '0.1'}s")
    ours = benchmarks([BENCHMARK], rounds + [
        "--benchmark_filter=^(Generate/|ParseDom|CopySpec|Threads)"])
    ours |= benchmarks([BENCHMARK], ["--benchmark_min_time=0.05s",
                                     "--benchmark_repetitions=3",
                                     "--benchmark_filter=^Growth"])
    try:
        ours |= benchmarks(machine.command([BENCHMARK]),
                           rounds + ["--benchmark_filter=^GenerateLive"])
    except Missing as error:
        return ours, str(error)
    return ours, None


def docker_program(engine, work):
    """Docker's code, built."""
    if shutil.which("go") is None:
        raise Missing("go is not installed")
    built = f"{work}/docker-{engine}"
    if os.path.exists(built):
        return built
    modules = f"{ROOT}/tools/reference/engines"
    modules = os.environ.get("SPECGEN_ENGINE_MODULES", modules)
    # Go changes the .sum beside a module file.
    for end in ("mod", "sum"):
        if not os.path.exists(f"{modules}/{engine}.{end}"):
            raise Missing(f"{modules}/{engine}.{end} is not there")
        shutil.copy(f"{modules}/{engine}.{end}", work)
    env = dict(os.environ, CGO_ENABLED="0", GOWORK="off", GOFLAGS="-mod=readonly")
    call(["go", "build", f"-modfile={work}/{engine}.mod", "-trimpath", "-o",
          built, "."], f"{HERE}/competitors/go", env)
    return built


def times(command):
    median, least = call(command).split()
    return float(median), float(least)


def docker(engine, work, machine):
    """A function that measures Docker's code for a size."""
    built = docker_program(engine, work)
    return lambda size, threads=1: times(
        machine.command([built, "-spec", golden(engine, size), "-threads",
                         str(threads), config(size)]))


def template(work):
    """The spec of next to nothing: what competitors start from."""
    path = f"{work}/default.json"
    empty = f"{work}/empty.json"
    with open(empty, "w", encoding="utf-8") as file:
        file.write('{"entrypoint": ["x"]}')
    with open(path, "w", encoding="utf-8") as file:
        file.write(call([SPECGEN, "generate", "--engine", MAIN_ENGINE, "--host",
                         HOST, empty]))
    return path


def rust(work):
    if shutil.which("cargo") is None:
        raise Missing("cargo is not installed")
    target = os.environ.get("CARGO_TARGET_DIR", f"{work}/rust")
    call(["cargo", "build", "--release"], f"{HERE}/competitors/rust",
         dict(os.environ, CARGO_TARGET_DIR=target))
    base = template(work)
    return lambda size: times([f"{target}/release/specgen-bench", base, HOST,
                               config(size), golden(MAIN_ENGINE, size)])


def nlohmann(work):
    if not os.path.exists("/usr/include/nlohmann/json.hpp"):
        install("nlohmann-json3-dev")
    call(["g++", "-std=c++20", "-O2", "-DNDEBUG",
          f"{HERE}/competitors/cpp/nlohmann.cc", "-o", f"{work}/nlohmann"])
    base = template(work)
    return lambda size: times([f"{work}/nlohmann", base, HOST, config(size),
                               golden(MAIN_ENGINE, size)])


def yyjson(_work):
    try:
        shown = call(["apt-cache", "show", "libyyjson-dev"])
    except Missing:
        shown = ""
    if "Package:" not in shown:
        raise Missing("this Debian has no libyyjson-dev")
    raise Missing("libyyjson-dev is there, but nothing here uses it yet")


def measure(quick, work, machine):
    """{"ours": ..., "rows": [(name, kind, {size: (median, least)})], "missing":
    [(name, reason)], "threads": {count: nanoseconds}}."""
    ours, no_live = specgen_numbers(quick, machine)
    rows, missing = [], []
    for engine in ENGINES:
        rows.append((f"specgen, Docker {engine}", "ours",
                     {s: ours[f"Generate/{engine}/{s}"] for s in SIZES}))
    live = {s: ours[f"GenerateLive/{MAIN_ENGINE}/{s}"] for s in SIZES
            if f"GenerateLive/{MAIN_ENGINE}/{s}" in ours}
    if no_live is None:
        rows.append((f"specgen, Docker {MAIN_ENGINE}, live machine", "ours", live))
    else:
        missing.append(("specgen on the live machine", no_live))
    for name, key in (("floor: simdjson parses the config", "ParseDom"),
                      ("floor: the spec is copied", "CopySpec")):
        rows.append((name, "floor", {s: ours[f"{key}/{s}"] for s in SIZES}))
    makers = [(f"Docker {e}, its Go code", lambda e=e: docker(e, work, machine))
              for e in ENGINES]
    makers += [("Rust, serde and oci-spec", lambda: rust(work)),
               ("C++, nlohmann::json", lambda: nlohmann(work)),
               ("C++, yyjson", lambda: yyjson(work))]
    threads = {}
    for name, make in makers:
        try:
            measured = make()
            rows.append((name, "theirs", {s: measured(s) for s in SIZES}))
            if MAIN_ENGINE in name:
                for count in (1, 2, 4, 8, 16, 32, 64):
                    if count <= max(2, os.cpu_count()):
                        threads[count] = measured("median", count)[0] / count
        except Missing as reason:
            missing.append((name, str(reason)))
    return {"ours": ours, "rows": rows, "missing": missing, "threads": threads}
