import {existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync} from 'node:fs'
import {basename, join} from 'node:path'
import {expect, test, vi} from 'vitest'
import type {DamagedPart, StoreWriter} from '../../../../src/lib/store/store.js'
import {numberedItem, numberOf} from './numbered-items.js'
import {findAll, type TestLake, testLake} from './open-lake.js'

// Every question to another store starts an engine: on a busy machine that adds up.
vi.setConfig({testTimeout: 120_000})

const items = (from: number, to: number) => Array.from({length: to - from}, (_, i) => numberedItem(from + i))
const numbers = (from: number, to: number) => Array.from({length: to - from}, (_, i) => from + i)

/** A lake of three sealed segments of 1,000 records, and a hot one of 100. */
async function threeSealed(): Promise<TestLake> {
  const lake = testLake()
  const writer = await (await lake.open({limits: {records: 1_000}})).openWriter()
  for (let at = 0; at < 3_100; at += 100) await write(writer, at, at + 100)
  await writer.close()
  return lake
}

function write(writer: StoreWriter, from: number, to: number) {
  return writer.write({items: items(from, to), positions: [{topic: 'logs', partition: 0, nextOffset: to}]})
}

const sealedFile = (lake: TestLake, seq: number) => join(lake.dir, 'sealed', `0000000${seq}.parquet`)
const hotFile = (lake: TestLake, seq: number) => join(lake.dir, 'hot', `0000000${seq}.ndjson`)

/** What a new reader finds, and what it says is damaged. */
async function read(lake: TestLake, limit = Number.POSITIVE_INFINITY) {
  const damaged: DamagedPart[] = []
  const store = await lake.open({onDamage: (part) => damaged.push(part)})
  const found = (await findAll(store, {limit})).map(numberOf).sort((a, b) => a - b)
  return {found, damaged, status: await store.status(), store}
}

function overwrite(path: string, from: number, to: number): void {
  const bytes = readFileSync(path)
  bytes.fill(0xa5, from, to)
  writeFileSync(path, bytes)
}

const injuries: Array<[string, (path: string) => void, string]> = [
  ['is gone', (path) => rmSync(path), 'it is not there'],
  ['is cut off', (path) => truncateSync(path, Math.floor(statSync(path).size / 2)), 'bytes of'],
  ['has lost its directory', (path) => overwrite(path, statSync(path).size - 60, statSync(path).size), 'checksum'],
  ['is garbage', (path) => overwrite(path, 0, statSync(path).size), 'checksum'],
]

for (const [what, injure, reason] of injuries) {
  test(`a sealed segment that ${what} is told of, set aside and shipped again; the rest answers all the time`, async () => {
    const lake = await threeSealed()
    const path = sealedFile(lake, 2)
    injure(path)
    const rest = [...numbers(0, 1_000), ...numbers(2_000, 3_100)]
    for (const limit of [Number.POSITIVE_INFINITY, 4_000]) {
      const {found, damaged, status} = await read(lake, limit)
      expect(found).toEqual(rest)
      expect(damaged).toEqual([
        expect.objectContaining({file: path, reason: expect.stringContaining(reason), records: 1_000, setAside: false}),
      ])
      expect(status).toMatchObject({records: 2_100, damaged: [{file: path, restorable: true}]})
    }
    const told: DamagedPart[] = []
    const store = await lake.open({onDamage: (part) => told.push(part)})
    const writer = await store.openWriter()
    expect(told.at(-1)).toMatchObject({file: path, setAside: true})
    expect(existsSync(path)).toBe(false)
    expect(existsSync(join(lake.dir, 'damaged', basename(path)))).toBe(what !== 'is gone')
    // The position stays, as what is to be read from the bus is the rest; what was lost comes by another shipment.
    expect(writer.storedPosition('logs', 0)).toBe(3_100)
    expect(await write(writer, 0, 3_200)).toEqual({stored: 1_100, alreadyThere: 2_100, rejected: []})
    expect(await write(writer, 0, 3_200)).toMatchObject({stored: 0, alreadyThere: 3_200})
    await writer.close()
    const after = await read(lake)
    expect(after.found).toEqual(numbers(0, 3_200))
    expect(after.damaged).toEqual([expect.objectContaining({file: path, setAside: true})])
    // Whoever has seen to it removes the folder.
    rmSync(join(lake.dir, 'damaged'), {recursive: true})
    expect((await read(lake)).damaged).toEqual([])
  })
}

test('two damaged segments are told of, and everything else is found', async () => {
  const lake = await threeSealed()
  truncateSync(sealedFile(lake, 1), 100)
  rmSync(sealedFile(lake, 3))
  const {found, damaged} = await read(lake)
  expect(found).toEqual([...numbers(1_000, 2_000), ...numbers(3_000, 3_100)])
  expect(damaged.map(({file}) => file)).toEqual([sealedFile(lake, 1), sealedFile(lake, 3)])
  const writer = await (await lake.open()).openWriter()
  expect(await write(writer, 0, 3_100)).toMatchObject({stored: 2_000, alreadyThere: 1_100})
  await writer.close()
  expect((await read(lake)).found).toEqual(numbers(0, 3_100))
})

test('a follower tells of a damaged segment as a gap, and goes on after it', async () => {
  const lake = await threeSealed()
  truncateSync(sealedFile(lake, 2), 100)
  const store = await lake.open()
  const stop = new AbortController()
  const seen: number[] = []
  const gaps: string[] = []
  for await (const event of store.follow({filter: {query: {kind: 'all'}}, from: '1.0.0'}, stop.signal)) {
    if (event.kind === 'records') seen.push(...event.records.map(numberOf))
    if (event.kind === 'gap') gaps.push(event.reason)
    if (event.kind === 'caught-up') stop.abort()
  }
  expect(seen).toEqual([...numbers(0, 1_000), ...numbers(2_000, 3_100)])
  expect(gaps).toEqual([expect.stringContaining(sealedFile(lake, 2))])
})

test('ranges that overlap with those of a damaged segment stay stored where another holds them', async () => {
  const lake = testLake()
  const writer = await (await lake.open({limits: {records: 10}})).openWriter()
  await write(writer, 0, 10)
  await write(writer, 10, 20)
  // Covers the first item of source-0 and the next: overlaps with what the first segment holds.
  const wide = {...numberedItem(0), span: 1_000}
  expect(await writer.write({items: [wide], positions: []})).toMatchObject({stored: 1})
  await writer.close()
  rmSync(hotFile(lake, 1), {force: true})
  rmSync(sealedFile(lake, 1))
  const again = await (await lake.open()).openWriter()
  expect(await again.write({items: [wide], positions: []})).toMatchObject({stored: 0, alreadyThere: 1})
  await again.close()
})

/** A lake of one full hot segment that no writer came to seal, and a growing one, both with several commits. */
async function unsealed(): Promise<TestLake> {
  const lake = testLake()
  const writer = await (await lake.open()).openWriter()
  for (const at of [0, 10, 20]) await write(writer, at, at + 10)
  await writer.close()
  const whole = readFileSync(hotFile(lake, 1))
  const full = await (await lake.open({limits: {records: 30}})).openWriter()
  await write(full, 30, 40)
  await full.close()
  // As it was before the first was sealed.
  const path = join(lake.dir, 'manifest.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8'))
  manifest.segments[0] = {kind: 'hot', seq: 1, full: {rows: 30, bytes: whole.length}}
  manifest.replaced = []
  writeFileSync(hotFile(lake, 1), whole)
  writeFileSync(path, JSON.stringify(manifest))
  return lake
}

test('a full segment that lost its last commits is not taken for a shorter one, but set aside', async () => {
  for (const share of [0.5, 0]) {
    const lake = await unsealed()
    expect((await read(lake)).found).toEqual(numbers(0, 40))
    truncateSync(hotFile(lake, 1), Math.floor(statSync(hotFile(lake, 1)).size * share))
    const {found, damaged} = await read(lake)
    expect(found).toEqual(numbers(30, 40))
    expect(damaged).toEqual([expect.objectContaining({file: hotFile(lake, 1), records: 30})])
    const writer = await (await lake.open()).openWriter()
    expect(await write(writer, 0, 40)).toMatchObject({stored: 30, alreadyThere: 10})
    await writer.close()
    expect((await read(lake)).found).toEqual(numbers(0, 40))
  }
})

test('a full segment in which a line has rotten does not hold up those after it', async () => {
  const lake = await unsealed()
  overwrite(hotFile(lake, 1), 5, 60)
  const told: DamagedPart[] = []
  const store = await lake.open({onDamage: (part) => told.push(part)})
  const writer = await store.openWriter()
  await write(writer, 40, 50)
  await writer.close()
  expect(told).toEqual([
    expect.objectContaining({file: hotFile(lake, 1), reason: expect.stringContaining('checksum'), setAside: true}),
  ])
  const again = await store.openWriter()
  expect(await write(again, 0, 50)).toMatchObject({stored: 30, alreadyThere: 20})
  await again.close()
  expect((await read(lake)).found).toEqual(numbers(0, 50))
})

test('a note on a segment that is whole is a false alarm', async () => {
  const lake = await threeSealed()
  const path = sealedFile(lake, 2)
  const good = readFileSync(path)
  truncateSync(path, 100)
  expect((await read(lake)).damaged.length).toBe(1)
  writeFileSync(path, good)
  await (await (await lake.open()).openWriter()).close()
  const {found, damaged} = await read(lake)
  expect(found).toEqual(numbers(0, 3_100))
  expect(damaged).toEqual([])
})

test('an inspection reads every byte of every segment: what queries would not notice, too', async () => {
  const lake = await threeSealed()
  const progress: number[] = []
  const whole = await (await lake.open()).inspect?.({onProgress: ({done, total}) => progress.push(done / total)})
  expect(whole).toEqual({records: 3_100, findings: []})
  expect(progress.length).toBe(4)
  expect(progress.at(-1)).toBe(1)
  const bytes = readFileSync(sealedFile(lake, 3))
  bytes[1_000] = (bytes[1_000] as number) ^ 1
  writeFileSync(sealedFile(lake, 3), bytes)
  expect(await (await lake.open()).inspect?.({})).toEqual({
    records: 2_100,
    findings: [
      {finding: expect.stringContaining(sealedFile(lake, 3)), fix: expect.stringContaining('logflow process')},
    ],
  })
})

test('a growing segment in which a line has rotten is set aside once that is known', async () => {
  const lake = testLake()
  const writer = await (await lake.open()).openWriter()
  for (const at of [0, 10, 20]) await write(writer, at, at + 10)
  await writer.close()
  overwrite(hotFile(lake, 1), 5, 60)
  const store = await lake.open()
  expect((await store.inspect?.({}))?.findings.length).toBe(1)
  const again = await store.openWriter()
  // The position went with it: what the bus still has comes by itself.
  expect(again.storedPosition('logs', 0)).toBeUndefined()
  expect(await write(again, 0, 40)).toMatchObject({stored: 40})
  await again.close()
  expect((await read(lake)).found).toEqual(numbers(0, 40))
})
