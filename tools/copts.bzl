"""Compiler options of our own code; third-party code does not get these."""

SPECGEN_COPTS = [
    "-Wall",
    "-Wextra",
    "-Werror",
]
