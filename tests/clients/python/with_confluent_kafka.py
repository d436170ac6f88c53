"""confluent-kafka-python as a client of tests/clients/run.py: 1.7.0 of Debian, over its librdkafka,
and the newest, which brings a newer one."""
import sys

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition, admin
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic

from records import (CODECS, FIRST_TIMESTAMP, PARTITIONS, NotInThisClient, Reader, expect,
                     print_read, record, report, told_to_leave)

PATIENCE = 60  # seconds
IS_OLD = not hasattr(AdminClient, "incremental_alter_configs")
BEGINNING = -2


class Client:
    def __init__(self, address, count, prefix):
        self.address, self.count, self.prefix = address, count, prefix
        self.admin = AdminClient({"bootstrap.servers": address})

    def topic(self, name):
        return f"{self.prefix}-{name}"

    def create(self, topic, config=None):
        wanted = NewTopic(topic, PARTITIONS, 1, config=config or {})
        self.admin.create_topics([wanted])[topic].result(PATIENCE)

    def create_topic(self):
        topic = self.topic("made")
        self.create(topic, {"retention.ms": "3600000"})
        expect(len(self.admin.list_topics(timeout=PATIENCE).topics[topic].partitions), PARTITIONS)

    def produce(self, topic, **options):
        self.create(topic)
        failures = []
        producer = Producer({"bootstrap.servers": self.address, "linger.ms": 5,
                             **{name.replace("_", "."): value for name, value in options.items()}})
        for i in range(self.count):
            key, value, headers, timestamp = record(i)
            while True:
                try:
                    producer.produce(topic, value, key, i % PARTITIONS, timestamp=timestamp,
                                     headers=headers,
                                     on_delivery=lambda e, _: failures.append(e) if e else None)
                    break
                except BufferError:
                    producer.poll(0.1)
            producer.poll(0)
        expect(producer.flush(PATIENCE), 0)
        expect(failures, [])
        self.read_all(topic)

    def assigned(self, topic, partitions, offset=BEGINNING):
        # Closing waits for the answer to the last fetch.
        consumer = Consumer({"bootstrap.servers": self.address, "group.id": "none",
                             "enable.auto.commit": False, "fetch.wait.max.ms": 100})
        consumer.assign([TopicPartition(topic, p, offset) for p in partitions])
        return consumer

    def read(self, consumer, reader, count):
        while reader.count < count:
            records = consumer.consume(min(1000, count - reader.count), PATIENCE)
            if not records:
                raise AssertionError(f"{reader.count} records are read")
            for r in records:
                if r.error():
                    raise KafkaException(r.error())
                reader.take(r.partition(), r.offset(), r.key(), r.value(), r.headers(),
                            r.timestamp()[1])

    def read_all(self, topic):
        consumer = self.assigned(topic, range(PARTITIONS))
        self.read(consumer, Reader(), self.count)
        consumer.close()

    def seek(self, partition, offset):
        consumer = self.assigned(self.topic("none"), [partition])
        self.read(consumer, Reader(), 1)
        consumer.seek(TopicPartition(self.topic("none"), partition, offset))
        self.read(consumer, Reader(offset), 2)
        consumer.close()

    def seek_to_time(self):
        offset = self.count // 2 // PARTITIONS
        consumer = self.assigned(self.topic("none"), [0])
        before = FIRST_TIMESTAMP + offset * PARTITIONS - 1
        asked = [TopicPartition(self.topic("none"), 0, before)]
        expect(consumer.offsets_for_times(asked, PATIENCE)[0].offset, offset)
        consumer.close()
        self.seek(0, offset)

    def retention_is(self, wanted):
        resource = ConfigResource(ConfigResource.Type.TOPIC, self.topic("made"))
        configs = self.admin.describe_configs([resource])[resource].result(PATIENCE)
        expect(configs["retention.ms"].value, wanted)

    def alter_configs(self):
        resource = ConfigResource(ConfigResource.Type.TOPIC, self.topic("made"))
        if IS_OLD:
            resource.set_config("retention.ms", "7200000")
            alter = self.admin.alter_configs
        else:
            resource.add_incremental_config(admin.ConfigEntry(
                "retention.ms", "7200000", incremental_operation=admin.AlterConfigOpType.SET))
            alter = self.admin.incremental_alter_configs
        alter([resource])[resource].result(PATIENCE)
        self.retention_is("7200000")

    def delete_records(self):
        if IS_OLD:
            raise NotInThisClient
        partition = TopicPartition(self.topic("acks-1"), 0, 10)
        expect(self.admin.delete_records([partition])[partition].result(PATIENCE).low_watermark, 10)
        consumer = self.assigned(partition.topic, [0])
        expect(consumer.get_watermark_offsets(partition, PATIENCE)[0], 10)
        consumer.close()

    def delete_topic(self):
        topic = self.topic("made")
        self.admin.delete_topics([topic])[topic].result(PATIENCE)
        expect(topic in self.admin.list_topics(timeout=PATIENCE).topics, False)

    def run(self, reference):
        report("create topic", self.create_topic)
        report("describe configs", self.retention_is, "3600000")
        report("alter configs", self.alter_configs)
        report("delete topic", self.delete_topic)
        for codec in CODECS:
            report(codec, lambda codec=codec: self.produce(self.topic(codec),
                                                           compression_type=codec, acks="all"))
        for acks in 0, 1:
            report(f"acks {acks}", lambda acks=acks: self.produce(self.topic(f"acks-{acks}"),
                                                                  acks=acks))
        report("idempotent", lambda: self.produce(self.topic("idempotent"),
                                                  enable_idempotence=True))
        report("seek to offset", self.seek, 1, self.count // 6)
        report("seek to time", self.seek_to_time)
        report("delete records", self.delete_records)
        report("read reference", self.read_all, reference)


def member(address, group, topic, count, *protocol):
    # In a group of the new protocol the broker says how often it wants to hear of its members.
    timing = ({"group.protocol": protocol[0]} if protocol else
              {"session.timeout.ms": 6000, "heartbeat.interval.ms": 500})
    consumer = Consumer({"bootstrap.servers": address, "group.id": group,
                         "enable.auto.commit": False, "auto.offset.reset": "earliest",
                         "topic.metadata.refresh.interval.ms": 1000, **timing})
    consumer.subscribe([topic])
    read = 0
    while read < count if count else not told_to_leave():
        r = consumer.poll(0.1)
        if r is None or r.error():
            continue
        print_read(r.partition(), r.offset())
        read += 1
        try:
            consumer.commit(r, asynchronous=False)
        except KafkaException as gone:  # the partition is another's by now, who reads it again
            print(gone, file=sys.stderr)
    consumer.close()


if __name__ == "__main__":
    if sys.argv[1] == "steps":
        Client(sys.argv[2], int(sys.argv[3]), sys.argv[4]).run(sys.argv[5])
    else:
        member(*sys.argv[2:5], int(sys.argv[5]), *sys.argv[6:])
