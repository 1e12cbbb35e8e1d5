#!/bin/sh
# An example prints what the program prints, and fails as it does:
#   example_test.sh SPECGEN HOST_FACTS CONFIG EXAMPLE...
# EXAMPLE... is the command line of the example up to its arguments.
set -u
specgen=$1
host=$2
config=$3
shift 3
work=${TEST_TMPDIR:-$(mktemp -d)}
failed=0
for engine in 1.13.0 20.10.24 28.5.2; do
  "$specgen" generate --engine $engine --host "$host" "$config" >"$work/expected" || exit 1
  "$@" $engine "$host" "$config" >"$work/printed" || failed=1
  cmp "$work/expected" "$work/printed" || failed=1
done
printf '{"mounts":[{}]}' >"$work/refused.json"
printf '{' >"$work/broken.json"
for case in refused:1 broken:3; do
  "$@" 28.5.2 "$host" "$work/${case%:*}.json" >"$work/printed" 2>"$work/errors"
  code=$?
  if [ $code -ne "${case#*:}" ] || [ -s "$work/printed" ] || ! [ -s "$work/errors" ]; then
    echo "${case%:*}: exit code $code, and on stderr: $(cat "$work/errors")"
    failed=1
  fi
done
exit $failed
