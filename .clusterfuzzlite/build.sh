#!/bin/bash -eu
# One build for both: see there.
exec "$SRC/specgen/fuzz/oss-fuzz/build.sh"
