#!/usr/bin/env python3
"""The canary of check_includes.py: a made-up house with one fault at a time must fail, by name."""

import pathlib
import tempfile
import unittest

import check_includes

TABLE = """# House

## Who may include whom

| zone | folder | may include | parts | public headers |
| --- | --- | --- | --- | --- |
| `base` | `lib/base` | — | abseil, posix | error.h |
| `record` | `lib/record` | base | abseil, zstd | record.h |
| `record/plain` | `lib/record/plain` | base | pure | — |
| `tests` | `tests` | base, record | catch2 | — |
| `examples` | `examples` | base, record | — | — |

## Next
"""

HOUSE = {
    "docs/architecture.md": TABLE,
    "include/rill/error.h": "#pragma once\n#include <string>\n#include \"absl/status/status.h\"\n",
    "include/rill/record.h": "#pragma once\n#include \"rill/error.h\"\n",
    "lib/base/bytes.h": "#pragma once\n#include <unistd.h>\n",
    "lib/record/batch.cc": "#include <zstd.h>\n#include \"base/bytes.h\"\n#include \"rill/record.h\"\n",
    "lib/record/plain/state.h": "#pragma once\n#include <vector>\n#include \"base/bytes.h\"\n",
    "tests/catch.h": "#pragma once\n#include <catch2/catch.hpp>\n",
    "tests/record/batch_test.cc": "#include \"catch.h\"\n#include \"record/plain/state.h\"\n",
    "examples/first.cc": "#include <rill/record.h>\n",
}


def problems_of(changes):
    """The problems that the checker finds in the house with some files changed."""
    with tempfile.TemporaryDirectory() as folder:
        top = pathlib.Path(folder)
        for name, text in {**HOUSE, **changes}.items():
            if text is not None:
                (top / name).parent.mkdir(parents=True, exist_ok=True)
                (top / name).write_text(text, encoding="utf-8")
        checker = check_includes.Checker(top)
        checker.run()
        return checker.problems


class Canary(unittest.TestCase):
    def expect(self, changes, *texts):
        problems = problems_of(changes)
        self.assertEqual(len(problems), len(texts), problems)
        for problem, text in zip(problems, texts):
            self.assertIn(text, problem)

    def test_a_sound_house_has_no_problem(self):
        # tests/ may include record; its pure room needs no word of its own, for it is not in the row.
        self.expect({"tests/record/batch_test.cc": '#include "catch.h"\n'})

    def test_a_test_may_include_its_neighbours(self):
        self.expect(
            {
                "tests/record/helper.h": "#pragma once\n",
                "tests/record/batch_test.cc": '#include "record/helper.h"\n#include "helper.h"\n',
            }
        )

    def test_an_arrow_that_points_up(self):
        self.expect(
            {
                "tests/record/batch_test.cc": None,
                "lib/record/batch.h": "#pragma once\n",
                "lib/base/bytes.h": '#pragma once\n#include "record/batch.h"\n',
            },
            "lib/base/bytes.h:2: base may not include record (record/batch.h)",
        )

    def test_a_public_header_of_a_floor_above(self):
        self.expect(
            {"tests/record/batch_test.cc": None, "lib/base/a.cc": '#include "rill/record.h"\n'},
            "lib/base/a.cc:1: base may not include record (rill/record.h)",
        )

    def test_a_row_that_names_one_header_gives_that_header_alone(self):
        changes = {
            "tests/record/batch_test.cc": None,
            "docs/architecture.md": TABLE.replace("| base | pure", "| base, rill/record.h | pure"),
            "lib/record/plain/a.cc": '#include "rill/record.h"\n',
        }
        self.expect(changes)
        self.expect(
            {**changes, "lib/record/plain/b.cc": '#include "record/plain/../batch.h"\n'},
            "lib/record/plain/../batch.h does not exist",
        )

    def test_a_room_that_the_row_does_not_name(self):
        self.expect({}, "tests may not include record/plain (record/plain/state.h)")

    def test_a_part_that_the_row_does_not_name(self):
        self.expect(
            {"tests/record/batch_test.cc": None, "lib/base/a.cc": "#include <zstd.h>\n"},
            "base may not include zstd",
        )
        self.expect(
            {"tests/record/batch_test.cc": None, "lib/record/a.cc": "#include <sys/mman.h>\n"},
            "record may not include posix",
        )

    def test_threads_in_a_pure_room(self):
        self.expect(
            {
                "tests/record/batch_test.cc": None,
                "lib/record/plain/state.h": "#pragma once\n#include <mutex>\n",
            },
            "record/plain is pure",
        )

    def test_a_public_header_that_needs_more_than_users_have(self):
        self.expect(
            {
                "tests/record/batch_test.cc": None,
                "include/rill/record.h": '#pragma once\n#include <zstd.h>\n#include "base/bytes.h"\n',
            },
            "only the standard library, Abseil and rill",
            "which is not installed",
        )

    def test_a_public_header_that_no_row_has(self):
        self.expect(
            {"tests/record/batch_test.cc": None, "include/rill/new.h": "#pragma once\n"},
            "include/rill/new.h:1: no row",
        )

    def test_an_example_that_looks_inside(self):
        self.expect(
            {"tests/record/batch_test.cc": None, "examples/first.cc": '#include "base/bytes.h"\n'},
            "it may use what users have",
        )

    def test_a_neighbour_included_without_its_floor(self):
        self.expect(
            {"tests/record/batch_test.cc": None, "lib/base/bytes.cc": '#include "bytes.h"\n'},
            "is to be included by its floor",
        )

    def test_files_too_long_and_lines_too_wide(self):
        self.expect(
            {
                "tests/record/batch_test.cc": None,
                "lib/base/long.cc": "\n" * 801,
                "lib/base/wide.cc": "\n//" + "x" * 99 + "\n",
            },
            "lib/base/long.cc:801: more than 800 lines",
            "lib/base/wide.cc:2: more than 100 columns",
        )

    def test_headers_without_guard_or_with_using_namespace(self):
        self.expect(
            {
                "tests/record/batch_test.cc": None,
                "lib/base/bytes.h": "using namespace std;\n",
            },
            "a header without #pragma once",
            "using namespace in a header",
        )

    def test_a_folder_that_no_row_has(self):
        self.expect(
            {"tests/record/batch_test.cc": None, "lib/attic/a.cc": "\n"},
            "lib/attic/a.cc:1: no row",
        )

    def test_a_row_without_a_folder(self):
        self.expect(
            {
                "tests/record/batch_test.cc": None,
                "docs/architecture.md": TABLE.replace("`lib/base`", "`lib/cellar`"),
                "lib/base/bytes.h": None,
                "lib/record/batch.cc": None,
                "lib/record/plain/state.h": None,
                "lib/record/plain/state.cc": "\n",
            },
            "there is no folder lib/cellar",
        )


if __name__ == "__main__":
    unittest.main()
