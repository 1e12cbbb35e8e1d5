"""1,000 plugins, each on several engines, as a distributor of plugins has them."""

load("@specgen//tools:defs.bzl", "plugin_oci_spec")

ENGINES = [
    "19.03.15",
    "20.10.14",
    "24.0.9",
    "26.1.5",
    "28.5.2",
]

_INTERFACES = [
    "docker.volumedriver/1.0",
    "docker.networkdriver/1.0",
    "docker.ipamdriver/1.0",
    "docker.logdriver/1.0",
    "docker.authz/1.0",
    "docker.metricscollector/1.0",
]

_CAPABILITIES = [
    "CAP_SYS_ADMIN",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_SYS_PTRACE",
    "CAP_DAC_READ_SEARCH",
    "CAP_SYS_MODULE",
    "CAP_IPC_LOCK",
]

_SOURCES = [
    "/etc",
    "/var/lib/docker/plugins",
    "/run/docker.sock",
    "/lib/modules",
    "/sys/fs/cgroup",
]

def plugin_config(number):
    """The config.json of a plugin: all differ, and are always the same.

    Args:
      number: of the plugin.

    Returns:
      The file's text.
    """
    name = "plugin-%d" % number
    config = {
        "description": "Plugin %d of many" % number,
        "entrypoint": ["/usr/bin/" + name, "--log", ["debug", "info", "warn"][number % 3]],
        "interface": {
            "socket": name + ".sock",
            "types": [_INTERFACES[number % len(_INTERFACES)]],
        },
        "network": {"type": ["host", "none", "bridge"][number // 2 % 3]},
        "linux": {
            "capabilities": [
                capability
                for bit, capability in enumerate(_CAPABILITIES)
                if (number >> bit) % 2 == 1
            ],
            "devices": [{"name": "fuse", "path": "/dev/fuse"}] if number % 5 == 0 else [],
            "allowAllDevices": number % 11 == 0,
        },
        "mounts": [
            {
                "name": "m%d" % i,
                "source": _SOURCES[(number + i) % len(_SOURCES)],
                "destination": "/host/%d" % i,
                "type": "bind",
                "options": ["rbind", ["ro", "rw", "rshared"][(number + i) % 3]],
                "settable": ["source"],
            }
            for i in range(number % 4)
        ],
        "env": [
            {"name": "NUMBER", "value": str(number), "settable": ["value"]},
        ],
        "pidhost": number % 13 == 0,
        "ipchost": number % 17 == 0,
    }
    if number % 7 == 0:
        config["propagatedMount"] = "/var/lib/%s/volumes" % name
    if number % 3 == 0:
        config["workdir"] = "/var/lib/" + name
    return json.encode_indent(config, indent = "  ") + "\n"

def _plugin_config_impl(ctx):
    config = ctx.actions.declare_file(ctx.label.name + ".json")
    ctx.actions.write(config, ctx.attr.content)
    return [DefaultInfo(files = depset([config]))]

_plugin_config = rule(
    implementation = _plugin_config_impl,
    attrs = {"content": attr.string(mandatory = True)},
)

# buildifier: disable=unnamed-macro
def plugins(count):
    """The plugins 1 to `count`, and their specs p0001-28.5.2 and so on.

    Args:
      count: how many.
    """
    for number in range(1, count + 1):
        config = plugin_name(number)
        _plugin_config(
            name = config,
            content = plugin_config(number),
            tags = ["manual"],
        )
        for engine in ENGINES:
            plugin_oci_spec(
                name = "%s-%s" % (config, engine),
                config = config,
                engine = engine,
                host = "//volume:host.json",
                tags = ["manual"],
            )

def plugin_name(number):
    return "p" + ("000%d" % number)[-4:]

def specs_of(count):
    """The specs of the plugins 1 to `count`."""
    return [
        "%s-%s" % (plugin_name(number), engine)
        for number in range(1, count + 1)
        for engine in ENGINES
    ]
