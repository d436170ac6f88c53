"""aiokafka as a client of tests/clients/run.py."""
import asyncio
import sys

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import CommitFailedError, for_code
from aiokafka.structs import TopicPartition

from records import (CODECS, FIRST_TIMESTAMP, PARTITIONS, Reader, expect, print_read, record,
                     report, told_to_leave)

PATIENCE = 60  # seconds


class Client:
    def __init__(self, address, count, prefix):
        self.address, self.count, self.prefix = address, count, prefix

    def topic(self, name):
        return f"{self.prefix}-{name}"

    async def create(self, topic, **configs):
        answer = await self.admin.create_topics(
            [NewTopic(topic, PARTITIONS, 1, topic_configs=configs)])
        expect(answer.topic_errors[0][1], 0)

    async def create_topic(self):
        await self.create(self.topic("made"), **{"retention.ms": "3600000"})
        topic, = await self.admin.describe_topics([self.topic("made")])
        expect(len(topic["partitions"]), PARTITIONS)

    async def produce(self, topic, **options):
        await self.create(topic)
        producer = AIOKafkaProducer(bootstrap_servers=self.address, linger_ms=5, **options)
        await producer.start()
        sent = []
        for i in range(self.count):
            key, value, headers, timestamp = record(i)
            sent.append(await producer.send(topic, value, key, i % PARTITIONS, timestamp, headers))
        await asyncio.wait_for(asyncio.gather(*sent), PATIENCE)
        await producer.stop()
        await self.read_all(topic)

    async def assigned(self, topic, partitions):
        consumer = AIOKafkaConsumer(bootstrap_servers=self.address, enable_auto_commit=False,
                                    auto_offset_reset="earliest")
        await consumer.start()
        consumer.assign([TopicPartition(topic, p) for p in partitions])
        return consumer

    async def read(self, consumer, reader, count):
        while reader.count < count:
            batches = await consumer.getmany(timeout_ms=PATIENCE * 1000,
                                             max_records=min(1000, count - reader.count))
            if not batches:
                raise AssertionError(f"{reader.count} records are read")
            for records in batches.values():
                for r in records:
                    reader.take(r.partition, r.offset, r.key, r.value, list(r.headers), r.timestamp)

    async def read_all(self, topic):
        consumer = await self.assigned(topic, range(PARTITIONS))
        await self.read(consumer, Reader(), self.count)
        await consumer.stop()

    async def seek(self, number, offset):
        partition = TopicPartition(self.topic("none"), number)
        consumer = await self.assigned(partition.topic, [number])
        await self.read(consumer, Reader(), 1)
        consumer.seek(partition, offset)
        await self.read(consumer, Reader(offset), 2)
        await consumer.stop()

    async def seek_to_time(self):
        offset = self.count // 2 // PARTITIONS
        partition = TopicPartition(self.topic("none"), 0)
        consumer = await self.assigned(partition.topic, [0])
        before = FIRST_TIMESTAMP + offset * PARTITIONS - 1
        found = await consumer.offsets_for_times({partition: before})
        expect(found[partition].offset, offset)
        await consumer.stop()
        await self.seek(0, offset)

    async def retention_is(self, wanted):
        resource = ConfigResource(ConfigResourceType.TOPIC, self.topic("made"))
        answer, = await self.admin.describe_configs([resource])
        configs = {entry[0]: entry[1] for entry in answer.resources[0][4]}
        expect(configs["retention.ms"], wanted)

    async def alter_configs(self):
        answer, = await self.admin.alter_configs([ConfigResource(
            ConfigResourceType.TOPIC, self.topic("made"), {"retention.ms": "7200000"})])
        expect(answer.resources[0][0], 0)
        await self.retention_is("7200000")

    async def delete_records(self):
        partition = TopicPartition(self.topic("acks-1"), 0)
        expect(await self.admin.delete_records({partition: RecordsToDelete(10)}), {partition: 10})
        consumer = await self.assigned(partition.topic, [0])
        expect(await consumer.beginning_offsets([partition]), {partition: 10})
        await consumer.stop()

    async def delete_topic(self):
        answer = await self.admin.delete_topics([self.topic("made")])
        expect(for_code(answer.topic_error_codes[0][1]).errno, 0)
        expect(self.topic("made") in await self.admin.list_topics(), False)

    async def run(self, reference):
        self.admin = AIOKafkaAdminClient(bootstrap_servers=self.address)
        await self.admin.start()
        loop = asyncio.get_running_loop()

        async def step(name, method, *arguments, **options):
            def in_loop():
                asyncio.run_coroutine_threadsafe(method(*arguments, **options), loop).result()
            await loop.run_in_executor(None, report, name, in_loop)

        await step("create topic", self.create_topic)
        await step("describe configs", self.retention_is, "3600000")
        await step("alter configs", self.alter_configs)
        await step("delete topic", self.delete_topic)
        for codec in CODECS:
            await step(codec, self.produce, self.topic(codec), acks="all",
                       compression_type=None if codec == "none" else codec)
        for acks in 0, 1:
            await step(f"acks {acks}", self.produce, self.topic(f"acks-{acks}"), acks=acks)
        await step("idempotent", self.produce, self.topic("idempotent"), enable_idempotence=True)
        await step("seek to offset", self.seek, 1, self.count // 6)
        await step("seek to time", self.seek_to_time)
        await step("delete records", self.delete_records)
        await step("read reference", self.read_all, reference)
        await self.admin.close()


async def member(address, group, topic, count):
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=address, group_id=group,
                                enable_auto_commit=False, auto_offset_reset="earliest",
                                session_timeout_ms=6000, heartbeat_interval_ms=500)
    await consumer.start()
    read = 0
    while read < count if count else not told_to_leave():
        limit = {"max_records": count - read} if count else {}
        for partition, records in (await consumer.getmany(timeout_ms=100, **limit)).items():
            for r in records:
                print_read(r.partition, r.offset)
            read += len(records)
            try:
                await consumer.commit({partition: records[-1].offset + 1})
            except CommitFailedError:
                pass  # the partition is another's by now, who reads it again
    await consumer.stop()


if __name__ == "__main__":
    if sys.argv[1] == "steps":
        client = Client(sys.argv[2], int(sys.argv[3]), sys.argv[4])
        asyncio.run(client.run(sys.argv[5]))
    else:
        asyncio.run(member(*sys.argv[2:5], int(sys.argv[5])))
