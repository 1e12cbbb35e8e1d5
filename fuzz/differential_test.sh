#!/usr/bin/env bash
# differential_test REPLAY FAKE_REFERENCE CORPUS_FILE...
# The differential target must fail where the reference answers otherwise, ends,
# is missing or does not speak the protocol, and print the request.
set -euo pipefail
replay=$1 fake=$2
shift 2

SPECGEN_REFERENCE=$fake "$replay" "$@" >/dev/null

expect() {  # expect TEXT COMMAND
  local output
  if output=$(SPECGEN_REFERENCE=$2 "$replay" "${@:3}" 2>&1); then
    echo "not found with: $2" >&2
    exit 1
  fi
  grep -q -- "$1" <<<"$output" || {
    printf 'no "%s" in:\n%s\n' "$1" "$output" >&2
    exit 1
  }
}
expect 'specgen answers as Docker does' "$fake --lie" "$@"
expect '--- request' "$fake --lie" "$@"
expect "Docker's code answers" 'exit 3' "$@"
expect 'starts with the name of its request' 'while read -r line; do echo other; done' "$@"
expect 'SPECGEN_REFERENCE names' '' "$@"
