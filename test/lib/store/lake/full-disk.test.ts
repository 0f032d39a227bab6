import {existsSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {expect, onTestFinished, test} from 'vitest'
import {type LakeOptions, openLake} from '../../../../src/lib/store/lake/lake.js'
import type {Store, StoreWriter} from '../../../../src/lib/store/store.js'
import {noSmallDisk, smallDisk} from '../../../support/full-disk.js'
import {numberedItem, numberOf} from './numbered-items.js'
import {findAll} from './open-lake.js'

if (noSmallDisk) console.warn(`skipped, the lake on a full disk: ${noSmallDisk}`)

const FULL = {code: 'DISK_FULL', exitCode: 6, retriable: true}
const numbers = (to: number) => Array.from({length: to}, (_, i) => i)

async function open(dir: string, limits: LakeOptions['limits']): Promise<Store> {
  const store = await openLake({dir, lazy: true, limits})
  onTestFinished(() => store.close())
  return store
}

/** Writes the items of these numbers with the bus position behind them. */
function write(writer: StoreWriter, from: number, to: number) {
  const items = Array.from({length: to - from}, (_, i) => numberedItem(from + i))
  return writer.write({items, positions: [{topic: 'logs', partition: 0, nextOffset: to}]})
}

async function found(store: Store): Promise<number[]> {
  return (await findAll(store)).map(numberOf).sort((a, b) => a - b)
}

test.skipIf(noSmallDisk)(
  'a commit that does not fit leaves no trace, and the same writer goes on once there is room',
  async () => {
    const disk = smallDisk(4 * 2 ** 20)
    const store = await open(join(disk.dir, 'lake'), {})
    const writer = await store.openWriter()
    await write(writer, 0, 500)
    disk.fill(16_384)
    await expect(write(writer, 500, 1_500)).rejects.toMatchObject(FULL)
    expect(writer.storedPosition('logs', 0)).toBe(500)
    expect(await found(store)).toEqual(numbers(500))
    disk.free()
    expect(await write(writer, 400, 1_500)).toEqual({stored: 1_000, alreadyThere: 100, rejected: []})
    await writer.close()
    expect(await found(await open(join(disk.dir, 'lake'), {}))).toEqual(numbers(1_500))
  },
)

test.skipIf(noSmallDisk)('a new segment that does not fit is made once there is room', async () => {
  const disk = smallDisk(4 * 2 ** 20)
  const dir = join(disk.dir, 'lake')
  const store = await open(dir, {records: 100})
  const writer = await store.openWriter()
  await write(writer, 0, 100)
  disk.fill()
  // The segment is full: the next one can be made, as empty files take no room, but not the manifest that names it.
  for (let tries = 0; tries < 3; tries++) await expect(write(writer, 100, 200)).rejects.toMatchObject(FULL)
  expect(existsSync(join(dir, 'hot', '00000002.ndjson'))).toBe(true)
  expect(await found(store)).toEqual(numbers(100))
  disk.free()
  expect(await write(writer, 100, 200)).toMatchObject({stored: 100})
  await writer.close()
  expect(await found(store)).toEqual(numbers(200))
})

test.skipIf(noSmallDisk)('what cannot be sealed stays readable, and is sealed once there is room', async () => {
  const disk = smallDisk(8 * 2 ** 20)
  const dir = join(disk.dir, 'lake')
  const store = await open(dir, {onClose: 1})
  const parts = async () => (await store.status()).parts
  for (const leave of [0, 24_576]) {
    const writer = await store.openWriter()
    const before = (await found(store)).length
    await write(writer, before, before + 3_000)
    disk.fill(leave)
    // To close is no failure: everything is stored.
    await writer.close()
    expect(await parts()).toMatchObject({hot: 1})
    expect(await found(store)).toEqual(numbers(before + 3_000))
    expect(readdirSync(join(dir, 'tmp')).filter((name) => name.startsWith('seal'))).toEqual([])
    disk.free()
    await (await store.openWriter()).close()
    expect(await parts()).toMatchObject({hot: 0})
    expect(await found(store)).toEqual(numbers(before + 3_000))
  }
  const writer = await store.openWriter()
  expect(await write(writer, 0, 6_500)).toMatchObject({stored: 500, alreadyThere: 6_000})
})

test.skipIf(noSmallDisk)('what cannot be merged stays as it is, and is merged once there is room', async () => {
  const disk = smallDisk(8 * 2 ** 20)
  const dir = join(disk.dir, 'lake')
  const apart = await open(dir, {records: 500, onClose: 1, merge: Number.POSITIVE_INFINITY})
  const first = await apart.openWriter()
  for (let at = 0; at < 4_000; at += 500) await write(first, at, at + 500)
  await first.close()
  const store = await open(dir, {})
  const sealed = async () => (await store.status()).parts.sealed
  disk.fill(24_576)
  await (await store.openWriter()).close()
  expect(await sealed()).toBe(8)
  expect(await found(store)).toEqual(numbers(4_000))
  expect(readdirSync(join(dir, 'tmp')).filter((name) => name.startsWith('seal'))).toEqual([])
  disk.free()
  await (await store.openWriter()).close()
  expect(await sealed()).toBe(1)
  expect(await found(store)).toEqual(numbers(4_000))
  const writer = await store.openWriter()
  expect(await write(writer, 0, 4_500)).toMatchObject({stored: 500, alreadyThere: 4_000})
  await writer.close()
})
