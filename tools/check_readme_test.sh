#!/usr/bin/env bash
# Tests tools/check_readme with samples, in a checkout that holds nothing else.
set -uo pipefail

runfiles=$PWD
base=$(mktemp -d "${TEST_TMPDIR:-/tmp}/check_readme_test.XXXXXX")
trap 'rm -rf "$base"' EXIT
failures=0
options=()
mkdir -p "$base/tools"
cp "$runfiles/tools/check_readme" "$base/tools"
cd "$base" || exit 1
# All that is asked of git is which files are new.
mkdir bin
printf '#!/bin/sh\n! test -e left || echo left\n' >bin/git
chmod +x bin/git
export PATH=$base/bin:$PATH

# want CODE PATTERN: what README.md's check ends with and prints.
want() {
  local code=0
  tools/check_readme "${options[@]}" >"$base/log" 2>&1 || code=$?
  if [[ $code != "$1" ]] || ! grep -qE -- "$2" "$base/log"; then
    echo "FAILED: line ${BASH_LINENO[0]}: want exit code $1 and '$2', got $code and:"
    cat "$base/log"
    failures=$((failures + 1))
  fi
}
# block LINE...: a README.md with one block.
# shellcheck disable=SC2016 # backquotes of Markdown
block() { printf '%s\n' '```console' "$@" '```' >README.md; }

cp "$runfiles/tools/testdata/readme_right.md" README.md
want 0 'README.md: 9 commands, 0 differences'

block '$ echo one' 'two'
want 1 '^README.md:2: \$ echo one$'
want 1 '^  \+one$'
block '$ echo one'
want 1 '^  \+one$'
block '$ true' 'one'
want 1 '^  -one$'
block '$ echo one; echo two' 'one' '...' 'three'
want 1 ' 1 differences'
block '$ echo took 2 h' 'took ... s'
want 1 ' 1 differences'
block '$ echo "a*"' 'aaa'
want 1 ' 1 differences'

block '$ echo gone; (exit 3)' 'gone'
want 1 "exit code 3, and no '\\$ echo \\$\?' shows it"
# shellcheck disable=SC2016
block '$ (exit 3)' '$ echo $?' '4'
want 1 '^  \+3$'
block '$ touch left'
want 1 'README.md:2: the block left left'
rm -f left
block '$ exit 0'
want 2 'line 2: bash ended'
block 'output'
want 2 'README.md:2: output without a command'
printf '# Nothing\n' >README.md
want 2 'there is no ```console block'
rm README.md
want 2 'README.md'

options=(--one-shell)
# shellcheck disable=SC2016
block '$ x=kept' '```' 'and' '```console' '$ echo $x' 'kept'
want 0 '2 commands, 0 differences'
options=()

# What zsh takes otherwise; a bare machine has none.
if command -v zsh >/dev/null; then
  options=(--zsh)
  # shellcheck disable=SC2016
  block '$ two="1 2"; printf "%s\n" $two' '1' '2'
  want 1 'in zsh, with exit code 0:'
  block '$ echo one  # two' 'one'
  want 1 '^  one  # two$|^  one # two$'
  block '$ echo one' 'one'
  want 0 ' 0 differences'
  options=()
fi

# --update makes it right, and leaves what varies.
block '$ echo one' 'two' '$ echo took 2 s' 'took ... s' '$ printf "a\n\nb\n"' '$ true' 'x'
tools/check_readme --update >/dev/null
# shellcheck disable=SC2016
printf '%s\n' '```console' '$ echo one' 'one' '$ echo took 2 s' 'took ... s' \
  '$ printf "a\n\nb\n"' 'a' '' 'b' '$ true' '```' >want
cmp README.md want || { diff README.md want; failures=$((failures + 1)); }
want 0 '4 commands, 0 differences'

echo "$failures failures"
[[ $failures == 0 ]]
