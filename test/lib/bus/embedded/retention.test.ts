import {mkdtempSync, rmSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, expect, test} from 'vitest'
import type {Bus} from '../../../../src/lib/bus/bus.js'
import {openEmbeddedBus} from '../../../../src/lib/bus/embedded/embedded-bus.js'
import {numbered, Reader, sendAll} from '../../../contracts/bus-reader.js'

const HOUR = 60 * 60 * 1000
const root = mkdtempSync(join(tmpdir(), 'logflow-bus-retention-'))
let folders = 0
afterAll(() => rmSync(root, {recursive: true, force: true}))

async function openAt(
  clock: {now: number},
  keep = {maxAgeMs: HOUR, maxBytes: 2 ** 40},
): Promise<{bus: Bus; dir: string}> {
  const dir = join(root, `bus${folders++}`)
  return {bus: await openEmbeddedBus({dir, now: () => clock.now, keep}), dir}
}

/** Reads and commits everything as `group`, and rests often enough for whatever is due to be done. */
async function drain(bus: Bus, clock: {now: number}, topic: string, group: string): Promise<void> {
  const reader = await (await Reader.open(bus, {topic, group})).untilIdle()
  await reader.commit()
  for (let i = 0; i < 3; i++) {
    clock.now += 2_000
    await reader.untilIdle()
  }
  await reader.consumer.close()
}

async function kept(bus: Bus, topic: string): Promise<number[]> {
  return (await bus.describe(topic)).partitions.flatMap(({earliest, next}) => [earliest, next])
}

test('consumed batches go after an hour, the others stay', async () => {
  const clock = {now: 1_700_000_000_000}
  const {bus} = await openAt(clock)
  await sendAll(bus, 'logs', [numbered('s', 0, 10), numbered('s', 10, 10)])
  await drain(bus, clock, 'logs', 'g')
  expect(await kept(bus, 'logs')).toEqual([0, 20])
  clock.now += HOUR / 2
  await sendAll(bus, 'logs', [numbered('s', 20, 10)])
  clock.now += HOUR / 2
  await drain(bus, clock, 'logs', 'g')
  expect(await kept(bus, 'logs')).toEqual([20, 30])
  clock.now += HOUR
  await drain(bus, clock, 'logs', 'g')
  expect(await kept(bus, 'logs')).toEqual([30, 30])
  await sendAll(bus, 'logs', [numbered('s', 30, 5)])
  expect(await kept(bus, 'logs')).toEqual([30, 35])
  const reader = await (await Reader.open(bus, {topic: 'logs', group: 'g'})).until(5)
  expect(reader.seen[0]).toMatchObject({text: 's 30', busOffset: 30})
  await reader.consumer.close()
  await bus.close()
})

test('the slowest group decides, and a topic without a group keeps everything', async () => {
  const clock = {now: 1_700_000_000_000}
  const {bus} = await openAt(clock)
  await sendAll(bus, 'logs', [numbered('s', 0, 10), numbered('s', 10, 10)])
  await sendAll(bus, 'dead', [numbered('d', 0, 10)])
  const slow = await (await Reader.open(bus, {topic: 'logs', group: 'slow'})).until(20)
  await slow.consumer.commit([slow.position(0, 10)])
  clock.now += 2 * HOUR
  await drain(bus, clock, 'logs', 'fast')
  expect(await kept(bus, 'logs')).toEqual([10, 20])
  expect(await kept(bus, 'dead')).toEqual([0, 10])
  await slow.commit()
  clock.now += 2_000
  await slow.untilIdle()
  clock.now += 2_000
  await slow.untilIdle()
  expect(await kept(bus, 'logs')).toEqual([20, 20])
  await slow.consumer.close()
  await bus.close()
})

test('consumed batches are kept up to a size, and the file gives its space back', async () => {
  const clock = {now: 1_700_000_000_000}
  const {bus, dir} = await openAt(clock, {maxAgeMs: HOUR, maxBytes: 300_000})
  const producer = await bus.openProducer({topic: 'logs'})
  for (let i = 0; i < 600; i++) await producer.send(numbered(`a${i}`, i * 1_000, 1_000))
  const reader = await (await Reader.open(bus, {topic: 'logs', group: 'g'})).until(600_000)
  expect(await kept(bus, 'logs')).toEqual([0, 600_000])
  const full = statSync(join(dir, 'bus.db')).size
  expect(full).toBeGreaterThan(2_000_000)
  await reader.commit()
  for (let i = 0; i < 4; i++) {
    clock.now += 2_000
    await reader.untilIdle()
  }
  const [earliest, next] = await kept(bus, 'logs')
  expect(next).toBe(600_000)
  expect(earliest).toBeGreaterThan(500_000)
  expect(earliest).toBeLessThan(600_000)
  await reader.consumer.close()
  await bus.close()
  expect(statSync(join(dir, 'bus.db')).size).toBeLessThan(full / 2)
})

test('a reader that was overtaken is told which offsets it missed', async () => {
  const clock = {now: 1_700_000_000_000}
  const {bus} = await openAt(clock)
  await sendAll(bus, 'logs', [numbered('s', 0, 10), numbered('s', 10, 10)])
  clock.now += HOUR / 2
  await sendAll(bus, 'logs', [numbered('s', 20, 10)])
  clock.now += HOUR / 2 + 1
  await drain(bus, clock, 'logs', 'g')
  const late = await Reader.open(bus, {topic: 'logs', group: 'late', startAt: () => 5})
  expect(await late.next()).toEqual({kind: 'gap', topic: 'logs', partition: 0, from: 5, to: 20})
  await late.until(10)
  expect(late.seen.map(({busOffset}) => busOffset)).toEqual(Array.from({length: 10}, (_, i) => 20 + i))
  await late.consumer.close()
  clock.now += HOUR
  await drain(bus, clock, 'logs', 'g')
  const later = await Reader.open(bus, {topic: 'logs', group: 'later', startAt: () => 5})
  expect(await later.next()).toEqual({kind: 'gap', topic: 'logs', partition: 0, from: 5, to: 30})
  expect(await later.next()).toEqual({
    kind: 'idle',
    positions: [{topic: 'logs', partition: 0, nextOffset: 30}],
  })
  await later.consumer.close()
  const fresh = await (await Reader.open(bus, {topic: 'logs', group: 'fresh'})).untilIdle()
  expect(fresh.count).toBe(0)
  await fresh.consumer.close()
  await bus.close()
})

test('a position from a bus that is no more reads what there is, instead of waiting for its number', async () => {
  const clock = {now: 1_700_000_000_000}
  const {bus} = await openAt(clock)
  await sendAll(bus, 'logs', [numbered('s', 0, 10)])
  const reader = await (await Reader.open(bus, {topic: 'logs', group: 'g', startAt: () => 5_000_000})).until(10)
  expect(reader.seen[0]?.text).toBe('s 0')
  await reader.consumer.close()
  await bus.close()
})
