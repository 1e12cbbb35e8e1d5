#!/usr/bin/env python3
"""Tests of what needs neither Go nor Docker nor root's rights."""

import base64
import contextlib
import importlib.machinery
import importlib.util
import io
import json
import os
import stat
import tempfile
import unittest
from unittest import mock

import engines
import goldens
import host_tree
import random_requests

HERE = os.path.dirname(os.path.abspath(__file__))


def script(name):
    """A program of this directory, as a module."""
    loader = importlib.machinery.SourceFileLoader(name, f"{HERE}/{name}")
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


differ = script("differ")
dockerd = script("dockerd")
record = script("record")
update = script("update")


class Captures(unittest.TestCase):
    def test_a_request_without_an_answer_costs_only_its_own(self):
        def capture(_, engine, request, program):
            if request["name"] == "hangs":
                raise TimeoutError("timed out")
            return {"name": request["name"], "engine": engine}, program

        daemon, out, told = mock.Mock(), io.BytesIO(), io.StringIO()
        with mock.patch.object(dockerd, "capture", capture), \
                contextlib.redirect_stderr(told), \
                self.assertRaisesRegex(engines.Failure, "1 of 3 .*: hangs$"):
            dockerd.capture_all(daemon, "1", [{"name": "a"}, {"name": "hangs"},
                                              {"name": "b"}], b"{}", out)
        self.assertEqual([line.split(b"\t") for line in out.getvalue().splitlines()],
                         [[b'{"name": "a", "engine": "1"}', b"{}"],
                          [b'{"name": "b", "engine": "1"}', b"{}"]])
        self.assertEqual(told.getvalue(), "dockerd: hangs: timed out\n")
        daemon.start_anew.assert_called_once_with()


class RandomRequests(unittest.TestCase):
    def test_same_seed_same_requests_and_host(self):
        base = {"entries": []}
        self.assertEqual(random_requests.random_requests(7, 50),
                         random_requests.random_requests(7, 50))
        self.assertNotEqual(random_requests.random_requests(7, 50),
                            random_requests.random_requests(8, 50))
        self.assertEqual(random_requests.random_host(7, base),
                         random_requests.random_host(7, base))
        self.assertEqual(base, {"entries": []})

    def test_every_second_request_is_well_formed(self):
        broken = 0
        for i, line in enumerate(random_requests.random_requests(1, 400)):
            text = base64.b64decode(json.loads(line)["config_b64"])
            try:
                json.loads(text)
            except (ValueError, RecursionError):
                self.assertEqual(i % 2, 1, text)
                broken += 1
        self.assertGreater(broken, 20)

    def test_wild_requests_hold_what_they_promise(self):
        texts = [base64.b64decode(json.loads(line)["config_b64"])
                 for line in random_requests.random_requests(2, 2000)]
        for piece in ("ſ".encode(), "\u212a".encode(), b"\xff", b"\\ud800", b"null",
                      b"4294967296", b"[" * 9000, b'{"a":' * 9000, b"NaN"):
            self.assertTrue(any(piece in text for text in texts), piece[:20])


class Engines(unittest.TestCase):
    def test_releases_sort_as_they_came_out(self):
        releases = ["20.10.9", "20.10.24", "24.0.0-beta.1", "24.0.0-rc.2", "24.0.0"]
        self.assertEqual(sorted(reversed(releases), key=engines.key), releases)


class HostTree(unittest.TestCase):
    def test_files_are_as_described(self):
        me = {"uid": os.getuid(), "gid": os.getgid()}
        host = {"entries": [
            {"path": "/a/file", "type": "file", "mode": "0640", **me},
            {"path": "/a/link", "type": "symlink", "target": "file", **me},
            {"path": "/a/pipe", "type": "fifo", "mode": "0604", **me},
            {"path": "/a/sub", "type": "dir", "mode": "1777", **me},
            {"path_hex": b"/a/\xff".hex(), "type": "file", "mode": "0600", **me}],
                "possible_cpus": [0, 1], "thermal_throttle_cpus": [1]}
        with host_tree.HostTree(host) as tree:
            root = tree.root
            self.assertEqual(stat.S_IMODE(os.stat(f"{root}/a/file").st_mode), 0o640)
            self.assertEqual(os.readlink(f"{root}/a/link"), "file")
            mode = os.stat(f"{root}/a/pipe").st_mode
            self.assertTrue(stat.S_ISFIFO(mode))
            self.assertEqual(stat.S_IMODE(mode), 0o604)
            self.assertEqual(stat.S_IMODE(os.stat(f"{root}/a/sub").st_mode), 0o1777)
            self.assertTrue(os.path.lexists(root.encode() + b"/a/\xff"))
            cpus = f"{root}/{host_tree.CPU_DIRECTORY}"
            self.assertEqual(sorted(os.listdir(cpus)), ["cpu1", "possible"])
        self.assertFalse(os.path.exists(root))

    def test_a_bad_host_leaves_nothing(self):
        before = set(os.listdir(tempfile.gettempdir()))
        with self.assertRaisesRegex(host_tree.BadHost, "/x.*door"):
            with host_tree.HostTree({"entries": [{"path": "/x", "type": "door"}]}):
                pass
        left = set(os.listdir(tempfile.gettempdir())) - before
        self.assertFalse([n for n in left if n.startswith("specgen-reference-")])


class Differ(unittest.TestCase):
    def test_what_counts(self):
        def same(a, b):
            return differ.what_counts(a) == differ.what_counts(b)
        self.assertFalse(same(b"ok\t{}", b"ok\t{ }"))
        self.assertTrue(same(b'error\tdecode\t"a"', b'error\tdecode\t"b"'))
        self.assertFalse(same(b'error\tspec\t"a"', b'error\tspec\t"b"'))
        self.assertTrue(same(b'error\tspec\t"\\u00e4"', 'error\tspec\t"ä"'.encode()))
        self.assertFalse(same(b'error\tspec\t"a"', b'error\tsettings\t"a"'))
        self.assertTrue(same(b'panic\tspec\t"a"', b'panic\tspec\t"b"'))
        self.assertFalse(same(b'panic\tspec\t"a"', b'error\tspec\t"a"'))

    def test_shrinks_to_what_matters(self):
        class Needs:
            """Differs where the config says "needle" and a setting "set"."""
            def differs(self, lines):
                requests = [json.loads(line) for line in lines]
                return [b"needle" in differ._config_of(r) and "set" in r["set"]
                        for r in requests]
        line = json.dumps({
            "name": "n", "set": ["a", "set", "b"], "id": "1", "rootfs": "/x",
            "exec_root": "/y", "config": {"a": [1, 2, {"needle": "x" * 50}], "b": None}})
        small = json.loads(differ.shrink(Needs(), line.encode()))
        self.assertEqual(small["set"], ["set"])
        self.assertLess(len(small["config_text"]), len('{"a":[{"needle":""}]}') + 1)


class Record(unittest.TestCase):
    def test_only_go_and_chance_keep_the_old_answer(self):
        def kept(old, new, any_order=False):
            return record.settled(old, new, any_order) == old
        self.assertTrue(kept(b'error\tdecode\t"a"', b'error\tdecode\t"b"'))
        self.assertFalse(kept(b'error\tspec\t"a"', b'error\tspec\t"b"'))
        self.assertFalse(kept(b'error\tdecode\t"a"', b'error\tspec\t"a"'))
        self.assertFalse(kept(b"ok\t{}", b'error\tspec\t"a"'))
        one = b'ok\t{"mounts":[{"options":["a","b"]}]}'
        other = b'ok\t{"mounts":[{"options":["b","a"]}]}'
        self.assertFalse(kept(one, other))
        self.assertTrue(kept(one, other, any_order=True))
        self.assertFalse(kept(one, b'ok\t{"mounts":[]}', any_order=True))

    def test_adds_what_a_new_release_answers(self):
        requests = {"userns": [("n", b'{"name": "n"}')], "curated": [("m", b"{}")]}
        answers = {("userns", "userns", "29.0.0"): {"n": b"ok\t{}"},
                   ("curated", "reference", "29.0.0"): {"m": b"ok\t{}"}}
        new = {True: b'ok\t{"a":1}', False: b'ok\t{"b":1}'}

        class Tree(contextlib.nullcontext):
            def __init__(self, host):
                super().__init__(host)

        def answer(in_namespace):
            return lambda *_: [(b"n" if in_namespace else b"m", new[in_namespace])]

        with mock.patch.object(record.engines, "behaviours",
                               lambda: {"29.1.0": "29.1.0"}), \
                mock.patch.object(record.engines, "user_namespace_answers", answer(True)), \
                mock.patch.object(record.engines, "docker_answers", answer(False)), \
                mock.patch.object(record.goldens, "read_host", lambda *_: {}), \
                mock.patch.object(record.host_tree, "HostTree", Tree), \
                contextlib.redirect_stdout(io.StringIO()):
            self.assertTrue(record.record_engines(["29.1.0"], requests, answers,
                                                  True, True))
        self.assertEqual(answers, {
            ("userns", "userns", "29.0.0"): {"n": b"ok\t{}"},
            ("userns", "userns", "29.1.0"): {"n": new[True]},
            ("curated", "reference", "29.0.0"): {"m": b"ok\t{}"},
            ("curated", "reference", "29.1.0"): {"m": new[False]}})

    def test_reads_goldens_back(self):
        text = (b'=== request\n{"name": "n", "config": {}}\n'
                b"=== answer reference 1.0 2.0\n=== answer userns 2.0\n"
                b'error spec\n"m"\n=== answer reference 3.0\nok\n{}\nmkdir []\n')
        case = goldens.parse_case(text, "x")
        self.assertEqual(case.name, "n")
        self.assertEqual({k: record.columns(v) for k, v in case.answers.items()}, {
            ("reference", "1.0"): b'error\tspec\t"m"',
            ("reference", "2.0"): b'error\tspec\t"m"',
            ("userns", "2.0"): b'error\tspec\t"m"',
            ("reference", "3.0"): b"ok\t{}\tmkdir\t[]"})

    def test_specs_become_lines_and_come_back(self):
        for spec in (b"{}", b"[]", b'{"a":[],"b":{}}', b'"x"', b"1.50",
                     b'{"a b":" , : \\" \\\\","c":[1E+2,null,-0],"d":[{"e":"\\u003c"}]}',
                     b'{"mounts":[' + b",".join([b'{"destination":"/a"}'] * 40) + b"]}",
                     '{"ä":["\u2028","😀"]}'.encode()):
            lines = goldens.spread(spec)
            self.assertEqual(goldens.compact(lines), spec)
            self.assertFalse(any(b"\n" in line for line in lines))
        long = b'"%s"' % (b"x" * 80)
        self.assertEqual(
            goldens.spread(b'{"mounts":[{"a":1},{"b":' + long + b'}],"c":[1,2]}'),
            [b"{", b'  "mounts": [', b'    {"a": 1},', b'    {"b": ' + long + b"}",
             b"  ],", b'  "c": [1, 2]', b"}"])
        with self.assertRaises(ValueError):
            goldens.spread(b'{"a": 1}')  # a space that would be lost

    def test_changes_give_the_other_spec(self):
        base = [b"a", b"b", b"c", b"d"]
        for other in ([], base, [b"x"], [b"b", b"c"], [b"a", b"x", b"b", b"d", b"e"]):
            change = goldens.changes(base, other)
            self.assertEqual(goldens.changed(base, change, "x"), other)
        for wrong in ([b"@@ 1", b"-b"], [b"text"], [b"@@ 5", b"-d"]):
            with self.assertRaises(ValueError):
                goldens.changed(base, wrong, "x")

    def test_cases_are_read_as_they_were_written(self):
        specs = [b'{"v":"%d","list":["%s"]}' % (i, b"x" * 100) for i in range(3)]
        answers = [([("reference", "1.0"), ("userns", "1.0")], [b"ok", specs[0]]),
                   ([("reference", "2.0")], [b"error spec", b'"m"', b"mkdir []"]),
                   ([("userns", "2.0")], [b"ok", specs[1], b"mkdir []"]),
                   ([("userns", "3.0")], [b"ok", specs[2]])]
        request = b'{"name": "n", "config": {}}'
        text = goldens.case_text("this", request, answers)
        self.assertTrue(text.startswith(b"=== proves: this\n=== request\n"))
        self.assertIn(b"\nok as reference 1.0, but\n@@ 2\n", text)
        case = goldens.parse_case(text, "x")
        self.assertEqual((case.title, case.request), ("this", request))
        self.assertEqual(case.answers, {place: lines for places, lines in answers
                                        for place in places})


class Update(unittest.TestCase):
    """Against what a module proxy said, as it was saved."""

    TABLE = (
        'date: "2026-09-01"\n\n'
        'release { name: "28.5.2" date: "2025-11-05" tag: "v28.5.2" behaviour: "28.2.0"'
        " user_namespace: KEEP_LOCKED_FLAGS }\n"
        'release { name: "29.7.2" date: "2026-08-05" tag: "docker-v29.7.2" behaviour:'
        ' "29.5.0" user_namespace: ROOTLESS }\n'
        'release { name: "29.8.0" date: "2026-09-03" tag: "docker-v29.8.0" behaviour:'
        ' "29.5.0" user_namespace: ROOTLESS presumed: "its code is not published as a'
        ' Go module" }\n'
        'build { name: "28.5.2+x" }\n')
    PROXY = {
        "github.com/docker/cli": {
            "v28.5.2+incompatible": "2025-11-05", "v28.5.3+incompatible": "2026-09-04",
            "v29.8.1+incompatible": "2026-09-15", "v29.9.0-rc.1+incompatible": "2026-10-01",
            "v29.9.0+incompatible": "2026-10-08"},
        "github.com/docker/docker": {"v28.5.3+incompatible": "2026-09-04"},
        "github.com/moby/moby/v2": {"v2.0.0-beta.23": "2026-09-03",
                                    "v2.0.0-beta.24": "2026-09-15"}}

    def test_finds_what_is_missing_and_what_can_be_recorded(self):
        self.assertEqual(
            [(m.name, m.module, m.in_table) for m in update.missing(self.TABLE, self.PROXY)],
            [("28.5.3", "github.com/docker/docker@v28.5.3+incompatible", False),
             ("29.8.0", "github.com/moby/moby/v2@v2.0.0-beta.23", True),
             ("29.8.1", "github.com/moby/moby/v2@v2.0.0-beta.24", False),
             ("29.9.0-rc.1", None, False), ("29.9.0", None, False)])

    def test_asks_for_all_that_is_not_recorded(self):
        def go_list(*args):
            if args[0] == "-versions":
                return " ".join([args[1], *self.PROXY[args[1]]])
            module, _, version = args[1].partition("@")
            return json.dumps({"Time": self.PROXY[module][version] + "T00:00:00Z"})
        # Presumed until now, and published meanwhile.
        table = self.TABLE.replace('name: "29.8.0"', 'name: "28.5.3"')
        with mock.patch.object(update, "go_list", go_list):
            asked = update.ask_proxy(table)
        self.assertEqual(asked["github.com/docker/docker"],
                         {"v28.5.3+incompatible": "2026-09-04"})
        self.assertNotIn("v28.5.2+incompatible", asked["github.com/docker/cli"])

    def test_the_table_holds_it_in_order_and_nothing_more(self):
        table = self.TABLE
        for release in update.missing(table, self.PROXY):
            table = update.with_release(table, release, presumed=not release.module)
        self.assertEqual(update.missing(table, self.PROXY), [])
        new = [line for line in table.splitlines() if line not in self.TABLE]
        rule = 'behaviour: "29.5.0" user_namespace: ROOTLESS'
        why = 'presumed: "its code is not published as a Go module"'
        self.assertEqual(new, [
            'release { name: "28.5.3" date: "2026-09-04" tag: "v28.5.3" behaviour:'
            ' "28.2.0" user_namespace: KEEP_LOCKED_FLAGS }',
            f'release {{ name: "29.8.0" date: "2026-09-03" tag: "docker-v29.8.0" {rule}'
            ' module: "2.0.0-beta.23" }',
            f'release {{ name: "29.8.1" date: "2026-09-15" tag: "docker-v29.8.1" {rule}'
            ' module: "2.0.0-beta.24" }',
            f'release {{ name: "29.9.0-rc.1" date: "2026-10-01" tag: "docker-v29.9.0-rc.1"'
            f" {rule} {why} }}",
            f'release {{ name: "29.9.0" date: "2026-10-08" tag: "docker-v29.9.0" {rule}'
            f" {why} }}"])
        names = [m[1] for m in update._RELEASE.finditer(table)]
        self.assertEqual(names, sorted(names, key=engines.key))
        self.assertTrue(table.endswith('build { name: "28.5.2+x" }\n'))
        self.assertTrue(update.of_day(table, "2026-10-09").startswith(
            'date: "2026-10-09"\n\nrelease'))

    def test_what_answers_in_another_way_is_recorded_and_told(self):
        with tempfile.TemporaryDirectory() as work:
            table = f"{work}/releases.textproto"
            with open(table, "w", encoding="utf-8") as file:
                file.write(self.TABLE)
            page = f"{work}/page.md"
            with open(page, "w", encoding="utf-8") as file:
                file.write("engines: newest recorded Docker 29.7.2, the default; newest "
                           "known 29.8.0 (presumed); table of ...\n")
            ran = []

            def run_tool(name, *args):
                ran.append((name, *args))
                # 29.8.1 differs in a random request.
                return int(name == "reference/differ" and "29.8.1" in args)

            output = io.StringIO()
            with mock.patch.object(update, "TABLE", table), \
                    mock.patch.object(update, "PAGE", page), \
                    mock.patch.object(update, "run_tool", run_tool), \
                    mock.patch.object(update, "module_directory", lambda r: r), \
                    mock.patch.object(update, "changed_files",
                                      lambda old, new: [f"{old}-{new}.go"]), \
                    mock.patch.object(update.engines, "known",
                                      lambda: ["28.5.2", "29.8.0", "29.8.1"]), \
                    contextlib.redirect_stdout(output):
                self.assertFalse(update.update(self.PROXY, "2026-10-09"))
            with open(table, encoding="utf-8") as file:
                rows = {m[1]: m[3] for m in update._RELEASE.finditer(file.read())}
            with open(page, encoding="utf-8") as file:
                self.assertEqual(file.read(),
                                 "engines: newest recorded Docker 29.8.1, the default; "
                                 "newest known 29.9.0 (presumed); table of ...\n")
        # A page that no longer shows them is no place for them.
        with self.assertRaisesRegex(update.engines.Failure, "does not show"):
            update.with_newest("engines: Docker 29.7.2\n", self.TABLE)
        self.assertIn('behaviour: "29.5.0"', rows["29.8.0"])
        self.assertIn('behaviour: "29.8.1"', rows["29.8.1"])
        # Those that are presumed do as the release before them.
        self.assertIn('behaviour: "29.8.1"', rows["29.9.0"])
        self.assertEqual([call[0] for call in ran if "29.8.0" in call],
                         ["reference/new_engine", "reference/record", "reference/differ"])
        at = ran.index(("reference/differ", "--engines", "29.8.1", "--random", "2000",
                        "--no-goldens"))
        self.assertEqual(ran[at + 1][:5], ("reference/record", "--engines", "29.8.1",
                                           "--userns", "--add"))
        directory = ran[at + 1][-1]
        self.assertEqual(ran[at + 2], ("record_goldens", "--from", directory))
        text = output.getvalue()
        self.assertIn('behaviour {\n  name: "29.8.1"\n  based_on: "29.5.0"\n', text)
        self.assertIn('sources: ["29.8.0-29.8.1.go"]', text)
        self.assertIn("4 releases added; 3 recorded, answers of 29.8.1 differ; 2 presumed "
                      "to have behaviour 29.8.1, of which no answer was compared\n", text)

    def test_what_is_presumed_follows_what_is_recorded_before_it(self):
        row = ('release {{ name: "{0}" date: "2026-10-01" tag: "docker-v{0}" behaviour:'
               ' "29.5.0" user_namespace: ROOTLESS{1} }}\n')
        why = f' presumed: "{update.NOT_PUBLISHED}"'
        table = self.TABLE.replace("build {", "".join(
            [row.format("29.9.0-rc.1", why), row.format("29.9.0", ""),
             row.format("29.9.1", why)]) + "build {")
        behaviour = {m[1]: update.behaviour_in(
            update.with_own_behaviour(table, "29.7.2"), m[1])
                     for m in update._RELEASE.finditer(table)}
        self.assertEqual(behaviour, {
            "28.5.2": "28.2.0", "29.7.2": "29.7.2", "29.8.0": "29.7.2",
            "29.9.0-rc.1": "29.7.2", "29.9.0": "29.5.0", "29.9.1": "29.5.0"})
        # What is added between them, too.
        recorded = table.replace('"29.9.0" date: "2026-10-01" tag: "docker-v29.9.0" '
                                 'behaviour: "29.5.0" user_namespace: ROOTLESS',
                                 '"29.9.0" date: "2026-10-01" tag: "docker-v29.9.0" '
                                 'behaviour: "29.9.0" user_namespace: ROOTLESS_KEEP_CGROUP')
        added = update.with_release(recorded, update.Missing("29.9.2", "2026-10-02"), True)
        for name in ("29.9.1", "29.9.2"):
            line = next(m[3] for m in update._RELEASE.finditer(added) if m[1] == name)
            self.assertIn('behaviour: "29.9.0" user_namespace: ROOTLESS_KEEP_CGROUP', line)

    def test_only_what_was_compared_is_called_equal(self):
        def said(*found):
            return update.summary(self.TABLE, list(found), [])
        recorded = update.Missing("29.8.0", "2026-09-03", "m@v1", in_table=True)
        presumed = update.Missing("29.7.2", "2026-08-05")
        self.assertEqual(said(), "0 releases added, nothing is missing")
        self.assertEqual(said(recorded), "0 releases added; 1 recorded, all answers equal "
                                         "behaviour 29.5.0")
        self.assertEqual(said(presumed), "1 releases added; 1 presumed to have behaviour "
                                         "29.5.0, of which no answer was compared")
        self.assertNotIn("equal", said(presumed))

    def test_versions_of_modules_are_releases(self):
        for version, release in (("v29.8.0-rc.1+incompatible", "29.8.0-rc.1"),
                                 ("v17.03.1-ce+incompatible", "17.03.1"),
                                 ("v17.03.1-ce-rc1+incompatible", "17.03.1-rc1")):
            self.assertEqual(update.release_of(version), release)

    def test_names_the_files_that_changed(self):
        with tempfile.TemporaryDirectory() as work:
            for side, text in (("old", "a"), ("new", "b")):
                os.makedirs(f"{work}/{side}/oci")
                for name, body in (("defaults.go", text), ("same.go", "c"),
                                   ("defaults_test.go", text)):
                    with open(f"{work}/{side}/oci/{name}", "w", encoding="ascii") as file:
                        file.write(body)
            with open(f"{work}/new/oci/new.go", "w", encoding="ascii"):
                pass
            self.assertEqual(update.changed_files(f"{work}/old", f"{work}/new"),
                             ["oci/defaults.go", "oci/new.go"])


if __name__ == "__main__":
    unittest.main()
