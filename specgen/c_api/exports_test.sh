#!/bin/sh
# libspecgen.so shows the functions of specgen_c.h and nothing else.
set -eu
library=$1
header=$2
nm -D --defined-only "$library" | awk '$2 != "A" {print $3}' | sort >"$TEST_TMPDIR/shown"
sed -n 's/^ *SPECGEN_API .*[ *]\(specgen_[a-z_]*\)(.*/\1/p' "$header" | sort >"$TEST_TMPDIR/declared"
test -s "$TEST_TMPDIR/declared"
diff "$TEST_TMPDIR/declared" "$TEST_TMPDIR/shown"
