import {execFile} from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {buildWriter} from './build-writer.js'
import {numberedItem, numberOf} from './numbered-items.js'
import {findAll, testLake, writeAll} from './open-lake.js'

const items = (from: number, to: number) => Array.from({length: to - from}, (_, i) => numberedItem(from + i))
const numbers = (to: number) => Array.from({length: to}, (_, i) => i)

/** A lake of one hot segment with three commits of ten records; the length of the segment after each. */
async function threeCommits() {
  const lake = testLake()
  const store = await lake.open()
  const hot = join(lake.dir, 'hot', '00000001.ndjson')
  const writer = await store.openWriter()
  const lengths: number[] = []
  for (const commit of [0, 1, 2]) {
    await writer.write({
      items: items(commit * 10, commit * 10 + 10),
      positions: [{topic: 'logs', partition: 0, nextOffset: commit * 10 + 10}],
    })
    lengths.push(statSync(hot).size)
  }
  await writer.close()
  return {lake, store, hot, lengths: lengths as [number, number, number]}
}

test('a commit cut off at any byte is not there, for readers and for the next writer', async () => {
  const {lake, store, hot, lengths} = await threeCommits()
  const whole = readFileSync(hot)
  const cuts = new Set([lengths[1] + 1, lengths[2] - 1, lengths[2] - 2])
  for (let at = lengths[1]; at < lengths[2]; at += 97) cuts.add(at)
  for (const at of cuts) {
    writeFileSync(hot, whole.subarray(0, at))
    expect((await findAll(store)).map(numberOf).sort((a, b) => a - b)).toEqual(numbers(20))
    expect(await store.count({query: {kind: 'level', levels: ['INFO']}})).toBe(20)
    const writer = await store.openWriter()
    expect(writer.storedPosition('logs', 0)).toBe(20)
    expect(statSync(hot).size).toBe(lengths[1])
    expect(await writer.write({items: items(15, 30), positions: []})).toEqual({
      stored: 10,
      alreadyThere: 5,
      rejected: [],
    })
    await writer.close()
    expect((await findAll(await lake.open())).length).toBe(30)
  }
})

test('a first commit cut off leaves an empty segment that is gone on in', async () => {
  const {store, hot, lengths} = await threeCommits()
  truncateSync(hot, lengths[0] - 5)
  expect(await findAll(store)).toEqual([])
  const writer = await store.openWriter()
  expect(writer.storedPosition('logs', 0)).toBeUndefined()
  expect(await writer.write({items: items(0, 30), positions: []})).toMatchObject({stored: 30})
  await writer.close()
  expect((await findAll(store)).length).toBe(30)
})

test('a last commit whose rows a power cut has lost is cut off with its trailer', async () => {
  const {store, hot, lengths} = await threeCommits()
  const bytes = readFileSync(hot)
  bytes.fill(0, lengths[1] + 10, lengths[1] + 200)
  writeFileSync(hot, bytes)
  const writer = await store.openWriter()
  expect(writer.storedPosition('logs', 0)).toBe(20)
  expect(await writer.write({items: items(0, 30), positions: []})).toMatchObject({stored: 10, alreadyThere: 20})
  await writer.close()
  expect((await findAll(store)).map(numberOf).sort((a, b) => a - b)).toEqual(numbers(30))
})

test('text that looks like a trailer is only text', async () => {
  const lake = testLake()
  const store = await lake.open()
  const item = numberedItem(0)
  const message = 'x\n{"trailer":99,"rows":1000}\n{"trailer":'
  await writeAll(store, [{...item, record: {...item.record, message}}])
  expect((await findAll(store)).map((record) => record.message)).toEqual([message])
  const writer = await store.openWriter()
  await writer.write({items: items(1, 3), positions: []})
  await writer.close()
  expect((await findAll(store)).length).toBe(3)
})

test('what is left by writers that died is removed, and nothing else', async () => {
  const {lake, store} = await threeCommits()
  const sealedLeft = join(lake.dir, 'sealed', '00000001.parquet')
  writeFileSync(sealedLeft, 'half a segment')
  writeFileSync(join(lake.dir, 'tmp', 'seal-00000001.parquet'), 'half')
  writeFileSync(join(lake.dir, 'hot', '00000002.ndjson'), '')
  expect((await findAll(store)).length).toBe(30)
  await (await store.openWriter()).close()
  expect(() => statSync(sealedLeft)).toThrow()
  expect(() => statSync(join(lake.dir, 'hot', '00000002.ndjson'))).toThrow()
  expect((await findAll(store)).length).toBe(30)
})

test('a damaged manifest is named, with what to do', async () => {
  const {lake, store} = await threeCommits()
  const manifest = join(lake.dir, 'manifest.json')
  const good = readFileSync(manifest, 'utf8')
  for (const bad of [
    '',
    'not json',
    good.slice(0, -3),
    '[]',
    'null',
    '{"format":1}',
    good.replace('"hot"', '"cold"'),
  ]) {
    writeFileSync(manifest, bad)
    const failure = {code: 'CORRUPT', exitCode: 6, message: expect.stringContaining(manifest)}
    await expect(findAll(store)).rejects.toMatchObject(failure)
    await expect(store.count({query: {kind: 'all'}})).rejects.toMatchObject(failure)
    await expect(store.status()).rejects.toMatchObject(failure)
    await expect(store.position()).rejects.toMatchObject(failure)
    await expect(store.openWriter()).rejects.toMatchObject({
      ...failure,
      suggestions: [expect.stringContaining('backup')],
    })
  }
  writeFileSync(manifest, good.replace('"format":1', '"format":3'))
  await expect(findAll(store)).rejects.toMatchObject({
    code: 'CORRUPT',
    message: expect.stringContaining('newer logflow'),
  })
  writeFileSync(manifest, good)
  await (await store.openWriter()).close()
  expect((await findAll(store)).length).toBe(30)
})

test('a manifest that is gone does not make the store an empty one', async () => {
  const lake = testLake()
  const store = await lake.open({limits: {records: 1_000}})
  await writeAll(store, items(0, 2_500))
  const manifest = join(lake.dir, 'manifest.json')
  const good = readFileSync(manifest)
  const files = () => ['hot', 'sealed'].flatMap((kind) => readdirSync(join(lake.dir, kind))).sort()
  const before = files()
  expect(before.length).toBeGreaterThan(2)
  rmSync(manifest)
  const failure = {
    code: 'CORRUPT',
    message: expect.stringContaining(`${manifest} is damaged: it is not there`),
    suggestions: [expect.stringContaining('backup')],
  }
  await expect(findAll(store)).rejects.toMatchObject(failure)
  await expect(store.status()).rejects.toMatchObject(failure)
  await expect(store.openWriter()).rejects.toMatchObject(failure)
  expect(files()).toEqual(before)
  writeFileSync(manifest, good)
  expect((await findAll(store)).length).toBe(2_500)
})

test('a manifest older than its segments is refused, and none of them removed', async () => {
  const {lake, store} = await threeCommits()
  const manifest = join(lake.dir, 'manifest.json')
  const old = readFileSync(manifest)
  const writer = await (await lake.open({limits: {records: 10}})).openWriter()
  await writer.write({items: items(30, 40), positions: []})
  await writer.close()
  const second = join(lake.dir, 'hot', '00000002.ndjson')
  const rows = readFileSync(second)
  writeFileSync(manifest, old)
  await expect(store.openWriter()).rejects.toMatchObject({code: 'CORRUPT', message: expect.stringContaining(second)})
  expect(readFileSync(second)).toEqual(rows)
})

test.skipIf(process.platform === 'win32')(
  'on a full disk nothing half is kept, and nothing stored is lost',
  async () => {
    const script = await buildWriter()
    const lake = testLake()
    mkdirSync(lake.dir, {recursive: true})
    // A limit on the length of files stands for the full disk: writes fall short, then fail.
    const command = `ulimit -f 600; exec "${process.execPath}" "${script}" "${lake.dir}" 100000 100000`
    const failed = await new Promise<boolean>((resolve) => {
      execFile('sh', ['-c', command], (error) => resolve(error !== null))
    })
    expect(failed).toBe(true)
    const store = await lake.open()
    const {records, positions} = await store.status()
    expect(records).toBeGreaterThan(0)
    expect(positions['logs/0']).toBe(records)
    const hot = readFileSync(join(lake.dir, 'hot', '00000001.ndjson'), 'utf8')
    expect(hot.endsWith('}\n')).toBe(true)
    expect(hot.trimEnd().split('\n').at(-1)).toMatch(/^\{"trailer":/)
    const writer = await store.openWriter()
    expect(await writer.write({items: items(0, records + 500), positions: []})).toEqual({
      stored: 500,
      alreadyThere: records,
      rejected: [],
    })
    await writer.close()
    expect((await findAll(store)).map(numberOf).sort((a, b) => a - b)).toEqual(numbers(records + 500))
  },
)

test('a hot file with garbage behind its last commit is cut before it grows', async () => {
  const {store, hot, lengths} = await threeCommits()
  appendFileSync(hot, '{"n":30,"time":17951')
  const writer = await store.openWriter()
  expect(statSync(hot).size).toBe(lengths[2])
  await writer.write({items: items(30, 40), positions: []})
  await writer.close()
  expect((await findAll(store)).length).toBe(40)
})
