#!/usr/bin/env bash
# Starts a real volume plugin from a bundle with the real runc and crun, and
# under the real dockerd, uses its volumes, and compares what the process sees
# with the spec: see run_test.py. Needs root on Debian; installs what is missing
# of Debian's packages.
#
#   tools/bazel test //specgen/bundle:run_test
#   specgen/bundle/run_test.sh SPECGEN VOLUME_PLUGIN CONFIG [TEST...]
set -euo pipefail

[[ $EUID -eq 0 ]] || {
  echo 'run_test: must be run as root' >&2
  exit 1
}
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export DEBIAN_FRONTEND=noninteractive
packages=()
need() { command -v "$1" >/dev/null || packages+=("$2"); }
need python3 python3
need curl curl
need runc runc
need crun crun
need dockerd docker.io
# Of its own since Debian 13.
need docker "$(apt-cache --names-only search '^docker-cli$' | sed 's/ .*//' | grep . || echo docker.io)"
need containerd containerd
need podman podman
need skopeo skopeo
need systemd-analyze systemd
need setcap libcap2-bin
if [[ ${#packages[@]} -gt 0 ]]; then
  apt-get update >/dev/null
  apt-get install -y --no-install-recommends "${packages[@]}" >/dev/null
fi

here=${BASH_SOURCE[0]%/*}
# A mount namespace of its own: whatever happens, no mount stays behind.
exec unshare --mount --propagation private \
  python3 -B "$here/run_test.py" "$@"
