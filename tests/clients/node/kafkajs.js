// kafkajs as a client of tests/clients/run.py.
'use strict'
const {
  Kafka, CompressionTypes, CompressionCodecs, ConfigResourceTypes, logLevel,
} = require('kafkajs')
const zstd = require('@bokuweb/zstd-wasm')
const LZ4Codec = require('kafkajs-lz4')
const SnappyCodec = require('kafkajs-snappy')
const {
  partitions, firstTimestamp, codecs, record, expect, Reader, report, toldToLeave, printRead,
  within, main,
} = require('./records')

CompressionCodecs[CompressionTypes.Snappy] = SnappyCodec
CompressionCodecs[CompressionTypes.LZ4] = new LZ4Codec().codec
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async (encoder) => Buffer.from(zstd.compress(encoder.buffer)),
  decompress: async (buffer) => Buffer.from(zstd.decompress(buffer)),
})

const patience = 60000
const compressions = {
  none: CompressionTypes.None, gzip: CompressionTypes.GZIP, snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4, zstd: CompressionTypes.ZSTD,
}

function connect(address) {
  return new Kafka({ clientId: 'rill', brokers: [address], logLevel: logLevel.ERROR })
}

function message(i) {
  const { key, value, header, timestamp } = record(i)
  return { key, value, partition: i % partitions, headers: { h: header }, timestamp: String(timestamp) }
}

let groups = 0

// Reads with a consumer of its own group until `done` has `count` records. Seeks, which are a
// partition and an offset, hold from the beginning on.
async function read(kafka, topic, seeks, reader, count) {
  const consumer = kafka.consumer({ groupId: `reading-${topic}-${++groups}`, maxWaitTimeInMs: 100 })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  try {
    await within(patience, new Promise((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error))
      consumer.run({
        autoCommit: false,
        eachBatch: async ({ batch, isStale }) => {
          for (const m of batch.messages) {
            if (isStale() || reader.count >= count) break
            if (seeks.length && !seeks.some((seek) => seek.partition === batch.partition)) continue
            try {
              reader.take(batch.partition, m.offset, m.key, m.value, m.headers.h, m.timestamp)
            } catch (error) {
              return reject(error)
            }
          }
          if (reader.count >= count) resolve()
        },
      })
      for (const seek of seeks) consumer.seek({ topic, ...seek })
    }))
  } finally {
    await consumer.disconnect()
  }
}

async function steps(address, count, prefix, reference) {
  await zstd.init()
  const kafka = connect(address)
  const admin = kafka.admin()
  await admin.connect()
  const topic = (name) => `${prefix}-${name}`
  const resource = { type: ConfigResourceTypes.TOPIC, name: topic('made') }

  async function create(name, configEntries) {
    await admin.createTopics({ topics: [{ topic: name, numPartitions: partitions, configEntries }] })
  }

  async function retentionIs(wanted) {
    const answer = await admin.describeConfigs({ resources: [resource], includeSynonyms: false })
    const entry = answer.resources[0].configEntries.find((e) => e.configName === 'retention.ms')
    expect(entry.configValue, wanted, 'retention.ms')
  }

  async function produce(name, { idempotent = false, acks = -1, codec = 'none' }) {
    await create(name)
    const producer = kafka.producer({ idempotent })
    await producer.connect()
    for (let i = 0; i < count; i += 1000) {
      const size = Math.min(1000, count - i)
      const messages = Array.from({ length: size }, (_, j) => message(i + j))
      await producer.send({ topic: name, messages, acks, compression: compressions[codec] })
    }
    await producer.disconnect()
    await read(kafka, name, [], new Reader(), count)
  }

  await report('create topic', async () => {
    await create(topic('made'), [{ name: 'retention.ms', value: '3600000' }])
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic('made')] })
    expect(topics[0].partitions.length, partitions, 'the number of partitions')
  })
  await report('describe configs', () => retentionIs('3600000'))
  await report('alter configs', async () => {
    const configEntries = [{ name: 'retention.ms', value: '7200000' }]
    await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries }] })
    await retentionIs('7200000')
  })
  await report('delete topic', async () => {
    await admin.deleteTopics({ topics: [topic('made')] })
    expect((await admin.listTopics()).includes(topic('made')), false, 'that it is listed')
  })
  for (const codec of codecs) await report(codec, () => produce(topic(codec), { codec }))
  for (const acks of [0, 1]) {
    await report(`acks ${acks}`, () => produce(topic(`acks-${acks}`), { acks }))
  }
  await report('idempotent', () => produce(topic('idempotent'), { idempotent: true }))
  await report('seek to offset', async () => {
    const offset = Math.floor(count / 6)
    await read(kafka, topic('none'), [{ partition: 1, offset: String(offset) }], new Reader(offset), 2)
  })
  await report('seek to time', async () => {
    const offset = Math.floor(count / 2 / partitions)
    const before = firstTimestamp + offset * partitions - 1
    const found = await admin.fetchTopicOffsetsByTimestamp(topic('none'), before)
    const first = found.find(({ partition }) => partition === 0)
    expect(first.offset, offset, 'the offset')
    await read(kafka, topic('none'), [first], new Reader(offset), 2)
  })
  await report('delete records', async () => {
    await admin.fetchTopicOffsets(topic('acks-1')) // else the client knows no leader of the topic
    await admin.deleteTopicRecords({ topic: topic('acks-1'), partitions: [{ partition: 0, offset: '10' }] })
    const offsets = await admin.fetchTopicOffsets(topic('acks-1'))
    expect(offsets.find(({ partition }) => partition === 0).low, 10, 'the first offset')
  })
  await report('read reference', () => read(kafka, reference, [], new Reader(), count))
}

async function member(address, groupId, topic, count) {
  const consumer = connect(address).consumer({
    groupId, sessionTimeout: 6000, heartbeatInterval: 500, maxWaitTimeInMs: 100,
  })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  let left = count || Infinity
  const done = new Promise((resolve) => {
    consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch, isStale, heartbeat }) => {
        if (isStale() || left === 0) return
        const messages = batch.messages.slice(0, left)
        for (const { offset } of messages) printRead(batch.partition, offset)
        left -= messages.length
        const offset = String(Number(messages[messages.length - 1].offset) + 1)
        await consumer.commitOffsets([{ topic, partition: batch.partition, offset }])
        await heartbeat()
        if (left === 0) resolve()
      },
    })
  })
  await (count ? done : toldToLeave())
  await consumer.disconnect()
}

main(steps, member)
