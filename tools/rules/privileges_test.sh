#!/usr/bin/env bash
# The test that plugin_privileges_test (tools/defs.bzl) makes.
# shellcheck disable=SC2154 # the rule puts them in
set -euo pipefail
# %variables%

case ${1:-} in
  '') ;;
  --update)
    [[ ${BUILD_WORKSPACE_DIRECTORY:-} ]] || {
      echo "--update works with bazel run only: $update" >&2
      exit 2
    }
    [[ ${#since_path[@]} != 0 ]] || {
      echo '--update: since is no source file of this workspace' >&2
      exit 2
    }
    to=$BUILD_WORKSPACE_DIRECTORY/$since_path
    cat -- "$config" >"$to.new"
    mv -- "$to.new" "$to"
    echo "wrote $since_path"
    exit
    ;;
  *)
    echo "there is no option $1: $update" >&2
    exit 2
    ;;
esac

code=0
added=$("$specgen" privileges "${options[@]}" --since="$since" -- "$config") || code=$?
printf '%s\n' "$added"
# The exit code alone could also mean that the engine refuses the plugin.
if [[ $code == 1 && $added && ${#since_path[@]} != 0 ]]; then
  echo "if that is as it should be: $update"
fi
exit "$code"
