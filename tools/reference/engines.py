"""The engines that Docker's own code answers for, and the programs that do it.

Each engines/RELEASE.mod is one. Its recorder is built once and kept outside the
checkout, in ${XDG_CACHE_HOME:-~/.cache}/specgen/reference; a change of the
program or of the module file builds it anew.
"""

import hashlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


# What Docker's newest modules ask for.
TOOLCHAIN = "go1.26.3.linux-amd64"
# Bytes shown on each side of the place where two specs part.
AROUND = 100


class Failure(Exception):
    """Something outside of what is compared went wrong."""


def end_on_signals():
    """Makes a signal an ordinary end, so that what was made is removed."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(4))


def key(release):
    """Sorts releases as they came out: 29.0.0-rc.3 before 29.0.0."""
    numbers, _, stage = release.partition("-")
    return [int(n) for n in numbers.split(".")], not stage, stage


def known():
    """The releases, oldest first."""
    return sorted((name[:-len(".mod")] for name in os.listdir(f"{HERE}/engines")
                   if name.endswith(".mod")), key=key)


def choose(text):
    """The releases that a comma list names; "all" for every one."""
    if text == "all":
        return known()
    releases = text.split(",") if text else []
    for release in releases:
        if release not in known():
            raise Failure(f"no engines/{release}.mod: there are "
                          f"{', '.join(known())}")
    return releases


def behaviours():
    """release -> behaviour, of specgen's engine table."""
    path = f"{ROOT}/specgen/engine/releases.textproto"
    with open(path, encoding="utf-8") as file:
        found = dict(re.findall(
            r'^release \{ name: "([^"]+)".* behaviour: "([^"]+)"', file.read(),
            re.MULTILINE))
    if not found:
        raise Failure(f"{path}: no releases found in it")
    return found


def _cache():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "specgen", "reference")


def _go():
    """A Go that knows of toolchains, so that it gets the one a module asks for.
    Debian 12's is older, but can get one: a toolchain is a module."""
    try:
        done = subprocess.run(["go", "env", "GOVERSION"], capture_output=True,
                              text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Failure(f"cannot run go ({error}): install Go, with Debian "
                      "apt-get install golang-go") from error
    version = re.match(r"go1\.(\d+)", done.stdout)
    if version and int(version[1]) >= 21:
        return "go"
    module = f"golang.org/toolchain@v0.0.1-{TOOLCHAIN}"
    done = subprocess.run(["go", "mod", "download", "-json", module],
                          stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise Failure(f"go cannot get {module}")
    root = json.loads(done.stdout)["Dir"]
    # Modules have no executables; a newer Go does the same with this one.
    for directory in ("bin", "pkg/tool"):
        for place, _, names in os.walk(f"{root}/{directory}"):
            for name in names:
                os.chmod(f"{place}/{name}", 0o555)
    return f"{root}/bin/go"


def build(package, release=None):
    """Builds a Go program of this directory; returns its path."""
    sources = [f"{HERE}/{package}/{name}"
               for name in sorted(os.listdir(f"{HERE}/{package}"))]
    flags = []
    if release:
        mod = f"{HERE}/engines/{release}.mod"
        sources += [mod, mod[:-len(".mod")] + ".sum"]
        flags.append(f"-modfile={mod}")
        with open(mod, encoding="utf-8") as file:
            if "github.com/moby/moby/v2 " in file.read():
                flags.append("-tags=moby")
    digest = hashlib.sha256()
    for source in sources:
        with open(source, "rb") as file:
            digest.update(file.read() + b"\0")
    program = os.path.join(
        _cache(), f"{package}-{release or 'any'}-{digest.hexdigest()[:16]}")
    if os.path.exists(program):
        return program
    go = _go()
    os.makedirs(_cache(), exist_ok=True)
    print(f"building {package} {release or ''}".rstrip(), file=sys.stderr)
    # Static, since it runs where nothing but a recorded host is. -mod=readonly:
    # what is built is what the module file says.
    env = dict(os.environ, GOFLAGS="-mod=readonly", CGO_ENABLED="0", GOOS="linux",
               GOWORK="off")
    partial = f"{program}.{os.getpid()}"
    done = subprocess.run([go, "build", *flags, "-trimpath", "-o", partial, "."],
                          cwd=f"{HERE}/{package}", env=env, stdout=sys.stderr,
                          check=False)
    if done.returncode != 0:
        raise Failure(f"{package} {release or ''} does not build")
    os.rename(partial, program)
    return program


def answers(command, requests, what):
    """Runs a program over request lines: a list of (name, rest of the line)."""
    done = subprocess.run(command, input=b"".join(r + b"\n" for r in requests),
                          stdout=subprocess.PIPE, check=False)
    lines = done.stdout.split(b"\n")[:-1]
    if done.returncode != 0 or len(lines) != len(requests):
        raise Failure(f"{what}: exit code {done.returncode}, {len(lines)} answers "
                      f"to {len(requests)} requests")
    return [tuple(line.split(b"\t", 1)) for line in lines]


def where_they_part(one, other):
    """Two answers as they are shown: of specs the part around the first byte that
    is not the same."""
    same = len(os.path.commonprefix([one, other]))
    start = max(0, same - AROUND)

    def part(answer):
        if not answer.startswith(b"ok\t"):
            return answer
        return b"ok at byte %d: ..." % max(0, same - len(b"ok\t")) + answer[
            max(start, len(b"ok\t")):same + AROUND]

    return part(one), part(other)


def docker_answers(release, tree, requests, cwd=None):
    """What Docker's code of `release` answers on the host of a HostTree."""
    return answers(recorder(release, tree, cwd), requests, f"recorder {release}")


def user_namespace_answers(release, tree, requests, host):
    """The same in a user namespace that is not the first, in which the mounts of
    `host` are locked; under RootlessKit if that is what the host says."""
    script = ["set -e"]
    for mount in host["mounts"]:
        place = shlex.quote(tree.root + mount["path"])
        script.append(f"mount -t tmpfs -o {','.join(mount['flags'])} tmpfs {place}")
    proc = shlex.quote(f"{tree.root}/proc")
    script += [f"mkdir -p {proc}", f"mount --rbind /proc {proc}",
               "exec unshare --user --map-root-user " +
               shlex.join(recorder(release, tree, host.get("cwd")))]
    command = ["unshare", "--mount", "sh", "-c", "\n".join(script)]
    if host.get("rootlesskit"):
        command = ["env", "ROOTLESSKIT_STATE_DIR=/run/rootlesskit"] + command
    return answers(command, requests, f"recorder {release} in a user namespace")


def recorder(release, tree, cwd):
    """The command that runs Docker's code of `release` on the host of a HostTree."""
    command = [build("recorder", release), "-root", tree.root]
    return command + ["-cwd", cwd] if cwd else command
