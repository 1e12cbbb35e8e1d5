"""The memory of specgen has a bound, whatever the image or the config.

usage: memory_test.py SPECGEN

Each case is an image or a config that is small, or quickly made, and aims at one
thing that a reader keeps in memory. The bounds are those of SECURITY.md.
"""

import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

LIMIT_KB = 64 << 10
LIMIT_TAR_KB = 128 << 10
# Of the commands that read one config, or compare two.
LIMITS_KB = {"lint": 128 << 10, "privileges": 256 << 10, "report": 576 << 10,
             "diff": 640 << 10, "validate": 192 << 10}
LIMIT_LARGE_LINT_KB = 320 << 10
CONFIG = {
    "description": "x",
    "interface": {"types": ["docker.volumedriver/1.0"], "socket": "p.sock"},
    "entrypoint": ["/bin/x"],
    "network": {"type": "host"},
    "linux": {"capabilities": None, "allowAllDevices": False, "devices": None},
    "mounts": None,
    "env": None,
    "args": {"name": "", "description": "", "settable": None, "value": None},
    "propagatedMount": "",
}


def pad(data):
    return data + b"\0" * (-len(data) % 512)


def entry(name, kind=b"0", data=b"", target=b"", size=None):
    header = bytearray(512)
    header[0:100] = name[:100].ljust(100, b"\0")
    header[100:108] = b"0000755\0"
    header[108:124] = b"0000000\0" * 2
    header[124:136] = b"%011o\0" % (len(data) if size is None else size)
    header[136:148] = b"%011o\0" % 5
    header[148:156] = b" " * 8
    header[156:157] = kind
    header[157:257] = target[:100].ljust(100, b"\0")
    header[257:265] = b"ustar\00000"
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + pad(data)


def pax(*records):
    data = b""
    for key, value in records:
        body = b" " + key + b"=" + value + b"\n"
        length = len(body) + 1
        while len(str(length)) + len(body) != length:
            length += 1
        data += str(length).encode() + body
    return entry(b"PaxHeaders/x", b"x", data)


def sparse_map(out):
    lines = b"5\n0\n" * (1 << 18)
    out.write(pax((b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"),
                  (b"GNU.sparse.realsize", b"100"),
                  (b"size", str(512 * len(lines)).encode())))
    out.write(entry(b"s", size=0))
    out.write(b"%d\n" % (64 << 18))
    for _ in range(64):
        out.write(lines)


def many_records(out):
    for i in range(20):
        out.write(pax(*((b"SCHILY.xattr.user.%d" % k, b"") for k in range(40000))))
    out.write(entry(b"f"))


def attributes(out):
    for i in range(300):
        out.write(pax((b"SCHILY.xattr.user.a", b"A" * 60000)))
        out.write(entry(b"f%d" % i))


def long_header(out):
    out.write(entry(b"x", b"x", size=1 << 32))
    for _ in range(200):
        out.write(b"\0" * (1 << 20))


def long_name(out):
    out.write(entry(b"././@LongLink", b"L", size=1 << 32))
    for _ in range(200):
        out.write(b"n" * (1 << 20))


def long_paths(out):
    path = b"/".join([b"d" * 200] * 20)
    for i in range(300):
        out.write(pax((b"path", b"%d/%s" % (i, path))) + entry(b"f"))


def files(out):
    for i in range(20000):
        out.write(entry(b"%048d" % i))


def directories(out):
    for i in range(20000):
        out.write(entry(b"%048d/" % i, b"5"))


def hard_links(out):
    for i in range(10000):
        out.write(entry(b"a%d" % i))
        out.write(entry(b"b%d" % i, b"1", target=b"a%d" % i))


def hard_links_deep(rootfs):
    """Two names each, of a path that is long."""
    here = os.open(rootfs, os.O_RDONLY)
    for _ in range(15):
        os.mkdir("d" * 250, dir_fd=here)
        here, above = os.open("d" * 250, os.O_RDONLY, dir_fd=here), here
        os.close(above)
    for i in range(20000):
        os.close(os.open("%d" % i, os.O_CREAT | os.O_WRONLY, dir_fd=here))
        os.link("%d" % i, "%dl" % i, src_dir_fd=here, dst_dir_fd=here)
    os.close(here)


def long_names(rootfs):
    """More of them than are read, in one directory."""
    for i in range(250000):
        if i % 60000 == 0:  # ext4 has no more links than that of one file
            first = rootfs / ("%d" % i)
            first.touch()
        os.link(first, rootfs / ("n" * 240 + "%d" % i))


def large_attributes(out):
    out.write(pax(*((b"SCHILY.xattr.user.a%d" % i, b"A" * 60000)
                    for i in range(10))))


def links_to_attributes(out):
    large_attributes(out)
    out.write(entry(b"f"))
    for i in range(5000):
        out.write(entry(b"l%d" % i, b"1", target=b"f"))


def directories_again(out):
    large_attributes(out)
    for _ in range(5000):
        out.write(entry(b"d", b"5"))


def zeros(out):
    for _ in range(1500):
        out.write(b"\0" * (1 << 20))


def whiteouts(out):
    for i in range(100000):
        out.write(entry(b".wh.%d" % i))


LAYERS = [sparse_map, many_records, attributes, long_header, long_name,
          long_paths, files, directories, hard_links, links_to_attributes,
          directories_again, zeros, whiteouts]
WITH_ATTRIBUTES = (links_to_attributes, directories_again)
CONFIGS = {
    "items": lambda: dict(CONFIG, mounts=[{}] * 300000),
    "deep destination": lambda: dict(
        CONFIG,
        mounts=[{"name": "m", "type": "bind", "source": "/",
                 "destination": "/x" * 30000, "options": ["rbind"]}],
    ),
    "long": lambda: dict(CONFIG, description="x" * (8 << 20)),
}


# A little less than what is refused.
VALUES = (1 << 18) - 100


def plugin(**parts):
    return dict(CONFIG, **parts)


def mount(i, destination="/d%d"):
    return {"type": "bind", "source": "/s%d" % i, "destination": destination % i,
            "options": ["rbind"]}


WHOLE_CONFIGS = {
    "arguments": lambda: plugin(args={"value": ["a"] * VALUES}),
    "capabilities": lambda: plugin(
        linux={"capabilities": ["CAP_%d" % i for i in range(VALUES)]}),
    "variables": lambda: plugin(
        env=[{"name": "A%d" % i, "value": "b"} for i in range(VALUES // 3)]),
    "empty mounts": lambda: plugin(mounts=[{}] * VALUES),
    "mounts": lambda: plugin(mounts=[mount(i) for i in range(VALUES // 6)]),
    "device mounts": lambda: plugin(
        mounts=[mount(i, "/dev/%d") for i in range(VALUES // 6)]),
    "unknown keys": lambda: plugin(**{"k%d" % i: 1 for i in range(VALUES)}),
    "a long argument": lambda: plugin(args={"value": ["a" * (4 << 20)]}),
    # Those whose path a message holds.
    "a long device": lambda: plugin(
        linux={"devices": [{"path": "dev/" + "p" * (7 << 20)}]}),
    "mounts over a long path": lambda: plugin(
        propagatedMount="/" + "p" * (3 << 20),
        mounts=[{"source": "/", "destination": "/", "type": "bind",
                 "options": ["rbind"]}] * 20000),
}
# Of which `lint` says something: each would take minutes if it looked through
# the list, or for a likely name, once more for each item.
LINTED_CONFIGS = {
    "options": lambda: plugin(mounts=[
        {"type": "bind", "source": "/s", "destination": "/d",
         "options": ["o%d" % i for i in range(VALUES - 20)]}]),
    "interface types": lambda: plugin(
        interface={"types": ["volumedrive%d" % i for i in range(VALUES)],
                   "socket": "p.sock"}),
    "settable": lambda: plugin(
        args={"name": "a", "settable": ["v%d" % i for i in range(VALUES)]}),
}
# Those that are compared with one in which each item is another.
CHANGED_CONFIGS = {
    "capabilities": lambda side: plugin(
        linux={"capabilities": ["a capability %s%d" % (side, i)
                                for i in range(VALUES)]}),
    "arguments": lambda side: plugin(
        args={"value": ["an argument %s%d" % (side, i)
                        for i in range(VALUES)]}),
    "mounts": lambda side: plugin(
        mounts=[mount(i, "/" + side + "/%d") for i in range(VALUES // 6)]),
}
LARGE_CONFIGS = {
    "text": lambda: plugin(args={"value": ["a" * (60 << 20)]},
                           mounts=[{}] * (VALUES - 100)),
    # Each byte that is no UTF-8 is read as one of three bytes.
    "no UTF-8": lambda: plugin(args={"value": ["\udcff" * (20 << 20)]}),
    "no UTF-8, refused": lambda: plugin(args={"value": ["\udcff" * (60 << 20)]}),
    "variables": lambda: plugin(
        env=[{"name": "A%d" % i, "value": "b" * 700} for i in range(80000)]),
}
SPECS = {
    "many values": lambda i: {"ociVersion": "1.0.2", "hostname": str(i),
                              "x": [i] * ((1 << 20) - 10)},
    "annotations": lambda i: {"ociVersion": "1.0.2", "annotations": {
        "a%d" % k: str(i) for k in range(200000)}},
    "rlimits": lambda i: {"ociVersion": "1.0.2", "hostname": str(i),
                          "process": {"rlimits": [{}] * 1000000}},
    "capabilities": lambda i: {
        "ociVersion": "1.0.2", "hostname": str(i),
        "process": {"capabilities": {"bounding": ["CAP_X"] * 700000}}},
}


def peak(command):
    """Runs it; its peak memory in KB, its exit code, what it said."""
    # A process of its own, so that the figure is not that of an earlier case.
    code = ("import resource,subprocess,sys;"
            "p=subprocess.run(sys.argv[1:],capture_output=True);"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,"
            "p.returncode,p.stderr.decode(errors='replace')[:300])")
    done = subprocess.run([sys.executable, "-c", code, *command], check=True,
                          capture_output=True, text=True)
    kilobytes, result, message = done.stdout.split(" ", 2)
    return int(kilobytes), int(result), message.strip()


def main():
    specgen = os.path.abspath(sys.argv[1])
    work = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR")))
    wrong = 0
    config = work / "config.json"

    def check(name, command, limit):
        nonlocal wrong
        kilobytes, code, message = peak(command)
        # An error is an answer; a signal or no memory is none.
        ok = kilobytes <= limit and code in (0, 1, 3, 4)
        wrong += not ok
        print(f"{'ok' if ok else 'WRONG'} {name}: {kilobytes} KB, exit {code}"
              f"{': ' + message if code else ''}", flush=True)

    # A place of its own for sockets: a sandbox may have a read-only /run.
    bundle = [specgen, "bundle", "--no-prepare", "--exec-root",
              str(work / "run")]
    config.write_text(json.dumps(CONFIG))
    for layer in LAYERS:
        path = work / "layer.tar.gz"
        with gzip.open(path, "wb", compresslevel=1) as out:
            layer(out)
            out.write(b"\0" * 1024)
        for tar in (False, True):
            output = work / "out"
            if layer in WITH_ATTRIBUTES and not tar:
                continue  # a file system takes less of them than an archive
            extra = ["--tar", "--at", "/x"] if tar else ["--no-owner"]
            check(f"{layer.__name__}{' --tar' if tar else ''}",
                  [*bundle, *extra, "--max-size", "1MB", "--rootfs", str(path),
                   "-o", str(output), str(config)],
                  LIMIT_TAR_KB if tar else LIMIT_KB)
            if output.is_dir():
                shutil.rmtree(output)
            elif output.exists() and output.stat().st_size > 32 << 20:
                wrong += 1
                print(f"WRONG {layer.__name__}: {output.stat().st_size} bytes")
                output.unlink()
            else:
                output.unlink(missing_ok=True)
    # Directories of files that nobody has counted: of a source, and of what a
    # plugin has made of its rootfs.
    source = work / "source"
    (source / "rootfs").mkdir(parents=True)
    (source / "config.json").write_text(json.dumps(CONFIG))
    hard_links_deep(source / "rootfs")
    again = [*bundle, "--no-owner", "-o", str(work / "out"), str(source)]
    check("hard_links_deep", again, LIMIT_KB)
    shutil.rmtree(source / "rootfs")
    (source / "rootfs").mkdir()
    subprocess.run([*again, "--force"], check=True, capture_output=True)
    long_names(work / "out" / "rootfs")
    check("long_names, compared", again, LIMIT_KB)
    (work / "out" / "rootfs").rename(source / "rootfs2")
    (work / "out" / "rootfs").mkdir()
    (source / "rootfs").rmdir()
    (source / "rootfs2").rename(source / "rootfs")
    check("long_names, a directory", [*again, "--force"], LIMIT_KB)
    shutil.rmtree(work / "out" / "rootfs")
    (source / "rootfs").rename(work / "out" / "rootfs")
    (source / "rootfs").mkdir()
    check("long_names, replaced", [*again, "--force"], LIMIT_KB)
    shutil.rmtree(work / "out")
    shutil.rmtree(source)
    with gzip.open(work / "layer.tar.gz", "wb") as out:
        out.write(entry(b"f") + b"\0" * 1024)
    for name, make in CONFIGS.items():
        config.write_text(json.dumps(make()))
        check(name, [*bundle, "--no-owner", "--rootfs",
                     str(work / "layer.tar.gz"), "-o", str(work / "out"),
                     str(config)], LIMIT_KB)
        if (work / "out").is_dir():
            # Made again, it is compared.
            check(f"{name}, again", [*bundle, "--no-owner", "--rootfs",
                                     str(work / "layer.tar.gz"), "-o",
                                     str(work / "out"), str(config)], LIMIT_KB)
            shutil.rmtree(work / "out")
    other = work / "other.json"
    page = work / "page"
    for name, make in WHOLE_CONFIGS.items():
        text = json.dumps(make(), separators=(",", ":"))
        config.write_text(text)
        other.write_text(text.replace("p.sock", "q.sock"))
        for command in (["lint"], ["privileges"], ["diff", str(other)],
                        ["report", "-o", str(page), "--force"],
                        ["report", "--json", "-o", str(page), "--force"]):
            check(f"{' '.join(command[:2])}, {name}",
                  [specgen, *command, str(config)], LIMITS_KB[command[0]])
    for name, make in LINTED_CONFIGS.items():
        config.write_text(json.dumps(make(), separators=(",", ":")))
        check(f"lint, {name}", [specgen, "lint", str(config)],
              LIMITS_KB["lint"])
    for name, make in CHANGED_CONFIGS.items():
        for side, path in (("a", config), ("b", other)):
            path.write_text(json.dumps(make(side), separators=(",", ":")))
        check(f"diff, other {name}",
              [specgen, "diff", str(config), str(other)], LIMITS_KB["diff"])
        check(f"report, other {name}",
              [specgen, "report", "-o", str(page), "--force", str(config),
               str(other)], LIMITS_KB["report"])
    for name, make in LARGE_CONFIGS.items():
        text = json.dumps(make(), separators=(",", ":"), ensure_ascii=False)
        config.write_bytes(text.encode(errors="surrogateescape"))
        check(f"lint, large: {name}", [specgen, "lint", str(config)],
              LIMIT_LARGE_LINT_KB)
    for name, make in SPECS.items():
        for i, path in enumerate((config, other)):
            path.write_text(json.dumps(make(i), separators=(",", ":")))
        for option in ([], ["--json"]):
            check(" ".join(["validate", *option, name]),
                  [specgen, "validate", *option, str(config)],
                  LIMITS_KB["validate"])
        check(f"diff, {name}", [specgen, "diff", str(config), str(other)],
              LIMITS_KB["diff"])
    shutil.rmtree(work)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
