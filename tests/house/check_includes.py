#!/usr/bin/env python3
"""Checks the shape of the house: check_includes.py <top of the source tree>

Reads the table "Who may include whom" of docs/architecture.md, and says where the sources do not
follow it:
  - an #include of a zone, a public header or a part that the table does not give to the includer;
  - a public header that includes more than the standard library, Abseil and rill;
  - a public header that the table does not place, or places twice, or a row without a folder;
  - a file above 800 lines, a line above 100 columns;
  - a header without #pragma once, or with `using namespace`.
"""

import pathlib
import re
import sys

MAX_LINES = 800
MAX_COLUMNS = 100

# How the #includes of a part are known. What no pattern here claims is "posix": the system's.
PARTS = {
    "std": r"([a-z_0-9]+|(stddef|stdint)\.h)",
    "abseil": r"absl/.*",
    "fmt": r"fmt/.*",
    "isal": r"(isa-l/.*|isa-l\.h)",
    "zstd": r"(zstd|zstd_errors)\.h",
    "lz4": r"lz4.*\.h",
    "snappy": r"snappy.*\.h",
    "zlib": r"zlib\.h",
    "cli11": r"CLI/.*",
    "json": r"nlohmann/.*",
    "asio": r"asio(/.*|\.hpp)",
    "re2": r"re2/.*",
    "rdkafka": r"librdkafka/.*",
    "sqlite": r"sqlite3\.h",
    "lmdb": r"lmdb\.h",
    "rocksdb": r"rocksdb/.*",
    "concurrentqueue": r"concurrentqueue/.*",
    "benchmark": r"benchmark/.*",
    "catch2": r"(catch2/.*|catch\.hpp)",
    "sanitizers": r"(sanitizer|fuzzer)/.*",
}
# What a zone marked "pure" has no use for: threads, clocks, files.
IMPURE = re.compile(
    r"(thread|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier|stop_token"
    r"|chrono|ctime|fstream|filesystem|iostream|absl/synchronization/.*)"
)
PUBLIC_PARTS = {"std", "abseil"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
ROW = re.compile(r"^\|(.*)\|\s*$")


class Zone:
    """A row of the table: a folder, and what its files may include."""

    def __init__(self, name, folder, uses, parts, headers):
        self.name = name
        self.folder = folder
        self.uses = uses
        self.parts = parts
        self.headers = headers


def words(cell):
    return [word.strip("` ") for word in cell.split(",") if word.strip("` —-")]


def read_table(top):
    """The zones by name, in the order of the table."""
    text = (top / "docs/architecture.md").read_text(encoding="utf-8")
    section = text.partition("\n## Who may include whom\n")[2].partition("\n## ")[0]
    zones = {}
    for line in section.splitlines():
        row = ROW.match(line)
        cells = [cell.strip() for cell in row.group(1).split("|")] if row else []
        if len(cells) != 5 or cells[0] == "zone" or set(cells[0]) <= set("- :"):
            continue
        name = cells[0].strip("`")
        zones[name] = Zone(name, cells[1].strip("`"), *(words(cell) for cell in cells[2:]))
    if not zones:
        raise SystemExit('docs/architecture.md has no table under "## Who may include whom"')
    return zones


class Checker:
    def __init__(self, top):
        self.top = top
        self.zones = read_table(top)
        self.problems = []
        self.header_zone = {}

    def run(self):
        self.check_table()
        count = 0
        for folder in ("include", "lib", "tests", "bench", "examples"):
            for path in sorted((self.top / folder).rglob("*")):
                if path.suffix in (".h", ".cc", ".c") and path.is_file():
                    self.check_file(path)
                    count += 1
        return count

    def problem(self, path, line, text):
        self.problems.append(f"{path.relative_to(self.top)}:{line}: {text}")

    def check_table(self):
        table = self.top / "docs/architecture.md"
        for zone in self.zones.values():
            if not (self.top / zone.folder).is_dir():
                self.problem(table, 1, f"zone {zone.name}: there is no folder {zone.folder}")
            for used in zone.uses:
                if used not in self.zones and not used.startswith("rill/"):
                    self.problem(table, 1, f"zone {zone.name} uses {used}, which has no row")
            for part in zone.parts:
                if part not in PARTS and part not in ("posix", "pure"):
                    self.problem(table, 1, f"zone {zone.name}: unknown part {part}")
            for header in zone.headers:
                if header in self.header_zone:
                    self.problem(table, 1, f"public header {header} is in two rows")
                if not (self.top / "include/rill" / header).is_file():
                    self.problem(table, 1, f"public header {header} does not exist")
                self.header_zone[header] = zone.name

    def zone_of(self, relative):
        """The zone of a path like "engine/group/x.h" or "tests/log/x.cc": the longest that fits."""
        best = None
        for zone in self.zones.values():
            inside = relative == zone.folder or relative.startswith(zone.folder + "/")
            if inside and (best is None or len(zone.folder) > len(best.folder)):
                best = zone
        return best

    def check_file(self, path):
        relative = path.relative_to(self.top).as_posix()
        lines = path.read_text(encoding="utf-8").splitlines()
        self.check_shape(path, lines)
        public = relative.startswith("include/rill/")
        if public:
            name = relative.removeprefix("include/rill/")
            zone = self.zones.get(self.header_zone.get(name))
            if zone is None:
                self.problem(path, 1, "no row of docs/architecture.md has this public header")
                return
        else:
            zone = self.zone_of(relative)
            if zone is None:
                self.problem(path, 1, "no row of docs/architecture.md has this folder")
                return
        for number, line in enumerate(lines, 1):
            match = INCLUDE.match(line)
            if match:
                wrong = self.judge(path, zone, public, match.group(1) == '"', match.group(2))
                if wrong:
                    self.problem(path, number, wrong)

    def check_shape(self, path, lines):
        if len(lines) > MAX_LINES:
            self.problem(path, len(lines), f"more than {MAX_LINES} lines")
        for number, line in enumerate(lines, 1):
            if len(line) > MAX_COLUMNS:
                self.problem(path, number, f"more than {MAX_COLUMNS} columns")
        if path.suffix != ".h":
            return
        if "#pragma once" not in (line.strip() for line in lines):
            self.problem(path, 1, "a header without #pragma once")
        for number, line in enumerate(lines, 1):
            if re.match(r"\s*using\s+namespace\b", line):
                self.problem(path, number, "using namespace in a header")

    def judge(self, path, zone, public, quoted, name):
        """What is wrong with `#include name` in a file of `zone`, or None."""
        if name.startswith("rill/"):
            return self.judge_public_header(zone, name.removeprefix("rill/"))
        in_library = path.relative_to(self.top).parts[0] in ("include", "lib")
        if quoted and not in_library and self.is_neighbour(path, name):
            return None
        if "/" in name and (self.top / "lib" / name.split("/")[0]).is_dir():
            return self.judge_inner_header(zone, public, name)
        if quoted and self.is_neighbour(path, name):
            return f'"{name}" is to be included by its floor: "<floor>/{name}"'
        return self.judge_part(zone, public, name)

    def judge_public_header(self, zone, header):
        owner = self.header_zone.get(header)
        if owner is None:
            return f"rill/{header} is in no row of docs/architecture.md"
        if f"rill/{header}" in zone.uses:
            return None
        return self.judge_use(zone, owner, f"rill/{header}")

    def judge_inner_header(self, zone, public, name):
        owner = self.zone_of("lib/" + name)
        if public:
            return f"a public header includes {name}, which is not installed"
        if not (self.top / "lib" / name).is_file():
            return f"lib/{name} does not exist"
        if owner is None:
            return f"lib/{name} is in no row of docs/architecture.md"
        if zone.folder.startswith("examples"):
            return f"an example includes {name}: it may use what users have"
        return self.judge_use(zone, owner.name, name)

    def judge_use(self, zone, owner, what):
        if owner == zone.name or owner in zone.uses:
            return None
        return f"{zone.name} may not include {owner} ({what})"

    def is_neighbour(self, path, name):
        """Whether a quoted name is a file beside the includer, or at the top of its tree."""
        tree = self.top / path.relative_to(self.top).parts[0]
        return (path.parent / name).is_file() or (tree / name).is_file()

    def judge_part(self, zone, public, name):
        known = (part for part, pattern in PARTS.items() if re.fullmatch(pattern, name))
        part = next(known, "posix")
        if public and part not in PUBLIC_PARTS:
            return f"a public header includes {name}: only the standard library, Abseil and rill"
        if "pure" in zone.parts and IMPURE.fullmatch(name):
            return f"{zone.name} is pure: no threads, clocks or files ({name})"
        if part == "std" or part in zone.parts:
            return None
        return f"{zone.name} may not include {part} ({name})"


def main(arguments):
    if len(arguments) != 2:
        raise SystemExit(__doc__)
    checker = Checker(pathlib.Path(arguments[1]).resolve())
    count = checker.run()
    for problem in checker.problems:
        print(problem)
    print(f"{count} files checked, {len(checker.problems)} problems")
    return 1 if checker.problems or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
