#!/usr/bin/env python3
"""Draws the pictures of docs/benchmarks.md, and prints what they show as a table in Markdown.

    bench/plot.py RESULTS.json ... PICTURE.svg

RESULTS are what rill_bench wrote with --benchmark_out (each hot path beside its limit, or, with
--benchmark_filter=durable, group commit), what bench/peers/run.sh wrote, or what rill_sustained,
rill_pages or rill_tail printed, or what bench/peers/kafka/run.py wrote. Several of one kind share a
picture; those of bench/peers/kafka/run.py may each have other loads, and the last one with a load
counts.
"""
import json
import sys

from bars import OTHER, OURS, THEIRS, Panel, picture

PATHS = [
    ("append/batch", "limit/append"),
    ("append/producer", "limit/append"),
    ("append/sync", "limit/append_sync"),
    ("read/scan", "limit/scan"),
]
PLACES = ["mem", "file"]


def medians(runs, figure):
    """A figure by benchmark name, the median of the repetitions."""
    return {
        run["run_name"].replace("/real_time", ""): run[figure]
        for run in runs
        if run.get("aggregate_name") == "median" and figure in run
    }


def paths(result):
    found = medians(result["benchmarks"], "bytes_per_second")
    found = {"/".join(name.split("/")[:3]): value for name, value in found.items()}
    rows = []
    print("| path | GB/s | limit | GB/s | ratio |\n| --- | --- | --- | --- | --- |")
    for path, limit in ((f"{p}/{at}", f"{l}/{at}") for p, l in PATHS for at in PLACES):
        if path not in found or limit not in found:
            continue
        value, best = found[path] / 1e9, found[limit] / 1e9
        rows.append((path, value, f"{value:.2f} GB/s ({value / best:.2f})", OURS))
        rows.append(("", best, f"{limit} {best:.2f} GB/s", THEIRS))
        print(f"| {path} | {value:.2f} | {limit} | {best:.2f} | {value / best:.2f} |")
    title = "Stored bytes per second: rill, and what the machine can do at the best"
    return [Panel(title, rows)]


def durable(result):
    rates = medians(result["benchmarks"], "items_per_second")
    shared = medians(result["benchmarks"], "commits_per_sync")
    rate_rows, shared_rows = [], []
    print("| threads | durable appends/s | of them a sync |\n| --- | --- | --- |")
    threads_of = lambda name: int(name.split(":")[-1])
    for name, rate in sorted(rates.items(), key=lambda run: threads_of(run[0])):
        threads = threads_of(name)
        label = f"{threads} threads"
        rate_rows.append((label, rate, f"{rate:,.0f}", OURS))
        shared_rows.append((label, shared[name], f"{shared[name]:.1f}", OTHER))
        print(f"| {threads} | {rate:,.0f} | {shared[name]:.1f} |")
    return [
        Panel("Durable appends per second, to one partition", rate_rows),
        Panel("Appends that share a sync", shared_rows),
    ]


def peers(result):
    rows = result["peers"]
    colour = lambda row: OURS if row["peer"].startswith("rill") else THEIRS
    rates = [
        (row["peer"], row["records_per_second"], f"{row['records_per_second'] / 1e6:.2f} million",
         colour(row))
        for row in rows
    ]
    panels = [Panel("Records of 100 bytes per second, one thread to another", rates)]
    for figure, title in (("p50_ns", "Median"), ("p999_ns", "99.9th percentile")):
        timed = sorted((row for row in rows if figure in row), key=lambda row: row[figure])
        panels.append(
            Panel(
                f"{title} of a hand-over, one each 10 us (log scale)",
                [(r["peer"], r[figure], f"{r[figure] / 1000:,.1f} us", colour(r)) for r in timed],
                log=True,
            )
        )
    return panels


def sustained(result):
    titles = {
        "volume": "append/batch to pwrite, GB after GB",
        "flood": "the same, faster than the disk can take it",
        "topics": "append/batch to pwrite, as topics grow",
        "rolls": "append/batch to pwrite, as segments roll more often",
    }
    rows = []
    print("| | append/batch s | pwrite s | ratio |\n| --- | --- | --- | --- |")
    for row in result["rows"]:
        ratio = row["plain_seconds"] / row["rill_seconds"]
        rows.append((row["name"], ratio, f"{ratio:.2f}", OURS))
        print(
            f"| {row['name']} | {row['rill_seconds']:.2f} | {row['plain_seconds']:.2f} "
            f"| {ratio:.2f} |"
        )
    return [Panel(titles[result["sustained"]], rows)]


def pages(result):
    panels = []
    chunks = sorted({row["chunk_kib"] for row in result["rows"]})
    print("| way | chunk KiB | fill GB/s | p99.9 us | worst us | scan GB/s |")
    print("| --- | --- | --- | --- | --- | --- |")
    for chunk in chunks:
        rows = [row for row in result["rows"] if row["chunk_kib"] == chunk]
        bars = [
            (row["way"], row["fill_gb_s"],
             f"{row['fill_gb_s']:.2f} GB/s, worst {row['worst_us']:,.0f} us",
             OURS if row["way"] == "populate 256 KiB, zeros first" else THEIRS)
            for row in rows
        ]
        panels.append(Panel(f"{chunk} KiB at a time, {result['pages']} pages", bars))
        for row in rows:
            print(
                f"| {row['way']} | {chunk} | {row['fill_gb_s']:.2f} | {row['p999_us']:.0f} "
                f"| {row['worst_us']:.0f} | {row['scan_gb_s']:.2f} |"
            )
    return panels


def tail(result):
    panels = []
    print("| pace | | appends | p50 us | p99 us | p99.9 us | p99.99 us | max us |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for row in result["rows"]:
        print(
            f"| {row['pace']} | {row['side']} | {row['appends']:,} | {row['p50_us']:.2f} "
            f"| {row['p99_us']:.2f} | {row['p999_us']:.1f} | {row['p9999_us']:,.1f} "
            f"| {row['max_us']:,.0f} |"
        )
    for pace in dict.fromkeys(row["pace"] for row in result["rows"]):
        bars = [
            (row["side"], row["p9999_us"], f"{row['p9999_us']:,.0f} us",
             OURS if row["side"].startswith("rill") else THEIRS)
            for row in result["rows"] if row["pace"] == pace
        ]
        title = f"99.99th percentile of an append, {pace} (log scale)"
        panels.append(Panel(title, bars, log=True))
    return panels


def kafka(result):
    """Draws what there is: loads and brokers that were not measured are left out."""
    table = result["kafka"]
    unit = {"stored_megabytes_per_second": "MB/s", "p99_us": "us", "anonymous_mb": "MB"}

    def panel(heading, titles, figure, log=False):
        rows = []
        for label, title in titles.items():
            for name in ("rill", "kafka"):
                figures = table.get(title, {}).get(name, {})
                if figure not in figures:
                    continue
                value = figures[figure]
                note = f"{shown(value)} {unit[figure]}{held_up(title, figures)}"
                rows.append((f"{label}, {name}", value, note, OURS if name == "rill" else THEIRS))
        return Panel(heading, rows, log)

    def shown(value):
        return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"

    def held_up(title, figures):
        is_full = title.startswith("latency") or figures.get("broker_cpu", 1) >= 0.9
        return "" if is_full else f" (core {figures['broker_cpu']:.2f})"

    def loads(run, acks):
        return {
            f"{size}, {codec}": f"{run}, {codec}, {size}, 16 partitions, 8 connections{acks}"
            for size in ("100 B", "1024 B") for codec in ("none", "lz4")
        }

    stored = "stored_megabytes_per_second"
    latencies = {size: f"latency, {size}, 1,000 records a second" for size in ("100 B", "1024 B")}
    panels = [
        panel("Produced, stored bytes, one core for the broker (how busy, where below 0.9)",
              loads("produce", ", acks=1"), stored),
        panel("Fetched, stored bytes, one core for the broker (how busy, where below 0.9)",
              loads("fetch", ""), stored),
        panel("99th percentile, from due to there (log scale)", latencies, "p99_us", log=True),
        panel("Anonymous memory (log scale)", {"idle": "idle", "after 20 GB": "after 20 GB"},
              "anonymous_mb", log=True),
    ]
    return [drawn for drawn in panels if drawn.rows]


def joined(results):
    """Results of bench/peers/kafka/run.py as one; the others as they are."""
    loads, others = {}, []
    for result in results:
        if "kafka" not in result:
            others.append(result)
        for title, of_title in result.get("kafka", {}).items():
            loads.setdefault(title, {}).update(of_title)
    return others + ([{"kafka": loads}] if loads else [])


def kind_of(result):
    for kind in (peers, sustained, pages, tail, kafka):
        if kind.__name__ in result:
            return kind
    names = [run["name"] for run in result["benchmarks"]]
    return durable if all(name.startswith("append/durable") for name in names) else paths


def main(sources, target):
    results = []
    for source in sources:
        with open(source, encoding="utf-8") as file:
            results.append(json.load(file))
    panels = []
    for result in joined(results):
        panels += kind_of(result)(result)
        print()
    if not panels or not all(panel.rows for panel in panels):
        sys.exit("no medians in the results; run rill_bench with repetitions")
    with open(target, "w", encoding="utf-8") as file:
        file.write(picture(panels))


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(sys.argv[1:-1], sys.argv[-1])
