#!/usr/bin/env python3
"""Runs an example that writes a page of metrics, and reads it with Prometheus's own parser.

    prometheus_page.py <metrics program> <docs/guide/metrics.md>
"""

import os
import re
import subprocess
import sys
import tempfile

from prometheus_client.parser import text_string_to_metric_families


def check_histogram(family):
    buckets = [s for s in family.samples if s.name.endswith("_bucket")]
    ends = [float(s.labels["le"]) for s in buckets]
    counts = [s.value for s in buckets]
    assert ends == sorted(ends) and ends[-1] == float("inf"), family.name
    assert counts == sorted(counts), family.name
    values = {s.name: s.value for s in family.samples if not s.labels}
    assert values[family.name + "_count"] == counts[-1], family.name
    assert values[family.name + "_sum"] >= 0, family.name


def main():
    program, guide = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "rill.prom")
        said = subprocess.run([program, path, "1.5"], check=True, capture_output=True, text=True)
        assert "records in" in said.stdout, said.stdout
        with open(path, encoding="utf-8") as file:
            page = file.read()
        assert os.listdir(folder) == ["rill.prom"]
    families = {family.name: family for family in text_string_to_metric_families(page)}
    assert len(families) == page.count("# TYPE "), "the parser sees other names than the page has"
    for family in families.values():
        assert family.type in ("counter", "gauge", "histogram"), family
        assert family.documentation, family
        if family.type == "histogram":
            check_histogram(family)

    # The parser takes "_total" off the names of counters.
    totals = {sample.name: sample.value for family in families.values()
              for sample in family.samples if not sample.labels}
    assert totals["rill_appended_records_total"] >= 1000
    assert totals["rill_appended_bytes_total"] > totals["rill_appended_records_total"]
    partitions = [sample for sample in families["rill_partition_appended_records"].samples
                  if sample.labels["topic"] == "orders"]
    assert {sample.labels["partition"] for sample in partitions} == {"0", "1", "2"}
    assert 1000 <= sum(s.value for s in partitions) <= totals["rill_appended_records_total"]
    assert totals["rill_disk_bytes"] <= totals["rill_disk_limit_bytes"]

    with open(guide, encoding="utf-8") as file:
        named = set(re.findall(r"^\| `(rill_\w+)`.*", file.read(), re.M))
    documented = {name for name in named if not name.startswith("rill_node_")}  # no node here
    written = set(re.findall(r"^# TYPE (\w+)", page, re.M))
    assert documented == written, f"only in the guide: {documented - written}; " \
                                  f"not in the guide: {written - documented}"
    print(f"{len(families)} families, {page.count(chr(10))} lines: sound")


if __name__ == "__main__":
    main()
