"""Compiler options of our own code; third-party code does not get these."""

SPECGEN_COPTS = [
    "-Wall",
    "-Wextra",
    "-Werror",
    # g++ 12 sees overlapping copies inside its own std::string (GCC bug 105651);
    # clang does not know the option.
    "-Wno-restrict",
    "-Wno-unknown-warning-option",
]
