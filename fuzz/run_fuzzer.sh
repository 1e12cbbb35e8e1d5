#!/usr/bin/env bash
# Runs one fuzz target and keeps what it learns. Started by
#   tools/bazel run --config=asan-libfuzzer //fuzz:NAME_run -- OPTION...
#
#   --timeout_secs=N     how long to fuzz; until it finds something if not given
#   --jobs=N             processes at once; default 1
#   --corpus_dir=DIR     where the corpus is kept between runs
#   --findings_dir=DIR   where what it finds is kept
#   --clean              start from the seeds alone
#   --reproduce=FILE     run that file and nothing else
#   anything else        goes to libFuzzer as it is
#
# Corpus and findings are kept outside of the checkout, in
# ${XDG_CACHE_HOME:-~/.cache}/specgen/fuzz/NAME. At the end the corpus is merged:
# of the files that reach the same, the smallest one stays. A finding is cut
# down to what is needed for it.
#
# Exit code: 0 nothing was found, 1 something was, 2 usage, 4 it cannot run.
set -euo pipefail

say() { printf 'fuzz: %s\n' "$*" >&2; }
die() {
  say "$1"
  exit "${2:-4}"
}

name='' package='' binary='' dict='' options='' variables=''
seeds=()
while [[ $# -gt 0 && $1 != -- ]]; do
  case $1 in
    --name=*) name=${1#*=} ;;
    --package=*) package=${1#*=} ;;
    --binary=*) binary=$PWD/${1#*=} ;;
    --dict=*) dict=$PWD/${1#*=} ;;
    --options=*) options=$PWD/${1#*=} ;;
    --env=*) variables=${1#*=} ;;
    --seeds) ;;
    *) seeds+=("$PWD/$1") ;;
  esac
  shift
done
[[ $# -eq 0 ]] || shift

timeout=0 jobs=1 clean=no reproduce='' corpus='' findings=''
extra=()
for arg in "$@"; do
  case $arg in
    --timeout_secs=*) timeout=${arg#*=} ;;
    --jobs=*) jobs=${arg#*=} ;;
    --corpus_dir=*) corpus=${arg#*=} ;;
    --findings_dir=*) findings=${arg#*=} ;;
    --clean) clean=yes ;;
    --reproduce=*) reproduce=${arg#*=} ;;
    --*) die "unknown option $arg: see fuzz/run_fuzzer.sh" 2 ;;
    *) extra+=("$arg") ;;
  esac
done
[[ $timeout =~ ^[0-9]+$ && $jobs =~ ^[1-9][0-9]*$ ]] ||
  die '--timeout_secs and --jobs take whole numbers' 2

run="tools/bazel run --config=asan-libfuzzer //$package:${name}_run --"
[[ $("$binary" -help=1 2>&1 || true) == *max_total_time* ]] ||
  die "$name was built without libFuzzer: run $run ${*:---timeout_secs=60}"

for variable in $variables; do
  key=${variable%%=*}
  [[ -n ${!key:-} ]] || export "${variable?}"
done
for symbolizer in llvm-symbolizer llvm-symbolizer-14; do
  if command -v "$symbolizer" >/dev/null; then
    export ASAN_SYMBOLIZER_PATH=${ASAN_SYMBOLIZER_PATH:-$(command -v "$symbolizer")}
    break
  fi
done

# Where the user stands, to whom paths are relative.
here=${BUILD_WORKING_DIRECTORY:-$PWD}
absolute() { [[ $1 == /* ]] && printf %s "$1" || printf %s "$here/$1"; }

if [[ -n $reproduce ]]; then
  file=$(absolute "$reproduce")
  [[ -r $file ]] || die "$file cannot be read"
  SPECGEN_FUZZ_EVERY_CHECK=1 "$binary" "$file" && {
    say "$file: nothing was found"
    exit 0
  }
  exit 1
fi

[[ -n ${XDG_CACHE_HOME:-}${HOME:-} ]] ||
  die 'HOME is not set: set it to a directory that can hold a cache'
state=${XDG_CACHE_HOME:-$HOME/.cache}/specgen/fuzz/$name
corpus=$(absolute "${corpus:-$state/corpus}")
findings=$(absolute "${findings:-$state/findings}")
mkdir -p "$corpus" "$findings" "$state" ||
  die "can't create $state: make it writable or set XDG_CACHE_HOME"
[[ $clean == no ]] || find "$corpus" -mindepth 1 -delete
work=$(mktemp -d "$state/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/seeds" "$work/new"
cp -L "${seeds[@]}" "$work/seeds/"

common=()
[[ ! -s $dict ]] || common+=("-dict=$dict")
while read -r key _ value; do
  [[ $key == \[* || -z $key ]] || common+=("-$key=$value")
done <"$options"

say "$name: $(find "$corpus" -type f | wc -l) files of earlier runs and ${#seeds[@]} seeds"
before=$(find "$findings" -type f | wc -l)
fuzzer=("$binary" "${common[@]}" "-artifact_prefix=$findings/" -print_final_stats=1)
[[ $timeout == 0 ]] || fuzzer+=("-max_total_time=$timeout")
if [[ $jobs -gt 1 ]]; then
  fuzzer+=("-fork=$jobs")
fi
failed=0
(cd "$work" && "${fuzzer[@]}" "${extra[@]}" "$corpus" "$work/seeds") || failed=$?

# The new corpus takes the place of the old one only when it is whole.
if "$binary" "${common[@]}" -merge=1 "$work/new" "$work/seeds" "$corpus" \
  >"$work/merge.log" 2>&1; then
  # The seeds are in the checkout already.
  for file in "$work"/new/*; do
    [[ -e $file && -e $work/seeds/${file##*/} ]] && rm "$file"
  done
  old=$(find "$corpus" -type f | wc -l)
  mv "$corpus" "$work/old" && mv "$work/new" "$corpus"
  say "corpus: $(find "$corpus" -type f | wc -l) files of $old, in $corpus"
else
  say "the corpus was not merged: $(tail -n 1 "$work/merge.log")"
fi

[[ $failed != 0 ]] || {
  say "$name: nothing was found"
  exit 0
}
after=$(find "$findings" -type f | wc -l)
[[ $after -gt $before ]] || die "$name: the fuzzer ended with code $failed"
finding=$(find "$findings" -type f -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2-)
case ${finding##*/} in
  crash-*)
    small=$findings/minimised-${finding##*/}
    "$binary" "${common[@]}" -minimize_crash=1 -max_total_time=20 \
      "-exact_artifact_path=$small" "$finding" >"$work/minimise.log" 2>&1 || true
    [[ ! -s $small ]] || finding=$small
    ;;
esac
say "$name FOUND SOMETHING: $finding ($(stat -c %s "$finding") bytes)"
say "  again:   $run --reproduce=$finding"
say "  keep it: cp $finding fuzz/corpus/$name/finding-WHAT_IT_SHOWS"
exit 1
