#!/usr/bin/env python3
"""Runs `rill serve` and an Apache Kafka broker under the same load, in turns, and prints tables.

  bench/peers/kafka/run.py [--build FOLDER] [--rounds N] [--seconds S] [--only TEXT] [--out FILE]

  --build FOLDER  a folder where rill is built, with rill_replay (default build/release)
  --rounds N      how often each runs; the tables have medians (default 3)
  --seconds S     that each load is measured (default 5)
  --brokers NAMES rill and kafka, with a comma between, or one of them
  --only TEXT     only the loads with TEXT in their names: "produce", "lz4", "idle", "20 GB", ...;
                  may be repeated
  --congestion NAME
                  TCP's congestion control, in a network namespace of their own, which takes root;
                  otherwise it is the machine's, which is printed
  --out FILE      where the figures go, as JSON (default kafka.json)

The broker has one core to itself, and the load another: one thread of prebuilt requests
(rill_replay), or a performance test of Kafka's (Java) or of rill's (librdkafka). RILL_BENCH_DIR
names a folder on the disk to measure; it takes 25 GB. Needs taskset, and Java and Maven for Apache
Kafka (tests/oracle/fetch.sh); for the memory of a broker with its page cache also root and a
controller of memory in /sys/fs/cgroup.
"""
import argparse
import contextlib
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
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
    """One that runs, with its address and its process."""

    def __init__(self, address, process, began, group):
        self.address, self.process, self.began, self.group = address, process, began, group

    def memory(self):
        """Resident and anonymous memory, and that of the group with page cache, in MB."""
        text = pathlib.Path(f"/proc/{self.process}/status").read_text(encoding="utf-8")
        fields = dict(re.findall(r"^(VmRSS|RssAnon):\s+(\d+) kB$", text, re.M))
        resident, anonymous = int(fields["VmRSS"]), int(fields["RssAnon"])
        figures = {"resident_mb": resident / 1e3, "anonymous_mb": anonymous / 1e3}
        with_cache = self.group.megabytes()
        return figures if with_cache is None else {**figures, "with_page_cache_mb": with_cache}

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process}/stat").read_text("utf-8").rsplit(")")[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def on_core(core, command):
    return ["taskset", "-c", core, *map(str, command)]


@contextlib.contextmanager
def rill(build, folder):
    began = time.monotonic()
    log = open(folder / "serve.log", "w+", encoding="utf-8")
    config = folder / "server.properties"
    config.write_text(CHECK_OFTEN + "\n", encoding="utf-8")
    serve = [build / "bin/rill", "serve", "--data-dir", folder / "data", "--listen", "127.0.0.1:0",
             "--config", config]
    group = Group()
    process = subprocess.Popen(
        on_core(BROKER_CORE, serve), stdout=log, stderr=log, preexec_fn=group.enter
    )
    try:
        address = None
        while address is None and process.poll() is None:
            address = re.search(r"listening on (\S+),", (folder / "serve.log").read_text("utf-8"))
            time.sleep(0.0002)
        if address is None:
            raise SystemExit("rill serve ended: " + (folder / "serve.log").read_text("utf-8"))
        yield Broker(address[1], process.pid, began, group)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        log.close()
        group.remove()


@contextlib.contextmanager
def kafka(_, folder):
    began = time.monotonic()
    script = TOP / "tests/oracle/kafka.sh"
    environment = {**os.environ, "RILL_KAFKA_JVM": KAFKA_JVM}
    start = on_core(BROKER_CORE, [script, "start", folder, CHECK_OFTEN])
    group = Group()
    ran = subprocess.run(
        start, env=environment, stdout=subprocess.PIPE, text=True, check=True, preexec_fn=group.enter
    )
    try:
        process = int((folder / "pid").read_text("utf-8"))
        yield Broker(ran.stdout.strip(), process, began, group)
    finally:
        subprocess.run([script, "stop", folder], env=environment, check=True)
        group.remove()


BROKERS = {"rill": rill, "kafka": kafka}


def replay(build, broker, run, **values):
    words = [f"{name}={value}" for name, value in values.items()]
    command = [build / "bin/rill_replay", run, broker.address, broker.process, *words]
    ran = subprocess.run(on_core(LOAD_CORE, command), stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(ran.stdout)


def throughput_loads(seconds):
    loads = {}
    for run, codec, size, (partitions, connections), acks in itertools.product(
        ("produce", "fetch"), ("none", "lz4"), (100, 1024), ((1, 1), (16, 8)), (1, -1)
    ):
        if run == "fetch" and acks == -1:
            continue  # who wrote them does not matter to those who read
        name = f"{run}, {codec}, {size} B, {partitions} partitions, {connections} connections"
        name += f", acks={'all' if acks == -1 else acks}" if run == "produce" else ""
        loads[name] = {
            "run": run, "compression": codec, "record_bytes": size, "partitions": partitions,
            "connections": connections, "acks": acks, "seconds": seconds,
        }
    for size in (100, 1024):
        loads[f"latency, {size} B, 1,000 records a second"] = {
            "run": "latency", "rate": 1000, "record_bytes": size, "seconds": 2 * seconds,
        }
    return loads


def kafka_home():
    fetch = TOP / "tests/oracle/fetch.sh"
    ran = subprocess.run([fetch], stdout=subprocess.PIPE, text=True, check=True)
    return pathlib.Path(ran.stdout.strip())


def perf_tests(build):
    """title -> tool, what it does, size of a record; of both kinds of clients."""
    kinds = {"Java": kafka_home() / "bin", "librdkafka": build / "bin"}
    return {
        f"kafka-{what}-perf-test, {kind}, {size} B": (folder / f"kafka-{what}-perf-test", what, size)
        for kind, folder in kinds.items()
        for size in (100, 1024)
        for what in ("producer", "consumer")
    }


def perf_test(broker, tool, what, size):
    """One of them; a consumer reads what the producer's test before it has left."""
    count, topic = PERF_BYTES // size, f"perf-{size}"
    words = ["--bootstrap-server", broker.address, "--topic", topic, "--num-records", count]
    if what == "producer":
        words += ["--record-size", size, "--throughput", "-1", "--command-property", "acks=1"]
    before = broker.cpu_seconds()
    ran = subprocess.run(
        on_core(LOAD_CORE, [tool, *words]), stdout=subprocess.PIPE, text=True, check=True
    )
    used = broker.cpu_seconds() - before
    last = ran.stdout.strip().splitlines()[-1]
    if what == "producer":
        rate = float(re.search(r"([\d.]+) records/sec", last)[1])
    else:
        rate = float(last.split(",")[9])  # fetch.nMsg.sec
    return {
        "records_per_second": rate, "user_megabytes_per_second": rate * size / 1e6,
        "broker_cpu_seconds_per_gigabyte": used / (count * size / 1e9),
    }


def start_up(build, broker):
    """From the start of the process to the first answer; of a folder that is new."""
    return replay(build, broker, "ready", began=broker.began)


def idle_connections(build, broker, count=1000):
    before = broker.memory()
    words = [f"connections={count}"]
    command = [build / "bin/rill_replay", "idle", broker.address, str(broker.process), *words]
    holder = subprocess.Popen(
        on_core(LOAD_CORE, command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    holder.stdout.readline()
    after = broker.memory()
    holder.communicate("")
    return {f"{key}_more": after[key] - before[key] for key in before}


def many_partitions(build, broker, topics=100, partitions=100):
    before = broker.memory()
    began = time.monotonic()
    kafka_topics = [build / "bin/kafka-topics", "--bootstrap-server", broker.address, "--create"]
    for i in range(topics):
        made = [*kafka_topics, "--topic", f"many-{i}", "--partitions", str(partitions)]
        subprocess.run(made, stdout=subprocess.DEVNULL, check=True)
    seconds = time.monotonic() - began
    after = broker.memory()
    return {"seconds": seconds, **{f"{k}_more": after[k] - before[k] for k in before}}


def after_much(build, broker, total_bytes=20e9):
    load = {"partitions": 16, "connections": 8, "record_bytes": 1024, "warm_up": 0}
    figures = replay(build, broker, "produce", total_bytes=total_bytes, **load)
    wanted = ("stored_megabytes_per_second", "broker_cpu_seconds_per_gigabyte")
    return {**{figure: figures[figure] for figure in wanted}, **broker.memory()}


def measure(build, name, folder, loads, is_wanted):
    """A round of one broker: loads on one that runs, then what wants a fresh one."""
    figures = {}

    def take(title, ask, *arguments, **values):
        began = time.monotonic()
        figures[title] = ask(*arguments, **values)
        print(f"{name}: {title} ({time.monotonic() - began:.0f} s)", file=sys.stderr, flush=True)

    with BROKERS[name](build, folder / "loaded") as broker:
        take("start-up", start_up, build, broker)
        take("idle", broker.memory)
        for title, load in loads.items():
            if is_wanted(title):
                take(title, replay, build, broker, **load)
    for title, ask in FRESH.items():
        if not is_wanted(title):
            continue
        (folder / "fresh").mkdir()
        with BROKERS[name](build, folder / "fresh") as broker:
            take(title, ask, build, broker)
        shutil.rmtree(folder / "fresh")
    tests = {title: test for title, test in perf_tests(build).items() if is_wanted(title)}
    if tests:
        with BROKERS[name](build, folder / "perf") as broker:
            for title, test in tests.items():
                take(title, perf_test, broker, *test)
    return figures


# What is asked of a broker that has done nothing else.
FRESH = {
    "1,000 idle connections": idle_connections,
    "10,000 partitions": many_partitions,
    "after 20 GB": after_much,
}


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


def print_table(table):
    for title, of_title in table.items():
        print(f"\n{title}\n\n| figure | rill | kafka | rill/kafka |\n| --- | --- | --- | --- |")
        for figure in of_title.get("rill", {}):
            ours = of_title["rill"][figure]
            theirs = of_title.get("kafka", {}).get(figure)
            ratio = f"{ours / theirs:.3g}" if theirs else "—"
            shown = "—" if theirs is None else f"{theirs:,.4g}"
            print(f"| {figure} | {ours:,.4g} | {shown} | {ratio} |")


def run_again_with(congestion_control):
    """The same run, in a network namespace where TCP has that congestion control."""
    script = f"ip link set lo up && echo {congestion_control} >{CONGESTION_CONTROL} && exec \"$@\""
    again = [sys.executable, *sys.argv, "--congestion", ""]
    os.execvp("unshare", ["unshare", "--net", "sh", "-ec", script, "sh", *again])


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--build", type=pathlib.Path, default=TOP / "build/release")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--brokers", default="rill,kafka")
    parser.add_argument("--congestion", default="")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("kafka.json"))
    words = parser.parse_args()
    if words.congestion:
        run_again_with(words.congestion)
    congestion_control = CONGESTION_CONTROL.read_text(encoding="utf-8").strip()
    print(f"TCP's congestion control is {congestion_control}", file=sys.stderr, flush=True)
    loads = throughput_loads(words.seconds)
    is_wanted = lambda title: not words.only or any(text in title for text in words.only)
    rounds = []
    for _ in range(words.rounds):
        rounds.append({})
        for name in words.brokers.split(","):
            disk = os.environ.get("RILL_BENCH_DIR")
            folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{name}-", dir=disk))
            try:
                for part in ("loaded", "perf"):
                    (folder / part).mkdir()
                rounds[-1][name] = measure(words.build, name, folder, loads, is_wanted)
            finally:
                shutil.rmtree(folder)
    table = medians(rounds)
    result = {"kafka": table, "congestion_control": congestion_control}
    words.out.write_text(json.dumps(result, indent=1), encoding="utf-8")
    print_table(table)


if __name__ == "__main__":
    main()
