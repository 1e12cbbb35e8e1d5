#!/usr/bin/env python3
"""Makes coverage reports in lcov's form, in place of Bazel's Java program.

Bazel calls it in two ways:
 - after each test, to convert what gcov wrote and to keep our own sources of it:
   --coverage_dir=FOLDER --output_file=FILE --source_file_manifest=FILE
   --filter_sources=REGEX...
 - at the end, to add up the reports of all tests, with --combined_report=lcov:
   --reports_file=FILE --output_file=FILE
gcov's JSON: https://gcc.gnu.org/onlinedocs/gcc-12.2.0/gcc/Invoking-Gcov.html
"""

import collections
import gzip
import json
import os
import re
import sys


class Report:
    """How often the lines and functions of each source ran."""

    def __init__(self):
        # By source: {line: count}, {function: [first line, count]}.
        self.lines = collections.defaultdict(lambda: collections.defaultdict(int))
        self.functions = collections.defaultdict(dict)

    def add_function(self, source, name, line, count):
        known = self.functions[source].setdefault(name, [line, 0])
        known[1] += count

    def add_gcov(self, data, wanted):
        for file in data["files"]:
            source = os.path.normpath(file["file"])
            if not wanted(source):
                continue
            # A line of a template is there once for each instance.
            for line in file["lines"]:
                self.lines[source][line["line_number"]] += line["count"]
            for function in file["functions"]:
                self.add_function(
                    source,
                    function.get("demangled_name") or function["name"],
                    function["start_line"],
                    function["execution_count"],
                )

    def add_lcov(self, text, wanted):
        source, starts = None, {}
        for line in text.splitlines():
            key, _, value = line.partition(":")
            if key == "SF":
                source, starts = value if wanted(value) else None, {}
            elif source is None:
                continue
            elif key == "DA":
                number, count = value.split(",")[:2]
                self.lines[source][int(number)] += int(count)
            elif key == "FN":
                number, name = value.split(",", 1)
                starts[name] = int(number)
            elif key == "FNDA":
                count, name = value.split(",", 1)
                self.add_function(source, name, starts.get(name, 0), int(count))

    def lcov(self):
        text = []
        for source in sorted(self.lines):
            lines, functions = self.lines[source], self.functions[source]
            text.append(f"SF:{source}")
            for name, (line, _) in sorted(functions.items(), key=lambda f: (f[1][0], f[0])):
                text.append(f"FN:{line},{name}")
            for name, (line, count) in sorted(functions.items(), key=lambda f: (f[1][0], f[0])):
                text.append(f"FNDA:{count},{name}")
            text.append(f"FNF:{len(functions)}")
            text.append(f"FNH:{sum(count > 0 for _, count in functions.values())}")
            for number in sorted(lines):
                text.append(f"DA:{number},{lines[number]}")
            text.append(f"LH:{sum(count > 0 for count in lines.values())}")
            text.append(f"LF:{len(lines)}")
            text.append("end_of_record")
        return "".join(line + "\n" for line in text)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def main(arguments):
    options = collections.defaultdict(list)
    for argument in arguments:
        key, _, value = argument.removeprefix("--").partition("=")
        options[key].append(value)
    output_file = options["output_file"][-1]
    report = Report()

    if options["reports_file"]:
        for path in read(options["reports_file"][-1]).splitlines():
            if path:
                report.add_lcov(read(path), lambda _: True)
    else:
        filters = [re.compile(regex) for regex in options["filter_sources"]]
        manifest = options["source_file_manifest"]
        instrumented = set(read(manifest[-1]).splitlines()) if manifest else None

        def wanted(source):
            return (instrumented is None or source in instrumented) and not any(
                regex.fullmatch(source) for regex in filters
            )

        for folder, _, names in os.walk(os.path.realpath(options["coverage_dir"][-1])):
            for name in sorted(names):
                path = os.path.join(folder, name)
                if name.endswith(".gcov.json.gz"):
                    with gzip.open(path, "rt", encoding="utf-8") as file:
                        report.add_gcov(json.load(file), wanted)
                elif name.endswith(".dat") and path != os.path.realpath(output_file):
                    report.add_lcov(read(path), wanted)

    with open(output_file, "w", encoding="utf-8") as file:
        file.write(report.lcov())


if __name__ == "__main__":
    main(sys.argv[1:])
