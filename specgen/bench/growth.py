"""What an item costs a command, in lists that grow: the CPU time of the process less
that of one with a list of one."""

import json
import os
import shutil
import tempfile

import layers
from core import SPECGEN
from measure import HOST, MAIN_ENGINE, Process, middle, write

LENGTHS = (10, 100, 1000, 10000, 100000, 200000)
HOST_OPTIONS = ["--host", HOST, "--assume-devices"]
# A text has fewer values than this, so lists of objects end before LENGTHS do.
VALUES = 1 << 18


def plugin(**parts):
    return {"entrypoint": ["/f0"], "network": {"type": "host"}, "interface": {
        "types": ["docker.volumedriver/1.0"], "socket": "p.sock"}, **parts}


def capabilities(count, side=""):
    return plugin(linux={"capabilities": [f"CAP_{side}{i}" for i in range(count)]})


def mounts(count, side=""):
    return plugin(mounts=[
        {"source": f"/srv/{side}{i}", "destination": f"/srv/{i}", "type": "bind",
         "options": ["rbind"]} for i in range(count)])


def variables(count, side=""):
    return plugin(env=[{"name": f"A{i}", "value": f"b{side}", "settable": ["value"]}
                       for i in range(count)])


def spec(count, side=""):
    """What generate makes has its length, too; this has a name for each item."""
    return {"ociVersion": "1.0.2", "process": {
        "cwd": "/", "args": ["x"], "user": {"uid": 0, "gid": 0}},
        "root": {"path": "rootfs"},
        "mounts": [{"destination": f"/srv/{i}", "source": f"/srv/{side}{i}",
                    "type": "bind", "options": ["rbind"]} for i in range(count)]}


def annotations(count, side=""):
    return {**spec(0), "annotations": {f"a{i}": side for i in range(count)}}


def files(count):
    yield [layers.entry(b"d", b"5")] + [
        layers.entry(b"d/f%d" % i) for i in range(count)]


def whiteouts(count):
    """Of files of the layer below."""
    yield from files(count)
    yield [layers.entry(b"d/.wh.f%d" % i) for i in range(count)]


def long_paths(count):
    folder = b"/".join([b"x" * 100] * 8)
    yield [layers.entry(folder + b"/f%d" % i) for i in range(count)]


def one_each(count):
    for i in range(count):
        yield [layers.entry(b"f%d" % i)]


class Growth:
    def __init__(self):
        # In memory, if there is such a place: a disk is no part of what is measured.
        memory = "/dev/shm"
        self.work = tempfile.mkdtemp(
            dir=memory if os.access(memory, os.W_OK) else None)

    def json(self, name, value):
        return write(f"{self.work}/{name}", json.dumps(value, separators=(",", ":")))

    def one(self, command, make):
        """A command over a file of as many items."""
        return lambda count: [SPECGEN, *command, self.json("config.json", make(count))]

    def two(self, make):
        return lambda count: [SPECGEN, "diff", *HOST_OPTIONS,
                              self.json("config.json", make(count)),
                              self.json("other.json", make(count, "x"))]

    def set(self, count):
        """`docker plugin set` of each variable, in a request."""
        request = {"config": variables(count),
                   "set": [f"A{i}=c" for i in range(count)]}
        return [SPECGEN, "batch", "--host", HOST, self.json("requests", request)]

    def bundle(self, make):
        def command(count):
            layer_options = []
            for i, entries in enumerate(make(count)):
                path = f"{self.work}/{i}.tar"
                with open(path, "wb") as out:
                    out.writelines(entries)
                    out.write(bytes(1024))
                layer_options += ["--rootfs", path]
            return [SPECGEN, "bundle", "--engine", MAIN_ENGINE, "--no-prepare",
                    "--allow-shared-parent", "-o", f"{self.work}/out", *layer_options,
                    self.json("config.json", plugin())]
        return command

    def cases(self):
        """name, the command for as many items, the most items."""
        for command, options in (
                ("lint", ["--no-config", "--fail-level", "error"]),
                ("privileges", HOST_OPTIONS), ("report", HOST_OPTIONS)):
            yield (f"{command}, capabilities", self.one([command, *options],
                                                        capabilities), 200000)
            yield (f"{command}, mounts", self.one([command, *options], mounts), 10000)
        yield "diff of plugins, capabilities", self.two(capabilities), 200000
        yield "diff of plugins, mounts", self.two(mounts), 10000
        yield "diff of specs, mounts", self.two(spec), 100000
        yield "diff of specs, annotations", self.two(annotations), 200000
        yield "validate, mounts", self.one(["validate"], spec), 100000
        yield "validate, annotations", self.one(["validate"], annotations), 200000
        yield "set, variables", self.set, 10000
        yield "bundle, files", self.bundle(files), 200000
        yield "bundle, layers", self.bundle(one_each), 100
        yield "bundle, whiteouts", self.bundle(whiteouts), 100000
        yield "bundle, long paths", self.bundle(long_paths), 200000


def clear(path):
    shutil.rmtree(path, ignore_errors=True)


def measure(quick):
    """{name: {count: nanoseconds an item}}."""
    growth = Growth()
    rows = {}
    for name, command, most in growth.cases():
        rows[name] = {}
        start = 0
        for count in (1, *LENGTHS):
            if count > (100 if quick else most):
                break
            process = Process(name, command(count), codes=(0, 1),
                              before=lambda: clear(f"{growth.work}/out"))
            cpus = [process.run()[1]]
            # What takes long is not that noisy.
            while sum(cpus) < 0.2 and len(cpus) < 5:
                cpus.append(process.run()[1])
            if count == 1:
                start = middle(cpus)
            else:
                rows[name][count] = max(0, middle(cpus) - start) * 1e9 / count
    clear(growth.work)
    return rows
