import {readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test, vi} from 'vitest'
import {matches} from '../../../../src/lib/query/matches.js'
import {parseQuery} from '../../../../src/lib/query/parse-query.js'
import {layoutOf} from '../../../../src/lib/store/lake/layout.js'
import {type Manifest, readManifest, type SealedSegment} from '../../../../src/lib/store/lake/manifest.js'
import {encodeWords, readWords} from '../../../../src/lib/store/lake/segment-words.js'
import {makeItem} from '../../../contracts/store-records.js'
import {findAll, type TestLake, testLake, writeAll} from './open-lake.js'

// Every question to another store starts an engine: on a busy machine that adds up.
vi.setConfig({testTimeout: 120_000})

const LONG = `${'l'.repeat(1_500)}`
const MESSAGES = [
  (i: number) => `Request ${i} to /api/orders completed`,
  (i: number) => `payment order_${i} DECLINED by bank`,
  (i: number) => (i % 400 === 1 ? 'Flibbertigibbet! seen' : `cache hit for key ${i}`),
  (i: number) => (i % 3 === 0 ? `Zahlung ${i} für Straße` : `timeout after ${i} ms`),
  (i: number) => (i === 2_504 ? `the long ${LONG} word` : `user u${i} signed in`),
]
const items = Array.from({length: 3_000}, (_, i) =>
  makeItem(
    'app',
    i * 10,
    {
      '@timestamp': new Date(Date.UTC(2026, 10, 20) + i * 1_000).toISOString(),
      message: MESSAGES[i % 5]?.(i) as string,
      level: i % 7 ? 'INFO' : 'ERROR',
      trace_id: i % 11 ? `trace-${Math.floor(i / 5)}` : undefined,
      // In the first segment one that has more lines: then any may be there.
      request_id: i === 17 ? 'two\nlines' : i % 2 ? `Request-${i}` : '',
    },
    10,
  ),
)

/** Three sealed segments of 1,000 records, and what the manifest says of them. */
async function threeSealed(): Promise<{lake: TestLake; segments: SealedSegment[]}> {
  const lake = testLake()
  await writeAll(await lake.open({limits: {records: 1_000, onClose: 1}}), items, 500)
  const {segments} = readManifest(layoutOf(lake.dir)) as Manifest
  const sealed = segments.filter((segment) => segment.kind === 'sealed')
  expect(sealed.map(({rows}) => rows)).toEqual([1_000, 1_000, 1_000])
  return {lake, segments: sealed}
}

const wordsOf = (lake: TestLake, seq: number) => layoutOf(lake.dir).words({seq})

const QUERIES = [
  'flibbertigibbet',
  'FLIBBERTIGIBBET seen',
  'order_2001',
  '"order_2001 declined"',
  '"declined order_2001"',
  'straße',
  'ＳＴＲＡＳＳＥ OR strasse OR straße',
  LONG,
  'absent',
  'absent OR order_6',
  'absent timeout',
  'NOT absent order_6',
  'NOT timeout',
  '(order_6 OR order_2501) declined',
  'flibbertigibbet OR level:error',
  'NOT (flibbertigibbet OR request)',
  'u2504',
  'trace_id:trace-401',
  'trace_id:absent OR request_id:Request-2001',
  'request_id:request-2001',
  'request_id:"two\nlines"',
  'trace_id:trace-401 timeout',
  'NOT trace_id:trace-401 u2004',
  'request_id:"" u2504',
]

test('the same is found with words beside the segments and without', async () => {
  const {lake} = await threeSealed()
  const withWords = await lake.open()
  const expected = new Map<string, string[]>()
  for (const text of QUERIES) {
    const query = parseQuery(text)
    const ids = items.filter(({record}) => matches(query, record)).map(({record}) => record.id)
    expected.set(text, ids)
    for (const limit of [Number.POSITIVE_INFINITY, 4_000])
      expect({text, ids: (await findAll(withWords, {query, limit})).map(({id}) => id)}).toEqual({text, ids})
    expect({text, count: await withWords.count({query})}).toEqual({text, count: ids.length})
    const newest = (await findAll(withWords, {query, limit: 3, order: 'newest'})).map(({id}) => id)
    expect({text, newest}).toEqual({text, newest: ids.slice(-3).reverse()})
  }
  rmSync(join(lake.dir, 'words'), {recursive: true})
  const without = await lake.open()
  for (const text of QUERIES)
    expect((await findAll(without, {query: parseQuery(text)})).map(({id}) => id)).toEqual(expected.get(text))
})

test('a segment that cannot hold a match is not looked at', async () => {
  const {lake, segments} = await threeSealed()
  // The second is gone: whoever looks at it tells.
  rmSync(layoutOf(lake.dir).sealed(segments[1] as SealedSegment))
  const told: string[] = []
  const store = await lake.open({onDamage: ({file}) => told.push(file)})
  for (const text of [
    'order_26',
    'order_2011',
    'order_26 OR order_2011',
    'declined order_26',
    'trace_id:trace-10',
    'request_id:Request-2011',
  ])
    expect((await findAll(store, {query: parseQuery(text)})).length).toBeGreaterThan(0)
  expect(await store.count({query: parseQuery('order_26 -absent')})).toBe(1)
  expect(told).toEqual([])
  await findAll(store, {query: parseQuery('order_1006')})
  expect(told.length).toBe(1)
})

const INJURIES: Array<[string, (path: string, other: string) => void]> = [
  ['gone', (path) => rmSync(path)],
  ['torn', (path) => writeFileSync(path, readFileSync(path).subarray(0, statSync(path).size / 2))],
  ['empty', (path) => writeFileSync(path, '')],
  ['of another segment', (path, other) => writeFileSync(path, readFileSync(other))],
  [
    'rotten',
    (path) => {
      const bytes = readFileSync(path)
      bytes.fill(0, 60)
      writeFileSync(path, bytes)
    },
  ],
]

test.each(INJURIES)(
  'where words are %s the segment is read, and the next writer makes them anew',
  async (_, injure) => {
    const {lake, segments} = await threeSealed()
    injure(wordsOf(lake, 2), wordsOf(lake, 3))
    const told: unknown[] = []
    const store = await lake.open({onDamage: (damaged) => told.push(damaged)})
    expect((await findAll(store, {query: parseQuery('order_1006')})).length).toBe(1)
    const {records, findings} = (await store.inspect?.({})) ?? {}
    expect(records).toBe(3_000)
    expect(findings).toEqual([
      {
        finding:
          'the words beside 1 of 3 sealed segments are missing, or cannot be read: searches for words are slower',
        fix: expect.stringContaining('logflow process'),
        harmless: true,
      },
    ])
    expect(told).toEqual([])
    await (await store.openWriter()).close()
    expect(readWords(layoutOf(lake.dir), segments[1] as SealedSegment)?.length).toBe(1)
    expect(readdirSync(join(lake.dir, 'words')).length).toBe(3)
    expect((await store.inspect?.({}))?.findings).toEqual([])
    expect((await findAll(store, {query: parseQuery('order_1006')})).length).toBe(1)
  },
)

test('words in blocks that are not the parts of the file, as an older logflow cut them, are made use of', async () => {
  const {lake, segments} = await threeSealed()
  const second = segments[1] as SealedSegment
  const [whole] = readWords(layoutOf(lake.dir), second) ?? []
  if (!whole?.words) throw new Error('the second segment has no words')
  const middle = whole.from + 399_000
  const halves = [
    {...whole, to: middle, rows: 400},
    {...whole, from: middle, rows: 600},
  ]
  writeFileSync(wordsOf(lake, 2), encodeWords(second, halves))
  const store = await lake.open()
  for (const text of ['order_1006', 'order_1396', 'order_1401', 'declined trace_id:trace-201', 'absent OR u1399'])
    expect({text, found: (await findAll(store, {query: parseQuery(text)})).length}).toEqual({text, found: 1})
})

test('words that are kept are not taken for those of another store in the same folder', async () => {
  const lake = testLake()
  const reader = await lake.open()
  const query = parseQuery('order_1')
  for (const first of [0, 1_000]) {
    rmSync(lake.dir, {recursive: true, force: true})
    await writeAll(await lake.open({limits: {records: 1_000, onClose: 1}}), items.slice(first, first + 1_000), 1_000)
    expect((await findAll(reader, {query})).length).toBe(first === 0 ? 1 : 0)
    expect((await findAll(reader, {query: parseQuery(`order_${first + 501}`)})).length).toBe(1)
  }
})
