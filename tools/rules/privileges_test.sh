#!/usr/bin/env bash
# The test that plugin_privileges_test (tools/defs.bzl) makes.
# shellcheck disable=SC2154 # the rule puts them in
set -euo pipefail
# %variables%
# shellcheck source=tools/rules/update.sh
. "$update_script"

if wants_update "$@"; then
  [[ ${#since_path[@]} != 0 ]] || {
    echo '--update: since is no source file of this workspace' >&2
    exit 2
  }
  write_source "$since_path" "$config"
  exit
fi

code=0
added=$("$specgen" privileges "${options[@]}" --since="$since" -- "$config") || code=$?
printf '%s\n' "$added"
# The exit code alone could also mean that the engine refuses the plugin.
if [[ $code == 1 && $added && ${#since_path[@]} != 0 ]]; then
  echo "if that is as it should be: $update"
fi
exit "$code"
