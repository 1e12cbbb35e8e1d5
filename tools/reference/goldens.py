"""Reads and writes the goldens of testdata/ (see testdata/README.md)."""

import difflib
import gzip
import json
import os
import re

WIDTH = 88  # what fits into a line stands in one

# Specs as lines --------------------------------------------------------------

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\[\]{},:"\s]+|\s+')


def spread(spec):
    """A spec without white space, as lines that people can read and compare: one
    for each object in a list, such as a mount, and for what else fits into one.
    Of its tokens none is changed."""
    tokens = _TOKEN.findall(spec)
    if b"".join(tokens) != spec:
        raise ValueError(f"no JSON: {spec[:80]!r}")
    # The token that closes what each one opens.
    closes, open_ = {}, []
    for i, token in enumerate(tokens):
        if token in (b"{", b"["):
            open_.append(i)
        elif token in (b"}", b"]"):
            closes[open_.pop()] = i
    lines = [b""]

    def flat(first, last):
        return b"".join(t + b" " if t in (b",", b":") else t for t in tokens[first:last])

    def write(i, depth):
        """Writes the value at token i; returns what is behind it."""
        end = closes.get(i, i) + 1
        text = flat(i, end)
        if tokens[i:i + 2] == [b"[", b"{"]:
            fits = False
        elif tokens[i] == b"{" and tokens[i - 1] in (b"[", b","):
            fits = True
        else:
            fits = len(lines[-1]) + len(text) < WIDTH
        if end <= i + 2 or fits:
            lines[-1] += text
            return end
        lines[-1] += tokens[i]
        at = i + 1
        while at < end - 1:
            lines.append(b"  " * (depth + 1))
            if tokens[i] == b"{":
                lines[-1] += tokens[at] + b": "
                at += 2
            at = write(at, depth + 1)
            if tokens[at] == b",":
                lines[-1] += b","
                at += 1
        lines.append(b"  " * depth + tokens[end - 1])
        return end

    write(0, 0)
    if compact(lines) != spec:
        raise ValueError(f"cannot be written as lines: {spec[:80]!r}")
    return lines


def compact(lines):
    """The spec of those lines."""
    return b"".join(t for line in lines for t in _TOKEN.findall(line) if not t.isspace())


def changes(base, lines):
    """What makes the lines of another spec of those of `base`."""
    out = []
    matcher = difflib.SequenceMatcher(None, base, lines, autojunk=False)
    for what, b, base_end, i, end in matcher.get_opcodes():
        if what != "equal":
            out.append(b"@@ %d" % (b + 1))
            out += [b"-" + line for line in base[b:base_end]]
            out += [b"+" + line for line in lines[i:end]]
    return out


def changed(base, change, where):
    """The lines that `changes` wrote."""
    out, at = [], 0  # of base
    for line in change:
        if line.startswith(b"@@ "):
            start = int(line[3:]) - 1
            out += base[at:start]
            at = start
        elif line[:1] == b"-" and base[at:at + 1] == [line[1:]]:
            at += 1
        elif line[:1] == b"+":
            out.append(line[1:])
        else:
            raise ValueError(f"{where}: does not fit: {line!r}")
    return out + base[at:]


def case_text(title, request, answers, calls=None, settings=None):
    """A case as a file holds it. `answers` are (places, lines), of which lines
    are as `parse_case` gives them."""
    out = [b"=== proves: " + title.encode()] if title else []
    out += [b"=== request", request]
    if calls is not None:
        out += [b"=== set"] + calls
    if settings is not None:
        out += [b"=== settings", settings]
    specs = []  # (place, lines) of those written so far
    for places, body in answers:
        hosts = {}
        for host, release in places:
            hosts.setdefault(host, []).append(release)
        for host, releases in hosts.items():
            out.append(f"=== answer {host} {' '.join(releases)}".encode())
        if body[0] != b"ok":
            out += body
            continue
        lines = spread(body[1])
        best = [b"ok"] + lines
        for place, base in reversed(specs):
            difference = changes(base, lines)
            if len(difference) + 1 < len(best):
                best = [b"ok as %s, but" % " ".join(place).encode()] + difference
        out += best + body[2:]
        specs.append((places[0], lines))
    return b"\n".join(out) + b"\n"


# Cases -------------------------------------------------------------------------


class Case:
    """One request, and what Docker answered on which host and release."""

    def __init__(self, request, title=""):
        self.request = request  # the line
        self.title = title  # what it proves
        self.calls = None  # of `docker plugin set`: (arguments, refusal or None)
        self.settings = None  # the text
        self.answers = {}  # (host, release) -> the lines of the answer

    @property
    def name(self):
        # The line as a whole may not be text.
        return re.match(rb'\{"name": "([A-Za-z0-9._-]+)"', self.request)[1].decode()


def _sections(text, path):
    """(words after "===", lines) of each section."""
    sections = []
    for line in text.split(b"\n")[:-1]:
        if line.startswith(b"=== "):
            sections.append((line[4:].decode().split(), []))
        elif not sections:
            raise ValueError(f"{path}: text before the first section")
        else:
            sections[-1][1].append(line)
    return sections


def parse_case(text, path):
    case = None
    title = ""
    waiting = []
    specs = {}  # place -> lines
    for words, lines in _sections(text, path):
        if words[0] == "proves:":
            title = " ".join(words[1:])
        elif words == ["request"]:
            case = Case(lines[0], title)
        elif words == ["set"]:
            case.calls = []
            for line in lines:
                columns = line.split(b"\t")
                case.calls.append((json.loads(columns[0]),
                                   json.loads(columns[2]) if len(columns) > 2
                                   else None))
        elif words == ["settings"]:
            case.settings = lines[0]
        elif words[0] == "answer":
            waiting += [(words[1], release) for release in words[2:]]
            if lines:  # else the next section holds the same answer
                rest = len(lines) - lines[-1].startswith(b"mkdir ")
                if lines[0].startswith(b"ok"):
                    base = re.fullmatch(rb"ok as (\S+) (\S+), but", lines[0])
                    spec = lines[1:rest]
                    if base:
                        place = (base[1].decode(), base[2].decode())
                        spec = changed(specs[place], spec, path)
                    specs |= dict.fromkeys(waiting, spec)
                    lines = [b"ok", compact(spec)] + lines[rest:]
                for place in waiting:
                    case.answers[place] = lines
                waiting = []
        else:
            raise ValueError(f"{path}: unknown section {words}")
    return case


def set_names(testdata):
    """The NAMEs that read_set takes, sorted."""
    return sorted(entry.name for entry in os.scandir(f"{testdata}/cases") if entry.is_dir())


def read_set(testdata, name):
    """The cases of testdata/cases/NAME, sorted by name."""
    directory = f"{testdata}/cases/{name}"
    cases = []
    for file in sorted(os.listdir(directory)):
        if file.endswith(".case"):
            with open(f"{directory}/{file}", "rb") as opened:
                cases.append(parse_case(opened.read(), f"{directory}/{file}"))
    return cases


def read_random(testdata):
    """The cases of testdata/random/cases.gz, none where it is not there."""
    path = f"{testdata}/random/cases.gz"
    if not os.path.exists(path):
        return []
    with gzip.open(path, "rb") as file:
        text = file.read()
    return [parse_case(part.split(b"\n", 1)[1], path)
            for part in text.split(b"=== case ")[1:]]


def read_titles(testdata):
    """What people call the cases: the name that each was recorded under -> (name
    of its file, what it proves)."""
    titles = {}
    with open(f"{testdata}/cases/titles.tsv", encoding="utf-8") as file:
        for line in file:
            if not line.startswith("#"):
                recorded, name, title = line.rstrip("\n").split("\t")
                titles[recorded] = (name, title)
    return titles


def read_host(testdata, name):
    with open(f"{testdata}/hosts/{name}.json", encoding="utf-8") as file:
        return json.load(file)
