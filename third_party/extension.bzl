"""The libraries of specgen, for MODULE.bazel."""

load("//third_party:pinned_archive.bzl", "pinned_archive")
load("//third_party:repositories.bzl", "ARCHIVES")

def _pinned_archives_impl(ctx):
    for name, attributes in ARCHIVES.items():
        pinned_archive(name = name, **attributes)
    return ctx.extension_metadata(reproducible = True)

pinned_archives = module_extension(
    implementation = _pinned_archives_impl,
    doc = "The archives that third_party/sources.txt pins.",
)
