#!/usr/bin/env python3
"""The canary of abi.py: a change that breaks programs must be seen, whatever it is."""

import pathlib
import sys
import tempfile
import unittest

import abi

HEADER = pathlib.Path(sys.argv.pop(1))
COMPILER = sys.argv.pop(1)


def facts(text):
    """What abi.py says of a header, but for what the library adds."""
    header = abi.Header(text)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "c.h")
        path.write_text(text, encoding="utf-8")
        return (header.functions + header.callbacks + header.aliases + header.handles
                + abi.measure(header, path, COMPILER).splitlines())


class Canary(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = HEADER.read_text(encoding="utf-8")
        cls.agreed = facts(cls.text)

    def expect_seen(self, old, new):
        changed = self.text.replace(old, new, 1)
        self.assertNotEqual(changed, self.text, f"c.h has no {old!r}")
        self.assertNotEqual(facts(changed), self.agreed)

    def test_comments_and_line_ends_are_no_change(self):
        changed = self.text.replace("// A failure.", "// Something else.", 1)
        changed = changed.replace(", rill_error* error);", ",\n    rill_error* error);")
        self.assertEqual(facts(changed), self.agreed)

    def test_a_field_that_moves_is_seen(self):
        self.expect_seen("  int64_t offset;\n  int32_t partition;\n",
                         "  int32_t partition;\n  int64_t offset;\n")

    def test_fields_of_one_size_that_change_places_are_seen(self):
        self.expect_seen("  rill_bytes key;\n  rill_bytes value;\n",
                         "  rill_bytes value;\n  rill_bytes key;\n")

    def test_a_struct_that_grows_is_seen(self):
        self.expect_seen("  size_t size;\n} rill_bytes;", "  size_t size;\n  int more;\n} rill_bytes;")

    def test_a_type_of_the_same_size_is_seen(self):
        self.expect_seen("  int32_t kafka_code;  // of", "  uint32_t kafka_code;  // of")

    def test_a_number_that_changes_is_seen(self):
        self.expect_seen("RILL_DATA_LOSS = 15", "RILL_DATA_LOSS = 16")

    def test_a_parameter_that_changes_is_seen(self):
        self.expect_seen("rill_engine_close(rill_engine* engine,",
                         "rill_engine_close(const rill_engine* engine,")

    def test_a_function_that_goes_is_seen(self):
        self.expect_seen("RILL_C_API void rill_engine_free(rill_engine* engine);", "")

    def test_a_strange_declaration_is_refused(self):
        with self.assertRaises(SystemExit):
            abi.Header(self.text.replace("typedef int32_t rill_status;", "extern int rill_x;", 1))


if __name__ == "__main__":
    unittest.main()
