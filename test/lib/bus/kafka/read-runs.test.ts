import {crc32c} from '@node-rs/crc32'
import {describe, expect, test} from 'vitest'
import type {DeliveredRun} from '../../../../src/lib/bus/bus.js'
import {CODEC_IDS, compressorFor} from '../../../../src/lib/bus/kafka/codecs.js'
import {keepBatches} from '../../../../src/lib/bus/kafka/kafkajs-patches.js'
import {EnvelopeReader, readRuns} from '../../../../src/lib/bus/kafka/read-runs.js'
import {HEADROOM, RecordBatchWriter} from '../../../../src/lib/bus/kafka/record-batch.js'
import {type RecordBatchView, splitBatches} from '../../../../src/lib/bus/kafka/record-batch-view.js'
import {CODECS} from '../../../../src/lib/bus/kafka/settings.js'
import {headersOf, PositionWriter} from '../../../../src/lib/bus/kafka/unit-headers.js'
import {LogflowError} from '../../../../src/lib/errors/logflow-error.js'
import {type Envelope, encodeEnvelope} from '../../../../src/lib/units/envelope.js'
import {unitBytes} from '../../../../src/lib/units/unit-batch.js'
import {Long, type Message, Record, RecordBatch} from './kafkajs-originals.js'

const PLACE = {clusterId: 'c1', topic: 'logs', partition: 3}
const NOW = 1_772_366_400_123

function envelopeOf(source: string): Envelope {
  return {source, host: 'h', timezone: 'UTC', observed: '2026-03-01T12:00:00.000Z'}
}

/** A batch as a broker answers with it: encoded by kafkajs, its base offset filled in. */
async function batchOf(messages: Message[], baseOffset = 100, options: object = {}): Promise<Buffer> {
  const records = messages.map((message, offsetDelta) =>
    Record({...message, offsetDelta, timestampDelta: (message.timestamp ?? NOW) - NOW}),
  )
  const batch = await RecordBatch({
    records,
    firstTimestamp: NOW,
    maxTimestamp: NOW + 60_000,
    producerId: Long.fromValue('7'),
    lastOffsetDelta: records.length - 1,
    ...options,
  })
  const bytes = Buffer.from(batch.buffer)
  bytes.writeBigInt64BE(BigInt(baseOffset), 0)
  return bytes
}

const viewOf = async (...args: Parameters<typeof batchOf>) =>
  splitBatches(await batchOf(...args))?.[0] as RecordBatchView

function flat(runs: DeliveredRun[]) {
  return runs.map(({units, busOffsets}) => ({
    source: units.envelope.source,
    observed: units.envelope.observed,
    units: Array.from({length: units.count}, (_, i) => ({
      text: unitBytes(units, i).toString(),
      at: [units.offsets[i], units.lines[i], units.spans[i]],
      busOffset: busOffsets[i],
    })),
  }))
}

const read = async (view: RecordBatchView, from = 0) => flat(await readRuns(view, from, PLACE, new EnvelopeReader()))
const own = (source: string, at: string) => ({
  lf: Buffer.from(encodeEnvelope(envelopeOf(source))),
  'lf-at': Buffer.from(at),
})

describe('the runs of a batch', () => {
  test('are one an envelope, in order', async () => {
    const view = await viewOf([
      {value: Buffer.from('a0'), headers: own('a', '0,1,3')},
      {value: Buffer.from('a1'), headers: own('a', '3,2,z')},
      {value: Buffer.from('b0'), headers: own('b', '10,1,3')},
      {value: Buffer.from('a2'), key: Buffer.from('key'), headers: own('a', '6,3,0')},
    ])
    const observed = '2026-03-01T12:00:00.000Z'
    const unit = (text: string, at: number[], busOffset: number) => ({text, at, busOffset})
    expect(await read(view)).toEqual([
      {source: 'a', observed, units: [unit('a0', [0, 1, 3], 100), unit('a1', [3, 2, 35], 101)]},
      {source: 'b', observed, units: [unit('b0', [36, 1, 3], 102)]},
      {source: 'a', observed, units: [unit('a2', [6, 3, 0], 103)]},
    ])
  })

  test('begin inside a batch where the position is there', async () => {
    const messages = Array.from({length: 10}, (_, i) => ({value: Buffer.from(`${i}`), headers: own('a', `${i},1,1`)}))
    const [run] = await read(await viewOf(messages), 107)
    expect(run?.units.map(({text, busOffset}) => [text, busOffset])).toEqual([
      ['7', 107],
      ['8', 108],
      ['9', 109],
    ])
    expect(await read(await viewOf(messages), 110)).toEqual([])
  })

  test("give other producers' messages their place as source, and their own time", async () => {
    const view = await viewOf([
      {value: Buffer.from('plain')},
      {value: null},
      {value: Buffer.alloc(0), headers: {'x-id': Buffer.from('1')}},
      {value: Buffer.from('no position'), headers: {lf: own('a', '').lf}},
      {value: Buffer.from('bad position'), headers: own('a', '1,2')},
      {value: Buffer.from('bad envelope'), headers: {lf: Buffer.from('{"source":1}'), 'lf-at': Buffer.from('1,2,3')}},
      {value: Buffer.from('empty envelope'), headers: {lf: Buffer.alloc(0), 'lf-at': Buffer.from('1,2,3')}},
      {value: Buffer.from('later'), timestamp: NOW + 1_000},
    ])
    const source = 'kafka:c1/logs/3'
    const unit = (text: string, busOffset: number) => ({text, at: [busOffset, 0, 1], busOffset})
    const texts = ['plain', '', '', 'no position', 'bad position', 'bad envelope', 'empty envelope']
    expect(await read(view)).toEqual([
      {source, observed: new Date(NOW).toISOString(), units: texts.map((text, i) => unit(text, 100 + i))},
      {source, observed: new Date(NOW + 1_000).toISOString(), units: [unit('later', 107)]},
    ])
    const [run] = await readRuns(view, 0, PLACE, new EnvelopeReader())
    expect(run?.units.envelope).toMatchObject({host: 'unknown', timezone: 'UTC'})
  })

  test("take the broker's time where the topic says so, and 1970 where there is none", async () => {
    const bytes = await batchOf([{value: Buffer.from('x')}])
    bytes.writeInt16BE(0x08, 21)
    const [append] = flat(await readRuns(resealed(bytes), 0, PLACE, new EnvelopeReader()))
    expect(append?.observed).toBe(new Date(NOW + 60_000).toISOString())
    bytes.writeInt16BE(0, 21)
    bytes.writeBigInt64BE(-1n, 27)
    const [none] = flat(await readRuns(resealed(bytes), 0, PLACE, new EnvelopeReader()))
    expect(none?.observed).toBe('1970-01-01T00:00:00.000Z')
  })

  test.each(CODECS)('come back from what we write ourselves, with %s', async (codec) => {
    const writer = new RecordBatchWriter(100)
    const position = new PositionWriter()
    const headers = headersOf(envelopeOf('s'))
    const values = Array.from({length: 3_000}, (_, i) => `line ${i} ${'x'.repeat(i % 200)}`)
    values.forEach((value, i) => {
      position.set(i * 2 ** 22, i + 1, 2 ** 33 + i)
      writer.append(NOW + i, null, Buffer.from(value), 0, value.length, headers, position.bytes, position.length)
    })
    const {buffer, end} = writer
      .finish(compressorFor(codec))
      .seal({producerId: 1n, producerEpoch: 0, firstSequence: 0, transactional: false})
    const [view] = splitBatches(buffer.subarray(HEADROOM, end)) as [RecordBatchView]
    expect(view.codec).toBe(CODEC_IDS[codec])
    const runs = await read(view)
    expect(runs).toHaveLength(1)
    expect(runs[0]?.units).toEqual(
      values.map((text, i) => ({text, at: [i * 2 ** 22, i + 1, 2 ** 33 + i], busOffset: i})),
    )
  })

  test('are refused as corrupt where a byte has changed, is missing, or is of no known codec', async () => {
    const bytes = await batchOf([{value: Buffer.from('hello'), headers: own('a', '0,1,1')}])
    for (const at of [22, 40, 61, bytes.length - 1]) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] as number) ^ 0x40
      const [view] = splitBatches(changed) as [RecordBatchView]
      await expect(read(view)).rejects.toMatchObject({
        code: 'CORRUPT',
        message: 'the record batch at offset 100 of topic logs, partition 3 cannot be read: its checksum is wrong',
      })
    }
    const unknown = Buffer.from(bytes)
    unknown.writeInt16BE(7, 21)
    await expect(read(resealed(unknown))).rejects.toBeInstanceOf(LogflowError)
    const more = Buffer.from(bytes)
    more.writeInt32BE(2, 57)
    await expect(read(resealed(more))).rejects.toThrow('record 1 of 2 is cut off')
    const long = Buffer.from(bytes)
    long.writeUInt16BE(0xfe7f, 61)
    await expect(read(resealed(long))).rejects.toThrow('record 0 of 1 is cut off')
  })
})

/** With its checksum made right again after a change. */
function resealed(bytes: Buffer): RecordBatchView {
  bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17)
  return (splitBatches(bytes) as [RecordBatchView])[0]
}

describe('the answer to a fetch', () => {
  const never = async () => {
    throw new Error('the original was asked')
  }
  const decode = keepBatches(never) as unknown as (decoder: object) => Promise<object[]>
  /** `batches` behind three other bytes, with their length in front and another field behind. */
  function answerOf(...batches: Buffer[]) {
    const body = Buffer.concat(batches)
    const size = Buffer.alloc(4)
    size.writeInt32BE(body.length)
    return {buffer: Buffer.concat([Buffer.from('abc'), size, body, Buffer.from('next')]), offset: 3}
  }

  test('is a message a batch, at the offset of its last record', async () => {
    const one = await batchOf([{value: Buffer.from('a')}, {value: Buffer.from('b')}], 100)
    const two = await batchOf([{value: Buffer.from('c')}], 102, {transactional: true})
    const decoder = answerOf(one, two)
    const messages = await decode(decoder)
    expect(messages).toMatchObject([
      {offset: '101', isControlRecord: false, batchContext: {producerId: '7', inTransaction: false}},
      {offset: '102', isControlRecord: false, batchContext: {producerId: '7', inTransaction: true}},
    ])
    expect(decoder.offset).toBe(decoder.buffer.length - 4)
  })

  test('leaves out what is cut off at its end', async () => {
    const one = await batchOf([{value: Buffer.from('a')}], 100)
    for (const cut of [1, 20, one.length - 1]) {
      const decoder = answerOf(one, one.subarray(0, cut))
      expect(await decode(decoder)).toHaveLength(1)
      expect(decoder.offset).toBe(decoder.buffer.length - 4)
    }
  })

  test('tells the marker that aborts a transaction', async () => {
    const marker = await batchOf([{key: Buffer.from([0, 0, 0, 0]), value: Buffer.alloc(6)}], 50, {transactional: true})
    marker.writeInt16BE(0x30, 21)
    expect(await decode(answerOf(marker))).toMatchObject([
      {offset: '50', isControlRecord: true, key: Buffer.from([0, 0, 0, 0])},
    ])
  })

  test('of an older format, or with none, is left to kafkajs', async () => {
    const old = await batchOf([{value: Buffer.from('a')}])
    old[16] = 1
    await expect(decode(answerOf(old))).rejects.toThrow('the original was asked')
    await expect(decode(answerOf())).rejects.toThrow('the original was asked')
  })
})
