"""Entries of tar archives, quickly made."""


def entry(name, kind=b"0", data=b"", target=b""):
    """An entry; a long name is in an entry of its own before it, as GNU's."""
    before = b""
    if len(name) > 100:
        before = entry(b"././@LongLink", b"L", name + b"\0")
        name = name[:100]
    header = bytearray(512)
    header[0:len(name)] = name
    header[100:108] = b"0000755\0"
    header[108:124] = b"0000000\0" * 2
    header[124:136] = b"%011o\0" % len(data)
    header[136:148] = b"%011o\0" % 1700000000
    header[148:156] = b" " * 8
    header[156:157] = kind
    header[157:157 + len(target)] = target
    header[257:265] = b"ustar\00000"
    header[148:156] = b"%06o\0 " % sum(header)
    return before + bytes(header) + data + b"\0" * (-len(data) % 512)
