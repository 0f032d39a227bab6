import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, afterEach, beforeAll, expect, test} from 'vitest'
import {openEmbeddedBus} from '../../../../src/lib/bus/embedded/embedded-bus.js'
import {numbered, Reader, sendAll} from '../../../contracts/bus-reader.js'
import {buildChild} from '../../../support/build-child.js'
import type {Task} from './children/bus-child.js'
import {Child} from './children/start-child.js'

const root = mkdtempSync(join(tmpdir(), 'logflow-bus-processes-'))
const children: Child[] = []
let script = ''

beforeAll(async () => {
  script = await buildChild(join(import.meta.dirname, 'children', 'bus-child.ts'), join(root, 'bus-child.mjs'))
})
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill()))
})
afterAll(() => rmSync(root, {recursive: true, force: true}))

function start(task: Task): Child {
  const child = new Child(script, task)
  children.push(child)
  return child
}

test('ten times three writers killed at work, under two readers: what was acknowledged is there, whole and once', async () => {
  const dir = join(root, 'killed')
  const topic = 'logs'
  const checkers = ['one', 'two'].map((group) => start({role: 'checker', dir, topic, group}))
  await Promise.all(checkers.map((checker) => checker.until('ready')))
  const acknowledged = new Map<string, number>()
  for (let round = 0; round < 10; round++) {
    const sources = [0, 1, 2].map((writer) => `w${writer}r${round}`)
    const writers = sources.map((source) =>
      start({role: 'writer', dir, topic, source, acknowledged: join(root, source)}),
    )
    await Promise.all(writers.map((writer) => writer.until('ready')))
    for (const [i, writer] of writers.entries()) {
      await sleep((round * 13 + i * 29) % 41)
      await writer.kill()
    }
    for (const source of sources) {
      const ends = readFileSync(join(root, source), 'utf8').trim().split('\n').map(Number)
      acknowledged.set(source, Math.max(...ends))
    }
  }
  for (const checker of checkers) checker.say('stop')
  for (const checker of checkers) {
    const {counts, wrong} = await checker.until('report')
    expect(wrong).toEqual([])
    expect(Object.keys(counts).sort()).toEqual([...acknowledged.keys()].sort())
    const missing = [...acknowledged].filter(([source, count]) => (counts[source] ?? 0) < count)
    expect(missing).toEqual([])
  }
  expect([...acknowledged.values()].every((count) => count > 0)).toBe(true)
}, 120_000)

test.each([true, false])(
  'the member that stands by takes over from a killed one (committing: %s)',
  async (commit) => {
    const dir = join(root, `takeover-${commit}`)
    const task = {role: 'member', dir, topic: 'logs', group: 'g', commit} as const
    const bus = await openEmbeddedBus({dir})
    await sendAll(bus, 'logs', [numbered('s', 0, 100)])
    const holder = start(task)
    await holder.until('ready')
    const other = start(task)
    await other.until('ready')
    await sendAll(bus, 'logs', [numbered('s', 100, 100)])
    const texts = (child: Child) => child.told.flatMap((told) => (told.kind === 'units' ? told.texts : []))
    await expect.poll(() => texts(holder).length, {timeout: 20_000}).toBe(200)
    expect(texts(other)).toEqual([])
    await holder.kill()
    await sendAll(bus, 'logs', [numbered('s', 200, 100)])
    const last = 's 299'
    await expect.poll(() => texts(other).includes(last), {timeout: 20_000}).toBe(true)
    const all = Array.from({length: 300}, (_, i) => `s ${i}`)
    expect([...new Set([...texts(holder), ...texts(other)])]).toEqual(all)
    if (!commit) expect(texts(other)).toEqual(all)
    await bus.close()
  },
  60_000,
)

test('a lock of a killed process leaves nothing to clean up', async () => {
  const dir = join(root, 'locks')
  const holder = start({role: 'member', dir, topic: 'logs', group: 'g', commit: true})
  await holder.until('ready')
  await holder.kill()
  expect(existsSync(join(dir, 'bus.db'))).toBe(true)
  const bus = await openEmbeddedBus({dir})
  await sendAll(bus, 'logs', [numbered('s', 0, 10)])
  const reader = await (await Reader.open(bus, {topic: 'logs', group: 'g'})).until(10)
  expect(reader.count).toBe(10)
  await bus.close()
})
