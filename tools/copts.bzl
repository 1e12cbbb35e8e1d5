"""Compiler options of our own code; third-party code does not get these.

Warnings are errors here (.bazelrc), and not where specgen is a module of another:
a compiler that is newer than we are must not break its build.
"""

SPECGEN_COPTS = [
    "-Wall",
    "-Wextra",
    # g++ 12 sees overlapping copies inside its own std::string (GCC bug 105651);
    # clang does not know the option.
    "-Wno-restrict",
    "-Wno-unknown-warning-option",
]
