#!/usr/bin/env python3
"""Makes one table of what the peers printed: bench/peers/table.py RESULTS.jsonl OUT.json

Each line of RESULTS is one run of one peer; the table has the medians of its runs, and OUT has them
for bench/plot.py.
"""
import json
import statistics
import subprocess
import sys

FIGURES = ["records_per_second", "p50_ns", "p99_ns", "p999_ns"]
QUEUE_PACKAGE = "libconcurrentqueue-dev"  # whose headers name no version


def package_version(package):
    query = ["dpkg-query", "-W", "-f=${Version}", package]
    try:
        found = subprocess.run(query, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return found.stdout


def medians(path):
    """A row per peer, in the order in which they first ran."""
    runs = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            run = json.loads(line)
            runs.setdefault(run["peer"], []).append(run)
    rows = []
    for of_peer in runs.values():
        row = {key: of_peer[0][key] for key in ("peer", "version", "settings")}
        row["version"] = row["version"] or package_version(QUEUE_PACKAGE)
        row["runs"] = len(of_peer)
        for figure in FIGURES:
            if figure in of_peer[0]:
                row[figure] = statistics.median(run[figure] for run in of_peer)
        rows.append(row)
    return sorted(rows, key=lambda row: -row["records_per_second"])


def microseconds(row, figure):
    return f"{row[figure] / 1000:.1f}" if figure in row else "—"


def main(source, target):
    rows = medians(source)
    print("| peer | version | million records/s | p50 us | p99 us | p99.9 us | settings |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        times = " | ".join(microseconds(row, figure) for figure in FIGURES[1:])
        print(
            f"| {row['peer']} | {row['version']} | {row['records_per_second'] / 1e6:.2f} "
            f"| {times} | {row['settings']} |"
        )
    with open(target, "w", encoding="utf-8") as file:
        json.dump({"peers": rows}, file, indent=1)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
