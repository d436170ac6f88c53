#!/usr/bin/env python3
"""worker.py <host:port>: a member of the group that main.cc has a consumer in (kafka-python)."""

import signal
import sys

from kafka import KafkaConsumer


def stop(*_):
    raise KeyboardInterrupt


signal.signal(signal.SIGTERM, stop)
consumer = KafkaConsumer(
    "jobs",
    bootstrap_servers=sys.argv[1],
    group_id="workers",
    auto_offset_reset="earliest",
    enable_auto_commit=False,
)
partitions = 0
try:
    while True:
        for records in consumer.poll(timeout_ms=100).values():
            for record in records:
                print(f"job {record.value.decode()} from partition {record.partition}")
            consumer.commit()
        now = len(consumer.assignment())
        if now != partitions:
            print(f"has {now} partitions")
            partitions = now
        sys.stdout.flush()
except KeyboardInterrupt:
    consumer.close()
