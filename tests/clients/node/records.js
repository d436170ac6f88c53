// The records of every topic (tests/clients/run.py has the rule), and how a step is reported.
'use strict'

const partitions = 3
const firstTimestamp = 1700000000000
const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
const allBytes = Buffer.from(Array.from({ length: 512 }, (_, i) => i % 256))

function record(i) {
  return {
    key: Buffer.from(`k${i}`),
    value: allBytes.subarray(i % 256, i % 256 + i % 200),
    header: String(i),
    timestamp: firstTimestamp + i,
  }
}

function expect(got, wanted, what = 'it') {
  if (String(got) !== String(wanted)) throw new Error(`${what} is ${got}, not ${wanted}`)
}

// Holds what a consumer reads against what belongs there, of each partition in order.
class Reader {
  constructor(offset = 0) {
    this.ends = Array(partitions).fill(offset)
    this.count = 0
  }

  take(partition, offset, key, value, header, timestamp) {
    const end = this.ends[partition]++
    const wanted = record(end * partitions + partition)
    expect(offset, end, 'the offset')
    expect(header, wanted.header, `the header at ${offset}`)
    expect(timestamp, wanted.timestamp, `the timestamp at ${offset}`)
    if (!wanted.key.equals(key)) throw new Error(`the key at ${offset} differs`)
    if (!wanted.value.equals(value)) throw new Error(`the value at ${offset} differs`)
    ++this.count
  }
}

const notInThisClient = new Error('not in this client')

async function report(step, run) {
  let result = 'passed'
  try {
    await run()
  } catch (error) {
    if (error === notInThisClient) {
      result = error.message
    } else {
      console.error(error)
      result = `FAILED ${error.name}: ${error.message}`.replace(/\s+/g, ' ').slice(0, 300)
    }
  }
  process.stdout.write(`${step}\t${result}\n`)
}

// Ends when nothing more is to come on the standard input.
function toldToLeave() {
  return new Promise((resolve) => process.stdin.on('end', resolve).resume())
}

function printRead(partition, offset) {
  process.stdout.write(`${partition} ${offset}\n`)
}

function within(milliseconds, promise) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${milliseconds} ms`)), milliseconds)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

// The client's steps, or its part in a group, as the arguments say.
async function main(steps, member) {
  const [role, address, first, second, third, protocol] = process.argv.slice(2)
  if (role === 'steps') await steps(address, Number(first), second, third)
  if (role === 'member') await member(address, first, second, Number(third), protocol)
  process.exit(0)
}

module.exports = {
  partitions, firstTimestamp, codecs, record, expect, Reader, notInThisClient, report, toldToLeave,
  printRead, within, main,
}
