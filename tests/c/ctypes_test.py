#!/usr/bin/env python3
"""Drives librill_c from Python's ctypes:  ctypes_test.py <librill_c.so>"""

import os
import sys
import tempfile
import threading
import unittest
from ctypes import POINTER, byref, c_char_p, c_int64

import bindings
from bindings import Delivery, DeliveryCallback, Header, LogSink, Record, RillError, record_of

rill = bindings.Rill(sys.argv.pop(1))

NO_CALLBACK = DeliveryCallback()


class Fixture(unittest.TestCase):
    def open(self, where, **options):
        engine = rill.new_with_options("open", where.encode(), options)
        self.addCleanup(rill.free, "engine", engine)
        return engine

    def topic(self, engine, name, partitions=1):
        topic = rill.new("engine_ensure_topic", engine, name, partitions, None)
        self.addCleanup(rill.free, "topic", topic)
        return topic

    def producer(self, engine, options=None):
        producer = rill.new_with_options("engine_new_producer", engine, options or {})
        self.addCleanup(rill.free, "producer", producer)
        return producer

    def subscribed(self, engine, group, *topics, **options):
        consumer = rill.new_with_options(
            "engine_new_consumer", engine,
            {"group.id": group, "auto.offset.reset": "earliest", **options})
        self.addCleanup(rill.free, "consumer", consumer)
        rill.call("consumer_subscribe", consumer, (c_char_p * len(topics))(*topics), len(topics))
        return consumer

    def send_many(self, producer, topic, values):
        records = [record_of(value=value) for value in values]
        array = (bindings.ProducerRecord * len(records))(*records)
        deliveries = (Delivery * len(records))()
        rill.call("producer_send_batch_wait", producer, topic, array, len(records), -1, deliveries)
        return deliveries

    def poll(self, consumer, timeout_ms=5000, commit=False):
        """The records of a poll as (partition, offset, key, value, headers)."""
        batch = rill.new("consumer_poll", consumer, timeout_ms)
        try:
            seen = []
            records = (Record * 64)()
            while count := rill.library.rill_records_next(batch, records, len(records)):
                seen += [self.shown(record) for record in records[:count]]
            if commit:
                rill.call("consumer_commit_records", consumer, batch)
            return seen
        finally:
            rill.free("records", batch)

    @staticmethod
    def shown(record):
        headers = (Header * record.header_count)()
        count = rill.library.rill_record_headers(byref(record), headers, len(headers))
        return (record.partition, record.offset, record.key.get(), record.value.get(),
                [(header.name.get(), header.value.get()) for header in headers[:count]])


class FromPython(Fixture):
    def test_a_record_comes_back_as_it_was_sent(self):
        engine = self.open("mem:")
        topic = self.topic(engine, b"orders", 3)
        producer = self.producer(engine)
        delivery = Delivery()
        record = record_of(b"seoul", b"cof\0fee", 2, [(b"trace", b"7"), (b"trace", None)])
        rill.call("producer_send_wait", producer, topic, byref(record), 1000, byref(delivery))
        self.assertEqual((delivery.partition, delivery.offset), (2, 0))
        rill.call("producer_send_wait", producer, topic, byref(record_of(b"", None, 2)), 1000, None)
        consumer = self.subscribed(engine, "billing", b"orders")
        self.assertEqual(self.poll(consumer), [
            (2, 0, b"seoul", b"cof\0fee", [(b"trace", b"7"), (b"trace", None)]),
            (2, 1, b"", None, [])])

    def test_a_group_goes_on_where_it_committed_after_the_process_would_have_ended(self):
        with tempfile.TemporaryDirectory() as folder:
            where = os.path.join(folder, "data")
            engine = self.open(where)
            producer = self.producer(engine, {"linger.ms": "5", "compression.type": "zstd"})
            deliveries = self.send_many(producer, self.topic(engine, b"orders"),
                                        [str(i).encode() for i in range(1000)])
            self.assertEqual([d.offset for d in deliveries], list(range(1000)))
            first = self.subscribed(engine, "billing", b"orders", **{"max.poll.records": "300"})
            self.assertEqual(len(self.poll(first, commit=True)), 300)
            self.poll(first)  # and does not commit
            rill.call("engine_close", engine)

            engine = self.open(where)
            second = self.subscribed(engine, "billing", b"orders", **{"max.poll.records": "9"})
            self.assertEqual([r[3] for r in self.poll(second, commit=True)],
                             [str(i).encode() for i in range(300, 309)])
            lag = c_int64()
            rill.call("consumer_lag", second, b"orders", 0, byref(lag))
            self.assertEqual(lag.value, 691)
            committed = POINTER(bindings.Partitions)()
            rill.call("engine_committed_offsets", engine, b"billing", byref(committed))
            self.assertEqual(committed.contents.count, 1)
            self.assertEqual(committed.contents.items[0].offset, 309)
            rill.free("partitions", committed)
            rill.call("engine_close", engine)

    def test_callbacks_come_from_the_engines_own_thread(self):
        engine = self.open("mem:")
        topic = self.topic(engine, b"orders")
        producer = self.producer(engine, {"linger.ms": "1"})
        done = threading.Event()
        heard = []

        @DeliveryCallback
        def deliver(context, delivery, error):
            heard.append((context, delivery.contents.offset, bool(error), threading.get_ident()))
            if len(heard) == 3:
                done.set()

        for i in range(3):
            rill.call("producer_send", producer, topic, byref(record_of(value=b"x")), deliver, i + 7)
        self.assertTrue(done.wait(20))
        self.assertEqual([h[:3] for h in heard], [(7, 0, False), (8, 1, False), (9, 2, False)])
        self.assertNotEqual(heard[0][3], threading.get_ident())

    def test_callbacks_hear_why_a_record_failed(self):
        engine = self.open("mem:")
        topic = self.topic(engine, b"orders")
        producer = self.producer(engine)
        heard = []

        @DeliveryCallback
        def deliver(_, delivery, error):
            heard.append((delivery.contents.kafka_code, error.contents.message))

        rill.call("producer_send", producer, topic, byref(record_of(value=b"x", partition=5)),
                  deliver, None)
        self.assertEqual(heard[0][0], 3)
        self.assertIn(b"5", heard[0][1])
        with self.assertRaises(RillError) as raised:
            rill.call("producer_flush", producer, -1)
        self.assertEqual(raised.exception.kafka_code, 3)

    def test_failures_have_a_status_a_code_and_a_message(self):
        engine = self.open("mem:")
        with self.assertRaisesRegex(RillError, 'no topic "tea"') as raised:
            rill.new("engine_find_topic", engine, b"tea")
        self.assertEqual(raised.exception.status, bindings.NOT_FOUND)
        self.assertEqual(raised.exception.kafka_code, 3)
        with self.assertRaisesRegex(RillError, "where is null") as raised:
            rill.new("open", None, None)
        self.assertEqual(raised.exception.status, bindings.INVALID_ARGUMENT)
        with self.assertRaisesRegex(RillError, "no.such.config"):
            self.open("mem:", **{"no.such.config": "1"})
        self.topic(engine, b"tea")
        names = POINTER(bindings.Strings)()
        rill.call("engine_list_topics", engine, 0, byref(names))
        self.assertEqual([names.contents.items[i] for i in range(names.contents.count)], [b"tea"])
        rill.free("strings", names)

    def test_threads_send_while_another_polls_and_wakes(self):
        engine = self.open("mem:")
        topic = self.topic(engine, b"orders", 2)
        producer = self.producer(engine)
        consumer = self.subscribed(engine, "billing", b"orders")
        seen = []

        def consume():
            try:
                while True:
                    seen.extend(self.poll(consumer, -1, commit=True))
            except RillError as failure:
                seen.append(failure.status)

        def send(partition):
            for i in range(200):
                record = record_of(value=str(i).encode(), partition=partition)
                rill.call("producer_send", producer, topic, byref(record), NO_CALLBACK, None)

        poller = threading.Thread(target=consume)
        senders = [threading.Thread(target=send, args=(partition,)) for partition in range(2)]
        for thread in [poller, *senders]:
            thread.start()
        for thread in senders:
            thread.join()
        rill.call("producer_flush", producer, -1)
        while len(seen) < 400 and poller.is_alive():
            poller.join(0.01)
        rill.library.rill_consumer_wakeup(consumer)
        poller.join()
        self.assertEqual(seen.pop(), bindings.CANCELLED)
        for partition in range(2):
            self.assertEqual([r[3] for r in seen if r[0] == partition],
                             [str(i).encode() for i in range(200)])

    def test_the_log_sink_and_the_rebalance_listener_are_called(self):
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(os.path.join(folder, "stranger-0"))
            lines = []
            sink = LogSink(lambda _, level, line: lines.append((level, line)))
            options = rill.options({})
            rill.call("options_set_log_sink", options, sink, None)
            engine = rill.new("open", folder.encode(), options)
            rill.free("options", options)
            self.assertTrue(any(level == 2 and b"stranger-0" in line for level, line in lines), lines)

            events = []

            @bindings.RebalanceListener
            def listen(_, event, partitions, count):
                events.append((event, [partitions[i].partition for i in range(count)]))

            self.topic(engine, b"orders", 2)
            options = rill.options({"group.id": "billing"})
            rill.call("options_set_rebalance_listener", options, listen, None)
            consumer = rill.new("engine_new_consumer", engine, options)
            rill.free("options", options)
            rill.call("consumer_subscribe", consumer, (c_char_p * 1)(b"orders"), 1)
            while not events:
                self.poll(consumer, 10)
            rill.call("consumer_close", consumer)
            rill.free("consumer", consumer)
            rill.free("engine", engine)
            self.assertEqual(events, [(1, [0, 1]), (0, [0, 1])])


if __name__ == "__main__":
    unittest.main()
