// @confluentinc/kafka-javascript, by its promises, as a client of tests/clients/run.py. It is a
// librdkafka of its own.
'use strict'
const { Kafka, logLevel } = require('@confluentinc/kafka-javascript').KafkaJS
const {
  partitions, firstTimestamp, codecs, record, expect, Reader, notInThisClient, report, toldToLeave, printRead,
  within, main,
} = require('./records')

const patience = 60000

function connect(address) {
  return new Kafka({ kafkaJS: { clientId: 'rill', brokers: [address], logLevel: logLevel.ERROR } })
}

function message(i) {
  const { key, value, header, timestamp } = record(i)
  return { key, value, partition: i % partitions, headers: { h: header }, timestamp: String(timestamp) }
}

function headerOf(m) {
  expect(Object.keys(m.headers), 'h', `the headers at ${m.offset}`)
  return m.headers.h
}

let groups = 0

// Reads with a consumer of its own group until `done` has `count` records. Seeks, which are a
// partition and an offset, hold from the beginning on.
async function read(kafka, topic, seeks, reader, count) {
  const consumer = kafka.consumer({
    'js.consumer.max.batch.size': -1,
    kafkaJS: {
      groupId: `reading-${topic}-${++groups}`, fromBeginning: true, autoCommit: false, maxWaitTimeInMs: 100,
    },
  })
  await consumer.connect()
  await consumer.subscribe({ topic })
  for (const seek of seeks) consumer.seek({ topic, ...seek })
  try {
    await within(patience, new Promise((resolve, reject) => {
      const eachBatch = async ({ batch, isStale }) => {
        for (const m of batch.messages) {
          if (isStale() || reader.count >= count) break
          if (seeks.length && !seeks.some((seek) => seek.partition === batch.partition)) continue
          try {
            reader.take(batch.partition, m.offset, m.key, m.value, headerOf(m), m.timestamp)
          } catch (error) {
            return reject(error)
          }
        }
        if (reader.count >= count) resolve()
      }
      consumer.run({ eachBatch }).catch(reject)
    }))
  } finally {
    await consumer.disconnect()
  }
}

async function steps(address, count, prefix, reference) {
  const kafka = connect(address)
  const admin = kafka.admin()
  await admin.connect()
  const topic = (name) => `${prefix}-${name}`

  async function create(name, configEntries) {
    const made = await admin.createTopics({ topics: [{ topic: name, numPartitions: partitions, configEntries }] })
    expect(made, true, `that ${name} is made`)
  }

  async function produce(name, how) {
    await create(name)
    const producer = kafka.producer({ kafkaJS: how })
    await producer.connect()
    for (let i = 0; i < count; i += 1000) {
      const size = Math.min(1000, count - i)
      await producer.send({ topic: name, messages: Array.from({ length: size }, (_, j) => message(i + j)) })
    }
    await producer.disconnect()
    await read(kafka, name, [], new Reader(), count)
  }

  await report('create topic', async () => {
    await create(topic('made'), [{ name: 'retention.ms', value: '3600000' }])
    const [described] = await admin.fetchTopicMetadata({ topics: [topic('made')] })
    expect(described.partitions.length, partitions, 'the number of partitions')
  })
  for (const step of ['describe configs', 'alter configs']) {
    await report(step, async () => { throw notInThisClient })
  }
  await report('delete topic', async () => {
    await admin.deleteTopics({ topics: [topic('made')] })
    expect((await admin.listTopics()).includes(topic('made')), false, 'that it is listed')
  })
  for (const codec of codecs) {
    await report(codec, () => produce(topic(codec), { compression: codec, acks: -1 }))
  }
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
    await admin.deleteTopicRecords({ topic: topic('acks-1'), partitions: [{ partition: 0, offset: '10' }] })
    const offsets = await admin.fetchTopicOffsets(topic('acks-1'))
    expect(offsets.find(({ partition }) => partition === 0).low, 10, 'the first offset')
  })
  await report('read reference', () => read(kafka, reference, [], new Reader(), count))
  await admin.disconnect()
}

async function member(address, groupId, topic, count, protocol) {
  // In a group of the new protocol the broker says how often it wants to hear of its members.
  const timing = protocol ? {} : { sessionTimeout: 6000, heartbeatInterval: 500 }
  const consumer = connect(address).consumer({
    'group.protocol': protocol || 'classic',
    kafkaJS: {
      groupId, fromBeginning: true, autoCommit: false, maxWaitTimeInMs: 100, metadataMaxAge: 1000, ...timing,
    },
  })
  await consumer.connect()
  await consumer.subscribe({ topic })
  let left = count || Infinity
  const done = new Promise((resolve, reject) => {
    const eachBatch = async ({ batch, isStale }) => {
      if (isStale() || left === 0) return
      const messages = batch.messages.slice(0, left)
      for (const { offset } of messages) printRead(batch.partition, offset)
      left -= messages.length
      const offset = String(Number(messages[messages.length - 1].offset) + 1)
      try {
        await consumer.commitOffsets([{ topic, partition: batch.partition, offset }])
      } catch (error) { // the partition is another's by now, who reads it again
        console.error(error)
      }
      if (left === 0) resolve()
    }
    consumer.run({ eachBatch }).catch(reject)
  })
  await (count ? done : Promise.race([done, toldToLeave()]))
  await consumer.disconnect()
}

main(steps, member)
