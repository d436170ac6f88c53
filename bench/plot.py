#!/usr/bin/env python3
"""Draws each hot path beside its limit, from what rill_bench wrote with --benchmark_out.

    bench/plot.py results.json docs/benchmarks.svg

Prints the same as a table in Markdown.
"""
import json
import sys

PATHS = [
    ("append/batch", "limit/append"),
    ("append/producer", "limit/append"),
    ("append/sync", "limit/append_sync"),
    ("read/scan", "limit/scan"),
]
PLACES = ["mem", "file"]
WIDTH, LEFT, BAR, GAP, TOP = 760, 190, 18, 16, 40


def medians(path):
    """Bytes per second by benchmark name, the median of the repetitions."""
    with open(path, encoding="utf-8") as file:
        runs = json.load(file)["benchmarks"]
    found = {}
    for run in runs:
        if run.get("aggregate_name") == "median" and "bytes_per_second" in run:
            found["/".join(run["run_name"].split("/")[:3])] = run["bytes_per_second"]
    return found


def bar(y, value, scale, colour, label):
    width = value * scale
    return (
        f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{colour}"/>'
        f'<text x="{LEFT + width + 6:.1f}" y="{y + BAR - 5}">{label}</text>'
    )


def main(source, target):
    found = medians(source)
    rows = [
        (f"{path}/{place}", found[f"{path}/{place}"], f"{limit}/{place}", found[f"{limit}/{place}"])
        for path, limit in PATHS
        for place in PLACES
        if f"{path}/{place}" in found and f"{limit}/{place}" in found
    ]
    if not rows:
        sys.exit(f"{source}: no medians of paths and limits in it; run rill_bench with repetitions")
    scale = (WIDTH - LEFT - 190) / max(max(row[1], row[3]) for row in rows)
    height = TOP + len(rows) * (2 * BAR + GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        '<text x="10" y="22" font-size="15">Stored bytes per second: rill, and what the machine '
        "can do at the best</text>",
    ]
    print("| path | GB/s | limit | GB/s | ratio |\n| --- | --- | --- | --- | --- |")
    for at, (path, value, limit, best) in enumerate(rows):
        y = TOP + at * (2 * BAR + GAP)
        parts.append(f'<text x="10" y="{y + BAR}">{path}</text>')
        parts.append(bar(y, value, scale, "#2a6fdb", f"{value / 1e9:.2f} GB/s ({value / best:.2f})"))
        parts.append(bar(y + BAR, best, scale, "#c9d6ea", f"{limit} {best / 1e9:.2f} GB/s"))
        print(f"| {path} | {value / 1e9:.2f} | {limit} | {best / 1e9:.2f} | {value / best:.2f} |")
    parts.append("</svg>\n")
    with open(target, "w", encoding="utf-8") as file:
        file.write("\n".join(parts))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
