// @platformatic/kafka as a client of tests/clients/run.py.
'use strict'
const {
  Admin, Consumer, Producer, ConfigResourceTypes, IncrementalAlterConfigOperationTypes,
} = require('@platformatic/kafka')
const {
  partitions, firstTimestamp, codecs, record, expect, Reader, report, toldToLeave, printRead, within, main,
} = require('./records')

const patience = 60000

function message(topic, i) {
  const { key, value, header, timestamp } = record(i)
  return {
    topic, key, value, partition: i % partitions, timestamp: BigInt(timestamp),
    headers: new Map([[Buffer.from('h'), Buffer.from(header)]]),
  }
}

function headerOf(m) {
  const names = [...m.headers.keys()].map(String)
  expect(names, 'h', `the headers at ${m.offset}`)
  return [...m.headers.values()][0]
}

let groups = 0

// Reads from the offset on in those partitions, with a consumer of its own group.
async function read(options, topic, from, offset, count) {
  const consumer = new Consumer({ ...options, groupId: `reading-${topic}-${++groups}` })
  const reader = new Reader(offset)
  // A stream has all partitions of its topic.
  const offsets = Array.from({ length: partitions }, (_, partition) => {
    return { topic, partition, offset: BigInt(offset) }
  })
  const stream = await consumer.consume({
    topics: [topic], mode: 'manual', offsets, autocommit: false, maxWaitTime: 100,
  })
  try {
    await within(patience, (async () => {
      for await (const m of stream) {
        if (!from.includes(m.partition)) continue
        reader.take(m.partition, m.offset, m.key, m.value, headerOf(m), m.timestamp)
        if (reader.count === count) break
      }
    })())
  } finally {
    await consumer.close(true)
  }
}

async function steps(address, count, prefix, reference) {
  const options = { clientId: 'rill', bootstrapBrokers: [address] }
  const admin = new Admin(options)
  const topic = (name) => `${prefix}-${name}`
  const everyPartition = Array.from({ length: partitions }, (_, p) => p)
  const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic('made') }

  async function create(name, configs) {
    await admin.createTopics({ topics: [name], partitions, replicas: 1, configs })
  }

  async function retentionIs(wanted) {
    const [described] = await admin.describeConfigs({
      resources: [{ ...resource, configurationKeys: ['retention.ms'] }],
    })
    expect(described.configs[0].value, wanted, 'retention.ms')
  }

  async function produce(name, { codec = 'none', ...how }) {
    await create(name)
    const producer = new Producer({ ...options, compression: codec, ...how })
    for (let i = 0; i < count; i += 1000) {
      const size = Math.min(1000, count - i)
      const messages = Array.from({ length: size }, (_, j) => message(name, i + j))
      await producer.send({ messages, ...how }) // which does not heed the acks of the producer
    }
    await producer.close()
    await read(options, name, everyPartition, 0, count)
  }

  async function offsetAt(name, timestamp) {
    const asked = [{ name, partitions: [{ partitionIndex: 0, timestamp }] }]
    const [listed] = await admin.listOffsets({ topics: asked })
    return listed.partitions[0].offset
  }

  await report('create topic', async () => {
    await create(topic('made'), [{ name: 'retention.ms', value: '3600000' }])
    const metadata = await admin.metadata({ topics: [topic('made')] })
    expect(metadata.topics.get(topic('made')).partitionsCount, partitions, 'the number of partitions')
  })
  await report('describe configs', () => retentionIs('3600000'))
  await report('alter configs', async () => {
    const change = { name: 'retention.ms', configOperation: IncrementalAlterConfigOperationTypes.SET, value: '7200000' }
    await admin.incrementalAlterConfigs({ resources: [{ ...resource, configs: [change] }] })
    await retentionIs('7200000')
  })
  await report('delete topic', async () => {
    await admin.deleteTopics({ topics: [topic('made')] })
    expect((await admin.listTopics()).includes(topic('made')), false, 'that it is listed')
  })
  for (const codec of codecs) {
    await report(codec, () => produce(topic(codec), { codec, acks: -1 }))
  }
  for (const acks of [0, 1]) {
    await report(`acks ${acks}`, () => produce(topic(`acks-${acks}`), { acks }))
  }
  await report('idempotent', () => produce(topic('idempotent'), { idempotent: true }))
  await report('seek to offset', () => read(options, topic('none'), [1], Math.floor(count / 6), 2))
  await report('seek to time', async () => {
    const wanted = Math.floor(count / 2 / partitions)
    const offset = await offsetAt(topic('none'), BigInt(firstTimestamp + wanted * partitions - 1))
    expect(offset, wanted, 'the offset')
    await read(options, topic('none'), [0], Number(offset), 2)
  })
  await report('delete records', async () => {
    const name = topic('acks-1')
    await admin.deleteRecords({ topics: [{ name, partitions: [{ partition: 0, offset: 10n }] }] })
    expect(await offsetAt(name, -2n), 10, 'the first offset')
  })
  await report('read reference', () => read(options, reference, everyPartition, 0, count))
  await admin.close()
}

async function member(address, groupId, topic, count, groupProtocol = 'classic') {
  const consumer = new Consumer({
    clientId: 'rill', bootstrapBrokers: [address], groupId, groupProtocol, sessionTimeout: 6000,
    rebalanceTimeout: 6000, heartbeatInterval: 500, maxWaitTime: 100,
  })
  const stream = await consumer.consume({
    topics: [topic], mode: 'committed', fallbackMode: 'earliest', autocommit: false,
  })
  let left = count || Infinity
  const done = (async () => {
    for await (const m of stream) {
      printRead(m.partition, m.offset)
      await m.commit()
      if (--left === 0) return
    }
  })()
  await (count ? done : Promise.race([done, toldToLeave()]))
  await consumer.close(true)
}

main(steps, member)
