"""Lays out a recorded host as real files under a directory.

The reverse of a host snapshot (specgen/host/host_snapshot.h): device nodes,
directories, symbolic links, FIFOs, sockets, with their modes and owners, and the
facts about CPUs as the kernel would show them. A program whose root is changed
to that directory sees that host and nothing else. Making device nodes takes root's
rights; nothing is mounted, so a tree goes away by removing it.
"""

import os
import shutil
import stat
import tempfile

CPU_DIRECTORY = "sys/devices/system/cpu"
DEFAULT_MODES = {"dir": 0o755, "symlink": 0o777}
NODE_TYPES = {"char": stat.S_IFCHR, "block": stat.S_IFBLK, "fifo": stat.S_IFIFO,
              "socket": stat.S_IFSOCK}


class BadHost(Exception):
    """The description of a host cannot be laid out."""


def _bytes_of(entry, key):
    if f"{key}_hex" in entry:
        return bytes.fromhex(entry[f"{key}_hex"])
    return os.fsencode(entry[key])


def _make(place, entry):
    kind = entry["type"]
    if kind == "dir":
        os.makedirs(place, exist_ok=True)
    elif kind == "symlink":
        os.symlink(_bytes_of(entry, "target"), place)
    elif kind == "file":
        os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    elif kind in NODE_TYPES:
        device = os.makedev(entry.get("major", 0), entry.get("minor", 0))
        os.mknod(place, NODE_TYPES[kind] | 0o600, device)
    else:
        raise BadHost(f"unknown type {kind!r}")
    os.chown(place, entry.get("uid", 0), entry.get("gid", 0),
             follow_symlinks=False)
    if kind != "symlink":  # after chown, which drops set-id bits
        os.chmod(place, int(str(entry.get("mode") or "%o" % DEFAULT_MODES.get(
            kind, 0o644)), 8))


def lay_out(host, root):
    """Makes the files of `host`, the parsed JSON, in the directory `root`."""
    base = os.fsencode(root)
    old_umask = os.umask(0o022)  # directories that are not listed get mode 0755
    try:
        for entry in sorted(host["entries"], key=lambda e: _bytes_of(e, "path")):
            path = _bytes_of(entry, "path")
            place = base + path
            try:
                os.makedirs(os.path.dirname(place), exist_ok=True)
                _make(place, entry)
            except PermissionError as error:
                raise BadHost(f"cannot make {os.fsdecode(path)}: {error.strerror}: "
                              "laying out a host needs root's rights") from error
            except (OSError, KeyError, ValueError, BadHost) as error:
                raise BadHost(f"{os.fsdecode(path)}: {error!r}") from error
        for path in [host.get("cwd")] + [m["path"] for m in host.get("mounts", [])]:
            if path and not os.path.lexists(root + path):
                os.makedirs(root + path)
        cpus = f"{root}/{CPU_DIRECTORY}"
        os.makedirs(cpus, exist_ok=True)
        with open(f"{cpus}/possible", "w", encoding="ascii") as file:
            file.write(",".join(map(str, host.get("possible_cpus", [0]))) + "\n")
        for cpu in host.get("thermal_throttle_cpus", []):
            os.makedirs(f"{cpus}/cpu{cpu}/thermal_throttle", exist_ok=True)
    finally:
        os.umask(old_umask)


class HostTree:
    """A host laid out in a temporary directory, for a `with` statement."""

    def __init__(self, host):
        self._host = host
        self.root = None

    def __enter__(self):
        self.root = tempfile.mkdtemp(prefix="specgen-reference-")
        os.chmod(self.root, 0o755)
        try:
            lay_out(self._host, self.root)
        except BaseException:
            shutil.rmtree(self.root)
            raise
        return self

    def __exit__(self, *unused):
        shutil.rmtree(self.root)
