#!/usr/bin/env bash
# The test that plugin_spec_golden_test (tools/defs.bzl) makes.
set -euo pipefail
# %variables%

# What is compared differs in bytes, whatever the language.
export LC_ALL=C
temp=$(mktemp -d "${TEST_TMPDIR:-/tmp}/golden.XXXXXX")
trap 'rm -rf "$temp"' EXIT
mapfile -t specs <"$manifest"
archive=
[[ $golden_path != *.tar.gz ]] || archive=yes

update() {
  local to=$BUILD_WORKSPACE_DIRECTORY/$golden_path
  mkdir -p "${to%/*}"
  if [[ $archive ]]; then
    mkdir "$temp/new"
    cp -L -- "${specs[@]}" "$temp/new"
    # The same specs give the same bytes.
    tar -C "$temp/new" --sort=name --format=ustar --mtime=@0 --owner=0 --group=0 \
      --numeric-owner --mode=0644 -c . | gzip -n9 >"$temp/golden"
  else
    cat -- "${specs[0]}" >"$temp/golden"
  fi
  if cmp -s "$temp/golden" "$to"; then
    echo "$golden_path is up to date"
    return
  fi
  cp -- "$temp/golden" "$to.new"
  mv -- "$to.new" "$to"
  echo "wrote $golden_path"
}

case ${1:-} in
  '') ;;
  --update)
    [[ ${BUILD_WORKSPACE_DIRECTORY:-} ]] || {
      echo "--update works with bazel run only: $update" >&2
      exit 2
    }
    update
    exit
    ;;
  *)
    echo "there is no option $1: $update" >&2
    exit 2
    ;;
esac

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
elif [[ $archive ]]; then
  mkdir "$temp/golden"
  tar -xzf "$golden" -C "$temp/golden"
  declare -A known=()
  for i in "${!specs[@]}"; do
    name=${specs[i]##*/}
    known[$name]=1
    ((i % shards == shard)) || continue
    if [[ -e $temp/golden/$name ]]; then
      differ "$name" "$temp/golden/$name" "${specs[i]}"
    else
      echo "$name: has no golden"
      differences=$((differences + 1))
    fi
  done
  if [[ $shard == 0 ]]; then
    for path in "$temp"/golden/*; do
      [[ ! ${known[${path##*/}]:-} ]] || continue
      echo "${path##*/}: is in the golden, but no longer made"
      differences=$((differences + 1))
    done
  fi
else
  differ "${specs[0]##*/}" "$golden" "${specs[0]}"
fi

[[ $differences != 0 ]] || exit 0
[[ $differences -le 20 ]] || echo "$differences differences, of which 20 are shown"
echo "if that is as it should be: $update"
exit 1
