import {createHash} from 'node:crypto'
import {describe, expect, test} from 'vitest'
import {CODEC_IDS, compressorFor} from '../../../../src/lib/bus/kafka/codecs.js'
import {HEADROOM, type ProducerState, RecordBatchWriter} from '../../../../src/lib/bus/kafka/record-batch.js'
import {CODECS, type Codec} from '../../../../src/lib/bus/kafka/settings.js'
import {headersOf, PositionWriter} from '../../../../src/lib/bus/kafka/unit-headers.js'
import {writeVarint} from '../../../../src/lib/bus/kafka/varint.js'
import {type Envelope, encodeEnvelope} from '../../../../src/lib/units/envelope.js'
import {type DecodedBatch, decodeBatch, Long, type Message, Record, RecordBatch} from './kafkajs-originals.js'

const NOW = 1_772_366_400_123
const STATE: ProducerState = {producerId: 4_711n, producerEpoch: 3, firstSequence: 2 ** 31 - 2, transactional: false}
const NOTHING = Buffer.alloc(0)

/** Headers encoded the plain way, count first. */
function encodeHeaders(headers: Message['headers'] = {}): Buffer {
  const to = Buffer.alloc(1_000_000)
  const entries = Object.entries(headers)
  let at = writeVarint(to, 0, entries.length)
  for (const [name, value] of entries) {
    at = writeVarint(to, at, Buffer.byteLength(name))
    at += to.write(name, at)
    at = writeVarint(to, at, value === null ? -1 : value.length)
    if (value !== null) at += value.copy(to, at)
  }
  return to.subarray(0, at)
}

function ours(messages: Message[], codec: Codec, state = STATE): Buffer {
  const writer = new RecordBatchWriter(1_000)
  for (const {key = null, value, headers, timestamp = NOW} of messages) {
    // the value lies in the middle of a larger buffer, as a line does
    const around = Buffer.concat([Buffer.from('before'), value ?? NOTHING, Buffer.from('after')])
    const encoded = encodeHeaders(headers)
    const end = 6 + (value?.length ?? 0)
    writer.append(timestamp, key, value === null ? null : around, 6, end, encoded, NOTHING, 0)
  }
  const {buffer, end} = writer.finish(compressorFor(codec)).seal(state)
  return buffer.subarray(HEADROOM, end)
}

async function theirs(messages: Message[], codec: Codec, state = STATE): Promise<Buffer> {
  const times = messages.map(({timestamp = NOW}) => timestamp)
  const records = messages.map((message, offsetDelta) =>
    Record({...message, offsetDelta, timestampDelta: (message.timestamp ?? NOW) - (times[0] as number)}),
  )
  const batch = await RecordBatch({
    compression: CODEC_IDS[codec],
    records,
    firstTimestamp: times[0],
    maxTimestamp: Math.max(...times),
    producerId: Long.fromValue(String(state.producerId)),
    producerEpoch: state.producerEpoch,
    firstSequence: state.firstSequence,
    transactional: state.transactional,
    lastOffsetDelta: records.length - 1,
  })
  return batch.buffer
}

/** All of a decoded batch, with its bytes as hashes: comparing megabytes of Buffer by element takes seconds. */
function digest(batch: DecodedBatch): string {
  return JSON.stringify(batch, (_, value) => {
    if (value?.type !== 'Buffer') return typeof value === 'bigint' ? String(value) : value
    return createHash('sha1').update(Buffer.from(value.data)).digest('hex')
  })
}

const text = (length: number, seed = 7) => Buffer.from(Array.from({length}, (_, i) => 32 + ((i * seed) % 90)))
/** Lengths on both sides of each border where a varint grows by a byte. */
const BORDERS = [0, 1, 63, 64, 8_191, 8_192, 1_048_575, 1_048_576]

const CASES: Array<[string, Message[]]> = [
  ['one value', [{value: Buffer.from('a line')}]],
  ['an empty and a null value', [{value: NOTHING}, {value: null}, {value: Buffer.from('x')}]],
  [
    'keys: none, null, empty, some',
    [undefined, null, NOTHING, Buffer.from('kéy')].map((key) => ({key, value: text(9)})),
  ],
  ['one header', [{value: text(5), headers: {lf: Buffer.from('{"source":"s"}')}}]],
  ['several headers', [{value: text(5), headers: {a: text(3), naïve: text(70), empty: NOTHING}}]],
  ['headers of every size', BORDERS.slice(0, 6).map((size) => ({value: text(3), headers: {h: text(size)}}))],
  ['values of every size', BORDERS.map((size) => ({value: text(size)}))],
  ['keys of every size', BORDERS.slice(0, 6).map((size) => ({key: text(size), value: text(3)}))],
  ['times that go on', [0, 1, 63, 64, 8_192, 2 ** 31, 2 ** 40].map((ms) => ({value: text(3), timestamp: NOW + ms}))],
  [
    'many records',
    Array.from({length: 9_000}, (_, i) => ({value: text(i % 90, i), headers: {n: Buffer.from(`${i}`)}})),
  ],
]

describe('a record batch', () => {
  test.each(CASES)('is to the byte what kafkajs makes of %s', async (_, messages) => {
    expect(ours(messages, 'none').equals(await theirs(messages, 'none'))).toBe(true)
  })

  test('in a transaction too', async () => {
    const state = {producerId: 2n ** 40n, producerEpoch: 32_767, firstSequence: 0, transactional: true}
    const messages = [{value: text(10)}]
    expect(ours(messages, 'none', state).equals(await theirs(messages, 'none', state))).toBe(true)
  })

  describe.each(CODECS.filter((codec) => codec !== 'none'))('compressed with %s', (codec) => {
    test.each(CASES)('reads as what kafkajs makes of %s', async (_, messages) => {
      const [mine, original] = [ours(messages, codec), await theirs(messages, codec)]
      expect(digest(await decodeBatch(mine))).toEqual(digest(await decodeBatch(original)))
      const head = (batch: Buffer) => [batch.subarray(0, 8), batch.subarray(12, 17), batch.subarray(21, 61)]
      expect(head(mine)).toEqual(head(original))
    })
  })

  test('with a null header value, which kafkajs reads but cannot write', async () => {
    const {records} = await decodeBatch(ours([{value: text(4), headers: {gone: null, kept: text(2)}}], 'none'))
    expect(records[0]?.headers).toEqual({gone: null, kept: text(2)})
  })

  test('with the time of a later record before that of the first', async () => {
    const times = [NOW, NOW - 5_000, NOW + 1]
    const {records} = await decodeBatch(
      ours(
        times.map((timestamp) => ({value: text(4), timestamp})),
        'none',
      ),
    )
    expect(records.map(({timestamp}) => Number(timestamp))).toEqual(times)
  })

  test('sealed again is a copy: a socket may still hold the first', () => {
    const writer = new RecordBatchWriter(100)
    writer.append(NOW, null, Buffer.from('line'), 0, 4, encodeHeaders(), NOTHING, 0)
    const batch = writer.finish()
    const first = batch.seal(STATE)
    const before = Buffer.from(first.buffer)
    const second = batch.seal({...STATE, producerId: 9n, firstSequence: 0})
    expect(second.buffer).not.toBe(first.buffer)
    expect(first.buffer.subarray(HEADROOM, first.end)).toEqual(before.subarray(HEADROOM, first.end))
    expect(batch.attempts).toBe(2)
  })

  test.each(['none', 'lz4'] as const)('is not touched by the one after it (%s)', async (codec) => {
    const writer = new RecordBatchWriter(50)
    const batches = ['first', 'second', 'third'].map((value) => {
      for (let i = 0; i < 40; i++) {
        writer.append(NOW, null, Buffer.from(value), 0, value.length, encodeHeaders(), NOTHING, 0)
      }
      return writer.finish(compressorFor(codec))
    })
    const values = batches.map(async (batch) => {
      const {buffer, end} = batch.seal(STATE)
      const {records} = await decodeBatch(buffer.subarray(HEADROOM, end))
      return [...new Set(records.map(({value}) => value?.toString()))]
    })
    expect(await Promise.all(values)).toEqual([['first'], ['second'], ['third']])
  })

  test('carries the headers of a unit', async () => {
    const envelope: Envelope = {
      source: 's1',
      host: 'wéb-1',
      timezone: 'Europe/Berlin',
      observed: '2026-03-01T12:00:00.123Z',
      fields: {long: 'x'.repeat(500)},
    }
    const writer = new RecordBatchWriter(1_000)
    const position = new PositionWriter()
    position.set(2 ** 40, 0, 36)
    writer.append(NOW, null, Buffer.from('line'), 0, 4, headersOf(envelope), position.bytes, position.length)
    const {buffer, end} = writer.finish().seal(STATE)
    const {records} = await decodeBatch(buffer.subarray(HEADROOM, end))
    expect(records[0]?.headers).toEqual({
      lf: Buffer.from(encodeEnvelope(envelope)),
      'lf-at': Buffer.from(`${(2 ** 40).toString(36)},0,10`),
    })
  })
})
