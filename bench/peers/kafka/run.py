#!/usr/bin/env python3
"""Runs `rill serve` and an Apache Kafka broker under the same load, in turns, and prints tables.

  bench/peers/kafka/run.py [--build FOLDER] [--rounds N] [--seconds S] [--only TEXT] [--out FILE]

  --build FOLDER  a folder where rill is built, with rill_replay (default build/release)
  --rounds N      how often each runs; the tables have medians (default 3)
  --seconds S     that each load is measured (default 5)
  --brokers NAMES rill and kafka, with a comma between, or one of them
  --only TEXT     only the loads with TEXT in their names: "produce", "lz4", "idle", ...
  --out FILE      where the figures go, as JSON (default kafka.json)

The broker has one core to itself, and the load, which is one thread of prebuilt requests
(rill_replay), another. RILL_BENCH_DIR names a folder on the disk to measure. Needs taskset, and
Java and Maven for Apache Kafka (tests/oracle/fetch.sh).
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
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[3]
BROKER_CORE, LOAD_CORE = "0", "1"
# What Kafka's own start script gives to Java.
KAFKA_JVM = (
    "-Xmx1G -Xms1G -server -XX:+UseG1GC -XX:MaxGCPauseMillis=20 "
    "-XX:InitiatingHeapOccupancyPercent=35 -XX:+ExplicitGCInvokesConcurrent"
)
CHECK_OFTEN = "log.retention.check.interval.ms=1000"


class Broker:
    """One that runs, with its address and its process."""

    def __init__(self, name, address, process, folder, began):
        self.name, self.address, self.process = name, address, process
        self.folder, self.began = folder, began

    def memory(self):
        """Resident and anonymous memory, in MB."""
        text = pathlib.Path(f"/proc/{self.process}/status").read_text(encoding="utf-8")
        fields = dict(re.findall(r"^(VmRSS|RssAnon):\s+(\d+) kB$", text, re.M))
        resident, anonymous = int(fields["VmRSS"]), int(fields["RssAnon"])
        return {"resident_mb": resident / 1e3, "anonymous_mb": anonymous / 1e3}


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
    process = subprocess.Popen(on_core(BROKER_CORE, serve), stdout=log, stderr=log)
    try:
        address = None
        while address is None and process.poll() is None:
            address = re.search(r"listening on (\S+),", (folder / "serve.log").read_text("utf-8"))
            time.sleep(0.0002)
        if address is None:
            raise SystemExit("rill serve ended: " + (folder / "serve.log").read_text("utf-8"))
        yield Broker("rill", address[1], process.pid, folder, began)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


@contextlib.contextmanager
def kafka(_, folder):
    began = time.monotonic()
    script = TOP / "tests/oracle/kafka.sh"
    environment = {**os.environ, "RILL_KAFKA_JVM": KAFKA_JVM}
    start = on_core(BROKER_CORE, [script, "start", folder, CHECK_OFTEN])
    ran = subprocess.run(start, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    try:
        process = int((folder / "pid").read_text("utf-8"))
        yield Broker("kafka", ran.stdout.strip(), process, folder, began)
    finally:
        subprocess.run([script, "stop", folder], env=environment, check=True)


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
    loads["latency, 1,000 records a second"] = {"run": "latency", "rate": 1000, "seconds": seconds}
    return loads


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


def many_partitions(build, broker, count=10000):
    before = broker.memory()
    made = subprocess.run(
        [build / "bin/kafka-topics", "--bootstrap-server", broker.address, "--create", "--topic",
         "many", "--partitions", str(count)], stdout=subprocess.DEVNULL, check=False)
    after = broker.memory()
    return {"made": made.returncode == 0, **{f"{k}_more": after[k] - before[k] for k in before}}


def measure(build, name, folder, loads, wanted):
    """A round of one broker: loads on one that runs, then what wants a fresh one."""
    figures = {}
    with BROKERS[name](build, folder / "loaded") as broker:
        figures["start-up"] = start_up(build, broker)
        figures["idle"] = broker.memory()
        for title, load in loads.items():
            if wanted in title:
                figures[title] = replay(build, broker, **load)
        figures["after all of it"] = broker.memory()
    if wanted in "1,000 idle connections":
        with BROKERS[name](build, folder / "connections") as broker:
            figures["1,000 idle connections"] = idle_connections(build, broker)
    if wanted in "10,000 partitions":
        with BROKERS[name](build, folder / "partitions") as broker:
            figures["10,000 partitions"] = many_partitions(build, broker)
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


def print_table(table):
    for title, of_title in table.items():
        print(f"\n{title}\n\n| figure | rill | kafka | rill/kafka |\n| --- | --- | --- | --- |")
        for figure in of_title.get("rill", {}):
            ours = of_title["rill"][figure]
            theirs = of_title.get("kafka", {}).get(figure)
            ratio = f"{ours / theirs:.3g}" if theirs else "—"
            shown = "—" if theirs is None else f"{theirs:,.4g}"
            print(f"| {figure} | {ours:,.4g} | {shown} | {ratio} |")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--build", type=pathlib.Path, default=TOP / "build/release")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--only", default="")
    parser.add_argument("--brokers", default="rill,kafka")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("kafka.json"))
    words = parser.parse_args()
    loads = throughput_loads(words.seconds)
    rounds = []
    for _ in range(words.rounds):
        rounds.append({})
        for name in words.brokers.split(","):
            disk = os.environ.get("RILL_BENCH_DIR")
            folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{name}-", dir=disk))
            try:
                for part in ("loaded", "connections", "partitions"):
                    (folder / part).mkdir()
                rounds[-1][name] = measure(words.build, name, folder, loads, words.only)
            finally:
                shutil.rmtree(folder)
    table = medians(rounds)
    words.out.write_text(json.dumps(table, indent=1), encoding="utf-8")
    print_table(table)


if __name__ == "__main__":
    main()
