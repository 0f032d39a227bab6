import {chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import Sqlite from 'libsql'
import {afterAll, expect, test} from 'vitest'
import {openEmbeddedBus} from '../../../../src/lib/bus/embedded/embedded-bus.js'
import {LogflowError} from '../../../../src/lib/errors/logflow-error.js'
import type {UnitBatch} from '../../../../src/lib/units/unit-batch.js'
import {toUnitBatch} from '../../../../src/lib/units/unit-batch.js'
import {envelopeOf, numbered, Reader, sendAll} from '../../../contracts/bus-reader.js'
import {noSmallDisk, smallDisk} from '../../../support/full-disk.js'

const root = mkdtempSync(join(tmpdir(), 'logflow-bus-failures-'))
let folders = 0
const folder = () => join(root, `bus${folders++}`)

afterAll(() => {
  rmSync(root, {recursive: true, force: true})
})

async function failure(work: Promise<unknown>): Promise<LogflowError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(LogflowError)
  return error as LogflowError
}

/** `count` units that no compression makes smaller, of 10,000 bytes each. */
function noise(first: number, count: number): UnitBatch {
  let x = first + 1
  const bytes = () => {
    const noisy = Buffer.alloc(10_000)
    for (let i = 0; i < noisy.length; i++) {
      x = (Math.imul(x, 1_103_515_245) + 12_345) >>> 0
      noisy[i] = x >>> 16
    }
    return noisy
  }
  return toUnitBatch(
    envelopeOf('noise'),
    Array.from({length: count}, (_, i) => ({bytes: bytes(), offset: (first + i) * 10_001})),
  )
}

/** Sends until refused; what was acknowledged, and nothing else, must come back, and room must make it work again. */
async function fillUp(dir: string, capBytes?: number): Promise<void> {
  const bus = await openEmbeddedBus({dir, capBytes})
  const producer = await bus.openProducer({topic: 'logs'})
  let acknowledged = 0
  const fill = async () => {
    for (;;) acknowledged = (await producer.send(noise(acknowledged, 10))).nextOffset
  }
  const error = await failure(fill())
  expect(error.code).toBe('DISK_FULL')
  expect(error.message).toContain(join(dir, 'bus.db'))
  const shared = await Promise.allSettled([producer.send(noise(0, 90)), producer.send(numbered('small', 0, 1))])
  expect(shared[0]?.status).toBe('rejected')
  const small = shared[1]?.status === 'fulfilled' ? 1 : 0
  const state = await bus.describe('logs')
  expect(state.partitions).toEqual([{partition: 0, earliest: 0, next: acknowledged + small}])
  const reader = await (await Reader.open(bus, {topic: 'logs', group: 'g'})).untilIdle()
  expect(acknowledged).toBeGreaterThan(0)
  expect(reader.count).toBe(acknowledged + small)
  await reader.consumer.close()
  await bus.close()
}

test('a full disk refuses the batch, keeps nothing of it, and loses nothing acknowledged (by a cap on the file)', async () => {
  const dir = folder()
  await fillUp(dir, 2_000_000)
  expect(statSync(join(dir, 'bus.db')).size).toBeLessThanOrEqual(2_000_000 + 16_384)
  const roomier = await openEmbeddedBus({dir})
  const before = (await roomier.describe('logs')).partitions[0]?.next as number
  await sendAll(roomier, 'logs', [noise(before, 10)])
  expect((await roomier.describe('logs')).partitions[0]?.next).toBe(before + 10)
  await roomier.close()
})

if (noSmallDisk) console.warn(`skipped, the bus on a full disk: ${noSmallDisk}`)

test.skipIf(noSmallDisk)('a full disk refuses the batch (a real one of 6 MB)', () =>
  fillUp(join(smallDisk(6 * 2 ** 20).dir, 'bus')),
)

test.skipIf(noSmallDisk)('once there is room again, the same producer and consumer go on', async () => {
  const disk = smallDisk(6 * 2 ** 20)
  const bus = await openEmbeddedBus({dir: join(disk.dir, 'bus')})
  const producer = await bus.openProducer({topic: 'logs'})
  let sent = (await producer.send(noise(0, 50))).nextOffset
  const reader = await (await Reader.open(bus, {topic: 'logs', group: 'g'})).until(50)
  disk.fill()
  const error = await failure(
    (async () => {
      for (;;) sent = (await producer.send(noise(sent, 50))).nextOffset
    })(),
  )
  expect(error).toMatchObject({code: 'DISK_FULL', exitCode: 6})
  // What was sent can be read on a full disk.
  await reader.until(sent)
  disk.free()
  sent = (await producer.send(noise(sent, 10))).nextOffset
  await reader.until(sent)
  await reader.commit()
  expect((await bus.describe('logs', 'g')).partitions).toEqual([
    {partition: 0, earliest: 0, next: sent, committed: sent},
  ])
  await reader.consumer.close()
  await bus.close()
  const again = await openEmbeddedBus({dir: join(disk.dir, 'bus')})
  expect(await again.inspect?.({})).toEqual({records: sent, findings: []})
  await again.close()
})

test('a file that is no database is named, with what to do', async () => {
  const dir = folder()
  mkdirSync(dir)
  writeFileSync(join(dir, 'bus.db'), 'not a database at all '.repeat(1_000))
  const error = await failure(openEmbeddedBus({dir}))
  expect(error.code).toBe('CORRUPT')
  expect(error.exitCode).toBe(6)
  expect(error.message).toBe(`The bus file ${join(dir, 'bus.db')} is damaged: file is not a database`)
  expect(error.suggestions[0]).toContain('ship the files again')
})

test('a file that was emptied is called damaged, not new; one that was moved away is made anew', async () => {
  const dir = folder()
  const bus = await openEmbeddedBus({dir})
  await sendAll(bus, 'logs', [numbered('s', 0, 10)])
  const reader = await (await Reader.open(bus, {topic: 'logs', group: 'g'})).until(10)
  await reader.consumer.close()
  await bus.close()
  for (const file of ['bus.db-wal', 'bus.db-shm']) rmSync(join(dir, file), {force: true})
  truncateSync(join(dir, 'bus.db'), 0)
  const error = await failure(openEmbeddedBus({dir}))
  expect(error).toMatchObject({code: 'CORRUPT', message: expect.stringContaining('it is empty')})
  rmSync(join(dir, 'bus.db'))
  const anew = await openEmbeddedBus({dir})
  await sendAll(anew, 'logs', [numbered('s', 0, 5)])
  expect((await anew.describe('logs')).partitions).toEqual([{partition: 0, earliest: 0, next: 5}])
  await anew.close()
})

test('a file cut short is called damaged, not empty', async () => {
  const dir = folder()
  const bus = await openEmbeddedBus({dir})
  await sendAll(bus, 'logs', [noise(0, 50)])
  await bus.close()
  truncateSync(join(dir, 'bus.db'), 100_000)
  const error = await failure(
    (async () => {
      const again = await openEmbeddedBus({dir})
      await (await Reader.open(again, {topic: 'logs', group: 'g'})).until(50)
    })(),
  )
  expect(error.code).toBe('CORRUPT')
  expect(error.message).toContain(join(dir, 'bus.db'))
})

test('a flipped byte in a batch stops the reader there instead of becoming another line', async () => {
  const dir = folder()
  const path = join(dir, 'bus.db')
  const bus = await openEmbeddedBus({dir})
  await sendAll(bus, 'logs', [numbered('good', 0, 10), noise(0, 10)])
  await bus.close()
  const bytes = readFileSync(path)
  const needle = noise(0, 10).data.subarray(30_000, 30_040)
  const at = bytes.indexOf(needle)
  expect(at).toBeGreaterThan(0)
  bytes[at + 5] = (bytes[at + 5] as number) ^ 1
  writeFileSync(path, bytes)
  const again = await openEmbeddedBus({dir})
  const reader = await Reader.open(again, {topic: 'logs', group: 'g'})
  const error = await failure(reader.until(20))
  expect(error.code).toBe('CORRUPT')
  expect(error.message).toBe(`The bus file ${path} is damaged: units 10 to 19 do not match their checksum`)
  expect(reader.count).toBe(10)
  await again.close()
})

test('an inspection names every damaged batch, and counts the units of the others', async () => {
  const dir = folder()
  const path = join(dir, 'bus.db')
  const bus = await openEmbeddedBus({dir})
  await sendAll(bus, 'logs', [numbered('good', 0, 10), noise(0, 10), numbered('good', 10, 5), noise(10, 10)])
  await sendAll(bus, 'others', [numbered('good', 0, 7)])
  const progress: number[] = []
  expect(await bus.inspect?.({onProgress: ({records}) => progress.push(records)})).toEqual({records: 42, findings: []})
  expect(progress.at(-1)).toBe(42)
  await bus.close()
  const bytes = readFileSync(path)
  for (const units of [noise(0, 10), noise(10, 10)]) {
    const at = bytes.indexOf(units.data.subarray(30_000, 30_040))
    expect(at).toBeGreaterThan(0)
    bytes[at + 5] = (bytes[at + 5] as number) ^ 1
  }
  writeFileSync(path, bytes)
  const again = await openEmbeddedBus({dir})
  const found = await again.inspect?.({})
  expect(found?.records).toBe(22)
  expect(found?.findings.map(({finding}) => finding)).toEqual([
    `The bus file ${path} is damaged: units 10 to 19 do not match their checksum`,
    `The bus file ${path} is damaged: units 25 to 34 do not match their checksum`,
  ])
  expect(found?.findings[0]?.fix).toContain('ship the files again')
  await again.close()
})

test('an inspection sees pages that SQLite cannot follow', async () => {
  const dir = folder()
  const path = join(dir, 'bus.db')
  const bus = await openEmbeddedBus({dir})
  await sendAll(bus, 'logs', [noise(0, 200)])
  await bus.close()
  const bytes = readFileSync(path)
  bytes.fill(0, Math.floor(bytes.length / 2), bytes.length)
  writeFileSync(path, bytes)
  const again = await openEmbeddedBus({dir})
  const found = await again.inspect?.({})
  expect(found?.findings.length).toBeGreaterThan(0)
  expect(found?.findings[0]?.finding).toContain(`The bus file ${path} is damaged`)
  await again.close()
})

test('a lock that another process never gives back is told, and the same send works later', async () => {
  const dir = folder()
  const bus = await openEmbeddedBus({dir, lockWait: 60})
  const producer = await bus.openProducer({topic: 'logs'})
  const other = new Sqlite(join(dir, 'bus.db'))
  other.exec('begin immediate')
  const error = await failure(producer.send(numbered('s', 0, 5)))
  expect(error.code).toBe('LOCK_HELD')
  expect(error.retriable).toBe(true)
  other.exec('rollback')
  other.close()
  expect(await producer.send(numbered('s', 0, 5))).toEqual({partition: 0, firstOffset: 0, nextOffset: 5})
  await bus.close()
})

test('the file of a newer logflow is left alone', async () => {
  const dir = folder()
  await (await openEmbeddedBus({dir})).close()
  const newer = new Sqlite(join(dir, 'bus.db'))
  newer.exec('pragma user_version = 99')
  newer.close()
  const error = await failure(openEmbeddedBus({dir}))
  expect(error.code).toBe('BACKEND_REFUSED')
  expect(error.message).toContain('newer logflow')
})

test('a place where nothing may be written is a matter of permission', async () => {
  const file = join(root, 'a-file')
  writeFileSync(file, '')
  const error = await failure(openEmbeddedBus({dir: join(file, 'bus')}))
  expect(error.code).toBe('FILE_UNREADABLE')
  if (process.getuid?.() === 0) return
  const locked = join(root, 'locked')
  mkdirSync(locked)
  chmodSync(locked, 0o500)
  expect((await failure(openEmbeddedBus({dir: join(locked, 'bus')}))).code).toBe('PERMISSION')
})

test.skipIf(process.platform === 'win32')('only the owner may read what is on the bus', async () => {
  const dir = folder()
  const bus = await openEmbeddedBus({dir})
  await sendAll(bus, 'logs', [numbered('s', 0, 5)])
  const reader = await (await Reader.open(bus, {topic: 'logs', group: 'g'})).until(5)
  const mode = (path: string) => statSync(path).mode & 0o777
  expect(mode(dir)).toBe(0o700)
  expect(['bus.db', 'bus.db-wal', 'bus.db-shm'].map((name) => mode(join(dir, name)))).toEqual([0o600, 0o600, 0o600])
  expect(mode(join(dir, 'groups'))).toBe(0o700)
  await reader.consumer.close()
  await bus.close()
})

test('a closed bus refuses, and ends what is being read', async () => {
  const bus = await openEmbeddedBus({dir: folder()})
  const producer = await bus.openProducer({topic: 'logs'})
  const sent = producer.send(numbered('s', 0, 10))
  const reader = await Reader.open(bus, {topic: 'logs', group: 'g'})
  const drained = (async () => {
    while (await reader.next());
    return 'ended'
  })()
  await bus.close()
  expect((await sent).nextOffset).toBe(10)
  expect(await drained).toBe('ended')
  expect((await failure(producer.send(numbered('s', 10, 1)))).code).toBe('INTERNAL')
  expect((await failure(reader.commit().then(() => reader.consumer.commit([reader.position(0, 1)])))).code).toBe(
    'INTERNAL',
  )
  await bus.close()
})

test('a reader whose file was removed ends with an error, and is not quiet for ever', async () => {
  const dir = folder()
  const bus = await openEmbeddedBus({dir})
  await sendAll(bus, 'logs', [numbered('s', 0, 10)])
  const reader = await bus.openReader({topic: 'logs', from: 'earliest'})
  const read = async () => {
    for await (const event of reader) if (event.kind === 'idle') rmSync(dir, {recursive: true, force: true})
  }
  const error = await failure(read())
  expect(error.code).toBe('FILE_UNREADABLE')
  expect(error.message).toContain('was removed or replaced')
  await bus.close()
})
