#!/usr/bin/env bash
# Tests tools/bazel on machines that are made up: apt, sudo, id and the compiler
# are scripts, and the checkout, the cache and the system's root are directories of
# this test. It needs no root, no network and no Debian.
# tools/bazel_on_bare_debian tests it on a real one.
#
# shellcheck disable=SC2016 # the scripts in it expand their variables themselves
set -uo pipefail

runfiles=$PWD
base=$(mktemp -d "${TEST_TMPDIR:-/tmp}/bazel_test.XXXXXX")
trap 'rm -rf "$base"' EXIT
failures=0
case_name=

fail() {
  printf 'FAILED: %s: %s\n' "$case_name" "$*"
  [[ ! -s $at/err ]] || sed 's/^/    /' "$at/err"
  failures=$((failures + 1))
}

# new_machine: a bare Debian in a directory with an odd name, and a checkout.
new_machine() {
  at="$base/$case_name ö/%41"
  root=$at/root
  checkout=$at/checkout
  mkdir -p "$checkout"/{tools,third_party,sub/folder} "$root"/{etc,usr/bin} "$at"/{bin,home,archive}
  printf 'ID=debian\nVERSION_ID="12"\n' >"$root/etc/os-release"

  # The one change to what is tested: it looks at the made up system.
  sed -e "s|/usr/bin/|'$root'/usr/bin/|g" -e "s|/etc/os-release|'$root'/etc/os-release|g" \
    -e '1s|.*|#!/usr/bin/env bash|' "$runfiles/tools/bazel" >"$checkout/tools/bazel"
  chmod +x "$checkout/tools/bazel"

  local library sum
  for library in one two; do
    echo "source of $library" >"$at/archive/${library}_1.orig.tar.gz"
    sum=$(sha256sum <"$at/archive/${library}_1.orig.tar.gz")
    printf 'debian %s %s %s %s-1\n' "$library" "${library}_1.orig.tar.gz" "${sum%% *}" "$library"
  done >"$checkout/third_party/sources.txt"

  # What apt says of the archive, and the entry of its sources that is it.
  echo 'deb http://archive.invalid/debian trixie main' >"$root/etc/sources.list"
  export ARCHIVE='Debian|Debian|main|http://archive.invalid/debian/' ENTRY=$root/etc/sources.list:1
  export AT=$at FAKE_UID=0 FAKE_APT=works FAKE_SUDO=works FREE=9000M OFFERED=4.2.3+ds-9
  unset BAZEL_REAL SPECGEN_DISTDIR XDG_CACHE_HOME
  distdir=$at/home/.cache/specgen/distdir

  program "$at/bin/id" 'echo "$FAKE_UID"'
  program "$at/bin/df" 'printf "Avail\n%7s\n" "$FREE"'
  program "$at/bin/sudo" '
    echo "sudo $*" >>"$AT/calls"
    [[ $FAKE_SUDO == works ]] && exec "$@"
    echo "sudo: a password is required" >&2
    exit 1'
  program "$at/bin/apt-get" '
    echo "apt-get $*" >>"$AT/calls"
    for word; do
      # What apt says is read, so it must be English.
      [[ $word$LC_ALL != @(update|install|source) ]] || { echo "E: kein Netz"; exit 1; }
      case $FAKE_APT/$word in
        */indextargets)
          [[ -z $ARCHIVE ]] || echo "$ARCHIVE|$ENTRY"
          echo "Other|Other|main|http://other.invalid/|/etc/apt/other.list:1"
          exit ;;
        */--error-on=any)
          for word; do
            case $word in
              Dir::Etc::sourceparts=*) cat "${word#*=}"/* >"$AT/own_sources" ;;
            esac
          done ;;
        no_network/update)
          echo "W: Failed to fetch http://archive.invalid/InRelease  Temporary failure resolving '"'archive.invalid'"'"
          [[ "$*" != *--error-on=any* ]]
          exit ;;
        no_network/install)
          echo "E: Unable to locate package bazel-bootstrap"
          exit 100 ;;
        no_space/install)
          echo "E: You don'"'"'t have enough free space in /var/cache/apt/archives/."
          exit 100 ;;
        no_space_for_sources/source)
          echo "E: Write error - write (28: No space left on device)"
          exit 100 ;;
        locked/install)
          echo "E: Could not get lock /var/lib/dpkg/lock-frontend."
          exit 100 ;;
        gone/source)
          echo "E: Failed to fetch http://archive.invalid/one.tar.gz  404  Not Found"
          exit 100 ;;
        */install)
          sleep 0.2
          for package; do
            [[ $package != g++ ]] || cp "$AT/bin/real_bazel" "$AT/root/usr/bin/g++"
            [[ $package != bazel-bootstrap ]] || cp "$AT/bin/real_bazel" "$AT/root/usr/bin/bazel-4"
          done
          exit ;;
        */source)
          package=${*: -1}
          file=${package%=*}_1.orig.tar.gz
          case $FAKE_APT in
            wrong) echo wrong >"$file" ;;
            slow) printf "source" >"$file"; touch "$AT/half"; exec sleep 600 ;;
            *) cp "$AT/archive/$file" . ;;
          esac
          exit ;;
      esac
    done'
  program "$at/bin/apt-cache" '
    if [[ $1 == policy ]]; then
      [[ $LC_ALL != C || -z $OFFERED ]] ||
        printf "%s:\n  Installed: (none)\n  Candidate: %s\n  Version table:\n     1 500\n" "$2" "$OFFERED"
      exit
    fi
    file=${*: -1}_1.orig.tar.gz
    echo "Version: 0.9-1"
    echo " 0000 12 $file"
    echo "Version: 1.0-1"
    sum=$(sha256sum <"$AT/archive/$file")
    [[ $FAKE_APT == unknown ]] || echo " ${sum%% *} 12 $file"'
  # What Bazel was given, one argument a line.
  program "$at/bin/real_bazel" '
    printf "<%s>\n" "$@" >"$AT/arguments"
    echo "$SPECGEN_DISTDIR" >"$AT/distdir"
    echo "$HOME" >"$AT/HOME"
    cat >"$AT/stdin"
    exit 42'
}

# program PATH TEXT
program() {
  printf '#!/usr/bin/env bash\n%s\n' "$2" >"$1"
  chmod +x "$1"
}

have_bazel() { cp "$at/bin/real_bazel" "$root/usr/bin/bazel-4"; }
have_compiler() { cp "$at/bin/real_bazel" "$root/usr/bin/g++"; }
# A machine on which tools/bazel ran before.
have_all() {
  have_bazel
  have_compiler
  mkdir -p "$distdir"
  cp "$at/archive"/* "$distdir"
  cp "$checkout/third_party/sources.txt" "$distdir/verified"
}

# start COMMAND...: runs it there, with the scripts before the system's programs.
start() {
  rm -f "$at/calls" "$at/arguments"
  (cd "${from:-$checkout}" && PATH="$at/bin:$PATH" HOME="$at/home" "$@") \
    >"$at/out" 2>"$at/err" </dev/null
  code=$?
}

want_bazel() {
  [[ $code == 42 && -e $at/arguments ]] || fail "Bazel was not started: code $code"
}
want_quiet() { [[ ! -s $at/out && ! -s $at/err ]] || fail 'it said something'; }
want_no_calls() { [[ ! -e $at/calls ]] || fail "it called $(<"$at/calls")"; }
want_call() {
  grep -qE -- "$1" "$at/calls" 2>/dev/null || fail "no call matches '$1': $(cat "$at/calls" 2>&1)"
}
# One clear line (after those that say what it is doing), and nothing started.
want_refusal() {
  [[ $code == 1 ]] || fail "exit code $code"
  [[ ! -e $at/arguments ]] || fail 'Bazel was started'
  [[ ! -s $at/out ]] || fail 'it wrote to stdout'
  grep -qE "^tools/bazel: .*$1" <(tail -n1 "$at/err") || fail "the last line does not match '$1'"
  ! grep -vE '^tools/bazel: ' "$at/err" || fail 'a line is not its own'
  [[ $(grep -cvE "^tools/bazel: (installing .* by apt|fetching [0-9]|untried on )" "$at/err") == 1 ]] ||
    fail 'it is more than one line'
}
want_clean() {
  local left
  left=$(find "$distdir" -mindepth 1 ! -name lock 2>/dev/null)
  [[ -z $left ]] || fail "it left $left"
}

test_passes_everything_on() {
  have_all
  local arguments=(run '//x:y z' '' -- '*' $'line\nfeed' '$HOME' '--a="b c"')
  local before
  before=$(find "$checkout" | sort)
  (cd "$checkout" && echo input | PATH="$at/bin:$PATH" HOME="$at/home" \
    tools/bazel "${arguments[@]}") >"$at/out" 2>"$at/err"
  code=$?
  want_bazel
  want_quiet
  want_no_calls
  [[ $(<"$at/arguments") == "$(printf '<%s>\n' "${arguments[@]}")" ]] || fail 'arguments changed'
  [[ $(<"$at/stdin") == input ]] || fail 'stdin was not passed on'
  [[ $(<"$at/distdir") == "$distdir" ]] || fail 'SPECGEN_DISTDIR is wrong'
  [[ $(find "$checkout" | sort) == "$before" ]] || fail 'it wrote to the checkout'
}

test_starts_no_process_when_all_is_there() {
  have_all
  # Without a PATH only builtins work.
  ln -sf "$(command -v touch)" "$at/touch"
  printf '#!%s\n"$AT/touch" "$AT/arguments"\nexit 42\n' "$BASH" >"$root/usr/bin/bazel-4"
  start env PATH=/nonexistent "$BASH" tools/bazel info
  want_bazel
  want_quiet
}

test_honours_BAZEL_REAL() {
  have_all
  program "$at/bin/other bazel" 'touch "$AT/other"; exit 7'
  start env BAZEL_REAL="$at/bin/other bazel" tools/bazel build
  [[ $code == 7 && -e $at/other ]] || fail "BAZEL_REAL was not started: code $code"
}

test_forgives_a_BAZEL_REAL_that_is_not_there() {
  have_all
  start env BAZEL_REAL=/nonexistent/bazel tools/bazel build
  want_bazel
}

test_does_not_install_Bazel_when_BAZEL_REAL_is_there() {
  start env BAZEL_REAL="$at/bin/real_bazel" tools/bazel build
  want_bazel
  want_call 'install .* g\+\+$'
}

test_starts_from_anywhere() {
  have_all
  ln -s ../checkout/tools/bazel "$at/home/a link"
  from=$checkout/sub/folder start ../../tools/bazel build
  want_bazel
  want_quiet
  from=$checkout/tools start bash bazel build
  want_bazel
  want_quiet
  from=$at start "$at/home/a link" build
  want_bazel
  want_quiet
  start env "PATH=$checkout/tools:$at/bin:$PATH" bazel build
  want_bazel
  want_quiet
}

test_installs_all_on_a_bare_machine() {
  start tools/bazel build //x
  want_bazel
  want_call '^apt-get update$'
  want_call '^apt-get install -y --no-install-recommends .*bazel-bootstrap g\+\+$'
  want_call '^apt-get .* update --error-on=any'
  ! grep -q sudo "$at/calls" || fail 'root called sudo'
  [[ $(grep -c . "$at/err") == 2 ]] || fail 'it must say two things'
  grep -q 'installing bazel-bootstrap g++ ' "$at/err" || fail 'it does not say what it installs'
  grep -q 'fetching 2 third-party source packages' "$at/err" || fail 'it does not say what it fetches'
  [[ ! -s $at/out ]] || fail 'it wrote to stdout'
  cmp -s "$at/archive/one_1.orig.tar.gz" "$distdir/one_1.orig.tar.gz" || fail 'a tarball is missing'
  [[ -z $(find "$distdir" -name 'work.*') ]] || fail 'it left its work'

  start tools/bazel build //x
  want_bazel
  want_quiet
  want_no_calls
}

test_installs_only_what_is_missing() {
  have_bazel
  start tools/bazel build
  want_bazel
  want_call 'install .* g\+\+$'
  ! grep -q bazel-bootstrap "$at/calls" || fail 'it installs what is there'
}

test_fetches_only_what_is_missing() {
  have_all
  rm "$distdir"/{verified,two_*}
  start tools/bazel build
  want_bazel
  want_call 'source .* two=1.0-1$'
  ! grep -qE 'one=|install' "$at/calls" || fail 'it fetches what is there'
}

test_fetches_again_what_is_damaged() {
  have_all
  rm "$distdir/verified"
  echo damaged >"$distdir/one_1.orig.tar.gz"
  start tools/bazel build
  want_bazel
  cmp -s "$at/archive/one_1.orig.tar.gz" "$distdir/one_1.orig.tar.gz" || fail 'it is still damaged'
}

test_follows_new_pins() {
  have_all
  echo "source of three" >"$at/archive/three_1.orig.tar.gz"
  local sum
  sum=$(sha256sum <"$at/archive/three_1.orig.tar.gz")
  echo "debian three three_1.orig.tar.gz ${sum%% *} three-1" >>"$checkout/third_party/sources.txt"
  start tools/bazel build
  want_bazel
  [[ -e $distdir/three_1.orig.tar.gz ]] || fail 'the new library was not fetched'
}

test_user_with_sudo() {
  export FAKE_UID=1000
  start tools/bazel build
  want_bazel
  want_call '^sudo env LC_ALL=C .*apt-get install'
  ! grep -q '^sudo .* source' "$at/calls" || fail 'sources need no root'
  grep -q 'with sudo' "$at/err" || fail 'it does not say that it uses sudo'
}

test_user_asks_for_root_only_if_it_must() {
  export FAKE_UID=1000 FAKE_SUDO=refuses
  have_bazel
  have_compiler
  start tools/bazel build
  want_bazel
  ! grep -q '^sudo' "$at/calls" || fail 'it called sudo'
}

test_user_whom_sudo_refuses() {
  export FAKE_UID=1000 FAKE_SUDO=refuses
  start tools/bazel build
  want_refusal 'sudo was refused: run as root: apt-get install bazel-bootstrap g\+\+'
  want_clean
}

test_user_without_sudo() {
  export FAKE_UID=1000
  # A PATH with what the script needs, and no sudo.
  rm "$at/bin/sudo"
  local tool
  for tool in bash env mkdir mktemp rm flock sed sort awk grep tail sha256sum cat cp mv readlink; do
    ln -s "$(command -v $tool)" "$at/bin/"
  done
  start env PATH="$at/bin" tools/bazel build
  want_refusal 'there is no sudo: run as root: apt-get install bazel-bootstrap g\+\+'
  want_clean
}

test_no_network_for_packages() {
  export FAKE_APT=no_network
  start tools/bazel build
  want_refusal 'package server was not reached: check the network'
  want_clean
  # Nothing is known then of what apt offers.
  echo ID=other >"$root/etc/os-release"
  OFFERED='' start tools/bazel build
  want_refusal 'package server was not reached: check the network'
  ! grep -q 'untried' "$at/err" || fail 'it speaks of a Bazel that it does not know'
}

test_no_network_for_sources() {
  export FAKE_APT=no_network
  have_bazel
  have_compiler
  start tools/bazel build
  want_refusal 'package server was not reached: check the network'
  want_clean
}

test_no_disk_space_to_begin_with() {
  export FREE=150M
  start tools/bazel build
  want_refusal 'no disk space left for .*: free 200 MB and try again \(150 MB are free\)'
  want_no_calls
  have_bazel
  have_compiler
  start tools/bazel build
  want_refusal 'no disk space left for .*/distdir: free 300 MB'
  want_no_calls
  want_clean
}

test_no_disk_space_for_packages() {
  export FAKE_APT=no_space
  start tools/bazel build
  want_refusal 'no disk space left: free 2 GB'
}

test_no_disk_space_for_sources() {
  export FAKE_APT=no_space_for_sources
  start tools/bazel build
  want_refusal 'no disk space left: free 2 GB'
  want_clean
}

test_says_what_else_apt_says() {
  export FAKE_APT=locked
  start tools/bazel build
  want_refusal 'installing bazel-bootstrap g\+\+: apt failed: E: Could not get lock'
  export FAKE_APT=gone
  start tools/bazel build
  want_refusal 'fetching one_1.orig.tar.gz: apt failed: E: .*404'
}

test_wrong_checksum() {
  export FAKE_APT=wrong
  start tools/bazel build
  want_refusal 'one_1.orig.tar.gz: wrong SHA-256: nothing was kept'
  want_clean
}

test_pin_that_Debian_does_not_have() {
  export FAKE_APT=unknown
  start tools/bazel build
  want_refusal 'Debian has none with SHA-256 .*third_party/sources.txt'
  want_clean
}

test_system_without_apt() {
  # A PATH with what the script needs, and no apt.
  rm "$at/bin/apt-get"
  local tool
  for tool in bash env cat; do ln -s "$(command -v $tool)" "$at/bin/"; done
  start env PATH="$at/bin" tools/bazel build
  want_refusal 'no apt here: install bazelisk and run "bazelisk" in place of "tools/bazel"'
  want_clean
  # But with a Bazel it works.
  start env PATH="$at/bin" BAZEL_REAL="$at/bin/real_bazel" tools/bazel build
  want_bazel
  want_quiet
  want_clean
}

test_goes_by_what_apt_offers() {
  # An older Debian or Ubuntu, one to come, and a system that has none.
  for OFFERED in 3.5.1+ds-3 7.7.1+ds-2 41.0-1; do
    FAKE_UID=1000 start tools/bazel build
    want_refusal "apt offers bazel-bootstrap ${OFFERED//+/\\+}, and a 4.x is needed .*: install bazelisk and run \"bazelisk\""
    ! grep -qE 'sudo|install|update' "$at/calls" 2>/dev/null || fail 'it asked for root in vain'
  done
  for OFFERED in '' '(none)'; do
    start tools/bazel build
    want_refusal 'apt offers no bazel-bootstrap here: install bazelisk and run "bazelisk"'
    ! grep -q ' install ' "$at/calls" || fail 'it installs what there is not'
  done
  want_clean
}

test_systems_that_were_tried() {
  local version
  for version in 12 13; do
    printf 'ID=debian\nVERSION_ID="%s"\nPRETTY_NAME="Debian"\n' "$version" >"$root/etc/os-release"
    rm -f "$root/usr/bin"/*
    start tools/bazel build
    want_bazel
    ! grep -q untried "$at/err" || fail "Debian $version is untried"
  done
}

test_derivative() {
  printf 'ID=lmde\nID_LIKE=debian\nVERSION_ID="7"\nPRETTY_NAME="LMDE 7 (gigi)"\n' >"$root/etc/os-release"
  start tools/bazel build
  want_bazel
  grep -qxF 'tools/bazel: untried on LMDE 7 (gigi), with its bazel-bootstrap 4.2.3+ds-9: if it fails, install bazelisk and run "bazelisk" in place of "tools/bazel"' \
    "$at/err" || fail 'it does not say that it is untried'
  [[ $(grep -c . "$at/err") == 3 ]] || fail 'it must say three things'
  [[ -e $distdir/one_1.orig.tar.gz ]] || fail 'the sources were not fetched'
  start tools/bazel build
  want_bazel
  want_quiet
  # A system without a name.
  rm "$root/etc/os-release" "$root/usr/bin"/*
  start tools/bazel build
  want_bazel
  grep -q 'untried on this system, ' "$at/err" || fail 'it does not say that it is untried'
}

test_no_archive_of_Debian() {
  export ARCHIVE=
  printf 'ID=ubuntu\nVERSION_ID="24.04"\n' >"$root/etc/os-release"
  start tools/bazel build
  want_bazel
  grep -q 'no Debian archive: Bazel will fetch the third-party sources from GitHub$' "$at/err" ||
    fail 'it does not say where the sources come from'
  ! grep -q 'fetching ' "$at/err" || fail 'it says that it fetches'
  # Once is enough.
  start tools/bazel build
  want_bazel
  want_quiet
  want_no_calls
}

test_archive_and_key_of_the_own_configuration() {
  have_bazel
  have_compiler
  # want_sources FILE ENTRY TEXT WANTED
  want_sources() {
    printf '%s' "$3" >"$root/etc/$1"
    rm -rf "$distdir" "$at/own_sources"
    ENTRY=$root/etc/$1:$2 start tools/bazel build
    want_bazel
    diff <(printf '%s' "$4") "$at/own_sources" || fail "the sources of $1 are others"
  }
  local uri=http://archive.invalid/debian/
  want_sources plain.list 1 "deb $uri trixie main"$'\n' \
    "deb-src  $uri bookworm main"$'\n'"deb-src  $uri trixie main"$'\n'
  want_sources key.list 3 "# deb [signed-by=/no] $uri"$'\n\n'"deb [ arch=amd64 signed-by=/a/key.gpg ] $uri trixie main # it"$'\n'"deb [trusted=yes] x"$'\n' \
    "deb-src [ arch=amd64 signed-by=/a/key.gpg ] $uri bookworm main"$'\n'"deb-src [ arch=amd64 signed-by=/a/key.gpg ] $uri trixie main"$'\n'
  local fields="Types: deb-src
URIs: $uri
Suites: bookworm trixie
Components: main

"
  want_sources plain.sources 1 "Types: deb
URIs: http://archive.invalid/debian
Suites: trixie
Components: main
" "$fields"
  want_sources two.sources 2 "# Signed-By: /no

# A comment is no entry.

Types: deb
Signed-By: /no

Enabled: yes
Types: deb deb-src
# Not now.
URIs: http://archive.invalid/debian $uri
Suites: trixie trixie-updates
Components: main contrib
Architectures: amd64
signed-by:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 Suites: in a key
 -----END PGP PUBLIC KEY BLOCK-----
Check-Valid-Until: no

Trusted: yes
" "signed-by:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 Suites: in a key
 -----END PGP PUBLIC KEY BLOCK-----
Check-Valid-Until: no
$fields"
  # Of two entries for one archive, one; no disc.
  ARCHIVE="Debian|Debian|main|cdrom:[Debian]/|$root/etc/plain.list:1"$'\n'"Debian|Debian|main|$uri|$root/etc/key.list:3"$'\n'"Debian|Debian|main|$uri" \
    want_sources plain.list 1 "deb $uri trixie main"$'\n' \
    "deb-src [ arch=amd64 signed-by=/a/key.gpg ] $uri bookworm main"$'\n'"deb-src [ arch=amd64 signed-by=/a/key.gpg ] $uri trixie main"$'\n'
}

test_cache_in_other_places() {
  have_bazel
  have_compiler
  start env XDG_CACHE_HOME="$at/x d g" tools/bazel build
  want_bazel
  [[ -e "$at/x d g/specgen/distdir/verified" ]] || fail 'XDG_CACHE_HOME was not used'
  start env SPECGEN_DISTDIR="dist dir" tools/bazel build
  want_bazel
  [[ -e "$checkout/dist dir/verified" ]] || fail 'SPECGEN_DISTDIR was not used'
  [[ $(<"$at/distdir") == "$checkout/dist dir" ]] || fail 'Bazel needs an absolute path'
}

test_cache_that_cannot_be() {
  have_bazel
  have_compiler
  touch "$at/file"
  start env XDG_CACHE_HOME="$at/file" tools/bazel build
  want_refusal "can't create .*: make that possible, or set SPECGEN_DISTDIR"
}

test_no_HOME() {
  have_all
  start env -u HOME SPECGEN_DISTDIR="$distdir" tools/bazel build
  want_bazel
  want_quiet
  [[ -n $(<"$at/HOME") ]] || fail 'Bazel was given no HOME'
  start env HOME= SPECGEN_DISTDIR="$distdir" tools/bazel build
  want_bazel
  [[ -n $(<"$at/HOME") ]] || fail 'Bazel was given no HOME'
}

test_other_language() {
  start env LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8 tools/bazel build
  want_bazel
}

test_ended_in_the_middle() {
  export FAKE_APT=slow
  have_bazel
  have_compiler
  local signal
  for signal in TERM INT KILL; do
    rm -f "$at/half"
    # A job of its own process group, as a terminal would end it.
    set -m
    (cd "$checkout" && exec env PATH="$at/bin:$PATH" HOME="$at/home" tools/bazel build) \
      >"$at/out" 2>"$at/err" </dev/null &
    local job=$!
    set +m
    until [[ -e $at/half ]] || ! kill -0 "$job" 2>/dev/null; do sleep 0.05; done
    kill -"$signal" -- "-$job"
    wait "$job" 2>/dev/null && fail "it went on after $signal"
    [[ ! -e $distdir/one_1.orig.tar.gz && ! -e $distdir/verified ]] || fail "a half is left after $signal"
    [[ $signal == KILL ]] || want_clean
  done
  FAKE_APT=works start tools/bazel build
  want_bazel
  [[ -z $(find "$distdir" -name 'work.*') ]] || fail 'what was left is still there'
}

test_removes_only_what_it_made() {
  have_bazel
  have_compiler
  # Of somebody else, whatever it is called.
  mkdir -p "$distdir"/{work.thesis,work.ABCDEF,work.,work.link-target,work} "$at/elsewhere"
  local file
  for file in work.thesis/ch1 work.ABCDEF/file work./file work.link-target/file work/file lock work.notes other; do
    echo precious >"$distdir/$file"
  done
  echo precious >"$at/elsewhere/made-by-tools-bazel"
  ln -s "$at/elsewhere" "$distdir/work.abcdef"
  mkdir "$distdir/work.ghijkl"
  ln -s "$at/elsewhere/made-by-tools-bazel" "$distdir/work.ghijkl/made-by-tools-bazel"
  # What a killed start left.
  mkdir -p "$distdir/work.aB3xY9/download"
  touch "$distdir/work.aB3xY9/made-by-tools-bazel"
  start tools/bazel build
  want_bazel
  for file in work.thesis/ch1 work.ABCDEF/file work./file work.link-target/file work/file lock work.notes other \
    work.abcdef/made-by-tools-bazel work.ghijkl/made-by-tools-bazel; do
    [[ $(cat "$distdir/$file") == precious ]] || fail "$file is lost"
  done
  [[ ! -e $distdir/work.aB3xY9 ]] || fail 'what a killed start left is still there'
}

test_does_not_replace_what_it_did_not_write() {
  have_bazel
  have_compiler
  mkdir -p "$distdir"
  echo precious >"$distdir/verified"
  start tools/bazel build
  want_refusal 'verified is not of tools/bazel: move it away'
  [[ $(<"$distdir/verified") == precious ]] || fail 'it is lost'
}

test_many_starts_at_once() {
  local i jobs=()
  for i in 1 2 3 4 5 6; do
    (cd "$checkout" && PATH="$at/bin:$PATH" HOME="$at/home" tools/bazel build) \
      >"$at/out.$i" 2>"$at/err.$i" </dev/null &
    jobs+=($!)
  done
  for i in "${jobs[@]}"; do
    wait "$i"
    [[ $? == 42 ]] || fail 'one did not start Bazel'
  done
  [[ $(grep -c '^apt-get install' "$at/calls") == 1 ]] || fail 'more than one installed'
  [[ $(grep -c 'source .*one=' "$at/calls") == 1 ]] || fail 'more than one fetched'
}

for test in $(compgen -A function test_); do
  case_name=${test#test_}
  from=
  new_machine
  before=$failures
  "$test"
  [[ $failures != "$before" ]] || printf 'ok: %s\n' "$case_name"
done
printf '%s failures\n' "$failures"
[[ $failures == 0 ]]
