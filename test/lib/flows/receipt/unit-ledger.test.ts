import {expect, test} from 'vitest'
import {UnitDigest} from '../../../../src/lib/flows/receipt/unit-digest.js'
import {type Block, UnitLedger} from '../../../../src/lib/flows/receipt/unit-ledger.js'
import {keyOf} from '../../../../src/lib/parse/to-record.js'
import type {Envelope} from '../../../../src/lib/units/envelope.js'
import {toUnitBatch, type UnitBatch} from '../../../../src/lib/units/unit-batch.js'
import {seededRandom} from '../../../support/random.js'

const ENVELOPE: Envelope = {
  source: 's',
  file: '/a.log',
  host: 'h',
  timezone: 'UTC',
  observed: '2026-01-01T00:00:00.000Z',
}

/** Units `first` to `end` of a source of lines of ten bytes. */
function batch(first: number, end: number, envelope = ENVELOPE): UnitBatch {
  const units = Array.from({length: end - first}, (_, i) => ({
    bytes: Buffer.from(`line ${String(first + i).padStart(4, '0')}`),
    offset: (first + i) * 10,
  }))
  return toUnitBatch(envelope, units)
}

const keysOf = (units: UnitBatch) => Array.from({length: units.count}, (_, i) => keyOf(units, i))
const shape = (blocks: Block[] = []) => blocks.map(({from, to, digest}) => [from, to, digest.count])

/** Every block must have the digest of the units in its stretch. */
function expectTrue(blocks: Block[] | undefined): void {
  for (const {from, to, digest} of blocks ?? [])
    expect(`${digest}`).toBe(`${UnitDigest.of(keysOf(batch(from / 10, to / 10)))}`)
}

test('a digest does not depend on the order, and adds up', () => {
  const keys = keysOf(batch(0, 100))
  const whole = UnitDigest.of(keys)
  expect(UnitDigest.of([...keys].reverse()).equals(whole)).toBe(true)
  const sum = UnitDigest.of(keys.slice(0, 37))
  sum.merge(UnitDigest.of(keys.slice(37)))
  expect(sum.equals(whole)).toBe(true)
  expect(`${sum}`).toMatch(/^[0-9a-f]{16}$/)
  const {count, offsets, crcs} = whole
  expect(UnitDigest.parse(`${whole}`, {count, offsets, crcs})).toEqual(whole)
  expect(UnitDigest.parse('12', {count, offsets, crcs})).toBeUndefined()
})

test('a unit that is missing, doubled, moved, swapped or another makes another digest', () => {
  const random = seededRandom(7)
  const keys = Array.from({length: 200}, () => ({
    offset: Math.floor(random() * 2 ** 40),
    crc: Math.floor(random() * 2 ** 32),
  }))
  const whole = UnitDigest.of(keys)
  const differs = (changed: typeof keys) => expect(`${UnitDigest.of(changed)}`).not.toBe(`${whole}`)
  for (const [i, key] of keys.entries()) {
    const others = keys.filter((_, other) => other !== i)
    const next = others[i % others.length] as typeof key
    differs(others)
    differs([...keys, key])
    differs([...others, {...key, offset: key.offset + 1}])
    differs([...others, {...key, crc: (key.crc ^ 1) >>> 0}])
    // The plain sums of offsets and checksums stay what they were.
    differs([...others.filter((other) => other !== next), {...key, crc: next.crc}, {...next, crc: key.crc}])
  }
})

test('blocks of at most a thousand units; small batches are put together', () => {
  const ledger = new UnitLedger(true)
  ledger.add(batch(0, 1_500))
  for (let i = 1_500; i < 1_600; i++) ledger.add(batch(i, i + 1))
  const [entry] = ledger.list()
  expect(entry).toMatchObject({source: 's', file: '/a.log', units: 1_600})
  expect(shape(entry?.blocks)).toEqual([
    [0, 10_000, 1_000],
    [10_000, 16_000, 600],
  ])
  expectTrue(entry?.blocks)
})

test('what is acknowledged out of order is put in order, and holes stay', () => {
  const ledger = new UnitLedger(true)
  for (const first of [20, 0, 10, 50, 30]) ledger.add(batch(first, first + 10))
  expect(shape(ledger.list()[0]?.blocks)).toEqual([
    [0, 400, 40],
    [500, 600, 10],
  ])
  expectTrue(ledger.list()[0]?.blocks)
})

test('sources and files are kept apart', () => {
  const ledger = new UnitLedger(true)
  const others = [
    {...ENVELOPE, source: 't'},
    {...ENVELOPE, file: '/b.log'},
    {...ENVELOPE, file: undefined},
  ]
  for (const envelope of [ENVELOPE, ...others]) ledger.add(batch(0, 5, envelope))
  expect(ledger.list().map(({source, file, units}) => [source, file, units])).toEqual([
    ['s', '/a.log', 5],
    ['t', '/a.log', 5],
    ['s', '/b.log', 5],
    ['s', undefined, 5],
  ])
})

test('with more blocks than it may keep, a ledger joins neighbours, and stays true', () => {
  const ledger = new UnitLedger(true, {blockUnits: 10, mostBlocks: 40})
  for (let i = 0; i < 2_000; i += 20) ledger.add(batch(i, i + 20))
  const blocks = ledger.list()[0]?.blocks ?? []
  expect(blocks.length).toBeLessThanOrEqual(40)
  expect(blocks.reduce((sum, {digest}) => sum + digest.count, 0)).toBe(2_000)
  for (const {from, to, digest} of blocks) expect(to - from).toBe(digest.count * 10)
  expectTrue(blocks)
})

test('many sources with a block each are kept, whatever the limit', () => {
  const ledger = new UnitLedger(true, {blockUnits: 10, mostBlocks: 4})
  for (let i = 0; i < 50; i++) ledger.add(batch(0, 3, {...ENVELOPE, source: `s${i}`}))
  expect(ledger.list()).toHaveLength(50)
  for (const {blocks} of ledger.list()) expect(shape(blocks)).toEqual([[0, 30, 3]])
})

test('without digests only counts are kept', () => {
  const ledger = new UnitLedger(false)
  ledger.add(batch(0, 1_500))
  expect(ledger.list()).toEqual([{source: 's', file: '/a.log', units: 1_500, blocks: []}])
})
