# What the scripts of this directory and tools/fuzz_all share; they source it from
# the top of the checkout.

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() {
  say "$1"
  exit "${2:-4}"
}

[[ -n ${XDG_CACHE_HOME:-}${HOME:-} ]] ||
  die 'HOME is not set: set it to a directory that can hold a cache'
fuzz_cache=${XDG_CACHE_HOME:-$HOME/.cache}/specgen/fuzz

# The fuzz targets, one a line.
fuzz_targets() { sed -n 's/^ *name = "\([a-z_]*_fuzzer\)",$/\1/p' fuzz/BUILD.bazel; }

need_clang() {
  local runtime
  command -v clang >/dev/null ||
    die 'clang is not installed: apt-get install clang libclang-rt-dev llvm'
  runtime=$(clang -print-file-name=libclang_rt.fuzzer-x86_64.a)
  [[ -r $runtime || -r $(clang -print-runtime-dir)/libclang_rt.fuzzer-x86_64.a ]] ||
    die "clang's libFuzzer is not installed: apt-get install libclang-rt-dev"
}

# An LLVM tool of clang's version, by Debian's name or the plain one.
llvm_tool() {
  local version
  version=$(clang -dumpversion)
  command -v "$1-${version%%.*}" || command -v "$1" ||
    die "$1 is not installed: apt-get install llvm"
}

# build_fuzzers CONFIG DIRECTORY TARGET...: builds and copies what is needed to run,
# since the next configuration's build replaces it.
build_fuzzers() {
  local config=$1 directory=$2 target
  shift 2
  local labels=()
  for target; do
    labels+=("//fuzz:${target}_bin" "//fuzz:${target}_dict" "//fuzz:${target}_options")
  done
  tools/bazel ${SPECGEN_BAZEL_STARTUP:-} build "--config=$config" \
    ${SPECGEN_BAZEL_FLAGS:-} --noshow_progress --ui_event_filters=-info \
    "${labels[@]}" >&2 || die "the fuzz targets do not build with --config=$config"
  local bin
  bin=$(tools/bazel ${SPECGEN_BAZEL_STARTUP:-} info "--config=$config" \
    ${SPECGEN_BAZEL_FLAGS:-} bazel-bin 2>/dev/null)
  mkdir -p "$directory"
  for target; do
    cp -Lf "$bin/fuzz/${target}_bin" "$bin/fuzz/$target.dict" \
      "$bin/fuzz/$target.options" "$directory/"
  done
}

# Builds the stand-in for Docker's code into a directory, with the default compiler:
# what only libFuzzer can link is not in it.
build_stand_in() {
  tools/bazel ${SPECGEN_BAZEL_STARTUP:-} build ${SPECGEN_BAZEL_FLAGS:-} \
    --noshow_progress --ui_event_filters=-info //fuzz:fake_reference >&2 ||
    die 'the stand-in for the reference does not build'
  mkdir -p "$1"
  cp -Lf "$(tools/bazel ${SPECGEN_BAZEL_STARTUP:-} info ${SPECGEN_BAZEL_FLAGS:-} \
    bazel-bin 2>/dev/null)/fuzz/fake_reference" "$1/"
}

# libFuzzer's options of a target that was built into a directory, one a line.
fuzzer_options() {
  local directory=$1 target=$2
  [[ ! -s $directory/$target.dict ]] || echo "-dict=$directory/$target.dict"
  sed -n 's/^\([a-z_]*\) = \(.*\)$/-\1=\2/p' "$directory/$target.options"
}

# The directories that hold a target's seeds and past findings.
seed_directories() {
  echo "fuzz/corpus/$1"
  # It starts from the structures of the other target as well.
  [[ $1 != differential_fuzzer ]] || echo fuzz/corpus/mount_list_fuzzer
}

find_symbolizer() {
  local symbolizer
  symbolizer=$(command -v llvm-symbolizer-14 || command -v llvm-symbolizer || true)
  [[ -z $symbolizer ]] || export ASAN_SYMBOLIZER_PATH=$symbolizer
}
