"""Reads the goldens of testdata/ (see testdata/README.md)."""

import gzip
import json
import os


class Case:
    """One request, and what Docker answered on which host and release."""

    def __init__(self, request):
        self.request = request  # the line
        self.calls = None  # of `docker plugin set`: (arguments, refusal or None)
        self.settings = None  # the text
        self.answers = {}  # (host, release) -> the lines of the answer

    @property
    def name(self):
        return json.loads(self.request)["name"]


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
    waiting = []
    for words, lines in _sections(text, path):
        if words == ["request"]:
            case = Case(lines[0])
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
                for place in waiting:
                    case.answers[place] = lines
                waiting = []
        else:
            raise ValueError(f"{path}: unknown section {words}")
    return case


def read_set(testdata, name):
    """The cases of testdata/cases/NAME, sorted by name."""
    folder = f"{testdata}/cases/{name}"
    cases = []
    for file in sorted(os.listdir(folder)):
        if file.endswith(".case"):
            with open(f"{folder}/{file}", "rb") as opened:
                cases.append(parse_case(opened.read(), f"{folder}/{file}"))
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


def read_host(testdata, name):
    with open(f"{testdata}/hosts/{name}.json", encoding="utf-8") as file:
        return json.load(file)
