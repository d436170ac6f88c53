#!/usr/bin/env python3
"""filter.py <host:port>: kafka-python against examples/filter."""

import sys

from kafka import KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError

bootstrap = sys.argv[1]
producer = KafkaProducer(bootstrap_servers=bootstrap, retries=0)


def outcome(**record):
    try:
        return producer.send("bills", partition=0, **record).get(timeout=20).offset
    except KafkaError as refused:
        return type(refused).__name__


assert outcome(key=b"1", value=b"[1]") == 0
# It has no class for INVALID_RECORD (87) yet.
for record in ({"key": b"1", "value": b"no"}, {"value": b"[1]"}):
    assert isinstance(outcome(**record), str), record
assert outcome(key=b"2", value=b"{}") == 1

consumer = KafkaConsumer(
    "bills",
    bootstrap_servers=bootstrap,
    group_id="readers",
    auto_offset_reset="earliest",
    consumer_timeout_ms=20000,
)
read = []
for record in consumer:
    read.append((record.key, record.value))
    if len(read) == 2:
        break
assert read == [(b"1", b"[1]"), (b"2", b"{}")], read
topics = consumer.topics()
assert "bills" in topics and "_secret" not in topics, topics
consumer.close()
