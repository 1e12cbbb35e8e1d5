#!/bin/bash
# Opens reports in headless Chromium: what the script shows and hides, that a
# hostile plugin runs nothing, that phones, paper and programs for the blind can
# read them (look_at_pages.py), and screenshots for people to look at.
#
#   tools/bazel test //specgen/report:browser_test --test_env=AXE=FILE
#
# needs Debian's chromium and the axe.min.js of npm's axe-core, as
# .ci/steps/33-browser gets it.
#
# The screenshots are in the test's undeclared outputs
# (bazel-testlogs/specgen/report/browser_test/test.outputs).
set -euo pipefail

specgen=$PWD/$1
look_at_pages=$PWD/$2
browser=$(command -v chromium || command -v chromium-browser || true)
if [[ -z $browser ]]; then
  echo "there is no chromium: apt-get install chromium" >&2
  exit 1
fi
if [[ ! -r ${AXE:-} ]]; then
  echo "AXE names no axe.min.js: see .ci/steps/33-browser" >&2
  exit 1
fi
out=${TEST_UNDECLARED_OUTPUTS_DIR:-${TEST_TMPDIR:-/tmp}}
work=$(mktemp -d "${TEST_TMPDIR:-/tmp}/report.XXXXXX")
trap 'rm -rf "$work"' EXIT
export HOME=$work

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

chrome() {
  "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
    --hide-scrollbars --user-data-dir="$work/profile" --virtual-time-budget=4000 \
    "$@" 2>"$work/log" || { cat "$work/log" >&2; fail "chromium $*"; }
}

cat >"$work/host.json" <<'JSON'
{"entries": [{"path": "/dev/fuse", "type": "char", "mode": "0666", "uid": 0, "gid": 0, "major": 10, "minor": 229}]}
JSON
cat >"$work/config.json" <<'JSON'
{
  "description": "Volumes on a server", "documentation": "https://example.com/volumes",
  "entrypoint": ["/bin/volumes"],
  "interface": {"types": ["docker.volumedriver"], "socket": "volumes.sock"},
  "network": {"type": "host"},
  "propagatedMount": "/mnt/volumes",
  "mounts": [
    {"source": "/var/lib/volumes", "destination": "/state", "type": "bind", "options": ["rbind"]},
    {"source": "/var/run/docker.sock", "destination": "/docker.sock", "type": "bind", "options": ["rbind", "ro"]},
    {"source": "/dev/mqueue", "destination": "/dev/mqueue", "type": "bind", "options": ["rbind"]},
    {"source": "/srv", "destination": "/srv", "type": "bind", "options": ["rbind"]}
  ],
  "linux": {"capabilities": ["CAP_SYS_ADMIN", "CAP_NET_ADMIN"], "devices": [{"path": "/dev/fuse"}]}
}
JSON
"$specgen" report --host "$work/host.json" --title 'example/volumes' \
  "$work/config.json" -o "$work/report.html"

# The script runs (its hash is right) and the page shows everything at first.
chrome --dump-dom "file://$work/report.html" >"$work/dom.html"
grep -q '<html lang="en" class="js"' "$work/dom.html" || fail 'the script did not run'
! grep -q 'data-filter[^>]* hidden' "$work/dom.html" || fail 'something is hidden at first'

# A page with a probe in place of the real script: the policy must stop it.
sed 's|<script>|<script>document.title="probe";</script><script>|' \
  "$work/report.html" >"$work/probe.html"
chrome --dump-dom "file://$work/probe.html" >"$work/probe_dom.html"
! grep -q '<title>probe' "$work/probe_dom.html" || fail 'the policy lets other scripts run'

# Filters: a copy whose policy allows a driver for the controls.
drive() {
  # drive NAME SCRIPT: the DOM after SCRIPT, as NAME.
  sed "s|script-src '[^']*'|script-src 'unsafe-inline'|; s|</body>|<script>$2</script></body>|" \
    "$work/report.html" >"$work/$1.html"
  chrome --dump-dom "file://$work/$1.html" >"$work/$1_dom.html"
}
drive search 'document.getElementById("search").value="SYS_ADMIN";document.getElementById("search").dispatchEvent(new Event("input"));'
grep -q 'CAP_SYS_ADMIN' "$work/search_dom.html" || fail 'the search lost its match'
grep -q 'data-level="low" hidden' "$work/search_dom.html" || fail 'the search hides nothing'
grep -q '[0-9]* of [0-9]* entries' "$work/search_dom.html" || fail 'the search does not count'
drive levels 'var b=document.querySelector("input[data-level=info]");b.checked=false;b.dispatchEvent(new Event("change"));'
grep -q '<li data-filter="" data-level="info" hidden' "$work/levels_dom.html" || fail 'a level is not hidden'
! grep -q '<li data-filter="" data-level="critical" hidden' "$work/levels_dom.html" || fail 'another level is hidden'
drive changes 'var b=document.getElementById("only-changes");b.checked=true;b.dispatchEvent(new Event("change"));'
! grep -q 'data-changed="yes"[^>]* hidden' "$work/changes_dom.html" || fail 'a change is hidden'
drive hash 'location.hash="#f-6-0";'
grep -q '<details open' "$work/hash_dom.html" || fail 'a link opens nothing'

# A hostile plugin.
cat >"$work/evil.json" <<'JSON'
{"documentation": "javascript:document.title='owned'",
 "description": "https://x/\"onmouseover=\"document.title='owned'",
 "entrypoint": ["</pre><script>document.title='owned'</script>"],
 "network": {"type": "<img src=x onerror=document.title='owned'>"},
 "linux": {"capabilities": ["\"><svg onload=document.title='owned'>"]}}
JSON
"$specgen" report --host "$work/host.json" --engines 28.0.1..28.0.2 --title "</title><script>document.title='owned'</script>" \
  "$work/evil.json" -o "$work/evil.html"
chrome --dump-dom "file://$work/evil.html" >"$work/evil_dom.html"
! grep -q '<title>owned' "$work/evil_dom.html" || fail 'a plugin ran its script'
! grep -qE '<(img|svg)[ >]' "$work/evil_dom.html" || fail 'a plugin made markup'

! grep -q 'href="javascript' "$work/evil_dom.html" || fail 'a plugin made a link that runs'
! grep -qE '<[^>]* onmouseover=' "$work/evil_dom.html" || fail 'a plugin made an attribute'

# A plugin that few engines take, of words that nothing breaks.
cat >"$work/wide.json" <<JSON
{"description": "$(printf 'd%.0s' {1..300})", "documentation": "https://example.com/$(printf 'u%.0s' {1..300})",
 "interface": {"types": ["docker.volumedriver/1.0", "/$(printf 't%.0s' {1..300})"]},
 "mounts": [{"destination": "/d", "source": "/$(printf 's%.0s' {1..300})", "type": "bind", "options": ["bind"]}, {"destination": "/y"}],
 "linux": {"capabilities": ["CAP_$(printf 'C%.0s' {1..300})"]}}
JSON
"$specgen" report --host "$work/host.json" --engines 28.0.1..28.0.2 --title "$(printf 'T%.0s' {1..300})" \
  "$work/wide.json" -o "$work/wide.html" || [[ $? == 1 ]]

# A short report has all that a long one has, and is looked at sooner.
"$specgen" report --host "$work/host.json" --engines 28.0.1..28.2.0 --title 'example/volumes' \
  "$work/config.json" -o "$work/short.html"
# An upgrade from a plugin that is hostile.
"$specgen" report --host "$work/host.json" --engines 28.0.1..28.0.2 "$work/evil.json" \
  "$work/config.json" -o "$work/upgrade.html"
"$look_at_pages" "$browser" "$AXE" "$work"/{short,wide,evil,upgrade}.html || fail 'not everybody can read that'

# Pictures, light and dark, wide and narrow, and without JavaScript.
chrome --screenshot="$out/light.png" --window-size=1360,6000 "file://$work/report.html"
chrome --screenshot="$out/dark.png" --window-size=1360,2600 \
  --blink-settings=preferredColorScheme=0 "file://$work/report.html"
chrome --screenshot="$out/narrow.png" --window-size=520,2000 "file://$work/report.html"
sed '/^<script>/,/^<.script>/d' "$work/report.html" >"$work/plain.html"
! grep -q '<script' "$work/plain.html" || fail 'the script is still there'
chrome --screenshot="$out/no_script.png" --window-size=1360,2000 "file://$work/plain.html"
for picture in light dark narrow no_script; do
  [[ $(stat -c %s "$out/$picture.png") -gt 20000 ]] || fail "$picture.png is empty"
done
echo "screenshots are in $out"
