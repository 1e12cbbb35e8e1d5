#!/usr/bin/env bash
# Sources the completion for bash and completes command lines with it, as bash
# itself would call it.
#
#   bash_completion_test.sh SPECGEN
set -euo pipefail
specgen=$PWD/$1
cd "$(mktemp -d)"
mkdir plugins
touch config.json 'a b.json'

"$specgen" completion bash >script
bash -n script
# shellcheck disable=SC1091
source ./script
complete -p specgen | grep -q -- '-F _specgen specgen'

failures=0
# expect WORDS WANTED...: the last of WORDS is being typed.
expect() {
  local -a words
  read -ra words <<<"$1"
  [[ $1 != *' ' ]] || words+=('')
  shift
  COMP_WORDS=("${words[@]}")
  COMP_CWORD=$((${#words[@]} - 1))
  _specgen || true
  local got wanted
  got=$(printf '%s\n' "${COMPREPLY[@]}" | sort)
  wanted=$(printf '%s\n' "$@" | sort)
  [[ $got == "$wanted" ]] && return
  printf '%s:\n got: %s\n wanted: %s\n' "${words[*]}" "${got//$'\n'/, }" \
    "${wanted//$'\n'/, }"
  failures=$((failures + 1))
}

expect 'specgen gen' generate
expect 'specgen host' host-facts
expect 'specgen --v' --version
expect 'specgen nothing' ''
expect 'specgen help gen' generate
expect 'specgen generate --pr' --pretty
expect 'specgen generate --eng' --engine
expect 'specgen generate --engine 1.12.' 1.12.{0..6}
expect 'specgen generate --engine = 1.12.' 1.12.{0..6}
expect 'specgen generate --engine = 29.0.0-rc' 29.0.0-rc.{1..3}
expect 'specgen generate --id ' ''
expect 'specgen generate --pretty con' config.json
expect 'specgen generate --host a' 'a b.json'
expect 'specgen generate -o co' config.json
expect 'specgen generate --rootfs ' plugins
expect 'specgen host-facts --incl' --include
expect 'specgen unknown --p' ''
# Every command offers its own help.
for command in $("$specgen" man --list); do
  expect "specgen $command --hel" --help
done

# In a program that runs with a closed standard output, too.
if "$specgen" completion bash >&- 2>/dev/null; then
  echo 'a closed standard output was not noticed'
  failures=$((failures + 1))
fi
[[ $failures == 0 ]]
