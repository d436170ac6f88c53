#!/usr/bin/env python3
"""Runs `rill serve` and an Apache Kafka broker under the same load, in turns, and prints tables.

  bench/peers/kafka/run.py [--build FOLDER] [--rounds N] [--seconds S] [--grid NAME]
                           [--only TEXT] [--out FILE]

  --build FOLDER  a folder where rill is built, with rill_replay (default build/release)
  --rounds N      how often each runs; the tables have medians (default 3)
  --seconds S     that each load is measured (default 5)
  --warm-up S     seconds of load before the first load, and before the first perf test, that are
                  not measured (default 30): Java compiles what a broker does all the time, and
                  until it has, Kafka takes several times as much CPU
  --grid NAME     corners (the default): 1 partition with 1 connection and 16 with 8, and perf tests
                  of 1 partition with acks=1, not compressed; all: 1 and 16 partitions, each with 1
                  and 8 connections, and perf tests of each with acks=1 and all, none and lz4
  --brokers NAMES rill and kafka, with a comma between, or one of them
  --only TEXT     only what has TEXT in its name: "start-up", "produce,", "lz4", "idle", "20 GB",
                  "perf-test", ...; may be repeated
  --congestion NAME
                  TCP's congestion control, in a network namespace of their own, which takes root;
                  otherwise it is the machine's, which is printed
  --out FILE      where the figures go, as JSON (default kafka.json); bench/plot.py draws the
                  figures of several such files in one picture

The broker has one core to itself, and the load another: one thread of prebuilt requests
(rill_replay), or a performance test of Kafka's (Java) or of rill's (librdkafka). RILL_BENCH_DIR
names a folder on the disk to measure; it takes 25 GB. Needs taskset, and Java and Maven for Apache
Kafka (tests/oracle/fetch.sh); for the memory of a broker with its page cache also root and a
controller of memory in /sys/fs/cgroup.
"""
import argparse
import contextlib
import functools
import itertools
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[3]
BROKER_CORE, LOAD_CORE = "0", "1"
# What Kafka's own start script gives to Java.
KAFKA_JVM = (
    "-Xmx1G -Xms1G -server -XX:+UseG1GC -XX:MaxGCPauseMillis=20 "
    "-XX:InitiatingHeapOccupancyPercent=35 -XX:+ExplicitGCInvokesConcurrent"
)
CONGESTION_CONTROL = pathlib.Path("/proc/sys/net/ipv4/tcp_congestion_control")
CHECK_OFTEN = "log.retention.check.interval.ms=1000"
PERF_BYTES = 400_000_000
# ApiVersions, version 0, with its length: what every client asks first.
FIRST_REQUEST = struct.pack(">ihhih", 10, 18, 0, 1, -1)
ASK_EVERY_SECONDS = 0.002
LONGEST_START_SECONDS = 120
# A broker whose core was less busy than this was held up by its load.
BUSY = 0.9


class Group:
    """A control group for a broker, which counts the pages that its files have in memory, too."""

    PLACES = {"/sys/fs/cgroup/memory": "memory.usage_in_bytes", "/sys/fs/cgroup": "memory.current"}

    def __init__(self):
        self.folder = None
        for place, usage in self.PLACES.items():
            folder = pathlib.Path(place, f"rill-bench-{os.getpid()}-{time.monotonic_ns()}")
            try:
                folder.mkdir()
            except OSError:
                continue
            if (folder / usage).exists():
                self.folder, self.usage = folder, folder / usage
                return
            folder.rmdir()

    def enter(self):
        if self.folder is not None:
            (self.folder / "cgroup.procs").write_text(str(os.getpid()), encoding="utf-8")

    def megabytes(self):
        """None where no such group is to be had."""
        return None if self.folder is None else int(self.usage.read_text("utf-8")) / 1e6

    def remove(self):
        with contextlib.suppress(OSError):
            if self.folder is not None:
                self.folder.rmdir()


class Broker:
    """One that runs, with its address, its process, and how long it took to answer."""

    def __init__(self, address, process, start_seconds, group):
        self.address, self.process, self.group = address, process, group
        self.start_seconds = start_seconds

    def memory(self):
        """Resident and anonymous memory, and that of the group with page cache, in MB."""
        text = pathlib.Path(f"/proc/{self.process}/status").read_text(encoding="utf-8")
        fields = dict(re.findall(r"^(VmRSS|RssAnon):\s+(\d+) kB$", text, re.M))
        resident, anonymous = int(fields["VmRSS"]), int(fields["RssAnon"])
        figures = {"resident_mb": resident / 1e3, "anonymous_mb": anonymous / 1e3}
        with_cache = self.group.megabytes()
        return figures if with_cache is None else {**figures, "with_page_cache_mb": with_cache}

    def settled_memory(self):
        """The same, when what goes on behind a start's first answer is over."""
        time.sleep(3)
        return self.memory()

    def cpu_seconds(self):
        text = pathlib.Path(f"/proc/{self.process}/stat").read_text(encoding="utf-8")
        fields = text.rsplit(")")[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def on_core(core, command):
    return ["taskset", "-c", core, *map(str, command)]


def free_port():
    """One that nobody listens on, from below those that outgoing connections use."""
    while True:
        port = random.randrange(20000, 32000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def answers(address):
    """Whether a first request is answered; waits for the answer where somebody listens."""
    host, port = address.rsplit(":", 1)
    try:
        with socket.create_connection((host, int(port)), LONGEST_START_SECONDS) as client:
            client.sendall(FIRST_REQUEST)
            _, correlation_id, error = struct.unpack(">iih", client.makefile("rb").read(10))
    except (OSError, struct.error):
        return False
    return (correlation_id, error) == (1, 0)


def await_answer(address, process, log):
    until = time.monotonic() + LONGEST_START_SECONDS
    while not answers(address):
        if process.poll() is not None or time.monotonic() > until:
            raise SystemExit(f"nobody answers at {address}:\n{log.read_text(encoding='utf-8')}")
        time.sleep(ASK_EVERY_SECONDS)


@contextlib.contextmanager
def running(address, command, folder):
    """A broker, from the start of its own process, which is timed, to its end."""
    group = Group()
    path = folder / "broker.log"
    with open(path, "w", encoding="utf-8") as log:
        began = time.monotonic()
        process = subprocess.Popen(
            on_core(BROKER_CORE, command), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            preexec_fn=group.enter,
        )
    try:
        await_answer(address, process, path)
        yield Broker(address, process.pid, time.monotonic() - began, group)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        group.remove()


def rill(build, folder):
    """In an empty folder: there is nothing to format, and its first files are part of its start."""
    (folder / "data").mkdir()
    config = folder / "server.properties"
    config.write_text(CHECK_OFTEN + "\n", encoding="utf-8")
    address = f"127.0.0.1:{free_port()}"
    serve = [build / "bin/rill", "serve", "--data-dir", folder / "data", "--listen", address]
    return running(address, [*serve, "--config", config], folder)


def kafka(_, folder):
    """In a folder that was formatted before."""
    script, home = TOP / "tests/oracle/kafka.sh", kafka_home()
    ran = subprocess.run(
        [script, "format", folder, CHECK_OFTEN], env={**os.environ, "KAFKA_HOME": str(home)},
        stdout=subprocess.PIPE, text=True, check=True,
    )
    java = ["java", *KAFKA_JVM.split(), "-cp", home / "jars/*", "kafka.Kafka"]
    return running(ran.stdout.strip(), [*java, folder / "server.properties"], folder)


BROKERS = {"rill": rill, "kafka": kafka}


@functools.cache
def kafka_home():
    fetch = TOP / "tests/oracle/fetch.sh"
    ran = subprocess.run([fetch], stdout=subprocess.PIPE, text=True, check=True)
    return pathlib.Path(ran.stdout.strip())


def replay(build, broker, run, **values):
    words = [f"{name}={value}" for name, value in values.items()]
    command = [build / "bin/rill_replay", run, broker.address, broker.process, *words]
    ran = subprocess.run(on_core(LOAD_CORE, command), stdout=subprocess.PIPE, text=True, check=True)
    figures = json.loads(ran.stdout)
    # A broker that falls behind at that rate may have delivered none of the records that count.
    return {} if figures.get("records") == 0 else figures


def warm_up(build, broker, seconds):
    load = {"record_bytes": 100, "partitions": 16, "connections": 8, "warm_up": 0}
    for run, codec in (("produce", "none"), ("produce", "lz4"), ("fetch", "none")):
        replay(build, broker, run, compression=codec, seconds=seconds / 3, **load)


def throughput_loads(seconds, grid):
    """title -> function, and its arguments behind the build and the broker."""
    places = ((1, 1), (16, 8)) if grid == "corners" else ((1, 1), (1, 8), (16, 1), (16, 8))
    loads = {}
    for run, codec, size, (partitions, connections), acks in itertools.product(
        ("produce", "fetch"), ("none", "lz4"), (100, 1024), places, (1, -1)
    ):
        if run == "fetch" and acks == -1:
            continue  # who wrote them does not matter to those who read
        name = f"{run}, {codec}, {size} B, {partitions} partitions, {connections} connections"
        name += f", acks={'all' if acks == -1 else acks}" if run == "produce" else ""
        loads[name] = replay, {
            "run": run, "compression": codec, "record_bytes": size, "partitions": partitions,
            "connections": connections, "acks": acks, "seconds": seconds,
        }
    for fetched in (16, 128) if grid == "all" else ():
        loads[f"answers of {fetched} KiB, none, 1024 B, 16 partitions, 8 connections"] = replay, {
            "run": "fetch", "compression": "none", "record_bytes": 1024, "partitions": 16,
            "connections": 8, "fetch_bytes": fetched << 10, "seconds": seconds,
        }
    for size in (100, 1024):
        loads[f"latency, {size} B, 1,000 records a second"] = replay, {
            "run": "latency", "rate": 1000, "record_bytes": size, "seconds": 2 * seconds,
        }
    return loads


def perf_tests(build, grid):
    """The same, of both kinds of clients. A consumer reads what the producers before it left."""
    kinds = {"Java": kafka_home() / "bin", "librdkafka": build / "bin"}
    codecs, counts, kinds_of_acks = (
        (("none",), (1,), ("1",)) if grid == "corners" else (("none", "lz4"), (1, 16), ("1", "all"))
    )
    tests = {}
    for kind, codec, size, partitions in itertools.product(kinds, codecs, (100, 1024), counts):
        name = f"{kind}, {size} B, {codec}, {partitions} partitions"
        topic = {"topic": f"perf-{kind}-{size}-{codec}-{partitions}", "size": size}
        for acks in kinds_of_acks:
            tests[f"kafka-producer-perf-test, {name}, acks={acks}"] = producer_perf_test, {
                "tool": kinds[kind] / "kafka-producer-perf-test", **topic, "partitions": partitions,
                "properties": (f"acks={acks}", f"compression.type={codec}"),
            }
        tests[f"kafka-consumer-perf-test, {name}"] = consumer_perf_test, {
            "tool": kinds[kind] / "kafka-consumer-perf-test", **topic,
        }
    return tests


def make_topic(build, broker, topic, partitions):
    tool = [build / "bin/kafka-topics", "--bootstrap-server", broker.address, "--create"]
    words = ["--if-not-exists", "--topic", topic, "--partitions", str(partitions)]
    subprocess.run([*tool, *words], stdout=subprocess.DEVNULL, check=True)


def perf_test(broker, tool, topic, size, words, rate_in):
    count = PERF_BYTES // size
    common = ["--bootstrap-server", broker.address, "--topic", topic, "--num-records", count]
    before, began = broker.cpu_seconds(), time.monotonic()
    ran = subprocess.run(
        on_core(LOAD_CORE, [tool, *common, *words]), stdout=subprocess.PIPE, text=True, check=True
    )
    used, took = broker.cpu_seconds() - before, time.monotonic() - began
    rate = rate_in(ran.stdout.strip().splitlines()[-1])
    return {
        "records_per_second": rate, "user_megabytes_per_second": rate * size / 1e6,
        "broker_cpu": used / took,
        "broker_cpu_seconds_per_gigabyte": used / (count * size / 1e9),
    }


def producer_perf_test(build, broker, tool, topic, size, partitions, properties):
    make_topic(build, broker, topic, partitions)
    words = ["--record-size", size, "--throughput", "-1", "--command-property", *properties]
    rate_in = lambda line: float(re.search(r"([\d.]+) records/sec", line)[1])
    return perf_test(broker, tool, topic, size, words, rate_in)


def consumer_perf_test(_, broker, tool, topic, size):
    fetched_a_second = lambda line: float(line.split(",")[9])  # fetch.nMsg.sec
    return perf_test(broker, tool, topic, size, [], fetched_a_second)


def start_up(_, broker):
    return {"seconds": broker.start_seconds}


def idle(_, broker):
    return broker.settled_memory()


def idle_connections(build, broker, count=1000):
    before = broker.settled_memory()
    words = [f"connections={count}"]
    command = [build / "bin/rill_replay", "idle", broker.address, str(broker.process), *words]
    holder = subprocess.Popen(
        on_core(LOAD_CORE, command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    holder.stdout.readline()
    after = broker.memory()
    holder.communicate("")
    return {**after, **{f"{key}_more": after[key] - before[key] for key in before}}


def many_partitions(build, broker, topics=100, partitions=100):
    before = broker.settled_memory()
    began = time.monotonic()
    for i in range(topics):
        make_topic(build, broker, f"many-{i}", partitions)
    seconds = time.monotonic() - began
    after = broker.memory()
    return {"seconds": seconds, **after, **{f"{k}_more": after[k] - before[k] for k in before}}


def after_much(build, broker, total_bytes=20e9):
    load = {"partitions": 16, "connections": 8, "record_bytes": 1024, "warm_up": 0}
    figures = replay(build, broker, "produce", total_bytes=total_bytes, **load)
    wanted = ("stored_megabytes_per_second", "broker_cpu", "broker_cpu_seconds_per_gigabyte")
    return {**{figure: figures[figure] for figure in wanted}, **broker.memory()}


def everything(build, seconds, grid):
    """All that can be measured, in parts that each have a fresh broker."""
    return [
        {"start-up": (start_up, {}), "idle": (idle, {}), **throughput_loads(seconds, grid)},
        {"1,000 idle connections": (idle_connections, {})},
        {"10,000 partitions": (many_partitions, {})},
        {"after 20 GB": (after_much, {})},
        perf_tests(build, grid),
    ]


# Before the first of these a broker is warmed up.
LOADS = (replay, producer_perf_test, consumer_perf_test)


def measure(build, name, folder, parts, warm_up_seconds):
    """A round of one broker."""
    figures = {}
    for part in parts:
        place = pathlib.Path(tempfile.mkdtemp(dir=folder))
        with BROKERS[name](build, place) as broker:
            is_warm = warm_up_seconds == 0
            for title, (ask, values) in part.items():
                if ask in LOADS and not is_warm:
                    warm_up(build, broker, warm_up_seconds)
                    is_warm = True
                began = time.monotonic()
                figures[title] = ask(build, broker, **values)
                took = f"{time.monotonic() - began:.0f} s"
                took += "" if figures[title] else ", fell behind, nothing to show"
                print(f"{name}: {title} ({took})", file=sys.stderr, flush=True)
        shutil.rmtree(place)
    return figures


def medians(rounds):
    """title -> broker -> figure -> median, in the order of the first round."""
    table = {}
    for figures in rounds:
        for name, title in ((name, title) for name in figures for title in figures[name]):
            of_title = table.setdefault(title, {}).setdefault(name, {})
            for figure, value in figures[name][title].items():
                if isinstance(value, (int, float)):
                    of_title.setdefault(figure, []).append(value)
    return {
        title: {
            name: {figure: statistics.median(values) for figure, values in of_name.items()}
            for name, of_name in of_title.items()
        }
        for title, of_title in table.items()
    }


def shown(value):
    if value is None:
        return "—"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def hundredths(value):
    return "—" if value is None else f"{value:.2f}"


class Figures:
    """Those of one load, as cells of a table: first rill's, then Kafka's."""

    def __init__(self, of_title):
        self.of_title = of_title

    def values(self, figure):
        return [self.of_title.get(name, {}).get(figure) for name in BROKERS]

    def cells(self, figure, show=shown):
        return [show(value) for value in self.values(figure)]

    def ratio(self, figure, target=None):
        """A target above 1 is to be reached, one below is not to be passed."""
        ours, theirs = self.values(figure)
        if ours is None or not theirs:
            return "—"
        ratio = ours / theirs
        text = f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.2g}"
        is_missed = target and (ratio < target if target > 1 else ratio > target)
        return f"{text}, missed" if is_missed else text

    def held_up(self):
        """Behind a ratio that is not, or not only, the brokers'."""
        busy = zip(("rill", "Kafka"), self.values("broker_cpu"))
        names = [name for name, part in busy if part is not None and part < BUSY]
        return f", {' and '.join(names)} held up by the load" if names else ""

    def speeds(self, figure, targets=(None, None)):
        used = "broker_cpu_seconds_per_gigabyte"
        return [
            *self.cells(figure), self.ratio(figure, targets[0]) + self.held_up(),
            *self.cells(used, hundredths), self.ratio(used, targets[1]),
            *self.cells("broker_cpu", hundredths),
        ]


def sides(*figures):
    return [f"{name} {figure}" for figure in figures for name in ("rill", "Kafka")]


def print_table(heading, columns, rows):
    if rows:
        print(f"\n{heading}\n\n| {' | '.join(columns)} |\n|{' --- |' * len(columns)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")


def print_speeds(table):
    """Of the loads that take all that a broker can give."""
    targets, target_words = (3, 1 / 3), (", of target 3", ", of target 1/3")
    starts = {
        "produce": "Produce, stored bytes:", "fetch": "Fetch, stored bytes:",
        "answers": "Fetch, short answers:",
        "after 20 GB": "20 GB produced, none, 1024 B, 16 partitions, 8 connections, acks=1:",
    }
    for start, heading in starts.items():
        columns = ["requests", *sides("MB/s"), "ratio" + target_words[0], *sides("CPU s/GB"),
                   "ratio" + target_words[1], *sides("core")]
        print_table(heading, columns, [
            [title, *figures.speeds("stored_megabytes_per_second", targets)]
            for title, figures in table.items() if title.startswith(start)
        ])
    columns = ["", *sides("records/s"), "ratio", *sides("CPU s/GB"), "ratio", *sides("core")]
    heading = (
        "Performance tests, one client of one core, 400 MB (core: over all that the tool took, its "
        "start with it):"
    )
    print_table(heading, columns, [
        [title, *figures.speeds("records_per_second")]
        for title, figures in table.items() if "perf-test" in title
    ])
    at_a_pace = "latency"
    if any(f.held_up() for title, f in table.items() if not title.startswith(at_a_pace)):
        print(
            "\nA core: how busy the broker kept its own while the load ran. One that was below "
            f"{BUSY}, held up by\nthe load or the disk, could have done more: that ratio of MB/s "
            "or records is not the brokers'."
        )


def print_latencies(table):
    columns = ["", *sides("p50 us", "p99 us"), "ratio, of target 1/3", *sides("p99.9 us", "core")]
    print_table("From when a record is due to when a consumer that waits for it has it:", columns, [
        [title, *figures.cells("p50_us"), *figures.cells("p99_us"),
         figures.ratio("p99_us", 1 / 3), *figures.cells("p999_us"),
         *figures.cells("broker_cpu", hundredths)]
        for title, figures in table.items() if title.startswith("latency")
    ])


def print_memory(table):
    """All that a broker takes, which has a target, and what connections and partitions add."""
    rows_of = [
        ("idle", "idle", "", 1 / 10),
        ("after 20 GB", "after 20 GB", "", 1 / 10),
        ("1,000 idle connections", "with 1,000 idle connections", "", 1 / 10),
        ("1,000 idle connections", "of that, for the connections", "_more", None),
        ("10,000 partitions", "with 10,000 partitions", "", 1 / 10),
        ("10,000 partitions", "of that, for the partitions", "_more", None),
    ]
    columns = ["MB", *sides(", anonymous"), "ratio, of target 1/10",
               *sides(", resident", ", with page cache")]
    columns = [column.replace(" ,", ",") for column in columns]
    rows = [
        [label, *table[title].cells(f"anonymous_mb{end}"),
         table[title].ratio(f"anonymous_mb{end}", target), *table[title].cells(f"resident_mb{end}"),
         *table[title].cells(f"with_page_cache_mb{end}")]
        for title, label, end, target in rows_of if title in table
    ]
    print_table("Memory:", columns, rows)


def print_seconds(table):
    headings = {
        "start-up": (
            "From the start of the broker's own process to the answer to a first request, "
            "ApiVersions, which is\nasked on new connections every 2 ms. The data folder exists "
            "and is empty; Kafka's was formatted before\n(kafka-storage format), and rill has no "
            "such step: its first files are in its time.", 1 / 50),
        "10,000 partitions": ("To make 10,000 partitions, 100 topics one after the other:", None),
    }
    for title, (heading, target) in headings.items():
        columns = ["", *sides("s"), "ratio, of target 1/50" if target else "ratio"]
        print_table(heading, columns, [
            [title, *figures.cells("seconds"), figures.ratio("seconds", target)]
            for of_title, figures in table.items() if of_title == title
        ])


def print_tables(table):
    table = {title: Figures(of_title) for title, of_title in table.items()}
    for print_part in (print_speeds, print_latencies, print_memory, print_seconds):
        print_part(table)


def run_again_with(congestion_control):
    """The same run, in a network namespace where TCP has that congestion control."""
    refused = (
        f"run.py: TCP cannot have {congestion_control} in a network namespace; it has to be in both "
        "net.ipv4.tcp_available_congestion_control and net.ipv4.tcp_allowed_congestion_control"
    )
    script = (
        f"ip link set lo up; echo {congestion_control} >{CONGESTION_CONTROL} || "
        f"{{ echo '{refused}' >&2; exit 1; }}; exec \"$@\""
    )
    again = [sys.executable, *sys.argv, "--congestion", ""]
    os.execvp("unshare", ["unshare", "--net", "sh", "-ec", script, "sh", *again])


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--build", type=pathlib.Path, default=TOP / "build/release")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--warm-up", type=float, default=30)
    parser.add_argument("--grid", choices=("corners", "all"), default="corners")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--brokers", default="rill,kafka")
    parser.add_argument("--congestion", default="")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("kafka.json"))
    words = parser.parse_args()
    if words.congestion:
        run_again_with(words.congestion)
    os.sched_setaffinity(0, {int(LOAD_CORE)})
    congestion_control = CONGESTION_CONTROL.read_text(encoding="utf-8").strip()
    print(f"TCP's congestion control is {congestion_control}", file=sys.stderr, flush=True)
    is_wanted = lambda title: not words.only or any(text in title for text in words.only)
    parts = [
        {title: ask for title, ask in part.items() if is_wanted(title)}
        for part in everything(words.build, words.seconds, words.grid)
    ]
    parts = [part for part in parts if part]
    if not parts:
        parser.error("nothing has such a name")
    rounds = []
    for _ in range(words.rounds):
        rounds.append({})
        for name in words.brokers.split(","):
            disk = os.environ.get("RILL_BENCH_DIR")
            folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{name}-", dir=disk))
            try:
                rounds[-1][name] = measure(
                    words.build, name, folder, parts, words.warm_up
                )
            finally:
                shutil.rmtree(folder)
    table = medians(rounds)
    result = {"kafka": table, "congestion_control": congestion_control}
    words.out.write_text(json.dumps(result, indent=1), encoding="utf-8")
    print_tables(table)


if __name__ == "__main__":
    main()
