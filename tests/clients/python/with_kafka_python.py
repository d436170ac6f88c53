"""kafka-python (2.0.2 of Debian, and the newest) as a client of tests/clients/run.py."""
import sys

import kafka
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewTopic
from kafka.structs import OffsetAndMetadata, TopicPartition

from records import (CODECS, FIRST_TIMESTAMP, PARTITIONS, NotInThisClient, Reader, expect,
                     print_read, record, report, told_to_leave)

PATIENCE = 60  # seconds
IS_OLD = kafka.__version__.startswith("2.0.")


class Client:
    def __init__(self, address, count, prefix):
        self.address, self.count, self.prefix = address, count, prefix
        self.admin = KafkaAdminClient(bootstrap_servers=address)

    def topic(self, name):
        return f"{self.prefix}-{name}"

    def create(self, topic, **configs):
        self.admin.create_topics([NewTopic(topic, PARTITIONS, 1, topic_configs=configs)])

    def create_topic(self):
        self.create(self.topic("made"), **{"retention.ms": "3600000"})
        consumer = kafka.KafkaConsumer(bootstrap_servers=self.address)
        expect(consumer.partitions_for_topic(self.topic("made")), set(range(PARTITIONS)))
        consumer.close()

    def produce(self, topic, **options):
        if IS_OLD and "enable_idempotence" in options:
            raise NotInThisClient
        self.create(topic)
        producer = kafka.KafkaProducer(bootstrap_servers=self.address, linger_ms=5, **options)
        sent = []
        for i in range(self.count):
            key, value, headers, timestamp = record(i)
            sent.append(producer.send(topic, value, key, headers, i % PARTITIONS, timestamp))
        producer.flush(PATIENCE)
        for future in sent:
            future.get(PATIENCE)
        producer.close()
        self.read_all(topic)

    def assigned(self, topic, partitions):
        consumer = kafka.KafkaConsumer(bootstrap_servers=self.address, enable_auto_commit=False,
                                       consumer_timeout_ms=PATIENCE * 1000)
        consumer.assign([TopicPartition(topic, p) for p in partitions])
        consumer.seek_to_beginning()
        return consumer

    def read(self, consumer, reader, count):
        for r in consumer:
            reader.take(r.partition, r.offset, r.key, r.value, list(r.headers), r.timestamp)
            if reader.count == count:
                return
        raise AssertionError(f"{reader.count} records are read")

    def read_all(self, topic):
        consumer = self.assigned(topic, range(PARTITIONS))
        self.read(consumer, Reader(), self.count)
        consumer.close()

    def seek_to_offset(self):
        offset = self.count // 6
        consumer = self.assigned(self.topic("none"), [1])
        self.read(consumer, Reader(), 1)
        consumer.seek(TopicPartition(self.topic("none"), 1), offset)
        self.read(consumer, Reader(offset), 2)
        consumer.close()

    def seek_to_time(self):
        offset = self.count // 2 // PARTITIONS
        partition = TopicPartition(self.topic("none"), 0)
        consumer = self.assigned(self.topic("none"), [0])
        time_before = FIRST_TIMESTAMP + offset * PARTITIONS - 1
        found = consumer.offsets_for_times({partition: time_before})[partition]
        expect(found.offset, offset)
        consumer.seek(partition, found.offset)
        self.read(consumer, Reader(offset), 2)
        consumer.close()

    def retention_is(self, wanted):
        resource = ConfigResource(ConfigResourceType.TOPIC, self.topic("made"))
        answer = self.admin.describe_configs([resource])
        if IS_OLD:
            configs = {entry[0]: entry[1] for entry in answer[0].resources[0][4]}
        else:
            configs = {name: entry["value"] for name, entry in
                       answer["topic"][self.topic("made")].items()}
        expect(configs["retention.ms"], wanted)

    def alter_configs(self):
        self.admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, self.topic("made"),
                                                 configs={"retention.ms": "7200000"})])
        self.retention_is("7200000")

    def delete_records(self):
        if not hasattr(self.admin, "delete_records"):
            raise NotInThisClient
        partition = TopicPartition(self.topic("acks-1"), 0)
        self.admin.delete_records({partition: 10})
        consumer = self.assigned(partition.topic, [0])
        expect(consumer.beginning_offsets([partition]), {partition: 10})
        consumer.close()

    def delete_topic(self):
        self.admin.delete_topics([self.topic("made")])
        consumer = kafka.KafkaConsumer(bootstrap_servers=self.address)
        expect(self.topic("made") in consumer.topics(), False)
        consumer.close()

    def run(self, reference):
        report("create topic", self.create_topic)
        report("describe configs", self.retention_is, "3600000")
        report("alter configs", self.alter_configs)
        report("delete topic", self.delete_topic)
        idempotence = {} if IS_OLD else {"enable_idempotence": False}
        for codec in CODECS:
            report(codec, lambda codec=codec: self.produce(
                self.topic(codec), acks="all", compression_type=None if codec == "none" else codec,
                **idempotence))
        for acks in 0, 1:
            report(f"acks {acks}", lambda acks=acks: self.produce(
                self.topic(f"acks-{acks}"), acks=acks, **idempotence))
        report("idempotent", lambda: self.produce(self.topic("idempotent"),
                                                  enable_idempotence=True))
        report("seek to offset", self.seek_to_offset)
        report("seek to time", self.seek_to_time)
        report("delete records", self.delete_records)
        report("read reference", self.read_all, reference)


def member(address, group, topic, count):
    consumer = kafka.KafkaConsumer(topic, bootstrap_servers=address, group_id=group,
                                   enable_auto_commit=False, auto_offset_reset="earliest",
                                   session_timeout_ms=6000, heartbeat_interval_ms=500)
    # Version 3 assigns no partitions, and stays without, when it joins before it has the metadata.
    consumer.partitions_for_topic(topic)
    read = 0
    while read < count if count else not told_to_leave():
        limit = {"max_records": count - read} if count else {}
        for partition, records in consumer.poll(100, **limit).items():
            for r in records:
                print_read(r.partition, r.offset)
            read += len(records)
            position = OffsetAndMetadata(records[-1].offset + 1, *([""] if IS_OLD else ["", -1]))
            try:
                consumer.commit({partition: position})
            except kafka.errors.CommitFailedError:
                pass  # the partition is another's by now, who reads it again
    consumer.close()


if __name__ == "__main__":
    if sys.argv[1] == "steps":
        Client(sys.argv[2], int(sys.argv[3]), sys.argv[4]).run(sys.argv[5])
    else:
        member(*sys.argv[2:5], int(sys.argv[5]))
