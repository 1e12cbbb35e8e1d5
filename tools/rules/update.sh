# What the tests of tools/defs.bzl share: --update, which writes a source file.
# The rules put their variables into the script that reads this.
# shellcheck shell=bash disable=SC2154

# wants_update ARGUMENTS...: of the test.
wants_update() {
  case ${1:-} in
    '') return 1 ;;
    --update)
      [[ ${BUILD_WORKSPACE_DIRECTORY:-} ]] || {
        echo "--update works with bazel run only: $update" >&2
        exit 2
      }
      ;;
    *)
      echo "there is no option $1: $update" >&2
      exit 2
      ;;
  esac
}

# write_source PATH FILE: PATH of the workspace becomes a copy, at once.
write_source() {
  local to=$BUILD_WORKSPACE_DIRECTORY/$1
  mkdir -p "${to%/*}"
  cat -- "$2" >"$to.new"
  mv -- "$to.new" "$to"
  echo "wrote $1"
}
