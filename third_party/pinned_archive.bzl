"""A library whose source is pinned in third_party/sources.txt."""

# Put before build files that were written for Bazel 7 and older.
_CC_RULES = "".join(["load(\"@rules_cc//cc:%s.bzl\", \"%s\")\n" % (rule, rule) for rule in [
    "cc_binary",
    "cc_library",
    "cc_test",
]])

def _execute(ctx, what, command):
    result = ctx.execute(command)
    if result.return_code != 0:
        fail("%s: %s" % (what, result.stderr))

def download_and_unpack(ctx, url, sha256, member, options = []):
    """Unpacks a member of a tar archive; `options` are tar's."""

    # By tar: Debian 13's Bazel 4.2.3 lacks a class that its own way needs.
    ctx.download(url = url, output = ".archive", sha256 = sha256)
    _execute(ctx, url + ": tar could not unpack it", [
        "tar",
        "--extract",
        "--file=.archive",
        "--no-same-owner",
        "--no-same-permissions",
    ] + options + [member])
    ctx.delete(".archive")

def _pins(ctx, library):
    pins = {}
    for line in ctx.read(ctx.attr._sources).splitlines():
        fields = line.split(" ")
        if len(fields) == 5 and fields[1] == library:
            form, _, location, sha256, top = fields
            pins[form] = struct(location = location, sha256 = sha256, top = top)
    return pins

def _pinned_archive_impl(ctx):
    pins = _pins(ctx, ctx.attr.library)
    pin = pins["github"]
    url = pin.location

    # tools/bazel names the directory it fetched Debian's tarballs to. They differ
    # in checksum from GitHub's, so http_archive and --distdir can't do this.
    distdir = ctx.os.environ.get("SPECGEN_DISTDIR")
    if distdir:
        tarball = ctx.path(distdir).get_child(pins["debian"].location)
        if tarball.exists:
            pin = pins["debian"]
            url = "file://" + str(tarball).replace("%", "%25").replace(" ", "%20")

    download_and_unpack(ctx, url, pin.sha256, pin.top, ["--strip-components=1"])

    if ctx.attr.build_file:
        # Of these two names Bazel prefers BUILD.bazel, which upstream may have.
        ctx.delete("BUILD.bazel")
        ctx.symlink(ctx.attr.build_file, "BUILD.bazel")
    for label, path in ctx.attr.extra_files.items():
        ctx.symlink(label, path)
    for patch in ctx.attr.patches:
        ctx.patch(patch, strip = 1)
    if ctx.attr.load_cc_rules:
        ctx.file(".loads", _CC_RULES)
        _execute(ctx, url, [
            "find",
            ".",
            "-name",
            "BUILD.bazel",
            "-exec",
            "sed",
            "-i",
            # Line 1 is a comment.
            "1r .loads",
            "{}",
            "+",
        ])
        ctx.delete(".loads")

pinned_archive = repository_rule(
    implementation = _pinned_archive_impl,
    attrs = {
        "library": attr.string(mandatory = True, doc = "The name in sources.txt."),
        "build_file": attr.label(allow_single_file = True),
        "extra_files": attr.label_keyed_string_dict(
            allow_files = True,
            doc = "Files of ours to add, each with its path in the repository.",
        ),
        "load_cc_rules": attr.bool(
            doc = "Whether upstream's build files take C++ rules for built in.",
        ),
        "patches": attr.label_list(allow_files = True),
        "_sources": attr.label(
            allow_single_file = True,
            default = "//third_party:sources.txt",
        ),
    },
    environ = ["SPECGEN_DISTDIR"],
)
