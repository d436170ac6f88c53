#!/usr/bin/env python3
"""Kafka's clients, as their registries have them, against `rill serve`: each runs the same steps.

    tests/clients/run.py [--rill PROGRAM] [--records N] [--fetch] [client ...]

    --rill PROGRAM   by default build/release/bin/rill
    --records N      records that each step of a producer writes; 100000 by default
    --fetch          bring the clients into the cache, and run none
    client           some only; all of CLIENTS below by default

Prints what each client says of each step, then a table; fails when any step did, or a client could
not be installed. A client is a program for which one of the folders beside this has an install.sh,
and which is called so:

    client steps <address> <records> <prefix> <reference>
        runs the steps of PROGRAM_STEPS, with topics that begin with <prefix>. For each it prints
        the step, a tab, and "passed", "not in this client" or "FAILED" and the reason.
        <reference> is a topic that librdkafka's C interface wrote. A client without groups says
        so here, of "group" and "resume", for which the others are called as below; kcat says here
        that it reads its own. The codecs' steps ask for acks=all, and no producer has a number
        but that of "idempotent".
    client member <address> <group> <topic> <count> [consumer]
        joins the group, one of HAVE_CONSUMER_PROTOCOL by KIP-848's protocol where that word is
        there; prints a line "<partition> <offset>" for each record and commits what it
        printed. Leaves after <count> records; where that is 0, when its input ends.

Record i of a topic (from 0 on) is in partition i % 3. Its key is "k<i>"; its value has i % 200
bytes, which count up from i % 256 and go on with 0 after 255; its header "h" has the text of i;
its timestamp is 1700000000000 + i. So what stands at an offset is known to every client.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time

from group import join_and_leave, resume
from installed import NotInstalled, install
from node import Node, StepFailed, codecs_and_producers, records_by_kcat

# The client, and the folder that has it.
CLIENTS = {
    "librdkafka-c": "librdkafka",
    "librdkafka-cpp": "librdkafka",
    "kcat": "python",
    "python3-kafka": "python",
    "kafka-python": "python",
    "aiokafka": "python",
    "python3-confluent-kafka": "python",
    "confluent-kafka-python": "python",
    "kafkajs": "node",
    "confluent-kafka-javascript": "node",
    "platformatic-kafka": "node",
    "franz-go": "go",
    "sarama": "go",
    "kafka-go": "go",
    "rskafka": "rust",
    "java": "java",
    "java-oldest": "java",
}

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
PROGRAM_STEPS = ["create topic", *CODECS, "acks 0", "acks 1", "idempotent", "seek to offset",
                 "seek to time", "describe configs", "alter configs", "delete records",
                 "delete topic", "read reference"]
STEPS = [*PROGRAM_STEPS, "group", "resume", "group, KIP-848", "resume, KIP-848", "kcat reads"]
HAVE_CONSUMER_PROTOCOL = ["confluent-kafka-python", "confluent-kafka-javascript",
                          "platformatic-kafka", "franz-go", "java"]
PATIENCE = 600  # seconds for all steps of a program
PASSED, LACKS = "passed", "not in this client"
NO_PRODUCER = "-1"  # in place of the number that an idempotent one has


def run_program(program, node, records, prefix, report):
    process = subprocess.Popen([program, "steps", node.address, str(records), prefix, "reference"],
                               stdout=subprocess.PIPE, text=True)
    watchdog = threading.Timer(PATIENCE, process.kill)
    watchdog.start()
    try:
        for line in process.stdout:
            step, tab, result = line.rstrip("\n").partition("\t")
            if not tab or step not in STEPS:
                raise StepFailed(f"it printed {line!r}")
            report(step, result)
        status = process.wait()
    finally:
        watchdog.cancel()
        process.kill()  # where it has ended, nothing happens
        process.wait()
    if status != 0:
        raise StepFailed(f"it ended with {status}")


def stored_as_told(node, prefix, results):
    """What the log has: a client may say that it compresses, or has a number, and not do it."""
    for step in [*CODECS, "idempotent"]:
        if results.get(step) != PASSED:
            continue
        codecs, producers = codecs_and_producers(node, f"{prefix}-{step}-0")
        if step in CODECS and step not in codecs:
            results[step] = f"FAILED the log has batches with {', '.join(sorted(codecs))} alone"
        if step in CODECS and producers != {NO_PRODUCER}:
            results[step] = "FAILED the log has batches with a producer's number"
        if step == "idempotent" and NO_PRODUCER in producers:
            results[step] = "FAILED the log has batches without a producer's number"


def kcat_reads(node, prefix, records, results):
    step = next(codec for codec in reversed(CODECS) if results.get(codec) == PASSED)
    records_by_kcat(node, f"{prefix}-{step}", records)


def run_client(client, program, rill, reference, records):
    """The results of the steps."""
    results = {}

    def report(step, result):
        results[step] = result
        print(f"{client}: {step}: {result}", flush=True)

    def attempt(step, function, *arguments):
        try:
            function(*arguments)
            report(step, PASSED)
        except StepFailed as failure:
            report(step, f"FAILED {failure}")

    with tempfile.TemporaryDirectory() as work, Node(rill, work) as node:
        subprocess.run([reference, "write", node.address, str(records), "reference"], check=True)
        try:
            run_program(program, node, records, client, report)
        except StepFailed as failure:
            for step in PROGRAM_STEPS:
                results.setdefault(step, f"FAILED {failure}")
        stored_as_told(node, client, results)
        for step, function in ("group", join_and_leave), ("resume", resume):
            if results.get(step) != LACKS:
                attempt(step, function, node, program, client, "classic")
            if client in HAVE_CONSUMER_PROTOCOL:
                attempt(f"{step}, KIP-848", function, node, program, client, "consumer")
            else:
                report(f"{step}, KIP-848", LACKS)
        if client != "kcat" and any(results.get(codec) == PASSED for codec in CODECS):
            attempt("kcat reads", kcat_reads, node, client, records, results)
    for step in STEPS:
        results.setdefault(step, "FAILED nothing was said of it")
        if results[step] not in (PASSED, LACKS) and not results[step].startswith("FAILED"):
            results[step] = f"FAILED it said {results[step]!r}"
    return results


def print_table(versions, results, records):
    print(f"\n{time.strftime('%F', time.gmtime())}, {records} records\n")
    print("| client | " + " | ".join(STEPS) + " |")
    print("| --- |" + " --- |" * len(STEPS))
    for client, of_client in results.items():
        cells = [{PASSED: "yes", LACKS: "—"}.get(of_client[step], "FAILED") for step in STEPS]
        print(f"| {client} {versions[client]} | " + " | ".join(cells) + " |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rill", default="build/release/bin/rill")
    parser.add_argument("--records", type=int, default=100000)
    parser.add_argument("--fetch", action="store_true")
    parser.add_argument("clients", nargs="*", metavar="client")
    options = parser.parse_args()
    unknown = set(options.clients) - set(CLIENTS)
    if unknown:
        parser.error(f"no client is called {', '.join(unknown)}; there are {', '.join(CLIENTS)}")
    clients = options.clients or list(CLIENTS)
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    try:
        reference, _ = install("librdkafka-c", "librdkafka")
    except NotInstalled as failure:
        sys.exit(str(failure))
    results, versions, failures = {}, {}, []
    for client in clients:
        try:
            program, versions[client] = install(client, CLIENTS[client])
        except NotInstalled as failure:
            print(failure, flush=True)
            failures.append(f"{client}: could not be installed")
            continue
        if not options.fetch:
            begun = time.monotonic()
            results[client] = run_client(client, program, options.rill, reference, options.records)
            print(f"{client} {versions[client]}: {time.monotonic() - begun:.0f} s", flush=True)
    if not options.fetch:
        print_table(versions, results, options.records)
    failures += [f"{client}: {step}: {result}" for client, of_client in results.items()
                 for step, result in of_client.items() if result.startswith("FAILED")]
    if failures:
        sys.exit("\n".join(["", *failures]))


if __name__ == "__main__":
    main()
