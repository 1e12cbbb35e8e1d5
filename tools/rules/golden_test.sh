#!/usr/bin/env bash
# The test that plugin_spec_golden_test (tools/defs.bzl) makes.
# shellcheck disable=SC2154 # the rule puts them in
set -euo pipefail
# %variables%
# shellcheck source=tools/rules/update.sh
. "$update_script"

# What is compared differs in bytes, whatever the language.
export LC_ALL=C
temp=$(mktemp -d "${TEST_TMPDIR:-/tmp}/golden.XXXXXX")
trap 'rm -rf "$temp"' EXIT

if wants_update "$@"; then
  if cmp -s -- "$spec" "$BUILD_WORKSPACE_DIRECTORY/$golden_path"; then
    echo "$golden_path is up to date"
  else
    write_source "$golden_path" "$spec"
  fi
  exit
fi

differences=0
# differ NAME GOLDEN SPEC: compares, and says what differs.
differ() {
  ! cmp -s -- "$2" "$3" || return 0
  differences=$((differences + 1))
  # The rest is only counted.
  [[ $differences -le 20 ]] || return 0
  local code=0
  echo "$1: is not the golden:"
  "$specgen" diff --host "$temp/host.json" "$2" "$3" >"$temp/diff" 2>&1 || code=$?
  # The first two lines are paths in here.
  sed -e '/^--- /d' -e '/^+++ /d' -e 's/^/  /' "$temp/diff"
  case $code in
    0) echo '  the same spec in other bytes: white space, or the order of keys or options' ;;
    1) ;;
    *) echo '  the golden is no runtime spec' ;;
  esac
}
echo '{"entries": []}' >"$temp/host.json"

shard=${TEST_SHARD_INDEX:-0}
shards=${TEST_TOTAL_SHARDS:-1}
[[ -z ${TEST_SHARD_STATUS_FILE:-} ]] || touch "$TEST_SHARD_STATUS_FILE"

if [[ ${#golden[@]} == 0 ]]; then
  echo "there is no golden yet: $golden_path"
  differences=1
elif cmp -s -- "$spec" "$golden"; then
  exit
elif [[ $golden_path == *.tar.gz ]]; then
  mkdir "$temp/specs" "$temp/golden"
  tar -xzf "$spec" -C "$temp/specs"
  tar -xzf "$golden" -C "$temp/golden"
  i=0
  for path in "$temp"/specs/*; do
    ((i++ % shards == shard)) || continue
    name=${path##*/}
    if [[ -e $temp/golden/$name ]]; then
      differ "$name" "$temp/golden/$name" "$path"
    else
      echo "$name: has no golden"
      differences=$((differences + 1))
    fi
  done
  if [[ $shard == 0 ]]; then
    for path in "$temp"/golden/*; do
      [[ ! -e $temp/specs/${path##*/} ]] || continue
      echo "${path##*/}: is in the golden, but no longer made"
      differences=$((differences + 1))
    done
  fi
else
  differ "${spec##*/}" "$golden" "$spec"
fi

[[ $differences != 0 ]] || exit 0
[[ $differences -le 20 ]] || echo "$differences differences, of which 20 are shown"
echo "if that is as it should be: $update"
exit 1
