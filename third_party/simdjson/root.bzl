"""Where this file's repository is."""

def root():
    """The repository's directory, which has another name in each way to declare it."""
    return Label("//:BUILD.bazel").workspace_root
