#!/usr/bin/env python3
"""Prints the spec of a plugin: example.py LIBRARY ENGINE HOST_FACTS CONFIG

Calls libspecgen.so with ctypes; nothing else is needed.
"""
import ctypes
import sys


class Request(ctypes.Structure):
    """specgen_request"""

    _fields_ = [
        ("struct_size", ctypes.c_size_t),
        ("plugin", ctypes.c_char_p),
        ("plugin_size", ctypes.c_size_t),
        ("shape", ctypes.c_int32),
        ("restarted", ctypes.c_int32),
        ("set", ctypes.POINTER(ctypes.c_char_p)),
        ("set_count", ctypes.c_size_t),
        ("plugin_name", ctypes.c_char_p),
        ("id", ctypes.c_char_p),
        ("rootfs", ctypes.c_char_p),
        ("lib_root", ctypes.c_char_p),
        ("exec_root", ctypes.c_char_p),
        ("metrics_socket", ctypes.c_char_p),
    ]


class SpecgenError(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Generator:
    """Makes specs as one Docker release would."""

    def __init__(self, library, engine, host):
        self._lib = ctypes.CDLL(library)
        self._lib.specgen_last_error.restype = ctypes.c_char_p
        self._lib.specgen_answer_new.restype = ctypes.c_void_p
        self._lib.specgen_answer_spec.restype = ctypes.c_void_p
        self._generator = ctypes.c_void_p()
        self._check(self._lib.specgen_generator_new(
            engine.encode(), host, ctypes.c_size_t(len(host)),
            ctypes.byref(self._generator)))
        self._answer = ctypes.c_void_p(self._lib.specgen_answer_new())

    def close(self):
        self._lib.specgen_answer_free(self._answer)
        self._lib.specgen_generator_free(self._generator)

    def _check(self, status):
        if status != 0:
            raise SpecgenError(status, self._lib.specgen_last_error().decode())

    def generate(self, plugin, **options):
        request = Request(struct_size=ctypes.sizeof(Request), plugin=plugin,
                          plugin_size=len(plugin),
                          **{k: v.encode() for k, v in options.items()})
        self._check(self._lib.specgen_generate(
            self._generator, ctypes.byref(request), self._answer))
        size = ctypes.c_size_t()
        spec = self._lib.specgen_answer_spec(self._answer, ctypes.byref(size))
        return ctypes.string_at(spec, size.value)


def main():
    library, engine, host, config = sys.argv[1:]
    with open(host, "rb") as host_file, open(config, "rb") as config_file:
        try:
            generator = Generator(library, engine, host_file.read())
            sys.stdout.buffer.write(generator.generate(config_file.read()))
            generator.close()
        except SpecgenError as error:
            print(f"{config}: {error}", file=sys.stderr)
            return error.status
    return 0


if __name__ == "__main__":
    sys.exit(main())
