#!/usr/bin/env python3
"""Checks that the tests are there which docs/crash-safety.md names: check_named_tests.py <top>

What stands there in quotes is the name of a test case, and what stands in backquotes and begins with
tests/ a file or a folder.
"""

import pathlib
import re
import sys

TEST_CASE = re.compile(r'TEST_CASE\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)')
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
PATH = re.compile(r"`(tests/[^`\s]*)`")


def test_names(top):
    names = set()
    for source in (top / "tests").rglob("*.cc"):
        for literals in TEST_CASE.findall(source.read_text(encoding="utf-8")):
            names.add("".join(LITERAL.findall(literals)))
    return names


def rows_without_a_test(page):
    """Moments of the first table that name neither a test case nor a file of tests."""
    table = re.search(r"^\| moment \|.*?\n\n", page, re.MULTILINE | re.DOTALL).group(0)
    rows = [line.strip("|").split("|") for line in table.strip().splitlines()[2:]]
    return [row[0].strip() for row in rows if len(row) != 3 or not re.search(r'"|`tests/', row[2])]


def main(arguments):
    if len(arguments) != 2:
        raise SystemExit(__doc__)
    top = pathlib.Path(arguments[1]).resolve()
    page = (top / "docs/crash-safety.md").read_text(encoding="utf-8")
    names = test_names(top)
    named = [" ".join(name.split()) for name in re.findall(r'"([^"]+)"', page)]
    problems = [f'there is no test "{name}"' for name in named if name not in names]
    problems += [f"{path} does not exist" for path in PATH.findall(page)
                 if not (top / path).exists()]
    problems += [f"no test is named for: {moment}" for moment in rows_without_a_test(page)]
    for problem in problems:
        print(f"docs/crash-safety.md: {problem}")
    print(f"{len(named)} names looked up among {len(names)} tests, {len(problems)} problems")
    return 1 if problems or not named else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
