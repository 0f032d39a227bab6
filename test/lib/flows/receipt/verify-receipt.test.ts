import {rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, onTestFinished, test} from 'vitest'
import type {Bus} from '../../../../src/lib/bus/bus.js'
import {openEmbeddedBus} from '../../../../src/lib/bus/embedded/embedded-bus.js'
import {LogflowError} from '../../../../src/lib/errors/logflow-error.js'
import type {Finding} from '../../../../src/lib/flows/receipt/name-missing.js'
import {
  type ReceiptBlock,
  type RunFacts,
  type ShipReceipt,
  shipReceipt,
} from '../../../../src/lib/flows/receipt/receipt.js'
import {decodeReceipt, encodeReceipt} from '../../../../src/lib/flows/receipt/receipt-file.js'
import {UnitLedger} from '../../../../src/lib/flows/receipt/unit-ledger.js'
import {verifyOutcome} from '../../../../src/lib/flows/receipt/verify-outcome.js'
import {type VerifyOptions, verifyReceipt} from '../../../../src/lib/flows/receipt/verify-receipt.js'
import {shipFiles} from '../../../../src/lib/flows/ship-files.js'
import {formatId} from '../../../../src/lib/record/id.js'
import {openSources} from '../../../../src/lib/sources/open-sources.js'
import {openLake} from '../../../../src/lib/store/lake/lake.js'
import type {KeyRange, RecordKey, Store, WriteBatch} from '../../../../src/lib/store/store.js'
import {tempFolder} from '../../../support/temp-folder.js'
import {fileInput} from '../../sources/read-path.js'

const FACTS: RunFacts = {
  run_id: '01M7YRRT80GGGGGGGGGGGGGGGG',
  version: '0.1.0',
  started: '2026-11-21T10:00:00.000Z',
  topic: 'logs',
  group: 'g',
  bus: 'embedded',
  store: 'embedded',
}

interface Shipped {
  bus: Bus
  store: Store
  receipt: ShipReceipt
  paths: string[]
  /** Keys of all records, in the order of the store. */
  keys: RecordKey[]
}

interface ShipOptions {
  /** Lines that the store refuses. */
  refuse?: (message: string) => boolean
  /** Leave everything on the bus. */
  unprocessed?: boolean
}

/** Ships texts as files of their own, from which receipts and stores are then spoilt. */
async function ship(texts: string[], {refuse, unprocessed}: ShipOptions = {}): Promise<Shipped> {
  const dir = tempFolder()
  const bus = await openEmbeddedBus({dir: join(dir, 'bus')})
  const store = await openLake({dir: join(dir, 'lake')})
  onTestFinished(async () => {
    await store.close()
    await bus.close()
  })
  const paths = texts.map((text, i) => {
    const path = join(dir, `${i}.log`)
    writeFileSync(path, text)
    return path
  })
  const sources = openSources({
    inputs: paths.map(fileInput),
    envelope: {host: 'web', timezone: 'UTC'},
    now: () => new Date(),
    random: Math.random,
  })
  const ledger = new UnitLedger(true)
  const {signal} = new AbortController()
  await shipFiles({
    sources,
    ledger,
    bus,
    store: unprocessed ? undefined : refuse ? refusing(store, refuse) : store,
    topic: FACTS.topic,
    group: FACTS.group,
    signal,
    now: () => new Date(),
  })
  const {positions} = ledger
  const figures = {read: sources.progress(), files: sources.results, problems: [], acknowledged: ledger.list()}
  const end = {ended: new Date('2026-11-21T10:00:01Z'), interrupted: false}
  const written = shipReceipt(FACTS, {...figures, positions, multiline: 'auto'}, end)
  const receipt = decodeReceipt(encodeReceipt(written), 'r.json') as ShipReceipt
  const keys: RecordKey[] = []
  for (const {source} of receipt.files)
    for await (const page of store.keys([{source, from: 0, to: 2 ** 40}])) keys.push(...page)
  return {bus, store, receipt, paths, keys}
}

/** A store whose writer refuses some messages, as Elasticsearch may. */
function refusing(store: Store, refuse: (message: string) => boolean): Store {
  return new Proxy(store, {
    get(target, name) {
      if (name !== 'openWriter') {
        const value = Reflect.get(target, name) as unknown
        return typeof value === 'function' ? value.bind(target) : value
      }
      return async () => {
        const writer = await target.openWriter()
        return Object.assign(Object.create(writer) as typeof writer, {
          close: () => writer.close(),
          refresh: () => writer.refresh(),
          storedPosition: writer.storedPosition.bind(writer),
          streams: false,
          async write(batch: WriteBatch) {
            const items = [...batch.items]
            const rejected = items.flatMap(({record}, index) =>
              refuse(record.message) ? [{index, reason: 'not wanted'}] : [],
            )
            if (rejected.length > 0) await batch.onRejected?.(rejected)
            const bad = new Set(rejected.map(({index}) => index))
            const result = await writer.write({
              items: items.filter((_, index) => !bad.has(index)),
              positions: batch.positions,
            })
            return {...result, rejected}
          },
        })
      }
    },
  })
}

/** The keys of a store as a fault would leave them. */
function spoilt(store: Store, spoil: (keys: RecordKey[]) => RecordKey[]): Pick<Store, 'keys'> {
  return {
    async *keys(ranges: readonly KeyRange[]) {
      for await (const page of store.keys(ranges)) yield spoil(page)
    },
  }
}

const without = (store: Store, lost: RecordKey[]) => {
  const names = new Set(lost.map(nameOf))
  return spoilt(store, (keys) => keys.filter((key) => !names.has(nameOf(key))))
}
const nameOf = ({source, offset, crc}: RecordKey) => formatId(source, offset, crc)

async function verify({bus, store, receipt}: Shipped, given: Partial<VerifyOptions> = {}) {
  const findings: Finding[] = []
  const {signal} = new AbortController()
  const onFinding = async (finding: Finding) => void findings.push(finding)
  const result = await verifyReceipt({receipt, store, bus: async () => bus, waitMs: 0, signal, onFinding, ...given})
  return {result, findings, code: verifyOutcome(receipt, result)?.code}
}

const lines = (count: number, text = 'line') => Array.from({length: count}, (_, i) => `${text} ${i}\n`).join('')

test('everything there: nothing is found missing, and the bus is not asked', async () => {
  const shipped = await ship([lines(2_500), lines(3, 'other'), '\n'])
  const noBus = () => Promise.reject(new Error('asked'))
  const {result, findings, code} = await verify(shipped, {bus: noBus})
  expect(result).toMatchObject({sent: 2_503, stored: 2_503, missing: 0, dead_lettered: 0, doubled: 0})
  expect([findings, code]).toEqual([[], undefined])
})

test('what is missing is named with its line, from the file', async () => {
  const shipped = await ship([lines(2_500), 'ERROR boom\njava.lang.Error: x\n\tat a.b(C.java:1)\nnext\n'])
  const lost = [3, 7, 1_999, 2_500].map((i) => shipped.keys[i] as RecordKey)
  const {result, findings, code} = await verify(shipped, {store: without(shipped.store, lost)})
  expect(result).toMatchObject({sent: 2_502, stored: 2_498, missing: 4, unnamed: 0})
  const [first, second] = shipped.paths
  expect(findings).toEqual(
    expect.arrayContaining([
      {state: 'missing', id: nameOf(lost[0] as RecordKey), file: first, offset: lost[0]?.offset, line: 4},
      {state: 'missing', id: nameOf(lost[1] as RecordKey), file: first, offset: lost[1]?.offset, line: 8},
      {state: 'missing', id: nameOf(lost[2] as RecordKey), file: first, offset: lost[2]?.offset, line: 2_000},
      {state: 'missing', id: nameOf(lost[3] as RecordKey), file: second, offset: 0, line: 1},
    ]),
  )
  expect(findings).toHaveLength(4)
  expect(code).toBe('NOT_STORED')
})

test('with the file gone one of a block is still named; of several the stretch is', async () => {
  const shipped = await ship([lines(2_500)])
  for (const path of shipped.paths) rmSync(path)
  const lost = [3, 1_000, 1_001, 1_700].map((i) => shipped.keys[i] as RecordKey)
  const {result, findings, code} = await verify(shipped, {store: without(shipped.store, lost)})
  expect(result).toMatchObject({stored: 2_496, missing: 4, unnamed: 3})
  const [file] = shipped.paths
  const {offset} = lost[0] as RecordKey
  const [from, to] = shipped.receipt.files.flatMap(({blocks}) => blocks ?? [])[1] as ReceiptBlock
  const {source} = lost[0] as RecordKey
  expect(findings).toEqual([
    {state: 'missing', id: nameOf(lost[0] as RecordKey), file, offset},
    {state: 'unnamed', source, file, from, to, sent: 1_000, found: 997},
  ])
  expect(code).toBe('NOT_STORED')
})

test('a file with other lines by now is not taken for the one that was sent', async () => {
  const shipped = await ship([lines(10)])
  writeFileSync(shipped.paths[0] as string, lines(10, 'same'))
  const lost = shipped.keys.slice(2, 4)
  const {findings} = await verify(shipped, {store: without(shipped.store, lost)})
  expect(findings).toMatchObject([{state: 'unnamed', sent: 10, found: 8}])
})

test('records that are there twice are told', async () => {
  const shipped = await ship([lines(20)])
  const twice = shipped.keys[5] as RecordKey
  const store = spoilt(shipped.store, (keys) =>
    keys.flatMap((key) => (key.offset === twice.offset ? [key, key] : [key])),
  )
  const {result, findings, code} = await verify(shipped, {store})
  expect(result).toMatchObject({stored: 20, missing: 0, doubled: 1})
  expect(findings).toMatchObject([{state: 'doubled', id: nameOf(twice)}])
  expect(code).toBe('NOT_STORED')
})

test('other bytes in the place of a record are no substitute for it', async () => {
  const shipped = await ship([lines(20)])
  const {offset, crc} = shipped.keys[5] as RecordKey
  const store = spoilt(shipped.store, (keys) =>
    keys.map((key) => (key.offset === offset ? {...key, crc: (crc ^ 1) >>> 0} : key)),
  )
  const {result, findings} = await verify(shipped, {store})
  expect(result).toMatchObject({stored: 19, missing: 1, extra: 1})
  expect(findings.map(({state}) => state)).toEqual(['missing', 'extra'])
})

test('dead letters are told apart from what is lost', async () => {
  const shipped = await ship([lines(2_100)], {refuse: (message) => /^line (5|1500)$/.test(message)})
  for (const path of shipped.paths) rmSync(path)
  const only = await verify(shipped)
  expect(only.result).toMatchObject({stored: 2_098, missing: 0, dead_lettered: 2})
  expect(only.findings.map(({state}) => state)).toEqual(['dead_lettered', 'dead_lettered'])
  expect(only.code).toBe('DEAD_LETTERED')
  const lost = shipped.keys[0] as RecordKey
  const both = await verify(shipped, {store: without(shipped.store, [lost])})
  expect(both.result).toMatchObject({missing: 1, dead_lettered: 2})
  expect(both.findings.find(({state}) => state === 'missing')).toMatchObject({id: nameOf(lost)})
  expect(both.code).toBe('NOT_STORED')
})

test('a pipeline that has not caught up is no loss: it says how far it is, and is waited for where asked', async () => {
  const shipped = await ship([lines(1_200)], {unprocessed: true})
  const behind = await verify(shipped)
  expect(behind.result).toMatchObject({stored: 0, missing: 1_200, behind: 1_200})
  expect([behind.findings, behind.code]).toEqual([[], 'NOT_CAUGHT_UP'])
  let processing: Promise<unknown> | undefined
  const onWait = () => {
    processing ??= process(shipped)
  }
  const waited = await verify(shipped, {waitMs: 60_000, onWait})
  await processing
  expect(waited.result).toMatchObject({stored: 1_200, missing: 0})
  expect(waited.code).toBeUndefined()
})

async function process({bus, store, receipt}: Shipped): Promise<void> {
  const {settleBacklog} = await import('../../../../src/lib/flows/settle-backlog.js')
  const until = new Map(Object.entries(receipt.positions).map(([partition, next]) => [Number(partition), next]))
  const {signal} = new AbortController()
  await settleBacklog({bus, store, topic: FACTS.topic, group: FACTS.group, until, signal, now: () => new Date()})
}

test('a bus that does not answer: what is missing is named, and whether it is under way is not known', async () => {
  const shipped = await ship([lines(5)])
  const lost = shipped.keys.slice(1, 2)
  const bus = () => Promise.reject(new LogflowError('BUS_UNREACHABLE', 'no answer'))
  const {findings, code} = await verify(shipped, {store: without(shipped.store, lost), bus})
  expect(findings).toMatchObject([{state: 'missing', line: 2}])
  expect(code).toBe('BUS_UNREACHABLE')
})

test('a run that was interrupted, or killed, has no clean bill although what it sent is there', async () => {
  const shipped = await ship([lines(5)])
  const {result} = await verify(shipped)
  const part = {...shipped.receipt, complete: false}
  expect(verifyOutcome({...part, interrupted: true}, result)).toMatchObject({
    code: 'NOT_CAUGHT_UP',
    message: 'the receipt covers a part: the run was interrupted',
  })
  expect(verifyOutcome({...part, ended: undefined}, result)?.message).toMatch(/was killed$/)
  const error = {code: 'DISK_FULL' as const, message: 'the disk is full'}
  expect(verifyOutcome({...part, error}, result)?.message).toMatch(/failed: the disk is full$/)
})

test('a source that was read twice in one run is looked at twice', async () => {
  const shipped = await ship([lines(30)])
  const [file] = shipped.receipt.files as [ShipReceipt['files'][number]]
  const receipt = {...shipped.receipt, records: 60, files: [file, {...file, path: `${file.path}.1`}]}
  const {result} = await verify({...shipped, receipt})
  expect(result).toMatchObject({sent: 60, stored: 60, missing: 0})
})

test('digests that are not those of as many records are refused', async () => {
  const shipped = await ship([lines(3)])
  const receipt = {...shipped.receipt, records: 4}
  await expect(verify({...shipped, receipt})).rejects.toMatchObject({code: 'USAGE'})
})
