"""Each command beside programs that do the same work, as processes: what people
wait for, with its start. That they do the same is checked before they are timed."""

import gzip
import hashlib
import json
import os
import random
import shutil
import stat
import subprocess
import tarfile

import layers
from core import SPECGEN, docker_program
from measure import (HERE, HOST, MAIN_ENGINE, ROOT, Missing, Process, WrongAnswer,
                     call, config, golden, middle, program, race, read, write)

ENGINE = ["--engine", MAIN_ENGINE, "--host", HOST]
GO_PEERS = f"{HERE}/competitors/peers"
SCHEMA = "github.com/opencontainers/runtime-spec/schema"


class Contest:
    """Processes that do the same work; the first is specgen's."""

    def __init__(self, command, work, checked, seconds=4, items=None):
        self.command = command
        self.work = work            # what is done
        self.checked = checked      # what has been compared
        self.seconds = seconds
        self.items = items          # how many answers are made
        self.processes = []
        self.missing = []           # (name, reason)
        self.note = ""

    def add(self, name, make):
        """`make` returns the process, or says why there is none."""
        try:
            self.processes.append(make())
            self.processes[-1].name = name
        except Missing as reason:
            self.missing.append((name, str(reason)))

    def run(self):
        race(self.processes, self.seconds)


class Peers:
    """Programs of others, built once."""

    def __init__(self, work):
        self.work = work

    def go(self, name, package):
        built = f"{self.work}/{name}"
        if not os.path.exists(built):
            if shutil.which("go") is None:
                raise Missing("go is not installed")
            env = dict(os.environ, CGO_ENABLED="0", GOWORK="off",
                       GOFLAGS="-mod=readonly")
            call(["go", "build", "-trimpath", "-o", built, package], GO_PEERS, env)
        return built

    def runtime_spec_schema(self):
        """The folder of runtime-spec's schema, as its module has it."""
        env = dict(os.environ, GOWORK="off", GOFLAGS="-mod=readonly")
        if shutil.which("go") is None:
            raise Missing("go is not installed")
        return call(["go", "list", "-f", "{{.Dir}}", SCHEMA], GO_PEERS, env).strip()

    def python(self, name):
        return f"{call([f'{ROOT}/tools/python_tools']).strip()}/{name}"


def judges(process_of, good, bad):
    """The process that takes `good`, which must not take `bad`."""
    process_of(good, (0,)).run()
    process_of(bad, (1,)).run()
    return process_of(good, (0,))


def mounts_config(count, parent="/srv/folder"):
    """A config with as many mounts; `lint` has nothing to say against them."""
    with open(config("median"), encoding="utf-8") as file:
        made = json.load(file)
    made["mounts"] = [
        {"name": f"mount{i}", "description": "", "settable": None,
         "source": f"{parent}{i}", "destination": f"/srv/folder{i}",
         "type": "bind", "options": ["rbind", "ro"]} for i in range(count)]
    return json.dumps(made)


def spec_of(path):
    return call([SPECGEN, "generate", *ENGINE, path])


def generate(peers):
    contest = Contest("generate", "a spec of the median config",
                      "each writes a runtime spec; theirs is the same for all")
    expected = read(golden(MAIN_ENGINE, "median"))

    def ours():
        output = f"{peers.work}/generated.json"
        process = Process("", [SPECGEN, "generate", *ENGINE, config("median")], output)
        process.run()
        if read(output) != expected:
            raise WrongAnswer("specgen generate: not the golden spec")
        return process

    def runtime(name):
        folder = f"{peers.work}/{name}-spec"
        os.makedirs(folder, exist_ok=True)
        made = f"{folder}/config.json"
        process = Process(
            name, [program(name), "spec"], cwd=folder,
            before=lambda: os.path.exists(made) and os.remove(made))
        process.run()
        if "process" not in json.loads(read(made)):
            raise WrongAnswer(f"{name} spec: no spec")
        return process

    contest.add("specgen", ours)
    contest.add("runc spec", lambda: runtime("runc"))
    contest.add("crun spec", lambda: runtime("crun"))
    return contest


def validate(peers, count):
    contest = Contest(
        "validate", f"a spec of {count} mounts" if count else "the median spec",
        "each takes it, and refuses one without process.cwd", 8 if count else 4)

    def bundle(name, is_good):
        folder = f"{peers.work}/validate-{count}-{name}"
        os.makedirs(f"{folder}/rootfs", exist_ok=True)
        source = write(f"{folder}/plugin.json", mounts_config(count))
        spec = json.loads(spec_of(source) if count else
                          read(golden(MAIN_ENGINE, "median")))
        # What all of them take: runtime-tools knows one version, and the schema has
        # no "rshared".
        spec["ociVersion"] = "1.3.0"
        spec["root"]["path"] = "rootfs"
        spec["linux"].pop("rootfsPropagation", None)
        if not is_good:
            del spec["process"]["cwd"]
        write(f"{folder}/config.json", json.dumps(spec))
        return folder

    good, bad = bundle("good", True), bundle("bad", False)

    def add(name, command, file="/config.json"):
        contest.add(name, lambda: judges(
            lambda folder, codes: Process(name, [*command(), folder + file],
                                          codes=codes), good, bad))

    add("specgen", lambda: [SPECGEN, "validate"])
    add("runtime-tools, its Go code",
        lambda: [peers.go("validate", "./validate")], "")
    add("runtime-spec's schema, its validator (Go)",
        lambda: [peers.go("schema-spec", SCHEMA),
                 f"{peers.runtime_spec_schema()}/config-schema.json"])
    contest.add("runtime-spec's schema, jsonschema (Python)", lambda: judges(
        lambda folder, codes: Process(
            "jsonschema", [peers.python("jsonschema"), "-i", f"{folder}/config.json",
                           "--base-uri", f"file://{peers.runtime_spec_schema()}/",
                           f"{peers.runtime_spec_schema()}/config-schema.json"],
            codes=codes), good, bad))
    return contest


def lint(peers, count):
    contest = Contest(
        "lint", f"a config of {count} mounts" if count else "the median config",
        "each takes it, and refuses one whose mounts are a text; a schema knows no more",
        8 if count else 4)
    with open(config("median"), encoding="utf-8") as file:
        bad = json.load(file)
    good = mounts_config(count) if count else json.dumps(bad)
    bad["mounts"] = "x"
    good = write(f"{peers.work}/lint-{count}-good.json", good)
    bad = write(f"{peers.work}/lint-{count}-bad.json", json.dumps(bad))
    schema = write(f"{peers.work}/config.schema.json", call([SPECGEN, "schema"]))

    def add(name, command):
        contest.add(name, lambda: judges(
            lambda path, codes: Process(name, [*command(), path], codes=codes),
            good, bad))

    add("specgen", lambda: [SPECGEN, "lint", "--no-config", "--fail-level", "error"])
    add("the schema, santhosh-tekuri/jsonschema (Go)",
        lambda: [peers.go("schema", "./schema"), schema])
    contest.add("the schema, jsonschema (Python)", lambda: judges(
        lambda path, codes: Process("jsonschema", [peers.python("jsonschema"), "-i",
                                                   path, schema], codes=codes),
        good, bad))
    return contest


def diff(peers, count):
    contest = Contest(
        "diff", f"two specs of {count} mounts, half of them changed" if count
        else "the specs of 20.10.24 and 28.5.2",
        "each finds nothing between a spec and itself, and something here",
        12 if count else 4)
    if count:
        same = json.loads(mounts_config(count))
        other = json.loads(mounts_config(count, "/srv/other"))
        same["mounts"][::2] = other["mounts"][::2]
        one = write(f"{peers.work}/one.json", mounts_config(count))
        two = write(f"{peers.work}/two.json", json.dumps(same))
        one = write(f"{peers.work}/one.spec", spec_of(one))
        two = write(f"{peers.work}/two.spec", spec_of(two))
    else:
        one, two = golden("20.10.24", "median"), golden(MAIN_ENGINE, "median")

    def add(name, command):
        def make():
            argv = command()
            Process(name, [*argv, one, one], codes=(0,)).run()
            process = Process(name, [*argv, one, two], codes=(1,))
            process.run()
            return process
        contest.add(name, make)

    add("specgen", lambda: [SPECGEN, "diff"])
    add("jd", lambda: [peers.go("jd", "github.com/josephburnett/jd/v2/jd")])
    add("dyff", lambda: [peers.go("dyff", "github.com/homeport/dyff/cmd/dyff"),
                         "between", "--set-exit-code"])
    return contest


def batch(peers, machine, count, threads):
    contest = Contest(
        "batch", f"{count:,} requests of the median config, threads: {threads}",
        "all specs are Docker's; jq only copies the requests", 12, count)
    requests = f"{peers.work}/requests.ndjson"
    if not os.path.exists(requests):
        line = json.dumps({"config": json.loads(read(config("median")))},
                          separators=(",", ":"), ensure_ascii=False)
        write(requests, f"{line}\n" * count)
    expected = '"spec":' + read(golden(MAIN_ENGINE, "median"))
    # As many CPUs as threads, for all.
    cpus = ["taskset", "-c", ",".join(
        str(c) for c in sorted(os.sched_getaffinity(0))[:threads])]

    def answers(command):
        output = f"{peers.work}/answers"
        process = Process("", cpus + command, output)
        process.run()
        with open(output, encoding="utf-8") as file:
            lines = [number for number, line in enumerate(file, 1)
                     if line.startswith(f'{{"line":{number},{expected}')]
        if len(lines) != count:
            raise WrongAnswer(f"{command[0]}: {len(lines)} of {count} specs")
        process.output = os.devnull
        return process

    def copies():
        output = f"{peers.work}/copy"
        process = Process("", cpus + [program("jq"), "-c", ".", requests], output)
        process.run()
        if read(output) != read(requests):
            raise WrongAnswer("jq: not a copy")
        process.output = os.devnull
        return process

    contest.add("specgen", lambda: answers(
        [SPECGEN, "batch", *ENGINE, "--threads", str(threads), requests]))
    contest.add(f"Docker {MAIN_ENGINE}, its Go code", lambda: answers(
        machine.command([docker_program(MAIN_ENGINE, peers.work), "-stream",
                         "-threads", str(threads), requests])))
    if threads == 1:
        contest.add("jq -c ., a copy", copies)
    return contest


def engines(peers, count):
    """One request for all engines, beside one for each way in which they behave."""
    contest = Contest("batch, engines", "", "the same specs", 6, count)
    plugin = json.loads(read(config("median")))

    def requests(name, all_engines):
        lines = [json.dumps({**e, "config": plugin}) for e in all_engines]
        return write(f"{peers.work}/{name}.ndjson", "\n".join(lines * count) + "\n")

    def specs(path):
        output = f"{peers.work}/specs"
        process = Process("specgen", [SPECGEN, "batch", "--host", HOST, "--threads", "1",
                                      path], output, codes=(0, 1))
        process.run()
        found = [json.loads(line).get("spec") for line in read(output).splitlines()]
        process.output = os.devnull
        return process, found

    every = {"engines": "1.13.0.."}
    one = write(f"{peers.work}/every.ndjson",
                json.dumps({**every, "config": plugin}) + "\n")
    answers = [json.loads(line) for line in call(
        [SPECGEN, "batch", "--host", HOST, one], codes=(0, 1)).splitlines()]
    first = [{"engine": a["engines"][0].split("..")[0]} for a in answers]
    contest.work = (f"the median config on {len(first)} behaviours, {count} times; "
                    "one thread")
    together, found = specs(requests("together", [every]))
    apart, expected = specs(requests("apart", first))
    if found != expected:
        raise WrongAnswer("batch: engines at once have other specs")
    contest.add("specgen, one request", lambda: together)
    contest.add("specgen, a request for each", lambda: apart)
    return contest


def report(peers, size):
    output = f"{peers.work}/report.html"
    contest = Contest("report", f"a page about the {size} config", "it is a page", 3)

    def ours():
        process = Process("", [SPECGEN, "report", "--host", HOST, config(size)], output)
        process.run()
        if "</html>" not in read(output):
            raise WrongAnswer("report: no page")
        contest.note = f"{os.path.getsize(output):,} bytes"
        return process

    contest.add("specgen", ours)
    return contest


class Image:
    """A layer in an OCI layout, of a plugin and, for umoci and skopeo, of a
    container."""

    def __init__(self, folder, media, layer):
        self.folder = folder
        self.layer = layer
        os.makedirs(f"{folder}/blobs/sha256")
        blob = self._blob(layer)
        blob["mediaType"] = f"application/vnd.oci.image.layer.v1.tar+{media}"
        manifests = []
        for name, kind, body in (
                ("plugin", "application/vnd.docker.plugin.v1+json",
                 json.dumps({"entrypoint": ["/f0"], "interface": {
                     "types": ["docker.volumedriver/1.0"], "socket": "p.sock"}})),
                ("image", "application/vnd.oci.image.config.v1+json", json.dumps(
                    {"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {
                        "type": "layers", "diff_ids": [self._diff_id(media)]}}))):
            content = self._blob(write(f"{folder}/text", body))
            manifest = self._blob(write(f"{folder}/text", json.dumps(
                {"schemaVersion": 2,
                 "mediaType": "application/vnd.oci.image.manifest.v1+json",
                 "config": {**content, "mediaType": kind}, "layers": [blob]})))
            manifests.append({
                **manifest, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "annotations": {"org.opencontainers.image.ref.name": name}})
        os.remove(f"{folder}/text")
        write(f"{folder}/index.json", json.dumps(
            {"schemaVersion": 2, "manifests": manifests}))
        write(f"{folder}/oci-layout", '{"imageLayoutVersion": "1.0.0"}')
        self.layer = f"{folder}/blobs/sha256/{blob['digest'][7:]}"
        self.blob = blob["digest"][7:]

    def _blob(self, path):
        with open(path, "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        shutil.copyfile(path, f"{self.folder}/blobs/sha256/{digest}")
        return {"digest": f"sha256:{digest}", "size": os.path.getsize(path)}

    def _diff_id(self, media):
        unpacked = subprocess.run(
            ["gzip" if media == "gzip" else "zstd", "-dc", self.layer], check=True,
            capture_output=True).stdout
        return f"sha256:{hashlib.sha256(unpacked).hexdigest()}"


def tree(root):
    """What is below a folder: name to kind, mode, owner, time and content."""
    found = {}
    for folder, names, files in os.walk(root):
        for name in names + files:
            path = f"{folder}/{name}"
            st = os.lstat(path)
            what = [st.st_mode, st.st_uid, st.st_gid]
            if stat.S_ISREG(st.st_mode):
                with open(path, "rb") as file:
                    what += [int(st.st_mtime), hashlib.sha256(file.read()).digest()]
            found[os.path.relpath(path, root)] = what
    return found


def make_layer(path, kind, quick):
    """A tar archive: many small files, or a large one, that shrink to a half."""
    chance = random.Random(20)
    if kind == "files":
        count = 500 if quick else 10000
        content = [chance.randbytes(512).hex().encode() for _ in range(count)]
        with open(path, "wb") as out:
            for i in range(100):
                out.write(layers.entry(b"d%d" % i, b"5"))
            for i, data in enumerate(content):
                out.write(layers.entry(b"d%d/f%d" % (i % 100, i), data=data))
            out.write(bytes(1024))
        return f"{count:,} files of 1 KB"
    size = 4 if quick else 100
    with open(path, "wb") as out:
        data = b"".join(chance.randbytes(1 << 19).hex().encode() for _ in range(size))
        out.write(layers.entry(b"f0", data=data))
        out.write(bytes(1024))
    return f"one file of {size} MB"


def bundle(peers, kind, media, quick):
    """Of an image to what it unpacks to."""
    contest = Contest("bundle", "", "the same tree: names, modes, owners, times, "
                      "bytes; specgen's has a plugin's own files besides", 20)
    folder = f"{peers.work}/image-{kind}-{media}"
    os.makedirs(folder)
    about = make_layer(f"{folder}/layer.tar", kind, quick)
    contest.work = f"{about}, {media}"
    packed = f"{folder}/layer"
    if media == "gzip":
        with open(f"{folder}/layer.tar", "rb") as file, open(packed, "wb") as out:
            with gzip.GzipFile("", "wb", 6, out, 0) as zipped:
                shutil.copyfileobj(file, zipped, 1 << 20)
    else:
        call([program("zstd"), "-q", f"{folder}/layer.tar", "-o", packed])
    image = Image(f"{folder}/layout", media, packed)
    os.remove(f"{folder}/layer.tar")
    os.remove(packed)
    expected = {}
    options = "-xpzf" if media == "gzip" else "--zstd -xpf"

    def add(name, command, root):
        out = f"{folder}/out"

        def clear():
            shutil.rmtree(out, ignore_errors=True)
            shutil.rmtree(f"{folder}/copied", ignore_errors=True)
            os.sync()

        def make():
            if os.geteuid() != 0:
                raise Missing("only root can set owners")
            process = Process(name, command(out), before=clear)
            process.measure_peak()
            found = tree(out + root)
            if not expected:
                expected.update(found)
            elif not expected.items() <= found.items() or (
                    name != "specgen" and len(found) != len(expected)):
                raise WrongAnswer(f"{name}: another tree")
            return process

        contest.add(name, make)

    add("tar", lambda out: [
        "sh", "-c", f'mkdir "$0" && tar {options} "$1" -C "$0"', out, image.layer], "")
    add("specgen", lambda out: [SPECGEN, "bundle", "--engine", MAIN_ENGINE, "--image",
                                "plugin", "--no-prepare", "--allow-shared-parent", "-o",
                                out, image.folder], "/rootfs")
    # The first is whom the others are compared with.
    contest.processes.reverse()
    add("umoci unpack",
        lambda out: [peers.go("umoci", "github.com/opencontainers/umoci/cmd/umoci"),
                     "unpack", "--image", f"{image.folder}:image", out], "/rootfs")
    add("skopeo copy, then tar", lambda out: [
        "sh", "-c", '"$3" copy -q "oci:$1:image" "dir:$2" && mkdir "$0" && '
        f'tar {options} "$2/{image.blob}" -C "$0"', out, image.folder,
        f"{folder}/copied", program("skopeo")], "")
    contest.missing.append(("undocker", "its Go module is not on the proxy"))
    return contest


def measure(quick, work, machine):
    """The contests, run."""
    peers = Peers(work)
    requests = 1000 if quick else 40000
    makers = [
        lambda: generate(peers),
        lambda: validate(peers, 0), lambda: validate(peers, 1000),
        lambda: lint(peers, 0), lambda: lint(peers, 1000),
        lambda: diff(peers, 0), lambda: diff(peers, 1000),
        lambda: batch(peers, machine, requests, 1),
        lambda: batch(peers, machine, requests, 2),
        lambda: engines(peers, 10 if quick else 500),
        lambda: report(peers, "median"), lambda: report(peers, "large"),
    ] + [lambda kind=kind, media=media: bundle(peers, kind, media, quick)
         for kind in ("files", "large") for media in ("gzip", "zstd")]
    contests = []
    for make in makers:
        contest = make()
        if quick:
            contest.seconds = 0
        contest.run()
        contests.append(contest)
    return contests


def numbers(contests):
    """For the file of raw numbers."""
    return [{"command": c.command, "work": c.work, "checked": c.checked,
             "items": c.items, "note": c.note, "missing": c.missing,
             "programs": [{"name": p.name, "wall": p.walls, "cpu": p.cpus,
                           "peak_kb": p.peak} for p in c.processes]}
            for c in contests]


def ratio(contest, process, of=lambda p: p.walls):
    return middle(of(process)) / middle(of(contest.processes[0]))
