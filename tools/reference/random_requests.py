"""Random requests and hosts, the same for the same seed.

Half of the requests are well-formed; the other half is what a hostile or clumsy
author might write: keys in odd case, keys that fold to ASCII, duplicates, nulls,
wrong types, numbers out of range, lone surrogates, bytes that are not UTF-8, deep
nesting, text that is no JSON. Names and paths come from small pools, so that
they collide with each other, with what an engine mounts by default and with what
is on the host.
"""

import base64
import copy
import json
import random

NAMES = ("a", "b", "x", "x.y", "LOG_LEVEL", "DEBUG", "dev", "cfg", "args", "state",
         "data", "", ".", "a.", "sp ace", "q\"uote", "bs\\", "nl\n", "ctl\x01\b\f",
         "del\x7f", "<tag>&", "näme", "日本", "emoji😀", "\u2028sep\u2029", "ſ", "\0",
         "\ufffd", "=", "A=B")
DESTINATIONS = ("/proc", "/dev", "/dev/pts", "/sys", "/sys/fs/cgroup", "/dev/mqueue",
                "/dev/shm", "/run/docker/plugins", "/etc/hosts", "/etc/resolv.conf",
                "/dev/", "/dev//shm", "/dev/shm/", "/dev/./pts", "/dev/../etc",
                "/devel", "/dev/mapper", "/dev/net/tun", "/dev/x", "dev/shm", "/mnt",
                "/mnt/state", "/mnt/state/deep", "/mnt/", "/a/../b", "", "/", "rel",
                "/proc/sys", "/sys/", "/dev/mqueue/x", "/näme", "/nul\0")
SOURCES = ("", "/src/a", "/src/data", "/tmp/specgen-ref/src", "tmpfs", "rel/src", "/",
           "/tmp/specgen-ref/src/file", "/src/emoji😀", "/dev/null", "proc", "/a/../b")
OPTIONS = ("bind", "rbind", "ro", "rw", "rshared", "shared", "rslave", "rprivate",
           "nosuid", "noexec", "nodev", "", "mode=755", "size=65536k", "bogus", "é")
SETTABLE = ("value", "source", "path", "options", "destination", "name", "other", "",
            "Value")
# On the host of the goldens: these are devices, or lead to some.
DEVICES = ("/dev/null", "/dev/fuse", "/dev/loop0", "/dev/net/tun", "/dev/net", "/dev/cpu",
           "/dev/console", "/dev/full", "/tmp/dkd/devs", "/tmp/dkd/devs/sub",
           "/tmp/specgen-ref/dev/dir", "/tmp/specgen-ref/dev/dir/",
           "/tmp/specgen-ref/dev/dir/a", "/tmp/specgen-ref/dev/dir/b",
           "/tmp/specgen-ref/dev/dir/link_a", "/tmp/specgen-ref/dev/linkdir",
           "/tmp/specgen-ref/dev/linkdir/", "/tmp/specgen-ref/dev/linkdir/sub",
           "/tmp/specgen-ref/dev/link_null", "/tmp/specgen-ref/dev/one",
           "/tmp/specgen-ref/dev/../dev/one", "//dev/null", "/dev/./null")
# And these do not.
NO_DEVICES = ("/dev/zero/x", "/dev/pts", "/dev/shm", "/dev/mqueue", "/tmp/dkd/devs/z_fifo",
              "/tmp/dkd/devs/regular", "/tmp/specgen-ref/dev/dangling",
              "/tmp/specgen-ref/dev/empty", "/tmp/specgen-ref/dev/file",
              "/tmp/specgen-ref/dev/pipe", "/tmp/specgen-ref/dev/file/x",
              "/tmp/specgen-ref/dev/pipe/", "/tmp/specgen-ref/dev/one/",
              "/tmp/specgen-ref/dev/file/..", "/does/not/exist", "dev/null", "rel", "",
              ".", "..", "../dev/null", "dir/a", "/dev/nul\0l", "/dev/" + "n" * 256,
              "/dev/näme", "/new/src", "/", "/tmp")
# Where random_host puts what it makes.
RANDOM_DIRECTORY = "/tmp/specgen-ref/random"
RANDOM_NODES = ("one", "two", "pts", "shm", "fd", "mqueue", "console", ".udev", ".lxc",
                ".lxd-mounts", "Zed", "é", "sub", "a-b", "ab", "deep", "loop", "up")
CAPABILITIES = ("CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_MKNOD", "CAP_CHOWN", "ALL",
                "cap_sys_admin", "SYS_ADMIN", "", "CAP_BPF", "CAP_NOT_ONE", "é<>&")
INTERFACES = ("docker.volumedriver/1.0", "docker.networkdriver/1.0", "docker.authz/1.0",
              "docker.logdriver/1.0", "docker.metricscollector/1.0", "a.b.c/2.0",
              "x/1", "docker.x/", "./", "docker.VolumeDriver/1.0")
BAD_INTERFACES = ("", "x", "docker.volumedriver", "/1.0", "a/b/c", "docker", "a.b")
NETWORKS = ("host", "bridge", "none", "", "HOST", "container:x")
PROPAGATED = ("", "/data", "/mnt", "/mnt/state", "/dev", "/dev/shm", "/dev/x", "rel",
              "/dev/pts/x", "/a/../b", "/", "/proc", "/run/docker/plugins")
WORKDIRS = ("", "/", "/work", "rel", "/a/../b", "/work/", "/näme")
ROOTFSES = ("/r", "/var/lib/docker/plugins/abc/rootfs", "rel/rootfs", "/", "",
            "/a/../b/rootfs", "/r/rootfs/", "rootfs", "../up", "/é")
EXEC_ROOTS = ("/tmp/specgen-ref/run",) * 8 + (
    "/run/docker/plugins", "/new/exec/root", "/tmp/specgen-ref/src/file",
    "/tmp/specgen-ref/dev/dangling", "/tmp/specgen-ref/dev/linkdir", "rel/run", "", "/",
    "/tmp/specgen-ref/run/../run2", "/tmp/specgen-ref/dev/pipe/x", "/tmp//new/")
# Values of a wrong type, or a right one at its edge, as they stand in the text.
ODD_VALUES = (b"null", b"true", b"false", b"0", b"-0", b"1", b"-1", b"1.0", b"1e2",
              b"1E400", b"4294967295", b"4294967296", b"18446744073709551616", b'""',
              b'"x"', b"[]", b"{}", b"[null]", b"[[]]", b"[{}]", b'{"a":1}', b'["a"]',
              b'[""]', b"[1]", b"9" * 400, b"0.1e-9", b'"\\ud800"', b'"\\udc00\\ud800x"',
              b'"\\u0000"', b'"\xff"', b'"\xc3\xa9\xe2\x80"', b'"\xed\xa0\x80"',
              b'"\xf4\x90\x80\x80"', b'"\xc0\x80"', b'"\\/\\b"', b'"\xef\xbf\xbe"')
# Pieces that make a text no JSON, or nearly.
BROKEN = (b"nul", b"NaN", b"Infinity", b"01", b"+1", b".5", b"1.", b"1e", b"-", b"'x'",
          b"tru", b'"\\x"', b'"\\u12"', b'"\\u12g4"', b'"\n"', b'"\x00"', b"/**/", b",",
          b"[,]", b"[1,]", b'{"a"}', b'{"a":}', b'{a:1}', b"]", b"}", b'"', b"\\", b"\xff")
# Every key of a config, now or in some engine; "[]" is a list's one item.
KEY_PATHS = tuple(path.split(".") for path in """
    description documentation manifestVersion dockerVersion entrypoint entrypoint.[]
    workdir propagatedMount ipcHost pidHost network network.type user user.uid user.gid
    interface interface.types interface.types.[] interface.socket
    interface.protocolScheme linux linux.capabilities linux.capabilities.[]
    linux.allowAllDevices linux.deviceCreation linux.devices linux.devices.[]
    linux.devices.[].name linux.devices.[].description linux.devices.[].path
    linux.devices.[].settable linux.devices.[].settable.[] mounts mounts.[]
    mounts.[].name mounts.[].description mounts.[].source mounts.[].destination
    mounts.[].type mounts.[].options mounts.[].options.[] mounts.[].settable env env.[]
    env.[].name env.[].description env.[].value env.[].settable env.[].settable.[] args
    args.name args.description args.settable args.settable.[] args.value args.value.[]
    rootfs rootfs.type rootfs.diff_ids rootfs.diff_ids.[] capabilities devices
    pluginReference""".split())
SPACES = (b"", b" ", b"\n", b"\t", b"\r\n", b"  ")


class Raw(bytes):
    """Text that is written as it is."""


class Pairs(list):
    """A JSON object: a list of [key, value], so that keys may repeat."""


def _maybe(rng, chance, make):
    return make() if rng.random() < chance else None


def _items(rng, most, make):
    """A list, mostly short; now and then None, which is null."""
    if rng.random() < 0.06:
        return None
    count = min(most, int(rng.expovariate(0.7)))
    return [make() for _ in range(count)]


def _settable(rng, likely):
    if rng.random() < 0.5:
        return [likely] + ([rng.choice(SETTABLE)] if rng.random() < 0.25 else [])
    return _items(rng, 3, lambda: rng.choice(SETTABLE))


def _object(rng, *pairs):
    """An object of those keys, of which a few are left out."""
    return Pairs([key, value] for key, value in pairs if rng.random() < 0.93)


def _device_path(rng):
    roll = rng.random()
    if roll < 0.15:
        return rng.choice(NO_DEVICES)
    if roll < 0.4:
        return "/".join([RANDOM_DIRECTORY] + [rng.choice(RANDOM_NODES) for _ in
                                           range(rng.randrange(3))])
    return rng.choice(DEVICES)


def _mount(rng):
    return _object(
        rng, ("name", rng.choice(NAMES)), ("description", rng.choice(NAMES)),
        ("destination", rng.choice(DESTINATIONS)),
        ("type", rng.choice(("bind", "bind", "tmpfs", "", "volume", "Bind"))),
        ("options", _items(rng, 4, lambda: rng.choice(OPTIONS))),
        ("source", None if rng.random() < 0.02 else rng.choice(SOURCES)),
        ("settable", _settable(rng, "source")))


def _dev_mount(rng):
    """For the loop that drops default mounts: their order is what matters."""
    mount = _mount(rng)
    for pair in mount:
        if pair[0] == "destination":
            pair[1] = rng.choice(("/dev/shm", "/dev/pts", "/dev/mqueue", "/dev/x",
                                  "/mnt", "/dev/mqueue/x", "/dev/net"))
        if pair[0] == "source" and pair[1] is None:
            pair[1] = "/src/a"
    return mount


def _env(rng):
    return _object(
        rng, ("name", rng.choice(NAMES)), ("description", rng.choice(NAMES)),
        ("value", None if rng.random() < 0.15 else rng.choice(NAMES)),
        ("settable", _settable(rng, "value")))


def _device(rng):
    return _object(
        rng, ("name", rng.choice(NAMES)), ("description", rng.choice(NAMES)),
        ("path", None if rng.random() < 0.02 else _device_path(rng)),
        ("settable", _settable(rng, "path")))


def _args(rng):
    return _object(
        rng, ("name", rng.choice(("args", "args", "a", "", "x.y"))),
        ("description", rng.choice(NAMES)), ("settable", _settable(rng, "value")),
        ("value", _items(rng, 4, lambda: rng.choice(NAMES))))


def _linux(rng):
    return _object(
        rng,
        ("capabilities", _items(rng, 5, lambda: rng.choice(CAPABILITIES))),
        ("allowAllDevices", rng.random() < 0.2),
        ("devices", _items(rng, 3, lambda: _device(rng))))


def _interface(rng):
    def one():
        bad = rng.random() < 0.02
        return rng.choice(BAD_INTERFACES if bad else INTERFACES)
    return _object(rng, ("types", _items(rng, 3, one)), ("socket", rng.choice(NAMES)),
                   ("protocolScheme", rng.choice(("", "moby.plugins.http/v1"))))


def _config(rng):
    mount = _dev_mount if rng.random() < 0.25 else _mount
    parts = {
        "description": lambda: rng.choice(NAMES),
        "documentation": lambda: "https://docs.example/" + rng.choice(NAMES),
        "entrypoint": lambda: _items(rng, 4, lambda: rng.choice(("/p", "-v") + NAMES)),
        "workdir": lambda: rng.choice(WORKDIRS),
        "interface": lambda: _interface(rng),
        "network": lambda: _object(rng, ("type", rng.choice(NETWORKS))),
        "propagatedMount": lambda: rng.choice(PROPAGATED),
        "mounts": lambda: _items(rng, 16, lambda: mount(rng)),
        "env": lambda: _items(rng, 6, lambda: _env(rng)),
        "args": lambda: _args(rng),
        "linux": lambda: _linux(rng),
        "user": lambda: _object(rng, ("uid", rng.choice((0, 1, 1000, 2**32 - 1))),
                                ("gid", rng.choice((0, 5, 1000)))),
        "ipcHost": lambda: rng.random() < 0.5,
        "pidHost": lambda: rng.random() < 0.5,
        "rootfs": lambda: _object(rng, ("type", "layers"), ("diff_ids", ["sha256:1"])),
        "dockerVersion": lambda: "x",
    }
    chances = {"rootfs": 0.1, "dockerVersion": 0.05, "user": 0.3, "ipcHost": 0.3,
               "pidHost": 0.3, "linux": 0.6, "propagatedMount": 0.4}
    keys = [k for k in parts if rng.random() < chances.get(k, 0.75)]
    rng.shuffle(keys)
    return Pairs([key, parts[key]()] for key in keys)


def _objects(value):
    """Every object in a value, the value itself first."""
    found = [value] if isinstance(value, Pairs) else []
    for inner in value if isinstance(value, list) else ():
        found += _objects(inner[1] if isinstance(value, Pairs) else inner)
    return found


def _set_arguments(rng, config):
    """Arguments of `docker plugin set`, mostly such as the config allows."""
    names = ["nope"]
    allowed = []
    for thing in _objects(config):
        thing = dict(thing)
        name, settable = thing.get("name"), thing.get("settable")
        if name is None:
            continue
        names.append(name)
        fields = [f for f in settable or () if f in ("value", "source", "path")]
        allowed += [f"{name}.{field}" for field in fields]
        if len(settable or ()) == 1 and fields:
            allowed.append(name)
    arguments = []
    if rng.random() < 0.3:
        return arguments
    for _ in range(1 + min(4, int(rng.expovariate(1.2)))):
        if allowed and rng.random() < 0.9:
            name = rng.choice(allowed)
        elif not allowed and rng.random() < 0.8:
            continue
        else:
            name = rng.choice(names if rng.random() < 0.8 else NAMES)
            if rng.random() < 0.35:
                name += "." + rng.choice(SETTABLE)
        value = rng.choice(NAMES + SOURCES + ("a b  c", " lead", "x=y", "new\tval")) \
            if rng.random() < 0.5 else _device_path(rng)
        arguments.append(name + ("" if rng.random() < 0.05 else "=" + value))
    return arguments


# Wild -----------------------------------------------------------------------


def _fold(rng, key):
    """The same key to encoding/json: other case, or letters that fold to ASCII."""
    out = []
    for char in key:
        roll = rng.random()
        if char in "sS" and roll < 0.3:
            out.append("ſ")
        elif char in "kK" and roll < 0.5:
            out.append("\u212a")
        else:
            out.append(char.upper() if roll < 0.6 else char.lower())
    return "".join(out)


def _spoil(rng, config):
    for _ in range(1 + int(rng.expovariate(0.5))):
        place = rng.choice(_objects(config))
        pair = rng.choice(place) if place else None
        what = rng.random()
        if what < 0.25 and pair:
            pair[0] = _fold(rng, pair[0])
        elif what < 0.50 and pair:
            # A later value merges into an earlier one.
            others = [p for o in _objects(_config(rng)) for p in o
                      if p[0].lower() == pair[0].lower()]
            value = rng.choice(others)[1] if others else copy.deepcopy(pair[1])
            place.insert(rng.randrange(len(place) + 1),
                         [rng.choice((pair[0], _fold(rng, pair[0]))), value])
        elif what < 0.62 and pair:
            pair[1] = None
        elif what < 0.78 and pair:
            pair[1] = Raw(rng.choice(ODD_VALUES))
        elif what < 0.82 and pair and isinstance(pair[1], list):
            if not isinstance(pair[1], Pairs):
                pair[1].insert(rng.randrange(len(pair[1]) + 1),
                               Raw(rng.choice(ODD_VALUES)))
        elif what < 0.90:
            # Any key, as likely as any other; it merges into what is there.
            value = Raw(rng.choice(ODD_VALUES))
            for step in reversed(rng.choice(KEY_PATHS)):
                value = [value] if step == "[]" else Pairs([[step, value]])
            config.insert(rng.randrange(len(config) + 1), value[0])
        elif what < 0.94:
            key = rng.choice(("unknown", "", "Mount", "envs", "näme", "\ud800", "set"))
            place.insert(rng.randrange(len(place) + 1),
                         [key, Raw(rng.choice(ODD_VALUES))])
        elif what < 0.96:
            depth = rng.choice((5, 500, 9990, 9997, 9998, 9999, 10000, 10001))
            opening, closing = rng.choice(((b"[", b"]"), (b'{"a":', b"}")))
            middle = rng.choice((b"", b"1")) if opening == b"[" else b"1"
            place.append([rng.choice(("deep", "env", "args")),
                          Raw(opening * depth + middle + closing * depth)])
        elif pair:
            pair[1] = Raw(rng.choice(BROKEN))


def _write_string(rng, text, wild):
    out = bytearray(b'"')
    for char in text:
        code = ord(char)
        if char in '"\\' or code < 0x20 or 0xd800 <= code < 0xe000:
            out += json.dumps(char)[1:-1].encode()
        elif wild and rng.random() < 0.05:
            escape = json.dumps(char)[1:-1] if code > 0x7e else "\\u%04x" % code
            out += (escape.replace("\\U", "\\u") if code > 0xffff
                    else rng.choice((escape, "\\u" + escape[2:].upper()))).encode()
        else:
            out += char.encode()
    if wild and rng.random() < 0.01:
        out += rng.choice((b"\xff", b"\xe2\x80", b"\\ud83d", b"\\udE00", b"\\ud83dx",
                           b"\xed\xb0\x80", b"\\ud83d\\ud83d\\ude00"))
    return bytes(out + b'"')


def _write(rng, value, wild):
    def space():
        return rng.choice(SPACES) if wild and rng.random() < 0.1 else b""

    if isinstance(value, Raw):
        return bytes(value)
    if isinstance(value, Pairs):
        return b"{" + b",".join(
            space() + _write_string(rng, k, wild) + space() + b":" + space() +
            _write(rng, v, wild) for k, v in value) + space() + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(
            space() + _write(rng, v, wild) + space() for v in value) + b"]"
    if isinstance(value, str):
        return _write_string(rng, value, wild)
    return json.dumps(value).encode()


def _damage(rng, text):
    place = rng.randrange(len(text) + 1)
    what = rng.randrange(6)
    if what == 0:
        return text[:place]
    if what == 1:
        return text[:place] + rng.choice(BROKEN + SPACES) + text[place:]
    if what == 2:
        return text[:place] + text[place + 1:]
    if what == 3:
        return text + rng.choice(BROKEN + SPACES + (b"{}", b"null", b"\x00"))
    if what == 4:
        return rng.choice((b"", b" ", b"null", b"[]", b"1", b'"x"', b"\xef\xbb\xbf{}",
                           b"{}", b"true", b"[" * 20000, b'{"a":' * 10001))
    return text[:place] + bytes([rng.randrange(256)]) + text[place + 1:]


# Requests and hosts ------------------------------------------------------------


def request_line(request):
    return json.dumps(request, ensure_ascii=True).encode()


def random_request(rng, name, wild):
    config = _config(rng)
    request = {"name": name, "set": _set_arguments(rng, config),
               "id": "%064x" % rng.getrandbits(256), "rootfs": rng.choice(ROOTFSES),
               "exec_root": rng.choice(EXEC_ROOTS)}
    if rng.random() < 0.1:
        request["restarted"] = True
    if wild:
        _spoil(rng, config)
    text = _write(rng, config, wild)
    if wild and rng.random() < 0.12:
        text = _damage(rng, text)
    # As base64, whatever the bytes are: nothing between here and the reader of
    # the config can then change them.
    request["config_b64"] = base64.b64encode(text).decode()
    return request_line(request)


def random_requests(seed, count):
    """`count` request lines; every second one is wild."""
    rng = random.Random(f"requests {seed}")
    return [random_request(rng, f"random-{seed}-{i:06}", i % 2 == 1)
            for i in range(count)]


def random_host(seed, base):
    """A variant of the host `base`: more files, other CPUs."""
    rng = random.Random(f"host {seed}")
    host = copy.deepcopy(base)
    directories = [RANDOM_DIRECTORY]
    entries = {RANDOM_DIRECTORY: {"type": "dir", "mode": "0755"}}
    for _ in range(rng.randrange(4, 40)):
        path = f"{rng.choice(directories)}/{rng.choice(RANDOM_NODES)}"
        if path in entries:
            continue
        kind = rng.choice(("char", "char", "char", "block", "block", "dir", "dir",
                           "fifo", "file", "socket", "symlink", "symlink"))
        entry = {"type": kind}
        if kind == "dir":
            directories.append(path)
        if kind == "symlink":
            entry["target"] = rng.choice(
                ("one", "sub", "..", ".", "../one", "/dev/null", "loop", "up", "nowhere",
                 f"{RANDOM_DIRECTORY}/sub", "../../dev/dir", "one/", "sub/../one", "//dev"))
            # That of a link is always 0777.
        else:
            entry["mode"] = "%04o" % rng.choice(
                (0o644, 0o600, 0o666, 0o000, 0o777, 0o4755, 0o2640, 0o1777, 0o7777))
            entry["uid"] = rng.choice((0, 0, 1, 1000, 2**31, 2**32 - 2))
            entry["gid"] = rng.choice((0, 0, 5, 44, 2**32 - 2))
        if kind in ("char", "block"):
            entry["major"] = rng.choice((0, 1, 7, 10, 240, 255, 256, 4095))
            entry["minor"] = rng.choice((0, 3, 5, 229, 255, 256, 65536, 2**20 - 1))
        entries[path] = entry
    host["entries"] += [dict(path=path, uid=0, gid=0) | entry
                        for path, entry in entries.items()]
    if rng.random() < 0.3:  # a name that is not UTF-8
        host["entries"].append({
            "path_hex": (RANDOM_DIRECTORY.encode() + b"/\xff\xc3").hex(), "type": "char",
            "mode": "0600", "uid": 0, "gid": 0, "major": 1, "minor": 3})
    host["possible_cpus"] = list(range(rng.choice((1, 2, 2, 12, 130))))
    host["thermal_throttle_cpus"] = [] if rng.random() < 0.4 else [
        cpu for cpu in host["possible_cpus"] if rng.random() < 0.5]
    # A real machine always has one, and without it "." would be a riddle.
    host["cwd"] = rng.choice(("/", "/", "/tmp/specgen-ref", "/tmp/specgen-ref/dev",
                              "/tmp/specgen-ref/dev/empty", RANDOM_DIRECTORY))
    return host
