"""Examples of headers as source files, so that they are compiled and run."""

def header_example(name, header, around, out):
    """Makes the source file `out` of the example in a header's first comment.

    Args:
      name: of the target.
      header: the header.
      around: the file that the example is put into, at its line EXAMPLE.
      out: the file that is made.
    """
    native.genrule(
        name = name,
        testonly = True,
        srcs = [
            header,
            around,
        ],
        outs = [out],
        cmd = "$(location //tools:header_example) " +
              "$(location %s) $(location %s) > $@" % (header, around),
        tools = ["//tools:header_example"],
    )
