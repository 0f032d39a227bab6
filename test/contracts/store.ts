// What every store must do, run over each adapter: import storeContract in the adapter's own test file.
// `matches()` is the oracle for queries; store-records.ts makes the records, store-queries.ts the trees.

import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {buildQuery} from '../../src/lib/query/build-query.js'
import {checkTree} from '../../src/lib/query/check-tree.js'
import {matches} from '../../src/lib/query/matches.js'
import type {QueryNode} from '../../src/lib/query/query.js'
import type {LogRecord} from '../../src/lib/record/record.js'
import type {
  FollowEvent,
  RecordFilter,
  Rejection,
  Store,
  StoreItem,
  StoreWriter,
  WriteResult,
} from '../../src/lib/store/store.js'
import {aggregatesContract} from './store-aggregates.js'
import {keysContract} from './store-keys.js'
import {contractQueries} from './store-queries.js'
import {fakeItems, hardRecords, makeItem} from './store-records.js'
import {saidBy, textsFrom} from './store-texts.js'

export interface OpenedStore {
  store: Store
  /** A second Store over the same data, as another process would open it; closed by `close`. */
  reopen(): Promise<Store>
  /** Closes every store opened here and removes the data. */
  close(): Promise<void>
}

export interface StoreContractOptions {
  /** The store is its own checkpoint: storedPosition survives reopening. */
  keepsPositions: boolean
  /** A second writer is refused with LOCK_HELD. */
  oneWriter: boolean
  /** How long a stored record may take to reach a follower, ms. */
  followWithinMs?: number
  /** Records for the test of long answers; more than 10,000. */
  many?: number
  /** Refuses, with BAD_QUERY, trees that no text of a query makes: they came from outside. */
  checksTrees?: boolean
}

const ALL: QueryNode = {kind: 'all'}

export function storeContract(name: string, open: () => Promise<OpenedStore>, options: StoreContractOptions): void {
  describe(`${name}: the store contract`, () => {
    describe('writing', () => writing(open, options))
    describe('one record of an id', () => once(open))
    describe('finding', () => finding(open, options))
    describe('order and limits', () => ordering(open, options))
    describe('keeping', () => keeping(open))
    describe('keys', () => keysContract(open))
    describe('counting in groups', () => aggregatesContract(open))
    describe('following', () => following(open, options))
  })
}

type Open = () => Promise<OpenedStore>

/** Opens a store, and closes it whatever happens. */
async function withStore(open: Open, run: (opened: OpenedStore) => Promise<void>): Promise<void> {
  const opened = await open()
  try {
    await run(opened)
  } finally {
    await opened.close()
  }
}

/** Writes items as one batch and lets search see them. */
async function store(writer: StoreWriter, items: StoreItem[], nextOffset?: number): Promise<WriteResult> {
  const positions = nextOffset === undefined ? [] : [{topic: 'logs', partition: 0, nextOffset}]
  const result = await writer.write({items, positions})
  await writer.refresh()
  return result
}

async function storeAll(opened: OpenedStore, items: StoreItem[], batch = 1_000): Promise<void> {
  const writer = await opened.store.openWriter()
  for (let at = 0; at < items.length; at += batch) {
    const part = items.slice(at, at + batch)
    expect(await writer.write({items: part, positions: []})).toEqual({
      stored: part.length,
      alreadyThere: 0,
      rejected: [],
    })
  }
  await writer.refresh()
  await writer.close()
}

async function found(from: Store, request: Partial<Parameters<Store['search']>[0]> = {}): Promise<LogRecord[]> {
  const records: LogRecord[] = []
  const pages = from.search({query: ALL, order: 'oldest', limit: Number.POSITIVE_INFINITY, ...request})
  for await (const page of pages) records.push(...page)
  return records
}

const ids = (records: LogRecord[]): string[] => records.map((record) => record.id)
const itemIds = (items: StoreItem[]): string[] => ids(items.map((item) => item.record))
const sorted = (list: string[]): string[] => [...list].sort()

/** The order of the port: time to the nanosecond, then source, then offset. */
function byOrder(a: LogRecord, b: LogRecord): number {
  const [left, right] = [nanos(a['@timestamp']), nanos(b['@timestamp'])]
  if (left !== right) return left < right ? -1 : 1
  if (a.source.id !== b.source.id) return a.source.id < b.source.id ? -1 : 1
  return a.source.offset - b.source.offset
}

/** RFC 3339 in UTC as a text that sorts as the time does. */
function nanos(time: string): string {
  const [seconds, fraction = ''] = time.slice(0, -1).split('.')
  return `${seconds}.${fraction.padEnd(9, '0')}`
}

function inOrder(items: StoreItem[]): LogRecord[] {
  return items.map((item) => item.record).sort(byOrder)
}

function withoutIngested(record: LogRecord): LogRecord {
  const {ingested_at: _, ...rest} = record
  return rest
}

function writing(open: Open, options: StoreContractOptions): void {
  test('an empty store answers with nothing', () =>
    withStore(open, async ({store: empty}) => {
      expect(await found(empty)).toEqual([])
      expect(await empty.count({query: ALL})).toBe(0)
      expect(await empty.get('app-0-00000000')).toBeUndefined()
      expect(await empty.values('service', 10)).toEqual([])
      expect(await empty.status()).toMatchObject({records: 0})
    }))

  test('what is written and refreshed is found', () =>
    withStore(open, async (opened) => {
      const writer = await opened.store.openWriter()
      const items = [makeItem('app', 0), makeItem('app', 100)]
      expect(await store(writer, items)).toEqual({stored: 2, alreadyThere: 0, rejected: []})
      expect(ids(await found(opened.store))).toEqual(itemIds(items))
      expect(ids(await found(await opened.reopen()))).toEqual(itemIds(items))
      await writer.close()
      expect(ids(await found(opened.store))).toEqual(itemIds(items))
      expect(ids(await found(await opened.reopen()))).toEqual(itemIds(items))
    }))

  test('a record that no store can take is handed back, and its neighbours are stored', () =>
    withStore(open, async (opened) => {
      const writer = await opened.store.openWriter()
      const [first, bad, last] = [makeItem('app', 0), makeItem('app', 100), makeItem('app', 200)]
      bad.record = {...bad.record, '@timestamp': 'no time at all'}
      const told: Rejection[] = []
      const items = [first, bad, last]
      const onRejected = async (rejected: Rejection[]) => void told.push(...rejected)
      const result = await writer.write({items, positions: [], onRejected})
      await writer.refresh()
      expect(result).toMatchObject({stored: 2, alreadyThere: 0, rejected: [{index: 1, reason: expect.any(String)}]})
      expect(told).toEqual(result.rejected)
      expect(ids(await found(opened.store))).toEqual(itemIds([first, last]))
      const again = {...bad, record: makeItem('app', 100).record}
      expect(await store(writer, [again])).toEqual({stored: 1, alreadyThere: 0, rejected: []})
      await writer.close()
    }))

  test('an empty batch is nothing', () =>
    withStore(open, async (opened) => {
      const writer = await opened.store.openWriter()
      expect(await store(writer, [], 5)).toEqual({stored: 0, alreadyThere: 0, rejected: []})
      await writer.close()
      expect(await opened.store.count({query: ALL})).toBe(0)
    }))

  test('the store says when it took a record', () =>
    withStore(open, async (opened) => {
      await storeAll(opened, [makeItem('app', 0)])
      const [record] = await found(opened.store)
      expect(record?.ingested_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9}Z$/)
    }))

  test('positions come back where the store keeps them', () =>
    withStore(open, async (opened) => {
      const writer = await opened.store.openWriter()
      expect(writer.storedPosition('logs', 0)).toBeUndefined()
      await writer.write({items: [makeItem('app', 0)], positions: [{topic: 'logs', partition: 0, nextOffset: 7}]})
      await writer.write({
        items: [],
        positions: [
          {topic: 'logs', partition: 3, nextOffset: 2 ** 40},
          {topic: 'other', partition: 0, nextOffset: 1},
        ],
      })
      await writer.write({items: [makeItem('app', 100)], positions: [{topic: 'logs', partition: 0, nextOffset: 9}]})
      await writer.close()
      const again = await (await opened.reopen()).openWriter()
      const kept = [again.storedPosition('logs', 0), again.storedPosition('logs', 3), again.storedPosition('other', 0)]
      expect(kept).toEqual(options.keepsPositions ? [9, 2 ** 40, 1] : [undefined, undefined, undefined])
      expect(again.storedPosition('logs', 1)).toBeUndefined()
      await again.close()
    }))

  test.runIf(options.oneWriter)('there is one writer at a time', () =>
    withStore(open, async (opened) => {
      const writer = await opened.store.openWriter()
      const other = await opened.reopen()
      await expect(other.openWriter()).rejects.toMatchObject({code: 'LOCK_HELD'})
      await expect(opened.store.openWriter()).rejects.toMatchObject({code: 'LOCK_HELD'})
      await writer.close()
      await (await other.openWriter()).close()
    }),
  )

  test('writes asked for at once are all kept', () =>
    withStore(open, async (opened) => {
      const writer = await opened.store.openWriter()
      const batches = Array.from({length: 10}, (_, b) => Array.from({length: 50}, (_, i) => makeItem(`s${b}`, i * 100)))
      const results = await Promise.all(batches.map((items) => writer.write({items, positions: []})))
      expect(results.map((result) => result.stored)).toEqual(batches.map(() => 50))
      await writer.refresh()
      expect(sorted(ids(await found(opened.store)))).toEqual(sorted(itemIds(batches.flat())))
      await writer.close()
    }))

  test('status counts', () =>
    withStore(open, async (opened) => {
      await storeAll(opened, [
        makeItem('app', 0, {'@timestamp': '2026-11-20T10:00:00.123456789Z'}),
        makeItem('app', 100, {'@timestamp': '2026-11-19T10:00:00.000Z'}),
      ])
      const status = await opened.store.status()
      expect(status.records).toBe(2)
      expect(status.bytes).toBeGreaterThan(0)
      expect(status.version).not.toBe('')
      expect(status.location).not.toBe('')
      expect(Date.parse(status.newest as string)).toBe(Date.parse('2026-11-20T10:00:00.123Z'))
      expect(Number.isNaN(Date.parse(status.lastStored as string))).toBe(false)
      expect(Object.values(status.parts).reduce((sum, n) => sum + n, 0)).toBeGreaterThan(0)
    }))
}

function once(open: Open): void {
  const item = () => makeItem('app', 0)
  const other = () => makeItem('app', 100)

  test('also where blank lines have come behind it since', () =>
    withStore(open, async (opened) => {
      const writer = await opened.store.openWriter()
      await store(writer, [{...item(), span: 41, length: 40}])
      const again = [{...item(), span: 90, length: 40}, makeItem('app', 90)]
      expect(await store(writer, again)).toEqual({stored: 1, alreadyThere: 1, rejected: []})
      expect(await store(writer, again)).toEqual({stored: 0, alreadyThere: 2, rejected: []})
      await writer.close()
    }))

  test('in one batch', () =>
    withStore(open, async (opened) => {
      const writer = await opened.store.openWriter()
      expect(await store(writer, [item(), other(), item()])).toEqual({stored: 2, alreadyThere: 1, rejected: []})
      expect(ids(await found(opened.store))).toEqual(itemIds([item(), other()]))
      await writer.close()
    }))

  test('in the next batch', () =>
    withStore(open, async (opened) => {
      const writer = await opened.store.openWriter()
      await store(writer, [item()])
      expect(await store(writer, [item(), other()])).toEqual({stored: 1, alreadyThere: 1, rejected: []})
      expect(ids(await found(opened.store))).toEqual(itemIds([item(), other()]))
      await writer.close()
    }))

  test('after reopening', () =>
    withStore(open, async (opened) => {
      await storeAll(opened, [item()])
      const writer = await (await opened.reopen()).openWriter()
      expect(await store(writer, [other(), item()])).toEqual({stored: 1, alreadyThere: 1, rejected: []})
      await writer.close()
      const last = await opened.store.openWriter()
      expect(await store(last, [other(), item()])).toEqual({stored: 0, alreadyThere: 2, rejected: []})
      await last.close()
      expect(ids(await found(opened.store))).toEqual(itemIds([item(), other()]))
    }))

  test('in any order, with holes filled later', () =>
    withStore(open, async (opened) => {
      const all = Array.from({length: 300}, (_, i) => makeItem(i % 2 ? 'odd' : 'even', i * 100))
      const shuffled = all
        .map((each, i) => ({each, at: (i * 7_919) % 300}))
        .sort((a, b) => a.at - b.at)
        .map(({each}) => each)
      const writer = await opened.store.openWriter()
      expect((await store(writer, shuffled.slice(0, 150))).stored).toBe(150)
      await writer.close()
      const again = await (await opened.reopen()).openWriter()
      expect(await store(again, all)).toEqual({stored: 150, alreadyThere: 150, rejected: []})
      expect(await store(again, shuffled)).toEqual({stored: 0, alreadyThere: 300, rejected: []})
      await again.close()
      expect(sorted(ids(await found(opened.store)))).toEqual(sorted(itemIds(all)))
    }))

  test('the same place in another source is another record', () =>
    withStore(open, async (opened) => {
      const writer = await opened.store.openWriter()
      expect((await store(writer, [makeItem('a', 0), makeItem('b', 0)])).stored).toBe(2)
      await writer.close()
    }))
}

function finding(open: Open, {checksTrees = false}: StoreContractOptions): void {
  let opened: OpenedStore
  const items = fakeItems()
  const records = items.map((item) => item.record)
  beforeAll(async () => {
    opened = await open()
    await storeAll(opened, items, 120)
  })
  afterAll(() => opened.close())

  const all = contractQueries()
  const queries = checksTrees ? all.filter(([, query]) => isTyped(query)) : all
  test.each(all.filter((one) => !queries.includes(one)))('%s is refused', async (_, query) => {
    await expect(found(opened.store, {query})).rejects.toMatchObject({code: 'BAD_QUERY'})
    await expect(opened.store.count({query})).rejects.toMatchObject({code: 'BAD_QUERY'})
  })

  test.each(queries)('%s', async (_, query) => {
    const matching = records.filter((record) => matches(query, record))
    const expected = sorted(ids(matching))
    expect(sorted(ids(await found(opened.store, {query})))).toEqual(expected)
    expect(await opened.store.count({query})).toBe(expected.length)
    expect((await textsFrom(opened.store, {query})) ?? saidBy(matching)).toEqual(saidBy(matching))
  })

  test('the queries ask for something and for nothing', () => {
    const counts = queries.map(([, query]) => records.filter((record) => matches(query, record)).length)
    expect(counts.filter((count) => count > 0 && count < records.length).length).toBeGreaterThan(60)
    expect(counts.filter((count) => count === 0).length).toBeGreaterThan(5)
  })

  test('since is inclusive and until exclusive, to the nanosecond', async () => {
    const edge = '2026-11-20T10:01:20.500000000Z'
    const times = [
      edge,
      '2026-11-20T10:01:20.500000001Z',
      '2026-11-20T10:01:20.499999999Z',
      '2026-11-20T10:01:20Z',
      '2026-11-20T03:00:00.5Z',
    ]
    for (const time of times) {
      for (const filter of [
        {since: time},
        {until: time},
        {since: times[4], until: time},
        {since: time, until: edge},
      ] as Array<Partial<RecordFilter>>) {
        const expected = records.filter((record) => {
          const at = nanos(record['@timestamp'])
          return (!filter.since || at >= nanos(filter.since)) && (!filter.until || at < nanos(filter.until))
        })
        expect(sorted(ids(await found(opened.store, filter)))).toEqual(sorted(ids(expected)))
        expect(await opened.store.count({query: ALL, ...filter})).toBe(expected.length)
        expect((await textsFrom(opened.store, {query: ALL, ...filter})) ?? saidBy(expected)).toEqual(saidBy(expected))
      }
    }
  })

  test('a range before or after everything is empty', async () => {
    expect(await found(opened.store, {until: '1999-01-01T00:00:00Z'})).toEqual([])
    expect(await found(opened.store, {since: '2199-01-01T00:00:00Z'})).toEqual([])
    expect(await found(opened.store, {since: '0001-01-01T00:00:00Z', until: '9999-12-31T23:59:59Z'})).toHaveLength(
      records.length,
    )
  })

  test('get finds each id and nothing else', async () => {
    for (const item of items.filter((_, i) => i % 25 === 0)) {
      const got = await opened.store.get(item.record.id)
      expect(got && withoutIngested(got)).toEqual(item.record)
    }
    const [first] = items as [StoreItem, ...StoreItem[]]
    expect(await opened.store.get(first.record.id.replace(/.$/, (c) => (c === '0' ? '1' : '0')))).toBeUndefined()
    expect(await opened.store.get('nothing')).toBeUndefined()
    expect(await opened.store.get("x'--0-00000000")).toBeUndefined()
    expect(await opened.store.get('app-1-zzzzzzzz-00000000')).toBeUndefined()
  })

  test('values of a field, most frequent first', async () => {
    for (const field of ['service', 'host', 'environment', 'level'] as const) {
      const counts = new Map<string, number>()
      for (const record of records) {
        const value = record[field]
        if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1)
      }
      const values = await opened.store.values(field, 100)
      expect(sorted(values)).toEqual(sorted([...counts.keys()]))
      const order = values.map((value) => counts.get(value) as number)
      expect(order).toEqual([...order].sort((a, b) => b - a))
      expect(await opened.store.values(field, 1)).toHaveLength(1)
    }
  })

  test('order and limit hold for every filter', async () => {
    for (const [, query] of queries.filter((_, i) => i % 9 === 0)) {
      const expected = ids(records.filter((record) => matches(query, record)).sort(byOrder))
      expect(ids(await found(opened.store, {query}))).toEqual(expected)
      expect(ids(await found(opened.store, {query, limit: 7}))).toEqual(expected.slice(0, 7))
      expect(ids(await found(opened.store, {query, limit: 7, order: 'newest'}))).toEqual(expected.reverse().slice(0, 7))
    }
  })
}

/** Whether a text of a query could have made this tree. */
function isTyped(query: QueryNode): boolean {
  try {
    checkTree(query)
    return true
  } catch {
    return false
  }
}

function ordering(open: Open, options: StoreContractOptions): void {
  const many = options.many ?? 12_000
  let opened: OpenedStore
  const items = Array.from({length: many}, (_, i) =>
    makeItem(`s${i % 3}`, i * 10, {'@timestamp': tiedTime(i, many), message: `number ${i}`}, 10),
  )
  const expected = inOrder(items)
  beforeAll(async () => {
    opened = await open()
    await storeAll(opened, items, 2_000)
  })
  afterAll(() => opened.close())

  test('ties go by source, then offset', async () => {
    expect(ids(await found(opened.store, {limit: 500}))).toEqual(ids(expected.slice(0, 500)))
    expect(ids(await found(opened.store, {limit: 500, order: 'newest'}))).toEqual(ids(expected.slice(-500).reverse()))
  })

  test.each(['oldest', 'newest'] as const)(
    'all of more than 10,000, %s first, in pages of constant size',
    async (order) => {
      const got: string[] = []
      let longest = 0
      for await (const page of opened.store.search({query: ALL, order, limit: Number.POSITIVE_INFINITY})) {
        longest = Math.max(longest, page.length)
        expect(page.length).toBeGreaterThan(0)
        got.push(...ids(page))
      }
      expect(got).toEqual(ids(order === 'oldest' ? expected : [...expected].reverse()))
      expect(longest).toBeLessThanOrEqual(10_000)
    },
  )

  test.each([0, 1, 999, 1_000, 1_001, 10_000, 10_001])('exactly %i of them', async (limit) => {
    expect(ids(await found(opened.store, {limit}))).toEqual(ids(expected.slice(0, limit)))
    expect(ids(await found(opened.store, {limit, order: 'newest'}))).toEqual(
      ids([...expected].reverse().slice(0, limit)),
    )
  })

  test.each(['oldest', 'newest'] as const)('what comes after a place, %s first', async (order) => {
    const whole = order === 'oldest' ? expected : [...expected].reverse()
    for (const at of [3, 4_000, many - 1]) {
      const {'@timestamp': time, source} = whole[at] as LogRecord
      const after = {time, source: source.id, offset: source.offset}
      for (const limit of [5, 1_200]) {
        const got = await found(opened.store, {order, after, limit})
        expect(ids(got)).toEqual(ids(whole.slice(at + 1, at + 1 + limit)))
      }
      // A place between two records, and an answer that ends before its limit.
      const before = {...after, offset: source.offset + (order === 'oldest' ? -1 : 1)}
      const since = (order === 'oldest' ? whole[Math.min(at + 20, many - 1)] : whole.at(-1)) as LogRecord
      const until = order === 'oldest' ? since['@timestamp'] : undefined
      const got = await found(opened.store, {order, after: before, limit: 6_000, ...(until ? {until} : {})})
      const rest = whole.slice(at).filter((record) => !until || nanos(record['@timestamp']) < nanos(until))
      expect(ids(got)).toEqual(ids(rest.slice(0, 6_000)))
    }
    const all = await found(opened.store, {
      order,
      after: {time: '2026-11-20T10:05:00.000Z', source: 's1', offset: 0},
      limit: Number.POSITIVE_INFINITY,
    })
    const edge = {'@timestamp': '2026-11-20T10:05:00.000Z', source: {id: 's1', offset: 0}} as LogRecord
    expect(ids(all)).toEqual(
      ids(whole.filter((r) => (order === 'oldest' ? byOrder(r, edge) > 0 : byOrder(r, edge) < 0))),
    )
  })

  test('an aborted search ends early', async () => {
    const stop = new AbortController()
    let pages = 0
    for await (const page of opened.store.search(
      {query: ALL, order: 'oldest', limit: Number.POSITIVE_INFINITY},
      stop.signal,
    )) {
      expect(page.length).toBeLessThan(many)
      pages++
      stop.abort()
    }
    expect(pages).toBe(1)
  })

  test('a search left in the middle harms nothing', async () => {
    for await (const page of opened.store.search({query: ALL, order: 'newest', limit: Number.POSITIVE_INFINITY})) {
      expect(page.length).toBeGreaterThan(0)
      break
    }
    expect(await opened.store.count({query: ALL})).toBe(many)
  })

  test('several searches at once do not disturb each other', async () => {
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map((n) => found(opened.store, {query: {kind: 'phrase', words: [String(n)]}})),
    )
    expect(answers.map((answer) => answer.map((record) => record.message))).toEqual(
      [1, 2, 3, 4, 5].map((n) => [`number ${n}`]),
    )
  })
}

/** Seven records share a time; the middle third comes earlier than the rest. */
function tiedTime(i: number, of: number): string {
  const late = i > of / 3 && i < of / 2 ? 1_800 : 0
  const at = new Date(Date.UTC(2026, 10, 20, 10) + (Math.floor(i / 7) - late) * 1_000)
  return i % 2 ? at.toISOString() : at.toISOString().replace('.000Z', '.000000000Z')
}

function keeping(open: Open): void {
  let opened: OpenedStore
  const hard = hardRecords().map(([name, given], i) => ({
    name,
    item: makeItem(`hard-${i % 4}`, i * 1_000, given, 1_000),
  }))
  beforeAll(async () => {
    opened = await open()
    await storeAll(
      opened,
      hard.map(({item}) => item),
    )
  })
  afterAll(() => opened.close())

  test.each(hard.map(({name, item}): [string, LogRecord] => [name, item.record]))('%s', async (_, record) => {
    const got = await opened.store.get(record.id)
    expect(got && withoutIngested(got)).toEqual(record)
    expect(JSON.parse(JSON.stringify(got && withoutIngested(got)))).toEqual(JSON.parse(JSON.stringify(record)))
  })

  test('search gives the same records as get', async () => {
    const all = await found(opened.store)
    expect(all.map(withoutIngested)).toEqual(inOrder(hard.map(({item}) => item)))
  })

  test.each([1, 8])('a message of %i MiB', (size) =>
    withStore(open, async (other) => {
      const message = `start ${'lorem "ipsum" \n'.repeat((size * 2 ** 20) / 15)} finish`
      const items = [makeItem('big', 0, {message}), makeItem('big', 100, {message: 'small beside it'})]
      const writer = await other.store.openWriter()
      const result = await store(writer, items)
      await writer.close()
      expect(result).toEqual({stored: 2, alreadyThere: 0, rejected: []})
      const got = await found(other.store)
      expect(ids(got)).toEqual(itemIds(items))
      expect(got[0]?.message === message).toBe(true)
      expect(await other.store.count({query: {kind: 'phrase', words: ['beside', 'it']}})).toBe(1)
    }),
  )
}

function following(open: Open, options: StoreContractOptions): void {
  const within = options.followWithinMs ?? 5_000

  /** Collects events until `enough` says so; fails after a while. */
  async function follow(
    from: Store,
    position: string,
    enough: (records: LogRecord[], events: FollowEvent[]) => boolean,
    query: QueryNode = ALL,
  ): Promise<{records: LogRecord[]; events: FollowEvent[]}> {
    const stop = new AbortController()
    const timer = setTimeout(() => stop.abort(), within + 10_000)
    const events: FollowEvent[] = []
    const records: LogRecord[] = []
    for await (const event of from.follow({filter: {query}, from: position}, stop.signal)) {
      events.push(event)
      if (event.kind === 'records') records.push(...event.records)
      if (enough(records, events)) stop.abort()
    }
    clearTimeout(timer)
    return {records, events}
  }

  test('from a position on, in the order of arrival, whatever the time', () =>
    withStore(open, async (opened) => {
      const writer = await opened.store.openWriter()
      await store(writer, [makeItem('before', 0)])
      const position = await opened.store.position()
      const late = Array.from({length: 30}, (_, i) =>
        makeItem('app', i * 100, {'@timestamp': `2026-11-20T10:00:${String(59 - i).padStart(2, '0')}.000Z`}),
      )
      await store(writer, late.slice(0, 20))
      await store(writer, late.slice(20))
      const {records, events} = await follow(await opened.reopen(), position, (got) => got.length >= 30)
      expect(sorted(ids(records))).toEqual(sorted(itemIds(late)))
      expect(sorted(ids(records.slice(0, 20)))).toEqual(sorted(itemIds(late.slice(0, 20))))
      expect(events.filter((event) => event.kind === 'gap')).toEqual([])
      await writer.close()
    }))

  test('it says when it has caught up, then goes on', () =>
    withStore(open, async (opened) => {
      const writer = await opened.store.openWriter()
      const position = await opened.store.position()
      await store(writer, [makeItem('app', 0)])
      const next = makeItem('app', 100)
      let written = false
      const {events} = await follow(await opened.reopen(), position, (got, seen) => {
        const caughtUp = seen.some((event) => event.kind === 'caught-up')
        if (caughtUp && !written) {
          written = true
          expect(got.length).toBe(1)
          void store(writer, [next])
        }
        return got.length === 2
      })
      expect(events.filter((event) => event.kind === 'records').flatMap((event) => ids(event.records))).toEqual([
        makeItem('app', 0).record.id,
        next.record.id,
      ])
      await writer.close()
    }))

  test('on an empty store it waits for the first record', () =>
    withStore(open, async (opened) => {
      const position = await opened.store.position()
      const following = follow(opened.store, position, (got) => got.length === 1)
      const writer = await (await opened.reopen()).openWriter()
      await store(writer, [makeItem('app', 0)])
      expect(ids((await following).records)).toEqual([makeItem('app', 0).record.id])
      await writer.close()
    }))

  test('only what matches', () =>
    withStore(open, async (opened) => {
      const writer = await opened.store.openWriter()
      const position = await opened.store.position()
      const items = fakeItems(200)
      await store(writer, items)
      const query: QueryNode = {kind: 'not', node: buildQuery({services: ['payment']})}
      const expected = items.filter((item) => matches(query, item.record))
      const {records} = await follow(opened.store, position, (got) => got.length >= expected.length, query)
      expect(sorted(ids(records))).toEqual(sorted(itemIds(expected)))
      expect(records.map((record) => typeof record.ingested_at)).toEqual(records.map(() => 'string'))
      await writer.close()
    }))

  test('nothing is missed or doubled while others write', () =>
    withStore(open, async (opened) => {
      const writer = await opened.store.openWriter()
      const items = Array.from({length: 2_000}, (_, i) => makeItem(`s${i % 5}`, i * 100))
      await writer.write({items: items.slice(0, 100), positions: []})
      let written = 100
      const writing = (async () => {
        for (let at = 100; at < items.length; at += 100) {
          written = at + 100
          await writer.write({items: items.slice(at, at + 100), positions: []})
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
        await writer.refresh()
      })()
      const position = await opened.store.position()
      const after = written
      const other = await opened.reopen()
      const last = items.at(-1)?.record.id
      const {records, events} = await follow(other, position, (got) => got.some((each) => each.id === last))
      await writing
      await writer.close()
      const got = new Set(ids(records))
      expect(got.size).toBe(records.length)
      expect(itemIds(items.slice(after)).filter((id) => !got.has(id))).toEqual([])
      expect(events.filter((event) => event.kind === 'gap')).toEqual([])
    }))

  test('from where any event says that it goes on, nothing is missed', () =>
    withStore(open, async (opened) => {
      const writer = await opened.store.openWriter()
      const position = await opened.store.position()
      const items = Array.from({length: 2_500}, (_, i) => makeItem('app', i * 100))
      for (const from of [0, 1_500]) await store(writer, items.slice(from, from + (from === 0 ? 1_500 : 1_000)))
      const got: string[] = []
      let next = position
      while (new Set(got).size < items.length) {
        // Another follower each time, which is given one event, or one with something new where some come again.
        const known = new Set(got)
        const {events} = await follow(await opened.reopen(), next, (all) => all.some(({id}) => !known.has(id)))
        const last = events.at(-1)
        if (last?.kind !== 'records') throw new Error(`after ${got.length} records came ${JSON.stringify(last)}`)
        if (!opened.store.followsBestEffort) expect(events).toHaveLength(1)
        next = last.next
        got.push(...events.flatMap((event) => (event.kind === 'records' ? ids(event.records) : [])))
      }
      if (!opened.store.followsBestEffort) {
        expect(got).toEqual(itemIds(items))
        const {events} = await follow(await opened.reopen(), next, () => true)
        expect(events.map(({kind}) => kind)).toEqual(['caught-up'])
      }
      await writer.close()
    }))

  test('the signal ends it', () =>
    withStore(open, async (opened) => {
      const stop = new AbortController()
      const position = await opened.store.position()
      setTimeout(() => stop.abort(), 50)
      for await (const event of opened.store.follow({filter: {query: ALL}, from: position}, stop.signal)) {
        expect(event.kind).toBe('caught-up')
      }
      expect(stop.signal.aborted).toBe(true)
    }))
}
