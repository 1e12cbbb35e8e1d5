#!/usr/bin/env bash
# Attacks `specgen bundle` for real: see attack_test.py. Needs root.
#
#   tools/bazel test //specgen/bundle:attack_test
#   specgen/bundle/attack_test.sh SPECGEN [TEST...]
set -euo pipefail

[[ $EUID -eq 0 ]] || {
  echo 'attack_test: must be run as root' >&2
  exit 1
}
here=${BASH_SOURCE[0]%/*}
# A mount namespace of its own: whatever happens, no mount stays behind.
exec unshare --mount --propagation private \
  python3 -B "$here/attack_test.py" "$@"
