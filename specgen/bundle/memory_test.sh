#!/usr/bin/env bash
# Python by its own name: py_test would look for a "python".
exec python3 "$(dirname "$0")/memory_test.py" "$@"
