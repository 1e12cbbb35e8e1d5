"""Bazel rules for Docker plugins: specs, bundles, and the tests that guard them.

    load("@specgen//tools:defs.bzl", "plugin_bundle", "plugin_oci_spec",
         "plugin_privileges_test", "plugin_spec_golden_test")

tools/README.md shows them at work.

Every rule sees the files that it names and nothing else: a spec is made for the
machine that `host` describes, never for the one that Bazel happens to run on.
So all results can be cached and made remotely.

Attributes that several rules have:

  config    The plugin: an author's config.json, dockerd's stored state, or what
            `docker plugin inspect` prints.
  engine    The Docker release, such as "28.5.2", "v20.10.14" or "17.03-ce"; "20.10"
            is the newest of that line that specgen knows. There is no default: a
            newer specgen would make another spec.
  settings  Arguments of `docker plugin set`, in their order: "NAME[.FIELD]=VALUE".
  host      The machine that the spec is for, as `specgen host-facts` prints it.
            Default: one that holds nothing but an empty "/". That is enough for
            plugins without devices, on engines from 1.13.0-rc4 on.
  base_spec, exec_root, id, lib_root, metrics_socket, plugin, restarted, rootfs_path
            The options of `specgen generate` with these names (rootfs_path is
            --rootfs); its --help explains them.

When the engine would refuse the plugin, or crash on it, there is no spec: the
build fails with what specgen says about it.
"""

load("//tools/rules:toolchain.bzl", "RUNS_SPECGEN", "specgen_of")

# Of the tests.
_UPDATE = {
    "_update_script": attr.label(
        default = "//tools/rules:update.sh",
        allow_single_file = True,
    ),
}

_PLUGIN_ATTRS = {
    "config": attr.label(
        mandatory = True,
        allow_single_file = True,
        doc = "The plugin's config.json.",
    ),
    "engine": attr.string(mandatory = True, doc = "The Docker release."),
    "settings": attr.string_list(doc = "Arguments of docker plugin set."),
    "host": attr.label(
        default = "//tools/rules:empty_host.json",
        allow_single_file = True,
        doc = "Facts about the machine, as specgen host-facts prints them.",
    ),
    "id": attr.string(doc = "The plugin's id."),
    "exec_root": attr.string(doc = "Where dockerd makes the plugins' runtime directories."),
    "metrics_socket": attr.string(doc = "dockerd's metrics socket; \"none\" leaves it out."),
    "restarted": attr.bool(doc = "dockerd has restarted since it installed the plugin."),
}

# What bundles decide themselves.
_SPEC_ATTRS = {
    "base_spec": attr.label(
        allow_single_file = True,
        doc = "The spec to start from, for engines that take one.",
    ),
    "lib_root": attr.string(doc = "Where dockerd keeps its plugins."),
    "plugin": attr.string(doc = "Which plugin of docker plugin inspect's list."),
    "rootfs_path": attr.string(doc = "The plugin's rootfs on the host."),
}

def _merged(*dicts):
    all = {}
    for d in dicts:
        all.update(d)
    return all

def _check_plugin(ctx):
    if not ctx.attr.engine.strip():
        fail("name a Docker release, such as \"28.5.2\"", attr = "engine")
    for setting in ctx.attr.settings:
        if setting.find("=") < 1:
            fail("\"%s\" is not NAME[.FIELD]=VALUE" % setting, attr = "settings")
    for name in ("exec_root", "lib_root", "rootfs_path"):
        path = getattr(ctx.attr, name, "")
        if path and not path.startswith("/"):
            fail("\"%s\" is no absolute path" % path, attr = name)

def _plugin_options(ctx):
    """The options that stand for the attributes, and the files among them.

    Values stand behind "=", so that one that starts with "-" is none.
    """
    options = ["--engine=" + ctx.attr.engine]
    options += ["--set=" + setting for setting in ctx.attr.settings]
    for name in ("id", "exec_root", "lib_root", "plugin"):
        if getattr(ctx.attr, name, ""):
            options.append("--%s=%s" % (name.replace("_", "-"), getattr(ctx.attr, name)))
    if getattr(ctx.attr, "rootfs_path", ""):
        options.append("--rootfs=" + ctx.attr.rootfs_path)
    if ctx.attr.metrics_socket:
        socket = ctx.attr.metrics_socket
        options.append("--metrics-socket=" + ("" if socket == "none" else socket))
    if ctx.attr.restarted:
        options.append("--restarted")
    files = {"--host": ctx.file.host}
    if getattr(ctx.file, "base_spec", None):
        files["--base-spec"] = ctx.file.base_spec
    return options, files

def _plugin_oci_spec_impl(ctx):
    _check_plugin(ctx)
    spec = ctx.actions.declare_file(ctx.label.name + ".json")
    options, files = _plugin_options(ctx)
    args = ctx.actions.args()
    args.add("generate")
    args.add_all(options)
    for option, file in files.items():
        args.add(file, format = option + "=%s")
    if ctx.attr.pretty:
        args.add("--pretty")
    args.add(spec, format = "--output=%s")
    args.add(ctx.file.config)
    ctx.actions.run(
        executable = specgen_of(ctx),
        arguments = [args],
        inputs = [ctx.file.config] + files.values(),
        outputs = [spec],
        mnemonic = "PluginOciSpec",
        progress_message = "Making the runtime spec %s" % ctx.label,
    )
    return [DefaultInfo(files = depset([spec]), runfiles = ctx.runfiles([spec]))]

plugin_oci_spec = rule(
    implementation = _plugin_oci_spec_impl,
    attrs = _merged(_PLUGIN_ATTRS, _SPEC_ATTRS, {
        "pretty": attr.bool(doc = "Indent the spec; else it is dockerd's bytes."),
    }),
    doc = """The OCI runtime spec of a plugin.

Output: NAME.json, byte for byte what dockerd of `engine` hands to runc; with
`pretty`, the same indented.
""",
    **RUNS_SPECGEN
)

def _runfile(file):
    """How a test's script finds a file, from the directory that it is started in."""
    return file.short_path

def _quote(text):
    return "'" + text.replace("'", "'\\''") + "'"

def _make_test(ctx, template, variables, files):
    """A test's providers: `template` with an array of `variables` (dict) put in."""
    script = ctx.actions.declare_file(ctx.label.name)
    variables = _merged(variables, {"update_script": [_runfile(ctx.file._update_script)]})
    lines = [
        "%s=(%s)" % (name, " ".join([_quote(value) for value in values]))
        for name, values in variables.items()
    ]
    ctx.actions.expand_template(
        template = template,
        output = script,
        substitutions = {"# %variables%": "\n".join(lines)},
        is_executable = True,
    )
    return [DefaultInfo(
        executable = script,
        runfiles = ctx.runfiles(files + [specgen_of(ctx), ctx.file._update_script]),
    )]

def _target(label):
    """A label as its user would write it on the command line."""
    text = str(label).lstrip("@")
    return text if text.startswith("//") else str(label)

def _plugin_spec_golden_test_impl(ctx):
    specs = ctx.files.specs
    archive = ctx.attr.golden_path.endswith(".tar.gz")
    if not archive and len(specs) != 1:
        fail(
            "a golden of %d specs is an archive: name it NAME.tar.gz" % len(specs),
            attr = "golden",
        )
    names = {}
    for spec in specs:
        if spec.basename in names:
            fail("two specs are called %s" % spec.basename, attr = "specs")
        names[spec.basename] = spec

    if archive:
        # Of thousands of files, a test in shards would get all in each shard.
        spec = ctx.actions.declare_file(ctx.label.name + ".specs.tar.gz")
        list = ctx.actions.args()
        list.set_param_file_format("multiline")
        list.use_param_file("%s", use_always = True)
        list.add_all([names[name] for name in sorted(names)])
        ctx.actions.run_shell(
            # The same specs give the same bytes.
            command = "tar -h --transform 's,.*/,,' --format=ustar --mtime=@0 " +
                      "--owner=0 --group=0 --numeric-owner --mode=0644 -c " +
                      "--verbatim-files-from -T \"$2\" | gzip -n9 >\"$1\"",
            arguments = [spec.path, list],
            inputs = specs,
            outputs = [spec],
            mnemonic = "PluginSpecArchive",
            progress_message = "Packing the runtime specs of %s" % ctx.label,
            use_default_shell_env = True,
        )
    else:
        spec = specs[0]
    return _make_test(
        ctx,
        ctx.file._script,
        {
            "specgen": [_runfile(specgen_of(ctx))],
            "spec": [_runfile(spec)],
            "golden": [_runfile(ctx.file.golden)] if ctx.file.golden else [],
            "golden_path": [ctx.attr.golden_path],
            # Bazel runs no test that has shards.
            "update": ["bazel run %s%s -- --update" % (
                "--test_sharding_strategy=disabled " if archive else "",
                _target(ctx.label),
            )],
        },
        [spec] + ctx.files.golden,
    )

_plugin_spec_golden_test = rule(
    implementation = _plugin_spec_golden_test_impl,
    test = True,
    attrs = _merged(_UPDATE, {
        "specs": attr.label_list(mandatory = True, allow_files = [".json"]),
        "golden": attr.label(allow_single_file = True),
        "golden_path": attr.string(doc = "Where the golden is or will be, in the workspace."),
        "_script": attr.label(
            default = "//tools/rules:golden_test.sh",
            allow_single_file = True,
        ),
    }),
    **RUNS_SPECGEN
)

# Of a test's arguments, those that are the test's and not the spec's.
_TEST_ARGS = [
    "flaky",
    "local",
    "shard_count",
    "size",
    "tags",
    "timeout",
    "visibility",
]

def plugin_spec_golden_test(
        name,
        golden,
        spec = None,
        specs = None,
        config = None,
        **kwargs):
    """Fails when a spec is not, byte for byte, the one on record.

    Give one of `spec`, `specs` and `config`. The test prints how the spec differs
    from the golden in words (as `specgen diff` does), and the command that puts the
    new one on record:

        bazel run //PACKAGE:NAME -- --update

    (for an archive with --test_sharding_strategy=disabled, since Bazel runs no test in
    shards). The golden need not be there before the first update; until then the test fails.

    Args:
      name: of the test.
      golden: a file of this package that holds the spec; for `specs` an archive,
        NAME.tar.gz.
      spec: a plugin_oci_spec, or any file that is a runtime spec.
      specs: many of them. They are compared with the members of the archive that have
        their names; one without the other is a difference. `shard_count` divides the
        work.
      config: a plugin; the other attributes of plugin_oci_spec may then be given, too.
        The spec that is made of it, indented so that a review can show the golden's
        changes line by line, is the target NAME.spec.
      **kwargs: size, tags and other attributes of tests; with `config`, of
        plugin_oci_spec.
    """
    given = [x for x in (spec, specs, config) if x]
    if len(given) != 1:
        fail("%s: give one of spec, specs and config" % name)
    if type(golden) != "string" or ":" in golden or golden.startswith("/"):
        fail("%s: golden: \"%s\" is no file of this package" % (name, golden))
    test_args = {key: kwargs.pop(key) for key in _TEST_ARGS if key in kwargs}
    if config:
        spec = name + ".spec"
        plugin_oci_spec(
            name = spec,
            config = config,
            pretty = kwargs.pop("pretty", True),
            tags = test_args.get("tags", []),
            testonly = True,
            visibility = ["//visibility:private"],
            **kwargs
        )
    elif kwargs:
        fail("%s: %s: only with config" % (name, ", ".join(sorted(kwargs))))
    is_there = native.glob([golden], allow_empty = True)
    _plugin_spec_golden_test(
        name = name,
        specs = specs or [spec],
        golden = golden if is_there else None,
        golden_path = (native.package_name() + "/" + golden).lstrip("/"),
        size = test_args.pop("size", "small"),
        **test_args
    )

def _plugin_privileges_test_impl(ctx):
    _check_plugin(ctx)
    options, files = _plugin_options(ctx)
    options += [option + "=" + _runfile(file) for option, file in files.items()]
    since = ctx.file.since
    return _make_test(
        ctx,
        ctx.file._script,
        {
            "specgen": [_runfile(specgen_of(ctx))],
            "options": options,
            "config": [_runfile(ctx.file.config)],
            "since": [_runfile(since)],
            # Only a source of this workspace can be written.
            "since_path": [since.short_path] if since.is_source and
                                                not since.short_path.startswith("../") else [],
            "update": ["bazel run %s -- --update" % _target(ctx.label)],
        },
        [ctx.file.config, since] + files.values(),
    )

plugin_privileges_test = rule(
    implementation = _plugin_privileges_test_impl,
    test = True,
    attrs = _merged(_UPDATE, _PLUGIN_ATTRS, _SPEC_ATTRS, {
        "since": attr.label(
            mandatory = True,
            allow_single_file = True,
            doc = "The plugin's config as it was, such as that of the last release.",
        ),
        "_script": attr.label(
            default = "//tools/rules:privileges_test.sh",
            allow_single_file = True,
        ),
    }),
    doc = """Fails when a plugin asks for, or gets, more than it had: a gate for upgrades.

Compares `config` with `since` on the same engine and host. The test prints what is
added, with a level and a reason (as `specgen privileges --since` does), and fails if
that is more than notes. Less than before passes. So does the same.

    bazel run //PACKAGE:NAME -- --update

accepts the new privileges: it copies `config` over `since`.
""",
    **RUNS_SPECGEN
)

def _plugin_bundle_impl(ctx):
    _check_plugin(ctx)
    at = ctx.attr.at or "/var/lib/specgen/" + ctx.label.name
    if not at.startswith("/") or at == "/":
        fail("\"%s\" is no absolute path of a folder" % at, attr = "at")
    if not ctx.files.rootfs and not ctx.attr.files:
        fail("a plugin without a file has nothing to start: give rootfs or files")
    bundle = ctx.actions.declare_file(ctx.label.name + ".tar")
    options, option_files = _plugin_options(ctx)
    args = ctx.actions.args()
    args.add_all(["bundle", "--tar", "--no-prepare", "--at=" + at])
    args.add_all(options)
    for option, file in option_files.items():
        args.add(file, format = option + "=%s")
    args.add_all(ctx.files.rootfs, format_each = "--rootfs=%s")
    places = {}
    for target, path in ctx.attr.files.items():
        files = target.files.to_list()
        if len(files) != 1:
            fail("%s is %d files, not one" % (target.label, len(files)), attr = "files")
        if not path.startswith("/") or path.endswith("/") or "=" in path:
            fail("\"%s\" is no absolute path of a file" % path, attr = "files")
        if path in places:
            fail("two files are to be %s" % path, attr = "files")
        places[path] = files[0]
        args.add(files[0], format = "--file=" + path.replace("%", "%%") + "=%s")
    args.add(bundle, format = "--output=%s")
    args.add(ctx.file.config)
    ctx.actions.run(
        executable = specgen_of(ctx),
        arguments = [args],
        inputs = [ctx.file.config] + ctx.files.rootfs + places.values() +
                 option_files.values(),
        outputs = [bundle],
        mnemonic = "PluginBundle",
        progress_message = "Making the bundle %s" % ctx.label,
    )
    return [DefaultInfo(files = depset([bundle]), runfiles = ctx.runfiles([bundle]))]

plugin_bundle = rule(
    implementation = _plugin_bundle_impl,
    attrs = _merged(_PLUGIN_ATTRS, {
        "rootfs": attr.label_list(
            allow_files = [".tar", ".tar.gz", ".tgz", ".tar.zst"],
            doc = "Layers of the rootfs, bottom first, as tar archives. Whiteouts " +
                  "(.wh.NAME) remove what is in lower ones.",
        ),
        "files": attr.label_keyed_string_dict(
            allow_files = True,
            doc = "Files to put on top of that, each with its path in the rootfs; " +
                  "they belong to root and have mode 0755.",
        ),
        "at": attr.string(
            doc = "The directory where the bundle will be unpacked, which the spec must " +
                  "name. Default: /var/lib/specgen/NAME",
        ),
    }),
    doc = """An OCI bundle of a plugin: what runc and crun start as it is.

Output: NAME.tar, an archive of config.json, rootfs and (if the plugin has a
propagatedMount) propagated-mount. Unpack it as root:

    mkdir -p AT &&
    tar --xattrs --xattrs-include='*' --numeric-owner -xpf NAME.tar -C AT

It is an archive because Bazel's directories hold no more than plain files, all with the
same mode: owners, set-id bits, file capabilities, device nodes and empty directories
(/proc, say, where the runtime mounts) would be lost, the more so in a remote cache.
In the archive all of that is what the layers say, although neither root nor a device
is there when it is made. The bytes depend on the inputs only.

`id` defaults to that of dockerd's stored state, or else to the last part of `at`.
The machine must be prepared before each start: the spec's socket directory and the
shared propagated-mount. `specgen bundle --systemd` prints a unit that does it; see
specgen/bundle/README.md.
""",
    **RUNS_SPECGEN
)
