#!/usr/bin/env bash
# Packs a fuzz target as OSS-Fuzz and ClusterFuzzLite want it:
#   pack_oss_fuzz NAME OUT.tar FUZZER DICT OPTIONS CORPUS_FILE...
# OUT.tar holds NAME, NAME_seed_corpus.zip, NAME.dict and NAME.options.
set -euo pipefail
name=$1 out=$2 fuzzer=$3 dict=$4 options=$5
shift 5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -L "$fuzzer" "$work/$name"
cp -L "$dict" "$work/$name.dict"
{
  cat "$options"
  echo "dict = $name.dict"
} >"$work/$name.options"
# Files with one date in one order: the same input makes the same zip file.
python3 - "$work/${name}_seed_corpus.zip" "$@" <<'PYTHON'
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as archive:
    for path in sorted(sys.argv[2:], key=os.path.basename):
        with open(path, "rb") as file:
            info = zipfile.ZipInfo(os.path.basename(path), (1980, 1, 1, 0, 0, 0))
            archive.writestr(info, file.read(), zipfile.ZIP_DEFLATED)
PYTHON
tar --sort=name --mtime='1980-01-01 UTC' --owner=0 --group=0 --numeric-owner \
  -C "$work" -cf "$out" .
