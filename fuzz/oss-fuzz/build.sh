#!/bin/bash -eu
# Builds all fuzz targets as OSS-Fuzz and ClusterFuzzLite ask for it: with the
# compiler, flags and engine of the environment, into $OUT.
#
#   CC CXX CFLAGS CXXFLAGS   compiler and flags, with the sanitizer's
#   LIB_FUZZING_ENGINE       what to link: -fsanitize=fuzzer or an archive
#   SRC OUT WORK             the directory of the checkout, results, scratch
#   SPECGEN_FUZZ_TARGETS     which targets; default all
#
# Needs what tools/bazel needs: Debian 12 or 13, or a Bazel 4.2.3.
cd "${SPECGEN_CHECKOUT:-$SRC/specgen}"

options=(--jobs="${SPECGEN_JOBS:-$(nproc)}" --define=fuzzer=oss-fuzz
  --repo_env=CC="$CC" --repo_env=CXX="$CXX" --strip=never)
# C++'s flags are C's and some more; Bazel passes copts to both.
for flag in ${CFLAGS:-}; do options+=("--copt=$flag" "--linkopt=$flag"); done
for flag in ${CXXFLAGS:-}; do
  case " ${CFLAGS:-} " in
    *" $flag "*) ;;
    *) options+=("--cxxopt=$flag" "--linkopt=$flag") ;;
  esac
done
for flag in $LIB_FUZZING_ENGINE; do options+=("--linkopt=$flag"); done
options+=(--linkopt=-fsanitize-link-c++-runtime)

bazel=${BAZEL:-tools/bazel}
# The differential target is not among them: it needs Docker's code beside it.
. fuzz/lib.sh
targets=${SPECGEN_FUZZ_TARGETS:-$(fuzz_targets | grep -v '^differential')}
labels=()
for target in $targets; do labels+=("//fuzz:${target}_oss_fuzz"); done
"$bazel" ${SPECGEN_BAZEL_STARTUP:-} build --noshow_progress "${options[@]}" \
  "${labels[@]}"
bin=$("$bazel" ${SPECGEN_BAZEL_STARTUP:-} info "${options[@]}" bazel-bin 2>/dev/null)
for target in $targets; do
  tar -xf "$bin/fuzz/${target}_oss_fuzz.tar" -C "$OUT"
done
ls -l "$OUT"
